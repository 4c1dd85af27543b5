//! One story of a change: for each value of the inputs that caused something, everything that it does.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::{Cause, Causes, Value};
use super::change::{Change, Changes, What};
use super::cost::{Cost, Costs, estimated};
use super::risk::{Risk, Risks};
use crate::ir::value::Decimal;
use crate::spec::risks::RiskClass;

/// All that a change does.
#[derive(Debug, Default)]
pub struct Story {
    /// One chapter a cause, in the order of the inputs.
    pub chapters: Vec<Chapter>,
    /// What environments are estimated to cost more or less a month.
    pub costs: Vec<Cost>,
    /// The environments of both versions, in the order of promotion.
    pub order: Vec<String>,
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
    /// What it costs more or less, by environment, in US dollars a month.
    pub costs: Vec<(String, Decimal)>,
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
    /// Why it is told as a number alone.
    pub folded: Option<Fold>,
}

/// Why a change is told as a number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// It only moves what is shown.
    Layout,
    /// A deliverable says again what the files of other targets show.
    Deliverable,
}

impl Fold {
    /// What it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Fold::Layout => "layout",
            Fold::Deliverable => "deliverable",
        }
    }
}

impl Story {
    /// Tells what changes do. `order`: the environments of both versions, in the order of promotion.
    #[must_use]
    pub fn tell(found: Changes, costs: Costs, causes: &Causes<'_>, risks: &Risks<'_>, order: Vec<String>) -> Story {
        let renamed = renamed(&found.changes);
        let mut chapters: BTreeMap<Cause, Vec<Change>> = BTreeMap::new();
        for change in in_order(found.changes, &order) {
            chapters.entry(causes.of(&change)).or_default().push(change);
        }
        // A value that changed and does nothing is part of the story, too.
        for value in causes.changed {
            chapters.entry(Cause::Value(value.clone())).or_default();
        }
        join(&mut chapters);
        let mut shares = shares(&costs, causes, &chapters, &order);
        for cause in shares.keys() {
            chapters.entry(cause.clone()).or_default();
        }
        let chapter = |(cause, changes): (Cause, Vec<Change>)| {
            let costs = shares.remove(&cause).unwrap_or_default();
            let mut cause = cause;
            if let Cause::Value(value) = &mut cause {
                complete(value, &changes);
            }
            let of_cause = match &cause {
                Cause::Value(value) => risks.of_input(value),
                _ => Vec::new(),
            };
            Chapter { risks: of_cause, effects: effects(changes, risks, &renamed), cause, costs }
        };
        let chapters = chapters.into_iter().map(chapter).collect();
        Story { chapters, costs: costs.environments, order, names: found.names }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chapters.is_empty()
    }

    /// How many things change, without those that are told as a number.
    #[must_use]
    pub fn effects(&self) -> usize {
        let effects = self.chapters.iter().flat_map(|chapter| &chapter.effects);
        let effects = effects.filter(|effect| effect.folded.is_none());
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

/// Each target's changes by environment, in the order of promotion; what is in no environment comes last. An estimate is no
/// change of what runs: it is told as a cost.
fn in_order(mut changes: Vec<Change>, order: &[String]) -> Vec<Change> {
    changes.retain(|change| change.target != "path" || estimated(change.what.path()).is_none());
    let mut targets: Vec<String> = Vec::new();
    for change in &changes {
        if !targets.contains(&change.target) {
            targets.push(change.target.clone());
        }
    }
    let rank = |change: &Change| {
        let environment = change.environment.as_ref();
        (
            targets.iter().position(|target| *target == change.target),
            environment.map_or(usize::MAX, |name| order.iter().position(|known| known == name).unwrap_or(order.len())),
        )
    };
    changes.sort_by_key(rank);
    changes
}

/// Which chapter a cost belongs to: by its resource, where the cause of the resource is known.
fn shares(
    costs: &Costs,
    causes: &Causes<'_>,
    chapters: &BTreeMap<Cause, Vec<Change>>,
    order: &[String],
) -> BTreeMap<Cause, Vec<(String, Decimal)>> {
    let mut values = chapters.keys().filter(|cause| matches!(cause, Cause::Value(_)));
    let only = values.next().filter(|_| values.next().is_none());
    let mut shares: BTreeMap<Cause, Vec<(String, Decimal)>> = BTreeMap::new();
    for cost in &costs.resources {
        let cause = only.cloned().unwrap_or_else(|| causes.of_cost(cost));
        if let Cause::Unwritten(_) | Cause::Gone = cause {
            continue;
        }
        let share = shares.entry(cause).or_default();
        match share.iter_mut().find(|(environment, _)| *environment == cost.environment) {
            Some((_, usd)) => *usd = usd.plus(cost.difference),
            None => share.push((cost.environment.clone(), cost.difference)),
        }
    }
    for share in shares.values_mut() {
        share.retain(|(_, usd)| *usd != Decimal::whole(0));
        share.sort_by_key(|(environment, _)| order.iter().position(|known| known == environment));
    }
    shares
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

/// A resource: its target, kind and name.
type Key = (String, String, String);

fn key(change: &Change) -> Key {
    (change.target.clone(), change.kind.clone(), change.name.clone())
}

/// What has another name is another thing: no field of it is changed in its place.
fn renamed(changes: &[Change]) -> BTreeSet<Key> {
    changes.iter().filter(|change| matches!(change.what, What::Renamed(_))).map(key).collect()
}

/// The target whose files hold the plans that other targets print.
const DELIVERABLES: &str = "path";

fn effects(changes: Vec<Change>, table: &Risks<'_>, renamed: &BTreeSet<Key>) -> Vec<Effect> {
    let mut effects: Vec<Effect> = Vec::new();
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
                let mut risks = table.of(&change);
                if change.what.path() != "" && renamed.contains(&self::key(&change)) {
                    risks.retain(|risk| risk.class != RiskClass::Replaces);
                }
                let folded = table.is_layout(&change).then_some(Fold::Layout);
                effects.push(Effect { environments, risks, folded, change });
            }
        }
    }
    // Deliverables are all that there is to tell where no other target follows them.
    if effects.iter().any(|effect| effect.change.target != DELIVERABLES && effect.folded.is_none()) {
        for effect in effects.iter_mut().filter(|effect| effect.change.target == DELIVERABLES) {
            effect.folded = Some(Fold::Deliverable);
        }
    }
    effects
}
