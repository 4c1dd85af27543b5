//! Names of AWS resources that others rely on: pipelines, manifests, documents. One function a name.
//!
//! Each is a function of the system's and the environment's names. Roles and buckets that pipelines name as well are
//! shortened here, so that all agree; what only the graph names is shortened by it. Both keep the beginning and 6
//! characters of a hash.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::plan::names::shorten;

/// The longest name of a role. A test compares it with the target spec.
const ROLE: u32 = 64;
/// The longest name of a stack. A test compares it with the target spec.
const STACK: u32 = 128;
/// The longest name of a bucket without `-` and the twelve digits of an account. A test compares it with the target spec.
const BUCKET_BASE: u32 = 50;

/// `SYSTEM-ENVIRONMENT`: what every resource of an environment begins with.
#[must_use]
pub fn prefix(system: &str, environment: &str) -> String {
    format!("{system}-{environment}")
}

/// The role that the pipeline assumes to change an environment.
#[must_use]
pub fn deploy_role(system: &str, environment: &str) -> String {
    shorten(&format!("{system}-{environment}-deploy"), ROLE)
}

/// The role that the pipeline assumes to compare an environment with its plan, and that changes nothing.
#[must_use]
pub fn plan_role(system: &str, environment: &str) -> String {
    shorten(&format!("{system}-{environment}-plan"), ROLE)
}

/// The role that the pipeline assumes to push images.
#[must_use]
pub fn registry_role(system: &str) -> String {
    shorten(&format!("{system}-registry"), ROLE)
}

/// The bucket of Terraform's state: `SYSTEM-terraform-state-ACCOUNT`.
#[must_use]
pub fn state_bucket(system: &str, account: &str) -> String {
    format!("{}-{account}", state_bucket_base(system))
}

/// The same up to `-` and the account's number, which only the cloud may know.
#[must_use]
pub fn state_bucket_base(system: &str) -> String {
    bucket_base(system, "terraform-state")
}

/// A bucket of an account, up to `-` and the account's number.
#[must_use]
pub fn bucket_base(system: &str, purpose: &str) -> String {
    shorten(&format!("{system}-{purpose}"), BUCKET_BASE)
}

/// The bucket for CloudFormation's large templates, up to `-` and the account's number.
#[must_use]
pub fn template_bucket_base(system: &str) -> String {
    bucket_base(system, "templates")
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

/// A CloudFormation stack of an environment: `network`, `platform`, or that of a datastore or component.
#[must_use]
pub fn stack(system: &str, environment: &str, part: &str) -> String {
    shorten(&format!("{system}-{environment}-{part}"), STACK)
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

/// What datastores are called in the cloud that have had another name: what belongs to one keeps its first name, since AWS
/// would make another one.
#[derive(Clone, Debug, Default)]
pub struct FirstNames {
    /// The first name of each datastore that was renamed, by what it is called now.
    first: BTreeMap<String, String>,
    /// Names of all else.
    others: BTreeSet<String>,
}

impl FirstNames {
    /// The first names of datastores, each with what it is called now, beside all else that has a name.
    pub fn new<'n>(
        renamed: impl IntoIterator<Item = (&'n str, &'n str)>,
        others: impl IntoIterator<Item = &'n str>,
    ) -> FirstNames {
        let first: BTreeMap<String, String> =
            renamed.into_iter().map(|(name, first)| (name.to_owned(), first.to_owned())).collect();
        let others = if first.is_empty() { BTreeSet::new() } else { others.into_iter().map(str::to_owned).collect() };
        FirstNames { first, others }
    }

    /// A name, or one that continues it behind a hyphen, as it was called first.
    #[must_use]
    pub fn of<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.first.is_empty() {
            return Cow::Borrowed(name);
        }
        // `orders-archive` is no part of `orders` where there is one of that name.
        let mut end = name.len();
        loop {
            let part = &name[..end];
            if let Some(first) = self.first.get(part) {
                return Cow::Owned(format!("{first}{}", &name[end..]));
            }
            match part.rfind('-').filter(|_| !self.others.contains(part)) {
                Some(hyphen) => end = hyphen,
                None => return Cow::Borrowed(name),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::spec::Specs;
    use crate::spec::aws::NameKind;

    #[test]
    fn names_fit_the_limits_of_the_target_spec() {
        let aws = &Specs::load(&mut Sources::default()).0.unwrap().aws;
        let account = "-012345678901";
        assert_eq!(ROLE as usize, aws.name_rule(NameKind::IamRole).max);
        assert_eq!(STACK as usize, aws.name_rule(NameKind::Stack).max);
        assert_eq!(BUCKET_BASE as usize, aws.name_rule(NameKind::Bucket).max - account.len());
        let system = "s".repeat(63);
        for role in [deploy_role(&system, "production"), plan_role(&system, "production"), registry_role(&system)] {
            assert!(aws.name_rule(NameKind::IamRole).accepts(&role), "{role}");
        }
        for bucket in [state_bucket(&system, &account[1..]), bucket_base(&system, "audit-trail") + account] {
            assert!(aws.name_rule(NameKind::Bucket).accepts(&bucket), "{bucket}");
        }
        assert_ne!(deploy_role(&system, "production"), plan_role(&system, "production"));
    }
    #[test]
    fn what_belongs_to_a_renamed_datastore_is_called_as_at_first() {
        let names = FirstNames::new(
            [("ledger", "orders"), ("ledger-archive", "vault")],
            ["ledger", "ledger-archive", "ledger-copy", "api"],
        );
        for (name, first) in [
            ("ledger", "orders"),
            ("ledger-url", "orders-url"),
            ("ledger-archive-url", "vault-url"),
            ("ledger-copy", "ledger-copy"),
            ("ledger-copy-url", "ledger-copy-url"),
            ("ledgers", "ledgers"),
            ("api-ledger", "api-ledger"),
        ] {
            assert_eq!(names.of(name), first, "{name}");
        }
        assert_eq!(FirstNames::default().of("ledger"), "ledger");
    }
}
