//! The end of a run: its findings in order, then a line that sums them up.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, registry};
use crate::Compilation;
use crate::diag::render::{self, Counts, Summary};
use crate::diag::{Context, Diagnostic, Format, Severity, Sink, code};
use crate::gates;
use crate::ir::Traced;
use crate::ir::value::{Decimal, Name};
use crate::plan::infrastructure::environments::{EstimatePlan, EstimatedResource};
use crate::source::Safety;

/// A run that has begun.
pub(super) struct Report<'a> {
    terminal: &'a Terminal,
    started: Instant,
}

/// What a run did, where nothing stopped it.
pub(super) struct Done {
    /// What it did as a whole.
    pub(super) verb: &'static str,
    /// What it did in particular: verbs and the rest of their lines.
    pub(super) lines: Vec<(&'static str, String)>,
    /// How many files it wrote.
    pub(super) written: usize,
    /// How many findings it mended.
    pub(super) fixed: usize,
}

impl<'a> Report<'a> {
    pub(super) fn begin(terminal: &'a Terminal) -> Report<'a> {
        Report { terminal, started: Instant::now() }
    }

    /// Prints what was found, then what was done.
    pub(super) fn end(&self, compilation: &Compilation, found: &Sink, done: &Done) -> Result<Outcome, Failure> {
        let Compilation { sources, checked, .. } = compilation;
        let elapsed = self.started.elapsed();
        let summary = Summary {
            denied: found.count(Severity::Error),
            warned: found.count(Severity::Warning),
            waived: found.count(Severity::Waived),
            phases: phases(found),
            fixed: done.fixed,
            written: done.written,
            elapsed_ms: elapsed.as_millis(),
            skipped: compilation.skipped.iter().map(|one| (one.code, one.message.clone())).collect(),
            estimates: compilation.estimates.iter().map(|(name, one)| estimated(name, one)).collect(),
        };
        let mut diagnostics = found.ordered(sources);
        if self.terminal.quiet && !self.terminal.machine() {
            diagnostics.retain(|diagnostic| diagnostic.severity() == Severity::Error);
        }
        let outcome = outcome(&diagnostics);
        let (codes, records) = (registry::codes(), registry::records());
        let context = Context { sources, codes: &codes, rules: registry::RULES, records: &records };
        let mut text = render::render(self.terminal.format, &diagnostics, &context, self.terminal.look());
        match self.terminal.format {
            Format::Json => text.push_str(&(render::summary(&summary) + "\n")),
            Format::Human if outcome != Outcome::Done => {
                text.push_str(&self.terminal.told(&denied(&summary, &diagnostics)));
            }
            _ => {}
        }
        self.terminal.findings(&text)?;
        if outcome == Outcome::Done {
            for (verb, rest) in &done.lines {
                self.terminal.done(verb, rest)?;
            }
            let system = checked.as_ref().map(|checked| &checked.plans().infrastructure.templates.system);
            let name = system.map_or_else(String::new, |system| system.name.to_string());
            self.terminal.done(done.verb, &format!("{name} in {}{}", shown(elapsed), tail(&summary)))?;
        }
        Ok(outcome)
    }
}

/// What an environment is estimated to cost a month, in dollars and cents.
fn estimated(environment: &Name, estimate: &EstimatePlan) -> Value {
    let usd = |usd: &Traced<Decimal>| usd.value.as_f64();
    let resource = |one: &EstimatedResource| json!({"name": one.name.value, "kind": one.kind.value, "count": one.count.value, "monthly_usd": one.monthly_usd.as_ref().map(usd)});
    json!({
        "environment": environment.as_str(),
        "monthly_usd": usd(&estimate.monthly_usd),
        "as_of": estimate.as_of.value,
        "prices_of": estimate.prices_of.value,
        "resources": estimate.resources.iter().map(resource).collect::<Vec<Value>>(),
    })
}

/// What findings make of a run: what the machine refused is no fault of the inputs.
fn outcome(diagnostics: &[Diagnostic]) -> Outcome {
    let of_the_machine = [code::UNREADABLE, code::REFUSED_BY_SYSTEM, code::BUILD_RUNNING];
    let mut denied = diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).peekable();
    if denied.peek().is_none() {
        Outcome::Done
    } else if denied.all(|diagnostic| of_the_machine.contains(&diagnostic.code)) {
        Outcome::Failed
    } else {
        Outcome::Denied
    }
}

/// The findings of gates by phase.
fn phases(found: &Sink) -> BTreeMap<u8, Counts> {
    let mut phases: BTreeMap<u8, Counts> = BTreeMap::new();
    for diagnostic in found.iter() {
        let Some(phase) = diagnostic.code.0.phase else { continue };
        let counts = phases.entry(phase).or_default();
        match diagnostic.severity() {
            Severity::Error => counts.denied += 1,
            Severity::Warning => counts.warned += 1,
            Severity::Waived => counts.waived += 1,
        }
    }
    phases
}

/// The last lines of a run that something stopped.
fn denied(summary: &Summary, diagnostics: &[Diagnostic]) -> Failure {
    let done = match summary.fixed {
        0 => "nothing was written".to_owned(),
        fixed => format!("{} mended", count(fixed, "finding")),
    };
    let failure = Failure::new(format!("found {}; {done}", counted(summary.denied, summary.warned)));
    let by_phase: Vec<String> = summary
        .phases
        .iter()
        .filter(|(_, counts)| counts.denied + counts.warned > 0)
        .map(|(phase, counts)| {
            format!("phase {phase} ({}): {}", gates::phase_name(*phase), counted(counts.denied, counts.warned))
        })
        .collect();
    let failure = if by_phase.is_empty() { failure } else { failure.note(by_phase.join("; ")) };
    let sure = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe))
        .count();
    let failure = match sure {
        0 => failure,
        1 => failure.help("`pathc check --fix` mends 1 of them"),
        more => failure.help(format!("`pathc check --fix` mends {more} of them")),
    };
    match diagnostics.iter().find(|diagnostic| diagnostic.severity() == Severity::Error) {
        Some(first) => failure.help(format!("`pathc explain {}` tells more about a code", first.code.as_str())),
        None => failure,
    }
}

/// `2 errors and 1 warning`.
fn counted(denied: usize, warned: usize) -> String {
    match (denied, warned) {
        (denied, 0) => count(denied, "error"),
        (0, warned) => count(warned, "warning"),
        (denied, warned) => format!("{} and {}", count(denied, "error"), count(warned, "warning")),
    }
}

/// What else there is to say of a run that nothing stopped.
fn tail(summary: &Summary) -> String {
    let mut tail = String::new();
    if summary.warned > 0 {
        let warned = summary.phases.iter().filter(|(_, counts)| counts.warned > 0);
        let by_phase: Vec<String> = warned.map(|(phase, counts)| format!("phase {phase}: {}", counts.warned)).collect();
        tail.push_str(&format!(", {}", count(summary.warned, "warning")));
        if !by_phase.is_empty() {
            tail.push_str(&format!(" ({})", by_phase.join(", ")));
        }
    }
    if summary.waived > 0 {
        tail.push_str(&format!(", {} waived", summary.waived));
    }
    tail
}

/// A number of things.
pub(super) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// A duration as people read it.
fn shown(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{}ms", elapsed.as_millis())
    } else {
        format!("{:.2}s", elapsed.as_secs_f64())
    }
}
