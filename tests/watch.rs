//! `pathc build --watch` and `--locked`, with the program itself.

mod folder;

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How long a build may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long is waited for a build that must not come.
const QUIET: Duration = Duration::from_millis(1500);

const MANIFEST: &str = "pathc.yaml";

fn system() -> Outcome<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/storefront"), folder.path())?;
    Ok(folder)
}

fn pathc(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pathc"));
    command.args(arguments).current_dir(folder).env("SOURCE_DATE_EPOCH", "1795435200").env_remove("CLICOLOR_FORCE");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Outcome<(i32, String)> {
    let output = pathc(folder, arguments).output()?;
    Ok((output.status.code().unwrap_or(-1), String::from_utf8(output.stderr)?))
}

/// A build that watches, and the lines that it says.
struct Watching {
    process: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn begin(folder: &Path, arguments: &[&str]) -> Outcome<Watching> {
        let mut process = pathc(folder, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (send, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(process.stdout.take().ok_or("no stdout")?), Box::new(process.stderr.take().ok_or("no stderr")?)];
        for stream in streams {
            let send = send.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if send.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Watching { process, lines })
    }

    /// All lines up to the one that says that it watches again.
    fn round(&self) -> Outcome<String> {
        let mut said = String::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).map_err(|_| format!("nothing more was said after: {said}"))?;
            let ends = line.contains("Watching ");
            said.push_str(&line);
            said.push('\n');
            if ends {
                // What was said on the other stream comes a little later.
                while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(200)) {
                    said.push_str(&line);
                    said.push('\n');
                }
                return Ok(said);
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn edit(path: &PathBuf, from: &str, to: &str) -> Outcome {
    let text = fs::read_to_string(path)?;
    assert!(text.contains(from), "{} has no `{from}`", path.display());
    Ok(fs::write(path, text.replace(from, to))?)
}

#[test]
fn an_input_that_changes_is_built_again() -> Outcome {
    let folder = system()?;
    let packages = folder.path().join("path/deployment_packages.yaml");
    let written = folder.path().join("infra/kubernetes/production/workloads/web.yaml");
    let watching = Watching::begin(folder.path(), &["build", "--watch", "--target", "kubernetes"])?;
    let first = watching.round()?;
    assert!(first.contains("Generated kubernetes") && first.contains("Watching 10 inputs"), "{first}");

    edit(&packages, "scaling: {min: 2, max: 10,", "scaling: {min: 3, max: 10,")?;
    let second = watching.round()?;
    assert!(second.contains("Generated kubernetes"), "{second}");
    assert!(fs::read_to_string(&written)?.contains("minReplicas: 3"));

    // Other times with the same content, and outputs, are no change of an input.
    fs::write(&packages, fs::read(&packages)?)?;
    fs::write(folder.path().join("infra/note.txt"), "mine")?;
    assert!(watching.lines.recv_timeout(QUIET).is_err());

    // What is wrong is said, nothing is written, and it goes on.
    edit(&packages, "min: 3, max: 10", "min: 30, max: 10")?;
    let wrong = watching.round()?;
    assert!(wrong.contains("error[E") && wrong.contains("nothing was written"), "{wrong}");
    assert!(fs::read_to_string(&written)?.contains("minReplicas: 3"));
    fs::rename(folder.path().join(MANIFEST), folder.path().join("away"))?;
    let gone = watching.round()?;
    assert!(gone.contains(MANIFEST), "{gone}");
    edit(&packages, "min: 30, max: 10", "min: 4, max: 10")?;
    watching.round()?;
    fs::rename(folder.path().join("away"), folder.path().join(MANIFEST))?;
    let mended = watching.round()?;
    assert!(mended.contains("Generated kubernetes"), "{mended}");
    assert!(fs::read_to_string(&written)?.contains("minReplicas: 4"));

    // A file that was not there becomes an input.
    fs::create_dir_all(folder.path().join("path/templates"))?;
    fs::write(folder.path().join("path/templates/note.md"), "x")?;
    let more = watching.round()?;
    assert!(more.contains("Watching 11 inputs"), "{more}");
    Ok(())
}

#[test]
fn a_lock_of_another_version_is_refused() -> Outcome {
    let folder = system()?;
    let (code, said) = run(folder.path(), &["build", "-q", "--locked"])?;
    assert!(code == 1 && said.contains("O012") && said.contains("there is no `pathc.lock`"), "{said}");
    assert!(!folder.path().join("infra").exists(), "nothing is written");

    assert_eq!(run(folder.path(), &["build", "-q"])?.0, 0);
    assert_eq!(run(folder.path(), &["build", "-q", "--locked"])?, (0, String::new()));
    let lock = folder.path().join("pathc.lock");
    let own = fs::read_to_string(&lock)?;
    let compiler = format!("compiler: {}", env!("CARGO_PKG_VERSION"));
    edit(&lock, &compiler, "compiler: 0.0.9")?;
    for check in [&["build", "-q", "--locked"][..], &["build", "-q", "--locked", "--check"]] {
        let (code, said) = run(folder.path(), check)?;
        assert!(code == 1 && said.contains("pathc 0.0.9 wrote `pathc.lock`"), "{said}");
        assert!(said.contains("use pathc 0.0.9, or build without `--locked`"), "{said}");
    }
    let spec = own.lines().find_map(|line| line.trim().strip_prefix("kubernetes: ")).ok_or("no spec")?;
    fs::write(&lock, own.replace(spec, &spec.chars().rev().collect::<String>()))?;
    let (code, said) = run(folder.path(), &["build", "-q", "--locked"])?;
    assert!(code == 1 && said.contains("with other facts in `kubernetes`"), "{said}");
    // An input that changed is no other version.
    fs::write(&lock, own)?;
    edit(
        &folder.path().join("path/deployment_packages.yaml"),
        "scaling: {min: 2, max: 10,",
        "scaling: {min: 3, max: 10,",
    )?;
    assert_eq!(run(folder.path(), &["build", "-q", "--locked"])?, (0, String::new()));
    Ok(())
}
