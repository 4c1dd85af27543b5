//! `pathc explain FILE:LINE`: where a generated line comes from, and what a line of an input reaches.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::super::failure::{Failure, reason};
use super::super::report::count;
use super::super::terminal::Terminal;
use super::super::{looking, registry, repository};
use crate::Compilation;
use crate::diag::{Format, Label, render};
use crate::gates::{self, reads};
use crate::ir::System;
use crate::output::lock::{LOCK, Lock};
use crate::output::provenance::{self, Page};
use crate::output::{Generated, compare, resource};
use crate::plan::computed;
use crate::source::decode::default_field;
use crate::source::origin::OriginKind;
use crate::source::{FileKind, Origin, Rule, SourceFile};

/// Takes `FILE:LINE` apart, and `FILE:LINE:COLUMN` as other tools print it.
///
/// # Errors
/// The line is no line.
pub(super) fn parse(text: &str) -> Result<Option<(Utf8PathBuf, usize)>, Failure> {
    let number = |text: &str| text.parse::<usize>().ok();
    let Some((before, last)) = text.rsplit_once(':') else {
        // A path that nobody could take for a code or a name.
        return match Utf8Path::new(text).extension() {
            Some(_) if text.contains('/') => {
                Err(Failure::new(format!("`{text}` says no line")).help(format!("write it behind a colon: `{text}:1`")))
            }
            _ => Ok(None),
        };
    };
    let Some(last) = number(last) else {
        return if before.contains(['/', '.']) && !before.is_empty() {
            Err(Failure::new(format!("`{last}` is no line")).help("lines are numbers, from 1"))
        } else {
            Ok(None)
        };
    };
    let (file, line) = match before.rsplit_once(':') {
        Some((file, line)) if number(line).is_some() => (file, number(line).unwrap_or_default()),
        _ => (before, last),
    };
    if line == 0 {
        return Err(Failure::new("there is no line 0").help("lines count from 1"));
    }
    Ok(Some((file.into(), line)))
}

/// What is to be said of a line.
pub(super) fn explain(
    file: &Utf8Path,
    line: usize,
    out: Option<&Utf8Path>,
    terminal: &Terminal,
) -> Result<String, Failure> {
    let root = repository::root()?;
    let looked = looking::look(&root)?;
    let compilation = &looked.compilation;
    let generated = looking::files(compilation)?;
    let asked = Asked { looked: &looked, generated: &generated, line, terminal, computing: computed::rules() };

    let candidates = candidates(file, &root, out)?;
    let folder = out.unwrap_or(&root);
    for candidate in &candidates {
        if candidate == LOCK {
            return lock_line(folder, line, terminal);
        }
        if let Some(page) = provenance::page(&generated, candidate) {
            return asked.generated_line(&page, &folder.join(candidate));
        }
        if let Some((_, source)) = compilation.sources.by_path(candidate) {
            return asked.source_line(source);
        }
    }
    Err(unknown(file, &candidates, folder))
}

/// The paths that a file may have below the output folder or the repository: as seen from the working folder, then as
/// seen from there.
fn candidates(file: &Utf8Path, root: &Utf8Path, out: Option<&Utf8Path>) -> Result<Vec<Utf8PathBuf>, Failure> {
    let absolute = |path: &Utf8Path| {
        let absolute = camino::absolute_utf8(path);
        absolute.map_err(|error| Failure::new(format!("can't tell where `{path}` is: {}", reason(&error))))
    };
    let full = lexical(&absolute(file)?);
    let mut found = Vec::new();
    let mut add = |path: Utf8PathBuf| {
        if !found.contains(&path) {
            found.push(path);
        }
    };
    for folder in out.into_iter().chain([root]) {
        let folder = lexical(&absolute(folder)?);
        if let Ok(path) = full.strip_prefix(&folder) {
            add(path.to_owned());
        }
        // The root has its links followed; what was typed may lead through one.
        if let (Ok(real), Ok(folder)) = (full.canonicalize_utf8(), folder.canonicalize_utf8())
            && let Ok(path) = real.strip_prefix(&folder)
        {
            add(path.to_owned());
        }
    }
    if file.is_relative() {
        add(lexical(file));
    }
    Ok(found)
}

/// A path without `.` and `..`, as far as they can be taken away.
fn lexical(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if normal.file_name().is_some() => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}

/// A line of the lock, which no input makes: what a build does with it.
fn lock_line(folder: &Utf8Path, line: usize, terminal: &Terminal) -> Result<String, Failure> {
    let text = std::fs::read_to_string(folder.join(LOCK)).map_err(|error| {
        Failure::new(format!("can't read `{LOCK}`: {}", reason(&error))).help("`pathc build` writes it")
    })?;
    let Some(shown) = text.lines().nth(line - 1) else {
        return Err(Failure::new(format!("`{LOCK}` has no line {line}"))
            .help(format!("it has {}", count(text.lines().count(), "line"))));
    };
    let lock = Lock::read(&text).map_err(|error| {
        Failure::new(format!("`{LOCK}` can't be read: {}", error.message)).help("`pathc build` says what to do")
    })?;
    // Each row is a line, below the key.
    let first = text.lines().position(|line| line == "files:").map(|key| key + 1);
    let row = first.and_then(|first| lock.files.get_index((line - 1).checked_sub(first)?));
    if terminal.format == Format::Json {
        let digest_of = row.map(|(path, _)| path.as_str());
        return Ok(format!("{}\n", json!({"file": LOCK, "line": line, "origins": [], "digest_of": digest_of})));
    }
    let means = match row {
        Some((path, row)) => format!(
            "what the last build wrote for {}: a build tells by it whether the file was edited since\n  \
             `pathc explain {path}:1` says where the file's lines come from",
            row.target,
        ),
        None => "written by every build, so that the next one knows its own files again".to_owned(),
    };
    Ok(format!("{LOCK}:{line}: `{}`\n  {means}\n", shown.trim()))
}

/// Why nothing is known of a file.
fn unknown(file: &Utf8Path, candidates: &[Utf8PathBuf], out: &Utf8Path) -> Failure {
    let lock = std::fs::read_to_string(out.join(LOCK)).ok().and_then(|text| Lock::read(&text).ok());
    let rows = lock.unwrap_or_default().files;
    if candidates.iter().any(|path| rows.contains_key(path)) {
        return Failure::new(format!("`{file}` is no longer generated from the inputs"))
            .help("`pathc build` removes it");
    }
    let is_there = candidates.iter().any(|path| out.join(path).exists()) || file.exists();
    if is_there {
        Failure::new(format!("`{file}` is neither an input nor a file that pathc generates"))
            .help("for a tree that was built elsewhere, say where with `--out DIR`")
    } else {
        Failure::new(format!("`{file}` is not there, and pathc would not generate it"))
            .help("name a file from the working folder, or from the folder of `pathc.yaml`")
    }
}

struct Asked<'a> {
    looked: &'a looking::Look,
    generated: &'a [Generated<'a>],
    line: usize,
    terminal: &'a Terminal,
    /// The rules that compute from many values.
    computing: Vec<Rule>,
}

impl Asked<'_> {
    fn compilation(&self) -> &Compilation {
        &self.looked.compilation
    }

    /// A line of a generated file, as it stands in the tree.
    fn generated_line(&self, page: &Page<'_>, on_disk: &Utf8Path) -> Result<String, Failure> {
        let path = &page.path;
        let (line, note) = match std::fs::read_to_string(on_disk) {
            Ok(found) => match compare::line_of(&found, &page.text, self.line) {
                compare::LineOf::Same(line) if line == self.line => (line, None),
                compare::LineOf::Same(line) => (
                    line,
                    Some(format!("the file is not what a build makes of the inputs: there, this is line {line}")),
                ),
                compare::LineOf::Other => {
                    return Err(Failure::new(format!(
                        "line {} of `{path}` is not what a build makes of the inputs: it was edited by hand, or the inputs \
                         have changed since",
                        self.line
                    ))
                    .help("`pathc diff` shows what differs"));
                }
                compare::LineOf::Beyond(lines) => {
                    return Err(beyond(path, self.line, lines));
                }
            },
            // Not built yet: the line of what a build makes.
            Err(_) if self.line > page.origins.len() => return Err(beyond(path, self.line, page.origins.len())),
            Err(_) => (self.line, Some("the file is not there yet: this is what a build makes".to_owned())),
        };
        let origins = page.origins.of(line);
        let computed = self.computed(page, line, &origins);
        if self.terminal.format == Format::Json {
            let own = origins.iter().filter_map(|origin| self.origin_json(*origin));
            let origins: Vec<Value> =
                own.chain(computed.iter().filter_map(|origin| self.origin_json(*origin))).collect();
            return Ok(format!("{}\n", json!({"file": path.as_str(), "line": self.line, "origins": origins})));
        }
        let mut labels: Vec<Label> = origins.iter().map(|origin| self.label(*origin)).collect();
        let mut notes: Vec<String> = note.into_iter().collect();
        for origin in &origins {
            if self.kind(*origin) == Some(FileKind::Spec)
                && let Some(evidence) = provenance::evidence(&self.compilation().sources, *origin)
            {
                notes.push(format!("the fact is from {evidence}"));
            }
        }
        if let Some(places) = self.places(&computed) {
            notes.push(format!("it is computed from {places}"));
        }
        if let Some(within) = page.origins.within(line).filter(|within| !origins.contains(within)) {
            labels.push(Label {
                place: within.into(),
                text: "asked for what the line is part of".to_owned(),
                primary: false,
            });
        }
        let holds_secret = origins.iter().filter_map(|origin| self.compilation().sources.span(*origin)).any(|span| {
            self.looked
                .secrets
                .iter()
                .any(|secret| secret.file == span.file && secret.start < span.end && span.start < secret.end)
        });
        let text = page.line(line).unwrap_or_default();
        let message = if holds_secret { "a secret stands here".to_owned() } else { shown(text) };
        let head = format!("{path}:{}:", self.line);
        Ok(looking::with_context(self.compilation(), |context| {
            render::excerpts(
                &head,
                &message,
                &labels,
                &notes,
                (context, &self.looked.secrets),
                self.terminal.result_look(),
            )
        }))
    }

    /// The values that a line is computed from, where it is by a rule that looks at many.
    fn computed(&self, page: &Page<'_>, line: usize, origins: &[Origin]) -> Vec<Origin> {
        let Some(system) = &self.compilation().system else { return Vec::new() };
        let mut found = Vec::new();
        for origin in origins {
            if let OriginKind::Rule(rule) = origin.kind() {
                found.extend(computed::sources(rule, &place_of(page, Some((line, rule)), system), system));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|origin| self.kind(*origin) == Some(FileKind::Input));
        found
    }

    /// Lines of inputs, by their files: `path/deployment_packages.yaml:9, 16 and 31`.
    fn places(&self, origins: &[Origin]) -> Option<String> {
        let sources = &self.compilation().sources;
        let mut lines: BTreeMap<&Utf8Path, BTreeSet<u32>> = BTreeMap::new();
        for span in origins.iter().filter_map(|origin| sources.span(*origin)) {
            let file = sources.file(span.file);
            lines.entry(&file.path).or_default().insert(file.position(span.start).line);
        }
        let of_file = |(file, lines): (&Utf8Path, BTreeSet<u32>)| {
            let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
            format!("{file}:{}", lines.join(", "))
        };
        let files: Vec<String> = lines.into_iter().map(of_file).collect();
        (!files.is_empty()).then(|| files.join("; "))
    }

    fn kind(&self, origin: Origin) -> Option<FileKind> {
        let sources = &self.compilation().sources;
        provenance::file_of(sources, origin).map(|file| sources.file(file).kind)
    }

    /// Whether an origin lies in a template of prose or of a script.
    fn is_template(&self, origin: Origin) -> bool {
        let sources = &self.compilation().sources;
        provenance::file_of(sources, origin).is_some_and(|file| sources.file(file).path.starts_with("templates"))
    }

    fn label(&self, origin: Origin) -> Label {
        let text = match (self.kind(origin), origin.kind()) {
            (Some(FileKind::Spec), _) if self.is_template(origin) => "by this template",
            (Some(FileKind::Spec), _) => "a fact of a target spec",
            (Some(_), _) => "from here",
            (None, OriginKind::FieldDefault { .. }) => "nobody wrote it",
            (None, _) => "by a rule",
        };
        Label { place: origin.into(), text: text.to_owned(), primary: true }
    }

    fn origin_json(&self, origin: Origin) -> Option<Value> {
        let sources = &self.compilation().sources;
        let unwritten = |rule: String| json!({"kind": "default", "file": null, "line_start": null, "column_start": null, "rule": rule});
        Some(match origin.kind() {
            OriginKind::Node(_) => {
                let span = sources.span(origin)?;
                let file = sources.file(span.file);
                let start = file.position(span.start);
                let kind = if file.kind == FileKind::Spec { "spec" } else { "input" };
                json!({"kind": kind, "file": file.path.as_str(), "line_start": start.line, "column_start": start.column, "rule": null})
            }
            OriginKind::FieldDefault { .. } => {
                let (record, field) = default_field(origin, &registry::records())?;
                unwritten(format!("{record}.{field}"))
            }
            OriginKind::Rule(rule) => {
                let entry = registry::RULES.iter().flat_map(|table| table.iter()).find(|entry| entry.rule == rule)?;
                unwritten(entry.name.to_owned())
            }
        })
    }

    /// The lines of a page that come from some origins, or are computed from them.
    fn reached(&self, page: &Page<'_>, origins: &[Origin]) -> Vec<usize> {
        let mut lines = provenance::reached(page, origins);
        let Some(system) = &self.compilation().system else { return lines };
        let reaches = |rule: Rule, line: Option<usize>| {
            let place = place_of(page, line.map(|line| (line, rule)), system);
            let sources = computed::sources(rule, &place, system);
            sources.iter().any(|source| origins.binary_search(source).is_ok())
        };
        let rules: Vec<Rule> = self.computing.iter().copied().filter(|rule| reaches(*rule, None)).collect();
        if !rules.is_empty() {
            // What is computed is a number; what stands around it is there by the same rule, whatever the number is.
            let texts: Vec<&str> = page.text.lines().collect();
            let holds_number = |line: &usize| {
                let text = texts.get(line - 1).copied().unwrap_or_default();
                let value = text.split_once([':', '=']).map_or("", |(_, value)| value);
                value.trim_start_matches([' ', '\'', '"']).starts_with(|first: char| first.is_ascii_digit())
            };
            for rule in rules {
                let of_rule = provenance::reached(page, &[Origin::rule(rule)]).into_iter();
                // Where a page holds many objectives, each line is of one.
                let is_own = |line: &usize| !computed::is_of_objective(rule) || reaches(rule, Some(*line));
                lines.extend(of_rule.filter(holds_number).filter(is_own));
            }
            lines.sort_unstable();
            lines.dedup();
        }
        lines
    }

    /// The gates that look at what stands on a line of an input.
    fn judged_by(&self, source: &SourceFile, line: u32) -> Vec<&'static str> {
        let document = Some(&source.path).filter(|_| source.kind == FileKind::Input);
        let Some(document) = document.and_then(|path| reads::document_of(path)) else { return Vec::new() };
        let line = line as usize;
        let fields = resource::fields(&source.text).unwrap_or_default();
        let of_line = fields.iter().filter(|field| (field.line..=field.last).contains(&line));
        let gates: BTreeSet<&'static str> = of_line.flat_map(|field| reads::judged_by(document, &field.path)).collect();
        gates.into_iter().collect()
    }

    /// A line of an input or a target spec: what it reaches.
    fn source_line(&self, source: &SourceFile) -> Result<String, Failure> {
        let path = &source.path;
        let last = source.position(u32::try_from(source.text.len()).unwrap_or(u32::MAX));
        // The end of the last line is no further line.
        let lines = if last.column == 1 && last.line > 1 { last.line - 1 } else { last.line } as usize;
        if self.line > lines {
            return Err(beyond(path, self.line, lines));
        }
        let number = u32::try_from(self.line).unwrap_or(u32::MAX);
        let origins = provenance::origins_on(source, number);
        let pages = provenance::pages(self.generated);
        let reached: Vec<(&Page<'_>, Vec<usize>)> = pages
            .iter()
            .map(|page| (page, self.reached(page, &origins)))
            .filter(|(_, lines)| !lines.is_empty())
            .collect();
        if self.terminal.format == Format::Json {
            let reaches: Vec<Value> = reached
                .iter()
                .flat_map(|(page, lines)| {
                    lines.iter().map(|line| json!({"target": page.target, "file": page.path.as_str(), "line": line}))
                })
                .collect();
            let judged = self.judged_by(source, number);
            return Ok(format!(
                "{}\n",
                json!({"file": path.as_str(), "line": self.line, "reaches": reaches, "judged_by": judged})
            ));
        }
        let text = source.line(number).and_then(|(start, end)| source.text.get(start as usize..end as usize));
        let secret = self.looked.secrets.iter().any(|secret| {
            let of_line = source.line(number).is_some_and(|(start, end)| secret.start < end && start < secret.end);
            of_line && self.compilation().sources.file(secret.file).path == source.path
        });
        let text = if secret { "a secret stands here".to_owned() } else { shown(text.unwrap_or_default()) };
        let mut out = format!("{path}:{}: {text}\n", self.line);
        let judged = self.judged_by(source, number);
        if !judged.is_empty() {
            let gates = gates::ALL.iter().filter(|gate| judged.contains(&gate.code.as_str()));
            let named: Vec<String> = gates.map(|gate| format!("{} {}", gate.code.as_str(), gate.code.slug())).collect();
            out.push_str(&format!("  judged by {}\n", named.join(", ")));
        }
        if reached.is_empty() {
            out.push_str(match (origins.is_empty(), judged.is_empty()) {
                (true, _) => "  nothing but layout stands on this line\n",
                (false, true) => {
                    "  no line of a generated file comes from this line alone: it decides what is left out, or is there for \
                     people\n"
                }
                (false, false) => "  no line of a generated file comes from it alone\n",
            });
            return Ok(out);
        }
        let total: usize = reached.iter().map(|(_, lines)| lines.len()).sum();
        out.push_str(&format!("  reaches {} of {}\n", count(total, "line"), count(reached.len(), "file")));
        let mut target = "";
        for (page, lines) in &reached {
            if page.target != target {
                target = page.target;
                out.push_str(&format!("\n{}\n", self.terminal.strong(target)));
            }
            out.push_str(&format!("  {}\n", page.path));
            out.push_str(&excerpt(page, lines, secret));
        }
        Ok(out)
    }
}

/// What is known of where a computed value stands: by the page, and of a line that is computed from an objective, by the part of
/// the objective that was written before it.
fn place_of<'a>(page: &'a Page<'_>, line: Option<(usize, Rule)>, system: &System) -> computed::Place<'a> {
    let stem = page.path.file_stem().unwrap_or_default();
    let is_known = |name: &&str| {
        system.component_named(name).is_some()
            || system
                .environments
                .iter()
                .any(|environment| environment.datastores.iter().any(|one| one.name.as_str() == *name))
    };
    let objective = line.filter(|(_, rule)| page.target == DELIVERABLES && computed::is_of_objective(*rule)).and_then(
        |(line, _)| {
            let above = (1..=line).rev().take(OBJECTIVE_LINES);
            above.flat_map(|line| page.origins.of(line)).find_map(|origin| computed::objective_of(origin, system))
        },
    );
    computed::Place { environment: page.environment, about: Some(stem).filter(is_known), objective }
}

/// The target whose files hold all components.
const DELIVERABLES: &str = "path";

/// The most lines that an objective has in a deliverable.
const OBJECTIVE_LINES: usize = 120;

/// The reached lines of a file, as many as people read.
fn excerpt(page: &Page<'_>, lines: &[usize], secret: bool) -> String {
    const SHOWN: usize = 12;
    let texts: Vec<&str> = page.text.lines().collect();
    let mut out = String::new();
    for line in lines.iter().take(SHOWN) {
        let text = texts.get(line - 1).copied().unwrap_or_default();
        let text = if secret { "***".to_owned() } else { render::line(text) };
        out.push_str(&format!("    {line:>5} | {text}\n"));
    }
    if let Some(more) = lines.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        out.push_str(&format!("          … and {}\n", count(more, "more line")));
    }
    out
}

/// A line within a sentence.
fn shown(text: &str) -> String {
    let text = render::line(text.trim());
    if text.is_empty() { "an empty line".to_owned() } else { format!("`{text}`") }
}

fn beyond(path: &Utf8Path, line: usize, lines: usize) -> Failure {
    Failure::new(format!("`{path}` has no line {line}")).help(format!("it has {}", count(lines, "line")))
}
