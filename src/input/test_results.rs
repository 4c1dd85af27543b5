//! `test_results.yaml`: how the suites went, what was drilled, and how the last weeks were.

use crate::ir::evidence::{Drill, History, SuiteResult};
use crate::ir::value::{Commit, Time};
use crate::record;
use crate::source::Traced;

use super::documents::Document;

record! {
    /// How the suites went, which emergencies were drilled, and how the last weeks were.
    pub struct TestResults as "test results" {
        /// The commit that was tested. A row's own `commit` wins.
        commit: Traced<Commit>, required;
        /// When it was tested. A row's own `generated_at` wins.
        generated_at: Traced<Time>, required;
        /// One row a suite, or a suite and component where a suite tests several.
        suites: Vec<SuiteResult>, many;
        /// Emergencies that were exercised.
        drills: Vec<Drill>, many;
        /// How builds and deployments went in the last weeks.
        history: History, optional;
    }
}

impl Document for TestResults {
    fn settle(&mut self) {
        for row in &mut self.suites {
            row.commit.get_or_insert_with(|| self.commit.clone());
            row.generated_at.get_or_insert(self.generated_at);
        }
    }

    fn join(&mut self, fragment: Self) {
        self.suites.extend(fragment.suites);
        self.drills.extend(fragment.drills);
        self.history = self.history.take().or(fragment.history);
    }
}
