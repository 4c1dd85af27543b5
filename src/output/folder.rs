//! The folder that outputs lie in: the only calls of the system that touch them, all relative to it.
//!
//! Each call that changes something passes a gate, [`Steps`], so that tests can stop a build at any of them.

use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::buffer::spare_capacity;
use rustix::fd::OwnedFd;
use rustix::fs::{self as sys, AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::{self as sys_io, Errno};

use crate::diag::Diagnostic;
use crate::diag::code::REFUSED_BY_SYSTEM;

/// Passed before each call that changes something.
pub trait Steps: Sync {
    /// Lets the call happen, or makes it fail with this error instead.
    ///
    /// # Errors
    /// What the system is said to have answered.
    fn pass(&self, step: Step, path: &Utf8Path) -> io::Result<()>;
}

/// Every call happens.
pub struct Unhindered;

impl Steps for Unhindered {
    fn pass(&self, _: Step, _: &Utf8Path) -> io::Result<()> {
        Ok(())
    }
}

/// A kind of call that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A folder is made.
    MakeFolder,
    /// A file is written.
    Write,
    /// A file gets another name.
    Rename,
    /// A file or an empty folder is removed.
    Remove,
    /// What was written is brought to the device.
    Sync,
}

/// What the system refused.
#[derive(Debug)]
pub(super) struct Refused {
    doing: &'static str,
    path: Utf8PathBuf,
    error: io::Error,
}

/// What stands at a path; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Absent,
    File,
    Folder,
    Link,
    Other,
}

/// Where a symbolic link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeadsTo {
    Outside,
    Folder,
    NoFolder,
}

/// The open folder.
pub(super) struct Folder<'a> {
    path: Utf8PathBuf,
    handle: OwnedFd,
    steps: &'a dyn Steps,
}

impl<'a> Folder<'a> {
    /// Opens a folder; `None` where nothing is there.
    pub(super) fn open(path: &Utf8Path, steps: &'a dyn Steps) -> Result<Option<Folder<'a>>, Refused> {
        match sys::openat(CWD, path.as_str(), OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
            Ok(handle) => {
                let refused = |error| Refused::new("open", path, error);
                Ok(Some(Folder { path: path.canonicalize_utf8().map_err(refused)?, handle, steps }))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(Refused::new("open", path, error)),
        }
    }

    /// Makes a folder where there is none, and opens it.
    pub(super) fn create(path: &Utf8Path, steps: &'a dyn Steps) -> Result<Folder<'a>, Refused> {
        if let Some(folder) = Folder::open(path, steps)? {
            return Ok(folder);
        }
        let made = steps.pass(Step::MakeFolder, path).and_then(|()| std::fs::create_dir_all(path));
        made.map_err(|error| Refused::new("make", path, error))?;
        Folder::open(path, steps)?.ok_or_else(|| Refused::new("open", path, Errno::NOENT))
    }

    /// Keeps every other build away for as long as the folder is open. `waiting` is called once if one is running.
    /// False where it still runs in the end.
    pub(super) fn lock(&self, wait: Duration, waiting: &dyn Fn()) -> Result<bool, Refused> {
        const PAUSE: Duration = Duration::from_millis(20);
        let begin = Instant::now();
        let mut told = false;
        loop {
            match sys::flock(&self.handle, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(true),
                Err(Errno::WOULDBLOCK) if begin.elapsed() >= wait => return Ok(false),
                Err(Errno::WOULDBLOCK) => {
                    if !told {
                        waiting();
                        told = true;
                    }
                    std::thread::sleep(PAUSE);
                }
                // Network file systems that know no locks on folders: better without than not at all.
                Err(Errno::BADF | Errno::NOLCK | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => return Ok(true),
                Err(error) => return Err(Refused::new("lock", &self.path, error)),
            }
        }
    }

    pub(super) fn find(&self, path: &Utf8Path) -> Result<Found, Refused> {
        match sys::statat(&self.handle, path.as_str(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Found::File,
                FileType::Directory => Found::Folder,
                FileType::Symlink => Found::Link,
                _ => Found::Other,
            }),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(Found::Absent),
            Err(error) => Err(self.refused("read", path, error)),
        }
    }

    /// Where a link leads: to nothing, to a file, or to a folder in here or outside.
    pub(super) fn follow(&self, path: &Utf8Path) -> Result<LeadsTo, Refused> {
        match self.path.join(path).canonicalize() {
            Ok(real) if !real.starts_with(&self.path) => Ok(LeadsTo::Outside),
            Ok(real) if real.is_dir() => Ok(LeadsTo::Folder),
            Ok(_) => Ok(LeadsTo::NoFolder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(LeadsTo::NoFolder),
            Err(error) => Err(self.refused("follow", path, error)),
        }
    }

    /// Reads a file into a buffer, which is emptied first.
    pub(super) fn read(&self, path: &Utf8Path, into: &mut Vec<u8>) -> Result<Found, Refused> {
        into.clear();
        let (file, length) = match self.open_file(path)? {
            Ok(found) => found,
            Err(found) => return Ok(found),
        };
        let length = usize::try_from(length).unwrap_or_default();
        // One byte more than there should be: that it stays empty tells the end without another call.
        into.reserve(length + 1);
        loop {
            match sys_io::read(&file, spare_capacity(into)) {
                Ok(0) => break,
                Ok(_) if into.len() == length => break,
                Ok(_) => into.reserve(1),
                Err(Errno::INTR) => {}
                Err(error) => return Err(self.refused("read", path, error)),
            }
        }
        Ok(Found::File)
    }

    /// Opens a file for reading, and says how long it is; or says what else is there.
    pub(super) fn open_file(&self, path: &Utf8Path) -> Result<Result<(File, u64), Found>, Refused> {
        // Without waiting: a pipe would never be ready.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match sys::openat(&self.handle, path.as_str(), flags, Mode::empty()) {
            Ok(handle) => File::from(handle),
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(Err(Found::Absent)),
            Err(Errno::LOOP) => return Ok(Err(Found::Link)),
            Err(error) => return Err(self.refused("read", path, error)),
        };
        let metadata = file.metadata().map_err(|error| self.refused("read", path, error))?;
        Ok(if metadata.is_file() {
            Ok((file, metadata.len()))
        } else {
            Err(if metadata.is_dir() { Found::Folder } else { Found::Other })
        })
    }

    /// Reads a text that pathc keeps for itself; `None` where there is none.
    pub(super) fn read_own(&self, path: &Utf8Path) -> Result<Option<String>, Refused> {
        let mut bytes = Vec::new();
        match self.read(path, &mut bytes)? {
            Found::Absent => Ok(None),
            Found::File => {
                let text = String::from_utf8(bytes);
                Ok(Some(text.unwrap_or_else(|other| String::from_utf8_lossy(other.as_bytes()).into_owned())))
            }
            Found::Folder => Err(self.refused("read", path, Errno::ISDIR)),
            Found::Link => Err(self.refused("read", path, Errno::LOOP)),
            Found::Other => Err(self.refused("read", path, Errno::INVAL)),
        }
    }

    /// Writes a file that is not there yet.
    pub(super) fn write_new(&self, path: &Utf8Path, text: &[u8]) -> Result<File, Refused> {
        let write = || {
            self.steps.pass(Step::Write, path)?;
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mut file = File::from(sys::openat(&self.handle, path.as_str(), flags, Mode::from_raw_mode(0o666))?);
            file.write_all(text)?;
            Ok(file)
        };
        write().map_err(|error: io::Error| self.refused("write", path, error))
    }

    /// Writes a file that is not there yet, and makes the folders above it that are not there.
    pub(super) fn write_below(&self, path: &Utf8Path, text: &[u8]) -> Result<File, Refused> {
        match (self.write_new(path, text), path.parent()) {
            // That they are not there is seen by trying: most files lie beside others.
            (Err(refused), Some(above)) if refused.error.kind() == io::ErrorKind::NotFound => {
                self.make_folders(above)?;
                self.write_new(path, text)
            }
            (written, _) => written,
        }
    }

    fn make_folders(&self, path: &Utf8Path) -> Result<(), Refused> {
        match (self.make_folder(path), path.parent()) {
            (Err(refused), Some(above)) if refused.error.kind() == io::ErrorKind::NotFound => {
                self.make_folders(above)?;
                self.make_folder(path).map(drop)
            }
            (made, _) => made.map(drop),
        }
    }

    /// Brings a file of a folder to the device, and then gives it the name by which it counts.
    pub(super) fn rename_durably(&self, folder: &Utf8Path, from: &str, to: &str) -> Result<(), Refused> {
        let (from, to) = (folder.join(from), folder.join(to));
        let sync = |path: &Utf8Path, flags: OFlags| {
            let sync = || {
                self.steps.pass(Step::Sync, path)?;
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | flags;
                Ok(sys::fsync(sys::openat(&self.handle, path.as_str(), flags, Mode::empty())?)?)
            };
            sync().map_err(|error: io::Error| self.refused("write", path, error))
        };
        sync(&from, OFlags::empty())?;
        self.rename(&from, &to)?;
        sync(folder, OFlags::DIRECTORY)
    }

    /// Brings all that was written to the device, in one go.
    pub(super) fn sync_all(&self) -> Result<(), Refused> {
        let sync = || {
            self.steps.pass(Step::Sync, Utf8Path::new(""))?;
            #[cfg(target_os = "linux")]
            sys::syncfs(&self.handle)?;
            #[cfg(not(target_os = "linux"))]
            sys::sync();
            Ok(())
        };
        sync().map_err(|error: io::Error| self.refused("write", Utf8Path::new(""), error))
    }

    /// Makes a folder. False where it is there already.
    pub(super) fn make_folder(&self, path: &Utf8Path) -> Result<bool, Refused> {
        let make = || {
            self.steps.pass(Step::MakeFolder, path)?;
            match sys::mkdirat(&self.handle, path.as_str(), Mode::from_raw_mode(0o777)) {
                Ok(()) => Ok(true),
                Err(Errno::EXIST) => Ok(false),
                Err(error) => Err(error.into()),
            }
        };
        make().map_err(|error: io::Error| self.refused("make", path, error))
    }

    /// Gives a file another name; what has that name is replaced.
    pub(super) fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> Result<(), Refused> {
        self.rename_with(from, to, RenameFlags::empty())
    }

    /// Gives a file a name that nothing has yet.
    pub(super) fn rename_new(&self, from: &Utf8Path, to: &Utf8Path) -> Result<(), Refused> {
        match self.rename_with(from, to, RenameFlags::NOREPLACE) {
            Err(refused) if refused.is_unknown() => match self.find(to)? {
                Found::Absent => self.rename(from, to),
                _ => Err(self.refused("write", to, Errno::EXIST)),
            },
            done => done,
        }
    }

    /// Gives a file a second name, so that it survives when the first is given to another. Where the file system knows
    /// no second names, the first one is free for a moment.
    pub(super) fn keep(&self, path: &Utf8Path, second: &Utf8Path) -> Result<(), Refused> {
        let link = || {
            self.steps.pass(Step::Rename, second)?;
            Ok(sys::linkat(&self.handle, path.as_str(), &self.handle, second.as_str(), AtFlags::empty())?)
        };
        match link().map_err(|error: io::Error| self.refused("keep", path, error)) {
            Err(refused) if refused.is_unknown() => self.rename(path, second),
            done => done,
        }
    }

    /// Gives two files each other's names in one call. False where the file system does not know how.
    pub(super) fn exchange(&self, one: &Utf8Path, other: &Utf8Path) -> Result<bool, Refused> {
        match self.rename_with(one, other, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(true),
            Err(refused) if refused.is_unknown() => Ok(false),
            Err(refused) => Err(refused),
        }
    }

    fn rename_with(&self, from: &Utf8Path, to: &Utf8Path, flags: RenameFlags) -> Result<(), Refused> {
        let rename = || {
            self.steps.pass(Step::Rename, to)?;
            // Not every file system knows the call with flags.
            if flags.is_empty() {
                sys::renameat(&self.handle, from.as_str(), &self.handle, to.as_str())?;
            } else {
                sys::renameat_with(&self.handle, from.as_str(), &self.handle, to.as_str(), flags)?;
            }
            Ok(())
        };
        rename().map_err(|error: io::Error| self.refused("write", to, error))
    }

    /// Removes a file. That it is not there is no error.
    pub(super) fn remove_file(&self, path: &Utf8Path) -> Result<(), Refused> {
        self.remove(path, AtFlags::empty())
    }

    /// Removes an empty folder. That it is not there is no error.
    pub(super) fn remove_folder(&self, path: &Utf8Path) -> Result<(), Refused> {
        self.remove(path, AtFlags::REMOVEDIR)
    }

    fn remove(&self, path: &Utf8Path, flags: AtFlags) -> Result<(), Refused> {
        let remove = || {
            self.steps.pass(Step::Remove, path)?;
            match sys::unlinkat(&self.handle, path.as_str(), flags) {
                Ok(()) | Err(Errno::NOENT) => Ok(()),
                Err(error) => Err(error.into()),
            }
        };
        remove().map_err(|error: io::Error| self.refused("remove", path, error))
    }

    /// Removes all that lies in a folder, and then the folder. Links are not followed.
    pub(super) fn remove_all(&self, path: &Utf8Path) -> Result<(), Refused> {
        for (name, is_folder) in self.entries(path)? {
            let below = path.join(name);
            if is_folder { self.remove_all(&below)? } else { self.remove_file(&below)? }
        }
        self.remove_folder(path)
    }

    /// The names of what lies in a folder below, in no order, and whether each is a folder.
    pub(super) fn entries(&self, path: &Utf8Path) -> Result<Vec<(String, bool)>, Refused> {
        let read = || -> io::Result<Vec<(String, bool)>> {
            let name = |entry: camino::Utf8DirEntry| Ok((entry.file_name().to_owned(), entry.file_type()?.is_dir()));
            self.path.join(path).read_dir_utf8()?.map(|entry| name(entry?)).collect()
        };
        read().map_err(|error| self.refused("read", path, error))
    }

    pub(super) fn refused(&self, doing: &'static str, path: &Utf8Path, error: impl Into<io::Error>) -> Refused {
        let path = if path.as_str().is_empty() { &self.path } else { path };
        Refused::new(doing, path, error)
    }
}

impl Refused {
    fn new(doing: &'static str, path: &Utf8Path, error: impl Into<io::Error>) -> Refused {
        Refused { doing, path: path.to_owned(), error: error.into() }
    }

    /// Whether something stands where nothing was to stand yet.
    pub(super) fn is_taken(&self) -> bool {
        self.error.kind() == io::ErrorKind::AlreadyExists
    }

    /// Whether the file system does not know how to do this.
    fn is_unknown(&self) -> bool {
        let unknown = [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::PERM];
        self.error.raw_os_error().is_some_and(|raw| unknown.iter().any(|errno| errno.raw_os_error() == raw))
    }
}

impl From<Refused> for Box<Diagnostic> {
    fn from(refused: Refused) -> Box<Diagnostic> {
        use io::ErrorKind;
        let Refused { doing, path, error } = refused;
        let (why, help) = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                ("no space is left".to_owned(), "free some space, then build again")
            }
            ErrorKind::PermissionDenied => {
                let help = match doing {
                    "read" => "let the user who runs pathc read it",
                    _ => "let the user who runs pathc write to the folder",
                };
                ("permission is denied".to_owned(), help)
            }
            ErrorKind::ReadOnlyFilesystem => {
                ("the file system is read-only".to_owned(), "build where it can be written, or with `--out DIR`")
            }
            ErrorKind::CrossesDevices => (
                "it lies on another file system".to_owned(),
                "outputs are renamed into place: keep their folder on one file system, or build with `--out DIR`",
            ),
            ErrorKind::AlreadyExists => {
                ("somebody wrote it in the meantime".to_owned(), "look at the file, then build again")
            }
            _ => {
                // The system's words without its number.
                let text = error.to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                (text.to_lowercase(), "nothing was changed: mend it, then build again")
            }
        };
        Box::new(Diagnostic::without_place(REFUSED_BY_SYSTEM, format!("can't {doing} `{path}`: {why}")).help(help))
    }
}
