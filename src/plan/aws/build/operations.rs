//! Backups, and what the infrastructure tells the pipeline.

use std::collections::BTreeMap;

use super::identity::{DATA, managed, service_role};
use super::{Draft, Place, by, word};
use crate::ir::choice::DatastoreKind;
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{AnyRef, Attribute, BackupPlan, BackupVault, Id, Owner, Parameter, Pattern, Piece, Ref};
use crate::plan::aws::{graph, names, rules};
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::spec::aws::{ManagedPolicy, NameKind, Principal};

pub(super) fn plan(place: Place<'_>, draft: &mut Draft) {
    backups(place, draft);
    parameters(place, draft);
}

/// What a datastore's backups are kept by: how long, whether continuously, and where copies go.
type Promise = (u32, bool, Option<String>);

/// One plan for each promise; restore points of all that keep the same promise are made together.
fn backups(place: Place<'_>, draft: &mut Draft) {
    let mut plans: BTreeMap<Promise, Vec<(&DatastorePlan, Pattern)>> = BTreeMap::new();
    for datastore in &place.environment.datastores {
        let Some(retention) = &datastore.backup_retention else { continue };
        let Some(arn) = arn(datastore) else { continue };
        let days = u32::try_from(retention.value.whole_seconds().div_ceil(86_400)).unwrap_or(u32::MAX);
        // Continuous backups are kept for at most this long; databases have their own log beside it.
        let continuous = datastore.point_in_time.value && datastore.kind.value == DatastoreKind::Bucket && days <= 35;
        let region = datastore.backup_region.as_ref().map(|region| region.value.clone());
        plans.entry((days, continuous, region)).or_default().push((datastore, arn));
    }
    if plans.is_empty() {
        return;
    }
    let aws = &place.specs().aws;
    let origin = Origin::rule(rules::BACKUP);
    let mut role =
        service_role(place, "backup", Owner::Platform, "Makes restore points", aws.principal(Principal::Backup), false);
    for policy in
        [ManagedPolicy::Backup, ManagedPolicy::BackupRestore, ManagedPolicy::BackupS3, ManagedPolicy::BackupS3Restore]
    {
        role.managed.push(managed(aws.managed_policy(policy)));
    }
    draft.roles.push(role);
    let vault = |id: &str, region: Option<Traced<String>>| BackupVault {
        id: Id::made(id),
        origin,
        owner: Owner::Platform,
        name: place.named(NameKind::BackupVault, id),
        key: Ref::named(DATA),
        region,
    };
    draft.backup_vaults.push(vault("main", None));
    for ((days, continuous, region), stores) in plans {
        let mut id = format!("daily-{days}d");
        if continuous {
            id.push_str("-continuous");
        }
        let copy_to = region.map(|region| {
            id.push('-');
            id.push_str(&region);
            let copy = format!("copy-{region}");
            if !draft.backup_vaults.iter().any(|known| known.id.as_str() == copy) {
                let origin = stores.iter().find_map(|(store, _)| Some(store.backup_region.as_ref()?.origin));
                let region = Traced::new(region, origin.unwrap_or(Origin::rule(rules::BACKUP)));
                draft.backup_vaults.push(vault(&copy, Some(region)));
            }
            Ref::named(&copy)
        });
        let first = stores.iter().find_map(|(store, _)| store.backup_retention);
        draft.backup_plans.push(BackupPlan {
            id: Id::made(&id),
            origin,
            owner: Owner::Platform,
            name: place.named(NameKind::BackupVault, &id),
            vault: Ref::named("main"),
            schedule: aws.words.backup_schedule.clone(),
            retention_days: first.map_or(by(days, rules::BACKUP), |retention| retention.with(days)),
            continuous: by(continuous, rules::BACKUP),
            copy_to,
            resources: stores.into_iter().map(|(_, arn)| arn).collect(),
            role: Ref::named("backup"),
        });
    }
}

/// The ARN of what AWS Backup takes.
fn arn(datastore: &DatastorePlan) -> Option<Pattern> {
    let name = datastore.name.as_str();
    let origin = datastore.origin;
    match datastore.kind.value {
        DatastoreKind::Postgres | DatastoreKind::Mysql => {
            Some(Pattern::of(&Ref::<graph::DbInstance>::named(name), Attribute::Arn, origin))
        }
        DatastoreKind::Mongodb => {
            Some(Pattern::of(&Ref::<graph::DocumentCluster>::named(name), Attribute::Arn, origin))
        }
        // A restore point of a bucket needs its versions.
        DatastoreKind::Bucket if datastore.versioned.value => {
            Some(Pattern::of(&Ref::<graph::Bucket>::named(name), Attribute::Arn, origin))
        }
        _ => None,
    }
}

fn parameters(place: Place<'_>, draft: &mut Draft) {
    let system = place.whole.system.name.as_str();
    let environment = place.environment.name.as_str();
    let origin = Origin::rule(rules::PARAMETER);
    let of = |kind: graph::Kind, id: &str, attribute: Attribute| Pattern {
        pieces: vec![Piece::Of(AnyRef { kind, id: Id::made(id) }, attribute)],
        origin,
    };
    let mut all = vec![
        ("vpc_id".to_owned(), "The VPC".to_owned(), of(graph::Kind::Vpc, "main", Attribute::Id)),
        ("cluster_name".to_owned(), "The cluster".to_owned(), Pattern::known(&place.environment.cluster)),
        (
            "alarm_topic_arn".to_owned(),
            "The topic that alarms are sent to".to_owned(),
            of(graph::Kind::Topic, "alarms", Attribute::Arn),
        ),
    ];
    if draft.balancing.certificates.iter().any(|certificate| !certificate.for_cdn) {
        all.push((
            "certificate_arn".to_owned(),
            "The certificate of the public addresses".to_owned(),
            of(graph::Kind::Certificate, "main", Attribute::Arn),
        ));
    }
    if place.is_ecs() {
        all.push((
            "private_subnet_ids".to_owned(),
            "The subnets that tasks run in".to_owned(),
            Pattern { pieces: vec![Piece::PrivateSubnets], origin },
        ));
        for workload in place.workloads() {
            if draft.groups.contains_key(&Id::made(workload.name())) {
                let name = format!("security_group_{}", workload.name());
                let description = format!("The security group of {}", workload.name());
                all.push((name, description, of(graph::Kind::SecurityGroup, workload.name(), Attribute::Id)));
            }
        }
        for rule in draft.balancing.rules.iter().filter(|rule| rule.beside.is_some()) {
            all.push((
                format!("listener_rule_{}", rule.id),
                format!("The listener rule by which traffic moves between the two target groups of {}", rule.id),
                of(graph::Kind::ListenerRule, rule.id.as_str(), Attribute::Arn),
            ));
        }
        for rule in &draft.balancing.rules {
            let Some(beside) = &rule.beside else { continue };
            for group in [&rule.target, beside] {
                let name = format!("target_group_{}", group.id);
                if !all.iter().any(|(known, ..)| *known == name) {
                    let description = format!("The target group {}", group.id);
                    all.push((name, description, of(graph::Kind::TargetGroup, group.id.as_str(), Attribute::Arn)));
                }
            }
        }
    }
    for (name, description, value) in all {
        draft.parameters.push(Parameter {
            id: Id::made(&name),
            origin,
            owner: Owner::Platform,
            name: word(names::parameter(system, environment, &name), rules::PARAMETER),
            description: word(description, rules::PARAMETER),
            value,
        });
    }
}
