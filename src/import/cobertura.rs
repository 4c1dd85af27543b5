//! Cobertura XML, as coverage.py, coverlet, istanbul, gcovr, grcov and others write it.
//!
//! Lines are counted once a file, though a file may have several classes and a line stands below its method as well. A
//! report without lines is believed what it declares.

use std::collections::BTreeMap;

use super::xml::{Element, Step, walk};
use super::{Count, Coverage, Covered, Evidence, Fault, Overall, text};

/// A line of a file.
#[derive(Clone, Copy, Default)]
struct Line {
    hit: bool,
    branches: Count,
}

/// What is known of a file: its lines, and whether each method ran.
#[derive(Default)]
struct Source {
    lines: BTreeMap<u64, Line>,
    /// Lines that stand below methods alone.
    of_methods: BTreeMap<u64, Line>,
    methods: BTreeMap<String, bool>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    let mut files: BTreeMap<String, Source> = BTreeMap::new();
    let mut declared = None;
    let mut roots: Vec<String> = Vec::new();
    let mut file = String::new();
    let mut class = String::new();
    let mut method = None::<String>;
    walk(&source, &["coverage"], |open, step| {
        let step = match step {
            Step::Open(element) => element,
            Step::Close(name) => {
                if name == "method" {
                    method = None;
                }
                return Ok(());
            }
            Step::Text(text) => {
                if open.last().is_some_and(|name| name == "source") && !text.trim().is_empty() {
                    roots.push(text::slashes(&text));
                }
                return Ok(());
            }
        };
        match step.name().as_str() {
            "coverage" => declared = of_declared(&step),
            "class" => {
                file = text::slashes(&step.attribute("filename").unwrap_or_default());
                class = step.attribute("name").unwrap_or_default();
            }
            "method" => {
                let name = step.attribute("name").unwrap_or_default();
                let key = format!("{class} {name} {}", step.attribute("signature").unwrap_or_default());
                let ran = step.number::<f64>("line-rate").is_some_and(|rate| rate > 0.0);
                files.entry(file.clone()).or_default().methods.insert(key.clone(), ran);
                method = Some(key);
            }
            "line" => {
                let Some(number) = step.number::<u64>("number") else { return Ok(()) };
                let of_file = files.entry(file.clone()).or_default();
                let hit = step.number::<f64>("hits").is_some_and(|hits| hits > 0.0);
                if let Some(method) = &method
                    && hit
                    && let Some(ran) = of_file.methods.get_mut(method)
                {
                    *ran = true;
                }
                let lines = if method.is_some() { &mut of_file.of_methods } else { &mut of_file.lines };
                let line = lines.entry(number).or_default();
                line.hit |= hit;
                let branches = step.attribute("condition-coverage").and_then(|text| conditions(&text));
                if let Some(branches) = branches
                    && branches.covered >= line.branches.covered
                {
                    line.branches = branches;
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    let root = roots.first().filter(|_| roots.len() == 1).map(|root| root.trim_end_matches('/'));
    let mut coverage = Coverage::default();
    for (name, source) in files {
        let lines = if source.lines.is_empty() { &source.of_methods } else { &source.lines };
        if lines.is_empty() {
            continue;
        }
        let mut covered = Covered::default();
        for line in lines.values() {
            covered.lines.add(line.hit);
            covered.branches.join(line.branches);
        }
        source.methods.values().for_each(|ran| covered.functions.add(*ran));
        let absolute = name.starts_with('/') || name.get(1..2) == Some(":");
        let path = match root {
            Some(root) if !absolute && !root.is_empty() => format!("{root}/{name}"),
            _ => name,
        };
        coverage.files.entry(path).or_default().join(covered);
    }
    coverage.overall = declared.filter(|_| coverage.files.is_empty());
    Ok(Evidence::Coverage(coverage))
}

/// What the report says of itself.
fn of_declared(element: &Element<'_>) -> Option<Overall> {
    let count = |covered: &str, total: &str| {
        let number = |name: &str| element.number::<f64>(name).filter(|number| (0.0..1e15).contains(number));
        Some(Count { covered: number(covered)? as u64, total: number(total)? as u64 }).filter(|count| count.total > 0)
    };
    if let Some(lines) = count("lines-covered", "lines-valid") {
        let branches = count("branches-covered", "branches-valid").unwrap_or_default();
        return Some(Overall::Counted(Covered { lines, branches, functions: Count::default() }));
    }
    element.number::<f64>("line-rate").filter(|rate| (0.0..=1.0).contains(rate)).map(Overall::Rate)
}

/// `50% (1/2)`.
fn conditions(text: &str) -> Option<Count> {
    let (covered, total) = text.split_once('(')?.1.trim_end().strip_suffix(')')?.split_once('/')?;
    Some(Count { covered: covered.trim().parse().ok()?, total: total.trim().parse().ok()? })
}
