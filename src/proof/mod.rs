//! What must agree across the finished plans and all printed files: digests, secrets and names of environments in every
//! text; ports, paths, bounds, versions of engines, names of replicas, alerts, alarms and metrics in every document; who may
//! be a role of a pipeline, and which jobs ask to be it. One file that says otherwise stops the build.
//!
//! A proof sees each file on the thread that prints it, so that nothing is printed twice and nothing is kept. It looks for
//! what it knows by its form, in whatever target it stands; what it does not know is no business of its own.

mod aws;
mod document;
mod expected;
mod metric;
#[cfg(test)]
mod tests;
mod text;
mod trust;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use memchr::memmem::Finder;

use crate::diag::Diagnostic;
use crate::diag::code::TARGETS_DISAGREE;
use crate::output::{Content, Printed, Watched, Witness};
use crate::plan::Plans;
use crate::plan::monitoring::recordings::is_for_others;
use expected::Expected;

/// A proof of one build.
pub struct Proof<'a> {
    expected: Expected<'a>,
    /// Finds the system's name in a text.
    system: Finder<'a>,
    seen: Mutex<Seen>,
}

/// What all files together say.
#[derive(Default)]
struct Seen {
    /// What does not agree: file, then what is wrong.
    wrong: BTreeSet<(Utf8PathBuf, String)>,
    /// Names that rules record.
    recorded: HashSet<String>,
    /// Names that rules record and their own file does not ask for, each with the first file that records it.
    unread: BTreeMap<String, Utf8PathBuf>,
    /// Recorded names that files without rules ask for: dashboards and analyses.
    shown: HashSet<String>,
    /// Metrics that nothing in the plan exposes, each with the first file that asks for it.
    asked: IndexMap<String, Utf8PathBuf>,
    /// What a module of Terraform says, for all environments.
    module: aws::Module,
    /// What templates of CloudFormation say, and what environments give to them.
    templates: aws::Templates,
    /// What the tokens of jobs say that ask to be a role, by the role.
    assumed: trust::Trusted,
}

/// As many as people read.
const SHOWN: usize = 10;

/// The file that is looked at.
#[derive(Clone, Copy)]
struct Place<'a> {
    environment: Option<&'a str>,
    path: &'a Utf8Path,
}

impl<'a> Proof<'a> {
    /// A proof against the finished plans. `facts`: the texts of the target specs, whose own digests and metrics are
    /// known, too.
    #[must_use]
    pub fn new(plans: &'a Plans, facts: &'a [(&'a str, &'a str)]) -> Proof<'a> {
        let system = Finder::new(plans.infrastructure.templates.system.name.as_str());
        Proof { expected: Expected::of(plans, facts), system, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // What one thread has seen stays true where another one panics.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn object(&self, place: Place<'_>, what: String) {
        self.seen().wrong.insert((place.path.to_owned(), what));
    }
}

impl Witness for Proof<'_> {
    fn see(&self, _: &str, environment: Option<&str>, path: &Utf8Path, content: Option<&Content>, printed: &Printed) {
        let place = Place { environment, path };
        self.text(place, &printed.text);
        // Rules and queries are no roles.
        if !printed.watched.as_ref().is_some_and(Watched::has_any) {
            self.trust(place, &printed.text);
        }
        match content {
            Some(Content::Yaml { documents, .. }) => {
                for document in documents {
                    self.document(place, document);
                    self.template(place, document);
                }
            }
            Some(Content::Hcl { body, .. }) => self.configuration(place, body),
            Some(Content::Json(document)) => {
                self.document(place, document);
                self.template(place, document);
            }
            Some(_) => {}
            None => self.streamed(place, printed.watched.iter().flat_map(Watched::entries)),
        }
    }

    fn verdict(&self) -> Vec<Diagnostic> {
        self.modules();
        let mut seen = std::mem::take(&mut *self.seen());
        // Where rules are not built in this run, nobody knows what they record.
        let recorded =
            |metric: &str| seen.recorded.contains(metric) || seen.recorded.is_empty() && metric.contains(':');
        let unknown: Vec<_> = seen.asked.iter().filter(|(metric, _)| !recorded(metric)).collect();
        let unknown = unknown.into_iter().map(|(metric, path)| {
            (path.clone(), format!("asks for the metric `{metric}`, which nothing exposes or records"))
        });
        let unknown: Vec<_> = unknown.collect();
        seen.wrong.extend(unknown);
        // Where no dashboards are built in this run, nobody knows what they ask for.
        let unread = std::mem::take(&mut seen.unread).into_iter();
        let shown = std::mem::take(&mut seen.shown);
        let unread = unread.filter(|(name, _)| !shown.is_empty() && !shown.contains(name) && !is_for_others(name));
        seen.wrong.extend(unread.map(|(name, path)| {
            (path, format!("records `{name}`, which no alert, no other rule and no dashboard asks for"))
        }));
        let unused = self.unused_trust(&seen.assumed);
        seen.wrong.extend(unused.into_iter().map(|what| (Utf8PathBuf::from("workflows"), what)));
        let more = seen.wrong.len().saturating_sub(SHOWN);
        let mut diagnostics: Vec<Diagnostic> = seen
            .wrong
            .into_iter()
            .take(SHOWN)
            .map(|(path, what)| Diagnostic::without_place(TARGETS_DISAGREE, format!("`{path}` {what}")))
            .collect();
        if let Some(last) = diagnostics.last_mut() {
            last.help.push(
                "this is an error inside of pathc, and nothing was written: please report it with the inputs"
                    .to_owned(),
            );
            if more > 0 {
                last.notes.push(format!("and {more} more"));
            }
        }
        diagnostics
    }
}
