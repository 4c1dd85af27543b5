//! What each build tool calls for where nobody says otherwise: a table.

use crate::ir::choice::BuildTool;

/// The commands of a tool, from a lockfile alone, and where it keeps what it has fetched.
pub(super) struct ToolCommands {
    pub(super) setup: Option<&'static str>,
    pub(super) lint: Option<&'static str>,
    pub(super) build: Option<&'static str>,
    pub(super) cache: &'static [&'static str],
}

/// What a tool calls for.
pub(super) const fn of(tool: BuildTool) -> ToolCommands {
    match tool {
        BuildTool::Cargo => ToolCommands {
            setup: Some("cargo fetch --locked"),
            lint: Some("cargo clippy --all-targets --locked -- --deny warnings"),
            build: Some("cargo build --release --locked"),
            cache: &["~/.cargo/registry/index", "~/.cargo/registry/cache", "~/.cargo/git/db"],
        },
        BuildTool::Npm => ToolCommands {
            setup: Some("npm ci"),
            lint: Some("npm run lint --if-present"),
            build: Some("npm run build --if-present"),
            cache: &["~/.npm"],
        },
        BuildTool::Pnpm => ToolCommands {
            setup: Some("pnpm install --frozen-lockfile"),
            lint: Some("pnpm run --if-present lint"),
            build: Some("pnpm run --if-present build"),
            cache: &["~/.local/share/pnpm/store"],
        },
        // Yarn has no way to run a script only where there is one, so that a linter is not guessed.
        BuildTool::Yarn => ToolCommands {
            setup: Some("yarn install --immutable"),
            lint: None,
            build: Some("yarn run build"),
            cache: &["~/.yarn/berry/cache"],
        },
        BuildTool::Maven => ToolCommands {
            setup: Some("mvn --batch-mode dependency:go-offline"),
            lint: None,
            build: Some("mvn --batch-mode -DskipTests package"),
            cache: &["~/.m2/repository"],
        },
        BuildTool::Gradle => ToolCommands {
            setup: None,
            lint: Some("./gradlew --no-daemon check -x test"),
            build: Some("./gradlew --no-daemon assemble"),
            cache: &["~/.gradle/caches", "~/.gradle/wrapper"],
        },
        BuildTool::Go => ToolCommands {
            setup: Some("go mod download"),
            lint: Some("go vet ./..."),
            build: Some("go build ./..."),
            cache: &["~/go/pkg/mod", "~/.cache/go-build"],
        },
        BuildTool::Pip => ToolCommands {
            setup: Some("pip install --requirement requirements.txt"),
            lint: None,
            build: Some("python -m compileall -q ."),
            cache: &["~/.cache/pip"],
        },
        BuildTool::Poetry => ToolCommands {
            setup: Some("poetry install --no-interaction"),
            lint: Some("poetry check --lock"),
            build: Some("poetry build"),
            cache: &["~/.cache/pypoetry"],
        },
        BuildTool::Uv => ToolCommands {
            setup: Some("uv sync --locked"),
            lint: None,
            build: Some("uv run --locked python -m compileall -q ."),
            cache: &["~/.cache/uv"],
        },
        BuildTool::Make => ToolCommands { setup: None, lint: None, build: Some("make"), cache: &[] },
        BuildTool::Dotnet => ToolCommands {
            setup: Some("dotnet restore --locked-mode"),
            lint: Some("dotnet format --verify-no-changes --no-restore"),
            build: Some("dotnet build --configuration Release --no-restore"),
            cache: &["~/.nuget/packages"],
        },
    }
}
