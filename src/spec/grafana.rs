//! The facts about Grafana that dashboards and provisioning files are printed with, looked up once.

use std::collections::BTreeMap;

use super::SpecFile;
use crate::source::{Scalar, Traced};

/// Everything that the Grafana target reads of its spec.
#[derive(Debug)]
pub struct GrafanaSpec {
    /// The version of the dashboard model that is written.
    pub schema_version: Traced<u32>,
    panels: Words,
    units: Words,
    colors: Words,
    /// The types of panel that there are.
    pub current_types: Vec<Traced<String>>,
    /// What a dashboard shows unless the viewer chooses.
    pub time: TimeFacts,
    /// The range over which a rate is taken: it follows the panel's resolution and the scrape interval.
    pub rate_interval: Traced<String>,
    /// The text that the viewer reads for the chosen environment.
    pub environment_text: Traced<String>,
    /// Where series come from.
    pub prometheus: DatasourceFacts,
    /// Where alerts are seen and silenced.
    pub alertmanager: DatasourceFacts,
    /// The Alertmanager that it is.
    pub alertmanager_implementation: Traced<String>,
    /// How files are provisioned.
    pub provisioning: ProvisioningFacts,
    /// The label of a ConfigMap that the platform's Grafana reads dashboards from.
    pub sidecar_label: Traced<String>,
    /// The label's value.
    pub sidecar_value: Traced<String>,
    /// The version of a kustomization's form.
    pub kustomization_version: Traced<String>,
}

/// What a dashboard shows unless the viewer chooses.
#[derive(Debug)]
pub struct TimeFacts {
    /// From when.
    pub from: Traced<String>,
    /// To when.
    pub to: Traced<String>,
    /// How often it is asked again.
    pub refresh: Traced<String>,
}

/// One data source.
#[derive(Debug)]
pub struct DatasourceFacts {
    /// The plugin's name.
    pub kind: Traced<String>,
    /// Its stable identifier.
    pub uid: Traced<String>,
    /// What it is called.
    pub name: Traced<String>,
}

/// How files are provisioned.
#[derive(Debug)]
pub struct ProvisioningFacts {
    /// The version of the files' form.
    pub api_version: Traced<u32>,
    /// The folder in which Grafana finds the dashboards.
    pub dashboards_path: Traced<String>,
    /// How often that folder is looked at, in seconds.
    pub update_seconds: Traced<u32>,
}

impl GrafanaSpec {
    /// Looks the facts up; what is missing is recorded.
    pub fn read(file: &mut SpecFile<'_>) -> GrafanaSpec {
        GrafanaSpec {
            schema_version: fact(file, "dashboard.schema_version"),
            panels: Words::read(file, "panels"),
            units: Words::read(file, "units"),
            colors: Words::read(file, "colors"),
            current_types: file.texts(&["panel_types", "current"]),
            time: TimeFacts {
                from: fact(file, "time.from"),
                to: fact(file, "time.to"),
                refresh: fact(file, "time.refresh"),
            },
            rate_interval: fact(file, "variables.rate_interval"),
            environment_text: fact(file, "variables.environment_text"),
            prometheus: datasource(file, "prometheus"),
            alertmanager: datasource(file, "alertmanager"),
            alertmanager_implementation: fact(file, "datasources.alertmanager.implementation"),
            provisioning: ProvisioningFacts {
                api_version: fact(file, "provisioning.api_version"),
                dashboards_path: fact(file, "provisioning.dashboards_path"),
                update_seconds: fact(file, "provisioning.update_seconds"),
            },
            sidecar_label: fact(file, "sidecar.label"),
            sidecar_value: fact(file, "sidecar.value"),
            kustomization_version: fact(file, "sidecar.kustomization_version"),
        }
    }

    /// The type that shows a kind of panel; `text`, which shows nothing live, where the spec names none.
    #[must_use]
    pub fn panel(&self, kind: &str) -> Traced<&str> {
        self.panels.get(kind, "text")
    }

    /// The unit as Grafana calls it; none at all where the spec names none.
    #[must_use]
    pub fn unit(&self, unit: &str) -> Traced<&str> {
        self.units.get(unit, "none")
    }

    /// The colour of a state.
    #[must_use]
    pub fn color(&self, state: &str) -> Traced<&str> {
        self.colors.get(state, "text")
    }
}

/// Words of the plan and what Grafana calls them.
#[derive(Debug)]
struct Words {
    known: BTreeMap<String, Traced<String>>,
    origin: crate::source::Origin,
}

impl Words {
    fn read(file: &mut SpecFile<'_>, group: &str) -> Words {
        let Some(fact) = file.find(&[group]) else {
            file.missing(&[group], "mapping");
            return Words { known: BTreeMap::new(), origin: file.origin() };
        };
        let known = fact.entries().filter_map(|(word, fact)| Some((word.value.to_owned(), fact.scalar()?)));
        Words { known: known.collect(), origin: fact.origin() }
    }

    fn get(&self, word: &str, otherwise: &'static str) -> Traced<&str> {
        match self.known.get(word) {
            Some(known) => known.with(known.as_str()),
            None => Traced::new(otherwise, self.origin),
        }
    }
}

fn datasource(file: &mut SpecFile<'_>, name: &str) -> DatasourceFacts {
    let mut part = |part: &str| file.text(&["datasources", name, part]);
    DatasourceFacts { kind: part("type"), uid: part("uid"), name: part("name") }
}

/// A fact that has to be there: a stand-in and a T002 where it is not.
fn fact<T: Scalar + Default>(file: &mut SpecFile<'_>, path: &str) -> Traced<T> {
    let keys: Vec<&str> = path.split('.').collect();
    file.scalar(&keys)
}
