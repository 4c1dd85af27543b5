//! One finding: what was measured, what was required, where, and how to fix it.

use std::borrow::Cow;

use crate::ir::choice::Level;
use crate::ir::value::{Date, Name};
use crate::source::decode::nearest;
use crate::source::guess::same_letters;
use crate::source::scalar::shown;
use crate::source::{Fix, Origin, Place, Problem, Safety, Sources, Traced};

use super::{Code, credential};

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// What it does in this run.
    pub level: Level,
    /// The message, lower case, one line.
    pub message: String,
    /// Places; the primary one first.
    pub labels: Vec<Label>,
    /// Places of similar findings that this one speaks for: machines are told them all, people what they are about.
    pub also: Vec<Label>,
    /// What to do, each on a line of its own.
    pub help: Vec<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
    /// The decision that lets it pass.
    pub waived: Option<Waived>,
    /// Whether its places hold a secret: no excerpt shows them.
    pub sensitive: bool,
    /// The gate that judges the same: it speaks where it denies, and this finding where it lets it pass.
    pub judged: Option<Judged>,
}

/// The gate that judges what can't be planned, and what about.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The gate's code.
    pub gate: &'static str,
    /// The component.
    pub component: Option<Name>,
    /// The environment.
    pub environment: Option<Name>,
}

/// A place and what stands there.
#[derive(Clone, Debug)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// What stands there.
    pub text: String,
    /// Whether it is the place that is wrong.
    pub primary: bool,
}

/// What a finding is to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It denies.
    Error,
    /// It warns.
    Warning,
    /// A decision lets it pass.
    Waived,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Waived => "waived",
        })
    }
}

/// The decision that lets a finding pass.
#[derive(Clone, Debug)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub approved_by: String,
    /// The last day.
    pub expires: Date,
    /// Where the waiver stands.
    pub origin: Origin,
}

impl Diagnostic {
    /// A finding at a place.
    pub fn new(
        code: Code,
        place: impl Into<Place>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            level: code.0.level,
            message: message.into(),
            labels: vec![Label { place: place.into(), text: label.into(), primary: true }],
            also: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
            fix: None,
            waived: None,
            sensitive: false,
            judged: None,
        }
    }

    /// A finding that no input line is to blame for.
    pub fn without_place(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            level: code.0.level,
            message: message.into(),
            labels: Vec::new(),
            also: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
            fix: None,
            waived: None,
            sensitive: false,
            judged: None,
        }
    }

    /// The same with a further place, in any file.
    #[must_use]
    pub fn label(mut self, place: impl Into<Place>, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { place: place.into(), text: text.into(), primary: false });
        self
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// The same with the name that was probably meant, as help and as an edit; `otherwise` is the help where none is near.
    #[must_use]
    pub fn did_you_mean<'n>(
        mut self,
        written: &Traced<impl AsRef<str>>,
        names: impl IntoIterator<Item = &'n str>,
        otherwise: impl FnOnce() -> String,
    ) -> Diagnostic {
        let (text, names) = (written.value.as_ref(), names.into_iter().collect::<Vec<_>>());
        let Some(near) = nearest(text, names.iter().copied()) else { return self.help(otherwise()) };
        let sure = if same_letters(text, near) { Safety::Safe } else { Safety::Suggested };
        self.fix = Some(Fix::new(sure, written.origin, near));
        self.help(format!("did you mean `{near}`?"))
    }

    /// The same with an edit that mends it.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Diagnostic {
        self.fix = fix;
        self
    }

    /// The same as one that a gate judges: what can't be planned because the gate's rule is broken.
    #[must_use]
    pub fn judged_by(mut self, gate: &'static str, component: Option<&Name>, environment: Option<&Name>) -> Diagnostic {
        self.judged = Some(Judged { gate, component: component.cloned(), environment: environment.cloned() });
        self
    }

    /// The same with its places hidden in every excerpt: they hold a secret.
    #[must_use]
    pub fn sensitive(mut self) -> Diagnostic {
        self.sensitive = true;
        self
    }

    /// Hides in every text what looks like a credential: by its shape, and what is one on the lines that it points at.
    pub(super) fn redact(&mut self, sources: &Sources) {
        let mut secrets: Vec<&str> = Vec::new();
        for span in self.labels.iter().filter_map(|label| sources.exact(label.place)) {
            let (text, at) = sources.line_of(span);
            secrets
                .extend(credential::hidden_near(text, at).into_iter().filter_map(|(start, end)| text.get(start..end)));
        }
        // A message shows the beginning of a long text, and no control characters.
        let shown: Vec<String> = secrets.iter().map(|secret| shown(secret).trim_end_matches('…').to_owned()).collect();
        let texts = [&mut self.message].into_iter().chain(&mut self.help).chain(&mut self.notes);
        for text in texts.chain(self.labels.iter_mut().map(|label| &mut label.text)) {
            for secret in shown.iter().filter(|secret| !secret.is_empty()) {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), "***");
                }
            }
            if let Cow::Owned(redacted) = credential::redacted(text) {
                *text = redacted;
            }
        }
    }

    /// Its labels, primary ones first.
    pub fn primary_first(&self) -> impl Iterator<Item = &Label> {
        primary_first(&self.labels)
    }

    /// All of its places, also those of similar findings; primary ones first.
    pub fn everywhere(&self) -> impl Iterator<Item = &Label> {
        self.primary_first().chain(&self.also)
    }

    /// What the finding is to the run.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match (&self.waived, self.level) {
            (Some(_), _) => Severity::Waived,
            (None, Level::Deny) => Severity::Error,
            (None, Level::Warn | Level::Allow) => Severity::Warning,
        }
    }

    /// The same with what else there is to know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }
}

/// Labels, primary ones first.
pub(super) fn primary_first(labels: &[Label]) -> impl Iterator<Item = &Label> {
    labels.iter().filter(|label| label.primary).chain(labels.iter().filter(|label| !label.primary))
}

impl From<Problem> for Diagnostic {
    fn from(problem: Problem) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(problem.kind.into(), problem.span, problem.message, problem.label);
        for (span, text) in problem.related {
            diagnostic = diagnostic.label(span, text);
        }
        diagnostic.help.extend(problem.help);
        diagnostic.fix = problem.fix;
        diagnostic
    }
}
