//! What the exporter of CloudWatch asks for: the services of the datastores that an environment has.

use super::place::Place;
use super::rules;
use crate::ir::Origin;
use crate::output::{Content, Doc, Map, Printed, Style};
use crate::spec::prometheus::{CloudJob, Exporter};
use crate::targets::shared::value::by;

/// The exporter's configuration: a text of YAML, as its chart takes it.
pub(super) fn jobs(place: Place<'_>) -> Doc {
    let origin = Origin::rule(rules::CLOUDWATCH);
    let region = &place.environment.region;
    let planned = |exporter: &&Exporter| {
        place.monitoring.configurations.exporters.iter().any(|plan| plan.name.value == exporter.name)
    };
    let exporters = place.prometheus.exporters().iter().filter(planned);
    let version = exporters.clone().find_map(|exporter| exporter.job_version.as_ref());
    let jobs = exporters.flat_map(|exporter| {
        let asked = exporter.jobs.iter().filter(|job| is_asked(place, job));
        asked.map(|asked| job(place, exporter, asked))
    });
    let discovery = Map::new(origin).with("jobs", Doc::list(jobs, origin));
    let document = Map::new(origin)
        .with_some("apiVersion", version.map(Doc::traced))
        .with("sts-region", Doc::traced(region))
        .with("discovery", discovery);
    let mut printed = Printed::default();
    Content::yaml(Vec::new(), vec![document.into()]).print(&mut printed);
    Doc::text(printed.text, origin)
}

/// Whether the environment has a datastore of the service.
fn is_asked(place: Place<'_>, job: &CloudJob) -> bool {
    let datastores = &place.environment.datastores;
    job.datastores.is_empty() || datastores.iter().any(|datastore| job.datastores.contains(&datastore.kind.value))
}

/// One service. Only what carries the environment's tags is asked for: each request is paid.
fn job(place: Place<'_>, exporter: &Exporter, job: &CloudJob) -> Doc {
    let region = &place.environment.region;
    let flow = |elements: Vec<Doc>| Doc::List(elements, Style::Flow, job.service.origin);
    let tag = |key: &'static str, value: String| {
        let mut map = by(rules::CLOUDWATCH).text("key", key).text("value", format!("^{value}$"));
        map.style = Style::Flow;
        Doc::from(map)
    };
    let tags = [tag("System", place.system.name.to_string()), tag("Environment", place.environment.name.to_string())];
    let metrics = job.metrics.iter().map(|(name, statistic)| {
        let mut map = Map::new(name.origin)
            .with("name", Doc::traced(name))
            .with("statistics", flow(vec![Doc::traced(statistic)]));
        map.style = Style::Flow;
        Doc::from(map)
    });
    let seconds = |seconds: crate::ir::Traced<u32>| Doc::Integer(i64::from(seconds.value), seconds.origin);
    let period = job.period.or(exporter.job_period);
    Map::new(job.service.origin)
        .with("type", Doc::traced(&job.service))
        .with("regions", flow(vec![Doc::traced(region)]))
        .with("searchTags", Doc::list(tags, Origin::rule(rules::CLOUDWATCH)))
        .with_some("period", period.map(seconds))
        .with_some("length", job.length.or(period).map(seconds))
        .with("metrics", Doc::list(metrics, job.service.origin))
        .into()
}
