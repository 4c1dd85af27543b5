//! Scans by the tools that the inputs name, each pinned; what they find goes to the security tab.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, code};
use crate::ir::Origin;
use crate::output::doc::{Doc, Map};
use crate::plan::pipeline::configurations::{PipelineKind, ScanJob, ScanKind};
use crate::source::decode::list_of;
use crate::spec::github_actions::{ActionName, CodeqlLanguage, Scanner, ScannerForm, ToolName};

use super::cloud::Place;
use super::expression::shell_word;
use super::job::Job;
use super::pipelines::{Pipelines, one_after_the_other};
use super::step::{Step, checkout, checkout_history};
use super::{evidence, rules};

/// The GitHub environment that holds the keys of scanners.
const ENVIRONMENT: &str = "scans";

/// A fork's pull request can't write to the security tab.
const MAY_REPORT: &str =
    "${{ !cancelled() && hashFiles('scan.sarif') != '' && github.event.pull_request.head.repo.fork != true }}";

pub(super) fn id(scan: &ScanJob) -> String {
    format!("scan-{}", scan.kind)
}

pub(super) fn is_known(pipelines: Pipelines<'_>, scan: &ScanJob) -> bool {
    scanner(pipelines, scan).is_some()
}

/// How a scan is run, where the tool is for it.
fn scanner<'a>(pipelines: Pipelines<'a>, scan: &ScanJob) -> Option<&'a Scanner> {
    let scanner = pipelines.spec.scanner(&scan.tool)?;
    scanner.kinds.iter().any(|kind| kind.value == scan.kind.as_str()).then_some(scanner)
}

/// Scans that can't be run.
pub(super) fn problems(pipelines: Pipelines<'_>) -> Vec<Diagnostic> {
    let unknown = pipelines.configurations().scans.iter().filter(|scan| !is_known(pipelines, scan));
    unknown
        .map(|scan| {
            let why = match pipelines.spec.refusal(&scan.tool) {
                Some(why) => why.value.clone(),
                None => "no way of running it is known whose version could be pinned".to_owned(),
            };
            let message = format!("`{}` can't scan {}: {why}", scan.tool, scan.kind.help());
            let known: Vec<&str> = pipelines.spec.scanners_for(scan.kind.as_str()).collect();
            Diagnostic::new(code::CANNOT_EXPRESS, scan.tool.origin, message, "this scan would not run")
                .help(format!("use {}, or `none`", list_of(&known)))
        })
        .collect()
}

/// The jobs of a pipeline that scan the repository.
pub(super) fn jobs(pipelines: Pipelines<'_>, pipeline: PipelineKind) -> Vec<Job> {
    let scans = pipelines.configurations().scans.iter().filter(|scan| scan.pipeline.value == pipeline);
    scans.filter_map(|scan| Some(job(pipelines, scan, scanner(pipelines, scan)?))).collect()
}

/// The scan of an environment's running system.
pub(super) fn of_environment(place: Place<'_>) -> Option<Job> {
    let pipelines = place.pipelines;
    let scan = pipelines.configurations().scans.iter().find(|scan| {
        scan.kind.value == ScanKind::Dynamic
            && scan.environment.as_ref().is_some_and(|name| name.as_str() == place.name())
    })?;
    let scanner = scanner(pipelines, scan)?;
    let image = scanner.image.as_ref()?;
    let domain = place.environment()?.domain.as_ref()?;
    let command = format!("docker run --rm \"$SCANNER\" {} \"$URL\"", words(scanner));
    let run = Step::run("Scan", command, rules::SCAN)
        .env("SCANNER", Doc::text(format!("{}@{}", image.name, image.digest), image.digest.origin))
        .env("URL", Doc::text(format!("https://{domain}"), domain.origin));
    let job = Job::new(pipelines, id(scan), format!("Scan {} with {}", place.name(), scan.tool), 60, rules::SCAN);
    Some(job.concurrency(one_after_the_other(id(scan))).step(run))
}

/// The steps that scan an image which was just pushed.
pub(super) fn of_image(pipelines: Pipelines<'_>, scan: &ScanJob) -> Option<Vec<Step>> {
    let scanner = scanner(pipelines, scan)?;
    let image = scanner.image.as_ref()?;
    let words: Vec<String> = scanner.image_command.iter().map(|word| shell_word(word)).collect();
    let command = format!(
        "docker run --rm --volume \"$GITHUB_WORKSPACE:/repository\" --workdir /repository \\\n  --volume \"$HOME/.docker:/root/.docker:ro\" \"$SCANNER\" \\\n  {} \"$IMAGE\"\n",
        words.join(" ")
    );
    let run = Step::run("Scan the image", command, rules::SCAN)
        .env("SCANNER", Doc::text(format!("{}@{}", image.name, image.digest), image.digest.origin))
        .variable("IMAGE", "${{ matrix.image }}@${{ steps.build.outputs.digest }}");
    let upload = Step::uses(pipelines, "Report findings", ActionName::UploadSarif, rules::SCAN)
        .when("${{ !cancelled() && hashFiles('scan.sarif') != '' }}")
        .set("sarif_file", "scan.sarif")
        .set("category", format!("{}-${{{{ matrix.component }}}}", id(scan)));
    Some(vec![run, upload])
}

fn job(pipelines: Pipelines<'_>, scan: &ScanJob, scanner: &Scanner) -> Job {
    let name = format!("Scan {} with {}", scan.kind, scan.tool);
    let job = Job::new(pipelines, id(scan), name, 30, rules::SCAN).may("contents", "read", "to check out");
    match scanner.form.value {
        ScannerForm::Codeql => codeql(pipelines, scan, job),
        ScannerForm::Action => by_action(pipelines, scanner, job),
        ScannerForm::Image => {
            let checkout = if scan.kind.value == ScanKind::Secrets { checkout_history } else { checkout };
            reported(pipelines, scan, job.step(checkout(pipelines)).steps(in_container(scanner)))
        }
        ScannerForm::Package => {
            let version = pipelines.spec.tool(ToolName::Checkov);
            let command = format!("pipx run --spec checkov=={version} {}", words(scanner));
            let run = Step::run("Scan", command, rules::SCAN);
            reported(pipelines, scan, job.step(checkout(pipelines)).step(run))
        }
    }
}

fn words(scanner: &Scanner) -> String {
    scanner.command.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
}

fn in_container(scanner: &Scanner) -> Option<Step> {
    let image = scanner.image.as_ref()?;
    let command = format!(
        "docker run --rm --volume \"$GITHUB_WORKSPACE:/repository\" --workdir /repository \"$SCANNER\" \\\n  {}\n",
        words(scanner)
    );
    let run = Step::run("Scan", command, rules::SCAN);
    Some(run.env("SCANNER", Doc::text(format!("{}@{}", image.name, image.digest), image.digest.origin)))
}

/// Uploads the findings; those about the code are evidence too.
fn reported(pipelines: Pipelines<'_>, scan: &ScanJob, job: Job) -> Job {
    let upload = Step::uses(pipelines, "Report findings", ActionName::UploadSarif, rules::SCAN)
        .when(MAY_REPORT)
        .set("sarif_file", "scan.sarif")
        .set("category", id(scan));
    let job = job.may("security-events", "write", "to report findings").step(upload);
    if scan.kind.value != ScanKind::Source {
        return job;
    }
    let folder = format!("$RUNNER_TEMP/evidence/{}/sarif", id(scan));
    let gather = format!("mkdir -p \"{folder}\"\ncp scan.sarif \"{folder}/\"\n");
    job.step(Step::run("Gather evidence", gather, rules::EVIDENCE).when("${{ !cancelled() }}"))
        .step(evidence::upload(pipelines, &id(scan)))
}

/// Each language of the system in a job of its own, and the workflows themselves.
fn codeql(pipelines: Pipelines<'_>, scan: &ScanJob, job: Job) -> Job {
    let tools = pipelines.automation().builds.iter().filter_map(|build| pipelines.spec.language(build.tool.value));
    let languages: BTreeSet<&CodeqlLanguage> = tools.chain([&pipelines.spec.workflow_language]).collect();
    let origin = scan.tool.origin;
    let variants = languages.into_iter().map(|language| {
        Doc::from(
            Map::new(language.language.origin)
                .with("language", Doc::traced(&language.language))
                .with("build-mode", Doc::traced(&language.build_mode)),
        )
    });
    let strategy = Map::new(origin)
        .bool("fail-fast", false)
        .with("matrix", Map::new(origin).with("include", Doc::list(variants, origin)));
    let init = Step::uses(pipelines, "Begin the analysis", ActionName::CodeqlInit, rules::SCAN)
        .set("languages", "${{ matrix.language }}")
        .set("build-mode", "${{ matrix.build-mode }}");
    let analyze = Step::uses(pipelines, "Analyse", ActionName::CodeqlAnalyze, rules::SCAN)
        .set("category", "/language:${{ matrix.language }}")
        .set("output", format!("${{{{ runner.temp }}}}/evidence/{}/sarif", id(scan)));
    job.may("security-events", "write", "to report findings")
        .may("actions", "read", "to read the run, in a private repository")
        .key("strategy", strategy)
        .step(checkout(pipelines))
        .step(init)
        .step(analyze)
        .step(evidence::upload(pipelines, &format!("{}-${{{{ matrix.language }}}}", id(scan))))
}

/// A scanner that keeps its findings at its own place, and needs a key of it.
fn by_action(pipelines: Pipelines<'_>, scanner: &Scanner, job: Job) -> Job {
    let Some(action) = scanner.action else { return job };
    let mut step = Step::uses(pipelines, "Scan", action, rules::SCAN);
    if let Some(secret) = &scanner.secret {
        let value = Doc::text(format!("${{{{ secrets.{secret} }}}}"), secret.origin);
        step = match &scanner.secret_as {
            Some(input) if input.value != "environment" => step.with(input.value.clone(), value),
            _ => step.env(secret.value.clone(), value),
        };
    }
    if let Some(variable) = &scanner.variable {
        step = step.env(variable.value.clone(), Doc::text(format!("${{{{ vars.{variable} }}}}"), variable.origin));
    }
    let environment = Doc::text(ENVIRONMENT, Origin::rule(rules::SCAN));
    // A fork has no keys.
    job.when("github.event.pull_request.head.repo.fork != true")
        .environment(environment)
        .step(checkout_history(pipelines))
        .step(step)
}
