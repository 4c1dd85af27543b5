//! Texts that Grafana reads: it puts variables into titles, legends and addresses, and reads descriptions as Markdown.

use std::borrow::Cow;

use super::Place;
use crate::plan::monitoring::promql::{SELECTOR, WINDOW};
use crate::spec::GrafanaSpec;
use crate::targets::shared::markdown;

/// Stands between characters that would begin a variable together, and is not seen.
const JOINER: char = '\u{2060}';

/// The placeholder of the plan for what the viewer reads of the chosen environment.
const ENVIRONMENT_TEXT: &str = "$environment_text";

/// A title or a legend: none of its characters begins a variable (`$name`, `${name}`, `[[name]]`).
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('$') && !text.contains("[[") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if character == '[' && plain.ends_with('[') {
            plain.push(JOINER);
        }
        plain.push(character);
        if character == '$' {
            plain.push(JOINER);
        }
    }
    Cow::Owned(plain)
}

/// A description, which Grafana reads as Markdown after it has put variables in.
pub(super) fn description(text: &str) -> Cow<'_, str> {
    markdown::inline(text)
}

/// PromQL with its placeholders filled by variables of Grafana.
pub(super) fn query(expression: &str, place: Place<'_>) -> String {
    let mut query = String::with_capacity(expression.len() + 64);
    push_query(&mut query, expression, place);
    query
}

/// Adds PromQL with its placeholders filled by variables of Grafana.
pub(super) fn push_query(query: &mut String, expression: &str, place: Place<'_>) {
    push_filled(query, expression, &place.plans.monitoring.dashboards.selector, place.spec);
}

fn push_filled(query: &mut String, expression: &str, selector: &str, spec: &GrafanaSpec) {
    let filled = [
        (WINDOW, spec.rate_interval.as_str()),
        (SELECTOR, selector),
        (ENVIRONMENT_TEXT, spec.environment_text.as_str()),
    ];
    let mut rest = expression;
    while let Some(at) = rest.find('$') {
        query.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = filled.iter().find_map(|(placeholder, text)| Some((*text, rest.strip_prefix(placeholder)?)));
        let (text, after) = known.unwrap_or_else(|| rest.split_at(1));
        query.push_str(text);
        rest = after;
    }
    query.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_a_variable() {
        assert_eq!(plain("p99 of checkout"), "p99 of checkout");
        assert_eq!(plain("$environment"), "$\u{2060}environment");
        assert_eq!(plain("${environment} [[environment]]"), "$\u{2060}{environment} [\u{2060}[environment]]");
        assert_eq!(plain("[[[a]]]"), "[\u{2060}[\u{2060}[a]]]");
    }

    #[test]
    fn placeholders_become_variables_and_nothing_else_does() {
        let (specs, _) = crate::spec::Specs::load(&mut crate::source::Sources::default());
        let spec = specs.unwrap().grafana;
        let mut filled = String::new();
        push_filled(
            &mut filled,
            "rate(a{$selector,b=\"\\x24window\"}[$window]) > c{d=\"$environment_text\"} $",
            "n=\"$environment\"",
            &spec,
        );
        assert_eq!(
            filled,
            "rate(a{n=\"$environment\",b=\"\\x24window\"}[$__rate_interval]) > c{d=\"${environment:text}\"} $"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_only_text(text in proptest::prelude::any::<String>()) {
            let shown = plain(&text);
            let after_dollar = shown.split('$').skip(1);
            proptest::prop_assert!(after_dollar.into_iter().all(|rest| rest.is_empty() || rest.starts_with(JOINER)));
            proptest::prop_assert!(!shown.contains("[["));
            proptest::prop_assert_eq!(shown.replace(JOINER, ""), text.replace(JOINER, ""));
        }
    }
}
