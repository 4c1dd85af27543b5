//! What a run has found becomes evidence, and the gates judge it.

use crate::ir::Origin;
use crate::output::doc::Doc;
use crate::plan::pipeline::configurations::{EvidenceForm, EvidenceImport, PipelineKind, ScanKind, SuiteJob};
use crate::spec::github_actions::ActionName;

use super::job::Job;
use super::pipelines::Pipelines;
use super::setup::{self, lines};
use super::step::{Step, checkout};
use super::{rules, scan, script};

/// Where a job gathers its evidence, on its own machine.
const GATHERED: &str = "${{ runner.temp }}/evidence";

/// Keeps what a suite has reported, also where it failed.
pub(super) fn keep(pipelines: Pipelines<'_>, suite: &SuiteJob) -> Vec<Step> {
    let name = suite.name.to_string();
    let reports = imports(pipelines, &name).map(|import| format!("{} {}", import.form, import.report));
    let gather = Step::script(pipelines, "Gather evidence", script::COLLECT_EVIDENCE, rules::EVIDENCE)
        .when("${{ !cancelled() }}")
        .variable("SUITE", name.clone())
        .variable("OUTCOME", "${{ steps.suite.outcome }}")
        .env("REPORTS", lines(reports, suite.origin));
    vec![gather, upload(pipelines, &name)]
}

/// Uploads what was gathered, for the gates.
pub(super) fn upload(pipelines: Pipelines<'_>, name: &str) -> Step {
    Step::uses(pipelines, "Keep evidence", ActionName::UploadArtifact, rules::EVIDENCE)
        .when("${{ !cancelled() }}")
        .set("name", format!("evidence-{name}"))
        .set("path", GATHERED)
        .set("if-no-files-found", "error")
}

fn imports<'a>(pipelines: Pipelines<'a>, suite: &str) -> impl Iterator<Item = &'a EvidenceImport> {
    pipelines.configurations().evidence.iter().filter(move |import| import.suite.as_str() == suite)
}

/// What is imported of a run, a line each: `SUITE FORM COMPONENT..`.
pub(super) fn imported(pipelines: Pipelines<'_>, pipeline: &[PipelineKind]) -> Doc {
    let mut imported = Vec::new();
    for suite in pipelines.configurations().suites.iter().filter(|suite| pipeline.contains(&suite.pipeline.value)) {
        // A suite without test results is one test, which its command is.
        imported.push(format!("{} {}", suite.name, EvidenceForm::Junit));
        for import in imports(pipelines, suite.name.as_str()).filter(|import| import.form.value != EvidenceForm::Junit)
        {
            let components: Vec<&str> = import.components.iter().map(|name| name.as_str()).collect();
            imported.push(format!("{} {} {}", import.suite, import.form, components.join(" ")));
        }
    }
    let scans = pipelines.configurations().scans.iter();
    for found in scans.filter(|found| found.kind.value == ScanKind::Source && scan::is_known(pipelines, found)) {
        let built: Vec<&str> = pipelines.configurations().builds.iter().map(|job| job.component.as_str()).collect();
        imported.push(format!("{} {} {}", scan::id(found), EvidenceForm::Sarif, built.join(" ")));
    }
    lines(imported, Origin::rule(rules::EVIDENCE))
}

/// Fetches what the jobs of this run have kept.
pub(super) fn fetch(pipelines: Pipelines<'_>) -> Step {
    Step::uses(pipelines, "Fetch evidence", ActionName::DownloadArtifact, rules::EVIDENCE)
        .set("pattern", "evidence-*")
        .set("path", "evidence")
        .flag("merge-multiple", true)
}

/// Whether what is committed is what pathc generates.
pub(super) fn fresh(pipelines: Pipelines<'_>) -> Job {
    Job::new(pipelines, "generated-files", "Generated files are up to date", 15, rules::FRESH)
        .may("contents", "read", "to check out")
        .step(checkout(pipelines))
        .steps(setup::pathc(pipelines, true))
        .step(Step::run(
            "Compare with the inputs",
            "pathc build --check --stage commit --message-format github",
            rules::FRESH,
        ))
}

/// Judges the whole run: the one job that a branch rule has to require.
pub(super) fn gates(pipelines: Pipelines<'_>, needed: &[String]) -> Job {
    let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
    let require = Step::script(pipelines, "Require all jobs", script::REQUIRE_JOBS, rules::EVIDENCE)
        .variable("NEEDS", "${{ toJSON(needs) }}");
    let import = Step::script(pipelines, "Import evidence", script::IMPORT_EVIDENCE, rules::EVIDENCE)
        .variable("COMPONENTS", "${{ needs.changes.outputs.components }}")
        .variable("COMMIT", "${{ github.sha }}")
        .env("EVIDENCE", imported(pipelines, &[PipelineKind::Integration]));
    let check = Step::script(pipelines, "Check the candidate", script::CHECK_CANDIDATE, rules::EVIDENCE)
        .variable("COMPONENTS", "${{ needs.changes.outputs.components }}")
        .variable("COMMIT", "${{ github.sha }}");
    Job::new(pipelines, "quality-gates", "Quality gates", 20, rules::EVIDENCE)
        .needs(&needed)
        .when("${{ !cancelled() }}")
        .may("contents", "read", "to check out")
        .step(checkout(pipelines))
        .step(require)
        .steps(setup::pathc(pipelines, true))
        .step(fetch(pipelines))
        .step(import)
        .step(check)
}
