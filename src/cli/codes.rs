//! Every code there is, from every room, in one list.

use crate::diag::{Code, code};
use crate::gates;
use crate::source::decode::nearest;

/// All codes: of the language, of gates, outputs and targets.
pub(super) fn all() -> Vec<Code> {
    let gates = gates::ALL.iter().map(|gate| gate.code);
    code::LANGUAGE
        .iter()
        .copied()
        .chain(gates)
        .chain(code::OUTPUT.iter().copied())
        .chain(code::TARGET.iter().copied())
        .collect()
}

/// A code by its name or slug, in any case.
pub(super) fn find(text: &str) -> Option<Code> {
    all().into_iter().find(|code| code.as_str().eq_ignore_ascii_case(text) || code.slug().eq_ignore_ascii_case(text))
}

/// The name or slug that was most probably meant.
pub(super) fn near(text: &str) -> Option<&'static str> {
    nearest(text, all().into_iter().flat_map(|code| [code.as_str(), code.slug()]))
}
