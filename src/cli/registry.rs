//! What the rooms register, in one place each: codes, rules, records with defaults.

use crate::diag::{Code, code};
use crate::source::decode::nearest;
use crate::source::{RecordShape, RuleEntry};
use crate::{gates, input, output, plan, profile, targets};

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
    targets::kubernetes::rules::TABLE,
    output::rule::TABLE,
];

/// Every record of the language.
pub(super) fn records() -> Vec<&'static RecordShape> {
    let mut records = Vec::new();
    for document in input::DOCUMENTS {
        (document.shape)().visit_records(&mut records);
    }
    records
}
