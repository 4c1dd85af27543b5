//! Every folder of `fixtures/` is a test: what a user would write, and what pathc says of it.
//!
//! - `fixtures/pass/CASE/`: nothing is found but what a waiver lets pass.
//! - `fixtures/fail/CODE-SLUG.../`: `expected.txt` holds what is found, first one line each, then as people see it. The
//!   code of the folder's name is among it. A file `arguments` says what is run instead of `check`.
//! - `fixtures/fail/GNNN-SLUG.../`: a gate's. `fixtures/base/` is a small system without findings; the case holds the files
//!   that differ from it. Laid over it, they make the finding of `expected.txt` and no other. With the files of its
//!   `neighbour/` on top the same system passes.
//! - `fixtures/fix/CASE/`: `check --fix` makes `after/` of `before/`, and says `expected.txt`.
//!
//! To add a case, add a folder. `UPDATE_EXPECT=1 cargo test --test fixtures` writes `expected.txt` anew.

mod walk;

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::{env, fs, io};

use camino::Utf8Path;
use libtest_mimic::{Arguments, Failed, Trial};
use pathc::diag::Severity;
use pathc::gates::{self, Gate};
use serde_json::Value;
use walk::{NOW, Said, cases, fixtures, judge, judge_layers, lay, name};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Codes whose fixture can't be committed; `tests/hostile.rs` makes it.
const GENERATED: &[(&str, &str)] = &[("E015", "a file without permission to read it")];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("every_language_code_has_a_fixture", || run(every_language_code_has_a_fixture)),
        Trial::test("every_gate_has_a_case", || run(every_gate_has_a_case)),
        Trial::test("the_base_of_the_gates_has_no_finding", || run(the_base_of_the_gates_has_no_finding)),
        Trial::test("the_walk_finds_fixtures", || run(the_walk_finds_fixtures)),
    ];
    for case in cases("fail") {
        let fails = if name(&case).starts_with('G') { gate_fails_as_expected } else { fails_as_expected };
        trials.push(Trial::test(format!("fail::{}", name(&case)), move || run(|| fails(&case))));
    }
    for case in cases("pass") {
        trials.push(Trial::test(format!("pass::{}", name(&case)), move || run(|| passes(&case))));
    }
    for case in cases("fix") {
        trials.push(Trial::test(format!("fix::{}", name(&case)), move || run(|| mends_as_expected(&case))));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(test: impl FnOnce() -> Outcome) -> Result<(), Failed> {
    test().map_err(|error| Failed::from(error.to_string()))
}

/// Runs pathc on a case with the format that is asked for.
fn pathc(case: &Utf8Path, format: &str) -> io::Result<Output> {
    let arguments = fs::read_to_string(case.join("arguments")).unwrap_or_else(|_| "check".to_owned());
    Command::new(env!("CARGO_BIN_EXE_pathc"))
        .arg("-C")
        .arg(case)
        .args(arguments.split_whitespace())
        .args(["--message-format", format])
        .args(["--now", NOW])
        .env_remove("CLICOLOR_FORCE")
        .output()
}

fn fails_as_expected(case: &Utf8Path) -> Outcome {
    let (short, human) = (pathc(case, "short")?, pathc(case, "human")?);
    let (short, ended, human) =
        (String::from_utf8(short.stderr)?, human.status.code(), String::from_utf8(human.stderr)?);
    let code = name(case).split('-').next().unwrap_or_default().to_owned();
    if !short.contains(&format!("[{code}]")) {
        return Err(format!("{code} is not among what is found:\n{short}").into());
    }
    // What is denied fails the run; what warns does not.
    let denied = short.contains("error[");
    if (ended == Some(0)) == denied {
        return Err(format!("ended with {ended:?}:\n{short}").into());
    }
    let found = format!("{short}\n{human}");
    as_expected(case, &found)
}

/// The gate that a case is of: `GNNN-slug/`, and `GNNN-slug-variant/` where it can fail in several ways.
fn gate_of(case: &Utf8Path) -> Option<&'static Gate> {
    let is_of = |gate: &&&Gate| name(case).starts_with(&format!("{}-{}", gate.code.as_str(), gate.code.slug()));
    gates::ALL.iter().find(is_of).copied()
}

/// The findings of its gate and no others; with the files of `neighbour/` on top, none.
fn gate_fails_as_expected(case: &Utf8Path) -> Outcome {
    let gate = gate_of(case).ok_or("this folder is of no gate")?;
    let base = fixtures().join("base");
    let said = judge_layers(&[&base, case])?;
    if said.diagnostics.is_empty() || said.diagnostics.iter().any(|found| found.code != gate.code) {
        return Err(format!("finds {:?}\n{}", codes(&said), said.text()).into());
    }
    let denies = said.diagnostics.iter().any(|found| found.severity() == Severity::Error);
    if said.passed == denies {
        return Err(format!("passed is {}, and it finds {:?}", said.passed, codes(&said)).into());
    }
    as_expected(case, &said.text())?;
    no_findings(&judge_layers(&[&base, case, &case.join("neighbour")])?)
}

fn codes(said: &Said) -> Vec<String> {
    said.diagnostics.iter().map(|found| format!("{} {}", found.severity(), found.code.as_str())).collect()
}

fn no_findings(said: &Said) -> Outcome {
    if said.passed && said.diagnostics.is_empty() { Ok(()) } else { Err(said.text().into()) }
}

fn the_base_of_the_gates_has_no_finding() -> Outcome {
    no_findings(&judge(&fixtures().join("base")))
}

fn every_gate_has_a_case() -> Outcome {
    let of: Vec<&str> = cases("fail").iter().filter_map(|case| gate_of(case)).map(|gate| gate.code.as_str()).collect();
    let without: Vec<&str> =
        gates::ALL.iter().map(|gate| gate.code.as_str()).filter(|code| !of.contains(code)).collect();
    if without.is_empty() { Ok(()) } else { Err(format!("without a case in fixtures/fail: {without:?}").into()) }
}

/// Compares what was said with `expected.txt`, or writes it anew.
fn as_expected(case: &Utf8Path, found: &str) -> Outcome {
    let path = case.join("expected.txt");
    if env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        return Ok(fs::write(path, found)?);
    }
    let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if expected == found {
        return Ok(());
    }
    let difference = similar::TextDiff::from_lines(&expected, found);
    let difference = difference.unified_diff().header("expected.txt", "found").to_string();
    Err(format!("{difference}\nif that is right: UPDATE_EXPECT=1 cargo test --test fixtures").into())
}

/// `before/` over the base, mended, is the base with `after/`; what nothing names is as it was, and a second run changes
/// nothing.
fn mends_as_expected(case: &Utf8Path) -> Outcome {
    let (base, before, after) = (fixtures().join("base"), case.join("before"), case.join("after"));
    let folder = walk::laid_over(&[&base, &before])?;
    let wanted = walk::laid_over(&[&base, &before])?;
    if after.is_dir() {
        lay(after.as_std_path(), wanted.path())?;
    }
    let mut said = String::new();
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_pathc"))
            .arg("-C")
            .arg(folder.path())
            .args(["check", "--fix", "--message-format", "short"])
            .args(["--now", NOW])
            .output()?;
        let mended = String::from_utf8(output.stdout)?
            .lines()
            .filter(|line| line.contains("Fixed "))
            .fold(String::new(), |text, line| format!("{text}{}\n", line.trim()));
        said.push_str(&format!("{mended}{}", String::from_utf8(output.stderr)?));
        said.push_str("----\n");
        same_files(folder.path(), wanted.path())?;
    }
    as_expected(case, &said)
}

/// Whether two folders hold the same files with the same bytes.
fn same_files(found: &Path, wanted: &Path) -> Outcome {
    let names = |folder: &Path| -> io::Result<Vec<_>> {
        let mut names: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    };
    let (there, expected) = (names(found)?, names(wanted)?);
    if there != expected {
        return Err(format!("{there:?} instead of {expected:?}").into());
    }
    for name in expected {
        let (found, wanted) = (found.join(&name), wanted.join(&name));
        if wanted.is_dir() {
            same_files(&found, &wanted)?;
        } else if fs::read(&found)? != fs::read(&wanted)? {
            return Err(format!("{}: {}", name.display(), fs::read_to_string(&found)?).into());
        }
    }
    Ok(())
}

fn passes(case: &Utf8Path) -> Outcome {
    let output = pathc(case, "json")?;
    let (text, error) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    let found: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let Some((summary, findings)) = found.split_last() else { return Err(format!("nothing was said: {error}").into()) };
    if summary["reason"] != "summary" {
        return Err(format!("the last line is no summary: {text}").into());
    }
    let bad: Vec<String> = findings
        .iter()
        .filter(|finding| finding["waived"].is_null())
        .map(|finding| finding["message"].to_string())
        .collect();
    if !bad.is_empty() || !output.status.success() {
        return Err(bad.join("\n").into());
    }
    Ok(())
}

fn every_language_code_has_a_fixture() -> Outcome {
    let fixtures: Vec<String> = cases("fail").iter().map(|case| name(case).to_owned()).collect();
    for code in pathc::diag::code::LANGUAGE {
        let name = format!("{}-{}", code.as_str(), code.slug());
        let committed = fixtures.iter().any(|fixture| *fixture == name || fixture.starts_with(&format!("{name}-")));
        let generated = GENERATED.iter().any(|(generated, _)| *generated == code.as_str());
        if committed == generated {
            return Err(format!(
                "fixtures/fail/{name}: {}",
                if committed { "is there after all" } else { "is missing" }
            )
            .into());
        }
    }
    Ok(())
}

/// A walk that finds nothing would pass everything.
fn the_walk_finds_fixtures() -> Outcome {
    if cases("pass").is_empty() || cases("fail").is_empty() {
        return Err("fixtures/pass or fixtures/fail is empty".into());
    }
    Ok(())
}
