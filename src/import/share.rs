//! Which component a file of a report belongs to.
//!
//! With one component, all of a report is about it. With several, the longest of their folders that a file lies in
//! decides; reports write paths absolute, relative to anything, or behind a module's address, so a folder counts wherever
//! its names stand in the path one after the other.

use super::{Count, Coverage, Covered, Finding, Overall, Severity};

/// A component that a report is about.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is called.
    pub component: String,
    /// The folder of its code, where it has one of its own.
    pub folder: Option<String>,
}

/// Coverage of a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measured {
    /// Counted.
    Counted(Covered),
    /// A share of lines, from 0 to 1.
    Rate(f64),
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Critical ones.
    pub critical: u64,
    /// High ones.
    pub high: u64,
    /// Medium ones.
    pub medium: u64,
    /// Low ones.
    pub low: u64,
}

/// What became of a report: a value for each component, in their order, and how many files or findings no component has.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared<T> {
    /// For each component.
    pub parts: Vec<T>,
    /// The paths of what belongs to none, each once.
    pub strangers: Vec<String>,
}

/// Divides coverage.
///
/// # Errors
/// The report tells of all files together only, and there are several components.
pub fn coverage(coverage: &Coverage, parts: &[Part]) -> Result<Shared<Measured>, String> {
    if let Some(overall) = coverage.overall {
        if parts.len() > 1 {
            return Err("tells no files, so it can't be divided among several components".to_owned());
        }
        let measured = match overall {
            Overall::Counted(covered) => Measured::Counted(covered),
            Overall::Rate(rate) => Measured::Rate(rate),
        };
        return Ok(Shared { parts: vec![measured], strangers: Vec::new() });
    }
    let mut sums = vec![Covered::default(); parts.len()];
    let mut strangers = Vec::new();
    for (file, covered) in &coverage.files {
        match owner(file, parts) {
            Some(at) => sums[at].join(*covered),
            None => strangers.push(file.clone()),
        }
    }
    Ok(Shared { parts: sums.into_iter().map(Measured::Counted).collect(), strangers })
}

/// Divides findings. One without a file counts for every component: nobody may overlook it.
#[must_use]
pub fn findings(findings: &[Finding], parts: &[Part]) -> Shared<Tally> {
    let mut tallies = vec![Tally::default(); parts.len()];
    let mut strangers = Vec::new();
    for finding in findings {
        match &finding.file {
            None => tallies.iter_mut().for_each(|tally| tally.add(finding.severity)),
            Some(file) => match owner(file, parts) {
                Some(at) => tallies[at].add(finding.severity),
                None => strangers.push(file.clone()),
            },
        }
    }
    strangers.sort();
    strangers.dedup();
    Shared { parts: tallies, strangers }
}

impl Tally {
    fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
        } += 1;
    }
}

/// Joins the coverage of several reports. What only a whole knows is added up as a whole.
#[must_use]
pub fn joined(reports: Vec<Coverage>) -> Coverage {
    let mut reports = reports.into_iter();
    let mut all = reports.next().unwrap_or_default();
    for report in reports {
        match (all.overall, report.overall) {
            (None, None) => {
                for (file, covered) in report.files {
                    all.files.entry(file).or_default().join(covered);
                }
            }
            _ => {
                let mut sum = whole(&all);
                sum.join(whole(&report));
                all = Coverage { overall: Some(Overall::Counted(sum)), ..Coverage::default() };
            }
        }
    }
    all
}

fn whole(coverage: &Coverage) -> Covered {
    match coverage.overall {
        Some(Overall::Counted(covered)) => covered,
        // A share without a count weighs as a hundred lines would.
        Some(Overall::Rate(rate)) => {
            let lines = Count { covered: (rate * 100.0).round() as u64, total: 100 };
            Covered { lines, ..Covered::default() }
        }
        None => coverage.files.values().fold(Covered::default(), |mut sum, covered| {
            sum.join(*covered);
            sum
        }),
    }
}

/// The component that a file belongs to.
fn owner(file: &str, parts: &[Part]) -> Option<usize> {
    if let [_] = parts {
        return Some(0);
    }
    let within = |part: &Part| {
        let folder = part.folder.as_deref()?.trim_matches('/');
        let inside =
            !folder.is_empty() && format!("/{}", file.trim_start_matches('/')).contains(&format!("/{folder}/"));
        inside.then_some(folder.len())
    };
    parts
        .iter()
        .enumerate()
        .filter_map(|(at, part)| within(part).map(|length| (length, at)))
        // Of two of the same length the first one.
        .max_by_key(|(length, at)| (*length, std::cmp::Reverse(*at)))
        .map(|(_, at)| at)
}
