//! What must hold of every dashboard, whatever a system is like and whatever its users have written.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use camino::Utf8Path;
use promql_parser::util::escape_string;
use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

use super::constants::Constants;
use super::{Place, dashboard};
use crate::ir::choice::{Domain, Runtime, Tier};
use crate::ir::delivery::{Indicator, RatioIndicator};
use crate::ir::{Origin, System, Traced};
use crate::output::Printed;
use crate::plan::monitoring::promql::parse;
use crate::source::Sources;
use crate::spec::Specs;

/// What Grafana takes for a variable; its own expression.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}").unwrap()
});

static SPECS: LazyLock<Specs> = LazyLock::new(|| Specs::load(&mut Sources::default()).0.unwrap());

static SYSTEMS: LazyLock<Vec<System>> = LazyLock::new(|| {
    let read = |fixture| {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass").join(fixture);
        crate::input::read(&root).system.unwrap()
    };
    ["storefront", "river-gauges", "ad-bidding", "telemetry-broker"].map(read).into()
});

/// What varies from system to system.
#[derive(Clone, Debug)]
struct Choices {
    fixture: usize,
    is_on_kubernetes: bool,
    domain: usize,
    tier: usize,
    /// Texts of users: descriptions, names of metrics, labels, and texts in expressions.
    texts: Vec<String>,
}

/// A text that would like to be something else.
fn hostile() -> impl Strategy<Value = String> {
    let bait = prop::sample::select(vec![
        "$instance",
        "$environment_text",
        "${environment:text}",
        "$environment",
        "[[environment]]",
        "$window",
        "$selector",
        "$__rate_interval",
        "${__value.raw}",
        "$datasource",
        "\"",
        "\\",
        "`",
        "'",
        "{{job}}",
        "}",
        "\n",
        "$",
        "[",
        "\u{1}\u{2}",
        "https://example.com/$instance",
        "23h59m59s987ms",
    ]);
    let piece = prop_oneof![3 => bait.prop_map(str::to_owned), 1 => ".{0,4}"];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn choices() -> impl Strategy<Value = Choices> {
    (0usize..4, any::<bool>(), 0usize..4, 0usize..3, prop::collection::vec(hostile(), 6)).prop_map(
        |(fixture, is_on_kubernetes, domain, tier, texts)| Choices { fixture, is_on_kubernetes, domain, tier, texts },
    )
}

/// PromQL that asks for a text of the user's own.
fn asks(text: &str) -> String {
    format!("own_label=\"{}\"", escape_string(text))
}

fn system(choices: &Choices) -> System {
    let mut system = SYSTEMS[choices.fixture].clone();
    system.runtime.value = if choices.is_on_kubernetes { Runtime::Kubernetes } else { Runtime::Ecs };
    let mut texts = choices.texts.iter().cycle().cloned();
    let origin = system.origin;
    let mut traced = || Traced::new(texts.next().unwrap(), origin);
    system.description = Some(traced());
    for (index, component) in system.components.iter_mut().enumerate() {
        component.domain.value = Domain::ALL[(choices.domain + index) % Domain::ALL.len()];
        component.tier.value = Tier::ALL[(choices.tier + index) % Tier::ALL.len()];
        component.description = Some(traced());
        if let Some(metrics) = &mut component.metrics {
            metrics.errors = Some(traced().map(|text| format!("code=~\"5..\", {}", asks(&text))));
            for metric in &mut metrics.custom {
                metric.name = traced().map(|text| format!("m{text}"));
                metric.help = Some(traced());
            }
        }
        for slo in component.delivery.iter_mut().flat_map(|delivery| &mut delivery.slos) {
            if let Indicator::Ratio(_) | Indicator::Latency(_) = slo.indicator.value {
                let rate = |text: &str| format!("sum(rate(own_total{{{}}}[$window]))", asks(text));
                let origin = Origin::rule(super::rules::PANEL);
                slo.indicator.value = Indicator::Ratio(RatioIndicator {
                    origin,
                    good: traced().map(|text| rate(&text)),
                    total: Traced::new("sum(rate(own_total[$window]))".to_owned(), origin),
                });
            }
        }
    }
    system
}

/// All dashboards of a system, as Grafana reads them.
fn dashboards(choices: &Choices) -> Vec<Value> {
    let (plans, _) = crate::plan::plan(&system(choices), &SPECS);
    let constants = Constants::default();
    let place = Place { plans: &plans, spec: &SPECS.grafana, constants: &constants };
    let print = |plan| {
        let mut printed = Printed::default();
        dashboard::document(place, &plan, &mut printed);
        serde_json::from_str(&printed.text).unwrap_or_else(|error| panic!("{error}: {}", printed.text))
    };
    plans.monitoring.dashboards.dashboards.iter().map(print).collect()
}

/// Every text of a document, in order.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, found)),
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            found.push(key.clone());
            texts(value, found);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The variables of a dashboard, in order. Grafana puts none into what a dashboard as a whole is described by.
fn variables(board: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let parts = board.as_object().unwrap().iter().filter(|(key, _)| *key != "description");
    parts.for_each(|(_, part)| texts(part, &mut found));
    found.iter().flat_map(|text| VARIABLE.find_iter(text)).map(|found| found.as_str().to_owned()).collect()
}

/// The fields that a panel covers.
fn fields(panel: &Value) -> Vec<(u64, u64)> {
    let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
    (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_dashboard_is_sound_and_no_text_of_the_user_becomes_a_variable(choices in choices()) {
        // What a user would have written who knows nothing of variables.
        let harmless = |text: &String| text.replace('$', "S").replace("[[", "((");
        let tame = dashboards(&Choices { texts: choices.texts.iter().map(harmless).collect(), ..choices.clone() });
        let all = dashboards(&choices);
        prop_assert_eq!(all.len(), tame.len());
        let uids: BTreeSet<&str> = all.iter().map(|board| board["uid"].as_str().unwrap()).collect();
        prop_assert_eq!(uids.len(), all.len());
        for (board, tame) in all.iter().zip(&tame) {
            prop_assert_eq!(variables(board), variables(tame));
            let panels = board["panels"].as_array().unwrap();
            let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
            prop_assert_eq!(ids.len(), panels.len());
            let covered: Vec<(u64, u64)> = panels.iter().flat_map(fields).collect();
            prop_assert_eq!(covered.iter().collect::<BTreeSet<_>>().len(), covered.len());
            prop_assert!(covered.iter().all(|(x, _)| *x < 24));
            for query in panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten()) {
                let expression = query["expr"].as_str().unwrap();
                let filled = expression.replace("$__rate_interval", "5m");
                let filled = VARIABLE.replace_all(&filled, "chosen");
                let read = parse(&filled).map_err(|refused| TestCaseError::fail(format!("{expression} {}", refused.0)))?;
                let read = read.to_string();
                if expression.contains("own_label=") {
                    prop_assert!(choices.texts.iter().any(|text| read.contains(&asks(text))), "{expression}");
                }
            }
        }
    }
}
