//! Whether inputs have changed since they were read: first by what the file system says of them, which costs little, then
//! by their content. That works on every file system, shared and mounted ones too, where events are lost.

use std::collections::BTreeMap;
use std::fs;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

use super::load::Repository;

/// The most files that are watched; what is beyond is read by no build either.
const WATCHED_LIMIT: usize = 20_000;

/// How deep folders are looked into.
const DEPTH_LIMIT: usize = 8;

/// What the file system says of files, by their paths from the root; none of a file that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamps(BTreeMap<Utf8PathBuf, Option<(SystemTime, u64)>>);

impl Stamps {
    /// How many files there are.
    #[must_use]
    pub fn files(&self) -> usize {
        self.0.values().flatten().count()
    }

    /// When one of them was written last.
    #[must_use]
    pub fn latest(&self) -> Option<SystemTime> {
        self.0.values().flatten().map(|(modified, _)| *modified).max()
    }
}

impl Repository {
    /// What the file system says of some files, and of all that lies in some folders. Hidden files are left out.
    #[must_use]
    pub fn stamps(&self, files: &[Utf8PathBuf], folders: &[Utf8PathBuf]) -> Stamps {
        let mut stamps = Stamps::default();
        for folder in folders {
            self.stamp_folder(folder, 0, &mut stamps);
        }
        for file in files {
            self.stamp(file, &mut stamps);
        }
        stamps
    }

    /// The digest of the contents of all files. A file that can't be read is as one that is empty.
    #[must_use]
    pub fn contents(&self, stamps: &Stamps) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for path in stamps.0.iter().filter(|(_, stamp)| stamp.is_some()).map(|(path, _)| path) {
            let bytes = self.bytes(path, super::load::FILE_LIMIT).unwrap_or_default();
            hasher.update(path.as_str().as_bytes());
            hasher.update(&[0]);
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(&bytes);
        }
        *hasher.finalize().as_bytes()
    }

    fn stamp(&self, path: &Utf8Path, stamps: &mut Stamps) {
        let found = fs::metadata(self.root().join(path)).ok().filter(fs::Metadata::is_file);
        let stamp = found.map(|found| (found.modified().unwrap_or(SystemTime::UNIX_EPOCH), found.len()));
        stamps.0.insert(path.to_owned(), stamp);
    }

    fn stamp_folder(&self, folder: &Utf8Path, depth: usize, stamps: &mut Stamps) {
        let Ok(entries) = self.root().join(folder).read_dir_utf8() else { return };
        for entry in entries.flatten().filter(|entry| !entry.file_name().starts_with('.')) {
            if stamps.0.len() >= WATCHED_LIMIT {
                return;
            }
            let path = folder.join(entry.file_name());
            // A link to a folder is looked into as readers do; links that lead back end by the depth.
            match fs::metadata(entry.path()) {
                Ok(found) if found.is_dir() && depth < DEPTH_LIMIT => self.stamp_folder(&path, depth + 1, stamps),
                Ok(found) if found.is_file() => self.stamp(&path, stamps),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_and_a_touch_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        fs::create_dir_all(root.join("path/parts")).unwrap();
        fs::write(root.join("pathc.yaml"), "system: a\n").unwrap();
        fs::write(root.join("path/parts/one.yaml"), "a: 1\n").unwrap();
        let repository = Repository::at(root).unwrap();
        let look = || repository.stamps(&["pathc.yaml".into(), "absent.yaml".into()], &["path".into()]);
        let before = look();
        let contents = repository.contents(&before);
        assert_eq!(before.files(), 2);
        assert_eq!(look(), before);

        fs::write(root.join("path/parts/two.yaml"), "b: 2\n").unwrap();
        let with_two = look();
        assert!(with_two != before && repository.contents(&with_two) != contents);
        fs::remove_file(root.join("path/parts/two.yaml")).unwrap();

        let file = fs::File::options().write(true).open(root.join("pathc.yaml")).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let touched = look();
        assert_ne!(touched, before);
        assert_eq!(repository.contents(&touched), contents);
    }
}
