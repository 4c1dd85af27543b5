//! How names of AWS's resources are formed.

use std::collections::BTreeMap;

use crate::spec::{Fact, SpecFile};

/// Which characters a name takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Characters {
    /// Lower case, digits, hyphen.
    Dns,
    /// Letters, digits, hyphen.
    Hyphen,
    /// Letters, digits, hyphen, underscore.
    Word,
    /// Letters, digits, underscore: a name in SQL.
    Identifier,
    /// Letters, digits and `_+=,.@-`.
    Iam,
    /// Letters, digits and `/_+=.@-`.
    Path,
}

/// How a kind of name is formed. No name begins or ends with a hyphen, whatever its kind.
#[derive(Debug)]
pub struct NameRule {
    /// Characters at least.
    pub min: usize,
    /// Characters at most.
    pub max: usize,
    /// Which characters.
    pub characters: Characters,
    /// Whether the first has to be a letter.
    pub letter_first: bool,
    /// Whether two hyphens may not stand side by side.
    pub no_double_hyphen: bool,
    /// Whether a slash may stand in it.
    pub slash: bool,
}

macro_rules! name_kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $key:literal;)*) => {
        /// What is named.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum NameKind { $($(#[doc = $doc])* $kind),* }

        impl NameKind {
            /// All kinds.
            pub const ALL: &'static [NameKind] = &[$(NameKind::$kind),*];

            /// Its key in the spec.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(NameKind::$kind => $key),* }
            }
        }
    };
}

name_kinds! {
    /// A load balancer.
    LoadBalancer = "load_balancer";
    /// A target group.
    TargetGroup = "target_group";
    /// An IAM role.
    IamRole = "iam_role";
    /// An IAM policy.
    IamPolicy = "iam_policy";
    /// An instance profile.
    InstanceProfile = "instance_profile";
    /// An ECS cluster.
    EcsCluster = "ecs_cluster";
    /// An ECS service.
    EcsService = "ecs_service";
    /// A family of task definitions.
    TaskFamily = "task_family";
    /// An image repository.
    Repository = "repository";
    /// An RDS instance.
    DbInstance = "db_instance";
    /// A DocumentDB cluster.
    DbCluster = "db_cluster";
    /// A database.
    DbName = "db_name";
    /// A subnet group of RDS, DocumentDB or ElastiCache.
    DbSubnetGroup = "db_subnet_group";
    /// A parameter group.
    DbParameterGroup = "db_parameter_group";
    /// An ElastiCache replication group.
    ReplicationGroup = "replication_group";
    /// An MSK cluster.
    MskCluster = "msk_cluster";
    /// An Amazon MQ broker.
    MqBroker = "mq_broker";
    /// An SQS queue.
    Queue = "queue";
    /// An SNS topic.
    Topic = "topic";
    /// A bucket.
    Bucket = "bucket";
    /// A secret.
    Secret = "secret";
    /// A Systems Manager parameter.
    Parameter = "parameter";
    /// A log group.
    LogGroup = "log_group";
    /// A key's alias.
    KmsAlias = "kms_alias";
    /// A security group.
    SecurityGroup = "security_group";
    /// A CloudWatch alarm.
    Alarm = "alarm";
    /// An EKS cluster.
    EksCluster = "eks_cluster";
    /// A node group.
    NodeGroup = "node_group";
    /// An EventBridge rule.
    EventRule = "event_rule";
    /// A schedule.
    Schedule = "schedule";
    /// A backup vault.
    BackupVault = "backup_vault";
    /// An audit trail.
    Trail = "trail";
    /// A web access control list.
    WebAcl = "web_acl";
    /// A CloudFormation stack.
    Stack = "stack";
}

#[derive(Debug)]
pub(super) struct Names(BTreeMap<NameKind, NameRule>);

impl Names {
    pub(super) fn read(file: &mut SpecFile<'_>) -> Names {
        let mut rules = BTreeMap::new();
        for kind in NameKind::ALL {
            let path = ["names", "kinds", kind.as_str()];
            let rule = file.find(&path).and_then(NameRule::read).unwrap_or_else(|| {
                file.missing(&path, "mapping with `max` and `characters`");
                NameRule::unknown()
            });
            rules.insert(*kind, rule);
        }
        Names(rules)
    }

    pub(super) fn rule(&self, kind: NameKind) -> &NameRule {
        // `read` has put in every kind that there is.
        &self.0[&kind]
    }
}

impl NameRule {
    /// Stands in for a rule that the spec lacks, which is reported.
    const fn unknown() -> NameRule {
        NameRule {
            min: 1,
            max: 32,
            characters: Characters::Dns,
            letter_first: true,
            no_double_hyphen: true,
            slash: false,
        }
    }

    fn read(fact: Fact<'_>) -> Option<NameRule> {
        let flag = |key: &str| fact.get(key).and_then(|flag| flag.scalar::<bool>()).is_some_and(|flag| flag.value);
        let number = |key: &str| Some(fact.get(key)?.scalar::<u32>()?.value as usize);
        Some(NameRule {
            min: number("min").unwrap_or(1),
            max: number("max")?,
            characters: match fact.get("characters")?.text()?.value {
                "dns" => Characters::Dns,
                "hyphen" => Characters::Hyphen,
                "word" => Characters::Word,
                "identifier" => Characters::Identifier,
                "iam" => Characters::Iam,
                "path" => Characters::Path,
                _ => return None,
            },
            letter_first: flag("letter_first"),
            no_double_hyphen: flag("no_double_hyphen"),
            slash: flag("slash"),
        })
    }

    /// Whether a character may stand in such a name.
    #[must_use]
    pub fn takes(&self, found: char) -> bool {
        let more = match self.characters {
            Characters::Dns => {
                return found.is_ascii_lowercase()
                    || found.is_ascii_digit()
                    || found == '-'
                    || (self.slash && found == '/');
            }
            Characters::Hyphen => "-",
            Characters::Word => "-_",
            Characters::Identifier => "_",
            Characters::Iam => "_+=,.@-",
            Characters::Path => "/_+=.@-",
        };
        found.is_ascii_alphanumeric() || more.contains(found)
    }

    /// Whether AWS takes a name as it stands.
    #[must_use]
    pub fn accepts(&self, name: &str) -> bool {
        (self.min..=self.max).contains(&name.len())
            && name.chars().all(|found| self.takes(found))
            && !name.starts_with('-')
            && !name.ends_with('-')
            && (!self.letter_first || name.starts_with(|first: char| first.is_ascii_alphabetic()))
            && (!self.no_double_hyphen || !name.contains("--"))
    }
}
