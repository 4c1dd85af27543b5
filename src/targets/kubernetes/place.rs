//! What is printed: one environment, and the components that run in it.

use crate::ir::Traced;
use crate::ir::choice::EnvironmentKind;
use crate::plan::Plans;
use crate::plan::infrastructure::InfrastructurePlan;
use crate::plan::infrastructure::environments::{
    DatastorePlan, EnvironmentPlan, ExternalPlan, ImagePlan, RoutePlan, WorkloadPlan,
};
use crate::plan::infrastructure::scaling::ComponentScaling;
use crate::plan::infrastructure::templates::{
    ComponentTemplate, MigrationTemplate, PlatformTemplate, PortTemplate, PublicPortTemplate, RegistryTemplate,
    StrategyKind, StrategyTemplate, SystemTemplate, WorkloadForm,
};
use crate::plan::monitoring::MonitoringPlan;
use crate::spec::kubernetes::{Kind, KubernetesSpec};
use crate::spec::{PrometheusSpec, Specs};
use crate::targets::shared::names;

/// One environment, and what is known of Kubernetes. References only: every job takes a copy.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) spec: &'a KubernetesSpec,
    pub(super) system: &'a SystemTemplate,
    pub(super) platform: &'a PlatformTemplate,
    pub(super) registry: Option<&'a RegistryTemplate>,
    pub(super) environment: &'a EnvironmentPlan,
    pub(super) monitoring: &'a MonitoringPlan,
    pub(super) prometheus: &'a PrometheusSpec,
    plan: &'a InfrastructurePlan,
}

/// One component that runs in an environment.
#[derive(Clone, Copy)]
pub(super) struct Workload<'a> {
    pub(super) place: Place<'a>,
    pub(super) component: &'a ComponentTemplate,
    pub(super) plan: &'a WorkloadPlan,
    pub(super) image: &'a ImagePlan,
    pub(super) scaling: Option<&'a ComponentScaling>,
}

impl<'a> Place<'a> {
    /// All environments, in order.
    pub(super) fn all(plans: &'a Plans, specs: &'a Specs) -> impl Iterator<Item = Place<'a>> {
        let infrastructure = &plans.infrastructure;
        infrastructure.environments.environments.iter().map(move |environment| Place {
            spec: &specs.kubernetes,
            prometheus: &specs.prometheus,
            system: &infrastructure.templates.system,
            platform: &infrastructure.templates.platform,
            registry: infrastructure.templates.registry.as_ref(),
            environment,
            monitoring: &plans.monitoring,
            plan: infrastructure,
        })
    }

    /// What runs, in the order of the system: not what has no image yet, nor files behind a CDN.
    pub(super) fn workloads(self) -> impl Iterator<Item = Workload<'a>> {
        self.environment.workloads.iter().filter_map(move |plan| self.printed(plan))
    }

    /// A component that runs, by its name.
    pub(super) fn workload(self, name: &str) -> Option<Workload<'a>> {
        self.printed(self.plan.workload(self.environment, name)?)
    }

    /// The workloads that requests from outside reach; most are not, and every Ingress asks for them.
    pub(super) fn routed(self) -> impl Iterator<Item = Workload<'a>> {
        let routed = self.environment.workloads.iter().filter(|plan| !plan.routes.is_empty());
        routed.filter_map(move |plan| self.printed(plan))
    }

    fn printed(self, plan: &'a WorkloadPlan) -> Option<Workload<'a>> {
        let component = self.plan.component(plan.component.as_str())?;
        let scaling = self.plan.scaling_of(self.environment, plan.component.as_str());
        let workload = Workload { place: self, component, plan, image: plan.image.as_ref()?, scaling };
        (component.form.value != WorkloadForm::Static).then_some(workload)
    }

    /// A datastore by its name.
    pub(super) fn datastore(self, name: &str) -> Option<&'a DatastorePlan> {
        self.environment.datastores.iter().find(|datastore| datastore.name.as_str() == name)
    }

    /// An external service by its name.
    pub(super) fn external(self, name: &str) -> Option<&'a ExternalPlan> {
        self.environment.externals.iter().find(|external| external.name.as_str() == name)
    }

    /// `SYSTEM-ENVIRONMENT`: what tells this environment from all others that a cluster or an account may hold.
    pub(super) fn instance(self) -> String {
        format!("{}-{}", self.system.name, self.environment.name)
    }

    pub(super) fn is_production(self) -> bool {
        self.environment.kind.value == EnvironmentKind::Production
    }
}

impl<'a> Workload<'a> {
    /// The kind of object that runs it.
    pub(super) fn kind(self) -> Kind {
        match self.component.form.value {
            WorkloadForm::Stateful => Kind::StatefulSet,
            WorkloadForm::Scheduled | WorkloadForm::Manual => Kind::CronJob,
            WorkloadForm::OnDeploy => Kind::Job,
            WorkloadForm::Replicated | WorkloadForm::Static => match self.strategy_kind() {
                StrategyKind::Rolling => Kind::Deployment,
                StrategyKind::Canary | StrategyKind::BlueGreen => Kind::Rollout,
            },
        }
    }

    /// Whether it runs all the time.
    pub(super) fn is_replicated(self) -> bool {
        matches!(self.kind(), Kind::Deployment | Kind::StatefulSet | Kind::Rollout)
    }

    pub(super) fn strategy(self) -> Option<&'a StrategyTemplate> {
        self.component.strategy.as_ref()
    }

    fn strategy_kind(self) -> StrategyKind {
        self.strategy().map_or(StrategyKind::Rolling, |strategy| strategy.kind.value)
    }

    pub(super) fn name(self) -> &'a str {
        self.component.name.as_str()
    }

    /// A name that begins with the component's and fits the limit of the kind.
    pub(super) fn named(self, kind: Kind, suffix: &str) -> String {
        names::shorten(&format!("{}-{suffix}", self.name()), limit(self.place.spec, kind).value)
    }

    /// A port by its name.
    pub(super) fn port(self, name: &str) -> Option<&'a PortTemplate> {
        self.component.ports.iter().find(|port| port.name.as_str() == name)
    }

    /// Ports that are reached from outside.
    pub(super) fn public_ports(self) -> impl Iterator<Item = (&'a PortTemplate, &'a PublicPortTemplate)> {
        self.component.ports.iter().filter_map(|port| Some((port, port.public.as_ref()?)))
    }

    /// The ways in from outside that end at a port.
    pub(super) fn routes(self, port: &PortTemplate) -> impl Iterator<Item = &'a RoutePlan> {
        self.plan.routes.iter().filter(move |route| route.port.value == port.name.value)
    }

    /// The name of a port on the container, which takes fewer characters than the language does.
    pub(super) fn container_port(self, name: &Traced<crate::ir::value::Name>) -> Traced<String> {
        name.with(names::port_name(name.as_str(), self.place.spec.limits.port.value))
    }

    pub(super) fn migrations(self) -> &'a [MigrationTemplate] {
        &self.component.migrations
    }
}

/// How long a name of this kind may be.
pub(super) fn limit(spec: &KubernetesSpec, kind: Kind) -> &Traced<u32> {
    match kind {
        Kind::Service => &spec.limits.service,
        Kind::Deployment | Kind::Rollout => &spec.limits.workload,
        Kind::StatefulSet => &spec.limits.stateful_set,
        Kind::CronJob => &spec.limits.cron_job,
        Kind::Job => &spec.limits.job,
        _ => &spec.limits.object,
    }
}
