//! Datastores: which managed service, which size, how it is kept safe.

mod caches;
mod databases;
mod objects;
mod streams;

pub(super) use objects::{ACCESS_LOGS, CDN_LOGS, bucket_name, cdn_logs, log_writers};

use super::identity::DATA;
use super::network::{ingress, rule};
use super::{Draft, Place, Workload, by, word};
use crate::diag::{Diagnostic, code};
use crate::ir::choice::DatastoreKind;
use crate::ir::value::{Cpu, PortNumber, Size};
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{
    DbParameter, Direction, Id, KmsKey, Owner, Peer, Ref, Secret, SecretContent, SecurityGroup,
};
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::spec::aws::{Engine, Family, InstanceClass, NameKind};

/// Bytes of a GiB.
const GIB: u64 = 1 << 30;
/// Characters of a password.
const PASSWORD: u32 = 32;
/// The user that is made with a database or broker.
const USER: &str = "application";

pub(super) fn plan(place: Place<'_>, draft: &mut Draft) {
    // Logs of requests go here; buckets and load balancers name it.
    objects::access_logs(place, draft);
    for datastore in &place.environment.datastores {
        match datastore.kind.value {
            DatastoreKind::Postgres | DatastoreKind::Mysql => databases::relational(place, datastore, draft),
            DatastoreKind::Mongodb => databases::documents(place, datastore, draft),
            DatastoreKind::Redis => caches::plan(place, datastore, draft),
            DatastoreKind::Kafka => streams::kafka(place, datastore, draft),
            DatastoreKind::Rabbitmq => streams::rabbitmq(place, datastore, draft),
            DatastoreKind::Queue => objects::queue(place, datastore, draft),
            DatastoreKind::Topic => objects::topic(place, datastore, draft),
            DatastoreKind::Bucket => objects::bucket(place, datastore, draft),
        }
    }
}

fn id(datastore: &DatastorePlan) -> Id {
    Id::made(datastore.name.as_str())
}

fn owner(datastore: &DatastorePlan) -> Owner {
    Owner::Datastore(datastore.name.value.clone())
}

fn data_key() -> Ref<KmsKey> {
    Ref::named(DATA)
}

/// The name of a datastore's resource, as long as its kind may be.
fn name(place: Place<'_>, datastore: &DatastorePlan, kind: NameKind) -> Traced<String> {
    place.named(kind, datastore.name.as_str()).map_origin(datastore.name.origin)
}

trait MapOrigin {
    fn map_origin(self, origin: Origin) -> Self;
}

impl<T> MapOrigin for Traced<T> {
    fn map_origin(self, origin: Origin) -> Self {
        Traced::new(self.value, origin)
    }
}

/// The secret of a datastore.
fn secret(place: Place<'_>, datastore: &DatastorePlan, content: SecretContent, draft: &mut Draft) -> Ref<Secret> {
    let secret = Secret {
        id: id(datastore),
        origin: datastore.secret.origin,
        owner: owner(datastore),
        name: datastore.secret.with(datastore.secret.to_string()),
        description: word(format!("Address and credentials of {}", datastore.name), rules::SECRET),
        content,
        key: data_key(),
        recovery_days: by(super::secrets::recovery_days(place), rules::SECRET),
    };
    draft.secret(secret)
}

fn credentials(username: &str, database: Option<Traced<String>>) -> SecretContent {
    SecretContent::Credentials {
        username: word(username, rules::CREDENTIALS),
        database,
        length: by(PASSWORD, rules::CREDENTIALS),
    }
}

fn address(key: &str) -> SecretContent {
    SecretContent::Address(word(key, rules::SECRET))
}

/// The security group of a datastore: those who call it, on its port.
fn security_group(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) -> Ref<SecurityGroup> {
    let group = draft.group(SecurityGroup {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: place.named(NameKind::SecurityGroup, datastore.name.as_str()),
        // Another description would be another group.
        description: word(
            format!("Connections to {}", place.first_called(datastore.name.as_str())),
            rules::SECURITY_GROUP,
        ),
        rules: Vec::new(),
    });
    let Some(port) = datastore.port else { return group };
    if place.is_ecs() {
        for workload in place.workloads() {
            let Some(call) = workload.component.calls.iter().find(|call| call.name.value == datastore.name.value)
            else {
                continue;
            };
            let from = Ref::named(workload.name());
            let description = format!("From {}", workload.name());
            let ports = Some((port, port));
            draft.rule(
                &group,
                rule(workload.name(), Direction::Ingress, Peer::Group(from), ports, &description, call.origin),
            );
        }
    } else {
        let ports = Some((port, port));
        let origin = Origin::rule(rules::SECURITY_GROUP);
        draft.rule(&group, rule("cluster", Direction::Ingress, Peer::EksCluster, ports, "From pods", origin));
    }
    if datastore.public.value {
        let any = super::network::anywhere(datastore.public.origin);
        let open = ingress("public", any, port.value, "From anywhere, as asked for", datastore.public.origin);
        draft.rule(&group, open);
    }
    group
}

/// The smallest class that holds what is asked for. Burstable ones serve where nobody's users wait.
fn class(place: Place<'_>, datastore: &DatastorePlan, family: Family, draft: &mut Draft) -> Traced<String> {
    let calls = |workload: Workload<'_>| workload.component.calls.iter().any(|call| call.name == datastore.name);
    let steady = !place.is_production() && place.steady(calls);
    let (cpu, memory) = (datastore.cpu.map(|cpu| cpu.value), datastore.memory.map(|memory| memory.value));
    let smallest = |burstable| place.specs().aws.classes.smallest(family, cpu, memory, burstable);
    match smallest(!place.is_production() && !steady) {
        Ok(class) if steady && smallest(true).is_ok_and(|smaller| smaller.burstable) => {
            word(class.name.value.clone(), rules::STEADY_CPU)
        }
        Ok(class) => {
            let asked = datastore.memory.map(|memory| memory.origin).or(datastore.cpu.map(|cpu| cpu.origin));
            Traced::new(class.name.value.clone(), asked.unwrap_or(class.name.origin))
        }
        Err(nearest) => {
            let origin = datastore.memory.map_or(datastore.origin, |memory| memory.origin);
            draft.problems.push(
                Diagnostic::new(
                    code::CANNOT_EXPRESS,
                    origin,
                    format!("no machine of AWS holds `{}` in `{}`", datastore.name, place.environment.name),
                    asked(cpu, memory),
                )
                .help(format!(
                    "the largest: {}",
                    nearest.largest.iter().map(|one| shown(one)).collect::<Vec<_>>().join(", ")
                )),
            );
            word("", rules::CLASS)
        }
    }
}

fn asked(cpu: Option<Cpu>, memory: Option<Size>) -> String {
    match (cpu, memory) {
        (Some(cpu), Some(memory)) => format!("asks for {cpu} CPU and {memory}"),
        (Some(cpu), None) => format!("asks for {cpu} CPU"),
        (None, Some(memory)) => format!("asks for {memory}"),
        (None, None) => "asks for anything".to_owned(),
    }
}

fn shown(class: &InstanceClass) -> String {
    format!("`{}` with {} CPU and {}", class.name, class.vcpu, class.memory)
}

/// The engine and its version.
fn version<'a>(place: Place<'a>, datastore: &DatastorePlan, draft: &mut Draft) -> Option<(&'a Engine, Traced<String>)> {
    let asked = datastore.version.as_ref();
    match place.specs().aws.engines.version(datastore.kind.value, asked.map(|version| version.value.as_str())) {
        Ok((engine, version)) => {
            let origin = asked.map_or(version.origin, |asked| asked.origin);
            Some((engine, Traced::new(version.value.clone(), origin)))
        }
        Err(all) => {
            let asked = asked.cloned().unwrap_or_else(|| word("", rules::CLASS));
            let known: Vec<String> = all.iter().map(|version| format!("`{version}`")).collect();
            draft.problems.push(
                Diagnostic::new(
                    code::CANNOT_EXPRESS,
                    asked.origin,
                    format!("AWS offers no version `{asked}` of {}", datastore.kind.as_str()),
                    format!("the version of `{}`", datastore.name),
                )
                .help(format!("there are {}", known.join(", "))),
            );
            None
        }
    }
}

/// Storage in GiB, within what the service takes.
fn storage(datastore: &DatastorePlan, (least, most): (Traced<u32>, Traced<u32>), draft: &mut Draft) -> Traced<u32> {
    let Some(asked) = datastore.storage else { return least };
    let gib = asked.value.bytes.div_ceil(GIB);
    if gib > u64::from(most.value) {
        draft.problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                asked.origin,
                format!("`{}` asks for {asked} of storage", datastore.name),
                "more than the service holds",
            )
            .help(format!("at most {} GiB", most.value)),
        );
    }
    asked.with(u32::try_from(gib).unwrap_or(u32::MAX).clamp(least.value, most.value))
}

/// Days of automatic backups, as many as the service keeps; the rest is AWS Backup's.
fn backup_days(place: Place<'_>, datastore: &DatastorePlan) -> Traced<u32> {
    let most = place.specs().aws.datastore_limits.backup_retention_days_max.value;
    match datastore.backup_retention {
        Some(retention) => {
            let days = retention.value.whole_seconds().div_ceil(86_400);
            retention.with(u32::try_from(days).unwrap_or(most).clamp(1, most))
        }
        None => by(1, rules::BACKUP_DAYS),
    }
}

fn parameter(name: &Traced<String>, value: &Traced<String>, pending_reboot: bool) -> DbParameter {
    DbParameter { name: name.clone(), value: value.clone(), pending_reboot }
}

/// Whether a datastore outlives a mistake: it can't be deleted, and leaves a snapshot.
fn protected(place: Place<'_>, datastore: &DatastorePlan) -> Traced<bool> {
    by(place.is_production() && !datastore.rebuildable.value, rules::PROTECTED)
}

/// What a datastore listens on.
fn port(datastore: &DatastorePlan) -> Traced<PortNumber> {
    datastore.port.unwrap_or(Traced::new(PortNumber(443), datastore.origin))
}
