//! `refactoring_log.yaml`: what changed in the code's structure, and which migrations it brings.

use crate::ir::evidence::Refactoring;
use crate::record;

use super::documents::Document;

record! {
    /// What changed in the code's structure. A migration of an entry without `released` becomes a job that runs before
    /// the new version.
    pub struct RefactoringLog as "refactoring log" {
        /// The entries; migrations run in this order.
        entries: Vec<Refactoring>, many;
    }
}

impl Document for RefactoringLog {
    fn join(&mut self, fragment: Self) {
        self.entries.extend(fragment.entries);
    }
}
