//! The price sheet: what is known with a date, and nothing else.

use std::collections::BTreeMap;

use crate::ir::value::Decimal;
use crate::source::Traced;
use crate::spec::{Fact, SpecFile};

/// The price sheet.
#[derive(Debug)]
pub struct Prices {
    /// The region whose prices stand in for those of a region without any.
    pub reference_region: Traced<String>,
    /// The day of the youngest price.
    pub as_of: Traced<String>,
    /// Hours of a month.
    pub hours_per_month: Traced<Decimal>,
    regions: BTreeMap<String, RegionPrices>,
}

/// The prices of one region.
#[derive(Debug)]
pub struct RegionPrices {
    hourly: BTreeMap<Hourly, BTreeMap<String, Traced<Decimal>>>,
    charges: BTreeMap<Charge, Price>,
}

/// One price.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// What it is for.
    pub per: Per,
    /// US dollars; none: not known.
    pub usd: Option<Traced<Decimal>>,
}

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// An hour.
    Hour,
    /// A gigabyte kept for a month.
    GigabyteMonth,
    /// A month.
    Month,
}

macro_rules! keyed {
    ($(#[doc = $doc:literal])* $type:ident { $($(#[doc = $one_doc:literal])* $one:ident = $key:literal;)* }) => {
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
    };
}

keyed! {
    /// Machines that cost by the hour, by class.
    Hourly {
        /// EC2 with Linux.
        Ec2 = "ec2";
        /// RDS for PostgreSQL in one zone.
        RdsPostgres = "rds_postgres";
        /// RDS for MySQL in one zone.
        RdsMysql = "rds_mysql";
        /// DocumentDB.
        DocumentDb = "documentdb";
        /// ElastiCache for Valkey.
        ElastiCacheValkey = "elasticache_valkey";
        /// ElastiCache for Redis OSS.
        ElastiCacheRedis = "elasticache_redis";
        /// MSK.
        Msk = "msk";
        /// Amazon MQ for RabbitMQ.
        AmazonMq = "amazon_mq";
    }
}

keyed! {
    /// What costs whatever its size, or by its size.
    Charge {
        /// A control plane of EKS.
        EksCluster = "eks_cluster";
        /// A vCPU of a task, x86-64.
        FargateVcpuX86 = "fargate_vcpu_x86";
        /// A gigabyte of memory of a task, x86-64.
        FargateGigabyteX86 = "fargate_gb_x86";
        /// A vCPU of a task, arm64.
        FargateVcpuArm64 = "fargate_vcpu_arm64";
        /// A gigabyte of memory of a task, arm64.
        FargateGigabyteArm64 = "fargate_gb_arm64";
        /// A NAT gateway, without its traffic.
        NatGateway = "nat_gateway";
        /// A public IPv4 address.
        PublicIpv4 = "public_ipv4";
        /// An interface endpoint in one zone.
        InterfaceEndpoint = "interface_endpoint";
        /// An application load balancer, without its traffic.
        ApplicationLoadBalancer = "application_load_balancer";
        /// A network load balancer, without its traffic.
        NetworkLoadBalancer = "network_load_balancer";
        /// Storage of a node.
        EbsGp3 = "ebs_gp3";
        /// Storage of RDS in one zone.
        RdsGp3 = "rds_gp3";
        /// Storage of DocumentDB.
        DocumentDbStorage = "documentdb_storage";
        /// Storage of MSK.
        MskStorage = "msk_storage";
        /// Storage of Amazon MQ.
        AmazonMqStorage = "amazon_mq_storage";
        /// Storage of a bucket.
        S3Standard = "s3_standard";
        /// A customer managed key.
        KmsKey = "kms_key";
        /// A secret.
        Secret = "secret";
        /// An alarm.
        Alarm = "alarm";
        /// A web access control list.
        WebAcl = "web_acl";
        /// A rule of a web access control list.
        WebAclRule = "web_acl_rule";
    }
}

impl Prices {
    pub(super) fn read(file: &mut SpecFile<'_>) -> Prices {
        let mut regions = BTreeMap::new();
        for (name, facts) in file.find(&["prices", "regions"]).into_iter().flat_map(|fact| fact.entries()) {
            regions.insert(name.value.to_owned(), RegionPrices::read(facts));
        }
        let reference_region = file.text(&["prices", "reference_region"]);
        if !regions.contains_key(&reference_region.value) {
            file.missing(&["prices", "regions", &reference_region.value], "mapping of prices");
        }
        Prices {
            as_of: file.text(&["prices", "as_of"]),
            hours_per_month: file.find(&["prices", "hours_per_month"]).and_then(|fact| fact.scalar()).unwrap_or_else(
                || {
                    file.missing(&["prices", "hours_per_month"], "number");
                    Traced::new(Decimal::whole(730), file.origin())
                },
            ),
            regions,
            reference_region,
        }
    }

    /// The prices of a region, or of the reference region, and whether they are the region's own. None where the spec has
    /// no reference region, which it says when it is read.
    #[must_use]
    pub fn of(&self, region: &str) -> Option<(&RegionPrices, bool)> {
        let own = self.regions.get(region).map(|prices| (prices, true));
        own.or_else(|| Some((self.regions.get(&self.reference_region.value)?, false)))
    }
}

impl RegionPrices {
    fn read(facts: Fact<'_>) -> RegionPrices {
        let below = |key: &str| facts.get(key).and_then(|fact| fact.get("prices"));
        let hourly = Hourly::ALL.iter().map(|service| {
            let prices = below(service.as_str()).into_iter().flat_map(|fact| fact.entries());
            let known = prices.filter_map(|(class, price)| Some((class.value.to_owned(), price.scalar()?)));
            (*service, known.collect())
        });
        let services = below("services");
        let charges = Charge::ALL.iter().filter_map(|charge| {
            let fact = services?.get(charge.as_str())?;
            let per = match fact.get("per")?.text()?.value {
                "hour" => Per::Hour,
                "gb-month" => Per::GigabyteMonth,
                "month" => Per::Month,
                _ => return None,
            };
            let usd = fact.get("usd").filter(|usd| !usd.is_null()).and_then(|usd| usd.scalar());
            Some((*charge, Price { per, usd }))
        });
        RegionPrices { hourly: hourly.collect(), charges: charges.collect() }
    }

    /// What a machine costs an hour; none: not known.
    #[must_use]
    pub fn hourly(&self, service: Hourly, class: &str) -> Option<Traced<Decimal>> {
        self.hourly.get(&service)?.get(class).copied()
    }

    /// What something costs; none: not known.
    #[must_use]
    pub fn charge(&self, charge: Charge) -> Option<Price> {
        self.charges.get(&charge).copied()
    }
}
