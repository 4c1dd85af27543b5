//! What a change does before it is done: two versions of all generated files, told apart by resource and field, grouped by
//! the lines of the inputs that cause it, with what is risky about it.
//!
//! `change`, `module` and `fields` find what differs, `cause` finds out why, `cost` what it costs, `risk` looks it up in a table of
//! facts, `story` puts it together, and `entry`, `show` and `unified` print it. Nothing here writes, and nothing judges.

pub mod cause;
pub mod change;
pub mod cost;
pub mod entry;
pub mod fields;
mod module;
pub mod renaming;
pub mod risk;
pub mod show;
pub mod story;
pub mod unified;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::output::LineOrigins;
use crate::output::provenance::Page;

/// One version of all generated files, by their paths.
#[derive(Debug, Default)]
pub struct Version {
    /// The files.
    pub files: BTreeMap<Utf8PathBuf, Text>,
}

/// A file of a version.
#[derive(Debug)]
pub struct Text {
    /// The target that makes it.
    pub target: String,
    /// The environment that it is for, where it is for one.
    pub environment: Option<String>,
    /// The text, with line ends of one kind.
    pub text: String,
    /// Where its lines come from, where that is known.
    pub origins: Option<LineOrigins>,
}

impl Version {
    /// What a build makes.
    #[must_use]
    pub fn of(pages: Vec<Page<'_>>) -> Version {
        let text = |page: Page<'_>| {
            let text = Text {
                target: page.target.to_owned(),
                environment: page.environment.map(str::to_owned),
                text: page.text,
                origins: Some(page.origins),
            };
            (page.path, text)
        };
        Version { files: pages.into_iter().map(text).collect() }
    }
}
