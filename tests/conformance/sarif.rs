//! Judges of findings as SARIF 2.1.0: the published schema, and what code scanning asks on top of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Case, Need, Outcome, folders_in, home, none, root};

pub(super) const CASES: &[Case] = &[
    Case { name: "sarif::the_judge_rejects_bad_samples", needs: PYTHON, run: bad_samples_are_rejected },
    Case { name: "sarif::findings_are_valid", needs: PYTHON, run: findings_are_valid },
];

const PYTHON: &[Need] = &[Need::Installed("python")];

/// What the judge says of documents; nothing where they are good.
fn judge(files: &[PathBuf]) -> Outcome<Option<String>> {
    let said = Command::new(home()?.join("python/bin/python"))
        .arg(root().join("tests/judges/sarif/judge.py"))
        .args(files)
        .output()?;
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    Ok((!said.status.success()).then_some(text))
}

fn bad_samples_are_rejected() -> Outcome {
    let mut accepted = Vec::new();
    for sample in fs::read_dir(root().join("tests/judges/sarif/bad"))? {
        let sample = sample?.path();
        match judge(std::slice::from_ref(&sample))? {
            Some(text) if !text.contains("Traceback") => {}
            other => accepted.push(format!("{}: {other:?}", sample.display())),
        }
    }
    none(accepted)
}

/// The findings of every system of the fixtures that stands alone, good or bad.
fn findings_are_valid() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut systems = folders_in(&root().join("fixtures/pass"))?;
    systems.extend(folders_in(&root().join("fixtures/fail"))?.into_iter().filter(|case| stands_alone(case)));
    let mut documents = Vec::new();
    for system in systems {
        let name = system.file_name().ok_or("a fixture has no name")?;
        let said = Command::new(env!("CARGO_BIN_EXE_pathc"))
            .arg("-C")
            .arg(&system)
            .args(["check", "--message-format", "sarif"])
            .output()?;
        let path = scratch.path().join(name).with_extension("sarif");
        fs::write(&path, &said.stdout)?;
        documents.push(path);
    }
    if documents.len() < 20 {
        return Err("the walk finds too few systems".into());
    }
    // E002 with a key that is nearly one has a safe edit.
    if !documents.iter().any(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("\"artifactChanges\""))) {
        return Err("no finding has a fix".into());
    }
    none(judge(&documents)?.into_iter().collect())
}

fn stands_alone(case: &Path) -> bool {
    case.join("pathc.yaml").is_file()
}
