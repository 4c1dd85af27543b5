//! What GitHub Actions can't express, or nobody can pin.

use crate::diag::{Diagnostic, code};
use crate::source::decode::list_of;

use super::pipelines::Pipelines;
use super::scan;

/// Everything that is wrong for this target.
pub(super) fn problems(pipelines: Pipelines<'_>) -> Vec<Diagnostic> {
    let mut problems = scan::problems(pipelines);
    problems.extend(images(pipelines));
    problems
}

/// Datastores of suites in a version that there is no image of.
fn images(pipelines: Pipelines<'_>) -> Vec<Diagnostic> {
    let services = pipelines.configurations().suites.iter().flat_map(|suite| &suite.services);
    let unknown = services.filter_map(|service| {
        let container = pipelines.spec.container(service.kind.value);
        let version = service.version.as_ref()?;
        if container.image(Some(version)).is_some() {
            return None;
        }
        let majors: Vec<&str> = container.majors().collect();
        let message =
            format!("no image of {} {version} is known by its digest, for the suites that need it", service.kind);
        let problem =
            Diagnostic::new(code::CANNOT_EXPRESS, version.origin, message, "tests can't be given this version");
        Some(problem.help(format!("there are images of {}", list_of(&majors))))
    });
    unknown.collect()
}
