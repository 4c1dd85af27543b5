//! Keys and roles: what components may do follows from whom they call.

use super::{Draft, Place, Workload, by, word};
use crate::ir::choice::{Access, DatastoreKind};
use crate::ir::{Origin, Rule, Traced};
use crate::plan::aws::graph::{
    Attribute, Condition, Id, KmsKey, LogGroup, MskCluster, Owner, Pattern, Piece, Queue, Ref, Role, Statement, Topic,
    Trust,
};
use crate::plan::aws::{graph, rules};
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::plan::infrastructure::templates::{PeerKind, PeerTemplate};
use crate::spec::aws::{NameKind, Principal, StatementFact};

/// Days until a key is gone once it was deleted.
const KEY_DELETION: u32 = 30;

/// The key of datastores, secrets and disks.
pub(super) const DATA: &str = "data";
/// The key of logs.
pub(super) const LOGS: &str = "logs";
/// The key of the topic of alarms.
pub(super) const ALARMS: &str = "alarms";

/// The keys of an environment: one for each service that must use one by itself.
pub(super) fn keys(place: Place<'_>, draft: &mut Draft) {
    let aws = &place.specs().aws;
    // In this region the service has a name of its own.
    let logs = aws.principal(Principal::Logs);
    let logs = logs.with(regional(&logs.value, &place.environment.region.value));
    let keys = [
        (DATA, "Datastores, secrets and disks", None),
        (LOGS, "Log groups", Some(logs)),
        (ALARMS, "The topic of alarms", Some(aws.principal(Principal::CloudWatch).clone())),
    ];
    for (id, description, service) in keys {
        draft.keys.push(key(place.named(NameKind::KmsAlias, id), id, Owner::Network, description, service));
    }
}

/// `logs.amazonaws.com` as `logs.REGION.amazonaws.com`.
pub(super) fn regional(principal: &str, region: &str) -> String {
    match principal.split_once('.') {
        Some((service, suffix)) => format!("{service}.{region}.{suffix}"),
        None => principal.to_owned(),
    }
}

/// CloudWatch Logs names the log group that it encrypts, and not the account that it acts for.
fn of_log_groups(service: &Traced<String>) -> Option<Condition> {
    service.value.starts_with("logs.").then(|| Condition {
        test: word("ArnLike", rules::KEY),
        key: word("kms:EncryptionContext:aws:logs:arn", rules::KEY),
        values: vec![Pattern::read("arn:<PARTITION>:logs:<REGION>:<ACCOUNT>:log-group:*", Origin::rule(rules::KEY))],
    })
}

pub(super) fn key(
    name: Traced<String>,
    id: &str,
    owner: Owner,
    description: &str,
    service: Option<Traced<String>>,
) -> KmsKey {
    KmsKey {
        id: Id::made(id),
        origin: Origin::rule(rules::KEY),
        owner,
        name,
        description: word(description, rules::KEY),
        service_condition: service.as_ref().and_then(of_log_groups),
        service,
        deletion_days: by(KEY_DELETION, rules::KEY),
    }
}

/// A role that a service of the cloud assumes.
pub(super) fn service_role(
    place: Place<'_>,
    id: &str,
    owner: Owner,
    description: &str,
    principal: &Traced<String>,
    source_account: bool,
) -> Role {
    Role {
        id: Id::made(id),
        origin: Origin::rule(rules::ROLE),
        owner,
        name: place.named(NameKind::IamRole, id),
        description: word(description, rules::ROLE),
        trust: Trust::Service { principal: principal.clone(), source_account },
        managed: Vec::new(),
        statements: Vec::new(),
        session_seconds: None,
    }
}

/// The ARN of a policy that AWS keeps.
pub(super) fn managed(path: &Traced<String>) -> Pattern {
    if path.value.starts_with("arn:") {
        return Pattern::read(&path.value.replacen("arn:aws:", "arn:<PARTITION>:", 1), path.origin);
    }
    Pattern::read(&format!("arn:<PARTITION>:iam::aws:policy/{path}"), path.origin)
}

/// A statement of actions from the spec.
pub(super) fn statement(sid: &str, actions: &[Traced<String>], resources: Vec<Pattern>, origin: Origin) -> Statement {
    Statement {
        sid: Traced::new(sid_of(sid), origin),
        origin,
        denies: false,
        actions: actions.to_vec(),
        resources,
        conditions: Vec::new(),
    }
}

/// Letters and digits, each word with a capital.
pub(super) fn sid_of(text: &str) -> String {
    let mut sid = String::new();
    for part in text.split(|character: char| !character.is_ascii_alphanumeric()) {
        let mut characters = part.chars();
        if let Some(first) = characters.next() {
            sid.push(first.to_ascii_uppercase());
            sid.push_str(characters.as_str());
        }
    }
    sid
}

/// A statement as the spec states it, with its words filled in.
pub(super) fn stated(fact: &StatementFact, words: &[(&str, &str)], region: &Traced<String>) -> Statement {
    let fill = |text: &Traced<String>| {
        let filled = words.iter().fold(text.value.clone(), |text, (word, value)| text.replace(word, value));
        Pattern::read(&filled, text.origin)
    };
    let mut conditions: Vec<Condition> = fact
        .conditions
        .iter()
        .map(|(test, key, values)| Condition {
            test: test.clone(),
            key: key.clone(),
            values: values.iter().map(fill).collect(),
        })
        .collect();
    if fact.in_region {
        conditions.push(Condition {
            test: word("StringEquals", rules::PIPELINE_ROLE),
            key: word("aws:RequestedRegion", rules::PIPELINE_ROLE),
            values: vec![Pattern::known(region)],
        });
    }
    Statement {
        sid: fact.sid.clone(),
        origin: fact.origin,
        denies: fact.denies,
        actions: fact.actions.clone(),
        resources: fact.resources.iter().map(fill).collect(),
        conditions,
    }
}

/// What a component may do with the datastores that it calls through the cloud's API.
pub(super) fn statements(place: Place<'_>, workload: Workload<'_>) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut encrypts: Option<(Origin, bool)> = None;
    for call in &workload.component.calls {
        let Some(datastore) = place.datastore(call.name.as_str()) else { continue };
        let writes = matches!(call.access.value, Access::Write | Access::Produce);
        match datastore.kind.value {
            DatastoreKind::Queue => statements.push(queue(place, call, datastore)),
            DatastoreKind::Topic => statements.push(topic(place, call, datastore)),
            DatastoreKind::Bucket => statements.extend(bucket(place, call, datastore)),
            DatastoreKind::Kafka => statements.extend(kafka(place, call, datastore)),
            _ => continue,
        }
        if call.kind.value == PeerKind::Endpoint {
            let before = encrypts.is_some_and(|(_, writes)| writes);
            encrypts = Some((call.origin, before || writes));
        }
    }
    if let Some((origin, writes)) = encrypts {
        let purpose = if writes { "key.write" } else { "key.read" };
        let key = Pattern::of(&Ref::<KmsKey>::named(DATA), Attribute::Arn, origin);
        statements.push(statement("Key", place.specs().aws.words.actions(purpose), vec![key], origin));
    }
    statements
}

fn queue(place: Place<'_>, call: &PeerTemplate, datastore: &DatastorePlan) -> Statement {
    let words = &place.specs().aws.words;
    let actions = match call.access.value {
        Access::Produce => words.actions("queue.produce").to_vec(),
        Access::Consume | Access::Read => words.actions("queue.consume").to_vec(),
        Access::Write => both(words.actions("queue.produce"), words.actions("queue.consume")),
    };
    let arn = Pattern::of(&Ref::<Queue>::named(datastore.name.as_str()), Attribute::Arn, call.origin);
    statement(datastore.name.as_str(), &actions, vec![arn], call.origin)
}

fn topic(place: Place<'_>, call: &PeerTemplate, datastore: &DatastorePlan) -> Statement {
    let words = &place.specs().aws.words;
    let actions = match call.access.value {
        Access::Produce | Access::Write => words.actions("topic.produce"),
        Access::Consume | Access::Read => words.actions("topic.consume"),
    };
    let arn = Pattern::of(&Ref::<Topic>::named(datastore.name.as_str()), Attribute::Arn, call.origin);
    statement(datastore.name.as_str(), actions, vec![arn], call.origin)
}

fn bucket(place: Place<'_>, call: &PeerTemplate, datastore: &DatastorePlan) -> [Statement; 2] {
    let words = &place.specs().aws.words;
    let name = datastore.name.as_str();
    let bucket = Ref::<graph::Bucket>::named(name);
    let purpose = if call.access.value == Access::Read { "bucket.read" } else { "bucket.write" };
    [
        statement(
            &format!("{name}-list"),
            words.actions("bucket.list"),
            vec![Pattern::of(&bucket, Attribute::Arn, call.origin)],
            call.origin,
        ),
        statement(name, words.actions(purpose), vec![Pattern::below(&bucket, "/*", call.origin)], call.origin),
    ]
}

/// Kafka knows its own rights: the cluster, the topic that the input names (else all), the consumer group.
fn kafka(place: Place<'_>, call: &PeerTemplate, datastore: &DatastorePlan) -> Vec<Statement> {
    let words = &place.specs().aws.words;
    let name = datastore.name.as_str();
    let cluster = Ref::<MskCluster>::named(name);
    let below = |kind: &str, what: &str| kafka_pattern(datastore, kind, what, call.origin);
    let topic = call.topic.as_ref().map_or("*", |topic| topic.value.as_str());
    let mut statements = vec![statement(
        &format!("{name}-cluster"),
        // To write once alone is a matter of the cluster, not of the topic.
        words.actions(if matches!(call.access.value, Access::Produce | Access::Write) {
            "kafka.cluster_produce"
        } else {
            "kafka.cluster"
        }),
        vec![Pattern::of(&cluster, Attribute::Arn, call.origin)],
        call.origin,
    )];
    let actions = match call.access.value {
        Access::Produce => words.actions("kafka.produce").to_vec(),
        Access::Consume | Access::Read => words.actions("kafka.consume").to_vec(),
        Access::Write => both(words.actions("kafka.produce"), words.actions("kafka.consume")),
    };
    statements.push(statement(&format!("{name}-topic"), &actions, vec![below("topic", topic)], call.origin));
    if call.access.value != Access::Produce {
        let group = call.group.as_ref().map_or("*", |group| group.value.as_str());
        let actions = words.actions("kafka.group");
        statements.push(statement(&format!("{name}-group"), actions, vec![below("group", group)], call.origin));
    }
    statements
}

/// `arn:…:kafka:…:topic/CLUSTER/*/TOPIC`: the third part is a number that the cluster gets.
fn kafka_pattern(datastore: &DatastorePlan, kind: &str, what: &str, origin: Origin) -> Pattern {
    let text = |text: &str| Piece::Text(text.to_owned());
    let pieces = vec![
        text("arn:"),
        Piece::Partition,
        text(":kafka:"),
        Piece::Region,
        text(":"),
        Piece::Account,
        text(&format!(":{kind}/{}/*/{what}", datastore.resource)),
    ];
    Pattern { pieces, origin }
}

fn both(one: &[Traced<String>], other: &[Traced<String>]) -> Vec<Traced<String>> {
    let mut all = one.to_vec();
    all.extend(other.iter().filter(|action| !one.contains(action)).cloned());
    all.sort();
    all
}

/// A statement by which logs are written to a group.
pub(super) fn writes_logs(place: Place<'_>, group: &Ref<LogGroup>, purpose: &str, rule: Rule) -> Statement {
    let arn = Pattern::below(group, ":*", Origin::rule(rule));
    statement("Logs", place.specs().aws.words.actions(purpose), vec![arn], Origin::rule(rule))
}
