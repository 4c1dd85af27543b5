//! Writes inputs anew: the whole file or nothing, only over what was read, and never outside of the repository.

use std::fs;
use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use super::load::FILE_LIMIT;
use super::{ProblemKind, Refusal, Repository};

/// What became of a text that was to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The file holds it.
    Yes,
    /// Somebody changed the file since it was read: it stays as it is.
    ChangedMeanwhile,
}

impl Repository {
    /// Replaces the text of a file that was read as `old`; a file that was not there has none. A symbolic link within the
    /// repository stays one: what it leads to is replaced.
    ///
    /// # Errors
    /// Why it is not written: it leads out of the repository, is no file any more, or the system refuses.
    pub fn save(&self, path: &Utf8Path, old: Option<&str>, new: &str) -> Result<Saved, Refusal> {
        let real = match old {
            Some(old) => {
                if self.bytes(path, FILE_LIMIT)? != old.as_bytes() {
                    return Ok(Saved::ChangedMeanwhile);
                }
                self.inside(path)?
            }
            None => self.new_file(path)?,
        };
        let refused = |error: io::Error| cannot_write(path, &error);
        let folder = real.parent().unwrap_or(self.root());
        let mut staged = stage(folder).map_err(refused)?;
        staged.write_all(new.as_bytes()).and_then(|()| staged.flush()).map_err(refused)?;
        if old.is_some() {
            let mode = fs::metadata(&real).map(|found| found.permissions());
            mode.and_then(|mode| staged.as_file().set_permissions(mode)).map_err(refused)?;
        }
        staged.as_file().sync_all().map_err(refused)?;
        match old {
            Some(_) => staged.persist(&real).map_err(|error| refused(error.error))?,
            None => match staged.persist_noclobber(&real) {
                Ok(file) => file,
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(Saved::ChangedMeanwhile),
                Err(error) => return Err(refused(error.error)),
            },
        };
        Ok(Saved::Yes)
    }

    /// The real path of a file that is not there yet; the folders above it are made.
    fn new_file(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Refusal> {
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        // The part that is there must not lead out; what is made below it can't.
        let there = folder.ancestors().find(|above| self.root().join(above).symlink_metadata().is_ok());
        let real = self.inside(there.unwrap_or(Utf8Path::new("")))?;
        let rest = there.and_then(|there| folder.strip_prefix(there).ok()).unwrap_or(folder);
        let real = real.join(rest);
        fs::create_dir_all(&real).map_err(|error| cannot_write(path, &error))?;
        Ok(real.join(path.file_name().unwrap_or_default()))
    }
}

/// A file beside the one that it will become, with the rights that the process gives to new files.
fn stage(folder: &Utf8Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pathc-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn cannot_write(path: &Utf8Path, error: &io::Error) -> Refusal {
    Refusal { kind: ProblemKind::Unreadable, message: format!("can't write `{path}`: {}", error.kind()), help: None }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn repository() -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("in/path")).unwrap();
        fs::write(folder.path().join("in/path/a.yaml"), "a: 1\n").unwrap();
        fs::write(folder.path().join("outside.yaml"), "a: 1\n").unwrap();
        let repository = Repository::at(&Utf8Path::from_path(folder.path()).unwrap().join("in")).unwrap();
        (folder, repository)
    }

    fn text(repository: &Repository, path: &str) -> String {
        fs::read_to_string(repository.root().join(path)).unwrap()
    }

    #[test]
    fn a_file_is_replaced_only_where_it_is_as_it_was_read() {
        let (_folder, repository) = repository();
        let path = Utf8Path::new("path/a.yaml");
        let real = repository.root().join(path);
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(repository.save(path, Some("a: 1\n"), "a: 2\n"), Ok(Saved::Yes));
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(repository.save(path, Some("a: 1\n"), "a: 3\n"), Ok(Saved::ChangedMeanwhile));
        assert_eq!(text(&repository, "path/a.yaml"), "a: 2\n");
        assert_eq!(fs::read_dir(repository.root().join("path")).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_new_file_replaces_nothing() {
        let (_folder, repository) = repository();
        assert_eq!(repository.save(Utf8Path::new("path/x/b.yaml"), None, "b: 1\n"), Ok(Saved::Yes));
        assert_eq!(text(&repository, "path/x/b.yaml"), "b: 1\n");
        assert_eq!(repository.save(Utf8Path::new("path/a.yaml"), None, "b: 1\n"), Ok(Saved::ChangedMeanwhile));
        assert_eq!(text(&repository, "path/a.yaml"), "a: 1\n");
    }

    #[test]
    fn a_link_within_is_followed_and_one_that_leads_out_is_refused() {
        let (folder, repository) = repository();
        symlink("a.yaml", repository.root().join("path/within.yaml")).unwrap();
        symlink("../../outside.yaml", repository.root().join("path/out.yaml")).unwrap();
        symlink(folder.path(), repository.root().join("folder")).unwrap();
        let save = |path: &str, old| repository.save(Utf8Path::new(path), old, "a: 2\n");
        assert_eq!(save("path/within.yaml", Some("a: 1\n")), Ok(Saved::Yes));
        assert_eq!(text(&repository, "path/a.yaml"), "a: 2\n");
        assert!(repository.root().join("path/within.yaml").is_symlink());
        for path in ["path/out.yaml", "folder/outside.yaml"] {
            assert_eq!(save(path, Some("a: 1\n")).unwrap_err().kind, ProblemKind::OutsideRepository, "{path}");
        }
        assert_eq!(save("folder/new.yaml", None).unwrap_err().kind, ProblemKind::OutsideRepository);
        assert_eq!(fs::read_to_string(folder.path().join("outside.yaml")).unwrap(), "a: 1\n");
    }
}
