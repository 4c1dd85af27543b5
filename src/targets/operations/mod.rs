//! The `operations` target: what people read when something is wrong, and what they wrote down about how it changed.
//!
//! Documents are templates of `templates/operations/`, filled with the plans; a user's own template takes the place of one
//! that is built in. One runbook a component or datastore has a section for each of its alerts.

mod documents;
mod environment;
mod place;
pub mod rules;
mod runbook;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::Origin;
use crate::output::{Content, Files, Printed};
use crate::spec::Specs;
use crate::targets::shared::code_owners;
use crate::targets::shared::template::{Data, Renderer};

use place::Place;

/// The name of the target, which is the folder of its templates.
const NAME: &str = "operations";

/// Makes the documents of a system.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    // Who owns what is written by another target, which says what is wrong with its template.
    let (renderer, mut problems) = Renderer::new(&specs.templates, NAME, |name| name != code_owners::TEMPLATE);
    let place = Place::new(checked.plans());
    // Those of the whole system take longest, and come first, so that nobody waits for them in the end.
    let mut documents = documents::all(&place);
    documents.extend(runbook::documents(&place));
    let mut files = Files::default();
    for document in documents {
        let Document { path, template, data, parts } = document;
        // A template of the user sees all of its values at once.
        let parts = parts.filter(|parts| !renderer.is_own(parts.first) && !renderer.is_own(parts.further));
        // What a template of the user does with these very values is known only once it was tried. All but the first part
        // is by templates that are built in.
        if renderer.has_own()
            && let Some(data) = parts.as_ref().map_or_else(|| Some(data()), |parts| (parts.data)(0))
            && let Err(problem) = renderer.render(template, data)
            && !problems.iter().any(|known| known.message == problem.message)
        {
            problems.push(*problem);
        }
        let renderer = renderer.clone();
        match parts {
            Some(parts) => files.add_in_parts(path, move |number, out| parts.print(&renderer, number, out)),
            None => files.add_streamed(None, path, move |out| renderer.print(template, data(), out)),
        }
    }
    (files, problems)
}

/// One document: its path, its template, and what makes its values.
struct Document<'a> {
    path: String,
    template: &'static str,
    data: Box<dyn Fn() -> Data + Send + Sync + 'a>,
    /// How the same text is made without all of its values at once, by templates that are built in.
    parts: Option<Parts<'a>>,
}

/// A document part by part: the first is all but a list at its end, the further ones are of that list.
struct Parts<'a> {
    /// The template of the first part, which is that of the document.
    first: &'static str,
    /// The template of each further one.
    further: &'static str,
    /// The values of a part; none where there are not so many.
    data: Box<dyn Fn(usize) -> Option<Data> + Send + Sync + 'a>,
}

impl Parts<'_> {
    /// Prints a part. False where there are not so many.
    fn print(&self, renderer: &Renderer<'_>, number: usize, out: &mut Printed) -> bool {
        let Some(data) = (self.data)(number) else { return false };
        let template = if number == 0 { self.first } else { self.further };
        if number == 1 {
            // The list stands below its title, and each document ends with its last line.
            Content::Text("\n".to_owned(), Origin::rule(rules::LINK)).print(out);
        }
        renderer.print(template, data, out);
        true
    }
}
