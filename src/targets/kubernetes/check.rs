//! What Kubernetes can't express, found before a file is made.

use super::place::{Place, Workload, limit};
use super::{config, ingress, load_balancer, rollout, scaling, service};
use crate::diag::{Diagnostic, code};
use crate::ir::Origin;
use crate::ir::choice::Tls;
use crate::plan::infrastructure::scaling::ScalingMeasure;
use crate::plan::infrastructure::templates::{StrategyKind, WorkloadForm};
use crate::spec::kubernetes::Kind;
use crate::targets::shared::names::Claims;

/// Everything that is wrong with an environment.
pub(super) fn problems(place: Place<'_>) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = place.workloads().flat_map(inexpressible).collect();
    let mut claims = Claims::default();
    for workload in place.workloads() {
        claim(workload, &mut claims);
    }
    problems.extend(claims.finish());
    problems
}

fn cannot(origin: Origin, message: String, label: &str, help: &str) -> Diagnostic {
    Diagnostic::new(code::CANNOT_EXPRESS, origin, message, label).help(help)
}

fn inexpressible(workload: Workload<'_>) -> Vec<Diagnostic> {
    let component = workload.component;
    let name = workload.name();
    let mut found = Vec::new();
    found.extend(over_limit(workload));
    let kept = component.volumes.iter().find(|volume| volume.persistent.value);
    if let Some(volume) = kept.filter(|_| workload.kind() != Kind::StatefulSet) {
        found.push(cannot(
            volume.persistent.origin,
            format!("`{name}` ends, so that its volume `{}` can't keep anything", volume.name),
            "asks for storage that stays",
            "keep the data in a bucket or a database, or make the component a service or worker",
        ));
    }
    found.extend(strategy(workload));
    found.extend(transport_security(workload));
    if config::bytes(component) > workload.place.spec.limits.config_map_bytes.value as usize {
        found.push(cannot(
            component.files.first().map_or(component.origin, |file| file.origin),
            format!("the files of `{name}` hold more than a ConfigMap can"),
            "with this file",
            "put large files into the image",
        ));
    }
    found.extend(scaler(workload));
    found
}

fn over_limit(workload: Workload<'_>) -> Option<Diagnostic> {
    let kind = workload.kind();
    let name = &workload.component.name;
    let max = limit(workload.place.spec, kind).value;
    let length = name.as_str().len();
    if length > max as usize {
        let message = format!("`{name}` has {length} characters, and a {} at most {max}", kind.as_str());
        let label = "this name is too long";
        return Some(Diagnostic::new(code::NAME_OVER_LIMIT, name.origin, message, label).help("choose a shorter name"));
    }
    let digit = name.as_str().starts_with(|first: char| first.is_ascii_digit());
    (digit && !workload.component.ports.is_empty()).then(|| {
        let message = format!("`{name}` begins with a digit, which the name of a Service may not");
        Diagnostic::new(code::NAME_OVER_LIMIT, name.origin, message, "the name that others call it by")
            .help("begin it with a letter")
    })
}

fn strategy(workload: Workload<'_>) -> Vec<Diagnostic> {
    let Some(strategy) = workload.strategy() else { return Vec::new() };
    let name = workload.name();
    let mut found = Vec::new();
    if workload.component.form.value == WorkloadForm::Stateful && strategy.kind.value != StrategyKind::Rolling {
        found.push(cannot(
            strategy.kind.origin,
            format!("`{name}` keeps storage, so that two versions of it can't stand beside each other"),
            "asks for two versions",
            "use the strategy `rolling`, or move the data out of the component",
        ));
    }
    if strategy.kind.value == StrategyKind::BlueGreen && workload.component.ports.is_empty() {
        found.push(cannot(
            strategy.kind.origin,
            format!("`{name}` has no port, so that there is nothing to switch"),
            "switches callers from one version to the other",
            "use the strategy `rolling`",
        ));
    }
    let unrouted = workload.public_ports().find(|(_, public)| !public.routed.value);
    if let Some((port, public)) = unrouted.filter(|_| strategy.kind.value == StrategyKind::BlueGreen) {
        found.push(cannot(
            public.origin,
            format!("port `{}` of `{name}` would reach both versions before the switch", port.name),
            "a network load balancer knows no versions",
            "use the strategy `rolling` or `canary`, or reach the component by HTTP",
        ));
    }
    for step in strategy.steps.iter().filter(|step| !rollout::is_whole(&step.weight.value)) {
        found.push(cannot(
            step.weight.origin,
            format!("the weight {} of `{name}` is no whole percent", step.weight.value),
            "a part of a percent",
            "Argo Rollouts takes whole percents: round it",
        ));
    }
    let measures = strategy.analysis.iter().flat_map(|analysis| &analysis.measures);
    for measure in measures.filter(|measure| measure.query.contains("{{")) {
        found.push(cannot(
            measure.query.origin,
            format!("the query `{}` of `{name}` holds `{{{{`, which an analysis reads as an argument", measure.name),
            "can't be written into an AnalysisTemplate",
            "rewrite the expression without two braces in a row",
        ));
    }
    found
}

/// A load balancer that routes requests has to read them, and listens for plain ones only to send them on.
fn transport_security(workload: Workload<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (port, public) in workload.public_ports().filter(|(_, public)| public.routed.value) {
        let shown = format!("port `{}` of `{}`", port.name, workload.name());
        match public.tls.value {
            Tls::Passthrough => found.push(cannot(
                public.tls.origin,
                format!("{shown} is routed by host and path, which nobody sees inside of TLS"),
                "TLS ends in the component",
                "end TLS at the load balancer (`terminate`), or make the protocol `tcp`",
            )),
            Tls::None if ingress::has_tls(workload.place, public.edge.as_str()) => found.push(cannot(
                public.tls.origin,
                format!("{shown} is plain on an edge that sends plain requests to TLS"),
                "would never be answered in plain text",
                "end TLS at the load balancer (`terminate`), or give the port an `edge` of its own",
            )),
            Tls::None | Tls::Terminate => {}
        }
    }
    found
}

fn scaler(workload: Workload<'_>) -> Option<Diagnostic> {
    let policy = workload.scaling?.policy.as_ref()?;
    let by_queue = matches!(policy.measure.value, ScalingMeasure::Queue | ScalingMeasure::Lag);
    (by_queue && scaling::queue_variable(workload, policy).is_none()).then(|| {
        cannot(
            policy.measure.origin,
            format!("`{}` scales by something whose address it is not given", workload.name()),
            "is measured where the component's own variable points",
            "add the queue or kafka to `depends_on`",
        )
    })
}

/// Takes the names of all objects that are made for a component.
fn claim(workload: Workload<'_>, claims: &mut Claims) {
    let name = workload.name();
    let origin = workload.component.name.origin;
    let what = format!("`{name}`");
    claims.claim("the set of pods", name, &what, origin);
    for migration in workload.migrations() {
        let what = format!("the migration `{}`", migration.refactoring);
        claims.claim("the set of pods", migration.name.as_str(), &what, migration.refactoring.origin);
    }
    if !workload.component.ports.is_empty() && workload.is_replicated() {
        claims.claim("Service", name, &what, origin);
        if let Some(beside) = service::beside(workload) {
            claims.claim("Service", &beside, &format!("the new version of {what}"), origin);
        }
    }
    for balancer in load_balancer::names(workload).iter().filter(|_| workload.is_replicated()) {
        claims.claim("Service", balancer, &format!("the load balancer of {what}"), origin);
    }
    if workload.kind() == Kind::StatefulSet {
        let headless = service::headless_name(workload);
        claims.claim("Service", &headless, &format!("the replicas of {what}"), origin);
    }
    for (port, _) in workload.public_ports() {
        let name = ingress::name(workload, port);
        claims.claim("Ingress", &name, &format!("port `{}` of {what}", port.name), port.name.origin);
    }
}
