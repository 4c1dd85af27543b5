//! `dependabot.yml`: what is kept up to date, and how long a new version is left to prove itself.

use crate::ir::Origin;
use crate::output::Content;
use crate::output::doc::{Doc, Map};
use crate::plan::pipeline::configurations::{UpdateKind, UpdatePlan};

use super::pipelines::Pipelines;
use super::rules;

/// The content of the file.
pub(super) fn content(pipelines: Pipelines<'_>) -> Content {
    let origin = Origin::rule(rules::UPDATES);
    let updates = pipelines.configurations().updates.iter().filter_map(|update| entry(pipelines, update));
    let document = Map::new(origin).integer("version", 2).with("updates", Doc::list(updates, origin));
    Content::yaml(pipelines.header(), vec![document.into()])
}

fn entry(pipelines: Pipelines<'_>, update: &UpdatePlan) -> Option<Doc> {
    let ecosystem = match (update.kind.value, &update.tool) {
        (UpdateKind::Packages, tool) => pipelines.spec.packages(tool.as_ref()?.value)?,
        (UpdateKind::Images, _) => &pipelines.spec.image_updates,
        (UpdateKind::Pipelines, _) => &pipelines.spec.pipeline_updates,
    };
    let folder = match update.directory.as_str() {
        "." => "/".to_owned(),
        folder => format!("/{folder}"),
    };
    let origin = update.origin;
    let days = i64::try_from(update.cooldown.whole_days()).unwrap_or(i64::MAX);
    // One pull request for what belongs together.
    let all = Map::new(origin).with("patterns", Doc::list([Doc::text("*", origin)], origin));
    let entry = Map::new(origin)
        .with("package-ecosystem", Doc::traced(ecosystem))
        .with("directory", Doc::text(folder, update.directory.origin))
        .with("schedule", Map::new(origin).text("interval", "weekly"))
        .with("cooldown", Map::new(update.cooldown.origin).integer("default-days", days))
        .with("groups", Map::new(origin).with(ecosystem.value.clone(), all));
    Some(entry.into())
}
