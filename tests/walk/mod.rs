//! What the walks over `fixtures/` share: cases, systems that are laid over another one, and what is said of them.
#![allow(dead_code, unreachable_pub)]

use std::path::Path;
use std::{fs, io};

use camino::{Utf8Path, Utf8PathBuf};
use pathc::diag::render::{Look, render};
use pathc::diag::{Code, Context, Diagnostic, Format, code};
use pathc::gates::{self, Settings};
use pathc::input::Input;
use pathc::ir::value::Time;
use pathc::source::{RecordShape, Scalar, Sources};
use pathc::spec::Specs;
use pathc::{input, output, plan, profile};
use tempfile::TempDir;

/// The moment that all fixtures are judged at.
pub const NOW: &str = "2026-11-23T12:00:00Z";

pub fn fixtures() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The folders of `fixtures/KIND`, in order.
pub fn cases(kind: &str) -> Vec<Utf8PathBuf> {
    let entries = fixtures().join(kind).read_dir_utf8().unwrap_or_else(|error| panic!("fixtures/{kind}: {error}"));
    let folders = entries.flatten().map(|entry| entry.path().to_owned());
    let mut cases: Vec<Utf8PathBuf> = folders.filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

pub fn name(case: &Utf8Path) -> &str {
    case.file_name().unwrap_or_default()
}

/// Files of a case that are no part of its system.
fn is_about_the_case(name: &str) -> bool {
    matches!(name, "neighbour" | "expected.txt" | "README.md")
}

/// Copies the system of a folder over that of another one.
pub fn lay(layer: &Path, over: &Path) -> io::Result<()> {
    fs::create_dir_all(over)?;
    for entry in fs::read_dir(layer)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_about_the_case) {
            continue;
        }
        if entry.path().is_dir() {
            lay(&entry.path(), &over.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), over.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A folder with the files of all layers, the later ones over the earlier ones.
pub fn laid_over(layers: &[&Utf8Path]) -> io::Result<TempDir> {
    let whole = TempDir::new()?;
    for layer in layers {
        lay(layer.as_std_path(), whole.path())?;
    }
    Ok(whole)
}

/// What is said about the system of a folder.
pub struct Said {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    pub passed: bool,
    pub skipped: Vec<gates::Skipped>,
}

/// A check of a release at a moment.
pub fn settings(now: &str) -> Settings {
    let now = Time::read(now).unwrap_or_else(|_| panic!("`{now}` is a time"));
    Settings::release(now)
}

pub fn judge(root: &Utf8Path) -> Said {
    judge_by(root, &settings(NOW))
}

pub fn judge_by(root: &Utf8Path, settings: &Settings) -> Said {
    let Input { system, mut sources, mut diagnostics, .. } = input::read(root);
    let (specs, problems) = Specs::load(&mut sources);
    diagnostics.extend(problems);
    let (mut passed, mut skipped) = (false, Vec::new());
    if let (Some(system), Some(specs)) = (&system, &specs) {
        let (plans, problems) = plan::plan(system, specs);
        let judgement = gates::check(system, plans, problems, settings);
        diagnostics.extend(judgement.diagnostics);
        passed = judgement.checked.is_some();
        skipped = judgement.skipped;
    }
    Said { sources, diagnostics, passed, skipped }
}

impl Said {
    /// As people read it.
    pub fn text(&self) -> String {
        let gates = gates::ALL.iter().map(|gate| gate.code);
        let mut codes: Vec<Code> =
            [code::LANGUAGE, code::OUTPUT, code::TARGET].into_iter().flatten().copied().chain(gates).collect();
        codes.sort();
        let rules =
            [input::rules::TABLE, profile::rules::TABLE, plan::infrastructure::rules::TABLE, output::rule::TABLE];
        let mut records: Vec<&'static RecordShape> = Vec::new();
        for document in input::DOCUMENTS {
            (document.shape)().visit_records(&mut records);
        }
        let context = Context { sources: &self.sources, codes: &codes, rules: &rules, records: &records };
        render(Format::Human, &self.diagnostics, &context, Look::PLAIN)
    }
}

pub fn judge_layers(layers: &[&Utf8Path]) -> io::Result<Said> {
    let whole = laid_over(layers)?;
    let root = Utf8Path::from_path(whole.path()).ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(judge(root))
}
