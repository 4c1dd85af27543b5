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
//! about the outside world; [`plan`] decides; [`gates`] judge; targets print; [`output`] is the sole writer; [`cli`]
//! has a file for each command. Who may import whom is tested by `tests/architecture.rs`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
pub mod diag;
pub mod gates;
pub mod input;
pub mod ir;
pub mod output;
pub mod plan;
pub mod profile;
pub mod source;
pub mod spec;
pub mod targets;

use camino::Utf8Path;

use diag::Sink;
use gates::Checked;
use ir::System;
use source::Sources;
use spec::Specs;

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
    /// What was found.
    pub found: Sink,
}

/// Reads, plans and judges the system of a repository: the whole way but for the targets.
#[must_use]
pub fn compile(root: &Utf8Path, settings: &gates::Settings) -> Compilation {
    let input::Input { system, mut sources, diagnostics } = input::read(root);
    let mut found = Sink::default();
    found.extend(diagnostics);
    let (specs, problems) = Specs::load(&mut sources);
    found.extend(problems);

    let mut checked = None;
    if let (Some(system), Some(specs)) = (&system, &specs) {
        let (plans, problems) = plan::plan(system, specs);
        found.extend(problems);
        // A plan that is not whole would be judged for what it lacks.
        if !found.denies() {
            let judgement = gates::check(system, plans, settings);
            found.extend(judgement.diagnostics);
            checked = judgement.checked;
        }
    }
    Compilation { sources, system, specs, checked, found }
}
