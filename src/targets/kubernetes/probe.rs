//! Probes, exactly as planned.

use super::place::Workload;
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::{ProbeKind, ProbeTemplate};
use crate::targets::shared::value::{number, seconds, texts};

/// A container's probe.
pub(super) fn probe(workload: Workload<'_>, probe: &ProbeTemplate) -> Map {
    Map::new(probe.origin)
        .with(handler_key(probe), handler(workload, probe))
        .with_some("initialDelaySeconds", probe.delay.as_ref().map(seconds))
        .with("periodSeconds", seconds(&probe.period))
        .with("timeoutSeconds", seconds(&probe.timeout))
        .with("failureThreshold", number(&probe.failures))
}

fn handler_key(probe: &ProbeTemplate) -> &'static str {
    match probe.kind.value {
        ProbeKind::Http => "httpGet",
        ProbeKind::Grpc => "grpc",
        ProbeKind::Tcp => "tcpSocket",
        ProbeKind::Exec => "exec",
    }
}

fn handler(workload: Workload<'_>, probe: &ProbeTemplate) -> Map {
    let map = Map::new(probe.kind.origin);
    match probe.kind.value {
        ProbeKind::Http => {
            let headers = probe.headers.iter().map(|header| {
                let header = Map::new(header.origin)
                    .with("name", Doc::traced(&header.name))
                    .with("value", Doc::traced(&header.value));
                Doc::from(header)
            });
            let headers = (!probe.headers.is_empty()).then(|| Doc::list(headers, probe.origin));
            map.with_some("path", probe.url_path.as_ref().map(Doc::traced))
                .with_some("port", named_or_numbered(workload, probe))
                .with_some("scheme", probe.tls.value.then(|| Doc::text("HTTPS", probe.tls.origin)))
                .with_some("httpHeaders", headers)
        }
        // The API takes a number here, and no name.
        ProbeKind::Grpc => map.with_some("port", probe.port.as_ref().map(crate::targets::shared::value::port)),
        ProbeKind::Tcp => map.with_some("port", named_or_numbered(workload, probe)),
        ProbeKind::Exec => map.with("command", texts(&probe.command, probe.kind.origin)),
    }
}

fn named_or_numbered(workload: Workload<'_>, probe: &ProbeTemplate) -> Option<Doc> {
    match &probe.port_name {
        Some(name) => Some(Doc::traced(&workload.container_port(name))),
        None => probe.port.as_ref().map(crate::targets::shared::value::port),
    }
}
