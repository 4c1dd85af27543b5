//! The generated workflows at work: their steps are run as a runner would, with recorders in place of the commands that
//! reach outside; and the pins that others keep up to date.
#![allow(clippy::unwrap_used)]

mod folder;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pathc::source::yaml::{NodeId, Tree, parse};
use pathc::source::{FileId, pins};

/// The moment at which the fixtures' evidence is fresh.
const NOW: &str = "2026-11-21T00:00:00Z";

/// A system of `fixtures/pass/`, built in a repository of its own.
struct Repository(tempfile::TempDir);

impl Repository {
    fn of(fixture: &str) -> Repository {
        let repository = Repository(tempfile::tempdir().unwrap());
        folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass").join(fixture), repository.root())
            .unwrap();
        repository.build(&[]);
        repository
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn pathc(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pathc")).arg("-C").arg(self.root()).args(arguments).output().unwrap()
    }

    fn build(&self, arguments: &[&str]) {
        let built = self.pathc(&[&["build", "--now", NOW], arguments].concat());
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    }

    /// What `build --check` says; nothing where all is well.
    fn check(&self) -> String {
        let checked = self.pathc(&["build", "--check", "--now", NOW, "--message-format", "short"]);
        if checked.status.success() { String::new() } else { String::from_utf8_lossy(&checked.stderr).into_owned() }
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main"];
        let ran = Command::new("git").current_dir(self.root()).args(identity).args(arguments).output().unwrap();
        assert!(ran.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }

    /// Commits everything; gives the commit.
    fn commit(&self, message: &str) -> String {
        if !self.root().join(".git").is_dir() {
            self.git(&["init", "--quiet"]);
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Rewrites every workflow.
    fn rewrite(&self, change: impl Fn(&str) -> String) {
        for entry in fs::read_dir(self.root().join(".github/workflows")).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, change(&text)).unwrap();
        }
    }
}

/// A workflow as a tree.
struct Workflow {
    text: String,
    tree: Tree,
}

/// A step as a runner sees it.
#[derive(Debug)]
struct Step {
    env: BTreeMap<String, String>,
    folder: String,
    run: String,
}

impl Workflow {
    fn of(repository: &Repository, name: &str) -> Workflow {
        let text = repository.read(&format!(".github/workflows/{name}"));
        let (tree, problems) = parse(FileId(0), &text);
        assert!(problems.is_empty(), "{problems:?}");
        Workflow { text, tree }
    }

    fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let mut entries = self.tree.entries(node)?;
        entries.find(|(name, _)| self.scalar(*name) == Some(key)).map(|(_, value)| value)
    }

    fn scalar(&self, node: NodeId) -> Option<&str> {
        self.tree.scalar(&self.text, node).map(|(text, _)| text)
    }

    fn at(&self, path: &[&str]) -> NodeId {
        let found = path.iter().try_fold(self.tree.root().unwrap(), |node, key| self.get(node, key));
        found.unwrap_or_else(|| panic!("no {path:?}"))
    }

    fn map(&self, node: Option<NodeId>) -> BTreeMap<String, String> {
        let entries = node.into_iter().flat_map(|node| self.tree.entries(node).into_iter().flatten());
        entries
            .map(|(key, value)| {
                (self.scalar(key).unwrap().to_owned(), self.scalar(value).unwrap_or_default().to_owned())
            })
            .collect()
    }

    fn step(&self, job: &str, name: &str) -> Step {
        let job = self.at(&["jobs", job]);
        let steps = self.tree.list(self.get(job, "steps").unwrap()).unwrap();
        let step = steps.iter().copied().find(|step| {
            let text = |key| self.get(*step, key).and_then(|node| self.scalar(node));
            text("name") == Some(name) && text("run").is_some()
        });
        let step = step.unwrap_or_else(|| panic!("no step {name:?}"));
        let text = |key| self.get(step, key).and_then(|node| self.scalar(node)).unwrap_or_default().to_owned();
        let mut env = self.map(self.get(job, "env"));
        env.extend(self.map(self.get(step, "env")));
        Step { env, folder: text("working-directory"), run: text("run") }
    }
}

/// A machine whose commands are recorders: each call is a line, and what a command answers is a piece of shell.
struct Machine<'a> {
    repository: &'a Repository,
    folder: tempfile::TempDir,
    expressions: Vec<(&'static str, String)>,
}

impl<'a> Machine<'a> {
    fn new(repository: &'a Repository) -> Machine<'a> {
        let machine = Machine { repository, folder: tempfile::tempdir().unwrap(), expressions: Vec::new() };
        for folder in ["bin", "temp"] {
            fs::create_dir(machine.folder.path().join(folder)).unwrap();
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a recorder in place of a command.
    fn command(self, name: &str, answer: &str) -> Machine<'a> {
        let program = self.path("bin").join(name);
        let text = format!("#!/bin/bash\nprintf '%s\\n' \"{name} $*\" >>\"$RECORD\"\n{answer}\n");
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// What an expression of the workflow has as its value.
    fn expression(mut self, expression: &'static str, value: impl Into<String>) -> Machine<'a> {
        self.expressions.push((expression, value.into()));
        self
    }

    /// Runs a step as a runner would.
    fn run(&self, step: &Step) -> Output {
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.run]);
        command.current_dir(self.repository.root().join(&step.folder));
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("RECORD", self.path("record")).env("POLL_SECONDS", "0");
        command.env("RUNNER_TEMP", self.path("temp")).env("GITHUB_OUTPUT", self.path("output"));
        command.env("GITHUB_STEP_SUMMARY", self.path("summary")).env("GITHUB_REPOSITORY", "acme/storefront");
        // 2026-11-21T00:00:00Z
        command.env("SOURCE_DATE_EPOCH", "1795219200");
        command.env("GITHUB_SERVER_URL", "https://github.example").env("GITHUB_RUN_ID", "7");
        for (name, value) in &step.env {
            let known = self.expressions.iter();
            let value = known.fold(value.clone(), |value, (expression, known)| {
                value.replace(&format!("${{{{ {expression} }}}}"), known)
            });
            assert!(!value.contains("${{"), "{name} has an expression that the test does not know: {value}");
            command.env(name, value);
        }
        command.output().unwrap()
    }

    fn succeeds(&self, step: &Step) -> String {
        let ran = self.run(step);
        let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{}\n{said}", step.run);
        said
    }

    fn fails(&self, step: &Step) -> String {
        let ran = self.run(step);
        let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(!ran.status.success(), "{}\n{said}", step.run);
        said
    }

    /// The calls so far.
    fn record(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("record")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn calls(&self, beginning: &str) -> Vec<String> {
        self.record().into_iter().filter(|call| call.starts_with(beginning)).collect()
    }
}

#[test]
fn a_component_is_fetched_linted_and_built_in_its_folder() {
    let repository = Repository::of("storefront");
    repository.write("apps/web/package.json", "{}");
    let ci = Workflow::of(&repository, "ci.yml");
    let machine = Machine::new(&repository).command("npm", "pwd >>\"$RECORD\"");
    for name in ["Fetch dependencies", "Lint", "Build"] {
        machine.succeeds(&ci.step("build-web", name));
    }
    assert!(ci.text.contains("tool: cargo-nextest"), "what `cargo nextest` runs by is set up");
    let folder = fs::canonicalize(repository.root().join("apps/web")).unwrap().display().to_string();
    assert_eq!(
        machine.record(),
        ["npm ci", &folder, "npm run lint --if-present", &folder, "npm run build --if-present", &folder]
    );
}

#[test]
fn only_what_changed_has_something_to_do() {
    let repository = Repository::of("storefront");
    let base = repository.commit("first");
    let jobs = |base: &str| {
        let machine = Machine::new(&repository)
            .expression("inputs.base || github.event.pull_request.base.sha || github.event.before", base);
        machine.succeeds(&Workflow::of(&repository, "ci.yml").step("changes", "Find what changed"));
        let output = fs::read_to_string(machine.path("output")).unwrap();
        let lines: Vec<String> = output.lines().map(str::to_owned).collect();
        (lines[0].clone(), lines[1].clone())
    };
    let everything = jobs("");
    assert!(everything.0.contains("build-catalog") && everything.0.contains("suite-integration"), "{everything:?}");
    // A commit that nobody knows, and one of a first push.
    assert_eq!(jobs(&"0".repeat(40)), everything);
    assert_eq!(jobs(&base), ("jobs=[]".to_owned(), "components=[]".to_owned()));

    repository.write("apps/web/a file\nwith a line.ts", "");
    repository.commit("the shop");
    let (of_web, components) = jobs(&base);
    assert_eq!(of_web, "jobs=[\"build-web\",\"suite-web-unit\"]");
    assert_eq!(components, "components=[\"web\"]");

    repository.write("Cargo.lock", "");
    repository.commit("a package");
    let (of_lockfile, _) = jobs(&base);
    assert!(of_lockfile.contains("build-checkout") && of_lockfile.contains("suite-unit"), "{of_lockfile}");
    assert!(!of_lockfile.contains("build-catalog"), "{of_lockfile}");

    repository.write(".github/scripts/changes.sh", &(repository.read(".github/scripts/changes.sh") + "\n"));
    repository.commit("a script");
    assert_eq!(jobs(&base), everything, "a change of the pipeline itself");
}

#[test]
fn evidence_is_gathered_imported_and_judged() {
    let repository = Repository::of("storefront");
    repository.write("target/nextest/ci/junit.xml", "<testsuites/>");
    repository.write("lcov.info", "end_of_record\n");
    let ci = Workflow::of(&repository, "ci.yml");
    let machine = Machine::new(&repository)
        .command("pathc", "")
        .expression("steps.suite.outcome", "success")
        .expression("needs.changes.outputs.components", "[\"checkout\",\"money\"]")
        .expression("github.sha", "abc1234")
        .expression("toJSON(needs)", r#"{"changes": {"result": "success"}, "build-web": {"result": "skipped"}}"#);
    machine.succeeds(&ci.step("suite-unit", "Gather evidence"));
    // A suite without reports is one test, which its command was.
    machine.succeeds(&ci.step("suite-report-unit", "Gather evidence"));
    fs::rename(machine.path("temp").join("evidence"), repository.root().join("evidence")).unwrap();
    for name in ["Require all jobs", "Import evidence", "Check the candidate"] {
        machine.succeeds(&ci.step("quality-gates", name));
    }
    assert_eq!(
        machine.record(),
        [
            "pathc import junit evidence/unit/junit/1-junit.xml --commit abc1234 --suite unit",
            "pathc import lcov evidence/unit/lcov/1-lcov.info --commit abc1234 --component checkout --component money",
            "pathc import junit evidence/report-unit/junit/command.xml --commit abc1234 --suite report-unit",
            "pathc check --message-format github --stage candidate --commit abc1234 --component checkout --component money",
        ]
    );
    let synthetic = repository.read("evidence/report-unit/junit/command.xml");
    assert!(synthetic.contains("tests=\"1\"") && !synthetic.contains("failure"), "{synthetic}");

    let machine = machine.expression("toJSON(needs)", "");
    let mut failed = ci.step("quality-gates", "Require all jobs");
    failed.env.insert("NEEDS".to_owned(), r#"{"build-web": {"result": "failure"}}"#.to_owned());
    assert!(machine.fails(&failed).contains("build-web: failure"));
    // A report that is missing although the suite passed is no evidence.
    fs::remove_file(repository.root().join("lcov.info")).unwrap();
    assert!(machine.fails(&ci.step("suite-unit", "Gather evidence")).contains("lcov"));
}

#[test]
fn a_deployment_is_verified_and_marked() {
    let repository = Repository::of("storefront");
    repository.write("scripts/smoke.sh", "#!/bin/bash\necho \"smoke $BASE_URL [$AWS_ACCESS_KEY_ID]\" >>\"$RECORD\"\n");
    let script = repository.root().join("scripts/smoke.sh");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let deploy = Workflow::of(&repository, "deploy.yml");
    let machine = Machine::new(&repository)
        .command("gh", "cat >/dev/null; echo 17")
        .expression("github.sha", "abc1234")
        .expression("github.token", "t");
    machine.succeeds(&deploy.step("deploy-production", "Verify with smoke"));
    machine.succeeds(&deploy.step("deploy-production", "Mark the deployment"));
    assert_eq!(machine.record()[0], "smoke https://shop.acme.example []");
    assert_eq!(machine.calls("gh")[0], "gh api --method POST repos/acme/storefront/deployments --input - --jq .id");
    assert!(machine.calls("gh")[1].contains("deployments/17/statuses --field state=success"));
}

#[test]
fn users_are_told_before_a_release_reaches_production() {
    let repository = Repository::of("storefront");
    repository.write("infra/operations/release-notes.md", "# Notes\n");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let step = deploy.step("deploy-production", "Tell the users");
    let machine = || Machine::new(&repository).expression("github.sha", "abc1234");
    let text = "A new release of storefront reaches production now. What changes: \
                https://github.example/acme/storefront/blob/abc1234/infra/operations/release-notes.md";

    let answer =
        "cat >\"$RUNNER_TEMP/sent\"; while [[ $1 != --config ]]; do shift; done; cat \"$2\" >\"$RUNNER_TEMP/address\"";
    let told = machine().command("curl", answer).expression("secrets.USER_NOTICE_URL", "https://chat.example/hook");
    told.succeeds(&step);
    assert_eq!(fs::read_to_string(told.path("summary")).unwrap().trim_end(), text);
    let sent: serde_json::Value = serde_json::from_slice(&fs::read(told.path("temp/sent")).unwrap()).unwrap();
    assert_eq!(sent["text"], text);
    assert_eq!(fs::read_to_string(told.path("temp/address")).unwrap(), "url = \"https://chat.example/hook\"");
    assert!(!told.record().join(" ").contains("chat.example"), "an address that is a secret is no argument");

    let nobody = machine().command("curl", "").expression("secrets.USER_NOTICE_URL", "");
    assert!(nobody.succeeds(&step).contains("USER_NOTICE_URL"));
    assert!(nobody.record().is_empty());

    let out_of_reach =
        machine().command("curl", "exit 7").expression("secrets.USER_NOTICE_URL", "https://chat.example");
    assert!(out_of_reach.succeeds(&step).contains("::warning title=Users::"));
}

/// A cluster in which everything is good at once.
const CLUSTER: &str = r#"
case "$*" in
  kustomize*) echo "kind: List" ;;
  *'get rollout'*) echo '{"metadata":{"generation":2},"status":{"observedGeneration":"2","phase":"'"${PHASE:-Healthy}"'"}}' ;;
esac"#;

#[test]
fn versions_are_replaced_wave_after_wave() {
    let repository = Repository::of("storefront");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let step = deploy.step("deploy-production", "Roll out");
    let machine = Machine::new(&repository).command("kubectl", CLUSTER);
    machine.succeeds(&step);
    let calls = machine.record();
    let at =
        |part: &str| calls.iter().position(|call| call.contains(part)).unwrap_or_else(|| panic!("{part}: {calls:#?}"));
    assert!(at("name in (checkout,catalog,order-worker,nightly-report)") < at("get rollout checkout"), "{calls:#?}");
    assert!(at("rollout status deployment/order-worker --timeout 900s") < at("name in (web)"), "{calls:#?}");
    assert!(calls.iter().all(|call| !call.contains("apply") || call.contains("--server-side")), "{calls:#?}");

    // What is bad ends the deployment before the next wave.
    let machine = Machine::new(&repository).command("kubectl", &CLUSTER.replace("Healthy", "Degraded"));
    assert!(machine.fails(&step).contains("checkout is Degraded"));
    assert!(machine.calls("kubectl").iter().all(|call| !call.contains("(web)")));
}

#[test]
fn a_failed_deployment_goes_back_to_the_commit_before() {
    let repository = Repository::of("storefront");
    let before = repository.commit("the release before");
    repository.write("infra/kubernetes/production/workloads/web.yaml", "kind: New\n");
    let now = repository.commit("the release");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let machine = Machine::new(&repository)
        .command("gh", &format!("printf '%s\\n' {now} {before} {}", "1".repeat(40)))
        .command("kubectl", "[[ $1 != kustomize ]] || cat \"$2/web.yaml\" >>\"$RECORD\"")
        .expression("github.sha", now.clone())
        .expression("github.token", "t")
        .expression("steps.earlier.outputs.commit", before.clone());
    machine.succeeds(&deploy.step("deploy-production", "Find the earlier release"));
    assert_eq!(fs::read_to_string(machine.path("output")).unwrap(), format!("commit={before}\n"));

    machine.succeeds(&deploy.step("deploy-production", "Take the deployment back"));
    let record = machine.record().join("\n");
    assert!(!record.contains("kind: New") && record.contains("kind: Deployment"), "the manifests of the commit before");
    let back: Vec<String> = machine.calls("kubectl apply");
    let order: Vec<&str> = back.iter().filter_map(|call| call.rsplit("name=").next()).collect();
    assert_eq!(order, ["web", "order-worker", "catalog", "checkout"], "what came last goes first");
    assert!(record.contains(r#"patch rollout checkout --namespace storefront-production --subresource status"#));
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 1, "nothing is left behind");

    // By hand, only what ran there.
    let rollback = Workflow::of(&repository, "rollback.yml");
    let step = rollback.step("roll-back-production", "Find the earlier release");
    let machine = machine.expression("inputs.release", "no-such-tag");
    assert!(machine.fails(&step).contains("no commit or tag is called no-such-tag"));
    let machine = Machine::new(&repository)
        .command("gh", &format!("echo {before}"))
        .expression("github.token", "t")
        .expression("inputs.release", now);
    assert!(machine.fails(&step).contains("never ran in production"));
}

/// An account in which everything is good at once: parameters have their own names as values.
const ACCOUNT: &str = r#"
case "$*" in
  'ssm get-parameter'*) name=${4##*/}; echo "$name" ;;
  *desiredCount*) echo "${COUNT:-3}" ;;
  *"taskDefinition | [0]"*) service=${6}; echo "arn:aws:ecs:eu-west-1:111122223333:task-definition/$service:7" ;;
  *'services[0].taskDefinition'*) service=${6}; echo "arn:aws:ecs:eu-west-1:111122223333:task-definition/$service:9" ;;
  'ecs run-task'*) echo "arn:aws:ecs:eu-west-1:111122223333:task/courier-production/1" ;;
  'ecs describe-tasks'*) echo '{"tasks":[{"lastStatus":"STOPPED","containers":[{"name":"api","exitCode":'"${EXIT:-0}"'}]}]}' ;;
  'cloudwatch describe-alarms'*) echo "${ALARM:-None}" ;;
  'ecs list-task-definitions'*) echo "${5%-r-7}:9 ${5%-r-7}:8" ;;
  'ecs describe-task-definition'*) [[ $4 == *:8 ]] && echo "registry.example/old" || echo "registry.example/new" ;;
esac
[[ ${FAIL:-} == '' || $* != *$FAIL* ]]"#;

/// The weights that requests were sent by, rule by rule.
fn weights(machine: &Machine<'_>) -> Vec<String> {
    let calls = machine.calls("aws elbv2 modify-rule");
    let weight = |call: &String| {
        let rule = call.split("--rule-arn ").nth(1).unwrap().split(' ').next().unwrap();
        let weight = call.rsplit("\"Weight\":").next().unwrap().split('}').next().unwrap();
        format!("{rule} {weight}")
    };
    calls.iter().map(weight).collect()
}

fn of_courier(repository: &Repository) -> Machine<'_> {
    repository.write("scripts/smoke.sh", "#!/bin/bash\necho smoke >>\"$RECORD\"\n[[ ! -e smoke-fails ]]\n");
    let script = repository.root().join("scripts/smoke.sh");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Machine::new(repository)
        .command("aws", ACCOUNT)
        .command("terraform", "")
        .expression("vars.AWS_ACCOUNT_ID_PRODUCTION", "111122223333")
}

/// A step with a variable of the runner's own, by which the test says what goes wrong.
fn with(step: &Step, name: &str, value: &str) -> Step {
    let mut env = step.env.clone();
    env.insert(name.to_owned(), value.to_owned());
    Step { env, folder: step.folder.clone(), run: step.run.clone() }
}

#[test]
fn on_ecs_infrastructure_changes_while_every_version_stays() {
    let repository = Repository::of("courier");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let machine = of_courier(&repository);
    machine.succeeds(&deploy.step("deploy-production", "Hold the versions that run"));
    let output = fs::read_to_string(machine.path("output")).unwrap();
    let held = output.strip_prefix("held=").unwrap().trim().to_owned();
    let arn = |component: &str| {
        format!("arn:aws:ecs:eu-west-1:111122223333:task-definition/courier-production-{component}:7")
    };
    let known: BTreeMap<String, String> = serde_json::from_str(&held).unwrap();
    let expected = ["api", "dispatcher", "tracking"].map(|component| (component.to_owned(), arn(component)));
    assert_eq!(known, expected.into());

    let machine = machine.expression("steps.held.outputs.held", held.clone());
    machine.succeeds(&deploy.step("deploy-production", "Make the infrastructure"));
    machine.succeeds(&deploy.step("deploy-production", "Replace the versions that serve"));
    let plans = machine.calls("terraform -chdir=infra/terraform/environments/production plan");
    assert!(plans[0].contains(&format!("-var=held_task_definitions={held}")), "{plans:#?}");
    assert!(!plans[1].contains("held_task_definitions"), "the newest versions serve then: {plans:#?}");

    // On the first day there is nothing to hold.
    let machine = of_courier(&repository);
    machine.succeeds(&with(
        &deploy.step("deploy-production", "Hold the versions that run"),
        "FAIL",
        "describe-services",
    ));
    assert_eq!(fs::read_to_string(machine.path("output")).unwrap(), "held={}\n");
}

#[test]
fn on_ecs_a_migration_that_fails_stops_before_any_version_changes() {
    let repository = Repository::of("courier");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let step = deploy.step("deploy-production", "Migrate");
    let machine = of_courier(&repository);
    machine.succeeds(&step);
    let network = r#"{"awsvpcConfiguration":{"subnets":["private_subnet_ids"],"securityGroups":["security_group_api"],"assignPublicIp":"DISABLED"}}"#;
    assert_eq!(
        machine.calls("aws ecs run-task"),
        [format!(
            "aws ecs run-task --cluster courier-production --task-definition courier-production-api-r-7 --launch-type FARGATE --count 1 --network-configuration {network} --query tasks[0].taskArn --output text"
        )]
    );
    let machine = of_courier(&repository);
    assert!(machine.fails(&with(&step, "EXIT", "3")).contains("courier-production-api-r-7 failed (api: 3)"));
    assert!(
        machine.fails(&with(&step, "FAIL", "run-task")).contains("courier-production-api-r-7 could not be started")
    );
    assert!(machine.calls("aws ecs update-service").is_empty());

    // A step that fails ends the job, and this one stands before those that replace versions.
    let text = &deploy.text;
    let job = &text[text.find("\n  deploy-production:").unwrap()..];
    let at = |name: &str| job.find(&format!("- name: {name}\n")).unwrap_or_else(|| panic!("{name}"));
    assert!(at("Migrate") < at("Roll out") && at("Roll out") < at("Replace the versions that serve"));
    assert!(job.contains("if: failure() && steps.roll-out.outcome != 'skipped'"), "and nothing is to be taken back");
}

#[test]
fn on_ecs_a_canary_takes_its_steps_and_a_blue_green_version_is_verified() {
    let repository = Repository::of("courier");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let machine = of_courier(&repository);
    machine.succeeds(&deploy.step("deploy-production", "Roll out"));
    let (api, tracking) = ("listener_rule_api-http", "listener_rule_tracking-http");
    assert_eq!(
        weights(&machine),
        [format!("{api} 10"), format!("{api} 50"), format!("{api} 100"), format!("{tracking} 100")]
    );
    let calls = machine.record();
    let at =
        |part: &str| calls.iter().position(|call| call.contains(part)).unwrap_or_else(|| panic!("{part}: {calls:#?}"));
    assert!(
        at("--service courier-production-api-next --task-definition courier-production-api --desired-count 3")
            < at("wait services-stable")
    );
    assert!(at("--service courier-production-tracking-next") < at("smoke") && at("smoke") < at(tracking), "{calls:#?}");
    assert!(
        calls.iter().any(|call| call.contains("describe-alarms --alarm-name-prefix courier-production-api-next- "))
    );
    // The first rule's groups share what there is: 90 and 10.
    assert!(machine.calls("aws elbv2")[0].contains(r#"{"TargetGroupArn":"target_group_api-http","Weight":90},{"TargetGroupArn":"target_group_api-http-next","Weight":10}"#));

    // Once the versions that serve are new, requests go to them alone.
    let machine = of_courier(&repository);
    machine.succeeds(&deploy.step("deploy-production", "Let the new versions serve alone"));
    assert_eq!(weights(&machine), [format!("{api} 0"), format!("{tracking} 0")]);
    assert_eq!(
        machine.calls("aws ecs update-service").iter().filter(|call| call.ends_with("-next --desired-count 0")).count(),
        2
    );
    // What does not run yet has nothing to stand beside.
    let machine = of_courier(&repository);
    machine.succeeds(&with(&deploy.step("deploy-production", "Roll out"), "COUNT", "None"));
    assert!(machine.calls("aws ecs update-service").is_empty() && weights(&machine).is_empty());
}

#[test]
fn on_ecs_what_is_bad_is_taken_back_before_the_next_component() {
    let repository = Repository::of("courier");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let step = deploy.step("deploy-production", "Roll out");
    let ended = "--service courier-production-api-next --desired-count 0";

    let machine = of_courier(&repository);
    let said = machine.fails(&with(&step, "ALARM", "courier-production-api-next-errors"));
    assert!(said.contains("api was judged bad at 10 %: courier-production-api-next-errors"), "{said}");
    assert_eq!(weights(&machine), ["listener_rule_api-http 10", "listener_rule_api-http 0"]);
    assert!(machine.record().last().unwrap().contains(ended) && machine.calls("smoke").is_empty());

    // A version that never becomes healthy gets no request.
    let machine = of_courier(&repository);
    let said = machine.fails(&with(&step, "FAIL", "wait services-stable"));
    assert!(said.contains("the new version of api does not come up"), "{said}");
    assert_eq!(weights(&machine), ["listener_rule_api-http 0"]);

    // Nor does one whose suite fails.
    repository.write("smoke-fails", "");
    let machine = of_courier(&repository);
    assert!(machine.fails(&step).contains("smoke failed: the old version of tracking goes on"));
    assert!(weights(&machine).ends_with(&["listener_rule_tracking-http 0".to_owned()]));
    assert!(!weights(&machine).contains(&"listener_rule_tracking-http 100".to_owned()));
}

#[test]
fn on_ecs_a_failed_deployment_goes_back_to_what_was_held() {
    let repository = Repository::of("courier");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let step = deploy.step("deploy-production", "Take the deployment back");
    let arn = |component: &str| format!("arn:task-definition/courier-production-{component}:7");
    let held = serde_json::to_string(&BTreeMap::from(["api", "dispatcher", "tracking"].map(|name| (name, arn(name)))))
        .unwrap();
    let machine = of_courier(&repository)
        .expression("steps.held.outputs.held", held)
        .expression("steps.earlier.outputs.commit", "");
    machine.succeeds(&step);
    let back = |component: &str| {
        format!(
            "aws ecs update-service --cluster courier-production --service courier-production-{component} --task-definition {}",
            arn(component)
        )
    };
    // In the order of going back, then all are waited for.
    assert_eq!(machine.record()[..3], ["api", "dispatcher", "tracking"].map(back));
    assert_eq!(machine.calls("aws ecs wait services-stable").len(), 3);
    assert!(machine.fails(&with(&step, "FAIL", "wait services-stable")).contains("somebody has to look"));

    // Nothing ran before: there is no way back, and the run says so.
    let machine = of_courier(&repository)
        .expression("steps.held.outputs.held", "{}")
        .expression("steps.earlier.outputs.commit", "");
    assert!(machine.fails(&step).contains("nothing ran here before"));

    // By hand: the newest definition that runs the image of the release.
    let commit = repository.commit("the release before");
    let machine = of_courier(&repository)
        .command("yq", "echo registry.example/old")
        .expression("steps.earlier.outputs.commit", commit);
    machine.succeeds(&Workflow::of(&repository, "rollback.yml").step("roll-back-production", "Bring the release back"));
    let calls = machine.calls("aws ecs update-service");
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call.ends_with(":8")), "{calls:#?}");
    let machine = machine.command("yq", "echo registry.example/gone");
    let said = machine
        .fails(&Workflow::of(&repository, "rollback.yml").step("roll-back-production", "Bring the release back"));
    assert!(said.contains("api has no earlier version that is still known"), "{said}");
}

/// An account whose stacks are as they should be.
const STACKS: &str = r#"
case "$*" in
  *describe-stacks*) echo UPDATE_COMPLETE ;;
  *'deploy --stack-name'*no-execute*) echo "${CHANGES:-No changes to deploy.}" ;;
  *describe-stacks*) echo UPDATE_COMPLETE ;;
  *describe-change-set*) printf 'Modify\tLogs\tAWS::Logs::LogGroup\tFalse\n' ;;
  *detect-stack-drift*) echo 1 ;;
  *describe-stack-drift-detection-status*) printf 'DETECTION_COMPLETE\t%s\n' "${DRIFT:-IN_SYNC}" ;;
  *describe-stack-resource-drifts*) printf 'MODIFIED\tLogs\tAWS::Logs::LogGroup\t/courier\n' ;;
  *list-hosted-zones*) echo '{"HostedZones": [{"Id": "/hostedzone/Z1", "Name": "acme.example.", "Config": {"PrivateZone": false}}]}' ;;
esac"#;

#[test]
fn stacks_are_planned_by_looking_hold_versions_and_are_compared_with_what_runs() {
    let repository = Repository(tempfile::tempdir().unwrap());
    folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/courier"), repository.root()).unwrap();
    let manifest = repository.read("pathc.yaml");
    assert!(manifest.contains("provisioner: terraform"));
    repository.write("pathc.yaml", &manifest.replace("provisioner: terraform", "provisioner: cloudformation"));
    repository.build(&[]);
    let machine = || Machine::new(&repository).command("aws", STACKS);

    let deploy = Workflow::of(&repository, "deploy.yml");
    let plan = machine();
    let changed = with(
        &deploy.step("plan-production", "Show the plan"),
        "CHANGES",
        "arn:aws:cloudformation:eu-west-1:1:changeSet/c/1",
    );
    assert!(plan.succeeds(&changed).contains("Modify\tLogs"));
    let changes = |call: &&String| {
        call.contains("update") || call.contains("set-stack-policy") || call.contains("execute-change-set")
    };
    assert_eq!(plan.record().iter().filter(changes).count(), 0, "{:#?}", plan.record());
    assert_eq!(plan.calls("aws cloudformation delete-change-set").len(), plan.calls("aws cloudformation deploy").len());

    // What runs goes on while the infrastructure changes.
    let held = r#"{"api":"arn:api:7"}"#;
    let provision = machine().expression("steps.held.outputs.held", held);
    provision.succeeds(&deploy.step("deploy-production", "Make the infrastructure"));
    let parameters = |machine: &Machine<'_>, stack: &str| {
        let calls = machine.calls(&format!("aws cloudformation deploy --stack-name courier-production-{stack} "));
        calls[0].split("--parameter-overrides ").nth(1).unwrap_or_default().to_owned()
    };
    assert!(parameters(&provision, "api").contains("HeldTaskDefinition=arn:api:7"));
    assert!(parameters(&provision, "tracking").contains("HeldTaskDefinition="));
    assert!(!parameters(&provision, "tracking").contains("arn:"), "of another component");
    let replace = machine();
    replace.succeeds(&deploy.step("deploy-production", "Replace the versions that serve"));
    assert!(!parameters(&replace, "api").contains("arn:api"), "the newest serves");

    let drift = Workflow::of(&repository, "drift.yml").step("drift-production", "Compare with what runs");
    assert!(machine().succeeds(&drift).contains("courier-production-api: no changes"));
    let by_hand = machine().fails(&with(&drift, "DRIFT", "DRIFTED"));
    assert!(
        by_hand.contains("MODIFIED\tLogs") && by_hand.contains("what runs differs from what is committed"),
        "{by_hand}"
    );
    let committed = machine().fails(&with(&drift, "CHANGES", "arn:aws:cloudformation:eu-west-1:1:changeSet/c/1"));
    assert!(committed.contains("what runs differs from what is committed"), "{committed}");
}

#[test]
fn nothing_is_deployed_outside_of_the_window() {
    let repository = Repository::of("storefront");
    let step = Workflow::of(&repository, "deploy.yml").step("deploy-production", "Check the deployment window");
    let machine = Machine::new(&repository);
    // Tuesday to Thursday, 08:00 to 16:00 in Dublin.
    for (now, open) in [
        ("2026-11-24T08:00:00Z", true),
        ("2026-11-24T15:59:59Z", true),
        ("2026-11-24T07:59:59Z", false),
        ("2026-11-24T16:00:00Z", false),
        ("2026-11-23T12:00:00Z", false),
        // In summer, Dublin is an hour ahead.
        ("2026-07-01T07:00:00Z", true),
        ("2026-07-01T15:00:00Z", false),
    ] {
        let seconds = Command::new("date").args(["--date", now, "+%s"]).output().unwrap();
        let mut step = Step { env: step.env.clone(), folder: String::new(), run: step.run.clone() };
        step.env.insert("NOW".to_owned(), String::from_utf8(seconds.stdout).unwrap().trim().to_owned());
        assert_eq!(machine.run(&step).status.success(), open, "{now}");
        // Over midnight: what begins on a Wednesday evening is open early on Thursday, and not early on Tuesday.
        step.env.insert("FROM".to_owned(), "22:00".to_owned());
        step.env.insert("TO".to_owned(), "08:00".to_owned());
        step.env.insert("DAYS".to_owned(), "mon".to_owned());
        assert_eq!(machine.run(&step).status.success(), now == "2026-11-24T07:59:59Z", "{now} over midnight");
    }
}

#[test]
fn a_secret_that_nobody_has_set_stops_the_deployment() {
    let repository = Repository::of("storefront");
    let step = Workflow::of(&repository, "deploy.yml").step("deploy-production", "Check the secrets");
    let machine = Machine::new(&repository).command("aws", "echo 1");
    machine.succeeds(&step);
    let machine = Machine::new(&repository).command("aws", "[[ $* != *STRIPE* ]] && echo 1 || exit 254");
    let said = machine.fails(&step);
    assert!(said.contains("storefront/production/checkout/STRIPE_API_KEY has no value"), "{said}");
    assert!(!said.contains("oncall has no value"), "{said}");
}

#[test]
fn infrastructure_is_planned_by_looking_and_made_as_planned() {
    let repository = Repository::of("storefront");
    let deploy = Workflow::of(&repository, "deploy.yml");
    let machine = Machine::new(&repository)
        .command("terraform", "[[ $* != *detailed* ]] || exit 2")
        .expression("vars.AWS_ACCOUNT_ID_STAGING", "111122223333");
    machine.succeeds(&deploy.step("plan-staging", "Show the plan"));
    machine.succeeds(&deploy.step("deploy-staging", "Make the infrastructure"));
    let calls = machine.record();
    let root = "terraform -chdir=infra/terraform/environments/staging";
    let bucket = "-backend-config=bucket=storefront-terraform-state-111122223333";
    assert_eq!(calls[0], format!("{root} init -input=false {bucket}"));
    assert_eq!(calls[1], format!("{root} plan -input=false -lock=false -no-color -detailed-exitcode"));
    assert!(calls[3].starts_with(&format!("{root} plan -input=false -lock-timeout=10m -no-color -out=")), "{calls:#?}");
    let planned = calls[3].rsplit("-out=").next().unwrap();
    assert!(calls[4].starts_with(&format!("{root} apply")) && calls[4].ends_with(planned), "{calls:#?}");

    // The same difference is an error where nothing should differ.
    let drift = Workflow::of(&repository, "drift.yml");
    assert!(machine.fails(&drift.step("drift-staging", "Compare with what runs")).contains("what runs differs"));
}

#[test]
fn a_release_is_one_pull_request_and_its_check_is_started() {
    let repository = Repository::of("storefront");
    let base = repository.commit("main");
    let release = Workflow::of(&repository, "release.yml");
    let machine = Machine::new(&repository)
        .command("gh", "[[ $1 != pr || $2 != list ]] || echo 0")
        .command("pathc", "[[ $1 != import ]] || echo '# released' >>path/deployment_packages.yaml")
        .expression("matrix.component", "web")
        .expression("inputs.version || github.ref_name", "v4.0.0")
        .expression("steps.build.outputs.digest", format!("sha256:{}", "a".repeat(64)))
        .expression("github.sha", base.clone())
        .expression("github.token", "t");
    let packages = machine.path("temp").join("package").display().to_string();
    let machine = machine.expression("runner.temp", machine_temp(&packages));
    machine.succeeds(&release.step("images", "Write down the package"));
    fs::rename(machine.path("temp").join("package"), machine.path("temp").join("packages")).unwrap();
    let written = fs::read_to_string(machine.path("temp").join("packages/web.json")).unwrap();
    assert!(written.contains("\"version\": \"4.0.0\"") && written.contains("\"signed\": true"), "{written}");

    // The remote is a folder, so that the push is a real one.
    let remote = machine.path("remote.git");
    repository.git(&["init", "--quiet", "--bare", &remote.display().to_string()]);
    repository.git(&["remote", "add", "origin", &remote.display().to_string()]);
    machine.succeeds(&release.step("propose", "Propose the release"));
    let packages = machine.path("temp").join("packages/web.json").display().to_string();
    assert_eq!(machine.calls("pathc"), [format!("pathc import package {packages}"), "pathc build".to_owned()]);
    let branches = Command::new("git").arg("-C").arg(&remote).args(["branch", "--list"]).output().unwrap();
    assert_eq!(String::from_utf8(branches.stdout).unwrap().trim(), "release/v4.0.0");
    let gh = machine.calls("gh");
    assert!(gh.iter().any(|call| call.starts_with("gh pr create --head release/v4.0.0 --base main")), "{gh:?}");
    assert_eq!(*gh.last().unwrap(), format!("gh workflow run ci.yml --ref release/v4.0.0 --field base={base}"));
}

fn machine_temp(packages: &str) -> String {
    packages.strip_suffix("/package").unwrap().to_owned()
}

#[test]
fn an_update_of_an_action_is_kept_and_an_older_one_is_an_edit() {
    let repository = Repository::of("storefront");
    let text = repository.read(".github/workflows/ci.yml");
    let checkout = pins::pins(&text).into_iter().find(|pin| pin.uses == "actions/checkout").unwrap();
    let pin = |commit: &str, version: &str| format!("actions/checkout@{commit} # {version}");
    let ours = pin(&checkout.commit, &checkout.version);
    let newer = pin(&"0a1b".repeat(10), "v99.0.0");
    repository.rewrite(|text| text.replace(&ours, &newer));
    assert_eq!(repository.check(), "");
    repository.build(&[]);
    assert!(repository.read(".github/workflows/ci.yml").contains(&newer));
    assert!(repository.read(".github/workflows/deploy.yml").contains(&newer));
    // Only one of the workflows was updated: all are to be of one version.
    let ci = repository.read(".github/workflows/ci.yml").replace(&newer, &ours);
    repository.write(".github/workflows/ci.yml", &ci);
    assert!(repository.check().contains(".github/workflows/ci.yml"));
    repository.rewrite(|text| text.replace(&newer, &ours));
    assert_eq!(repository.check(), "");

    for edit in [pin(&"0a1b".repeat(10), "v1.0.0"), pin(&"0a1b".repeat(10), &checkout.version)] {
        repository.rewrite(|text| text.replace(&ours, &edit));
        let said = repository.check();
        assert!(said.contains("O001") || said.contains("edited by hand"), "{said}");
        repository.rewrite(|text| text.replace(&edit, &ours));
    }
    // Any other change beside a pin is an edit as ever.
    repository.rewrite(|text| text.replace(&ours, &newer).replace("timeout-minutes: 40", "timeout-minutes: 400"));
    assert!(repository.check().contains("edited by hand"));
}

/// A repository on its first day has no digest and no evidence. It builds, gets its pipelines, and those bring it to a
/// release without anybody's edit.
#[test]
fn the_first_day_ends_in_a_release() {
    let repository = Repository(tempfile::tempdir().unwrap());
    folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/storefront"), repository.root()).unwrap();
    for evidence in ["test_coverage_report", "test_results", "code_quality_metrics"] {
        fs::remove_file(repository.root().join(format!("path/{evidence}.yaml"))).unwrap();
    }
    // A drill is a person's record; no pipeline makes it.
    let drill = "{kind: restore, environment: production, datastore: orders-db, date: 2026-09-30, passed: true, recovery_time: 38m, data_loss: 2m}";
    repository.write(
        "path/test_results.yaml",
        &format!("commit: 0000000\ngenerated_at: 2026-11-01T00:00:00Z\ndrills:\n  - {drill}\n"),
    );
    let packages = repository.read("path/deployment_packages.yaml");
    let (_, deployments) = packages.split_once("deployments:").unwrap();
    repository.write("path/deployment_packages.yaml", &format!("deployments:{deployments}"));
    // The one suite whose reports the fixture leaves out.
    let suites = repository.read("path/test_specifications.yaml").replace(
        "    working_directory: jobs/nightly-report\n",
        "    working_directory: jobs/nightly-report\n    reports: {coverage: {format: lcov, path: jobs/nightly-report/lcov.info}}\n",
    );
    repository.write("path/test_specifications.yaml", &suites);
    repository.git(&["init", "--quiet"]);
    repository.build(&["--stage", "commit"]);
    assert!(repository.root().join("infra/terraform").is_dir());
    assert!(!repository.root().join("infra/kubernetes/production/workloads/web.yaml").exists(), "nothing to run yet");
    let refused = repository.pathc(&["build", "--now", NOW]);
    assert!(!refused.status.success(), "a release without evidence");
    let commit = repository.commit("The first day");

    let lcov = |path: &str| {
        format!("SF:{path}\nDA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,1\nLF:1\nLH:1\nBRF:2\nBRH:2\nend_of_record\n")
    };
    let coverage: String = ["services/checkout/a.rs", "services/order-worker/a.rs", "libs/money/a.rs"]
        .iter()
        .map(|path| lcov(path))
        .collect();
    repository.write("lcov.info", &coverage);
    repository.write("jobs/nightly-report/lcov.info", &lcov("jobs/nightly-report/a.py"));
    repository.write("services/catalog/cover.out", "mode: set\nexample/catalog/a.go:1.1,2.2 1 1\n");
    let cobertura = "<coverage line-rate=\"1\"><packages><package><classes><class filename=\"apps/web/a.ts\"><lines>\
        <line number=\"1\" hits=\"1\"/></lines></class></classes></package></packages></coverage>";
    repository.write("apps/web/coverage/cobertura-coverage.xml", cobertura);
    let junit = "<testsuites><testsuite name=\"a\"><testcase name=\"b\" classname=\"a\"/></testsuite></testsuites>";
    for path in ["target/nextest/ci/junit.xml", "apps/web/junit.xml"] {
        repository.write(path, junit);
    }
    let machine = Machine::new(&repository)
        .command("gh", "[[ $1 != pr || $2 != list ]] || echo 0")
        .expression("steps.suite.outcome", "success")
        .expression("inputs.version || github.ref_name", "v1.0.0")
        .expression("steps.build.outputs.digest", format!("sha256:{}", "c".repeat(64)))
        .expression("github.sha", commit)
        .expression("github.token", "t");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pathc"), machine.path("bin/pathc")).unwrap();
    let temp = machine.path("temp").display().to_string();
    let machine = machine.expression("runner.temp", temp);
    let ci = Workflow::of(&repository, "ci.yml");
    for suite in ["unit", "catalog-unit", "web-unit", "report-unit", "integration"] {
        machine.succeeds(&ci.step(&format!("suite-{suite}"), "Gather evidence"));
    }
    let release = Workflow::of(&repository, "release.yml");
    for component in ["web", "checkout", "catalog", "order-worker", "nightly-report"] {
        let mut step = release.step("images", "Write down the package");
        step.env.insert("COMPONENT".to_owned(), component.to_owned());
        machine.succeeds(&step);
    }
    fs::rename(machine.path("temp/package"), machine.path("temp/packages")).unwrap();
    // Reports lie where a checkout has none: they are not part of the release.
    repository.write(".git/info/exclude", "/target\nlcov.info\ncover.out\ncoverage/\njunit.xml\n");
    let remote = machine.path("remote.git").display().to_string();
    repository.git(&["init", "--quiet", "--bare", &remote]);
    repository.git(&["remote", "add", "origin", &remote]);
    machine.succeeds(&release.step("propose", "Import evidence"));
    let said = machine.succeeds(&release.step("propose", "Propose the release"));
    assert!(machine.calls("gh").iter().any(|call| call.starts_with("gh pr create")), "{said}");
    let manifest = repository.read("infra/kubernetes/production/workloads/web.yaml");
    assert!(
        manifest.contains(&format!("ghcr.io/acme/web@sha256:{}", "c".repeat(64))),
        "what runs is what was released"
    );
    assert_eq!(repository.check(), "", "the release is whole");
}

/// Commands, patterns and paths that would be syntax somewhere.
#[test]
fn hostile_texts_stay_texts_or_are_refused() {
    let hostile = "echo 'a\"b' `id` $(id) ${{ secrets.KEY }}\necho \"$HOME\" # ${{ github.token }}";
    let repository = Repository::of("storefront");
    let suites = repository.read("path/test_specifications.yaml");
    let block: String = hostile.lines().map(|line| format!("      {line}\n")).collect();
    repository.write(
        "path/test_specifications.yaml",
        &suites.replace("    run: npm test\n", &format!("    run: |-\n{block}")),
    );
    let builds = repository.read("path/build_configurations.yaml");
    let spaced = builds.replace("context: apps/web", "context: 'apps/my ${{ x }} web'");
    repository.write("path/build_configurations.yaml", &spaced);
    repository.build(&[]);
    let ci = Workflow::of(&repository, "ci.yml");
    let step = ci.step("suite-web-unit", "Run the suite");
    assert!(!step.run.contains("${{"), "{}", step.run);
    // GitHub's own way of writing what would begin an expression.
    assert_eq!(step.env["COMMAND"].replace("${{ '${{' }}", "${{"), hostile);
    assert!(repository.read(".github/workflows/release.yml").contains("apps/my ${{ '${{' }} x }} web"));

    for (file, from, to, said) in [
        ("path/build_configurations.yaml", "main: main", "main: my branch", "no branch matches `my branch`"),
        ("path/build_configurations.yaml", "release: \"v*\"", "release: \"v${{ x }}\"", "no tag matches"),
        (
            "path/build_configurations.yaml",
            "working_directory: apps/web",
            "working_directory: ../web",
            "leaves the repository",
        ),
    ] {
        let sound = repository.read(file);
        repository.write(file, &sound.replace(from, to));
        let refused = repository.pathc(&["build", "--now", NOW, "--message-format", "short"]);
        let text = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && text.contains(said), "{to}: {text}");
        assert!(text.contains(&format!("{file}:")), "{to} is refused at its place: {text}");
        repository.write(file, &sound);
    }
}

/// GitHub says nothing of a workflow that is too large: it starts no run.
#[test]
fn a_workflow_that_would_never_run_is_told() {
    let said = |components: usize| {
        let repository = Repository(tempfile::tempdir().unwrap());
        let each = |head: &str, line: &dyn Fn(usize) -> String| {
            format!("{head}:\n{}", (0..components).map(|n| format!("  - {{{}}}\n", line(n))).collect::<String>())
        };
        repository.write(
            "pathc.yaml",
            "system: many\nrepository: github.com/acme/many\nowner: {team: a, contact: a@acme.example}\n",
        );
        for (file, text) in [
            ("implementation_artifacts", each("components", &|n| format!("name: c{n}, kind: library, path: c{n}"))),
            (
                "build_configurations",
                each("builds", &|n| {
                    format!(
                        "component: c{n}, tool: npm, toolchain: \"22\", working_directory: c{n}, lockfile: c{n}/lock.json, image: {{context: c{n}}}"
                    )
                }) + "registry: {url: ghcr.io/acme}\n",
            ),
            ("test_specifications", each("suites", &|n| format!("name: u{n}, kind: unit, component: c{n}, run: make"))),
            ("deployment_packages", "deployments: []\n".to_owned()),
        ] {
            repository.write(&format!("path/{file}.yaml"), &text);
        }
        let arguments =
            ["build", "--stage", "commit", "--target", "github-actions", "--now", NOW, "--message-format", "short"];
        let built = repository.pathc(&arguments);
        let said = String::from_utf8_lossy(&built.stderr).into_owned();
        assert!(built.status.success(), "{said}");
        let size = repository.read(".github/workflows/ci.yml").len();
        (size, said.contains("`ci.yml` has"), said.contains("a matrix has 256 jobs at most"))
    };
    let (small, told, many) = said(120);
    assert!(small < 512_000 && !told && !many, "{small}");
    let (large, told, many) = said(260);
    assert!(large > 512_000 && told && many, "{large}");
}
