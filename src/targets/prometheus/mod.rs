//! The `prometheus` target: rules with their unit tests, scrape configuration and Alertmanager, by environment.
//!
//! `ENV/rules/` holds a file of rules for each component and datastore, `ENV/tests/` the test of each; the rules also
//! stand as objects of the operator where the runtime is Kubernetes. Nothing here decides: it prints the monitoring plan.

mod alert;
mod place;
mod rule_file;
pub mod rules;
mod unit_test;

use std::sync::Arc;

use camino::Utf8Path;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::{Content, Doc, Files, Map};
use crate::spec::Specs;
use crate::targets::shared::header::header;

use place::{Place, Subject, WHOLE};

/// Makes the rules, tests and configurations of every environment.
pub fn emit<'a>(checked: &'a Checked, _: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let mut files = Files::default();
    let subjects = Subject::all(checked.plans());
    for place in Place::all(checked.plans()) {
        let folder = Utf8Path::new(place.environment.name.as_str());
        for (name, subject) in &subjects {
            let Some(subject) = subject.in_environment(place.environment) else { continue };
            subject_files(place, folder, name, Arc::new(subject), &mut files);
        }
    }
    (files, Vec::new())
}

/// The rules about one subject, and their tests.
fn subject_files<'a>(
    place: Place<'a>,
    folder: &Utf8Path,
    name: &'a str,
    subject: Arc<Subject<'a>>,
    files: &mut Files<'a>,
) {
    let file = format!("{name}.yaml");
    // Names begin with a letter or a digit.
    let shown = if name == WHOLE { place.system().name.as_str() } else { name };
    let of_rules = Arc::clone(&subject);
    add(files, place, folder.join("rules").join(&file), "", move || {
        let groups = rule_file::groups(place, shown, &of_rules);
        Map::new(Origin::rule(rules::ALERT)).with("groups", groups).into()
    });
    if subject.alerts.is_empty() {
        return;
    }
    add(files, place, folder.join("tests").join(&file), "Run it by `promtool test rules`.", move || {
        unit_test::file(place, shown, format!("../rules/{file}"), &subject)
    });
}

fn add<'a>(
    files: &mut Files<'a>,
    place: Place<'a>,
    path: camino::Utf8PathBuf,
    note: &'static str,
    document: impl Fn() -> Doc + Send + Sync + 'a,
) {
    files.add_for(place.environment.name.as_str(), path, move || {
        let mut lines = header(place.system());
        if !note.is_empty() {
            lines.push(Text::Borrowed(note));
        }
        Content::yaml(lines, vec![document()])
    });
}
