//! `dependabot.yml`: what is kept up to date, and how long a new version is left to prove itself.

use crate::ir::{Origin, Traced};
use crate::output::Printed;
use crate::output::doc::{Doc, Map};
use crate::output::yaml::Writer;
use crate::plan::pipeline::configurations::{UpdateKind, UpdatePlan};

use super::pipelines::Pipelines;
use super::rules;

/// The document, which is written entry by entry: there are as many as builds.
pub(super) struct Updates<'a> {
    pipelines: Pipelines<'a>,
    entries: Vec<(&'a UpdatePlan, &'a Traced<String>)>,
}

impl<'a> Updates<'a> {
    /// None where nothing is kept up to date.
    pub(super) fn new(pipelines: Pipelines<'a>) -> Option<Updates<'a>> {
        let updates = pipelines.configurations().updates.iter();
        let entries: Vec<_> = updates.filter_map(|update| Some((update, ecosystem(pipelines, update)?))).collect();
        (!entries.is_empty()).then_some(Updates { pipelines, entries })
    }

    /// Writes one part. False where there are not so many.
    pub(super) fn write_part(&self, index: usize, out: &mut Printed) -> bool {
        let Some((update, ecosystem)) = self.entries.get(index) else { return false };
        let origin = Origin::rule(rules::UPDATES);
        let header = if index == 0 { self.pipelines.header() } else { Vec::new() };
        let mut writer = Writer::new(&header, out);
        if index == 0 {
            writer.entries(&Map::new(origin).integer("version", 2));
        }
        writer.element_apart("updates", origin, index, |writer| writer.element_doc(&entry(update, ecosystem)));
        true
    }
}

fn ecosystem<'a>(pipelines: Pipelines<'a>, update: &UpdatePlan) -> Option<&'a Traced<String>> {
    match (update.kind.value, &update.tool) {
        (UpdateKind::Packages, tool) => pipelines.spec.packages(tool.as_ref()?.value),
        (UpdateKind::Images, _) => Some(&pipelines.spec.image_updates),
        (UpdateKind::Pipelines, _) => Some(&pipelines.spec.pipeline_updates),
    }
}

fn entry(update: &UpdatePlan, ecosystem: &Traced<String>) -> Doc {
    let folder = match update.directory.as_str() {
        "." => "/".to_owned(),
        folder => format!("/{folder}"),
    };
    let origin = update.origin;
    let days = i64::try_from(update.cooldown.whole_days()).unwrap_or(i64::MAX);
    // One pull request for what belongs together.
    let all = Map::new(origin).with("patterns", Doc::list([Doc::text("*", origin)], origin));
    Map::new(origin)
        .with("package-ecosystem", Doc::traced(ecosystem))
        .with("directory", Doc::text(folder, update.directory.origin))
        .with("schedule", Map::new(origin).text("interval", "weekly"))
        .with("cooldown", Map::new(update.cooldown.origin).integer("default-days", days))
        .with("groups", Map::new(origin).with(ecosystem.value.clone(), all))
        .into()
}
