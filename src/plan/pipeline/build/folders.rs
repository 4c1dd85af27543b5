//! Where the files lie that a deployment applies.

use super::rules;
use crate::ir::value::RepositoryPath;
use crate::ir::{System, Traced};
use crate::plan::pipeline::workflows::TargetFolder;
use crate::source::Scalar;

/// The targets whose files pipelines read, each with the folder that it writes to by itself.
const FOLDERS: &[(&str, &str)] = &[
    ("path", "infra/path"),
    ("terraform", "infra/terraform"),
    ("cloudformation", "infra/cloudformation"),
    ("kubernetes", "infra/kubernetes"),
    ("prometheus", "infra/prometheus"),
    ("grafana", "infra/grafana"),
    ("operations", "infra/operations"),
    ("github-actions", ".github"),
];

/// Targets whose files are loaded or shown by a deployment where they are there.
const SHOWN: &[&str] = &["prometheus", "grafana", "operations"];

/// The folders, as the manifest has moved them.
pub(super) fn plan(system: &System) -> Vec<TargetFolder> {
    let written = system.targets.as_deref().unwrap_or_default();
    let folder = |(target, usual): &(&str, &str)| {
        let choice = written.iter().find(|choice| choice.name.value == *target);
        // They are there only where the manifest leaves the target in.
        if choice.is_none() && system.targets.is_some() && SHOWN.contains(target) {
            return None;
        }
        let moved = choice.and_then(|choice| choice.out.clone());
        let usual = || RepositoryPath::read(usual).ok().map(|path| Traced::by_rule(path, rules::FOLDERS));
        Some(TargetFolder {
            origin: choice.map_or(system.origin, |choice| choice.name.origin),
            target: Traced::by_rule((*target).to_owned(), rules::FOLDERS),
            folder: moved.or_else(usual)?,
        })
    };
    FOLDERS.iter().filter_map(folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_write_there_by_themselves() {
        for target in crate::targets::ALL {
            if let Some((_, folder)) = FOLDERS.iter().find(|(name, _)| *name == target.name) {
                assert_eq!(target.default_out, *folder, "{}", target.name);
            }
        }
    }
}
