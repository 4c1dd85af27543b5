//! Jobs: one a build, one a suite, one a scan; and the reports that become evidence.

use super::changes::Sources;
use super::{automation, or_root, rules, services};
use crate::ir::building::{Build, Scans};
use crate::ir::choice::{EnvironmentKind, SuiteStage};
use crate::ir::testing::Suite;
use crate::ir::value::RepositoryPath;
use crate::ir::{Origin, Rule, System, Traced};
use crate::plan::pipeline::configurations::{
    BuildJob, EvidenceForm, EvidenceImport, PipelineKind, Program, ScanJob, ScanKind, SuiteJob, ToolPlan, coverage_form,
};
use crate::spec::Specs;

/// One job a component that is built.
pub(super) fn builds(system: &System, sources: &Sources<'_>) -> Vec<BuildJob> {
    let job = |build: &Build| BuildJob {
        origin: build.origin,
        component: build.component.clone(),
        changes: sources.of_component(build.component.as_str()),
        timeout: build.timeout,
    };
    system.builds.iter().map(job).collect()
}

/// The pipeline that a suite belongs to.
pub(super) fn pipeline_of(suite: &Suite) -> PipelineKind {
    match suite.stage().value {
        SuiteStage::Build => PipelineKind::Integration,
        SuiteStage::Release if suite.environment.is_none() => PipelineKind::Release,
        SuiteStage::Release | SuiteStage::PostDeploy => PipelineKind::Deployment,
    }
}

/// One job a suite that needs no environment.
pub(super) fn suites(system: &System, sources: &Sources<'_>, specs: &Specs) -> Vec<SuiteJob> {
    let here = system.suites.iter().filter(|suite| pipeline_of(suite) != PipelineKind::Deployment);
    here.map(|suite| SuiteJob {
        origin: suite.origin,
        name: suite.name.clone(),
        kind: suite.kind,
        pipeline: Traced::by_rule(pipeline_of(suite), rules::SUITE_PIPELINE),
        components: suite.components().to_vec(),
        changes: sources.of_suite(suite),
        tools: tools(suite, sources),
        programs: programs(suite),
        command: suite.run.clone(),
        working_directory: or_root(suite.working_directory.as_ref()),
        timeout: suite.timeout,
        blocking: suite.blocking,
        services: services::plan(sources, suite, specs),
        requirements: suite.specification.clone(),
    })
    .collect()
}

/// The programs that a suite's command begins with, in any of its lines. `cargo NAME` runs the program `cargo-NAME`, and
/// `cargo llvm-cov nextest` both.
pub(super) fn programs(suite: &Suite) -> Vec<Traced<Program>> {
    let commands = suite.run.lines().flat_map(|line| line.split("&&")).map(|command| command.split_whitespace());
    let mut named: Vec<&str> = Vec::new();
    for mut words in commands {
        match words.next() {
            Some("cargo") => named.extend(words.take_while(|word| !word.starts_with('-')).take(2)),
            Some(word) => named.push(word),
            None => {}
        }
    }
    let is_named = |program: &&Program| {
        let name = program.as_str();
        named.iter().any(|word| *word == name || name.strip_prefix("cargo-") == Some(word))
    };
    Program::ALL.iter().filter(is_named).map(|program| suite.run.with(*program)).collect()
}

/// The tools of the components that a suite tests, each once.
pub(super) fn tools(suite: &Suite, sources: &Sources<'_>) -> Vec<ToolPlan> {
    let mut tools: Vec<ToolPlan> = Vec::new();
    for build in suite.components().iter().filter_map(|component| sources.build(component.as_str())) {
        let tool = ToolPlan {
            origin: build.origin,
            tool: build.tool,
            toolchain: build.toolchain.clone(),
            working_directory: or_root(build.working_directory.as_ref()),
            lockfile: build.lockfile.clone(),
            setup: automation::setup(build),
            cache: automation::cache(build),
        };
        let is_known = |known: &ToolPlan| {
            (known.tool, &known.toolchain, &known.working_directory, &known.lockfile)
                == (tool.tool, &tool.toolchain, &tool.working_directory, &tool.lockfile)
        };
        if !tools.iter().any(is_known) {
            tools.push(tool);
        }
    }
    tools
}

/// One job a scan that the input names a tool for.
pub(super) fn scans(system: &System) -> Vec<ScanJob> {
    let Some(Scans { r#static, dependencies, containers, secrets, infrastructure, dynamic, .. }) = &system.scans else {
        return Vec::new();
    };
    let asked = [
        (ScanKind::Source, r#static, PipelineKind::Integration),
        (ScanKind::Dependencies, dependencies, PipelineKind::Integration),
        (ScanKind::Containers, containers, PipelineKind::Release),
        (ScanKind::Secrets, secrets, PipelineKind::Integration),
        (ScanKind::Infrastructure, infrastructure, PipelineKind::Integration),
        (ScanKind::Dynamic, dynamic, PipelineKind::Deployment),
    ];
    let mut jobs = Vec::new();
    for (kind, tool, pipeline) in asked {
        let Some(tool) = tool.as_ref().filter(|tool| tool.value != "none") else { continue };
        // What runs is attacked where no user is hurt.
        let staging = system.environments.iter().find(|place| place.kind.value == EnvironmentKind::Staging);
        let images = system.builds.iter().filter(|build| build.image.is_some()).map(|build| build.component.clone());
        jobs.push(ScanJob {
            origin: tool.origin,
            kind: tool.with(kind),
            tool: tool.clone(),
            pipeline: by_rule(pipeline, rules::SCAN_PIPELINE),
            components: if kind == ScanKind::Containers { images.collect() } else { Vec::new() },
            environment: match kind {
                ScanKind::Dynamic => staging.map(|place| place.name.clone()),
                _ => None,
            },
        });
    }
    jobs
}

fn by_rule<T>(value: T, rule: Rule) -> Traced<T> {
    Traced::new(value, Origin::rule(rule))
}

/// Reports that become evidence, of all suites.
pub(super) fn evidence(system: &System) -> Vec<EvidenceImport> {
    let mut imports = Vec::new();
    for suite in &system.suites {
        let Some(reports) = &suite.reports else { continue };
        let import = |form: Traced<EvidenceForm>, report: &Traced<RepositoryPath>| EvidenceImport {
            origin: report.origin,
            suite: suite.name.clone(),
            form,
            report: report.clone(),
            components: suite.components().to_vec(),
        };
        imports.extend(reports.junit.as_ref().map(|path| import(path.with(EvidenceForm::Junit), path)));
        imports.extend(reports.coverage.as_ref().map(|report| import(report.format.map(coverage_form), &report.path)));
    }
    imports
}
