//! JaCoCo XML. Counters of a source file count; those of groups, packages and classes say the same again.

use super::xml::{Step, walk};
use super::{Count, Coverage, Covered, Evidence, Fault, Overall, text};

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    let mut coverage = Coverage::default();
    let mut overall = Covered::default();
    let mut groups: Vec<String> = Vec::new();
    let mut package = String::new();
    let mut file = None::<String>;
    walk(&source, &["report"], |open, step| {
        match step {
            Step::Open(element) => match element.name().as_str() {
                "group" => groups.push(element.attribute("name").unwrap_or_default()),
                "package" => package = element.attribute("name").unwrap_or_default(),
                "sourcefile" => {
                    let name = element.attribute("name").unwrap_or_default();
                    let parts = groups.iter().map(String::as_str).chain([package.as_str(), name.as_str()]);
                    let path = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
                    file = Some(text::slashes(&path));
                }
                "counter" => {
                    let missed = element.number::<u64>("missed").unwrap_or(0);
                    let covered = element.number::<u64>("covered").unwrap_or(0);
                    let count = Count { covered, total: covered.saturating_add(missed) };
                    let into = match (open.last().map(String::as_str), &file) {
                        (Some("sourcefile"), Some(file)) => coverage.files.entry(file.clone()).or_default(),
                        (Some("report"), _) => &mut overall,
                        _ => return Ok(()),
                    };
                    match element.attribute("type").as_deref() {
                        Some("LINE") => into.lines = count,
                        Some("BRANCH") => into.branches = count,
                        Some("METHOD") => into.functions = count,
                        _ => {}
                    }
                }
                _ => {}
            },
            Step::Close(name) => match name.as_str() {
                "group" => drop(groups.pop()),
                "sourcefile" => file = None,
                _ => {}
            },
            Step::Text(_) => {}
        }
        Ok(())
    })?;
    // Classes that were compiled without their sources' names have no source file.
    let listed: u64 = coverage.files.values().map(|covered| covered.lines.total).sum();
    if listed < overall.lines.total || coverage.files.is_empty() && overall != Covered::default() {
        coverage.files.clear();
        coverage.overall = Some(Overall::Counted(overall));
    }
    Ok(Evidence::Coverage(coverage))
}
