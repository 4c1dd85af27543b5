//! Datastores and external services.

use crate::record;
use crate::source::Traced;

use super::Origin;
use super::choice::{DatastoreKind, Protocol};
use super::ownership::Recovery;
use super::value::{Cpu, Duration, HostName, Name, Percent, PortNumber, Size};

record! {
    /// What a datastore asks for.
    pub struct DatastoreSize as "datastore size" {
        /// CPU.
        cpu: Traced<Cpu>, optional;
        /// Memory.
        memory: Traced<Size>, optional;
        /// Storage.
        storage: Traced<Size>, optional;
    }
}
record! {
    /// How a datastore is backed up.
    pub struct Backup as "backup" {
        /// How long backups are kept.
        retention: Traced<Duration>, optional;
        /// Whether any moment of the retention can be brought back.
        point_in_time: Traced<bool>, optional;
        /// The region that backups are copied to.
        cross_region: Traced<String>, optional;
    }
}
record! {
    /// When objects move to cheaper storage and when they go.
    pub struct Lifecycle as "lifecycle" {
        /// To cold storage.
        cold_after: Traced<Duration>, optional;
        /// To the archive.
        archive_after: Traced<Duration>, optional;
        /// Away.
        delete_after: Traced<Duration>, optional;
    }
}
record! {
    /// A service that somebody else runs.
    pub struct External as "external service" {
        /// What it is called.
        name: Traced<Name>, required;
        /// Where it is.
        host: Traced<HostName>, required;
        /// What it listens on.
        port: Traced<PortNumber>, default "443";
        /// What is spoken.
        protocol: Traced<Protocol>, default "https";
        /// What it promises, in percent.
        objective: Traced<Percent>, optional;
    }
}

/// One datastore, with every default in its place.
#[derive(Clone, Debug)]
pub struct Datastore {
    /// The entry in the input.
    pub origin: Origin,
    /// What it is called.
    pub name: Traced<Name>,
    /// What it was called before, oldest first.
    pub renamed_from: Vec<Traced<Name>>,
    /// What it is.
    pub kind: Traced<DatastoreKind>,
    /// Its version.
    pub version: Option<Traced<String>>,
    /// What it asks for.
    pub size: Option<DatastoreSize>,
    /// Whether it outlives the loss of a zone.
    pub high_availability: Traced<bool>,
    /// How many connections it takes.
    pub max_connections: Option<Traced<u64>>,
    /// Whether it is encrypted at rest.
    pub encrypted: Traced<bool>,
    /// Whether it can be reached from outside.
    pub public: Traced<bool>,
    /// How it is backed up.
    pub backup: Option<Backup>,
    /// How long messages are kept.
    pub retention: Option<Traced<Duration>>,
    /// Whether messages keep their order.
    pub fifo: Traced<bool>,
    /// Whether old versions of objects are kept.
    pub versioned: Traced<bool>,
    /// Whether it can be made again from elsewhere.
    pub rebuildable: Traced<bool>,
    /// What may be lost in a disaster; wins over the system's.
    pub recovery: Option<Recovery>,
    /// How long a message is hidden from others once taken.
    pub visibility_timeout: Option<Traced<Duration>>,
    /// After how many failed takes a message goes to the dead letters.
    pub dead_letter_after: Option<Traced<u32>>,
    /// When objects move and go.
    pub lifecycle: Option<Lifecycle>,
}

impl Datastore {
    /// What the cloud calls it: as it was called first, since another name would be another datastore.
    #[must_use]
    pub fn first_name(&self) -> &Traced<Name> {
        self.renamed_from.first().unwrap_or(&self.name)
    }

    /// Whether it holds what can't be made again.
    #[must_use]
    pub fn is_stateful(&self) -> bool {
        use DatastoreKind::{Bucket, Mongodb, Mysql, Postgres};
        matches!(self.kind.value, Postgres | Mysql | Mongodb | Bucket) && !self.rebuildable.value
    }

    /// Whether it runs in the environment's network, rather than behind the cloud's own endpoint.
    #[must_use]
    pub fn is_in_network(&self) -> bool {
        use DatastoreKind::{Bucket, Queue, Topic};
        !matches!(self.kind.value, Queue | Topic | Bucket)
    }
}
