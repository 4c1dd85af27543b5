//! Alarms of CloudWatch: the monitoring plan's alerts, where a metric of the cloud itself shows what they watch.

use super::ecs::{self, schedule};
use super::{Draft, Place, Workload, by, word};
use crate::ir::choice::DatastoreKind;
use crate::ir::value::Decimal;
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{
    Alarm, AlarmMetric, AnyRef, Compared, Counted, DimensionValue, EcsCluster, EcsService, EventRule, Id, Kind, Owner,
    Queue, Ref, ReplicationGroup, Whole,
};
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::plan::monitoring::MonitoringPlan;
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan, Comparison};
use crate::spec::aws::{AlarmFact, AlarmMember, NameKind};

pub(super) fn plan(place: Place<'_>, monitoring: &MonitoringPlan, draft: &mut Draft) {
    let is_told = is_told_by_alertmanager(place);
    for alert in &monitoring.alerting.alerts {
        if is_told && alert.expression().is_some()
            || !alert.environments.iter().any(|known| known.value == place.environment.name.value)
        {
            continue;
        }
        let (Some(threshold), Some(comparison)) = (&alert.rule.threshold, &alert.rule.comparison) else { continue };
        if let Some(datastore) = alert.datastore.as_ref().and_then(|name| place.datastore(name.as_str())) {
            of_datastore(place, alert, datastore, threshold, comparison, draft);
        } else if let Some(component) = &alert.component
            && place.is_ecs()
            && place.has_component(component.as_str())
        {
            of_component(place, alert, component.as_str(), threshold, comparison, draft);
        } else if alert.rule.kind.value == AlertKind::CertificateExpiring {
            of_certificates(place, alert, threshold, comparison, draft);
        }
    }
    dead_letters(place, draft);
}

/// Whether Alertmanager tells of what has an expression: pathc installs Prometheus with the exporter of the cloud's metrics,
/// and writes its rules. Two ways to one person would be two pages for one outage.
fn is_told_by_alertmanager(place: Place<'_>) -> bool {
    let folders = &place.whole.pipeline.workflows.folders;
    place.whole.infrastructure.templates.platform.prometheus_managed.value
        && folders.iter().any(|folder| folder.target.value == "prometheus")
}

fn of_datastore(
    place: Place<'_>,
    alert: &AlertPlan,
    datastore: &DatastorePlan,
    threshold: &Traced<Decimal>,
    comparison: &Traced<Comparison>,
    draft: &mut Draft,
) {
    let kind = datastore.kind.value;
    let facts = place.specs().aws.words.alarm(kind.as_str(), alert.rule.kind.as_str());
    let Some(fact) = facts else { return };
    let name = Id::made(datastore.name.as_str());
    let of = |kind: Kind| DimensionValue::Of(AnyRef { kind, id: name.clone() });
    let value = match kind {
        DatastoreKind::Postgres | DatastoreKind::Mysql => of(Kind::DbInstance),
        DatastoreKind::Mongodb => of(Kind::DocumentCluster),
        DatastoreKind::Redis => of(Kind::ReplicationGroup),
        DatastoreKind::Kafka => of(Kind::MskCluster),
        DatastoreKind::Rabbitmq => of(Kind::MqBroker),
        DatastoreKind::Queue => of(Kind::Queue),
        DatastoreKind::Topic => of(Kind::Topic),
        DatastoreKind::Bucket => return,
    };
    let owner = Owner::Datastore(datastore.name.value.clone());
    let id = format!("{}-{}", datastore.name, alert.rule.kind.as_str());
    let stores = &draft.datastores;
    let members: Vec<Vec<(Traced<String>, DimensionValue)>> = match fact.by {
        AlarmMember::Whole => vec![vec![(fact.dimension.clone(), value)]],
        AlarmMember::Broker => {
            let cluster = stores.kafka.iter().find(|cluster| cluster.id == name);
            let of = |broker: u32| {
                let number = Traced::by_rule(broker.to_string(), rules::ALARM);
                let broker = (word("Broker ID", rules::ALARM), DimensionValue::Known(number));
                vec![(fact.dimension.clone(), value.clone()), broker]
            };
            (1..=cluster.map_or(0, |cluster| cluster.brokers.value)).map(of).collect()
        }
        // Any of them may be the primary: they change places when one fails.
        AlarmMember::Node => {
            let group = stores.caches.iter().find(|group| group.id == name);
            let of = |group: &ReplicationGroup, node: u32| {
                let node = group.name.with(format!("{}-{node:03}", group.name));
                vec![(fact.dimension.clone(), DimensionValue::Known(node))]
            };
            group.map_or_else(Vec::new, |group| (1..=group.nodes.value).map(|node| of(group, node)).collect())
        }
    };
    for (index, dimensions) in members.into_iter().enumerate() {
        let id = if fact.by == AlarmMember::Whole { id.clone() } else { format!("{id}-{}", index + 1) };
        push(place, alert, &id, owner.clone(), fact, dimensions, threshold, comparison, draft);
    }
}

/// When each certificate of the environment's own region ends.
fn of_certificates(
    place: Place<'_>,
    alert: &AlertPlan,
    threshold: &Traced<Decimal>,
    comparison: &Traced<Comparison>,
    draft: &mut Draft,
) {
    let Some(fact) = place.specs().aws.words.alarm("certificate", alert.rule.kind.value.as_str()) else { return };
    let own = draft.balancing.certificates.iter().filter(|certificate| !certificate.for_cdn);
    let own: Vec<(AnyRef, Owner)> =
        own.map(|certificate| (AnyRef::from(&certificate.reference()), certificate.owner.clone())).collect();
    for (certificate, owner) in own {
        let id = format!("{}-{}", certificate.id, alert.rule.kind.value.as_str());
        let dimensions = vec![(fact.dimension.clone(), DimensionValue::Of(certificate))];
        push(place, alert, &id, owner, fact, dimensions, threshold, comparison, draft);
    }
}

/// What ECS counts of a service.
fn of_component(
    place: Place<'_>,
    alert: &AlertPlan,
    component: &str,
    threshold: &Traced<Decimal>,
    comparison: &Traced<Comparison>,
    draft: &mut Draft,
) {
    let Some(workload) = place.workload(component) else { return };
    if matches!(alert.rule.kind.value, AlertKind::RunFailed | AlertKind::RunMissed | AlertKind::ScheduleOff) {
        of_runs(place, alert, workload, threshold, comparison, draft);
        return;
    }
    let facts = place.specs().aws.words.alarm("service", alert.rule.kind.as_str());
    let Some(fact) = facts else { return };
    if workload.scaling.is_none() || workload.plan.image.is_none() {
        return;
    }
    let dimensions = vec![
        (word("ClusterName", rules::ALARM), DimensionValue::Of(AnyRef::from(&Ref::<EcsCluster>::named(ecs::CLUSTER)))),
        (fact.dimension.clone(), DimensionValue::Of(AnyRef::from(&Ref::<EcsService>::named(component)))),
    ];
    let id = format!("{component}-{}", alert.rule.kind.as_str());
    // Nobody knows how much is measured of a cluster that exists: there, no data says nothing.
    let fact = if place.environment.cluster_exists.value { &fact.clone().without_missing() } else { fact };
    push(place, alert, &id, workload.owner(), fact, dimensions, threshold, comparison, draft);
}

/// What is counted of the runs of a job: failed ones and all that were begun by a rule each, and those that a schedule could
/// not start.
fn of_runs(
    place: Place<'_>,
    alert: &AlertPlan,
    workload: Workload<'_>,
    threshold: &Traced<Decimal>,
    comparison: &Traced<Comparison>,
    draft: &mut Draft,
) {
    let Some(fact) = place.specs().aws.words.alarm("run", alert.rule.kind.as_str()) else { return };
    let name = workload.name();
    if workload.plan.image.is_none() {
        return;
    }
    let counted = match alert.rule.kind.value {
        AlertKind::RunFailed => runs(place, alert.origin, workload, Counted::Failed, draft),
        AlertKind::ScheduleOff => runs(place, alert.origin, workload, Counted::Begun, draft),
        _ => {
            let missed = Ref::<Queue>::named(&schedule::missed(name));
            if !draft.datastores.queues.iter().any(|queue| queue.id == missed.id) {
                return;
            }
            AnyRef::from(&missed)
        }
    };
    let dimensions = vec![(fact.dimension.clone(), DimensionValue::Of(counted))];
    let id = format!("{name}-{}", alert.rule.kind.as_str());
    push(place, alert, &id, workload.owner(), fact, dimensions, threshold, comparison, draft);
}

/// A rule that counts tasks of a component.
fn runs(place: Place<'_>, origin: Origin, workload: Workload<'_>, counts: Counted, draft: &mut Draft) -> AnyRef {
    let name = workload.name();
    let (ending, description) = match counts {
        Counted::Failed => ("failed", format!("Counts runs of {name} that could not start or failed")),
        Counted::Begun => ("begun", format!("Counts runs of {name} that have begun")),
    };
    let id = format!("{name}-{ending}");
    let rule = EventRule {
        id: Id::made(&id),
        origin,
        owner: workload.owner(),
        name: place.named(NameKind::EventRule, &id),
        description: word(description, rules::RUNS),
        cluster: Ref::named(ecs::CLUSTER),
        group: word(format!("family:{}", place.named(NameKind::TaskFamily, name)), rules::RUNS),
        counts,
    };
    let counted = AnyRef::from(&rule.reference());
    draft.event_rules.push(rule);
    counted
}

#[allow(clippy::too_many_arguments)]
fn push(
    place: Place<'_>,
    alert: &AlertPlan,
    id: &str,
    owner: Owner,
    fact: &AlarmFact,
    dimensions: Vec<(Traced<String>, DimensionValue)>,
    threshold: &Traced<Decimal>,
    comparison: &Traced<Comparison>,
    draft: &mut Draft,
) {
    let hold = alert.rule.hold.map_or(300, |hold| hold.value.whole_seconds());
    // An alarm looks back over a day at most, and over a week where its periods are hours.
    let period = match hold {
        0..300 => 60,
        300..=86_400 => 300,
        _ => 3600,
    };
    let periods = u32::try_from(hold.div_ceil(period).max(1)).unwrap_or(1);
    let origin = alert.rule.hold.map_or(alert.origin, |hold| hold.origin);
    let (period, periods) = match fact.period {
        Some(period) => (period, Traced::new(1, period.origin)),
        None => (Traced::new(u32::try_from(period).unwrap_or(300), origin), Traced::new(periods, origin)),
    };
    let description = match &alert.runbook() {
        Some(runbook) => alert.summary().with(format!("{} {runbook}", alert.summary())),
        None => alert.summary().with(alert.summary().to_string()),
    };
    let compares = match comparison.value {
        Comparison::Above => "GreaterThanThreshold",
        Comparison::Below => "LessThanThreshold",
    };
    draft.alarms.push(Alarm {
        id: Id::made(id),
        origin: alert.origin,
        owner,
        name: place.named(NameKind::Alarm, id),
        description,
        metric: AlarmMetric {
            namespace: fact.namespace.clone(),
            name: fact.metric.clone(),
            statistic: fact.statistic.clone(),
            dimensions,
            whole: fact.missing_of.as_ref().map(|(name, statistic)| Whole {
                name: name.clone(),
                statistic: statistic.clone(),
                compared: Compared::Missing,
            }),
        },
        comparison: comparison.with(compares.to_owned()),
        threshold: *threshold,
        period,
        periods,
        bad_periods: periods,
        missing: fact.missing.clone().unwrap_or_else(|| word("missing", rules::ALARM)),
        topic: Some(Ref::named("alarms")),
    });
}

/// A message that nobody could take is looked at by a person.
fn dead_letters(place: Place<'_>, draft: &mut Draft) {
    // The monitoring plan speaks of those that wait for a schedule.
    let values = draft.alarms.iter().flat_map(|alarm| &alarm.metric.dimensions);
    let watched: Vec<AnyRef> = values
        .filter_map(|(_, value)| match value {
            DimensionValue::Of(of) if of.kind == Kind::Queue => Some(of.clone()),
            _ => None,
        })
        .collect();
    let queues: Vec<(Ref<Queue>, Owner, Origin)> = draft
        .datastores
        .queues
        .iter()
        .filter(|queue| queue.secret.is_none() && !watched.contains(&AnyRef::from(&queue.reference())))
        .map(|queue| (queue.reference(), queue.owner.clone(), queue.origin))
        .collect();
    let said = |text: &str| word(text, rules::DEAD_LETTERS);
    for (queue, owner, origin) in queues {
        let id = format!("{}-waiting", queue.id);
        draft.alarms.push(Alarm {
            id: Id::made(&id),
            origin,
            owner,
            name: place.named(NameKind::Alarm, &id),
            description: word(
                "Messages wait that nobody could take: look at them, and send them again.",
                rules::DEAD_LETTERS,
            ),
            metric: AlarmMetric {
                namespace: said("AWS/SQS"),
                name: said("ApproximateNumberOfMessagesVisible"),
                statistic: said("Maximum"),
                dimensions: vec![(said("QueueName"), DimensionValue::Of(AnyRef::from(&queue)))],
                whole: None,
            },
            comparison: said("GreaterThanThreshold"),
            threshold: by(Decimal::whole(0), rules::DEAD_LETTERS),
            period: by(300, rules::DEAD_LETTERS),
            periods: by(1, rules::DEAD_LETTERS),
            bad_periods: by(1, rules::DEAD_LETTERS),
            missing: said("notBreaching"),
            topic: Some(Ref::named("alarms")),
        });
    }
}
