//! Builds in real folders: nothing is written twice, nothing of anybody else is lost, and a build that ends anywhere
//! leaves a tree that the next one makes whole.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use pathc::ir::{Origin, Rule};
use pathc::output::disk::{ChangeKind, Counts, build_by_steps};
use pathc::output::folder::{Step, Steps, Unhindered};
use pathc::output::{Content, Files, Generated, Mode, Outcome, Request, Selection};

const ORIGIN: Origin = Origin::rule(Rule(0));
const WRITE: Mode = Mode::Write { force: false };
const FORCE: Mode = Mode::Write { force: true };

/// Paths and texts of one target.
type Texts<'a> = &'a [(&'a str, &'a str)];

struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Repository {
        Repository(tempfile::tempdir().unwrap())
    }

    /// In memory where the system has such a folder: builds that are stopped at each step bring much to the device.
    fn in_memory() -> Repository {
        let memory = Utf8Path::new("/dev/shm");
        if memory.is_dir() { Repository(tempfile::tempdir_in(memory).unwrap()) } else { Repository::new() }
    }

    fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Everything below the root: files with their texts, folders without.
    fn tree(&self) -> BTreeMap<Utf8PathBuf, Option<String>> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap() {
                let path = entry.unwrap().into_path();
                let text = path.is_file().then(|| fs::read_to_string(&path).unwrap());
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path.clone());
                }
                tree.insert(path.strip_prefix(self.root()).unwrap().to_owned(), text);
            }
        }
        tree
    }

    fn times(&self) -> BTreeMap<Utf8PathBuf, SystemTime> {
        let time = |path: &Utf8PathBuf| fs::symlink_metadata(self.root().join(path)).unwrap().modified().unwrap();
        let mut times: BTreeMap<_, _> = self.tree().into_keys().map(|path| (path.clone(), time(&path))).collect();
        times.insert(Utf8PathBuf::new(), fs::metadata(self.root()).unwrap().modified().unwrap());
        times
    }

    fn build(&self, texts: Texts<'_>, mode: Mode) -> Outcome {
        self.build_targets(&[("one", texts)], &Selection::default(), mode, &Unhindered)
    }

    fn build_targets(
        &self,
        targets: &[(&str, Texts<'_>)],
        selection: &Selection,
        mode: Mode,
        steps: &dyn Steps,
    ) -> Outcome {
        let targets: Vec<Generated<'_>> = targets.iter().map(|(name, texts)| generated(name, texts)).collect();
        build_by_steps(&request(self.root(), &targets, selection, mode), steps)
    }
}

/// A text file for each; `ENV:path` is of that environment. Every second one is printed part by part, a line each.
fn generated<'a>(target: &str, texts: Texts<'a>) -> Generated<'a> {
    let mut files = Files::default();
    for (index, (path, text)) in texts.iter().enumerate() {
        let job = || Content::Text((*text).to_owned(), ORIGIN);
        match path.split_once(':') {
            Some((environment, path)) => files.add_for(environment, path, job),
            None if index % 2 == 1 => {
                let lines: Vec<&str> = text.split_inclusive('\n').collect();
                files.add_in_parts(*path, move |index, out| {
                    let line = lines.get(index);
                    line.into_iter().for_each(|line| out.text.push_str(line));
                    line.is_some()
                });
            }
            None => files.add(*path, job),
        }
    }
    Generated::new(target, "".into(), files)
}

fn request<'a>(root: &'a Utf8Path, targets: &'a [Generated<'a>], selection: &'a Selection, mode: Mode) -> Request<'a> {
    static SPECS: BTreeMap<String, String> = BTreeMap::new();
    let (wait, waiting) = (Duration::ZERO, &|| ());
    Request {
        root,
        targets,
        selection,
        mode,
        locked: false,
        compiler: "0.1.0",
        specs: &SPECS,
        wait,
        waiting,
        witness: None,
    }
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    outcome.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

#[track_caller]
fn succeeds(outcome: Outcome) -> Counts {
    assert!(outcome.diagnostics.is_empty(), "{:#?}", outcome.diagnostics);
    outcome.targets.first().map(|(_, counts)| *counts).unwrap_or_default()
}

#[track_caller]
fn refuses(repository: &Repository, outcome: Outcome, code: &str) -> String {
    assert_eq!(codes(&outcome), [code], "{:#?}", outcome.diagnostics);
    assert!(!repository.root().join(".pathc-unfinished").exists());
    let diagnostic = &outcome.diagnostics[0];
    assert!(!diagnostic.help.is_empty());
    format!("{}\n{}", diagnostic.message, diagnostic.notes.join("\n"))
}

const FILES: Texts<'static> = &[("a.yaml", "a: 1\n"), ("b/c.yaml", "c: 1\n"), ("b/d/e.yaml", "e: 1\n")];

#[test]
fn a_build_writes_all_files_and_a_second_one_none() {
    let repository = Repository::new();
    let counts = succeeds(repository.build(FILES, WRITE));
    assert_eq!(counts, Counts { written: 3, removed: 0, unchanged: 0 });
    assert_eq!(repository.read("b/d/e.yaml"), "e: 1\n");
    assert_eq!(repository.tree().len(), 6, "three files, two folders, the lock: {:?}", repository.tree());

    let before = repository.times();
    let counts = succeeds(repository.build(FILES, WRITE));
    assert_eq!(counts, Counts { written: 0, removed: 0, unchanged: 3 });
    assert_eq!(repository.times(), before);
    succeeds(repository.build(FILES, Mode::Check));
    assert_eq!(repository.times(), before);
}

#[test]
fn only_what_differs_is_written() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    let before = repository.times();
    let outcome = repository.build(&[FILES[0], ("b/c.yaml", "c: 2\n"), FILES[2]], WRITE);
    assert_eq!(outcome.changes, [(Utf8PathBuf::from("b/c.yaml"), ChangeKind::Updated)]);
    succeeds(outcome);
    assert_eq!(repository.read("b/c.yaml"), "c: 2\n");
    assert_eq!(repository.times()[Utf8Path::new("a.yaml")], before[Utf8Path::new("a.yaml")]);
}

#[test]
fn any_number_of_threads_writes_the_same() {
    let texts: Vec<(String, String)> = (0..200).map(|n| (format!("f{}/{n}.txt", n % 7), format!("{n}\n"))).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let trees = [1, 5].map(|threads| {
        let repository = Repository::new();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| succeeds(repository.build(&texts, WRITE)));
        repository.tree()
    });
    assert_eq!(trees[0], trees[1]);
}

#[test]
fn what_is_no_longer_generated_is_removed_with_its_empty_folders() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    repository.write("b/mine.txt", "mine");
    let counts = succeeds(repository.build(&FILES[..1], WRITE));
    assert_eq!(counts, Counts { written: 0, removed: 2, unchanged: 1 });
    let left: Vec<_> = repository.tree().into_keys().collect();
    assert_eq!(left, ["a.yaml", "b", "b/mine.txt", "pathc.lock"]);
}

#[test]
fn a_leftover_that_was_edited_is_kept() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    repository.write("b/c.yaml", "c: mine\n");
    let before = repository.tree();
    let said = refuses(&repository, repository.build(&FILES[..1], WRITE), "O001");
    assert!(said.contains("`b/c.yaml` is no longer generated"), "{said}");
    assert_eq!(repository.tree(), before);
    succeeds(repository.build(&FILES[..1], FORCE));
    assert!(!repository.root().join("b").exists());
}

#[test]
fn an_edit_by_hand_is_shown_and_never_overwritten() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    repository.write("a.yaml", "a: 7\n");
    let before = repository.tree();
    for mode in [WRITE, Mode::Check] {
        let said = refuses(&repository, repository.build(FILES, mode), "O001");
        assert!(said.contains("`a.yaml` was edited by hand\nthe edit:\n"), "{said}");
        assert!(said.contains("\n-a: 1\n+a: 7"), "{said}");
    }
    // Also where the inputs changed as well, and nothing else is written either.
    let new: Texts<'_> = &[("a.yaml", "a: 2\n"), ("b/c.yaml", "c: 2\n"), FILES[2]];
    let outcome = repository.build(new, WRITE);
    assert!(outcome.changes.is_empty() && outcome.targets.is_empty(), "nothing was written");
    let said = refuses(&repository, outcome, "O001");
    assert!(said.contains("\n-a: 2\n+a: 7"), "{said}");
    assert_eq!(repository.tree(), before);

    succeeds(repository.build(new, FORCE));
    assert_eq!(repository.read("a.yaml"), "a: 2\n");
    succeeds(repository.build(new, WRITE));
}

#[test]
fn a_long_edit_is_cut() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    repository.write("a.yaml", &"x\n".repeat(500));
    let said = refuses(&repository, repository.build(FILES, WRITE), "O001");
    assert!(said.lines().count() < 30 && said.contains("more lines"), "{said}");
}

#[test]
fn line_ends_of_a_checkout_are_no_edit() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    repository.write("a.yaml", "a: 1\r\n");
    repository.write("pathc.lock", &repository.read("pathc.lock").replace('\n', "\r\n"));
    let before = repository.times();
    assert_eq!(succeeds(repository.build(FILES, WRITE)).unchanged, 3);
    assert_eq!(repository.times(), before);
}

#[test]
fn a_file_that_comes_part_by_part_is_compared_as_a_whole() {
    let lines: Vec<String> = (0..100_000).map(|line| format!("line: {line}\n")).collect();
    let whole = lines.concat();
    let otherwise = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line.to_owned();
        lines.concat()
    };
    let repository = Repository::new();
    let build = |text: &str, mode| repository.build(&[("a", "1\n"), ("large", text)], mode);
    assert_eq!(succeeds(build(&whole, WRITE)).written, 2);
    let before = repository.times();
    assert_eq!(succeeds(build(&whole, WRITE)), Counts { unchanged: 2, ..Counts::default() });
    assert_eq!(repository.times(), before);
    // Another first line, another one far behind, more, less: each a new file.
    let texts = [
        otherwise(0, "line: none\n"),
        otherwise(70_000, "line: none\n"),
        lines[..99_999].concat(),
        format!("{whole}line: more\n"),
        whole.clone(),
    ];
    for text in &texts {
        assert_eq!(codes(&build(text, Mode::Check)), ["O002"]);
        assert_eq!(succeeds(build(text, WRITE)), Counts { written: 1, unchanged: 1, ..Counts::default() });
        assert!(repository.read("large") == *text);
    }
    // Line ends are no edit, all else is.
    repository.write("large", &whole.replace('\n', "\r\n"));
    assert_eq!(succeeds(build(&whole, WRITE)), Counts { unchanged: 2, ..Counts::default() });
    assert!(!repository.root().join(".pathc-unfinished").exists());
    repository.write("large", &otherwise(99_998, "line: mine\n"));
    let told = refuses(&repository, build(&whole, WRITE), "O001");
    assert!(told.contains("large"), "{told}");
    assert!(repository.read("large").contains("mine"));
    assert_eq!(succeeds(build(&whole, Mode::Write { force: true })).written, 1);
    assert!(repository.read("large") == whole);
}

#[test]
fn a_file_of_somebody_else_is_never_replaced_and_the_same_file_is_adopted() {
    let repository = Repository::new();
    repository.write("a.yaml", "mine\n");
    repository.write("b/c.yaml", "c: 1\n");
    let said = refuses(&repository, repository.build(FILES, WRITE), "O004");
    assert!(said.contains("`a.yaml` is there already"), "{said}");
    assert_eq!(repository.read("a.yaml"), "mine\n");
    assert!(!repository.root().join("b/d").exists());

    assert_eq!(succeeds(repository.build(FILES, FORCE)), Counts { written: 2, removed: 0, unchanged: 1 });
    // The adopted file is ours now.
    succeeds(repository.build(&FILES[..1], WRITE));
    assert!(!repository.root().join("b").exists());
}

#[test]
fn a_check_lists_what_a_build_would_change_and_writes_nothing() {
    let repository = Repository::new();
    let outcome = repository.build(FILES, Mode::Check);
    assert_eq!(codes(&outcome), ["O003", "O003", "O003"]);
    assert!(repository.tree().is_empty());

    succeeds(repository.build(FILES, WRITE));
    fs::remove_file(repository.root().join("a.yaml")).unwrap();
    let before = repository.times();
    let outcome = repository.build(&[FILES[0], ("b/c.yaml", "c: 2\n")], Mode::Check);
    let found: Vec<_> = outcome.diagnostics.iter().map(|d| format!("{} {}", d.code.as_str(), d.message)).collect();
    assert_eq!(
        found,
        [
            "O003 `a.yaml` is not there",
            "O002 `b/c.yaml` is not what a build makes of the inputs",
            "O002 `b/d/e.yaml` is no longer generated"
        ]
    );
    assert_eq!(repository.times(), before);

    // A folder that is not there yet has everything missing, and is not made.
    let target = [generated("one", FILES)];
    let root = repository.root().join("out");
    let outcome = build_by_steps(&request(&root, &target, &Selection::default(), Mode::Check), &Unhindered);
    assert_eq!(codes(&outcome), ["O003", "O003", "O003"]);
    assert!(!root.exists());
}

#[test]
fn a_check_sees_a_lock_that_is_not_there() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    fs::remove_file(repository.root().join("pathc.lock")).unwrap();
    let said = refuses(&repository, repository.build(FILES, Mode::Check), "O002");
    assert!(said.contains("`pathc.lock`"), "{said}");
}

#[test]
fn only_the_selected_files_take_part() {
    let targets = |text| [("one", [("prod:one/prod", text), ("stage:one/stage", text), ("one/all", text)])];
    let (first, second) = (targets("1\n"), targets("2\n"));
    let repository = Repository::new();
    let build = |texts: &[(&str, [(&str, &str); 3])], selection: &Selection, mode| {
        let other: Texts<'_> = &[("two", "x\n")];
        let all = [(texts[0].0, texts[0].1.as_slice()), ("two", other)];
        repository.build_targets(&all, selection, mode, &Unhindered)
    };
    succeeds(build(&first, &Selection::default(), WRITE));

    let prod = Selection { environments: vec!["prod".to_owned()], ..Selection::default() };
    assert_eq!(codes(&build(&second, &prod, Mode::Check)), ["O002"]);
    succeeds(build(&second, &prod, WRITE));
    let read = |path| repository.read(path);
    assert_eq!([read("one/prod"), read("one/stage"), read("one/all")], ["2\n", "1\n", "1\n"]);
    succeeds(build(&second, &prod, Mode::Check));

    let two = Selection { targets: vec!["two".to_owned()], ..Selection::default() };
    let none: [(&str, Texts<'_>); 1] = [("one", &[])];
    succeeds(repository.build_targets(&none, &two, WRITE, &Unhindered));
    let left: Vec<_> = repository.tree().into_keys().collect();
    assert_eq!(left, ["one", "one/all", "one/prod", "one/stage", "pathc.lock"]);
    // Files that took no part are still known.
    succeeds(build(&second, &Selection::default(), WRITE));
}

#[test]
fn a_lock_that_cannot_be_read_is_reported() {
    let repository = Repository::new();
    succeeds(repository.build(FILES, WRITE));
    let lock = repository.read("pathc.lock");
    let merged = lock.replacen("  - {", "<<<<<<< ours\n  - {", 1);
    for text in [merged.as_str(), "", "form: 1\n", &lock.replace("a.yaml", "../a.yaml")] {
        repository.write("pathc.lock", text);
        let before = repository.tree();
        refuses(&repository, repository.build(&FILES[..1], WRITE), "O005");
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn two_outputs_never_share_a_path() {
    let repository = Repository::new();
    let build = |one: &str, two: &str| {
        let (one, two) = ([(one, "1")], [(two, "2")]);
        repository.build_targets(&[("one", &one), ("two", &two)], &Selection::default(), WRITE, &Unhindered)
    };
    for (one, two) in
        [("a/b", "a/b"), ("a/b", "A/B"), ("./a/b", "a//b"), ("a", "a/b"), ("x/y/z", "x"), ("c", "pathc.lock")]
    {
        let said = refuses(&repository, build(one, two), "O008");
        assert!(said.contains("target `"), "{said}");
    }
    for (one, two) in [("../x", "a"), ("/etc/x", "a"), ("a", "b/../../c"), (".git/config", "a")] {
        refuses(&repository, build(one, two), "O009");
    }
    assert!(repository.tree().is_empty());
}

#[test]
fn links_that_lead_out_are_refused() {
    let (repository, outside) = (Repository::new(), Repository::new());
    symlink(outside.root(), repository.root().join("b")).unwrap();
    for mode in [WRITE, FORCE, Mode::Check] {
        refuses(&repository, repository.build(FILES, mode), "O009");
    }
    assert!(outside.tree().is_empty());
    assert!(!repository.root().join("a.yaml").exists());

    // A link within the repository is the user's own way to lay it out.
    fs::remove_file(repository.root().join("b")).unwrap();
    fs::create_dir(repository.root().join("real")).unwrap();
    symlink("real", repository.root().join("b")).unwrap();
    succeeds(repository.build(FILES, WRITE));
    assert_eq!(repository.read("real/c.yaml"), "c: 1\n");
}

#[test]
fn a_leftover_behind_a_link_that_leads_out_is_not_removed() {
    let (repository, outside) = (Repository::new(), Repository::new());
    succeeds(repository.build(FILES, WRITE));
    fs::rename(repository.root().join("b"), outside.root().join("b")).unwrap();
    symlink(outside.root().join("b"), repository.root().join("b")).unwrap();
    refuses(&repository, repository.build(&FILES[..1], WRITE), "O009");
    assert_eq!(outside.tree().len(), 4);
}

#[test]
fn what_is_no_file_is_in_the_way() {
    let repository = Repository::new();
    fs::create_dir(repository.root().join("a.yaml")).unwrap();
    let said = refuses(&repository, repository.build(FILES, FORCE), "O010");
    assert!(said.contains("`a.yaml` is a folder"), "{said}");
    fs::remove_dir(repository.root().join("a.yaml")).unwrap();

    symlink("nowhere", repository.root().join("a.yaml")).unwrap();
    let said = refuses(&repository, repository.build(FILES, FORCE), "O010");
    assert!(said.contains("`a.yaml` is a symbolic link"), "{said}");
    fs::remove_file(repository.root().join("a.yaml")).unwrap();

    repository.write("b", "a file");
    let said = refuses(&repository, repository.build(FILES, FORCE), "O010");
    assert!(said.contains("`b` is a file, where a folder is needed"), "{said}");
    assert_eq!(repository.tree().len(), 1);
}

#[test]
fn a_file_gives_way_to_a_folder_where_both_are_ours() {
    let repository = Repository::new();
    succeeds(repository.build(&[("x", "1")], WRITE));
    succeeds(repository.build(&[("x/y", "2")], WRITE));
    assert_eq!(repository.read("x/y"), "2");
}

#[test]
fn a_second_build_waits_or_fails_clearly() {
    let repository = Repository::new();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (end, may_end) = std::sync::mpsc::channel::<()>();
    let gate = Mutex::new((begun, may_end));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut files = Files::default();
            files.add("a", || {
                let gate = gate.lock().unwrap();
                gate.0.send(()).unwrap();
                gate.1.recv().unwrap();
                Content::Text("1".to_owned(), ORIGIN)
            });
            let targets = [Generated::new("one", "".into(), files)];
            succeeds(build_by_steps(&request(repository.root(), &targets, &Selection::default(), WRITE), &Unhindered));
        });
        has_begun.recv().unwrap();
        let outcome = repository.build(&[("a", "2")], WRITE);
        assert_eq!(codes(&outcome), ["O007"]);

        let targets = [generated("one", &[("a", "2")])];
        let selection = Selection::default();
        let waited = AtomicUsize::new(0);
        let waiting = || {
            waited.fetch_add(1, Ordering::Relaxed);
            end.send(()).unwrap();
        };
        let mut patient = request(repository.root(), &targets, &selection, WRITE);
        (patient.wait, patient.waiting) = (Duration::from_secs(60), &waiting);
        succeeds(pathc::output::build(&patient));
        assert_eq!(waited.into_inner(), 1);
    });
    assert_eq!(repository.read("a"), "2");
}

/// Lets calls happen up to one, which fails; after it, all do, as if the run were killed there, or none.
struct Failing {
    left: Mutex<Option<usize>>,
    killed: bool,
    error: io::ErrorKind,
}

impl Failing {
    fn at(step: usize, killed: bool) -> Failing {
        Failing { left: Mutex::new(Some(step)), killed, error: io::ErrorKind::StorageFull }
    }
}

impl Steps for Failing {
    fn pass(&self, _: Step, _: &Utf8Path) -> io::Result<()> {
        let mut left = self.left.lock().unwrap();
        match *left {
            Some(0) => {
                if !self.killed {
                    *left = None;
                }
                Err(self.error.into())
            }
            Some(more) => {
                *left = Some(more - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

const OLD: Texts<'static> = &[("a", "1\n"), ("b/c", "1\n"), ("b/d", "1\n"), ("gone/e", "1\n"), ("same", "1\n")];
const NEW: Texts<'static> = &[("a", "2\n"), ("b/c", "2\n"), ("new/f/g", "2\n"), ("new/h", "2\n"), ("same", "1\n")];

fn with_old_tree() -> Repository {
    let repository = Repository::in_memory();
    succeeds(repository.build(OLD, WRITE));
    repository
}

fn build_new(repository: &Repository, steps: &dyn Steps) -> Outcome {
    // One thread, so that a number names the same step each time.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| repository.build_targets(&[("one", NEW)], &Selection::default(), WRITE, steps))
}

/// How many steps the build of the new tree over the old one has.
fn steps() -> usize {
    struct Counting(AtomicUsize);
    impl Steps for Counting {
        fn pass(&self, _: Step, _: &Utf8Path) -> io::Result<()> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }
    let counting = Counting(AtomicUsize::new(0));
    succeeds(build_new(&with_old_tree(), &counting));
    counting.0.into_inner()
}

fn new_tree() -> BTreeMap<Utf8PathBuf, Option<String>> {
    let repository = Repository::in_memory();
    succeeds(repository.build(NEW, WRITE));
    repository.tree()
}

#[test]
fn a_call_that_fails_leaves_the_old_tree_or_the_new_one() {
    let (old, new) = (with_old_tree().tree(), new_tree());
    let mut succeeded = 0;
    for step in 0..steps() {
        let repository = with_old_tree();
        let outcome = build_new(&repository, &Failing::at(step, false));
        if outcome.diagnostics.is_empty() {
            // All is written; only clearing away was refused, and the next build does it.
            succeeded += 1;
            succeeds(repository.build(NEW, WRITE));
            let empty = |path: &Utf8PathBuf| path == "gone";
            let tree: BTreeMap<_, _> = repository.tree().into_iter().filter(|(path, _)| !empty(path)).collect();
            assert_eq!(tree, new, "step {step}");
        } else {
            let said = refuses(&repository, outcome, "O006");
            assert!(said.contains("no space is left") && said.contains("nothing was changed"), "{said}");
            assert_eq!(repository.tree(), old, "step {step}");
        }
    }
    assert!(succeeded > 0 && succeeded < steps() / 2);
}

#[test]
fn the_next_build_makes_whole_what_a_killed_one_left() {
    let (old, new) = (with_old_tree().tree(), new_tree());
    for step in 0..steps() {
        let repository = with_old_tree();
        build_new(&repository, &Failing::at(step, true));
        // A check writes nothing, and blames nobody.
        let left = repository.times();
        for (code, message) in
            repository.build(NEW, Mode::Check).diagnostics.iter().map(|d| (d.code.as_str(), &d.message))
        {
            assert!(["O002", "O003"].contains(&code), "step {step}: {code} {message}");
        }
        assert_eq!(repository.times(), left);
        succeeds(repository.build(NEW, WRITE));
        let tree: BTreeMap<_, _> = repository.tree().into_iter().filter(|(path, _)| path != "gone").collect();
        assert_eq!(tree, new, "step {step}");
    }
    // Also where the inputs are the old ones again.
    for step in 0..steps() {
        let repository = with_old_tree();
        build_new(&repository, &Failing::at(step, true));
        succeeds(repository.build(OLD, WRITE));
        let is_left = |path: &Utf8PathBuf| path.starts_with("new");
        let tree: BTreeMap<_, _> = repository.tree().into_iter().filter(|(path, _)| !is_left(path)).collect();
        assert_eq!(tree, old, "step {step}");
        assert!(!repository.root().join("new/h").exists() && !repository.root().join("new/f/g").exists());
    }
}

#[test]
fn a_build_that_is_killed_while_it_makes_another_one_whole_is_made_whole_too() {
    let new = new_tree();
    for first in (0..steps()).step_by(3) {
        for second in 0..steps() + 4 {
            let repository = with_old_tree();
            build_new(&repository, &Failing::at(first, true));
            build_new(&repository, &Failing::at(second, true));
            succeeds(repository.build(NEW, WRITE));
            let tree: BTreeMap<_, _> = repository.tree().into_iter().filter(|(path, _)| path != "gone").collect();
            assert_eq!(tree, new, "steps {first} and {second}");
        }
    }
}

#[test]
fn an_edit_after_a_killed_build_is_kept() {
    for step in 0..steps() {
        let repository = with_old_tree();
        build_new(&repository, &Failing::at(step, true));
        repository.write("a", "mine\n");
        repository.write("new/h", "mine too\n");
        let outcome = repository.build(NEW, WRITE);
        assert!(codes(&outcome).iter().all(|code| ["O001", "O004"].contains(code)), "{:#?}", outcome.diagnostics);
        assert_eq!(outcome.diagnostics.len(), 2, "step {step}");
        assert_eq!([repository.read("a"), repository.read("new/h")], ["mine\n", "mine too\n"], "step {step}");
    }
}

/// Does something before a step that changes a path.
struct Meanwhile<'a> {
    step: Step,
    path: &'a str,
    act: &'a (dyn Fn() -> io::Result<()> + Sync),
}

impl Steps for Meanwhile<'_> {
    fn pass(&self, step: Step, path: &Utf8Path) -> io::Result<()> {
        if step == self.step && path == self.path { (self.act)() } else { Ok(()) }
    }
}

#[test]
fn a_folder_that_somebody_makes_meanwhile_is_filled() {
    let repository = with_old_tree();
    let new = repository.root().join("new");
    let act = || fs::create_dir_all(&new).and_then(|()| fs::write(new.join("mine"), "mine"));
    succeeds(build_new(&repository, &Meanwhile { step: Step::Rename, path: "new", act: &act }));
    assert_eq!([repository.read("new/f/g"), repository.read("new/mine")], ["2\n", "mine"]);
    // What somebody puts where a file belongs stays, and nothing else is changed.
    let repository = with_old_tree();
    let new = repository.root().join("new");
    let act = || fs::create_dir_all(&new).and_then(|()| fs::write(new.join("h"), "mine"));
    let said =
        refuses(&repository, build_new(&repository, &Meanwhile { step: Step::Rename, path: "new", act: &act }), "O006");
    assert!(said.contains("somebody wrote it in the meantime") && said.contains("nothing was changed"), "{said}");
    let mut tree = repository.tree();
    assert_eq!(tree.remove(Utf8Path::new("new/h")), Some(Some("mine".to_owned())));
    tree.remove(Utf8Path::new("new"));
    assert_eq!(tree, with_old_tree().tree());
}

#[test]
fn what_somebody_puts_into_a_new_folder_survives_that_all_is_undone() {
    let repository = with_old_tree();
    let mine = repository.root().join("new/mine");
    let act = || {
        fs::write(&mine, "mine")?;
        Err(io::ErrorKind::StorageFull.into())
    };
    // The last step: what was written comes to the device.
    let outcome = build_new(&repository, &Meanwhile { step: Step::Sync, path: "", act: &act });
    assert_eq!(codes(&outcome), ["O006"]);
    assert!(!repository.root().join("new/h").exists());
    assert_eq!(repository.read("new/mine"), "mine");
    fs::remove_file(&mine).unwrap();
    succeeds(repository.build(NEW, WRITE));
    assert_eq!(repository.read("new/h"), "2\n");
}

#[test]
fn what_lies_behind_a_link_in_the_place_of_staged_files_is_not_cleared_away() {
    let (repository, outside) = (Repository::new(), Repository::new());
    outside.write("mine/too", "mine");
    symlink(outside.root(), repository.root().join(".pathc-unfinished")).unwrap();
    for mode in [WRITE, FORCE, Mode::Check] {
        let outcome = repository.build(FILES, mode);
        assert_eq!(codes(&outcome), ["O010"], "{:#?}", outcome.diagnostics);
    }
    fs::remove_file(repository.root().join(".pathc-unfinished")).unwrap();
    // Neither is what a link among them leads to.
    fs::create_dir(repository.root().join(".pathc-unfinished")).unwrap();
    symlink(outside.root(), repository.root().join(".pathc-unfinished/new")).unwrap();
    succeeds(repository.build(FILES, WRITE));
    assert!(!repository.root().join(".pathc-unfinished").exists());
    assert_eq!(outside.read("mine/too"), "mine");
}

#[test]
fn folders_that_some_file_systems_take_for_one_come_apart() {
    let repository = Repository::new();
    let texts: Texts<'_> = &[("Out/a", "1\n"), ("out/b/c", "1\n"), ("other/d", "1\n")];
    assert_eq!(succeeds(repository.build(texts, WRITE)).written, 3);
    assert_eq!(["Out/a", "out/b/c", "other/d"].map(|path| repository.read(path)), ["1\n"; 3]);
    assert!(!repository.root().join(".pathc-unfinished").exists());
}

#[test]
fn refusals_of_the_system_say_what_to_do() {
    for (error, words) in [
        (io::ErrorKind::PermissionDenied, "permission is denied"),
        (io::ErrorKind::ReadOnlyFilesystem, "the file system is read-only"),
        (io::ErrorKind::CrossesDevices, "it lies on another file system"),
    ] {
        let repository = Repository::in_memory();
        let failing = Failing { left: Mutex::new(Some(0)), killed: false, error };
        let outcome = repository.build_targets(&[("one", FILES)], &Selection::default(), WRITE, &failing);
        let said = refuses(&repository, outcome, "O006");
        assert!(said.contains(words), "{said}");
        assert!(repository.tree().is_empty());
    }
    // A root that is no folder.
    let repository = Repository::in_memory();
    repository.write("file", "");
    let (targets, root) = ([generated("one", FILES)], repository.root().join("file"));
    let outcome = build_by_steps(&request(&root, &targets, &Selection::default(), WRITE), &Unhindered);
    assert_eq!(codes(&outcome), ["O006"]);
}
