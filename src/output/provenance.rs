//! Where the lines of generated files come from, and the way back: what a line of an input reaches.
//!
//! Most runs don't ask, so nothing is kept for it: the files that a question is about are printed again, with origins.

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::files::{File, Generated};
use super::folders::normal;
use super::printed::{LineOrigins, Printed};
use crate::source::origin::OriginKind;
use crate::source::yaml::NodeKind;
use crate::source::{FileId, Origin, SourceFile, Sources};

/// A generated file, printed.
#[derive(Debug)]
pub struct Page<'a> {
    /// The target that makes it.
    pub target: &'a str,
    /// The environment that it is for, where it is for one.
    pub environment: Option<&'a str>,
    /// Its path below the output folder.
    pub path: Utf8PathBuf,
    /// Its text.
    pub text: String,
    /// Where its lines come from.
    pub origins: LineOrigins,
}

impl<'a> Page<'a> {
    fn print(generated: &'a Generated<'a>, file: File<'a, 'a>) -> Page<'a> {
        let mut printed = Printed::with_origins();
        file.job.print(&mut printed);
        Page {
            target: &generated.target,
            environment: file.environment,
            path: file.path.to_owned(),
            text: printed.text,
            origins: printed.line_origins.unwrap_or_default(),
        }
    }

    /// The text of a line, counted from 1.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<&str> {
        self.text.lines().nth(line.checked_sub(1)?)
    }
}

/// Prints the file with a path below the output folder.
#[must_use]
pub fn page<'a>(targets: &'a [Generated<'a>], path: &Utf8Path) -> Option<Page<'a>> {
    let path = normal(path.to_owned());
    targets.iter().find_map(|generated| {
        let file = generated.files.iter().find(|file| file.path == path)?;
        Some(Page::print(generated, file))
    })
}

/// Prints all files, in order.
#[must_use]
pub fn pages<'a>(targets: &'a [Generated<'a>]) -> Vec<Page<'a>> {
    let files: Vec<_> =
        targets.iter().flat_map(|generated| generated.files.iter().map(move |file| (generated, file))).collect();
    files.into_par_iter().map(|(generated, file)| Page::print(generated, file)).collect()
}

/// The origins that a line of a source, counted from 1, is the place of: the scalars on it, the collections that begin on
/// it or whose key stands on it. Sorted.
#[must_use]
pub fn origins_on(file: &SourceFile, line: u32) -> Vec<Origin> {
    let (tree, number) = (file.tree(), |byte: u32| file.position(byte).line);
    let mut nodes = Vec::new();
    for id in 0..u32::try_from(tree.len()).unwrap_or(u32::MAX) {
        let Some((start, end)) = tree.node_range(id) else { continue };
        let (first, last) = (number(start), number(end.max(start + 1) - 1));
        let is_here = match tree.kind(id) {
            NodeKind::List(..) | NodeKind::Mapping(..) => first == line,
            _ => (first..=last).contains(&line),
        };
        if is_here {
            nodes.extend([id, tree.resolve(id)]);
        }
        if matches!(tree.kind(id), NodeKind::Mapping(..)) && (first..=last).contains(&line) {
            let on_line = |key: u32| tree.node_range(key).is_some_and(|(start, _)| number(start) == line);
            nodes.extend(
                tree.entries(id).into_iter().flatten().filter(|(key, _)| on_line(*key)).map(|(_, value)| value),
            );
        }
    }
    nodes.sort_unstable();
    nodes.dedup();
    nodes.into_iter().map(|node| Origin::node(file.node_base + node)).collect()
}

/// The lines of a page that come from one of some origins, which are sorted; counted from 1.
#[must_use]
pub fn reached(page: &Page<'_>, origins: &[Origin]) -> Vec<usize> {
    let is_asked = |origin: &Origin| origins.binary_search(origin).is_ok();
    (1..=page.origins.len()).filter(|line| page.origins.of(*line).iter().any(is_asked)).collect()
}

/// What a node of a target spec rests on: the `source` that stands nearest around it, and the day of its collection.
#[must_use]
pub fn evidence(sources: &Sources, origin: Origin) -> Option<String> {
    let span = sources.span(origin)?;
    let file = sources.file(span.file);
    let tree = file.tree();
    // Nodes are numbered outer before inner, or inner before outer: the smallest range decides.
    let around = (0..u32::try_from(tree.len()).ok()?).filter_map(|id| {
        let (start, end) = tree.node_range(id)?;
        let source = text_of(file, id, "source")?;
        (start <= span.start && span.end <= end).then_some((end - start, source, text_of(file, id, "collected")))
    });
    let (_, source, collected) = around.min_by_key(|(size, ..)| *size)?;
    let collected = collected.or_else(|| text_of(file, tree.root()?, "collected"));
    Some(match collected {
        Some(day) => format!("{source}, read on {day}"),
        None => source.to_owned(),
    })
}

/// The text of a key of a mapping.
fn text_of<'a>(file: &'a SourceFile, mapping: u32, key: &str) -> Option<&'a str> {
    if !matches!(file.tree().kind(mapping), NodeKind::Mapping(..)) {
        return None;
    }
    let text = |node| file.tree().scalar(&file.text, node).map(|(text, _)| text);
    let (_, value) = file.tree().entries(mapping)?.find(|(name, _)| text(*name) == Some(key))?;
    text(value)
}

/// The file that an origin lies in, where somebody wrote it.
#[must_use]
pub fn file_of(sources: &Sources, origin: Origin) -> Option<FileId> {
    match origin.kind() {
        OriginKind::Node(_) => sources.span(origin).map(|span| span.file),
        _ => None,
    }
}
