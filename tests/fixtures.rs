//! Every folder of `fixtures/` is a test: what a user would write, and what pathc says of it.
//!
//! - `fixtures/pass/CASE/`: nothing is found but what a waiver lets pass.
//! - `fixtures/fail/CODE-SLUG.../`: `expected.txt` holds what is found, first one line each, then as people see it. The
//!   code of the folder's name is among it. A file `arguments` says what is run instead of `check`. Gates have cases of
//!   another form, which `tests/gates.rs` walks.
//!
//! - `fixtures/fix/CASE/`: `check --fix` makes `after/` of `before/`, and says `expected.txt`.
//!
//! Gates have small systems that are laid over a common base: `tests/gates.rs` walks those.
//!
//! To add a case, add a folder. `UPDATE_EXPECT=1 cargo test --test fixtures` writes `expected.txt` anew.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::{env, fs, io};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: &str = "1795435200";

/// Codes whose fixture can't be committed; `tests/hostile.rs` makes it.
const GENERATED: &[(&str, &str)] = &[("E015", "a file without permission to read it")];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("every_language_code_has_a_fixture", || run(every_language_code_has_a_fixture)),
        Trial::test("the_walk_finds_fixtures", || run(the_walk_finds_fixtures)),
    ];
    for case in cases("fail").into_iter().filter(|case| !name(case).starts_with('G')) {
        trials.push(Trial::test(format!("fail::{}", name(&case)), move || run(|| fails_as_expected(&case))));
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

/// The folders of `fixtures/pass` or `fixtures/fail`, in order.
fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(kind);
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && !name(path).starts_with('G'))
        .collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Runs pathc on a case with the format that is asked for.
fn pathc(case: &Path, format: &str) -> io::Result<Output> {
    let arguments = fs::read_to_string(case.join("arguments")).unwrap_or_else(|_| "check".to_owned());
    Command::new(env!("CARGO_BIN_EXE_pathc"))
        .arg("-C")
        .arg(case)
        .args(arguments.split_whitespace())
        .args(["--message-format", format])
        .env("SOURCE_DATE_EPOCH", NOW)
        .env_remove("CLICOLOR_FORCE")
        .output()
}

fn fails_as_expected(case: &Path) -> Outcome {
    let (short, human) = (pathc(case, "short")?, pathc(case, "human")?);
    let (short, human) = (String::from_utf8(short.stderr)?, Said { code: human.status.code(), text: human.stderr });
    let human_text = String::from_utf8(human.text)?;
    let code = name(case).split('-').next().unwrap_or_default().to_owned();
    if !short.contains(&format!("[{code}]")) {
        return Err(format!("{code} is not among what is found:\n{short}").into());
    }
    // What is denied fails the run; what warns does not.
    let denied = short.contains("error[");
    if (human.code == Some(0)) == denied {
        return Err(format!("ended with {:?}:\n{short}", human.code).into());
    }
    let found = format!("{short}\n{human_text}");
    as_expected(case, &found)
}

/// Compares what was said with `expected.txt`, or writes it anew.
fn as_expected(case: &Path, found: &str) -> Outcome {
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
fn mends_as_expected(case: &Path) -> Outcome {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/base");
    let (folder, wanted) = (tempfile::tempdir()?, tempfile::tempdir()?);
    for layer in [&base, &case.join("before")] {
        lay(layer, folder.path())?;
        lay(layer, wanted.path())?;
    }
    if case.join("after").is_dir() {
        lay(&case.join("after"), wanted.path())?;
    }
    let mut said = String::new();
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_pathc"))
            .arg("-C")
            .arg(folder.path())
            .args(["check", "--fix", "--message-format", "short"])
            .env("SOURCE_DATE_EPOCH", NOW)
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

/// Copies the files of a folder over those of another one.
fn lay(layer: &Path, over: &Path) -> io::Result<()> {
    fs::create_dir_all(over)?;
    for entry in fs::read_dir(layer)? {
        let entry = entry?;
        if entry.path().is_dir() {
            lay(&entry.path(), &over.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), over.join(entry.file_name()))?;
        }
    }
    Ok(())
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

/// How a run ended and what it said.
struct Said {
    code: Option<i32>,
    text: Vec<u8>,
}

fn passes(case: &Path) -> Outcome {
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
    let fixtures: Vec<String> = cases("fail").iter().map(|case| name(case)).collect();
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
