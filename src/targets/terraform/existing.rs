//! Clusters that exist: they and their network are looked up by name, and the rest of the module reads both through locals.

use super::module::{Module, block};
use crate::ir::{Origin, Traced};
use crate::output::hcl::{Block, Body, Expr, Item, Node, Part};
use crate::plan::aws::AwsEnvironment;
use crate::plan::aws::graph::{Cluster, Network};

/// The file in which the locals stand.
const FILE: &str = "cluster.tf";
/// What others read of a cluster of Kubernetes and its network: the local, where it is made, where it is looked up.
const EKS: [[&str; 3]; 3] = [
    ["cluster_name", "aws_eks_cluster.main.name", "data.aws_eks_cluster.main.name"],
    [
        "cluster_security_group_id",
        "aws_eks_cluster.main.vpc_config[0].cluster_security_group_id",
        "data.aws_eks_cluster.main.vpc_config[0].cluster_security_group_id",
    ],
    ["vpc_id", "aws_vpc.main.id", "data.aws_eks_cluster.main.vpc_config[0].vpc_id"],
];
/// The same of a cluster of ECS, which stands in no network.
const ECS: [[&str; 3]; 2] = [
    ["cluster_arn", "aws_ecs_cluster.main.arn", "data.aws_ecs_cluster.main.arn"],
    ["cluster_name", "aws_ecs_cluster.main.name", "data.aws_ecs_cluster.main.cluster_name"],
];

fn exists(cluster: &Cluster) -> bool {
    match cluster {
        Cluster::Eks(eks) => eks.cluster.exists.value,
        Cluster::Ecs(ecs) => ecs.cluster.exists.value,
    }
}

/// Whether some environment has a cluster that exists.
pub(super) fn any(environments: &[AwsEnvironment]) -> bool {
    environments.iter().any(|environment| exists(&environment.cluster))
}

/// The cluster, by its name.
pub(super) fn cluster(kind: &'static str, key: &'static str, name: &Traced<String>, module: &mut Module) {
    let body = Body::default().with(key, Node::traced(name));
    module.add(FILE, block("data", kind, "main".to_owned(), body, name.origin));
}

/// The subnets of its network that have no way in; without the tag that says so, those that the cluster names.
pub(super) fn network(network: &Network, module: &mut Module) {
    let origin = network.own.origin;
    let vpc = Body::default()
        .with("name", Node::text("vpc-id", origin))
        .with("values", Node::list([Node::code("data.aws_eks_cluster.main.vpc_config[0].vpc_id", origin)], origin));
    let tag = Node::object(vec![("kubernetes.io/role/internal-elb".into(), Node::text("1", origin))], origin);
    let subnets = Body::default().with("tags", tag).block(Block::new("filter", vpc, origin));
    module.add("network.tf", block("data", "aws_subnets", "private".to_owned(), subnets, origin));
    let found = "length(data.aws_subnets.private.ids) > 0 ? data.aws_subnets.private.ids : tolist(data.aws_eks_cluster.main.vpc_config[0].subnet_ids)";
    let locals = Body::default()
        .with("private_subnet_ids", Node::code(format!("({found})"), origin))
        .with("data_subnet_ids", Node::code("local.private_subnet_ids", origin));
    module.add("network.tf", Block::new("locals", locals, origin));
}

/// Reads the cluster and its network through locals, which say where each is had.
pub(super) fn by_locals(cluster: &Cluster, files: &mut Vec<(String, Vec<Block>)>) {
    let (names, origin): (&[[&'static str; 3]], Origin) = match cluster {
        Cluster::Eks(eks) => (&EKS, eks.cluster.exists.origin),
        Cluster::Ecs(ecs) => (&ECS, ecs.cluster.exists.origin),
    };
    for (_, blocks) in files.iter_mut() {
        blocks.iter_mut().for_each(|block| body(&mut block.body, names));
    }
    let place = usize::from(exists(cluster)) + 1;
    let locals = names.iter().fold(
        Body::default().comment("The cluster and its network: made here, or there before.", origin),
        |body, name| body.with(name[0], Node::code(name[place], origin)),
    );
    let locals = Block::new("locals", locals, origin);
    match files.iter_mut().find(|(file, _)| file == FILE) {
        Some((_, blocks)) => blocks.insert(0, locals),
        None => files.push((FILE.to_owned(), vec![locals])),
    }
}

fn body(all: &mut Body, names: &[[&'static str; 3]]) {
    for item in &mut all.items {
        match item {
            Item::Attribute(attribute) => node(&mut attribute.value, names),
            Item::Block(block) => body(&mut block.body, names),
            Item::Comment(..) | Item::Gap => {}
        }
    }
}

fn node(all: &mut Node, names: &[[&'static str; 3]]) {
    match &mut all.expr {
        Expr::Code(code) => said(code, names),
        Expr::Template(parts) => {
            for part in parts {
                if let Part::Code(code) = part {
                    said(code, names);
                }
            }
        }
        Expr::Call(call) => call.arguments.iter_mut().for_each(|one| node(one, names)),
        Expr::List(nodes) => nodes.iter_mut().for_each(|one| node(one, names)),
        Expr::Object(fields) => fields.iter_mut().for_each(|(_, one)| node(one, names)),
        Expr::Conditional(nodes) => nodes.iter_mut().for_each(|one| node(one, names)),
        _ => {}
    }
}

fn said(code: &mut crate::output::doc::Text, names: &[[&'static str; 3]]) {
    for [local, made, _] in names {
        if let Some(at) = code.find(made)
            && !code[..at].ends_with("data.")
        {
            *code = code.replace(made, &format!("local.{local}")).into();
        }
    }
}
