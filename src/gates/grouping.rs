//! Similar findings of one gate become one, so that a mistake that is everywhere is told once: the first finding speaks,
//! the others lend it their places, and a note names what they are about.

use std::collections::BTreeSet;

use crate::diag::Diagnostic;
use crate::ir::value::Name;
use crate::source::{Fix, Safety};

/// So many findings that differ in their place are still shown one by one.
const SHOWN_APART: usize = 3;

/// A finding whose level and waiver are known.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) diagnostic: Diagnostic,
    pub(super) component: Option<Name>,
    pub(super) environment: Option<Name>,
}

/// Findings that say the same.
struct Group {
    first: Settled,
    others: Vec<Settled>,
}

/// Groups the findings of one gate; each group stands where its first finding stood.
pub(super) fn group(found: Vec<Settled>) -> Vec<Diagnostic> {
    let at_one_place = gather(found, same_place).into_iter().map(merge).collect();
    let alike = gather(at_one_place, |_, _| true);
    alike
        .into_iter()
        .flat_map(|group| match group.others.len() {
            0..SHOWN_APART => std::iter::once(group.first).chain(group.others).collect(),
            _ => vec![merge(group)],
        })
        .map(|settled| settled.diagnostic)
        .collect()
}

fn gather(found: Vec<Settled>, also: fn(&Diagnostic, &Diagnostic) -> bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for settled in found {
        let fits = |group: &&mut Group| {
            let first = &group.first.diagnostic;
            alike(first, &settled.diagnostic) && also(first, &settled.diagnostic)
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.others.push(settled),
            None => groups.push(Group { first: settled, others: Vec::new() }),
        }
    }
    groups
}

/// Whether two findings say the same, if of different things.
fn alike(one: &Diagnostic, other: &Diagnostic) -> bool {
    let waiver = |found: &Diagnostic| found.waived.as_ref().map(|waived| waived.origin);
    let text = |one: &Diagnostic, other: &Diagnostic| match (one.labels.first(), other.labels.first()) {
        (Some(one), Some(other)) => one.text == other.text,
        _ => false,
    };
    one.level == other.level
        && waiver(one) == waiver(other)
        && text(one, other)
        && one.help == other.help
        && one.notes == other.notes
}

fn same_place(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.labels.first().map(|label| label.place) == other.labels.first().map(|label| label.place)
}

/// One fix for two findings: only where it mends both, and as sure as the less sure one.
fn both(one: Option<Fix>, other: Option<Fix>) -> Option<Fix> {
    let (mut one, other) = (one?, other?);
    if other.safety == Safety::Suggested {
        one.safety = Safety::Suggested;
    }
    for edit in other.edits {
        if !one.edits.contains(&edit) {
            one.edits.push(edit);
        }
    }
    Some(one)
}

/// The first of a group, speaking for all.
fn merge(Group { mut first, others }: Group) -> Settled {
    let mut components = BTreeSet::new();
    let mut environments = BTreeSet::new();
    let more = others.len();
    for member in others {
        components.extend(member.component.filter(|name| Some(name) != first.component.as_ref()));
        environments.extend(member.environment.filter(|name| Some(name) != first.environment.as_ref()));
        first.diagnostic.fix = both(first.diagnostic.fix.take(), member.diagnostic.fix);
        for mut label in member.diagnostic.labels {
            if !first.diagnostic.labels.iter().any(|known| known.place == label.place) {
                label.primary = false;
                first.diagnostic.labels.push(label);
            }
        }
    }
    let (kind, names) = match (components.is_empty(), environments.is_empty()) {
        (false, _) => ("for", components),
        (true, false) => ("in", environments),
        (true, true) => ("", BTreeSet::new()),
    };
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        _ if more == 0 => {}
        0 => first.diagnostic.message.push_str(&format!(", and {more} more alike")),
        1..=SHOWN_APART => first.diagnostic.message.push_str(&format!(", the same {kind} {}", names.join(", "))),
        count => {
            first.diagnostic.message.push_str(&format!(", the same {kind} {count} others"));
            first.diagnostic.notes.push(format!("the same {kind} {}", names.join(", ")));
        }
    }
    first
}
