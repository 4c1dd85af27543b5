//! How components are run: resources, replicas, strategy, rollback, before and after an environment changes them.

use crate::diag::{Diagnostic, code};
use crate::ir::choice::{ComponentKind, DatastoreKind, RollbackTrigger};
use crate::ir::component::{Component, Delivery, DeliveryStrategy, Port, Replicas, Resources, Rollback};
use crate::ir::delivery::{
    Analysis, CanaryStep, Indicator, Resources as ResourcesInput, Rollback as RollbackInput, Rolling, Scaling,
    ScalingTarget, Slo, Strategy,
};
use crate::ir::value::{Decimal, Duration, Name, Percent};
use crate::ir::{Origin, Traced};
use crate::profile::{Gradual, Profiles};
use crate::source::decode::with_article;

use super::names::Space;
use super::{Inputs, Resolver};
use crate::input::deployment_packages::DeploymentInput;
use crate::input::rules;

/// The ways to say how many replicas run, as one document has them.
#[derive(Clone, Copy)]
pub(super) struct Count<'a> {
    pub(super) replicas: Option<Traced<u32>>,
    pub(super) scaling: Option<&'a Scaling>,
}

impl Resolver<'_> {
    /// How a component is run before an environment changes it; nothing for a library.
    pub(super) fn delivery(
        &mut self,
        component: &Component,
        input: Option<&DeploymentInput>,
        profiles: Profiles,
        inputs: &Inputs<'_>,
    ) -> Option<Delivery> {
        if component.kind.value == ComponentKind::Library {
            if let Some(input) = input {
                self.report(
                    Diagnostic::new(
                        code::CONFLICT,
                        input.component.origin,
                        format!("`{}` is a library and is never deployed", component.name),
                        "deployed here",
                    )
                    .label(component.kind.origin, "a library")
                    .help("remove the deployment, or change the component's `kind`"),
                );
            }
            return None;
        }
        let count = Count {
            replicas: input.and_then(|input| input.replicas),
            scaling: input.and_then(|input| input.scaling.as_ref()),
        };
        self.check_count(component, count, inputs);
        let slos = input.map(|input| input.slos.clone()).unwrap_or_default();
        self.check_objectives(component, &slos);
        let capacity = input.and_then(|input| input.capacity.clone());
        for (datastore, _) in capacity.iter().flat_map(|capacity| capacity.connections.iter()) {
            self.expect(Space::Datastore, datastore);
        }
        let written = input.and_then(|input| input.strategy.as_ref());
        Some(Delivery {
            origin: input.map_or(component.origin, |input| input.origin),
            resources: resources(input.and_then(|input| input.resources.as_ref()), None, profiles),
            replicas: replicas(count, None),
            strategy: self.strategy(component, written, &slos, profiles)?,
            rollback: rollback(component, input, &slos)?,
            capacity,
            slos,
        })
    }

    /// Reports counts that contradict each other, and counts of what has none.
    pub(super) fn check_count(&mut self, component: &Component, count: Count<'_>, inputs: &Inputs<'_>) {
        let name = &component.name;
        if let (Some(replicas), Some(scaling)) = (count.replicas, count.scaling) {
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    replicas.origin,
                    format!("`{name}` has both `replicas` and `scaling`"),
                    "a fixed number",
                )
                .label(scaling.min.origin, "and a range")
                .help("keep `replicas` for a fixed number, or `scaling` for one that follows the load"),
            );
        }
        let origin = count.replicas.map(|replicas| replicas.origin).or(count.scaling.map(|scaling| scaling.min.origin));
        if let Some(origin) = origin.filter(|_| !component.is_long_running()) {
            let kind = component.kind;
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    origin,
                    format!("{} has no replicas", with_article(kind.as_str())),
                    format!("`{name}` can't be counted"),
                )
                .label(kind.origin, format!("`{name}` is {}", with_article(kind.as_str())))
                .help("remove `replicas` and `scaling`: they are for services and workers"),
            );
        }
        let Some(scaling) = count.scaling else { return };
        if scaling.min.value > scaling.max.value {
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    scaling.min.origin,
                    format!("`{name}` scales from {} to {}: the least is above the most", scaling.min, scaling.max),
                    "the least",
                )
                .label(scaling.max.origin, "the most")
                .help("raise `max`, or lower `min`"),
            );
        }
        match &scaling.target {
            ScalingTarget::QueueDepth(depth) => self.check_queue(&depth.queue, inputs),
            ScalingTarget::Metric(metric) => self.check_metric_name(&metric.name),
            ScalingTarget::Cpu(_) | ScalingTarget::Memory(_) | ScalingTarget::RequestsPerSecond(_) => {}
        }
    }

    fn check_queue(&mut self, queue: &Traced<Name>, inputs: &Inputs<'_>) {
        if !self.expect(Space::Datastore, queue) {
            return;
        }
        let Some(datastore) = inputs.datastores.get(queue.as_str()) else { return };
        let kind = datastore.kind;
        if !matches!(kind.value, DatastoreKind::Queue | DatastoreKind::Kafka | DatastoreKind::Rabbitmq) {
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    queue.origin,
                    format!("`{}` is a {kind}, and no messages wait in it", queue.value),
                    "not a queue",
                )
                .label(kind.origin, format!("a {kind}"))
                .help("scale by a `queue`, `kafka` or `rabbitmq` datastore, or by another target"),
            );
        }
    }

    fn strategy(
        &mut self,
        component: &Component,
        written: Option<&Traced<Strategy>>,
        slos: &[Slo],
        profiles: Profiles,
    ) -> Option<DeliveryStrategy> {
        let Some(strategy) = written else {
            let gradual = profiles.find(|profile| profile.canary.as_ref());
            let latency = slos.iter().find_map(|slo| match &slo.indicator.value {
                Indicator::Latency(within) => Some(*within),
                _ => None,
            });
            return match (gradual, latency) {
                (Some(gradual), Some(within)) if is_judged(component) => Some(canary(gradual, within)),
                _ => {
                    let origin = Origin::rule(rules::ROLLING);
                    Rolling::absent(origin).map(|input| rolling(origin, &input))
                }
            };
        };
        if !component.is_long_running() && !matches!(strategy.value, Strategy::Rolling(_)) {
            let kind = component.kind.as_str();
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    strategy.origin,
                    format!("{} can't be replaced step by step", with_article(kind)),
                    format!("the strategy of `{}`", component.name),
                )
                .label(component.kind.origin, with_article(kind))
                .help("remove `strategy`: `canary` and `blue_green` are for services and workers"),
            );
        }
        match &strategy.value {
            Strategy::Rolling(input) => Some(rolling(strategy.origin, input)),
            Strategy::Canary(canary) => {
                if canary.steps.is_empty() {
                    self.report(
                        Diagnostic::new(
                            code::MISSING_KEY,
                            canary.origin,
                            format!("the canary of `{}` has no steps", component.name),
                            "`steps` is empty",
                        )
                        .help("write at least one: `steps: [{weight: 10, pause: 5m}, {weight: 100}]`"),
                    );
                }
                Some(DeliveryStrategy::Canary {
                    origin: strategy.origin,
                    steps: canary.steps.clone(),
                    analysis: canary.analysis.clone(),
                })
            }
            Strategy::BlueGreen(blue_green) => Some(DeliveryStrategy::BlueGreen(blue_green.clone())),
        }
    }
}

/// Whether requests to a component can be shared out by weight, and their latency measured.
fn is_judged(component: &Component) -> bool {
    component.kind.value == ComponentKind::Service
        && component.metrics.is_some()
        && !component.is_stateful()
        && component.ports.iter().any(Port::is_shared_out)
}

fn canary(gradual: &Gradual, within: Traced<Duration>) -> DeliveryStrategy {
    let origin = Origin::rule(gradual.rule);
    let step = |(weight, pause): &(i64, Option<Duration>)| CanaryStep {
        origin,
        weight: Traced::new(Percent(Decimal::whole(*weight)), origin),
        pause: pause.map(|pause| Traced::new(pause, origin)),
    };
    DeliveryStrategy::Canary {
        origin,
        steps: gradual.steps.iter().map(step).collect(),
        analysis: Some(Analysis {
            origin,
            error_rate: None,
            latency_p99: Some(within),
            interval: Traced::new(gradual.interval, origin),
        }),
    }
}

fn rolling(origin: Origin, input: &Rolling) -> DeliveryStrategy {
    DeliveryStrategy::Rolling { origin, max_surge: input.max_surge, max_unavailable: input.max_unavailable }
}

fn rollback(component: &Component, input: Option<&DeploymentInput>, slos: &[Slo]) -> Option<Rollback> {
    let absent = RollbackInput::absent(Origin::rule(rules::ROLLBACK))?;
    let input = input.and_then(|input| input.rollback.as_ref()).unwrap_or(&absent);
    Some(Rollback {
        origin: input.origin,
        automatic: input.automatic,
        on: input.on.clone().unwrap_or_else(|| triggers(component, slos)),
        window: input.window,
    })
}

/// What can take a new version back where nobody says: health, and what metrics and objectives can judge.
fn triggers(component: &Component, slos: &[Slo]) -> Vec<Traced<RollbackTrigger>> {
    let has = |wanted: fn(&Indicator) -> bool| slos.iter().any(|slo| wanted(&slo.indicator.value));
    let measured = component.metrics.is_some();
    let mut on = vec![Traced::by_rule(RollbackTrigger::Health, rules::ROLLBACK_ON_HEALTH)];
    if measured && has(|indicator| matches!(indicator, Indicator::Availability)) {
        on.push(Traced::by_rule(RollbackTrigger::ErrorRate, rules::ROLLBACK_ON_ERRORS));
    }
    if measured && has(|indicator| matches!(indicator, Indicator::Latency(_))) {
        on.push(Traced::by_rule(RollbackTrigger::Latency, rules::ROLLBACK_ON_LATENCY));
    }
    if !slos.is_empty() {
        on.push(Traced::by_rule(RollbackTrigger::SloBurn, rules::ROLLBACK_ON_BURN));
    }
    on
}

/// What a replica asks for: the environment's keys win, then the component's; the limit of memory is the request.
pub(super) fn resources(
    input: Option<&ResourcesInput>,
    change: Option<&ResourcesInput>,
    profiles: Profiles,
) -> Resources {
    let written = || change.into_iter().chain(input);
    let cpu = written().find_map(|resources| resources.cpu);
    let memory = written().find_map(|resources| resources.memory);
    let static_cpu = profiles.find(|profile| profile.static_cpu);
    Resources {
        cpu,
        memory,
        cpu_limit: written()
            .find_map(|resources| resources.cpu_limit)
            .or_else(|| Some(Traced::by_rule(cpu?.value, static_cpu?))),
        memory_limit: written().find_map(|resources| resources.memory_limit).or(memory),
    }
}

/// How many replicas run: what an environment says replaces what the component says.
pub(super) fn replicas(input: Count<'_>, change: Option<Count<'_>>) -> Replicas {
    let given = |count: Count<'_>| match count {
        Count { scaling: Some(scaling), .. } => Some(Replicas::Scaled(scaling.clone())),
        Count { replicas: Some(replicas), .. } => Some(Replicas::Fixed(replicas)),
        Count { .. } => None,
    };
    change.and_then(given).or_else(|| given(input)).unwrap_or(Replicas::Fixed(Traced::by_rule(1, rules::REPLICAS)))
}
