//! The inputs of a git revision, taken out of the repository without touching the tree or the index.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::super::failure::{Failure, reason};
use crate::output::files::flaw_of_path;
use crate::output::resource;
use crate::source::load::{FILE_LIMIT, MANIFEST};
use crate::targets::github_actions::WORKFLOWS;

/// A file of a revision.
struct Blob {
    path: Utf8PathBuf,
    object: String,
    is_link: bool,
}

/// Writes the inputs of a revision into a folder for the time of the run.
///
/// # Errors
/// git is not there, this is no repository, or the revision is not known.
pub(super) fn inputs(root: &Utf8Path, revision: &str) -> Result<TempDir, Failure> {
    let commit = commit(root, revision)?;
    let blobs = blobs(root, &commit)?;
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("can't make a folder for temporary files: {}", reason(&error))))?;
    let mut objects = Objects::open(root)?;
    let mut texts = String::new();
    let mut written: BTreeSet<&Utf8Path> = BTreeSet::new();

    let mut write = |blob: &Blob, texts: &mut String| -> Result<(), Failure> {
        let bytes = objects.read(&blob.object)?;
        texts.push_str(&String::from_utf8_lossy(&bytes));
        put(folder.path(), blob, &bytes)
    };
    if let Some(manifest) = blobs.iter().find(|blob| blob.path == MANIFEST) {
        write(manifest, &mut texts)?;
        written.insert(&manifest.path);
    }
    let fields = resource::fields(&texts).unwrap_or_default();
    let inputs = fields.iter().find(|field| field.path == "inputs").map_or("path", |field| field.value.as_str());
    // Committed workflows hold pins, which are an input.
    let is_workflow = |blob: &&Blob| blob.path.parent().is_some_and(|folder| folder.ends_with(WORKFLOWS));
    let below = |blob: &&Blob| inputs == "." || blob.path.starts_with(inputs);
    for blob in blobs.iter().filter(|blob| below(blob) || is_workflow(blob)) {
        if matches!(blob.path.extension(), Some("yaml" | "yml")) && written.insert(&blob.path) {
            write(blob, &mut texts)?;
        }
    }
    // Files that the inputs name, wherever they are: what is read then is decided by who reads.
    let named = texts.clone();
    for blob in blobs.iter().filter(|blob| !written.contains(blob.path.as_path()) && named.contains(blob.path.as_str()))
    {
        write(blob, &mut texts)?;
    }
    Ok(folder)
}

fn git(root: &Utf8Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null());
    git
}

fn not_run(error: &std::io::Error) -> Failure {
    Failure::new(format!("can't run `git`: {}", reason(error))).help("a revision is read with git: install it")
}

/// The commit of a revision.
fn commit(root: &Utf8Path, revision: &str) -> Result<String, Failure> {
    let wanted = format!("{revision}^{{commit}}");
    // What was typed can't become an option, whatever it begins with.
    let output = git(root)
        .args(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
        .output()
        .map_err(|error| not_run(&error))?;
    let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(commit);
    }
    let inside = git(root).args(["rev-parse", "--is-inside-work-tree"]).output().map_err(|error| not_run(&error))?;
    Err(if inside.status.success() {
        Failure::new(format!("`{revision}` is neither a folder nor a revision of this repository"))
            .help("`git fetch` may have to bring it; a shallow clone has no history")
    } else {
        Failure::new(format!("`{revision}` is no folder, and `{root}` lies in no git repository"))
            .help("compare with a folder, or with the tree by leaving out `--against`")
    })
}

/// The files of a commit below the root.
fn blobs(root: &Utf8Path, commit: &str) -> Result<Vec<Blob>, Failure> {
    let output = git(root).args(["ls-tree", "-r", "-z", "-l", commit]).output().map_err(|error| not_run(&error))?;
    if !output.status.success() {
        return Err(Failure::new(format!("git can't list the files of {commit}")));
    }
    let listing = String::from_utf8_lossy(&output.stdout);
    let blob = |line: &str| {
        let (facts, path) = line.split_once('\t')?;
        let [mode, "blob", object, size] = facts.split_whitespace().collect::<Vec<_>>()[..] else { return None };
        let is_small = size.parse::<u64>().is_ok_and(|size| size <= FILE_LIMIT);
        let path = Utf8PathBuf::from(path);
        (is_small && flaw_of_path(&path).is_none()).then(|| Blob {
            path,
            object: object.to_owned(),
            is_link: mode == "120000",
        })
    };
    Ok(listing.split('\0').filter_map(blob).collect())
}

fn put(folder: &std::path::Path, blob: &Blob, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(&blob.path);
    let write = || {
        if let Some(above) = path.parent() {
            std::fs::create_dir_all(above)?;
        }
        #[cfg(unix)]
        if blob.is_link {
            // The reader refuses what leads out of the folder.
            return std::os::unix::fs::symlink(String::from_utf8_lossy(bytes).as_ref(), &path);
        }
        std::fs::write(&path, bytes)
    };
    write().map_err(|error| Failure::new(format!("can't write `{}`: {}", path.display(), reason(&error))))
}

/// A process of git that reads objects.
struct Objects {
    process: Child,
}

impl Objects {
    fn open(root: &Utf8Path) -> Result<Objects, Failure> {
        let mut git = git(root);
        git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        Ok(Objects { process: git.spawn().map_err(|error| not_run(&error))? })
    }

    fn read(&mut self, object: &str) -> Result<Vec<u8>, Failure> {
        let mut read = || -> std::io::Result<Vec<u8>> {
            let broken = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
            writeln!(self.process.stdin.as_mut().ok_or_else(broken)?, "{object}")?;
            // One request at a time: nothing behind the answer is taken away by the buffer.
            let mut output = BufReader::new(self.process.stdout.as_mut().ok_or_else(broken)?);
            let mut head = String::new();
            output.read_line(&mut head)?;
            let size = head.trim().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()).ok_or_else(broken)?;
            let mut bytes = Vec::new();
            output.by_ref().take(size.min(FILE_LIMIT)).read_to_end(&mut bytes)?;
            let mut end = [0];
            output.read_exact(&mut end)?;
            Ok(bytes)
        };
        read().map_err(|error| Failure::new(format!("git can't read the object {object}: {}", reason(&error))))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It ends by itself once nobody asks any more.
        let _ = self.process.wait();
    }
}
