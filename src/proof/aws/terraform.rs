//! What Terraform says: a module for all environments, and what each of them gives to it.

use std::collections::BTreeMap;

use super::{Deferred, Place, Proof, Subject};
use crate::output::hcl::{Block, Body, Expr, Item, Node, Part};

/// A value as the module has it.
#[derive(Clone, Debug)]
pub(in super::super) enum Value {
    /// The same everywhere.
    Literal(String),
    /// What the environment gives: `api.min_capacity`.
    Given(String),
    /// Pieces, one after the other.
    Pieces(Vec<Value>),
    /// One in this environment, another in all others.
    Either(String, Box<[Value; 2]>),
    /// The system's name and the environment's, with this between them.
    Named(&'static str),
    /// What is only known when it runs.
    Unknown,
}

impl Value {
    fn of(node: &Node) -> Value {
        match &node.expr {
            Expr::Text(text) => Value::Literal(text.to_string()),
            Expr::Integer(number) => Value::Literal(number.to_string()),
            Expr::Number(number) => Value::Literal(number.to_string()),
            Expr::Bool(flag) => Value::Literal(flag.to_string()),
            Expr::Code(code) => Value::code(code),
            Expr::Template(parts) => {
                let piece = |part: &Part| match part {
                    Part::Text(text) => Value::Literal(text.to_string()),
                    Part::Code(code) => Value::code(code),
                };
                Value::Pieces(parts.iter().map(piece).collect())
            }
            Expr::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                let Expr::Code(condition) = &condition.expr else { return Value::Unknown };
                let named = condition.strip_prefix("var.environment == \"").and_then(|rest| rest.strip_suffix('"'));
                named.map_or(Value::Unknown, |named| {
                    Value::Either(named.to_owned(), Box::new([Value::of(yes), Value::of(no)]))
                })
            }
            Expr::Null | Expr::Call(_) | Expr::List(..) | Expr::Object(..) => Value::Unknown,
        }
    }

    fn code(code: &str) -> Value {
        match code {
            "local.name" => Value::Named("-"),
            "local.path" => Value::Named("/"),
            _ => code.strip_prefix("var.").map_or(Value::Unknown, |name| Value::Given(name.to_owned())),
        }
    }

    /// What it is in an environment.
    pub(super) fn resolve(&self, system: &str, environment: &str, values: &BTreeMap<String, String>) -> Option<String> {
        match self {
            Value::Literal(text) => Some(text.clone()),
            Value::Given(name) => values.get(name).cloned(),
            Value::Pieces(pieces) => pieces.iter().map(|piece| piece.resolve(system, environment, values)).collect(),
            Value::Either(named, both) => both[usize::from(named != environment)].resolve(system, environment, values),
            Value::Named(between) => Some(format!("{system}{between}{environment}")),
            Value::Unknown => None,
        }
    }
}

fn blocks(body: &Body) -> impl Iterator<Item = &Block> {
    body.items.iter().filter_map(|item| if let Item::Block(block) = item { Some(&**block) } else { None })
}

fn attribute<'d>(body: &'d Body, name: &str) -> Option<&'d Node> {
    body.items.iter().find_map(|item| match item {
        Item::Attribute(attribute) if *attribute.name == *name => Some(&attribute.value),
        _ => None,
    })
}

fn field<'d>(of: &'d Node, name: &str) -> Option<&'d Node> {
    let Expr::Object(fields) = &of.expr else { return None };
    fields.iter().find(|(key, _)| **key == *name).map(|(_, value)| value)
}

fn elements(of: &Node) -> &[Node] {
    match &of.expr {
        Expr::List(elements) => elements,
        _ => &[],
    }
}

impl Proof<'_> {
    pub(in super::super) fn configuration(&self, place: Place<'_>, body: &Body) {
        for block in blocks(body) {
            match (&*block.kind, place.environment) {
                ("module", Some(environment)) => self.given(environment, &block.body),
                ("resource", _) => {
                    if let Some(kind) = block.labels.first() {
                        self.declared(place, kind, &block.body);
                    }
                }
                _ => {}
            }
        }
    }

    /// What an environment gives to the module.
    fn given(&self, environment: &str, body: &Body) {
        let mut found = BTreeMap::new();
        for item in &body.items {
            if let Item::Attribute(attribute) = item {
                gather(&attribute.name, &attribute.value, &mut found);
            }
        }
        self.seen().module.values.insert(environment.to_owned(), found);
    }

    fn declared(&self, place: Place<'_>, kind: &str, body: &Body) {
        let says = |of: Value, subject: Subject, found: Option<&Node>| {
            if let Some(found) = found {
                let value = Value::of(found);
                self.seen().module.deferred.push(Deferred { path: place.path.to_owned(), subject, of, value });
            }
        };
        let component = || self.component_of(place).map_or(Value::Unknown, |name| Value::Literal(name.to_owned()));
        let named = |name: &str| attribute(body, name).map_or(Value::Unknown, Value::of);
        match kind {
            "aws_ecs_task_definition" => {
                let definitions = attribute(body, "container_definitions");
                let Some(Expr::Call(call)) = definitions.map(|node| &node.expr) else { return };
                for container in call.arguments.iter().flat_map(elements) {
                    let name = field(container, "name").map_or(Value::Unknown, Value::of);
                    for mapping in field(container, "portMappings").into_iter().flat_map(elements) {
                        says(name.clone(), Subject::Port, field(mapping, "containerPort"));
                    }
                }
            }
            "aws_lb_target_group" => {
                says(component(), Subject::Port, attribute(body, "port"));
                for health in blocks(body).filter(|block| &*block.kind == "health_check") {
                    says(named("name"), Subject::HealthPath, attribute(&health.body, "path"));
                }
            }
            "aws_appautoscaling_target" => {
                says(component(), Subject::Least, attribute(body, "min_capacity"));
                says(component(), Subject::Most, attribute(body, "max_capacity"));
            }
            "aws_db_instance" => says(named("identifier"), Subject::Version, attribute(body, "engine_version")),
            "aws_secretsmanager_secret" => {
                says(Value::Literal(String::new()), Subject::Secret, attribute(body, "name"));
            }
            "aws_cloudwatch_metric_alarm" => {
                says(named("alarm_name"), Subject::Threshold, attribute(body, "threshold"));
                let parts = blocks(body).filter(|block| &*block.kind == "metric_query");
                let part = parts.flat_map(|query| blocks(&query.body)).find(|block| &*block.kind == "metric");
                let metric = part.map_or(body, |metric| &metric.body);
                says(named("alarm_name"), Subject::Metric, attribute(metric, "metric_name"));
            }
            _ => {}
        }
    }
}

/// All literals of a value, by their paths.
fn gather(path: &str, node: &Node, found: &mut BTreeMap<String, String>) {
    if let Expr::Object(fields) = &node.expr {
        for (key, value) in fields {
            gather(&format!("{path}.{key}"), value, found);
        }
    } else if let Value::Literal(text) = Value::of(node) {
        found.insert(path.to_owned(), text);
    }
}
