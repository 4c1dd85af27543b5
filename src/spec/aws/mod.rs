//! The facts about Amazon Web Services that the resource graph rests on, looked up once.
//!
//! Every look-up gives a traced value, so that a generated line can say which dated fact it stands on. What does not
//! exist (a region, a size, a version) is an answer with what is near, never a panic: plans make diagnostics of it.

mod classes;
mod engines;
mod fargate;
mod graph;
mod identity;
mod limits;
mod names;
mod prices;
mod regions;

pub use classes::{Family, InstanceClass, InstanceClasses, Nearest};
pub use engines::{Engine, Engines, NamedValue};
pub use fargate::{Fargate, FargateSize};
pub use graph::{AlarmFact, AlarmMember, ConditionFact, GraphWords, StatementFact, TerraformFacts};
pub use identity::{GithubOidc, ManagedPolicy, Principal};
pub use limits::{DatastoreLimits, Limits};
pub use names::{Characters, NameKind, NameRule};
pub use prices::{Charge, Hourly, Per, Price, Prices, RegionPrices};
pub use regions::{Region, Regions};

use super::SpecFile;
use crate::source::Traced;

/// Everything that plans read of the spec `aws`.
#[derive(Debug)]
pub struct AwsSpec {
    /// Regions and their zones.
    pub regions: Regions,
    /// Sizes of machines, by service.
    pub classes: InstanceClasses,
    /// Sizes of tasks.
    pub fargate: Fargate,
    /// Engines of datastores and their versions.
    pub engines: Engines,
    /// What may be asked of a managed datastore.
    pub datastore_limits: DatastoreLimits,
    /// How many of what AWS permits.
    pub limits: Limits,
    names: names::Names,
    log_retention_days: Vec<Traced<u32>>,
    policies: identity::Policies,
    principals: identity::Principals,
    /// How GitHub's workflows sign in.
    pub github_oidc: GithubOidc,
    /// What Terraform's roots ask for.
    pub terraform: TerraformFacts,
    /// Words that the resource graph writes.
    pub words: GraphWords,
    /// The price sheet.
    pub prices: Prices,
}

impl AwsSpec {
    /// Looks the facts up; what is missing is recorded.
    pub fn read(file: &mut SpecFile<'_>) -> AwsSpec {
        AwsSpec {
            regions: Regions::read(file),
            classes: InstanceClasses::read(file),
            fargate: Fargate::read(file),
            engines: Engines::read(file),
            datastore_limits: DatastoreLimits::read(file),
            limits: Limits::read(file),
            names: names::Names::read(file),
            log_retention_days: numbers(file, &["log_retention_days", "values"]),
            policies: identity::Policies::read(file),
            principals: identity::Principals::read(file),
            github_oidc: GithubOidc::read(file),
            terraform: TerraformFacts::read(file),
            words: GraphWords::read(file),
            prices: Prices::read(file),
        }
    }

    /// How a kind of name is formed.
    #[must_use]
    pub fn name_rule(&self, kind: NameKind) -> &NameRule {
        self.names.rule(kind)
    }

    /// The path of a managed policy below `arn:PARTITION:iam::aws:policy/`.
    #[must_use]
    pub fn managed_policy(&self, policy: ManagedPolicy) -> &Traced<String> {
        self.policies.get(policy)
    }

    /// The name by which a service assumes a role.
    #[must_use]
    pub fn principal(&self, principal: Principal) -> &Traced<String> {
        self.principals.get(principal)
    }

    /// The shortest time that a log group can keep lines and that is not below `days`; the longest of all above that.
    #[must_use]
    pub fn log_retention(&self, days: u64) -> Option<Traced<u32>> {
        let longest = self.log_retention_days.last();
        self.log_retention_days.iter().find(|known| u64::from(known.value) >= days).or(longest).copied()
    }
}

/// A list of whole numbers that has to be there.
fn numbers(file: &mut SpecFile<'_>, path: &[&str]) -> Vec<Traced<u32>> {
    let found: Vec<Traced<u32>> =
        file.find(path).into_iter().flat_map(|fact| fact.elements()).filter_map(|element| element.scalar()).collect();
    if found.is_empty() {
        file.missing(path, "list of whole numbers");
    }
    found
}
