//! The tables keep what they promise: codes are unique, in order, and each is documented to the end.

use super::*;

fn tables() -> [(&'static [Code], char); 3] {
    [(LANGUAGE, 'E'), (OUTPUT, 'O'), (TARGET, 'T')]
}

#[test]
fn codes_count_up_from_one_without_a_gap() {
    for (table, letter) in tables() {
        for (index, code) in table.iter().enumerate() {
            assert_eq!(code.as_str(), format!("{letter}{:03}", index + 1));
        }
    }
}

#[test]
fn slugs_are_unique_words() {
    let mut seen = std::collections::BTreeSet::new();
    for code in tables().iter().flat_map(|(table, _)| table.iter()) {
        assert!(seen.insert(code.slug()), "{} is used twice", code.slug());
        assert!(code.slug().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", code.slug());
    }
}

#[test]
fn each_says_what_it_means_why_an_example_and_how_to_fix() {
    for code in tables().iter().flat_map(|(table, _)| table.iter()) {
        let headings: Vec<&str> = code.0.doc.lines().filter_map(|line| line.strip_prefix(" # ")).collect();
        let headings: Vec<&str> = headings.into_iter().filter(|heading| !heading.starts_with("path")).collect();
        assert_eq!(headings, ["What it means", "Why it matters", "Example", "How to fix"], "{}", code.as_str());
        assert_eq!(code.0.doc.matches("```").count(), 2, "{}", code.as_str());
        assert!(code.summary().len() > 15, "{}: {}", code.as_str(), code.summary());
    }
}
