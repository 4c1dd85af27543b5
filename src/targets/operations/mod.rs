//! The `operations` target: what people read when something is wrong, and what they wrote down about how it changed.
//!
//! Documents are templates of `templates/operations/`, filled with the plans; a user's own template takes the place of one
//! that is built in. One runbook a component or datastore has a section for each of its alerts.

mod documents;
mod place;
pub mod rules;
mod runbook;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::output::Files;
use crate::spec::Specs;
use crate::targets::shared::template::{Data, Renderer};

use place::Place;

/// The name of the target, which is the folder of its templates.
const NAME: &str = "operations";

/// Makes the documents of a system.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let (renderer, mut problems) = Renderer::new(&specs.templates, NAME);
    let place = Place::new(checked.plans());
    // Those of the whole system take longest, and come first, so that nobody waits for them in the end.
    let mut documents = documents::all(&place);
    documents.extend(runbook::documents(&place));
    let mut files = Files::default();
    for document in documents {
        // What a template of the user does with these very values is known only once it was tried.
        if renderer.has_own()
            && let Err(problem) = renderer.render(document.template, (document.data)())
            && !problems.iter().any(|known| known.message == problem.message)
        {
            problems.push(*problem);
        }
        let renderer = renderer.clone();
        let Document { path, template, data } = document;
        files.add(path, move || renderer.content(template, data()));
    }
    (files, problems)
}

/// One document: its path, its template, and what makes its values.
struct Document<'a> {
    path: String,
    template: &'static str,
    data: Box<dyn Fn() -> Data + Send + Sync + 'a>,
}
