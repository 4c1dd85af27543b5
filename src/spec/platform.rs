//! What planning needs to know of the platform: ports of datastores, parts that are pinned, room that is left.

use std::collections::BTreeMap;

use super::SpecFile;
use crate::ir::choice::DatastoreKind;
use crate::ir::value::{CountOrPercent, Cpu, Duration, PortNumber, Size};
use crate::source::{Origin, Scalar, Traced};

/// Facts of the spec `kubernetes` that decisions rest on.
#[derive(Debug)]
pub struct PlatformSpec {
    datastore_ports: BTreeMap<DatastoreKind, Traced<PortNumber>>,
    plain_ports: BTreeMap<DatastoreKind, Traced<PortNumber>>,
    /// The chart of Argo Rollouts, where its version is known.
    pub rollouts: Option<Origin>,
    /// The chart of KEDA, where its version is known.
    pub keda: Option<Origin>,
    /// The chart of External Secrets, where its version is known.
    pub external_secrets: Option<Origin>,
    /// The address of the Prometheus that is installed with the platform.
    pub prometheus_url: Traced<String>,
    /// The share of all requests that is kept free for rollouts, in percent.
    pub quota_headroom: Traced<u32>,
    /// CPU of a container that asks for none.
    pub default_cpu: Traced<Cpu>,
    /// Memory of a container that asks for none.
    pub default_memory: Traced<Size>,
    /// Memory at most of a container that states none.
    pub default_memory_limit: Traced<Size>,
    /// How many replicas may be away at once for maintenance.
    pub max_unavailable: Traced<CountOrPercent>,
    /// How long scaling waits before it takes replicas away.
    pub cooldown: Traced<Duration>,
}

impl PlatformSpec {
    /// Looks the facts up; what is missing is recorded.
    pub fn read(file: &mut SpecFile<'_>) -> PlatformSpec {
        let (mut datastore_ports, mut plain_ports) = (BTreeMap::new(), BTreeMap::new());
        for kind in DatastoreKind::ALL {
            let port = required(file, &["datastore_ports", kind.as_str(), "port"], PortNumber(443));
            datastore_ports.insert(*kind, port);
            let plain = file.find(&["datastore_ports", kind.as_str(), "plain"]).and_then(|fact| fact.scalar());
            plain_ports.extend(plain.map(|plain| (*kind, plain)));
        }
        let chart = |file: &SpecFile<'_>, part| Some(file.find(&["charts", part, "version"])?.origin());
        let seconds: Traced<u32> =
            file.scalar(&["defaults", "hpa_behavior", "scale_down", "stabilization_window_seconds"]);
        let limits = |of, resource| ["defaults", "limit_range", of, resource];
        PlatformSpec {
            datastore_ports,
            plain_ports,
            rollouts: chart(file, "argo_rollouts"),
            keda: chart(file, "keda"),
            external_secrets: chart(file, "external_secrets"),
            prometheus_url: file.text(&["monitoring_stack", "prometheus_url"]),
            quota_headroom: file.scalar(&["defaults", "resource_quota", "headroom_percent"]),
            default_cpu: required(file, &limits("default_request", "cpu"), Cpu { millicores: 0 }),
            default_memory: required(file, &limits("default_request", "memory"), Size { bytes: 0 }),
            default_memory_limit: required(file, &limits("default_limit", "memory"), Size { bytes: 0 }),
            max_unavailable: required(
                file,
                &["defaults", "pod_disruption_budget", "max_unavailable"],
                CountOrPercent::Count(1),
            ),
            cooldown: seconds.map(|seconds| Duration::seconds(u64::from(seconds))),
        }
    }

    /// What a datastore of this kind is reached on: its own port, or that of the cloud's endpoint.
    #[must_use]
    pub fn datastore_port(&self, kind: DatastoreKind) -> Traced<PortNumber> {
        self.datastore_ports[&kind]
    }

    /// What a container of it listens on in a test, where nobody encrypts.
    #[must_use]
    pub fn plain_port(&self, kind: DatastoreKind) -> Traced<PortNumber> {
        self.plain_ports.get(&kind).copied().unwrap_or_else(|| self.datastore_port(kind))
    }
}

/// A fact that must be there; `stand_in` and a T002 where it is not.
fn required<T: Scalar>(file: &mut SpecFile<'_>, path: &[&str], stand_in: T) -> Traced<T> {
    match file.find(path).and_then(|fact| fact.scalar()) {
        Some(value) => value,
        None => {
            file.missing(path, T::SHAPE.name);
            Traced::new(stand_in, file.origin())
        }
    }
}
