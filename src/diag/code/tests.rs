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
        // A comment of an example begins like a heading: what stands between fences is left out.
        let prose = code.0.doc.split("```").step_by(2).flat_map(str::lines);
        let headings: Vec<&str> = prose.filter_map(|line| line.strip_prefix(" # ")).collect();
        assert_eq!(headings, ["What it means", "Why it matters", "Example", "How to fix"], "{}", code.as_str());
        assert_eq!(code.0.doc.matches("```").count(), 2, "{}", code.as_str());
        assert!(code.summary().len() > 15, "{}: {}", code.as_str(), code.summary());
    }
}
