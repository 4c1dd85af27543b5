//! Parameters of a template: values that differ between environments, each with its type, what it is, and what it may be.

use std::collections::BTreeSet;

use super::rules;
use super::template::{by, pascal};
use super::value::{call, flow, reference};
use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::{Doc, Map};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// Anything else.
    Text,
}

/// The type of a value that may be a parameter's; none where it is none. `most`: the bytes that a parameter holds.
pub(super) fn kind(value: &Doc, most: usize) -> Option<Type> {
    match value {
        Doc::Bool(..) => Some(Type::Flag),
        Doc::Integer(..) | Doc::Number(..) => Some(Type::Number),
        Doc::Text(text, _) => {
            let is_plain = !text.is_empty() && text.len() <= most;
            let is_number = text.parse::<i64>().is_ok_and(|number| number.to_string() == **text);
            is_plain.then_some(if is_number { Type::Number } else { Type::Text })
        }
        Doc::Null(_) | Doc::List(..) | Doc::Map(_) | Doc::Tagged(..) => None,
    }
}

/// A value as an environment's file says it: CloudFormation takes texts alone.
fn written(value: &Doc) -> Doc {
    match value {
        Doc::Bool(flag, origin) => Doc::text(flag.to_string(), *origin),
        Doc::Integer(number, origin) => Doc::text(number.to_string(), *origin),
        Doc::Number(number, origin) => Doc::text(number.to_string(), *origin),
        other => other.clone(),
    }
}

/// A value that differs between environments.
#[derive(Debug)]
struct Lifted {
    name: String,
    kind: Type,
    /// Whether some environment that has the resource has no such value.
    optional: bool,
    /// The property, and the resource that has it.
    property: String,
    of: String,
    /// By environment; none where the resource, or the value, is not there.
    values: Vec<Option<Doc>>,
}

/// All of a template.
pub(super) struct Parameters {
    /// What the datastore or component is called, which its parameters need not repeat.
    subject: String,
    /// Logical ids, which share their names with parameters.
    taken: BTreeSet<String>,
    environments: usize,
    lifted: Vec<Lifted>,
}

/// Names that say nothing by themselves.
const VAGUE: [&str; 14] = [
    "Arn",
    "CidrBlock",
    "CidrIp",
    "Description",
    "Enabled",
    "Id",
    "Key",
    "Name",
    "Port",
    "Threshold",
    "Type",
    "Value",
    "ValueFrom",
    "Weight",
];

impl Parameters {
    pub(super) fn new(subject: &str, taken: BTreeSet<String>, environments: usize) -> Parameters {
        Parameters { subject: pascal(subject), taken, environments, lifted: Vec::new() }
    }

    /// Makes a parameter of values by environment, and says what stands for them. `path`: the resource, then what leads to
    /// the property; `optional`: whether environments that have the resource have no such value.
    pub(super) fn lift(&mut self, values: Vec<(usize, Doc)>, kind: Type, optional: bool, path: &[Text]) -> Doc {
        let mut all: Vec<Option<Doc>> = vec![None; self.environments];
        for (environment, value) in values {
            all[environment] = Some(value);
        }
        let is_same = |known: &Lifted| {
            known.kind == kind
                && known.optional == optional
                && known.values.iter().zip(&all).all(|(one, other)| match (one, other) {
                    (Some(one), Some(other)) => super::merge::says_the_same(one, other),
                    (None, None) => true,
                    _ => false,
                })
        };
        let mut name = String::new();
        for part in path.iter().rev() {
            let part = capitalized(part);
            let part = match part.strip_prefix(&self.subject) {
                Some(rest) if !rest.is_empty() => rest.to_owned(),
                _ => part,
            };
            // `Value` of what has a name is called so.
            name = if matches!(name.as_str(), "Value" | "ValueFrom") { part } else { format!("{part}{name}") };
            if let Some(known) = self.lifted.iter().find(|known| known.name == name) {
                if is_same(known) {
                    return said(known);
                }
            } else if !VAGUE.contains(&name.as_str()) && !self.taken.contains(&name) {
                break;
            }
        }
        let base = name.clone();
        let mut number = 1;
        while self.taken.contains(&name) {
            if let Some(known) = self.lifted.iter().find(|known| known.name == name && is_same(known)) {
                return said(known);
            }
            number += 1;
            name = format!("{base}{number}");
        }
        self.taken.insert(name.clone());
        // `Value` is of what has a name.
        let property = path.iter().rev().find(|part| !matches!(&***part, "Value" | "ValueFrom"));
        let property = property.map_or_else(String::new, ToString::to_string);
        let of = path.first().map_or_else(String::new, ToString::to_string);
        let lifted = Lifted { name, kind, optional, property, of, values: all };
        let doc = said(&lifted);
        self.lifted.push(lifted);
        doc
    }

    /// Their declarations.
    pub(super) fn declare(&self, parameters: &mut Map) {
        for lifted in &self.lifted {
            parameters.append(lifted.name.clone(), lifted.declared());
        }
    }

    /// Conditions that tell whether an environment has a value, and which.
    pub(super) fn conditions(&self, conditions: &mut Map) {
        let origin = Origin::rule(rules::PARAMETER);
        for lifted in &self.lifted {
            let is = |value: &'static str| {
                call("Equals", [reference(lifted.name.clone(), origin), Doc::text(value, origin)], origin)
            };
            if lifted.optional {
                conditions.append(format!("Has{}", lifted.name), call("Not", [is("")], origin));
            }
            if lifted.kind == Type::Flag {
                conditions.append(format!("Is{}", lifted.name), is("true"));
            }
        }
    }

    /// What an environment gives for them.
    pub(super) fn values(&self, environment: usize, values: &mut Map) {
        for lifted in &self.lifted {
            match &lifted.values[environment] {
                Some(value) => values.append(lifted.name.clone(), written(value)),
                // What is left out keeps its last value.
                None if lifted.optional => {
                    values.append(lifted.name.clone(), Doc::text("", Origin::rule(rules::PARAMETER)));
                }
                None => {}
            }
        }
    }
}

impl Lifted {
    fn declared(&self) -> Map {
        let lacking = self.optional;
        let origin = Origin::rule(rules::PARAMETER);
        let known = KNOWN.iter().find(|known| known.property == self.property);
        let about = known.map_or_else(|| format!("{} of {}", self.property, self.of), |known| known.about.to_owned());
        let is_flag = |value: &Doc| matches!(value, Doc::Text(text, _) if matches!(&**text, "true" | "false"));
        let is_flag = self.kind == Type::Flag || self.values.iter().flatten().all(is_flag);
        let kind = if self.kind == Type::Number && !lacking { "Number" } else { "String" };
        let mut map = by(rules::PARAMETER).text("Type", kind).with("Description", Doc::text(about, origin));
        let is_read_everywhere = self.values.iter().all(Option::is_some);
        match self.values.iter().flatten().next() {
            _ if lacking => map.put("Default", Doc::text("", origin)),
            // An environment without the resource says nothing.
            Some(value) if !is_read_everywhere => map.put("Default", written(value)),
            _ => {}
        }
        let pattern = |pattern: &str| Doc::text(format!("{}{pattern}", if lacking { "|" } else { "" }), origin);
        match self.kind {
            Type::Flag | Type::Text if is_flag => {
                let flags = lacking.then_some("").into_iter().chain(["true", "false"]);
                map.put("AllowedValues", flow(flags.map(|flag| Doc::text(flag, origin)), origin));
            }
            Type::Number if lacking => map.put("AllowedPattern", pattern("-?[0-9]+([.][0-9]+)?")),
            Type::Number => {
                let number = |value: &Doc| match value {
                    Doc::Integer(number, _) => *number >= 0,
                    Doc::Text(text, _) => !text.starts_with('-'),
                    _ => false,
                };
                let least = known.and_then(|known| known.least).unwrap_or(0);
                if self.values.iter().flatten().all(number) {
                    map.put("MinValue", Doc::Integer(least, origin));
                }
            }
            Type::Flag | Type::Text => {
                if let Some(form) = known.and_then(|known| known.form) {
                    map.put("AllowedPattern", pattern(form));
                } else if !lacking {
                    map.put("MinLength", Doc::Integer(1, origin));
                }
            }
        }
        map
    }
}

/// `LOG_LEVEL` as `LogLevel`, `MultiAZ` as it is.
fn capitalized(part: &str) -> String {
    let words = part.split(|found: char| !found.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let shouts = part.contains('_') && !part.contains(|found: char| found.is_ascii_lowercase());
    let mut out = String::with_capacity(part.len());
    for word in words {
        let (first, rest) = word.split_at(1);
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(&if shouts { rest.to_ascii_lowercase() } else { rest.to_owned() });
    }
    out
}

/// What stands in a template for a parameter's value.
fn said(lifted: &Lifted) -> Doc {
    let origin = Origin::rule(rules::PARAMETER);
    let value = match lifted.kind {
        Type::Flag => {
            let both = [Doc::Bool(true, origin), Doc::Bool(false, origin)];
            let condition = Doc::text(format!("Is{}", lifted.name), origin);
            call("If", std::iter::once(condition).chain(both), origin)
        }
        Type::Number | Type::Text => reference(lifted.name.clone(), origin),
    };
    if !lifted.optional {
        return value;
    }
    call("If", [Doc::text(format!("Has{}", lifted.name), origin), value, nothing(origin)], origin)
}

/// What leaves a property out.
pub(super) fn nothing(origin: Origin) -> Doc {
    reference("AWS::NoValue", origin)
}

/// What is known of a property that environments often give another value.
struct Known {
    property: &'static str,
    about: &'static str,
    least: Option<i64>,
    form: Option<&'static str>,
}

const fn known(property: &'static str, about: &'static str) -> Known {
    Known { property, about, least: None, form: None }
}

const fn number(property: &'static str, about: &'static str, least: i64) -> Known {
    Known { property, about, least: Some(least), form: None }
}

const fn text(property: &'static str, about: &'static str, form: &'static str) -> Known {
    Known { property, about, least: None, form: Some(form) }
}

/// Whether environments often give a property another value.
pub(super) fn is_chosen(property: &str) -> bool {
    property != "CidrIp" && KNOWN.iter().any(|known| known.property == property)
}

const RANGE: &str = "([0-9]{1,3}[.]){3}[0-9]{1,3}/[0-9]{1,2}";

const KNOWN: &[Known] = &[
    number("AllocatedStorage", "Storage of the database, in GiB", 20),
    number("MaxAllocatedStorage", "Up to how many GiB the database's storage grows by itself", 20),
    number("BackupRetentionPeriod", "Days for which automatic backups are kept", 0),
    number("SnapshotRetentionLimit", "Days for which automatic snapshots are kept", 0),
    number("RetentionInDays", "Days for which logs are kept", 1),
    number("MinCapacity", "Tasks at least", 0),
    number("MaxCapacity", "Tasks at most", 0),
    number("DesiredCount", "Tasks at the beginning", 0),
    number("MinSize", "Nodes at least", 0),
    number("MaxSize", "Nodes at most", 1),
    number("DesiredSize", "Nodes at the beginning", 0),
    number("Cpu", "CPU units: 1024 are one CPU", 1),
    number("Memory", "Memory, in MiB", 1),
    number("MemoryReservation", "Memory that is kept free for the container, in MiB", 1),
    number("NumCacheClusters", "Nodes of the cache", 1),
    number("NumberOfBrokerNodes", "Brokers of the cluster", 1),
    number("VolumeSize", "Storage of each node, in GiB", 1),
    number("MessageRetentionPeriod", "Seconds for which a message is kept", 60),
    number("VisibilityTimeout", "Seconds for which a message that was taken is hidden from others", 0),
    number("MaxAggregationInterval", "Seconds over which traffic is summed in the flow log", 60),
    known("MultiAZ", "Whether a second database stands ready in another zone"),
    known("MultiAZEnabled", "Whether the cache's nodes stand in several zones"),
    known("AutomaticFailoverEnabled", "Whether another node takes over where the first one fails"),
    known("DeletionProtection", "Whether it is protected from being deleted"),
    known("deletion_protection.enabled", "Whether the load balancer is protected from being deleted"),
    known("containerInsights", "How much is measured of containers: `enabled`, or `enhanced` for more"),
    known("DeletionProtectionEnabled", "Whether it is protected from being deleted"),
    known("EndpointPublicAccess", "Whether the cluster can be asked from outside of its network"),
    text("DBInstanceClass", "The machine of the database", "db[.][a-z0-9-]+[.][a-z0-9]+"),
    text("CacheNodeType", "The machine of each node of the cache", "cache[.][a-z0-9-]+[.][a-z0-9]+"),
    text("HostInstanceType", "The machine of the broker", "mq[.][a-z0-9-]+[.][a-z0-9]+"),
    text("InstanceType", "The machine of each broker", "[a-z0-9.-]+"),
    text("EngineVersion", "The version of the engine", "[0-9A-Za-z._-]+"),
    text("CidrBlock", "A range of addresses", RANGE),
    text("CidrIp", "A range of addresses that is let in or out", RANGE),
    text("Image", "The container's image", "[^ ]+"),
];
