//! Steps of a job, with their keys in the order in which people write them.

use std::fmt::Display;

use crate::ir::value::RepositoryPath;
use crate::ir::{Origin, Rule, Traced};
use crate::output::doc::{Doc, Map, Text};
use crate::spec::github_actions::ActionName;

use super::expression::{has_expression, literal, user};
use super::pipelines::Pipelines;
use super::rules;
use super::script::Script;

/// A step.
#[derive(Clone)]
pub(super) struct Step {
    name: Text,
    id: Option<Text>,
    condition: Option<Text>,
    uses: Option<(Doc, Text)>,
    with: Map,
    working_directory: Option<Doc>,
    env: Map,
    run: Option<Doc>,
    goes_on: bool,
    timeout: Option<Doc>,
    origin: Origin,
}

impl Step {
    fn new(name: impl Into<Text>, rule: Rule) -> Step {
        let origin = Origin::rule(rule);
        Step {
            name: name.into(),
            id: None,
            condition: None,
            uses: None,
            with: Map::new(origin),
            working_directory: None,
            env: Map::new(origin),
            run: None,
            goes_on: false,
            timeout: None,
            origin,
        }
    }

    /// A step that uses an action.
    pub(super) fn uses(pipelines: Pipelines<'_>, name: impl Into<Text>, action: ActionName, rule: Rule) -> Step {
        let action = pipelines.spec.action(action);
        let origin = if action.kept { Origin::rule(rules::KEPT_PIN) } else { action.commit.origin };
        let reference = Doc::text(format!("{}@{}", action.uses, action.commit), origin);
        Step { uses: Some((reference, Text::Owned(action.version.value.clone()))), ..Step::new(name, rule) }
    }

    /// A step that runs commands of pathc's own.
    pub(super) fn run(name: impl Into<Text>, command: impl Into<Text>, rule: Rule) -> Step {
        Step { run: Some(Doc::text(command, Origin::rule(rule))), ..Step::new(name, rule) }
    }

    /// A step that runs a script.
    pub(super) fn script(pipelines: Pipelines<'_>, name: impl Into<Text>, script: Script, rule: Rule) -> Step {
        Step::run(name, script.command(pipelines), rule)
    }

    /// A step that runs a user's command. A command in which GitHub would see an expression is handed over as a variable.
    pub(super) fn command(name: impl Into<Text>, command: &Traced<impl AsRef<str> + Display>, rule: Rule) -> Step {
        let step = Step::new(name, rule);
        if has_expression(command.value.as_ref()) {
            let run = Doc::text("bash -euo pipefail -c \"$COMMAND\"", command.origin);
            return Step { run: Some(run), ..step }.env("COMMAND", user(command));
        }
        Step { run: Some(Doc::traced(command)), ..step }
    }

    pub(super) fn id(mut self, id: &'static str) -> Step {
        self.id = Some(Text::Borrowed(id));
        self
    }

    /// Runs only where an expression holds.
    pub(super) fn when(mut self, condition: impl Into<Text>) -> Step {
        self.condition = Some(condition.into());
        self
    }

    pub(super) fn with(mut self, key: impl Into<Text>, value: Doc) -> Step {
        self.with.put(key, value);
        self
    }

    /// An input of the action that this step's rule explains.
    pub(super) fn set(self, key: impl Into<Text>, value: impl Into<Text>) -> Step {
        let origin = self.origin;
        self.with(key, Doc::text(value, origin))
    }

    pub(super) fn flag(self, key: impl Into<Text>, value: bool) -> Step {
        let origin = self.origin;
        self.with(key, Doc::Bool(value, origin))
    }

    pub(super) fn env(mut self, key: impl Into<Text>, value: Doc) -> Step {
        self.env.put(key, value);
        self
    }

    /// A variable that this step's rule explains.
    pub(super) fn variable(self, key: impl Into<Text>, value: impl Into<Text>) -> Step {
        let origin = self.origin;
        self.env(key, Doc::text(value, origin))
    }

    pub(super) fn folder(mut self, folder: &Traced<RepositoryPath>) -> Step {
        if folder.as_str() != "." {
            self.working_directory = Some(user(folder));
        }
        self
    }

    /// Its failure does not fail the job.
    pub(super) fn goes_on(mut self, goes_on: bool) -> Step {
        self.goes_on = goes_on;
        self
    }

    /// Ends after some minutes.
    pub(super) fn timeout(mut self, minutes: Doc) -> Step {
        self.timeout = Some(minutes);
        self
    }
}

impl From<Step> for Doc {
    fn from(step: Step) -> Doc {
        let origin = step.origin;
        let text = |text: Text| Doc::text(text, origin);
        let mut map = Map::new(origin)
            .with("name", text(Text::Owned(literal(&step.name).into_owned())))
            .with_some("id", step.id.map(text))
            .with_some("if", step.condition.map(text))
            .with_some("continue-on-error", step.goes_on.then_some(Doc::Bool(true, origin)))
            .with_some("timeout-minutes", step.timeout);
        if let Some((reference, version)) = step.uses {
            map = map.remarked("uses", reference, version);
        }
        let filled = |map: Map| (!map.is_empty()).then_some(map);
        map.with_some("with", filled(step.with))
            .with_some("working-directory", step.working_directory)
            .with_some("env", filled(step.env))
            .with_some("run", step.run)
            .into()
    }
}

/// The repository's files.
pub(super) fn checkout(pipelines: Pipelines<'_>) -> Step {
    Step::uses(pipelines, "Check out", ActionName::Checkout, rules::CHECKOUT).flag("persist-credentials", false)
}

/// The repository's files with the whole history.
pub(super) fn checkout_history(pipelines: Pipelines<'_>) -> Step {
    checkout(pipelines).with("fetch-depth", Doc::Integer(0, Origin::rule(rules::CHECKOUT)))
}
