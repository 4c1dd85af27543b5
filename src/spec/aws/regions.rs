//! Regions, their partitions, and the letters of their zones.

use crate::source::Traced;
use crate::spec::SpecFile;

/// All known regions, in order of their partition and name.
#[derive(Debug)]
pub struct Regions(Vec<Region>);

/// One region.
#[derive(Debug)]
pub struct Region {
    /// What it is called: `eu-west-1`.
    pub name: Traced<String>,
    /// The partition: the second part of an ARN.
    pub partition: Traced<String>,
    /// What host names of the partition end in.
    pub dns_suffix: Traced<String>,
    /// What its partition lacks of all that is made: `website`, `budgets`.
    pub lacks: Vec<String>,
    /// Its availability zones: `eu-west-1a`. An account may see fewer.
    pub zones: Vec<Traced<String>>,
}

impl Regions {
    pub(super) fn read(file: &mut SpecFile<'_>) -> Regions {
        let mut regions = Vec::new();
        for (partition, facts) in file.find(&["regions", "partitions"]).into_iter().flat_map(|fact| fact.entries()) {
            let suffix = facts.get("dns_suffix").and_then(|suffix| suffix.scalar::<String>());
            let lacks = facts.get("lacks").into_iter().flat_map(|lacks| lacks.elements());
            let lacks: Vec<String> = lacks.filter_map(|what| Some(what.text()?.value.to_owned())).collect();
            for (name, zones) in facts.get("regions").into_iter().flat_map(|fact| fact.entries()) {
                regions.push(Region {
                    name: name.with(name.value.to_owned()),
                    partition: partition.with(partition.value.to_owned()),
                    dns_suffix: suffix.clone().unwrap_or_else(|| name.with(String::new())),
                    lacks: lacks.clone(),
                    zones: zones
                        .elements()
                        .filter_map(|zone| zone.text())
                        .map(|letter| letter.with(format!("{}{}", name.value, letter.value)))
                        .collect(),
                });
            }
        }
        if regions.is_empty() || regions.iter().any(|region| region.zones.is_empty() || region.dns_suffix.is_empty()) {
            file.missing(
                &["regions", "partitions"],
                "mapping of partitions with a `dns_suffix` and `regions` with zones",
            );
        }
        Regions(regions)
    }

    /// A region by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Region> {
        self.0.iter().find(|region| region.name.value == name)
    }

    /// Whether a region's partition lacks something.
    #[must_use]
    pub fn lacks(&self, region: &str, what: &str) -> bool {
        self.get(region).is_some_and(|region| region.lacks.iter().any(|lacked| lacked == what))
    }

    /// The names of all regions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|region| region.name.as_str())
    }
}
