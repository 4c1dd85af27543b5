//! The manifest's own values: repository, levels, waivers, targets, platform.

use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::ir::choice::{Level, Runtime};
use crate::ir::system::{Platform, TargetChoice};
use crate::source::scalar::shown;
use crate::source::{Fix, Origin};

use super::Resolver;
use crate::input::manifest::{Manifest, PlatformInput, TargetOptions, TargetsInput};
use crate::input::rules;

/// Targets that ask a Prometheus.
const MONITORING: [&str; 2] = ["prometheus", "grafana"];

impl Resolver<'_> {
    /// Reports what is wrong in the manifest beside its form.
    pub(super) fn check_manifest(&mut self, manifest: &Manifest) {
        if let Some(repository) = &manifest.repository
            && !is_repository(repository)
        {
            self.report(
                Diagnostic::new(
                    code::BAD_VALUE,
                    repository.origin,
                    format!("`{}` is not a repository", shown(repository)),
                    "expected `github.com/OWNER/NAME`",
                )
                .help(match repository_in(repository) {
                    Some(found) => format!("write `{found}`"),
                    None => "write `github.com/OWNER/NAME`".to_owned(),
                }),
            );
        }
        for (name, level) in manifest.levels.iter() {
            self.check_level(name, *level);
        }
        for waiver in &manifest.waivers {
            if !(is_code(&waiver.gate) && waiver.gate.starts_with('G')) {
                self.bad_code(&waiver.gate, "only gates can be waived");
            }
        }
        if let Some(targets) = &manifest.targets {
            self.unique(
                targets.targets.iter().map(|(name, _)| (name.value.as_str(), name.origin)),
                |name| format!("the target `{name}` stands twice"),
                "keep one of the two",
            );
        }
        let platform = manifest.platform.iter();
        let addresses = platform.flat_map(|known| [&known.prometheus, &known.alertmanager, &known.grafana]);
        for address in addresses.flatten() {
            self.check_url(&address.url);
        }
        self.check_monitoring(manifest);
    }

    fn check_level(&mut self, name: &Traced<String>, level: Traced<Level>) {
        if !is_code(name) {
            self.bad_code(name, "levels are by code");
        } else if !name.starts_with('G') {
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    name.origin,
                    format!("`{name}` can't be set to `{level}`"),
                    "not a gate",
                )
                .help("remove it: only gates, whose codes begin with `G`, may change their level"),
            );
        }
    }

    fn bad_code(&mut self, text: &Traced<String>, label: &str) {
        let upper = text.trim().to_ascii_uppercase();
        let message = format!("`{}` is not the code of a gate", shown(text));
        let found = Diagnostic::new(code::BAD_VALUE, text.origin, message, label);
        self.report(if is_code(&upper) && upper.starts_with('G') {
            found.help(format!("write `{upper}`")).fix(Some(Fix::safe(text.origin, upper)))
        } else {
            found.help("write the code of a gate, such as `G304`; `pathc gates` lists them")
        });
    }

    fn check_monitoring(&mut self, manifest: &Manifest) {
        let url = manifest.platform.as_ref().and_then(|platform| platform.prometheus.as_ref());
        let asked = match &manifest.targets {
            None => None,
            Some(targets) => match targets.targets.iter().find(|(name, _)| MONITORING.contains(&name.value.as_str())) {
                Some((name, _)) => Some(name.origin),
                None => return,
            },
        };
        if manifest.runtime.value != Runtime::Ecs || url.is_some() {
            return;
        }
        let diagnostic = Diagnostic::new(
            code::MISSING_KEY,
            manifest.runtime.origin,
            "with `runtime: ecs` the monitoring targets need `platform.prometheus.url`",
            "pathc installs no Prometheus here",
        );
        let diagnostic = match asked {
            Some(origin) => diagnostic.label(origin, "a monitoring target"),
            None => diagnostic,
        };
        self.report(diagnostic.help(
            "add `platform: {prometheus: {url: https://…}}`, or list `targets` without `prometheus` and `grafana`",
        ));
    }
}

/// `github.com/OWNER/NAME`.
fn is_repository(text: &str) -> bool {
    let mut parts = text.split('/');
    let word = |part: Option<&str>| {
        part.is_some_and(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        })
    };
    parts.next() == Some("github.com") && word(parts.next()) && word(parts.next()) && parts.next().is_none()
}

/// The repository that a URL names.
fn repository_in(text: &str) -> Option<String> {
    let rest = text.split_once("github.com").map(|(_, rest)| rest.trim_start_matches([':', '/']))?;
    let rest = rest.trim_end_matches('/').trim_end_matches(".git");
    let found = format!("github.com/{rest}");
    is_repository(&found).then_some(found)
}

/// A letter of the four families and three digits.
fn is_code(text: &str) -> bool {
    matches!(text.as_bytes(), [b'E' | b'G' | b'T' | b'O', digits @ ..] if digits.len() == 3 && digits.iter().all(u8::is_ascii_digit))
}

/// What the cluster has.
pub(super) fn platform(input: Option<PlatformInput>) -> Option<Platform> {
    let input = match input {
        Some(input) => input,
        None => PlatformInput::absent(Origin::rule(rules::PLATFORM))?,
    };
    Some(Platform {
        ingress: input.ingress,
        rollouts: input.rollouts,
        keda: input.keda,
        external_secrets: input.external_secrets,
        prometheus_url: input.prometheus.map(|address| address.url),
        alertmanager_url: input.alertmanager.map(|address| address.url),
        grafana_url: input.grafana.map(|address| address.url),
    })
}

/// The targets that were asked for.
pub(super) fn targets(input: TargetsInput) -> Vec<TargetChoice> {
    let choice = |(name, options): (_, Option<TargetOptions>)| {
        let (out, install) = options.map_or((None, None), |options| (options.out, options.install));
        TargetChoice { name, out, install }
    };
    input.targets.into_iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_host_owner_and_name() {
        assert!(is_repository("github.com/acme/shop.web"));
        for text in
            ["acme/shop", "github.com/acme", "github.com/acme/shop/x", "https://github.com/acme/shop", "github.com//x"]
        {
            assert!(!is_repository(text), "{text}");
        }
    }

    #[test]
    fn a_url_shows_what_to_write() {
        for text in ["https://github.com/acme/shop.git", "git@github.com:acme/shop.git", "github.com/acme/shop/"] {
            assert_eq!(repository_in(text).as_deref(), Some("github.com/acme/shop"), "{text}");
        }
        assert_eq!(repository_in("gitlab.com/acme/shop"), None);
    }

    #[test]
    fn a_code_is_a_family_and_three_digits() {
        assert!(is_code("G304") && is_code("E001") && is_code("T001") && is_code("O001"));
        for text in ["g304", "G30", "G3040", "X304", "G3a4", ""] {
            assert!(!is_code(text), "{text}");
        }
    }
}
