//! The `cloudformation` target: the AWS resource graph as stacks.
//!
//! Account, network, platform, one stack a datastore and one a component, so that a component that comes or goes moves no resource
//! of another stack. A stack reads what an earlier one made from parameters of Systems Manager. `stacks.json` lists the
//! stacks of an environment in the order in which they are deployed. Nothing here decides: it prints the graph.

mod account;
mod balancing;
mod cluster;
mod data;
mod identity;
mod network;
mod objects;
mod operations;
mod place;
pub mod rules;
mod service;
mod stack;
mod stacks;
mod template;
mod value;

use camino::Utf8PathBuf;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::files::Content;
use crate::output::{Doc, File, Files, Job};
use crate::plan::Plans;
use crate::spec::Specs;
use crate::targets::shared::header::header;

use place::Place;
use stack::Stack;

/// Makes the templates of every account and environment.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    print(checked.plans(), specs)
}

fn print<'a>(plans: &'a Plans, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let mut files = Files::default();
    let mut problems = Vec::new();
    files.add("deploy.sh", move || Content::Text(script(plans), ruled(rules::STACKS)));
    let alone = plans.aws.accounts.len() == 1;
    for account in &plans.aws.accounts {
        let folder = match &account.number {
            Some(number) if !alone => format!("accounts/{number}"),
            _ => "account".to_owned(),
        };
        let place = Place::of_account(plans, specs, account);
        emit_stacks(plans, &place, &folder, None, &mut files);
    }
    for environment in &plans.aws.environments {
        let place = Place::of_environment(plans, specs, environment);
        problems.extend(place.problems());
        let folder = format!("environments/{}", environment.name);
        emit_stacks(plans, &place, &folder, Some(environment.name.to_string()), &mut files);
    }
    (files, problems)
}

fn emit_stacks<'a>(
    plans: &'a Plans,
    place: &std::sync::Arc<Place<'a>>,
    folder: &str,
    environment: Option<String>,
    files: &mut Files<'a>,
) {
    let mut add = |path: String, job: Job<'a>| {
        files.files.push(File { path: Utf8PathBuf::from(path), environment: environment.clone(), job });
    };
    for (_, stack) in place.stacks() {
        let (place, stack) = (std::sync::Arc::clone(place), *stack);
        let job = move || {
            let mut lines = header(&plans.infrastructure.templates.system);
            lines.push(Text::Owned(format!("Stack {}.", place.stack_name(stack))));
            Content::yaml(lines, vec![place.template(stack)])
        };
        add(format!("{folder}/{}", path_of(stack)), Job::whole(job));
    }
    let listed = std::sync::Arc::clone(place);
    add(format!("{folder}/stacks.json"), Job::whole(move || Content::Json(stacks::list(&listed))));
    add(format!("{folder}/stack-policy.json"), Job::whole(|| Content::Json(stacks::policy())));
}

/// The script that deploys the stacks of a folder.
fn script(plans: &Plans) -> String {
    const SCRIPT: &str = include_str!("../../../templates/cloudformation/deploy.sh");
    let (shebang, rest) = SCRIPT.split_once('\n').unwrap_or((SCRIPT, ""));
    let lines = header(&plans.infrastructure.templates.system);
    let comment: String = lines.iter().map(|line| format!("# {line}\n")).collect();
    format!("{shebang}\n{comment}{rest}")
}

/// The file of a stack.
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
