//! Effects as people read them: an entry for each resource, and one for all resources that the same happens to.

use std::collections::{BTreeMap, BTreeSet};

use super::change::What;
use super::risk::Risk;
use super::story::{Effect, Fold};
use crate::diag::render;

/// What happens to some resources of one kind.
#[derive(Debug)]
pub struct Entry<'s> {
    /// The target whose files they are in.
    pub target: &'s str,
    /// What they are, what they are called, and where they are.
    pub title: String,
    /// What happens to each.
    pub lines: Vec<Line<'s>>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line<'s> {
    /// A change, and what is risky about it.
    Change(&'s What, &'s [Risk]),
    /// So many lines of a text are new, and so many are gone.
    Text(usize, usize),
    /// So many parts are only shown elsewhere.
    Moved(usize),
    /// So many values say again what other targets show.
    Again(usize),
}

/// The most names that stand in a title.
const NAMES: usize = 6;

/// The most lines of a text that are shown.
const LINES: usize = 6;

/// Effects by target, then by resource, in the order in which they were found.
#[must_use]
pub fn entries(effects: &[Effect]) -> Vec<Entry<'_>> {
    let mut targets: Vec<(&str, Vec<Resource<'_>>)> = Vec::new();
    let mut places: BTreeMap<(&str, Key<'_>), usize> = BTreeMap::new();
    let mut moved: BTreeMap<(&str, usize), BTreeSet<&str>> = BTreeMap::new();
    let again: Vec<&Effect> = effects.iter().filter(|effect| effect.folded == Some(Fold::Deliverable)).collect();
    for effect in effects.iter().filter(|effect| effect.folded != Some(Fold::Deliverable)) {
        let change = &effect.change;
        let target = change.target.as_str();
        let index = targets.iter().position(|(known, _)| *known == target).unwrap_or_else(|| {
            targets.push((target, Vec::new()));
            targets.len() - 1
        });
        let resources = &mut targets[index].1;
        let key = Key { kind: &change.kind, name: &change.name, environments: &effect.environments };
        let place = *places.entry((target, key)).or_insert_with(|| {
            resources.push((key, Vec::new()));
            resources.len() - 1
        });
        if effect.folded == Some(Fold::Layout) {
            // `panels[CPU].gridPos.y` and `panels[CPU].id` are one panel's.
            let path = change.what.path();
            let part = path.rfind(']').map_or(path, |end| &path[..=end]);
            if moved.entry((target, place)).or_default().insert(part) && moved[&(target, place)].len() == 1 {
                resources[place].1.push(Line::Moved(0));
            }
            continue;
        }
        resources[place].1.push(Line::Change(&change.what, &effect.risks));
    }
    for ((target, place), parts) in moved {
        let resources = targets.iter_mut().filter(|(known, _)| *known == target).map(|(_, resources)| resources);
        let lines = resources.filter_map(|resources| resources.get_mut(place)).map(|(_, lines)| lines);
        for line in lines.flatten().filter(|line| matches!(line, Line::Moved(_))) {
            *line = Line::Moved(parts.len());
        }
    }
    let mut found: Vec<Entry<'_>> =
        targets.into_iter().flat_map(|(target, resources)| together(target, resources)).collect();
    found.extend(said_again(&again));
    found
}

/// One entry for all that deliverables say again.
fn said_again<'s>(effects: &[&'s Effect]) -> Option<Entry<'s>> {
    let first = effects.first()?;
    let names: BTreeSet<&str> = effects.iter().map(|effect| effect.change.name.as_str()).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    let title = render::line(&format!("deliverable{plural} {}", names.into_iter().collect::<Vec<_>>().join(", ")));
    Some(Entry { target: &first.change.target, title, lines: vec![Line::Again(effects.len())] })
}

/// A resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'s> {
    kind: &'s str,
    environments: &'s [String],
    name: &'s str,
}

/// A resource, and what happens to it.
type Resource<'s> = (Key<'s>, Vec<Line<'s>>);

/// What is the same for more than one resource, once.
fn together<'s>(target: &'s str, resources: Vec<Resource<'s>>) -> Vec<Entry<'s>> {
    let mut found: Vec<(Key<'s>, Vec<&'s str>, Vec<Line<'s>>)> = Vec::new();
    let mut places: BTreeMap<(&str, &[String], Vec<Line<'s>>), usize> = BTreeMap::new();
    for (key, lines) in resources {
        let lines = folded(lines);
        match places.get(&(key.kind, key.environments, lines.clone())) {
            Some(place) => found[*place].1.push(key.name),
            None => {
                places.insert((key.kind, key.environments, lines.clone()), found.len());
                found.push((key, vec![key.name], lines));
            }
        }
    }
    found.into_iter().map(|(key, names, lines)| Entry { target, title: title(key, &names), lines }).collect()
}

/// Many lines of a text are a number.
fn folded(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let is_text = |line: &&Line<'_>| match line {
        Line::Change(What::Field { path, .. }, risks) => path.is_empty() && risks.is_empty(),
        _ => false,
    };
    if lines.iter().filter(is_text).count() <= LINES {
        return lines;
    }
    let is_new = |line: &&Line<'_>| matches!(line, Line::Change(What::Field { new: Some(_), .. }, _));
    let (text, mut rest): (Vec<Line<'_>>, Vec<Line<'_>>) = lines.into_iter().partition(|line| is_text(&line));
    let new = text.iter().filter(is_new).count();
    rest.push(Line::Text(new, text.len() - new));
    rest
}

fn title(key: Key<'_>, names: &[&str]) -> String {
    let mut text = format!("{} {}", key.kind, names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", "));
    if names.len() > NAMES {
        text.push_str(&format!(" and {} more", names.len() - NAMES));
    }
    if !key.environments.is_empty() {
        text.push_str(&format!(" ({})", key.environments.join(", ")));
    }
    render::line(&text)
}
