//! The target `terraform`: a module of the system, and roots for the store of the state, each account, each environment.
//!
//! Each environment's graph is printed by itself, a file for each component and datastore; then the files are laid over
//! each other, so that the module says once what all share, and environments say what is theirs.

mod account;
mod balancing;
mod cluster;
mod data;
mod ecs;
mod existing;
mod identity;
mod merge;
mod module;
mod moved;
mod network;
mod objects;
mod operations;
mod place;
mod roots;
pub mod rules;
mod shelf;
mod website;

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::Origin;
use crate::output::hcl::{Block, Body, Item, Node};
use crate::output::{Content, Files};
use crate::plan::Plans;
use crate::plan::aws::{AwsAccount, AwsEnvironment, AwsPlan, names};
use crate::plan::infrastructure::templates::SystemTemplate;
use crate::spec::Specs;
use crate::targets::shared::header::header;
use module::Module;
use place::{Place, identifier};
use roots::{State, Subject};
use shelf::Shelf;

/// Files of the module that belong to no component or datastore alone: a component may be called as one of them.
const SHARED: [&str; 19] = [
    "access_logs",
    "alarms",
    "backups",
    "balancing",
    "cluster",
    "data",
    "dns",
    "identity",
    "keys",
    "logs",
    "main",
    "moved",
    "network",
    "outputs",
    "secrets",
    "security_groups",
    "variables",
    "versions",
    "zones",
];
/// Names of variables of the module's own.
const OWN: [&str; 8] =
    ["cidr", "domain", "environment", "held_task_definitions", "nat_per_zone", "password_version", "region", "source"];

/// Makes the files of all roots.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let plans = checked.plans();
    let system = &plans.infrastructure.templates.system;
    let mut files = Files::default();
    let mut out = Writer { files: &mut files, system };
    stores(&plans.aws, specs, &mut out);
    accounts(&plans.aws, specs, &mut out);
    if !plans.aws.environments.is_empty() {
        environments(plans, specs, &mut out);
    }
    (files, Vec::new())
}

struct Writer<'a, 'f> {
    files: &'f mut Files<'a>,
    system: &'a SystemTemplate,
}

impl<'a> Writer<'a, '_> {
    fn add(&mut self, path: String, environment: Option<&str>, body: Body) {
        let body = Arc::new(body);
        self.add_later(path, environment, move || Arc::clone(&body));
    }

    /// A file whose body is made when it is printed.
    fn add_later(&mut self, path: String, environment: Option<&str>, body: impl Fn() -> Arc<Body> + Send + Sync + 'a) {
        let system = self.system;
        let job = move || Content::Hcl { header: header(system), body: body() };
        match environment {
            Some(environment) => self.files.add_for(environment, path, job),
            None => self.files.add(path, job),
        }
    }

    /// The files of a root that a person applies.
    fn root(&mut self, folder: &str, module: Module) {
        for (file, blocks) in module.into_files() {
            self.add(format!("{folder}/{file}"), None, Body::default().blocks(blocks));
        }
    }
}

/// The folder of what an account has once: by its number where there are several.
fn folder(plan: &AwsPlan, account: &AwsAccount, base: &str, several: &str) -> String {
    match (&account.number, plan.accounts.len()) {
        (_, 0 | 1) => base.to_owned(),
        (Some(number), _) => format!("{several}/{}", identifier(number).trim_start_matches('_')),
        (None, _) => format!("{several}/default"),
    }
}

fn tags(account: &AwsAccount, system: &SystemTemplate) -> Vec<(crate::ir::Traced<String>, crate::ir::Traced<String>)> {
    let rule = Origin::rule(rules::ROOT);
    let _ = account;
    vec![
        (crate::ir::Traced::new("System".to_owned(), rule), system.name.with(system.name.to_string())),
        (crate::ir::Traced::new("ManagedBy".to_owned(), rule), crate::ir::Traced::new("pathc".to_owned(), rule)),
    ]
}

fn stores(plan: &AwsPlan, specs: &Specs, out: &mut Writer<'_, '_>) {
    for account in &plan.accounts {
        let folder = folder(plan, account, "bootstrap", "bootstrap");
        out.root(&folder, account::bootstrap(account));
        head(account, &State::Local, &folder, specs, out);
    }
}

fn accounts(plan: &AwsPlan, specs: &Specs, out: &mut Writer<'_, '_>) {
    for account in &plan.accounts {
        let folder = folder(plan, account, "account", "accounts");
        out.root(&folder, account::account(account));
        let state = State::Bucket {
            system: out.system.name.as_str(),
            account: account.number.as_ref(),
            region: &account.region,
            key: "account/terraform.tfstate".to_owned(),
        };
        head(account, &state, &folder, specs, out);
    }
}

/// Versions and provider of a root that a person applies.
fn head(account: &AwsAccount, state: &State<'_>, folder: &str, specs: &Specs, out: &mut Writer<'_, '_>) {
    let facts = &specs.aws.terraform;
    out.add(format!("{folder}/versions.tf"), None, roots::versions(facts, Some(state), &roots::Aliases::default()));
    let region = Node::code("var.region", Origin::rule(rules::ROOT));
    let provider = roots::provider(region, account.number.as_ref(), &tags(account, out.system), &[]);
    out.add(format!("{folder}/providers.tf"), None, provider);
}

/// Blocks of one file, by environment.
type Layers = Vec<(usize, Vec<Block>)>;

/// The files of the module, laid over all environments, and what they ask of these.
struct Laid {
    files: Vec<(String, Body)>,
    subjects: Vec<Subject>,
    outputs: Vec<String>,
}

fn laid(plans: &Plans, system: &SystemTemplate) -> Laid {
    let environments = &plans.aws.environments;
    let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
    let looked_up = existing::any(environments);
    let printed: Vec<Vec<(String, Vec<Block>)>> =
        environments.par_iter().map(|environment| printed(environment, looked_up, system)).collect();
    let mut layers: IndexMap<String, Layers> = IndexMap::new();
    for (number, files) in printed.into_iter().enumerate() {
        for (file, blocks) in files {
            layers.entry(file).or_default().push((number, blocks));
        }
    }
    let layers: Vec<(String, Layers)> = layers.into_iter().collect();
    let mut merged: Vec<(String, String, merge::Merged)> = layers
        .into_par_iter()
        .map(|(file, layers)| {
            let subject = subject(&file);
            let merged = merge::merge(&subject, &names, layers);
            (file, subject, merged)
        })
        .collect();
    let counted: BTreeSet<String> = merged.iter().flat_map(|(_, _, merged)| merged.counted.iter().cloned()).collect();
    if !counted.is_empty() {
        merged.par_iter_mut().for_each(|(_, _, merged)| merge::index(&mut merged.blocks, &counted));
    }
    let moved = moved::blocks(&plans.infrastructure.environments.environments, || {
        let blocks = merged.iter().flat_map(|(_, _, merged)| &merged.blocks);
        blocks.filter(|block| block.kind == "resource").map(|block| block.labels.join(".")).collect()
    });
    let mut laid = Laid { files: Vec::with_capacity(merged.len() + 1), subjects: Vec::new(), outputs: Vec::new() };
    for (file, name, merged) in merged {
        if file == "outputs.tf" {
            let named = merged.blocks.iter().filter(|block| block.kind == "output");
            laid.outputs.extend(named.filter_map(|block| block.labels.first()).map(ToString::to_string));
        }
        if !merged.fields.is_empty() {
            let what = if file.starts_with("component_") {
                "What differs between environments of this component."
            } else if file.starts_with("datastore_") {
                "What differs between environments of this datastore."
            } else {
                "What differs between environments."
            };
            laid.subjects.push(Subject { name, what, fields: merged.fields });
        }
        laid.files.push((file, Body::default().blocks(merged.blocks)));
    }
    if !moved.is_empty() {
        laid.files.push(("moved.tf".to_owned(), Body::default().blocks(moved)));
    }
    laid
}

fn environments<'a>(plans: &'a Plans, specs: &'a Specs, out: &mut Writer<'a, '_>) {
    let (environments, system) = (&plans.aws.environments, out.system);
    let Laid { files, subjects, outputs } = laid(plans, system);
    let (paths, bodies): (Vec<String>, Vec<Body>) = files.into_iter().unzip();
    let again = move || laid(plans, system).files.into_iter().map(|(_, body)| body).collect();
    let shelf = Arc::new(Shelf::new(bodies, again));
    for (index, file) in paths.into_iter().enumerate() {
        let shelf = Arc::clone(&shelf);
        let content = move || Content::Hcl { header: header(system), body: Arc::new(shelf.take(index)) };
        out.files.add_held(format!("modules/system/{file}"), content);
    }
    let aliases = roots::Aliases::of(environments, &specs.aws.words.cdn_certificate_region);
    let facts = &specs.aws.terraform;
    let (subjects, outputs) = (Arc::new(subjects), Arc::new(outputs));
    out.add("modules/system/versions.tf".to_owned(), None, roots::versions(facts, None, &aliases));
    let all = Arc::clone(&subjects);
    let variables = move || Arc::new(roots::variables(environments, &all));
    out.add_later("modules/system/variables.tf".to_owned(), None, variables);
    out.add("modules/system/main.tf".to_owned(), None, main(out.system));
    for (number, environment) in environments.iter().enumerate() {
        let name = environment.name.as_str();
        let folder = format!("environments/{name}");
        let state = State::Bucket {
            system: out.system.name.as_str(),
            account: environment.account.as_ref(),
            region: &environment.region,
            key: names::state_key(name),
        };
        let (all, told) = (Arc::clone(&subjects), Arc::clone(&outputs));
        let main = move || Arc::new(roots::main(environments, number, &all, &aliases));
        out.add_later(format!("{folder}/main.tf"), Some(name), main);
        out.add_later(format!("{folder}/outputs.tf"), Some(name), move || Arc::new(roots::told(environments, &told)));
        let provider = roots::provider(
            Node::traced(&environment.region),
            environment.account.as_ref(),
            &environment.tags,
            &aliases.regions(environment),
        );
        out.add(format!("{folder}/providers.tf"), Some(name), provider);
        out.add(format!("{folder}/variables.tf"), Some(name), roots::own_variables(environments));
        out.add(format!("{folder}/versions.tf"), Some(name), roots::versions(facts, Some(&state), &aliases));
    }
}

/// The variable of a file: as the component or datastore is called.
fn subject(file: &str) -> String {
    let stem = file.trim_end_matches(".tf");
    let own = stem.strip_prefix("component_").or_else(|| stem.strip_prefix("datastore_"));
    match own {
        Some(own) if !SHARED.contains(&own) && !OWN.contains(&own) => own.to_owned(),
        _ => stem.to_owned(),
    }
}

/// Who signs in, and what everything begins with.
fn main(system: &SystemTemplate) -> Body {
    let origin = Origin::rule(rules::MODULE);
    let mut module = Module::default();
    account::identities(&mut module, "main.tf", origin);
    let mut blocks: Vec<Block> = module.into_files().into_iter().flat_map(|(_, blocks)| blocks).collect();
    if let Some(locals) = blocks.iter_mut().find(|block| block.kind == "locals") {
        let items = std::mem::take(&mut locals.body.items);
        locals.body = Body::default()
            .with("name", Node::code(format!("\"{}-${{var.environment}}\"", system.name), system.name.origin))
            .with("path", Node::code(format!("\"{}/${{var.environment}}\"", system.name), system.name.origin));
        locals.body.items.push(Item::Gap);
        locals.body.items.extend(items);
    }
    Body::default().blocks(blocks)
}

/// An environment's graph, file by file.
fn printed(environment: &AwsEnvironment, looked_up: bool, system: &SystemTemplate) -> Vec<(String, Vec<Block>)> {
    let prefix = names::prefix(system.name.as_str(), environment.name.as_str());
    let path = format!("{}/{}", system.name, environment.name);
    let domain = environment.balancing.zone.as_ref().map(|zone| zone.domain.as_str());
    let place = Place { prefix: Some(&prefix), path: Some(&path), domain };
    let mut module = Module::default();
    network::print(&environment.network, place, &mut module);
    identity::keys(&environment.keys, place, &mut module);
    cluster::print(&environment.cluster, place, &mut module);
    balancing::print(&environment.balancing, place, &mut module);
    website::print(&environment.balancing.distributions, place, &mut module);
    data::print(&environment.datastores, place, &mut module);
    identity::roles(&environment.roles, place, &mut module);
    operations::print(environment, place, &mut module);
    let mut files = module.into_files();
    if looked_up {
        existing::by_locals(&environment.cluster, &mut files);
    }
    files
}
