//! The facts about GitHub Actions that workflows are printed with: actions by commit, images by digest, scanners.

use std::collections::BTreeMap;

use super::{Fact, SpecFile};
use crate::choice;
use crate::ir::choice::{BuildTool, DatastoreKind};
use crate::source::{CommittedPin, Scalar, Traced};

choice! {
    /// An action that workflows use.
    pub enum ActionName as "action" {
        Checkout = "checkout": "the repository's files",
        Cache = "cache": "folders that are kept between runs",
        SetupNode = "setup-node": "Node.js",
        SetupGo = "setup-go": "Go",
        SetupJava = "setup-java": "Java",
        SetupPython = "setup-python": "Python",
        SetupDotnet = "setup-dotnet": ".NET",
        SetupPnpm = "setup-pnpm": "pnpm",
        SetupUv = "setup-uv": "uv",
        ValidateGradleWrapper = "validate-gradle-wrapper": "whether the wrapper is Gradle's own",
        UploadArtifact = "upload-artifact": "files for later jobs",
        DownloadArtifact = "download-artifact": "files of earlier jobs",
        CodeqlInit = "codeql-init": "the start of CodeQL",
        CodeqlAnalyze = "codeql-analyze": "the end of CodeQL",
        UploadSarif = "upload-sarif": "findings for the security tab",
        SetupBuildx = "setup-buildx": "the image builder",
        SetupQemu = "setup-qemu": "other processors",
        BuildImage = "build-image": "builds and pushes an image",
        RegistryLogin = "registry-login": "signs in to a registry",
        EcrLogin = "ecr-login": "signs in to the cloud's registry",
        AwsCredentials = "aws-credentials": "signs in to the cloud",
        SetupTerraform = "setup-terraform": "Terraform",
        SetupKubectl = "setup-kubectl": "kubectl",
        SetupHelm = "setup-helm": "Helm",
        SetupCosign = "setup-cosign": "cosign",
        Sbom = "sbom": "a bill of materials",
        AttestProvenance = "attest-provenance": "proves where an image comes from",
        AttestSbom = "attest-sbom": "proves what an image is made of",
        SetupK6 = "setup-k6": "k6",
        InstallRust = "install-rust": "programs of cargo",
        Fossa = "fossa": "FOSSA",
        Sonarqube = "sonarqube": "SonarQube",
    }
}
choice! {
    /// What is installed by name and version.
    pub enum ToolName as "tool" {
        Terraform = "terraform": "Terraform", Kubectl = "kubectl": "kubectl", Helm = "helm": "Helm",
        Poetry = "poetry": "Poetry", Checkov = "checkov": "Checkov",
    }
}
choice! {
    /// How a scanner is run.
    pub enum ScannerForm as "scanner form" {
        Codeql = "codeql": "the two actions of CodeQL",
        Image = "image": "a container with the repository in it",
        Package = "package": "a package of Python",
        Action = "action": "an action of its own",
    }
}

/// Everything that the target reads of its spec.
#[derive(Debug)]
pub struct GithubActionsSpec {
    /// The machine of every job that reaches no environment.
    pub runner: Traced<String>,
    /// How large one workflow's file may be, in bytes.
    pub workflow_bytes: Traced<u32>,
    /// How many bytes a variable of a step's environment may have.
    pub variable_bytes: Traced<u32>,
    /// How many jobs a matrix may make.
    pub matrix_jobs: Traced<u32>,
    /// The labels of machines that GitHub has.
    pub hosted: Vec<Traced<String>>,
    /// After how many minutes a hosted job is ended in any case.
    pub job_timeout_minutes: Traced<u32>,
    actions: BTreeMap<ActionName, Action>,
    tools: BTreeMap<ToolName, Traced<String>>,
    datastores: BTreeMap<DatastoreKind, Container>,
    cloud: Container,
    /// How often a container is asked for its health.
    pub health_interval: Traced<String>,
    /// How long it may take to answer.
    pub health_timeout: Traced<String>,
    /// How often it may fail to.
    pub health_retries: Traced<u32>,
    scanners: BTreeMap<String, Scanner>,
    refused: BTreeMap<String, Traced<String>>,
    languages: BTreeMap<BuildTool, CodeqlLanguage>,
    /// The language of the workflows themselves.
    pub workflow_language: CodeqlLanguage,
    packages: BTreeMap<BuildTool, Traced<String>>,
    /// What Dependabot calls the images of a Dockerfile.
    pub image_updates: Traced<String>,
    /// What Dependabot calls the actions of workflows.
    pub pipeline_updates: Traced<String>,
}

/// An action, by the commit of its version.
#[derive(Debug)]
pub struct Action {
    /// `OWNER/NAME` or `OWNER/NAME/FOLDER`.
    pub uses: Traced<String>,
    /// The version that the commit is of.
    pub version: Traced<String>,
    /// 40 hexadecimal digits.
    pub commit: Traced<String>,
    /// Whether it is the pin of a committed workflow.
    pub kept: bool,
}

/// The containers that stand in for a kind of datastore.
#[derive(Debug)]
pub struct Container {
    images: BTreeMap<String, Image>,
    /// Variables of the container; `{database}`, `{port}` and `{host_port}` are filled in.
    pub environment: Vec<(Traced<String>, Traced<String>)>,
    /// The command that says whether it is ready.
    pub health: Traced<String>,
}

/// An image by its digest.
#[derive(Debug)]
pub struct Image {
    /// `NAME:TAG`.
    pub name: Traced<String>,
    /// `sha256:…`.
    pub digest: Traced<String>,
}

/// A language as CodeQL knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeqlLanguage {
    /// Its name.
    pub language: Traced<String>,
    /// Whether a build has to be seen: `none`, `autobuild`.
    pub build_mode: Traced<String>,
}

/// How a scan is run.
#[derive(Debug)]
pub struct Scanner {
    /// The kinds of scans that it is for.
    pub kinds: Vec<Traced<String>>,
    /// How it is run.
    pub form: Traced<ScannerForm>,
    /// The image of [`ScannerForm::Image`].
    pub image: Option<Image>,
    /// The command on the repository.
    pub command: Vec<Traced<String>>,
    /// The command on an image, whose address follows.
    pub image_command: Vec<Traced<String>>,
    /// The action of [`ScannerForm::Action`].
    pub action: Option<ActionName>,
    /// The secret that it signs in with.
    pub secret: Option<Traced<String>>,
    /// The input of the action that the secret goes to; `environment`: a variable of the secret's own name.
    pub secret_as: Option<Traced<String>>,
    /// A variable of the repository that it needs.
    pub variable: Option<Traced<String>>,
}

impl GithubActionsSpec {
    /// Looks the facts up; what is missing is recorded.
    pub fn read(file: &mut SpecFile<'_>) -> GithubActionsSpec {
        let mut actions = BTreeMap::new();
        for name in ActionName::ALL {
            let text = |file: &mut SpecFile<'_>, key| file.text(&["actions", name.as_str(), key]);
            let (uses, version, commit) = (text(file, "uses"), text(file, "version"), text(file, "commit"));
            let action = Action { uses, version, commit, kept: false };
            actions.insert(*name, action);
        }
        let tools = ToolName::ALL.iter().map(|name| (*name, file.text(&["tools", name.as_str(), "version"]))).collect();
        let datastores = DatastoreKind::ALL
            .iter()
            .filter(|kind| is_container(**kind))
            .map(|kind| (*kind, container(file, kind.as_str())))
            .collect();
        let scanners = file.find(&["scanners"]).into_iter().flat_map(Fact::entries);
        let scanners = scanners
            .filter_map(|(name, fact)| Some((name.value.to_owned(), scanner(fact)?)))
            .collect::<BTreeMap<_, _>>();
        if scanners.is_empty() {
            file.missing(&["scanners"], "mapping");
        }
        let refused = file.find(&["refused"]).into_iter().flat_map(Fact::entries);
        let refused =
            refused.filter_map(|(name, fact)| Some((name.value.to_owned(), fact.get("why")?.scalar()?))).collect();
        let language = |file: &mut SpecFile<'_>, path: &[&str]| {
            let text = |file: &mut SpecFile<'_>, key| file.text(&[&["codeql"], path, &[key]].concat());
            CodeqlLanguage { language: text(file, "language"), build_mode: text(file, "build_mode") }
        };
        let workflow_language = language(file, &["workflows"]);
        let (mut packages, mut languages) = (BTreeMap::new(), BTreeMap::new());
        // Nothing is known of the packages that a makefile fetches.
        for tool in BuildTool::ALL.iter().filter(|tool| **tool != BuildTool::Make) {
            packages.insert(*tool, file.text(&["dependabot", tool.as_str()]));
            languages.insert(*tool, language(file, &["languages", tool.as_str()]));
        }
        GithubActionsSpec {
            runner: file.text(&["runner", "label"]),
            workflow_bytes: file.scalar(&["limits", "workflow_bytes"]),
            variable_bytes: file.scalar(&["limits", "variable_bytes"]),
            matrix_jobs: file.scalar(&["limits", "matrix_jobs"]),
            hosted: file.texts(&["runner", "hosted"]),
            job_timeout_minutes: file.scalar(&["runner", "job_timeout_minutes"]),
            actions,
            tools,
            datastores,
            cloud: container(file, "cloud"),
            health_interval: file.text(&["health_check", "interval"]),
            health_timeout: file.text(&["health_check", "timeout"]),
            health_retries: file.scalar(&["health_check", "retries"]),
            scanners,
            refused,
            languages,
            workflow_language,
            packages,
            image_updates: file.text(&["dependabot", "images"]),
            pipeline_updates: file.text(&["dependabot", "pipelines"]),
        }
    }

    /// An action.
    #[must_use]
    pub fn action(&self, name: ActionName) -> &Action {
        &self.actions[&name]
    }

    /// The version of a tool.
    #[must_use]
    pub fn tool(&self, name: ToolName) -> &Traced<String> {
        &self.tools[&name]
    }

    /// The containers of a kind of datastore; queues, topics and buckets share one.
    #[must_use]
    pub fn container(&self, kind: DatastoreKind) -> &Container {
        self.datastores.get(&kind).unwrap_or(&self.cloud)
    }

    /// How a scan by this tool is run.
    #[must_use]
    pub fn scanner(&self, tool: &str) -> Option<&Scanner> {
        self.scanners.get(tool)
    }

    /// The tools that scans of a kind can be run with.
    pub fn scanners_for(&self, kind: &str) -> impl Iterator<Item = &str> {
        let is_for = move |scanner: &Scanner| scanner.kinds.iter().any(|known| known.value == kind);
        self.scanners.iter().filter(move |(_, scanner)| is_for(scanner)).map(|(name, _)| name.as_str())
    }

    /// Why a tool is not run.
    #[must_use]
    pub fn refusal(&self, tool: &str) -> Option<&Traced<String>> {
        self.refused.get(tool)
    }

    /// What CodeQL calls the language of a tool.
    #[must_use]
    pub fn language(&self, tool: BuildTool) -> Option<&CodeqlLanguage> {
        self.languages.get(&tool)
    }

    /// What Dependabot calls the packages of a tool.
    #[must_use]
    pub fn packages(&self, tool: BuildTool) -> Option<&Traced<String>> {
        self.packages.get(&tool)
    }

    /// Takes over pins of committed workflows that are newer than those of the spec.
    pub fn adopt(&mut self, pins: &[CommittedPin]) {
        for action in self.actions.values_mut() {
            for pin in pins.iter().filter(|pin| pin.uses == action.uses.value) {
                if version(&pin.version) > version(&action.version) {
                    action.version = action.version.with(pin.version.clone());
                    action.commit = action.commit.with(pin.commit.clone());
                    action.kept = true;
                }
            }
        }
    }
}

/// The numbers of a version, `v7.0.1` as 7, 0, 1; nothing where it has others signs.
fn version(text: &str) -> Option<Vec<u64>> {
    text.strip_prefix('v').unwrap_or(text).split('.').map(|number| number.parse().ok()).collect()
}

impl Container {
    /// The image of a datastore's version: the same major version; the one image where there is no choice.
    #[must_use]
    pub fn image(&self, version: Option<&str>) -> Option<&Image> {
        let Some(version) = version else { return self.images.values().next_back() };
        let major = version.split('.').next().unwrap_or(version);
        self.images.get(major).or_else(|| self.images.get("any"))
    }

    /// The major versions that there is an image of.
    pub fn majors(&self) -> impl Iterator<Item = &str> {
        self.images.keys().map(String::as_str)
    }
}

/// Whether a kind of datastore runs in a container of its own.
const fn is_container(kind: DatastoreKind) -> bool {
    !matches!(kind, DatastoreKind::Queue | DatastoreKind::Topic | DatastoreKind::Bucket)
}

fn container(file: &mut SpecFile<'_>, kind: &str) -> Container {
    let entries = |fact: Option<Fact<'_>>| -> Vec<(Traced<String>, Traced<String>)> {
        let entries = fact.into_iter().flat_map(Fact::entries);
        entries.filter_map(|(key, fact)| Some((key.map(str::to_owned), fact.scalar()?))).collect()
    };
    let environment = entries(file.find(&["services", kind, "environment"]));
    let images = file.find(&["services", kind, "images"]).into_iter().flat_map(Fact::entries);
    let images: BTreeMap<String, Image> =
        images.filter_map(|(major, fact)| Some((major.value.to_owned(), image(fact)?))).collect();
    if images.is_empty() {
        file.missing(&["services", kind, "images"], "mapping");
    }
    Container { images, environment, health: file.text(&["services", kind, "health"]) }
}

fn image(fact: Fact<'_>) -> Option<Image> {
    Some(Image { name: fact.get("image")?.scalar()?, digest: fact.get("digest")?.scalar()? })
}

fn scanner(fact: Fact<'_>) -> Option<Scanner> {
    let texts = |key| -> Vec<Traced<String>> {
        fact.get(key).into_iter().flat_map(Fact::elements).filter_map(Fact::scalar).collect()
    };
    let text = |key| -> Option<Traced<String>> { fact.get(key)?.scalar() };
    Some(Scanner {
        kinds: texts("kinds"),
        form: fact.get("how")?.scalar()?,
        image: image(fact),
        command: texts("command"),
        image_command: texts("image_command"),
        action: text("action").and_then(|name| ActionName::read(&name).ok()),
        secret: text("secret"),
        secret_as: text("secret_as"),
        variable: text("variable"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::spec::Specs;

    fn spec() -> GithubActionsSpec {
        Specs::load(&mut Sources::default()).0.unwrap().github_actions
    }

    fn pin(uses: &str, version: &str) -> CommittedPin {
        let commit = "ab".repeat(20);
        CommittedPin { uses: uses.to_owned(), version: version.to_owned(), commit }
    }

    #[test]
    fn every_action_is_pinned_by_a_commit_and_every_image_by_a_digest() {
        let spec = spec();
        for (name, action) in &spec.actions {
            assert!(is_hex(&action.commit, 40), "{name}");
            assert!(version(&action.version).is_some(), "{name}");
        }
        let containers = spec.datastores.values().chain([&spec.cloud]).flat_map(|known| known.images.values());
        for image in containers.chain(spec.scanners.values().filter_map(|scanner| scanner.image.as_ref())) {
            assert!(image.digest.strip_prefix("sha256:").is_some_and(|hex| is_hex(hex, 64)), "{}", image.name);
        }
    }

    fn is_hex(text: &str, length: usize) -> bool {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    #[test]
    fn only_a_newer_pin_is_taken_over() {
        for (version, adopted) in [("v999.0.0", true), ("v7.0.1", false), ("v1.0.0", false), ("main", false)] {
            let mut spec = spec();
            spec.adopt(&[pin("actions/checkout", version), pin("actions/unknown", "v999.0.0")]);
            assert_eq!(spec.action(ActionName::Checkout).version.value == version && adopted, adopted, "{version}");
            assert_eq!(spec.action(ActionName::Checkout).commit.value == "ab".repeat(20), adopted, "{version}");
        }
        assert!(version("v10.0.0") > version("v9.9.9"));
    }

    #[test]
    fn an_image_is_that_of_the_major_version() {
        let spec = spec();
        let image = |kind, version| spec.container(kind).image(version).map(|image| image.name.value.clone());
        assert!(image(DatastoreKind::Postgres, Some("16.4")).unwrap().starts_with("postgres:16"));
        assert!(image(DatastoreKind::Postgres, None).unwrap().starts_with("postgres:"));
        assert_eq!(image(DatastoreKind::Postgres, Some("9.6")), None);
        assert_eq!(image(DatastoreKind::Queue, None), image(DatastoreKind::Bucket, None));
    }
}
