//! The configuration of a Prometheus that no operator configures: what it asks, which rules it loads, whom it tells.

use super::place::Place;
use super::rules;
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::monitoring::configurations::{ExporterPlan, ScrapeJob};
use crate::plan::monitoring::promql::literal;
use crate::spec::prometheus::ExporterScrape;
use crate::targets::shared::names::{COMPONENT_LABEL, meta_label};
use crate::targets::shared::value::by;

/// The document.
pub(super) fn document(place: Place<'_>) -> Doc {
    let origin = Origin::rule(rules::SCRAPE);
    let global = by(rules::SCRAPE)
        .with("evaluation_interval", Doc::traced(&place.specs.prometheus.scraping.evaluation_interval));
    let here = |job: &&ScrapeJob| place.environment.components.contains(&job.component);
    let jobs = place.monitoring().scrape_jobs.iter().filter(here).map(|job| component(place, job));
    let exporters = place.monitoring().exporters.iter().filter_map(|plan| exporter(place, plan));
    by(rules::SCRAPE)
        .with("global", global)
        .with("rule_files", Doc::list([Doc::text("rules/*.yaml", origin)], origin))
        .with("alerting", by(rules::SCRAPE).with("alertmanagers", Doc::list([alertmanager(place)], origin)))
        .with("scrape_configs", Doc::list(jobs.chain(exporters), origin))
        .into()
}

fn alertmanager(place: Place<'_>) -> Doc {
    let map = by(rules::SCRAPE);
    let known = place.platform().alertmanager_url.as_ref();
    let (scheme, address, path, origin) = match known {
        Some(url) => {
            let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
            let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
            let port = match (host.contains(':'), scheme) {
                (true, _) => "",
                (false, "https") => ":443",
                (false, _) => ":80",
            };
            (scheme, format!("{host}{port}"), path.trim_end_matches('/'), url.origin)
        }
        None => {
            let address = &place.specs.prometheus.alertmanager.address;
            ("http", address.value.clone(), "", address.origin)
        }
    };
    let map = if scheme == "http" { map } else { map.with("scheme", Doc::text(scheme.to_owned(), origin)) };
    let map = if path.is_empty() { map } else { map.with("path_prefix", Doc::text(format!("/{path}"), origin)) };
    let targets = Doc::list([Doc::text(address, origin)], origin);
    map.with("static_configs", Doc::list([Map::new(origin).with("targets", targets).into()], origin)).into()
}

/// A component's replicas: by their names where there is a zone of them, else by the cluster.
fn component(place: Place<'_>, job: &ScrapeJob) -> Doc {
    let map = Map::new(job.origin)
        .with("job_name", Doc::traced(&job.component))
        .with("scrape_interval", Doc::traced(&job.interval))
        .with("scrape_timeout", Doc::traced(&job.timeout))
        .with("metrics_path", Doc::traced(&job.url_path));
    let map = if job.tls.value {
        map.with("scheme", Doc::text("https", job.tls.origin))
            .with("tls_config", by(rules::SCRAPE_UNPROVED).bool("insecure_skip_verify", true))
    } else {
        map
    };
    let environment = relabel(&[], None, Some("environment"), Some(&place.environment.name.to_string()), None);
    match &place.environment.discovery {
        Some(zone) => {
            let name = Doc::text(format!("{}.{zone}", job.component), zone.origin);
            let discovery = Map::new(zone.origin)
                .with("names", Doc::list([name], zone.origin))
                .text("type", "A")
                .with("port", Doc::Integer(i64::from(job.port.value.0), job.port.origin));
            map.with("dns_sd_configs", Doc::list([discovery.into()], zone.origin))
                .with("relabel_configs", Doc::list([environment], Origin::rule(rules::SCRAPE)))
        }
        None => {
            let label = meta_label("pod_label", COMPONENT_LABEL);
            let port = job.port.value.0.to_string();
            let relabels = [
                relabel(&[&label], Some(job.component.as_str()), None, None, Some("keep")),
                relabel(&["__meta_kubernetes_pod_container_port_number"], Some(&port), None, None, Some("keep")),
                relabel(&["__meta_kubernetes_namespace"], None, Some("namespace"), None, None),
                relabel(&["__meta_kubernetes_pod_name"], None, Some("pod"), None, None),
                relabel(&["__meta_kubernetes_pod_container_name"], None, Some("container"), None, None),
                environment,
            ];
            map.with("kubernetes_sd_configs", pods(place))
                .with("relabel_configs", Doc::list(relabels, Origin::rule(rules::SCRAPE)))
        }
    }
    .into()
}

/// The pods of the environment's namespace.
fn pods(place: Place<'_>) -> Doc {
    let names = by(rules::SCRAPE).with("names", Doc::list(place.namespace(), Origin::rule(rules::SCRAPE)));
    let map = by(rules::SCRAPE).text("role", "pod").with("namespaces", names);
    Doc::list([map.into()], Origin::rule(rules::SCRAPE))
}

/// An exporter of the cluster, where it is known how to ask it.
fn exporter(place: Place<'_>, plan: &ExporterPlan) -> Option<Doc> {
    let origin = Origin::rule(rules::SCRAPE);
    let known = place.specs.prometheus.exporter(&plan.name)?.scrape.as_ref()?;
    let map = Map::new(plan.origin).with("job_name", Doc::text(plan.name.replace('_', "-"), plan.name.origin));
    let role = |role: &'static str| Doc::list([by(rules::SCRAPE).text("role", role).into()], origin);
    Some(match known {
        ExporterScrape::Node(path) => {
            let facts = &place.specs.prometheus.scraping;
            let tls = by(rules::SCRAPE).with("ca_file", Doc::traced(&facts.ca_file));
            let authorization = by(rules::SCRAPE).with("credentials_file", Doc::traced(&facts.token_file));
            map.text("scheme", "https")
                .with("metrics_path", Doc::traced(path))
                .with("tls_config", tls)
                .with("authorization", authorization)
                .with("kubernetes_sd_configs", role("node"))
                .into()
        }
        ExporterScrape::Service { name, port, honor_labels } => {
            let label = meta_label("service_label", COMPONENT_LABEL);
            let relabels = [
                relabel(&[&label], Some(&literal(name)), None, None, Some("keep")),
                relabel(&["__meta_kubernetes_endpoint_port_name"], Some(port), None, None, Some("keep")),
            ];
            let map = if *honor_labels { map.bool("honor_labels", true) } else { map };
            map.with("kubernetes_sd_configs", role("endpoints"))
                .with("relabel_configs", Doc::list(relabels, origin))
                .into()
        }
    })
}

fn relabel(
    sources: &[&str],
    regex: Option<&str>,
    target: Option<&'static str>,
    replacement: Option<&str>,
    action: Option<&'static str>,
) -> Doc {
    let origin = Origin::rule(rules::SCRAPE);
    let text = |text: &str| Doc::text(text.to_owned(), origin);
    let mut map = by(rules::SCRAPE);
    if !sources.is_empty() {
        map.put("source_labels", Doc::list(sources.iter().map(|source| text(source)), origin));
    }
    map.with_some("regex", regex.map(text))
        .with_some("target_label", target.map(text))
        // `$` would name a group of the pattern.
        .with_some("replacement", replacement.map(|value| text(&value.replace('$', "$$"))))
        .with_some("action", action.map(text))
        .into()
}
