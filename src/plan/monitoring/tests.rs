//! The whole plan of the storefront: what one would expect of it, and what must hold of any.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;
use promql_parser::parser::{Expr, VectorSelector};
use promql_parser::util::{ExprVisitor, walk_expr};

use super::alerting::{AlertKind, AlertPlan};
use super::configurations::{DroppedReason, IndicatorKind};
use super::dashboards::DashboardKind;
use super::promql::{fill, parse};
use super::{MonitoringPlan, plan};
use crate::ir::{System, Traced};
use crate::plan::Encode;
use crate::source::Sources;
use crate::spec::Specs;
use crate::spec::prometheus::AlertSeverity;

fn system(fixture: &str) -> System {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass").join(fixture);
    crate::input::read(&root).system.unwrap()
}

fn specs() -> Specs {
    Specs::load(&mut Sources::default()).0.unwrap()
}

fn storefront() -> MonitoringPlan {
    let (plan, problems) = plan(&system("storefront"), &specs());
    assert!(problems.is_empty(), "{problems:?}");
    plan
}

/// Every expression of a plan with its placeholders filled, and what it belongs to.
fn expressions(plan: &MonitoringPlan) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for objective in &plan.configurations.objectives {
        found.push((objective.id.to_string(), objective.error_ratio.to_string()));
        found.extend(objective.events.iter().map(|events| (objective.id.to_string(), events.to_string())));
    }
    for alert in &plan.alerting.alerts {
        found.extend(alert.expression().iter().map(|expression| (alert.id().to_string(), expression.to_string())));
    }
    let dashboards: Vec<_> = plan.dashboards.dashboards.iter().collect();
    for dashboard in &dashboards {
        let panels = dashboard.rows.iter().flat_map(|row| &row.panels);
        for panel in panels {
            let of = |query: &str| format!("{} {} {query}", dashboard.uid, panel.title);
            found.extend(panel.queries.iter().map(|query| (of(&query.legend), query.expression.to_string())));
        }
    }
    let fill = |text: &str| {
        fill(text, "5m", "namespace=\"shop\"").replace("$instance", ".*").replace("$environment_text", "production")
    };
    found.into_iter().map(|(owner, text)| (owner, fill(&text))).collect()
}

struct Metrics(BTreeSet<String>);

impl ExprVisitor for Metrics {
    type Error = std::convert::Infallible;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, Self::Error> {
        let name = |selector: &VectorSelector| selector.name.clone();
        match expression {
            Expr::VectorSelector(selector) => self.0.extend(name(selector)),
            Expr::MatrixSelector(selector) => self.0.extend(name(&selector.vs)),
            _ => {}
        }
        Ok(true)
    }
}

/// There are a dozen a component, and each is held until the end.
#[test]
fn an_alert_holds_little() {
    assert!(size_of::<AlertPlan>() <= 24, "{}", size_of::<AlertPlan>());
    // What components are told alike is held once for all of them.
    let plan = storefront();
    let rules = |kind| plan.alerting.alerts.iter().map(|alert| &alert.rule).filter(move |rule| rule.kind.value == kind);
    let first = rules(AlertKind::Restarts).next().unwrap();
    assert!(rules(AlertKind::Restarts).count() > 1);
    assert!(rules(AlertKind::Restarts).all(|rule| Arc::ptr_eq(rule, first)));
}

fn alert<'a>(plan: &'a MonitoringPlan, id: &str) -> &'a AlertPlan {
    plan.alerting.alerts.iter().find(|alert| alert.id().is(id)).unwrap_or_else(|| panic!("no alert {id}"))
}

#[test]
fn alerts_of_the_domain_data_say_what_is_read_and_written() {
    let (plan, _) = plan(&system("river-gauges"), &specs());
    let lineage = |component: &str| {
        let mut alerts = plan.alerting.alerts.iter();
        let alert =
            alerts.find(|alert| alert.component.as_ref().is_some_and(|name| name.as_str() == component)).unwrap();
        let text = |names: &Option<Traced<String>>| names.as_ref().map(|names| names.value.clone());
        (text(&alert.reads), text(&alert.writes))
    };
    assert_eq!(lineage("cleaner"), (Some("readings,lake".to_owned()), Some("lake".to_owned())));
    assert!(storefront().alerting.alerts.iter().all(|alert| alert.reads.is_none() && alert.writes.is_none()));
}

#[test]
fn every_expression_parses() {
    for fixture in ["storefront", "opentelemetry-demo"] {
        let (plan, _) = plan(&system(fixture), &specs());
        for (owner, text) in expressions(&plan) {
            assert!(!text.contains('$'), "{owner}: {text}");
            parse(&text).unwrap_or_else(|refused| panic!("{owner}: {text} {}", refused.0));
        }
    }
}

#[test]
fn every_metric_is_exposed_by_somebody() {
    let plan = storefront();
    let mut exposed: BTreeSet<String> = BTreeSet::from(["up".to_owned(), "ALERTS".to_owned()]);
    for metric in plan.configurations.catalogue.iter().flat_map(|component| &component.metrics) {
        for suffix in ["", "_bucket", "_count", "_sum"] {
            exposed.insert(format!("{}{suffix}", metric.name));
        }
    }
    let exported = plan.configurations.exporters.iter().flat_map(|exporter| &exporter.metrics);
    exposed.extend(exported.map(|metric| metric.value.clone()));
    for (owner, text) in expressions(&plan) {
        let mut metrics = Metrics(BTreeSet::new());
        let Ok(_) = walk_expr(&mut metrics, &parse(&text).unwrap());
        for metric in metrics.0 {
            assert!(exposed.contains(&metric) || super::recordings::is_recorded(&metric), "{owner}: {metric}");
        }
    }
}

#[test]
fn the_storefront_is_watched_as_it_asks_for() {
    let plan = storefront();
    let objectives: Vec<(&str, IndicatorKind)> = plan
        .configurations
        .objectives
        .iter()
        .map(|objective| (objective.id.as_str(), objective.indicator.value))
        .collect();
    assert_eq!(
        objectives,
        [
            ("web/availability", IndicatorKind::Availability),
            ("checkout/availability", IndicatorKind::Availability),
            ("checkout/latency", IndicatorKind::Latency),
            ("catalog/availability", IndicatorKind::Availability),
            ("order-worker/freshness", IndicatorKind::Ratio),
        ]
    );
    let checkout = &plan.configurations.objectives[1];
    let windows: Vec<String> = checkout
        .burn_windows
        .iter()
        .map(|window| format!("{} {} {} {}", window.severity, window.long, window.short, window.threshold))
        .collect();
    assert_eq!(windows, ["page 1h 5m 0.0144", "page 6h 30m 0.006", "ticket 1d 2h 0.003", "ticket 3d 6h 0.001"]);
    assert_eq!(checkout.burn_windows[0].least_events.unwrap().value, 70);
    let needed: Vec<String> = checkout.dependencies.iter().map(ToString::to_string).collect();
    assert_eq!(needed, ["orders-db", "orders-queue", "stripe"]);

    let burn = alert(&plan, "checkout/budget-burn-availability-page");
    assert_eq!(burn.rule.severity.value, AlertSeverity::Page);
    assert_eq!(burn.objective().unwrap().to_text(), "checkout/availability");
    assert_eq!(
        burn.runbook().unwrap().to_text(),
        "https://runbooks.acme.example/storefront/checkout/budget-burn-availability-page"
    );
    assert_eq!(burn.dashboard.value, "storefront-component-checkout");
    assert_eq!(burn.team.as_ref().unwrap().value, "commerce");

    // A canary is no Deployment: its pods are asked.
    let unready = alert(&plan, "checkout/unready").expression().unwrap();
    assert!(unready.to_text().contains("kube_pod_status_ready{$selector"), "{unready}");
    let unready = alert(&plan, "catalog/unready").expression().unwrap();
    assert_eq!(
        unready.to_text(),
        "sum(kube_deployment_status_replicas_available{$selector,deployment=\"catalog\"}) < 1"
    );

    let connections = alert(&plan, "production/orders-db/datastore-connections");
    assert_eq!(
        connections.expression().unwrap().to_text(),
        "max(aws_rds_database_connections_maximum{dimension_DBInstanceIdentifier=\"storefront-production-orders-db\"}) > 320"
    );
    // Without `max_connections` nobody can say how many are left.
    assert!(!plan.alerting.alerts.iter().any(|alert| alert.id().is("production/catalog-db/datastore-connections")));
    alert(&plan, "nightly-report/run-missed");
    alert(&plan, "system/certificate-expiring");

    let receivers: Vec<(String, &str)> = plan
        .alerting
        .receivers
        .iter()
        .map(|receiver| (receiver.name.to_string(), receiver.service.as_ref().unwrap().as_str()))
        .collect();
    let expected =
        [("commerce-page", "pagerduty"), ("commerce-ticket", "email"), ("commerce-leads-escalated", "pagerduty")];
    assert_eq!(receivers, expected.map(|(name, service)| (name.to_owned(), service)));
    let gravest: Vec<AlertSeverity> =
        plan.configurations.environments.iter().map(|environment| environment.gravest.value).collect();
    assert_eq!(gravest, [AlertSeverity::Ticket, AlertSeverity::Page]);
}

#[test]
fn the_nodes_of_a_cluster_are_watched_where_pathc_makes_it() {
    let watched = |system: &System| {
        let (plan, _) = plan(system, &specs());
        let of = |id: &str| {
            let alert = plan.alerting.alerts.iter().find(|alert| alert.id().is(id))?;
            Some(alert.environments.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        (of("system/nodes-lost"), of("system/rules-failing"))
    };
    let both = Some("staging production".to_owned());
    assert_eq!(watched(&system("storefront")), (both.clone(), both.clone()));
    // Production takes part in a cluster that is there before; what measures there is installed all the same.
    assert_eq!(watched(&system("clinic")), (Some("staging".to_owned()), both));
    // A Prometheus that exists may see several clusters, and watches itself.
    let mut elsewhere = system("storefront");
    let origin = elsewhere.origin;
    elsewhere.platform.prometheus_url = Some(Traced::new("https://prometheus.example".to_owned(), origin));
    assert_eq!(watched(&elsewhere), (None, None));
    assert_eq!(watched(&system("courier")), (None, None));
}

#[test]
fn an_outage_on_ecs_is_told_once() {
    let mut system = system("courier");
    let (dispatcher, _) = system.component_named("dispatcher").unwrap();
    system.components[dispatcher.0 as usize].metrics = None;
    let outages = |system: &System, name: &str| -> Vec<(AlertKind, Option<String>)> {
        let (plan, _) = plan(system, &specs());
        let of =
            plan.alerting.alerts.iter().filter(|alert| alert.component.as_ref().is_some_and(|of| of.as_str() == name));
        let outages = of.filter(|alert| matches!(alert.rule.kind.value, AlertKind::Absent | AlertKind::Unready));
        outages.map(|alert| (alert.rule.kind.value, alert.rule.hold.map(|hold| hold.to_string()))).collect()
    };
    // Production runs two replicas at least: as quickly as anywhere.
    let hold = Some("1m".to_owned());
    assert_eq!(outages(&system, "api"), [(AlertKind::Absent, hold.clone())]);
    assert_eq!(outages(&system, "dispatcher"), [(AlertKind::Unready, hold.clone())]);
    // Where no rules of Prometheus are generated, only the cloud can tell.
    system.targets = Some(Vec::new());
    assert!(outages(&system, "api").contains(&(AlertKind::Unready, hold)));
}

#[test]
fn every_alert_has_a_dashboard_and_a_route() {
    for fixture in ["storefront", "opentelemetry-demo"] {
        let (plan, _) = plan(&system(fixture), &specs());
        let dashboards: Vec<_> = plan.dashboards.dashboards.iter().collect();
        let uids: BTreeSet<&str> = dashboards.iter().map(|board| board.uid.as_str()).collect();
        assert_eq!(uids.len(), dashboards.len(), "each uid once");
        assert!(uids.iter().all(|uid| uid.len() <= 40));
        let mut ids: BTreeMap<String, u32> = BTreeMap::new();
        for alert in &plan.alerting.alerts {
            *ids.entry(alert.id().to_string()).or_default() += 1;
            assert!(uids.contains(alert.dashboard.as_str()), "{} {}", alert.id(), alert.dashboard);
            assert!(!alert.environments.is_empty(), "{}", alert.id());
            assert!(
                !alert.summary().to_text().is_empty() && !alert.description().to_text().is_empty(),
                "{}",
                alert.id()
            );
            let is_burn = alert.rule.kind.value == AlertKind::BudgetBurn;
            assert_eq!(is_burn, alert.objective().is_some(), "{}", alert.id());
            assert_eq!(is_burn, alert.expression().is_none(), "{}", alert.id());
            let routed = plan.alerting.routes.iter().any(|route| Some(&route.team) == alert.team.as_ref());
            assert_eq!(routed, alert.team.is_some(), "{}", alert.id());
        }
        assert!(ids.values().all(|times| *times == 1), "{ids:?}");
        let links = dashboards.iter().filter(|board| board.kind.value == DashboardKind::Component);
        for link in links.flat_map(|board| &board.links).filter_map(|link| link.dashboard.as_ref()) {
            assert!(uids.contains(link.as_str()), "{link}");
        }
    }
}

#[test]
fn what_is_dropped_says_why() {
    let mut system = system("storefront");
    let (id, _) = system.component_named("web").unwrap();
    let delivery = system.components[id.0 as usize].delivery.as_mut().unwrap();
    delivery.slos[0].objective.value.0 = crate::ir::value::Decimal::whole(90);
    let (plan, problems) = plan(&system, &specs());
    assert!(problems.is_empty(), "{problems:?}");
    let dropped = &plan.configurations.objectives[0].dropped_windows;
    assert_eq!(dropped.len(), 1);
    assert_eq!(dropped[0].reason.value, DroppedReason::CannotFire);
}

#[test]
fn an_objective_that_can_not_be_measured_is_said() {
    let mut system = system("storefront");
    let (id, _) = system.component_named("checkout").unwrap();
    system.components[id.0 as usize].metrics = None;
    let (_, problems) = plan(&system, &specs());
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["`checkout` has nothing to measure `latency` by"]);

    let mut system = super::tests::system("storefront");
    let (id, _) = system.component_named("web").unwrap();
    let delivery = system.components[id.0 as usize].delivery.as_mut().unwrap();
    delivery.slos[0].objective.value.0 = crate::ir::value::Decimal::whole(100);
    let (_, problems) = plan(&system, &specs());
    assert_eq!(problems[0].message, "the objective `availability` of `web` leaves no error budget");
}

#[test]
fn planning_twice_gives_the_same() {
    let (system, specs) = (system("storefront"), specs());
    let documents = || {
        let (plan, _) = plan(&system, &specs);
        let origin = system.origin;
        let docs = [plan.configurations.encode(origin), plan.alerting.encode(origin), plan.dashboards.encode(origin)];
        format!("{docs:?}")
    };
    assert_eq!(documents(), documents());
}
