//! The shapes that issuers give their tokens, so that scanners can find them.
//!
//! Source: the issuers' own documentation of their formats, as public secret scanners use them (read November 2026). A shape
//! stands here only where its mark makes it certain; what has no mark is found by its name and randomness.

/// What the characters behind the mark may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Hexadecimal digits.
    Hex,
    /// Capitals and digits.
    Upper,
    /// Letters and digits.
    Letters,
    /// Letters, digits, `_` and `-`.
    Word,
    /// The same and `.`.
    Dotted,
    /// Base64: letters, digits, `+`, `/` and `=`.
    Base64,
}

impl Body {
    /// Whether a character may stand in it.
    pub(super) const fn takes(self, byte: u8) -> bool {
        match self {
            Body::Hex => byte.is_ascii_hexdigit(),
            Body::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Body::Letters => byte.is_ascii_alphanumeric(),
            Body::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Body::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Body::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        }
    }
}

/// A token: its mark, what follows, how many characters of it at least, and what it is.
pub(super) type Shape = (&'static str, Body, usize, &'static str);

/// The shapes, in no particular order.
pub(super) const SHAPES: &[Shape] = &[
    ("AKIA", Body::Upper, 16, "an AWS access key"),
    ("ASIA", Body::Upper, 16, "an AWS access key"),
    ("ABIA", Body::Upper, 16, "an AWS access key"),
    ("ACCA", Body::Upper, 16, "an AWS access key"),
    ("ghp_", Body::Letters, 36, "a GitHub token"),
    ("gho_", Body::Letters, 36, "a GitHub token"),
    ("ghu_", Body::Letters, 36, "a GitHub token"),
    ("ghs_", Body::Letters, 36, "a GitHub token"),
    ("ghr_", Body::Letters, 36, "a GitHub token"),
    ("github_pat_", Body::Word, 40, "a GitHub token"),
    ("glpat-", Body::Dotted, 20, "a GitLab token"),
    ("gldt-", Body::Word, 20, "a GitLab token"),
    ("glrt-", Body::Dotted, 20, "a GitLab token"),
    ("glcbt-", Body::Word, 20, "a GitLab token"),
    ("glptt-", Body::Hex, 40, "a GitLab token"),
    ("xoxb-", Body::Word, 20, "a Slack token"),
    ("xoxp-", Body::Word, 20, "a Slack token"),
    ("xoxa-", Body::Word, 20, "a Slack token"),
    ("xoxr-", Body::Word, 20, "a Slack token"),
    ("xoxs-", Body::Word, 20, "a Slack token"),
    ("xapp-", Body::Word, 20, "a Slack token"),
    ("sk_live_", Body::Letters, 16, "a Stripe key"),
    ("rk_live_", Body::Letters, 16, "a Stripe key"),
    ("sk_test_", Body::Letters, 24, "a Stripe key"),
    ("rk_test_", Body::Letters, 24, "a Stripe key"),
    ("whsec_", Body::Base64, 24, "a Stripe webhook secret"),
    ("AIza", Body::Word, 35, "a Google API key"),
    ("GOCSPX-", Body::Word, 28, "a Google client secret"),
    ("ya29.", Body::Word, 20, "a Google token"),
    ("npm_", Body::Letters, 36, "an npm token"),
    ("pypi-AgEIcHlwaS5vcmc", Body::Word, 20, "a PyPI token"),
    ("rubygems_", Body::Hex, 48, "a RubyGems key"),
    ("dop_v1_", Body::Hex, 40, "a DigitalOcean token"),
    ("doo_v1_", Body::Hex, 40, "a DigitalOcean token"),
    ("dor_v1_", Body::Hex, 40, "a DigitalOcean token"),
    ("SG.", Body::Dotted, 40, "a SendGrid key"),
    ("key-", Body::Hex, 32, "a Mailgun key"),
    ("hvs.", Body::Word, 24, "a Vault token"),
    ("hvb.", Body::Word, 24, "a Vault token"),
    ("hvr.", Body::Word, 24, "a Vault token"),
    ("dckr_pat_", Body::Word, 20, "a Docker token"),
    ("dckr_oat_", Body::Word, 20, "a Docker token"),
    ("sk-proj-", Body::Word, 20, "an API key"),
    ("sk-svcacct-", Body::Word, 20, "an API key"),
    ("sk-ant-", Body::Word, 20, "an API key"),
    ("hf_", Body::Letters, 34, "a Hugging Face token"),
    ("dapi", Body::Hex, 32, "a Databricks token"),
    ("NRAK-", Body::Upper, 27, "a New Relic key"),
    ("glsa_", Body::Word, 32, "a Grafana token"),
    ("glc_", Body::Base64, 32, "a Grafana token"),
    ("lin_api_", Body::Letters, 32, "a Linear key"),
    ("PMAK-", Body::Word, 40, "a Postman key"),
    ("shpat_", Body::Hex, 32, "a Shopify token"),
    ("shpca_", Body::Hex, 32, "a Shopify token"),
    ("shppa_", Body::Hex, 32, "a Shopify token"),
    ("shpss_", Body::Hex, 32, "a Shopify secret"),
    ("sq0atp-", Body::Word, 22, "a Square token"),
    ("sq0csp-", Body::Word, 40, "a Square secret"),
    ("pscale_tkn_", Body::Dotted, 32, "a PlanetScale token"),
    ("pscale_pw_", Body::Dotted, 32, "a PlanetScale password"),
    ("sbp_", Body::Hex, 40, "a Supabase token"),
    ("dp.pt.", Body::Letters, 40, "a Doppler token"),
    ("pul-", Body::Hex, 40, "a Pulumi token"),
    ("AGE-SECRET-KEY-1", Body::Upper, 40, "an age key"),
    ("sntrys_", Body::Word, 40, "a Sentry token"),
    ("SK", Body::Hex, 32, "a Twilio key"),
    ("AccountKey=", Body::Base64, 60, "an Azure storage key"),
    ("SharedAccessKey=", Body::Base64, 40, "an Azure access key"),
    ("hooks.slack.com/services/", Body::Base64, 30, "a Slack webhook"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_stands_once_and_says_what_it_is() {
        for (index, (mark, _, least, kind)) in SHAPES.iter().enumerate() {
            assert!(*least >= 16, "{mark}");
            assert!(kind.starts_with("a ") || kind.starts_with("an "), "{kind}");
            assert!(SHAPES[..index].iter().all(|(other, ..)| other != mark), "{mark}");
        }
    }
}
