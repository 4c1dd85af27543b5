//! Which series there are: environments, scrape jobs, the components' metrics, exporters.

use super::subject::Subject;
use super::{overview, resource};
use crate::ir::choice::{ComponentKind, EnvironmentKind, HistogramForm, MetricType, Protocol, Runtime};
use crate::ir::component::Component;
use crate::ir::value::Duration;
use crate::ir::{Environment, Origin, System, Traced};
use crate::plan::monitoring::configurations::{
    ComponentMetrics, DeploymentWindowPlan, ExporterPlan, MetricPlan, MetricSource, MonitoredDatastore,
    MonitoredEnvironment, ScrapeJob,
};
use crate::plan::monitoring::indicator::Failures;
use crate::plan::monitoring::promql::quoted;
use crate::plan::monitoring::rules;
use crate::spec::Specs;
use crate::spec::prometheus::AlertSeverity;

/// One environment, as its series are told apart.
pub(super) fn environment(system: &System, environment: &Environment) -> MonitoredEnvironment {
    let page = Traced::new(AlertSeverity::Page, environment.kind.origin);
    let ticket = Traced::by_rule(AlertSeverity::Ticket, rules::GRAVEST);
    let is_production = environment.kind.value == EnvironmentKind::Production;
    let selector = match system.runtime.value {
        Runtime::Kubernetes => format!("namespace={}", quoted(environment.namespace.as_str())),
        Runtime::Ecs => format!("environment={}", quoted(environment.name.as_str())),
    };
    MonitoredEnvironment {
        origin: environment.origin,
        name: environment.name.clone(),
        kind: environment.kind,
        selector: Traced::by_rule(selector, rules::SELECTOR),
        variable: overview::variable_value(system, environment),
        discovery: (system.runtime.value == Runtime::Ecs)
            .then(|| Traced::by_rule(format!("{}-{}.internal", system.name, environment.name), rules::DISCOVERY)),
        gravest: if is_production { page } else { page.lesser(ticket) },
        components: environment
            .deployments
            .iter()
            .map(|deployment| Traced::new(system.component(deployment.component).name.value.clone(), deployment.origin))
            .collect(),
        datastores: environment
            .datastores
            .iter()
            .map(|datastore| MonitoredDatastore {
                origin: datastore.origin,
                name: datastore.name.clone(),
                kind: datastore.kind,
                resource: datastore.name.with(resource(system, environment, datastore.first_name().as_str())),
            })
            .collect(),
        deployment_window: environment.deployment_window.as_ref().map(|window| DeploymentWindowPlan {
            origin: window.origin,
            days: window.days.iter().map(|day| day.with(day.as_str().to_owned())).collect(),
            from: window.from,
            to: window.to,
            timezone: window.timezone.clone(),
        }),
    }
}

/// Where a component is asked for its metrics. Without a cluster that knows them, tasks that run to their end have no name
/// by which they could be found.
pub(super) fn scrape_job(component: &Component, runtime: Runtime) -> Option<ScrapeJob> {
    let metrics = component.metrics.as_ref()?;
    match component.kind.value {
        ComponentKind::Website | ComponentKind::Library => return None,
        ComponentKind::Cronjob | ComponentKind::Job if runtime == Runtime::Ecs => return None,
        _ => {}
    }
    let port = component.port(metrics.port.name.as_str());
    let tls = port.is_some_and(|port| port.protocol.value == Protocol::Https);
    Some(ScrapeJob {
        origin: metrics.origin,
        component: component.name.clone(),
        port_name: metrics.port.number.with(metrics.port.name.clone()),
        port: metrics.port.number,
        url_path: metrics.path.clone(),
        tls: Traced::by_rule(tls, rules::SCRAPE_TLS),
        interval: Traced::by_rule(Duration::seconds(30), rules::SCRAPE_INTERVAL),
        timeout: Traced::by_rule(Duration::seconds(10), rules::SCRAPE_TIMEOUT),
        histogram: metrics.histogram,
    })
}

/// The metrics of a component: those of its requests, then its own.
pub(super) fn metrics(subject: &Subject<'_>) -> Option<ComponentMetrics> {
    let stated = subject.component.metrics.as_ref()?;
    let mut metrics = Vec::new();
    if let Some(requests) = &subject.measured.requests {
        let is_declared = |given: Option<Origin>, name: &Traced<String>| given == Some(name.origin);
        let declared =
            |given: &Option<Traced<String>>, name| is_declared(given.as_ref().map(|given| given.origin), name);
        metrics.push(metric(requests.requests, MetricType::Counter, declared(&stated.requests, requests.requests)));
        if let Some(Failures::Counter(counter)) = &requests.failures {
            metrics.push(metric(counter, MetricType::Counter, false));
        }
        if let Some(duration) = &requests.duration {
            let mut plan = metric(duration, MetricType::Histogram, declared(&stated.duration, duration));
            // A native histogram has no edges that anybody chose: any limit can be asked for.
            if requests.histogram.value == HistogramForm::Classic {
                plan.buckets = requests.buckets.to_vec();
            }
            metrics.push(plan);
        }
        for (_, name) in requests.extra {
            let kind = if name.ends_with("_total") { MetricType::Counter } else { MetricType::Gauge };
            metrics.push(metric(name, kind, false));
        }
    }
    for own in &stated.custom {
        // What the component says of a metric wins over what is usual.
        metrics.retain(|known| known.name != own.name);
        metrics.push(MetricPlan {
            origin: own.origin,
            name: own.name.clone(),
            kind: own.kind,
            labels: own.labels.clone(),
            buckets: Vec::new(),
            help: own.help.clone(),
            source: Traced::new(MetricSource::Declared, own.origin),
        });
    }
    Some(ComponentMetrics { origin: stated.origin, component: subject.component.name.clone(), metrics })
}

fn metric(name: &Traced<String>, kind: MetricType, declared: bool) -> MetricPlan {
    MetricPlan {
        origin: name.origin,
        name: name.clone(),
        kind: Traced::by_rule(kind, rules::METRIC_TYPE),
        labels: Vec::new(),
        buckets: Vec::new(),
        help: None,
        source: name.with(if declared { MetricSource::Declared } else { MetricSource::Convention }),
    }
}

/// The exporters that speak about this system: those of its runtime that speak about all, or about a datastore it has.
/// An exporter that nobody brings is the user's to declare, and is not counted on.
pub(super) fn exporters(system: &System, specs: &Specs) -> Vec<ExporterPlan> {
    let known = specs.prometheus.exporters().iter();
    let there = known.filter(|known| known.runtimes.contains(&system.runtime.value) && known.managed_by.is_some());
    there
        .filter_map(|exporter| {
            let datastores: Vec<_> = system
                .datastores
                .iter()
                .filter(|datastore| exporter.datastores.contains(&datastore.kind.value))
                .map(|datastore| datastore.name.clone())
                .collect();
            if datastores.is_empty() && !exporter.datastores.is_empty() {
                return None;
            }
            Some(ExporterPlan {
                origin: exporter.origin,
                name: Traced::new(exporter.name.clone(), exporter.origin),
                managed_by: exporter.managed_by.clone(),
                datastores,
                labels: exporter.labels.clone(),
                metrics: exporter.metrics.iter().map(|metric| metric.name.clone()).collect(),
            })
        })
        .collect()
}
