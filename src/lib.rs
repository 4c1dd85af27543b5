//! pathc, a compiler for production readiness.
//!
//! Ten documents in (`pathc.yaml` and the nine of the methodology), one checked model, three plans (nine documents out),
//! many targets. Data flows one way and nothing looks back:
//!
//! ```text
//! source ──▶ input ──▶ ir::System ──▶ plan::Plans ──▶ gates ──▶ Checked ──▶ targets ──▶ output
//! text       ten       resolved,      every           judge     the proof   Files       printed, compared,
//! and spans  readers   traced         decision        both                              written
//! ```
//!
//! # Invariants
//! 1. Proof before emission: a target takes [`gates::Checked`], and only [`gates::check`] makes one. A finding that denies
//!    means that no file is written.
//! 2. Targets return [`output::Files`], paths with jobs that print. They never touch disk, clock, environment or
//!    randomness.
//! 3. Decide, then print: a plan makes every choice, a target makes none.
//! 4. Values carry origins: [`source::Traced`] from the reader to the byte. What nobody wrote names its rule.
//! 5. Everything is reported at once: each stage collects, and we stop only between stages. No input makes a panic.
//! 6. The same input makes the same bytes, on any number of threads.
//!
//! # Rooms
//! [`source`] reads text and knows places; [`diag`] says what is wrong; [`input`] has the readers and is the sole builder
//! of [`ir::System`]; [`ir`] is the vocabulary; [`profile`] holds the four domain profiles; [`spec`] holds dated facts
//! about the outside world; [`plan`] decides; [`gates`] judge; [`targets`] print; [`output`] is the sole writer; [`proof`]
//! sees that all files say the same; [`diff`] tells two versions apart; [`import`] reads the reports of other tools; [`cli`] has a file for each command. Who may
//! import whom is tested by `tests/architecture.rs`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
pub mod diag;
pub mod diff;
pub mod gates;
pub mod import;
pub mod input;
pub mod ir;
pub mod output;
pub mod plan;
pub mod profile;
pub mod proof;
pub mod source;
pub mod spec;
pub mod targets;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use diag::{Diagnostic, Sink};
use gates::Checked;
use ir::system::TargetChoice;
use ir::value::Name;
use ir::{System, Traced};
use output::Generated;
use plan::infrastructure::environments::EstimatePlan;
use source::decode::list_of;
use source::scalar::shown;
use source::{Repository, Sources};
use spec::Specs;
use targets::Target;

/// A system, compiled as far as it is sound.
#[derive(Debug)]
pub struct Compilation {
    /// Every file that was read: inputs, then target specs.
    pub sources: Sources,
    /// The resolved system; none where an input is wrong.
    pub system: Option<System>,
    /// The target specs.
    pub specs: Option<Specs>,
    /// The plans that passed every gate; none where a finding denies.
    pub checked: Option<Checked>,
    /// What no gate could judge, for want of a number.
    pub skipped: Vec<gates::Skipped>,
    /// What each environment is estimated to cost, also where a finding denies.
    pub estimates: Vec<(Traced<Name>, EstimatePlan)>,
}

/// Reads, plans and judges the system of a repository: the whole way but for the targets.
#[must_use]
pub fn compile(root: &Utf8Path, settings: &gates::Settings, found: &mut Sink) -> Compilation {
    let input::Input { system, mut sources, diagnostics, .. } = input::read(root);
    found.extend(diagnostics);
    let (mut specs, problems) = load_specs(root, system.as_ref(), &mut sources);
    found.extend(problems);
    if let (Some(system), Some(specs)) = (&system, &mut specs) {
        found.extend(specs.templates.read_own(root, system.inputs.as_str().into(), &mut sources));
    }
    // What was written is in `system` and `specs` now.
    sources.forget_trees();

    let mut checked = None;
    let (mut estimates, mut skipped) = (Vec::new(), Vec::new());
    if let (Some(system), Some(specs)) = (&system, &specs) {
        let (plans, problems) = plan::plan(system, specs);
        let places = &plans.infrastructure.environments.environments;
        estimates.extend(places.iter().filter_map(|place| Some((place.name.clone(), place.estimate.clone()?))));
        if found.denies() {
            found.extend(gates::alike(problems));
        } else {
            let judgement = gates::check(system, plans, problems, settings);
            found.extend(judgement.diagnostics);
            checked = judgement.checked;
            skipped = judgement.skipped;
        }
    }
    Compilation { sources, system, specs, checked, skipped, estimates }
}

/// The target specs, with the newer pins that committed workflows have.
#[must_use]
pub fn load_specs(root: &Utf8Path, system: Option<&System>, sources: &mut Sources) -> (Option<Specs>, Vec<Diagnostic>) {
    let (mut specs, problems) = Specs::load(sources);
    if let (Some(specs), Ok(repository)) = (&mut specs, Repository::at(root)) {
        let choices = system.and_then(|system| system.targets.as_deref()).unwrap_or_default();
        let moved = choices.iter().find(|choice| choice.name.value == targets::github_actions::NAME);
        let folder =
            moved.and_then(|choice| choice.out.as_ref()).map_or(targets::github_actions::FOLDER, |out| out.as_str());
        let pins = repository.committed_pins(&Utf8Path::new(folder).join(targets::github_actions::WORKFLOWS));
        specs.github_actions.adopt(&pins);
    }
    (specs, problems)
}

/// Targets that are asked for, each with its folder.
pub struct Asked(Vec<(&'static Target, Utf8PathBuf)>);

/// Some targets by name; all that the system asks for where none is named. None where the system is not sound.
#[must_use]
pub fn asked(compilation: &Compilation, names: &[String], found: &mut Sink) -> Asked {
    match (&compilation.system, &compilation.checked) {
        (Some(system), Some(_)) => Asked(chosen(system, names, found)),
        _ => Asked(Vec::new()),
    }
}

/// The files of targets. They are made of the plans: the system itself may be gone.
#[must_use]
pub fn emit<'a>(compilation: &'a Compilation, asked: Asked, found: &mut Sink) -> Vec<Generated<'a>> {
    let Compilation { specs: Some(specs), checked: Some(checked), .. } = compilation else {
        return Vec::new();
    };
    let emitted: Vec<_> = asked.0.par_iter().map(|(target, _)| (target.emit)(checked, specs)).collect();
    let mut generated = Vec::new();
    for ((target, out), (files, problems)) in asked.0.into_iter().zip(emitted) {
        found.extend(gates::alike(problems));
        generated.push(Generated::new(target.name, &out, files));
    }
    generated
}

/// The files of some targets by name; of all that the system asks for where none is named. Nothing where the system is not
/// sound.
#[must_use]
pub fn generate<'a>(compilation: &'a Compilation, names: &[String], found: &mut Sink) -> Vec<Generated<'a>> {
    let asked = asked(compilation, names, found);
    emit(compilation, asked, found)
}

/// The targets that are named, else those of the manifest, else those that the runtime calls for; each with its folder.
fn chosen(system: &System, names: &[String], found: &mut Sink) -> Vec<(&'static Target, Utf8PathBuf)> {
    let written = system.targets.as_deref().unwrap_or_default();
    found.extend(written.iter().filter(|choice| targets::by_name(&choice.name).is_none()).map(unknown_target));
    let takes_part = |target: &&Target| match (names, &system.targets) {
        ([], None) => target.runtime.is_none_or(|runtime| runtime == system.runtime.value),
        ([], Some(written)) => written.iter().any(|choice| choice.name.value == target.name),
        (names, _) => names.iter().any(|name| name == target.name),
    };
    let with_folder = |target: &'static Target| {
        let choice = written.iter().find(|choice| choice.name.value == target.name);
        let out = choice.and_then(|choice| choice.out.as_ref()).map_or(target.default_out, |out| out.as_str());
        (target, Utf8PathBuf::from(out))
    };
    targets::ALL.iter().filter(takes_part).map(with_folder).collect()
}

fn unknown_target(choice: &TargetChoice) -> Diagnostic {
    let names: Vec<&str> = targets::ALL.iter().map(|target| target.name).collect();
    let message = format!("no target is called `{}`", shown(&choice.name));
    Diagnostic::new(diag::code::UNRESOLVED_NAME, choice.name.origin, message, "no such target").did_you_mean(
        &choice.name,
        names.iter().copied(),
        || format!("there are {}", list_of(&names)),
    )
}
