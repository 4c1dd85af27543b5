//! Which values of the inputs a gate looks at, for who asks what a line is good for.
//!
//! A gate may look at more than one value, and at a value's absence. The rows are proved by the cases of the gates: whatever a
//! finding points at stands here.

use camino::Utf8Path;

/// By document and field, with all that is below it: the gates that look at it. `[*]` stands for any element.
type Row = (&'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const READ: &[Row] = &[
    ("pathc", "domain", &["G205", "G210", "G604", "G703", "G704"]),
    ("pathc", "owner", &["G405", "G507", "G701"]),
    ("pathc", "repository", &["G702"]),
    ("pathc", "runtime", &["G406"]),
    ("pathc", "targets", &["G406"]),
    ("pathc", "budget", &["G103"]),
    ("pathc", "compliance", &["G506", "G507", "G508", "G509"]),
    ("pathc", "waivers[*]", &["G706"]),

    ("test_specifications", "suites[*].name", &["G202", "G203", "G204", "G205", "G209"]),
    ("test_specifications", "suites[*].kind", &["G203", "G205"]),
    ("test_specifications", "suites[*].component", &["G205"]),
    ("test_specifications", "suites[*].stage", &["G203", "G205"]),
    ("test_specifications", "suites[*].environment", &["G203", "G207", "G209"]),
    ("test_specifications", "suites[*].blocking", &["G202", "G203", "G205"]),
    ("test_specifications", "suites[*].specification", &["G209"]),
    ("test_specifications", "suites[*].run", &["G505"]),
    ("test_specifications", "requirements[*]", &["G209"]),
    ("test_specifications", "quality_gates.coverage", &["G201"]),
    ("test_specifications", "quality_gates.pass_rate", &["G202"]),
    ("test_specifications", "quality_gates.flaky_rate", &["G208"]),
    ("test_specifications", "quality_gates.skipped_rate", &["G208"]),
    ("test_specifications", "quality_gates.mutation_score", &["G211"]),
    ("test_specifications", "quality_gates.max_age", &["G206"]),
    ("test_specifications", "quality_gates.same_commit", &["G207"]),

    ("test_coverage_report", "commit", &["G207"]),
    ("test_coverage_report", "generated_at", &["G206"]),
    ("test_coverage_report", "components[*].component", &["G201", "G204"]),
    ("test_coverage_report", "components[*].line", &["G201", "G213"]),
    ("test_coverage_report", "components[*].branch", &["G201", "G213"]),
    ("test_coverage_report", "components[*].function", &["G201", "G213"]),
    ("test_coverage_report", "components[*].commit", &["G207"]),
    ("test_coverage_report", "components[*].generated_at", &["G206"]),

    ("test_results", "commit", &["G207"]),
    ("test_results", "generated_at", &["G206"]),
    ("test_results", "suites[*].suite", &["G203", "G204"]),
    ("test_results", "suites[*].component", &["G204"]),
    ("test_results", "suites[*].commit", &["G207"]),
    ("test_results", "suites[*].generated_at", &["G206"]),
    ("test_results", "suites[*].passed", &["G202", "G208", "G209"]),
    ("test_results", "suites[*].failed", &["G202", "G209", "G213"]),
    ("test_results", "suites[*].failures", &["G202", "G213"]),
    ("test_results", "suites[*].skipped", &["G208"]),
    ("test_results", "suites[*].flaky", &["G208"]),
    ("test_results", "suites[*].performance", &["G601", "G604"]),
    ("test_results", "drills", &["G304", "G507", "G704"]),
    ("test_results", "history", &["G212", "G213"]),

    ("implementation_artifacts", "components[*].name", &["G101", "G106", "G201", "G205", "G210", "G301", "G303", "G306", "G311", "G401", "G403", "G406", "G606"]),
    ("implementation_artifacts", "components[*].kind", &["G101", "G205", "G301", "G401"]),
    ("implementation_artifacts", "components[*].domain", &["G205", "G210", "G604"]),
    ("implementation_artifacts", "components[*].tier", &["G101", "G102", "G401", "G506", "G606", "G701", "G704"]),
    ("implementation_artifacts", "components[*].owner", &["G405", "G701"]),
    ("implementation_artifacts", "components[*].ports[*].port", &["G106"]),
    ("implementation_artifacts", "components[*].ports[*].tls", &["G509"]),
    ("implementation_artifacts", "components[*].ports[*].public", &["G305", "G509"]),
    ("implementation_artifacts", "components[*].health", &["G301"]),
    ("implementation_artifacts", "components[*].command", &["G505"]),
    ("implementation_artifacts", "components[*].args", &["G505"]),
    ("implementation_artifacts", "components[*].files", &["G505"]),
    ("implementation_artifacts", "components[*].init", &["G505"]),
    ("implementation_artifacts", "components[*].env", &["G210", "G307", "G505"]),
    ("implementation_artifacts", "components[*].secrets", &["G307"]),
    ("implementation_artifacts", "components[*].volumes", &["G106"]),
    ("implementation_artifacts", "components[*].depends_on", &["G102", "G311", "G404", "G603", "G605", "G704"]),
    ("implementation_artifacts", "components[*].metrics", &["G210", "G306", "G403", "G406", "G407", "G605"]),
    ("implementation_artifacts", "components[*].run_as", &["G106"]),
    ("implementation_artifacts", "components[*].writable_root", &["G106"]),

    ("code_quality_metrics", "commit", &["G207"]),
    ("code_quality_metrics", "components[*].component", &["G207"]),
    ("code_quality_metrics", "components[*].complexity", &["G211"]),
    ("code_quality_metrics", "components[*].duplication", &["G211"]),
    ("code_quality_metrics", "components[*].lint", &["G211"]),
    ("code_quality_metrics", "components[*].maintainability", &["G211"]),
    ("code_quality_metrics", "components[*].mutation_score", &["G211"]),
    ("code_quality_metrics", "components[*].findings", &["G503"]),
    ("code_quality_metrics", "components[*].commit", &["G207"]),
    ("code_quality_metrics", "thresholds.complexity_max", &["G211"]),
    ("code_quality_metrics", "thresholds.duplication", &["G211"]),
    ("code_quality_metrics", "thresholds.lint_errors", &["G211"]),
    ("code_quality_metrics", "thresholds.maintainability", &["G211"]),
    ("code_quality_metrics", "thresholds.mutation_score", &["G211"]),
    ("code_quality_metrics", "thresholds.findings", &["G503"]),

    ("refactoring_log", "entries[*].breaking", &["G310"]),
    ("refactoring_log", "entries[*].tests", &["G310"]),
    ("refactoring_log", "entries[*].approved_by", &["G310"]),
    ("refactoring_log", "entries[*].released", &["G303", "G305", "G310"]),
    ("refactoring_log", "entries[*].migration", &["G303", "G305", "G505"]),

    ("build_configurations", "builds[*].component", &["G201", "G210"]),
    ("build_configurations", "builds[*].tool", &["G210"]),
    ("build_configurations", "builds[*].toolchain", &["G210"]),
    ("build_configurations", "builds[*].lockfile", &["G210"]),
    ("build_configurations", "builds[*].commands", &["G505"]),
    ("build_configurations", "builds[*].env", &["G210", "G505"]),
    ("build_configurations", "builds[*].image", &["G505"]),
    ("build_configurations", "scans", &["G504", "G507"]),
    ("build_configurations", "supply_chain", &["G507"]),

    ("dependency_specifications", "datastores[*].name", &["G102", "G406", "G507", "G703", "G704", "G705"]),
    ("dependency_specifications", "datastores[*].kind", &["G703", "G704", "G705"]),
    ("dependency_specifications", "datastores[*].size", &["G103"]),
    ("dependency_specifications", "datastores[*].high_availability", &["G102", "G103"]),
    ("dependency_specifications", "datastores[*].max_connections", &["G603"]),
    ("dependency_specifications", "datastores[*].encrypted", &["G105", "G507"]),
    ("dependency_specifications", "datastores[*].public", &["G104"]),
    ("dependency_specifications", "datastores[*].backup", &["G507", "G703", "G705"]),
    ("dependency_specifications", "datastores[*].versioned", &["G507", "G703", "G705"]),
    ("dependency_specifications", "datastores[*].rebuildable", &["G507", "G703", "G704", "G705"]),
    ("dependency_specifications", "datastores[*].recovery", &["G703", "G704"]),
    ("dependency_specifications", "packages[*].vulnerabilities", &["G501"]),
    ("dependency_specifications", "packages[*].licenses", &["G502"]),
    ("dependency_specifications", "policy.licenses", &["G502"]),
    ("dependency_specifications", "policy.vulnerabilities", &["G501", "G507"]),
    ("dependency_specifications", "external[*].objective", &["G404"]),

    ("deployment_packages", "packages[*].component", &["G302", "G506"]),
    ("deployment_packages", "packages[*].version", &["G302", "G506"]),
    ("deployment_packages", "packages[*].digest", &["G302"]),
    ("deployment_packages", "packages[*].commit", &["G207"]),
    ("deployment_packages", "packages[*].built_at", &["G206"]),
    ("deployment_packages", "packages[*].sbom", &["G506"]),
    ("deployment_packages", "packages[*].signed", &["G506"]),
    ("deployment_packages", "packages[*].provenance", &["G506"]),
    ("deployment_packages", "deployments[*].component", &["G107", "G201", "G205", "G302", "G401", "G606"]),
    ("deployment_packages", "deployments[*].resources", &["G103", "G107", "G108"]),
    ("deployment_packages", "deployments[*].replicas", &["G101", "G103", "G108", "G305", "G602", "G603"]),
    ("deployment_packages", "deployments[*].scaling", &["G101", "G103", "G108", "G305", "G602", "G603", "G605"]),
    ("deployment_packages", "deployments[*].strategy", &["G305", "G306", "G309"]),
    ("deployment_packages", "deployments[*].rollback", &["G303", "G306"]),
    ("deployment_packages", "deployments[*].capacity", &["G408", "G601", "G602", "G603", "G606"]),
    ("deployment_packages", "deployments[*].slos", &["G306", "G401", "G402", "G403", "G404", "G407", "G408", "G601"]),
    ("deployment_packages", "environments[*].name", &["G102", "G103", "G304", "G307", "G308", "G311", "G507", "G703", "G704", "G705"]),
    ("deployment_packages", "environments[*].kind", &["G101", "G102", "G304", "G308", "G507"]),
    ("deployment_packages", "environments[*].promotes_from", &["G307", "G308"]),
    ("deployment_packages", "environments[*].region", &["G103"]),
    ("deployment_packages", "environments[*].approvals", &["G308", "G507"]),
    ("deployment_packages", "environments[*].availability_zones", &["G102", "G103", "G507"]),
    ("deployment_packages", "environments[*].cidr", &["G108"]),
    ("deployment_packages", "environments[*].components", &["G101", "G103", "G107", "G307", "G311", "G602", "G603"]),
    ("deployment_packages", "environments[*].datastores", &["G102", "G103", "G311", "G603", "G703", "G705"]),
    ("deployment_packages", "environments[*].budget", &["G103"]),
    ("deployment_packages", "operations.escalation[*].notify", &["G405"]),
    ("deployment_packages", "operations.runbooks", &["G702"]),
    ("deployment_packages", "operations.recovery", &["G703", "G704"]),
    ("deployment_packages", "operations.retention.audit", &["G508"]),
    ("deployment_packages", "operations.retention.metrics", &["G402"]),
];

/// The gates that look at a value, by the document that it stands in (`pathc` for the manifest) and its keys from the root
/// inwards, in order.
#[must_use]
pub fn judged_by(document: &str, path: &str) -> Vec<&'static str> {
    let path = any_element(path);
    let covers =
        |field: &str| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let rows = READ.iter().filter(|(known, field, _)| *known == document && covers(field));
    let mut found: Vec<&'static str> = rows.flat_map(|(_, _, gates)| gates.iter().copied()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The document that an input is, or is a fragment of; `pathc` for the manifest.
#[must_use]
pub fn document_of(path: &Utf8Path) -> Option<&'static str> {
    let named = |name: &str| READ.iter().map(|(document, _, _)| *document).find(|document| *document == name);
    let folder = path.parent().and_then(Utf8Path::file_name);
    path.file_stem().and_then(named).or_else(|| folder.and_then(named))
}

/// A path in which `[*]` stands for every element: `suites[unit].run` is `suites[*].run`.
fn any_element(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut depth = 0_usize;
    for character in path.chars() {
        match character {
            '[' => {
                if depth == 0 {
                    out.push_str("[*]");
                }
                depth += 1;
            }
            ']' => depth = depth.saturating_sub(1),
            other if depth == 0 => out.push(other),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates;

    #[test]
    fn a_row_names_gates_that_there_are_and_each_gate_reads_something() {
        let known: Vec<&str> = gates::ALL.iter().map(|gate| gate.code.as_str()).collect();
        let named: Vec<&str> = READ.iter().flat_map(|(_, _, gates)| gates.iter().copied()).collect();
        assert!(named.iter().all(|code| known.contains(code)));
        let unread: Vec<&&str> = known.iter().filter(|code| !named.contains(code)).collect();
        assert!(unread.is_empty(), "{unread:?}");
    }

    #[test]
    fn a_field_covers_what_is_below_it() {
        assert_eq!(judged_by("test_coverage_report", "components[a.b[0]].line.covered"), ["G201", "G213"]);
        assert_eq!(judged_by("test_specifications", "quality_gates.max_age"), ["G206"]);
        assert!(judged_by("test_specifications", "quality_gates.max_ages").is_empty());
        assert!(judged_by("pathc", "system").is_empty());
    }
}
