//! One component, as monitoring sees it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::alerts::{self, component_dashboard};
use super::traffic::KnownRequests;
use crate::ir::choice::{Access, Domain, Runtime, Tier};
use crate::ir::component::{Component, DependencyKind};
use crate::ir::value::Name;
use crate::ir::{ComponentId, Deployment, Environment, System, Traced};
use crate::plan::Encode;
use crate::plan::monitoring::alerting::AlertSubject;
use crate::plan::monitoring::indicator::{Measured, own_series};
use crate::plan::monitoring::promql::{SELECTOR, equals, select};
use crate::plan::monitoring::rules;
use crate::spec::Specs;
use crate::spec::prometheus::AlertSeverity;

/// A component with all that its objectives, alerts and panels follow from.
pub(super) struct Subject<'a> {
    pub(super) system: &'a System,
    pub(super) id: ComponentId,
    pub(super) component: &'a Component,
    /// Where it runs.
    pub(super) environments: &'a [&'a Environment],
    pub(super) measured: Measured<'a>,
    pub(super) specs: &'a Specs,
    /// The label matchers of its own series.
    pub(super) own: String,
    /// The label matcher of its containers.
    container: String,
    /// What its alerts are about.
    pub(super) about: Arc<AlertSubject>,
    /// The datastores that have a dashboard.
    pub(super) shown_datastores: &'a BTreeSet<&'a str>,
    /// The components that need it.
    pub(super) callers: &'a [ComponentId],
    /// What the requests of all components are known by.
    pub(super) requests: &'a KnownRequests<'a>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        system: &'a System,
        id: ComponentId,
        environments: &'a [&'a Environment],
        specs: &'a Specs,
        shown_datastores: &'a BTreeSet<&'a str>,
        callers: &'a [ComponentId],
        requests: &'a KnownRequests<'a>,
    ) -> Subject<'a> {
        let component = system.component(id);
        let measured =
            Measured { component, runtime: system.runtime.value, requests: requests.of(id), spec: &specs.prometheus };
        let mut subject = Subject {
            system,
            id,
            component,
            environments,
            measured,
            specs,
            own: own_series(component),
            container: equals("container", component.name.as_str()),
            about: Arc::new(alerts::subject(component.origin, component_dashboard(system, &component.name))),
            shown_datastores,
            callers,
            requests,
        };
        subject.about = Arc::new(subject.told());
        subject
    }

    /// What alerts are about the component.
    fn told(&self) -> AlertSubject {
        let component = self.component;
        let mut about = AlertSubject {
            component: Some(component.name.clone()),
            team: component.owner.as_ref().map(|owner| owner.team.clone()),
            environments: self.environments.iter().map(|environment| environment.name.clone()).collect(),
            dependencies: self.critical_dependencies().cloned().collect(),
            reads: self.lineage(&[Access::Read, Access::Write, Access::Consume]),
            writes: self.lineage(&[Access::Write, Access::Produce]),
            ..alerts::subject(component.origin, self.about.dashboard.clone())
        };
        about.document.value = alerts::document(&about);
        about.shrink();
        about
    }

    /// The gravest severity that an alert of this component has.
    pub(super) fn gravest(&self) -> Traced<AlertSeverity> {
        match self.component.tier.value {
            Tier::Internal => Traced::by_rule(AlertSeverity::Ticket, rules::TIER_SEVERITY),
            Tier::Critical | Tier::Standard => Traced::by_rule(AlertSeverity::Page, rules::OUTAGE),
        }
    }

    /// What nothing works without: components, datastores and external services.
    pub(super) fn critical_dependencies(&self) -> impl Iterator<Item = &'a Traced<Name>> {
        let component = self.component;
        let others = component.depends_on.iter().filter(|dependency| dependency.name != component.name);
        others.filter(|dependency| dependency.critical.value).map(|dependency| &dependency.name)
    }

    /// The datastores that the component has one of these ways to, where its domain follows data.
    pub(super) fn lineage(&self, ways: &[Access]) -> Option<Traced<String>> {
        if self.component.domain.value != Domain::Data {
            return None;
        }
        let datastores = self.component.depends_on.iter().filter(|dependency| {
            dependency.kind == DependencyKind::Datastore && ways.contains(&dependency.access.value)
        });
        let names: Vec<&str> = datastores.map(|dependency| dependency.name.as_str()).collect();
        Some(names).filter(|names| !names.is_empty()).map(|names| Traced::by_rule(names.join(","), rules::LINEAGE))
    }

    /// What runs of the component, in each environment.
    pub(super) fn deployments(&self) -> impl Iterator<Item = &'a Deployment> {
        let (id, environments) = (self.id, self.environments.iter().copied());
        environments.filter_map(move |environment: &'a Environment| environment.deployment(id))
    }

    /// Whether the cluster's own exporters tell about the component.
    pub(super) fn is_in_cluster(&self) -> bool {
        self.system.runtime.value == Runtime::Kubernetes
    }

    /// A selector of a metric of the component's containers.
    pub(super) fn container(&self, metric: &str, further: &str) -> String {
        select(metric, &[SELECTOR, &self.container, further])
    }
}
