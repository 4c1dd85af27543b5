//! What Grafana reads at its start: where series come from, and where the dashboards are.

use super::{path, rules};
use crate::ir::Origin;
use crate::ir::choice::Runtime;
use crate::output::{Content, Doc, Files};
use crate::plan::Plans;
use crate::spec::GrafanaSpec;
use crate::spec::kubernetes::Chart;
use crate::targets::shared::header::header;
use crate::targets::shared::value::{by, number};

/// All that these files are printed from.
#[derive(Clone, Copy)]
pub(super) struct Provisioning<'a> {
    pub(super) plans: &'a Plans,
    pub(super) spec: &'a GrafanaSpec,
    pub(super) stack: Option<&'a Chart>,
}

/// Adds the provisioning files.
pub(super) fn files<'a>(place: Provisioning<'a>, files: &mut Files<'a>) {
    let system = &place.plans.infrastructure.templates.system;
    files.add(format!("provisioning/datasources/{}.yaml", system.name), move || {
        Content::yaml(header(system), vec![datasources(place)])
    });
    files.add(format!("provisioning/dashboards/{}.yaml", system.name), move || {
        Content::yaml(header(system), vec![providers(place)])
    });
    let is_managed = place.plans.infrastructure.templates.platform.prometheus_managed.value;
    if let Some(stack) = place.stack.filter(|_| system.runtime.value == Runtime::Kubernetes && is_managed) {
        files.add("kustomization.yaml", move || Content::yaml(header(system), vec![kustomization(place, stack)]));
    }
}

/// The dashboards as ConfigMaps, for the Grafana of a cluster's own monitoring stack.
fn kustomization(place: Provisioning<'_>, stack: &Chart) -> Doc {
    let origin = Origin::rule(rules::CONFIG_MAP);
    let dashboards = &place.plans.monitoring.dashboards.dashboards;
    let maps = dashboards.heads().map(|head| {
        // Files of all ConfigMaps lie in one folder, so that each has a name of its own.
        let file = head.uid.with(format!("{}.json={}", head.uid, path(head)));
        let file = Doc::list([Doc::Text(file.value.into(), file.origin)], origin);
        Doc::from(by(rules::CONFIG_MAP).with("name", Doc::traced(&head.uid)).with("files", file))
    });
    let label =
        by(rules::CONFIG_MAP).with(place.spec.sidecar_label.value.clone(), Doc::traced(&place.spec.sidecar_value));
    let options = by(rules::CONFIG_MAP).bool("disableNameSuffixHash", true).with("labels", label);
    by(rules::CONFIG_MAP)
        .with("apiVersion", Doc::traced(&place.spec.kustomization_version))
        .text("kind", "Kustomization")
        .with("namespace", Doc::traced(&stack.namespace))
        .with("generatorOptions", options)
        .with("configMapGenerator", Doc::list(maps, origin))
        .into()
}

fn datasources(place: Provisioning<'_>) -> Doc {
    let facts = &place.spec.prometheus;
    let platform = &place.plans.infrastructure.templates.platform;
    let prometheus = by(rules::PROVISIONING)
        .with("name", Doc::traced(&facts.name))
        .with("uid", Doc::traced(&facts.uid))
        .with("type", Doc::traced(&facts.kind))
        .text("access", "proxy")
        .with("url", Doc::traced(&platform.prometheus_url))
        .bool("isDefault", true)
        .bool("editable", false);
    let mut list = vec![prometheus.into()];
    list.extend(platform.alertmanager_url.as_ref().map(|url| {
        let facts = &place.spec.alertmanager;
        let data = by(rules::PROVISIONING).with("implementation", Doc::traced(&place.spec.alertmanager_implementation));
        Doc::from(
            by(rules::PROVISIONING)
                .with("name", Doc::traced(&facts.name))
                .with("uid", Doc::traced(&facts.uid))
                .with("type", Doc::traced(&facts.kind))
                .text("access", "proxy")
                .with("url", Doc::traced(url))
                .bool("editable", false)
                .with("jsonData", data),
        )
    }));
    let version = number(&place.spec.provisioning.api_version);
    let origin = Origin::rule(rules::PROVISIONING);
    by(rules::PROVISIONING).with("apiVersion", version).with("datasources", Doc::list(list, origin)).into()
}

fn providers(place: Provisioning<'_>) -> Doc {
    let facts = &place.spec.provisioning;
    let name = &place.plans.infrastructure.templates.system.name;
    let folder = facts.dashboards_path.with(format!("{}/{name}", facts.dashboards_path));
    let options = by(rules::PROVISIONING)
        .with("path", Doc::Text(folder.value.into(), folder.origin))
        .bool("foldersFromFilesStructure", false);
    let provider = by(rules::PROVISIONING)
        .with("name", Doc::traced(name))
        .integer("orgId", 1)
        .with("folder", Doc::traced(name))
        .text("type", "file")
        .bool("disableDeletion", false)
        .bool("allowUiUpdates", false)
        .with("updateIntervalSeconds", number(&facts.update_seconds))
        .with("options", options);
    let origin = Origin::rule(rules::PROVISIONING);
    by(rules::PROVISIONING)
        .with("apiVersion", number(&facts.api_version))
        .with("providers", Doc::list([provider.into()], origin))
        .into()
}
