//! Canary and blue-green: the Rollout and what it judges a new version by.

use super::place::Workload;
use super::pod::Pods;
use super::{ingress, rules, service, workload};
use crate::ir::choice::{IngressController, RollbackTrigger};
use crate::ir::value::{Duration, Percent};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::{AnalysisTemplate, MeasureTemplate, StrategyKind, StrategyTemplate};
use crate::spec::kubernetes::Kind;
use crate::targets::shared::value::{by, count_or_percent, number, port, seconds};

/// The label by which the pods of one version of a Rollout are told apart.
pub(super) const VERSION: &str = "rollouts-pod-template-hash";
/// The argument of an analysis that holds the new version's value of that label.
const LATEST: &str = "latest-hash";

/// The Rollout of a component, and the template of its analysis.
pub(super) fn rollout(pods: &Pods<'_>) -> Vec<Doc> {
    let Some(strategy) = pods.workload().strategy() else { return Vec::new() };
    let component = pods.workload().component;
    let defaults = &pods.workload().place.spec.defaults;
    let by_health = component.rollback.as_ref().filter(|rollback| rollback.automatic.value).and_then(|rollback| {
        let health = rollback.triggers.iter().find(|trigger| trigger.value == RollbackTrigger::Health)?;
        Some(Doc::Bool(true, health.origin))
    });
    let kind = match strategy.kind.value {
        StrategyKind::BlueGreen => ("blueGreen", blue_green(pods.workload(), strategy)),
        StrategyKind::Canary | StrategyKind::Rolling => ("canary", canary(pods.workload(), strategy)),
    };
    let spec = Map::new(component.origin)
        .with_some("replicas", workload::replicas(pods.workload()))
        .with("revisionHistoryLimit", number(&defaults.revision_history))
        .with("progressDeadlineSeconds", number(&defaults.progress_deadline))
        .with_some("progressDeadlineAbort", by_health)
        .with("minReadySeconds", number(&defaults.min_ready))
        .with("selector", pods.identity.match_labels())
        .with("strategy", Map::new(strategy.origin).with(kind.0, kind.1))
        .with("template", pods.template(Some(VERSION)));
    let mut docs: Vec<Doc> = vec![workload::object(pods, Kind::Rollout).with("spec", spec).into()];
    docs.extend(strategy.analysis.as_ref().map(|analysis| analysis_template(pods, analysis).into()));
    docs
}

fn canary(workload: Workload<'_>, strategy: &StrategyTemplate) -> Map {
    let steps = strategy.steps.iter().flat_map(|step| {
        let weight = Map::new(step.origin).with("setWeight", whole(&step.weight));
        let pause = step.pause.as_ref().map(|pause| {
            let duration = Map::new(pause.origin).text("duration", go_duration(pause));
            Map::new(pause.origin).with("pause", duration)
        });
        [Some(weight), pause].into_iter().flatten().map(Doc::from)
    });
    let mut canary = Map::new(strategy.origin);
    if let Some(router) = strategy.router_port.as_ref().and_then(|name| workload.port(name.as_str())) {
        let ingress = ingress::name(workload, router);
        let routing = match workload.place.platform.ingress.value {
            IngressController::Alb => {
                let facts = &workload.place.spec.rollouts;
                let alb = by(rules::TRAFFIC_ROUTING)
                    .text(facts.ingress.value.clone(), ingress)
                    .with(facts.root_service.value.clone(), Doc::traced(&workload.component.name))
                    .with(facts.service_port.value.clone(), port(&router.service_port));
                ("alb", alb)
            }
            IngressController::Nginx => ("nginx", by(rules::TRAFFIC_ROUTING).text("stableIngress", ingress)),
        };
        canary = canary
            .with("stableService", Doc::traced(&workload.component.name))
            .with("canaryService", Doc::text(service::canary_name(workload), Origin::rule(rules::SERVICE_BESIDE)))
            .with("trafficRouting", by(rules::TRAFFIC_ROUTING).with(routing.0, routing.1));
    }
    canary
        .with_some("maxSurge", strategy.max_surge.as_ref().map(count_or_percent))
        .with_some("maxUnavailable", strategy.max_unavailable.as_ref().map(count_or_percent))
        .with("steps", Doc::list(steps, strategy.origin))
        .with_some(
            "analysis",
            strategy.analysis.as_ref().map(|analysis| {
                // The first step shifts the first requests; before it there is nothing to judge.
                analysis_reference(workload, analysis).integer("startingStep", 1)
            }),
        )
}

fn blue_green(workload: Workload<'_>, strategy: &StrategyTemplate) -> Map {
    // Somebody has to see the new version pass before the switch: the pipeline, once the suite has.
    let promotion = match &strategy.verify {
        Some(suite) => Doc::Bool(false, suite.origin),
        None => Doc::Bool(true, Origin::rule(rules::AUTOMATIC_PROMOTION)),
    };
    Map::new(strategy.origin)
        .with("activeService", Doc::traced(&workload.component.name))
        .with("previewService", Doc::text(service::preview_name(workload), Origin::rule(rules::SERVICE_BESIDE)))
        .with("autoPromotionEnabled", promotion)
        .with_some("scaleDownDelaySeconds", strategy.bake.as_ref().map(seconds))
        .with_some(
            "postPromotionAnalysis",
            strategy.analysis.as_ref().map(|analysis| analysis_reference(workload, analysis)),
        )
}

fn analysis_reference(workload: Workload<'_>, analysis: &AnalysisTemplate) -> Map {
    let template = Map::new(analysis.origin).with("templateName", Doc::traced(&workload.component.name));
    let hash = by(rules::ANALYSE_LATEST).text("podTemplateHashValue", "Latest");
    let argument = by(rules::ANALYSE_LATEST).text("name", LATEST).with("valueFrom", hash);
    Map::new(analysis.origin)
        .with("templates", Doc::list([template.into()], analysis.origin))
        .with("args", Doc::list([argument.into()], Origin::rule(rules::ANALYSE_LATEST)))
}

fn analysis_template(pods: &Pods<'_>, analysis: &AnalysisTemplate) -> Map {
    let argument = by(rules::ANALYSE_LATEST).text("name", LATEST);
    let metrics = analysis.measures.iter().map(|measure| Doc::from(metric(pods.workload(), analysis, measure)));
    let spec = Map::new(analysis.origin)
        .with("args", Doc::list([argument.into()], Origin::rule(rules::ANALYSE_LATEST)))
        .with("metrics", Doc::list(metrics, analysis.origin));
    pods.identity.object(Kind::AnalysisTemplate, pods.workload().name().to_owned(), analysis.origin).with("spec", spec)
}

fn metric(workload: Workload<'_>, analysis: &AnalysisTemplate, measure: &MeasureTemplate) -> Map {
    let interval = &analysis.interval;
    let passes = format!("len(result) == 0 || isNaN(result[0]) || result[0] <= {}", measure.at_most);
    // Argo counts the failures that it bears, the plan the one that is too many.
    let borne = measure.failure_limit.with(measure.failure_limit.saturating_sub(1));
    let prometheus = by(rules::ANALYSIS_PROVIDER)
        .with("address", Doc::traced(&workload.place.platform.prometheus_url))
        .with("query", Doc::text(query(workload, analysis, measure), measure.query.origin));
    Map::new(measure.origin)
        .with("name", Doc::traced(&measure.name))
        .with("initialDelay", Doc::text(go_duration(interval), Origin::rule(rules::ANALYSIS_DELAY)))
        .with("interval", Doc::text(go_duration(interval), interval.origin))
        .with("successCondition", Doc::text(passes, measure.at_most.origin))
        .with("failureLimit", number(&borne))
        .with("provider", by(rules::ANALYSIS_PROVIDER).with("prometheus", prometheus))
}

/// The measure's query with its range and the labels of the new version's pods.
fn query(workload: Workload<'_>, analysis: &AnalysisTemplate, measure: &MeasureTemplate) -> String {
    // A rate needs two samples, so the range holds several scrapes even where the interval does not.
    let window = Duration::seconds(analysis.interval.whole_seconds()).max(Duration::minutes(2));
    let label = VERSION.replace('-', "_");
    let namespace = &workload.place.environment.namespace;
    let selector = format!("namespace=\"{namespace}\",{label}=\"{{{{args.{LATEST}}}}}\"");
    measure.query.replace("$window", &go_duration(&analysis.interval.with(window))).replace("$selector", &selector)
}

/// A duration as Go reads it, which knows no days.
fn go_duration(duration: &Traced<Duration>) -> String {
    match duration.whole_seconds() {
        0 => "0s".to_owned(),
        whole if whole.is_multiple_of(3600) => format!("{}h", whole / 3600),
        whole if whole.is_multiple_of(60) => format!("{}m", whole / 60),
        whole => format!("{whole}s"),
    }
}

/// A weight as a whole number; that it is one is checked before.
fn whole(weight: &Traced<Percent>) -> Doc {
    Doc::Integer(weight.value.0.as_f64() as i64, weight.origin)
}

/// Whether a weight is a whole number of percent.
pub(super) fn is_whole(weight: &Percent) -> bool {
    weight.0.as_f64().fract() == 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Rule;

    #[test]
    fn durations_are_what_go_reads() {
        let text = |seconds| go_duration(&Traced::by_rule(Duration::seconds(seconds), Rule(0)));
        assert_eq!([text(0), text(45), text(300), text(86_400)], ["0s", "45s", "5m", "24h"]);
    }
}
