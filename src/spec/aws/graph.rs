//! Words of AWS's own that the resource graph writes: actions, policies, image types, and what a statement may ask for.

use std::collections::BTreeMap;

use crate::ir::choice::DatastoreKind;
use crate::ir::value::Size;
use crate::source::{Origin, Traced};
use crate::spec::{Fact, SpecFile};

macro_rules! words {
    ($($(#[doc = $doc:literal])* $field:ident : $kind:ty = $path:literal;)*) => {
        /// Words of the graph.
        #[derive(Debug)]
        pub struct GraphWords {
            $($(#[doc = $doc])* pub $field: Traced<$kind>,)*
            /// Logs of a control plane of EKS.
            pub eks_log_types: Vec<Traced<String>>,
            /// Services with an endpoint in the route tables.
            pub gateway_endpoints: Vec<Traced<String>>,
            /// Services with an endpoint in the subnets.
            pub interface_endpoints: Vec<Traced<String>>,
            /// Groups of rules of a web ACL.
            pub web_acl_rule_groups: Vec<Traced<String>>,
            /// What the pipeline may do in an environment.
            pub deploy: Vec<StatementFact>,
            /// What it may do with stacks, where CloudFormation makes the infrastructure.
            pub stacks: Vec<StatementFact>,
            /// What its plan may do with them.
            pub stacks_plan: Vec<StatementFact>,
            parameters: Parameters,
            alarms: BTreeMap<(String, String), AlarmFact>,
            actions: BTreeMap<&'static str, Vec<Traced<String>>>,
        }

        impl GraphWords {
            pub(super) fn read(file: &mut SpecFile<'_>) -> GraphWords {
                GraphWords {
                    $($field: word(file, $path),)*
                    eks_log_types: file.texts(&["graph", "eks", "log_types"]),
                    gateway_endpoints: file.texts(&["graph", "endpoints", "gateway"]),
                    interface_endpoints: file.texts(&["graph", "endpoints", "interface"]),
                    web_acl_rule_groups: file.texts(&["graph", "web_acl", "rule_groups"]),
                    deploy: statements(file, &["graph", "pipeline", "deploy"]),
                    stacks: statements(file, &["graph", "pipeline", "stacks"]),
                    stacks_plan: statements(file, &["graph", "pipeline", "stacks_plan"]),
                    parameters: parameters(file),
                    alarms: alarms(file),
                    actions: actions(file),
                }
            }
        }
    };
}

words! {
    /// By which TLS is spoken with a load balancer.
    tls_policy: String = "tls_policy";
    /// By which TLS is spoken with a CDN.
    cdn_tls_policy: String = "cdn_tls_policy";
    /// Which edge locations serve a website.
    cdn_price_class: String = "cdn_price_class";
    /// How long a CDN keeps answers: the id of AWS's own policy.
    cdn_cache_policy: String = "cdn_cache_policy";
    /// Headers that a CDN adds: the id of AWS's own policy.
    cdn_headers_policy: String = "cdn_headers_policy";
    /// Where a CDN looks for its certificate.
    cdn_certificate_region: String = "cdn_certificate_region";
    /// The zone that names of CDNs lie in.
    cdn_hosted_zone: String = "cdn_hosted_zone";
    /// The kind of storage of a database.
    storage_type: String = "storage_type";
    /// On what tasks of ECS run.
    capacity_provider: String = "capacity_provider";
    /// How much is measured of ECS in production.
    insights_production: String = "container_insights.production";
    /// How much is measured of ECS elsewhere.
    insights_other: String = "container_insights.other";
    /// CPU units of the proxy beside a component.
    proxy_cpu: u32 = "proxy.cpu_units";
    /// MiB of the proxy beside a component.
    proxy_memory: u32 = "proxy.memory_mib";
    /// Seconds that a container of Fargate has to stop at most.
    stop_timeout_max: u32 = "stop_timeout_max";
    /// The image of nodes on arm64.
    ami_arm64: String = "eks.ami_type.arm64";
    /// The image of nodes on x86-64.
    ami_x86: String = "eks.ami_type.x86_64";
    /// The access policy of the pipeline.
    eks_access_policy: String = "eks.access_policy";
    /// Addresses of a cluster's Services.
    eks_service_cidr: String = "eks.service_cidr";
    /// The disk of a node in GiB.
    node_disk_gib: u32 = "eks.disk_gib";
    /// CPU of a node that no pod gets, in thousandths.
    node_reserved_millicores: u64 = "eks.reserved.millicores";
    /// Memory of a node that no pod gets.
    node_reserved_memory: SizeFact = "eks.reserved.memory";
    /// CPU of what is installed beside the components, in thousandths.
    platform_millicores: u64 = "eks.platform.millicores";
    /// Memory of what is installed beside the components.
    platform_memory: SizeFact = "eks.platform.memory";
    /// Requests in five minutes from one address.
    web_acl_rate: u32 = "web_acl.requests_in_five_minutes";
    /// When backups are made.
    backup_schedule: String = "backup.schedule";
    /// The image that writes files into a task.
    helper_image: String = "helper_image.reference";
    /// The policy of those who only look.
    read_policy: String = "pipeline.read";
}

/// A metric of CloudWatch that shows what an alert watches.
#[derive(Clone, Debug)]
pub struct AlarmFact {
    /// The name space.
    pub namespace: Traced<String>,
    /// What it is measured of.
    pub dimension: Traced<String>,
    /// Its name.
    pub metric: Traced<String>,
    /// How it is summed up.
    pub statistic: Traced<String>,
    /// The metric of what it is a part of, and how that is summed up, where what is missing of it counts.
    pub missing_of: Option<(Traced<String>, Traced<String>)>,
    /// What a period without data is, where that does not leave the alarm without a state: `breaching` and the like.
    pub missing: Option<Traced<String>>,
    /// Of which part it is measured.
    pub by: AlarmMember,
    /// Seconds from one value to the next, where they are so long that one is enough.
    pub period: Option<Traced<u32>>,
}

impl AlarmFact {
    /// The same where a period without data says nothing.
    #[must_use]
    pub fn without_missing(mut self) -> AlarmFact {
        self.missing = None;
        self
    }
}

/// The part of a datastore that a metric is measured of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmMember {
    /// The whole.
    Whole,
    /// Each broker of Kafka, by its number beside the cluster's name.
    Broker,
    /// Each node of a cache, by the group's name and the node's number of three digits.
    Node,
}

/// What Terraform's roots ask for.
#[derive(Debug)]
pub struct TerraformFacts {
    /// The version of Terraform or OpenTofu.
    pub required_version: Traced<String>,
    /// Where the provider is had.
    pub provider_source: Traced<String>,
    /// The version of the provider.
    pub provider_version: Traced<String>,
}

impl TerraformFacts {
    pub(super) fn read(file: &mut SpecFile<'_>) -> TerraformFacts {
        TerraformFacts {
            required_version: file.text(&["terraform", "required_version"]),
            provider_source: file.text(&["terraform", "provider", "source"]),
            provider_version: file.text(&["terraform", "provider", "version"]),
        }
    }
}

/// A size with a default, as look-ups ask for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeFact(pub Size);

impl Default for SizeFact {
    fn default() -> Self {
        SizeFact(Size { bytes: 0 })
    }
}

impl crate::source::Scalar for SizeFact {
    const SHAPE: crate::source::shape::ScalarShape = Size::SHAPE;

    fn read(text: &str) -> Result<Self, crate::source::scalar::Wrong> {
        Size::read(text).map(SizeFact)
    }

    fn write(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Owned(self.0.write().into_owned())
    }
}

/// When a statement counts: operator, key, values.
pub type ConditionFact = (Traced<String>, Traced<String>, Vec<Traced<String>>);

/// Parameters by engine: name and value.
type Parameters = BTreeMap<&'static str, Vec<(Traced<String>, Traced<String>)>>;

/// A statement of a policy as a spec states it.
#[derive(Clone, Debug)]
pub struct StatementFact {
    /// Where it stands.
    pub origin: Origin,
    /// Its name.
    pub sid: Traced<String>,
    /// What may be done.
    pub actions: Vec<Traced<String>>,
    /// With what, with words between `<` and `>`.
    pub resources: Vec<Traced<String>>,
    /// When: operator, key, values.
    pub conditions: Vec<ConditionFact>,
    /// Whether it counts in the environment's region alone.
    pub in_region: bool,
    /// Whether it refuses.
    pub denies: bool,
    /// Whether it is about a cluster that is made.
    pub own_cluster: bool,
}

impl StatementFact {
    /// The statements of a list.
    #[must_use]
    pub fn of(list: Fact<'_>) -> Vec<StatementFact> {
        let texts = |fact: Option<Fact<'_>>| -> Vec<Traced<String>> {
            fact.into_iter().flat_map(|fact| fact.elements()).filter_map(Fact::scalar).collect()
        };
        let one = |fact: Fact<'_>| {
            let flag =
                |key: &str| fact.get(key).and_then(Fact::scalar::<bool>).is_some_and(|flag: Traced<bool>| flag.value);
            let conditions = fact.get("conditions").into_iter().flat_map(|list| list.elements());
            Some(StatementFact {
                origin: fact.origin(),
                sid: fact.get("sid")?.scalar()?,
                actions: texts(fact.get("actions")),
                resources: texts(fact.get("resources")),
                conditions: conditions
                    .filter_map(|it| {
                        Some((it.get("test")?.scalar()?, it.get("key")?.scalar()?, texts(it.get("values"))))
                    })
                    .collect(),
                in_region: flag("region"),
                denies: flag("deny"),
                own_cluster: flag("own_cluster"),
            })
        };
        list.elements().filter_map(one).collect()
    }
}

/// Actions that belong together, by what they are for.
const ACTIONS: &[&str] = &[
    "queue.produce",
    "queue.consume",
    "topic.produce",
    "topic.consume",
    "bucket.list",
    "bucket.read",
    "bucket.write",
    "kafka.cluster",
    "kafka.cluster_produce",
    "kafka.produce",
    "kafka.consume",
    "kafka.group",
    "key.read",
    "key.write",
    "secret",
    "logs",
    "flow_logs",
    "find_logs",
    "registry_token",
    "registry_pull",
    "registry_push",
    "run_task",
    "pass_role",
    "send",
    "session",
];

impl GraphWords {
    /// Actions by what they are for, such as `queue.produce`; none where the spec has no such group.
    #[must_use]
    pub fn actions(&self, purpose: &str) -> &[Traced<String>] {
        self.actions.get(purpose).map_or(&[], Vec::as_slice)
    }

    /// Parameters of an engine: name and value.
    #[must_use]
    pub fn parameters(&self, kind: DatastoreKind) -> &[(Traced<String>, Traced<String>)] {
        self.parameters.get(kind.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The metric of what is watched and of a kind of alert, where the cloud has one.
    #[must_use]
    pub fn alarm(&self, watched: &str, alert: &str) -> Option<&AlarmFact> {
        self.alarms.get(&(watched.to_owned(), alert.to_owned()))
    }

    /// The parameter that limits connections of a kind.
    #[must_use]
    pub fn connections_parameter(&self, kind: DatastoreKind) -> Option<&Traced<String>> {
        let all = self.parameters.get("connections")?;
        all.iter().find(|(key, _)| key.value == kind.as_str()).map(|(_, name)| name)
    }
}

fn word<T: crate::source::Scalar + Default>(file: &mut SpecFile<'_>, path: &str) -> Traced<T> {
    let mut keys = vec!["graph"];
    keys.extend(path.split('.'));
    file.scalar(&keys)
}

fn statements(file: &mut SpecFile<'_>, path: &[&str]) -> Vec<StatementFact> {
    let found = file.find(path).map(StatementFact::of).unwrap_or_default();
    if found.is_empty() {
        file.missing(path, "list of statements");
    }
    found
}

fn actions(file: &mut SpecFile<'_>) -> BTreeMap<&'static str, Vec<Traced<String>>> {
    let mut all = BTreeMap::new();
    for purpose in ACTIONS {
        let mut path = vec!["graph", "access"];
        path.extend(purpose.split('.'));
        all.insert(*purpose, file.texts(&path));
    }
    all
}

fn alarms(file: &mut SpecFile<'_>) -> BTreeMap<(String, String), AlarmFact> {
    let mut all = BTreeMap::new();
    for (watched, alerts) in file.find(&["graph", "alarms"]).into_iter().flat_map(|fact| fact.entries()) {
        for (alert, fact) in alerts.entries() {
            let text = |key: &str| fact.get(key).and_then(Fact::scalar::<String>);
            let found = (|| {
                Some(AlarmFact {
                    namespace: text("namespace")?,
                    dimension: text("dimension")?,
                    metric: text("metric")?,
                    statistic: text("statistic")?,
                    missing: text("missing"),
                    missing_of: text("missing_of").zip(text("missing_of_statistic")),
                    by: match text("by").as_ref().map(|by| by.value.as_str()) {
                        Some("broker") => AlarmMember::Broker,
                        Some("node") => AlarmMember::Node,
                        _ => AlarmMember::Whole,
                    },
                    period: fact.get("period").and_then(Fact::scalar),
                })
            })();
            if let Some(found) = found {
                all.insert((watched.value.to_owned(), alert.value.to_owned()), found);
            }
        }
    }
    if all.is_empty() {
        file.missing(&["graph", "alarms"], "mapping of metrics");
    }
    all
}

fn parameters(file: &mut SpecFile<'_>) -> Parameters {
    let mut all = BTreeMap::new();
    for kind in ["postgres", "mysql", "mongodb", "kafka", "connections"] {
        let entries = file.find(&["graph", "parameters", kind]);
        let pairs: Vec<_> = entries
            .into_iter()
            .flat_map(|fact| fact.entries())
            .filter_map(|(key, value)| Some((key.map(str::to_owned), value.scalar()?)))
            .collect();
        if pairs.is_empty() {
            file.missing(&["graph", "parameters", kind], "mapping of texts");
        }
        all.insert(kind, pairs);
    }
    all
}
