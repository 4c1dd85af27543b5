//! What is known of metrics: usual names, buckets, burn windows, and who exposes what.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fact, SpecFile};
use crate::choice;
use crate::ir::choice::{DatastoreKind, MetricType, Runtime};
use crate::ir::value::{Decimal, Duration};
use crate::source::{Origin, Scalar, Traced};

choice! {
    /// What an alert asks of a person.
    pub enum AlertSeverity as "alert severity" {
        Page = "page": "somebody must act now",
        Ticket = "ticket": "somebody must act this week",
    }
}

/// Facts of the spec `prometheus` that decisions rest on.
#[derive(Debug)]
pub struct PrometheusSpec {
    conventions: BTreeMap<String, Convention>,
    /// The edges of a histogram that names none, in seconds, ascending.
    pub buckets: Vec<Traced<Decimal>>,
    burn_periods: Vec<BurnPeriod>,
    exporters: Vec<Exporter>,
    exported: BTreeSet<String>,
    exported_in: BTreeMap<Runtime, BTreeSet<String>>,
    /// Where alerts go.
    pub alertmanager: AlertmanagerFacts,
    /// How a cluster's exporters are asked.
    pub scraping: ScrapingFacts,
}

/// Where alerts go, and where keys stand.
#[derive(Debug)]
pub struct AlertmanagerFacts {
    /// `HOST:PORT`, where the manifest names none.
    pub address: Traced<String>,
    /// The folder of secrets: `SECRET/KEY` below it.
    pub secrets_folder: Traced<String>,
    /// `HOST:PORT` of the mail relay.
    pub email_relay: Traced<String>,
    /// Who sends mail.
    pub email_sender: Traced<String>,
}

/// How a Prometheus that no operator configures works in a cluster.
#[derive(Debug)]
pub struct ScrapingFacts {
    /// How often rules are evaluated.
    pub evaluation_interval: Traced<Duration>,
    /// The certificate of the cluster's authority.
    pub ca_file: Traced<String>,
    /// The token of the service account.
    pub token_file: Traced<String>,
}

/// The names that a component's metrics have where it names none.
#[derive(Clone, Debug)]
pub struct Convention {
    /// The counter of requests, messages or runs.
    pub requests: Option<Traced<String>>,
    /// The label selector of the failed ones.
    pub errors: Option<Traced<String>>,
    /// The counter of failures, where they have one of their own.
    pub errors_metric: Option<Traced<String>>,
    /// The histogram of seconds.
    pub duration: Option<Traced<String>>,
    /// Further names by role.
    pub extra: Vec<(String, Traced<String>)>,
}

/// The burn windows of objectives that are judged over at least so long.
#[derive(Debug)]
pub struct BurnPeriod {
    /// The shortest period that these windows are for.
    pub from: Traced<Duration>,
    /// The windows, the fastest first.
    pub windows: Vec<BurnWindow>,
    /// Those beside them where the latency of each request matters, the fastest first.
    pub faster: Vec<BurnWindow>,
}

/// One pair of windows.
#[derive(Debug)]
pub struct BurnWindow {
    /// What it asks of a person.
    pub severity: Traced<AlertSeverity>,
    /// The long window, which says that enough was burned.
    pub long: Traced<Duration>,
    /// The short window, which says that it still burns.
    pub short: Traced<Duration>,
    /// The share of the error budget that the long window may burn, in percent.
    pub budget: Traced<Decimal>,
}

/// Who exposes metrics without a component's doing.
#[derive(Debug)]
pub struct Exporter {
    /// What it is called.
    pub name: String,
    /// Its entry.
    pub origin: Origin,
    /// The runtimes that it is to be had in.
    pub runtimes: Vec<Runtime>,
    /// The platform part that brings it; none: the user does.
    pub managed_by: Option<Traced<String>>,
    /// The datastores that it speaks about.
    pub datastores: Vec<DatastoreKind>,
    /// How it is asked in a cluster, where that is known.
    pub scrape: Option<ExporterScrape>,
    /// The labels of its series beside `job` and `instance`.
    pub labels: Vec<Traced<String>>,
    /// What it exposes.
    pub metrics: Vec<ExportedMetric>,
    /// What it is to ask the cloud for.
    pub jobs: Vec<CloudJob>,
    /// The version of the configuration that says what it asks for.
    pub job_version: Option<Traced<String>>,
    /// For how many seconds each value that it asks for stands.
    pub job_period: Option<Traced<u32>>,
}

/// What an exporter asks the cloud for of one of its services.
#[derive(Debug)]
pub struct CloudJob {
    /// The service, as the cloud calls the namespace of its metrics.
    pub service: Traced<String>,
    /// The datastores that it is the service of; none: it is asked of every system.
    pub datastores: Vec<DatastoreKind>,
    /// For how many seconds a value stands, where that is not the exporter's own period.
    pub period: Option<Traced<u32>>,
    /// How many seconds it looks back for a value, where that is longer.
    pub length: Option<Traced<u32>>,
    /// Metrics as the cloud calls them, each with its statistic.
    pub metrics: Vec<(Traced<String>, Traced<String>)>,
}

/// How an exporter is asked in a cluster.
#[derive(Clone, Debug)]
pub enum ExporterScrape {
    /// A path of every node's kubelet.
    Node(Traced<String>),
    /// A service.
    Service {
        /// Its label `app.kubernetes.io/name`.
        name: Traced<String>,
        /// A pattern of the port's name.
        port: Traced<String>,
        /// Whether its series' own labels stand.
        honor_labels: bool,
    },
}

/// One metric of an exporter.
#[derive(Debug)]
pub struct ExportedMetric {
    /// What it is called.
    pub name: Traced<String>,
    /// Its type, where the spec states it.
    pub kind: Option<Traced<MetricType>>,
}

impl PrometheusSpec {
    /// Looks the facts up; what is missing is recorded.
    pub fn read(file: &mut SpecFile<'_>) -> PrometheusSpec {
        let mut conventions = BTreeMap::new();
        match file.find(&["default_metric_names"]) {
            Some(fact) => {
                conventions.extend(fact.entries().map(|(key, fact)| (key.value.to_owned(), convention(fact))))
            }
            None => file.missing(&["default_metric_names"], "mapping"),
        }
        let mut buckets: Vec<Traced<Decimal>> = file
            .find(&["default_buckets", "seconds"])
            .map(|fact| fact.elements().filter_map(|edge| edge.scalar()).collect())
            .unwrap_or_default();
        if buckets.is_empty() {
            file.missing(&["default_buckets", "seconds"], "list of numbers");
        }
        buckets.sort();
        let mut burn_periods: Vec<BurnPeriod> = file
            .find(&["burn_windows", "periods"])
            .map(|fact| fact.elements().filter_map(burn_period).collect())
            .unwrap_or_default();
        if burn_periods.is_empty() {
            file.missing(&["burn_windows", "periods"], "list of periods");
        }
        burn_periods.sort_by_key(|period| std::cmp::Reverse(period.from));
        let exporters: Vec<Exporter> = match file.find(&["exposed_by"]) {
            Some(fact) => fact.entries().map(|(name, fact)| exporter(name.value, fact)).collect(),
            None => {
                file.missing(&["exposed_by"], "mapping");
                Vec::new()
            }
        };
        let exported =
            exporters.iter().flat_map(|exporter| &exporter.metrics).map(|metric| metric.name.value.clone()).collect();
        let names_in = |runtime: Runtime| {
            let there = exporters.iter().filter(|exporter| exporter.runtimes.contains(&runtime));
            there.flat_map(|exporter| &exporter.metrics).map(|metric| metric.name.value.clone()).collect()
        };
        let exported_in = Runtime::ALL.iter().map(|runtime| (*runtime, names_in(*runtime))).collect();
        let alertmanager = AlertmanagerFacts {
            address: file.text(&["alertmanager", "address"]),
            secrets_folder: file.text(&["alertmanager", "secrets_folder"]),
            email_relay: file.text(&["alertmanager", "email", "relay"]),
            email_sender: file.text(&["alertmanager", "email", "sender"]),
        };
        let interval = ["scraping", "evaluation_interval"];
        let evaluation_interval = file.find(&interval).and_then(Fact::scalar).unwrap_or_else(|| {
            file.missing(&interval, "duration");
            Traced::new(Duration::seconds(30), file.origin())
        });
        let scraping = ScrapingFacts {
            evaluation_interval,
            ca_file: file.text(&["scraping", "cluster_ca_file"]),
            token_file: file.text(&["scraping", "cluster_token_file"]),
        };
        PrometheusSpec { conventions, buckets, burn_periods, exporters, exported, exported_in, alertmanager, scraping }
    }

    /// The usual names for a protocol, or for the kind of a component without ports.
    #[must_use]
    pub fn convention(&self, protocol_or_kind: &str) -> Option<&Convention> {
        self.conventions.get(protocol_or_kind)
    }

    /// The burn windows for a period: those with the greatest `from` that is not above it.
    #[must_use]
    pub fn burn_windows(&self, period: Duration) -> &[BurnWindow] {
        self.burn_period(period).map_or(&[], |known| &known.windows)
    }

    /// The burn windows beside them where the latency of each request matters.
    #[must_use]
    pub fn faster_burn_windows(&self, period: Duration) -> &[BurnWindow] {
        self.burn_period(period).map_or(&[], |known| &known.faster)
    }

    fn burn_period(&self, period: Duration) -> Option<&BurnPeriod> {
        self.burn_periods.iter().find(|known| known.from.value <= period)
    }

    /// All exporters.
    #[must_use]
    pub fn exporters(&self) -> &[Exporter] {
        &self.exporters
    }

    /// An exporter by its name.
    #[must_use]
    pub fn exporter(&self, name: &str) -> Option<&Exporter> {
        self.exporters.iter().find(|exporter| exporter.name == name)
    }

    /// The metrics that exporters of a runtime expose.
    #[must_use]
    pub fn exported_in(&self, runtime: Runtime) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        self.exported_in.get(&runtime).unwrap_or(&NONE)
    }

    /// Whether an exporter exposes the metric, and no component need.
    #[must_use]
    pub fn is_exported(&self, metric: &str) -> bool {
        self.exported.contains(metric)
    }
}

/// A text that says something: null and `""` say nothing.
fn text(fact: Fact<'_>, key: &str) -> Option<Traced<String>> {
    let fact = fact.get(key).filter(|fact| !fact.is_null())?;
    fact.scalar::<String>().filter(|text| !text.is_empty())
}

fn convention(fact: Fact<'_>) -> Convention {
    let extra = fact.get("extra").into_iter().flat_map(Fact::entries);
    Convention {
        requests: text(fact, "requests"),
        errors: text(fact, "errors"),
        errors_metric: text(fact, "errors_metric"),
        duration: text(fact, "duration"),
        extra: extra.filter_map(|(role, name)| Some((role.value.to_owned(), name.scalar()?))).collect(),
    }
}

fn burn_period(fact: Fact<'_>) -> Option<BurnPeriod> {
    let windows = |key: &str| {
        let rows = fact.get(key).into_iter().flat_map(Fact::elements);
        let mut windows: Vec<BurnWindow> = rows
            .filter_map(|row| {
                Some(BurnWindow {
                    severity: row.get("severity")?.scalar()?,
                    long: row.get("long")?.scalar()?,
                    short: row.get("short")?.scalar()?,
                    budget: row.get("budget_percent")?.scalar()?,
                })
            })
            .collect();
        windows.sort_by_key(|window| window.long.value);
        windows
    };
    Some(BurnPeriod { from: fact.get("from")?.scalar()?, windows: windows("windows"), faster: windows("faster") })
}

fn exporter(name: &str, fact: Fact<'_>) -> Exporter {
    Exporter {
        name: name.to_owned(),
        origin: fact.origin(),
        runtimes: words(fact, "runtimes"),
        managed_by: text(fact, "managed_by"),
        datastores: words(fact, "datastores"),
        scrape: fact.get("scrape").and_then(scrape),
        labels: fact.get("labels").into_iter().flat_map(Fact::elements).filter_map(Fact::scalar).collect(),
        metrics: ["own", "names"].iter().filter_map(|key| fact.get(key)).flat_map(metrics).collect(),
        jobs: fact.get("jobs").into_iter().flat_map(Fact::entries).map(cloud_job).collect(),
        job_version: text(fact, "job_version"),
        job_period: fact.get("job_period").and_then(Fact::scalar),
    }
}

fn cloud_job((service, fact): (Traced<&str>, Fact<'_>)) -> CloudJob {
    let metrics = fact.get("metrics").into_iter().flat_map(Fact::entries);
    CloudJob {
        service: service.with(service.value.to_owned()),
        datastores: words(fact, "datastores"),
        period: fact.get("period").and_then(Fact::scalar),
        length: fact.get("length").and_then(Fact::scalar),
        metrics: metrics
            .filter_map(|(name, statistic)| Some((name.with(name.value.to_owned()), statistic.scalar()?)))
            .collect(),
    }
}

fn scrape(fact: Fact<'_>) -> Option<ExporterScrape> {
    if let Some(path) = text(fact, "node_path") {
        return Some(ExporterScrape::Node(path));
    }
    let honor_labels = fact.get("honor_labels").and_then(Fact::scalar::<bool>).is_some_and(|honor| honor.value);
    Some(ExporterScrape::Service { name: text(fact, "service")?, port: text(fact, "port")?, honor_labels })
}

fn words<T: Scalar>(fact: Fact<'_>, key: &str) -> Vec<T> {
    let list = fact.get(key).into_iter().flat_map(Fact::elements);
    list.filter_map(|word| word.scalar().map(|word| word.value)).collect()
}

/// A list of names, names with what is known of each, or lists by service.
fn metrics(names: Fact<'_>) -> Vec<ExportedMetric> {
    let bare = |fact: Fact<'_>| Some(ExportedMetric { name: fact.scalar()?, kind: None });
    let mut found: Vec<ExportedMetric> = names.elements().filter_map(bare).collect();
    for (name, fact) in names.entries() {
        if fact.elements().next().is_some() {
            found.extend(fact.elements().filter_map(bare));
        } else {
            let kind = fact.get("type").and_then(Fact::scalar);
            found.push(ExportedMetric { name: name.with(name.value.to_owned()), kind });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::spec::Specs;

    /// `aws_<service>_<metric>_<statistic>`: `_` goes before a capital that follows a small letter or a digit.
    fn exported_name(service: &str, metric: &str, statistic: &str) -> String {
        let mut name = format!("aws_{}_", service.trim_start_matches("AWS/"));
        for (before, letter) in std::iter::once(' ').chain(metric.chars()).zip(metric.chars()) {
            if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
                name.push('_');
            }
            name.push(letter);
        }
        format!("{name}_{statistic}").to_ascii_lowercase()
    }

    #[test]
    fn an_exporter_of_the_cloud_asks_for_all_that_it_is_said_to_expose() {
        let spec = Specs::load(&mut Sources::default()).0.unwrap().prometheus;
        for exporter in spec.exporters().iter().filter(|exporter| !exporter.jobs.is_empty()) {
            let asked: BTreeSet<String> = exporter
                .jobs
                .iter()
                .flat_map(|job| {
                    job.metrics.iter().map(|(metric, statistic)| exported_name(&job.service, metric, statistic))
                })
                .collect();
            let said: BTreeSet<String> = exporter.metrics.iter().map(|metric| metric.name.value.clone()).collect();
            let of_load_balancers =
                |name: &&String| !name.starts_with("aws_") || name.starts_with("aws_applicationelb_");
            let said: BTreeSet<String> = said.iter().filter(|name| !of_load_balancers(name)).cloned().collect();
            assert_eq!(asked, said);
            let kinds: BTreeSet<DatastoreKind> =
                exporter.jobs.iter().flat_map(|job| job.datastores.iter().copied()).collect();
            assert_eq!(kinds, exporter.datastores.iter().copied().collect());
        }
    }

    #[test]
    fn facts_are_found_in_each_form() {
        let (specs, problems) = Specs::load(&mut Sources::default());
        assert!(problems.is_empty(), "{problems:?}");
        let spec = specs.unwrap().prometheus;
        let grpc = spec.convention("grpc").unwrap();
        assert_eq!(grpc.requests.as_ref().unwrap().value, "grpc_server_handled_total");
        assert!(spec.convention("udp").unwrap().duration.is_none());
        assert_eq!(spec.buckets.len(), 11);
        assert_eq!(spec.burn_windows(Duration::days(30))[0].budget.value, Decimal::whole(2));
        assert_eq!(spec.burn_windows(Duration::days(27))[0].budget.value, Decimal::whole(8));
        for metric in ["kube_pod_info", "pg_up", "aws_sqs_approximate_age_of_oldest_message_maximum"] {
            assert!(spec.is_exported(metric), "{metric}");
        }
        let kind = &spec.exporter("kube_state_metrics").unwrap().metrics[0].kind;
        assert_eq!(kind.as_ref().unwrap().value, MetricType::Counter);
    }
}
