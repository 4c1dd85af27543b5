//! Texts of alerts: many say the same, each about something else.
//!
//! What a thousand components are told differs in their names, and in what they need. So a text that stays for the whole run
//! is a pattern, which all share, with marks where those stand, and is put together when somebody reads it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;
use memchr::memmem::Finder;
use memchr::{memchr2, memchr3};

use super::alerting::{AlertPlan, AlertRule, AlertSubject};
use crate::ir::value::Text;
use crate::ir::{Origin, Traced};
use crate::output::Doc;
use crate::output::yaml::Writer;
use crate::plan::Encode;
use crate::plan::encode::Slot;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Shape};

/// Stands for the name in a pattern. It is no character of a name.
const NAME: char = '\u{1}';
/// Stands for the sentence that says where else to look.
const CAUSES: char = '\u{2}';
/// Stands behind each text where several are compared at once.
const END: char = '\u{0}';

/// A text about something: whole, or a pattern.
#[derive(Clone, Debug)]
pub struct Phrase {
    text: Text,
    is_pattern: bool,
}

/// A phrase as it is said about something.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    pub(super) phrase: &'a Phrase,
    pub(super) about: &'a AlertSubject,
}

impl<'a> Said<'a> {
    /// Adds the text.
    pub fn push_to(self, out: &mut String) {
        let mut rest = self.phrase.text.as_str();
        while let Some(at) = self.mark(rest) {
            let (before, behind) = rest.split_at(at);
            out.push_str(before);
            if behind.starts_with(NAME) {
                out.push_str(self.about.named().map_or("", |name| name.as_str()));
            } else {
                self.about.push_causes(out);
            }
            rest = &behind[NAME.len_utf8()..];
        }
        out.push_str(rest);
    }

    /// The text; `scratch` is what it may be put together in.
    #[must_use]
    pub fn text<'s>(self, scratch: &'s mut String) -> &'s str
    where
        'a: 's,
    {
        if !self.phrase.is_pattern {
            return &self.phrase.text;
        }
        scratch.clear();
        self.push_to(scratch);
        scratch
    }

    /// The text, put together for this reader alone.
    #[must_use]
    pub fn to_text(self) -> Cow<'a, str> {
        if !self.phrase.is_pattern {
            return Cow::Borrowed(&self.phrase.text);
        }
        let mut text = String::with_capacity(self.phrase.text.len() + 64);
        self.push_to(&mut text);
        Cow::Owned(text)
    }

    /// The text where it is no pattern.
    #[must_use]
    pub fn whole(self) -> Option<&'a str> {
        (!self.phrase.is_pattern).then_some(&self.phrase.text)
    }

    /// Whether this is the text.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        let (mut pattern, mut rest) = (self.phrase.text.as_str(), text);
        while let Some(at) = self.mark(pattern) {
            let (before, behind) = pattern.split_at(at);
            if behind.starts_with(CAUSES) {
                return self.to_text() == text;
            }
            let name = self.about.named().map_or("", |name| name.as_str());
            match rest.strip_prefix(before).and_then(|rest| rest.strip_prefix(name)) {
                Some(further) => rest = further,
                None => return false,
            }
            pattern = &behind[NAME.len_utf8()..];
        }
        pattern == rest
    }

    /// Where the first mark stands.
    fn mark(self, pattern: &str) -> Option<usize> {
        if self.phrase.is_pattern { memchr2(NAME as u8, CAUSES as u8, pattern.as_bytes()) } else { None }
    }
}

/// What alerts say, held once for all that say the same, by hashes. Of two that share one the first alone is found again, so
/// that who makes many share one gains nothing.
#[derive(Default)]
pub(super) struct Patterns {
    hasher: FixedState,
    known: HashMap<u64, Known, FixedState>,
    /// The patterns of the alert that is looked at, one behind the other.
    patterns: String,
}

struct Known {
    patterns: String,
    rule: Arc<AlertRule>,
}

impl Patterns {
    /// Lets alerts share what they say.
    pub(super) fn share<'a>(&mut self, alerts: impl IntoIterator<Item = &'a mut AlertPlan>) {
        let mut last: Option<(Arc<AlertSubject>, Finder<'static>, String)> = None;
        for alert in alerts {
            // Those about the same stand together.
            let (about, name, causes) = match last.take() {
                Some(last) if Arc::ptr_eq(&last.0, &alert.about) => last,
                _ => {
                    let Some(name) = alert.named() else { continue };
                    let mut causes = String::new();
                    alert.push_causes(&mut causes);
                    (Arc::clone(&alert.about), Finder::new(name.as_str()).into_owned(), causes)
                }
            };
            self.share_one(alert, &name, &causes);
            last = Some((about, name, causes));
        }
    }

    fn share_one(&mut self, alert: &mut AlertPlan, name: &Finder<'_>, causes: &str) {
        self.patterns.clear();
        let rule = &*alert.rule;
        // What looks like a mark would be taken for one.
        let is_plain = |text: &str| memchr3(NAME as u8, CAUSES as u8, END as u8, text.as_bytes()).is_none();
        for phrase in rule.phrases().into_iter().flatten() {
            if !is_plain(&phrase.text) {
                return;
            }
            push_pattern(&mut self.patterns, &phrase.text, name, causes);
        }
        // These are no phrases: who shares them has the very same.
        for text in [&rule.name.value, &rule.section.value] {
            if !is_plain(text) {
                return;
            }
            self.patterns.push_str(text);
            self.patterns.push(END);
        }
        let hash = self.hasher.hash_one((&self.patterns, rule.facts()));
        match self.known.get(&hash) {
            Some(known) if known.patterns == self.patterns && known.rule.facts() == rule.facts() => {
                alert.rule = Arc::clone(&known.rule);
            }
            Some(_) => {}
            None => {
                let rule = Arc::make_mut(&mut alert.rule);
                for (phrase, pattern) in rule.phrases_mut().into_iter().flatten().zip(self.patterns.split(END)) {
                    phrase.is_pattern = pattern != phrase.text.as_str();
                    phrase.text = Text::new(pattern);
                }
                let known = Known { patterns: self.patterns.clone(), rule: Arc::clone(&alert.rule) };
                self.known.insert(hash, known);
            }
        }
    }
}

/// Adds a text with marks where the name and the causes stand.
fn push_pattern(patterns: &mut String, text: &str, name: &Finder<'_>, causes: &str) {
    let before = text.strip_suffix(causes);
    let text = before.unwrap_or(text);
    let mut from = 0;
    for at in name.find_iter(text.as_bytes()) {
        patterns.push_str(&text[from..at]);
        patterns.push(NAME);
        from = at + name.needle().len();
    }
    patterns.push_str(&text[from..]);
    patterns.extend(before.map(|_| CAUSES));
    patterns.push(END);
}

impl AlertRule {
    fn phrases(&self) -> [Option<&Phrase>; 6] {
        [
            Some(&self.id.value),
            self.objective.as_deref(),
            self.expression.as_deref(),
            Some(&self.summary.value),
            Some(&self.description.value),
            self.runbook.as_deref(),
        ]
    }

    fn phrases_mut(&mut self) -> [Option<&mut Phrase>; 6] {
        [
            Some(&mut self.id.value),
            self.objective.as_mut().map(|phrase| &mut phrase.value),
            self.expression.as_mut().map(|phrase| &mut phrase.value),
            Some(&mut self.summary.value),
            Some(&mut self.description.value),
            self.runbook.as_mut().map(|phrase| &mut phrase.value),
        ]
    }

    /// All that it has beside texts, with where each field comes from.
    fn facts(&self) -> impl PartialEq + std::hash::Hash + use<> {
        fn origin<T>(field: &Option<Traced<T>>) -> Option<Origin> {
            field.as_ref().map(|field| field.origin)
        }
        // A field that is new has to be named here.
        let AlertRule {
            origin: own,
            id,
            name,
            kind,
            objective,
            severity,
            expression,
            threshold,
            comparison,
            hold,
            summary,
            description,
            runbook,
            section,
        } = self;
        let required = [*own, id.origin, name.origin, kind.origin, severity.origin, summary.origin, description.origin];
        let optional = [origin(objective), origin(expression), origin(threshold), origin(comparison), origin(hold)];
        let values = (kind.value, severity.value, threshold.map(|limit| limit.value));
        let further = (comparison.map(|side| side.value), hold.map(|hold| hold.value));
        (required, section.origin, optional, origin(runbook), values, further)
    }
}

impl PartialEq for Said<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Alerts that say the same about the same hold it once.
        let is_one = std::ptr::eq(self.phrase, other.phrase) && std::ptr::eq(self.about, other.about);
        is_one || self.is(&other.to_text())
    }
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_text())
    }
}

impl Encode for Said<'_> {
    fn encode(&self, origin: Origin) -> Doc {
        Doc::Text(Cow::Owned(self.to_text().into_owned()), origin)
    }

    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        match slot {
            Slot::Key(key) if self.phrase.is_pattern => out.made(key, origin, |text| self.push_to(text)),
            Slot::Key(key) => out.text(key, &self.phrase.text, origin),
            Slot::Element => out.element_text(&self.to_text(), origin),
        }
    }
}

impl<T: Into<Text>> From<T> for Phrase {
    fn from(text: T) -> Phrase {
        Phrase { text: text.into(), is_pattern: false }
    }
}

impl Decode for Phrase {
    fn shape() -> Shape {
        Text::shape()
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        Text::decode(decoder, node).map(Phrase::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::value::Name;
    use crate::plan::monitoring::alerting::AlertKind;
    use crate::plan::monitoring::rules;
    use crate::spec::prometheus::AlertSeverity;
    use proptest::prelude::*;

    fn by_rule<T>(value: T) -> Traced<T> {
        Traced::by_rule(value, rules::ALERT_TEXT)
    }

    /// An alert about a component, whose identifier, summary and description are these.
    fn alert(component: &str, needs: &[&str], [id, summary, description]: [&str; 3]) -> AlertPlan {
        let origin = Origin::rule(rules::ALERT_KIND);
        let rule = AlertRule {
            origin,
            id: by_rule(Text::new(id).into()),
            name: by_rule("Restarts".into()),
            kind: by_rule(AlertKind::Restarts),
            objective: None,
            severity: by_rule(AlertSeverity::Ticket),
            expression: None,
            threshold: None,
            comparison: None,
            hold: None,
            summary: by_rule(Text::new(summary).into()),
            description: by_rule(Text::new(description).into()),
            runbook: None,
            section: by_rule("restarts".into()),
        };
        let name = |name: &&str| by_rule(Name::made(name));
        let about = AlertSubject {
            origin,
            component: Some(name(&component)),
            datastore: None,
            resource: None,
            team: None,
            environments: Vec::new(),
            document: by_rule(String::new()),
            dashboard: by_rule(String::new()),
            dependencies: needs.iter().map(name).collect(),
            reads: None,
            writes: None,
        };
        AlertPlan { origin, rule: Arc::new(rule), about: Arc::new(about) }
    }

    fn causes(needs: &[&str]) -> String {
        let mut causes = String::new();
        alert("a", needs, [""; 3]).push_causes(&mut causes);
        causes
    }

    #[test]
    fn what_differs_in_the_name_and_the_causes_is_held_once() {
        let of = |name: &str, needs: &[&str]| {
            let texts = [format!("{name}/restarts"), format!("{name}: restarts"), format!("Again. {}", causes(needs))];
            alert(name, needs, texts.each_ref().map(String::as_str))
        };
        let mut alerts = [of("checkout", &["orders-db"]), of("catalog", &[])];
        Patterns::default().share(&mut alerts);
        assert!(Arc::ptr_eq(&alerts[0].rule, &alerts[1].rule));
        let said = |alert: &AlertPlan| format!("{} | {} | {}", alert.id(), alert.summary(), alert.description());
        assert_eq!(
            alerts.each_ref().map(said),
            [
                "checkout/restarts | checkout: restarts | Again. Look at what was deployed last, and at what it needs: \
                 orders-db.",
                "catalog/restarts | catalog: restarts | Again. Nothing that it needs can be the cause: look at what was \
                 deployed last."
            ]
        );
    }

    #[test]
    fn what_differs_in_more_is_told_apart() {
        let mut alerts = [alert("a", &[], ["a/x", "one", ""]), alert("b", &[], ["b/x", "one", ""])];
        Arc::make_mut(&mut alerts[1].rule).severity.value = AlertSeverity::Page;
        Patterns::default().share(&mut alerts);
        assert!(!Arc::ptr_eq(&alerts[0].rule, &alerts[1].rule));
        assert_eq!(alerts[1].rule.severity.value, AlertSeverity::Page);

        // Names and sections have no marks: they are as they were, also where the component's name stands in them.
        let mut alerts = ["catalog", "checkout"].map(|name| alert(name, &[], ["x", "one", ""]));
        for alert in &mut alerts {
            let component = alert.component.as_ref().unwrap().to_string();
            Arc::make_mut(&mut alert.rule).section.value = format!("burn-{component}").into();
        }
        Patterns::default().share(&mut alerts);
        assert_eq!(alerts.map(|alert| alert.rule.section.to_string()), ["burn-catalog", "burn-checkout"]);
    }

    proptest! {
        #[test]
        fn a_shared_text_reads_as_before(
            all in prop::collection::vec(("[a-c]{1,3}", prop::array::uniform3("([a-c]{1,3}|[\u{0}-\u{2}]|.){0,20}"), 0..3usize), 1..8),
        ) {
            let needs = &["a", "bc"];
            let mut before: Vec<[String; 3]> = Vec::new();
            let mut alerts: Vec<AlertPlan> = Vec::new();
            for (name, mut texts, with_causes) in all {
                texts[with_causes].push_str(&causes(needs));
                alerts.push(alert(&name, needs, texts.each_ref().map(String::as_str)));
                before.push(texts);
            }
            Patterns::default().share(&mut alerts);
            for (alert, texts) in alerts.iter().zip(&before) {
                let said = [alert.id(), alert.summary(), alert.description()];
                for (said, text) in said.into_iter().zip(texts) {
                    let mut scratch = String::from("before");
                    prop_assert_eq!(said.text(&mut scratch), text);
                    prop_assert_eq!(said.to_text(), text.as_str());
                    let another = format!("{text}x");
                    prop_assert!(said.is(text) && !said.is(&another));
                }
            }
        }
    }
}
