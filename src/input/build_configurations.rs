//! `build_configurations.yaml`: how components become images, and what is proved of them.

use crate::ir::building::{Branches, Build, Registry, Scans, SupplyChain};
use crate::record;

use super::documents::Document;

record! {
    /// How components become images: registry, builds, scans, proofs of origin, branches.
    pub struct BuildConfigurations as "build configurations" {
        /// Where images are kept. An environment may have another one.
        registry: Registry, optional;
        /// One build a component.
        builds: Vec<Build>, many;
        /// The tools that look for weaknesses, each by name or `none`.
        scans: Scans, optional;
        /// What proves where an image comes from.
        supply_chain: SupplyChain, optional;
        /// The branches and tags that the pipelines know.
        branches: Branches, optional;
    }
}

impl Document for BuildConfigurations {
    fn join(&mut self, fragment: Self) {
        self.registry = self.registry.take().or(fragment.registry);
        self.builds.extend(fragment.builds);
        self.scans = self.scans.take().or(fragment.scans);
        self.supply_chain = self.supply_chain.take().or(fragment.supply_chain);
        self.branches = self.branches.take().or(fragment.branches);
    }
}
