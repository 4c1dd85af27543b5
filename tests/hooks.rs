//! The hooks of `.pre-commit-hooks.yaml`, run by the real `pre-commit` as a system's repository would have them; only that
//! pathc is the one that is tested, and not one that pre-commit builds.

mod folder;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The program, where the judges are installed.
fn pre_commit() -> Option<PathBuf> {
    let home = env::var_os("PATHC_JUDGES_HOME").map(PathBuf::from)?;
    Some(home.join("python-pipelines/bin/pre-commit")).filter(|program| program.is_file())
}

/// The hooks of this repository, as local ones.
fn hooks() -> Outcome<Vec<Value>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml"))?;
    let mut hooks: Vec<Value> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (is_first, line) = line.strip_prefix("- ").map_or((false, line.trim_start()), |line| (true, line));
        let Some((key, value)) = line.split_once(": ") else { continue };
        if is_first {
            hooks.push(json!({}));
        }
        let hook = hooks.last_mut().ok_or("a key before the first hook")?;
        hook[key] = match value {
            "true" => true.into(),
            "false" => false.into(),
            text => text.into(),
        };
    }
    for hook in &mut hooks {
        hook["language"] = "system".into();
    }
    Ok(hooks)
}

#[test]
fn the_hooks_pass_on_what_was_built_and_fail_on_what_was_not() -> Outcome {
    let Some(program) = pre_commit() else {
        assert!(env::var_os("PATHC_NO_SKIP").is_none(), "pre-commit is not installed: tests/judges/install");
        // `tests/judges/install` names it among what it had to skip.
        return Ok(());
    };
    let hooks = hooks()?;
    assert!(hooks.len() >= 2, "{hooks:?}");
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/storefront"), root)?;
    let config = json!({"repos": [{"repo": "local", "hooks": hooks}]});
    fs::write(root.join(".pre-commit-config.yaml"), config.to_string())?;

    let pathc = Path::new(env!("CARGO_BIN_EXE_pathc"));
    let path = env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", pathc.parent().ok_or("no folder")?.display());
    let run = |program: &Path, arguments: &[&str]| -> Outcome<(bool, String)> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(root)
            .env("PATH", &path)
            .env("PRE_COMMIT_HOME", root.join(".git/pre-commit"))
            .env("SOURCE_DATE_EPOCH", "1795435200")
            .output()?;
        Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    };
    let git = Path::new("git");
    assert!(run(git, &["init", "-q"])?.0);
    assert!(run(pathc, &["build", "-q", "--stage", "commit"])?.0);
    assert!(run(git, &["add", "-A"])?.0);
    let (passed, said) = run(&program, &["run", "--all-files"])?;
    assert!(passed, "{said}");

    // A file that is stale, then an input that is wrong.
    let packages = root.join("path/deployment_packages.yaml");
    let text = fs::read_to_string(&packages)?;
    fs::write(&packages, text.replace("max: 10", "max: 11"))?;
    let (passed, said) = run(&program, &["run", "--all-files", "pathc-build"])?;
    assert!(!passed && said.contains("O002"), "{said}");
    fs::write(&packages, text.replace("deployments:", "deploiments:"))?;
    let (passed, said) = run(&program, &["run", "--all-files", "pathc-check"])?;
    assert!(!passed && said.contains("E002"), "{said}");
    Ok(())
}
