//! Runs the gates and settles what each finding does: default, stage, `levels`, command line, then waivers.

use rayon::prelude::*;

use crate::diag::{Diagnostic, Waived, code};
use crate::ir::System;
use crate::ir::choice::Level;
use crate::ir::ownership::Waiver;
use crate::ir::value::{Commit, Name, Time};
use crate::plan::Plans;
use crate::source::scalar::shown;

use super::gate::{Context, Evidence, Finding, Findings, Gate, Skipped};
use super::grouping::{Settled, alike, group};
use super::{ALL, Checked, by_code, g706_waiver_expired};

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A commit: what only a pipeline can renew warns.
    Commit,
    /// A candidate: tests have run, packages are not signed yet.
    Candidate,
    /// A release: everything counts.
    Release,
}

/// How findings are judged in this run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The moment that dates are judged at.
    pub now: Time,
    /// How far the change has come.
    pub stage: Stage,
    /// Levels of the command line, in order; the last one holds.
    pub levels: Vec<(String, Level)>,
    /// Whether files are generated: what only the clock finds then warns.
    pub generating: bool,
    /// The commit that is to become a release, where its packages are not built yet.
    pub candidate: Option<Candidate>,
    /// The environment that is deployed to next: what must have been proved where it promotes from then denies.
    pub environment: Option<Name>,
}

impl Settings {
    /// A check of a release at a moment.
    #[must_use]
    pub const fn release(now: Time) -> Settings {
        Settings {
            now,
            stage: Stage::Release,
            levels: Vec::new(),
            generating: false,
            candidate: None,
            environment: None,
        }
    }
}

/// A commit whose packages are not built yet.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The commit: the packages are judged as if they were of it.
    pub commit: Commit,
    /// The components that it changes; empty: all.
    pub components: Vec<Name>,
}

impl Candidate {
    /// Whether it changes a component.
    #[must_use]
    pub fn changes(&self, component: &Name) -> bool {
        self.components.is_empty() || self.components.contains(component)
    }
}

/// What the gates say.
#[derive(Debug)]
pub struct Judgement {
    /// The proof that targets ask for; none where a finding denies.
    pub checked: Option<Checked>,
    /// What was found and is not allowed, waived findings included.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be judged.
    pub skipped: Vec<Skipped>,
}

/// Judges a system and its plans. What could not be planned denies; where that is all that some gates judge, they speak of it.
#[must_use]
pub fn check(system: &System, plans: Plans, problems: Vec<Diagnostic>, settings: &Settings) -> Judgement {
    // A plan that is not whole would be judged for what it lacks.
    if problems.iter().any(|problem| problem.level == Level::Deny && problem.judged.is_none()) {
        return Judgement { checked: None, diagnostics: alike(problems), skipped: Vec::new() };
    }
    let mut diagnostics = check_codes(system);
    let (mut used, mut skipped) = (vec![false; system.waivers.len()], Vec::new());
    {
        let context = Context::new(system, &plans, settings);
        // No gate looks at what another one has found.
        let all: Vec<Findings> = ALL
            .par_iter()
            .map(|gate| {
                let mut findings = Findings::default();
                (gate.check)(&context, &mut findings);
                findings
            })
            .collect();
        for (gate, mut findings) in ALL.iter().zip(all) {
            skipped.append(&mut findings.skipped);
            judged_here(gate, &problems, &mut findings);
            diagnostics.extend(settle_all(gate, findings, system, settings, &mut used));
        }
        let mut findings = Findings::default();
        g706_waiver_expired::check_unused(&context, &used, &mut findings);
        diagnostics.extend(settle_all(&g706_waiver_expired::GATE, findings, system, settings, &mut used));
    }
    // Where a gate lets it pass, it still can't be planned.
    let denies = |gate: &str| diagnostics.iter().any(|found| found.code.as_str() == gate && is_denied(found));
    let passed: Vec<Diagnostic> = problems
        .into_iter()
        .filter(|problem| problem.judged.as_ref().is_none_or(|judged| !denies(judged.gate)))
        .collect();
    diagnostics.extend(alike(passed));
    let denied = diagnostics.iter().any(is_denied);
    Judgement { checked: (!denied).then_some(Checked { plans }), diagnostics, skipped }
}

fn is_denied(found: &Diagnostic) -> bool {
    found.level == Level::Deny && found.waived.is_none()
}

/// What could not be planned because a gate's rule is broken becomes the gate's own, unless it has found it already.
fn judged_here(gate: &Gate, problems: &[Diagnostic], findings: &mut Findings) {
    for problem in problems {
        let Some(judged) = problem.judged.as_ref().filter(|judged| judged.gate == gate.code.as_str()) else { continue };
        let about = |one: &Option<Name>, other: &Option<Name>| one.is_none() || other.is_none() || one == other;
        let known = findings
            .found
            .iter()
            .any(|known| about(&known.component, &judged.component) && about(&known.environment, &judged.environment));
        if known {
            continue;
        }
        let mut found = problem.clone();
        (found.code, found.level, found.judged) = (gate.code, gate.code.0.level, None);
        let finding = findings.add(found);
        finding.component.clone_from(&judged.component);
        finding.environment.clone_from(&judged.environment);
    }
}

/// The level that a code has by the manifest and the command line, where one of them says so.
fn chosen_level(gate: &Gate, system: &System, settings: &Settings) -> Option<Level> {
    let code = gate.code.as_str();
    let by_command = settings.levels.iter().rev().find(|(name, _)| name == code).map(|(_, level)| *level);
    by_command.or_else(|| system.levels.get(code).map(|level| level.value))
}

/// The findings of one gate as they are shown: with their levels and waivers, similar ones as one.
fn settle_all(
    gate: &Gate,
    findings: Findings,
    system: &System,
    settings: &Settings,
    used: &mut [bool],
) -> Vec<Diagnostic> {
    let settled = findings.found.into_iter().filter_map(|finding| settle(gate, finding, system, settings, used));
    let mut diagnostics = group(settled.collect());
    if let (Some(phase), Some(role)) = (gate.code.0.phase, gate.code.0.role) {
        let note = format!("phase {phase}, {role}; {}", gate.waivable());
        diagnostics.iter_mut().for_each(|diagnostic| diagnostic.notes.push(note.clone()));
    }
    diagnostics
}

fn settle(gate: &Gate, finding: Finding, system: &System, settings: &Settings, used: &mut [bool]) -> Option<Settled> {
    let mut diagnostic = finding.diagnostic;
    let early = match finding.evidence.unwrap_or(gate.evidence) {
        Evidence::Written => false,
        Evidence::Tested => settings.stage < Stage::Candidate,
        Evidence::Released => settings.stage < Stage::Release,
    };
    if diagnostic.level == Level::Deny && (early || (finding.by_clock && settings.generating)) {
        diagnostic.level = Level::Warn;
    }
    if let Some(level) = chosen_level(gate, system, settings) {
        diagnostic.level = level;
    }
    // A waiver is used by what it would let pass, whatever the level: else a quieter run would call it unused.
    for (index, waiver) in system.waivers.iter().enumerate() {
        if covers(waiver, gate, finding.component.as_ref(), finding.environment.as_ref()) {
            used[index] = true;
            let expired = settings.now >= crate::ir::value::Date { days: waiver.expires.days + 1 }.start();
            if (!expired || settings.generating) && diagnostic.waived.is_none() {
                diagnostic.waived = Some(Waived {
                    reason: waiver.reason.value.clone(),
                    approved_by: waiver.approved_by.value.clone(),
                    expires: waiver.expires.value,
                    origin: waiver.origin,
                });
            }
        }
    }
    if diagnostic.level == Level::Allow {
        return None;
    }
    Some(Settled { diagnostic, component: finding.component, environment: finding.environment })
}

fn covers(
    waiver: &Waiver,
    gate: &Gate,
    component: Option<&crate::ir::value::Name>,
    environment: Option<&crate::ir::value::Name>,
) -> bool {
    gate.waived_by.is_some()
        && waiver.gate.value == gate.code.as_str()
        && waiver.component.as_ref().is_none_or(|name| Some(&name.value) == component)
        && waiver.environment.as_ref().is_none_or(|name| Some(&name.value) == environment)
}

/// Codes in `levels` and `waivers` that no gate has.
fn check_codes(system: &System) -> Vec<Diagnostic> {
    let written = system.levels.iter().map(|(code, _)| code).chain(system.waivers.iter().map(|waiver| &waiver.gate));
    written
        .filter(|written| by_code(&written.value).is_none())
        .map(|written| {
            let message = format!("no gate has the code `{}`", shown(&written.value));
            let found = Diagnostic::new(code::UNRESOLVED_NAME, written.origin, message, "no such gate");
            let codes = ALL.iter().map(|gate| gate.code.as_str());
            found.did_you_mean(written, codes, || "`pathc gates` lists them all".to_owned())
        })
        .collect()
}
