//! What an environment costs a month, by resource, from the dated price sheet of the target spec.
//!
//! Counted is what runs when nothing has scaled up: the fewest nodes and replicas. What has no price, and what is paid by use
//! alone, is listed without one: nothing is guessed.

use crate::ir::value::Decimal;
use crate::ir::{Origin, Traced};
use crate::plan::infrastructure::environments::{EstimatePlan, EstimatedResource};
use crate::spec::aws::{AwsSpec, Charge, Hourly, Per, RegionPrices};

use super::AwsEnvironment;
use super::graph::{Cluster, Ecs, Eks, Layer};
use super::rules;

/// The estimate of an environment; none where the spec has no prices at all.
#[must_use]
pub fn estimate(environment: &AwsEnvironment, spec: &AwsSpec) -> Option<EstimatePlan> {
    let sheet = &spec.prices;
    let (prices, own) = sheet.of(&environment.region)?;
    let mut bill = Bill { prices, hours: sheet.hours_per_month.value, resources: Vec::new() };
    bill.network(environment);
    match &environment.cluster {
        Cluster::Eks(eks) => bill.eks(eks),
        Cluster::Ecs(ecs) => bill.ecs(ecs),
    }
    bill.ways_in(environment);
    bill.datastores(environment);
    bill.keeping(environment);
    let known = bill.resources.iter().filter_map(|resource| resource.monthly_usd.as_ref());
    let total = known.fold(Decimal::whole(0), |sum, usd| sum.plus(usd.value));
    Some(EstimatePlan {
        monthly_usd: Traced::by_rule(total, rules::ESTIMATE),
        as_of: sheet.as_of.clone(),
        prices_of: if own { environment.region.clone() } else { sheet.reference_region.clone() },
        resources: bill.resources,
        origin: Origin::rule(rules::ESTIMATE),
    })
}

struct Bill<'a> {
    prices: &'a RegionPrices,
    /// Hours of a month.
    hours: Decimal,
    resources: Vec<EstimatedResource>,
}

impl Bill<'_> {
    /// One line: so many of something, each at a price a month.
    fn line(&mut self, name: &str, kind: &str, count: u32, each: Option<Decimal>, origin: Origin) {
        if count == 0 {
            return;
        }
        let monthly = each.map(|each| cents(each.times(Decimal::whole(i64::from(count)))));
        self.resources.push(EstimatedResource {
            name: Traced::new(name.to_owned(), origin),
            kind: Traced::new(kind.to_owned(), Origin::rule(rules::ESTIMATE)),
            count: Traced::new(count, Origin::rule(rules::ESTIMATE)),
            monthly_usd: monthly.map(|usd| Traced::new(usd, Origin::rule(rules::ESTIMATE))),
            origin,
        });
    }

    /// A month of a machine.
    fn machine(&self, service: Hourly, class: &str) -> Option<Decimal> {
        Some(self.prices.hourly(service, class)?.value.times(self.hours))
    }

    /// A month of so much of what is charged: hours of it, gigabytes, or the thing itself.
    fn charge(&self, charge: Charge, amount: Decimal) -> Option<Decimal> {
        let price = self.prices.charge(charge)?;
        let usd = price.usd?.value.times(amount);
        Some(if price.per == Per::Hour { usd.times(self.hours) } else { usd })
    }

    fn one(&self, charge: Charge) -> Option<Decimal> {
        self.charge(charge, Decimal::whole(1))
    }

    fn network(&mut self, environment: &AwsEnvironment) {
        let network = &environment.network;
        if !network.own.value {
            return;
        }
        let zones = count(network.zones.len());
        let gateways = if network.nat_per_zone.value { zones } else { zones.min(1) };
        let gateway = sum(self.one(Charge::NatGateway), self.one(Charge::PublicIpv4));
        self.line("nat", "NAT gateway with its address", gateways, gateway, network.nat_per_zone.origin);
        for endpoint in network.endpoints.iter().filter(|endpoint| !endpoint.gateway.value) {
            let kind = "interface endpoint in a zone";
            self.line(&endpoint.service, kind, zones, self.one(Charge::InterfaceEndpoint), endpoint.origin);
        }
    }

    fn eks(&mut self, eks: &Eks) {
        if eks.cluster.exists.value {
            return;
        }
        self.line("cluster", "EKS control plane", 1, self.one(Charge::EksCluster), eks.cluster.origin);
        for group in &eks.node_groups {
            let disk = self.charge(Charge::EbsGp3, Decimal::whole(i64::from(group.disk_gib.value)));
            let node = sum(self.machine(Hourly::Ec2, &group.instance_type), disk);
            let kind = format!("node {} with {} GiB", group.instance_type, group.disk_gib);
            self.line(&group.name, &kind, group.min.value, node, group.origin);
        }
    }

    fn ecs(&mut self, ecs: &Ecs) {
        for service in &ecs.services {
            let Some(task) = ecs.task_definitions.iter().find(|task| task.id == service.task_definition.id) else {
                continue;
            };
            let arm = task.architecture.value.eq_ignore_ascii_case("arm64");
            let (vcpu, gigabyte) = if arm {
                (Charge::FargateVcpuArm64, Charge::FargateGigabyteArm64)
            } else {
                (Charge::FargateVcpuX86, Charge::FargateGigabyteX86)
            };
            // A vCPU is 1024 units, a gigabyte 1024 MiB.
            let of_1024 = |amount: u32| Decimal::whole(i64::from(amount)).over(Decimal::whole(1024));
            let each =
                sum(self.charge(vcpu, of_1024(task.cpu.value)), self.charge(gigabyte, of_1024(task.memory.value)));
            let kind =
                format!("Fargate task of {} vCPU and {} GiB", of_1024(task.cpu.value), of_1024(task.memory.value));
            self.line(&service.name, &kind, service.desired.value, each, service.origin);
        }
    }

    fn ways_in(&mut self, environment: &AwsEnvironment) {
        for balancer in &environment.balancing.load_balancers {
            let (charge, kind) = match balancer.layer {
                Layer::Application => {
                    (Charge::ApplicationLoadBalancer, "application load balancer, without its traffic")
                }
                Layer::Network => (Charge::NetworkLoadBalancer, "network load balancer, without its traffic"),
            };
            self.line(&balancer.name, kind, 1, self.one(charge), balancer.origin);
        }
        for filter in &environment.balancing.web_acls {
            let rules = Decimal::whole(filter.rule_groups.len() as i64 + 1);
            let each = sum(self.one(Charge::WebAcl), self.charge(Charge::WebAclRule, rules));
            self.line(&filter.name, "web filter with its rules", 1, each, filter.origin);
        }
    }

    fn datastores(&mut self, environment: &AwsEnvironment) {
        let stores = &environment.datastores;
        for database in &stores.databases {
            let service = if database.engine.value.contains("mysql") { Hourly::RdsMysql } else { Hourly::RdsPostgres };
            let storage = self.charge(Charge::RdsGp3, Decimal::whole(i64::from(database.storage_gib.value)));
            let each = sum(self.machine(service, &database.class), storage);
            // A standby costs the same again.
            let copies = if database.multi_az.value { 2 } else { 1 };
            let kind = format!("{} {} with {} GiB", database.engine, database.class, database.storage_gib);
            self.line(&database.name, &kind, copies, each, database.origin);
        }
        for cluster in &stores.document_clusters {
            let each = self.machine(Hourly::DocumentDb, &cluster.class);
            self.line(
                &cluster.name,
                &format!("DocumentDB {}", cluster.class),
                cluster.instances.value,
                each,
                cluster.origin,
            );
        }
        for cache in &stores.caches {
            let valkey = cache.engine.value.contains("valkey");
            let service = if valkey { Hourly::ElastiCacheValkey } else { Hourly::ElastiCacheRedis };
            let each = self.machine(service, &cache.node_type);
            self.line(
                &cache.name,
                &format!("{} {}", cache.engine, cache.node_type),
                cache.nodes.value,
                each,
                cache.origin,
            );
        }
        for kafka in &stores.kafka {
            let storage = self.charge(Charge::MskStorage, Decimal::whole(i64::from(kafka.storage_gib.value)));
            let each = sum(self.machine(Hourly::Msk, &kafka.instance_type), storage);
            let kind = format!("broker {} with {} GiB", kafka.instance_type, kafka.storage_gib);
            self.line(&kafka.name, &kind, kafka.brokers.value, each, kafka.origin);
        }
        for broker in &stores.brokers {
            let each = self.machine(Hourly::AmazonMq, &broker.instance_type);
            let brokers = if broker.clustered.value { 3 } else { 1 };
            self.line(
                &broker.name,
                &format!("broker {}, without its storage", broker.instance_type),
                brokers,
                each,
                broker.origin,
            );
        }
        // What is paid by use alone has no price before somebody uses it.
        for queue in &stores.queues {
            self.line(&queue.name, "queue, by its requests", 1, None, queue.origin);
        }
        for bucket in &stores.buckets {
            self.line(bucket.id.as_str(), "bucket, by what it holds", 1, None, bucket.origin);
        }
    }

    fn keeping(&mut self, environment: &AwsEnvironment) {
        let origin = environment.origin;
        self.line("keys", "key", count(environment.keys.len()), self.one(Charge::KmsKey), origin);
        self.line("secrets", "secret", count(environment.datastores.secrets.len()), self.one(Charge::Secret), origin);
        self.line("alarms", "alarm", count(environment.alarms.len()), self.one(Charge::Alarm), origin);
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Both together, where both are known.
fn sum(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    Some(one?.plus(other?))
}

/// Rounded to cents.
fn cents(usd: Decimal) -> Decimal {
    Decimal::new((usd.as_f64() * 100.0).round() as i64, 2)
}
