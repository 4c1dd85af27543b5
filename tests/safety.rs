//! The program itself on machines that don't play along: killed, a quota that ends, folders that nobody may write to, two builds
//! at once, Windows line ends. Nothing is lost, and what is said says what to do.
#![cfg(unix)]

mod folder;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// How long a build may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

const PACKAGES: &str = "path/deployment_packages.yaml";
const OLD: &str = "scaling: {min: 2, max: 10, target: {cpu: 70}}";
const NEW: &str = "scaling: {min: 3, max: 10, target: {cpu: 70}}";

/// A storefront.
struct System(tempfile::TempDir);

impl System {
    fn new() -> Outcome<System> {
        let system = System(tempfile::tempdir()?);
        folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/storefront"), system.root())?;
        Ok(system)
    }

    fn built() -> Outcome<System> {
        let system = System::new()?;
        system.succeeds(&["build", "-q"])?;
        Ok(system)
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn pathc(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pathc"));
        command.arg("-C").arg(self.root()).args(arguments);
        command.env("SOURCE_DATE_EPOCH", "1795435200").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome<(i32, String)> {
        said(self.pathc(arguments).output()?)
    }

    fn succeeds(&self, arguments: &[&str]) -> Outcome {
        let (code, said) = self.run(arguments)?;
        if code == 0 { Ok(()) } else { Err(format!("{arguments:?}: {code}\n{said}").into()) }
    }

    fn edit(&self, from: &str, to: &str) -> Outcome {
        let path = self.root().join(PACKAGES);
        let text = fs::read_to_string(&path)?;
        assert!(text.contains(from), "no `{from}`");
        Ok(fs::write(path, text.replace(from, to))?)
    }

    /// Every file below, but git's own.
    fn tree(&self) -> Outcome<Tree> {
        let mut found = Tree::new();
        walk(self.root(), self.root(), &mut found)?;
        found.retain(|path, _| !path.starts_with(".git"));
        Ok(found)
    }

    fn git(&self, arguments: &[&str]) -> Outcome {
        let settings = ["-c", "user.name=x", "-c", "user.email=x@x"];
        let output = Command::new("git").arg("-C").arg(self.root()).args(settings).args(arguments).output()?;
        let wrong = || format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(()) } else { Err(wrong().into()) }
    }
}

fn said(output: Output) -> Outcome<(i32, String)> {
    let text = String::from_utf8(output.stderr)?;
    // A message may be broken into lines.
    Ok((output.status.code().unwrap_or(-1), text.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn walk(root: &Path, folder: &Path, found: &mut Tree) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            walk(root, &path, found)?;
        } else if path.is_file() {
            found.insert(path.strip_prefix(root)?.to_owned(), fs::read(&path)?);
        }
    }
    Ok(())
}

/// Builds a system whose tree is old, and kills the build a while after it has begun to write.
fn kill_after(system: &System, delay: Duration) -> Outcome {
    let mut child = system.pathc(&["build", "-q"]).spawn()?;
    let began = Instant::now();
    let staging = system.root().join(".pathc-unfinished");
    while !staging.exists() && child.try_wait()?.is_none() && began.elapsed() < PATIENCE {
        std::hint::spin_loop();
    }
    sleep(delay);
    // No warning, no clearing away: as where the power goes.
    child.kill()?;
    child.wait()?;
    Ok(())
}

#[test]
fn a_build_that_is_killed_loses_nothing() -> Outcome {
    let system = System::built()?;
    let old = system.tree()?;
    system.edit(OLD, NEW)?;
    system.succeeds(&["build", "-q"])?;
    let new = system.tree()?;
    let outputs = |tree: &Tree| tree.keys().filter(|path| !path.starts_with("path")).cloned().collect::<Vec<_>>();
    let mut halfway = 0;
    for round in 0..14u64 {
        // From the old tree, and from nothing.
        let from_nothing = round % 2 == 1;
        for path in outputs(&system.tree()?) {
            fs::remove_file(system.root().join(path))?;
        }
        for (path, bytes) in old.iter().filter(|(path, _)| !from_nothing || path.ends_with("pathc.yaml")) {
            if !path.starts_with("path") {
                fs::create_dir_all(system.root().join(path).parent().ok_or("no folder")?)?;
                fs::write(system.root().join(path), bytes)?;
            }
        }
        kill_after(&system, Duration::from_micros(round * round * 400))?;
        for (path, bytes) in system.tree()?.iter().filter(|(path, _)| !path.starts_with(".pathc-unfinished")) {
            let is_whole = old.get(path) == Some(bytes) || new.get(path) == Some(bytes);
            assert!(is_whole, "round {round}: {} is neither the old file nor the new one", path.display());
        }
        halfway += usize::from(system.root().join(".pathc-unfinished").exists());
        system.succeeds(&["build", "-q"])?;
        assert!(system.tree()? == new, "round {round}: the next build does not complete it");
    }
    assert!(halfway > 3, "only {halfway} builds were killed while they wrote");
    Ok(())
}

#[test]
fn builds_at_once_wait_for_each_other() -> Outcome {
    let system = System::new()?;
    let children: Vec<_> = (0..4).map(|_| system.pathc(&["build"]).spawn()).collect::<Result<_, _>>()?;
    for child in children {
        let (code, said) = said(child.wait_with_output()?)?;
        assert_eq!(code, 0, "{said}");
    }
    system.succeeds(&["build", "-q", "--check"])
}

#[test]
fn a_quota_that_ends_changes_nothing() -> Outcome {
    let system = System::new()?;
    // Files may not be longer than this many blocks of 1024 bytes: as at the end of a quota.
    let program = env!("CARGO_BIN_EXE_pathc");
    let limited = format!("trap '' XFSZ; ulimit -f 4; exec {program} -C '{}' build -q", system.root().display());
    let before = system.tree()?;
    let output = Command::new("bash").args(["-c", &limited]).env("SOURCE_DATE_EPOCH", "1795435200").output()?;
    let (code, text) = said(output)?;
    assert!(code == 2 && text.contains("O006") && text.contains("nothing was changed"), "{code}: {text}");
    assert!(system.tree()? == before);
    Ok(())
}

#[test]
fn a_folder_that_nobody_may_write_to_is_said_so() -> Outcome {
    let system = System::built()?;
    system.edit(OLD, NEW)?;
    let before = system.tree()?;
    let close = |mode: u32| -> Outcome {
        let mut folders = vec![system.root().to_owned()];
        while let Some(folder) = folders.pop() {
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode))?;
            let below = fs::read_dir(&folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
            folders.extend(below.filter(|path| path.is_dir()));
        }
        Ok(())
    };
    close(0o555)?;
    // Who may do everything is let in everywhere: then somebody else tries.
    let is_root = Command::new("id").arg("-u").output()?.stdout == b"0\n";
    let output = if is_root {
        // The program may lie where nobody else may look.
        let copied = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir()?;
        let program = copied.path().join("pathc");
        fs::copy(env!("CARGO_BIN_EXE_pathc"), &program)?;
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        command.arg("-C").arg(system.root()).args(["build", "-q"]).env("SOURCE_DATE_EPOCH", "1795435200").output()?
    } else {
        system.pathc(&["build", "-q"]).output()?
    };
    close(0o755)?;
    let (code, text) = said(output)?;
    assert!(code == 2 && text.contains("O006") && text.contains("permission is denied"), "{code}: {text}");
    assert!(text.contains("nothing was changed") && text.contains("help: "), "{text}");
    assert!(system.tree()? == before);
    Ok(())
}

#[test]
fn a_tree_behind_a_link_is_the_same_tree() -> Outcome {
    let system = System::built()?;
    let tree = system.tree()?;
    let aside = tempfile::tempdir()?;
    let link = aside.path().join("link");
    symlink(system.root(), &link)?;
    let link = link.to_string_lossy().into_owned();
    system.succeeds(&["build", "-q", "--check", "--out", &link])?;
    system.edit(OLD, NEW)?;
    let output = Command::new(env!("CARGO_BIN_EXE_pathc"))
        .args(["-C", &link, "build", "-q"])
        .env("SOURCE_DATE_EPOCH", "1795435200")
        .output()?;
    assert_eq!(said(output)?, (0, String::new()));
    let changed: Vec<PathBuf> = system
        .tree()?
        .into_iter()
        .filter(|(path, bytes)| tree.get(path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(changed.iter().any(|path| path.ends_with("workloads/web.yaml")), "{changed:?}");
    Ok(())
}

#[test]
fn line_ends_that_git_makes_are_no_edit() -> Outcome {
    let system = System::built()?;
    let lf = system.tree()?;
    system.git(&["init", "-q"])?;
    system.git(&["add", "-A"])?;
    system.git(&["commit", "-qm", "built"])?;
    // As on Windows: the inputs, the outputs and the lock come with other line ends.
    system.git(&["config", "core.autocrlf", "true"])?;
    for path in lf.keys() {
        fs::remove_file(system.root().join(path))?;
    }
    system.git(&["checkout", "-q", "."])?;
    let crlf = system.tree()?;
    let with_crlf = crlf.iter().filter(|(_, bytes)| bytes.windows(2).any(|two| two == b"\r\n")).count();
    assert!(with_crlf > 100, "git made {with_crlf} files with other line ends");
    system.succeeds(&["build", "-q", "--check"])?;
    system.succeeds(&["build", "-q"])?;
    assert!(system.tree()? == crlf, "a build touches nothing");

    // What changes is written, an edit is seen, and nothing else is touched.
    system.edit(OLD, NEW)?;
    system.succeeds(&["build", "-q"])?;
    let after = system.tree()?;
    let changed = after.iter().filter(|(path, bytes)| crlf.get(*path) != Some(bytes)).count();
    assert!((3..20).contains(&changed), "{changed} files changed");
    let edited = "infra/kubernetes/production/workloads/checkout.yaml";
    let text = String::from_utf8(after[Path::new(edited)].clone())?;
    fs::write(system.root().join(edited), text.replace("8080", "8081"))?;
    let (code, text) = system.run(&["build", "-q"])?;
    assert!(code == 1 && text.contains("O001") && text.contains(edited), "{text}");
    assert_eq!(text.matches("O001").count(), 1 + text.matches("explain O001").count(), "one file was edited: {text}");
    Ok(())
}

#[test]
fn a_lock_that_two_branches_changed_says_what_to_do() -> Outcome {
    let system = System::built()?;
    let lock = system.root().join("pathc.lock");
    let text = fs::read_to_string(&lock)?;
    fs::write(&lock, text.replacen("files:\n", "files:\n<<<<<<< HEAD\n=======\n>>>>>>> other\n", 1))?;
    let before = system.tree()?;
    let (code, text) = system.run(&["build", "-q"])?;
    assert!(code == 1 && text.contains("O005") && text.contains("help: "), "{code}: {text}");
    assert!(system.tree()? == before);
    Ok(())
}
