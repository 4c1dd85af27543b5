//! The folder that a run is about, that of the nearest manifest, and the environments that a run may name.

use camino::{Utf8Path, Utf8PathBuf};

use super::failure::{Failure, reason};
use crate::Compilation;
use crate::source::Repository;
use crate::source::decode::{list_of, nearest};

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

/// Environments that nobody declared would select nothing, in silence.
pub(super) fn check_environments<'n>(
    names: impl IntoIterator<Item = &'n str>,
    compilation: &Compilation,
) -> Result<(), Failure> {
    let Some(system) = &compilation.system else { return Ok(()) };
    let known = || system.environments.iter().map(|environment| environment.name.as_str());
    match names.into_iter().find(|name| !known().any(|known| known == *name)) {
        None => Ok(()),
        Some(name) => {
            let help = match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", list_of(&known().collect::<Vec<_>>())),
            };
            Err(Failure::new(format!("no environment is called `{name}`")).help(help))
        }
    }
}

/// Whether there is a `pathc.yaml` in the working folder or above.
pub(super) fn is_here() -> bool {
    root().is_ok()
}

/// Frees what was compiled, and does not wait for it: it is made of a million small texts, and the process mostly ends
/// before, which frees them all at once.
pub(super) fn free(compilation: Compilation) {
    rayon::spawn(move || drop(compilation));
}
