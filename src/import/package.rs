//! What a pipeline knows of packages that it has just pushed, as it writes it down itself.

use serde::Deserialize;

use super::{Evidence, Fault, json, text};

/// A package that was built and pushed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Released {
    /// The component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// The digest of its image: `sha256:…`.
    pub digest: String,
    /// The commit that it was built from.
    pub commit: String,
    /// When it was built, as RFC 3339.
    pub built_at: String,
    /// Whether there is a bill of materials.
    #[serde(default)]
    pub sbom: bool,
    /// Whether it is signed.
    #[serde(default)]
    pub signed: bool,
    /// Whether it is attested where it comes from.
    #[serde(default)]
    pub provenance: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    One(Released),
    Many(Vec<Released>),
}

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let form: Form = json::parse(&text::decode(bytes)?, "package")?;
    Ok(Evidence::Released(match form {
        Form::One(package) => vec![package],
        Form::Many(packages) => packages,
    }))
}
