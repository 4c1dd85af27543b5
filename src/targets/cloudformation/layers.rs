//! One stack in all environments that have it: a template for all of them, and what each gives to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::balancing::ZONE_PARAMETER;
use super::merge::{self, Merged};
use super::place::Place;
use super::rules;
use super::stack::Stack;
use super::template::{HELD, IS_HELD, Layer, by};
use super::value::{call, flow, reference};
use super::wording::{DOMAIN, ENVIRONMENT, Words};
use crate::ir::Origin;
use crate::output::{Doc, Map};

/// A stack of several environments.
pub(super) struct Layers<'a> {
    stack: Stack<'a>,
    /// All environments.
    places: Arc<Vec<Arc<Place<'a>>>>,
    /// Those that have the stack.
    here: Vec<usize>,
    /// What each of `here` gives, in that order: from when somebody has found out until it is printed.
    values: Mutex<Vec<Option<Map>>>,
}

/// What a template asks for beside its resources.
#[derive(Default)]
struct Asked {
    /// By the template's own parameter, what each environment reads.
    imports: BTreeMap<String, BTreeMap<usize, String>>,
    handed: BTreeMap<String, ((&'static str, &'static str), usize)>,
    zones: BTreeMap<usize, Option<Doc>>,
    holds: bool,
}

impl<'a> Layers<'a> {
    /// The stacks of all environments, in the order in which they are deployed.
    pub(super) fn all(places: &Arc<Vec<Arc<Place<'a>>>>) -> Vec<Arc<Layers<'a>>> {
        let mut stacks: BTreeMap<Stack<'a>, Vec<usize>> = BTreeMap::new();
        for (environment, place) in places.iter().enumerate() {
            for (_, stack) in place.stacks() {
                stacks.entry(*stack).or_default().push(environment);
            }
        }
        let of = |(stack, here)| Arc::new(Layers { stack, places: Arc::clone(places), here, values: Mutex::default() });
        stacks.into_iter().map(of).collect()
    }

    pub(super) fn stack(&self) -> Stack<'a> {
        self.stack
    }

    /// The environments that have it.
    pub(super) fn here(&self) -> &[usize] {
        &self.here
    }

    /// The template.
    pub(super) fn template(&self) -> Doc {
        let (template, values) = self.made();
        *self.known() = values.into_iter().map(Some).collect();
        template
    }

    /// What an environment gives to the template.
    pub(super) fn values(&self, environment: usize) -> Doc {
        let place = self.here.iter().position(|index| *index == environment).unwrap_or(usize::MAX);
        let take = || self.known().get_mut(place).and_then(Option::take);
        let own = take().or_else(|| {
            let values = self.made().1;
            *self.known() = values.into_iter().map(Some).collect();
            take()
        });
        by(rules::PARAMETER).with("Parameters", own.unwrap_or_else(|| by(rules::PARAMETER))).into()
    }

    fn known(&self) -> MutexGuard<'_, Vec<Option<Map>>> {
        // What was found out stays true where another thread panics.
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made(&self) -> (Doc, Box<[Map]>) {
        let mut asked = Asked::default();
        let mut names = Vec::with_capacity(self.places.len());
        for place in self.places.iter() {
            names.push(place.environment().map_or("", |environment| environment.name.as_str()));
        }
        let mut words = Vec::with_capacity(self.here.len());
        let mut layers = Vec::with_capacity(self.here.len());
        for index in &self.here {
            let place = &self.places[*index];
            let layer = place.layer(self.stack);
            asked.learn(*index, &layer);
            let in_its_region = !matches!(self.stack, Stack::Certificates | Stack::Copies(_));
            words.extend(place.environment().map(|it| Words::of(place.system(), it, in_its_region)));
            layers.push((*index, layer));
        }
        let most = self.places.first().map_or(0, |place| place.parameter_bytes());
        // As the logical ids have it.
        let first = self.here.first().map(|index| self.places[*index].subject(self.stack));
        let subject = first.as_deref().unwrap_or_default();
        let mut merged = merge::merge(&names, &words, (subject, most), layers);
        let mut conditions = Map::new(Origin::rule(rules::PARAMETER));
        if asked.holds {
            conditions.append(IS_HELD, is_held());
        }
        merged.conditions(&mut conditions);
        let mut told = Told::default();
        for entry in conditions.entries.iter().chain(&merged.resources.entries) {
            told.read(&entry.value);
        }
        let parameters = self.parameters(&merged, &asked, told, &names);
        let values = self.here.iter().map(|index| self.given(*index, &merged, &asked, told));
        let values = values.collect();
        let origin = Origin::rule(rules::TEMPLATE);
        let mut template = Map::new(origin)
            .text("AWSTemplateFormatVersion", "2010-09-09")
            .with("Description", Doc::text(self.description(), Origin::rule(rules::DESCRIPTION)));
        for (key, part) in [("Parameters", parameters), ("Conditions", conditions)] {
            if !part.is_empty() {
                template.append(key, part);
            }
        }
        (template.with("Resources", merged.resources).into(), values)
    }

    fn description(&self) -> String {
        let system = self.places.first().map_or("", |place| place.system());
        match self.stack {
            Stack::Component(name) => format!("The component {name} of {system}"),
            Stack::Datastore(name) => format!("The datastore {name} of {system}"),
            Stack::Network => format!("The network of {system}"),
            Stack::Certificates => format!("Certificates of the websites of {system}"),
            Stack::Copies(region) => format!("Copies of the backups of {system} in {region}"),
            Stack::Templates | Stack::Account | Stack::Platform => format!("What all components of {system} share"),
        }
    }

    /// What the template asks for.
    fn parameters(&self, merged: &Merged, asked: &Asked, told: Told, names: &[&str]) -> Map {
        let mut parameters = by(rules::PARAMETER);
        let origin = Origin::rule(rules::PARAMETER);
        if told.environment {
            let all = self.here.iter().map(|index| Doc::text(names[*index].to_owned(), origin));
            let parameter = by(rules::PARAMETER)
                .text("Type", "String")
                .text("Description", "The environment")
                .with("AllowedValues", flow(all, origin));
            parameters.append(ENVIRONMENT, parameter);
        }
        if told.domain {
            let lacking = self.here.iter().any(|index| self.domain(*index).is_none());
            let parameter = by(rules::PARAMETER).text("Type", "String").text("Description", "The environment's domain");
            parameters.append(DOMAIN, or_nothing(parameter, lacking, "[a-z0-9.-]+"));
        }
        merged.parameters.declare(&mut parameters);
        if !asked.zones.is_empty() {
            let origin = Origin::rule(rules::IMPORT);
            let lacking = asked.zones.len() < self.here.len();
            let kind = if lacking { "String" } else { "AWS::Route53::HostedZone::Id" };
            let parameter = Map::new(origin).text("Type", kind).text("Description", "The DNS zone of the domain");
            let parameter = if lacking { or_nothing(parameter, true, "Z[A-Z0-9]+") } else { parameter };
            parameters.append(ZONE_PARAMETER, parameter);
        }
        if asked.holds {
            parameters.append(HELD, held_parameter());
        }
        for (id, ((about, pattern), count)) in &asked.handed {
            let parameter = by(rules::HANDED).text("Type", "String").text("Description", *about);
            parameters.append(id.clone(), or_nothing(parameter, *count < self.here.len(), pattern));
        }
        for (id, by_environment) in &asked.imports {
            let name = by_environment.values().next().and_then(|name| name.rsplit_once("/stacks/"));
            let about = name.and_then(|(_, rest)| rest.split_once('/'));
            let about = about.map(|(stack, what)| format!("Where the stack {stack} tells {what}"));
            let parameter = by(rules::IMPORT)
                .text("Type", "AWS::SSM::Parameter::Value<String>")
                .text("Description", about.unwrap_or_default());
            parameters.append(id.clone(), parameter);
        }
        parameters
    }

    /// What an environment gives.
    fn given(&self, index: usize, merged: &Merged, asked: &Asked, told: Told) -> Map {
        let mut values = by(rules::PARAMETER);
        let Some(environment) = self.places[index].environment() else { return values };
        if told.environment {
            values.append(ENVIRONMENT, Doc::traced(&environment.name));
        }
        // What is left out keeps its last value.
        let none = || Doc::text("", Origin::rule(rules::PARAMETER));
        if told.domain {
            values.append(DOMAIN, self.domain(index).unwrap_or_else(none));
        }
        merged.parameters.values(index, &mut values);
        match asked.zones.get(&index) {
            Some(Some(zone)) => values.append(ZONE_PARAMETER, zone.clone()),
            None if !asked.zones.is_empty() => values.append(ZONE_PARAMETER, none()),
            // The deployment looks it up.
            Some(None) | None => {}
        }
        for (id, by_environment) in &asked.imports {
            // What nothing in the environment reads has to be there all the same: the network's is.
            let name = by_environment.get(&index).cloned();
            let name = name.unwrap_or_else(|| self.places[index].vpc_parameter());
            values.append(id.clone(), Doc::text(name, Origin::rule(rules::IMPORT)));
        }
        // Kept until the environment's own file is printed.
        values.entries.shrink_to_fit();
        values
    }

    fn domain(&self, index: usize) -> Option<Doc> {
        let zone = self.places[index].environment()?.balancing.zone.as_ref()?;
        Some(Doc::text(zone.domain.value.to_string(), zone.domain.origin))
    }
}

impl Asked {
    fn learn(&mut self, index: usize, layer: &Layer) {
        for (id, name) in &layer.imports {
            self.imports.entry(id.clone()).or_default().insert(index, name.clone());
        }
        for (id, what) in &layer.handed {
            self.handed.entry(id.clone()).or_insert((*what, 0)).1 += 1;
        }
        if let Some(zone) = &layer.zone {
            self.zones.insert(index, zone.clone());
        }
        self.holds |= layer.holds;
    }
}

/// Which words of an environment a template says by parameters.
#[derive(Clone, Copy, Default)]
struct Told {
    environment: bool,
    domain: bool,
}

impl Told {
    fn read(&mut self, doc: &Doc) {
        match doc {
            Doc::Tagged(tag, inner) => match (*tag, &**inner) {
                ("Ref", Doc::Text(name, _)) => {
                    self.environment |= *name == ENVIRONMENT;
                    self.domain |= *name == DOMAIN;
                }
                ("Sub", Doc::Text(text, _)) => self.substituted(text),
                ("Sub", Doc::List(parts, ..)) => {
                    for part in parts {
                        match part {
                            Doc::Text(text, _) => self.substituted(text),
                            other => self.read(other),
                        }
                    }
                }
                ("GetAtt", _) => {}
                (_, inner) => self.read(inner),
            },
            Doc::List(elements, ..) => elements.iter().for_each(|element| self.read(element)),
            Doc::Map(map) => map.entries.iter().for_each(|entry| self.read(&entry.value)),
            Doc::Null(_) | Doc::Bool(..) | Doc::Integer(..) | Doc::Number(..) | Doc::Text(..) => {}
        }
    }

    fn substituted(&mut self, text: &str) {
        self.environment = self.environment || text.contains("${Environment}");
        self.domain = self.domain || text.contains("${Domain}");
    }
}

/// A text of a form, or nothing where some environment may say nothing.
fn or_nothing(parameter: Map, lacking: bool, form: &str) -> Map {
    if !lacking {
        return parameter.with("AllowedPattern", Doc::text(form.to_owned(), Origin::rule(rules::PARAMETER)));
    }
    parameter.text("Default", "").with("AllowedPattern", Doc::text(format!("|{form}"), Origin::rule(rules::PARAMETER)))
}

fn held_parameter() -> Map {
    by(rules::HELD)
        .text("Type", "String")
        .text("Description", "A task definition that the component keeps for now; empty, it runs the newest one")
        .text("Default", "")
        .text("AllowedPattern", "|arn:[a-z-]+:ecs:[a-z0-9-]+:[0-9]{12}:task-definition/[A-Za-z0-9_-]+:[0-9]+")
}

fn is_held() -> Doc {
    let origin = Origin::rule(rules::HELD);
    let is_none = call("Equals", [reference(HELD, origin), Doc::text("", origin)], origin);
    call("Not", [is_none], origin)
}
