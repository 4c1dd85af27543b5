//! The folders above outputs: which are there, and which are made with what is built.

use std::cmp::Ordering;
use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::compare;
use super::folder::{Folder, Found, LeadsTo, Refused};
use crate::diag::Diagnostic;
use crate::diag::code::OUTSIDE_OUTPUT;

/// All folders above outputs.
pub(super) struct Folders<'p> {
    /// Outer before inner.
    in_order: Vec<&'p Utf8Path>,
    places: HashMap<&'p str, Place<'p>>,
}

/// What is known of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place<'p> {
    /// It is there.
    There,
    /// It comes with this folder, the outermost around it that is not there, all at once.
    With(&'p Utf8Path),
    /// It is not there, and is made on its own: some file systems take the outermost folder for another one of these.
    Alone,
}

impl<'p> Folders<'p> {
    /// Looks for the folders above paths. `gives_way`: whether a file goes before what needs the folder comes. What is no
    /// folder, and what leads out, is a finding.
    pub(super) fn look(
        folder: &Folder<'_>,
        root: &Utf8Path,
        paths: impl Iterator<Item = &'p Utf8Path>,
        gives_way: impl Fn(&Utf8Path) -> bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Folders<'p>, Refused> {
        // Each folder once. Where one is known, those above it are.
        let mut places: HashMap<&str, Place<'_>> = HashMap::new();
        let mut in_order: Vec<&Utf8Path> = Vec::new();
        for path in paths {
            let above = path.ancestors().skip(1);
            in_order.extend(above.take_while(|above| places.insert(above.as_str(), Place::Alone).is_none()));
        }
        in_order.sort_unstable_by(|one, other| by_folder(one, other));
        let mut outermost: HashMap<String, &Utf8Path> = HashMap::new();
        for path in &in_order {
            let above = path.parent().and_then(|above| places.get(above.as_str()));
            let place = match above {
                Some(Place::There) | None => {
                    if is_there(folder, root, path, &gives_way, diagnostics)? {
                        Place::There
                    } else {
                        // Some file systems don't tell cases apart.
                        match outermost.insert(path.as_str().to_lowercase(), path) {
                            None => Place::With(path),
                            Some(other) => {
                                places.insert(other.as_str(), Place::Alone);
                                Place::Alone
                            }
                        }
                    }
                }
                Some(with) => *with,
            };
            places.insert(path.as_str(), place);
        }
        // What lies in a folder that is made on its own does not come with it.
        for path in &in_order {
            if let Some(Place::With(outermost)) = places.get(path.as_str())
                && places.get(outermost.as_str()) == Some(&Place::Alone)
            {
                places.insert(path.as_str(), Place::Alone);
            }
        }
        Ok(Folders { in_order, places })
    }

    fn above(&self, path: &Utf8Path) -> Option<Place<'p>> {
        self.places.get(path.parent()?.as_str()).copied()
    }

    /// Whether the folder of a file is there.
    pub(super) fn has_folder_of(&self, path: &Utf8Path) -> bool {
        self.above(path) == Some(Place::There)
    }

    /// The folder that comes as a whole, and with it this file.
    pub(super) fn comes_with(&self, path: &Utf8Path) -> Option<&'p Utf8Path> {
        match self.above(path)? {
            Place::With(outermost) => Some(outermost),
            Place::There | Place::Alone => None,
        }
    }

    /// The folders above a path that are not there, outer before inner.
    pub(super) fn missing_above<'a>(&self, path: &'a Utf8Path) -> Vec<&'a Utf8Path> {
        let above = path.ancestors().skip(1);
        let is_missing = |above: &&Utf8Path| self.places.get(above.as_str()) != Some(&Place::There);
        let mut missing: Vec<&Utf8Path> = above.take_while(is_missing).collect();
        missing.reverse();
        missing
    }

    /// A folder that comes as a whole and those in it, inner before outer.
    pub(super) fn all_in(&self, outermost: &Utf8Path) -> impl Iterator<Item = &'p Utf8Path> {
        let all = self.in_order.iter().rev().copied();
        all.filter(move |path| self.places.get(path.as_str()) == Some(&Place::With(outermost)))
    }
}

fn is_there(
    folder: &Folder<'_>,
    root: &Utf8Path,
    path: &Utf8Path,
    gives_way: impl Fn(&Utf8Path) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<bool, Refused> {
    if path.as_str().is_empty() {
        return Ok(true);
    }
    match folder.find(path)? {
        Found::Folder => return Ok(true),
        Found::Absent => {}
        Found::File if gives_way(path) => {}
        Found::Link => match folder.follow(path)? {
            LeadsTo::Folder => return Ok(true),
            LeadsTo::NoFolder => diagnostics.push(compare::in_the_way(path, Found::File)),
            LeadsTo::Outside => {
                let message = format!("`{path}` is a symbolic link that leads out of `{root}`");
                diagnostics.push(
                    Diagnostic::without_place(OUTSIDE_OUTPUT, message)
                        .help("replace it by a folder, or let the target write elsewhere with its `out`"),
                );
            }
        },
        Found::File | Found::Other => diagnostics.push(compare::in_the_way(path, Found::File)),
    }
    Ok(false)
}

/// The order of paths folder by folder: that of their components, told by one look at their bytes.
pub(super) fn by_folder(one: &Utf8Path, other: &Utf8Path) -> Ordering {
    let (one, other) = (one.as_str().as_bytes(), other.as_str().as_bytes());
    // Nothing comes before the end of a folder's name.
    let rank = |byte: u8| if byte == b'/' { 0 } else { u16::from(byte) + 1 };
    match one.iter().zip(other).find(|(one, other)| one != other) {
        Some((one, other)) => rank(*one).cmp(&rank(*other)),
        None => one.len().cmp(&other.len()),
    }
}

/// A path without `.` components, which is how the lock knows it.
pub(super) fn normal(path: Utf8PathBuf) -> Utf8PathBuf {
    let text = path.as_str();
    let is_normal =
        !text.starts_with("./") && !["//", "/./"].iter().any(|odd| text.contains(odd)) && !text.ends_with("/.");
    if is_normal && text != "." {
        return path;
    }
    path.components().filter(|component| *component != camino::Utf8Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::folder::Unhindered;
    use proptest::prelude::*;

    #[test]
    fn folders_that_only_case_tells_apart_come_file_by_file() {
        let root = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(root.path()).unwrap();
        let folder = Folder::create(root, &Unhindered).unwrap();
        let paths = ["Infra/a/b/x", "infra/c/y", "other/d/z"].map(Utf8Path::new);
        let mut found = Vec::new();
        let folders = Folders::look(&folder, root, paths.into_iter(), |_| false, &mut found).unwrap();
        assert!(found.is_empty());
        assert_eq!(paths.map(|path| folders.comes_with(path)), [None, None, Some(Utf8Path::new("other"))]);
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_components(one in "[a!-]{1,3}(/[a!0-]{1,2}){0,3}", other in "[a!-]{1,3}(/[a!0-]{1,2}){0,3}") {
            let [one, other] = [one, other].map(|path| normal(Utf8PathBuf::from(path)));
            prop_assert_eq!(by_folder(&one, &other), one.cmp(&other));
        }

        #[test]
        fn a_normal_path_names_the_same(path in "[.a/]{1,8}") {
            let path = Utf8PathBuf::from(path);
            let components = path.components().filter(|component| *component != camino::Utf8Component::CurDir);
            let expected: Utf8PathBuf = components.collect();
            prop_assert_eq!(normal(path), expected);
        }
    }
}
