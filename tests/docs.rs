//! The references in `docs/reference/` say what the code reads: generated, committed, compared.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes them anew.

use std::path::Path;
use std::{env, fs, io};

use pathc::input::DOCUMENTS;
use pathc::plan::DELIVERABLES;
use pathc::source::reference::{Section, markdown};

/// Compares a page with the committed one, or writes it where that was asked for.
fn check(name: &str, page: &str) -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(name);
    if env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.with_file_name(""))?;
        return fs::write(path, page);
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.lines().zip(page.lines()).position(|(old, new)| old != new);
    assert!(
        committed == page,
        "docs/reference/{name} is stale from line {}: run `UPDATE_DOCS=1 cargo test --test docs`",
        differs.unwrap_or_else(|| committed.lines().count().min(page.lines().count())) + 1
    );
    Ok(())
}

#[test]
fn the_language_reference_is_what_the_reader_takes() -> io::Result<()> {
    let documents: Vec<Section> = DOCUMENTS
        .iter()
        .map(|document| Section { name: document.name, doc: document.doc, shape: (document.shape)() })
        .collect();
    let introduction = "Every key of every input document. This page is generated from the tables that read them; what \
                        holds for all of them is said in [the language](../language.md).";
    check("language.md", &markdown("Language reference", introduction, &documents))
}

#[test]
fn the_deliverables_reference_is_what_is_written() -> io::Result<()> {
    let documents: Vec<Section> = DELIVERABLES
        .iter()
        .map(|deliverable| Section { name: deliverable.name, doc: deliverable.doc, shape: (deliverable.shape)() })
        .collect();
    let introduction = "Every key of every deliverable that the `path` target writes. This page is generated from the \
                        tables that write them and read them back.";
    check("deliverables.md", &markdown("Deliverables reference", introduction, &documents))
}
