//! `test_specifications.yaml`: what must be proved, by which suites, and how well.

use crate::ir::testing::{QualityGates, Requirement, Suite};
use crate::record;

use super::documents::Document;

record! {
    /// What must be proved: suites of tests, the requirements that they prove, and the gates that evidence must pass.
    pub struct TestSpecifications as "test specifications" {
        /// The suites.
        suites: Vec<Suite>, many;
        /// What the system must do. A suite's `specification` lists the requirements that it proves.
        requirements: Vec<Requirement>, many;
        /// What the evidence must reach.
        quality_gates: QualityGates, optional;
    }
}

impl Document for TestSpecifications {
    fn join(&mut self, fragment: Self) {
        self.suites.extend(fragment.suites);
        self.requirements.extend(fragment.requirements);
        self.quality_gates = self.quality_gates.take().or(fragment.quality_gates);
    }
}
