//! Texts that Grafana reads: it puts variables into titles, legends and addresses, and reads descriptions as Markdown.

use std::borrow::Cow;

use memchr::memchr2;

use super::Place;
use crate::output::printed::marks;
use crate::plan::monitoring::promql::{ENVIRONMENT_TEXT, INSTANCE, SELECTOR, WINDOW};
use crate::spec::GrafanaSpec;
use crate::targets::shared::markdown;

/// Stands between characters that would begin a variable together, and is not seen.
const JOINER: char = '\u{2060}';

/// A title or a legend: none of its characters begins a variable (`$name`, `${name}`, `[[name]]`).
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if marks(text, |byte| if (byte == b'$') | (byte == b'[') { 1 } else { 0 }) == 0 {
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
        // A variable of the dashboard has the name of its placeholder.
        (INSTANCE, INSTANCE),
    ];
    let known = |rest: &'_ str| filled.iter().find(|(placeholder, _)| rest.starts_with(placeholder)).copied();
    let start = query.len();
    let mut rest = expression;
    let mut at = 0;
    while let Some(ahead) = memchr2(b'$', b'[', &rest.as_bytes()[at..]) {
        at += ahead;
        let found = if rest.as_bytes()[at] == b'$' {
            known(&rest[at..])
        } else if rest.as_bytes().get(at + 1) == Some(&b'[') {
            None
        } else {
            at += 1;
            continue;
        };
        let Some((placeholder, text)) = found else {
            query.truncate(start);
            return push_escaped(query, expression, known);
        };
        query.push_str(&rest[..at]);
        query.push_str(text);
        rest = &rest[at + placeholder.len()..];
        at = 0;
    }
    query.push_str(rest);
}

/// The same of an expression in which the user's own texts have what begins a variable: it is escaped, as strings of PromQL
/// allow it between quotes that are not backticks.
fn push_escaped<'t>(query: &mut String, expression: &str, known: impl Fn(&str) -> Option<(&'t str, &'t str)>) {
    let mut quote = None;
    let mut rest = expression;
    while let Some(character) = rest.chars().next() {
        if let Some((placeholder, text)) = known(rest) {
            query.push_str(text);
            rest = &rest[placeholder.len()..];
            continue;
        }
        rest = &rest[character.len_utf8()..];
        match (quote, character) {
            (None, '"' | '\'' | '`') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (Some('"' | '\''), '\\') => {
                query.push(character);
                query.extend(rest.chars().next());
                rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
                continue;
            }
            (Some('"' | '\''), '$') => {
                query.push_str("\\x24");
                continue;
            }
            (Some('"' | '\''), '[') if query.ends_with('[') => {
                query.push_str("\\x5b");
                continue;
            }
            _ => {}
        }
        query.push(character);
    }
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
        let mut instances = String::new();
        push_filled(&mut instances, "a{b=\"$z\",instance=~\"$instance\"}", "", &spec);
        assert_eq!(instances, "a{b=\"\\x24z\",instance=~\"$instance\"}");
        let mut own = String::new();
        push_filled(&mut own, "rate(a{b=\"$x [[y]] \\\"$z\",c=~`w$`}[$window])", "", &spec);
        assert_eq!(own, "rate(a{b=\"\\x24x [\\x5by]] \\\"\\x24z\",c=~`w$`}[$__rate_interval])");
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
