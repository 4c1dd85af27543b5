//! `pathc explain NAME`: where a component, a datastore or an environment is declared, or a generated resource stands, and
//! what it became in each target.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::report::count;
use super::super::terminal::Terminal;
use super::super::{looking, repository};
use crate::diag::{Format, Label, render};
use crate::ir::System;
use crate::output::provenance::{self, Page};
use crate::output::resource::{self, Resource};
use crate::source::Origin;
use crate::source::decode::nearest;

/// What is to be said of a name; none where nothing has it.
///
/// # Errors
/// Which name was probably meant.
pub(super) fn explain(name: &str, terminal: &Terminal) -> Result<Option<String>, Failure> {
    let looked = looking::look(&repository::root()?)?;
    let compilation = &looked.compilation;
    let Some(system) = &compilation.system else { return Ok(None) };
    let generated = looking::files(compilation)?;
    let pages = provenance::pages(&generated);
    let found: Vec<(&Page<'_>, Vec<Resource>)> = pages
        .iter()
        .map(|page| {
            let resources = resource::read(&page.path, &page.text);
            (page, resources.into_iter().filter(|resource| is_called(resource, name)).collect())
        })
        .filter(|(_, resources): &(_, Vec<Resource>)| !resources.is_empty())
        .collect();
    let declared = declared(system, name);
    if found.is_empty() && declared.is_empty() {
        return match nearest(name, names(system)) {
            Some(near) => {
                Err(Failure::new(format!("nothing is called `{name}`")).help(format!("did you mean `{near}`?")))
            }
            None => Ok(None),
        };
    }
    if terminal.format == Format::Json {
        let resources: Vec<Value> = found
            .iter()
            .flat_map(|(page, resources)| {
                resources.iter().map(|resource| {
                    json!({
                        "target": page.target, "environment": page.environment, "file": page.path.as_str(),
                        "line": resource.line, "kind": resource.kind, "name": resource.name,
                    })
                })
            })
            .collect();
        let places = declared.iter().filter_map(|(what, origin)| {
            let span = compilation.sources.span(*origin)?;
            let file = compilation.sources.file(span.file);
            Some(json!({"what": what, "file": file.path.as_str(), "line": file.position(span.start).line}))
        });
        let places: Vec<Value> = places.collect();
        return Ok(Some(format!("{}\n", json!({"name": name, "declared": places, "resources": resources}))));
    }
    let mut out = String::new();
    let labels: Vec<Label> = declared
        .iter()
        .map(|(what, origin)| Label { place: (*origin).into(), text: (*what).to_owned(), primary: true })
        .collect();
    if !labels.is_empty() {
        out.push_str(&looking::with_context(compilation, |context| {
            let message = format!("is {}", declared.iter().map(|(what, _)| *what).collect::<Vec<_>>().join(", and "));
            render::excerpts(
                &format!("{name}:"),
                &message,
                &labels,
                &[],
                (context, &looked.secrets),
                terminal.result_look(),
            )
        }));
        out.push('\n');
    }
    let total: usize = found.iter().map(|(_, resources)| resources.len()).sum();
    let files = count(found.len(), "file");
    out.push_str(&format!("{} of {files}\n", count(total, "resource")));
    let mut target = "";
    for (page, resources) in &found {
        if page.target != target {
            target = page.target;
            out.push_str(&format!("\n{}\n", terminal.strong(target)));
        }
        for resource in resources {
            let place = format!("{}:{}", page.path, resource.line);
            out.push_str(&format!("  {} {}  {place}\n", render::line(&resource.kind), render::line(&resource.name)));
        }
    }
    out.push_str("\n`pathc explain FILE:LINE` tells where one of their lines comes from\n");
    Ok(Some(out))
}

/// Whether a resource is meant: by its name, by kind and name as tools write them, or as a part of a longer name.
fn is_called(resource: &Resource, name: &str) -> bool {
    let Resource { kind, name: own, .. } = resource;
    let last = own.rsplit('/').next().unwrap_or(own);
    let stem = last.split('.').next().unwrap_or(last);
    let qualified = |separator: char| {
        name.split_once(separator).is_some_and(|(asked, rest)| asked.eq_ignore_ascii_case(kind) && rest == own)
    };
    own == name || last == name || stem == name || qualified('/') || qualified('.')
}

/// What the inputs call so.
fn declared(system: &System, name: &str) -> Vec<(&'static str, Origin)> {
    let mut found = Vec::new();
    found.extend(
        system.components.iter().filter(|it| it.name.as_str() == name).map(|it| ("a component", it.name.origin)),
    );
    found.extend(
        system.datastores.iter().filter(|it| it.name.as_str() == name).map(|it| ("a datastore", it.name.origin)),
    );
    found.extend(
        system.externals.iter().filter(|it| it.name.as_str() == name).map(|it| ("an external service", it.name.origin)),
    );
    found.extend(
        system.environments.iter().filter(|it| it.name.as_str() == name).map(|it| ("an environment", it.name.origin)),
    );
    found.extend(system.suites.iter().filter(|it| it.name.as_str() == name).map(|it| ("a suite", it.name.origin)));
    found
}

fn names(system: &System) -> impl Iterator<Item = &str> {
    let components = system.components.iter().map(|it| it.name.as_str());
    let datastores = system.datastores.iter().map(|it| it.name.as_str());
    let externals = system.externals.iter().map(|it| it.name.as_str());
    let environments = system.environments.iter().map(|it| it.name.as_str());
    components.chain(datastores).chain(externals).chain(environments)
}
