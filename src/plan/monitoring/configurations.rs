//! `monitoring_configurations`: what is asked for metrics, which metrics there are, and which objectives they prove.

use std::sync::Arc;

use crate::ir::Traced;
use crate::ir::choice::{DatastoreKind, EnvironmentKind, HistogramForm, MetricType};
use crate::ir::value::{Decimal, Duration, Name, Percent, PortNumber, Text, TimeOfDay, UrlPath};
use crate::spec::prometheus::AlertSeverity;
use crate::{choice, plan_record};

choice! {
    /// Why a metric is known.
    pub enum MetricSource as "metric source" {
        Declared = "declared": "the component names it",
        Convention = "convention": "components of its protocol have it",
    }
}
choice! {
    /// What an objective is measured by.
    pub enum IndicatorKind as "indicator kind" {
        Availability = "availability": "requests that did not fail, or minutes with a ready replica",
        Latency = "latency": "requests answered in time",
        Ratio = "ratio": "good events of all events",
        Freshness = "freshness": "minutes in which the newest result was new enough",
    }
}
choice! {
    /// Why a burn window is left out.
    pub enum DroppedReason as "reason to drop a burn window" {
        CannotFire = "cannot-fire": "even a full outage stays below its threshold",
        LongerThanRetention = "longer-than-retention": "metrics are not kept so long",
        LongerThanPeriod = "longer-than-period": "the objective is judged over less time",
    }
}

plan_record! {
    /// What is measured, and what it must reach.
    pub struct MonitoringConfigurations as "monitoring configurations" {
        /// The name of this deliverable: `monitoring_configurations`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// The system.
        system: Traced<Name>, required;
        /// How long samples are kept.
        retention: Traced<Duration>, required;
        /// The environments, in the order of the input.
        environments: Vec<MonitoredEnvironment>, many;
        /// Where components are asked for their metrics.
        scrape_jobs: Vec<ScrapeJob>, many;
        /// The metrics of components.
        catalogue: Vec<ComponentMetrics>, many;
        /// Who else exposes metrics of this system.
        exporters: Vec<ExporterPlan>, many;
        /// The objectives.
        objectives: Vec<ObjectivePlan>, many;
    }

    /// One environment, as its series are told apart.
    pub struct MonitoredEnvironment as "monitored environment" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What it is for.
        kind: Traced<EnvironmentKind>, required;
        /// The label matchers that `$selector` stands for.
        selector: Traced<String>, required;
        /// The value that it has in the variable `environment` of dashboards, and in links to them.
        variable: Traced<String>, required;
        /// The zone in which each component's name has the addresses of its replicas; none where a cluster knows them.
        discovery: Traced<String>, optional;
        /// The gravest severity that an alert of this environment has.
        gravest: Traced<AlertSeverity>, required;
        /// The components that run in it.
        components: Vec<Traced<Name>>, many;
        /// Its datastores.
        datastores: Vec<MonitoredDatastore>, many;
        /// When it is deployed to, if not at any time.
        deployment_window: DeploymentWindowPlan, optional;
    }

    /// One datastore, as its series are told apart.
    pub struct MonitoredDatastore as "monitored datastore" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What it is.
        kind: Traced<DatastoreKind>, required;
        /// What the cloud calls it.
        resource: Traced<String>, required;
    }

    /// When deployments may run.
    pub struct DeploymentWindowPlan as "deployment window plan" {
        /// The days, `mon` to `sun`; none: all.
        days: Vec<Traced<String>>, many;
        /// From this time of day.
        from: Traced<TimeOfDay>, required;
        /// To this time of day.
        to: Traced<TimeOfDay>, required;
        /// The time zone that the times are in.
        timezone: Traced<String>, required;
    }

    /// Where one component is asked for its metrics. Its series carry `job="COMPONENT"`.
    pub struct ScrapeJob as "scrape job" {
        /// The component.
        component: Traced<Name>, required;
        /// The port's name.
        port_name: Traced<Name>, required;
        /// The port's number.
        port: Traced<PortNumber>, required;
        /// The path.
        url_path: Traced<UrlPath>, required;
        /// Whether by TLS.
        tls: Traced<bool>, required;
        /// How often.
        interval: Traced<Duration>, required;
        /// How long an answer may take.
        timeout: Traced<Duration>, required;
        /// The form of its histograms.
        histogram: Traced<HistogramForm>, required;
    }

    /// The metrics of one component.
    pub struct ComponentMetrics as "component metrics" {
        /// The component.
        component: Traced<Name>, required;
        /// Its metrics.
        metrics: Vec<MetricPlan>, many;
    }

    /// One metric.
    pub struct MetricPlan as "metric plan" {
        /// What it is called; a histogram without `_bucket`.
        name: Traced<String>, required;
        /// Its type.
        kind: Traced<MetricType>, required;
        /// The labels that are known.
        labels: Vec<Traced<String>>, many;
        /// The edges of a classic histogram, in seconds.
        buckets: Vec<Traced<Decimal>>, many;
        /// What it counts.
        help: Traced<String>, optional;
        /// Why it is known.
        source: Traced<MetricSource>, required;
    }

    /// Who exposes metrics without a component's doing.
    pub struct ExporterPlan as "exporter plan" {
        /// What it is called.
        name: Traced<String>, required;
        /// The platform part that brings it.
        managed_by: Traced<String>, optional;
        /// The datastores that it speaks about.
        datastores: Vec<Traced<Name>>, many;
        /// The labels of its series beside `job` and `instance`.
        labels: Vec<Traced<String>>, many;
        /// The metrics that are known of it.
        metrics: Vec<Traced<String>>, many;
    }

    /// One objective.
    pub struct ObjectivePlan as "objective plan" {
        /// `COMPONENT/NAME`, unique in the system.
        id: Traced<Text>, required;
        /// `COMPONENT-NAME`, as other generators of SLO rules build their identifier.
        sloth_id: Traced<Text>, required;
        /// The component.
        component: Traced<Name>, required;
        /// What it is called.
        name: Traced<Name>, required;
        /// What it is measured by.
        indicator: Traced<IndicatorKind>, required;
        /// Good events in percent of all.
        objective: Traced<Percent>, required;
        /// The share of events that may be bad, from 0 to 1.
        error_budget: Traced<Decimal>, required;
        /// The time that it is judged over.
        period: Traced<Duration>, required;
        /// How long a request may take.
        latency: Traced<Duration>, optional;
        /// The share of bad events from 0 to 1: PromQL with `$window` and `$selector`.
        error_ratio: Traced<Text>, required;
        /// How many events there were: PromQL with `$window` and `$selector`; none where minutes are counted.
        events: Traced<Text>, optional;
        /// The critical dependencies that bound it.
        dependencies: Vec<Traced<Name>>, many;
        /// When its budget burns too fast.
        burn_windows: Arc<Vec<BurnWindowPlan>>, many;
        /// Windows that are left out, and why.
        dropped_windows: Vec<DroppedWindowPlan>, many;
    }

    /// A budget burns too fast while the error ratio is above the threshold over the long and over the short window.
    pub struct BurnWindowPlan as "burn window plan" {
        /// What it asks of a person.
        severity: Traced<AlertSeverity>, required;
        /// The long window, which says that enough was burned.
        long: Traced<Duration>, required;
        /// The short window, which says that it still burns.
        short: Traced<Duration>, required;
        /// The share of the error budget that the long window may burn, in percent.
        budget: Traced<Decimal>, required;
        /// How much faster than evenly.
        factor: Traced<Decimal>, required;
        /// The error ratio: the factor times the error budget.
        threshold: Traced<Decimal>, required;
        /// How many events the long window must hold, so that one bad event alone does not reach the threshold.
        least_events: Traced<u64>, optional;
    }

    /// A burn window that is left out.
    pub struct DroppedWindowPlan as "dropped burn window" {
        /// What it would have asked of a person.
        severity: Traced<AlertSeverity>, required;
        /// The long window.
        long: Traced<Duration>, required;
        /// How much faster than evenly.
        factor: Traced<Decimal>, required;
        /// Why it is left out.
        reason: Traced<DroppedReason>, required;
    }
}

impl ObjectivePlan {
    /// The fastest of the windows that a panel over five minutes shows the burning of.
    #[must_use]
    pub fn shown_window(&self) -> Option<&BurnWindowPlan> {
        self.burn_windows.iter().find(|window| window.short.value >= Duration::minutes(5))
    }
}

impl BurnWindowPlan {
    /// Whether another one says the same, for the same reasons.
    #[must_use]
    pub fn is_same(&self, other: &BurnWindowPlan) -> bool {
        (self.origin, self.severity.origin) == (other.origin, other.severity.origin)
            && self.severity == other.severity
            && (self.long, self.short) == (other.long, other.short)
            && (self.budget, self.factor) == (other.budget, other.factor)
            && (self.threshold, self.least_events) == (other.threshold, other.least_events)
    }
}

impl MonitoredEnvironment {
    /// What an alert asks of a person here: what it asks in production, unless nothing here is so grave.
    #[must_use]
    pub fn severity(&self, in_production: Traced<AlertSeverity>) -> Traced<AlertSeverity> {
        in_production.lesser(self.gravest)
    }
}

impl Traced<AlertSeverity> {
    /// The less grave of two severities.
    #[must_use]
    pub fn lesser(self, other: Traced<AlertSeverity>) -> Traced<AlertSeverity> {
        if other.value > self.value { other } else { self }
    }
}
