//! Inputs that mean harm or that somebody spoiled: each is refused with a code, at once, and nothing is touched.
//!
//! The repositories are made here: no version control can hold a pipe, a file of 100 MB or bytes that are no text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What a person waits for; without optimisation the same takes several times as long.
const PATIENCE: Duration = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_secs(1) };

/// Nobody reads more, and no terminal likes it.
const MOST_OUTPUT: usize = 4 << 20;

const MANIFEST: &str = "pathc.yaml";
const ARTIFACTS: &str = "path/implementation_artifacts.yaml";
const RESULTS: &str = "path/test_results.yaml";

/// A repository in which one thing will be spoiled.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// A system that is good.
    fn new() -> io::Result<Repository> {
        let repository = Repository { folder: tempfile::tempdir()? };
        repository.write(MANIFEST, "system: shop\n")?;
        repository.write(ARTIFACTS, "components:\n  - name: tools\n    kind: library\n")?;
        repository.write("path/deployment_packages.yaml", "packages: []\n")?;
        Ok(repository)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("repository").join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> io::Result<()> {
        let path = self.path(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)
    }

    /// Every path with what tells that it was changed.
    fn tree(&self) -> io::Result<BTreeMap<PathBuf, (u64, std::time::SystemTime)>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let metadata = path.symlink_metadata()?;
                if metadata.is_dir() {
                    folders.push(path.clone());
                }
                found.insert(path, (metadata.len(), metadata.modified()?));
            }
        }
        Ok(found)
    }
}

/// What a run said and how it ended.
struct Run {
    status: Option<i32>,
    text: String,
    elapsed: Duration,
}

fn run(folder: &Path, arguments: &[&str]) -> io::Result<Run> {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pathc"))
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let streams: Vec<Box<dyn Read + Send>> = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as _),
    ]
    .into_iter()
    .flatten()
    .collect();
    let readers: Vec<_> = streams
        .into_iter()
        .map(|mut stream| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                stream.read_to_end(&mut bytes).map(|_| bytes)
            })
        })
        .collect();
    // A run that waits for something would wait for ever.
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status.code();
        }
        if start.elapsed() > PATIENCE * 4 {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let elapsed = start.elapsed();
    let mut text = String::new();
    for reader in readers {
        let bytes = reader.join().map_err(|_| io::Error::other("a reader failed"))??;
        text.push_str(&String::from_utf8(bytes).map_err(io::Error::other)?);
    }
    Ok(Run { status, text, elapsed })
}

/// Spoils a good system, and expects a refusal with this code and these words from each command.
fn refuses(code: &str, words: &str, spoil: impl FnOnce(&Repository) -> io::Result<()>) -> Outcome {
    let repository = Repository::new()?;
    spoil(&repository)?;
    let before = repository.tree()?;
    for arguments in [&["check"][..], &["check", "--message-format", "json"], &["build"]] {
        let run = run(&repository.path(""), arguments)?;
        let start: String = run.text.chars().take(2000).collect();
        assert_eq!(run.status, Some(if code == "E015" { 2 } else { 1 }), "{arguments:?}:\n{start}");
        assert!(run.text.contains(code), "{arguments:?} does not say {code}:\n{start}");
        // A message may be broken into lines.
        let joined = run.text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(joined.contains(words), "{arguments:?} does not say `{words}`:\n{start}");
        assert!(!run.text.contains("panicked") && !run.text.contains("internal error"), "{arguments:?}:\n{start}");
        assert!(run.elapsed < PATIENCE, "{arguments:?} took {:?}", run.elapsed);
        assert!(run.text.len() < MOST_OUTPUT, "{arguments:?} says {} bytes", run.text.len());
        let control = run.text.chars().find(|character| character.is_control() && !matches!(character, '\n' | '\t'));
        assert_eq!(control, None, "{arguments:?}:\n{start}");
    }
    assert_eq!(repository.tree()?, before, "the tree was changed");
    Ok(())
}

#[test]
fn the_system_itself_is_good() -> Outcome {
    let repository = Repository::new()?;
    let run = run(&repository.path(""), &["check", "--stage", "commit"])?;
    assert_eq!(run.status, Some(0), "{}", run.text);
    Ok(())
}

#[test]
fn a_file_of_100_megabytes() -> Outcome {
    refuses("E010", "`path/test_results.yaml` is larger than 16 MiB", |repository| {
        repository.write(RESULTS, "")?;
        fs::File::options().write(true).open(repository.path(RESULTS))?.set_len(100 << 20)
    })
}

#[test]
fn more_fragments_than_anybody_writes() -> Outcome {
    refuses("E010", "holds more than 10000 fragments", |repository| {
        for number in 0..10_001 {
            repository.write(&format!("path/test_results/{number}.yaml"), "")?;
        }
        Ok(())
    })
}

#[test]
fn bytes_that_are_no_text() -> Outcome {
    refuses("E012", "byte 8 of the file (`0xff`) is not UTF-8", |it| it.write(MANIFEST, b"system: \xff\n"))?;
    refuses("E012", "the file is UTF-16, not UTF-8", |it| it.write(MANIFEST, b"\xff\xfes\0y\0s\0"))?;
    refuses("E012", "is a NUL", |it| it.write(MANIFEST, b"system: a\0b\n"))?;
    refuses("E012", "U+001B", |it| it.write(MANIFEST, b"system: \x1b[2Jshop\n"))?;
    refuses("E012", "is not UTF-8", |it| it.write(ARTIFACTS, (0..=255).cycle().take(1 << 20).collect::<Vec<u8>>()))
}

#[test]
fn escapes_reach_no_terminal() -> Outcome {
    refuses("E006", "is not a name", |it| it.write(MANIFEST, "system: \"\\e[2J\\x9b\\x07\"\n"))?;
    refuses("E012", "a NUL can't stand in a text", |it| it.write(MANIFEST, "system: shop\ndescription: \"\\0\"\n"))
}

#[test]
fn brackets_without_end() -> Outcome {
    refuses("E011", "nested deeper than 100 levels", |it| it.write(MANIFEST, "[".repeat(20_000)))?;
    refuses("E011", "nested deeper than 100 levels", |it| it.write(MANIFEST, "{a: ".repeat(20_000)))?;
    refuses("E011", "nested deeper than 100 levels", |it| it.write(MANIFEST, "- ".repeat(20_000)))
}

#[test]
fn aliases_that_multiply() -> Outcome {
    refuses("E010", "aliases make this file too large", |repository| {
        let mut text = "x-0: &m0 {kind: library}\n".to_owned();
        for level in 1..9 {
            let aliases = vec![format!("*m{}", level - 1); 10].join(", ");
            writeln!(text, "x-{level}: &m{level} {{<<: [{aliases}]}}").map_err(io::Error::other)?;
        }
        repository.write(ARTIFACTS, text + "components:\n  - {name: tools, <<: *m8}\n")
    })
}

#[test]
fn aliases_that_contain_themselves() -> Outcome {
    refuses("E014", "the alias `*a` stands inside of what it names", |it| it.write(ARTIFACTS, "components: &a [*a]\n"))
}

#[test]
fn mistakes_without_number() -> Outcome {
    refuses("E010", "more than 1000 problems in this file", |repository| {
        let keys: Vec<String> = (0..100_000).map(|number| format!("key{number}: 1\n")).collect();
        repository.write(MANIFEST, keys.concat())
    })?;
    refuses("E003", "stands twice in one mapping", |it| it.write(MANIFEST, "system: shop\n".repeat(100_000)))?;
    refuses("E005", "expected a mapping, found `a`", |it| {
        it.write(ARTIFACTS, format!("components: [{}]\n", vec!["a"; 300_000].join(",")))
    })
}

#[test]
fn lines_without_end() -> Outcome {
    refuses("E006", "is longer than 63 characters", |it| {
        it.write(MANIFEST, format!("system: {}\n", "a".repeat(8 << 20)))
    })?;
    refuses("E002", "unknown key", |repository| {
        let keys: Vec<String> = (0..2_000).map(|number| format!("key{number}: {}", "é".repeat(500))).collect();
        repository.write(MANIFEST, format!("{{{}}}", keys.join(", ")))
    })
}

#[test]
fn files_that_say_nothing() -> Outcome {
    refuses("E005", "the file is empty", |it| it.write(MANIFEST, ""))?;
    refuses("E005", "the file is empty", |it| it.write(ARTIFACTS, "# nothing\n".repeat(1000)))?;
    refuses("E005", "expected a mapping, found nothing", |it| it.write(ARTIFACTS, "---\n"))
}

#[test]
fn texts_that_are_no_yaml() -> Outcome {
    refuses("E001", "a tab stands where only spaces may", |it| it.write(ARTIFACTS, "components:\n\t- name: a\n"))?;
    refuses("E001", "the quote is never closed", |it| {
        it.write(MANIFEST, format!("system: \"{}", "a\n".repeat(100_000)))
    })?;
    refuses("E001", "a second document starts here", |it| it.write(MANIFEST, "system: a\n---\nsystem: b\n"))?;
    refuses("E014", "the tag `!!python/object:os.system` is not known here", |it| {
        it.write(MANIFEST, "system: !!python/object:os.system rm\n")
    })
}

/// Wherever a credential stands, and whatever else is wrong around it: no form of findings shows it.
#[test]
fn credentials_reach_no_output() -> Outcome {
    // Put together here, so that no scanner takes this file for a leak.
    let secrets = [format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"), format!("hX7kq2Lm{}", "9Vt4Zc1Rb8")];
    let [token, random] = &secrets;
    let component = |rest: &str| format!("components:\n  - name: tools\n    kind: library\n{rest}");
    let cases = [
        // The gate finds them.
        component(&format!("    env:\n      A: \"{token}\"\n      DB_PASSWORD: {random}\n")),
        component(&format!("    command: [run, --password, {random}, \"--key={token}\"]\n")),
        component(&format!("    files: [{{path: /etc/a, content: \"password={random}\\ntoken: {token}\"}}]\n")),
        // Something else is wrong on the line, beside it, or with it.
        component(&format!("    env: {{DB_PASSWORD: {random}, KEY: {token}}}\n    helth: {{}}\n")),
        component(&format!("    enf: {{DB_PASSWORD: {random}, KEY: {token}}}\n")),
        component(&format!("    env: {token}\n    tier: {token}\n")),
        component(&format!("    secrets: [{token}, \"{token}\"]\n")),
        component(&format!("    env:\n      DB_PASSWORD: [{random}]\n      {token}: x\n")),
        component(&format!("    env: {{DB_PASSWORD: {random}, KEY: {token}\n")),
        component(&format!("    health: {{readiness: {{http: {token}, port: {token}}}}}\n    depends_on: [{token}]\n")),
        component(&format!("    ports: [{{name: a, port: \"{token}\"}}]\n    run_as: {token}\n")),
    ];
    for case in &cases {
        let repository = Repository::new()?;
        for (format, commands) in [("human", 3), ("json", 3), ("short", 1), ("sarif", 1), ("github", 1)] {
            for command in [&["check"][..], &["check", "--fix"], &["build", "-W", "G505"]].into_iter().take(commands) {
                repository.write(ARTIFACTS, case)?;
                let arguments = [command, &["--message-format", format]].concat();
                let run = run(&repository.path(""), &arguments)?;
                for secret in &secrets {
                    assert!(!run.text.contains(secret.as_str()), "{arguments:?} of\n{case}shows it:\n{}", run.text);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn numbers_past_all_bounds() -> Outcome {
    let port = |number: &str| {
        format!("components:\n  - name: a\n    kind: service\n    ports: [{{name: http, port: {number}}}]\n")
    };
    refuses("E006", "is not between 1 and 65535", |it| it.write(ARTIFACTS, port("4294967296")))?;
    refuses("E005", "expected a port", |it| it.write(ARTIFACTS, port(".inf")))?;
    let gates = |line: &str| format!("quality_gates: {{coverage: {{line: {line}}}}}\n");
    refuses("E006", "expected a number, found `1e-2147483648`", |it| {
        it.write("path/test_specifications.yaml", gates("1e-2147483648"))
    })?;
    refuses("E006", "has more than 18 digits", |it| {
        it.write("path/test_specifications.yaml", gates(&"9".repeat(1 << 20)))
    })
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;

    use super::*;

    fn pipe(repository: &Repository, path: &str) -> io::Result<()> {
        let path = repository.path(path);
        if path.exists() {
            fs::remove_file(&path)?;
        }
        let made = Command::new("mkfifo").arg(path).status()?;
        assert!(made.success());
        Ok(())
    }

    #[test]
    fn pipes_are_not_waited_for() -> Outcome {
        refuses("E009", "`path/test_results.yaml` is a pipe, not a file", |it| pipe(it, RESULTS))?;
        refuses("E009", "`pathc.yaml` is a pipe, not a file", |it| pipe(it, MANIFEST))?;
        refuses("E009", "is a pipe, not a file", |it| {
            fs::create_dir(it.path("path/test_results"))?;
            pipe(it, "path/test_results/a.yaml")
        })
    }

    #[test]
    fn folders_where_files_should_be() -> Outcome {
        refuses("E009", "`pathc.yaml` is a folder, not a file", |it| {
            fs::remove_file(it.path(MANIFEST))?;
            fs::create_dir(it.path(MANIFEST))
        })
    }

    #[test]
    fn links_that_leave_the_repository() -> Outcome {
        refuses("E013", "`path/test_results.yaml` leads out of the repository", |it| {
            symlink("/etc/passwd", it.path(RESULTS))
        })?;
        refuses("E013", "leads out of the repository", |it| symlink("/dev/zero", it.path(RESULTS)))?;
        refuses("E013", "leads out of the repository", |it| symlink("../..", it.path("path/test_results")))?;
        refuses("E013", "leads out of the repository", |it| {
            fs::create_dir(it.path("path/test_results"))?;
            symlink("/", it.path("path/test_results/a"))
        })?;
        refuses("E006", "leaves the repository", |it| it.write(MANIFEST, "system: shop\ninputs: ../secret\n"))
    }

    #[test]
    fn links_that_lead_nowhere() -> Outcome {
        refuses("E009", "the link `path/test_results.yaml` leads nowhere", |it| symlink("absent", it.path(RESULTS)))?;
        refuses("E015", "can't read `path/test_results.yaml`", |it| symlink("test_results.yaml", it.path(RESULTS)))?;
        refuses("E011", "leads back into itself", |it| {
            fs::create_dir(it.path("path/test_results"))?;
            symlink("../test_results", it.path("path/test_results/again"))
        })
    }
}
