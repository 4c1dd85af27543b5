//! Commands that only look at what a build makes: they judge nothing, so that an answer never waits for evidence.

use camino::Utf8Path;

use super::failure::Failure;
use super::registry;
use crate::Compilation;
use crate::diag::{Context, Severity, Sink};
use crate::gates::{self, Settings};
use crate::ir::choice::Level;
use crate::ir::value::Time;
use crate::output::Generated;
use crate::source::Span;

/// A system that is looked at.
pub(super) struct Look {
    /// The system, as far as it is sound.
    pub(super) compilation: Compilation,
    /// Places that hold a secret: no excerpt shows them.
    pub(super) secrets: Vec<Span>,
}

/// Compiles a system with every gate as a warning that nobody is shown.
///
/// # Errors
/// How many findings of the language stand in the way.
pub(super) fn look(root: &Utf8Path) -> Result<Look, Failure> {
    let mut found = Sink::default();
    let compilation = crate::compile(root, &settings(), &mut found);
    if found.denies() || compilation.checked.is_none() {
        let count = super::report::count(found.count(Severity::Error), "error");
        return Err(Failure::new(format!("the inputs in `{root}` have {count}, so nothing is generated from them"))
            .help("`pathc check` shows them"));
    }
    let secrets = found.ordered(&compilation.sources).into_iter().filter(|diagnostic| diagnostic.sensitive);
    let secrets = secrets.flat_map(|diagnostic| diagnostic.labels.into_iter().chain(diagnostic.also));
    let secrets = secrets.filter_map(|label| compilation.sources.exact(label.place));
    let secrets = secrets.collect();
    Ok(Look { compilation, secrets })
}

/// Every gate warns. No file is written, and the day of the run makes no difference.
pub(super) fn settings() -> Settings {
    Settings {
        levels: gates::ALL.iter().map(|gate| (gate.code.as_str().to_owned(), Level::Warn)).collect(),
        generating: true,
        ..Settings::release(Time { seconds: 0 })
    }
}

/// Does something with what places and codes refer to.
pub(super) fn with_context<T>(compilation: &Compilation, act: impl FnOnce(&Context<'_>) -> T) -> T {
    let (codes, records) = (registry::codes(), registry::records());
    act(&Context { sources: &compilation.sources, codes: &codes, rules: registry::RULES, records: &records })
}

/// What every target makes of a system.
///
/// # Errors
/// What a target can't express.
pub(super) fn files(compilation: &Compilation) -> Result<Vec<Generated<'_>>, Failure> {
    let mut found = Sink::default();
    let generated = crate::generate(compilation, &[], &mut found);
    if found.denies() {
        let count = super::report::count(found.count(Severity::Error), "error");
        return Err(Failure::new(format!("the targets find {count} in the inputs, so not all files are known"))
            .help("`pathc check` shows them"));
    }
    Ok(generated)
}
