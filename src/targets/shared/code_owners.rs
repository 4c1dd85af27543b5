//! The file by which a code host asks owners to agree. The host reads it in one place only, which is another target's
//! folder than that of its template.

use super::header::header;
use super::template::{Data, Renderer};
use crate::diag::Diagnostic;
use crate::ir::Traced;
use crate::output::Content;
use crate::plan::Plans;
use crate::spec::Specs;

/// The template, which stands among those of the operations documents.
pub const TEMPLATE: &str = "CODEOWNERS";

/// What makes the file: who must agree to a change of which files. What is wrong with a template of the user is a finding.
pub fn job<'a>(plans: &'a Plans, specs: &'a Specs) -> (impl Fn() -> Content + Send + Sync + 'a, Vec<Diagnostic>) {
    let (renderer, mut problems) = Renderer::new(&specs.templates, "operations", |name| name == TEMPLATE);
    // What a template of the user does with these very values is known only once it was tried.
    if renderer.has_own()
        && problems.is_empty()
        && let Err(problem) = renderer.render(TEMPLATE, data(plans))
    {
        problems.push(*problem);
    }
    (move || renderer.content(TEMPLATE, data(plans)), problems)
}

fn data(plans: &Plans) -> Data {
    let system = &plans.infrastructure.templates.system;
    let lines: Vec<Traced<String>> =
        header(system).into_iter().map(|line| system.name.with(line.into_owned())).collect();
    let owners = plans.pipeline.configurations.code_owners.iter().map(|owner| {
        let folder = owner.folder.as_str();
        let pattern = if folder == "." { "*".to_owned() } else { format!("/{}/", escaped(folder)) };
        Data::new().pattern("pattern", &owner.folder.with(pattern)).pattern_some("owner", owner.owner.as_ref())
    });
    Data::new().comments("header", &lines).list("owners", owners)
}

/// A path as a pattern that matches itself.
fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for character in path.chars() {
        if "\\ #!*?[]".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_path_matches_itself() {
        assert_eq!(escaped("services/checkout"), "services/checkout");
        assert_eq!(escaped("a b/[c]#"), "a\\ b/\\[c\\]\\#");
    }
}
