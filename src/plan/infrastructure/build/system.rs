//! The system as a whole: who it is, what its cluster has, where its images are kept.

use std::sync::Arc;

use crate::diag::{Diagnostic, code};
use crate::ir::choice::{Installed, Runtime};
use crate::ir::ownership::Owner;
use crate::ir::value::Duration;
use crate::ir::{Origin, System, Traced};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::templates::{OwnerTemplate, PlatformTemplate, RegistryTemplate, SystemTemplate};
use crate::source::Scalar;
use crate::spec::Specs;

pub(super) fn template(system: &System, owner: Option<Arc<OwnerTemplate>>) -> SystemTemplate {
    let retention = system.operations.as_ref().and_then(|operations| operations.retention.as_ref());
    SystemTemplate {
        origin: system.origin,
        name: system.name.clone(),
        description: system.description.clone(),
        domain: system.domain,
        repository: system.repository.clone(),
        owner,
        cloud: system.cloud,
        runtime: system.runtime,
        provisioner: system.provisioner,
        compliance: system.compliance.clone(),
        inputs: system.inputs.with(system.inputs.write().into_owned()),
        log_retention: retention.map_or(Traced::by_rule(Duration::days(30), rules::RETENTION), |kept| kept.logs),
        audit_retention: retention.map_or(Traced::by_rule(Duration::days(365), rules::RETENTION), |kept| kept.audit),
        monthly_usd: system.budget.as_ref().map(|budget| budget.monthly_usd),
    }
}

pub(super) fn owner(owner: &Owner) -> OwnerTemplate {
    OwnerTemplate {
        origin: owner.origin,
        team: owner.team.clone(),
        contact: owner.contact.clone(),
        oncall_service: owner.oncall.as_ref().map(|oncall| oncall.target().with(oncall.key().to_owned())),
        oncall_target: owner.oncall.as_ref().map(|oncall| oncall.target().clone()),
    }
}

pub(super) fn platform(system: &System, specs: &Specs, problems: &mut Vec<Diagnostic>) -> PlatformTemplate {
    let given = &system.platform;
    let installed = |stated: Option<Traced<Installed>>, pinned: Option<Origin>| {
        stated.unwrap_or_else(|| match pinned {
            Some(chart) => Traced::new(Installed::Managed, chart),
            None => Traced::by_rule(Installed::Present, rules::PRESENT),
        })
    };
    // On ECS nothing is installed beside the components, so that somebody has to say which Prometheus there is.
    let asked = |target: &str| {
        system.targets.as_ref().is_none_or(|targets| targets.iter().any(|choice| choice.name.value == target))
    };
    if system.runtime.value == Runtime::Ecs
        && given.prometheus_url.is_none()
        && (asked("prometheus") || asked("grafana"))
    {
        problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                system.runtime.origin,
                "the monitoring targets need a Prometheus, and `ecs` brings none",
                "components run here",
            )
            .help("add `platform: {prometheus: {url: …}}`, or leave `prometheus` and `grafana` out of `targets`"),
        );
    }
    PlatformTemplate {
        origin: system.origin,
        ingress: given.ingress,
        rollouts: installed(given.rollouts, specs.platform.rollouts),
        keda: installed(given.keda, specs.platform.keda),
        external_secrets: installed(given.external_secrets, specs.platform.external_secrets),
        prometheus_url: given.prometheus_url.clone().unwrap_or_else(|| specs.platform.prometheus_url.clone()),
        prometheus_managed: match &given.prometheus_url {
            Some(url) => url.with(false),
            None => Traced::by_rule(system.runtime.value == Runtime::Kubernetes, rules::MANAGED),
        },
        alertmanager_url: given.alertmanager_url.clone(),
        grafana_url: given.grafana_url.clone(),
    }
}

pub(super) fn registry(system: &System) -> Option<RegistryTemplate> {
    let registry = system.registry.as_ref()?;
    Some(RegistryTemplate { origin: registry.origin, url: registry.url.clone(), auth: registry.auth })
}
