//! Addresses of the outside world: URLs, registries, images, regions, accounts. Only their form can be judged here.

use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::source::scalar::shown;

use super::Resolver;

/// Why an address is refused: the end of a sentence, and what to write.
type Refusal = (&'static str, String);

impl Resolver<'_> {
    /// Reports a text that is no URL.
    pub(super) fn check_url(&mut self, text: &Traced<String>) {
        self.check_address(text, "a URL", url(text));
    }

    /// Reports a text that is not the address of a registry.
    pub(super) fn check_registry(&mut self, text: &Traced<String>) {
        self.check_address(text, "a registry", registry(text));
    }

    /// Reports a text that is not an image's name alone.
    pub(super) fn check_image(&mut self, text: &Traced<String>) {
        self.check_address(text, "an image's name", image(text));
    }

    /// Reports a text that is not a region.
    pub(super) fn check_region(&mut self, text: &Traced<String>) {
        self.check_address(text, "a region", region(text));
    }

    /// Reports a text that is not an account.
    pub(super) fn check_account(&mut self, text: &Traced<String>) {
        self.check_address(text, "an account", account(text));
    }

    fn check_address(&mut self, text: &Traced<String>, what: &str, found: Result<(), Refusal>) {
        let Err((why, help)) = found else { return };
        self.report(
            Diagnostic::new(
                code::BAD_VALUE,
                text.origin,
                format!("`{}` {why}", shown(text)),
                format!("expected {what}"),
            )
            .help(help),
        );
    }
}

fn blank(text: &str) -> bool {
    text.is_empty() || text.chars().any(|character| character.is_whitespace() || character.is_control())
}

fn url(text: &str) -> Result<(), Refusal> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !blank(text) && !rest.starts_with('/') && !rest.is_empty() => Ok(()),
        Some(_) => Err(("is not a URL", "write `https://HOST/PATH`".to_owned())),
        None if blank(text) || text.contains("://") => Err(("is not a URL", "write `https://HOST/PATH`".to_owned())),
        None => Err(("has no scheme", format!("write `https://{}`", shown(text)))),
    }
}

fn registry(text: &str) -> Result<(), Refusal> {
    if let Some((_, rest)) = text.split_once("://") {
        return Err(("has a scheme", format!("write `{}`", shown(rest.trim_end_matches('/')))));
    }
    if blank(text) {
        return Err(("is not a registry", "write its address, such as `ghcr.io/acme`".to_owned()));
    }
    if text.ends_with('/') {
        return Err(("ends with `/`", format!("write `{}`", shown(text.trim_end_matches('/')))));
    }
    lower_case(text)
}

fn lower_case(text: &str) -> Result<(), Refusal> {
    if text.chars().any(char::is_uppercase) {
        return Err(("has upper-case letters", format!("write `{}`", shown(&text.to_lowercase()))));
    }
    Ok(())
}

fn image(text: &str) -> Result<(), Refusal> {
    registry(text)?;
    if let Some((name, _)) = text.split_once('@') {
        return Err(("has a digest", format!("write `{}`, and the digest as `digest`", shown(name))));
    }
    // A colon before the last `/` is a registry's port.
    let last = text.rsplit('/').next().unwrap_or_default();
    match last.split_once(':') {
        Some((_, tag)) => {
            let name = &text[..text.len() - tag.len() - 1];
            Err(("has a tag", format!("write `{}`, and the tag as `version`", shown(name))))
        }
        None => Ok(()),
    }
}

fn region(text: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let good = parts.len() >= 3
        && parts[0].len() == 2
        && parts[..parts.len() - 1].iter().all(word)
        && parts.last().is_some_and(digits);
    if good {
        return Ok(());
    }
    // A zone is a region with a letter.
    let without = text.trim_end_matches(|character: char| character.is_ascii_lowercase());
    if without != text && region(without).is_ok() {
        return Err(("is a zone", format!("write its region, `{}`", shown(without))));
    }
    Err(("is not a region", "write the region's code, such as `eu-west-1`".to_owned()))
}

fn account(text: &str) -> Result<(), Refusal> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 12 {
        return Err(("is not an account", format!("write `{digits}`")));
    }
    Err(("is not an account", "write the 12 digits of the account, zeros included".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Form = fn(&str) -> Result<(), Refusal>;

    #[test]
    fn takes_what_is_well_formed() {
        let good: [(Form, &[&str]); 5] = [
            (url, &["https://prometheus.acme.example:9090/api", "http://localhost"]),
            (registry, &["ghcr.io/acme", "localhost:5000", "012345678901.dkr.ecr.eu-west-1.amazonaws.com"]),
            (image, &["ghcr.io/acme/web", "localhost:5000/web"]),
            (region, &["eu-west-1", "us-gov-west-1", "ap-southeast-2"]),
            (account, &["012345678901"]),
        ];
        for (form, texts) in good {
            for text in texts {
                assert_eq!(form(text), Ok(()), "{text}");
            }
        }
    }

    #[test]
    fn says_what_to_write_instead() {
        let bad: [(Form, &str, &str); 11] = [
            (url, "prometheus:9090", "write `https://prometheus:9090`"),
            (url, "ftp://x", "write `https://HOST/PATH`"),
            (url, "https://", "write `https://HOST/PATH`"),
            (registry, "https://ghcr.io/acme/", "write `ghcr.io/acme`"),
            (registry, "ghcr.io/Acme", "write `ghcr.io/acme`"),
            (image, "ghcr.io/acme/web:1.2", "write `ghcr.io/acme/web`, and the tag as `version`"),
            (image, "localhost:5000/web@sha256:00", "write `localhost:5000/web`, and the digest as `digest`"),
            (region, "eu-west-1a", "write its region, `eu-west-1`"),
            (region, "Ireland", "write the region's code, such as `eu-west-1`"),
            (account, "0123-4567-8901", "write `012345678901`"),
            (account, "12345678901", "write the 12 digits of the account, zeros included"),
        ];
        for (form, text, help) in bad {
            assert_eq!(form(text).unwrap_err().1, help, "{text}");
        }
    }
}
