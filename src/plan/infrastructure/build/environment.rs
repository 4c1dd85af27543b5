//! One environment: its place in the cloud, its network, its datastores and what runs in it.

use super::peers::{Known, Secrets};
use super::{Place, datastores, images, ports, quota, variables};
use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::ir::choice::{ComponentKind, Domain};
use crate::ir::component::{Component, Port, Variable};
use crate::ir::environment::Deployment;
use crate::ir::value::{HostName, VariableName};
use crate::plan::Encode;
use crate::plan::infrastructure::environments::{EnvironmentPlan, NetworkPlan, RoutePlan, WorkloadPlan};
use crate::plan::infrastructure::rules;
use crate::source::Scalar;

pub(super) fn plan(
    place: &Place<'_>,
    known: &Known<'_>,
    network: NetworkPlan,
    problems: &mut Vec<Diagnostic>,
) -> EnvironmentPlan {
    let environment = place.environment;
    let datastores: Vec<_> =
        environment.datastores.iter().map(|datastore| datastores::plan(place, datastore)).collect();
    let secrets = Secrets::of(&datastores);
    let workload = |deployment| workload(place, known, &secrets, deployment, problems);
    let workloads = environment.deployments.iter().map(workload).collect();
    drop(secrets);
    let cluster_name = format!("{}-{}", place.system.name, environment.name);
    EnvironmentPlan {
        origin: environment.origin,
        name: environment.name.clone(),
        kind: environment.kind,
        promotes_from: environment.promotes_from.clone(),
        region: environment.region.clone(),
        account: environment.account.clone(),
        cluster: environment.cluster.clone().unwrap_or_else(|| Traced::by_rule(cluster_name, rules::CLUSTER_NAME)),
        cluster_exists: Traced::by_rule(environment.cluster.is_some(), rules::EXISTING_CLUSTER),
        namespace: environment.namespace.clone(),
        domain: environment.domain.clone(),
        zone_id: environment.zone_id.clone(),
        availability_zones: environment.availability_zones,
        network,
        pull_secret: images::pull_secret(place),
        quota: quota::plan(place),
        datastores,
        externals: environment.externals.iter().map(datastores::external).collect(),
        workloads,
        monthly_usd: environment.budget.as_ref().map(|budget| budget.monthly_usd),
        // Known when the cloud's resources are.
        estimate: None,
    }
}

fn workload(
    place: &Place<'_>,
    known: &Known<'_>,
    secrets: &Secrets<'_>,
    deployment: &Deployment,
    problems: &mut Vec<Diagnostic>,
) -> WorkloadPlan {
    let component = place.system.component(deployment.component);
    let resources = &deployment.resources;
    // A result is led back to the data's version by what ran.
    let is_labelled = component.domain.value == Domain::Data;
    let version = |ending: &str| {
        let said = |(name, value): (&Traced<VariableName>, &Variable)| match value {
            Variable::Text(text) if name.as_str().to_ascii_lowercase().ends_with(ending) => {
                Some(text.with(text.to_string()))
            }
            _ => None,
        };
        is_labelled.then(|| deployment.env.iter().find_map(said)).flatten()
    };
    let mut plan = WorkloadPlan {
        origin: deployment.origin,
        component: component.name.clone(),
        image: match component.kind.value {
            ComponentKind::Website => None, // Files, and no image.
            _ => images::plan(place, component, problems).map(|image| known.image(component.name.as_str(), image)),
        },
        cpu: resources.cpu,
        memory: resources.memory,
        cpu_limit: resources.cpu_limit,
        memory_limit: resources.memory_limit,
        variables: variables::plan(place, known, secrets, component, deployment, problems),
        secret_files: variables::secret_files(place, component, deployment),
        routes: component
            .ports
            .iter()
            .filter(|port| port.public.value)
            .map(|port| route(place, component, port, problems))
            .collect(),
        model_version: version("model_version"),
        schema_version: version("schema_version"),
    };
    plan.shrink();
    plan
}

fn route(place: &Place<'_>, component: &Component, port: &Port, problems: &mut Vec<Diagnostic>) -> RoutePlan {
    RoutePlan {
        origin: port.origin,
        port: port.name.clone(),
        edge: port.edge.clone(),
        host: host(place, component, port, problems),
        prefix: ports::prefix(port),
    }
}

/// The host of a public port: a label below the environment's domain, or the domain itself.
fn host(
    place: &Place<'_>,
    component: &Component,
    port: &Port,
    problems: &mut Vec<Diagnostic>,
) -> Option<Traced<HostName>> {
    match (&port.host, &place.environment.domain) {
        (None, domain) => domain.clone(),
        (Some(label), Some(domain)) => match HostName::read(&format!("{label}.{domain}")) {
            Ok(host) => Some(label.with(host)),
            Err(_) => {
                problems.push(
                    Diagnostic::new(
                        code::NAME_OVER_LIMIT,
                        label.origin,
                        format!("`{label}.{domain}` is no host name"),
                        "the label",
                    )
                    .label(domain.origin, "the domain")
                    .help("a host name has at most 253 characters"),
                );
                None
            }
        },
        (Some(label), None) => {
            problems.push(
                Diagnostic::new(
                    code::CANNOT_EXPRESS,
                    label.origin,
                    format!("`{label}` of `{}` lies below no domain in `{}`", component.name, place.environment.name),
                    "a label below the environment's domain",
                )
                .label(place.environment.origin, "this environment has no `domain`")
                .help("add `domain:` to the environment"),
            );
            None
        }
    }
}
