//! Names of AWS resources that others rely on: pipelines, manifests, documents. One function a name.
//!
//! Each is a function of the system's and the environment's names; what has a limit is shortened to it by the caller
//! through [`crate::plan::names::shorten`], which keeps the beginning and 6 characters of a hash.

/// `SYSTEM-ENVIRONMENT`: what every resource of an environment begins with.
#[must_use]
pub fn prefix(system: &str, environment: &str) -> String {
    format!("{system}-{environment}")
}

/// The role that the pipeline assumes to change an environment.
#[must_use]
pub fn deploy_role(system: &str, environment: &str) -> String {
    format!("{system}-{environment}-deploy")
}

/// The role that the pipeline assumes to compare an environment with its plan, and that changes nothing.
#[must_use]
pub fn plan_role(system: &str, environment: &str) -> String {
    format!("{system}-{environment}-plan")
}

/// The role that the pipeline assumes to push images.
#[must_use]
pub fn registry_role(system: &str) -> String {
    format!("{system}-registry")
}

/// The bucket of Terraform's state: `SYSTEM-terraform-state-ACCOUNT`.
#[must_use]
pub fn state_bucket(system: &str, account: &str) -> String {
    format!("{}-{account}", state_bucket_base(system))
}

/// The same up to `-` and the account's number, which only the cloud may know.
#[must_use]
pub fn state_bucket_base(system: &str) -> String {
    format!("{system}-terraform-state")
}

/// The key of an environment's state in the bucket.
#[must_use]
pub fn state_key(environment: &str) -> String {
    format!("environments/{environment}/terraform.tfstate")
}

/// A parameter by which the infrastructure tells the pipeline something.
#[must_use]
pub fn parameter(system: &str, environment: &str, name: &str) -> String {
    format!("/{system}/{environment}/{name}")
}

/// A CloudFormation stack of an environment: `network`, `data`, `platform`, or a component's.
#[must_use]
pub fn stack(system: &str, environment: &str, part: &str) -> String {
    format!("{system}-{environment}-{part}")
}

/// The log group of a component.
#[must_use]
pub fn log_group(system: &str, environment: &str, component: &str) -> String {
    format!("/{system}/{environment}/{component}")
}

/// The ECS service that stands beside another while a new version is judged.
#[must_use]
pub fn beside(service: &str) -> String {
    format!("{service}-next")
}
