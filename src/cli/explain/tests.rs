//! Every line of every file of every system knows where it comes from, and the way there and back is the same.

use camino::{Utf8Path, Utf8PathBuf};

use super::super::{looking, registry};
use crate::diag::Context;
use crate::output::provenance::{self, Page};
use crate::source::decode::default_field;
use crate::source::origin::OriginKind;
use crate::source::{Origin, Sources};

fn systems() -> Vec<Utf8PathBuf> {
    let fixtures = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found: Vec<Utf8PathBuf> =
        fixtures.join("pass").read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).collect();
    found.push(fixtures.join("base"));
    found.sort();
    assert!(found.len() > 3);
    found
}

/// Whether an origin leads to something that can be shown.
fn is_known(origin: Origin, context: &Context<'_>) -> bool {
    match origin.kind() {
        OriginKind::Node(_) => context.sources.span(origin).is_some_and(|span| span.start < span.end),
        OriginKind::FieldDefault { .. } => default_field(origin, context.records).is_some(),
        OriginKind::Rule(rule) => registry::RULES.iter().flat_map(|table| table.iter()).any(|entry| entry.rule == rule),
    }
}

#[test]
fn every_line_of_every_file_has_an_origin() {
    let mut lines = 0;
    for root in systems() {
        let looked = looking::look(&root).unwrap();
        let generated = looking::files(&looked.compilation).unwrap();
        looking::with_context(&looked.compilation, |context| {
            for page in provenance::pages(&generated) {
                assert_eq!(page.origins.len(), page.text.lines().count(), "{root}: {}", page.path);
                for line in 1..=page.origins.len() {
                    let origins = page.origins.of(line);
                    let known = !origins.is_empty() && origins.iter().all(|origin| is_known(*origin, context));
                    assert!(known, "{root}: {}:{line}: {origins:?}: {:?}", page.path, page.line(line));
                    lines += 1;
                }
            }
        });
    }
    assert!(lines > 10_000, "the walk finds too little: {lines}");
}

#[test]
fn what_a_line_comes_from_reaches_that_line() {
    let looked = looking::look(&systems()[0]).unwrap();
    let generated = looking::files(&looked.compilation).unwrap();
    let sources = &looked.compilation.sources;
    let pages = provenance::pages(&generated);
    let mut asked = 0;
    for page in &pages {
        // A line in every fifty: each answer looks at all of a source.
        for line in (1..=page.origins.len()).step_by(50) {
            for origin in page.origins.of(line) {
                if let Some((file, number)) = place(sources, origin) {
                    let back = provenance::origins_on(sources.file(file), number);
                    assert!(provenance::reached(page, &back).contains(&line), "{}:{line}: {origin:?}", page.path);
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 15, "{asked}");
}

fn place(sources: &Sources, origin: Origin) -> Option<(crate::source::FileId, u32)> {
    let span = sources.span(origin)?;
    Some((span.file, sources.position(span.file, span.start).line))
}

#[test]
fn a_page_is_what_a_build_prints() {
    let looked = looking::look(&systems()[0]).unwrap();
    let generated = looking::files(&looked.compilation).unwrap();
    for Page { path, text, .. } in provenance::pages(&generated) {
        assert_eq!(provenance::page(&generated, &path).map(|page| page.text), Some(text), "{path}");
    }
}
