//! What GitHub Actions can't express, or nobody can pin.

use crate::diag::{Diagnostic, code};
use crate::ir::choice::Level;
use crate::output::Printed;
use crate::source::decode::list_of;

use super::integration::Integration;
use super::pipelines::Pipelines;
use super::{integration, scan};

/// Everything that is wrong for this target.
pub(super) fn problems(pipelines: Pipelines<'_>) -> Vec<Diagnostic> {
    let mut problems = scan::problems(pipelines);
    problems.extend(images(pipelines));
    problems.extend(too_large(pipelines));
    problems.extend(too_many(pipelines));
    problems.extend(too_long(pipelines));
    problems
}

/// Paths that no variable holds: the job that finds out what changed could not be started.
fn too_long(pipelines: Pipelines<'_>) -> Option<Diagnostic> {
    let configurations = pipelines.configurations();
    if pipelines.automation().builds.len() + configurations.suites.len() < LOOKED_AT {
        return None;
    }
    let most = usize::try_from(pipelines.spec.variable_bytes.value).unwrap_or(usize::MAX);
    let mut bytes = 0;
    let fits = integration::all_filters(pipelines).all(|line| {
        bytes += line.len() + 1;
        bytes < most
    });
    if fits {
        return None;
    }
    let message = format!(
        "the paths that the jobs of `ci.yml` look at have more than {} KB, which no variable holds",
        most / 1024
    );
    let found = Diagnostic::new(code::CANNOT_EXPRESS, configurations.system.origin, message, "nobody finds out what changed")
        .help("give components lockfiles of their own, so that fewer depend on each other, or keep parts in repositories of their own");
    Some(Diagnostic { level: Level::Warn, ..found })
}

/// Jobs of `ci.yml` from which on its size is looked at, and from which on it is too large in any case.
const LOOKED_AT: usize = 200;
const TOO_MANY: usize = 1000;

/// A workflow of which GitHub would start no run. All else that is generated is sound: it warns.
fn too_large(pipelines: Pipelines<'_>) -> Option<Diagnostic> {
    let configurations = pipelines.configurations();
    let jobs = pipelines.automation().builds.len() + configurations.suites.len();
    if jobs < LOOKED_AT {
        return None;
    }
    let most = usize::try_from(pipelines.spec.workflow_bytes.value).unwrap_or(usize::MAX);
    // Thousands of jobs are not printed once more to know what their number says.
    let size = (jobs < TOO_MANY).then(|| size(pipelines));
    if size.is_some_and(|size| size <= most) {
        return None;
    }
    let size = size.map_or_else(|| "more than that".to_owned(), |size| format!("{} KB", size / 1024));
    let message = format!("GitHub starts no run of a workflow above {} KB, and `ci.yml` has {size}", most / 1024);
    let found = Diagnostic::new(
        code::CANNOT_EXPRESS,
        configurations.system.origin,
        message,
        format!("{jobs} builds and suites"),
    )
    .help("keep parts of the system in repositories of their own, or let one suite test several components");
    Some(Diagnostic { level: Level::Warn, ..found })
}

/// How many bytes `ci.yml` has.
fn size(pipelines: Pipelines<'_>) -> usize {
    let document = Integration::new(pipelines);
    let mut printed = Printed::default();
    (0..).take_while(|index| document.write_part(*index, &mut printed)).for_each(drop);
    printed.text.len()
}

/// Images that one matrix can't build.
fn too_many(pipelines: Pipelines<'_>) -> Option<Diagnostic> {
    let images = pipelines.automation().builds.iter().filter(|build| build.image.is_some()).count();
    let most = pipelines.spec.matrix_jobs.value;
    if images <= usize::try_from(most).unwrap_or(usize::MAX) {
        return None;
    }
    let message = format!("a matrix has {most} jobs at most, and `release.yml` builds {images} images");
    let origin = pipelines.configurations().system.origin;
    let found = Diagnostic::new(code::CANNOT_EXPRESS, origin, message, "all are released at once")
        .help("keep parts of the system in repositories of their own");
    Some(Diagnostic { level: Level::Warn, ..found })
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
