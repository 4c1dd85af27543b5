//! A real system, described in our language, is generated as its own manifests run it.
//!
//! `fixtures/facts/NAME.json` holds what the original's manifests state, `NAME.differences.yaml` where we mean to differ,
//! and `tests/judges/kubernetes/compare` judges. The judge is proved too: it has to refuse a tree with one word changed.

mod folder;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const SYSTEM: &str = "opentelemetry-demo";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether Python and PyYAML are there; where nothing may be skipped, that they are is taken for granted.
fn judge_is_there(test: &str) -> io::Result<bool> {
    let there = env::var_os("PATHC_NO_SKIP").is_some_and(|value| value == "1")
        || Command::new("python3").args(["-c", "import yaml"]).output().is_ok_and(|done| done.status.success());
    if !there {
        writeln!(io::stderr(), "skipped: {test}: python3 with PyYAML is not installed")?;
    }
    Ok(there)
}

/// Builds the system in a folder of its own; gives the folder of the manifests for production.
fn built(scratch: &Path) -> io::Result<PathBuf> {
    let source = scratch.join("source");
    folder::copy(root().join("fixtures/pass").join(SYSTEM), &source)?;
    let out = scratch.join("out");
    let done = Command::new(env!("CARGO_BIN_EXE_pathc"))
        .args([OsStr::new("-C"), source.as_os_str()])
        .args(["build", "--target", "kubernetes", "--out"])
        .arg(&out)
        .output()?;
    assert!(done.status.success(), "pathc build:\n{}", said(&done));
    Ok(out.join("infra/kubernetes/production"))
}

fn judge(manifests: &Path) -> io::Result<Output> {
    Command::new("python3")
        .arg(root().join("tests/judges/kubernetes/compare"))
        .arg(root().join("fixtures/facts").join(SYSTEM).with_extension("json"))
        .arg(manifests)
        .output()
}

fn said(done: &Output) -> String {
    let text = [done.stdout.as_slice(), done.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn a_real_system_is_generated_as_it_runs() -> Outcome {
    if !judge_is_there("a_real_system_is_generated_as_it_runs")? {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let done = judge(&built(scratch.path())?)?;
    assert!(done.status.success(), "{}", said(&done));
    Ok(())
}

#[test]
fn the_judge_refuses_one_changed_word() -> Outcome {
    if !judge_is_there("the_judge_refuses_one_changed_word")? {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let manifests = built(scratch.path())?;
    let file = manifests.join("workloads/cart.yaml");
    let text = fs::read_to_string(&file)?;
    let changed = text.replace("value: valkey-cart:6379", "value: valkey-cart:6380");
    assert_ne!(text, changed, "{} sets nothing to valkey-cart:6379", file.display());
    fs::write(&file, changed)?;
    let done = judge(&manifests)?;
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(said(&done).contains("changed: env cart:VALKEY_ADDR"), "{}", said(&done));
    Ok(())
}
