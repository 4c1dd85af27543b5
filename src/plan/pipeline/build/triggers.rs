//! What starts each pipeline, what it may do, and what is kept up to date.

use std::collections::BTreeSet;

use super::{automation, rules};
use crate::diag::{Diagnostic, code};
use crate::ir::choice::{BuildTool, ProvenanceFormat, Signer};
use crate::ir::value::{Duration, RepositoryPath};
use crate::ir::{Origin, Rule, System, Traced};
use crate::plan::pipeline::configurations::{
    InstallPlan, Permission, PipelineEvent, PipelineKind, PipelineTemplate, TriggerPlan, UpdateKind, UpdatePlan,
};
use crate::source::Scalar;
use crate::source::scalar::shown;

/// The pipelines of a system.
pub(super) fn pipelines(system: &System, problems: &mut Vec<Diagnostic>) -> Vec<PipelineTemplate> {
    let branches = &system.branches;
    problems.extend(flawed_reference(&branches.main, "branch"));
    problems.extend(flawed_reference(&branches.release, "tag"));
    PipelineKind::ALL
        .iter()
        .map(|kind| {
            let triggers = match kind {
                PipelineKind::Integration => vec![
                    on(PipelineEvent::PullRequest, None),
                    on(PipelineEvent::Push, Some(&branches.main)),
                    at("17 4 * * 1", rules::WEEKLY),
                    on(PipelineEvent::Manual, None),
                ],
                PipelineKind::Release => {
                    vec![on(PipelineEvent::Tag, Some(&branches.release)), on(PipelineEvent::Manual, None)]
                }
                PipelineKind::Deployment => {
                    vec![release_merged(system), on(PipelineEvent::Manual, None)]
                }
                PipelineKind::Rollback => vec![on(PipelineEvent::Manual, None)],
                PipelineKind::Drift => vec![at("23 5 * * 1-5", rules::DAILY_DRIFT), on(PipelineEvent::Manual, None)],
            };
            PipelineTemplate {
                origin: Origin::rule(rules::PIPELINES),
                kind: Traced::by_rule(*kind, rules::PIPELINES),
                triggers,
                supersedes: Traced::by_rule(*kind == PipelineKind::Integration, rules::SUPERSEDES),
                permissions: permissions(system, *kind),
            }
        })
        .collect()
}

/// How a pipeline gets pathc: the version that generated it, unless the manifest says otherwise.
pub(super) fn install(system: &System) -> InstallPlan {
    let mut choices = system.targets.iter().flatten();
    if let Some(command) = choices.find_map(|choice| choice.install.clone()) {
        return InstallPlan { origin: command.origin, command, version: None };
    }
    let version = env!("CARGO_PKG_VERSION");
    InstallPlan {
        origin: Origin::rule(rules::INSTALL),
        command: Traced::by_rule(format!("cargo install --locked pathc@{version}"), rules::INSTALL),
        version: Some(Traced::by_rule(version.to_owned(), rules::INSTALL)),
    }
}

/// A name that no branch or tag can have, so that nothing would ever start.
fn flawed_reference(pattern: &Traced<String>, what: &str) -> Option<Diagnostic> {
    let text = pattern.value.as_str();
    let forbidden =
        |character: char| character.is_whitespace() || character.is_control() || "~^:\\".contains(character);
    let flaw = if let Some(found) = text.chars().find(|character| forbidden(*character)) {
        format!("has `{}`", shown(&found.to_string()))
    } else if text.is_empty() {
        "is empty".to_owned()
    } else if text.contains("..") || text.contains("@{") || text.contains("//") || text.contains("${{") {
        "has two signs in a row that Git reads otherwise".to_owned()
    } else if text.starts_with(['-', '/', '.', '!']) || text.ends_with(['/', '.']) || text.ends_with(".lock") {
        "begins or ends in a way that Git refuses".to_owned()
    } else {
        return None;
    };
    let message = format!("no {what} matches `{}`: it {flaw}", shown(text));
    let diagnostic = Diagnostic::new(code::CANNOT_EXPRESS, pattern.origin, message, format!("no {what} is called so"));
    Some(diagnostic.help(format!("write the name of a {what}, or a pattern with `*`")))
}

fn on(event: PipelineEvent, pattern: Option<&Traced<String>>) -> TriggerPlan {
    TriggerPlan {
        origin: Origin::rule(rules::TRIGGERS),
        event: Traced::by_rule(event, rules::TRIGGERS),
        pattern: pattern.cloned(),
        paths: Vec::new(),
        cron: None,
    }
}

/// A change of the packages, in one file or in fragments.
fn release_merged(system: &System) -> TriggerPlan {
    let document = |name: &str| {
        let path = RepositoryPath::read(name).ok().map(|name| system.inputs.join(&name));
        path.map(|path| Traced::by_rule(path, rules::RELEASE_MERGED))
    };
    TriggerPlan {
        paths: ["deployment_packages", "deployment_packages.yaml"].into_iter().filter_map(document).collect(),
        ..on(PipelineEvent::Push, Some(&system.branches.main))
    }
}

fn at(cron: &str, rule: Rule) -> TriggerPlan {
    TriggerPlan {
        origin: Origin::rule(rule),
        event: Traced::by_rule(PipelineEvent::Schedule, rule),
        pattern: None,
        paths: Vec::new(),
        cron: Some(Traced::by_rule(cron.to_owned(), rule)),
    }
}

fn permissions(system: &System, kind: PipelineKind) -> Vec<Traced<Permission>> {
    let proves = system
        .supply_chain
        .as_ref()
        .is_some_and(|asked| asked.sign.value != Signer::None || asked.provenance.value != ProvenanceFormat::None);
    let mut needed = vec![Permission::ReadSource];
    match kind {
        PipelineKind::Integration => needed.extend(system.scans.is_some().then_some(Permission::WriteFindings)),
        PipelineKind::Release => {
            needed.extend([Permission::WritePackages, Permission::ProposeChanges]);
            needed.extend(system.scans.is_some().then_some(Permission::WriteFindings));
            needed.extend(proves.then_some(Permission::Sign));
        }
        PipelineKind::Deployment | PipelineKind::Rollback => {
            needed.extend([Permission::ReadPackages, Permission::AssumeRole]);
        }
        PipelineKind::Drift => needed.push(Permission::AssumeRole),
    }
    needed.into_iter().map(|permission| Traced::by_rule(permission, rules::PERMISSIONS)).collect()
}

/// What is kept up to date: the packages of each manifest, the images of each Dockerfile, the actions of the pipelines.
pub(super) fn updates(system: &System) -> Vec<UpdatePlan> {
    let mut packages: BTreeSet<(BuildTool, RepositoryPath)> = BTreeSet::new();
    let mut images: BTreeSet<RepositoryPath> = BTreeSet::new();
    let mut updates = Vec::new();
    let plan = |kind, tool, directory: Traced<RepositoryPath>, origin| UpdatePlan {
        origin,
        kind: Traced::by_rule(kind, rules::COOLDOWN),
        tool,
        directory,
        cooldown: Traced::by_rule(Duration::days(7), rules::COOLDOWN),
    };
    for build in &system.builds {
        let directory = automation::manifest_folder(build);
        // Nothing is known of the packages that a makefile fetches.
        if build.tool.value != BuildTool::Make && packages.insert((build.tool.value, directory.value.clone())) {
            updates.push(plan(UpdateKind::Packages, Some(build.tool), directory, build.origin));
        }
    }
    for build in &system.builds {
        let Some(image) = build.image.as_ref().map(|image| automation::image(system, build, image)) else { continue };
        let directory = image.dockerfile.with(image.dockerfile.folder());
        if images.insert(directory.value.clone()) {
            updates.push(plan(UpdateKind::Images, None, directory, image.origin));
        }
    }
    updates.push(plan(UpdateKind::Pipelines, None, super::root(), Origin::rule(rules::COOLDOWN)));
    updates
}
