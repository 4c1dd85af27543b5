//! The ways in: load balancers, what they listen on, where they send requests, certificates and names.

use super::{Bucket, Ref, SecurityGroup, resources};
use crate::ir::value::{HostName, PortNumber};
use crate::ir::{Origin, Traced};

/// The ways in of an environment.
#[derive(Clone, Debug, Default)]
pub struct Balancing {
    /// The DNS zone that hosts lie in; none without a domain.
    pub zone: Option<DnsZone>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Load balancers.
    pub load_balancers: Vec<LoadBalancer>,
    /// What they listen on.
    pub listeners: Vec<Listener>,
    /// Where requests go.
    pub rules: Vec<ListenerRule>,
    /// Where they end.
    pub target_groups: Vec<TargetGroup>,
    /// Names of load balancers and distributions.
    pub records: Vec<DnsRecord>,
    /// Filters of requests.
    pub web_acls: Vec<WebAcl>,
    /// Websites behind a CDN.
    pub distributions: Vec<Distribution>,
}

/// A DNS zone that exists.
#[derive(Clone, Debug)]
pub struct DnsZone {
    /// The environment's domain.
    pub domain: Traced<HostName>,
    /// The zone's id; none: the zone with the longest name that the domain ends in is looked up.
    pub id: Option<Traced<String>>,
}

resources! {
    /// A certificate, proved by records in the DNS zone.
    pub struct Certificate {
        /// The first name.
        domain: Traced<HostName>,
        /// Further names.
        names: Vec<Traced<HostName>>,
        /// Whether it has to stand where CDNs look for certificates.
        for_cdn: bool,
    }

    /// A load balancer: one for each edge and layer.
    pub struct LoadBalancer {
        /// Its name.
        name: Traced<String>,
        /// The layer.
        layer: Layer,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// Seconds that a connection may be idle; application layer only.
        idle_timeout: Option<Traced<u32>>,
        /// Whether it can't be deleted.
        deletion_protection: Traced<bool>,
        /// Where it writes what it was asked.
        access_logs: Ref<Bucket>,
        /// The filter in front of it.
        web_acl: Option<Ref<WebAcl>>,
    }

    /// What a load balancer listens on.
    pub struct Listener {
        /// The load balancer.
        balancer: Ref<LoadBalancer>,
        /// The port.
        port: Traced<PortNumber>,
        /// What is spoken: `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP`.
        protocol: Traced<String>,
        /// The certificate, with the policy by which TLS is spoken.
        tls: Option<(Ref<Certificate>, Traced<String>)>,
        /// Seconds that a connection may be idle; TCP only, none: AWS's own.
        idle_timeout: Option<Traced<u32>>,
        /// What happens to what no rule takes.
        default: ListenerDefault,
    }

    /// Where requests of a host and path go. The weights are the deployment's to set; at rest all goes to the first.
    pub struct ListenerRule {
        /// The listener.
        listener: Ref<Listener>,
        /// The number by which rules are tried, lowest first.
        priority: Traced<u32>,
        /// The host; none: any.
        host: Option<Traced<HostName>>,
        /// The path patterns; none: any.
        paths: Vec<Traced<String>>,
        /// The target group.
        target: Ref<TargetGroup>,
        /// The target group of the version beside it, which takes nothing at rest.
        beside: Option<Ref<TargetGroup>>,
    }

    /// Where requests end.
    pub struct TargetGroup {
        /// Its name.
        name: Traced<String>,
        /// The port of the targets.
        port: Traced<PortNumber>,
        /// What is spoken: `HTTP`, `HTTPS`, `TCP`, `UDP`, `TLS`.
        protocol: Traced<String>,
        /// `HTTP1`, `HTTP2` or `GRPC`; application layer only.
        version: Option<Traced<String>>,
        /// Seconds for which a target that goes still answers.
        drain: Traced<u32>,
        /// How health is asked for.
        health: TargetHealth,
    }

    /// A name in the DNS zone that stands for a load balancer or a distribution.
    pub struct DnsRecord {
        /// The name.
        host: Traced<HostName>,
        /// What it stands for.
        target: RecordTarget,
    }

    /// A filter of requests by rules that AWS keeps.
    pub struct WebAcl {
        /// Its name.
        name: Traced<String>,
        /// AWS's rule groups, in the order in which they are asked.
        rule_groups: Vec<Traced<String>>,
        /// Requests in five minutes from one address, above which it is refused.
        rate_limit: Traced<u32>,
    }

    /// A website: files in a bucket behind a CDN.
    pub struct Distribution {
        /// What it is for.
        comment: Traced<String>,
        /// The bucket.
        bucket: Ref<Bucket>,
        /// Its names.
        hosts: Vec<Traced<HostName>>,
        /// The certificate of its names.
        certificate: Option<Ref<Certificate>>,
        /// The least version of TLS.
        tls_policy: Traced<String>,
        /// Which edge locations serve it.
        price_class: Traced<String>,
        /// Where it writes what it was asked.
        access_logs: Ref<Bucket>,
        /// How long answers are kept: the id of a policy that AWS keeps.
        cache_policy: Traced<String>,
        /// Headers that answers get: the id of a policy that AWS keeps.
        headers_policy: Traced<String>,
    }
}

/// The layer of a load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// It routes requests.
    Application,
    /// It passes connections on.
    Network,
}

/// What happens to what no rule takes.
#[derive(Clone, Debug)]
pub enum ListenerDefault {
    /// It is sent on to TLS.
    Redirect,
    /// 404.
    NotFound,
    /// It goes to a target group.
    Forward(Ref<TargetGroup>),
}

/// How a load balancer asks for health.
#[derive(Clone, Debug)]
pub struct TargetHealth {
    /// Why so.
    pub origin: Origin,
    /// `HTTP`, `HTTPS` or `TCP`.
    pub protocol: Traced<String>,
    /// The port; none: that of the requests.
    pub port: Option<Traced<PortNumber>>,
    /// The path.
    pub path: Option<Traced<String>>,
    /// Codes that are well.
    pub codes: Option<Traced<String>>,
    /// Seconds from one to the next.
    pub interval: Traced<u32>,
    /// Seconds to wait for an answer.
    pub timeout: Traced<u32>,
    /// After how many it is well.
    pub healthy: Traced<u32>,
    /// After how many it is not.
    pub unhealthy: Traced<u32>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum RecordTarget {
    /// A load balancer.
    LoadBalancer(Ref<LoadBalancer>),
    /// A distribution.
    Distribution(Ref<Distribution>),
}
