//! The `kubernetes` target: manifests by environment, and the charts of the platform.
//!
//! `ENV/{base,migrations,workloads}/` are applied in that order, each a kustomization; a component is rendered whole into
//! one file of `workloads/`. One module makes one kind of object; nothing here decides: it prints the infrastructure plan.

mod base;
mod check;
mod cloudwatch;
mod config;
mod container;
mod ingress;
mod job;
mod kustomization;
mod labels;
mod load_balancer;
mod migration;
mod monitor;
mod network_policy;
mod place;
mod platform;
mod pod;
mod probe;
mod rollout;
pub mod rules;
mod scaling;
mod secret;
mod service;
mod volume;
mod workload;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::files::Content;
use crate::output::{Doc, Files};
use crate::plan::Plans;
use crate::plan::infrastructure::templates::WorkloadForm;
use crate::spec::Specs;
use crate::targets::shared::header::header;

use place::{Place, Workload};
use pod::Pods;

/// The folder of what runs.
const WORKLOADS: &str = "workloads";

/// The folder of what the cluster has to have.
const PLATFORM: &str = "platform";

/// Makes the manifests of every environment.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    print(checked.plans(), specs)
}

fn print<'a>(plans: &'a Plans, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let mut files = Files::default();
    let mut problems = Vec::new();
    for place in Place::all(plans, specs) {
        problems.extend(check::problems(place));
        let name = place.environment.name.as_str();
        platform_files(place, &Utf8Path::new(PLATFORM).join(name), &mut files);
        environment(place, Utf8Path::new(name), &mut files);
    }
    (files, problems)
}

/// What is installed before an environment: charts with their values, and what they stand in.
fn platform_files<'a>(place: Place<'a>, folder: &Utf8Path, files: &mut Files<'a>) {
    let note = vec![
        Text::Borrowed(
            "Installed in this order by `helm upgrade --install`, after this folder's kustomization is applied.",
        ),
        Text::Borrowed("from_infrastructure: values that only the infrastructure knows, given by `--set-string`."),
    ];
    documents(place, folder.join("charts.yaml"), note, move || platform::charts(place), files);
    for part in platform::parts(place) {
        let path = folder.join(part.values_path());
        documents(place, path, Vec::new(), move || part.values(), files);
    }
    let objects = vec![
        PartFile::new("namespaces.yaml", move || platform::namespaces(place)),
        PartFile::new("storage_class.yaml", move || platform::storage_class(place)),
    ];
    let mut names = Vec::new();
    for file in objects.into_iter().filter(|file| !(file.documents)().is_empty()) {
        names.push(file.name.clone());
        documents(place, folder.join(&file.name), file.note, file.documents, files);
    }
    kustomization(place, folder, names, files);
}

/// The files of an environment.
fn environment<'a>(place: Place<'a>, folder: &Utf8Path, files: &mut Files<'a>) {
    let mut parts = Vec::new();
    parts.push(part(place, folder, "base", base_files(place), files));
    parts.extend(
        Some(migration_files(place))
            .filter(|some| !some.is_empty())
            .map(|some| part(place, folder, "migrations", some, files)),
    );
    parts.extend(
        Some(workload_files(place))
            .filter(|some| !some.is_empty())
            .map(|some| part(place, folder, WORKLOADS, some, files)),
    );
    kustomization(place, folder, parts, files);
}

/// A file of a part: its name, what the header says beside the usual, and the job that makes its documents.
struct PartFile<'a> {
    name: String,
    note: Vec<Text>,
    documents: Box<dyn Fn() -> Vec<Doc> + Send + Sync + 'a>,
}

impl<'a> PartFile<'a> {
    fn new(name: impl Into<String>, documents: impl Fn() -> Vec<Doc> + Send + Sync + 'a) -> PartFile<'a> {
        PartFile { name: name.into(), note: Vec::new(), documents: Box::new(documents) }
    }
}

/// Adds the files of a part and its kustomization; gives the part's name.
fn part<'a>(
    place: Place<'a>,
    folder: &Utf8Path,
    name: &'static str,
    part: Vec<PartFile<'a>>,
    files: &mut Files<'a>,
) -> String {
    let folder = folder.join(name);
    let names = part.iter().map(|file| file.name.clone()).collect();
    for file in part {
        documents(place, folder.join(&file.name), file.note, file.documents, files);
    }
    if name == WORKLOADS {
        workloads_kustomization(place, &folder, names, files);
    } else {
        kustomization(place, &folder, names, files);
    }
    name.to_owned()
}

/// Adds a file with documents.
fn documents<'a>(
    place: Place<'a>,
    path: Utf8PathBuf,
    note: Vec<Text>,
    documents: impl Fn() -> Vec<Doc> + Send + Sync + 'a,
    files: &mut Files<'a>,
) {
    files.add_for(place.environment.name.as_str(), path, move || {
        let mut lines = header(place.system);
        lines.extend(note.iter().cloned());
        Content::yaml(lines, documents())
    });
}

fn kustomization<'a>(place: Place<'a>, folder: &Utf8Path, resources: Vec<String>, files: &mut Files<'a>) {
    let document = move || vec![kustomization::document(place, &resources).into()];
    documents(place, folder.join("kustomization.yaml"), Vec::new(), document, files);
}

/// The kustomization of the workloads, which the deployment may have something to tell.
fn workloads_kustomization<'a>(place: Place<'a>, folder: &Utf8Path, resources: Vec<String>, files: &mut Files<'a>) {
    let certified = load_balancer::certified(place);
    if certified.is_empty() {
        kustomization(place, folder, resources, files);
        return;
    }
    files.add_for(place.environment.name.as_str(), folder.join(kustomization::OUTPUTS), move || {
        Content::Text(kustomization::outputs(place), Origin::rule(rules::INFRASTRUCTURE_OUTPUTS))
    });
    let document = move || {
        let map = kustomization::document(place, &resources);
        vec![kustomization::with_outputs(place, map, &certified).into()]
    };
    documents(place, folder.join("kustomization.yaml"), Vec::new(), document, files);
}

fn base_files(place: Place<'_>) -> Vec<PartFile<'_>> {
    base::FILES
        .iter()
        .filter(|(_, documents)| !documents(place).is_empty())
        .map(|(name, documents)| PartFile::new(*name, move || documents(place)))
        .collect()
}

/// First what the migrations of a component share, then each migration by its place in the order.
fn migration_files(place: Place<'_>) -> Vec<PartFile<'_>> {
    let mut files: Vec<PartFile<'_>> = migration::migrating(place)
        .map(|workload| PartFile::new(format!("{}.yaml", workload.name()), move || migration::shared(workload)))
        .collect();
    let ordered = migration::migrating(place)
        .flat_map(|workload| workload.migrations().iter().map(move |migration| (workload, migration)));
    for (index, (workload, migration)) in ordered.enumerate() {
        let mut file = PartFile::new(format!("{:02}-{}.yaml", index + 1, migration.name), move || {
            migration::job(workload, migration)
        });
        file.note = vec![
            Text::Owned(format!("{}: {}", migration.refactoring, one_line(&migration.summary))),
            Text::Borrowed(
                "Run the numbered files of this folder one after the other: each waits for the one before it.",
            ),
        ];
        files.push(file);
    }
    files
}

fn workload_files(place: Place<'_>) -> Vec<PartFile<'_>> {
    place
        .workloads()
        .map(|workload| {
            let mut file = PartFile::new(format!("{}.yaml", workload.name()), move || component(workload));
            if let Some(description) = &workload.component.description {
                file.note.push(Text::Owned(one_line(description)));
            }
            if workload.component.form.value == WorkloadForm::Manual {
                file.note.push(Text::Owned(format!(
                    "Runs when a person starts it: kubectl create job --namespace {} --from=cronjob/{1} {1}-$(date +%s)",
                    place.environment.namespace,
                    workload.name()
                )));
            }
            file
        })
        .collect()
}

/// A user's text in a comment.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything of a component.
fn component(workload: Workload<'_>) -> Vec<Doc> {
    let pods = Pods::of(workload);
    let mut docs = pods.needs();
    if workload.is_replicated() {
        docs.extend(workload::controller(&pods));
        docs.extend(service::services(&pods));
        docs.extend(ingress::ingresses(&pods));
        docs.extend(scaling::autoscaler(&pods));
        docs.extend(workload::disruption_budget(&pods).map(Doc::from));
        docs.extend(monitor::monitor(&pods).map(Doc::from));
    } else {
        docs.extend(job::runner(&pods));
    }
    docs.push(network_policy::of_workload(&pods).into());
    docs
}
