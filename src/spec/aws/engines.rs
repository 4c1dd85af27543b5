//! Engines of datastores: versions, families of parameters, what turns plaintext off.

use std::collections::BTreeMap;

use crate::ir::choice::DatastoreKind;
use crate::source::Traced;
use crate::spec::SpecFile;

/// The engines, by kind of datastore.
#[derive(Debug)]
pub struct Engines(BTreeMap<DatastoreKind, Vec<Engine>>);

/// One engine.
#[derive(Debug)]
pub struct Engine {
    /// What the API calls it.
    pub name: Traced<String>,
    /// Its versions; the first is taken where none is asked for.
    pub versions: Vec<Traced<String>>,
    /// Parts of a version that name a release line: one of `17.9`, two of `8.4.9`.
    line: Traced<u32>,
    /// What the name of a parameter family begins with, and by how much of a version it goes on.
    family: Option<(Traced<String>, Depth)>,
    /// The parameter that refuses plaintext.
    pub tls_parameter: Option<NamedValue>,
    /// The logs that it can send to CloudWatch.
    pub log_exports: Vec<Traced<String>>,
}

/// A name and a value.
#[derive(Debug)]
pub struct NamedValue {
    /// The name.
    pub name: Traced<String>,
    /// The value.
    pub value: Traced<String>,
}

/// How much of a version names a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// `17` of `17.10`.
    Major,
    /// `8.4` of `8.4.10`.
    Minor,
}

impl Engines {
    pub(super) fn read(file: &mut SpecFile<'_>) -> Engines {
        let mut engines = BTreeMap::new();
        for kind in [
            DatastoreKind::Postgres,
            DatastoreKind::Mysql,
            DatastoreKind::Redis,
            DatastoreKind::Mongodb,
            DatastoreKind::Kafka,
            DatastoreKind::Rabbitmq,
        ] {
            let key = kind.as_str();
            let line = file.scalar(&["engines", key, "line"]);
            let mut known = vec![Engine::read(file, &["engines", key], line, "parameter_family")];
            if file.find(&["engines", key, "other_engine"]).is_some() {
                let family = file.find(&["engines", key, "other_parameter_family"]);
                let mut other = Engine::read(file, &["engines", key, "other_engine"], line, "parameter_family");
                other.family = family.and_then(family_of);
                known.push(other);
            }
            engines.insert(kind, known);
        }
        Engines(engines)
    }

    /// The engine and version that a request names: the version itself, or the first listed below a shorter one (`16.13`
    /// for `16`), or of the same release line as a longer one (`16.13` for `16.4`); without a request the default.
    ///
    /// # Errors
    /// All versions that there are, where the one asked for is none of them. Empty for a kind without an engine.
    pub fn version(
        &self,
        kind: DatastoreKind,
        asked: Option<&str>,
    ) -> Result<(&Engine, &Traced<String>), Vec<&Traced<String>>> {
        let engines = self.0.get(&kind).map_or(&[][..], Vec::as_slice);
        let all = || engines.iter().flat_map(|engine| engine.versions.iter().map(move |version| (engine, version)));
        let found = match asked {
            None => all().next(),
            Some(asked) => all()
                .find(|(_, version)| is_below(asked, version))
                .or_else(|| all().find(|(engine, version)| is_below(&engine.line(version), asked))),
        };
        found.ok_or_else(|| all().map(|(_, version)| version).collect())
    }
}

/// Whether `version` is `asked` or one of its own: `16.14` of `16`, not of `1`.
fn is_below(asked: &str, version: &str) -> bool {
    version.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn family_of(fact: crate::spec::Fact<'_>) -> Option<(Traced<String>, Depth)> {
    let depth = match fact.get("by")?.text()?.value {
        "major" => Depth::Major,
        "minor" => Depth::Minor,
        _ => return None,
    };
    Some((fact.get("prefix")?.scalar()?, depth))
}

impl Engine {
    fn read(file: &mut SpecFile<'_>, path: &[&str], line: Traced<u32>, family: &str) -> Engine {
        let below = |key| [path, &[key]].concat();
        let texts = |fact: Option<crate::spec::Fact<'_>>| {
            fact.into_iter().flat_map(|fact| fact.elements()).filter_map(|element| element.scalar()).collect()
        };
        let tls = file.find(&below("tls_parameter"));
        let versions = file.texts(&below("versions"));
        if versions.is_empty() {
            file.missing(&below("versions"), "list of versions");
        }
        Engine {
            name: file.text(&below("engine")),
            versions,
            line,
            family: file.find(&below(family)).and_then(family_of),
            tls_parameter: tls.and_then(|fact| {
                Some(NamedValue { name: fact.get("name")?.scalar()?, value: fact.get("value")?.scalar()? })
            }),
            log_exports: texts(file.find(&below("log_exports"))),
        }
    }

    /// The release line of a version, whose patches AWS keeps current: `17` of `17.9`, `8.4` of `8.4.9`.
    #[must_use]
    pub fn line(&self, version: &str) -> String {
        let parts: Vec<&str> = version.split('.').take(self.line.value as usize).collect();
        parts.join(".")
    }

    /// The family of parameters of a version: `postgres17`, `mysql8.4`.
    #[must_use]
    pub fn parameter_family(&self, version: &str) -> Option<Traced<String>> {
        let (prefix, depth) = self.family.as_ref()?;
        let parts = match depth {
            Depth::Major => 1,
            Depth::Minor => 2,
        };
        let version: Vec<&str> = version.split('.').take(parts).collect();
        Some(prefix.with(format!("{}{}", prefix.value, version.join("."))))
    }
}
