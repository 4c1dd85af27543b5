//! Disks of the machine's own kernel: a file system that is full, and one that is read-only.
//!
//! `tests/output.rs` puts the same errors at every write and rename; here nothing is put, where the machine permits mounts.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Case, Need, Outcome, folder, root};

pub(super) const CASES: &[Case] = &[
    Case { name: "disk::full", needs: &[Need::Mount], run: a_full_disk_changes_nothing },
    Case { name: "disk::read_only", needs: &[Need::Mount], run: a_read_only_disk_is_said_so },
];

/// A folder that is a file system of its own, gone with the value.
struct Mounted(tempfile::TempDir);

impl Mounted {
    fn with(options: &str) -> Outcome<Mounted> {
        let folder = tempfile::tempdir()?;
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path()).output()?;
        if mounted.status.success() {
            return Ok(Mounted(folder));
        }
        Err(String::from_utf8_lossy(&mounted.stderr).into())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

/// Whether whoever runs the tests may mount.
pub(super) fn is_permitted() -> bool {
    Mounted::with("size=4k").is_ok()
}

/// What a build of storefront onto this disk says; it must end with 2.
fn refused(disk: &Path) -> Outcome<String> {
    let system = tempfile::tempdir()?;
    folder::copy(root().join("fixtures/pass/storefront"), system.path())?;
    let program = env!("CARGO_BIN_EXE_pathc");
    let mut build = Command::new(program);
    build.arg("-C").arg(system.path()).args(["build", "-q", "--out"]).arg(disk);
    let output = build.env("SOURCE_DATE_EPOCH", "1795435200").output()?;
    let said = String::from_utf8(output.stderr)?;
    if output.status.code() == Some(2) { Ok(said) } else { Err(format!("{}: {said}", output.status).into()) }
}

fn a_full_disk_changes_nothing() -> Outcome {
    let disk = Mounted::with("size=300k")?;
    let said = refused(disk.0.path())?;
    assert!(said.contains("O006") && said.contains("no space is left"), "{said}");
    assert!(said.contains("nothing was changed") && said.contains("help: "), "{said}");
    assert_eq!(fs::read_dir(disk.0.path())?.count(), 0);
    Ok(())
}

fn a_read_only_disk_is_said_so() -> Outcome {
    let disk = Mounted::with("ro")?;
    let said = refused(disk.0.path())?;
    assert!(said.contains("the file system is read-only"), "{said}");
    Ok(())
}
