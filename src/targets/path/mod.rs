//! The target `path`: the nine deliverables, which are the plans themselves, one document each in the folder of its family.

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::output::doc::Text;
use crate::output::{Content, Files};
use crate::plan::{DELIVERABLES, Deliverable, Plans};
use crate::spec::Specs;
use crate::targets::shared::header::header;

/// Makes the documents. Each is encoded only when it is printed, so that never more than a few are held at once.
pub fn emit<'a>(checked: &'a Checked, _: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let plans = checked.plans();
    let mut files = Files::default();
    for deliverable in DELIVERABLES {
        let path = format!("{}/{}.yaml", deliverable.family, deliverable.name);
        files.add(path, move || Content::yaml(comment(plans, deliverable), vec![(deliverable.encode)(plans)]));
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
