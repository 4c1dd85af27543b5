//! Who may do what: roles with typed statements, keys, the provider of the pipeline's identity.

use super::{OidcProvider as Provider, Pattern, Ref, resources};
use crate::ir::{Origin, Traced};

resources! {
    /// A role.
    pub struct Role {
        /// Its name.
        name: Traced<String>,
        /// What it is for.
        description: Traced<String>,
        /// Who may be it.
        trust: Trust,
        /// ARNs of policies that AWS keeps.
        managed: Vec<Pattern>,
        /// What it may do.
        statements: Vec<Statement>,
        /// Seconds that a session may last, where longer than an hour.
        session_seconds: Option<Traced<u32>>,
    }

    /// A key. Its policy lets the account administer it, and one service use it for what is of this account.
    pub struct KmsKey {
        /// Its alias, without `alias/`.
        name: Traced<String>,
        /// What it is for.
        description: Traced<String>,
        /// The service that uses it by itself; none: those whom IAM lets.
        service: Option<Traced<String>>,
        /// When the service may use it; none: for what is of this account (`aws:SourceAccount`).
        service_condition: Option<Condition>,
        /// Days until it is gone once it was deleted.
        deletion_days: Traced<u32>,
    }

    /// The provider of the pipeline's identity.
    pub struct OidcProvider {
        /// Its URL.
        url: Traced<String>,
        /// The audience.
        audience: Traced<String>,
    }
}

/// Who may be a role.
#[derive(Clone, Debug)]
pub enum Trust {
    /// A service of the cloud, for what is of this account where it says so.
    Service {
        /// The principal: `ecs-tasks.amazonaws.com`.
        principal: Traced<String>,
        /// Whether the service says for which account it acts.
        source_account: bool,
    },
    /// Pods, through EKS Pod Identity.
    Pods {
        /// The principal.
        principal: Traced<String>,
        /// Which cluster, namespace and ServiceAccount: keys of the request, and what they have to say.
        asked: Vec<(Traced<String>, Traced<String>)>,
    },
    /// Jobs of a pipeline, by exactly this subject.
    Pipeline {
        /// The provider.
        provider: Ref<Provider>,
        /// Subjects, any of which may.
        subjects: Vec<Traced<String>>,
    },
}

/// Where the statements of a role stand.
#[derive(Debug)]
pub enum Policies<'a> {
    /// In the role itself.
    Inline(&'a [Statement]),
    /// In policies of their own: a role holds only so many characters.
    Apart(Vec<&'a [Statement]>),
}

/// Statements above which a role has policies of its own.
const INLINE: usize = 20;
/// Statements of one such policy.
const PART: usize = 8;

impl Role {
    /// Where its statements stand.
    #[must_use]
    pub fn policies(&self) -> Policies<'_> {
        if self.statements.len() <= INLINE {
            Policies::Inline(&self.statements)
        } else {
            Policies::Apart(self.statements.chunks(PART).collect())
        }
    }
}

/// One statement of a policy.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its name: letters and digits.
    pub sid: Traced<String>,
    /// Why it is there.
    pub origin: Origin,
    /// Whether it refuses what other statements allow.
    pub denies: bool,
    /// What may be done.
    pub actions: Vec<Traced<String>>,
    /// With what.
    pub resources: Vec<Pattern>,
    /// When.
    pub conditions: Vec<Condition>,
}

/// When a statement counts.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The operator: `StringEquals`.
    pub test: Traced<String>,
    /// The key.
    pub key: Traced<String>,
    /// Values, any of which will do.
    pub values: Vec<Pattern>,
}
