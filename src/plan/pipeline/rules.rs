//! The rules by which the pipeline plan sets what no input states.

crate::rules! { room 3;
    DELIVERABLE = "deliverable": "each deliverable states its name and the version of its schema";
    PIPELINES = "pipelines": "a system has pipelines for integration, release, deployment, rollback and drift";
    TRIGGERS = "pipeline-triggers": "changes are built where they are proposed and where they are merged; releases are tags; what a person starts stays possible";
    RELEASE_MERGED = "release-merged": "a deployment begins where the packages of a release are merged";
    WEEKLY = "weekly-integration": "everything is built and tested once a week, also what nobody changed";
    DAILY_DRIFT = "daily-drift": "each working day somebody looks for what was changed by hand";
    SUPERSEDES = "supersedes": "a newer run ends an older one of the same change, but never a deployment";
    PERMISSIONS = "permissions": "a pipeline may do what its jobs need, and nothing else";
    CHANGES = "changes": "a component is built again where its folder, its build, its lockfile or a library of the same lockfile changed";
    SUITE_CHANGES = "suite-changes": "a suite runs where a component that it tests changed and, unless it tests parts alone, where one changed that such a component calls; a suite of the whole system always";
    SUITE_PIPELINE = "suite-pipeline": "a suite of stage build belongs to integration, one of stage release without an environment to release, all others to deployments";
    REPOSITORY_ROOT = "repository-root": "commands run in the repository's root unless a folder is given";
    SERVICE_PORT = "service-port": "a datastore of a suite listens on its kind's port; a second one of the kind is reached one port higher";
    CLOUD_EMULATOR = "cloud-emulator": "queues, topics and buckets of a suite are those of an emulator of the cloud, on port 4566";
    TEST_VARIABLES = "test-variables": "a suite finds its datastores by the same variables as a component, on the job's own machine, with `test` as user and password";
    SCAN_PIPELINE = "scan-pipeline": "images are scanned where they are released, the running system after its deployment, all else with each change";
    COOLDOWN = "update-cooldown": "a new version of a package is left a week to prove itself";
    TOOL_COMMANDS = "tool-commands": "commands that are not given are what the tool's own documentation calls for, from the lockfile alone";
    TOOL_CACHE = "tool-cache": "the folders in which the tool keeps what it has fetched are kept between builds";
    IMAGE_REPOSITORY = "image-repository": "an image is called `REGISTRY/COMPONENT`";
    IMAGE_CONTEXT = "image-context": "an image is built from the build's own folder unless `context` says otherwise";
    IMAGE_PLATFORM = "image-platform": "images are built for linux/amd64 unless platforms are given";
    SUPPLY_CHAIN = "supply-chain": "nothing is proved about packages unless `supply_chain` asks for it";
    PROMOTION = "promotion": "an environment comes after the one that it promotes from";
    STEPS = "deployment-steps": "infrastructure first, then the cluster's parts, then data, then versions, then proof";
    OIDC_SUBJECT = "oidc-subject": "only the pipeline of this repository and environment may act in its account";
    SECRET_PATH = "secret-path": "a secret without `from` is `SYSTEM/ENVIRONMENT/COMPONENT/NAME`";
    PULL_SECRET = "pull-secret": "a registry with `basic` sign-in is read with the secret `SYSTEM/ENVIRONMENT/registry`";
    ONCALL_SECRET = "oncall-secret": "the keys of on-call services are the secret `SYSTEM/ENVIRONMENT/oncall`";
    WAVES = "rollout-waves": "what a component needs critically is replaced before it";
    FORM = "workload-form": "a component runs by its kind";
    NO_ROLLBACK = "no-rollback": "what runs to its end has nothing to go back to";
    ROLLBACK_ORDER = "rollback-order": "what was replaced last goes back first";
    ROLLBACK_AUTOMATIC = "rollback-automatic": "a failed deployment is taken back at once, unless data was changed for good or a component forbids it";
    IRREVERSIBLE = "irreversible": "data that was changed for good does not go back with the version";
}
