//! Reads files from the repository: bounded, as text, and never outside of it.
//!
//! What a path is gets known before it is opened, so that a pipe can't make us wait and a huge file costs nothing.
//! Files are read and parsed in parallel and numbered in the order in which they were asked for. A file that can't be
//! read is a file all the same, with an empty text, so that a finding about it has a place.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::text::{self, NotText};
use super::yaml::{self, Tree};
use super::{CommittedPin, FileId, FileKind, Problem, ProblemKind, Sources, Span, pins};

/// The name of the manifest, which lies at the root of a repository.
pub const MANIFEST: &str = "pathc.yaml";

/// The folder that inputs lie in, where the manifest names no other.
pub const FOLDER: &str = "path";

/// The most bytes that one file may have.
pub const FILE_LIMIT: u64 = 16 << 20;

/// The most bytes that all inputs together may have.
pub const TOTAL_LIMIT: u64 = 256 << 20;

/// The most fragments that one folder may hold.
const FRAGMENT_LIMIT: usize = 10_000;

/// The most folders in each other that are searched for fragments.
const FOLDER_DEPTH_LIMIT: usize = 32;

/// The folder that `pathc.yaml` lies in, and all below it.
#[derive(Clone, Debug)]
pub struct Repository {
    root: Utf8PathBuf,
}

/// What stands at a path, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Absent,
    /// A folder.
    Folder,
    /// A file, or something else that a reader will refuse.
    File,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind, which decides the code.
    pub kind: ProblemKind,
    /// The message, with the path in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Refusal {
    fn new(kind: ProblemKind, message: impl Into<String>) -> Refusal {
        Refusal { kind, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Refusal {
        self.help = Some(help.into());
        self
    }

    /// The same as a problem: at the line that names the file, or at the beginning of the file itself.
    #[must_use]
    pub fn at(self, span: Span, label: impl Into<String>) -> Problem {
        let mut problem = Problem::new(self.kind, span, self.message, label);
        problem.help = self.help;
        problem
    }
}

/// What became of the files that were asked for.
#[derive(Debug, Default)]
pub struct Loaded {
    /// A number for each, in the order of asking; also for those that can't be read.
    pub files: Vec<FileId>,
    /// What was found wrong, in the same order.
    pub problems: Vec<Problem>,
}

impl Repository {
    /// The repository of the nearest manifest, from a folder upwards.
    #[must_use]
    pub fn find(from: &Utf8Path) -> Option<Repository> {
        let from = from.canonicalize_utf8().ok()?;
        let root = from.ancestors().find(|folder| folder.join(MANIFEST).symlink_metadata().is_ok())?;
        Some(Repository { root: root.to_owned() })
    }

    /// The repository with this root, which need not have a manifest yet.
    ///
    /// # Errors
    /// What the system says where the folder is not there.
    pub fn at(root: &Utf8Path) -> io::Result<Repository> {
        Ok(Repository { root: root.canonicalize_utf8()? })
    }

    /// The root, with all links followed.
    #[must_use]
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// What stands at a path relative to the root.
    #[must_use]
    pub fn entry(&self, path: &Utf8Path) -> Entry {
        let full = self.root.join(path);
        match fs::metadata(&full) {
            Ok(found) if found.is_dir() => Entry::Folder,
            Ok(_) => Entry::File,
            // A link that leads nowhere is there; reading it says what is wrong.
            Err(_) if full.symlink_metadata().is_ok() => Entry::File,
            Err(_) => Entry::Absent,
        }
    }

    /// Reads a file as UTF-8 text.
    ///
    /// # Errors
    /// Why it is not read: not there, no file, too large, outside of the repository, no text.
    pub fn read_text(&self, path: &Utf8Path, limit: u64) -> Result<String, Refusal> {
        text::utf8(self.bytes(path, limit)?).map_err(|wrong| {
            Refusal::new(ProblemKind::NotText, format!("`{path}` is no text: {}", wrong.message)).help(wrong.help)
        })
    }

    /// Reads a file as it is.
    ///
    /// # Errors
    /// As [`Repository::read_text`].
    pub(super) fn bytes(&self, path: &Utf8Path, limit: u64) -> Result<Vec<u8>, Refusal> {
        self.locate(path, limit)?.read(limit)
    }

    /// Reads and parses files, and adds each to the sources.
    pub fn load(&self, sources: &mut Sources, requests: &[(Utf8PathBuf, FileKind)]) -> Loaded {
        let first = sources.len();
        let mut total: u64 = sources.iter().map(|(_, file)| file.text.len() as u64).sum();
        // Sizes are added up in order before anything is read, so that the same files are refused in each run.
        let located: Vec<Result<Located, Refusal>> = requests
            .iter()
            .map(|(path, _)| {
                let located = self.locate(path, FILE_LIMIT)?;
                if total + located.size > TOTAL_LIMIT {
                    let message =
                        format!("with `{path}`, all inputs together are larger than {}", mebibytes(TOTAL_LIMIT));
                    return Err(
                        Refusal::new(ProblemKind::TooLarge, message).help("keep only what the language asks for")
                    );
                }
                total += located.size;
                Ok(located)
            })
            .collect();
        let read: Vec<(String, Tree, Vec<Problem>)> = located
            .into_par_iter()
            .enumerate()
            .map(|(index, located)| read_file(FileId((first + index) as u32), located))
            .collect();
        let mut loaded = Loaded::default();
        for ((path, kind), (text, tree, problems)) in requests.iter().zip(read) {
            loaded.files.push(sources.add(path.clone(), text, *kind, tree));
            loaded.problems.extend(problems);
        }
        loaded
    }

    /// What a folder holds itself, in the order of the names; hidden files are left out. Nothing where there is no folder.
    ///
    /// # Errors
    /// The folder can't be read, or leads out of the repository.
    pub fn files(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Refusal> {
        if self.entry(folder) != Entry::Folder {
            return Ok(Vec::new());
        }
        let real = self.inside(folder)?;
        let mut found = Vec::new();
        for entry in real.read_dir_utf8().map_err(|error| unreadable(folder, &error))? {
            let entry = entry.map_err(|error| unreadable(folder, &error))?;
            if !entry.file_name().starts_with('.') {
                found.push(folder.join(entry.file_name()));
            }
            if found.len() > FRAGMENT_LIMIT {
                return Err(Refusal::new(ProblemKind::TooLarge, format!("`{folder}/` holds too many files")));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The `*.yaml` files of a folder and the folders in it, in the order of their paths. Hidden ones are left out.
    ///
    /// # Errors
    /// The first file or folder that can't be a fragment.
    pub fn fragments(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Refusal> {
        let mut found = Vec::new();
        self.walk(folder, &mut Vec::new(), &mut found)?;
        found.sort();
        Ok(found)
    }

    /// The pins of the workflows in a folder, which are an input: what was updated there is kept. What can't be read has
    /// none.
    #[must_use]
    pub fn committed_pins(&self, folder: &Utf8Path) -> Vec<CommittedPin> {
        let Ok(real) = self.inside(folder) else { return Vec::new() };
        let Ok(entries) = real.read_dir_utf8() else { return Vec::new() };
        let names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_owned());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".yml") || name.ends_with(".yaml")).collect();
        names.sort();
        names.truncate(FRAGMENT_LIMIT);
        let texts = names.iter().filter_map(|name| self.read_text(&folder.join(name), FILE_LIMIT).ok());
        let mut found: Vec<CommittedPin> = texts.flat_map(|text| pins::pins(&text)).collect();
        found.sort();
        found.dedup();
        found
    }

    fn walk(
        &self,
        folder: &Utf8Path,
        above: &mut Vec<Utf8PathBuf>,
        found: &mut Vec<Utf8PathBuf>,
    ) -> Result<(), Refusal> {
        let real = self.inside(folder)?;
        if above.contains(&real) || above.len() >= FOLDER_DEPTH_LIMIT {
            let refusal = Refusal::new(ProblemKind::TooDeep, format!("the folder `{folder}` leads back into itself"));
            return Err(refusal.help("remove the link, or keep the fragments in fewer folders"));
        }
        above.push(real.clone());
        for entry in real.read_dir_utf8().map_err(|error| unreadable(folder, &error))? {
            let entry = entry.map_err(|error| unreadable(folder, &error))?;
            let name = entry.file_name();
            if name.starts_with('.') {
                continue;
            }
            let path = folder.join(name);
            if self.entry(&path) == Entry::Folder {
                self.walk(&path, above, found)?;
            } else if path.extension() == Some("yaml") {
                found.push(path);
            } else if path.extension() == Some("yml") {
                let refusal = Refusal::new(ProblemKind::MissingFile, format!("`{path}` would not be read"));
                return Err(refusal.help(format!(
                    "rename it: fragments end in `.yaml`, not in `.yml` (`{}`)",
                    path.with_extension("yaml")
                )));
            }
            if found.len() > FRAGMENT_LIMIT {
                let message = format!("`{folder}` holds more than {FRAGMENT_LIMIT} fragments");
                return Err(Refusal::new(ProblemKind::TooLarge, message).help("join some of them"));
            }
        }
        above.pop();
        Ok(())
    }

    /// The names of the files right in a folder, in order; nothing where it can't be listed.
    #[must_use]
    pub fn file_names(&self, folder: &Utf8Path) -> Vec<String> {
        let Ok(real) = self.inside(folder) else { return Vec::new() };
        let entries = real.read_dir_utf8().into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()))
            .map(|entry| entry.file_name().to_owned())
            .collect();
        names.sort();
        names
    }

    /// The path with all links followed, where it stays inside of the repository.
    pub(super) fn inside(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Refusal> {
        let full = self.root.join(path);
        let real = full.canonicalize_utf8().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if full.symlink_metadata().is_ok() => {
                Refusal::new(ProblemKind::MissingFile, format!("the link `{path}` leads nowhere"))
                    .help("mend the link, or remove it")
            }
            io::ErrorKind::NotFound => Refusal::new(ProblemKind::MissingFile, format!("`{path}` is not there")),
            io::ErrorKind::NotADirectory => {
                Refusal::new(ProblemKind::MissingFile, format!("`{path}` is not there: a part of its path is a file"))
            }
            _ => unreadable(path, &error),
        })?;
        if real.starts_with(&self.root) {
            Ok(real)
        } else {
            let refusal = Refusal::new(ProblemKind::OutsideRepository, format!("`{path}` leads out of the repository"));
            Err(refusal.help("put the file into the repository: what is outside of it can't be reviewed with it"))
        }
    }

    fn locate(&self, path: &Utf8Path, limit: u64) -> Result<Located, Refusal> {
        let real = self.inside(path)?;
        let found = fs::metadata(&real).map_err(|error| unreadable(path, &error))?;
        let located = Located { path: path.to_owned(), real, size: found.len() };
        located.check(&found, limit)?;
        Ok(located)
    }
}

/// A file that is there and of a good size, before it is read.
struct Located {
    path: Utf8PathBuf,
    real: Utf8PathBuf,
    size: u64,
}

impl Located {
    fn check(&self, found: &Metadata, limit: u64) -> Result<(), Refusal> {
        let path = &self.path;
        if !found.is_file() {
            let message = format!("`{path}` is {}, not a file", kind_of(found));
            return Err(Refusal::new(ProblemKind::MissingFile, message));
        }
        if found.len() > limit {
            return Err(too_large(path, limit));
        }
        Ok(())
    }

    fn read(&self, limit: u64) -> Result<Vec<u8>, Refusal> {
        let unreadable = |error: io::Error| unreadable(&self.path, &error);
        let file = open(&self.real).map_err(unreadable)?;
        // Checked again on what was opened: the path may have become another file since.
        self.check(&file.metadata().map_err(unreadable)?, limit)?;
        let mut bytes = Vec::with_capacity(self.size as usize);
        file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > limit { Err(too_large(&self.path, limit)) } else { Ok(bytes) }
    }
}

#[cfg(unix)]
fn open(path: &Utf8Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Opening a pipe would wait for its writer.
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    File::options().read(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(unix))]
fn open(path: &Utf8Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn kind_of(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn kind_of(found: &Metadata) -> &'static str {
    if found.is_dir() { "a folder" } else { "a device" }
}

fn read_file(id: FileId, located: Result<Located, Refusal>) -> (String, Tree, Vec<Problem>) {
    let start = Span { file: id, start: 0, end: 0 };
    let bytes = match located.and_then(|located| located.read(FILE_LIMIT)) {
        Ok(bytes) => bytes,
        Err(refusal) => return (String::new(), Tree::unread(id), vec![refusal.at(start, "this file can't be read")]),
    };
    match text::utf8(bytes).and_then(|text| text::printable(&text).map(|()| text)) {
        Ok(text) => {
            let (tree, problems) = yaml::parse(id, &text);
            (text, tree, problems)
        }
        Err(NotText { start, end, message, help, shown }) => {
            let span = Span { file: id, start: start as u32, end: end as u32 };
            let problem = Problem::new(ProblemKind::NotText, span, message, "not text").help(help);
            (shown, Tree::unread(id), vec![problem])
        }
    }
}

fn too_large(path: &Utf8Path, limit: u64) -> Refusal {
    let refusal = Refusal::new(ProblemKind::TooLarge, format!("`{path}` is larger than {}", mebibytes(limit)));
    match path.file_stem() {
        Some(stem) if path.extension() == Some("yaml") && stem != "pathc" => {
            refusal.help(format!("split it into fragments: a folder `{}/` of `*.yaml` files", path.with_extension("")))
        }
        _ => refusal,
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

fn unreadable(path: &Utf8Path, error: &io::Error) -> Refusal {
    Refusal::new(ProblemKind::Unreadable, format!("can't read `{path}`: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        for (path, content) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let repository = Repository::at(root).unwrap();
        (folder, repository)
    }

    fn load(repository: &Repository, paths: &[&str]) -> (Sources, Loaded) {
        let mut sources = Sources::default();
        let requests: Vec<_> = paths.iter().map(|path| (Utf8PathBuf::from(path), FileKind::Input)).collect();
        let loaded = repository.load(&mut sources, &requests);
        (sources, loaded)
    }

    /// The one problem of a file: kind, byte range, message.
    fn refused(repository: &Repository, path: &str) -> (ProblemKind, (u32, u32), String) {
        let (sources, loaded) = load(repository, &[path]);
        assert_eq!(sources.file(loaded.files[0]).path, path);
        let [problem] = &loaded.problems[..] else { panic!("{:?}", loaded.problems) };
        assert_eq!(problem.span.file, loaded.files[0]);
        (problem.kind, (problem.span.start, problem.span.end), problem.message.clone())
    }

    #[test]
    fn finds_the_nearest_manifest_upwards() {
        let (_folder, outer) =
            repository(&[("pathc.yaml", b"system: a"), ("team/pathc.yaml", b"system: b"), ("team/x/y", b"")]);
        assert_eq!(Repository::find(&outer.root().join("team/x")).unwrap().root(), outer.root().join("team"));
        assert_eq!(Repository::find(outer.root()).unwrap().root(), outer.root());
        assert!(Repository::find(&outer.root().join("absent")).is_none());
    }

    #[test]
    fn numbers_files_in_the_order_of_asking() {
        let (_folder, repository) = repository(&[("b.yaml", b"b: 1"), ("a.yaml", b"a: 1\na: 2"), ("c.yaml", b"[")]);
        let (sources, loaded) = load(&repository, &["c.yaml", "a.yaml", "absent.yaml", "b.yaml"]);
        let paths: Vec<_> = sources.iter().map(|(_, file)| file.path.as_str()).collect();
        assert_eq!(paths, ["c.yaml", "a.yaml", "absent.yaml", "b.yaml"]);
        let kinds: Vec<_> = loaded.problems.iter().map(|problem| (problem.span.file, problem.kind)).collect();
        assert_eq!(
            kinds,
            [
                (FileId(0), ProblemKind::Syntax),
                (FileId(1), ProblemKind::DuplicateKey),
                (FileId(2), ProblemKind::MissingFile)
            ]
        );
    }

    #[test]
    fn refuses_what_is_no_text() {
        let (_folder, repository) = repository(&[
            ("latin.yaml", b"name: caf\xe9\n"),
            ("nul.yaml", b"a: \0\n"),
            ("escape.yaml", b"a: \x1b[2J\n"),
            ("wide.yaml", b"\xff\xfea\0"),
        ]);
        assert_eq!(refused(&repository, "latin.yaml").1, (9, 10));
        assert_eq!(refused(&repository, "nul.yaml").1, (3, 4));
        assert_eq!(refused(&repository, "escape.yaml").1, (3, 4));
        assert_eq!(refused(&repository, "wide.yaml").0, ProblemKind::NotText);
    }

    #[test]
    fn refuses_a_large_file_before_reading_it() {
        let (_folder, repository) = repository(&[("path/small.yaml", b"a: 1")]);
        let file = File::create(repository.root().join("path/large.yaml")).unwrap();
        file.set_len(1 << 40).unwrap();
        let (kind, _, message) = refused(&repository, "path/large.yaml");
        assert_eq!((kind, message.as_str()), (ProblemKind::TooLarge, "`path/large.yaml` is larger than 16 MiB"));
        file.set_len(FILE_LIMIT).unwrap();
        assert_eq!(refused(&repository, "path/large.yaml").0, ProblemKind::NotText);
    }

    #[test]
    fn refuses_the_file_that_makes_all_together_too_large() {
        let (_folder, repository) = repository(&[("a.yaml", b"a: 1"), ("b.yaml", b"bb: 1"), ("c.yaml", b"c: 1")]);
        let mut sources = Sources::default();
        let large = " ".repeat(TOTAL_LIMIT as usize - 8);
        sources.add("large.yaml".into(), large, FileKind::Input, Tree::default());
        let requests = ["a.yaml", "b.yaml", "c.yaml"].map(|path| (path.into(), FileKind::Input));
        let loaded = repository.load(&mut sources, &requests);
        let [problem] = &loaded.problems[..] else { panic!("{:?}", loaded.problems) };
        assert_eq!((problem.kind, problem.span.file), (ProblemKind::TooLarge, loaded.files[1]));
    }

    #[test]
    fn spans_count_the_byte_order_mark() {
        let (_folder, repository) = repository(&[("a.yaml", "\u{feff}é: 1\r\nb: 2\r\n".as_bytes())]);
        let (sources, loaded) = load(&repository, &["a.yaml"]);
        assert_eq!(loaded.problems, []);
        let file = sources.file(loaded.files[0]);
        let (key, _) = file.tree().entries(file.tree().root().unwrap()).unwrap().next().unwrap();
        let span = file.tree().span(key);
        assert_eq!((span.start, span.end, sources.text(span)), (3, 5, "é"));
        let position = sources.position(span.file, span.start);
        assert_eq!((position.line, position.column), (1, 1));
        assert_eq!(file.line(1), Some((3, 8)));
        assert_eq!(file.line(2), Some((10, 14)));
    }

    #[test]
    fn lists_fragments_in_path_order() {
        let (_folder, repository) =
            repository(&[("p/b.yaml", b""), ("p/a/z.yaml", b""), ("p/.hidden.yaml", b""), ("p/README.md", b"")]);
        assert_eq!(repository.fragments("p".into()).unwrap(), ["p/a/z.yaml", "p/b.yaml"]);
        fs::write(repository.root().join("p/c.yml"), "").unwrap();
        assert_eq!(repository.fragments("p".into()).unwrap_err().message, "`p/c.yml` would not be read");
        assert_eq!(repository.fragments("q".into()).unwrap_err().kind, ProblemKind::MissingFile);
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::symlink;

        use super::*;

        #[test]
        fn follows_links_inside_and_refuses_those_that_leave() {
            let (_outside, other) = repository(&[("secret.yaml", b"a: 1")]);
            let (_folder, repository) = repository(&[("real/a.yaml", b"a: 1")]);
            let root = repository.root();
            symlink(root.join("real/a.yaml"), root.join("inside.yaml")).unwrap();
            symlink(other.root().join("secret.yaml"), root.join("outside.yaml")).unwrap();
            symlink(other.root(), root.join("folder")).unwrap();
            symlink("absent", root.join("nowhere.yaml")).unwrap();
            symlink("loop.yaml", root.join("loop.yaml")).unwrap();
            assert_eq!(load(&repository, &["inside.yaml"]).1.problems, []);
            assert_eq!(refused(&repository, "outside.yaml").0, ProblemKind::OutsideRepository);
            assert_eq!(refused(&repository, "folder/secret.yaml").0, ProblemKind::OutsideRepository);
            assert_eq!(refused(&repository, "nowhere.yaml").2, "the link `nowhere.yaml` leads nowhere");
            assert_eq!(refused(&repository, "loop.yaml").0, ProblemKind::Unreadable);
            assert_eq!(repository.entry("nowhere.yaml".into()), Entry::File);
            assert_eq!(repository.fragments("folder".into()).unwrap_err().kind, ProblemKind::OutsideRepository);
        }

        #[test]
        fn a_folder_that_contains_itself_ends() {
            let (_folder, repository) = repository(&[("p/a.yaml", b"a: 1")]);
            symlink(repository.root().join("p"), repository.root().join("p/again")).unwrap();
            assert_eq!(repository.fragments("p".into()).unwrap_err().kind, ProblemKind::TooDeep);
        }

        #[test]
        fn never_waits_for_a_pipe() {
            let (_folder, repository) = repository(&[("folder.yaml/x", b"")]);
            let status =
                std::process::Command::new("mkfifo").arg(repository.root().join("pipe.yaml")).status().unwrap();
            assert!(status.success());
            assert_eq!(refused(&repository, "pipe.yaml").2, "`pipe.yaml` is a pipe, not a file");
            assert_eq!(refused(&repository, "folder.yaml").2, "`folder.yaml` is a folder, not a file");
            assert_eq!(refused(&repository, "folder.yaml/x/y.yaml").0, ProblemKind::MissingFile);
        }
    }
}
