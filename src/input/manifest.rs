//! `pathc.yaml`: what the system is called, where it runs, and what is asked of it.

use crate::ir::choice::{Cloud, Domain, Framework, IngressController, Installed, Level, Provisioner, Runtime};
use crate::ir::ownership::{Budget, Owner, Waiver};
use crate::ir::value::{Name, RepositoryPath};
use crate::record;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Shape, Table, Traced};

use super::form::Nullable;

record! {
    /// The manifest, at the root of the repository. `pathc` looks for it from the working folder upwards.
    pub struct Manifest as "manifest" {
        /// What the system is called: the prefix of every generated resource.
        system: Traced<Name>, required;
        /// What the system is, in a sentence.
        description: Traced<String>, optional;
        /// The domain profile, which sets defaults and adds gates. A component may have another one.
        domain: Traced<Domain>, default "business";
        /// The repository as `github.com/OWNER/NAME`: for the pipelines' identity in the cloud, image labels and links.
        repository: Traced<String>, optional;
        /// The folder of the nine input documents.
        inputs: Traced<RepositoryPath>, default "path";
        /// Who answers for each component that names nobody: also where its alerts go.
        owner: Owner, optional;
        /// The cloud.
        cloud: Traced<Cloud>, default "aws";
        /// Where components run.
        runtime: Traced<Runtime>, default "kubernetes";
        /// Which of the two infrastructure targets the pipelines apply.
        provisioner: Traced<Provisioner>, default "terraform";
        /// What the cluster already has.
        platform: PlatformInput, optional;
        /// The targets that are built: a list of names, or a mapping from name to options. By default every target that
        /// the runtime and the cloud call for.
        targets: TargetsInput, optional;
        /// The frameworks that the system complies with; each turns on its controls.
        compliance: Vec<Traced<Framework>>, many;
        /// What the system may cost.
        budget: Budget, optional;
        /// Levels of gates by code, as a compiler's lint levels: `G208: allow`.
        levels: Table<String, Traced<Level>>, many;
        /// Findings that a person has decided to let pass for a while.
        waivers: Vec<Waiver>, many;
    }
}

record! {
    /// What the cluster has. Each controller is `managed` (pathc installs the pinned one) or `present`; by default
    /// managed where pathc pins it, else present.
    pub struct PlatformInput as "platform" {
        /// What makes load balancers of ingresses.
        ingress: Traced<IngressController>, default "alb";
        /// Argo Rollouts, for canary and blue-green.
        rollouts: Traced<Installed>, optional;
        /// KEDA, for scaling by queues and metrics.
        keda: Traced<Installed>, optional;
        /// The External Secrets Operator.
        external_secrets: Traced<Installed>, optional;
        /// A Prometheus that exists. With `runtime: ecs` the monitoring targets need it.
        prometheus: AddressInput, optional;
        /// An Alertmanager that exists.
        alertmanager: AddressInput, optional;
        /// A Grafana that exists.
        grafana: AddressInput, optional;
    }
}

record! {
    /// Where a service that exists is reached.
    pub struct AddressInput as "address" {
        /// Its URL.
        url: Traced<String>, required;
    }
}

record! {
    /// Options of one target.
    pub struct TargetOptions as "target options" {
        /// The folder that its files go to, from the repository's root; by default the target's own.
        out: Traced<RepositoryPath>, optional;
        /// `github-actions`: the command by which a pipeline installs pathc; by default the version that generated it, from
        /// the registry of Rust.
        install: Traced<String>, optional;
    }
}

/// The targets that are built.
#[derive(Clone, Debug)]
pub struct TargetsInput {
    /// Each target with its options, in the order written.
    pub targets: Vec<(Traced<String>, Option<TargetOptions>)>,
}

impl Decode for TargetsInput {
    fn shape() -> Shape {
        Shape::OneOf(vec![Vec::<String>::shape(), Table::<String, Nullable<TargetOptions>>::shape()])
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        let targets = if decoder.tree().entries(node).is_some() {
            let table = Table::<String, Nullable<TargetOptions>>::decode(decoder, node)?;
            table.entries.into_iter().map(|(name, options)| (name, options.value)).collect()
        } else {
            Vec::decode(decoder, node)?.into_iter().map(|name| (name, None)).collect()
        };
        Some(TargetsInput { targets })
    }
}
