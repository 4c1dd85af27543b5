//! What a credential looks like: the shapes that issuers give their tokens, and texts too random for their name.
//!
//! Sources of the shapes: the issuers' own documentation of their token prefixes, as secret scanners use them. Tuned so
//! that placeholders, references, paths and well-known development values are left alone.

/// What a text was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    /// A token whose issuer marks it.
    Token(&'static str),
    /// A private key.
    PrivateKey,
    /// A URL with a password in it.
    UrlPassword,
    /// A random text in a variable that is named like a secret.
    RandomText,
}

impl Credential {
    /// For a message: `an AWS access key`.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Credential::Token(kind) => kind,
            Credential::PrivateKey => "a private key",
            Credential::UrlPassword => "a URL with a password",
            Credential::RandomText => "a credential",
        }
    }
}

/// A token's prefix, how many characters follow at least, and what it is.
const TOKENS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xoxa-", 20, "a Slack token"),
    ("xapp-", 20, "a Slack token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("whsec_", 24, "a Stripe webhook secret"),
    ("AIza", 35, "a Google API key"),
    ("ya29.", 20, "a Google token"),
    ("npm_", 36, "an npm token"),
    ("pypi-AgEIcHlwaS5vcmc", 20, "a PyPI token"),
    ("dop_v1_", 40, "a DigitalOcean token"),
    ("SG.", 40, "a SendGrid key"),
    ("hvs.", 24, "a Vault token"),
    ("dckr_pat_", 20, "a Docker token"),
    ("sk-proj-", 20, "an API key"),
    ("sk-ant-", 20, "an API key"),
];

/// Looks for a credential in the text of a variable, or in a command where there is no name.
pub(super) fn find(name: Option<&str>, text: &str) -> Option<Credential> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
        return Some(Credential::PrivateKey);
    }
    for word in text
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | ';' | ':' | '@' | '/' | '(' | ')'))
    {
        if let Some(kind) = token(word) {
            return Some(Credential::Token(kind));
        }
    }
    if url_password(text) {
        return Some(Credential::UrlPassword);
    }
    if name.is_some_and(names_a_secret) && is_random(text) {
        return Some(Credential::RandomText);
    }
    None
}

fn token(word: &str) -> Option<&'static str> {
    let (_, _, kind) = TOKENS.iter().find(|(prefix, least, _)| {
        word.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= *least
                && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
                && distinct(rest) >= 6
        })
    })?;
    Some(kind)
}

/// `scheme://user:password@host` with a password that is no placeholder.
fn url_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next().unwrap_or_default();
        let Some((user_info, _)) = authority.rsplit_once('@') else { return false };
        user_info.split_once(':').is_some_and(|(_, password)| is_random(password))
    })
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    // What only says where a secret is, or how long it lives, is none.
    const HARMLESS: &[&str] = &[
        "_ARN",
        "_CHECKSUM",
        "_ENABLED",
        "_EXPIRY",
        "_FILE",
        "_HEADER",
        "_HOST",
        "_ID",
        "_LENGTH",
        "_NAME",
        "_PATH",
        "_TTL",
        "_TYPE",
        "_URL",
    ];
    const SECRET: &[&str] = &[
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
        "CREDENTIAL",
        "SIGNING_KEY",
        "ENCRYPTION_KEY",
    ];
    !HARMLESS.iter().any(|suffix| name.ends_with(suffix)) && SECRET.iter().any(|word| name.contains(word))
}

/// Whether a text is made by a generator rather than by a person: long enough, many different characters of several
/// kinds, and no reference to another place.
fn is_random(text: &str) -> bool {
    let placeholder =
        text.contains("$(") || text.contains("${") || text.contains("{{") || text.starts_with(['<', '$', '%', '/']);
    if placeholder || text.len() < 16 || text.contains(' ') || is_words(text) {
        return false;
    }
    let kinds = [
        text.bytes().any(|byte| byte.is_ascii_lowercase()),
        text.bytes().any(|byte| byte.is_ascii_uppercase()),
        text.bytes().any(|byte| byte.is_ascii_digit()),
    ];
    let mixed = kinds.iter().filter(|there| **there).count() >= 2;
    mixed && entropy(text) >= 3.3
}

/// Whether a text is words and short numbers joined by signs, as people make up for development.
fn is_words(text: &str) -> bool {
    let word = |part: &str| {
        let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = part.len() - letters.len();
        // Within a word the case changes at its first letter alone.
        let plain =
            letters.chars().skip(1).all(|c| c.is_ascii_lowercase()) || letters.chars().all(|c| c.is_ascii_uppercase());
        letters.chars().all(|c| c.is_ascii_alphabetic()) && plain && letters.len() <= 14 && digits <= 4
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).all(word)
}

/// Shannon entropy in bits a character.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

fn distinct(text: &str) -> usize {
    let mut seen = [false; 256];
    text.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|there| **there).count()
}

#[cfg(test)]
mod tests {
    use super::{Credential, find};

    #[test]
    fn known_tokens_are_found_wherever_they_stand() {
        // Put together here, so that no scanner takes this file for a leak.
        let key = format!("AKIA{}", "IOSFODNN7EXAMPLE");
        assert_eq!(find(None, &format!("run --key={key}")), Some(Credential::Token("an AWS access key")));
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        assert_eq!(find(Some("ANYTHING"), &token), Some(Credential::Token("a GitHub token")));
    }

    #[test]
    fn random_texts_count_only_where_the_name_says_secret() {
        let text = "hX7kq2Lm9Vt4Zc1Rb8";
        assert_eq!(find(Some("DB_PASSWORD"), text), Some(Credential::RandomText));
        assert_eq!(find(Some("BUILD_LABEL"), text), None);
    }

    #[test]
    fn urls_with_generated_passwords_are_found() {
        assert_eq!(find(None, "postgres://app:hX7kq2Lm9Vt4Zc1Rb8@db:5432/app"), Some(Credential::UrlPassword));
        assert_eq!(find(None, "postgres://app:$(DB_PASSWORD)@db:5432/app"), None);
    }

    /// Variables of public compose files, manifests and samples, as they stand there: made for development, all of them.
    #[test]
    fn development_values_of_real_systems_are_none() {
        for (name, text) in [
            ("MYSQL_ROOT_PASSWORD", "whalehello"),
            ("MYSQL_ROOT_PASSWORD", ""),
            ("MSSQL_SA_PASSWORD", "Wordpass123##"),
            ("SA_PASSWORD", "example_123"),
            ("POSTGRES_PASSWORD", "postgres_password"),
            ("PGADMIN_DEFAULT_PASSWORD", "pgadmin_password"),
            ("CLICKHOUSE_PASSWORD", "clickhouse"),
            ("MINIO_ROOT_PASSWORD", "miniosecret"),
            ("NEXTAUTH_SECRET", "mysecret"),
            ("ALLOW_EMPTY_PASSWORD", "yes"),
            ("WORDPRESS_SECURE_AUTH_KEY", "changeme"),
            ("DB_PASS", "$DB_PASS"),
            ("UDEPLOY_PASSWORD", "${UDEPLOY_PASSWORD:-s3cr3t}"),
            ("POSTGRES_PASSWORD_FILE", "/run/secrets/db-password"),
            ("SPRING_DATASOURCE_URL", "jdbc:postgresql://db:5432/example"),
            ("DATABASE_URL", "postgres://postgres:postgres@db:5432/postgres"),
            ("DATABASE_URL", "mongodb://root:development-password-2024@mongo:27017"),
            ("DB_CONNECTION_STRING", "Host=postgresql;Username=otelu;Password=otelp;Database=otel"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative"),
            ("GF_AUTH_TOKEN_ROTATION_INTERVAL_MINUTES", "10"),
            ("SESSION_SECRET", "Local-Development-Only-1234"),
            ("CONFIG_SECRET_CHECKSUM", "bed677784356b2af7fb0d87455db21f077853059b594101a4f6532bfbd962a7f"),
            ("REDIS_PASSWORD_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:Ab3dE5"),
        ] {
            assert_eq!(find(Some(name), text), None, "{name}={text}");
        }
    }

    #[test]
    fn a_key_that_a_generator_made_is_found() {
        let base = "yYrECL4qbNwleYInGJYvVnSk".to_owned() + "wJuSQJ4ijPTx5tirGUXrbznF";
        assert_eq!(find(Some("SECRET_KEY_BASE"), &base), Some(Credential::RandomText));
        let hex = "9f86d081884c7d65".to_owned() + "9a2feaa0c55ad015";
        assert_eq!(find(Some("SIGNING_SECRET"), &hex), Some(Credential::RandomText));
    }

    #[test]
    fn what_only_names_a_secret_is_none() {
        for (name, text) in [
            ("API_TOKEN_FILE", "/run/secrets/api_token_a1b2c3d4"),
            ("PASSWORD", "changeme"),
            ("SECRET_KEY", "${SECRET_KEY_FROM_STORE_1234}"),
            ("TOKEN_URL", "https://auth.example/realms/shop/token1"),
            ("JWT_SECRET", "not-so-secret-in-development"),
        ] {
            assert_eq!(find(Some(name), text), None, "{name}={text}");
        }
    }
}
