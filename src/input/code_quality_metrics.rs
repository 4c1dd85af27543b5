//! `code_quality_metrics.yaml`: what static analysis found in each component.

use crate::ir::evidence::{QualityRow, QualityThresholds};
use crate::ir::value::{Commit, Time};
use crate::record;
use crate::source::Traced;

use super::documents::Document;

record! {
    /// What static analysis found in each component, and what it may find at most.
    pub struct CodeQualityMetrics as "code quality metrics" {
        /// What measured.
        tool: Traced<String>, optional;
        /// The commit that was measured. A row's own `commit` wins.
        commit: Traced<Commit>, optional;
        /// When it was measured. A row's own `generated_at` wins.
        generated_at: Traced<Time>, optional;
        /// One row a component.
        components: Vec<QualityRow>, many;
        /// What code must reach.
        thresholds: QualityThresholds, optional;
    }
}

impl Document for CodeQualityMetrics {
    fn settle(&mut self) {
        for row in &mut self.components {
            row.commit = row.commit.take().or_else(|| self.commit.clone());
            row.generated_at = row.generated_at.or(self.generated_at);
        }
    }

    fn join(&mut self, fragment: Self) {
        self.components.extend(fragment.components);
        self.thresholds = self.thresholds.take().or(fragment.thresholds);
    }
}
