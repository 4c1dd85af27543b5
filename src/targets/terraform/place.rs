//! Texts and references of the graph as HCL: what begins with the environment's names is said through them.

use crate::ir::{Origin, Traced};
use crate::output::hcl::{Expr, Node, Part};
use crate::plan::aws::graph::{AnyRef, Attribute, Id, Kind, Pattern, Piece, Ref, Resource};

/// Where something is printed: how texts and references are said there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// `SYSTEM-ENVIRONMENT`; none where names are said as they are.
    pub(super) prefix: Option<&'a str>,
    /// `SYSTEM/ENVIRONMENT`.
    pub(super) path: Option<&'a str>,
    /// The environment's domain.
    pub(super) domain: Option<&'a str>,
}

/// A name as Terraform's identifiers are: `orders-db` as `orders_db`.
pub(super) fn identifier(text: &str) -> String {
    let mut name: String = text
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' })
        .collect();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert(0, '_');
    }
    name
}

/// The type of resource that a kind of the graph is.
pub(super) const fn resource_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Vpc => "aws_vpc",
        Kind::Endpoint => "aws_vpc_endpoint",
        Kind::SecurityGroup => "aws_security_group",
        Kind::FlowLog => "aws_flow_log",
        Kind::EksCluster => "aws_eks_cluster",
        Kind::NodeGroup => "aws_eks_node_group",
        Kind::AddOn => "aws_eks_addon",
        Kind::PodIdentity => "aws_eks_pod_identity_association",
        Kind::AccessEntry => "aws_eks_access_entry",
        Kind::EcsCluster => "aws_ecs_cluster",
        Kind::ServiceNamespace => "aws_service_discovery_private_dns_namespace",
        Kind::TaskDefinition => "aws_ecs_task_definition",
        Kind::EcsService => "aws_ecs_service",
        Kind::Schedule => "aws_scheduler_schedule",
        Kind::ScalableTarget => "aws_appautoscaling_target",
        Kind::ScalingPolicy => "aws_appautoscaling_policy",
        Kind::LoadBalancer => "aws_lb",
        Kind::Listener => "aws_lb_listener",
        Kind::ListenerRule => "aws_lb_listener_rule",
        Kind::TargetGroup => "aws_lb_target_group",
        Kind::Certificate => "aws_acm_certificate_validation",
        Kind::DnsRecord => "aws_route53_record",
        Kind::WebAcl => "aws_wafv2_web_acl",
        Kind::Distribution => "aws_cloudfront_distribution",
        Kind::DbInstance => "aws_db_instance",
        Kind::DocumentCluster => "aws_docdb_cluster",
        Kind::ReplicationGroup => "aws_elasticache_replication_group",
        Kind::MskCluster => "aws_msk_cluster",
        Kind::MqBroker => "aws_mq_broker",
        Kind::Queue => "aws_sqs_queue",
        Kind::Topic => "aws_sns_topic",
        Kind::Bucket => "aws_s3_bucket",
        Kind::Secret => "aws_secretsmanager_secret",
        Kind::KmsKey => "aws_kms_key",
        Kind::Role => "aws_iam_role",
        Kind::OidcProvider => "aws_iam_openid_connect_provider",
        Kind::LogGroup => "aws_cloudwatch_log_group",
        Kind::EventRule => "aws_cloudwatch_event_rule",
        Kind::Alarm => "aws_cloudwatch_metric_alarm",
        Kind::BackupVault => "aws_backup_vault",
        Kind::BackupPlan => "aws_backup_plan",
        Kind::Trail => "aws_cloudtrail",
        Kind::Budget => "aws_budgets_budget",
        Kind::Repository => "aws_ecr_repository",
        Kind::Parameter => "aws_ssm_parameter",
    }
}

/// `type.name.attribute`.
pub(super) fn traversal(kind: Kind, id: &Id, attribute: Attribute) -> String {
    let attribute = match (kind, attribute) {
        (Kind::Certificate, _) => "certificate_arn",
        (Kind::MskCluster, Attribute::Name) => "cluster_name",
        (Kind::Bucket, Attribute::Name) => "bucket",
        (Kind::Queue, Attribute::Url) => "url",
        (_, Attribute::Arn) => "arn",
        (_, Attribute::Id) => "id",
        (_, Attribute::Name) => "name",
        (_, Attribute::Url) => "url",
        (Kind::DbInstance, Attribute::Host) => "address",
        (Kind::ReplicationGroup, Attribute::Host) => "primary_endpoint_address",
        (_, Attribute::Host) => "endpoint",
        (_, Attribute::Brokers) => "bootstrap_brokers_sasl_iam",
        (_, Attribute::ArnSuffix) => "arn_suffix",
    };
    format!("{}.{}.{attribute}", resource_type(kind), identifier(id.as_str()))
}

/// A reference to an attribute of a resource.
pub(super) fn of<T: Resource>(reference: &Ref<T>, attribute: Attribute, origin: Origin) -> Node {
    Node::code(traversal(T::KIND, &reference.id, attribute), origin)
}

/// The ARN of a resource.
pub(super) fn arn<T: Resource>(reference: &Ref<T>, origin: Origin) -> Node {
    of(reference, Attribute::Arn, origin)
}

/// The id of a resource.
pub(super) fn id<T: Resource>(reference: &Ref<T>, origin: Origin) -> Node {
    of(reference, Attribute::Id, origin)
}

impl Place<'_> {
    /// A text; where the environment's name stands in it, through that name.
    pub(super) fn text(&self, text: &Traced<String>) -> Node {
        Node::new(joined(self.parts(&text.value)), text.origin)
    }

    /// A host; below the environment's domain, through that domain.
    pub(super) fn host<T: std::fmt::Display>(&self, host: &Traced<T>) -> Node {
        let text = host.value.to_string();
        let below = self.domain.and_then(|domain| text.strip_suffix(domain));
        let parts = match below {
            Some("") => vec![Part::Code("var.domain".into())],
            Some(label) if label.ends_with('.') => {
                vec![Part::Text(label.to_owned().into()), Part::Code("var.domain".into())]
            }
            _ => vec![Part::Text(text.into())],
        };
        Node::new(joined(parts), host.origin)
    }

    /// A text of the graph with what only the cloud knows.
    pub(super) fn pattern(&self, pattern: &Pattern) -> Node {
        Node::new(joined(self.pieces(pattern)), pattern.origin)
    }

    /// The same with more text behind it.
    pub(super) fn pieces(&self, pattern: &Pattern) -> Vec<Part> {
        let mut parts = Vec::new();
        for piece in &pattern.pieces {
            match piece {
                Piece::Text(text) => parts.extend(self.parts(text)),
                Piece::Account => parts.push(Part::Code("local.account_id".into())),
                Piece::Region => parts.push(Part::Code("var.region".into())),
                Piece::Partition => parts.push(Part::Code("local.partition".into())),
                Piece::PrivateSubnets => parts.push(Part::Code("join(\",\", local.private_subnet_ids)".into())),
                Piece::Of(AnyRef { kind, id }, attribute) => {
                    parts.push(Part::Code(traversal(*kind, id, *attribute).into()));
                }
            }
        }
        parts
    }

    /// The pieces of a known text.
    fn parts(&self, text: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let found = [(self.prefix, "local.name"), (self.path, "local.path")]
                .into_iter()
                .filter_map(|(word, code)| Some((whole_word(rest, word?)?, word?, code)))
                .min_by_key(|(at, ..)| *at);
            let Some((at, word, code)) = found else { break };
            if at > 0 {
                parts.push(Part::Text(rest[..at].to_owned().into()));
            }
            parts.push(Part::Code(code.into()));
            rest = &rest[at + word.len()..];
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(Part::Text(rest.to_owned().into()));
        }
        parts
    }
}

/// Where a word stands in a text between signs that are part of no name.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    let at = text.find(word)?;
    let part = |character: Option<char>| character.is_some_and(|it| it.is_ascii_alphanumeric());
    let inside = part(text[..at].chars().next_back()) || part(text[at + word.len()..].chars().next());
    (!inside).then_some(at)
}

/// Pieces as the simplest expression: a text, a reference alone, or a template.
pub(super) fn joined(parts: Vec<Part>) -> Expr {
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.to_mut().push_str(&text),
            (_, part) => merged.push(part),
        }
    }
    match merged.as_slice() {
        [Part::Text(_)] | [Part::Code(_)] => match merged.pop() {
            Some(Part::Text(text)) => Expr::Text(text),
            Some(Part::Code(code)) => Expr::Code(code),
            None => Expr::Text("".into()),
        },
        _ => Expr::Template(merged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Rule;

    #[test]
    fn the_environments_names_are_said_through_it() {
        let place = Place { prefix: Some("shop-prod"), path: Some("shop/prod"), domain: None };
        let said = |text: &str| place.text(&Traced::new(text.to_owned(), Origin::rule(Rule(1)))).expr;
        assert!(matches!(said("shop-prod"), Expr::Code(code) if code == "local.name"));
        assert!(matches!(said("shop-production"), Expr::Text(_)));
        assert!(matches!(said("/shop/prod/x"), Expr::Template(parts) if parts.len() == 3));
    }

    #[test]
    fn identifiers_begin_with_a_letter() {
        assert_eq!(identifier("orders-db"), "orders_db");
        assert_eq!(identifier("2fa"), "_2fa");
    }
}
