//! G107: does the scheduler know what it needs?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Traced;
use crate::ir::choice::ComponentKind;
use crate::ir::component::Resources;
use crate::ir::value::Name;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a deployed component without a request for CPU or memory, or with a limit below its request.
    ///
    /// # Why it matters
    /// Without requests the scheduler packs nodes blindly: the first busy hour decides who is evicted. A limit below the request
    /// is refused by the cluster.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     resources: {memory: 512Mi, memory_limit: 256Mi}
    /// ```
    ///
    /// # How to fix
    /// State what a replica needs when it works: `resources: {cpu: 250m, memory: 512Mi}`. A limit is at least the request.
    "G107" "requests-missing", phase 1, role "infrastructure-engineer", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        if component.kind.value == ComponentKind::Website {
            continue;
        }
        let own = component.delivery.as_ref();
        let Some((id, _)) = context.system.component_named(component.name.as_str()) else { continue };
        // What each environment adds counts too.
        let deployments: Vec<_> =
            context.system.environments.iter().filter_map(|environment| environment.deployment(id)).collect();
        let lacks = |has: fn(&Resources) -> bool| match deployments.as_slice() {
            [] => own.is_none_or(|own| !has(&own.resources)),
            deployed => deployed.iter().any(|deployment| !has(&deployment.resources)),
        };
        let missing: Vec<&str> = [
            ("cpu", lacks(|resources| resources.cpu.is_some())),
            ("memory", lacks(|resources| resources.memory.is_some())),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect();
        if !missing.is_empty() {
            let beside = own.and_then(|own| {
                let Resources { cpu, memory, .. } = &own.resources;
                cpu.map(|cpu| cpu.origin).or(memory.map(|memory| memory.origin))
            });
            let entry = || own.map(|own| own.origin).filter(|place| place.is_written());
            let found = Diagnostic::new(
                CODE,
                beside.or_else(entry).unwrap_or(component.name.origin),
                format!("`{}` asks for no {}", component.name, missing.join(" and no ")),
                if beside.is_some() { "the only request" } else { "no request" },
            )
            .help(format!(
                "add `resources: {{{}}}` to its deployment",
                missing.iter().map(|name| format!("{name}: …")).collect::<Vec<_>>().join(", ")
            ));
            findings.add(found).component(&component.name);
        }
    }
    for environment in &context.system.environments {
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            let resources = &deployment.resources;
            if let (Some(request), Some(limit)) = (resources.cpu, resources.cpu_limit)
                && limit.value < request.value
            {
                below(findings, &component.name, "cpu", &request, &limit);
            }
            if let (Some(request), Some(limit)) = (resources.memory, resources.memory_limit)
                && limit.value < request.value
            {
                below(findings, &component.name, "memory", &request, &limit);
            }
        }
    }
}

fn below<T: std::fmt::Display>(
    findings: &mut Findings,
    name: &Name,
    what: &str,
    request: &Traced<T>,
    limit: &Traced<T>,
) {
    // An override that changes neither is the same finding again.
    let known = |found: &Diagnostic| found.labels.first().is_some_and(|label| label.place == limit.origin.into());
    if findings.found.iter().any(|finding| known(&finding.diagnostic)) {
        return;
    }
    let found = Diagnostic::new(
        CODE,
        limit.origin,
        format!("the {what} limit of `{name}` is {limit}, below its request of {request}"),
        format!("at most {limit}"),
    )
    .label(request.origin, format!("{request} is set aside"))
    .help(format!("write `{what}_limit: {request}` or more"));
    findings.add(found).component(name);
}
