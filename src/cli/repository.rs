//! The folder that a run is about: that of the nearest manifest.

use camino::{Utf8Path, Utf8PathBuf};

use super::failure::{Failure, reason};
use crate::source::Repository;

/// The folder of the nearest `pathc.yaml`, from the working folder upwards.
pub(super) fn root() -> Result<Utf8PathBuf, Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Failure::new(format!("can't read the working folder: {}", reason(&error))))?;
    let Some(here) = Utf8Path::from_path(&here) else {
        return Err(Failure::new("the path of the working folder is not UTF-8"));
    };
    match Repository::find(here) {
        Some(repository) => Ok(repository.root().to_owned()),
        None => Err(Failure::new(format!("no `pathc.yaml` in `{here}` or above")).help(
            "go to the repository of a system, or name it with `-C DIR`; a system begins with a `pathc.yaml` that says \
             `system: NAME`",
        )),
    }
}
