//! The one namer: names within a target's limits, and no two objects with one name.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, code};
use crate::ir::Origin;
pub use crate::plan::names::{hashed, shorten};

/// The label that holds a component's name on all that runs of it in a cluster.
pub const COMPONENT_LABEL: &str = "app.kubernetes.io/name";

/// A label of a cluster's object as Prometheus finds it: `pod_label` or `service_label`, then the label.
#[must_use]
pub fn meta_label(object: &str, label: &str) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    format!("__meta_kubernetes_{object}_{}", label.chars().map(plain).collect::<String>())
}

/// A text as a label's value: other characters become `_`, and its ends are letters or digits.
#[must_use]
pub fn label_value(text: &str, max: u32) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    if bytes.len() <= max as usize
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| is_plain(*byte))
    {
        return text.to_owned();
    }
    let clean: String = text
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() || "-_.".contains(character) { character } else { '_' })
        .collect();
    let clean = clean.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    shorten(clean, max)
}

/// A name as an IANA service name, which a container port has: a letter somewhere, no two hyphens in a row.
#[must_use]
pub fn port_name(name: &str, max: u32) -> String {
    let legal = name.len() <= max as usize
        && !name.contains("--")
        && name.chars().any(|character| character.is_ascii_alphabetic());
    if legal {
        return name.to_owned();
    }
    let mut readable = name.to_owned();
    while readable.contains("--") {
        readable = readable.replace("--", "-");
    }
    if !readable.starts_with(|first: char| first.is_ascii_alphabetic()) {
        readable.insert_str(0, "p-");
    }
    hashed(&readable, name, max as usize)
}

/// Sees to it that no two things share a name.
#[derive(Debug, Default)]
pub struct Claims {
    taken: BTreeMap<(String, String), (String, Origin)>,
    problems: Vec<Diagnostic>,
}

impl Claims {
    /// Takes `name` among all names of `space`, for `what`; a second taker is a T003.
    pub fn claim(&mut self, space: &str, name: &str, what: &str, origin: Origin) {
        let key = (space.to_owned(), name.to_owned());
        if let Some((first, place)) = self.taken.get(&key) {
            let message = format!("{space} `{name}` would be made twice: for {first} and for {what}");
            let problem = Diagnostic::new(code::NAME_OVER_LIMIT, origin, message, "takes the name a second time")
                .label(*place, "takes the name first")
                .help("rename one of the two");
            self.problems.push(problem);
        } else {
            self.taken.insert(key, (what.to_owned(), origin));
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Vec<Diagnostic> {
        self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Rule;

    #[test]
    fn a_name_that_fits_is_kept() {
        assert_eq!(shorten("checkout", 8), "checkout");
    }

    #[test]
    fn long_names_stay_apart() {
        let (one, two) = (shorten(&"a".repeat(70), 63), shorten(&"a".repeat(71), 63));
        assert_eq!((one.len(), two.len()), (63, 63));
        assert_ne!(one, two);
    }

    #[test]
    fn port_names_are_service_names() {
        assert_eq!(port_name("http", 15), "http");
        for name in ["a-name-that-is-too-long", "a--b", "8080", "123456789012345678"] {
            let made = port_name(name, 15);
            assert!(made.len() <= 15 && !made.contains("--"), "{made}");
            assert!(made.starts_with(|first: char| first.is_ascii_alphabetic()), "{made}");
        }
    }

    #[test]
    fn labels_have_legal_values() {
        assert_eq!(label_value("1.2.3+build.7", 63), "1.2.3_build.7");
        assert_eq!(label_value("-beta-", 63), "beta");
    }

    #[test]
    fn a_second_taker_is_told() {
        let mut claims = Claims::default();
        let origin = Origin::rule(Rule(1));
        claims.claim("Service", "a", "one", origin);
        claims.claim("Service", "b", "two", origin);
        claims.claim("Service", "a", "three", origin);
        let problems = claims.finish();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains("for one and for three"), "{}", problems[0].message);
    }
}
