//! The scripts that workflows call: shell files of their own, the same for every system; what differs comes by variables.

use crate::ir::Origin;
use crate::output::{Content, Files};

use super::pipelines::Pipelines;
use super::rules;

/// The folder of the scripts, below the target's folder.
const FOLDER: &str = "scripts";

/// A script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Script {
    name: &'static str,
    text: &'static str,
}

macro_rules! scripts {
    ($($constant:ident = $name:literal;)*) => {
        $(pub(super) const $constant: Script = Script {
            name: $name,
            text: include_str!(concat!("../../../templates/github-actions/scripts/", $name)),
        };)*
    };
}

scripts! {
    CHANGES = "changes.sh";
    COLLECT_EVIDENCE = "collect-evidence.sh";
    IMPORT_EVIDENCE = "import-evidence.sh";
    CHECK_CANDIDATE = "check-candidate.sh";
    REQUIRE_JOBS = "require-jobs.sh";
    CREATE_TEST_RESOURCES = "create-test-resources.sh";
    CHECK_WINDOW = "check-window.sh";
    SHOW_PLAN = "show-plan.sh";
    APPLY_TERRAFORM = "apply-terraform.sh";
    INSTALL_PLATFORM = "install-platform.sh";
    CHECK_SECRETS = "check-secrets.sh";
    MIGRATE_KUBERNETES = "migrate-kubernetes.sh";
    ROLL_OUT_KUBERNETES = "roll-out-kubernetes.sh";
    ROLL_BACK_KUBERNETES = "roll-back-kubernetes.sh";
    FIND_RELEASE = "find-release.sh";
    NOTIFY_USERS = "notify-users.sh";
    MARK_RELEASE = "mark-release.sh";
    HOLD_VERSIONS_ECS = "hold-versions-ecs.sh";
    RUN_TASKS_ECS = "run-tasks-ecs.sh";
    ROLL_OUT_ECS = "roll-out-ecs.sh";
    ROLL_BACK_ECS = "roll-back-ecs.sh";
    WRITE_PACKAGE = "write-package.sh";
    PROPOSE_RELEASE = "propose-release.sh";
}

impl Script {
    /// The command that runs it from the repository's root.
    pub(super) fn command(self, pipelines: Pipelines<'_>) -> String {
        format!(
            "bash {}",
            super::expression::shell_word(&format!("{}/{FOLDER}/{}", pipelines.folder("github-actions"), self.name))
        )
    }
}

/// Adds the scripts.
pub(super) fn add<'a>(pipelines: Pipelines<'a>, scripts: &[Script], files: &mut Files<'a>) {
    for script in scripts.iter().copied() {
        files.add(format!("{FOLDER}/{}", script.name), move || {
            Content::Text(text(pipelines, script), Origin::rule(rules::SCRIPT))
        });
    }
}

/// The script below the line that says who made it.
fn text(pipelines: Pipelines<'_>, script: Script) -> String {
    let (first, rest) = script.text.split_once('\n').unwrap_or((script.text, ""));
    let mut lines = format!("{first}\n");
    for line in pipelines.header() {
        lines.push_str(&format!("# {line}\n"));
    }
    format!("{lines}#\n{rest}")
}
