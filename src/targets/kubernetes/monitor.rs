//! Where Prometheus asks for metrics.

use super::labels::JOB_LABEL;
use super::pod::Pods;
use super::{load_balancer, rollout, rules, workload};
use crate::ir::Origin;
use crate::ir::choice::Protocol;
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::MetricsTemplate;
use crate::spec::kubernetes::Kind;
use crate::targets::shared::value::by;

/// The monitor of a component that has metrics. Where one Service alone reaches the pods it is asked; where several do,
/// or versions stand beside each other, the pods are asked themselves, so that none is asked twice.
pub(super) fn monitor(pods: &Pods<'_>) -> Option<Map> {
    let metrics = pods.workload().component.metrics.as_ref()?;
    Some(match pods.workload().kind() {
        Kind::Deployment if load_balancer::names(pods.workload()).is_empty() => service_monitor(pods, metrics),
        Kind::Rollout => pod_monitor(pods, metrics, Some(rollout::VERSION)),
        // The Service of a load balancer reaches the same pods.
        _ => pod_monitor(pods, metrics, None),
    })
}

fn service_monitor(pods: &Pods<'_>, metrics: &MetricsTemplate) -> Map {
    let endpoint = endpoint(pods, metrics, Doc::traced(&metrics.port_name));
    let spec = Map::new(metrics.origin)
        .with("jobLabel", job_label())
        .with("selector", pods.identity.match_labels())
        .with("endpoints", Doc::list([endpoint.into()], metrics.origin));
    workload::object(pods, Kind::ServiceMonitor).with("spec", spec)
}

fn pod_monitor(pods: &Pods<'_>, metrics: &MetricsTemplate, version: Option<&'static str>) -> Map {
    let endpoint = endpoint(pods, metrics, Doc::traced(&pods.workload().container_port(&metrics.port_name)));
    let version = version.map(|label| {
        let origin = Origin::rule(rules::ANALYSE_LATEST);
        Doc::list([Doc::text(label, origin)], origin)
    });
    let spec = Map::new(metrics.origin)
        .with("jobLabel", job_label())
        .with_some("podTargetLabels", version)
        .with("selector", pods.identity.match_labels())
        .with("podMetricsEndpoints", Doc::list([endpoint.into()], metrics.origin));
    workload::object(pods, Kind::PodMonitor).with("spec", spec)
}

/// `job` is the component's name in all queries.
fn job_label() -> Doc {
    Doc::text(JOB_LABEL, Origin::rule(rules::JOB_LABEL))
}

fn endpoint(pods: &Pods<'_>, metrics: &MetricsTemplate, port: Doc) -> Map {
    let environment = &pods.workload().place.environment.name;
    let relabel =
        by(rules::ENVIRONMENT_LABEL).text("targetLabel", "environment").with("replacement", Doc::traced(environment));
    let ports = &pods.workload().component.ports;
    let tls = ports.iter().find(|port| port.name == metrics.port_name).map(|port| &port.protocol);
    let mut map = Map::new(metrics.origin).with("port", port).with("path", Doc::traced(&metrics.url_path));
    if let Some(protocol) = tls.filter(|protocol| protocol.value == Protocol::Https) {
        map.put("scheme", Doc::text("https", protocol.origin));
        map.put("tlsConfig", by(rules::SCRAPE_UNPROVED).bool("insecureSkipVerify", true));
    }
    map.with("relabelings", Doc::list([relabel.into()], Origin::rule(rules::ENVIRONMENT_LABEL)))
}
