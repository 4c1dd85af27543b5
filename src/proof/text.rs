//! What every text is looked through for, in whatever language it is: digests, secrets, names of environments.

use memchr::memmem;

use super::{Place, Proof};

/// The digests of a text, as 64 digits each.
pub(super) fn digests(text: &str) -> impl Iterator<Item = &str> {
    const HEAD: &str = "sha256:";
    const DIGITS: usize = 64;
    memmem::find_iter(text.as_bytes(), HEAD).filter_map(move |at| {
        let digits = text.get(at + HEAD.len()..at + HEAD.len() + DIGITS)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)
    })
}

impl Proof<'_> {
    pub(super) fn text(&self, place: Place<'_>, text: &str) {
        self.digests_of(place, text);
        if let Some(environment) = place.environment {
            self.names_of(place, environment, text);
        }
    }

    fn digests_of(&self, place: Place<'_>, text: &str) {
        let environments = &self.expected.environments;
        for digest in digests(text) {
            let here = |name: &str| environments.get(name).is_some_and(|found| found.digests.contains(digest));
            if place.environment.is_some_and(here) {
                continue;
            }
            let elsewhere =
                || environments.iter().find(|(_, found)| found.digests.contains(digest)).map(|(name, _)| *name);
            match (place.environment, elsewhere()) {
                (None, Some(_)) => {}
                (Some(environment), Some(other)) => {
                    self.object(
                        place,
                        format!("of `{environment}` has the digest sha256:{digest}, which runs in `{other}`"),
                    );
                }
                (_, None) if self.expected.is_known(digest) => {}
                (_, None) => self.object(place, format!("has the digest sha256:{digest}, which is in no plan")),
            }
        }
    }

    /// Secrets and resources of another environment.
    fn names_of(&self, place: Place<'_>, environment: &str, text: &str) {
        let system = self.expected.system;
        // Names stand behind the system's: `SYSTEM/ENVIRONMENT/…` and `SYSTEM-ENVIRONMENT-…`.
        for at in self.system.find_iter(text.as_bytes()) {
            let (before, rest) = (&text[..at], &text[at + system.len()..]);
            let Some(separator @ ('/' | '-')) = rest.chars().next() else { continue };
            if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.')) {
                continue;
            }
            let rest = &rest[1..];
            let ends = |name: &str| {
                rest.strip_prefix(name)
                    .is_some_and(|behind| !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            };
            let named = self.expected.environments.keys().filter(|name| ends(name)).max_by_key(|name| name.len());
            let Some(other) = named.filter(|name| **name != environment) else { continue };
            // `shop-prod-eu` may be `eu` in `prod`.
            if separator == '-' && other.starts_with(environment) {
                continue;
            }
            let word: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.')).collect();
            let word = format!("{system}{separator}{word}");
            self.object(place, format!("of `{environment}` names `{word}`, which is of `{other}`"));
        }
    }
}
