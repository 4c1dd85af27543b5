//! Who may do what: managed policies, service principals, the sign-in of workflows.

use std::collections::BTreeMap;

use crate::source::Traced;
use crate::spec::SpecFile;

macro_rules! named {
    ($(#[doc = $doc:literal])* $type:ident, $table:ident at $base:literal {
        $($(#[doc = $one_doc:literal])* $one:ident = $key:literal;)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $($(#[doc = $one_doc])* $one),* }

        impl $type {
            /// All of them.
            pub const ALL: &'static [$type] = &[$($type::$one),*];

            /// Its key in the spec.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($type::$one => $key),* }
            }
        }

        #[derive(Debug)]
        pub(super) struct $table(BTreeMap<$type, Traced<String>>);

        impl $table {
            pub(super) fn read(file: &mut SpecFile<'_>) -> Self {
                $table($type::ALL.iter().map(|one| (*one, file.text(&[$base, "names", one.as_str()]))).collect())
            }

            pub(super) fn get(&self, one: $type) -> &Traced<String> {
                // `read` has put in every one that there is.
                &self.0[&one]
            }
        }
    };
}

named! {
    /// A policy that AWS keeps.
    ManagedPolicy, Policies at "managed_policies" {
        /// The control plane of EKS.
        EksCluster = "eks_cluster";
        /// A node of EKS.
        EksNode = "eks_node";
        /// The network plug-in of EKS.
        EksCni = "eks_cni";
        /// Pulls images.
        RegistryPull = "registry_pull";
        /// Systems Manager reaches the node.
        SystemsManagerCore = "systems_manager_core";
        /// The storage driver of EKS.
        EbsCsi = "ebs_csi";
        /// ECS starts tasks.
        EcsTaskExecution = "ecs_task_execution";
        /// RDS sends what its hosts measure.
        RdsMonitoring = "rds_monitoring";
        /// AWS Backup makes restore points.
        Backup = "backup";
        /// AWS Backup restores.
        BackupRestore = "backup_restore";
        /// AWS Backup makes restore points of buckets.
        BackupS3 = "backup_s3";
        /// AWS Backup restores buckets.
        BackupS3Restore = "backup_s3_restore";
    }
}

named! {
    /// A service that assumes a role or uses a key.
    Principal, Principals at "service_principals" {
        /// EC2.
        Ec2 = "ec2";
        /// ECS itself.
        Ecs = "ecs";
        /// Tasks of ECS.
        EcsTasks = "ecs_tasks";
        /// EKS.
        Eks = "eks";
        /// Pods of EKS.
        EksPods = "eks_pods";
        /// AWS Backup.
        Backup = "backup";
        /// CloudTrail.
        CloudTrail = "cloudtrail";
        /// CloudFront.
        CloudFront = "cloudfront";
        /// CloudWatch alarms.
        CloudWatch = "cloudwatch";
        /// AWS Config.
        Config = "config";
        /// EventBridge rules.
        Events = "events";
        /// EventBridge schedules.
        Scheduler = "scheduler";
        /// Flow logs of a network.
        FlowLogs = "flow_logs";
        /// Logs that AWS delivers.
        LogDelivery = "log_delivery";
        /// Access logs of load balancers.
        LoadBalancerLogs = "load_balancer_logs";
        /// CloudWatch Logs.
        Logs = "logs";
        /// Enhanced monitoring of RDS.
        RdsMonitoring = "rds_monitoring";
        /// Budgets.
        Budgets = "budgets";
        /// S3.
        S3 = "s3";
        /// Access logs of buckets.
        S3Logs = "s3_logs";
        /// SNS.
        Sns = "sns";
        /// SQS.
        Sqs = "sqs";
        /// Lambda.
        Lambda = "lambda";
    }
}

/// How GitHub's workflows sign in.
#[derive(Debug)]
pub struct GithubOidc {
    /// The provider's address.
    pub url: Traced<String>,
    /// The same without a scheme, as conditions name it.
    pub host: Traced<String>,
    /// Whom the token is for.
    pub audience: Traced<String>,
    /// What the trust policy permits.
    pub action: Traced<String>,
}

impl GithubOidc {
    pub(super) fn read(file: &mut SpecFile<'_>) -> GithubOidc {
        GithubOidc {
            url: file.text(&["github_oidc", "url"]),
            host: file.text(&["github_oidc", "host"]),
            audience: file.text(&["github_oidc", "audience"]),
            action: file.text(&["github_oidc", "action"]),
        }
    }
}
