//! Reports of public projects agree with facts that others computed; hostile ones end in a word, never in a panic.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::rows::{self, Row, Stamp};
use super::share::{self, Measured, Part};
use super::*;
use crate::ir::value::Time;

fn evidence(format: &str, text: impl AsRef<[u8]>) -> Evidence {
    (by_name(format).unwrap().read)(text.as_ref()).unwrap()
}

fn fault(format: &str, text: impl AsRef<[u8]>) -> String {
    (by_name(format).unwrap().read)(text.as_ref()).unwrap_err().message
}

fn tests(text: &str) -> Tests {
    let Evidence::Tests(tests) = evidence("junit", text) else { panic!("no tests") };
    tests
}

fn coverage(format: &str, text: &str) -> Coverage {
    let Evidence::Coverage(coverage) = evidence(format, text) else { panic!("no coverage") };
    coverage
}

fn packages(format: &str, text: &str) -> Packages {
    let Evidence::Packages(packages) = evidence(format, text) else { panic!("no packages") };
    packages
}

fn part(component: &str, folder: &str) -> Part {
    Part { component: component.to_owned(), folder: Some(folder.to_owned()) }
}

/// Each report of a format, with its name, and the facts about it.
fn reports(format: &str) -> Vec<(String, Vec<u8>, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports").join(format);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let facts = format!("{}.expected.json", path.display());
        if let Ok(facts) = fs::read_to_string(&facts) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            found.push((name, fs::read(&path).unwrap(), serde_json::from_str(&facts).unwrap()));
        }
    }
    assert!(!found.is_empty(), "no report of {format}");
    found
}

fn whole(coverage: &Coverage) -> Covered {
    match share::coverage(coverage, &[part("all", "")]).unwrap().parts[0] {
        Measured::Counted(covered) => covered,
        Measured::Rate(rate) => panic!("a rate of {rate}"),
    }
}

#[test]
fn junit_agrees_with_the_facts() {
    for (name, bytes, facts) in reports("junit") {
        let Evidence::Tests(tests) = evidence("junit", bytes) else { panic!("{name}") };
        let fact = |key: &str| facts[key].as_u64().unwrap();
        assert_eq!(tests.passed, fact("passed"), "{name}");
        assert_eq!(tests.failed, fact("failures") + fact("errors"), "{name}");
        assert_eq!(tests.skipped, fact("skipped"), "{name}");
        assert_eq!(tests.flaky, fact("flaky"), "{name}");
        assert_eq!(tests.failures.len() as u64, tests.failed, "{name}");
        assert!((tests.milliseconds as f64 - facts["case_time_s"].as_f64().unwrap() * 1000.0).abs() < 1.0, "{name}");
    }
}

#[test]
fn cobertura_agrees_with_the_facts() {
    for (name, bytes, facts) in reports("cobertura") {
        let Evidence::Coverage(coverage) = evidence("cobertura", bytes) else { panic!("{name}") };
        let covered = whole(&coverage);
        let count = (covered.lines.covered, covered.lines.total);
        let number = |key: &str| facts[key].as_u64().or_else(|| facts[key].as_str()?.parse().ok()).unwrap_or(0);
        if number("unique_lines_total") > 0 {
            assert_eq!(count, (number("unique_lines_covered"), number("unique_lines_total")), "{name}");
            let branches = (covered.branches.covered, covered.branches.total);
            assert_eq!(branches, (number("condition_covered"), number("condition_total")), "{name}");
        } else {
            assert_eq!(count, (number("lines-covered"), number("lines-valid")), "{name}");
        }
    }
}

#[test]
fn lcov_and_jacoco_agree_with_the_facts() {
    for (name, bytes, facts) in reports("lcov") {
        let Evidence::Coverage(coverage) = evidence("lcov", bytes) else { panic!("{name}") };
        let covered = whole(&coverage);
        let counts = [
            ("lines_covered", covered.lines.covered),
            ("lines_total", covered.lines.total),
            ("branches_total", covered.branches.total),
            ("functions_covered", covered.functions.covered),
            ("functions_total", covered.functions.total),
            ("files", coverage.files.len() as u64),
        ];
        for (fact, count) in counts {
            assert_eq!(facts[fact].as_u64(), Some(count), "{name}: {fact}");
        }
    }
    for (name, bytes, facts) in reports("jacoco") {
        let Evidence::Coverage(coverage) = evidence("jacoco", bytes) else { panic!("{name}") };
        let covered = whole(&coverage);
        for (fact, count) in [("LINE", covered.lines), ("BRANCH", covered.branches), ("METHOD", covered.functions)] {
            let fact = &facts["counters"][fact];
            let (hit, missed) = (fact["covered"].as_u64().unwrap(), fact["missed"].as_u64().unwrap());
            assert_eq!((count.covered, count.total), (hit, hit + missed), "{name}");
        }
    }
}

#[test]
fn sarif_agrees_with_the_facts() {
    for (name, bytes, facts) in reports("sarif") {
        let Evidence::Findings(findings) = evidence("sarif", bytes) else { panic!("{name}") };
        let all = facts["results"].as_u64().unwrap();
        let gone = facts["baseline"]["absent"].as_u64().unwrap_or(0);
        // The facts count every suppression; two of that file were rejected or are still under review.
        let suppressed = facts["suppressed"].as_u64().unwrap() - if name == "Suppressions.sarif" { 3 } else { 0 };
        assert_eq!(findings.len() as u64, all - gone - suppressed, "{name}");
        if suppressed + gone == 0 {
            for (level, severity) in [("error", Severity::High), ("warning", Severity::Medium), ("note", Severity::Low)]
            {
                let count = findings.iter().filter(|finding| finding.severity == severity).count() as u64;
                assert_eq!(facts["by_level"][level].as_u64().unwrap_or(0), count, "{name}: {level}");
            }
        }
    }
}

#[test]
fn bills_agree_with_the_facts() {
    for (name, bytes, facts) in reports("cyclonedx") {
        let Evidence::Packages(packages) = evidence("cyclonedx", bytes) else { panic!("{name}") };
        assert_eq!(Some(packages.total), facts["components_total"].as_u64(), "{name}");
        assert!(packages.direct.is_none_or(|direct| direct <= packages.total), "{name}");
        if facts["vulnerabilities"].as_u64() == Some(0) {
            assert!(packages.vulnerabilities.is_empty(), "{name}");
        }
    }
    for (name, bytes, facts) in reports("spdx") {
        let Evidence::Packages(packages) = evidence("spdx", bytes) else { panic!("{name}") };
        assert!(packages.total <= facts["packages"].as_u64().unwrap() && packages.total > 0, "{name}");
    }
}

#[test]
fn a_bill_says_the_same_in_both_forms() {
    let json = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5",
        "metadata": {"component": {"bom-ref": "shop", "name": "shop"}},
        "components": [
            {"bom-ref": "a", "group": "org.a", "name": "a", "licenses": [{"license": {"id": "MIT"}}],
             "components": [{"bom-ref": "inner", "name": "inner", "licenses": [{"expression": "MIT OR Apache-2.0"}]}]},
            {"bom-ref": "b", "name": "b", "licenses": [{"license": {"name": "Ours"}}]}],
        "dependencies": [{"ref": "shop", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}],
        "vulnerabilities": [
            {"id": "CVE-1", "ratings": [{"severity": "medium"}, {"score": 9.8}], "published": "2026-01-02T03:04:05Z",
             "affects": [{"ref": "a"}, {"ref": "urn:cdx:x/1#b"}]},
            {"id": "CVE-2", "affects": [{"ref": "b"}]},
            {"id": "CVE-3", "analysis": {"state": "not_affected"}, "affects": [{"ref": "b"}]}]}"#;
    let xml = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata>
        <tools><components><component type="application"><name>tool</name></component></components></tools>
        <component bom-ref="shop"><name>shop</name></component></metadata><components>
        <component bom-ref="a"><group>org.a</group><name>a</name><licenses><license><id>MIT</id></license></licenses>
          <components><component bom-ref="inner"><name>inner</name>
            <licenses><expression>MIT OR Apache-2.0</expression></licenses></component></components></component>
        <component bom-ref="b"><name><![CDATA[b]]></name><licenses><license><name>Ours</name></license></licenses></component>
        </components>
        <dependencies><dependency ref="shop"><dependency ref="a"/></dependency><dependency ref="a"><dependency ref="b"/></dependency></dependencies>
        <vulnerabilities>
          <vulnerability><id>CVE-1</id><ratings><rating><severity>medium</severity></rating><rating><score>9.8</score></rating></ratings>
            <published>2026-01-02T03:04:05Z</published>
            <affects><target><ref>a</ref></target><target><ref>urn:cdx:x/1#b</ref></target></affects></vulnerability>
          <vulnerability><id>CVE-2</id><affects><target><ref>b</ref></target></affects></vulnerability>
          <vulnerability><id>CVE-3</id><analysis><state>not_affected</state></analysis><affects><target><ref>b</ref></target></affects></vulnerability>
        </vulnerabilities></bom>"#;
    let said = packages("cyclonedx", json);
    assert_eq!(said, packages("cyclonedx", xml));
    assert_eq!((said.total, said.direct), (3, Some(1)));
    let licences: Vec<(&str, u64)> = said.licenses.iter().map(|(licence, count)| (licence.as_str(), *count)).collect();
    assert_eq!(licences, [("MIT", 1), ("MIT OR Apache-2.0", 1), ("Ours", 1)]);
    let known: Vec<_> =
        said.vulnerabilities.iter().map(|known| (known.id.as_str(), known.package.as_str(), known.severity)).collect();
    assert_eq!(
        known,
        [("CVE-1", "b", Severity::Critical), ("CVE-1", "org.a/a", Severity::Critical), ("CVE-2", "b", Severity::High)]
    );
    assert_eq!(said.vulnerabilities[0].published.as_deref(), Some("2026-01-02"));
}

#[test]
fn tests_are_counted_by_their_cases() {
    let read = tests(
        r#"<x:testsuites xmlns:x="urn:x"><x:testsuite name="outer" tests="9">
            <x:testsuite name="inner">
              <x:testcase classname="A" name="one" time="1,000.5"/>
              <x:testcase name="two"><flakyFailure message="no"/></x:testcase>
              <x:testcase name="three" file="a\b.py" line="7"><error>
                 boom &lt;here&gt;
                 and there</error><rerunFailure/></x:testcase>
              <x:testcase name="four" status="notrun"/>
              <x:testcase name="five"><skipped/></x:testcase>
            </x:testsuite>
            <x:testsuite name="listed" tests="10" failures="1" errors="1" skipped="2" time="2"/>
          </x:testsuite></x:testsuites>"#,
    );
    assert_eq!((read.passed, read.failed, read.skipped, read.flaky), (8, 3, 4, 1));
    assert_eq!(read.milliseconds, 1_002_500);
    assert_eq!(
        read.failures,
        [FailedTest { test: "three".into(), message: Some("boom <here>".into()), location: Some("a/b.py:7".into()) }]
    );
}

#[test]
fn many_failures_are_not_all_named() {
    let cases: String = (0..60).map(|n| format!("<testcase name='t{n}'><failure message='x'/></testcase>")).collect();
    let read = tests(&format!("<testsuite>{cases}</testsuite>"));
    assert_eq!((read.failed, read.failures.len()), (60, 51));
    assert_eq!(read.failures[50].test, "10 more");
}

#[test]
fn coverage_is_divided_by_folders() {
    let read = coverage(
        "lcov",
        "TN:\nSF:/home/ci/shop/services/pay/src/a.rs\nFN:1,4,f,g\nFNDA:2,f,g\nDA:1,2\nDA:2,0\nBRDA:1,0,0,-\nBRDA:1,0,1,3\n\
         end_of_record\nSF:services/pay/src/a.rs\nDA:1,1\nend_of_record\nSF:services/payments/b.rs\nLF:10\nLH:7\n\
         end_of_record\nSF:tools/x.rs\nDA:1,1\nend_of_record\n",
    );
    let parts = [part("pay", "services/pay"), part("payments", "services/payments"), part("all", "services")];
    let shared = share::coverage(&read, &parts).unwrap();
    let Measured::Counted(pay) = shared.parts[0] else { panic!("a rate") };
    assert_eq!((pay.lines, pay.branches), (Count { covered: 2, total: 3 }, Count { covered: 1, total: 2 }));
    assert_eq!(pay.functions, Count { covered: 1, total: 1 });
    let Measured::Counted(payments) = shared.parts[1] else { panic!("a rate") };
    assert_eq!(payments.lines, Count { covered: 7, total: 10 });
    assert_eq!(shared.strangers, ["tools/x.rs"]);
    let go = coverage(
        "go-cover",
        "mode: set\nexample.com/shop/services/pay/a.go:1.2,3.4 2 1\nexample.com/shop/services/pay/a.go:5.2,6.4 3 0\n\
         mode: atomic\nexample.com/shop/services/pay/a.go:5.2,6.4 3 9\nexample.com/shop/services/pay/b.go:1.1,2.2 1 0\n",
    );
    assert_eq!(whole(&go).lines, Count { covered: 5, total: 6 });
    let rate = coverage("cobertura", "<coverage line-rate='0.87656'/>");
    assert!(share::coverage(&rate, &parts).unwrap_err().contains("can't be divided"));
    assert_eq!(share::coverage(&rate, &parts[..1]).unwrap().parts, [Measured::Rate(0.87656)]);
}

#[test]
fn scores_win_over_levels() {
    let Evidence::Findings(found) = evidence(
        "sarif",
        r#"{"version": "2.1.0", "runs": [
          {"tool": {"driver": {"rules": [{"id": "A", "properties": {"security-severity": "9.8"}},
                                          {"id": "B", "defaultConfiguration": {"level": "note"}}]},
                    "extensions": [{"rules": [{"id": "C", "properties": {"security-severity": 5}}]}]},
           "artifacts": [{"location": {"uri": "src/a%20b.c"}}],
           "results": [
             {"ruleId": "A", "level": "note", "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]},
             {"ruleId": "B/1"}, {"rule": {"index": 0, "toolComponent": {"index": 0}}}, {"ruleId": "unknown"},
             {"ruleId": "A", "kind": "pass"}, {"ruleId": "B", "level": "none"}]},
          {"tool": {"driver": {}}, "results": null}]}"#,
    ) else {
        panic!("no findings")
    };
    let severities: Vec<Severity> = found.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Critical, Severity::Low, Severity::Medium, Severity::Medium]);
    assert_eq!(found[0].file.as_deref(), Some("src/a b.c"));
    let tally = share::findings(&found, &[part("a", "src"), part("b", "lib")]);
    // Without a file a finding is everybody's.
    assert_eq!((tally.parts[0].critical, tally.parts[1].critical, tally.parts[1].medium), (1, 0, 2));
}

#[test]
fn what_is_no_report_is_told_so() {
    assert_eq!(
        fault("junit", "<coverage/>"),
        "begins with the element `coverage`, not with `testsuites` or `testsuite` or `testcase`"
    );
    assert_eq!(fault("junit", ""), "is empty");
    assert_eq!(fault("junit", "<testsuite><testcase>"), "ends inside of the element `testcase`");
    assert!(fault("junit", "<testsuite></testcase>").starts_with("is no XML: "));
    assert!(fault("junit", "<!DOCTYPE a [<!ENTITY a 'b'>]><testsuite/>").contains("declares entities"));
    assert!(fault("junit", "<testsuite>".repeat(300)).contains("deep"));
    assert_eq!(fault("lcov", "hello"), "has a line that is no `KEY:VALUE`");
    assert_eq!(fault("lcov", "DA:1,1"), "has a `DA` before any `SF`");
    assert_eq!(fault("go-cover", "a.go:1.1,2.2 1 1"), "does not begin with `mode:`");
    assert!(fault("sarif", "{").starts_with("is no SARIF log: "));
    assert!(fault("sarif", r#"{"version": "1.0.0"}"#).contains("2.1.0 is read"));
    assert!(fault("cyclonedx", "{}").contains("bomFormat"));
    assert!(fault("spdx", "hello").contains("spdxVersion"));
    assert_eq!(fault("junit", b"<testsuite name='\xff'/>"), "is no UTF-8 text");
}

#[test]
fn other_alphabets_are_read() {
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(
            "<?xml version='1.0' encoding='utf-16'?><testsuite><testcase name='é'/></testsuite>"
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    let Evidence::Tests(read) = evidence("junit", wide) else { panic!("no tests") };
    assert_eq!(read.passed, 1);
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><testsuite><testcase name='\xe9'><failure/></testcase></testsuite>";
    let Evidence::Tests(read) = evidence("junit", latin) else { panic!("no tests") };
    assert_eq!(read.failures[0].test, "é");
}

/// Reports that were cut, mixed up or changed in a byte: any answer but a panic.
#[test]
fn damaged_reports_end_in_a_word() {
    for format in FORMATS {
        let folder = if format.name == "go-cover" { "lcov" } else { format.name };
        for (_, bytes, _) in reports(folder).into_iter().filter(|(_, bytes, _)| bytes.len() < 4_000) {
            for at in (0..bytes.len()).step_by(7) {
                drop((format.read)(&bytes[..at]));
                let mut changed = bytes.clone();
                changed[at] = changed[at].wrapping_mul(31).wrapping_add(at as u8);
                drop((format.read)(&changed));
            }
        }
    }
}

fn stamp() -> Stamp {
    Stamp { commit: "0123456".to_owned(), generated_at: Time { seconds: 0 }, tool: None }
}

fn row(passed: u64, failures: &[&str]) -> Row {
    let failures = failures.iter().map(|test| FailedTest { test: (*test).to_owned(), ..FailedTest::default() });
    rows::of_tests(&Tests { passed, failures: failures.collect(), ..Tests::default() }, "unit", None, &stamp())
}

#[test]
fn a_document_begins_with_its_first_row() {
    let text = place::put("", &row(3, &[])).unwrap();
    assert_eq!(
        text,
        "commit: 0123456\ngenerated_at: 1970-01-01T00:00:00Z\nsuites:\n  - {suite: unit, passed: 3, failed: 0, \
         skipped: 0, flaky: 0, commit: 0123456, generated_at: 1970-01-01T00:00:00Z}\n"
    );
    assert_eq!(place::put(&text, &row(3, &[])).unwrap(), text, "the same again changes nothing");
}

#[test]
fn a_row_is_renewed_in_place() {
    let before = "\
# Written by hand.
commit: abcdef0   # of all
suites:
  - suite: e2e # slow
    passed: 1
  # The unit tests.
  - suite: unit # quick
    performance: {p50: 5ms}
    passed: 1 # of many
    failures:
    - test: old
      message: no
    flaky: 2

# The end.
";
    let after = place::put(before, &row(9, &["a: b", "x, {y}"])).unwrap();
    assert_eq!(
        after,
        "\
# Written by hand.
commit: abcdef0   # of all
suites:
  - suite: e2e # slow
    passed: 1
  # The unit tests.
  - suite: unit # quick
    failed: 0
    skipped: 0
    commit: 0123456
    generated_at: 1970-01-01T00:00:00Z
    performance: {p50: 5ms}
    passed: 9 # of many
    failures: [{test: 'a: b'}, {test: 'x, {y}'}]
    flaky: 0

# The end.
"
    );
    let again = place::put(&after, &row(9, &[])).unwrap();
    assert!(!again.contains("failures"), "{again}");
    assert!(again.contains("passed: 9 # of many\n    flaky: 0\n"), "{again}");
}

#[test]
fn rows_are_put_wherever_lists_may_stand() {
    for before in [
        "suites: []\n",
        "suites:\n",
        "suites: [{suite: e2e, passed: 1}]\n",
        "suites:\n- suite: e2e\n  passed: 1\n# end\n",
        "suites:\n  - {suite: e2e, passed: 1} # why\nx-more: 1",
        "suites:\r\n  - {suite: e2e, passed: 1}\r\n",
        "drills: []",
        "# nothing\n",
        "suites: [{suite: unit, passed: 1, flaky: 1, failures: [{test: a}]}]\n",
        "suites: [{suite: unit, component: web, passed: 1}]\n",
        "suites:\n  - {suite: unit, failures: [], passed: 1}\n",
        "suites:\n  - passed: 1\n    failures:\n      - test: a\n    suite: unit\n  - {suite: last, passed: 1}\n",
    ] {
        let after = place::put(before, &row(4, &[])).unwrap_or_else(|said| panic!("{before:?} {said}"));
        assert!(place::has_row(&after, &row(4, &[])), "{after}");
        assert!(!before.contains("e2e") || after.contains("e2e"), "{after}");
        assert_eq!(place::put(&after, &row(4, &[])).unwrap(), after);
    }
}

#[test]
fn what_can_not_be_edited_is_left_alone() {
    assert!(place::put("suites: [", &row(1, &[])).unwrap_err().contains("mistakes"));
    assert!(place::put("suites: {a: 1}\n", &row(1, &[])).unwrap_err().contains("laid out"));
    assert!(place::put("- a\n", &row(1, &[])).unwrap_err().contains("laid out"));
}

#[test]
fn no_text_of_a_report_becomes_syntax() {
    let hostile = [
        "}]\ninjected: true",
        "${{ secrets.X }}",
        "*a",
        "!!python/object",
        "a\u{2028}b",
        "\u{0}",
        "yes",
        "'\"",
        "# no",
    ];
    for text in hostile {
        let failures = vec![FailedTest { test: text.into(), message: Some(text.into()), location: Some(text.into()) }];
        let tests = Tests { failed: 1, failures, ..Tests::default() };
        let after = place::put("suites:\n  - suite: e2e\n", &rows::of_tests(&tests, "unit", None, &stamp())).unwrap();
        assert_eq!(after.lines().count(), 3, "{after}");
    }
}

#[test]
fn a_pushed_package_is_one_row_of_its_component() {
    let (_, bytes, facts) = reports("package").remove(0);
    let Evidence::Released(released) = evidence("package", &bytes) else { panic!("no package") };
    assert_eq!(
        [&released[0].component, &released[0].version],
        [facts["component"].as_str().unwrap(), facts["version"].as_str().unwrap()]
    );
    let text = "packages:\n  # Ours.\n  - {component: web, version: 3.8.0} # the shop\n";
    let text = place::put(text, &rows::of_release(&released[0])).unwrap();
    assert!(
        text.starts_with("packages:\n  # Ours.\n  - {component: web, version: 4.0.0, digest: 'sha256:aa"),
        "{text}"
    );
    assert!(text.contains("provenance: false") && text.contains("# the shop"), "{text}");
    assert!((super::by_name("package").unwrap().read)(b"{\"component\": \"web\", \"unknown\": 1}").is_err());
}
