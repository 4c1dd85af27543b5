//! One story of a change: for each value of the inputs that caused something, everything that it does.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::{Cause, Causes, Value};
use super::change::{Change, Changes, What};
use super::risk::{Risk, Risks};
use crate::spec::risks::RiskClass;

/// All that a change does.
#[derive(Debug, Default)]
pub struct Story {
    /// One chapter a cause, in the order of the inputs.
    pub chapters: Vec<Chapter>,
    /// What is estimated to cost more or less a month.
    pub costs: Vec<Cost>,
    /// In how many values nothing differs but a name.
    pub names: usize,
}

/// What one cause does.
#[derive(Debug)]
pub struct Chapter {
    /// The cause.
    pub cause: Cause,
    /// What the cause itself is in the table of risks: a gate that lets more pass, an objective that is lower.
    pub risks: Vec<Risk>,
    /// What it does, by target, resource and field.
    pub effects: Vec<Effect>,
}

/// One change, in all environments that it is the same in.
#[derive(Debug)]
pub struct Effect {
    /// The change, as it is in the first environment.
    pub change: Change,
    /// The environments, in order; none where it is in no environment alone.
    pub environments: Vec<String>,
    /// What is risky about it.
    pub risks: Vec<Risk>,
}

/// What an environment is estimated to cost a month, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The environment.
    pub environment: String,
    /// What it costs more, with sign and currency.
    pub difference: String,
}

impl Story {
    /// Tells what changes do.
    #[must_use]
    pub fn tell(found: Changes, causes: &Causes<'_>, risks: &Risks<'_>) -> Story {
        let mut chapters: BTreeMap<Cause, Vec<Change>> = BTreeMap::new();
        for change in found.changes {
            chapters.entry(causes.of(&change)).or_default().push(change);
        }
        // A value that changed and does nothing is part of the story, too.
        for value in causes.changed {
            chapters.entry(Cause::Value(value.clone())).or_default();
        }
        join(&mut chapters);
        let chapter = |(cause, changes): (Cause, Vec<Change>)| {
            let mut cause = cause;
            if let Cause::Value(value) = &mut cause {
                complete(value, &changes);
            }
            let of_cause = match &cause {
                Cause::Value(value) => risks.of_input(value),
                _ => Vec::new(),
            };
            Chapter { risks: of_cause, effects: effects(changes, risks), cause }
        };
        Story { chapters: chapters.into_iter().map(chapter).collect(), costs: Vec::new(), names: found.names }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chapters.is_empty()
    }

    /// How many things change.
    #[must_use]
    pub fn effects(&self) -> usize {
        let effects = self.chapters.iter().flat_map(|chapter| &chapter.effects);
        effects.map(|effect| effect.environments.len().max(1)).sum()
    }

    /// Every risk, each class once, with how often it was found.
    #[must_use]
    pub fn risks(&self) -> BTreeMap<&'static str, usize> {
        let mut found = BTreeMap::new();
        let of_effects = self.chapters.iter().flat_map(|chapter| {
            chapter
                .effects
                .iter()
                .flat_map(|effect| effect.risks.iter().map(|risk| (risk.class, effect.environments.len().max(1))))
        });
        let of_causes = self.chapters.iter().flat_map(|chapter| chapter.risks.iter().map(|risk| (risk.class, 1)));
        for (class, count) in of_effects.chain(of_causes) {
            *found.entry(class.word()).or_default() += count;
        }
        found
    }
}

/// Where one value is the only cause that is known, what was computed was computed from it.
fn join(chapters: &mut BTreeMap<Cause, Vec<Change>>) {
    let mut values = chapters.keys().filter(|cause| matches!(cause, Cause::Value(_)));
    let (Some(only), None) = (values.next().cloned(), values.next()) else { return };
    let all = std::mem::take(chapters);
    chapters.insert(only, all.into_values().flatten().collect());
}

/// What a value was before, where its old input is not known: a field that has the value now says what it was.
fn complete(value: &mut Value, changes: &[Change]) {
    if value.old.is_some() || value.new.is_none() {
        return;
    }
    let old: BTreeSet<&String> = changes
        .iter()
        .filter_map(|change| match &change.what {
            What::Field { old: Some(old), new, .. } if *new == value.new => Some(old),
            _ => None,
        })
        .collect();
    if let (1, Some(old)) = (old.len(), old.first()) {
        value.old = Some((*old).clone());
    }
}

fn effects(changes: Vec<Change>, risks: &Risks<'_>) -> Vec<Effect> {
    let mut effects: Vec<Effect> = Vec::new();
    // What has another name is another thing: no field of it is changed in its place.
    let is_renamed = |change: &&Change| matches!(change.what, What::Renamed(_));
    let key = |change: &Change| (change.target.clone(), change.kind.clone(), change.name.clone());
    let renamed: BTreeSet<_> = changes.iter().filter(is_renamed).map(key).collect();
    let mut places: BTreeMap<(String, String, String, What), usize> = BTreeMap::new();
    for change in changes {
        let key = (change.target.clone(), change.kind.clone(), change.name.clone(), change.what.clone());
        match places.get(&key).filter(|_| change.environment.is_some()) {
            Some(index) => effects[*index].environments.extend(change.environment),
            None => {
                if change.environment.is_some() {
                    places.insert(key, effects.len());
                }
                let environments = change.environment.iter().cloned().collect();
                let mut risks = risks.of(&change);
                if change.what.path() != ""
                    && renamed.contains(&(change.target.clone(), change.kind.clone(), change.name.clone()))
                {
                    risks.retain(|risk| risk.class != RiskClass::Replaces);
                }
                effects.push(Effect { environments, risks, change });
            }
        }
    }
    effects
}
