//! The network: subnets by zone, ways out, endpoints, the record of connections, security groups and their rules.

use super::existing;
use super::module::{Module, file_of};
use super::place::{Place, arn, id, identifier};
use crate::ir::value::PortNumber;
use crate::ir::{Origin, Traced};
use crate::output::hcl::{Block, Body, Node};
use crate::plan::aws::graph::{Direction, Id, Network, Peer, SecurityGroup, SecurityGroupRule};
use crate::plan::infrastructure::templates::Transport;

const FILE: &str = "network.tf";

pub(super) fn print(network: &Network, place: Place<'_>, module: &mut Module) {
    if network.own.value {
        own(network, place, module);
    } else {
        existing::network(network, module);
    }
    for group in &network.security_groups {
        security_group(group, place, module);
    }
}

fn own(network: &Network, place: Place<'_>, module: &mut Module) {
    let vpc = &network.vpc;
    let origin = vpc.origin;
    let code = |text: &'static str| Node::code(text, origin);
    let yes = || Node::code("true", origin);
    let name = |suffix: &'static str| named(vec![("Name", Node::code(suffix, origin))], origin);
    let main = Id::made("main");
    module.resource(
        FILE,
        "aws_vpc",
        &main,
        Body::default()
            .with("cidr_block", Node::code("var.cidr", vpc.cidr.origin))
            .with("enable_dns_hostnames", yes())
            .with("enable_dns_support", yes())
            .gap()
            .with("tags", named(vec![("Name", place.text(&vpc.name))], origin)),
        origin,
    );
    module.add(
        FILE,
        super::module::block(
            "resource",
            "aws_default_security_group",
            "main".to_owned(),
            Body::default()
                .comment("Without rules: what bears no group of its own reaches nothing.", origin)
                .with("vpc_id", code("aws_vpc.main.id"))
                .gap()
                .with("tags", name("\"${local.name}-default\"")),
            origin,
        ),
    );
    module.resource(
        FILE,
        "aws_internet_gateway",
        &main,
        Body::default().with("vpc_id", code("aws_vpc.main.id")).gap().with("tags", name("local.name")),
        origin,
    );
    subnets(network, module);
    ways_out(network, module);
    flow_log(network, place, module);
    endpoints(network, module);
}

/// An object, with keys in the order given.
pub(super) fn named(fields: Vec<(&'static str, Node)>, origin: Origin) -> Node {
    Node::object(fields.into_iter().map(|(key, value)| (key.into(), value)).collect(), origin)
}

fn subnets(network: &Network, module: &mut Module) {
    let origin = network.vpc.origin;
    let code = |text: &'static str| Node::code(text, origin);
    let cluster = network.vpc.kubernetes_cluster.is_some();
    for (tier, role) in
        [("public", "kubernetes.io/role/elb"), ("private", "kubernetes.io/role/internal-elb"), ("data", "")]
    {
        let mut tags = vec![
            ("Name".into(), Node::code(format!("\"${{local.name}}-{tier}-${{each.key}}\""), origin)),
            ("Tier".into(), Node::text(tier, origin)),
        ];
        if cluster && !role.is_empty() {
            tags.push((role.into(), Node::text("1", origin)));
        }
        module.resource(
            FILE,
            "aws_subnet",
            &Id::made(tier),
            Body::default()
                .with("for_each", code("var.zones"))
                .gap()
                .with("vpc_id", code("aws_vpc.main.id"))
                .with("availability_zone", code("each.key"))
                .with("cidr_block", Node::code(format!("each.value.{tier}"), origin))
                .with("map_public_ip_on_launch", code("false"))
                .gap()
                .with("tags", Node::object(tags, origin)),
            origin,
        );
    }
}

fn ways_out(network: &Network, module: &mut Module) {
    let origin = network.nat_per_zone.origin;
    let code = |text: &'static str| Node::code(text, origin);
    let gateways = "local.nat_zones";
    let tags = |text: &'static str| named(vec![("Name", Node::code(text, origin))], origin);
    module.add(
        FILE,
        Block::new(
            "locals",
            Body::default()
                .comment("The zones with a NAT gateway of their own; the others go by the first.", origin)
                .with("nat_zones", code("var.nat_per_zone ? keys(var.zones) : slice(keys(var.zones), 0, 1)"))
                .with("private_subnet_ids", code("[for zone in keys(var.zones) : aws_subnet.private[zone].id]"))
                .with("public_subnet_ids", code("[for zone in keys(var.zones) : aws_subnet.public[zone].id]"))
                .with("data_subnet_ids", code("[for zone in keys(var.zones) : aws_subnet.data[zone].id]")),
            origin,
        ),
    );
    let each = || Body::default().with("for_each", Node::code(format!("toset({gateways})"), origin)).gap();
    module.resource(
        FILE,
        "aws_eip",
        &Id::made("nat"),
        each()
            .with("domain", Node::text("vpc", origin))
            .gap()
            .with("tags", tags("\"${local.name}-nat-${each.key}\""))
            .gap()
            .with("depends_on", Node::list([code("aws_internet_gateway.main")], origin)),
        origin,
    );
    module.resource(
        FILE,
        "aws_nat_gateway",
        &Id::made("main"),
        each()
            .with("allocation_id", code("aws_eip.nat[each.key].id"))
            .with("subnet_id", code("aws_subnet.public[each.key].id"))
            .gap()
            .with("tags", tags("\"${local.name}-${each.key}\"")),
        origin,
    );
    // Public.
    module.resource(
        FILE,
        "aws_route_table",
        &Id::made("public"),
        Body::default().with("vpc_id", code("aws_vpc.main.id")).gap().with("tags", tags("\"${local.name}-public\"")),
        origin,
    );
    module.resource(
        FILE,
        "aws_route",
        &Id::made("public"),
        Body::default()
            .with("route_table_id", code("aws_route_table.public.id"))
            .with("destination_cidr_block", Node::text("0.0.0.0/0", origin))
            .with("gateway_id", code("aws_internet_gateway.main.id")),
        origin,
    );
    module.resource(
        FILE,
        "aws_route_table_association",
        &Id::made("public"),
        Body::default()
            .with("for_each", code("var.zones"))
            .gap()
            .with("subnet_id", code("aws_subnet.public[each.key].id"))
            .with("route_table_id", code("aws_route_table.public.id")),
        origin,
    );
    // Private: each zone by its own gateway, or all by the first.
    module.resource(
        FILE,
        "aws_route_table",
        &Id::made("private"),
        Body::default()
            .with("for_each", code("var.zones"))
            .gap()
            .with("vpc_id", code("aws_vpc.main.id"))
            .gap()
            .with("tags", tags("\"${local.name}-private-${each.key}\"")),
        origin,
    );
    module.resource(
        FILE,
        "aws_route",
        &Id::made("private"),
        Body::default()
            .with("for_each", code("var.zones"))
            .gap()
            .with("route_table_id", code("aws_route_table.private[each.key].id"))
            .with("destination_cidr_block", Node::text("0.0.0.0/0", origin))
            .with("nat_gateway_id", code("aws_nat_gateway.main[var.nat_per_zone ? each.key : local.nat_zones[0]].id")),
        origin,
    );
    module.resource(
        FILE,
        "aws_route_table_association",
        &Id::made("private"),
        Body::default()
            .with("for_each", code("var.zones"))
            .gap()
            .with("subnet_id", code("aws_subnet.private[each.key].id"))
            .with("route_table_id", code("aws_route_table.private[each.key].id")),
        origin,
    );
    // Data: no way out.
    module.resource(
        FILE,
        "aws_route_table",
        &Id::made("data"),
        Body::default()
            .comment("No route leads out of the network.", origin)
            .with("vpc_id", code("aws_vpc.main.id"))
            .gap()
            .with("tags", tags("\"${local.name}-data\"")),
        origin,
    );
    module.resource(
        FILE,
        "aws_route_table_association",
        &Id::made("data"),
        Body::default()
            .with("for_each", code("var.zones"))
            .gap()
            .with("subnet_id", code("aws_subnet.data[each.key].id"))
            .with("route_table_id", code("aws_route_table.data.id")),
        origin,
    );
}

fn flow_log(network: &Network, _: Place<'_>, module: &mut Module) {
    let log = &network.flow_log;
    let origin = log.origin;
    module.resource(
        FILE,
        "aws_flow_log",
        &log.id,
        Body::default()
            .with("vpc_id", Node::code("aws_vpc.main.id", origin))
            .with("traffic_type", Node::text("ALL", origin))
            .with("log_destination", arn(&log.log_group, origin))
            .with("iam_role_arn", arn(&log.role, origin))
            .with("max_aggregation_interval", Node::number(&log.interval)),
        origin,
    );
}

fn endpoints(network: &Network, module: &mut Module) {
    for endpoint in &network.endpoints {
        let origin = endpoint.origin;
        let code = |text: &'static str| Node::code(text, origin);
        let service = Node::code(
            format!("\"com.amazonaws.${{var.region}}.{}\"", endpoint.service.replace(['"', '$'], "")),
            endpoint.service.origin,
        );
        let body = Body::default().with("vpc_id", code("aws_vpc.main.id")).with("service_name", service);
        let body = if endpoint.gateway.value {
            body.with("vpc_endpoint_type", Node::text("Gateway", endpoint.gateway.origin)).with(
                "route_table_ids",
                code("concat([for table in aws_route_table.private : table.id], [aws_route_table.data.id])"),
            )
        } else {
            body.with("vpc_endpoint_type", Node::text("Interface", endpoint.gateway.origin))
                .with("subnet_ids", code("local.private_subnet_ids"))
                .with("security_group_ids", Node::list([code("aws_security_group.endpoints.id")], origin))
                .with("private_dns_enabled", code("true"))
        };
        let name = Node::code(format!("\"${{local.name}}-{}\"", endpoint.id), origin);
        let body = body.gap().with("tags", named(vec![("Name", name)], origin));
        module.resource(FILE, "aws_vpc_endpoint", &endpoint.id, body, origin);
    }
}

fn security_group(group: &SecurityGroup, place: Place<'_>, module: &mut Module) {
    let file = file_of(&group.owner, "security_groups.tf");
    module.resource(
        &file,
        "aws_security_group",
        &group.id,
        Body::default()
            .with("name", place.text(&group.name))
            .with("description", place.text(&group.description))
            .with("vpc_id", Node::code("aws_vpc.main.id", group.origin))
            .gap()
            .with("tags", named(vec![("Name", place.text(&group.name))], group.origin))
            .gap()
            .block(Block::new(
                "lifecycle",
                Body::default().with("create_before_destroy", Node::code("true", group.origin)),
                group.origin,
            )),
        group.origin,
    );
    for rule in &group.rules {
        self::rule(&file, group, rule, module);
    }
}

fn rule(file: &str, group: &SecurityGroup, rule: &SecurityGroupRule, module: &mut Module) {
    let origin = rule.origin;
    let (kind, way) = match rule.direction {
        Direction::Ingress => ("aws_vpc_security_group_ingress_rule", "from"),
        Direction::Egress => ("aws_vpc_security_group_egress_rule", "to"),
    };
    let body = Body::default()
        .with("security_group_id", id(&group.reference(), origin))
        .with("description", Node::traced(&rule.description));
    let body = match &rule.peer {
        Peer::Group(other) => body.with("referenced_security_group_id", id(other, origin)),
        Peer::EksCluster => body.with(
            "referenced_security_group_id",
            Node::code("aws_eks_cluster.main.vpc_config[0].cluster_security_group_id", origin),
        ),
        Peer::Range(range) => body.with("cidr_ipv4", range_node(range)),
    };
    let body = match &rule.ports {
        Some((from, to)) => {
            let protocol = match rule.transport {
                Transport::Tcp => "tcp",
                Transport::Udp => "udp",
            };
            body.with("ip_protocol", Node::text(protocol, origin))
                .with("from_port", port(from))
                .with("to_port", port(to))
        }
        None => body.with("ip_protocol", Node::text("-1", origin)),
    };
    let name = Id::made(&format!("{}_{way}_{}", identifier(group.id.as_str()), identifier(rule.id.as_str())));
    module.resource(file, kind, &name, body, origin);
}

/// The environment's own range is a variable.
fn range_node(range: &Traced<crate::ir::value::AddressRange>) -> Node {
    if range.prefix == 0 {
        return Node::text("0.0.0.0/0", range.origin);
    }
    Node::code("var.cidr", range.origin)
}

pub(super) fn port(port: &Traced<PortNumber>) -> Node {
    Node::number(&port.map(|port| i64::from(port.0)))
}
