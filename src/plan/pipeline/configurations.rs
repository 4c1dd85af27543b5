//! `pipeline_configurations`: what starts a pipeline, what it builds and tests, and what it proves.

use crate::ir::Traced;
use crate::ir::choice::{BuildTool, CoverageFormat, DatastoreKind, SuiteKind};
use crate::ir::value::{Duration, Name, PortNumber, RepositoryPath, Text, VariableName};
use crate::{choice, plan_record};

choice! {
    /// What a pipeline is for.
    pub enum PipelineKind as "pipeline kind" {
        Integration = "integration": "builds and tests what changed",
        Release = "release": "builds, signs and publishes packages",
        Deployment = "deployment": "brings a release to the environments",
        Rollback = "rollback": "brings an earlier release back",
        Drift = "drift": "looks for what was changed by hand",
    }
}
choice! {
    /// What starts a pipeline.
    pub enum PipelineEvent as "pipeline event" {
        Push = "push": "commits on a branch",
        Tag = "tag": "a tag that is a release",
        PullRequest = "pull-request": "a change that is proposed",
        Schedule = "schedule": "the clock",
        Manual = "manual": "a person",
    }
}
choice! {
    /// What a job may do beyond its own machine.
    pub enum Permission as "permission" {
        ReadSource = "read-source": "read the repository",
        WriteFindings = "write-findings": "report what scans have found",
        ReadPackages = "read-packages": "read the registry",
        WritePackages = "write-packages": "write to the registry",
        Sign = "sign": "prove by its identity where a package comes from",
        AssumeRole = "assume-role": "act in the environment's cloud account",
        ProposeChanges = "propose-changes": "open pull requests",
    }
}
choice! {
    /// What is scanned.
    pub enum ScanKind as "scan kind" {
        Source = "source": "the code",
        Dependencies = "dependencies": "the packages that it is built on",
        Containers = "containers": "the images",
        Secrets = "secrets": "secrets in the repository",
        Infrastructure = "infrastructure": "what is generated for the cloud",
        Dynamic = "dynamic": "the running system",
    }
}
choice! {
    /// A program that tests are run with, and that no build tool brings.
    pub enum Program as "program" {
        K6 = "k6": "load tests", Nextest = "cargo-nextest": "tests of Rust", LlvmCov = "cargo-llvm-cov": "coverage of Rust"
    }
}
choice! {
    /// The form of a report that becomes evidence.
    pub enum EvidenceForm as "evidence form" {
        Junit = "junit": "test results", Cobertura = "cobertura": "coverage", Lcov = "lcov": "coverage",
        Jacoco = "jacoco": "coverage", GoCover = "go-cover": "coverage", Sarif = "sarif": "findings of a scan",
    }
}
choice! {
    /// What is kept up to date.
    pub enum UpdateKind as "update kind" {
        Packages = "packages": "the packages that a component is built on",
        Images = "images": "the images that an image is built from",
        Pipelines = "pipelines": "the actions that pipelines use",
    }
}

plan_record! {
    /// What starts a pipeline, what it builds and tests, and what it proves.
    pub struct PipelineConfigurations as "pipeline configurations" {
        /// The name of this deliverable: `pipeline_configurations`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// The system.
        system: Traced<Name>, required;
        /// `github.com/OWNER/NAME`.
        repository: Traced<String>, optional;
        /// The folder of the nine inputs.
        inputs: Traced<RepositoryPath>, required;
        /// The branch that is released from.
        main_branch: Traced<String>, required;
        /// The tags that are releases.
        release_tags: Traced<String>, required;
        /// How a pipeline gets pathc.
        install: InstallPlan, required;
        /// The pipelines, and what starts each.
        pipelines: Vec<PipelineTemplate>, many;
        /// One job a component that is built.
        builds: Vec<BuildJob>, many;
        /// One job a suite of the pipelines for integration and release; those of deployments stand there.
        suites: Vec<SuiteJob>, many;
        /// One job a scan.
        scans: Vec<ScanJob>, many;
        /// Reports that become evidence.
        evidence: Vec<EvidenceImport>, many;
        /// What is kept up to date.
        updates: Vec<UpdatePlan>, many;
        /// Who must agree to a change of which files; where several match, the last decides.
        code_owners: Vec<CodeOwnerPlan>, many;
    }

    /// Who must agree to a change of some files.
    pub struct CodeOwnerPlan as "code owner plan" {
        /// The folder, or the whole repository.
        folder: Traced<RepositoryPath>, required;
        /// Who: `@ORG/TEAM` or an e-mail address; none where nobody can be named so.
        owner: Traced<String>, optional;
        /// The team, as the input calls it.
        team: Traced<String>, required;
    }

    /// How a pipeline gets pathc.
    pub struct InstallPlan as "install plan" {
        /// The command, run by a shell.
        command: Traced<String>, required;
        /// The version that the command always installs; none: it may install another one tomorrow.
        version: Traced<String>, optional;
    }

    /// One pipeline.
    pub struct PipelineTemplate as "pipeline template" {
        /// What it is for.
        kind: Traced<PipelineKind>, required;
        /// What starts it.
        triggers: Vec<TriggerPlan>, many;
        /// Whether a newer run ends an older one of the same branch or environment, rather than waits for it.
        supersedes: Traced<bool>, required;
        /// What its jobs may do beyond their own machines.
        permissions: Vec<Traced<Permission>>, many;
    }

    /// What starts a pipeline.
    pub struct TriggerPlan as "pipeline trigger" {
        /// What happens.
        event: Traced<PipelineEvent>, required;
        /// The branch or tag pattern that it happens on.
        pattern: Traced<String>, optional;
        /// The files and folders that it must change; none: any.
        paths: Vec<Traced<RepositoryPath>>, many;
        /// When, as cron text in UTC.
        cron: Traced<String>, optional;
    }

    /// What changes a job's result.
    pub struct ChangeFilter as "change filter" {
        /// Whether any change does.
        always: Traced<bool>, required;
        /// Folders with all that lies below them.
        folders: Vec<Traced<RepositoryPath>>, many;
        /// Single files.
        files: Vec<Traced<RepositoryPath>>, many;
    }

    /// The job that builds a component; how is in `build_automation`.
    pub struct BuildJob as "build job" {
        /// The component.
        component: Traced<Name>, required;
        /// What makes it run.
        changes: ChangeFilter, required;
        /// After how long it is ended.
        timeout: Traced<Duration>, required;
    }

    /// The job that runs a suite.
    pub struct SuiteJob as "suite job" {
        /// What the suite is called.
        name: Traced<Name>, required;
        /// What it proves.
        kind: Traced<SuiteKind>, required;
        /// The pipeline that it belongs to.
        pipeline: Traced<PipelineKind>, required;
        /// The components that it tests; none: the whole system.
        components: Vec<Traced<Name>>, many;
        /// What makes it run.
        changes: ChangeFilter, required;
        /// The tools that it needs.
        tools: Vec<ToolPlan>, many;
        /// Further programs that its command names.
        programs: Vec<Traced<Program>>, many;
        /// The command, run by a shell.
        command: Traced<Text>, required;
        /// Where the command runs.
        working_directory: Traced<RepositoryPath>, required;
        /// After how long it is ended.
        timeout: Traced<Duration>, required;
        /// Whether its failure stops a release.
        blocking: Traced<bool>, required;
        /// The datastores that it is given.
        services: Vec<ServicePlan>, many;
        /// The requirements that it proves.
        requirements: Vec<Traced<String>>, many;
    }

    /// A tool that a job needs.
    pub struct ToolPlan as "tool plan" {
        /// The tool.
        tool: Traced<BuildTool>, required;
        /// The version of the language's tools.
        toolchain: Traced<Text>, optional;
        /// Where it works.
        working_directory: Traced<RepositoryPath>, required;
        /// The file that pins all packages.
        lockfile: Traced<RepositoryPath>, optional;
        /// Fetches what the tests need.
        setup: Traced<Text>, optional;
        /// Folders that are kept between runs, `~` the builder's home; none: nothing is kept.
        cache: Vec<Traced<Text>>, many;
    }

    /// A datastore that a suite is given.
    pub struct ServicePlan as "service plan" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What it is.
        kind: Traced<DatastoreKind>, required;
        /// Its version.
        version: Traced<String>, optional;
        /// What it listens on in its container.
        port: Traced<PortNumber>, required;
        /// What it is reached on from the job.
        host_port: Traced<PortNumber>, required;
        /// What it is called where the suite reaches it: the database, queue, topic or bucket.
        resource: Traced<String>, required;
        /// The variables by which the suite finds it, as the component would.
        variables: Vec<TestVariable>, many;
    }

    /// One variable of a test.
    pub struct TestVariable as "test variable" {
        /// Its name.
        name: Traced<VariableName>, required;
        /// Its text.
        value: Traced<String>, required;
    }

    /// The job that scans.
    pub struct ScanJob as "scan job" {
        /// What is scanned.
        kind: Traced<ScanKind>, required;
        /// The tool.
        tool: Traced<String>, required;
        /// The pipeline that it belongs to.
        pipeline: Traced<PipelineKind>, required;
        /// The components whose images are scanned.
        components: Vec<Traced<Name>>, many;
        /// The environment whose running system is scanned.
        environment: Traced<Name>, optional;
    }

    /// A report that becomes evidence.
    pub struct EvidenceImport as "evidence import" {
        /// The suite that writes it.
        suite: Traced<Name>, required;
        /// Its form.
        form: Traced<EvidenceForm>, required;
        /// Its path or glob.
        report: Traced<RepositoryPath>, required;
        /// The components that it is about.
        components: Vec<Traced<Name>>, many;
    }

    /// What is kept up to date.
    pub struct UpdatePlan as "update plan" {
        /// What it is.
        kind: Traced<UpdateKind>, required;
        /// The tool whose packages they are.
        tool: Traced<BuildTool>, optional;
        /// Where its manifest lies.
        directory: Traced<RepositoryPath>, required;
        /// How long a new version is left to prove itself.
        cooldown: Traced<Duration>, required;
    }
}

/// The form of a coverage report as evidence.
#[must_use]
pub const fn coverage_form(format: CoverageFormat) -> EvidenceForm {
    match format {
        CoverageFormat::Lcov => EvidenceForm::Lcov,
        CoverageFormat::Cobertura => EvidenceForm::Cobertura,
        CoverageFormat::Jacoco => EvidenceForm::Jacoco,
        CoverageFormat::Go => EvidenceForm::GoCover,
    }
}
