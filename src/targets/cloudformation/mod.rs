//! The `cloudformation` target: the AWS resource graph as stacks.
//!
//! Account, network, platform, one stack a datastore and one a component, so that a component that comes or goes moves no resource
//! of another stack. A stack reads what an earlier one made from parameters of Systems Manager. A template is for all
//! environments: what differs between them is a parameter, whose values stand in the environment's own folder, beside
//! `stacks.json`, the list of its stacks in the order in which they are deployed. Nothing here decides: it prints the graph.

mod account;
mod balancing;
mod cluster;
mod data;
mod identity;
mod layers;
mod merge;
mod network;
mod objects;
mod operations;
mod parameters;
mod place;
pub mod rules;
mod service;
mod stack;
mod stacks;
mod template;
mod value;
mod wording;

use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::files::Content;
use crate::output::{Doc, Files, Job};
use crate::plan::Plans;
use crate::spec::Specs;
use crate::targets::shared::header::header;

use layers::Layers;
use place::Place;
use stack::Stack;

/// Makes the templates of accounts and of environments, and what each environment gives to them.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let plans = checked.plans();
    let mut files = Files::default();
    files.add("deploy.sh", move || Content::Text(script(plans), ruled(rules::STACKS)));
    for account in &plans.aws.accounts {
        account_stacks(plans, Place::of_account(plans, specs, account), &mut files);
    }
    environments(plans, specs, &mut files);
    (files, Vec::new())
}

fn account_stacks<'a>(plans: &'a Plans, place: Arc<Place<'a>>, files: &mut Files<'a>) {
    let folder = match place.account_number() {
        Some(number) if plans.aws.accounts.len() > 1 => format!("accounts/{number}"),
        _ => "account".to_owned(),
    };
    for (_, stack) in place.stacks() {
        let (place, stack) = (Arc::clone(&place), *stack);
        let job = move || {
            let header = header(&plans.infrastructure.templates.system);
            Content::yaml(header, vec![account::template(place.layer(stack), stack, place.system())])
        };
        files.add(format!("{folder}/{}", path_of(stack)), job);
    }
    listed(place, &folder, None, files);
}

fn environments<'a>(plans: &'a Plans, specs: &'a Specs, files: &mut Files<'a>) {
    let places = plans.aws.environments.iter().map(|environment| Place::of_environment(plans, specs, environment));
    let places: Arc<Vec<Arc<Place<'a>>>> = Arc::new(places.collect());
    let stacks = Layers::all(&places);
    for layers in &stacks {
        let path = format!("templates/{}", path_of(layers.stack()));
        let layers = Arc::clone(layers);
        let job = move || {
            let header = header(&plans.infrastructure.templates.system);
            Content::yaml(header, vec![layers.template()])
        };
        files.add(path, job);
    }
    for (index, environment) in plans.aws.environments.iter().enumerate() {
        let name = environment.name.as_str();
        let folder = format!("environments/{name}");
        for layers in stacks.iter().filter(|layers| layers.here().contains(&index)) {
            let path = format!("{folder}/{}", parameters_of(layers.stack()));
            let layers = Arc::clone(layers);
            files.add_for(name, path, move || Content::Json(layers.values(index)));
        }
        listed(Arc::clone(&places[index]), &folder, Some(name), files);
    }
}

/// The list of the stacks of a folder, and what an update may not do to them.
fn listed<'a>(place: Arc<Place<'a>>, folder: &str, environment: Option<&str>, files: &mut Files<'a>) {
    let list = Job::whole(move || Content::Json(stacks::list(&place)));
    files.push(environment, format!("{folder}/stacks.json"), list);
    files.push(environment, format!("{folder}/stack-policy.json"), Job::whole(|| Content::Json(stacks::policy())));
}

/// The script that deploys the stacks of a folder.
fn script(plans: &Plans) -> String {
    const SCRIPT: &str = include_str!("../../../templates/cloudformation/deploy.sh");
    let (shebang, rest) = SCRIPT.split_once('\n').unwrap_or((SCRIPT, ""));
    let lines = header(&plans.infrastructure.templates.system);
    let comment: String = lines.iter().map(|line| format!("# {line}\n")).collect();
    format!("{shebang}\n{comment}{rest}")
}

/// The file with what an environment gives to the template of a stack.
fn parameters_of(stack: Stack<'_>) -> Utf8PathBuf {
    Utf8PathBuf::from("parameters").join(path_of(stack)).with_extension("json")
}

/// The file of a stack's template.
fn path_of(stack: Stack<'_>) -> String {
    match stack {
        Stack::Component(name) => format!("components/{name}.yaml"),
        Stack::Datastore(name) => format!("datastores/{name}.yaml"),
        other => format!("{}.yaml", other.named("".into())),
    }
}

/// A rule's origin.
fn ruled(rule: crate::ir::Rule) -> Origin {
    Origin::rule(rule)
}

/// A text by a rule.
fn said(text: impl Into<Text>, rule: crate::ir::Rule) -> Doc {
    Doc::text(text, ruled(rule))
}
