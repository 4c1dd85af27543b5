//! Jobs, with their keys in the order in which people write them.

use crate::ir::value::Duration;
use crate::ir::{Origin, Rule, Traced};
use crate::output::doc::{Doc, Map, Text};

use super::expression::user;
use super::pipelines::Pipelines;
use super::rules;
use super::step::Step;

/// Minutes that a job takes beside its own commands: to get a machine, to set up tools, to upload.
const MARGIN: i64 = 10;

/// A job.
pub(super) struct Job {
    id: String,
    head: Map,
    tail: Map,
    permissions: Map,
    env: Map,
    steps: Vec<Doc>,
    runner: Doc,
    timeout: Doc,
    origin: Origin,
}

impl Job {
    /// A job on the usual machine that ends after some minutes.
    pub(super) fn new(
        pipelines: Pipelines<'_>,
        id: impl Into<String>,
        name: impl Into<Text>,
        minutes: i64,
        rule: Rule,
    ) -> Job {
        let origin = Origin::rule(rule);
        let name = name.into();
        Job {
            id: id.into(),
            head: Map::new(origin).text("name", name),
            tail: Map::new(origin),
            permissions: Map::new(Origin::rule(rules::PERMISSION)),
            env: Map::new(origin),
            steps: Vec::new(),
            runner: Doc::traced(&pipelines.spec.runner),
            timeout: Doc::Integer(minutes, Origin::rule(rules::TIMEOUT)),
            origin,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Runs on another machine.
    pub(super) fn runner(mut self, runner: &Traced<String>) -> Job {
        self.runner = user(runner);
        self
    }

    /// Ends a margin after what its commands may take.
    pub(super) fn timeout(mut self, pipelines: Pipelines<'_>, of: &[&Traced<Duration>]) -> Job {
        let commands: i64 = of.iter().map(|timeout| minutes(timeout)).sum();
        let most = i64::from(pipelines.spec.job_timeout_minutes.value);
        let origin = of.first().map_or(Origin::rule(rules::TIMEOUT), |timeout| timeout.origin);
        self.timeout = Doc::Integer((commands + MARGIN).min(most), origin);
        self
    }

    pub(super) fn needs(mut self, jobs: &[&str]) -> Job {
        let origin = self.origin;
        match jobs {
            [] => {}
            [job] => self.head.put("needs", Doc::text((*job).to_owned(), origin)),
            jobs => {
                let jobs = jobs.iter().map(|job| Doc::text((*job).to_owned(), origin));
                self.head.put("needs", Doc::list(jobs, origin));
            }
        }
        self
    }

    /// Runs only where an expression holds.
    pub(super) fn when(mut self, condition: impl Into<Text>) -> Job {
        self.head = self.head.text("if", condition);
        self
    }

    /// What its token may do, and why.
    pub(super) fn may(mut self, scope: &'static str, access: &'static str, why: &'static str) -> Job {
        let origin = self.permissions.origin;
        self.permissions = self.permissions.remarked(scope, Doc::text(access, origin), why);
        self
    }

    /// The GitHub environment that it reaches.
    pub(super) fn environment(mut self, environment: Doc) -> Job {
        self.tail.put("environment", environment);
        self
    }

    pub(super) fn concurrency(mut self, concurrency: Map) -> Job {
        self.tail.put("concurrency", concurrency);
        self
    }

    pub(super) fn env(mut self, key: impl Into<Text>, value: Doc) -> Job {
        self.env.put(key, value);
        self
    }

    /// Another key of the job.
    pub(super) fn key(mut self, key: &'static str, value: impl Into<Doc>) -> Job {
        self.tail.put(key, value);
        self
    }

    pub(super) fn step(mut self, step: Step) -> Job {
        self.steps.push(step.into());
        self
    }

    pub(super) fn steps(mut self, steps: impl IntoIterator<Item = Step>) -> Job {
        self.steps.extend(steps.into_iter().map(Doc::from));
        self
    }

    /// Puts the job into the mapping of a workflow's jobs.
    pub(super) fn put_into(self, jobs: &mut Map) {
        let mut map = self.head;
        map.put("runs-on", self.runner);
        map.put("timeout-minutes", self.timeout);
        map.put("permissions", self.permissions);
        map.entries.extend(self.tail.entries);
        if !self.env.is_empty() {
            map.put("env", self.env);
        }
        map.put("steps", Doc::list(self.steps, self.origin));
        jobs.append(self.id, map);
    }
}

/// Whole minutes, rounded up.
pub(super) fn minutes(duration: &Traced<Duration>) -> i64 {
    i64::try_from(duration.whole_seconds().div_ceil(60)).unwrap_or(i64::MAX / 1024)
}
