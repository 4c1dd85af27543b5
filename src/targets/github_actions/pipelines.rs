//! What every workflow is printed from: the plans and the facts about GitHub Actions.

use crate::ir::choice::Runtime;
use crate::ir::{Origin, Traced};
use crate::output::doc::{Doc, Map, Text};
use crate::output::{Content, Files};
use crate::plan::Plans;
use crate::plan::pipeline::automation::BuildAutomation;
use crate::plan::pipeline::configurations::{PipelineConfigurations, PipelineEvent, PipelineKind, PipelineTemplate};
use crate::plan::pipeline::workflows::DeploymentWorkflows;
use crate::spec::{AwsSpec, GithubActionsSpec};
use crate::targets::shared::header::header;

use super::expression::literal;
use super::{WORKFLOWS, rules};

/// The plans, and how workflows are written.
#[derive(Clone, Copy)]
pub(super) struct Pipelines<'a> {
    pub(super) plans: &'a Plans,
    pub(super) spec: &'a GithubActionsSpec,
    pub(super) aws: &'a AwsSpec,
}

impl<'a> Pipelines<'a> {
    pub(super) fn configurations(self) -> &'a PipelineConfigurations {
        &self.plans.pipeline.configurations
    }

    pub(super) fn automation(self) -> &'a BuildAutomation {
        &self.plans.pipeline.automation
    }

    pub(super) fn workflows(self) -> &'a DeploymentWorkflows {
        &self.plans.pipeline.workflows
    }

    pub(super) fn is_on(self, runtime: Runtime) -> bool {
        self.workflows().runtime.value == runtime
    }

    /// Where a target's files lie, from the repository's root.
    pub(super) fn folder(self, target: &str) -> &'a str {
        self.folder_if_any(target).unwrap_or(".")
    }

    /// The same, where the target is among those of the system.
    pub(super) fn folder_if_any(self, target: &str) -> Option<&'a str> {
        let folder = self.workflows().folders.iter().find(|folder| folder.target.value == target)?;
        Some(folder.folder.as_str())
    }

    pub(super) fn header(self) -> Vec<Text> {
        header(&self.plans.infrastructure.templates.system)
    }

    /// The pipeline of a kind.
    pub(super) fn template(self, kind: PipelineKind) -> Option<&'a PipelineTemplate> {
        self.configurations().pipelines.iter().find(|known| known.kind.value == kind)
    }

    /// Adds a workflow's file.
    pub(super) fn add(self, name: &str, document: impl Fn() -> Doc + Send + Sync + 'a, files: &mut Files<'a>) {
        files.add(format!("{WORKFLOWS}/{name}"), move || Content::workflow(self.header(), document()));
    }

    /// The head of a workflow: its name, what starts it, and that it may do nothing by itself.
    pub(super) fn head(
        self,
        name: &'static str,
        kind: PipelineKind,
        dispatch: Map,
        more: &[(&'static str, Map)],
    ) -> Map {
        let origin = Origin::rule(rules::WORKFLOW);
        let mut on = Map::new(Origin::rule(rules::TRIGGERS));
        for trigger in self.template(kind).into_iter().flat_map(|template| &template.triggers) {
            let origin = trigger.origin;
            let pattern = |key: &'static str| match &trigger.pattern {
                Some(pattern) => {
                    let text = Doc::text(literal(&pattern.value).into_owned(), pattern.origin);
                    Map::new(origin).with(key, Doc::list([text], pattern.origin))
                }
                None => Map::new(origin),
            };
            match trigger.event.value {
                PipelineEvent::Push => {
                    let paths = trigger.paths.iter().map(|path| {
                        // A folder counts with all that lies below it.
                        let text = if path.as_str().ends_with(".yaml") {
                            path.to_string()
                        } else {
                            format!("{}/**", path.value)
                        };
                        Doc::text(literal(&text).into_owned(), path.origin)
                    });
                    let paths = (!trigger.paths.is_empty()).then(|| Doc::list(paths, origin));
                    on.put("push", pattern("branches").with_some("paths", paths));
                }
                PipelineEvent::Tag => on.put("push", pattern("tags")),
                PipelineEvent::PullRequest => on.put("pull_request", pattern("branches")),
                PipelineEvent::Schedule => {
                    let cron =
                        trigger.cron.iter().map(|cron| Doc::from(Map::new(origin).with("cron", Doc::traced(cron))));
                    on.put("schedule", Doc::list(cron, origin));
                }
                PipelineEvent::Manual => on.put("workflow_dispatch", dispatch.clone()),
            }
        }
        for (event, options) in more {
            on.put(*event, options.clone());
        }
        Map::new(origin).text("name", name).with("on", on).commented(
            "permissions",
            Map::new(Origin::rule(rules::NO_PERMISSION)),
            "Each job says what it needs.",
        )
    }
}

/// `defaults` of a workflow.
pub(super) fn defaults() -> Map {
    let origin = Origin::rule(rules::SHELL);
    Map::new(origin).with("run", Map::new(origin).text("shell", "bash"))
}

/// A concurrency group.
pub(super) fn concurrency(group: impl Into<Text>, cancels: &Traced<bool>) -> Map {
    Map::new(Origin::rule(rules::CONCURRENCY))
        .text("group", group)
        .with("cancel-in-progress", Doc::Bool(cancels.value, cancels.origin))
}

/// A concurrency group whose runs wait for each other.
pub(super) fn one_after_the_other(group: impl Into<Text>) -> Map {
    concurrency(group, &Traced::by_rule(false, rules::CONCURRENCY))
}
