//! One template while it is written: resources by logical id, what it reads of other stacks, what it tells them.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

use super::balancing::ZONE_PARAMETER;
use super::rules;
use super::stack::{Owners, Stack, told};
use super::value::{Sub, arn, attribute, call, flow, reference};
use crate::ir::{Origin, Rule};
use crate::output::doc::Text;
use crate::output::{Doc, Map};
use crate::plan::aws::AwsEnvironment;
use crate::plan::aws::graph::{AnyRef, Attribute, Cluster, DnsZone, Holder, Id, Kind, Pattern, Piece, Ref, Resource};
use crate::spec::AwsSpec;

/// What happens to a resource that leaves its stack, or that an update replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It goes.
    No,
    /// It goes, and what it holds stays elsewhere.
    Delete,
    /// It stays, unless the deployment that made it failed.
    Retain,
    /// A last snapshot of it stays.
    Snapshot,
}

/// What templates of one environment, or of one account, have in common.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The system's name.
    pub(super) system: &'a str,
    /// The environment; none for an account.
    pub(super) environment: Option<&'a AwsEnvironment>,
    /// Facts about AWS.
    pub(super) spec: &'a AwsSpec,
    /// Whose what is.
    pub(super) owners: Owners<'a>,
    /// The names of resources whose ARN their name tells.
    pub(super) names: HashMap<(Kind, &'a str), &'a str>,
    /// Datastores by the ids of their secrets.
    pub(super) holders: HashMap<&'a Id, Holder<'a>>,
}

/// A template.
pub(super) struct Template<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) stack: Stack<'a>,
    imports: RefCell<BTreeMap<String, String>>,
    handed: RefCell<BTreeMap<String, (&'static str, &'static str)>>,
    zone: RefCell<Option<Option<Doc>>>,
    holds: Cell<bool>,
    resources: Map,
}

/// What one environment has of a stack.
pub(super) struct Layer {
    /// Resources by logical id.
    pub(super) resources: Map,
    /// The parameter of Systems Manager that is read, by the name of the template's own parameter.
    pub(super) imports: BTreeMap<String, String>,
    /// What the deployment looks up and hands over: what it is, and what it looks like.
    pub(super) handed: BTreeMap<String, (&'static str, &'static str)>,
    /// The DNS zone where one is asked for: its id, or none where the deployment looks it up.
    pub(super) zone: Option<Option<Doc>>,
    /// Whether a deployment may hold a task definition.
    pub(super) holds: bool,
}

/// The parameter with the task definition that a component's service keeps while the rest of its stack changes.
pub(super) const HELD: &str = "HeldTaskDefinition";

/// A certificate of a CDN.
const CERTIFICATE: (&str, &str) =
    ("A certificate of the region where CDNs look for theirs", "arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+");

/// The condition that there is one.
pub(super) const IS_HELD: &str = "IsHeld";

impl Scope<'_> {
    /// A name, as it was called first: of an id, of a stack.
    fn first_called<'n>(&self, name: &'n str) -> Cow<'n, str> {
        self.environment.map_or(Cow::Borrowed(name), |environment| environment.first_names.of(name))
    }

    /// The logical id of a resource: its id, as it was called first, and its kind. It stays when others come and go.
    pub(super) fn logical(&self, kind: Kind, id: &Id) -> String {
        format!("{}{}", self.pascal(id), pascal(words(kind)))
    }

    /// An id as a word of a logical id.
    pub(super) fn pascal(&self, id: &Id) -> String {
        pascal(&self.first_called(id.as_str()))
    }

    /// What a stack is called among those of its environment.
    pub(super) fn stack_name<'n>(&self, stack: Stack<'n>) -> Cow<'n, str> {
        match stack {
            Stack::Datastore(name) => stack.named(self.first_called(name)),
            Stack::Component(name) => stack.named(Cow::Borrowed(name)),
            shared => shared.named(Cow::Borrowed("")),
        }
    }

    /// The logical id of the parameter by which a template reads an attribute of another stack's resource.
    fn import(&self, kind: Kind, id: &Id, what: Attribute) -> String {
        format!("{}{}", self.logical(kind, id), pascal(attribute_word(what)))
    }

    fn kebab(&self, kind: Kind, id: &Id, what: Attribute) -> String {
        format!("{}-{}-{}", self.first_called(id.as_str()), words(kind), attribute_word(what))
    }
}

impl<'a> Template<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, stack: Stack<'a>) -> Template<'a> {
        let resources = Map::new(Origin::rule(rules::TEMPLATE));
        Template {
            scope,
            stack,
            imports: RefCell::default(),
            handed: RefCell::default(),
            zone: RefCell::default(),
            holds: Cell::new(false),
            resources,
        }
    }

    /// The logical id of a resource.
    pub(super) fn logical(&self, kind: Kind, id: &Id) -> String {
        self.scope.logical(kind, id)
    }

    /// Adds a resource.
    pub(super) fn add(&mut self, id: impl Into<Text>, kind: &'static str, keep: Keep, properties: Map) {
        let origin = properties.origin;
        self.add_after(id, kind, keep, &[], properties, origin);
    }

    /// Adds a resource that is made after others that it does not name.
    pub(super) fn add_after(
        &mut self,
        id: impl Into<Text>,
        kind: &'static str,
        keep: Keep,
        after: &[String],
        properties: Map,
        origin: Origin,
    ) {
        let mut resource = Map::new(origin).text("Type", kind);
        if !after.is_empty() {
            resource.put("DependsOn", flow(after.iter().map(|id| Doc::text(id.clone(), origin)), origin));
        }
        let kept = Origin::rule(rules::KEEP);
        // What a first deployment that failed leaves holds nothing yet, and would stand in the way of the next one.
        let words = match keep {
            Keep::No => None,
            Keep::Delete => Some(("Delete", "Delete")),
            Keep::Retain => Some(("RetainExceptOnCreate", "Retain")),
            Keep::Snapshot => Some(("Snapshot", "Snapshot")),
        };
        if let Some((deleted, replaced)) = words {
            resource.put("DeletionPolicy", Doc::text(deleted, kept));
            resource.put("UpdateReplacePolicy", Doc::text(replaced, kept));
        }
        if !properties.is_empty() {
            resource.put("Properties", properties);
        }
        self.resources.put(id, resource);
    }

    /// Tells later stacks what only the cloud knows of a resource of this one.
    pub(super) fn tell<T: Resource>(&mut self, resource: &T) {
        for told_attribute in told(T::KIND) {
            let id = format!("{}Parameter", self.scope.import(T::KIND, resource.id(), *told_attribute));
            let origin = Origin::rule(rules::EXPORT);
            let value = self.own(T::KIND, resource.id(), *told_attribute, origin);
            let name = parameter(self.scope, self.stack, T::KIND, resource.id(), *told_attribute);
            self.tell_as(id, name, value);
        }
    }

    /// Tells others a value.
    pub(super) fn tell_as(&mut self, id: String, name: String, value: Doc) {
        let origin = Origin::rule(rules::EXPORT);
        let properties =
            Map::new(origin).with("Name", Doc::text(name, origin)).text("Type", "String").with("Value", value);
        self.add(id, "AWS::SSM::Parameter", Keep::No, properties);
    }

    /// Whether the environment has a cluster of its own.
    pub(super) fn makes_cluster(&self) -> bool {
        match self.scope.environment.map(|environment| &environment.cluster) {
            Some(Cluster::Eks(eks)) => !eks.cluster.exists.value,
            Some(Cluster::Ecs(ecs)) => !ecs.cluster.exists.value,
            None => false,
        }
    }

    /// A value that the network stack told: of the VPC or its subnets.
    pub(super) fn of_network(&self, what: &'static str, origin: Origin) -> Doc {
        let id = pascal(what);
        let name = format!("{}/network/{what}", path(self.scope));
        self.imports.borrow_mut().insert(id.clone(), name);
        reference(id, origin)
    }

    /// A value that the deployment looks up and hands over: what it is, and what it looks like.
    pub(super) fn handed(&self, id: String, what: (&'static str, &'static str), origin: Origin) -> Doc {
        self.handed.borrow_mut().insert(id.clone(), what);
        reference(id, origin)
    }

    /// The DNS zone.
    pub(super) fn zone(&self, zone: &DnsZone, origin: Origin) -> Doc {
        *self.zone.borrow_mut() = Some(zone.id.as_ref().map(super::value::text));
        reference(ZONE_PARAMETER, origin)
    }

    /// The list of subnets of a kind: `public`, `private` or `data`.
    pub(super) fn subnets(&self, kind: &'static str, origin: Origin) -> Doc {
        let what = match kind {
            "public" => "public-subnets",
            "private" => "private-subnets",
            _ => "data-subnets",
        };
        let list = self.of_network(what, origin);
        call("Split", [Doc::text(",", origin), list], origin)
    }

    /// An attribute of a resource that is referred to.
    pub(super) fn of<T: Resource>(&self, to: &Ref<T>, what: Attribute, origin: Origin) -> Doc {
        self.any(T::KIND, &to.id, what, origin)
    }

    /// An attribute of any resource: of this stack, by its name, or by what its stack told.
    pub(super) fn any(&self, kind: Kind, id: &Id, what: Attribute, origin: Origin) -> Doc {
        let owner = self.scope.owners.of(kind, id);
        if let Some(doc) = self.by_name(kind, id, what, owner == Some(self.stack), origin) {
            return doc;
        }
        if owner == Some(self.stack) {
            return self.own(kind, id, what, origin);
        }
        if (kind, what) == (Kind::Vpc, Attribute::Id) {
            return self.of_network("vpc", origin);
        }
        let local = self.scope.import(kind, id, what);
        let stack = owner.unwrap_or(Stack::Platform);
        if stack == Stack::Certificates {
            // A parameter of another region: the deployment reads it and hands it over.
            return self.handed(local, CERTIFICATE, origin);
        }
        let name = parameter(self.scope, stack, kind, id, what);
        self.imports.borrow_mut().insert(local.clone(), name);
        reference(local, origin)
    }

    /// What a name tells, where it does: no order and no parameter is needed for it.
    fn by_name(&self, kind: Kind, id: &Id, what: Attribute, own: bool, origin: Origin) -> Option<Doc> {
        let name = *self.scope.names.get(&(kind, id.as_str()))?;
        let known = match (kind, what) {
            (Kind::LogGroup, Attribute::Arn) => arn("logs", true, true, &format!("log-group:{name}"), origin),
            (Kind::Bucket, Attribute::Id | Attribute::Name) if !own => bucket_name(name).doc(origin),
            (Kind::Bucket, Attribute::Arn) if !own => {
                let arn = Sub::default().text("arn:").of("AWS::Partition").text(":s3:::");
                splice(arn, &bucket_name(name).doc(origin)).doc(origin)
            }
            (Kind::EcsService, Attribute::Name) => {
                if own {
                    return None;
                }
                Doc::text(name.to_owned(), origin)
            }
            // What `Ref` gives of these is no name.
            (Kind::MskCluster | Kind::MqBroker, Attribute::Name) => Doc::text(name.to_owned(), origin),
            (_, Attribute::Name) if !own => Doc::text(name.to_owned(), origin),
            (Kind::Role, Attribute::Arn) if !own => arn("iam", false, true, &format!("role/{name}"), origin),
            (Kind::Queue, Attribute::Arn) if !own => arn("sqs", true, true, name, origin),
            (Kind::Queue, Attribute::Url) if !own => Sub::default()
                .text("https://sqs.")
                .of("AWS::Region")
                .text(".")
                .of("AWS::URLSuffix")
                .text("/")
                .of("AWS::AccountId")
                .text("/")
                .text(name)
                .doc(origin),
            (Kind::Topic, Attribute::Arn) if !own => arn("sns", true, true, name, origin),
            (Kind::EcsCluster, Attribute::Arn) if !own => arn("ecs", true, true, &format!("cluster/{name}"), origin),
            (Kind::EcsCluster, Attribute::Id) if !own => Doc::text(name.to_owned(), origin),
            (Kind::EcsService, Attribute::Arn) if !own => {
                let cluster = self.scope.environment.map(|environment| &environment.cluster);
                let cluster = match cluster {
                    Some(Cluster::Ecs(ecs)) => ecs.cluster.name.as_str(),
                    _ => "",
                };
                arn("ecs", true, true, &format!("service/{cluster}/{name}"), origin)
            }
            (Kind::DbInstance, Attribute::Arn) if !own => arn("rds", true, true, &format!("db:{name}"), origin),
            (Kind::DbInstance, Attribute::Id) if !own => Doc::text(name.to_owned(), origin),
            (Kind::DocumentCluster, Attribute::Arn) => arn("rds", true, true, &format!("cluster:{name}"), origin),
            (Kind::EksCluster, Attribute::Id) if !own => Doc::text(name.to_owned(), origin),
            (Kind::EksCluster, Attribute::Arn) if !own => arn("eks", true, true, &format!("cluster/{name}"), origin),
            (Kind::BackupVault, Attribute::Arn) if !own => {
                arn("backup", true, true, &format!("backup-vault:{name}"), origin)
            }
            (Kind::Alarm, Attribute::Arn) if !own => arn("cloudwatch", true, true, &format!("alarm:{name}"), origin),
            // A task definition is named by its family wherever a policy means all its revisions.
            (Kind::TaskDefinition, Attribute::Arn) if !own => {
                arn("ecs", true, true, &format!("task-definition/{name}"), origin)
            }
            _ => return None,
        };
        Some(known)
    }

    /// An attribute of a resource of this stack.
    fn own(&self, kind: Kind, id: &Id, what: Attribute, origin: Origin) -> Doc {
        let local = self.logical(kind, id);
        let name = match (kind, what) {
            (Kind::SecurityGroup, _) => "GroupId",
            (Kind::LoadBalancer, Attribute::ArnSuffix) => "LoadBalancerFullName",
            (Kind::LoadBalancer, Attribute::Host) => "DNSName",
            (Kind::TargetGroup, Attribute::ArnSuffix) => "TargetGroupFullName",
            (
                Kind::LoadBalancer
                | Kind::TargetGroup
                | Kind::Listener
                | Kind::ListenerRule
                | Kind::Certificate
                | Kind::Secret,
                _,
            )
            | (Kind::Topic | Kind::TaskDefinition | Kind::MskCluster | Kind::EcsService, Attribute::Arn)
            | (Kind::Queue, Attribute::Url)
            | (_, Attribute::Id) => return reference(local, origin),
            (Kind::Queue, Attribute::Name) => "QueueName",
            (Kind::Topic, Attribute::Name) => "TopicName",
            (Kind::EcsService, Attribute::Name) => "Name",
            (Kind::BackupVault, Attribute::Arn) => "BackupVaultArn",
            (Kind::DbInstance, Attribute::Arn) => "DBInstanceArn",
            (Kind::DbInstance, Attribute::Host) => "Endpoint.Address",
            (Kind::DocumentCluster, Attribute::Host) => "Endpoint",
            (Kind::ReplicationGroup, Attribute::Host) => "PrimaryEndPoint.Address",
            (Kind::EksCluster, Attribute::Host) => "Endpoint",
            (Kind::Distribution, Attribute::Host) => "DomainName",
            (_, Attribute::Name) => return reference(local, origin),
            _ => "Arn",
        };
        attribute(&local, name, origin)
    }

    /// A text with pieces that the cloud completes.
    pub(super) fn pattern(&self, pattern: &Pattern) -> Doc {
        if let [Piece::Of(AnyRef { kind, id }, what)] = pattern.pieces.as_slice() {
            return self.any(*kind, id, *what, pattern.origin);
        }
        let mut sub = Sub::default();
        for piece in &pattern.pieces {
            sub = match piece {
                Piece::Text(text) => sub.text(text),
                Piece::Account => sub.of("AWS::AccountId"),
                Piece::Region => sub.of("AWS::Region"),
                Piece::Partition => sub.of("AWS::Partition"),
                Piece::PrivateSubnets => splice(sub, &self.of_network("private-subnets", pattern.origin)),
                Piece::Of(AnyRef { kind, id }, what) => splice(sub, &self.any(*kind, id, *what, pattern.origin)),
            };
        }
        sub.doc(pattern.origin)
    }

    /// The task definition that a stable service or a schedule runs: the one that the deployment holds, else the newest.
    pub(super) fn held(&self, newest: Doc) -> Doc {
        self.holds.set(true);
        let origin = Origin::rule(rules::HELD);
        call("If", [Doc::text(IS_HELD, origin), reference(HELD, origin), newest], origin)
    }

    /// What was written.
    pub(super) fn finish(self) -> Layer {
        Layer {
            resources: self.resources,
            imports: self.imports.into_inner(),
            handed: self.handed.into_inner(),
            zone: self.zone.into_inner(),
            holds: self.holds.get(),
        }
    }

    /// What names of the environment begin with.
    pub(super) fn prefix(&self) -> String {
        let environment = self.scope.environment.map_or("", |environment| environment.name.as_str());
        crate::plan::aws::names::prefix(self.scope.system, environment)
    }

    /// Whether CloudFormation adds host and port to a secret.
    pub(super) fn is_attached(&self, secret: &Ref<crate::plan::aws::graph::Secret>) -> bool {
        matches!(self.scope.holders.get(&secret.id), Some(Holder::Database(_) | Holder::Documents(_)))
    }
}

/// Puts a value into a text: the reference, the attribute, or the text that it is.
pub(super) fn splice(sub: Sub, value: &Doc) -> Sub {
    match value {
        Doc::Tagged("Ref" | "GetAtt", inner) => match &**inner {
            Doc::Text(name, _) => sub.of(name),
            _ => sub,
        },
        Doc::Tagged("Sub", inner) => match &**inner {
            // It is escaped already.
            Doc::Text(text, _) => sub.raw(text),
            _ => sub,
        },
        Doc::Text(text, _) => sub.text(text),
        computed => sub.value(computed.clone()),
    }
}

/// A bucket's name: what the system calls it, with the account, which makes it unique in the world.
pub(super) fn bucket_name(name: &str) -> Sub {
    Sub::default().text(name).text("-").of("AWS::AccountId")
}

/// A mapping whose literals a rule explains.
pub(super) fn by(rule: Rule) -> Map {
    Map::new(Origin::rule(rule))
}

/// What the deployment hands over to a stack with a website: the parameter, and where its value stands.
pub(super) fn handed(scope: &Scope<'_>, certificate: &Ref<crate::plan::aws::graph::Certificate>) -> (String, String) {
    let (kind, what) = (Kind::Certificate, Attribute::Arn);
    let name = parameter(scope, Stack::Certificates, kind, &certificate.id, what);
    (scope.import(kind, &certificate.id, what), name)
}

/// The parameter in which the ARN of a Kafka cluster stands.
pub(super) fn kafka_parameter(scope: &Scope<'_>, cluster: &crate::plan::aws::graph::MskCluster) -> String {
    parameter(scope, Stack::of(&cluster.owner), Kind::MskCluster, &cluster.id, Attribute::Arn)
}

/// `/SYSTEM/ENVIRONMENT/stacks`.
fn path(scope: &Scope<'_>) -> String {
    match scope.environment {
        Some(environment) => format!("/{}/{}/stacks", scope.system, environment.name),
        None => format!("/{}/stacks", scope.system),
    }
}

/// The name of the parameter by which a stack tells an attribute.
fn parameter(scope: &Scope<'_>, stack: Stack<'_>, kind: Kind, id: &Id, what: Attribute) -> String {
    format!("{}/{}/{}", path(scope), scope.stack_name(stack), scope.kebab(kind, id, what))
}

/// The name of the parameter of the network.
pub(super) fn network_parameter(scope: &Scope<'_>, what: &str) -> String {
    format!("{}/network/{what}", path(scope))
}

fn attribute_word(what: Attribute) -> &'static str {
    match what {
        Attribute::Arn => "arn",
        Attribute::Id => "id",
        Attribute::Name => "name",
        Attribute::Url => "url",
        Attribute::Host => "host",
        Attribute::Brokers => "brokers",
        Attribute::ArnSuffix => "suffix",
    }
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Vpc => "vpc",
        Kind::Endpoint => "endpoint",
        Kind::SecurityGroup => "security-group",
        Kind::FlowLog => "flow-log",
        Kind::EksCluster => "kubernetes-cluster",
        Kind::NodeGroup => "node-group",
        Kind::AddOn => "add-on",
        Kind::PodIdentity => "pod-identity",
        Kind::AccessEntry => "access-entry",
        Kind::EcsCluster => "cluster",
        Kind::ServiceNamespace => "namespace",
        Kind::TaskDefinition => "task-definition",
        Kind::EcsService => "service",
        Kind::Schedule => "schedule",
        Kind::ScalableTarget => "scalable-target",
        Kind::ScalingPolicy => "scaling-policy",
        Kind::LoadBalancer => "load-balancer",
        Kind::Listener => "listener",
        Kind::ListenerRule => "listener-rule",
        Kind::TargetGroup => "target-group",
        Kind::Certificate => "certificate",
        Kind::DnsRecord => "record",
        Kind::WebAcl => "web-acl",
        Kind::Distribution => "distribution",
        Kind::DbInstance => "database",
        Kind::DocumentCluster => "document-cluster",
        Kind::ReplicationGroup => "cache",
        Kind::MskCluster => "kafka",
        Kind::MqBroker => "broker",
        Kind::Queue => "queue",
        Kind::Topic => "topic",
        Kind::Bucket => "bucket",
        Kind::Secret => "secret",
        Kind::KmsKey => "key",
        Kind::Role => "role",
        Kind::OidcProvider => "provider",
        Kind::LogGroup => "logs",
        Kind::EventRule => "event-rule",
        Kind::Alarm => "alarm",
        Kind::BackupVault => "backup-vault",
        Kind::BackupPlan => "backup-plan",
        Kind::Trail => "trail",
        Kind::Budget => "budget",
        Kind::Repository => "repository",
        Kind::Parameter => "parameter",
    }
}

/// `orders-db` as `OrdersDb`. Where two ids would become the same, a hash tells them apart, whatever else there is.
pub(super) fn pascal(id: &str) -> String {
    let mut out = String::with_capacity(id.len() + 4);
    let mut ambiguous = false;
    for (index, word) in id.split('-').enumerate() {
        let mut characters = word.chars().filter(char::is_ascii_alphanumeric);
        match characters.next() {
            Some(first) => {
                ambiguous |= index > 0 && first.is_ascii_digit();
                ambiguous |= word.chars().any(|found| !found.is_ascii_lowercase() && !found.is_ascii_digit());
                out.push(first.to_ascii_uppercase());
                out.extend(characters);
            }
            None => ambiguous = true,
        }
    }
    if ambiguous {
        out.push('X');
        out.push_str(&blake3::hash(id.as_bytes()).to_hex()[..6]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logical_ids_of_different_ids_differ() {
        assert_eq!(pascal("orders-db"), "OrdersDb");
        let mut made: Vec<String> = ["a1", "a-1", "a--1", "ab", "a-b", "a--b", "a.b", "b-ingress"].map(pascal).into();
        made.sort();
        made.dedup();
        assert_eq!(made.len(), 8);
        assert!(made.iter().all(|id| id.chars().all(|found| found.is_ascii_alphanumeric())), "{made:?}");
    }
}
