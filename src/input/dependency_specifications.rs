//! `dependency_specifications.yaml`: datastores, packages, external services, and what they must keep to.

use crate::ir::choice::DatastoreKind;
use crate::ir::datastore::{Backup, DatastoreSize, External, Lifecycle};
use crate::ir::evidence::{DependencyPolicy, PackageRow};
use crate::ir::ownership::Recovery;
use crate::ir::value::{Duration, Name};
use crate::record;
use crate::source::Traced;

use super::documents::Document;

record! {
    /// What the system depends on: datastores, packages, external services, and the policy for them.
    pub struct DependencySpecifications as "dependency specifications" {
        /// The datastores.
        datastores: Vec<DatastoreInput>, many;
        /// The packages that components are made of: one row a component.
        packages: Vec<PackageRow>, many;
        /// Which licences and vulnerabilities may be shipped.
        policy: DependencyPolicy, optional;
        /// Services that somebody else runs.
        external: Vec<External>, many;
    }
}

record! {
    /// A datastore. A field that its kind does not take is an error.
    pub struct DatastoreInput as "datastore" {
        /// What it is called. No component may have the same name.
        name: Traced<Name>, required;
        /// What it is.
        kind: Traced<DatastoreKind>, required;
        /// What it was called before, oldest first. In the cloud it keeps its first name, and with it all that it holds.
        renamed_from: Vec<Traced<Name>>, many;
        /// Its version, as text. For the kinds that run on machines of their own.
        version: Traced<String>, optional;
        /// What it asks for. For the kinds that run on machines of their own.
        size: DatastoreSize, optional;
        /// Whether it outlives the loss of a zone; by default no, with the domain `business` yes.
        high_availability: Traced<bool>, optional;
        /// How many connections it takes at most.
        max_connections: Traced<u64>, optional;
        /// Whether it is encrypted at rest.
        encrypted: Traced<bool>, default "true";
        /// Whether it can be reached from outside of the environment.
        public: Traced<bool>, default "false";
        /// How it is backed up; by default not, with the domain `business` for 7 days.
        backup: Backup, optional;
        /// How long messages are kept: `queue` and `kafka`.
        retention: Traced<Duration>, optional;
        /// Whether messages keep their order: `queue` and `topic`. By default no.
        fifo: Traced<bool>, optional;
        /// Whether old versions of objects are kept: `bucket`. By default no, with the domain `business` yes.
        versioned: Traced<bool>, optional;
        /// Whether its content can be made again from elsewhere, so that no backup is asked for.
        rebuildable: Traced<bool>, default "false";
        /// What may be lost in a disaster; wins over `operations.recovery`.
        recovery: Recovery, optional;
        /// How long a message is hidden from others once it is taken: `queue`.
        visibility_timeout: Traced<Duration>, optional;
        /// After how many failed takes a message goes to the dead letters: `queue`. With the domain `data`: 5.
        dead_letter_after: Traced<u32>, optional;
        /// When objects move to cheaper storage, and when they go: `bucket`.
        lifecycle: Lifecycle, optional;
    }
}

impl Document for DependencySpecifications {
    fn join(&mut self, fragment: Self) {
        self.datastores.extend(fragment.datastores);
        self.packages.extend(fragment.packages);
        self.policy = self.policy.take().or(fragment.policy);
        self.external.extend(fragment.external);
    }
}
