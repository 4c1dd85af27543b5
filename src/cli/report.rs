//! The end of a run: its findings in order, then a line that sums them up.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, registry};
use crate::Compilation;
use crate::diag::render::{self, Summary};
use crate::diag::{Context, Diagnostic, Format, Severity, Sink, code};

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
}

impl<'a> Report<'a> {
    pub(super) fn begin(terminal: &'a Terminal) -> Report<'a> {
        Report { terminal, started: Instant::now() }
    }

    /// Prints what was found, then what was done.
    pub(super) fn end(&self, compilation: &Compilation, found: &Sink, done: &Done) -> Result<Outcome, Failure> {
        let Compilation { sources, system, .. } = compilation;
        let elapsed = self.started.elapsed();
        let summary = Summary {
            denied: found.count(Severity::Error),
            warned: found.count(Severity::Warning),
            waived: found.count(Severity::Waived),
            written: done.written,
            elapsed_ms: elapsed.as_millis(),
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
                text.push_str(&self.terminal.told(&denied(&summary, &diagnostics)))
            }
            _ => {}
        }
        self.terminal.findings(&text)?;
        if outcome == Outcome::Done {
            for (verb, rest) in &done.lines {
                self.terminal.done(verb, rest)?;
            }
            let name = system.as_ref().map_or_else(String::new, |system| system.name.to_string());
            self.terminal.done(done.verb, &format!("{name} in {}{}", shown(elapsed), tail(&summary)))?;
        }
        Ok(outcome)
    }
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

/// The last lines of a run that something stopped.
fn denied(summary: &Summary, diagnostics: &[Diagnostic]) -> Failure {
    let mut counts = vec![count(summary.denied, "error")];
    if summary.warned > 0 {
        counts.push(count(summary.warned, "warning"));
    }
    let failure = Failure::new(format!("found {}; nothing was written", counts.join(" and ")));
    match diagnostics.iter().find(|diagnostic| diagnostic.severity() == Severity::Error) {
        Some(first) => failure.help(format!("`pathc explain {}` tells more about a code", first.code.as_str())),
        None => failure,
    }
}

/// What else there is to say of a run that nothing stopped.
fn tail(summary: &Summary) -> String {
    let mut tail = String::new();
    if summary.warned > 0 {
        tail.push_str(&format!(", {}", count(summary.warned, "warning")));
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
