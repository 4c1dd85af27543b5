//! A file that is printed part by part: compared with the disk and staged as it comes, and never held as a whole.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use camino::Utf8Path;

use super::digest::{Digest, Digester};
use super::folder::{Folder, Refused};
use super::printed::Printed;

/// Parts are taken together up to about this many bytes, so that calls of the system are few.
const CHUNK: usize = 1 << 18;

/// Calls `each` with all that a job prints, a few parts at a time.
pub(super) fn each_chunk<E>(
    job: impl Fn(usize, &mut Printed) -> bool,
    printed: &mut Printed,
    mut each: impl FnMut(&Printed) -> Result<(), E>,
) -> Result<(), E> {
    printed.clear();
    for index in 0.. {
        let goes_on = job(index, printed);
        if printed.text.len() >= CHUNK || !goes_on && !printed.text.is_empty() {
            each(printed)?;
            printed.clear();
        }
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// Makes the file in which a text is staged.
pub(super) type Stage<'a> = &'a dyn Fn() -> Result<File, Refused>;

/// The beginning of a file beside what lies at its place.
pub(super) struct Beginning<'a, 'f> {
    folder: &'a Folder<'f>,
    path: &'a Utf8Path,
    /// What lies at its place, as long as it is the same.
    found: Option<File>,
    /// How many bytes were the same.
    same: u64,
    /// Makes the file in which it is staged once it is known to differ; none where nothing is to be written.
    stage: Option<Stage<'a>>,
    staged: Option<File>,
    digester: Digester,
    buffer: &'a mut Vec<u8>,
}

impl<'a, 'f> Beginning<'a, 'f> {
    /// A file of which nothing is printed yet. `found`: what lies at its place.
    pub(super) fn new(
        folder: &'a Folder<'f>,
        path: &'a Utf8Path,
        found: Option<File>,
        stage: Option<Stage<'a>>,
        buffer: &'a mut Vec<u8>,
    ) -> Self {
        Beginning { folder, path, found, same: 0, stage, staged: None, digester: Digester::default(), buffer }
    }

    /// Takes what comes next: whole lines.
    pub(super) fn take(&mut self, text: &str) -> Result<(), Refused> {
        self.digester.take_of(self.path, text.as_bytes());
        if let Some(found) = &mut self.found {
            let refused = |error| self.folder.refused("read", self.path, error);
            if goes_on(found, text.as_bytes(), self.buffer).map_err(refused)? {
                self.same += text.len() as u64;
                return Ok(());
            }
            self.differs()?;
        }
        self.stage(text)
    }

    /// Ends the file: its digest, and whether what lies at its place is the same.
    pub(super) fn end(mut self) -> Result<(Digest, bool), Refused> {
        if let Some(found) = &mut self.found {
            let refused = |error| self.folder.refused("read", self.path, error);
            if fill(found, &mut [0]).map_err(refused)? > 0 {
                self.differs()?;
            }
        }
        Ok((self.digester.digest(), self.found.is_some()))
    }

    /// What lies at the place goes on otherwise: what was the same is staged.
    fn differs(&mut self) -> Result<(), Refused> {
        let (Some(mut found), Some(stage)) = (self.found.take(), self.stage) else { return Ok(()) };
        let mut staged = stage()?;
        let copied = found.rewind().and_then(|()| io::copy(&mut found.take(self.same), &mut staged));
        copied.map_err(|error| self.folder.refused("write", self.path, error))?;
        self.staged = Some(staged);
        Ok(())
    }

    fn stage(&mut self, text: &str) -> Result<(), Refused> {
        let Some(stage) = self.stage else { return Ok(()) };
        let staged = match &mut self.staged {
            Some(staged) => staged,
            staged => staged.insert(stage()?),
        };
        staged.write_all(text.as_bytes()).map_err(|error| self.folder.refused("write", self.path, error))
    }
}

/// Whether a file goes on with a text. A part may be large, so that a second one of its length is not held.
fn goes_on(file: &mut File, text: &[u8], buffer: &mut Vec<u8>) -> io::Result<bool> {
    const PIECE: usize = 1 << 16;
    buffer.resize(PIECE, 0);
    for expected in text.chunks(PIECE) {
        let found = &mut buffer[..expected.len()];
        if fill(file, found)? < expected.len() || found != expected {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads until a buffer is full or the file ends. Returns how many bytes were read.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
