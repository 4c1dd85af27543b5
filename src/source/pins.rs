//! The pins of actions that stand in committed workflows.

/// An action as a workflow pins it: `uses: OWNER/NAME@COMMIT # VERSION`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommittedPin {
    /// `OWNER/NAME` or `OWNER/NAME/FOLDER`.
    pub uses: String,
    /// What the comment says.
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
}

/// The pins of a workflow's text, sorted, each once. It is no YAML reader: it knows what pathc and Dependabot write.
#[must_use]
pub fn pins(text: &str) -> Vec<CommittedPin> {
    let mut found: Vec<CommittedPin> = text.lines().filter_map(pin).map(|(pin, _)| pin).collect();
    found.sort();
    found.dedup();
    found
}

/// The pin of a line, and where `COMMIT # VERSION` stands in it.
#[must_use]
pub fn pin(line: &str) -> Option<(CommittedPin, std::ops::Range<usize>)> {
    let line = line.trim_end();
    let indent = line.len() - line.trim_start().len();
    let rest = line[indent..].strip_prefix("- ").unwrap_or(&line[indent..]);
    let rest = rest.strip_prefix("uses: ")?;
    let (uses, rest) = rest.split_once('@')?;
    let (commit, version) = rest.split_once(" # ")?;
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_version = !version.is_empty() && !version.contains(char::is_whitespace);
    let start = line.len() - rest.len();
    (is_commit && is_version).then(|| {
        let pin =
            CommittedPin { uses: uses.to_owned(), version: version.to_owned(), commit: commit.to_ascii_lowercase() };
        (pin, start..line.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_a_commit_with_its_version() {
        let commit = "0123456789abcdef".repeat(3)[..40].to_owned();
        for line in [format!("      - uses: a/b@{commit} # v1.2"), format!("uses: a/b@{commit} # v1.2\r")] {
            let (pin, range) = pin(&line).unwrap();
            assert_eq!((pin.uses.as_str(), pin.version.as_str(), &pin.commit), ("a/b", "v1.2", &commit));
            assert_eq!(&line[range], format!("{commit} # v1.2"));
        }
        for line in [
            format!("uses: a/b@{commit}"),
            format!("uses: a/b@{} # v1", &commit[1..]),
            format!("name: a/b@{commit} # v1"),
            format!("uses: a/b@{commit} # v1 and more"),
            "uses: ./x".to_owned(),
        ] {
            assert_eq!(pin(&line), None, "{line}");
        }
    }
}
