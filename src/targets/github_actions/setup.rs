//! How tools get onto a job's machine: the language in its version, what the tool has fetched before, pathc itself.

use crate::ir::choice::BuildTool;
use crate::ir::value::{RepositoryPath, Text};
use crate::ir::{Origin, Traced};
use crate::output::doc::Doc;
use crate::plan::pipeline::automation::BuildPlan;
use crate::plan::pipeline::configurations::ToolPlan;
use crate::spec::github_actions::{ActionName, ToolName};

use super::expression::{literal, quoted, user};
use super::pipelines::Pipelines;
use super::rules;
use super::step::Step;

/// A tool that a job needs.
pub(super) struct Tool<'a> {
    tool: BuildTool,
    toolchain: Option<&'a Traced<Text>>,
    folder: &'a Traced<RepositoryPath>,
    lockfile: Option<&'a Traced<RepositoryPath>>,
    setup: Option<&'a Traced<Text>>,
    cache: &'a [Traced<Text>],
}

impl<'a> Tool<'a> {
    pub(super) fn of_build(build: &'a BuildPlan) -> Tool<'a> {
        Tool {
            tool: build.tool.value,
            toolchain: build.toolchain.as_ref(),
            folder: &build.working_directory,
            lockfile: build.lockfile.as_ref(),
            setup: build.setup.as_ref(),
            cache: &build.cache,
        }
    }

    pub(super) fn of_suite(tool: &'a ToolPlan) -> Tool<'a> {
        Tool {
            tool: tool.tool.value,
            toolchain: tool.toolchain.as_ref(),
            folder: &tool.working_directory,
            lockfile: tool.lockfile.as_ref(),
            setup: tool.setup.as_ref(),
            cache: &tool.cache,
        }
    }

    /// The steps that set it up.
    pub(super) fn steps(&self, pipelines: Pipelines<'_>) -> Vec<Step> {
        let mut steps = self.language(pipelines);
        steps.extend(self.cached(pipelines));
        steps
    }

    /// The command that fetches what the build needs.
    pub(super) fn fetch(&self) -> Option<Step> {
        Some(Step::command("Fetch dependencies", self.setup?, rules::BUILD).folder(self.folder))
    }

    /// The steps that set the language up, and read no cache.
    pub(super) fn language(&self, pipelines: Pipelines<'_>) -> Vec<Step> {
        let uses = |name: &'static str, action| Step::uses(pipelines, name, action, rules::SET_UP);
        let versioned = |step: Step, key: &'static str| match self.toolchain {
            Some(version) => step.with(key, user(version)),
            None => step,
        };
        let node = || {
            versioned(uses("Set up Node.js", ActionName::SetupNode), "node-version")
                .flag("package-manager-cache", false)
        };
        let java =
            || versioned(uses("Set up Java", ActionName::SetupJava), "java-version").set("distribution", "temurin");
        let python = || versioned(uses("Set up Python", ActionName::SetupPython), "python-version");
        match self.tool {
            BuildTool::Cargo => self.rust().into_iter().collect(),
            BuildTool::Npm => vec![node()],
            BuildTool::Yarn => vec![node(), Step::run("Set up Yarn", "corepack enable", rules::SET_UP)],
            BuildTool::Pnpm => {
                let manifest = match self.folder.as_str() {
                    "." => "package.json".to_owned(),
                    folder => format!("{folder}/package.json"),
                };
                let pnpm = uses("Set up pnpm", ActionName::SetupPnpm);
                vec![node(), pnpm.set("package_json_file", literal(&manifest).into_owned())]
            }
            BuildTool::Maven => vec![java()],
            BuildTool::Gradle => vec![java(), uses("Check the Gradle wrapper", ActionName::ValidateGradleWrapper)],
            BuildTool::Go => {
                vec![versioned(uses("Set up Go", ActionName::SetupGo), "go-version").flag("cache", false)]
            }
            BuildTool::Pip => vec![python()],
            BuildTool::Poetry => {
                let version = pipelines.spec.tool(ToolName::Poetry);
                vec![python(), Step::run("Set up Poetry", format!("pipx install poetry=={version}"), rules::SET_UP)]
            }
            BuildTool::Uv => {
                vec![versioned(uses("Set up uv", ActionName::SetupUv), "python-version").flag("enable-cache", false)]
            }
            BuildTool::Dotnet => vec![versioned(uses("Set up .NET", ActionName::SetupDotnet), "dotnet-version")],
            BuildTool::Make => Vec::new(),
        }
    }

    /// Rust comes with its own installer, which every hosted machine has.
    fn rust(&self) -> Option<Step> {
        let version = self.toolchain?;
        let command = "rustup toolchain install \"$TOOLCHAIN\" --profile minimal --component clippy --component rustfmt\nrustup default \"$TOOLCHAIN\"\n";
        Some(Step::run("Set up Rust", command, rules::SET_UP).env("TOOLCHAIN", user(version)))
    }

    /// What the tool has fetched before, as long as the lockfile is the same.
    fn cached(&self, pipelines: Pipelines<'_>) -> Option<Step> {
        let lockfile = self.lockfile.filter(|_| !self.cache.is_empty())?;
        let folders: Vec<&str> = self.cache.iter().map(|folder| folder.value.as_str()).collect();
        let origin = self.cache.first()?.origin;
        let version = self.toolchain.map(|version| format!("-{}", literal(version))).unwrap_or_default();
        let key = format!("{}{version}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-", self.tool);
        let digest = format!("${{{{ hashFiles({}) }}}}", quoted(lockfile.as_str()));
        let step = Step::uses(pipelines, "Restore fetched dependencies", ActionName::Cache, rules::CACHE)
            .with("path", Doc::text(folders.join("\n"), origin))
            .with("key", Doc::text(format!("{key}{digest}"), lockfile.origin))
            .set("restore-keys", key);
        Some(step)
    }
}

/// Gets pathc, from the cache where its version says what it is. A job that releases never reads a cache.
pub(super) fn pathc(pipelines: Pipelines<'_>, cached: bool) -> Vec<Step> {
    let install = &pipelines.configurations().install;
    let get = Step::command("Install pathc", &install.command, rules::EVIDENCE);
    let Some(version) = install.version.as_ref().filter(|_| cached) else { return vec![get] };
    let restore = Step::uses(pipelines, "Restore pathc", ActionName::Cache, rules::CACHE)
        .id("pathc")
        .set("path", "~/.cargo/bin/pathc")
        .with("key", Doc::text(format!("pathc-{version}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}"), version.origin));
    vec![restore, get.when("steps.pathc.outputs.cache-hit != 'true'")]
}

/// A list of words, one a line, for a script's variable.
pub(super) fn lines(lines: impl IntoIterator<Item = String>, origin: Origin) -> Doc {
    let text: String = lines.into_iter().map(|line| format!("{}\n", literal(&line))).collect();
    Doc::text(text, origin)
}
