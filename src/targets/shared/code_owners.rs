//! The file by which a code host asks owners to agree. The host reads it in one place only, which is another target's
//! folder than that of its template.

use super::header::header;
use super::template::{Data, Renderer};
use crate::ir::Traced;
use crate::output::Content;
use crate::plan::Plans;
use crate::spec::Specs;

/// Who must agree to a change of which files.
#[must_use]
pub fn content(plans: &Plans, specs: &Specs) -> Content {
    let system = &plans.infrastructure.templates.system;
    let lines: Vec<Traced<String>> =
        header(system).into_iter().map(|line| system.name.with(line.into_owned())).collect();
    let owners = plans.pipeline.configurations.code_owners.iter().map(|owner| {
        let folder = owner.folder.as_str();
        let pattern = if folder == "." { "*".to_owned() } else { format!("/{}/", escaped(folder)) };
        Data::new().pattern("pattern", &owner.folder.with(pattern)).pattern_some("owner", owner.owner.as_ref())
    });
    let (renderer, _) = Renderer::new(&specs.templates, "operations");
    renderer.content("CODEOWNERS", Data::new().comments("header", &lines).list("owners", owners))
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
