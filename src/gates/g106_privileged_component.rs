//! G106: does it run with more rights than it needs?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns about a component that runs as root (`run_as: 0`), that listens on a port below 1024, or that may write to its
    /// image's files without a volume that says where.
    ///
    /// # Why it matters
    /// What breaks out of a component has the component's rights. Root in a container is one mistake away from root on the node.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: checkout, kind: service, run_as: 0}
    /// ```
    ///
    /// # How to fix
    /// Run as a user above 0, listen above 1023 (`service_port` may still be 80), and declare a volume for what is written.
    "G106" "privileged-component", phase 1, role "infrastructure-engineer", waived by "the head of security", level Warn, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        let name = &component.name;
        if component.run_as.value == 0 {
            let found = Diagnostic::new(CODE, component.run_as.origin, format!("`{name}` runs as root"), "uid 0")
                .help("write `run_as: 10001`, and let the image's files belong to it");
            findings.add(found).component(name);
        }
        for port in component.ports.iter().filter(|port| port.port.value.0 < 1024) {
            let found = Diagnostic::new(
                CODE,
                port.port.origin,
                format!("`{name}` listens on the privileged port {}", port.port),
                "below 1024",
            )
            .help(format!(
                "listen on {}, and write `service_port: {}` for its callers",
                8000 + port.port.value.0,
                port.service_port
            ));
            findings.add(found).component(name);
        }
        if component.writable_root.value && component.volumes.is_empty() {
            let found = Diagnostic::new(
                CODE,
                component.writable_root.origin,
                format!("`{name}` may write anywhere in its image"),
                "no volume says where",
            )
            .help("remove `writable_root`, and declare a volume for each path that is written");
            findings.add(found).component(name);
        }
    }
}
