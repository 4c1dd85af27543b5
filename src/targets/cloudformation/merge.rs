//! Lays the environments over each other: one template for all, with parameters for the values that differ.
//!
//! A resource that only some environments have bears a condition by the environment's name; so does what else only some
//! have. What a policy says is never a parameter, since nobody should change who may do what where nobody looks.

use std::collections::{BTreeMap, BTreeSet};

use super::parameters::{Parameters, is_chosen, kind, nothing};
use super::rules;
use super::template::{Layer, pascal};
use super::value::{call, flow, reference};
use super::wording::{ENVIRONMENT, Words};
use crate::ir::Origin;
use crate::output::doc::{Entry, Style, Text};
use crate::output::{Doc, Map};

/// The resources of a template, and what it asks of the environments.
pub(super) struct Merged {
    pub(super) resources: Map,
    pub(super) parameters: Parameters,
    /// Conditions by the environment's name.
    conditions: BTreeMap<String, Doc>,
}

/// Lays the layers of a stack over each other. `names`: all environments; `words`: those of each layer; `subject`: the
/// datastore or component; `most`: the bytes that a parameter holds.
pub(super) fn merge(
    names: &[&str],
    words: &[Words],
    (subject, most): (&str, usize),
    layers: Vec<(usize, Layer)>,
) -> Merged {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut resources = Vec::with_capacity(layers.len());
    for ((environment, layer), words) in layers.into_iter().zip(words) {
        taken.extend(layer.imports.into_keys().chain(layer.handed.into_keys()));
        let mut entries = Vec::with_capacity(layer.resources.entries.len());
        for Entry { key, value, .. } in layer.resources.entries {
            let Doc::Map(mut resource) = value else { continue };
            if let Some(properties) = resource.entries.iter_mut().find(|entry| entry.key == "Properties") {
                words.reword(&mut properties.value);
            }
            taken.insert(key.to_string());
            entries.push((key, resource));
        }
        resources.push((environment, entries));
    }
    let all: Vec<usize> = resources.iter().map(|(environment, _)| *environment).collect();
    let parameters = Parameters::new(subject, taken, names.len());
    let mut merger =
        Merger { names, words, all: &all, most, parameters, conditions: BTreeMap::new(), in_policy: false };
    let mut merged = Map::new(Origin::rule(rules::TEMPLATE));
    for (id, layers) in woven(resources) {
        let resource = merger.resource(&id, layers);
        merged.append(id, resource);
    }
    Merged { resources: merged, parameters: merger.parameters, conditions: merger.conditions }
}

impl Merged {
    /// The conditions of the template.
    pub(super) fn conditions(&mut self, conditions: &mut Map) {
        self.parameters.conditions(conditions);
        for (name, condition) in std::mem::take(&mut self.conditions) {
            conditions.append(name, condition);
        }
    }
}

/// Whether two values are the same, wherever they come from.
pub(super) fn says_the_same(one: &Doc, other: &Doc) -> bool {
    match (one, other) {
        (Doc::Null(_), Doc::Null(_)) => true,
        (Doc::Bool(one, _), Doc::Bool(other, _)) => one == other,
        (Doc::Integer(one, _), Doc::Integer(other, _)) => one == other,
        (Doc::Number(one, _), Doc::Number(other, _)) => one == other,
        (Doc::Text(one, _), Doc::Text(other, _)) => one == other,
        (Doc::List(one, ..), Doc::List(other, ..)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| says_the_same(one, other))
        }
        (Doc::Map(one), Doc::Map(other)) => maps_say_the_same(one, other),
        (Doc::Tagged(one, value), Doc::Tagged(other, another)) => one == other && says_the_same(value, another),
        _ => false,
    }
}

fn maps_say_the_same(one: &Map, other: &Map) -> bool {
    let same = |(one, other): (&Entry, &Entry)| one.key == other.key && says_the_same(&one.value, &other.value);
    one.entries.len() == other.entries.len() && one.entries.iter().zip(&other.entries).all(same)
}

/// Entries of several environments in one order that keeps that of each: what only a later one has comes behind what it has
/// before it.
fn woven<K: PartialEq, V>(layers: Vec<(usize, Vec<(K, V)>)>) -> Vec<(K, Vec<(usize, V)>)> {
    let mut woven: Vec<(K, Vec<(usize, V)>)> = Vec::new();
    for (environment, entries) in layers {
        let mut at = 0;
        for (key, value) in entries {
            let is = |(known, _): &(K, Vec<(usize, V)>)| *known == key;
            let found = woven[at..].iter().position(is).map(|behind| at + behind);
            match found.or_else(|| woven[..at].iter().position(is)) {
                Some(known) => {
                    woven[known].1.push((environment, value));
                    at = known + 1;
                }
                None => {
                    woven.insert(at, (key, vec![(environment, value)]));
                    at += 1;
                }
            }
        }
    }
    woven
}

struct Merger<'m> {
    names: &'m [&'m str],
    /// Words of each layer.
    words: &'m [Words],
    /// The environments that have the stack.
    all: &'m [usize],
    /// The bytes that a parameter holds.
    most: usize,
    parameters: Parameters,
    conditions: BTreeMap<String, Doc>,
    in_policy: bool,
}

/// Values by environment.
type Values<T = Doc> = Vec<(usize, T)>;

fn present<T>(values: &Values<T>) -> Vec<usize> {
    values.iter().map(|(environment, _)| *environment).collect()
}

impl Merger<'_> {
    /// A resource, in those environments that have it.
    fn resource(&mut self, id: &Text, mut layers: Values<Map>) -> Map {
        let scope = present(&layers);
        let mut resource = Map::new(layers[0].1.origin);
        let condition = (scope.len() < self.all.len()).then(|| self.condition(&scope));
        // What an environment may choose is its own to say, also where no other has the resource.
        let same = condition.is_none() && layers[1..].iter().all(|(_, other)| maps_say_the_same(&layers[0].1, other));
        let entries = if same {
            let first = layers.swap_remove(0).1;
            first.entries.into_iter().map(|entry| (entry.key, entry.value)).collect()
        } else {
            let mut path = vec![id.clone()];
            let mut merged = Vec::new();
            for (key, values) in keyed(layers) {
                let value = match &*key {
                    // They follow from the kind of resource alone.
                    "Type" | "DeletionPolicy" | "UpdateReplacePolicy" => first(values),
                    // What is not there is waited for by nobody.
                    "DependsOn" => union(values),
                    "Properties" => Some(self.value(values, &scope, &mut path)),
                    _ => Some(self.optional(values, &scope, &mut path)),
                };
                merged.extend(value.map(|value| (key, value)));
            }
            merged
        };
        for (key, value) in entries {
            let is_type = key == "Type";
            resource.append(key, value);
            if let (true, Some(condition)) = (is_type, &condition) {
                resource.append("Condition", Doc::text(condition.clone(), Origin::rule(rules::ONLY_SOME)));
            }
        }
        resource
    }

    /// A value that all environments of the scope have.
    fn value(&mut self, mut values: Values, scope: &[usize], path: &mut Vec<Text>) -> Doc {
        let conditional = scope.len() < self.all.len();
        if conditional
            && path.last().is_some_and(|property| is_chosen(property))
            && let Some(kind) = self.parameter_type(&values)
        {
            return self.parameters.lift(values, kind, false, path);
        }
        let is_whole = |value: &Doc| !conditional || !matches!(value, Doc::Map(_) | Doc::List(..));
        if is_whole(&values[0].1) && values[1..].iter().all(|(_, value)| says_the_same(value, &values[0].1)) {
            return values.swap_remove(0).1;
        }
        if let Some(doc) = self.placed(&values) {
            return doc;
        }
        let all = |is: fn(&Doc) -> bool| values.iter().all(|(_, value)| is(value));
        if all(|value| matches!(value, Doc::Map(_))) {
            return self.map(values, scope, path);
        }
        if all(|value| matches!(value, Doc::List(..))) {
            return self.list(values, scope, path);
        }
        if let Some(tag) = same_tag(&values) {
            return self.function(tag, values, scope, path);
        }
        match self.parameter_type(&values) {
            Some(kind) => self.parameters.lift(values, kind, false, path),
            None => self.choice(values),
        }
    }

    /// A value that some environments of the scope may not have.
    fn optional(&mut self, values: Values, scope: &[usize], path: &mut Vec<Text>) -> Doc {
        if values.len() == scope.len() {
            return self.value(values, scope, path);
        }
        if let Some(kind) = self.parameter_type(&values) {
            return self.parameters.lift(values, kind, true, path);
        }
        let origin = Origin::rule(rules::ONLY_SOME);
        let here = present(&values);
        let value = self.value(values, &here, path);
        let condition = Doc::text(self.condition(&here), origin);
        call("If", [condition, value, nothing(origin)], origin)
    }

    /// Values that are the same but for the region or the account.
    fn placed(&self, values: &Values) -> Option<Doc> {
        let said = |(environment, value): &(usize, Doc)| {
            let layer = self.all.iter().position(|known| known == environment)?;
            self.words[layer].placed(value)
        };
        let first = said(values.first()?)?;
        let rest = values[1..].iter().all(|value| said(value).is_some_and(|value| says_the_same(&value, &first)));
        rest.then_some(first)
    }

    /// The type of the parameter that values may be.
    fn parameter_type(&self, values: &Values) -> Option<super::parameters::Type> {
        use super::parameters::Type;
        if self.in_policy {
            return None;
        }
        let mut types = values.iter().map(|(_, value)| kind(value, self.most));
        let first = types.next()??;
        types.try_fold(first, |known, other| match (known, other?) {
            (known, other) if known == other => Some(known),
            (Type::Flag, _) | (_, Type::Flag) => None,
            _ => Some(Type::Text),
        })
    }

    fn map(&mut self, values: Values, scope: &[usize], path: &mut Vec<Text>) -> Doc {
        let maps: Values<Map> = values
            .into_iter()
            .filter_map(|(environment, value)| if let Doc::Map(map) = value { Some((environment, map)) } else { None })
            .collect();
        let (style, origin) = (maps[0].1.style, maps[0].1.origin);
        let mut merged = Map { style, ..Map::new(origin) };
        for (key, values) in keyed(maps) {
            let was = self.in_policy;
            self.in_policy |= key.ends_with("Policy") || key.ends_with("PolicyDocument") || key == "Policies";
            path.push(key.clone());
            let value = self.optional(values, scope, path);
            path.pop();
            self.in_policy = was;
            merged.append(key, value);
        }
        merged.into()
    }

    fn list(&mut self, values: Values, scope: &[usize], path: &mut Vec<Text>) -> Doc {
        let keys: Vec<(usize, Vec<(String, usize)>)> = values
            .iter()
            .map(|(environment, value)| {
                let elements = if let Doc::List(elements, ..) = value { elements.as_slice() } else { &[] };
                let keys = element_keys(elements).into_iter().enumerate().map(|(place, key)| (key, place));
                (*environment, keys.collect())
            })
            .collect();
        let woven = woven(keys);
        for environment in scope {
            let places = woven.iter().flat_map(|(_, places)| places).filter(|(known, _)| known == environment);
            // An order that differs is another list.
            if !places.map(|(_, place)| place).is_sorted() {
                return self.choice(values);
            }
        }
        let mut style = Style::Block;
        let mut origin = Origin::rule(rules::TEMPLATE);
        let mut lists: BTreeMap<usize, Vec<Option<Doc>>> = BTreeMap::new();
        for (environment, value) in values {
            let Doc::List(elements, own, from) = value else { continue };
            (style, origin) = (own, from);
            lists.insert(environment, elements.into_iter().map(Some).collect());
        }
        let mut take = |(environment, place): (usize, usize)| {
            Some((environment, lists.get_mut(&environment)?.get_mut(place)?.take()?))
        };
        let mut merged = Vec::with_capacity(woven.len());
        for (key, places) in woven {
            let values: Values = places.into_iter().filter_map(&mut take).collect();
            let depth = path.len();
            path.extend(key.strip_prefix("name ").map(|name| Text::Owned(name.to_owned())));
            merged.push(self.optional(values, scope, path));
            path.truncate(depth);
        }
        Doc::List(merged, style, origin)
    }

    /// A function of CloudFormation's, of arguments that may differ.
    fn function(&mut self, tag: &'static str, values: Values, scope: &[usize], path: &mut Vec<Text>) -> Doc {
        let mut arguments: Vec<Values> = Vec::new();
        let mut origin = Origin::rule(rules::TEMPLATE);
        for (environment, value) in values {
            let Doc::Tagged(_, inner) = value else { continue };
            let Doc::List(own, _, from) = *inner else { continue };
            origin = from;
            for (index, argument) in own.into_iter().enumerate() {
                if arguments.len() == index {
                    arguments.push(Vec::new());
                }
                arguments[index].push((environment, argument));
            }
        }
        let merged: Vec<Doc> = arguments.into_iter().map(|values| self.value(values, scope, path)).collect();
        call(tag, merged, origin)
    }

    /// A choice by the environment's name.
    fn choice(&mut self, values: Values) -> Doc {
        let origin = Origin::rule(rules::ONLY_SOME);
        let mut groups: Vec<(Vec<usize>, Doc)> = Vec::new();
        for (environment, value) in values {
            match groups.iter_mut().find(|(_, known)| says_the_same(known, &value)) {
                Some((here, _)) => here.push(environment),
                None => groups.push((vec![environment], value)),
            }
        }
        let Some((_, mut chosen)) = groups.pop() else { return nothing(origin) };
        for (here, value) in groups.into_iter().rev() {
            let condition = Doc::text(self.condition(&here), origin);
            chosen = call("If", [condition, value, chosen], origin);
        }
        chosen
    }

    /// The condition that the environment is one of these.
    fn condition(&mut self, here: &[usize]) -> String {
        let names: Vec<String> = here.iter().map(|environment| pascal(self.names[*environment])).collect();
        let name = format!("In{}", names.join("Or"));
        if !self.conditions.contains_key(&name) {
            let origin = Origin::rule(rules::ONLY_SOME);
            let is = |environment: &usize| {
                let name = Doc::text(self.names[*environment].to_owned(), origin);
                call("Equals", [reference(ENVIRONMENT, origin), name], origin)
            };
            let condition = any(here.iter().map(is).collect(), origin);
            self.conditions.insert(name.clone(), condition);
        }
        name
    }
}

/// The most conditions that one `!Or` takes.
const MOST_OF_OR: usize = 10;

/// Whether one of several conditions holds.
fn any(mut conditions: Vec<Doc>, origin: Origin) -> Doc {
    while conditions.len() > 1 {
        let mut rest = conditions.into_iter().peekable();
        let mut joined = Vec::new();
        while rest.peek().is_some() {
            let mut part: Vec<Doc> = rest.by_ref().take(MOST_OF_OR).collect();
            joined.push(if part.len() == 1 { part.swap_remove(0) } else { flow(part, origin).tagged("Or") });
        }
        conditions = joined;
    }
    conditions.pop().unwrap_or(Doc::Null(origin))
}

/// Entries by key.
fn keyed(maps: Values<Map>) -> Vec<(Text, Values)> {
    let entries = |map: Map| map.entries.into_iter().map(|entry| (entry.key, entry.value)).collect();
    woven(maps.into_iter().map(|(environment, map)| (environment, entries(map))).collect())
}

fn first(values: Values) -> Option<Doc> {
    values.into_iter().next().map(|(_, value)| value)
}

/// All elements that some list has.
fn union(values: Values) -> Option<Doc> {
    let mut all: Vec<Doc> = Vec::new();
    let mut origin = None;
    for (_, value) in values {
        let Doc::List(elements, _, from) = value else { continue };
        origin.get_or_insert(from);
        for element in elements {
            if !all.iter().any(|known| says_the_same(known, &element)) {
                all.push(element);
            }
        }
    }
    Some(flow(all, origin?))
}

/// The function that all values are calls of, with as many arguments.
fn same_tag(values: &Values) -> Option<&'static str> {
    let shape = |value: &Doc| match value {
        // Of these the text would be merged, or a condition's name.
        Doc::Tagged("Sub" | "If", _) => None,
        Doc::Tagged(tag, inner) => match &**inner {
            Doc::List(arguments, ..) => Some((*tag, arguments.len())),
            _ => None,
        },
        _ => None,
    };
    let first = shape(&values.first()?.1)?;
    values.iter().all(|(_, value)| shape(value) == Some(first)).then_some(first.0)
}

/// What tells elements of a list apart: a name, else what they say, else their place.
fn element_keys(elements: &[Doc]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let mut key = element_key(element, index);
        let mut number = 1;
        while keys.contains(&key) {
            number += 1;
            key = format!("{key} {number}");
        }
        keys.push(key);
    }
    keys
}

/// Names of elements, in the order in which they are asked for.
const NAMED_BY: [&str; 7] = ["Name", "Key", "Sid", "PolicyName", "ContainerName", "SourceVolume", "Id"];

fn element_key(element: &Doc, index: usize) -> String {
    match element {
        Doc::Map(map) => {
            let name = NAMED_BY.iter().find_map(|name| match map.get(name)? {
                Doc::Text(text, _) => Some(format!("name {text}")),
                _ => None,
            });
            name.unwrap_or_else(|| format!("place {index}"))
        }
        Doc::Text(text, _) => format!("text {text}"),
        Doc::Tagged(tag, inner) => match &**inner {
            Doc::Text(text, _) => format!("{tag} {text}"),
            _ => format!("place {index}"),
        },
        _ => format!("place {index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_the_order_of_each_environment() {
        let layer = |environment, keys: &'static [&'static str]| {
            (environment, keys.iter().map(|key| (*key, ())).collect::<Vec<_>>())
        };
        let woven = woven(vec![layer(0, &["a", "b", "d"]), layer(1, &["a", "c", "d", "e"])]);
        let order: Vec<&str> = woven.iter().map(|(key, _)| *key).collect();
        assert_eq!(order, ["a", "c", "b", "d", "e"]);
        assert_eq!(woven.iter().map(|(_, values)| values.len()).collect::<Vec<_>>(), [2, 1, 1, 2, 1]);
    }

    #[test]
    fn many_conditions_are_joined_ten_by_ten() {
        let origin = Origin::rule(rules::ONLY_SOME);
        let all: Vec<Doc> = (0..25).map(|number| Doc::Integer(number, origin)).collect();
        let Doc::Tagged("Or", inner) = any(all, origin) else { panic!("no choice") };
        let Doc::List(parts, ..) = *inner else { panic!("no list") };
        assert_eq!(parts.len(), 3);
    }
}
