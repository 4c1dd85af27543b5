//! The `prometheus` target: rules with their unit tests, scrape configuration and Alertmanager, by environment.
//!
//! `ENV/rules/` holds a file of rules for each component and datastore, `ENV/tests/` the test of each; the rules also
//! stand as objects of the operator where the runtime is Kubernetes. Nothing here decides: it prints the monitoring plan.

mod alert;
mod alertmanager;
mod object;
mod place;
mod rule_file;
pub mod rules;
mod scrape;
mod unit_test;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::choice::Runtime;
use crate::output::doc::Text;
use crate::output::yaml::Writer;
use crate::output::{Content, Doc, Files, Shared};
use crate::spec::Specs;
use crate::targets::shared::header::header;

use place::{Place, Subject};

/// Makes the rules, tests and configurations of every environment.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let mut files = Files::default();
    let subjects = Subject::all(checked.plans());
    for place in Place::all(checked.plans(), specs) {
        environment(place, &subjects, &mut files);
    }
    (files, Vec::new())
}

fn environment<'a>(place: Place<'a>, subjects: &IndexMap<Cow<'a, str>, Subject<'a>>, files: &mut Files<'a>) {
    let folder = Utf8Path::new(place.environment.name.as_str());
    let in_cluster = place.system().runtime.value == Runtime::Kubernetes;
    let mut objects = Vec::new();
    let components: HashSet<&str> = place.environment.components.iter().map(|name| name.as_str()).collect();
    for (name, subject) in subjects {
        let Some(subject) = subject.in_environment(place.environment, &components) else { continue };
        let (name, subject) = (name.clone(), Arc::new(subject));
        let groups = Shared::another();
        subject_files(place, folder, name.clone(), Arc::clone(&subject), groups, files);
        if in_cluster {
            let path = format!("objects/{name}.yaml");
            objects.push(path.clone());
            stream(files, place, folder.join(&path), "", move |writer| {
                object::rule_object(writer, place, &name, &subject, groups);
            });
        }
    }
    add(files, place, folder.join("alertmanager.yaml"), KEYS, move || alertmanager::document(place));
    if in_cluster {
        if !object::keys(place).is_empty() {
            let path = "objects/_oncall.yaml".to_owned();
            add_all(files, place, folder.join(&path), "", move || object::keys(place));
            objects.push(path);
        }
        let path = folder.join("kustomization.yaml");
        add(files, place, path, "", move || object::kustomization(place, &objects));
    }
    // The operator of the managed stack writes its own.
    if !in_cluster || !place.platform().prometheus_managed.value {
        add(files, place, folder.join("prometheus.yaml"), "", move || scrape::document(place));
    }
}

/// What stands above the configuration of Alertmanager.
const KEYS: &str = "Keys are read from files, each named as its receiver, and stand in no configuration.";

/// The rules about one subject, and their tests.
fn subject_files<'a>(
    place: Place<'a>,
    folder: &Utf8Path,
    name: Cow<'a, str>,
    subject: Arc<Subject<'a>>,
    groups: Shared,
    files: &mut Files<'a>,
) {
    let file = format!("{name}.yaml");
    let (of_rules, shown) = (Arc::clone(&subject), name.clone());
    stream(files, place, folder.join("rules").join(&file), "", move |writer| {
        writer.shared(groups, |writer| rule_file::groups(writer, place, place.shown(&shown), &of_rules));
    });
    if subject.alerts.is_empty() {
        return;
    }
    let path = folder.join("tests").join(&file);
    stream(files, place, path, "Run it by `promtool test rules`.", move |writer| {
        unit_test::file(writer, place, place.shown(&name), &format!("../rules/{file}"), &subject);
    });
}

/// Adds a file that is written as it goes: there are many of them.
fn stream<'a>(
    files: &mut Files<'a>,
    place: Place<'a>,
    path: Utf8PathBuf,
    note: &'static str,
    write: impl Fn(&mut Writer<'_>) + Send + Sync + 'a,
) {
    files.add_streamed(Some(place.environment.name.as_str()), path, move |out| {
        write(&mut Writer::new(&head(place, note), out));
    });
}

fn head(place: Place<'_>, note: &'static str) -> Vec<Text> {
    let mut lines = header(place.system());
    if !note.is_empty() {
        lines.push(Text::Borrowed(note));
    }
    lines
}

fn add<'a>(
    files: &mut Files<'a>,
    place: Place<'a>,
    path: Utf8PathBuf,
    note: &'static str,
    document: impl Fn() -> Doc + Send + Sync + 'a,
) {
    add_all(files, place, path, note, move || vec![document()]);
}

fn add_all<'a>(
    files: &mut Files<'a>,
    place: Place<'a>,
    path: Utf8PathBuf,
    note: &'static str,
    documents: impl Fn() -> Vec<Doc> + Send + Sync + 'a,
) {
    files.add_for(place.environment.name.as_str(), path, move || Content::yaml(head(place, note), documents()));
}
