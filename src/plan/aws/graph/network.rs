//! Network: zones and subnets, ways out, security groups.

use super::{LogGroup, Ref, Role, resources};
use crate::ir::Traced;
use crate::ir::value::{AddressRange, PortNumber};
use crate::plan::infrastructure::templates::Transport;

/// The network of an environment.
#[derive(Clone, Debug)]
pub struct Network {
    /// Whether it is made; otherwise it is that of a cluster that exists, and what it has of its own is security groups.
    pub own: Traced<bool>,
    /// The network itself.
    pub vpc: Vpc,
    /// The zones, each with its subnets.
    pub zones: Vec<Zone>,
    /// Whether each zone has a NAT gateway of its own, or all share the first zone's.
    pub nat_per_zone: Traced<bool>,
    /// The record of accepted and refused connections.
    pub flow_log: FlowLog,
    /// Private ways to the cloud's own services.
    pub endpoints: Vec<Endpoint>,
    /// Security groups of all owners.
    pub security_groups: Vec<SecurityGroup>,
}

/// One availability zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its name.
    pub name: Traced<String>,
    /// The subnet that load balancers stand in.
    pub public: Traced<AddressRange>,
    /// The subnet that components run in.
    pub private: Traced<AddressRange>,
    /// The subnet that datastores stand in; it has no way out.
    pub data: Traced<AddressRange>,
}

resources! {
    /// A VPC. Its default security group is emptied, its internet gateway serves the public subnets.
    pub struct Vpc {
        /// Its name.
        name: Traced<String>,
        /// Its addresses.
        cidr: Traced<AddressRange>,
        /// The cluster whose load balancer controller looks for subnets by tag; none on ECS.
        kubernetes_cluster: Option<Traced<String>>,
    }

    /// The record of connections of the VPC.
    pub struct FlowLog {
        /// Where it is written to.
        log_group: Ref<LogGroup>,
        /// By which role.
        role: Ref<Role>,
        /// Seconds that are summed up into one record.
        interval: Traced<u32>,
    }

    /// A private way to a service of the cloud.
    pub struct Endpoint {
        /// The service's short name: `s3`, `ecr.api`.
        service: Traced<String>,
        /// Whether it is a gateway in the route tables (free), or an interface in each private subnet.
        gateway: Traced<bool>,
    }

    /// A security group and its rules.
    pub struct SecurityGroup {
        /// Its name.
        name: Traced<String>,
        /// What it is for.
        description: Traced<String>,
        /// Its rules.
        rules: Vec<SecurityGroupRule>,
    }
}

/// One rule of a security group.
#[derive(Clone, Debug)]
pub struct SecurityGroupRule {
    /// Its id among the rules of the group: stays when others come and go.
    pub id: super::Id,
    /// Why it is there.
    pub origin: crate::ir::Origin,
    /// Which way.
    pub direction: Direction,
    /// The other end.
    pub peer: Peer,
    /// The first and the last port; none: all protocols and ports.
    pub ports: Option<(Traced<PortNumber>, Traced<PortNumber>)>,
    /// What carries it.
    pub transport: Transport,
    /// What it is for.
    pub description: Traced<String>,
}

/// Which way a rule lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Into what bears the group.
    Ingress,
    /// Out of it.
    Egress,
}

/// The other end of a rule.
#[derive(Clone, Debug)]
pub enum Peer {
    /// What bears a security group.
    Group(Ref<SecurityGroup>),
    /// The security group that EKS makes for a cluster: nodes and pods bear it.
    EksCluster,
    /// Addresses.
    Range(Traced<AddressRange>),
}
