//! The network: VPC, subnets, ways out, endpoints, security groups and their rules.

use super::rules;
use super::stack::{Rule, Stack};
use super::template::{Keep, Template, by, network_parameter, pascal};
use super::value::{Sub, attribute, call, reference, text, whole};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{Attribute, Direction, Endpoint, FlowLog, Kind, Network, Peer, SecurityGroup, Zone};
use crate::plan::infrastructure::templates::Transport;

const VPC: &str = "Vpc";

/// The Kubernetes cluster of an environment.
const CLUSTER: &str = "MainKubernetesCluster";

/// The network of a cluster that exists, as the deployment looks it up.
fn existing(template: &mut Template<'_>) {
    let exported = Origin::rule(rules::EXPORT);
    for (what, id, about) in [
        ("vpc", "ExistingVpc", ("The network of the cluster that exists", "vpc-[0-9a-f]+")),
        ("private-subnets", "ExistingSubnets", EXISTING_SUBNETS),
        ("data-subnets", "ExistingSubnets", EXISTING_SUBNETS),
        ("cluster-security-group", "ExistingSecurityGroup", ("The cluster's own security group", "sg-[0-9a-f]+")),
    ] {
        let value = template.handed(id.to_owned(), about, exported);
        let name = network_parameter(template.scope, what);
        template.tell_as(format!("{}Parameter", pascal(what)), name, value);
    }
}

const EXISTING_SUBNETS: (&str, &str) =
    ("Private subnets of the network, joined by commas", "subnet-[0-9a-f]+(,subnet-[0-9a-f]+)*");

/// The VPC and all that stands in it but for security groups.
pub(super) fn network(template: &mut Template<'_>, network: &Network) {
    if !network.own.value {
        existing(template);
        return;
    }
    let vpc = &network.vpc;
    let origin = vpc.origin;
    let named = |name: &str| name_tag(&format!("{}{name}", vpc.name), vpc.name.origin);
    let properties = Map::new(origin)
        .with("CidrBlock", Doc::traced(&vpc.cidr))
        .bool("EnableDnsHostnames", true)
        .bool("EnableDnsSupport", true)
        .with("Tags", tags([named("")], origin));
    template.add(VPC, "AWS::EC2::VPC", Keep::No, properties);
    let gateway = Map::new(origin).with("Tags", tags([named("")], origin));
    template.add("InternetGateway", "AWS::EC2::InternetGateway", Keep::No, gateway);
    let attachment = Map::new(origin)
        .with("VpcId", reference(VPC, origin))
        .with("InternetGatewayId", reference("InternetGateway", origin));
    template.add("InternetGatewayAttachment", "AWS::EC2::VPCGatewayAttachment", Keep::No, attachment);

    let routes = Origin::rule(rules::ROUTES);
    template.add("PublicRoutes", "AWS::EC2::RouteTable", Keep::No, table(named("-public")));
    let way_out = Map::new(routes)
        .with("RouteTableId", reference("PublicRoutes", routes))
        .text("DestinationCidrBlock", "0.0.0.0/0")
        .with("GatewayId", reference("InternetGateway", routes));
    let attached = ["InternetGatewayAttachment".to_owned()];
    template.add_after("PublicRoute", "AWS::EC2::Route", Keep::No, &attached, way_out, routes);
    template.add("DataRoutes", "AWS::EC2::RouteTable", Keep::No, table(named("-data")));

    for (index, zone) in network.zones.iter().enumerate() {
        let letter = letter(zone);
        let cluster = vpc.kubernetes_cluster.as_ref().map(|_| ());
        subnet(
            template,
            (index, zone),
            "public",
            zone.public,
            cluster.map(|()| "kubernetes.io/role/elb"),
            vpc.name.as_str(),
        );
        subnet(
            template,
            (index, zone),
            "private",
            zone.private,
            cluster.map(|()| "kubernetes.io/role/internal-elb"),
            vpc.name.as_str(),
        );
        subnet(template, (index, zone), "data", zone.data, None, vpc.name.as_str());
        associate(template, &format!("PublicSubnet{letter}"), "PublicRoutes");
        associate(template, &format!("DataSubnet{letter}"), "DataRoutes");
        if network.nat_per_zone.value || index == 0 {
            nat_gateway(template, zone, network, &attached);
        }
        // A table for each zone, so that gateways can come to more zones and no subnet moves.
        let table_id = format!("PrivateRoutes{letter}");
        let tables = table(named(&format!("-private-{}", zone.name)));
        template.add(table_id.clone(), "AWS::EC2::RouteTable", Keep::No, tables);
        let route = Map::new(routes)
            .with("RouteTableId", reference(table_id.clone(), routes))
            .text("DestinationCidrBlock", "0.0.0.0/0")
            .with("NatGatewayId", reference(gateway_of(network, index), routes));
        template.add(format!("PrivateRoute{letter}"), "AWS::EC2::Route", Keep::No, route);
        associate(template, &format!("PrivateSubnet{letter}"), &table_id);
    }
    flow_log(template, &network.flow_log);
    for one in &network.endpoints {
        endpoint(template, network, one);
    }
    let tell = |template: &mut Template<'_>, what: &'static str, value: Doc| {
        let name = network_parameter(template.scope, what);
        template.tell_as(format!("{}Parameter", pascal(what)), name, value);
    };
    let exported = Origin::rule(rules::EXPORT);
    tell(template, "vpc", reference(VPC, exported));
    for (what, prefix) in [("public-subnets", "Public"), ("private-subnets", "Private"), ("data-subnets", "Data")] {
        let mut joined = Sub::default();
        for (index, zone) in network.zones.iter().enumerate() {
            if index > 0 {
                joined = joined.text(",");
            }
            joined = joined.of(&format!("{prefix}Subnet{}", letter(zone)));
        }
        tell(template, what, joined.doc(exported));
    }
}

/// The letter of a zone, as logical ids have it.
fn letter(zone: &Zone) -> String {
    zone.name.value.chars().last().map(|letter| letter.to_ascii_uppercase().to_string()).unwrap_or_default()
}

/// The way out of a zone: its own gateway, or the one of the first zone.
fn gateway_of(network: &Network, index: usize) -> String {
    let zone = network.zones.get(if network.nat_per_zone.value { index } else { 0 });
    format!("NatGateway{}", zone.map(letter).unwrap_or_default())
}

fn nat_gateway(template: &mut Template<'_>, zone: &Zone, network: &Network, attached: &[String]) {
    let nat = network.nat_per_zone.origin;
    let letter = letter(zone);
    let named = |name: String| name_tag(&format!("{}{name}", network.vpc.name), network.vpc.name.origin);
    let address = Map::new(nat).text("Domain", "vpc").with("Tags", tags([named(format!("-nat-{}", zone.name))], nat));
    let id = format!("NatAddress{letter}");
    template.add_after(id.clone(), "AWS::EC2::EIP", Keep::No, attached, address, nat);
    let gateway = Map::new(nat)
        .with("AllocationId", attribute(&id, "AllocationId", nat))
        .with("SubnetId", reference(format!("PublicSubnet{letter}"), nat))
        .with("Tags", tags([named(format!("-{}", zone.name))], nat));
    template.add(format!("NatGateway{letter}"), "AWS::EC2::NatGateway", Keep::No, gateway);
}

fn table(name: Doc) -> Map {
    let routes = Origin::rule(rules::ROUTES);
    Map::new(routes).with("VpcId", reference(VPC, routes)).with("Tags", tags([name], routes))
}

fn subnet(
    template: &mut Template<'_>,
    (index, zone): (usize, &Zone),
    kind: &'static str,
    range: crate::ir::Traced<crate::ir::value::AddressRange>,
    role: Option<&'static str>,
    name: &str,
) {
    let origin = range.origin;
    let letter = letter(zone);
    let tag = name_tag(&format!("{name}-{kind}-{}", zone.name), origin);
    let role =
        role.map(|role| super::value::pair("Key", "Value", Doc::text(role, origin), Doc::text("1", origin), origin));
    let properties = Map::new(origin)
        .with("VpcId", reference(VPC, origin))
        .with("AvailabilityZone", in_zone(index, zone.name.origin))
        .with("CidrBlock", Doc::traced(&range))
        .bool("MapPublicIpOnLaunch", false)
        .with("Tags", tags(std::iter::once(tag).chain(role), origin));
    template.add(format!("{}Subnet{letter}", pascal(kind)), "AWS::EC2::Subnet", Keep::No, properties);
}

/// A zone by its place among those that the account sees in the region.
fn in_zone(index: usize, origin: Origin) -> Doc {
    let zones = Doc::text("", origin).tagged("GetAZs");
    call("Select", [Doc::Integer(i64::try_from(index).unwrap_or(0), origin), zones], origin)
}

fn associate(template: &mut Template<'_>, subnet: &str, table: &str) {
    let routes = Origin::rule(rules::ROUTES);
    let properties = Map::new(routes)
        .with("SubnetId", reference(subnet.to_owned(), routes))
        .with("RouteTableId", reference(table.to_owned(), routes));
    template.add(format!("{subnet}Routes"), "AWS::EC2::SubnetRouteTableAssociation", Keep::No, properties);
}

fn flow_log(template: &mut Template<'_>, flow: &FlowLog) {
    let origin = flow.origin;
    let properties = Map::new(origin)
        .text("ResourceType", "VPC")
        .with("ResourceId", reference(VPC, origin))
        .text("TrafficType", "ALL")
        .with("MaxAggregationInterval", whole(&flow.interval))
        .text("LogDestinationType", "cloud-watch-logs")
        .with("LogGroupName", reference(template.logical(Kind::LogGroup, &flow.log_group.id), origin))
        .with("DeliverLogsPermissionArn", template.of(&flow.role, Attribute::Arn, origin));
    template.add("FlowLog", "AWS::EC2::FlowLog", Keep::No, properties);
}

fn endpoint(template: &mut Template<'_>, network: &Network, endpoint: &Endpoint) {
    let origin = endpoint.origin;
    let service = Sub::default().text("com.amazonaws.").of("AWS::Region").text(".").text(&endpoint.service).doc(origin);
    let mut properties = Map::new(origin).with("VpcId", reference(VPC, origin)).with("ServiceName", service);
    if endpoint.gateway.value {
        let mut tables: Vec<String> =
            network.zones.iter().map(|zone| format!("PrivateRoutes{}", letter(zone))).collect();
        tables.push("DataRoutes".to_owned());
        properties.put("VpcEndpointType", Doc::text("Gateway", endpoint.gateway.origin));
        properties.put("RouteTableIds", Doc::list(tables.into_iter().map(|table| reference(table, origin)), origin));
    } else {
        let subnets = network.zones.iter().map(|zone| reference(format!("PrivateSubnet{}", letter(zone)), origin));
        properties.put("VpcEndpointType", Doc::text("Interface", endpoint.gateway.origin));
        properties.put("PrivateDnsEnabled", Doc::Bool(true, origin));
        properties.put("SubnetIds", Doc::list(subnets, origin));
        properties.put("SecurityGroupIds", Doc::list([attribute("EndpointsSecurityGroup", "GroupId", origin)], origin));
    }
    template.add(template.logical(Kind::Endpoint, &endpoint.id), "AWS::EC2::VPCEndpoint", Keep::No, properties);
}

/// A security group without its rules.
pub(super) fn security_group(template: &mut Template<'_>, group: &SecurityGroup) {
    let origin = group.origin;
    let vpc =
        if template.stack == Stack::Network { reference(VPC, origin) } else { template.of_network("vpc", origin) };
    let nowhere = by(rules::NO_EGRESS)
        .text("IpProtocol", "icmp")
        .integer("FromPort", 252)
        .integer("ToPort", 86)
        .text("CidrIp", "255.255.255.255/32")
        .text("Description", "Leads nowhere: without any rule CloudFormation would let everything out");
    let properties = Map::new(origin)
        .with("GroupName", text(&group.name))
        .with("GroupDescription", text(&group.description))
        .with("VpcId", vpc)
        .with("SecurityGroupEgress", Doc::list([nowhere.into()], Origin::rule(rules::NO_EGRESS)))
        .with("Tags", tags([name_tag(&group.name, group.name.origin)], origin));
    template.add(template.logical(Kind::SecurityGroup, &group.id), "AWS::EC2::SecurityGroup", Keep::No, properties);
    template.tell(group);
}

/// A rule of a security group.
pub(super) fn rule(template: &mut Template<'_>, rule: Rule<'_>) {
    let Rule { group, rule } = rule;
    let origin = rule.origin;
    let protocol = match (&rule.ports, rule.transport) {
        (None, _) => "-1",
        (_, Transport::Tcp) => "tcp",
        (_, Transport::Udp) => "udp",
    };
    let mut properties = Map::new(origin)
        .with("GroupId", template.of(&group.reference(), Attribute::Id, origin))
        .with("Description", text(&rule.description))
        .text("IpProtocol", protocol);
    if let Some((first, last)) = &rule.ports {
        properties.put("FromPort", Doc::Integer(i64::from(first.value.0), first.origin));
        properties.put("ToPort", Doc::Integer(i64::from(last.value.0), last.origin));
    }
    let (kind, word, peer_group) = match rule.direction {
        Direction::Ingress => ("AWS::EC2::SecurityGroupIngress", "Ingress", "SourceSecurityGroupId"),
        Direction::Egress => ("AWS::EC2::SecurityGroupEgress", "Egress", "DestinationSecurityGroupId"),
    };
    match &rule.peer {
        Peer::Group(peer) => properties.put(peer_group, template.of(peer, Attribute::Id, origin)),
        Peer::EksCluster => {
            let own = if template.makes_cluster() {
                attribute(CLUSTER, "ClusterSecurityGroupId", origin)
            } else {
                template.of_network("cluster-security-group", origin)
            };
            properties.put(peer_group, own);
        }
        Peer::Range(range) => properties.put("CidrIp", Doc::traced(range)),
    }
    let id = format!("{}{}{word}", template.scope.pascal(&group.id), template.scope.pascal(&rule.id));
    template.add(id, kind, Keep::No, properties);
}

/// A tag with the name that consoles show.
pub(super) fn name_tag(name: &str, origin: Origin) -> Doc {
    super::value::pair("Key", "Value", Doc::text("Name", origin), Doc::text(name.to_owned(), origin), origin)
}

/// Tags of a resource; those of the whole stack are given to it when it is deployed.
pub(super) fn tags(tags: impl IntoIterator<Item = Doc>, origin: Origin) -> Doc {
    Doc::list(tags, origin)
}

/// The first of several values.
pub(super) fn first(values: Doc, origin: Origin) -> Doc {
    call("Select", [Doc::Integer(0, origin), values], origin)
}
