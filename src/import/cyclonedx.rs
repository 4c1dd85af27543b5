//! CycloneDX, as JSON (1.2 and later) or XML (1.0 and later): bills of materials and what is known to be exploitable.
//!
//! A vulnerability whose analysis says that it does not affect the product, is false or is resolved does not count. One
//! without a rating counts as high, so that somebody looks at it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::xml::{Step, walk};
use super::{Evidence, Fault, Packages, Severity, Vulnerability, json, text};

/// A bill, whatever it was written in.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Bill {
    #[serde(rename = "bomFormat")]
    form: Option<String>,
    metadata: Metadata,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
    vulnerabilities: Vec<Known>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    component: Option<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: Option<String>,
    group: Option<String>,
    name: String,
    licenses: Vec<Licence>,
    components: Vec<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Licence {
    license: Option<Named>,
    expression: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Dependency {
    r#ref: String,
    depends_on: Vec<String>,
}

/// A vulnerability.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Known {
    id: String,
    ratings: Vec<Rating>,
    analysis: Analysis,
    affects: Vec<Affected>,
    published: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rating {
    score: Option<f64>,
    severity: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Analysis {
    state: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Affected {
    r#ref: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    let bill = if source.trim_start().starts_with('<') {
        of_xml(&source)?
    } else {
        let bill: Bill = json::parse(&source, "CycloneDX bill")?;
        if bill.form.as_deref() != Some("CycloneDX") {
            return Err(Fault::new("does not say `\"bomFormat\": \"CycloneDX\"`"));
        }
        bill
    };
    Ok(Evidence::Packages(bill.packages()))
}

impl Bill {
    fn packages(&self) -> Packages {
        let mut packages = Packages::default();
        let mut names = BTreeMap::new();
        let root = self.metadata.component.as_ref();
        if let Some(root) = root {
            root.name_into(&mut names);
        }
        for component in &self.components {
            component.count_into(&mut packages);
            component.name_into(&mut names);
        }
        let root = root.and_then(|root| root.reference.as_deref());
        packages.direct = root.and_then(|root| {
            let direct = self.dependencies.iter().find(|dependency| dependency.r#ref == root)?;
            Some(direct.depends_on.iter().collect::<BTreeSet<_>>().len() as u64)
        });
        for known in self.vulnerabilities.iter().filter(|known| known.counts()) {
            let severity = known.severity();
            let mut affected: Vec<String> = known.affects.iter().map(|at| called(&at.r#ref, &names)).collect();
            affected.sort();
            affected.dedup();
            if affected.is_empty() {
                affected.push("unknown".to_owned());
            }
            // A date is the beginning of a time.
            let published = known.published.as_ref().and_then(|time| time.get(..10)).map(str::to_owned);
            packages.vulnerabilities.extend(affected.into_iter().map(|package| Vulnerability {
                id: known.id.clone(),
                package,
                severity,
                published: published.clone(),
            }));
        }
        packages
    }
}

/// What a reference is called: its component's name, else what it says after the bill's own address.
fn called(reference: &str, names: &BTreeMap<String, String>) -> String {
    if let Some(name) = names.get(reference) {
        return name.clone();
    }
    let short = reference.rsplit_once('#').map_or(reference, |(_, short)| short);
    names.get(short).cloned().unwrap_or_else(|| short.to_owned())
}

impl Component {
    fn count_into(&self, packages: &mut Packages) {
        packages.total += 1;
        for licence in &self.licenses {
            let named = licence.license.as_ref().and_then(|named| named.id.as_ref().or(named.name.as_ref()));
            if let Some(name) = licence.expression.as_ref().or(named).map(|name| name.trim()).filter(|n| !n.is_empty())
            {
                *packages.licenses.entry(name.to_owned()).or_default() += 1;
            }
        }
        self.components.iter().for_each(|inner| inner.count_into(packages));
    }

    fn name_into(&self, names: &mut BTreeMap<String, String>) {
        if let Some(reference) = &self.reference {
            let name = match self.group.as_deref().filter(|group| !group.is_empty()) {
                Some(group) => format!("{group}/{}", self.name),
                None => self.name.clone(),
            };
            names.insert(reference.clone(), name);
        }
        self.components.iter().for_each(|inner| inner.name_into(names));
    }
}

impl Known {
    fn counts(&self) -> bool {
        let settled = ["not_affected", "false_positive", "resolved", "resolved_with_pedigree"];
        !self.analysis.state.as_deref().is_some_and(|state| settled.contains(&state))
    }

    /// The worst rating.
    fn severity(&self) -> Severity {
        let of_rating = |rating: &Rating| match rating.severity.as_deref() {
            Some("critical") => Some(Severity::Critical),
            Some("high") => Some(Severity::High),
            Some("medium") => Some(Severity::Medium),
            Some("low" | "info" | "none") => Some(Severity::Low),
            _ => rating.score.and_then(Severity::of_score),
        };
        self.ratings.iter().filter_map(of_rating).max().unwrap_or(Severity::High)
    }
}

fn of_xml(source: &str) -> Result<Bill, Fault> {
    let mut bill = Bill::default();
    // Components that are open, the innermost last; which of them belong to the metadata is told by what is open around.
    let mut components: Vec<Component> = Vec::new();
    let mut known = None::<Known>;
    let mut said = String::new();
    walk(source, &["bom"], |open, step| {
        let inside = |name: &str| open.iter().any(|open| open == name);
        let parent = open.last().map_or("", String::as_str);
        match step {
            Step::Open(element) => {
                said.clear();
                match element.name().as_str() {
                    "component" if ["components", "metadata"].contains(&parent) && !inside("tools") => {
                        let reference = element.attribute("bom-ref");
                        components.push(Component { reference, ..Component::default() });
                    }
                    "license" if parent == "licenses" => {
                        if let Some(component) = components.last_mut() {
                            component.licenses.push(Licence { license: Some(Named::default()), expression: None });
                        }
                    }
                    "dependency" => {
                        let reference = element.attribute("ref").unwrap_or_default();
                        match bill.dependencies.last_mut() {
                            Some(outer) if parent == "dependency" => outer.depends_on.push(reference),
                            _ => bill.dependencies.push(Dependency { r#ref: reference, depends_on: Vec::new() }),
                        }
                    }
                    "vulnerability" if parent == "vulnerabilities" => known = Some(Known::default()),
                    "rating" => {
                        if let Some(known) = &mut known {
                            known.ratings.push(Rating::default());
                        }
                    }
                    _ => {}
                }
            }
            Step::Text(text) => {
                if said.len() < 4096 {
                    said.push_str(&text);
                }
            }
            Step::Close(name) => {
                let text = said.trim().to_owned();
                said.clear();
                if let Some(known) = &mut known {
                    match (parent, name.as_str()) {
                        ("vulnerability", "id") => known.id = text,
                        ("vulnerability", "published") => known.published = Some(text),
                        ("rating", "severity") => known.rate(|rating| rating.severity = Some(text)),
                        ("rating", "score") => known.rate(|rating| rating.score = text.parse().ok()),
                        ("analysis", "state") => known.analysis.state = Some(text),
                        ("target", "ref") => known.affects.push(Affected { r#ref: text }),
                        _ => {}
                    }
                } else if let Some(component) = components.last_mut() {
                    match (parent, name.as_str()) {
                        ("component", "name") => component.name = text,
                        ("component", "group") => component.group = Some(text),
                        ("license", "id") => component.name_licence(|named| named.id = Some(text)),
                        ("license", "name") => component.name_licence(|named| named.name = Some(text)),
                        ("licenses", "expression") => {
                            component.licenses.push(Licence { license: None, expression: Some(text) });
                        }
                        _ => {}
                    }
                }
                match name.as_str() {
                    "component" if ["components", "metadata"].contains(&parent) && !inside("tools") => {
                        if let Some(component) = components.pop() {
                            match components.last_mut() {
                                Some(outer) => outer.components.push(component),
                                None if parent == "metadata" => bill.metadata.component = Some(component),
                                None => bill.components.push(component),
                            }
                        }
                    }
                    "vulnerability" if parent == "vulnerabilities" => bill.vulnerabilities.extend(known.take()),
                    _ => {}
                }
            }
        }
        Ok(())
    })?;
    Ok(bill)
}

impl Known {
    fn rate(&mut self, set: impl FnOnce(&mut Rating)) {
        if let Some(rating) = self.ratings.last_mut() {
            set(rating);
        }
    }
}

impl Component {
    fn name_licence(&mut self, set: impl FnOnce(&mut Named)) {
        if let Some(named) = self.licenses.last_mut().and_then(|licence| licence.license.as_mut()) {
            set(named);
        }
    }
}
