//! The command line as a script sees it: streams, exit codes, forms of findings, help.

mod folder;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs, io};

use serde_json::Value;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What a run printed and how it ended.
struct Run {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Run {
    fn new(output: &Output) -> Run {
        Run {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pathc"));
    command.args(arguments).env("SOURCE_DATE_EPOCH", "1795435200").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn pathc(arguments: &[&str]) -> io::Result<Run> {
    Ok(Run::new(&command(arguments).output()?))
}

fn pathc_in(folder: &Path, arguments: &[&str]) -> io::Result<Run> {
    Ok(Run::new(&command(arguments).current_dir(folder).output()?))
}

/// A system with one mistake that has places in two files.
fn broken() -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("path"))?;
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    write("pathc.yaml", "system: shop\n")?;
    write("path/implementation_artifacts.yaml", "components:\n  - {name: orders, kind: library}\n")?;
    write("path/dependency_specifications.yaml", "datastores:\n  - {name: orders, kind: postgres}\n")?;
    write("path/deployment_packages.yaml", "deployments: []\n")?;
    Ok(folder)
}

/// The system that the README begins with.
fn storefront() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/storefront")
}

/// Lines of drawings alike, with and without Unicode.
fn without_glyphs(text: &str) -> String {
    text.chars().map(|char| if "╭─╰│·┬,-|:^`".contains(char) { '#' } else { char }).collect()
}

/// The inputs of storefront, in a folder of their own.
fn copied() -> Outcome<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("path"))?;
    fs::copy(storefront().join("pathc.yaml"), folder.path().join("pathc.yaml"))?;
    for entry in fs::read_dir(storefront().join("path"))? {
        let entry = entry?;
        fs::copy(entry.path(), folder.path().join("path").join(entry.file_name()))?;
    }
    Ok(folder)
}

/// Puts another text into a file of `path/`.
fn edit(folder: &Path, file: &str, from: &str, to: &str) -> Outcome {
    let path = folder.join("path").join(file);
    let text = fs::read_to_string(&path)?;
    assert!(text.contains(from), "{file} has no `{from}`");
    Ok(fs::write(path, text.replacen(from, to, 1))?)
}

#[test]
fn the_readme_shows_what_is_said() -> Outcome {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))?;
    let shown: Vec<&str> =
        readme.split("```text\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(text, _)| text)).collect();
    let [finding, change] = shown[..] else { return Err("the README shows a finding and a change".into()) };

    let folder = copied()?;
    edit(folder.path(), "test_coverage_report.yaml", "covered: 402", "covered: 300")?;
    let said = pathc_in(folder.path(), &["check"])?.stderr;
    assert!(without_glyphs(&said).contains(&without_glyphs(finding)), "{said}");

    let folder = copied()?;
    assert_eq!(pathc_in(folder.path(), &["build", "-q"])?.code, Some(0));
    edit(folder.path(), "deployment_packages.yaml", "scaling: {min: 2, max: 10", "scaling: {min: 3, max: 10")?;
    let said = pathc_in(folder.path(), &["diff", "--format", "semantic"])?.stdout;
    assert!(said.starts_with(change), "{said}");
    Ok(())
}

#[test]
fn each_form_shows_a_finding_in_two_files() -> Outcome {
    let folder = broken()?;
    for format in ["human", "short", "github"] {
        let run = pathc_in(folder.path(), &["check", "--message-format", format])?;
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{format}");
        insta::assert_snapshot!(format!("two_files_{format}"), run.stderr);
    }
    let run = pathc_in(folder.path(), &["check", "--message-format", "json"])?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    let lines: Vec<Value> = run.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let [finding, summary] = &lines[..] else { return Err(run.stdout.into()) };
    insta::assert_snapshot!("two_files_json", format!("{finding:#}"));
    assert!(summary["elapsed_ms"].is_u64());
    assert_eq!((&summary["denied"], &summary["written"]), (&Value::from(1), &Value::from(0)));

    let run = pathc_in(folder.path(), &["check", "--message-format", "sarif"])?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    let log: Value = serde_json::from_str(&run.stdout)?;
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], finding["code"]);
    Ok(())
}

#[test]
fn the_exit_code_says_whose_fault_it_is() -> Outcome {
    let nowhere = tempfile::tempdir()?;
    let code = |arguments: &[&str]| pathc_in(nowhere.path(), arguments).map(|run| run.code);
    assert_eq!(code(&["explain", "E002"])?, Some(0));
    assert_eq!(code(&["--help"])?, Some(0));
    assert_eq!(code(&["check"])?, Some(2));
    assert_eq!(code(&["explain", "E999"])?, Some(2));
    assert_eq!(code(&["-C", "absent", "check"])?, Some(2));
    assert_eq!(code(&[])?, Some(2));
    assert_eq!(pathc_in(broken()?.path(), &["check"])?.code, Some(1));
    Ok(())
}

#[test]
fn wrong_usage_names_what_was_probably_meant() -> Outcome {
    let nowhere = tempfile::tempdir()?;
    let said = |arguments: &[&str]| pathc_in(nowhere.path(), arguments).map(|run| run.stderr);
    assert!(said(&["chekc"])?.contains("'check'"));
    assert!(said(&["explain", "unknown-kye"])?.contains("did you mean `unknown-key`?"));
    assert!(said(&["schema", "test_result"])?.contains("did you mean `test_results`?"));
    assert!(said(&["check", "-A", "E001"])?.contains("E001 is no gate"));
    assert!(said(&["check", "-A", "rollback-untestd"])?.contains("did you mean `rollback-untested`?"));
    assert!(said(&["check", "--now", "yesterday"])?.contains("--now"));
    assert!(said(&["check"])?.contains("no `pathc.yaml` in"));
    Ok(())
}

#[test]
fn a_folder_below_the_manifest_finds_it() -> Outcome {
    let folder = broken()?;
    assert_eq!(pathc_in(&folder.path().join("path"), &["check"])?.code, Some(1));
    let nowhere = tempfile::tempdir()?;
    let path = folder.path().to_string_lossy().into_owned();
    assert_eq!(pathc_in(nowhere.path(), &["-C", &path, "check"])?.code, Some(1));
    assert_eq!(pathc_in(nowhere.path(), &["check", "-C", &path])?.code, Some(1));
    Ok(())
}

#[test]
fn only_a_terminal_gets_colours() -> Outcome {
    let folder = broken()?;
    let colored = |arguments: &[&str]| pathc_in(folder.path(), arguments).map(|run| run.stderr.contains('\u{1b}'));
    assert!(!colored(&["check"])?);
    assert!(colored(&["check", "--color", "always"])?);
    assert!(!colored(&["check", "--color", "never"])?);
    Ok(())
}

#[test]
fn the_last_level_of_a_code_holds() -> Outcome {
    let storefront = storefront();
    let denied = |arguments: &[&str]| pathc_in(&storefront, arguments).map(|run| run.code == Some(1));
    // Years later its waiver has expired, and what it let pass counts again.
    let later = ["check", "--now", "2036-01-01T00:00:00Z"];
    let with = |levels: &[&'static str]| later.iter().copied().chain(levels.iter().copied()).collect::<Vec<_>>();
    let all = "G304";
    assert!(denied(&with(&["-D", all]))?);
    let run = pathc_in(&storefront, &with(&["-D", all, "--allow", all]))?;
    assert!(!run.stderr.contains("[G304"), "{}", run.stderr);
    let run = pathc_in(&storefront, &with(&["-A", all, "-D", "rollback-untested"]))?;
    assert!(run.stderr.contains("error[G304"), "{}", run.stderr);
    Ok(())
}

#[test]
fn a_fix_is_told_to_machines_and_applied_only_where_it_is_asked_for() -> Outcome {
    let folder = copy_of_storefront()?;
    let path = folder.path().join("path/implementation_artifacts.yaml");
    let text = fs::read_to_string(&path)?;
    let wrong = text.replacen("kind: service", "kind: servcie", 1);
    assert_ne!(text, wrong);
    fs::write(&path, &wrong)?;
    let run = pathc_in(folder.path(), &["check", "--message-format", "json"])?;
    let finding: Value = serde_json::from_str(run.stdout.lines().next().unwrap_or_default())?;
    let edit = &finding["fix"]["edits"][0];
    assert_eq!((&finding["fix"]["safety"], &edit["insert"]), (&"safe".into(), &"service".into()));
    let (from, to) = (edit["byte_start"].as_u64().unwrap_or(0), edit["byte_end"].as_u64().unwrap_or(0));
    assert_eq!(wrong.get(from as usize..to as usize), Some("servcie"));
    assert_eq!(fs::read_to_string(&path)?, wrong, "a check writes nothing");
    let run = pathc_in(folder.path(), &["check", "--fix", "--message-format", "json"])?;
    let summary: Value = serde_json::from_str(run.stdout.lines().last().unwrap_or_default())?;
    assert_eq!((run.code, &summary["fixed"], &summary["denied"]), (Some(0), &1.into(), &0.into()), "{}", run.stdout);
    assert_eq!(fs::read_to_string(&path)?, text);
    Ok(())
}

#[test]
fn an_environment_that_is_not_there_is_wrong_usage() -> Outcome {
    let run = pathc_in(&storefront(), &["check", "--env", "productoin"])?;
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("did you mean `production`?"), "{}", run.stderr);
    assert_eq!(pathc_in(&storefront(), &["check", "--env", "production"])?.code, Some(0));
    Ok(())
}

#[test]
fn a_clock_that_is_no_number_is_refused() -> Outcome {
    let output = command(&["check"]).current_dir(storefront()).env("SOURCE_DATE_EPOCH", "today").output()?;
    let run = Run::new(&output);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("`today` in SOURCE_DATE_EPOCH"), "{}", run.stderr);
    Ok(())
}

#[test]
fn a_reader_that_goes_away_is_no_failure() -> Outcome {
    for arguments in [&["explain"][..], &["completions", "bash"], &["--help"]] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        drop(child.stdout.take());
        let run = Run::new(&child.wait_with_output()?);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn a_quiet_run_that_succeeds_says_nothing() -> Outcome {
    let run = pathc_in(&storefront(), &["check", "-q"])?;
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    Ok(())
}

#[test]
fn explain_prints_the_documentation_of_a_code() -> Outcome {
    insta::assert_snapshot!(pathc(&["explain", "e002"])?.stdout);
    assert_eq!(pathc(&["explain", "unknown-key"])?.stdout, pathc(&["explain", "E002"])?.stdout);
    let list = pathc(&["explain"])?.stdout;
    for code in pathc::diag::code::LANGUAGE {
        assert!(list.contains(code.as_str()) && list.contains(code.slug()), "{} is not listed", code.as_str());
    }
    Ok(())
}

#[test]
fn schemas_are_json_and_named_as_people_name_files() -> Outcome {
    let list = pathc(&["schema"])?.stdout;
    assert!(list.lines().count() >= 10, "{list}");
    for line in list.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let schema: Value = serde_json::from_str(&pathc(&["schema", name])?.stdout)?;
        assert_eq!(schema["title"], format!("{name}.yaml"));
    }
    assert_eq!(pathc(&["schema", "path/test_results.yaml"])?.stdout, pathc(&["schema", "test_results"])?.stdout);
    Ok(())
}

#[test]
fn completions_and_the_manual_page_know_the_commands() -> Outcome {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = pathc(&["completions", shell])?.stdout;
        assert!(script.contains("message-format") && script.contains("explain"), "{shell}");
    }
    let page = pathc(&["man"])?.stdout;
    assert!(page.starts_with(".ie") && page.contains("SUBCOMMANDS"), "{page}");
    Ok(())
}

/// A copy of the storefront, which a build may write into.
fn copy_of_storefront() -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    folder::copy(storefront(), folder.path())?;
    Ok(folder)
}

#[test]
fn a_build_is_written_once_and_then_left_alone() -> Outcome {
    let folder = copy_of_storefront()?;
    let build = |arguments: &[&str]| pathc_in(folder.path(), &[&["build"], arguments].concat());
    assert_eq!(build(&["--check"])?.code, Some(1));
    let first = build(&[])?;
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stdout.contains("Generated kubernetes ("), "{}", first.stdout);
    assert!(first.stdout.lines().last().unwrap_or_default().contains("Finished storefront in "), "{}", first.stdout);

    let lock = folder.path().join("pathc.lock");
    let written = fs::metadata(&lock)?.modified()?;
    let again = build(&[])?;
    assert!(again.stdout.contains("Unchanged kubernetes ("), "{}", again.stdout);
    assert_eq!(fs::metadata(&lock)?.modified()?, written);
    assert_eq!(build(&["--check"])?.code, Some(0));
    let quiet = build(&["-q"])?;
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (Some(0), "", ""));
    Ok(())
}

#[test]
fn an_edit_by_hand_is_kept_until_force() -> Outcome {
    let folder = copy_of_storefront()?;
    let build = |arguments: &[&str]| pathc_in(folder.path(), &[&["build"], arguments].concat());
    assert_eq!(build(&[])?.code, Some(0));
    let file = folder.path().join("infra/kubernetes/production/kustomization.yaml");
    let generated = fs::read_to_string(&file)?;
    fs::write(&file, format!("{generated}# mine\n"))?;
    let refused = build(&["--message-format", "short"])?;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("error[O001]"), "{}", refused.stderr);
    assert!(fs::read_to_string(&file)?.ends_with("# mine\n"));
    assert_eq!(build(&["--force"])?.code, Some(0));
    assert_eq!(fs::read_to_string(&file)?, generated);
    Ok(())
}

#[test]
fn a_build_can_be_of_one_target_and_one_environment() -> Outcome {
    let nowhere = tempfile::tempdir()?;
    let out = nowhere.path().join("out").to_string_lossy().into_owned();
    let build = |arguments: &[&str]| pathc_in(&storefront(), &[&["build", "--out", &out], arguments].concat());
    let run = build(&["--target", "kubernetes", "--env", "staging"])?;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(Path::new(&out).join("infra/kubernetes/staging").is_dir());
    assert!(!Path::new(&out).join("infra/kubernetes/production").exists());
    assert!(!Path::new(&out).join("infra/path").exists());

    assert!(build(&["--env", "stagign"])?.stderr.contains("did you mean `staging`?"));
    assert!(build(&["--target", "kubernets"])?.stderr.contains("'kubernetes'"));
    assert_eq!(build(&["--check", "--force"])?.code, Some(2));
    Ok(())
}

#[test]
fn a_build_for_machines_prints_findings_and_nothing_else() -> Outcome {
    let nowhere = tempfile::tempdir()?;
    let out = nowhere.path().to_string_lossy().into_owned();
    let run = pathc_in(&storefront(), &["build", "--out", &out, "--message-format", "json"])?;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let lines: Vec<Value> = run.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let written = lines.last().and_then(|summary| summary["written"].as_u64()).unwrap_or_default();
    assert!(written > 20, "{}", run.stdout);
    Ok(())
}

#[test]
fn a_target_that_is_not_there_is_pointed_at() -> Outcome {
    let folder = copy_of_storefront()?;
    let manifest = folder.path().join("pathc.yaml");
    let text = fs::read_to_string(&manifest)?;
    fs::write(&manifest, format!("{text}targets: [path, kubernets]\n"))?;
    let run = pathc_in(folder.path(), &["check", "--message-format", "short"])?;
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("error[E007]: no target is called `kubernets`"), "{}", run.stderr);
    Ok(())
}

/// `docs/cli.md` shows the help of every command between its two marks; `UPDATE_DOCS=1` writes it anew.
#[test]
fn the_reference_shows_the_help_of_every_command() -> Outcome {
    const END: &str = "<!-- end -->";
    let mut help = String::from("\n");
    let mut add = |name: &str, text: &str| {
        let text: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
        help.push_str(&format!("### {name}\n\n```text\n{}\n```\n\n", text.join("\n")));
    };
    add("pathc", &pathc(&["--help"])?.stdout);
    for command in pathc::cli::command().get_subcommands() {
        let name = command.get_name();
        add(&format!("pathc {name}"), &pathc(&[name, "-h"])?.stdout);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let page = fs::read_to_string(&path)?.replace("\r\n", "\n");
    let begin = page.find("<!-- generated").and_then(|at| page[at..].find('\n').map(|end| at + end + 1));
    let (Some(begin), Some(end)) = (begin, page.find(END)) else { return Err("docs/cli.md has lost its marks".into()) };
    let wanted = format!("{}{help}{}", &page[..begin], &page[end..]);
    if env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        return Ok(fs::write(path, wanted)?);
    }
    assert!(page == wanted, "docs/cli.md is stale: run `UPDATE_DOCS=1 cargo test --test cli`");
    Ok(())
}
