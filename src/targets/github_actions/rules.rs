//! Why the literals of a workflow are what they are.

use crate::rules;

rules! {
    room 13;
    WORKFLOW = "workflow": "a pipeline is a workflow of its own";
    TRIGGERS = "triggers": "what starts a workflow is what starts its pipeline";
    NO_PERMISSION = "no-permission": "a workflow may do nothing but what each of its jobs says that it needs";
    PERMISSION = "job-permission": "a job's token may do what its own steps do, and nothing else";
    CONCURRENCY = "concurrency": "a newer change ends the check of an older one; deployments to an environment wait for each other, and for nothing else";
    SHELL = "shell": "scripts end at the first error";
    RUNNER = "runner": "a job runs on the machine of the spec, one that reaches an environment on the environment's own";
    TIMEOUT = "timeout": "a job ends some minutes after all of its steps should have";
    CHECKOUT = "checkout": "the repository is checked out without leaving credentials behind";
    PIN = "pinned-action": "an action is used by the full commit of its version";
    KEPT_PIN = "kept-pin": "a newer pin that stands in a committed workflow is kept";
    SCRIPT = "script": "what takes more than a few lines is a script of its own, which can be read, checked and run by itself";
    CHANGES = "changed-jobs": "one job finds out what changed, by Git alone; where it can't, everything counts as changed";
    SET_UP = "set-up": "a tool is set up in the version that the build names";
    CACHE = "cache": "what a tool has fetched is kept under the digest of its lockfile, and never read by a job that releases";
    BUILD = "build-steps": "a component is linted and built by its commands, in order";
    SUITE = "suite-steps": "a suite runs with its datastores beside it; what it reports is kept, also where it fails";
    SERVICE = "service-container": "a datastore of a suite is a container by digest that has to be healthy first";
    SCAN = "scan-steps": "a scan runs in its pinned scanner, and its findings go to the security tab";
    EVIDENCE = "evidence-steps": "evidence is imported into the workspace of the job only, and judged there";
    FRESH = "generated-files": "what is committed is what pathc generates from the inputs";
    RELEASE = "release-steps": "an image is built once, known by its digest, and proved before anybody deploys it";
    PROPOSAL = "release-proposal": "a release is one pull request: the evidence, the packages, and what pathc generates from them";
    PLAN = "plan-steps": "what would change is shown before anybody approves it, by a role that may only read";
    DEPLOY = "deploy-steps": "a deployment follows the steps of its plan, in one job, so that one approval covers them";
    CLOUD_ROLE = "cloud-role": "a job signs in to the cloud by its own identity, with the role of its environment";
    ROLLBACK = "rollback-steps": "what fails after the first new version is taken back";
    DRIFT = "drift-steps": "what was changed by hand is found by asking what a deployment would change";
    LABELS = "runner-labels": "machines of one's own have labels that only their owner knows: actionlint is told them";
    UPDATES = "updates": "Dependabot proposes updates, with the plan's cooldown";
}
