//! What is risky about a change, by a table of facts.

use std::collections::BTreeSet;

use super::cause::Value;
use super::change::{Change, Changes, What};
use crate::ir::Origin;
use crate::spec::risks::{Direction, LayoutFact, RiskClass, RiskFact, RisksSpec};

/// One risk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Risk {
    /// Its class.
    pub class: RiskClass,
    /// Why.
    pub why: String,
    /// Where the fact stands in the table.
    pub origin: Origin,
}

/// Looks risks up.
pub struct Risks<'a> {
    spec: &'a RisksSpec,
    /// Kinds and names of resources that are gone.
    gone: BTreeSet<(String, String)>,
    /// Resources that are kept under a new name.
    kept: BTreeSet<String>,
}

impl<'a> Risks<'a> {
    /// Looks risks up in a table.
    #[must_use]
    pub fn new(spec: &'a RisksSpec) -> Risks<'a> {
        Risks { spec, gone: BTreeSet::new(), kept: BTreeSet::new() }
    }

    /// Which resources are gone, and which are kept under a new name: some facts depend on it.
    pub fn learn(&mut self, changes: &Changes) {
        self.kept.clone_from(&changes.kept);
        let gone = changes.changes.iter().filter(|change| change.what == What::Removed);
        self.gone.extend(gone.map(|change| (change.kind.clone(), change.name.clone())));
    }

    /// What is risky about a change of a generated file.
    #[must_use]
    pub fn of(&self, change: &Change) -> Vec<Risk> {
        let facts = self.spec.facts.iter().filter(|fact| {
            fact.target.value == change.target
                && fact.kinds.iter().any(|kind| kind.value == change.kind)
                && !fact.unless_gone.iter().any(|kind| self.gone.contains(&(kind.value.clone(), change.name.clone())))
                && match &change.what {
                    What::Field { path, old, new } => is_of(fact, path, old.as_deref(), new.as_deref()),
                    What::Element { path, old, new } => is_element_of(fact, path, old.is_some(), new.is_some()),
                    What::Added => is_whole(fact, Direction::Added),
                    What::Removed => is_whole(fact, Direction::Removed),
                    What::Renamed(_) if self.kept.contains(&format!("{}.{}", change.kind, change.name)) => false,
                    // The old name is gone for whoever applies the file.
                    What::Renamed(_) => {
                        let stops = matches!(fact.class, RiskClass::Interrupts | RiskClass::Replaces);
                        is_whole(fact, Direction::Removed) && stops || is_whole(fact, Direction::Renamed)
                    }
                    What::Moved(_) => false,
                }
        });
        risks(facts)
    }

    /// Whether a change only moves what is shown.
    #[must_use]
    pub fn is_layout(&self, change: &Change) -> bool {
        let What::Field { path, .. } = &change.what else { return false };
        let is_about = |fact: &&LayoutFact| {
            fact.target.value == change.target && fact.kinds.iter().any(|kind| kind.value == change.kind)
        };
        let mut facts = self.spec.layout.iter().filter(is_about);
        facts.any(|fact| fact.fields.iter().any(|field| covers(&field.value, path)))
    }

    /// What is risky about a change of an input itself.
    #[must_use]
    pub fn of_input(&self, value: &Value) -> Vec<Risk> {
        let facts = self.spec.facts.iter().filter(|fact| {
            fact.target.value == INPUT
                && if value.is_element {
                    is_element_of(fact, &value.path, value.old.is_some(), value.new.is_some())
                } else {
                    is_of(fact, &value.path, value.old.as_deref(), value.new.as_deref())
                }
        });
        risks(facts)
    }
}

/// The target of facts about the inputs themselves.
const INPUT: &str = "input";

fn risks<'f>(facts: impl Iterator<Item = &'f RiskFact>) -> Vec<Risk> {
    let mut found: Vec<Risk> =
        facts.map(|fact| Risk { class: fact.class, why: fact.why.value.clone(), origin: fact.why.origin }).collect();
    found.sort();
    found.dedup_by(|a, b| a.class == b.class && a.why == b.why);
    found
}

/// Whether a fact is about resources as a whole that come or go.
fn is_whole(fact: &RiskFact, direction: Direction) -> bool {
    fact.fields.is_empty() && fact.direction == direction
}

fn is_of(fact: &RiskFact, path: &str, old: Option<&str>, new: Option<&str>) -> bool {
    // A value of which nothing is known but that it is there.
    if old.is_none() && new.is_none() {
        return false;
    }
    let moves = match fact.direction {
        Direction::Any => true,
        Direction::Renamed => false,
        Direction::Added => old.is_none() || old.zip(new).is_some_and(|(old, new)| has_more(old, new)),
        Direction::Removed => new.is_none() || old.zip(new).is_some_and(|(old, new)| has_more(new, old)),
        Direction::Raised => compare(old, new).is_none_or(|order| order.is_lt()),
        Direction::Lowered => compare(old, new).is_none_or(|order| order.is_gt()),
        Direction::To => new.is_some_and(|new| fact.values.iter().any(|value| value.value == new)),
    };
    moves && fact.fields.iter().any(|field| covers(&field.value, path))
}

/// Whether a fact is about elements of a list that come or go.
fn is_element_of(fact: &RiskFact, path: &str, was: bool, is: bool) -> bool {
    let moves = match fact.direction {
        Direction::Any => true,
        Direction::Added => is && !was,
        Direction::Removed => was && !is,
        Direction::Renamed => was && is,
        Direction::Raised | Direction::Lowered | Direction::To => false,
    };
    moves && fact.fields.iter().any(|field| covers(&field.value, path))
}

/// Whether a list, or a value that is none, holds something that another does not.
fn has_more(old: &str, new: &str) -> bool {
    let elements = |text: &str| -> Vec<String> {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        inner.map_or_else(Vec::new, |inner| inner.split(", ").map(str::to_owned).collect())
    };
    let old = elements(old);
    elements(new).iter().any(|element| !old.contains(element))
}

/// The order of two quantities; none where they can't be compared.
fn compare(old: Option<&str>, new: Option<&str>) -> Option<std::cmp::Ordering> {
    if let ("false" | "true", "false" | "true") = (old?, new?) {
        return old?.parse::<bool>().ok()?.partial_cmp(&new?.parse().ok()?);
    }
    let (old, new) = (quantity(old?)?, quantity(new?)?);
    if old.1 == new.1 {
        return old.0.partial_cmp(&new.0);
    }
    let scale = [SIZES, DURATIONS, CPU]
        .into_iter()
        .find(|scale| scale_of(old.1, scale).is_some() && scale_of(new.1, scale).is_some())?;
    (old.0 * scale_of(old.1, scale)?).partial_cmp(&(new.0 * scale_of(new.1, scale)?))
}

/// The units of the input language, each by how many of the first it is. `m` is a part of a CPU and a minute: what it is,
/// the other unit says.
const SIZES: &[(&str, f64)] = &[("Ki", 1.0), ("Mi", 1024.0), ("Gi", 1_048_576.0), ("Ti", 1_073_741_824.0)];
const DURATIONS: &[(&str, f64)] = &[("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0), ("w", 604_800.0)];
const CPU: &[(&str, f64)] = &[("m", 1.0), ("", 1000.0)];

fn scale_of(unit: &str, scale: &[(&str, f64)]) -> Option<f64> {
    scale.iter().find(|(known, _)| *known == unit).map(|(_, scale)| *scale)
}

/// A number and its unit.
fn quantity(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim()))
}

/// Whether a pattern covers a path: the path itself, or what is below it. `*` stands for one key, `[*]` for one element,
/// `**` before anything for any keys.
fn covers(pattern: &str, path: &str) -> bool {
    let is_whole = is_whole_element(pattern);
    let pattern: Vec<&str> = keys(pattern);
    let path: Vec<&str> = keys(path);
    if is_whole && pattern.len() != path.len() {
        return false;
    }
    if let Some(("**", rest)) = pattern.split_first().map(|(first, rest)| (*first, rest)) {
        return (0..path.len()).any(|from| begins(rest, &path[from..]));
    }
    begins(&pattern, &path)
}

/// Whether a pattern means an element itself, and nothing within it.
fn is_whole_element(pattern: &str) -> bool {
    pattern.ends_with("[*]")
}

fn begins(pattern: &[&str], path: &[&str]) -> bool {
    pattern.len() <= path.len() && pattern.iter().zip(path).all(|(pattern, key)| *pattern == "*" || pattern == key)
}

/// Keys and names of elements, one after the other.
fn keys(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    for (at, byte) in path.bytes().enumerate() {
        let ends = match byte {
            b'[' => depth == 0,
            b']' => depth == 1,
            b'.' => depth == 0,
            _ => false,
        };
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if ends {
            if at > start {
                found.push(&path[start..at]);
            }
            start = at + 1;
        }
    }
    if start < path.len() {
        found.push(&path[start..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_is_below_it() {
        assert!(covers("spec.selector", "spec.selector.matchLabels.app"));
        assert!(covers("spec.containers[*].image", "spec.containers[a.b].image"));
        assert!(covers("**.objective", "slos[x].objective"));
        assert!(!covers("spec.selector", "spec.selectors"));
        assert!(!covers("spec.selector", "spec"));
        assert!(covers("components[*]", "components[a]") && !covers("components[*]", "components[a].env"));
    }

    #[test]
    fn quantities_are_compared_by_their_units() {
        assert!(compare(Some("250m"), Some("500m")).is_some_and(|order| order.is_lt()));
        assert!(compare(Some("1"), Some("500m")).is_some_and(|order| order.is_gt()));
        assert!(compare(Some("512Mi"), Some("1Gi")).is_some_and(|order| order.is_lt()));
        assert!(compare(Some("30m"), Some("1h")).is_some_and(|order| order.is_lt()));
        assert_eq!(compare(Some("1Gi"), Some("1h")), None);
        assert!(compare(Some("true"), Some("false")).is_some_and(|order| order.is_gt()));
        assert!(compare(Some("99.9"), Some("99")).is_some_and(|order| order.is_gt()));
        assert!(has_more("[a]", "[a, b]") && !has_more("[a, b]", "[a]"));
    }
}
