//! What a target is asked for.

use camino::Utf8PathBuf;

/// What a target is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder that its files go to, below the output folder.
    pub out: Utf8PathBuf,
}
