//! `ci.yml`: builds and tests what changed, scans, and judges the evidence of the run.

use std::collections::HashMap;

use crate::ir::value::Text;
use crate::ir::{Origin, Traced};
use crate::output::Printed;
use crate::output::doc::{Doc, Map};
use crate::output::yaml::Writer;
use crate::plan::pipeline::automation::BuildPlan;
use crate::plan::pipeline::configurations::{BuildJob, ChangeFilter, PipelineKind, SuiteJob};
use crate::spec::github_actions::ActionName;

use super::expression::{literal, user};
use super::job::Job;
use super::pipelines::{Pipelines, concurrency, defaults};
use super::setup::{Tool, lines};
use super::step::{Step, checkout, checkout_history};
use super::{evidence, rules, scan, script, service, verification};

/// The job that finds out what changed.
const CHANGES: &str = "changes";

/// The document, which is written job by job: there are as many as builds and suites.
pub(super) struct Integration<'a> {
    pipelines: Pipelines<'a>,
    parts: Vec<Part<'a>>,
}

/// What is written at once.
enum Part<'a> {
    /// What stands above the jobs, and the job that finds out what changed.
    Changes,
    Build(&'a BuildJob, &'a BuildPlan),
    Suite(&'a SuiteJob),
    Scans,
    Fresh,
    /// The job that waits for all others.
    Gates,
}

impl<'a> Integration<'a> {
    pub(super) fn new(pipelines: Pipelines<'a>) -> Integration<'a> {
        let plans = pipelines.automation().builds.iter().map(|build| (build.component.as_str(), build));
        let plans: HashMap<&str, &BuildPlan> = plans.collect();
        let builds = pipelines.configurations().builds.iter();
        let builds = builds.filter_map(|job| Some(Part::Build(job, plans.get(job.component.as_str()).copied()?)));
        let first = [Part::Changes].into_iter().chain(builds).chain(suites(pipelines).map(Part::Suite));
        let parts = first.chain([Part::Scans, Part::Fresh, Part::Gates]).collect();
        Integration { pipelines, parts }
    }

    /// Writes one part. False where there are not so many.
    pub(super) fn write_part(&self, index: usize, out: &mut Printed) -> bool {
        let Some(part) = self.parts.get(index) else { return false };
        let pipelines = self.pipelines;
        let is_first = index == 0;
        let header = if is_first { pipelines.header() } else { Vec::new() };
        let mut writer = Writer::workflow(&header, out);
        if is_first {
            writer.entries(&head(pipelines));
        }
        writer.entries_apart("jobs", Origin::rule(rules::WORKFLOW), is_first, |writer| match part {
            Part::Changes => write_job(changes(pipelines), writer),
            Part::Build(job, plan) => write_job(build(pipelines, job, plan), writer),
            Part::Suite(suite) => {
                let job = self::suite(pipelines, suite, true).needs(&[CHANGES]).when(is_due(&suite_job(suite)));
                write_job(job, writer);
            }
            Part::Scans => scans(pipelines).into_iter().for_each(|scan| write_job(scan, writer)),
            Part::Fresh => write_job(evidence::fresh(pipelines), writer),
            Part::Gates => write_job(evidence::gates(pipelines, &self.needed()), writer),
        });
        true
    }

    /// The jobs that the last one waits for.
    fn needed(&self) -> Vec<String> {
        let ids = self.parts.iter().flat_map(|part| match part {
            Part::Changes => vec![CHANGES.to_owned()],
            Part::Build(job, _) => vec![build_job(job)],
            Part::Suite(suite) => vec![suite_job(suite)],
            Part::Scans => scans(self.pipelines).iter().map(|scan| scan.id().to_owned()).collect(),
            Part::Fresh => vec![evidence::fresh(self.pipelines).id().to_owned()],
            Part::Gates => Vec::new(),
        });
        ids.collect()
    }
}

/// What stands above the jobs.
fn head(pipelines: Pipelines<'_>) -> Map {
    let origin = Origin::rule(rules::TRIGGERS);
    let base = Map::new(origin)
        .text("description", "Commit to compare with; without it, everything is built and tested")
        .bool("required", false)
        .text("type", "string");
    let inputs = |map: Map| Map::new(origin).with("inputs", Map::new(origin).with("base", map));
    let mut document =
        pipelines.head("CI", PipelineKind::Integration, inputs(base.clone()), &[("workflow_call", inputs(base))]);
    if let Some(template) = pipelines.template(PipelineKind::Integration) {
        document.put("concurrency", concurrency("ci-${{ github.workflow }}-${{ github.ref }}", &template.supersedes));
    }
    document.with("defaults", defaults())
}

fn scans(pipelines: Pipelines<'_>) -> Vec<Job> {
    scan::jobs(pipelines, PipelineKind::Integration)
}

fn write_job(job: Job, writer: &mut Writer<'_>) {
    let mut jobs = Map::new(Origin::rule(rules::WORKFLOW));
    job.put_into(&mut jobs);
    writer.entries(&jobs);
}

fn suites<'a>(pipelines: Pipelines<'a>) -> impl Iterator<Item = &'a SuiteJob> {
    pipelines.configurations().suites.iter().filter(|suite| suite.pipeline.value == PipelineKind::Integration)
}

fn build_job(job: &BuildJob) -> String {
    format!("build-{}", job.component)
}

fn suite_job(suite: &SuiteJob) -> String {
    format!("suite-{}", suite.name)
}

/// Whether a job has something to do.
fn is_due(job: &str) -> String {
    format!("contains(fromJSON(needs.{CHANGES}.outputs.jobs), '{job}')")
}

/// Lines of `JOB PATH`: what a job looks at.
pub(super) fn all_filters(pipelines: Pipelines<'_>) -> impl Iterator<Item = String> {
    let folder = pipelines.folder("github-actions");
    let own = [format!("* {folder}/workflows/ci.yml"), format!("* {folder}/scripts/")];
    let builds = pipelines.configurations().builds.iter().flat_map(|job| filters(&build_job(job), &job.changes));
    let suites = suites(pipelines).flat_map(|suite| filters(&suite_job(suite), &suite.changes));
    own.into_iter().chain(builds).chain(suites)
}

/// Finds out what changed.
fn changes(pipelines: Pipelines<'_>) -> Job {
    let origin = Origin::rule(rules::CHANGES);
    let filters = lines(all_filters(pipelines), origin);
    let script = Step::script(pipelines, "Find what changed", script::CHANGES, rules::CHANGES)
        .id("changes")
        .variable("BASE", "${{ inputs.base || github.event.pull_request.base.sha || github.event.before }}")
        .env("FILTERS", filters);
    let outputs = Map::new(origin)
        .text("jobs", "${{ steps.changes.outputs.jobs }}")
        .text("components", "${{ steps.changes.outputs.components }}");
    Job::new(pipelines, CHANGES, "Find what changed", 5, rules::CHANGES)
        .may("contents", "read", "to check out")
        .key("outputs", outputs)
        .step(checkout_history(pipelines))
        .step(script)
}

/// The lines of a filter: `JOB PATH`, folders with `/` at the end.
fn filters(job: &str, changes: &ChangeFilter) -> Vec<String> {
    if changes.always.value {
        return vec![format!("{job} *")];
    }
    let folders = changes.folders.iter().map(|folder| format!("{job} {folder}/"));
    folders.chain(changes.files.iter().map(|file| format!("{job} {file}"))).collect()
}

/// Builds a component.
fn build(pipelines: Pipelines<'_>, job: &BuildJob, build: &BuildPlan) -> Job {
    let id = build_job(job);
    let tool = Tool::of_build(build);
    let mut made = Job::new(pipelines, id.clone(), format!("Build {}", job.component), 0, rules::BUILD)
        .timeout(pipelines, &[&job.timeout])
        .needs(&[CHANGES])
        .when(is_due(&id))
        .may("contents", "read", "to check out");
    if !build.matrix.is_empty() {
        let origin = build.origin;
        let mut axes = Map::new(origin);
        for axis in &build.matrix {
            axes.put(axis.name.to_string(), Doc::list(axis.values.iter().map(user), axis.origin));
            made = made.env(axis.name.to_string(), Doc::text(format!("${{{{ matrix.{} }}}}", axis.name), axis.origin));
        }
        made = made.key("strategy", Map::new(origin).bool("fail-fast", false).with("matrix", axes));
    }
    for variable in &build.variables {
        made = made.env(variable.name.to_string(), user(&variable.value));
    }
    let command = |name: &'static str, command: &Option<Traced<Text>>| {
        command.as_ref().map(|command| Step::command(name, command, rules::BUILD).folder(&build.working_directory))
    };
    made = made
        .step(checkout(pipelines))
        .steps(tool.steps(pipelines))
        .steps(tool.fetch())
        .steps(command("Lint", &build.lint))
        .steps(command("Build", &build.build))
        .steps(command("Package", &build.package));
    if let Some(first) = build.artifacts.first() {
        let paths: Vec<String> = build.artifacts.iter().map(|path| literal(path.as_str()).into_owned()).collect();
        let name = format!("build-{}", job.component);
        let upload = Step::uses(pipelines, "Keep what was built", ActionName::UploadArtifact, rules::BUILD)
            .with("path", Doc::text(paths.join("\n"), first.origin))
            .set("if-no-files-found", "error");
        // Variants of one build are kept apart.
        let name = build.matrix.iter().fold(name, |name, axis| format!("{name}-${{{{ matrix.{} }}}}", axis.name));
        made = made.step(upload.set("name", name));
    }
    made
}

/// Runs a suite. `cached`: whether it may read what an earlier run has kept.
pub(super) fn suite(pipelines: Pipelines<'_>, suite: &SuiteJob, cached: bool) -> Job {
    let mut job = Job::new(pipelines, suite_job(suite), format!("Suite {}", suite.name), 0, rules::SUITE)
        .timeout(pipelines, &[&suite.timeout])
        .may("contents", "read", "to check out");
    if !suite.blocking.value {
        job = job.key("continue-on-error", Doc::Bool(true, suite.blocking.origin));
    }
    if let Some(services) = service::services(pipelines, suite) {
        job = job.key("services", services);
    }
    for variable in suite.services.iter().flat_map(|service| &service.variables) {
        job = job.env(variable.name.to_string(), user(&variable.value));
    }
    job = job.step(checkout(pipelines));
    for tool in &suite.tools {
        let tool = Tool::of_suite(tool);
        let steps = if cached { tool.steps(pipelines) } else { tool.language(pipelines) };
        job = job.steps(steps).steps(tool.fetch());
    }
    job = job.steps(suite.programs.iter().map(|program| verification::set_up(pipelines, program.value)));
    let run = Step::command("Run the suite", &suite.command, rules::SUITE).id("suite").folder(&suite.working_directory);
    job.steps(service::resources(pipelines, suite)).step(run).steps(evidence::keep(pipelines, suite))
}
