//! The facts about EKS that stand beside those of Kubernetes: its version, add-ons, and what charts ask of AWS.

use super::aws::StatementFact;
use super::{Fact, SpecFile};
use crate::source::Traced;

/// What planning needs to know of EKS.
#[derive(Debug)]
pub struct EksSpec {
    /// The minor version of Kubernetes.
    pub version: Traced<String>,
    /// What EKS itself installs, in order.
    pub add_ons: Vec<AddOnFact>,
    /// Who assumes the roles of pods.
    pub pod_principal: Traced<String>,
    /// The keys by which a trust asks for the cluster, the namespace and the ServiceAccount of a pod.
    pub pod_keys: [Traced<String>; 3],
    /// What charts ask of AWS, by the chart's name in the spec.
    pub identities: Vec<ChartIdentity>,
}

/// What EKS itself installs.
#[derive(Debug)]
pub struct AddOnFact {
    /// Its name.
    pub name: Traced<String>,
    /// Its version.
    pub version: Traced<String>,
    /// Its configuration.
    pub configuration: Vec<(Traced<String>, Traced<String>)>,
    /// Who it is to AWS, where it asks for anything.
    pub identity: Option<AddOnIdentity>,
}

/// Who an add-on is to AWS.
#[derive(Debug)]
pub struct AddOnIdentity {
    /// The namespace of its ServiceAccount.
    pub namespace: Traced<String>,
    /// Its ServiceAccount.
    pub service_account: Traced<String>,
    /// The ARN of the policy that it needs.
    pub policy: Traced<String>,
}

/// What a chart asks of AWS.
#[derive(Debug)]
pub struct ChartIdentity {
    /// What the spec calls the chart.
    pub part: Traced<String>,
    /// Where it is installed.
    pub namespace: Traced<String>,
    /// Its ServiceAccount.
    pub service_account: Traced<String>,
    /// What it may do.
    pub statements: Vec<StatementFact>,
}

impl EksSpec {
    /// Looks the facts up; what is missing is recorded.
    pub fn read(file: &mut SpecFile<'_>) -> EksSpec {
        let mut add_ons = Vec::new();
        for name in file.texts(&["platform_parts", "addons"]) {
            match file.find(&["addons", &name]).and_then(add_on) {
                Some(found) => add_ons.push(found),
                None => file.missing(&["addons", &name], "mapping with a name and a version"),
            }
        }
        let charts = file.find(&["charts"]).into_iter().flat_map(|fact| fact.entries());
        EksSpec {
            version: file.text(&["kubernetes_version", "minor"]),
            add_ons,
            pod_principal: file.text(&["pod_identity", "trust_principal"]),
            pod_keys: ["cluster", "namespace", "service_account"]
                .map(|tag| file.text(&["pod_identity", "request_tags", tag])),
            identities: charts.filter_map(|(part, fact)| identity(part, fact)).collect(),
        }
    }

    /// What a chart asks of AWS, where it asks for anything.
    #[must_use]
    pub fn identity(&self, part: &str) -> Option<&ChartIdentity> {
        self.identities.iter().find(|identity| identity.part.value == part)
    }
}

fn add_on(fact: Fact<'_>) -> Option<AddOnFact> {
    let text = |key: &str| fact.get(key).filter(|fact| !fact.is_null()).and_then(Fact::scalar::<String>);
    let configuration = fact.get("configuration").into_iter().flat_map(|fact| fact.entries());
    let identity = || {
        let namespace = text("namespace")?;
        Some(AddOnIdentity { namespace, service_account: text("service_account")?, policy: text("managed_policy")? })
    };
    Some(AddOnFact {
        name: text("name")?,
        version: text("version")?,
        configuration: configuration
            .filter_map(|(key, value)| Some((key.map(str::to_owned), value.scalar()?)))
            .collect(),
        identity: identity(),
    })
}

fn identity(part: Traced<&str>, fact: Fact<'_>) -> Option<ChartIdentity> {
    let text = |key: &str| fact.get(key).filter(|fact| !fact.is_null()).and_then(Fact::scalar::<String>);
    let statements = fact.get("permissions").filter(|fact| !fact.is_null()).map(StatementFact::of)?;
    Some(ChartIdentity {
        part: part.map(str::to_owned),
        namespace: text("namespace")?,
        service_account: text("service_account")?,
        statements,
    })
}
