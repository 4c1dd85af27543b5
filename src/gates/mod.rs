//! The gates: does the evidence carry a release? One file a gate; its doc comment is what `pathc explain` prints.
//!
//! A gate judges the system and the finished plans, so it sees sizes, alerts and names as they will be. Targets can only
//! be called with [`Checked`], and only [`check`] makes one: proof before emission.
//!
//! To add a gate: write `gNNN_slug.rs` with a `gate!` and a `check` function, add one line to [`ALL`], and a failing
//! fixture `fixtures/fail/GNNN-slug/`.

pub mod engine;
pub mod gate;

mod g304_rollback_untested;
mod g706_waiver_expired;

pub use engine::{Judgement, Settings, Stage, check};
pub use gate::{Context, Finding, Findings, Gate};

use crate::plan::Plans;

/// All gates, by code.
pub const ALL: &[&Gate] = &[&g304_rollback_untested::GATE, &g706_waiver_expired::GATE];

/// A gate by its code.
#[must_use]
pub fn by_code(code: &str) -> Option<&'static Gate> {
    ALL.iter().copied().find(|gate| gate.code.as_str() == code)
}

/// Plans that passed every gate. Holds nothing else of the system, so that a target reads nothing else.
#[derive(Debug)]
pub struct Checked {
    plans: Plans,
}

impl Checked {
    /// The plans.
    #[must_use]
    pub fn plans(&self) -> &Plans {
        &self.plans
    }
}
