//! G301: does anybody ask whether it is well?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Component;
use crate::ir::choice::Protocol;
use crate::ir::component::ProbeCheck;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a service or worker without a readiness probe. Warns where liveness and readiness ask the same question.
    ///
    /// # Why it matters
    /// Without readiness, requests go to replicas that can't answer yet, and a broken version replaces a good one. When liveness
    /// asks what readiness asks, a slow dependency restarts every replica instead of taking it out of the balance.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: checkout, kind: service, health: {liveness: /health, readiness: /health}}
    /// ```
    ///
    /// # How to fix
    /// Let readiness ask whether the component can do its work now, and liveness whether only a restart can help:
    /// `health: {liveness: /livez, readiness: /readyz}`.
    "G301" "no-health-check", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in
        context.system.components.iter().filter(|component| component.is_deployed() && component.is_long_running())
    {
        let Some(readiness) = &component.health.readiness else {
            let found = Diagnostic::new(
                CODE,
                component.name.origin,
                format!("the {} `{}` has no readiness probe", component.kind, component.name),
                "nobody asks whether it can work",
            )
            .help(format!("add `health: {{readiness: {}}}`", probe(component)));
            findings.add(found).component(&component.name);
            continue;
        };
        if let Some(liveness) = &component.health.liveness
            && same_question(&liveness.check, &readiness.check)
        {
            let found = Diagnostic::new(
                CODE,
                liveness.origin,
                format!("liveness and readiness of `{}` ask the same question", component.name),
                "restarts it",
            )
            .label(readiness.origin, "takes it out of the balance")
            .help("let liveness ask only for what a restart mends");
            findings.add(found).component(&component.name).warn();
        }
    }
}

/// A readiness probe that the component could have by its ports.
fn probe(component: &Component) -> String {
    use Protocol::{Grpc, Http, Https, Websocket};
    let Some(port) = component.main_port().or(component.ports.first()) else {
        return "{exec: [...]}".to_owned();
    };
    match port.protocol.value {
        Http | Https | Websocket => format!("{{http: /readyz, port: {}}}", port.name),
        Grpc => format!("{{grpc: {}}}", port.port),
        _ => format!("{{tcp: {}}}", port.port),
    }
}

fn same_question(one: &ProbeCheck, other: &ProbeCheck) -> bool {
    match (one, other) {
        (ProbeCheck::Http { path, port, .. }, ProbeCheck::Http { path: other_path, port: other_port, .. }) => {
            path == other_path && port.number == other_port.number
        }
        (ProbeCheck::Grpc(one), ProbeCheck::Grpc(other)) | (ProbeCheck::Tcp(one), ProbeCheck::Tcp(other)) => {
            one.number == other.number
        }
        (ProbeCheck::Exec(one), ProbeCheck::Exec(other)) => one == other,
        _ => false,
    }
}
