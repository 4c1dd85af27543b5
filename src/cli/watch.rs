//! `pathc build --watch`: builds again whenever an input has other content.

use std::thread::sleep;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

use super::Outcome;
use super::failure::{Failure, reason};
use super::report::count;
use super::terminal::Terminal;
use crate::source::{Repository, Stamps};

/// How often the file system is asked.
const INTERVAL: Duration = Duration::from_millis(250);

/// How long nothing must have changed before a build begins: editors write in several steps, git in many.
const SETTLED: Duration = Duration::from_millis(100);

/// The files and folders whose changes make another build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inputs {
    /// Files, by their paths from the root.
    pub(super) files: Vec<Utf8PathBuf>,
    /// Folders, with all that lies in them.
    pub(super) folders: Vec<Utf8PathBuf>,
}

/// Runs `build` now, and again whenever what it has read has changed. Ends only with the process: each build is all or
/// nothing, so that it may be stopped at any moment.
///
/// # Errors
/// The folder of the repository is not there.
pub(super) fn watch(
    root: &Utf8Path,
    first: Inputs,
    terminal: &Terminal,
    mut build: impl FnMut(&mut Inputs) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let repository =
        Repository::at(root).map_err(|error| Failure::new(format!("can't enter `{root}`: {}", reason(&error))))?;
    let mut inputs = first;
    loop {
        // Looked at before it is read: what changes meanwhile makes another build.
        let before = repository.stamps(&inputs.files, &inputs.folders);
        let contents = repository.contents(&before);
        let known = inputs.clone();
        let began = SystemTime::now();
        if let Err(failure) = build(&mut inputs) {
            terminal.failure(&failure);
        }
        // What the last build left to be freed.
        while rayon::yield_local() == Some(rayon::Yield::Executed) {}
        let (before, contents) = if inputs == known {
            (before, contents)
        } else {
            let stamps = repository.stamps(&inputs.files, &inputs.folders);
            if stamps.latest() >= Some(began) {
                continue;
            }
            let contents = repository.contents(&stamps);
            (stamps, contents)
        };
        terminal.done("Watching", &format!("{} for changes; Ctrl-C ends it", count(before.files(), "input")))?;
        wait(&repository, &inputs, before, contents);
    }
}

/// Returns once the inputs have other content.
fn wait(repository: &Repository, inputs: &Inputs, mut known: Stamps, contents: [u8; 32]) {
    let look = || repository.stamps(&inputs.files, &inputs.folders);
    loop {
        sleep(INTERVAL);
        let mut now = look();
        if now == known {
            continue;
        }
        loop {
            sleep(SETTLED);
            let later = look();
            if later == now {
                break;
            }
            now = later;
        }
        if repository.contents(&now) != contents {
            return;
        }
        known = now;
    }
}
