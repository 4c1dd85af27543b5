//! `test_coverage_report.yaml`: how much of each component its tests cover.

use crate::ir::evidence::CoverageRow;
use crate::ir::value::{Commit, Time};
use crate::record;
use crate::source::Traced;

use super::documents::Document;

record! {
    /// How much of each component its tests cover.
    pub struct TestCoverageReport as "test coverage report" {
        /// What measured.
        tool: Traced<String>, optional;
        /// The commit that was measured. A row's own `commit` wins.
        commit: Traced<Commit>, required;
        /// When it was measured. A row's own `generated_at` wins.
        generated_at: Traced<Time>, required;
        /// One row a component.
        components: Vec<CoverageRow>, many;
    }
}

impl Document for TestCoverageReport {
    fn settle(&mut self) {
        for row in &mut self.components {
            row.commit.get_or_insert_with(|| self.commit.clone());
            row.generated_at.get_or_insert(self.generated_at);
        }
    }

    fn join(&mut self, fragment: Self) {
        self.components.extend(fragment.components);
    }
}
