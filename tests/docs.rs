//! The references in `docs/reference/` say what the code reads: generated, committed, compared.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes them anew.

use std::path::Path;
use std::{env, fs, io};

use pathc::input::DOCUMENTS;
use pathc::plan::DELIVERABLES;
use pathc::source::reference::{Section, markdown};

/// Whether the pages are written anew in this run.
fn updating() -> bool {
    env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}

/// Compares a page with the committed one, or writes it where that was asked for.
fn check(name: &str, page: &str) -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(name);
    if updating() {
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

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = |character: &char| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn anchors(page: &Path) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(page)?;
    Ok(text
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .collect())
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() -> io::Result<()> {
    if updating() {
        // The other tests write the pages at this moment.
        return Ok(());
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut folders = vec![docs];
    let mut links = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path)?;
            for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if link.contains("://") {
                    continue;
                }
                links += 1;
                let (page, heading) = link.split_once('#').unwrap_or((link, ""));
                let page = if page.is_empty() { path.clone() } else { folder.join(page) };
                assert!(page.exists(), "{}: no page for `{link}`", path.display());
                let known = heading.is_empty() || anchors(&page)?.iter().any(|known| known == heading);
                assert!(known, "{}: no heading for `{link}`", path.display());
            }
        }
    }
    assert!(links > 300, "only {links} links were found");
    Ok(())
}

#[test]
fn the_gates_reference_is_what_the_gates_say() -> io::Result<()> {
    check("gates.md", &pathc::gates::reference::markdown())
}
