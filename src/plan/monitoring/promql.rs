//! PromQL of the user's own and of ours: placeholders, quoting, and labels that are put in.
//!
//! An expression of a plan has two placeholders: `$window` for a range, and `$selector` for the label matchers of one
//! environment (and of one version, in an analysis); those of dashboards may have two more. What the user wrote between
//! quotes is none of them. What the user wrote is parsed, so that labels are put into every
//! selector by the grammar and never by the look of the text.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use memchr::memchr;
use promql_parser::label::{MatchOp, Matcher, Matchers};
use promql_parser::parser::value::ValueType;
use promql_parser::parser::{self, Expr, LabelModifier, VectorSelector};
use promql_parser::util::visitor::{ExprVisitorMut, walk_expr_mut};

use crate::output::printed::marks;

/// The range of an expression.
pub const WINDOW: &str = "$window";
/// The label matchers of one environment.
pub const SELECTOR: &str = "$selector";

/// What the viewer of a dashboard reads of the chosen environment.
pub const ENVIRONMENT_TEXT: &str = "$environment_text";
/// The instances that the viewer of a dashboard has chosen.
pub const INSTANCE: &str = "$instance";

/// All that stands for something else in the expressions of plans.
const PLACEHOLDERS: [&str; 4] = [WINDOW, SELECTOR, ENVIRONMENT_TEXT, INSTANCE];

/// A range that nobody writes, so that the one in its place can be told: 23 h 59 m 59 s 987 ms.
const WINDOW_STANDIN: Duration = Duration::from_millis(86_399_987);
const WINDOW_STANDIN_TEXT: &str = "23h59m59s987ms";
/// A matcher that nobody writes.
const SELECTOR_STANDIN: &str = "__pathc_selector__";
const SELECTOR_STANDIN_TEXT: &str = "__pathc_selector__=\"\"";

/// What one expression may hold of operators and brackets: its tree is walked by recursion.
const MOST_OPERATORS: usize = 400;

/// Why an expression is refused: the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

/// `text` between quotes, as PromQL reads it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    push_quoted(&mut quoted, text);
    quoted
}

/// Adds a text between quotes, as [`quoted`] makes it.
pub fn push_quoted(quoted: &mut String, text: &str) {
    quoted.push('"');
    let is_plain = |byte: u8| {
        ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'-') < 13) | (byte == b'_') | (byte == b' ')
    };
    if marks(text, |byte| if is_plain(byte) { 0 } else { 1 }) == 0 {
        quoted.push_str(text);
        quoted.push('"');
        return;
    }
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // `$` could begin a placeholder of ours, or one of the target's.
            '$' => quoted.push_str("\\x24"),
            // `[[name]]` is an old form of them.
            '[' if quoted.ends_with('[') => quoted.push_str("\\x5b"),
            _ if character.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
}

/// `text` for use inside of a regular expression: it matches itself.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\.+*?()|[]{}^$".contains(character) {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}

/// A selector of a metric by label matchers, which are PromQL already.
#[must_use]
pub fn select(metric: &str, matchers: &[&str]) -> String {
    let length: usize = matchers.iter().map(|matcher| matcher.len() + 1).sum();
    let mut selector = String::with_capacity(metric.len() + length + 2);
    if is_metric_name(metric) {
        selector.push_str(metric);
        selector.push('{');
    } else {
        selector.push_str("{__name__=");
        selector.push_str(&quoted(metric));
        selector.push(',');
    }
    for (index, matcher) in matchers.iter().filter(|matcher| !matcher.is_empty()).enumerate() {
        selector.push_str(if index == 0 { "" } else { "," });
        selector.push_str(matcher);
    }
    selector.push('}');
    selector
}

/// A label matcher for one value.
#[must_use]
pub fn equals(label: &str, value: &str) -> String {
    [label, "=", &quoted(value)].concat()
}

fn is_metric_name(text: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte == b':';
    text.bytes().next().is_some_and(part) && text.bytes().all(|byte| part(byte) || byte.is_ascii_digit())
}

/// An expression with its placeholders filled.
#[must_use]
pub fn fill(expression: &str, window: &str, selector: &str) -> String {
    let mut filled = String::with_capacity(expression.len() + 2 * selector.len());
    push_filled(&mut filled, expression, window, selector);
    filled
}

/// Adds an expression with its placeholders filled.
pub fn push_filled(filled: &mut String, expression: &str, window: &str, selector: &str) {
    push_over(filled, expression, |filled| filled.push_str(window), selector);
}

/// Adds an expression with its placeholders filled; `window` adds the range.
pub fn push_over(filled: &mut String, expression: &str, window: impl Fn(&mut String), selector: &str) {
    let mut rest = expression;
    while let Some(at) = memchr(b'$', rest.as_bytes()) {
        let (before, placeholder) = rest.split_at(at);
        filled.push_str(before);
        rest = if let Some(behind) = placeholder.strip_prefix(SELECTOR) {
            filled.push_str(selector);
            behind
        } else if let Some(behind) = placeholder.strip_prefix(WINDOW) {
            window(filled);
            behind
        } else {
            filled.push('$');
            &placeholder[1..]
        };
    }
    filled.push_str(rest);
}

/// The label matchers that a user wrote, as we would write them.
///
/// # Errors
/// They are no matchers.
pub fn matchers(text: &str) -> Result<String, Refused> {
    if let Some(plain) = plain_matchers(text) {
        return Ok(plain);
    }
    let shown = format!("{{{text}}}");
    match parse(&format!("metric{shown}"))? {
        Expr::VectorSelector(VectorSelector { matchers, .. }) if matchers.or_matchers.is_empty() => {
            Ok(without_placeholders(matchers.matchers.iter().map(Matcher::to_string).collect::<Vec<_>>().join(",")))
        }
        _ => Err(Refused("is no list of label matchers".to_owned())),
    }
}

/// Label matchers of plain words and the simplest patterns, such as `code=~"5.."`. Nearly all are, and the grammar, which
/// compiles each pattern, takes a thousand times as long.
fn plain_matchers(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.|/".contains(&byte);
    let mut plain = Vec::new();
    for matcher in text.split(',') {
        let (label, rest) = matcher.trim().split_at_checked(matcher.trim().find(['=', '!'])?)?;
        let operator = ["=~", "!~", "!=", "="].into_iter().find(|operator| rest.starts_with(operator))?;
        let label = label.trim_end();
        let value = rest[operator.len()..].trim_start().strip_prefix('"')?.strip_suffix('"')?;
        if !is_metric_name(label) || label.contains(':') || !value.bytes().all(is_plain) {
            return None;
        }
        plain.push(format!("{label}{operator}\"{value}\""));
    }
    Some(plain.join(","))
}

/// An expression that a user wrote over `[$window]`, with the matchers of its job and environment put into every
/// selector that does not have them. `is_foreign` tells the metrics that are not the job's own.
///
/// # Errors
/// It does not parse, has a range of its own, or more operators than we take.
pub fn scope(text: &str, job: &str, is_foreign: impl Fn(&str) -> bool) -> Result<String, Refused> {
    let mut expression = parse(&replace_outside_texts(text, WINDOW, WINDOW_STANDIN_TEXT))?;
    let mut scope = Scope { job, is_foreign, fixed_range: None, alternatives: false };
    let Ok(_) = walk_expr_mut(&mut scope, &mut expression);
    if let Some(range) = scope.fixed_range {
        let range = promql_parser::util::display_duration(&range);
        return Err(Refused(format!("has the fixed range `[{range}]`: write `[$window]`")));
    }
    if scope.alternatives {
        return Err(Refused(ALTERNATIVES.to_owned()));
    }
    let text = without_placeholders(expression.to_string());
    let text = replace_outside_texts(&text, WINDOW_STANDIN_TEXT, WINDOW);
    Ok(text.replace(SELECTOR_STANDIN_TEXT, SELECTOR))
}

/// PromQL in which what looks like a placeholder is none. It stands between double quotes, where `\x24` is `$`: nowhere else
/// has the grammar a `$`, and single quotes and backticks were read before.
fn without_placeholders(promql: String) -> String {
    if memchr(b'$', promql.as_bytes()).is_none() {
        return promql;
    }
    let plain = |text: String, placeholder: &str| text.replace(placeholder, &placeholder.replace('$', "\\x24"));
    PLACEHOLDERS.into_iter().fold(promql, plain)
}

/// An expression with something in place of a word, wherever it does not stand between quotes.
fn replace_outside_texts(expression: &str, word: &str, by: &str) -> String {
    let mut replaced = String::with_capacity(expression.len() + 16);
    let mut rest = expression;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let (before, quoted) = rest.split_at(at);
        replaced.push_str(&before.replace(word, by));
        let end = end_of_text(quoted);
        replaced.push_str(&quoted[..end]);
        rest = &quoted[end..];
    }
    replaced.push_str(&rest.replace(word, by));
    replaced
}

/// Where the text ends that an expression begins with; at the end of the expression where nothing ends it.
fn end_of_text(expression: &str) -> usize {
    let mut characters = expression.char_indices();
    let Some((_, quote)) = characters.next() else { return 0 };
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return at + character.len_utf8();
        }
        if character == '\\' && quote != '`' {
            characters.next();
        }
    }
    expression.len()
}

/// The metrics that an expression over `[$window]` names, each once.
///
/// # Errors
/// It does not parse, or has more operators than we take.
pub fn metrics(text: &str) -> Result<BTreeSet<String>, Refused> {
    let mut expression = parse(&text.replace(WINDOW, WINDOW_STANDIN_TEXT))?;
    let mut names = Names::default();
    let Ok(_) = walk_expr_mut(&mut names, &mut expression);
    Ok(names.0)
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The type of its value: `instant vector`, `scalar`, `range vector` or `string`.
    pub kind: &'static str,
    /// The labels of its series, where the expression itself says which.
    pub labels: Option<BTreeSet<String>>,
    /// The metrics whose growth it asks for.
    pub grown: BTreeSet<String>,
}

/// What an expression over `[$window]` gives.
///
/// # Errors
/// It does not parse, has more operators than we take, or joins matchers by `or`.
pub fn shape(text: &str) -> Result<Shape, Refused> {
    let mut expression = parse(&text.replace(WINDOW, WINDOW_STANDIN_TEXT))?;
    let mut grown = Grown::default();
    let Ok(_) = walk_expr_mut(&mut grown, &mut expression);
    if grown.alternatives {
        return Err(Refused(ALTERNATIVES.to_owned()));
    }
    let kind = match expression.value_type() {
        ValueType::Vector => "instant vector",
        ValueType::Scalar => "scalar",
        ValueType::Matrix => "range vector",
        ValueType::String => "string",
    };
    Ok(Shape { kind, labels: labels_of(&expression), grown: grown.metrics })
}

/// Why matchers that are joined by `or` are refused.
const ALTERNATIVES: &str = "joins label matchers by `or`, which Prometheus does not read";

/// The labels that the series of an expression have, where the expression says so.
fn labels_of(expression: &Expr) -> Option<BTreeSet<String>> {
    match expression {
        Expr::Aggregate(aggregate) => match (&aggregate.modifier, aggregate.param.is_some()) {
            (None, false) => Some(BTreeSet::new()),
            (Some(LabelModifier::Include(labels)), false) => Some(labels.labels.iter().cloned().collect()),
            // What is left of others, and what `topk` picks, depends on the series.
            _ => None,
        },
        Expr::Paren(inner) => labels_of(&inner.expr),
        Expr::Unary(inner) => labels_of(&inner.expr),
        Expr::Call(call) if call.func.name == "vector" => Some(BTreeSet::new()),
        Expr::Binary(binary) => {
            let is_scalar = |side: &Expr| side.value_type() == ValueType::Scalar;
            match (is_scalar(&binary.lhs), is_scalar(&binary.rhs)) {
                (true, false) => labels_of(&binary.rhs),
                (false, true) => labels_of(&binary.lhs),
                _ => labels_of(&binary.lhs).filter(|left| labels_of(&binary.rhs).is_some_and(|right| right == *left)),
            }
        }
        _ => None,
    }
}

#[derive(Default)]
struct Grown {
    metrics: BTreeSet<String>,
    alternatives: bool,
}

impl ExprVisitorMut for Grown {
    type Error = Infallible;

    fn pre_visit(&mut self, expression: &mut Expr) -> Result<bool, Infallible> {
        match expression {
            Expr::Call(call) if matches!(call.func.name, "rate" | "irate" | "increase") => {
                for argument in &call.args.args {
                    if let Expr::MatrixSelector(selector) = argument.as_ref() {
                        self.metrics.extend(selector.vs.name.clone());
                    }
                }
            }
            Expr::VectorSelector(selector) => self.alternatives |= !selector.matchers.or_matchers.is_empty(),
            Expr::MatrixSelector(selector) => self.alternatives |= !selector.vs.matchers.or_matchers.is_empty(),
            _ => {}
        }
        Ok(true)
    }
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl ExprVisitorMut for Names {
    type Error = Infallible;

    fn pre_visit(&mut self, expression: &mut Expr) -> Result<bool, Infallible> {
        match expression {
            Expr::VectorSelector(selector) => self.0.extend(selector.name.clone()),
            Expr::MatrixSelector(selector) => self.0.extend(selector.vs.name.clone()),
            _ => {}
        }
        Ok(true)
    }
}

/// Whether two expressions over `[$window]` say the same, however they are laid out.
#[must_use]
pub fn are_equal(one: &str, other: &str) -> bool {
    let read = |text: &str| parse(&text.replace(WINDOW, WINDOW_STANDIN_TEXT)).map(|read| read.to_string());
    one == other || matches!((read(one), read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether an expression over `[$window]` is one number of the series of one selector.
#[must_use]
pub fn is_one_sum(text: &str) -> bool {
    let Ok(mut expression) = parse(&text.replace(WINDOW, WINDOW_STANDIN_TEXT)) else { return false };
    labels_of(&expression).is_some_and(|labels| labels.is_empty()) && bared(&mut expression).len() == 1
}

/// Whether an expression over `[$window]` is another one whose only selector takes fewer series by further matchers.
#[must_use]
pub fn is_part(part: &str, whole: &str) -> bool {
    let read = |text: &str| parse(&text.replace(WINDOW, WINDOW_STANDIN_TEXT));
    let (Ok(mut part), Ok(mut whole)) = (read(part), read(whole)) else { return false };
    match (bared(&mut part).as_slice(), bared(&mut whole).as_slice()) {
        ([narrow], [wide]) => {
            narrow.len() > wide.len() && wide.is_subset(narrow) && part.to_string() == whole.to_string()
        }
        _ => false,
    }
}

/// Takes the matchers out of an expression: those of each selector.
fn bared(expression: &mut Expr) -> Vec<BTreeSet<String>> {
    let mut bare = Bare(Vec::new());
    let Ok(_) = walk_expr_mut(&mut bare, expression);
    bare.0
}

struct Bare(Vec<BTreeSet<String>>);

impl ExprVisitorMut for Bare {
    type Error = Infallible;

    fn pre_visit(&mut self, expression: &mut Expr) -> Result<bool, Infallible> {
        let matchers = match expression {
            Expr::VectorSelector(selector) => &mut selector.matchers.matchers,
            Expr::MatrixSelector(selector) => &mut selector.vs.matchers.matchers,
            _ => return Ok(true),
        };
        self.0.push(matchers.drain(..).map(|matcher| matcher.to_string()).collect());
        Ok(true)
    }
}

/// Reads an expression whose placeholders are filled.
///
/// # Errors
/// It does not parse, or has more operators than we take.
pub fn parse(text: &str) -> Result<Expr, Refused> {
    let operators = text.bytes().filter(|byte| b"([+-*/%^<>=!~".contains(byte)).count()
        + text.split_ascii_whitespace().filter(|word| matches!(*word, "and" | "or" | "unless" | "atan2")).count();
    if operators > MOST_OPERATORS {
        return Err(Refused(format!("has {operators} operators and brackets: at most {MOST_OPERATORS}")));
    }
    parser::parse(text).map_err(|message| Refused(format!("is not PromQL: {message}")))
}

struct Scope<'a, F> {
    job: &'a str,
    is_foreign: F,
    fixed_range: Option<Duration>,
    alternatives: bool,
}

impl<F: Fn(&str) -> bool> Scope<'_, F> {
    fn put_in(&mut self, selector: &mut VectorSelector) {
        self.alternatives |= !selector.matchers.or_matchers.is_empty();
        let known = |matchers: &Matchers, label: &str| matchers.matchers.iter().any(|matcher| matcher.name == label);
        let foreign = selector.name.as_deref().is_some_and(|name| (self.is_foreign)(name));
        if !foreign && !known(&selector.matchers, "job") {
            selector.matchers.matchers.push(Matcher::new(MatchOp::Equal, "job", self.job));
        }
        selector.matchers.matchers.push(Matcher::new(MatchOp::Equal, SELECTOR_STANDIN, ""));
    }

    fn check(&mut self, range: Duration) {
        if range != WINDOW_STANDIN {
            self.fixed_range.get_or_insert(range);
        }
    }
}

impl<F: Fn(&str) -> bool> ExprVisitorMut for Scope<'_, F> {
    type Error = Infallible;

    fn pre_visit(&mut self, expression: &mut Expr) -> Result<bool, Infallible> {
        match expression {
            Expr::VectorSelector(selector) => self.put_in(selector),
            Expr::MatrixSelector(selector) => {
                self.check(selector.range);
                self.put_in(&mut selector.vs);
            }
            Expr::Subquery(subquery) => self.check(subquery.range),
            _ => {}
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scoped(text: &str) -> Result<String, Refused> {
        scope(text, "order-worker", |metric| metric.starts_with("kube_"))
    }

    #[test]
    fn what_stands_between_quotes_is_no_placeholder() {
        assert_eq!(
            scoped(r#"sum(rate(x{a="$window", b=~'^$instance$', c=`"$selector`, d="5..$"}[$window]))"#).unwrap(),
            r#"sum(rate(x{$selector,a="\x24window",b=~"^\x24instance$",c="\"\x24selector",d="5..$",job="order-worker"}[$window]))"#
        );
        assert_eq!(
            scoped(r#"label_replace(x, "a", "$1 $environment_text \"$window\" 23h59m59s987ms", "b", "(.*)$")"#)
                .unwrap(),
            r#"label_replace(x{$selector,job="order-worker"}, "a", "$1 \x24environment_text \"\x24window\" 23h59m59s987ms", "b", "(.*)$")"#
        );
        assert_eq!(
            matchers(r#"a=~"$instance|\\$window", b="x$""#).unwrap(),
            r#"a=~"\x24instance|\\\x24window",b="x$""#
        );
        assert_eq!(replace_outside_texts("$w 'it' $w \"a", "$w", "5m"), "5m 'it' 5m \"a");
    }

    #[test]
    fn some_events_are_a_part_of_all() {
        let all = "sum(rate(x[$window]))";
        assert!(is_part("sum( rate(x{a=\"b\"}[$window]) )", all));
        assert!(is_part("sum(rate(x{c!=\"d\",a=\"b\"}[$window]))", "sum(rate(x{a=\"b\"}[$window]))"));
        for other in [
            all,
            "sum(rate(y{a=\"b\"}[$window]))",
            "max(rate(x{a=\"b\"}[$window]))",
            "1 - sum(rate(x{a=\"b\"}[$window]))",
            "(",
        ] {
            assert!(!is_part(other, all), "{other}");
        }
        assert!(is_one_sum(all) && is_one_sum("60 * sum(rate(x{a=\"b\"}[$window]))"));
        assert!(!is_one_sum("sum(rate(x[$window])) - sum(rate(y[$window]))"));
        assert!(!is_one_sum("sum by (a) (rate(x[$window]))"));
    }

    #[test]
    fn an_expression_says_what_it_gives() {
        let labels = |text: &str| shape(text).unwrap().labels.map(|labels| labels.into_iter().collect::<Vec<_>>());
        assert_eq!(labels("sum(rate(x[$window]))"), Some(vec![]));
        assert_eq!(labels("(sum by (b, a) (x) * 60)"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(labels("sum(x) - sum(y)"), Some(vec![]));
        assert_eq!(labels("sum by (a) (x) - sum(y)"), None);
        assert_eq!(labels("rate(x[$window])"), None);
        assert_eq!(labels("sum without (a) (x)"), None);
        assert_eq!(shape("x[$window]").unwrap().kind, "range vector");
        assert_eq!(shape("1").unwrap().kind, "scalar");
        assert_eq!(shape("sum(rate(x[$window])) + y").unwrap().grown, BTreeSet::from(["x".to_owned()]));
        assert!(shape("sum(rate(x[$window])").is_err());
    }

    #[test]
    fn labels_are_put_into_every_selector() {
        assert_eq!(
            scoped("sum(rate(orders_processed_total{outcome=\"ok\"}[$window]))").unwrap(),
            "sum(rate(orders_processed_total{$selector,job=\"order-worker\",outcome=\"ok\"}[$window]))"
        );
        assert_eq!(
            scoped("sum by (a) (rate(x{job=\"other\"}[$window] offset 5m)) / on (a) max_over_time(y[$window:1m])")
                .unwrap(),
            "sum by (a) (rate(x{$selector,job=\"other\"}[$window] offset 5m)) / on (a) \
             max_over_time(y{$selector,job=\"order-worker\"}[$window:1m])"
        );
        assert_eq!(scoped("kube_pod_info").unwrap(), "kube_pod_info{$selector}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(scoped("sum(rate(x[5m]))").unwrap_err().0, "has the fixed range `[5m]`: write `[$window]`");
        assert!(scoped("sum(rate(x[$window])").unwrap_err().0.starts_with("is not PromQL: "));
        assert!(scoped(&"-".repeat(100_000)).unwrap_err().0.contains("at most 400"));
    }

    #[test]
    fn matchers_can_not_leave_their_braces() {
        assert_eq!(matchers("code=~\"5..\"").unwrap(), "code=~\"5..\"");
        assert_eq!(matchers("a='x', b!=\"y\"").unwrap(), "a=\"x\",b!=\"y\"");
        assert!(matchers("a=\"b\"} or up{").is_err());
        assert!(matchers("code=~5").is_err());
    }

    #[test]
    fn plain_matchers_are_what_the_grammar_makes_of_them() {
        for text in ["code=~\"5..\"", "a=\"x\" , b!=\"y-z\"", "grpc_code !~ \"OK|NotFound\"", "a=\"\""] {
            let Expr::VectorSelector(selector) = parse(&format!("metric{{{text}}}")).unwrap() else {
                panic!("not a selector");
            };
            let by_grammar: Vec<String> = selector.matchers.matchers.iter().map(Matcher::to_string).collect();
            assert_eq!(plain_matchers(text).unwrap(), by_grammar.join(","));
        }
        for text in ["a=\"b\"} or up{", "a=\"b\\\"\"", "a:b=\"c\"", "a=~\"(\"", "a", "", "a=b"] {
            assert_eq!(plain_matchers(text), None, "{text}");
        }
    }

    #[test]
    fn quoted_text_reads_back() {
        for text in ["plain", "a\"b", "a\\b", "line\nbreak", "{{ $labels.x }} $window", "tab\t\u{1}", "ünï"] {
            let Expr::VectorSelector(selector) = parse(&select("m", &[&format!("a={}", quoted(text))])).unwrap() else {
                panic!("not a selector");
            };
            assert_eq!(selector.matchers.matchers[0].value, text);
        }
    }

    #[test]
    fn a_name_that_is_none_is_quoted() {
        let text = select("http requests\"}", &["job=\"x\""]);
        assert_eq!(text, "{__name__=\"http requests\\\"}\",job=\"x\"}");
        assert!(parse(&text).is_ok());
    }
}
