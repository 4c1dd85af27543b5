//! An account or an environment with all its resources, sorted by stack.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::data::Source;
use super::stack::{Calls, Owners, Rule, Stack, of_certificate, of_rule, of_vault, owners};
use super::template::{Layer, Scope, Template, handed, kafka_parameter};
use super::{account, balancing, cluster, data, identity, network, objects, operations, service};
use crate::ir::value::HostName;
use crate::ir::{Origin, Traced};
use crate::output::Doc;
use crate::plan::Plans;
use crate::plan::aws::graph::*;
use crate::plan::aws::{AwsAccount, AwsEnvironment, names};
use crate::spec::Specs;

/// One resource of the graph.
#[derive(Clone, Copy)]
enum Item<'a> {
    Network(&'a Network),
    Group(&'a SecurityGroup),
    Rule(Rule<'a>),
    Key(&'a KmsKey),
    Role(&'a Role),
    Logs(&'a LogGroup),
    Database(&'a DbInstance),
    Documents(&'a DocumentCluster),
    Cache(&'a ReplicationGroup),
    Kafka(&'a MskCluster),
    Broker(&'a MqBroker),
    Queue(&'a Queue),
    Topic(&'a Topic),
    Bucket(&'a Bucket),
    Secret(&'a Secret),
    Certificate(&'a Certificate, &'a DnsZone),
    Balancer(&'a LoadBalancer),
    Listener(&'a Listener),
    ListenerRule(&'a ListenerRule),
    Targets(&'a TargetGroup),
    Record(&'a DnsRecord, &'a DnsZone),
    Filter(&'a WebAcl),
    Site(&'a Distribution, Option<&'a Bucket>),
    Eks(&'a EksCluster),
    Nodes(&'a NodeGroup, &'a [AddOn]),
    AddOn(&'a AddOn, &'a [NodeGroup]),
    PodIdentity(&'a PodIdentity),
    Access(&'a AccessEntry),
    Ecs(&'a EcsCluster),
    Namespace(&'a ServiceNamespace),
    Task(&'a TaskDefinition),
    Service(&'a EcsService, &'a EcsCluster),
    Schedule(&'a Schedule),
    Scales(&'a ScalableTarget),
    Scaling(&'a ScalingPolicy),
    EventRule(&'a EventRule),
    Alarm(&'a Alarm),
    Vault(&'a BackupVault),
    Backup(&'a BackupPlan),
    Parameter(&'a Parameter),
    Provider(&'a OidcProvider),
    Repository(&'a Repository),
    Trail(&'a Trail),
    Budget(&'a Budget),
}

/// An account or an environment.
pub(super) struct Place<'a> {
    scope: Scope<'a>,
    items: BTreeMap<Stack<'a>, Vec<Item<'a>>>,
    /// With the wave of its deployment.
    stacks: Vec<(usize, Stack<'a>)>,
    zone: Option<&'a DnsZone>,
    account: Option<&'a Traced<String>>,
    pub(super) region: &'a Traced<String>,
    pub(super) tags: &'a [(Traced<String>, Traced<String>)],
}

impl<'a> Place<'a> {
    pub(super) fn of_account(plans: &'a Plans, specs: &'a Specs, account: &'a AwsAccount) -> Arc<Place<'a>> {
        let mut owned = Owners::default();
        owned.learn(&account.provider);
        owned.learn(&account.roles);
        owned.learn(&account.repositories);
        owned.learn([&account.trail]);
        owned.learn(&account.buckets);
        owned.learn(&account.keys);
        owned.learn(&account.log_groups);
        owned.learn(&account.budgets);
        let mut items = Vec::new();
        items.extend(account.keys.iter().map(Item::Key));
        items.extend(account.log_groups.iter().map(Item::Logs));
        items.extend(account.buckets.iter().map(Item::Bucket));
        items.extend(account.provider.iter().map(Item::Provider));
        items.extend(account.roles.iter().map(Item::Role));
        items.extend(account.repositories.iter().map(Item::Repository));
        items.push(Item::Trail(&account.trail));
        items.extend(account.budgets.iter().map(Item::Budget));
        let scope = Scope {
            system: plans.infrastructure.templates.system.name.as_str(),
            environment: None,
            spec: &specs.aws,
            owners: owned,
            names: HashMap::new(),
            holders: HashMap::new(),
        };
        let templates = vec![Item::Bucket(&account.templates)];
        let items = BTreeMap::from([(Stack::Templates, templates), (Stack::Account, items)]);
        Arc::new(Place {
            scope,
            items,
            stacks: vec![(0, Stack::Templates), (1, Stack::Account)],
            zone: None,
            account: account.number.as_ref(),
            region: &account.region,
            tags: &[],
        })
    }

    pub(super) fn of_environment(
        plans: &'a Plans,
        specs: &'a Specs,
        environment: &'a AwsEnvironment,
    ) -> Arc<Place<'a>> {
        let owned = owners(environment);
        let calls = Calls::of(&owned, &environment.network.security_groups);
        let mut sorted = Sorted { owners: &owned, calls: &calls, items: BTreeMap::new() };
        sorted.environment(environment);
        let mut items = sorted.items;
        // Held until the last file is printed.
        items.values_mut().for_each(Vec::shrink_to_fit);
        let stacks = calls.in_waves(items.keys().copied());
        let scope = Scope {
            system: plans.infrastructure.templates.system.name.as_str(),
            environment: Some(environment),
            spec: &specs.aws,
            names: names_of(environment),
            owners: owned,
            holders: environment.datastores.holders(),
        };
        let zone = environment.balancing.zone.as_ref();
        Arc::new(Place {
            scope,
            items,
            stacks,
            zone,
            account: environment.account.as_ref(),
            region: &environment.region,
            tags: &environment.tags,
        })
    }

    /// The stacks in the order in which they are deployed.
    pub(super) fn stacks(&self) -> &[(usize, Stack<'a>)] {
        &self.stacks
    }

    pub(super) fn stack_name(&self, stack: Stack<'_>) -> String {
        match self.scope.environment {
            Some(environment) => {
                names::stack(self.scope.system, environment.name.as_str(), &self.scope.stack_name(stack))
            }
            None => format!("{}-{}", self.scope.system, self.scope.stack_name(stack)),
        }
    }

    /// The datastore or component that a stack is for, as it was called first.
    pub(super) fn subject(&self, stack: Stack<'a>) -> Cow<'a, str> {
        match stack {
            Stack::Component(_) | Stack::Datastore(_) => self.scope.stack_name(stack),
            _ => Cow::Borrowed(""),
        }
    }

    /// The region that a stack stands in.
    pub(super) fn region_of(&self, stack: Stack<'_>) -> &'a Traced<String> {
        match stack {
            Stack::Certificates => &self.scope.spec.words.cdn_certificate_region,
            Stack::Copies(to) => {
                let vaults = self.scope.environment.into_iter().flat_map(|environment| &environment.backup_vaults);
                let mut regions = vaults.filter_map(|vault| vault.region.as_ref());
                regions.find(|region| region.value == to).unwrap_or(self.region)
            }
            _ => self.region,
        }
    }

    /// Parameters that a deployment reads in another region and hands over to a stack, and where they stand.
    pub(super) fn handed(&self, stack: Stack<'a>) -> Vec<(String, String)> {
        let of = |item: &Item<'a>| match item {
            Item::Site(site, _) => site.certificate.as_ref().map(|certificate| handed(&self.scope, certificate)),
            _ => None,
        };
        self.items.get(&stack).into_iter().flatten().filter_map(of).collect()
    }

    /// Secrets that a deployment fills with the addresses of a Kafka cluster, which no template knows: the secret's name, and
    /// the parameter with the cluster's ARN.
    pub(super) fn brokers(&self, stack: Stack<'a>) -> Vec<(&'a Traced<String>, String)> {
        let Some(environment) = self.scope.environment else { return Vec::new() };
        let data = &environment.datastores;
        let of = |cluster: &'a MskCluster| {
            let secret = data.secrets.iter().find(|secret| secret.id == cluster.secret.id)?;
            Some((&secret.name, kafka_parameter(&self.scope, cluster)))
        };
        data.kafka.iter().filter(|cluster| Stack::of(&cluster.owner) == stack).filter_map(of).collect()
    }

    /// The cluster that exists, whose network a deployment looks up for a stack that asks for it.
    pub(super) fn existing_cluster(&self, stack: Stack<'_>) -> Option<&'a Traced<String>> {
        match &self.scope.environment?.cluster {
            Cluster::Eks(eks) if eks.cluster.exists.value && stack == Stack::Network => Some(&eks.cluster.name),
            _ => None,
        }
    }

    /// The domain whose zone a deployment looks up for a stack.
    pub(super) fn zone_lookup(&self, stack: Stack<'_>) -> Option<&'a Traced<HostName>> {
        let zone = self.zone.filter(|zone| zone.id.is_none())?;
        let needs = |item: &Item<'_>| matches!(item, Item::Certificate(..) | Item::Record(..));
        let items = self.items.get(&stack)?;
        items.iter().any(needs).then_some(&zone.domain)
    }

    /// The component whose task definition a deployment may hold.
    pub(super) fn held(&self, stack: Stack<'a>) -> Option<&'a str> {
        let holds = |item: &Item<'_>| match item {
            Item::Service(service, _) => service.beside.is_none(),
            Item::Schedule(_) => true,
            _ => false,
        };
        match stack {
            Stack::Component(name) if self.items.get(&stack)?.iter().any(holds) => Some(name),
            _ => None,
        }
    }

    /// What the environment, or the account, has of a stack.
    pub(super) fn layer(&self, stack: Stack<'a>) -> Layer {
        let mut template = Template::new(&self.scope, stack);
        for item in self.items.get(&stack).into_iter().flatten() {
            self.print(&mut template, *item);
        }
        template.finish()
    }

    /// The environment.
    pub(super) fn environment(&self) -> Option<&'a AwsEnvironment> {
        self.scope.environment
    }

    /// The number of the account.
    pub(super) fn account_number(&self) -> Option<&'a Traced<String>> {
        self.account
    }

    /// The system's name.
    pub(super) fn system(&self) -> &'a str {
        self.scope.system
    }

    /// The bytes that a parameter of a template holds.
    pub(super) fn parameter_bytes(&self) -> usize {
        self.scope.spec.limits.cloudformation.parameter_value_bytes.value as usize
    }

    /// The parameter in which each environment's network tells its id.
    pub(super) fn vpc_parameter(&self) -> String {
        super::template::network_parameter(&self.scope, "vpc")
    }

    fn print(&self, template: &mut Template<'a>, item: Item<'a>) {
        match item {
            Item::Network(it) => network::network(template, it),
            Item::Group(it) => network::security_group(template, it),
            Item::Rule(it) => network::rule(template, it),
            Item::Key(it) => identity::key(template, it),
            Item::Role(it) => identity::role(template, it),
            Item::Logs(it) => operations::log_group(template, it),
            Item::Database(it) => data::database(template, it),
            Item::Documents(it) => data::document_cluster(template, it),
            Item::Cache(it) => data::cache(template, it),
            Item::Kafka(it) => data::kafka(template, it),
            Item::Broker(it) => data::broker(template, it),
            Item::Queue(it) => objects::queue(template, it),
            Item::Topic(it) => objects::topic(template, it),
            Item::Bucket(it) => {
                let writers = objects::log_writers(template, it);
                objects::bucket(template, it, writers);
            }
            Item::Secret(it) => {
                let source = self.source(template, it);
                data::secret(template, it, source);
            }
            Item::Certificate(it, zone) => balancing::certificate(template, it, zone),
            Item::Balancer(it) => balancing::load_balancer(template, it),
            Item::Listener(it) => balancing::listener(template, it),
            Item::ListenerRule(it) => balancing::rule(template, it),
            Item::Targets(it) => balancing::target_group(template, it),
            Item::Record(it, zone) => balancing::record(template, it, zone),
            Item::Filter(it) => balancing::web_acl(template, it),
            Item::Site(it, bucket) => balancing::distribution(template, it, bucket),
            Item::Eks(it) => cluster::cluster(template, it),
            Item::Nodes(it, add_ons) => {
                let before = add_ons.iter().filter(|add_on| !add_on.after_nodes);
                let before: Vec<String> = before.map(|add_on| template.logical(Kind::AddOn, &add_on.id)).collect();
                cluster::nodes(template, it, &before);
            }
            Item::AddOn(it, nodes) => {
                let nodes: Vec<String> =
                    nodes.iter().map(|nodes| template.logical(Kind::NodeGroup, &nodes.id)).collect();
                cluster::add_on(template, it, &nodes);
            }
            Item::PodIdentity(it) => cluster::pod_identity(template, it),
            Item::Access(it) => cluster::access_entry(template, it),
            Item::Ecs(it) => service::cluster(template, it),
            Item::Namespace(it) => service::namespace(template, it),
            Item::Task(it) => service::task(template, it),
            Item::Service(it, cluster) => service::service(template, it, &cluster.capacity_provider),
            Item::Schedule(it) => service::schedule(template, it),
            Item::Scales(it) => service::scalable_target(template, it),
            Item::Scaling(it) => service::scaling_policy(template, it),
            Item::EventRule(it) => operations::event_rule(template, it),
            Item::Alarm(it) => operations::alarm(template, it),
            Item::Vault(it) => operations::vault(template, it),
            Item::Backup(it) => operations::backup(template, it),
            Item::Parameter(it) => operations::parameter(template, it),
            Item::Provider(it) => identity::provider(template, it),
            Item::Repository(it) => account::repository(template, it),
            Item::Trail(it) => account::trail(template, it),
            Item::Budget(it) => account::budget(template, it),
        }
    }

    /// Where the content of a secret comes from.
    fn source(&self, template: &Template<'a>, secret: &'a Secret) -> Source<'a> {
        let origin = secret.origin;
        match self.scope.holders.get(&secret.id) {
            Some(Holder::Database(_) | Holder::Documents(_)) => Source::Attached,
            Some(Holder::Cache(cache)) => {
                Source::Cache(template.of(&cache.reference(), Attribute::Host, origin), &cache.port)
            }
            Some(Holder::Broker(broker)) => {
                let host = data::broker_host(&template.logical(Kind::MqBroker, &broker.id), origin);
                Source::Broker(host, &broker.port)
            }
            Some(Holder::Queue(queue)) => Source::Address(template.of(&queue.reference(), Attribute::Url, origin)),
            Some(Holder::Topic(topic)) => Source::Address(template.of(&topic.reference(), Attribute::Arn, origin)),
            Some(Holder::Bucket(bucket)) => Source::Address(template.of(&bucket.reference(), Attribute::Name, origin)),
            Some(Holder::Kafka(_)) | None => Source::None,
        }
    }
}

/// The resources of an environment by stack, in the order in which a template lists them.
struct Sorted<'a, 'o> {
    owners: &'o Owners<'a>,
    calls: &'o Calls<'a>,
    items: BTreeMap<Stack<'a>, Vec<Item<'a>>>,
}

impl<'a> Sorted<'a, '_> {
    fn add(&mut self, owner: &'a Owner, item: Item<'a>) {
        self.items.entry(Stack::of(owner)).or_default().push(item);
    }

    fn all<T: Resource + 'a>(&mut self, resources: impl IntoIterator<Item = &'a T>, item: impl Fn(&'a T) -> Item<'a>) {
        for resource in resources {
            self.add(resource.owner(), item(resource));
        }
    }

    fn environment(&mut self, environment: &'a AwsEnvironment) {
        self.all(&environment.keys, Item::Key);
        self.all(&environment.roles, Item::Role);
        self.all(&environment.log_groups, Item::Logs);
        self.add(&environment.network.vpc.owner, Item::Network(&environment.network));
        self.all(&environment.network.security_groups, Item::Group);
        for group in &environment.network.security_groups {
            for rule in &group.rules {
                let stack = of_rule(self.owners, self.calls, group, rule);
                self.items.entry(stack).or_default().push(Item::Rule(Rule { group, rule }));
            }
        }
        self.data(&environment.datastores, &environment.balancing.distributions);
        self.all(&environment.alarm_topic, Item::Topic);
        match &environment.cluster {
            Cluster::Eks(eks) => self.kubernetes(eks),
            Cluster::Ecs(ecs) => self.fargate(ecs),
        }
        self.balancing(&environment.balancing, &environment.datastores);
        self.all(&environment.event_rules, Item::EventRule);
        self.all(&environment.alarms, Item::Alarm);
        for vault in &environment.backup_vaults {
            self.items.entry(of_vault(vault)).or_default().push(Item::Vault(vault));
        }
        self.all(&environment.backup_plans, Item::Backup);
        // What the pipeline is told of a component stands in the component's stack.
        for parameter in &environment.parameters {
            let of = parameter.value.pieces.iter().filter_map(|piece| match piece {
                Piece::Of(of, _) => self.owners.of(of.kind, &of.id),
                _ => None,
            });
            let stack = of.fold(Stack::of(&parameter.owner), Ord::max);
            self.items.entry(stack).or_default().push(Item::Parameter(parameter));
        }
    }

    fn data(&mut self, data: &'a Datastores, sites: &'a [Distribution]) {
        self.all(&data.secrets, Item::Secret);
        self.all(&data.databases, Item::Database);
        self.all(&data.document_clusters, Item::Documents);
        self.all(&data.caches, Item::Cache);
        self.all(&data.kafka, Item::Kafka);
        self.all(&data.brokers, Item::Broker);
        self.all(&data.queues, Item::Queue);
        self.all(&data.topics, Item::Topic);
        // A website's bucket is printed with its distribution, which alone may read it.
        let of_site = |bucket: &&Bucket| sites.iter().any(|site| site.bucket.id == bucket.id);
        self.all(data.buckets.iter().filter(|bucket| !of_site(bucket)), Item::Bucket);
    }

    fn kubernetes(&mut self, eks: &'a Eks) {
        self.all(Some(&eks.cluster).filter(|cluster| !cluster.exists.value), Item::Eks);
        self.all(&eks.node_groups, |nodes| Item::Nodes(nodes, &eks.add_ons));
        self.all(&eks.add_ons, |add_on| Item::AddOn(add_on, &eks.node_groups));
        self.all(&eks.pod_identities, Item::PodIdentity);
        self.all(&eks.access_entries, Item::Access);
    }

    fn fargate(&mut self, ecs: &'a Ecs) {
        self.all(Some(&ecs.cluster).filter(|cluster| !cluster.exists.value), Item::Ecs);
        self.all([&ecs.namespace], Item::Namespace);
        self.all(&ecs.task_definitions, Item::Task);
        self.all(&ecs.services, |service| Item::Service(service, &ecs.cluster));
        self.all(&ecs.schedules, Item::Schedule);
        self.all(&ecs.scalable_targets, Item::Scales);
        self.all(&ecs.scaling_policies, Item::Scaling);
    }

    fn balancing(&mut self, balancing: &'a Balancing, data: &'a Datastores) {
        if let Some(zone) = &balancing.zone {
            for certificate in &balancing.certificates {
                let stack = of_certificate(certificate);
                self.items.entry(stack).or_default().push(Item::Certificate(certificate, zone));
            }
            self.all(&balancing.records, |record| Item::Record(record, zone));
        }
        self.all(&balancing.web_acls, Item::Filter);
        self.all(&balancing.load_balancers, Item::Balancer);
        self.all(&balancing.listeners, Item::Listener);
        self.all(&balancing.target_groups, Item::Targets);
        self.all(&balancing.rules, Item::ListenerRule);
        self.all(&balancing.distributions, |site| {
            Item::Site(site, data.buckets.iter().find(|bucket| bucket.id == site.bucket.id))
        });
    }
}

/// Names that tell what a resource is elsewhere.
fn names_of(environment: &AwsEnvironment) -> HashMap<(Kind, &str), &str> {
    let mut names = HashMap::new();
    macro_rules! learn {
        ($($kind:ident: $resources:expr;)*) => {$(
            for one in $resources {
                names.insert((Kind::$kind, one.id.as_str()), one.name.as_str());
            }
        )*};
    }
    let data = &environment.datastores;
    learn! {
        LogGroup: &environment.log_groups;
        Role: &environment.roles;
        Queue: &data.queues;
        Topic: &data.topics;
        Topic: environment.alarm_topic.iter();
        Bucket: &data.buckets;
        DbInstance: &data.databases;
        DocumentCluster: &data.document_clusters;
        ReplicationGroup: &data.caches;
        MskCluster: &data.kafka;
        MqBroker: &data.brokers;
        BackupVault: &environment.backup_vaults;
        Alarm: &environment.alarms;
    }
    match &environment.cluster {
        Cluster::Eks(eks) => {
            learn! { EksCluster: [&eks.cluster]; }
        }
        Cluster::Ecs(ecs) => {
            learn! {
                EcsCluster: [&ecs.cluster];
                EcsService: &ecs.services;
                TaskDefinition: &ecs.task_definitions;
            }
        }
    }
    names
}

impl<'a> Template<'a> {
    /// The name of a task's own container.
    pub(super) fn container_of(&self, task: &Ref<TaskDefinition>) -> String {
        let known = self.ecs().and_then(|ecs| ecs.task_definitions.iter().find(|known| known.id == task.id));
        known.and_then(|task| task.containers.last()).map(|container| container.name.value.clone()).unwrap_or_default()
    }

    fn ecs(&self) -> Option<&'a Ecs> {
        match &self.scope.environment?.cluster {
            Cluster::Ecs(ecs) => Some(ecs),
            Cluster::Eks(_) => None,
        }
    }

    /// The rules and listeners of this stack that lead to a service's targets: they join a target group to a load
    /// balancer, before which no service can register there.
    pub(super) fn rules_of(&self, targets: &[ServiceTarget]) -> Vec<String> {
        let Some(environment) = self.scope.environment else { return Vec::new() };
        let mut found = Vec::new();
        for target in targets {
            let leads = |rule: &&ListenerRule| {
                rule.target.id == target.group.id
                    || rule.beside.as_ref().is_some_and(|beside| beside.id == target.group.id)
            };
            let rules = environment.balancing.rules.iter().filter(|rule| Stack::of(&rule.owner) == self.stack);
            found.extend(rules.filter(leads).map(|rule| self.scope.logical(Kind::ListenerRule, &rule.id)));
            let listeners = environment.balancing.listeners.iter();
            let listeners = listeners.filter(|listener| Stack::of(&listener.owner) == self.stack);
            found.extend(
                listeners
                    .filter(|listener| listener.id == target.listener.id)
                    .map(|listener| self.scope.logical(Kind::Listener, &listener.id)),
            );
        }
        found.sort();
        found.dedup();
        found
    }

    /// The name space in which components find each other, by name.
    pub(super) fn namespace(&self, origin: Origin) -> Doc {
        match self.ecs() {
            Some(ecs) => Doc::text(ecs.namespace.name.value.clone(), ecs.namespace.name.origin),
            None => Doc::Null(origin),
        }
    }

    /// The same by id.
    pub(super) fn namespace_id(&self, origin: Origin) -> Doc {
        match self.ecs() {
            Some(ecs) => self.of(&ecs.namespace.reference(), Attribute::Id, origin),
            None => Doc::Null(origin),
        }
    }

    /// The name of the ECS cluster.
    pub(super) fn cluster_name(&self, origin: Origin) -> Doc {
        match self.ecs() {
            Some(ecs) => self.of(&ecs.cluster.reference(), Attribute::Name, origin),
            None => Doc::Null(origin),
        }
    }

    /// The ARN of a vault, which may stand in another region.
    pub(super) fn vault_elsewhere(&self, vault: &Ref<BackupVault>, origin: Origin) -> Doc {
        let vaults = self.scope.environment.map(|environment| &environment.backup_vaults);
        let known = vaults.into_iter().flatten().find(|known| known.id == vault.id);
        match known.and_then(|known| Some((known.name.as_str(), known.region.as_ref()?))) {
            Some((name, region)) => super::value::Sub::default()
                .text("arn:")
                .of("AWS::Partition")
                .text(":backup:")
                .text(region)
                .text(":")
                .of("AWS::AccountId")
                .text(":backup-vault:")
                .text(name)
                .doc(origin),
            None => self.of(vault, Attribute::Arn, origin),
        }
    }
}
