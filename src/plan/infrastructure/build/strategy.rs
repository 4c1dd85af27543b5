//! How a new version replaces the old one, what it is judged by, and when it is taken back.

use crate::diag::{Diagnostic, code};
use crate::ir::component::{Component, DeliveryStrategy};
use crate::ir::delivery::{Analysis, CanaryStep};
use crate::ir::value::{Decimal, Name};
use crate::ir::{Origin, System, Traced};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::templates::{
    AnalysisTemplate, CanaryStepTemplate, MeasureTemplate, MigrationTemplate, RollbackTemplate, StrategyKind,
    StrategyTemplate, WorkloadForm,
};
use crate::plan::monitoring::indicator::{RequestMetrics, own_series, seconds};
use crate::plan::monitoring::promql::WINDOW;
use crate::spec::Specs;

/// How a component that runs all the time is replaced.
pub(super) fn template(
    system: &System,
    component: &Component,
    form: WorkloadForm,
    specs: &Specs,
    problems: &mut Vec<Diagnostic>,
) -> Option<StrategyTemplate> {
    if !component.is_long_running() {
        return None;
    }
    let empty = |origin: Origin, kind: StrategyKind| StrategyTemplate {
        origin,
        kind: Traced::new(kind, origin),
        max_surge: None,
        max_unavailable: None,
        steps: Vec::new(),
        analysis: None,
        verify: None,
        bake: None,
        router_port: None,
    };
    let strategy = match &component.delivery.as_ref()?.strategy {
        DeliveryStrategy::Rolling { origin, max_surge, max_unavailable } => StrategyTemplate {
            max_surge: Some(*max_surge),
            max_unavailable: Some(*max_unavailable),
            ..empty(*origin, StrategyKind::Rolling)
        },
        DeliveryStrategy::Canary { origin, steps, analysis } => {
            let router_port = router_port(component);
            if router_port.is_none() {
                check_weights(system, component, steps, problems);
            }
            StrategyTemplate {
                steps: steps.iter().map(step).collect(),
                analysis: analysis.as_ref().map(|analysis| self::analysis(component, analysis, specs, problems)),
                router_port,
                ..empty(*origin, StrategyKind::Canary)
            }
        }
        DeliveryStrategy::BlueGreen(blue_green) => StrategyTemplate {
            verify: blue_green.verify.clone(),
            bake: blue_green.bake,
            router_port: router_port(component),
            ..empty(blue_green.origin, StrategyKind::BlueGreen)
        },
    };
    if form == WorkloadForm::Stateful && strategy.kind.value != StrategyKind::Rolling {
        problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                strategy.origin,
                format!("`{}` keeps storage, and two versions of it can't run side by side", component.name),
                "this strategy",
            )
            .help("write `strategy: rolling`, or make its volumes scratch space"),
        );
    }
    Some(strategy)
}

fn step(step: &CanaryStep) -> CanaryStepTemplate {
    CanaryStepTemplate { origin: step.origin, weight: step.weight, pause: step.pause }
}

/// The port whose requests a load balancer can share out between two versions.
fn router_port(component: &Component) -> Option<Traced<Name>> {
    let port = component.ports.iter().find(|port| port.is_shared_out())?;
    Some(Traced::by_rule(port.name.value.clone(), rules::ROUTER_PORT))
}

/// Without a router the replicas themselves are shared out, and a weight has to be a whole number of them.
fn check_weights(system: &System, component: &Component, steps: &[CanaryStep], problems: &mut Vec<Diagnostic>) {
    let Some((id, _)) = system.component_named(component.name.as_str()) else { return };
    for environment in &system.environments {
        let Some(replicas) = environment.deployment(id).map(|deployment| deployment.replicas.min()) else { continue };
        let whole = |step: &&CanaryStep| {
            step.weight.value.0.times(Decimal::whole(i64::from(replicas.value))).shift(2).is_whole()
        };
        if let Some(step) = steps.iter().find(|step| !whole(step)) {
            problems.push(
                Diagnostic::new(
                    code::CANNOT_EXPRESS,
                    step.weight.origin,
                    format!(
                        "{} % of {} in `{}` is no whole number of replicas",
                        step.weight,
                        if replicas.value == 1 { "1 replica".to_owned() } else { format!("{replicas} replicas") },
                        environment.name
                    ),
                    format!(
                        "`{}` has no public http, grpc or websocket port whose requests could be shared",
                        component.name
                    ),
                )
                .label(replicas.origin, "so many replicas")
                .help("choose weights that the replicas can express, or the strategy `rolling`")
                .judged_by("G305", Some(&component.name), Some(&environment.name)),
            );
        }
    }
}

fn analysis(
    component: &Component,
    analysis: &Analysis,
    specs: &Specs,
    problems: &mut Vec<Diagnostic>,
) -> AnalysisTemplate {
    let metrics = RequestMetrics::of(component, specs);
    let own = own_series(component);
    let mut measures = Vec::new();
    let mut measure = |name: &str, at_most: Traced<Decimal>, query: Option<String>, lacking: &str| match query {
        Some(query) => measures.push(MeasureTemplate {
            origin: at_most.origin,
            name: at_most.with(Name::made(name)),
            query: at_most.with(query),
            at_most,
            failure_limit: Traced::by_rule(2, rules::FAILURE_LIMIT),
        }),
        None => problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                at_most.origin,
                format!("`{}` is judged by what it does not measure", component.name),
                format!("needs `metrics.{lacking}`"),
            )
            .help(format!("add `{lacking}:` to the `metrics` of the component, or leave this limit out"))
            .judged_by("G306", Some(&component.name), None),
        ),
    };
    if let Some(error_rate) = &analysis.error_rate {
        // Without a request nothing failed: an empty answer would be neither good nor bad.
        let query = metrics
            .as_ref()
            .and_then(|metrics| metrics.error_ratio(&own, WINDOW))
            .map(|ratio| format!("100 * {ratio} or vector(0)"));
        measure("error-rate", error_rate.map(|percent| percent.0), query, "errors");
    }
    if let Some(latency) = &analysis.latency_p99 {
        let query = metrics
            .as_ref()
            .and_then(|metrics| metrics.duration_quantile("0.99", &own, WINDOW))
            .map(|quantile| format!("{quantile} >= 0 or vector(0)"));
        measure("latency-p99", latency.map(seconds), query, "duration");
    }
    AnalysisTemplate { origin: analysis.origin, interval: analysis.interval, measures }
}

pub(super) fn rollback(component: &Component) -> Option<RollbackTemplate> {
    if !component.is_long_running() {
        return None;
    }
    let rollback = &component.delivery.as_ref()?.rollback;
    Some(RollbackTemplate {
        origin: rollback.origin,
        automatic: rollback.automatic,
        triggers: rollback.on.clone(),
        window: rollback.window,
    })
}

/// The jobs that change stored data before the new version runs, in the order of the log.
pub(super) fn migrations(system: &System, component: &Component) -> Vec<MigrationTemplate> {
    let mut migrations: Vec<MigrationTemplate> = Vec::new();
    for entry in system.pending_migrations(component.name.as_str()) {
        let Some(migration) = &entry.migration else { continue };
        let taken = |name: &Name| migrations.iter().any(|other| other.name.value == *name);
        migrations.push(MigrationTemplate {
            origin: entry.origin,
            refactoring: entry.id.clone(),
            name: entry.id.with(migration_name(component.name.as_str(), &entry.id, taken)),
            summary: entry.summary.clone(),
            run: migration.run.clone(),
            reversible: migration.reversible,
            online: migration.online,
        });
    }
    migrations
}

/// `COMPONENT-ID` as a name. It leaves room for the digest that a job's name ends in.
fn migration_name(component: &str, id: &str, taken: impl Fn(&Name) -> bool) -> Name {
    const LONGEST: usize = 52;
    let text = format!("{component}-{}", id.to_lowercase());
    let mut label = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            label.push(character);
        } else if !label.ends_with('-') {
            label.push('-');
        }
    }
    let label = label.trim_matches('-');
    let name = Name::made(label);
    if label == text && label.len() <= LONGEST && !taken(&name) {
        return name;
    }
    // Two identifiers may become one label: the hash of the identifier as written keeps them apart.
    let hash = blake3::hash(format!("{component}-{id}").as_bytes()).to_hex();
    let kept: String = label.chars().take(LONGEST - 7).collect();
    Name::made(&format!("{}-{}", kept.trim_end_matches('-'), &hash[..6]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_has_a_name_that_every_platform_takes() {
        let free = |_: &Name| false;
        assert_eq!(migration_name("checkout", "R-12", free).as_str(), "checkout-r-12");
        let taken = migration_name("checkout", "r-12", |name| name.as_str() == "checkout-r-12");
        assert!(taken.as_str().starts_with("checkout-r-12-"), "{taken}");
        assert_ne!(migration_name("checkout", "R/12", free), migration_name("checkout", "R_12", free));
        assert_eq!(migration_name(&"a".repeat(63), "R-1", free).as_str().len(), 52);
    }
}
