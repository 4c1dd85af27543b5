//! The target `path`: the nine deliverables, which are the plans themselves, one document each in the folder of its family.

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::output::Files;
use crate::output::doc::Text;
use crate::output::yaml::Writer;
use crate::plan::{DELIVERABLES, Deliverable, Plans};
use crate::spec::Specs;
use crate::targets::shared::header::header;

/// Makes the documents. They grow with the system, so each is written part by part.
pub fn emit<'a>(checked: &'a Checked, _: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let plans = checked.plans();
    let mut files = Files::default();
    for deliverable in DELIVERABLES {
        let path = format!("{}/{}.yaml", deliverable.family, deliverable.name);
        files.add_in_parts(path, move |index, out| {
            if index == 0 {
                Writer::new(&comment(plans, deliverable), out);
            }
            (deliverable.write_part)(plans, index, out)
        });
    }
    (files, Vec::new())
}

/// What the document is, below what stands above every generated file.
fn comment(plans: &Plans, deliverable: &Deliverable) -> Vec<Text> {
    let mut lines = header(&plans.infrastructure.templates.system);
    lines.push(Text::Borrowed(deliverable.doc));
    lines.push(Text::Owned(format!("Its form is a JSON Schema: `pathc schema {}`.", deliverable.name)));
    lines
}
