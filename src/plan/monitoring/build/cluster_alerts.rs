//! What is told of a cluster that pathc makes, and of the monitoring that it installs.
//!
//! A cluster that exists is somebody else's to watch, and a Prometheus that exists may see several of them.

use super::alerts::{Draft, dashboard_uid, in_capitals};
use crate::ir::choice::Runtime;
use crate::ir::value::{Decimal, Duration};
use crate::ir::{Environment, Rule, System, Traced};
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan};
use crate::plan::monitoring::promql::{SELECTOR, equals, select};
use crate::plan::monitoring::rules;
use crate::spec::Specs;
use crate::spec::prometheus::AlertSeverity;

/// The condition of a node that takes work.
const READY: &str = "condition=\"Ready\"";
/// The values of a condition that is not so, or that nobody has told for a while.
const NOT: &str = "status=~\"false|unknown\"";

pub(super) fn alerts(system: &System, specs: &Specs) -> Vec<AlertPlan> {
    let is_installed = system.runtime.value == Runtime::Kubernetes && system.platform.prometheus_url.is_none();
    if !is_installed {
        return Vec::new();
    }
    let mut alerts = nodes(system);
    alerts.extend(exporters(system));
    alerts.extend(monitoring(system, specs));
    alerts.retain(|alert| !alert.environments.is_empty());
    alerts
}

/// An alert of the system in some environments.
fn draft(system: &System, kind: AlertKind, id: &str, is_there: impl Fn(&Environment) -> bool) -> Draft {
    Draft::new(format!("system/{id}"), kind, dashboard_uid(system, "overview")).team(system.owner.as_ref()).about(
        |plan| {
            let environments = system.environments.iter().filter(|environment| is_there(environment));
            plan.environments = environments.map(|environment| environment.name.clone()).collect();
        },
    )
}

/// An alert about the system that is on while a value is above a limit.
fn above(draft: Draft, value: &str, limit: Decimal, minutes: u64, rule: Rule) -> Draft {
    draft.when(format!("{value} > {limit}"), Some(Duration::minutes(minutes)), rule).above(limit, rule)
}

/// Nodes of clusters that pathc makes.
fn nodes(system: &System) -> Vec<AlertPlan> {
    let of_node = |kind: AlertKind| draft(system, kind, kind.as_str(), |environment| environment.cluster.is_none());
    let condition = |matchers: &[&str]| select("kube_node_status_condition", matchers);
    let zero = Decimal::whole(0);
    let not_ready = format!("sum({})", condition(&[READY, NOT]));
    let pressed = condition(&["condition=~\"DiskPressure|MemoryPressure|PIDPressure\"", "status=\"true\""]);
    let share = format!("({not_ready} > 1) / count({})", condition(&[READY, "status=\"true\""]));
    let quarter = Decimal::new(25, 2);
    vec![
        of_node(AlertKind::NodesLost)
            .severity(Traced::by_rule(AlertSeverity::Page, rules::NODES_LOST))
            .when(format!("{share} >= {quarter}"), Some(Duration::minutes(5)), rules::NODES_LOST)
            .above(quarter, rules::NODES_LOST)
            .says(
                system,
                format!("the cluster of {} has lost a quarter of its nodes or more", system.name),
                "A zone is out, or something that all nodes share: what ran there starts elsewhere, as far as there is room.",
            ),
        above(of_node(AlertKind::NodeUnready), &not_ready, zero, 15, rules::NODE_UNREADY).says(
            system,
            format!("a node of the cluster of {} is not ready", system.name),
            "What ran there starts on other nodes. A node that is replaced is gone sooner than this: it is stuck.",
        ),
        above(of_node(AlertKind::NodePressure), &format!("sum({pressed})"), zero, 10, rules::NODE_PRESSURE).says(
            system,
            format!("a node of the cluster of {} runs out of disk, memory or process numbers", system.name),
            "The node ends replicas to save itself, and takes no new ones meanwhile.",
        ),
    ]
}

/// Those who measure. While one is gone, all that it tells of is quiet.
fn exporters(system: &System) -> Vec<AlertPlan> {
    let has_datastores = |environment: &Environment| !environment.datastores.is_empty();
    let everywhere = |_: &Environment| true;
    let absent = |who: &str, series: String, blind: &str, is_there: &dyn Fn(&Environment) -> bool| {
        let id = format!("{}-{who}", AlertKind::ExporterAbsent);
        draft(system, AlertKind::ExporterAbsent, &id, is_there)
            // Each has a name of its own, so that a test tells it from the others, of which it has no series either.
            .with(|rule| rule.name.value = in_capitals(&format!("{who}-absent")).into())
            // A comparison has no labels that would become those of the alert.
            .when(format!("absent({series} >= 0)"), Some(Duration::minutes(10)), rules::EXPORTER_ABSENT)
            .says(
                system,
                format!("{who} of {} tells nothing any more", system.name),
                format!("Until it does, nobody is told of {blind}: look at them by hand."),
            )
    };
    vec![
        absent(
            "kube-state-metrics",
            select("kube_node_status_condition", &[READY, "status=\"true\""]),
            "replicas that are not ready, runs that fail, and nodes",
            &everywhere,
        ),
        absent(
            "kubelet",
            select("container_memory_working_set_bytes", &[SELECTOR]),
            "memory, throttling and volumes",
            &everywhere,
        ),
        absent("cloudwatch-exporter", select("yace_cloudwatch_requests_total", &[]), "datastores", &has_datastores),
    ]
}

/// Prometheus and Alertmanager themselves.
fn monitoring(system: &System, specs: &Specs) -> Vec<AlertPlan> {
    let of = |kind: AlertKind| draft(system, kind, kind.as_str(), |_| true);
    let grown = |metric: &str| format!("sum(increase({}[15m]))", select(metric, &[]));
    let zero = Decimal::whole(0);
    let loaded = format!(
        "min({} or {})",
        select("prometheus_config_last_reload_successful", &[]),
        select("alertmanager_config_last_reload_successful", &[])
    );
    let rule = rules::MONITORING_HEALTH;
    let mut alerts = vec![
        above(of(AlertKind::RulesFailing), &grown("prometheus_rule_evaluation_failures_total"), zero, 5, rule).says(
            system,
            format!("Prometheus of {} can't evaluate some of its rules", system.name),
            "Alerts of those rules are quiet, whatever happens.",
        ),
        above(of(AlertKind::NotificationsFailing), &grown("alertmanager_notifications_failed_total"), zero, 5, rule)
            .says(
                system,
                format!("Alertmanager of {} can't deliver messages", system.name),
                "Somebody who should be told is not: look at what is firing by hand.",
            ),
        of(AlertKind::ConfigurationRefused)
            .when(format!("{loaded} < 1"), Some(Duration::minutes(10)), rule)
            .below(Decimal::whole(1), rule)
            .says(
                system,
                format!("Prometheus or Alertmanager of {} refuses its new configuration", system.name),
                "The one before is in force: new rules and new routes are not.",
            ),
    ];
    if let Some(chart) = specs.kubernetes.part("monitoring").next() {
        let namespace = equals("namespace", chart.namespace.as_str());
        let of_volume = |metric: &str| select(metric, &[&namespace]);
        let share = format!(
            "min({} / {})",
            of_volume("kubelet_volume_stats_available_bytes"),
            of_volume("kubelet_volume_stats_capacity_bytes")
        );
        let limit = Decimal::new(1, 1);
        alerts.push(
            draft(system, AlertKind::VolumeFilling, "volume-filling-monitoring", |_| true)
                .when(format!("{share} < {limit}"), Some(Duration::minutes(15)), rules::VOLUME_LIMIT)
                .below(limit, rules::VOLUME_LIMIT)
                .says(
                    system,
                    format!("a volume of the monitoring of {} is nearly full", system.name),
                    "A Prometheus that has no room stops, and with it every alert.",
                ),
        );
    }
    alerts
}
