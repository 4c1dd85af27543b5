//! SPDX 2.2 and 2.3, as JSON or as tags and values. What the document describes is the product itself, and no package of it.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Evidence, Fault, Packages, json, text};

/// A document, whatever it was written in.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Document {
    spdx_version: Option<String>,
    document_describes: Vec<String>,
    packages: Vec<Package>,
    relationships: Vec<Relationship>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    #[serde(rename = "SPDXID")]
    id: String,
    license_concluded: Option<String>,
    license_declared: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    related_spdx_element: String,
    relationship_type: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    let document: Document =
        if source.trim_start().starts_with('{') { json::parse(&source, "SPDX document")? } else { of_tags(&source) };
    if !document.spdx_version.as_deref().is_some_and(|version| version.starts_with("SPDX-2.")) {
        return Err(Fault::new("does not say that it is SPDX 2 (`spdxVersion`)"));
    }
    Ok(Evidence::Packages(document.packages()))
}

impl Document {
    fn packages(&self) -> Packages {
        let described = |relationship: &&Relationship| relationship.relationship_type == "DESCRIBES";
        let roots: BTreeSet<&str> = self
            .document_describes
            .iter()
            .map(String::as_str)
            .chain(self.relationships.iter().filter(described).map(|one| one.related_spdx_element.as_str()))
            .collect();
        let alone = self.packages.iter().all(|package| roots.contains(package.id.as_str()));
        let mut packages = Packages::default();
        for package in self.packages.iter().filter(|package| alone || !roots.contains(package.id.as_str())) {
            packages.total += 1;
            let stated = |licence: &Option<String>| {
                licence.clone().filter(|text| !["NOASSERTION", "NONE", ""].contains(&text.trim()))
            };
            if let Some(licence) = stated(&package.license_concluded).or_else(|| stated(&package.license_declared)) {
                *packages.licenses.entry(licence.trim().to_owned()).or_default() += 1;
            }
        }
        let mut direct: BTreeSet<&str> = BTreeSet::new();
        for one in &self.relationships {
            let (from, to) = (one.spdx_element_id.as_str(), one.related_spdx_element.as_str());
            match one.relationship_type.as_str() {
                "DEPENDS_ON" if roots.contains(from) => direct.insert(to),
                kind if kind.ends_with("DEPENDENCY_OF") && roots.contains(to) => direct.insert(from),
                _ => continue,
            };
        }
        packages.direct = (!direct.is_empty()).then_some(direct.len() as u64);
        packages
    }
}

/// `Tag: value` lines; a `<text>` of several lines is passed over.
fn of_tags(source: &str) -> Document {
    let mut document = Document::default();
    let mut of_package = false;
    let mut in_text = false;
    for line in source.lines() {
        if in_text {
            in_text = !line.contains("</text>");
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        in_text = value.starts_with("<text>") && !value.contains("</text>");
        match tag.trim() {
            "SPDXVersion" => document.spdx_version = Some(value.to_owned()),
            "PackageName" => {
                document.packages.push(Package::default());
                of_package = true;
            }
            "FileName" | "SnippetSPDXID" | "LicenseID" => of_package = false,
            "Relationship" => {
                let mut words = value.split_whitespace();
                if let (Some(from), Some(kind), Some(to)) = (words.next(), words.next(), words.next()) {
                    document.relationships.push(Relationship {
                        spdx_element_id: from.to_owned(),
                        related_spdx_element: to.to_owned(),
                        relationship_type: kind.to_owned(),
                    });
                }
            }
            tag => {
                if let Some(package) = document.packages.last_mut().filter(|_| of_package) {
                    match tag {
                        "SPDXID" => package.id = value.to_owned(),
                        "PackageLicenseConcluded" => package.license_concluded = Some(value.to_owned()),
                        "PackageLicenseDeclared" => package.license_declared = Some(value.to_owned()),
                        _ => {}
                    }
                }
            }
        }
    }
    document
}
