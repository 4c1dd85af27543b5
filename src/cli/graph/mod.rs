//! `pathc graph`: what the system is made of, what needs what, and how a release moves from environment to environment.

mod dot;
mod mermaid;
mod svg;

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, looking, repository};
use crate::ir::System;
use crate::ir::choice::ComponentKind;

/// Draw components, datastores, external services and environments, with what needs what
///
/// Solid lines are needed to work at all, dashed ones can be done without. The same inputs make the same bytes.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc graph                          for a README: GitHub and GitLab draw ```mermaid blocks
  pathc graph --format dot | dot -Tpdf > system.pdf
  pathc graph --format svg > system.svg")]
pub(super) struct Graph {
    /// The language of the drawing
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Form::Mermaid)]
    format: Form,
}

/// The language of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A Mermaid flowchart
    Mermaid,
    /// Graphviz
    Dot,
    /// A picture, without any tool
    Svg,
}

pub(super) fn run(arguments: &Graph, terminal: &Terminal) -> Result<Outcome, Failure> {
    let looked = looking::look(&repository::root()?)?;
    let Some(system) = &looked.compilation.system else { return Ok(Outcome::Denied) };
    let drawing = Drawing::of(system);
    terminal.result(&match arguments.format {
        Form::Mermaid => mermaid::print(&drawing),
        Form::Dot => dot::print(&drawing),
        Form::Svg => svg::print(&drawing),
    })?;
    Ok(Outcome::Done)
}

/// What is drawn. Names are RFC 1123 labels: in no language of a drawing are they syntax.
struct Drawing<'a> {
    system: &'a str,
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge>,
    environments: Vec<Node<'a>>,
    promotions: Vec<Edge>,
}

struct Node<'a> {
    name: &'a str,
    /// What it is, below its name.
    what: String,
    form: NodeForm,
}

/// What a node looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeForm {
    Component,
    Datastore,
    External,
    Environment,
}

/// From one node to another, by their places.
struct Edge {
    from: usize,
    to: usize,
    /// Whether nothing works without it.
    critical: bool,
}

impl<'a> Drawing<'a> {
    fn of(system: &'a System) -> Drawing<'a> {
        let deployed = system.components.iter().filter(|component| component.kind.value != ComponentKind::Library);
        let components = deployed.clone().map(|component| Node {
            name: component.name.as_str(),
            what: component.kind.to_string(),
            form: NodeForm::Component,
        });
        let datastores = system.datastores.iter().map(|datastore| Node {
            name: datastore.name.as_str(),
            what: datastore.kind.to_string(),
            form: NodeForm::Datastore,
        });
        let externals = system.externals.iter().map(|external| Node {
            name: external.name.as_str(),
            what: "external".to_owned(),
            form: NodeForm::External,
        });
        let nodes: Vec<Node<'_>> = components.chain(datastores).chain(externals).collect();
        let place = |name: &str| nodes.iter().position(|node| node.name == name);
        let edges = deployed.flat_map(|component| {
            let from = place(component.name.as_str());
            component.depends_on.iter().filter_map(move |dependency| {
                Some(Edge { from: from?, to: place(dependency.name.as_str())?, critical: dependency.critical.value })
            })
        });
        let edges = edges.collect();
        let environments: Vec<Node<'_>> = system
            .environments
            .iter()
            .map(|environment| Node {
                name: environment.name.as_str(),
                what: environment.kind.to_string(),
                form: NodeForm::Environment,
            })
            .collect();
        let place = |name: &str| environments.iter().position(|node| node.name == name);
        let promotions = system.environments.iter().enumerate().filter_map(|(to, environment)| {
            let from = place(environment.promotes_from.as_ref()?.as_str())?;
            Some(Edge { from, to, critical: true })
        });
        let promotions = promotions.collect();
        Drawing { system: system.name.as_str(), nodes, edges, environments, promotions }
    }
}
