//! `pathc import` as a pipeline uses it: reports in, rows of evidence out, and gates that judge them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

/// A copy of the storefront.
fn storefront() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("path")).expect("a folder");
    fs::copy(format!("{FILES}/pass/storefront/pathc.yaml"), folder.path().join("pathc.yaml")).expect("a copy");
    for entry in fs::read_dir(format!("{FILES}/pass/storefront/path")).expect("the inputs") {
        let path = entry.expect("the inputs").path();
        fs::copy(&path, folder.path().join("path").join(path.file_name().expect("a name"))).expect("a copy");
    }
    folder
}

fn pathc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pathc"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("GITHUB_SHA")
        .env("SOURCE_DATE_EPOCH", "1795600000")
        .output()
        .expect("pathc runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const COMMIT: &str = "4f2c1ab9d0e87c6b5a4f3e2d1c0b9a8f7e6d5c4b";

#[test]
fn what_was_imported_is_judged() {
    let folder = storefront();
    let lcov: String = [("services/checkout", 71), ("services/order-worker", 95), ("libs/money", 99)]
        .iter()
        .map(|(folder, hits)| {
            let lines: String = (1..=100).map(|line| format!("DA:{line},{}\n", u8::from(line <= *hits))).collect();
            format!("SF:/build/shop/{folder}/src/lib.rs\n{lines}end_of_record\n")
        })
        .collect();
    fs::write(folder.path().join("lcov.info"), lcov).expect("a report");
    let imported = pathc(
        folder.path(),
        &["import", "lcov", "lcov.info", "-c", "checkout", "-c", "order-worker", "-c", "money", "--commit", COMMIT],
    );
    assert!(imported.status.success(), "{}", said(&imported));
    let text = fs::read_to_string(folder.path().join("path/test_coverage_report.yaml")).expect("the report");
    assert!(text.contains("- {component: order-worker, line: {covered: 95, total: 100}, "), "{text}");
    let checked = pathc(folder.path(), &["check", "--message-format", "short"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(said(&checked).contains("error[G201]: line coverage of `checkout` is 71 %"), "{}", said(&checked));

    fs::create_dir_all(folder.path().join("reports/a")).expect("a folder");
    for (name, failure) in [("one", ""), ("two", "<failure message='no'/>")] {
        let text = format!("<testsuite><testcase name='{name}'>{failure}</testcase></testsuite>");
        fs::write(folder.path().join(format!("reports/a/{name}.xml")), text).expect("a report");
    }
    let arguments = ["import", "junit", "reports/**/*.xml", "--suite", "unit", "--commit", COMMIT];
    assert!(pathc(folder.path(), &arguments).status.success());
    let text = fs::read_to_string(folder.path().join("path/test_results.yaml")).expect("the results");
    let row = "{suite: unit, passed: 1, skipped: 0, failed: 1, flaky: 0, failures: [{test: two, message: 'no'}]";
    assert!(text.contains(row), "{text}");
    let checked = pathc(folder.path(), &["check", "--message-format", "short"]);
    assert!(said(&checked).contains("error[G202]"), "{}", said(&checked));
    let before = fs::read(folder.path().join("path/test_results.yaml")).expect("the results");
    assert!(pathc(folder.path(), &arguments).status.success());
    assert_eq!(before, fs::read(folder.path().join("path/test_results.yaml")).expect("the results"));
}

#[test]
fn documents_are_made_where_there_are_none() {
    let folder = storefront();
    for document in ["test_coverage_report", "code_quality_metrics"] {
        fs::remove_file(folder.path().join(format!("path/{document}.yaml"))).expect("it was there");
    }
    fs::create_dir(folder.path().join("path/test_coverage_report")).expect("a folder");
    fs::write(
        folder.path().join("path/test_coverage_report/web.yaml"),
        format!(
            "commit: {COMMIT}\ngenerated_at: 2026-11-20T10:02:11Z\ncomponents:\n  - {{component: web, line: 91}}\n"
        ),
    )
    .expect("a fragment");
    let cobertura = format!("{FILES}/reports/cobertura");
    let report = fs::read_dir(&cobertura)
        .expect("reports")
        .map(|entry| entry.expect("a report").path())
        .find(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .expect("a report");
    let report = report.to_str().expect("a path");
    for component in ["web", "checkout"] {
        let imported = pathc(folder.path(), &["import", "cobertura", report, "-c", component, "--commit", COMMIT]);
        assert!(imported.status.success(), "{}", said(&imported));
    }
    let fragment = |name: &str| fs::read_to_string(folder.path().join("path/test_coverage_report").join(name));
    assert!(fragment("web.yaml").expect("a fragment").contains("covered: "));
    assert!(fragment("imported.yaml").expect("a fragment").starts_with(&format!("commit: {COMMIT}\n")));
    let sarif = format!("{FILES}/reports/sarif/Suppressions.sarif");
    let imported =
        pathc(folder.path(), &["import", "sarif", &sarif, "-c", "web", "--commit", COMMIT, "--tool", "semgrep"]);
    assert!(imported.status.success(), "{}", said(&imported));
    let text = fs::read_to_string(folder.path().join("path/code_quality_metrics.yaml")).expect("a document");
    assert!(text.starts_with("tool: semgrep\n") && text.contains("medium: 4"), "{text}");
    let found = said(&pathc(folder.path(), &["check", "--message-format", "short"]));
    assert!(!found.contains("error[E"), "{found}");
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let folder = storefront();
    let fails = |arguments: &[&str]| {
        let output = pathc(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        said(&output)
    };
    assert!(fails(&["import", "junit", "absent.xml", "--suite", "unt"]).contains("did you mean `unit`?"));
    assert!(fails(&["import", "junit", "absent-*.xml", "--suite", "unit"]).contains("no file matches `absent-*.xml`"));
    fs::write(folder.path().join("no.xml"), "<testsuite>\n  <testcase>\n").expect("a report");
    let text = fails(&["import", "junit", "no.xml", "--suite", "unit", "--commit", COMMIT]);
    assert!(text.starts_with("error: `no.xml:3:1` ends inside of the element `testcase`\n  help: "), "{text}");
    fs::write(folder.path().join("lcov.info"), "SF:other/a.rs\nDA:1,1\nend_of_record\n").expect("a report");
    let text = fails(&["import", "lcov", "lcov.info", "-c", "web", "-c", "catalog", "--commit", COMMIT]);
    assert!(text.contains("the report has no line of `web`") && text.contains("`other/a.rs`"), "{text}");
    let text = fails(&["import", "lcov", "lcov.info", "-c", "web"]);
    assert!(text.contains("name it with `--commit SHA`"), "{text}");
}
