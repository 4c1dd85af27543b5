//! What tests that build in a folder of their own share.
#![allow(unreachable_pub)]

use std::path::Path;
use std::{fs, io};

/// Copies all files of a folder over those of another one, which need not be there yet.
///
/// # Errors
/// What can't be read or written.
pub fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (from.as_ref(), to.as_ref());
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() { copy(from, to)? } else { fs::copy(from, to).map(drop)? }
    }
    Ok(())
}
