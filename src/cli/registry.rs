//! What the rooms register, in one place each: codes, rules, records with defaults.

use crate::diag::{Code, code};
use crate::source::decode::nearest;
use crate::source::{RecordShape, RuleEntry};
use crate::{gates, import, input, output, plan, profile, targets};

/// All codes: of the language, of gates, outputs and targets.
pub(super) fn codes() -> Vec<Code> {
    let gates = gates::ALL.iter().map(|gate| gate.code);
    let tables = [code::LANGUAGE, code::OUTPUT, code::TARGET];
    let mut codes: Vec<Code> = tables.into_iter().flatten().copied().chain(gates).collect();
    codes.sort();
    codes
}

/// A code by its name or slug, in any case.
pub(super) fn code(text: &str) -> Option<Code> {
    codes().into_iter().find(|code| code.as_str().eq_ignore_ascii_case(text) || code.slug().eq_ignore_ascii_case(text))
}

/// The name or slug that was most probably meant.
pub(super) fn near_code(text: &str) -> Option<&'static str> {
    nearest(text, codes().into_iter().flat_map(|code| [code.as_str(), code.slug()]))
}

/// The rules of every room.
pub(super) const RULES: &[&[RuleEntry]] = &[
    input::rules::TABLE,
    profile::rules::TABLE,
    plan::infrastructure::rules::TABLE,
    plan::pipeline::rules::TABLE,
    plan::monitoring::rules::TABLE,
    plan::aws::rules::TABLE,
    targets::grafana::rules::TABLE,
    targets::cloudformation::rules::TABLE,
    targets::kubernetes::rules::TABLE,
    targets::operations::rules::TABLE,
    targets::terraform::rules::TABLE,
    targets::prometheus::rules::TABLE,
    targets::github_actions::rules::TABLE,
    output::rule::TABLE,
    import::rows::TABLE,
];

/// Every record of the language.
pub(super) fn records() -> Vec<&'static RecordShape> {
    let mut records = Vec::new();
    for document in input::DOCUMENTS {
        (document.shape)().visit_records(&mut records);
    }
    records
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn each_code_and_slug_is_used_once() {
        let codes = codes();
        let words: BTreeSet<&str> = codes.iter().flat_map(|code| [code.as_str(), code.slug()]).collect();
        assert_eq!(words.len(), codes.len() * 2);
    }

    #[test]
    fn each_rule_has_a_number_and_a_text_of_its_own() {
        let rules: Vec<&RuleEntry> = RULES.iter().flat_map(|table| table.iter()).collect();
        let numbers: BTreeSet<_> = rules.iter().map(|entry| entry.rule).collect();
        assert_eq!(numbers.len(), rules.len());
        assert!(rules.iter().all(|entry| !entry.name.is_empty() && !entry.text.is_empty()));
    }

    /// The numbers of the rooms whose sources declare a table of rules.
    fn rooms_with_rules(folder: &Path, found: &mut BTreeSet<u16>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rooms_with_rules(&path, found);
            } else if !path.ends_with("source/origin.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let declared =
                    text.split("rules! {").skip(1).filter_map(|rest| rest.trim_start().strip_prefix("room "));
                found.extend(declared.filter_map(|rest| rest.split(';').next()?.parse::<u16>().ok()));
            }
        }
    }

    #[test]
    fn every_room_with_rules_is_registered() {
        let mut rooms = BTreeSet::new();
        rooms_with_rules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut rooms);
        let registered: BTreeSet<u16> =
            RULES.iter().filter_map(|table| table.first()).map(|entry| entry.rule.0 >> 8).collect();
        assert!(rooms.len() > 4, "{rooms:?}");
        assert_eq!(rooms, registered);
    }
}
