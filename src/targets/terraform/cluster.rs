//! Where components run: EKS with its nodes and identities, or ECS.

use super::ecs;
use super::existing;
use super::module::{Module, file_of};
use super::network::named;
use super::place::{Place, arn, identifier};
use crate::ir::Origin;
use crate::output::hcl::{Block, Body, Node};
use crate::plan::aws::graph::{AddOn, Cluster, Eks, EksCluster, NodeGroup, Ref};

const FILE: &str = "cluster.tf";

pub(super) fn print(cluster: &Cluster, place: Place<'_>, module: &mut Module) {
    match cluster {
        Cluster::Eks(eks) => self::eks(eks, place, module),
        Cluster::Ecs(ecs) => ecs::print(ecs, place, module),
    }
}

fn eks(eks: &Eks, place: Place<'_>, module: &mut Module) {
    if eks.cluster.exists.value {
        existing::cluster("aws_eks_cluster", "name", &eks.cluster.name, module);
    } else {
        control_plane(&eks.cluster, place, module);
    }
    for group in &eks.node_groups {
        nodes(group, place, module);
    }
    for add_on in &eks.add_ons {
        self::add_on(add_on, module);
    }
    for identity in &eks.pod_identities {
        let origin = identity.origin;
        module.resource(
            &file_of(&identity.owner, "identity.tf"),
            "aws_eks_pod_identity_association",
            &identity.id,
            Body::default()
                .with("cluster_name", name_of(&identity.cluster, origin))
                .with("namespace", place.text(&identity.namespace))
                .with("service_account", Node::traced(&identity.service_account))
                .with("role_arn", arn(&identity.role, origin)),
            origin,
        );
    }
    for entry in &eks.access_entries {
        let origin = entry.origin;
        module.resource(
            FILE,
            "aws_eks_access_entry",
            &entry.id,
            Body::default()
                .with("cluster_name", name_of(&entry.cluster, origin))
                .with("principal_arn", place.pattern(&entry.principal)),
            origin,
        );
        let principal = format!("aws_eks_access_entry.{}.principal_arn", identifier(entry.id.as_str()));
        module.resource(
            FILE,
            "aws_eks_access_policy_association",
            &entry.id,
            Body::default()
                .with("cluster_name", name_of(&entry.cluster, origin))
                .with("principal_arn", Node::code(principal, origin))
                .with("policy_arn", place.pattern(&entry.policy))
                .block(Block::new("access_scope", Body::default().with("type", Node::text("cluster", origin)), origin)),
            origin,
        );
    }
}

fn name_of(cluster: &Ref<EksCluster>, origin: Origin) -> Node {
    super::place::of(cluster, crate::plan::aws::graph::Attribute::Name, origin)
}

fn control_plane(cluster: &EksCluster, place: Place<'_>, module: &mut Module) {
    let origin = cluster.origin;
    let yes = || Node::code("true", origin);
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let network = Body::default()
        .with("subnet_ids", Node::code("local.private_subnet_ids", origin))
        .with("endpoint_private_access", yes())
        .with("endpoint_public_access", Node::flag(&cluster.public_endpoint));
    let provider = block("provider", Body::default().with("key_arn", arn(&cluster.key, origin)));
    let body = Body::default()
        .with("name", place.text(&cluster.name))
        .with("version", Node::traced(&cluster.version))
        .with("role_arn", arn(&cluster.role, origin))
        .with("enabled_cluster_log_types", Node::list(cluster.log_types.iter().map(Node::traced), origin))
        .with("bootstrap_self_managed_addons", Node::code("false", origin))
        .block(block(
            "access_config",
            Body::default()
                .with("authentication_mode", Node::text("API", origin))
                .with("bootstrap_cluster_creator_admin_permissions", Node::code("false", origin)),
        ))
        .block(block(
            "encryption_config",
            Body::default().with("resources", Node::list([Node::text("secrets", origin)], origin)).block(provider),
        ))
        .block(block(
            "kubernetes_network_config",
            Body::default().with("service_ipv4_cidr", Node::traced(&cluster.service_cidr)),
        ))
        .block(block("upgrade_policy", Body::default().with("support_type", Node::text("STANDARD", origin))))
        .block(block("vpc_config", network))
        .gap()
        .with(
            "depends_on",
            Node::list(
                [
                    super::place::of(&cluster.log_group, crate::plan::aws::graph::Attribute::Id, origin),
                    Node::code("aws_iam_role_policy_attachment.eks_cluster_amazoneksclusterpolicy", origin),
                ]
                .into_iter()
                .map(without_attribute),
                origin,
            ),
        );
    module.resource(FILE, "aws_eks_cluster", &cluster.id, body, origin);
}

/// `type.name` of `type.name.attribute`: what `depends_on` names.
fn without_attribute(node: Node) -> Node {
    match node.expr {
        crate::output::hcl::Expr::Code(code) => {
            let address: Vec<&str> = code.splitn(3, '.').take(2).collect();
            Node::code(address.join("."), node.origin)
        }
        expr => Node::new(expr, node.origin),
    }
}

fn nodes(group: &NodeGroup, place: Place<'_>, module: &mut Module) {
    let origin = group.origin;
    let id = identifier(group.id.as_str());
    let yes = || Node::code("true", origin);
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let disk = Body::default()
        .with("volume_size", Node::number(&group.disk_gib))
        .with("volume_type", Node::text("gp3", origin))
        .with("encrypted", yes())
        .with("delete_on_termination", yes());
    let specification = |what: &'static str| {
        let name = named(vec![("Name", Node::code("\"${local.name}-node\"", origin))], origin);
        block(
            "tag_specifications",
            Body::default().with("resource_type", Node::text(what, origin)).gap().with("tags", name),
        )
        .keyed(what)
    };
    let template = Body::default()
        .with("name", place.text(&group.name))
        .with("update_default_version", yes())
        .block(block(
            "block_device_mappings",
            Body::default().with("device_name", Node::text("/dev/xvda", origin)).block(block("ebs", disk)),
        ))
        .block(block(
            "metadata_options",
            Body::default()
                .comment("A token is asked for, and no pod comes so far.", origin)
                .with("http_endpoint", Node::text("enabled", origin))
                .with("http_tokens", Node::text("required", origin))
                .with("http_put_response_hop_limit", Node::code("1", origin)),
        ))
        .block(block("monitoring", Body::default().with("enabled", yes())))
        .block(specification("instance"))
        .block(specification("volume"));
    module.resource(FILE, "aws_launch_template", &group.id, template, origin);
    let attachments = ["amazoneksworkernodepolicy", "amazonec2containerregistrypullonly"];
    let depends = attachments
        .map(|policy| Node::code(format!("aws_iam_role_policy_attachment.eks_node_{policy}"), origin))
        .into_iter()
        .chain(
            ["vpc_cni", "kube_proxy", "eks_pod_identity_agent"]
                .map(|name| Node::code(format!("aws_eks_addon.{name}"), origin)),
        );
    let body = Body::default()
        .with("cluster_name", name_of(&group.cluster, origin))
        .with("node_group_name", place.text(&group.name))
        .with("node_role_arn", arn(&group.role, origin))
        .with("subnet_ids", Node::code("local.private_subnet_ids", origin))
        .with("ami_type", Node::traced(&group.ami_type))
        .with("instance_types", Node::list([Node::traced(&group.instance_type)], group.instance_type.origin))
        .block(block(
            "launch_template",
            Body::default()
                .with("id", Node::code(format!("aws_launch_template.{id}.id"), origin))
                .with("version", Node::code(format!("aws_launch_template.{id}.latest_version"), origin)),
        ))
        .block(block(
            "scaling_config",
            Body::default()
                .with("min_size", Node::number(&group.min))
                .with("desired_size", Node::number(&group.min))
                .with("max_size", Node::number(&group.max)),
        ))
        .block(block("update_config", Body::default().with("max_unavailable", Node::number(&group.max_unavailable))))
        .gap()
        .with("depends_on", Node::list(depends, origin));
    module.resource(FILE, "aws_eks_node_group", &group.id, body, origin);
}

fn add_on(add_on: &AddOn, module: &mut Module) {
    let origin = add_on.origin;
    let mut body = Body::default()
        .with("cluster_name", name_of(&add_on.cluster, origin))
        .with("addon_name", Node::traced(&add_on.name))
        .with("addon_version", Node::traced(&add_on.version))
        .with("resolve_conflicts_on_create", Node::text("OVERWRITE", origin))
        .with("resolve_conflicts_on_update", Node::text("OVERWRITE", origin));
    if !add_on.configuration.is_empty() {
        let fields = add_on.configuration.iter().map(|(key, value)| (key.value.clone().into(), Node::traced(value)));
        let object = Node::object(fields.collect(), origin);
        body = body.gap().with("configuration_values", Node::call("jsonencode", vec![object], origin));
    }
    if let Some((account, role)) = &add_on.identity {
        body = body.block(Block::new(
            "pod_identity_association",
            Body::default().with("service_account", Node::traced(account)).with("role_arn", arn(role, origin)),
            origin,
        ));
    }
    if add_on.after_nodes {
        body = body.gap().with("depends_on", Node::list([Node::code("aws_eks_node_group.main", origin)], origin));
    }
    module.resource(FILE, "aws_eks_addon", &add_on.id, body, origin);
}
