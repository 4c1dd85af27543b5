//! What a template of CloudFormation says, with what each environment gives to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::document::{map, text};
use super::{Place, Proof, Subject};
use crate::output::{Doc, Map};

/// One statement of a template, which is for all environments.
#[derive(Debug)]
struct Statement {
    subject: Subject,
    of: Doc,
    value: Doc,
    /// The condition of the resource.
    condition: Option<String>,
}

/// A template.
#[derive(Debug)]
struct Template {
    path: Utf8PathBuf,
    statements: Vec<Statement>,
    conditions: BTreeMap<String, Doc>,
}

/// What an environment gives to a template.
type Given = BTreeMap<String, String>;

/// Templates, and what environments give to those that were not seen yet.
#[derive(Debug, Default)]
pub(in super::super) struct Templates {
    /// By their path below their folder, without the ending.
    templates: BTreeMap<Utf8PathBuf, Arc<Template>>,
    /// By the path of the template: each environment, with its parameters.
    early: BTreeMap<Utf8PathBuf, Vec<(String, Given)>>,
}

/// What an environment makes of a template.
struct Reading<'r> {
    values: &'r Given,
    conditions: &'r BTreeMap<String, Doc>,
}

impl Reading<'_> {
    /// A value as text; none where only the cloud knows it.
    fn value(&self, doc: &Doc) -> Option<String> {
        match doc {
            Doc::Integer(number, _) => Some(number.to_string()),
            Doc::Number(number, _) => Some(number.to_string()),
            Doc::Text(text, _) => Some(text.to_string()),
            Doc::Tagged(tag, inner) => match (*tag, &**inner) {
                ("Ref", Doc::Text(name, _)) => self.values.get(&**name).cloned(),
                ("Sub", Doc::Text(text, _)) => self.substituted(text),
                ("If", Doc::List(parts, ..)) => {
                    let [Doc::Text(condition, _), yes, no] = parts.as_slice() else { return None };
                    self.value(if self.holds(condition)? { yes } else { no })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn substituted(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind.split_once('}')?;
            out.push_str(before);
            match name.strip_prefix('!') {
                Some(literal) => out.push_str(&format!("${{{literal}}}")),
                None => out.push_str(self.values.get(name)?),
            }
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }

    fn holds(&self, condition: &str) -> Option<bool> {
        self.is(self.conditions.get(condition)?)
    }

    fn is(&self, condition: &Doc) -> Option<bool> {
        let Doc::Tagged(tag, inner) = condition else { return None };
        let Doc::List(parts, ..) = &**inner else { return None };
        match (*tag, parts.as_slice()) {
            ("Equals", [one, other]) => Some(self.value(one)? == self.value(other)?),
            ("Not", [other]) => Some(!self.is(other)?),
            ("Or", parts) => {
                let all: Option<Vec<bool>> = parts.iter().map(|part| self.is(part)).collect();
                Some(all?.contains(&true))
            }
            _ => None,
        }
    }
}

/// The maps of a list, those among which a condition chooses included.
fn maps<'d>(of: &'d Map, key: &str) -> Vec<&'d Map> {
    fn gather<'d>(doc: &'d Doc, found: &mut Vec<&'d Map>) {
        match doc {
            Doc::Map(map) => found.push(map),
            Doc::List(elements, ..) => elements.iter().for_each(|element| gather(element, found)),
            Doc::Tagged("If", inner) => gather(inner, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some(list) = of.get(key) {
        gather(list, &mut found);
    }
    found
}

/// The path below a folder, without the ending.
fn below(path: &Utf8Path, folder: &str) -> Option<Utf8PathBuf> {
    let mut parts = path.components().skip_while(|part| part.as_str() != folder);
    parts.next()?;
    let rest: Utf8PathBuf = parts.collect();
    Some(rest.with_extension(""))
}

impl Proof<'_> {
    /// What a file of CloudFormation's says: a template, or what an environment gives to one.
    pub(in super::super) fn template(&self, place: Place<'_>, document: &Doc) {
        let Doc::Map(root) = document else { return };
        if let (Some(environment), Some(given), Some(path)) =
            (place.environment, map(root, "Parameters"), below(place.path, "parameters"))
        {
            let entry = |entry: &crate::output::doc::Entry| match &entry.value {
                Doc::Text(value, _) => Some((entry.key.to_string(), value.to_string())),
                _ => None,
            };
            let given: Given = given.entries.iter().filter_map(entry).collect();
            let template = {
                let Templates { templates, early } = &mut self.seen().templates;
                let Some(template) = templates.get(&path) else {
                    early.entry(path).or_default().push((environment.to_owned(), given));
                    return;
                };
                Arc::clone(template)
            };
            self.given_to(&template, environment, &given);
            return;
        }
        let (Some(resources), Some(path)) = (map(root, "Resources"), below(place.path, "templates")) else { return };
        let mut statements = Vec::new();
        for resource in resources.entries.iter().filter_map(|entry| match &entry.value {
            Doc::Map(map) => Some(map),
            _ => None,
        }) {
            if let (Some(kind), Some(properties)) = (text(resource, "Type"), map(resource, "Properties")) {
                let condition = text(resource, "Condition").map(str::to_owned);
                self.resource(place, kind, properties, |subject, of, value| {
                    let condition = condition.clone();
                    statements.push(Statement { subject, of: of.clone(), value: value.clone(), condition });
                });
            }
        }
        let conditions = map(root, "Conditions").into_iter().flat_map(|conditions| &conditions.entries);
        let conditions = conditions.map(|entry| (entry.key.to_string(), entry.value.clone())).collect();
        statements.shrink_to_fit();
        let template = Arc::new(Template { path: place.path.to_owned(), statements, conditions });
        let early = {
            let Templates { templates, early } = &mut self.seen().templates;
            let early = early.remove(&path);
            templates.insert(path, Arc::clone(&template));
            early
        };
        for (environment, given) in early.into_iter().flatten() {
            self.given_to(&template, &environment, &given);
        }
    }

    /// What a template says, with the values of an environment: known as soon as both were seen, and no longer needed then.
    fn given_to(&self, template: &Template, environment: &str, values: &Given) {
        let reading = Reading { values, conditions: &template.conditions };
        for statement in &template.statements {
            let condition = statement.condition.as_deref();
            if condition.is_some_and(|condition| reading.holds(condition) == Some(false)) {
                continue;
            }
            if let (Some(of), Some(value)) = (reading.value(&statement.of), reading.value(&statement.value)) {
                let place = Place { environment: None, path: &template.path };
                self.states(place, environment, statement.subject, &of, &value);
            }
        }
    }

    fn resource(&self, place: Place<'_>, kind: &str, properties: &Map, mut states: impl FnMut(Subject, &Doc, &Doc)) {
        let origin = properties.origin;
        let mut says = |of: Option<&Doc>, subject: Subject, found: Option<&Doc>| {
            if let (Some(of), Some(found)) = (of, found) {
                states(subject, of, found);
            }
        };
        let component = self.component_of(place).map(|name| Doc::text(name.to_owned(), origin));
        let component = component.as_ref();
        match kind {
            "AWS::ECS::TaskDefinition" => {
                for container in maps(properties, "ContainerDefinitions") {
                    for mapping in maps(container, "PortMappings") {
                        says(container.get("Name"), Subject::Port, mapping.get("ContainerPort"));
                    }
                }
            }
            "AWS::ElasticLoadBalancingV2::TargetGroup" => {
                says(component, Subject::Port, properties.get("Port"));
                says(properties.get("Name"), Subject::HealthPath, properties.get("HealthCheckPath"));
            }
            "AWS::ApplicationAutoScaling::ScalableTarget" => {
                says(component, Subject::Least, properties.get("MinCapacity"));
                says(component, Subject::Most, properties.get("MaxCapacity"));
            }
            "AWS::RDS::DBInstance" => {
                says(properties.get("DBInstanceIdentifier"), Subject::Version, properties.get("EngineVersion"));
            }
            "AWS::SecretsManager::Secret" => {
                says(Some(&Doc::text("", origin)), Subject::Secret, properties.get("Name"));
            }
            "AWS::CloudWatch::Alarm" => {
                let name = properties.get("AlarmName");
                let metrics = maps(properties, "Metrics");
                let of_part = metrics.into_iter().find_map(|part| map(map(part, "MetricStat")?, "Metric"));
                says(name, Subject::Threshold, properties.get("Threshold"));
                says(name, Subject::Metric, of_part.unwrap_or(properties).get("MetricName"));
            }
            _ => {}
        }
    }
}
