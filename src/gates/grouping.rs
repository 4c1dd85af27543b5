//! Similar findings of one gate become one, so that a mistake that is everywhere is told once: the first finding speaks,
//! the others lend it their places, and a note names what they are about.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::diag::Diagnostic;
use crate::ir::value::Name;
use crate::source::{Fix, Place, Safety};

/// So many findings that differ in their place are still shown one by one.
const SHOWN_APART: usize = 3;

/// So many names are told of a group; machines get the places of all.
const NAMED: usize = 12;

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
    // Where nothing can be alike nothing need be compared.
    if found.len() < 2 {
        return found.into_iter().map(|settled| settled.diagnostic).collect();
    }
    let at_one_place = gather(found, |settled| {
        let place = settled.diagnostic.labels.first().map(|label| label.place);
        format!("{place:?}\n{}", said(settled))
    });
    let alike = gather(at_one_place.into_iter().map(merge), said);
    alike
        .into_iter()
        .flat_map(|group| match group.others.len() {
            0..SHOWN_APART => std::iter::once(group.first).chain(group.others).collect(),
            _ => vec![merge(group)],
        })
        .map(|settled| settled.diagnostic)
        .collect()
}

/// Groups findings that no gate made: what they are about is told by their places alone.
pub fn alike(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let settled = |diagnostic| Settled { diagnostic, component: None, environment: None };
    let mut by_code: IndexMap<&str, Vec<Settled>> = IndexMap::new();
    for diagnostic in found {
        by_code.entry(diagnostic.code.as_str()).or_default().push(settled(diagnostic));
    }
    by_code.into_values().flat_map(group).collect()
}

fn gather(found: impl IntoIterator<Item = Settled>, key: fn(&Settled) -> String) -> Vec<Group> {
    let mut groups: IndexMap<String, Group> = IndexMap::new();
    for settled in found {
        match groups.entry(key(&settled)) {
            Entry::Occupied(mut group) => group.get_mut().others.push(settled),
            Entry::Vacant(place) => drop(place.insert(Group { first: settled, others: Vec::new() })),
        }
    }
    groups.into_values().collect()
}

/// What a finding says, whatever it is about: two that say the same are alike.
fn said(settled: &Settled) -> String {
    let Settled { diagnostic, component, environment } = settled;
    let mut text = format!("{}\n", diagnostic.level.as_str());
    if let Some(waived) = &diagnostic.waived {
        text.push_str(&format!("{:?}\n", waived.origin));
    }
    match diagnostic.labels.first() {
        Some(label) => text.push_str(&label.text),
        // What has no place is told by its message alone.
        None => text.push_str(&diagnostic.message),
    }
    for line in diagnostic.help.iter().chain(&diagnostic.notes) {
        text.push('\n');
        text.push_str(line);
    }
    for name in [component, environment].into_iter().flatten() {
        text = without_name(&text, name.as_str());
    }
    text
}

/// A text without a name where it stands as a word.
fn without_name(text: &str, name: &str) -> String {
    let part = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        out.push_str(before);
        let whole = !out.ends_with(part) && !after.starts_with(part);
        out.push_str(if whole { "*" } else { name });
        rest = after;
    }
    out + rest
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
    let shown = &mut first.diagnostic;
    let mut known: BTreeSet<Place> = shown.labels.iter().map(|label| label.place).collect();
    for member in others {
        components.extend(member.component.filter(|name| Some(name) != first.component.as_ref()));
        environments.extend(member.environment.filter(|name| Some(name) != first.environment.as_ref()));
        shown.sensitive |= member.diagnostic.sensitive;
        shown.fix = both(shown.fix.take(), member.diagnostic.fix);
        for mut label in member.diagnostic.labels.into_iter().chain(member.diagnostic.also) {
            if !known.insert(label.place) {
                continue;
            }
            if more < SHOWN_APART {
                label.primary = false;
                shown.labels.push(label);
            } else {
                shown.also.push(label);
            }
        }
    }
    let (kind, names) = match (components.is_empty(), environments.is_empty()) {
        (false, _) => ("for", components),
        (true, false) => ("in", environments),
        (true, true) => ("", BTreeSet::new()),
    };
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if !names.is_empty() {
        // Who is named is found: the places would only repeat it.
        shown.also.iter_mut().for_each(|label| label.primary = false);
    }
    match names.len() {
        _ if more == 0 => {}
        0 => shown.message.push_str(&format!(", and {more} more alike")),
        1..=SHOWN_APART => shown.message.push_str(&format!(", the same {kind} {}", names.join(", "))),
        count => {
            shown.message.push_str(&format!(", the same {kind} {count} others"));
            let (named, left) = names.split_at(count.min(NAMED));
            let rest = if left.is_empty() { String::new() } else { format!(" and {} more", left.len()) };
            shown.notes.push(format!("the same {kind} {}{rest}", named.join(", ")));
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_out_where_it_is_a_word() {
        assert_eq!(without_name("add `api` to api-2, api", "api"), "add `*` to api-2, *");
        assert_eq!(without_name("rapid", "api"), "rapid");
        assert_eq!(without_name("", "api"), "");
    }
}
