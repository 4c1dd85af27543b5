//! Go's cover profiles: blocks of statements. Statements are counted as lines, as `go tool cover` does.

use std::collections::BTreeMap;

use super::{Count, Coverage, Covered, Evidence, Fault, text};

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    // A block may stand once a test binary: it ran where it ran in any.
    let mut blocks: BTreeMap<(String, String), (u64, bool)> = BTreeMap::new();
    let mut at = 0;
    let mut begun = false;
    for line in source.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        // Profiles that were joined have several such lines.
        if line.starts_with("mode:") {
            begun = true;
            continue;
        }
        if !begun {
            return Err(Fault::at(start, "does not begin with `mode:`"));
        }
        let (file, range, statements, ran) =
            block(line).ok_or_else(|| Fault::at(start, "has a line that is no `FILE:FROM,TO STATEMENTS COUNT`"))?;
        let known = blocks.entry((file, range)).or_insert((statements, false));
        known.1 |= ran;
    }
    if !begun {
        return Err(Fault::new("is empty"));
    }
    let mut coverage = Coverage::default();
    for ((file, _), (statements, ran)) in blocks {
        let lines = Count { covered: if ran { statements } else { 0 }, total: statements };
        coverage.files.entry(file).or_default().join(Covered { lines, ..Covered::default() });
    }
    Ok(Evidence::Coverage(coverage))
}

/// `FILE:1.2,3.4 STATEMENTS COUNT`; the file may have colons and spaces.
fn block(line: &str) -> Option<(String, String, u64, bool)> {
    let (rest, count) = line.rsplit_once(' ')?;
    let (rest, statements) = rest.rsplit_once(' ')?;
    let (file, range) = rest.rsplit_once(':')?;
    range.split_once(',')?;
    let count: u64 = count.parse().ok()?;
    Some((text::slashes(file), range.to_owned(), statements.parse().ok()?, count > 0))
}
