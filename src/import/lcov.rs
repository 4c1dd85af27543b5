//! LCOV tracefiles, of geninfo, llvm-cov, istanbul, Dart and others.
//!
//! A file may have several records, one a test: a line that ran in any of them ran. Totals that a record states count only
//! where it lists nothing.

use std::collections::BTreeMap;

use super::{Count, Coverage, Covered, Evidence, Fault, text};

/// What is known of a file.
#[derive(Default)]
struct Source {
    lines: BTreeMap<u64, bool>,
    branches: BTreeMap<(u64, String), bool>,
    /// By name; by `#` and number as LCOV 2 has them, where several names may be one function.
    functions: BTreeMap<String, bool>,
    declared: Covered,
}

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    let mut files: BTreeMap<String, Source> = BTreeMap::new();
    let mut name = None::<String>;
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "end_of_record" {
            name = None;
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            return Err(Fault::at(start, "has a line that is no `KEY:VALUE`"));
        };
        if key == "SF" {
            let path = text::slashes(value);
            files.entry(path.clone()).or_default();
            name = Some(path);
        } else if let Some(name) = &name {
            let file = files.entry(name.clone()).or_default();
            file.record(key, value).ok_or_else(|| Fault::at(start, format!("has a `{key}` that can't be read")))?;
        } else if !["TN", "VER"].contains(&key) {
            return Err(Fault::at(start, format!("has a `{key}` before any `SF`")));
        }
    }
    if files.is_empty() {
        return Err(Fault::new("names no source file (`SF:`)"));
    }
    let files = files.into_iter().map(|(name, source)| (name, source.covered())).collect();
    Ok(Evidence::Coverage(Coverage { files, overall: None }))
}

impl Source {
    /// One line of a record; none where it can't be read. What is not known is passed over.
    fn record(&mut self, key: &str, value: &str) -> Option<()> {
        let mut fields = value.split(',');
        match key {
            "DA" => {
                let number = number(fields.next()?)?;
                let hit = count(fields.next()?)? > 0;
                *self.lines.entry(number).or_default() |= hit;
            }
            "BRDA" => {
                let line = number(fields.next()?)?;
                let rest: Vec<&str> = fields.collect();
                let (taken, place) = rest.split_last()?;
                // `-`: the branch was never reached.
                let taken = taken.trim() != "-" && count(taken)? > 0;
                *self.branches.entry((line, place.join(","))).or_default() |= taken;
            }
            "FN" => {
                // `LINE,NAME`, or `LINE,END,NAME`; a name may have commas.
                let (_, rest) = value.split_once(',')?;
                let name = match rest.split_once(',') {
                    Some((end, name)) if number(end).is_some() => name,
                    _ => rest,
                };
                self.functions.entry(name.to_owned()).or_default();
            }
            "FNDA" => {
                let (hits, name) = value.split_once(',')?;
                *self.functions.entry(name.to_owned()).or_default() |= count(hits)? > 0;
            }
            "FNL" => {
                self.functions.entry(format!("#{}", number(fields.next()?)?)).or_default();
            }
            "FNA" => {
                let function = format!("#{}", number(fields.next()?)?);
                *self.functions.entry(function).or_default() |= count(fields.next()?)? > 0;
            }
            "LF" => self.declared.lines.total = number(value)?,
            "LH" => self.declared.lines.covered = number(value)?,
            "BRF" => self.declared.branches.total = number(value)?,
            "BRH" => self.declared.branches.covered = number(value)?,
            "FNF" => self.declared.functions.total = number(value)?,
            "FNH" => self.declared.functions.covered = number(value)?,
            _ => {}
        }
        Some(())
    }

    fn covered(&self) -> Covered {
        let counted = |hits: &mut dyn Iterator<Item = bool>, declared: Count| {
            let mut count = Count::default();
            hits.for_each(|hit| count.add(hit));
            if count.total == 0 { declared } else { count }
        };
        Covered {
            lines: counted(&mut self.lines.values().copied(), self.declared.lines),
            branches: counted(&mut self.branches.values().copied(), self.declared.branches),
            functions: counted(&mut self.functions.values().copied(), self.declared.functions),
        }
    }
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// A number of runs: some tools write large ones as decimals, and negative ones where a counter was not consistent.
fn count(text: &str) -> Option<u64> {
    number(text).or_else(|| text.trim().parse::<f64>().ok().map(|hits| hits.max(0.0) as u64))
}
