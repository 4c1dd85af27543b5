//! What a domain stands for is there in what its system compiles to: each word of the table of domains, in the files.

#![allow(clippy::unwrap_used)]

mod folder;

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use pathc::diag::Sink;
use pathc::gates::Settings;
use pathc::ir::value::Time;
use pathc::output::Printed;
use pathc::spec::aws::Family;
use pathc::targets;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: Time = Time { seconds: 1_795_435_200 };

/// All files of a system, by target and path below the target's folder.
struct Tree {
    files: BTreeMap<String, String>,
    burstable: Vec<String>,
}

impl Tree {
    fn of(root: &Utf8Path) -> Tree {
        let mut found = Sink::default();
        let settings = Settings { generating: true, ..Settings::release(NOW) };
        let compilation = pathc::compile(root, &settings, &mut found);
        assert!(!found.denies(), "{:?}", found.iter().next());
        let (checked, specs) = (compilation.checked.as_ref().unwrap(), compilation.specs.as_ref().unwrap());
        let mut files = BTreeMap::new();
        for target in targets::ALL {
            for file in (target.emit)(checked, specs).0.iter() {
                let mut printed = Printed::default();
                file.job.print(&mut printed);
                files.insert(format!("{}/{}", target.name, file.path), printed.text);
            }
        }
        let classes = Family::ALL.iter().flat_map(|family| specs.aws.classes.of(*family));
        let burstable = classes.filter(|class| class.burstable).map(|class| class.name.value.clone()).collect();
        Tree { files, burstable }
    }

    fn text(&self, path: &str) -> &str {
        self.files.get(path).unwrap_or_else(|| panic!("no {path} among {:?}", self.files.keys()))
    }

    /// The infrastructure's files that ask for a machine whose CPU is credit.
    fn bursting(&self) -> Vec<&str> {
        let infrastructure =
            self.files.iter().filter(|(path, _)| path.starts_with("terraform/") || path.starts_with("cloudformation/"));
        let asks =
            |text: &str| text.split(['"', ' ', '\n']).any(|word| self.burstable.iter().any(|class| class == word));
        infrastructure.filter(|(_, text)| asks(text)).map(|(path, _)| path.as_str()).collect()
    }
}

fn system(name: &str) -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass").join(name)
}

/// A copy of a system with texts of its inputs replaced.
fn edited(name: &str, edits: &[(&str, &str, &str)]) -> Tree {
    let scratch = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(scratch.path()).unwrap();
    folder::copy(system(name).as_std_path(), scratch.path()).unwrap();
    for (document, from, to) in edits {
        let path = root.join(document);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{document} has no `{from}`");
        fs::write(&path, text.replace(from, to)).unwrap();
    }
    Tree::of(root)
}

#[test]
fn nothing_of_the_domain_realtime_runs_on_credit_in_any_environment() {
    assert_eq!(Tree::of(&system("ad-bidding")).bursting(), [""; 0]);
    // Elsewhere staging does, and what one component of the domain calls does not.
    let staging = "cloudformation/environments/staging/parameters/datastores";
    let of_storefront = |name: &str| format!("{staging}/{name}.json");
    let all = ["catalog-cache", "catalog-db", "orders-db"].map(of_storefront);
    let storefront = Tree::of(&system("storefront"));
    let found = |tree: &Tree| -> Vec<String> {
        tree.bursting().into_iter().filter(|path| path.starts_with(staging)).map(str::to_owned).collect()
    };
    assert_eq!(found(&storefront), all);
    let catalog = "- name: catalog\n";
    let realtime = edited(
        "storefront",
        &[
            ("path/implementation_artifacts.yaml", catalog, "- name: catalog\n    domain: realtime\n"),
            ("pathc.yaml", "monthly_usd: 4000", "monthly_usd: 5000"),
        ],
    );
    assert_eq!(found(&realtime), [of_storefront("orders-db")]);
}

#[test]
fn the_domain_realtime_has_a_fast_burn_window_and_no_other_has() {
    let rules =
        |tree: &Tree, component: &str| tree.text(&format!("prometheus/production/rules/{component}.yaml")).to_owned();
    let bidding = Tree::of(&system("ad-bidding"));
    let bidder = rules(&bidding, "bidder");
    for expected in
        ["slo:sli_error:ratio_rate15m", "slo:sli_error:ratio_rate2m", "> (28.8 * 0.005)", "> (14.4 * 0.005)"]
    {
        assert!(bidder.contains(expected), "{expected} in {bidder}");
    }
    let tests = bidding.text("prometheus/production/tests/bidder.yaml");
    assert!(tests.contains("bidder/availability: a burst that 15m shows, and 1h does not"), "{tests}");
    let storefront = Tree::of(&system("storefront"));
    let fast =
        storefront.files.iter().find(|(path, text)| path.starts_with("prometheus/") && text.contains("ratio_rate15m"));
    assert_eq!(fast, None);
}

/// What is close to its callers stands in each zone, and is asked there.
#[test]
fn the_domain_realtime_answers_from_the_callers_zone() {
    let near = "trafficDistribution: PreferClose";
    let required = "whenUnsatisfiable: DoNotSchedule";
    let bidding = Tree::of(&system("ad-bidding"));
    let manifest = |tree: &Tree, environment: &str, component: &str| {
        tree.text(&format!("kubernetes/{environment}/workloads/{component}.yaml")).to_owned()
    };
    for component in ["bidder", "pacing"] {
        let production = manifest(&bidding, "production", component);
        assert!(production.contains(near) && production.contains(required), "{production}");
        let staging = manifest(&bidding, "staging", component);
        assert!(staging.contains(near) && !staging.contains(required), "{staging}");
    }
    // Another domain within the same system, and another system.
    assert!(!manifest(&bidding, "production", "settlement").contains(near));
    assert!(!Tree::of(&system("storefront")).files.values().any(|text| text.contains(near)));
    // Within one zone there is nothing to choose.
    let narrow =
        edited("ad-bidding", &[("path/deployment_packages.yaml", "availability_zones: 2", "availability_zones: 1")]);
    assert!(!manifest(&narrow, "staging", "bidder").contains(near));
}

/// Connections that live long are kept while they are silent, handed over slowly, and never cut short by a rollout.
#[test]
fn the_domain_protocol_keeps_connections() {
    let telemetry = Tree::of(&system("telemetry-broker"));
    let broker = telemetry.text("kubernetes/production/workloads/broker.yaml");
    for expected in [
        "aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=900",
        "deregistration_delay.timeout_seconds=300",
        "terminationGracePeriodSeconds: 315",
        "preStop:",
        "maxSurge: 1",
        "maxUnavailable: 0",
    ] {
        assert!(broker.contains(expected), "{expected} in {broker}");
    }
    let dashboard = telemetry.text("grafana/dashboards/components/broker.json");
    for panel in ["Open connections", "Opened and lost connections", "Throughput"] {
        assert!(dashboard.contains(&format!("\"title\": \"{panel}\"")), "{panel}");
    }
    let alerts = telemetry.text("prometheus/production/rules/broker.yaml");
    assert!(alerts.contains("alert: ConnectionsDropped") && alerts.contains("alert: HandshakesFailing"));
    // On ECS the listener is pathc's own.
    let ecs = edited(
        "telemetry-broker",
        &[(
            "pathc.yaml",
            "domain: protocol\n",
            "domain: protocol\nruntime: ecs\nplatform: {prometheus: {url: \"https://prometheus.acme.example\"}}\n",
        )],
    );
    let has =
        |folder: &str, line: &str| ecs.files.iter().any(|(path, text)| path.starts_with(folder) && text.contains(line));
    assert!(has("terraform/modules/", "tcp_idle_timeout_seconds = 900"));
    assert!(has("cloudformation/templates", "tcp.idle_timeout.seconds"));
}

/// What is lost comes back, and those who rely on it are told.
#[test]
fn the_domain_business_keeps_records_and_tells_users() {
    let shop = Tree::of(&system("storefront"));
    let orders = shop.text("terraform/modules/system/datastore_orders_db.tf");
    assert!(orders.contains("multi_az") && orders.contains("backup_retention_period"), "{orders}");
    let deploy = shop.text("github-actions/workflows/deploy.yml");
    for expected in ["USER_NOTICE_URL", "check-window.sh", "environment:", "migrate"] {
        assert!(deploy.contains(expected), "{expected}");
    }
    let objectives = shop.text("grafana/dashboards/objectives.json");
    assert!(objectives.contains("\"title\": \"Service level report\""));
    let recovery = shop.text("operations/disaster-recovery.md");
    assert!(recovery.contains("RTO") || recovery.contains("recovery time"), "{recovery}");
}

/// Data that grows old moves, what fails is set aside, and it is known what became of what.
#[test]
fn the_domain_data_follows_what_it_reads_and_writes() {
    let river = Tree::of(&system("river-gauges"));
    let lake = river.text("terraform/modules/system/datastore_lake.tf");
    assert!(lake.contains("STANDARD_IA") && lake.contains("GLACIER"), "{lake}");
    assert!(river.text("terraform/modules/system/datastore_readings.tf").contains("redrive_policy"));
    let cleaner = river.text("kubernetes/production/workloads/cleaner.yaml");
    assert!(cleaner.contains("schema-version: '7'") && cleaner.contains("terminationGracePeriodSeconds: 305"));
    let forecast = river.text("kubernetes/production/workloads/forecast.yaml");
    assert!(forecast.contains("kind: CronJob") && forecast.contains("model-version: '2026.10'"), "{forecast}");
    let dashboard = river.text("grafana/dashboards/components/cleaner.json");
    for panel in ["Age of the newest result (freshness)", "Completeness", "readings: Messages that wait", "Processed"] {
        assert!(dashboard.contains(&format!("\"title\": \"{panel}\"")), "{panel}");
    }
    let alerts = river.text("prometheus/production/rules/cleaner.yaml");
    assert!(alerts.contains("reads: readings,lake") && alerts.contains("writes: lake"));
}

/// A new version takes over in small steps, each judged by latency, on CPU that no neighbour has a share in.
#[test]
fn the_domain_realtime_shifts_in_small_steps_on_static_cpu() {
    let bidding = Tree::of(&system("ad-bidding"));
    let bidder = bidding.text("kubernetes/production/workloads/bidder.yaml");
    for expected in
        ["setWeight: 5\n", "setWeight: 10\n", "setWeight: 25\n", "setWeight: 50\n", "kind: AnalysisTemplate"]
    {
        assert!(bidder.contains(expected), "{expected} in {bidder}");
    }
    assert_eq!(bidder.matches("cpu: '2'").count(), 2, "request and limit: {bidder}");
    let dashboard = bidding.text("grafana/dashboards/components/bidder.json");
    for expected in ["Jitter", "p99.9", "Requests"] {
        assert!(dashboard.contains(&format!("\"{expected}\"")), "{expected}");
    }
}
