//! How many of what AWS permits.

use crate::source::Traced;
use crate::spec::SpecFile;

macro_rules! numbers {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $type:ident at $base:literal {
            $($(#[doc = $field_doc:literal])* $field:ident = $key:literal;)*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $type {
            $($(#[doc = $field_doc])* pub $field: Traced<u32>,)*
        }

        impl $type {
            fn read(file: &mut SpecFile<'_>) -> Self {
                $type { $($field: file.scalar(&["limits", $base, $key]),)* }
            }
        }
    )*};
}

/// All limits, by service.
#[derive(Debug)]
pub struct Limits {
    /// Of a CloudFormation template.
    pub cloudformation: CloudFormationLimits,
    /// Of a load balancer.
    pub load_balancer: LoadBalancerLimits,
    /// Of a network.
    pub vpc: VpcLimits,
    /// Of roles and policies.
    pub iam: IamLimits,
    /// Of a queue.
    pub sqs: SqsLimits,
}

impl Limits {
    pub(super) fn read(file: &mut SpecFile<'_>) -> Limits {
        Limits {
            cloudformation: CloudFormationLimits::read(file),
            load_balancer: LoadBalancerLimits::read(file),
            vpc: VpcLimits::read(file),
            iam: IamLimits::read(file),
            sqs: SqsLimits::read(file),
        }
    }
}

numbers! {
    /// What a CloudFormation template may hold.
    pub struct CloudFormationLimits at "cloudformation" {
        /// Resources.
        resources = "resources";
        /// Parameters.
        parameters = "parameters";
        /// Outputs.
        outputs = "outputs";
        /// Mappings.
        mappings = "mappings";
        /// Bytes of a parameter's value.
        parameter_value_bytes = "parameter_value_bytes";
        /// Characters of a logical id.
        logical_id_characters = "logical_id_characters";
        /// Bytes of the description.
        description_bytes = "description_bytes";
        /// Bytes of a template that is given with the call.
        template_bytes_inline = "template_bytes_inline";
        /// Bytes of a template in a bucket.
        template_bytes_s3 = "template_bytes_s3";
    }

    /// What a load balancer may hold.
    pub struct LoadBalancerLimits at "load_balancer" {
        /// Listeners.
        listeners = "listeners";
        /// Rules of all listeners without the defaults.
        rules = "rules";
        /// Target groups.
        target_groups = "target_groups";
        /// Target groups that one action forwards to.
        target_groups_per_action = "target_groups_per_action";
        /// Values of all conditions of a rule.
        condition_values_per_rule = "condition_values_per_rule";
        /// Certificates of a listener beside the default.
        certificates = "certificates";
        /// The last priority of a rule.
        rule_priority_max = "rule_priority_max";
        /// The fewest seconds that a connection over TCP may be idle for.
        tcp_idle_seconds_min = "tcp_idle_seconds_min";
        /// The most seconds.
        tcp_idle_seconds_max = "tcp_idle_seconds_max";
        /// The seconds where TLS ends at a network load balancer.
        tls_idle_seconds = "tls_idle_seconds";
        /// The seconds of a flow over UDP.
        udp_idle_seconds = "udp_idle_seconds";
    }

    /// What a network may hold.
    pub struct VpcLimits at "vpc" {
        /// Rules of a security group in each direction.
        security_group_rules = "security_group_rules";
        /// Security groups of a network interface.
        security_groups_per_interface = "security_groups_per_interface";
        /// Security groups of a region.
        security_groups_per_region = "security_groups_per_region";
        /// Routes of a table.
        routes_per_table = "routes_per_table";
        /// Subnets.
        subnets = "subnets";
        /// Interface endpoints.
        interface_endpoints = "interface_endpoints";
    }

    /// What roles and policies may hold; white space is not counted in policies.
    pub struct IamLimits at "iam" {
        /// Characters of a trust policy.
        trust_policy_characters = "trust_policy_characters";
        /// Characters of a managed policy.
        managed_policy_characters = "managed_policy_characters";
        /// Characters of all inline policies of a role.
        inline_policies_characters = "inline_policies_characters";
        /// Managed policies of a role.
        managed_policies_per_role = "managed_policies_per_role";
        /// Roles of an account.
        roles_per_account = "roles_per_account";
        /// The longest session, in seconds.
        session_seconds_max = "session_seconds_max";
    }

    /// What a queue takes.
    pub struct SqsLimits at "sqs" {
        /// How long messages are kept at most, in seconds.
        retention_seconds_max = "retention_seconds_max";
        /// How long a message is hidden at most, in seconds.
        visibility_timeout_seconds_max = "visibility_timeout_seconds_max";
        /// How long a message is held back at most, in seconds.
        delay_seconds_max = "delay_seconds_max";
        /// Bytes of a message.
        message_bytes_max = "message_bytes_max";
    }
}

/// What may be asked of a managed datastore.
#[derive(Debug)]
pub struct DatastoreLimits {
    /// PostgreSQL: bytes of memory for each connection, and connections at most.
    pub postgres_connections: (Traced<u64>, Traced<u64>),
    /// MySQL: bytes of memory for each connection, and connections at most.
    pub mysql_connections: (Traced<u64>, Traced<u64>),
    /// PostgreSQL and MySQL: storage at least and at most, in GiB.
    pub rds_storage: (Traced<u32>, Traced<u32>),
    /// Kafka: storage of a broker at least and at most, in GiB.
    pub msk_storage: (Traced<u32>, Traced<u32>),
    /// How much of a class's memory counts for connections, in percent.
    pub usable_memory_percent: Traced<u32>,
    /// How long automatic backups are kept at most, in days.
    pub backup_retention_days_max: Traced<u32>,
}

impl DatastoreLimits {
    pub(super) fn read(file: &mut SpecFile<'_>) -> DatastoreLimits {
        fn connections(file: &mut SpecFile<'_>, of: &str) -> (Traced<u64>, Traced<u64>) {
            let base = "datastore_limits";
            (file.scalar(&[base, of, "bytes_per_connection"]), file.scalar(&[base, of, "max_connections"]))
        }
        fn storage(file: &mut SpecFile<'_>, of: &str) -> (Traced<u32>, Traced<u32>) {
            let base = "datastore_limits";
            (file.scalar(&[base, of, "min_storage_gib"]), file.scalar(&[base, of, "max_storage_gib"]))
        }
        DatastoreLimits {
            postgres_connections: connections(file, "postgres"),
            mysql_connections: connections(file, "mysql"),
            rds_storage: storage(file, "postgres"),
            msk_storage: storage(file, "msk"),
            usable_memory_percent: file.scalar(&["datastore_limits", "usable_memory_percent", "value"]),
            backup_retention_days_max: file.scalar(&["datastore_limits", "backup_retention_days_max"]),
        }
    }
}
