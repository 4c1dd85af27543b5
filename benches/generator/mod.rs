//! Makes a system of any size in the input language: services, workers and cronjobs that depend on each other.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// The commit that all evidence is of.
const COMMIT: &str = "4f2c1ab9d0e87c6b5a4f3e2d1c0b9a8f7e6d5c4b";

/// The environments, and how many components have addresses for all their replicas in the network of each.
const NETWORKS: [(&str, usize); 2] = [("staging", 860), ("production", 1290)];

/// What is generated.
pub(crate) struct Options {
    /// How many components.
    pub(crate) count: usize,
    /// How many objectives each service and worker has: at most 2.
    pub(crate) objectives: usize,
}

/// Writes a system below `root`, with evidence for each of its components. Returns the bytes written.
pub(crate) fn write_system(root: &Path, options: &Options) -> io::Result<u64> {
    let count = options.count;
    let path = root.join("path");
    std::fs::create_dir_all(&path)?;
    let files = [
        ("pathc.yaml", manifest(count)),
        ("path/implementation_artifacts.yaml", artifacts(count)),
        ("path/deployment_packages.yaml", packages(options)),
        ("path/dependency_specifications.yaml", dependencies(count)),
        ("path/build_configurations.yaml", builds(count)),
        ("path/test_specifications.yaml", suites(count)),
        ("path/test_results.yaml", results(count)),
        ("path/test_coverage_report.yaml", coverage(count)),
        ("path/code_quality_metrics.yaml", quality(count)),
        ("path/refactoring_log.yaml", refactorings()),
    ];
    let mut bytes = 0;
    for (name, text) in files {
        bytes += text.len() as u64;
        std::fs::write(root.join(name), text)?;
    }
    Ok(bytes)
}

/// Every tenth component is a worker, every tenth a cronjob, the others are services; one in twenty is a public service.
fn kind(index: usize) -> &'static str {
    match index % 10 {
        7 => "worker",
        9 => "cronjob",
        _ => "service",
    }
}

fn datastores(count: usize) -> usize {
    count.div_ceil(10)
}

fn manifest(count: usize) -> String {
    let mut out = "system: generated\ndomain: business\nrepository: github.com/acme/generated\nowner:\n  team: platform\n  contact: \
     platform@acme.example\n  oncall: {pagerduty: generated}\nruntime: kubernetes\nbudget: {monthly_usd: 40000000}\n"
        .to_owned();
    for (index, (environment, _)) in NETWORKS.iter().filter(|(_, most)| count > *most).enumerate() {
        let _ = writeln!(
            out,
            "{}  - {{gate: G108, environment: {environment}, reason: only the size is of interest, approved_by: \
             platform@acme.example, expires: 2027-01-31}}",
            if index == 0 { "waivers:\n" } else { "" }
        );
    }
    out
}

fn artifacts(count: usize) -> String {
    let mut out = String::from("components:\n");
    for index in 0..count {
        let kind = kind(index);
        let _ = write!(
            out,
            "  - name: part-{index}\n    kind: {kind}\n    language: rust\n    path: services/part-{index}\n    description: \
             Part {index} of the system.\n    env: {{RUST_LOG: info, PART_NUMBER: \"{index}\", FEATURES: \"a,b,c\"}}\n    \
             secrets: [API_TOKEN]\n"
        );
        if kind == "cronjob" {
            let _ = write!(out, "    schedule: \"{} 2 * * *\"\n    depends_on: [store-{}]\n", index % 60, index / 10);
            continue;
        }
        out.push_str("    ports:\n");
        if kind == "service" {
            let public =
                if index.is_multiple_of(20) { format!(", public: true, path: /part-{index}") } else { String::new() };
            let _ = writeln!(out, "      - {{name: http, port: 8080, protocol: http{public}}}");
        }
        out.push_str(
            "      - {name: metrics, port: 9090, protocol: http}\n    health:\n      liveness: {http: /livez, port: metrics}\n      \
             readiness: {http: /readyz, port: metrics, period: 5s}\n",
        );
        let _ = write!(out, "    depends_on:\n      - store-{}\n", index / 10);
        if index > 0 && index % 10 != 0 {
            let previous = (1..=index % 10).map(|back| index - back).find(|other| self::kind(*other) == "service");
            if let Some(previous) = previous {
                let _ = writeln!(out, "      - {{name: part-{previous}, critical: false}}");
            }
        }
        if kind == "worker" {
            let _ = writeln!(out, "      - {{name: queue-{}, access: consume}}", index / 10);
        }
        let custom = match kind {
            "worker" => format!(", custom: [{{name: part_{index}_last_success, type: gauge}}]"),
            _ => String::new(),
        };
        let _ = writeln!(out, "    metrics: {{port: metrics{custom}}}");
    }
    out
}

fn packages(options: &Options) -> String {
    let count = options.count;
    let mut out = String::from("packages:\n");
    for index in 0..count {
        let _ = writeln!(
            out,
            "  - {{component: part-{index}, version: 1.{index}.0, digest: \"sha256:{:064x}\", commit: {COMMIT}, sbom: true, \
             signed: true, provenance: true}}",
            index + 1
        );
    }
    out.push_str("deployments:\n");
    for index in 0..count {
        let _ = write!(
            out,
            "  - component: part-{index}\n    resources: {{cpu: 100m, memory: 128Mi, memory_limit: 256Mi}}\n"
        );
        match kind(index) {
            "service" => {
                out.push_str("    scaling: {min: 2, max: 6, target: {cpu: 70}}\n");
                objectives(&mut out, options, "latency: 500ms");
            }
            "worker" => {
                let _ = writeln!(
                    out,
                    "    scaling: {{min: 2, max: 8, target: {{queue_depth: {{queue: queue-{}, per_replica: 50}}}}}}",
                    index / 10
                );
                objectives(
                    &mut out,
                    options,
                    &format!("freshness: {{metric: part_{index}_last_success, max_age: 10m}}"),
                );
            }
            _ => {}
        }
    }
    out.push_str(
        "environments:\n  - {name: staging, kind: staging, region: eu-west-1, domain: staging.acme.example, \
         availability_zones: 2, cidr: 10.20.0.0/16}\n  - name: production\n    kind: production\n    promotes_from: staging\n    \
         region: eu-west-1\n    domain: acme.example\n    availability_zones: 3\n    cidr: 10.30.0.0/16\n    approvals: \
         {reviewers: [acme/release]}\n    components:\n",
    );
    for index in (0..count).step_by(25) {
        let _ = writeln!(out, "      part-{index}: {{env: {{RUST_LOG: warn}}}}");
    }
    out.push_str("operations:\n  runbooks: https://runbooks.acme.example\n  recovery: {rto: 4h, rpo: 1h}\n");
    out
}

/// An objective of availability, and one of another kind.
fn objectives(out: &mut String, options: &Options, second: &str) {
    let lines = [
        "      - {name: availability, objective: 99.5, indicator: availability}\n".to_owned(),
        format!("      - {{name: speed, objective: 99, indicator: {{{second}}}}}\n"),
    ];
    if options.objectives > 0 {
        out.push_str("    slos:\n");
    }
    lines.iter().take(options.objectives).for_each(|line| out.push_str(line));
}

fn dependencies(count: usize) -> String {
    let mut out = String::from("datastores:\n");
    for index in 0..datastores(count) {
        let _ = write!(
            out,
            "  - name: store-{index}\n    kind: postgres\n    version: \"16\"\n    size: {{cpu: 1, memory: 4Gi, storage: \
             40Gi}}\n    high_availability: true\n    max_connections: 400\n    backup: {{retention: 14d, point_in_time: \
             true}}\n  - {{name: queue-{index}, kind: queue, retention: 4d}}\n"
        );
    }
    out.push_str("packages:\n");
    for index in 0..count {
        let _ = writeln!(
            out,
            "  - {{component: part-{index}, manifest: services/part-{index}/Cargo.toml, lockfile: Cargo.lock, direct: 31, \
             transitive: 214, licenses: {{MIT: 180, Apache-2.0: 60}}}}"
        );
    }
    out
}

fn builds(count: usize) -> String {
    let mut out = String::from("registry: {url: ghcr.io/acme, auth: github}\nbuilds:\n");
    for index in 0..count {
        let _ = writeln!(
            out,
            "  - {{component: part-{index}, tool: cargo, toolchain: \"1.95.0\", lockfile: Cargo.lock, image: {{context: \
             services/part-{index}}}}}"
        );
    }
    out.push_str(
        "scans: {static: codeql, dependencies: osv-scanner, containers: trivy, secrets: gitleaks}\nsupply_chain: {sbom: \
         cyclonedx, sign: cosign, provenance: slsa}\n",
    );
    out
}

fn suites(count: usize) -> String {
    let mut out = String::from("suites:\n");
    for index in 0..count {
        let _ = writeln!(
            out,
            "  - {{name: unit-{index}, kind: unit, component: part-{index}, run: cargo nextest run -p part-{index}, timeout: \
             10m}}"
        );
    }
    out.push_str("quality_gates: {coverage: {line: 85}}\n");
    out
}

fn evidence_head() -> String {
    format!("commit: {COMMIT}\ngenerated_at: 2026-11-20T10:02:11Z\n")
}

fn results(count: usize) -> String {
    let mut out = evidence_head();
    out.push_str("suites:\n");
    for index in 0..count {
        let _ = writeln!(out, "  - {{suite: unit-{index}, passed: {}, skipped: 1, duration: 41s}}", 100 + index);
    }
    out
}

fn coverage(count: usize) -> String {
    let mut out = format!("tool: cargo-llvm-cov\n{}components:\n", evidence_head());
    for index in 0..count {
        let _ = writeln!(out, "  - {{component: part-{index}, line: {{covered: 1843, total: 1990}}, branch: 87.5}}");
    }
    out
}

fn quality(count: usize) -> String {
    let mut out = format!("tool: sonarqube\n{}components:\n", evidence_head());
    for index in 0..count {
        let _ = writeln!(
            out,
            "  - {{component: part-{index}, complexity: {{max: 14, mean: 3.1}}, duplication: 1.2, lint: {{errors: 0, \
             warnings: 2}}}}"
        );
    }
    out
}

fn refactorings() -> String {
    "entries:\n  - id: R-1\n    date: 2026-11-12\n    component: part-0\n    kind: schema-change\n    summary: Add a \
     column.\n    migration: {run: sqlx migrate run, reversible: true, online: true}\n    tests: {before: pass, after: \
     pass}\n"
        .to_owned()
}
