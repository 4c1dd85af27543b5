//! What a credential looks like: the shapes that issuers give their tokens, and texts too random for their name.
//!
//! Tuned so that placeholders, references, paths and well-known development values are left alone. A gate refuses what is
//! found, and no output of findings shows it: excerpts hide it by [`hidden`], messages by [`redacted`].

mod tokens;

use std::borrow::Cow;

use tokens::{Body, SHAPES};

/// What a text was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
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
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Credential::Token(kind) => kind,
            Credential::PrivateKey => "a private key",
            Credential::UrlPassword => "a URL with a password",
            Credential::RandomText => "a credential",
        }
    }
}

/// Looks for a credential in the text of a variable, or in any other text where there is no name.
#[must_use]
pub fn find(name: Option<&str>, text: &str) -> Option<Credential> {
    if text.contains(PRIVATE_KEY.0) && text.contains(PRIVATE_KEY.1) {
        return Some(Credential::PrivateKey);
    }
    if name.is_some_and(names_a_secret) && is_random(text) {
        return Some(Credential::RandomText);
    }
    if text.len() < SHORTEST {
        return None;
    }
    text.lines().find_map(|line| places(line).into_iter().next().map(|place| place.what))
}

/// The bytes of a line that no output may show.
#[must_use]
pub fn hidden(line: &str) -> Vec<(usize, usize)> {
    if line.len() < SHORTEST {
        return Vec::new();
    }
    if is_key_material(line.trim()) {
        return vec![(0, line.len())];
    }
    places(line).into_iter().map(|place| (place.start, place.end)).collect()
}

/// How far around a place of a long line is looked, in bytes: further than any excerpt shows.
const NEAR: usize = 4096;

/// The bytes of a line that no output may show, near a byte of it: a line may be as long as a file, and a thousand findings
/// may be on it.
#[must_use]
pub fn hidden_near(line: &str, at: usize) -> Vec<(usize, usize)> {
    if line.len() <= 2 * NEAR {
        return hidden(line);
    }
    let start = line.floor_char_boundary(at.saturating_sub(NEAR));
    let end = line.floor_char_boundary(at.saturating_add(NEAR).min(line.len())).max(start);
    hidden(&line[start..end]).into_iter().map(|(from, to)| (start + from, start + to)).collect()
}

/// A text with `***` for each credential in it.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        found.extend(places(line).into_iter().map(|place| (start + place.start, start + place.end)));
        start += line.len();
    }
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (start, end) in found {
        if start >= at {
            out.push_str(&text[at..start]);
            out.push_str("***");
            at = end;
        }
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// Nothing shorter is taken for a credential.
const SHORTEST: usize = 16;

const PRIVATE_KEY: (&str, &str) = ("-----BEGIN ", "PRIVATE KEY");

/// A credential in a line.
struct Place {
    start: usize,
    end: usize,
    what: Credential,
}

/// The credentials of a line, in their order.
fn places(line: &str) -> Vec<Place> {
    let mut found = Vec::new();
    tokens(line, &mut found);
    url_passwords(line, &mut found);
    assigned(line, &mut found);
    flagged(line, &mut found);
    found.sort_by_key(|place| place.start);
    found
}

/// Tokens whose issuer marks them: each begins where a word does.
fn tokens(line: &str, found: &mut Vec<Place>) {
    let bytes = line.as_bytes();
    for start in 0..bytes.len().saturating_sub(SHORTEST) {
        if !bytes[start].is_ascii_alphanumeric() || (start > 0 && bytes[start - 1].is_ascii_alphanumeric()) {
            continue;
        }
        if let Some((length, kind)) = token(&bytes[start..]) {
            found.push(Place { start, end: start + length, what: Credential::Token(kind) });
        }
    }
}

/// The length and the kind of the token that a text begins with.
fn token(text: &[u8]) -> Option<(usize, &'static str)> {
    let shaped = SHAPES.iter().find_map(|(mark, body, least, kind)| {
        let rest = text.strip_prefix(mark.as_bytes())?;
        let length = rest.iter().take_while(|byte| body.takes(**byte)).count();
        // What goes on in another alphabet is another word; repeated characters are a placeholder.
        let whole = rest.get(length).is_none_or(|next| !next.is_ascii_alphanumeric());
        (length >= *least && whole && distinct(&rest[..length]) >= 6).then_some((mark.len() + length, *kind))
    });
    shaped.or_else(|| web_token(text)).or_else(|| bot_token(text))
}

/// A signed JSON Web Token: two objects in Base64 and a signature.
fn web_token(text: &[u8]) -> Option<(usize, &'static str)> {
    if !text.starts_with(b"eyJ") {
        return None;
    }
    let length = text.iter().take_while(|byte| Body::Dotted.takes(**byte)).count();
    let mut parts = text[..length].split(|byte| *byte == b'.');
    let (head, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let real = head.len() > 12 && claims.starts_with(b"eyJ") && signature.len() > 16;
    real.then_some((length, "a signed token"))
}

/// A Telegram bot's token: a number, a colon and 35 characters.
fn bot_token(text: &[u8]) -> Option<(usize, &'static str)> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.get(digits..)?.strip_prefix(b":AA")?;
    let length = rest.iter().take_while(|byte| Body::Word.takes(**byte)).count();
    ((8..=10).contains(&digits) && length == 33 && distinct(rest) >= 6)
        .then_some((digits + 3 + length, "a Telegram token"))
}

/// The passwords of `scheme://user:password@host` that are no placeholders.
fn url_passwords(line: &str, found: &mut Vec<Place>) {
    for (at, _) in line.match_indices("://") {
        let begin = at + 3;
        let authority = line[begin..].split(['/', '?', '#', ' ', '"', '\'', ',', '`']).next().unwrap_or_default();
        let Some((user_info, _)) = authority.rsplit_once('@') else { continue };
        let Some((user, password)) = user_info.split_once(':') else { continue };
        if is_random(password) {
            let start = begin + user.len() + 1;
            found.push(Place { start, end: start + password.len(), what: Credential::UrlPassword });
        }
    }
}

/// Random texts that a name like `DB_PASSWORD` is given, as YAML, JSON, properties, shells and flags write it.
fn assigned(line: &str, found: &mut Vec<Place>) {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    for (at, sign) in line.match_indices([':', '=']) {
        let before = line[..at].trim_end_matches([' ', '"', '\'']);
        let name = before.rsplit(|c: char| !in_name(c)).next().unwrap_or_default();
        if !names_a_secret(name) {
            continue;
        }
        let rest = &line[at + 1..];
        let value = rest.trim_start();
        // `a:b` is one text in YAML, and a mapping nowhere.
        if sign == ":" && value.len() == rest.len() && !value.starts_with(['"', '\'']) {
            continue;
        }
        let quoted = value.starts_with(['"', '\'']);
        let (inner, ends) = if quoted { value.split_at(1) } else { ("", value) };
        let value = match quoted {
            true => ends.split(inner).next().unwrap_or_default(),
            false => ends
                .split([' ', '\t', ',', ';', '}', ']', ')', '"', '\'', '`', '\r', '\n', '&'])
                .next()
                .unwrap_or_default(),
        };
        if is_random(value) {
            let start = value.as_ptr() as usize - line.as_ptr() as usize;
            found.push(Place { start, end: start + value.len(), what: Credential::RandomText });
        }
    }
}

/// Random texts behind a flag like `--password`, as the next word of a shell or the next text of a list.
fn flagged(line: &str, found: &mut Vec<Place>) {
    let between = |c: char| matches!(c, ' ' | ',' | '"' | '\'');
    for (at, _) in line.match_indices("--") {
        let rest = &line[at + 2..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let value = rest.trim_start_matches(between);
        if !names_a_secret(name) || value.len() == rest.len() {
            continue;
        }
        let value = value.split(|c: char| between(c) || matches!(c, ']' | ')' | '`' | ';')).next().unwrap_or_default();
        if is_random(value) {
            let start = value.as_ptr() as usize - line.as_ptr() as usize;
            found.push(Place { start, end: start + value.len(), what: Credential::RandomText });
        }
    }
}

/// Whether a whole line is a piece of a key: nothing but Base64, and too random for words and digests.
fn is_key_material(line: &str) -> bool {
    line.len() >= 40
        && line.bytes().all(|byte| Body::Base64.takes(byte))
        && line.bytes().any(|byte| byte.is_ascii_uppercase())
        && line.bytes().any(|byte| byte.is_ascii_lowercase())
        && line.bytes().any(|byte| byte.is_ascii_digit())
        && entropy(line) >= 4.2
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.', '/'], "_");
    // What only says where a secret is, or how long it lives, is none.
    const HARMLESS: &[&str] = &[
        "_ARN", "_ENABLED", "_EXPIRY", "_FILE", "_HEADER", "_HOST", "_ID", "_LENGTH", "_NAME", "_PATH", "_TTL",
        "_TYPE", "_URL",
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
    let digest = name.contains("CHECKSUM") || name.contains("DIGEST");
    !digest && !HARMLESS.iter().any(|suffix| name.ends_with(suffix)) && SECRET.iter().any(|word| name.contains(word))
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

fn distinct(text: &[u8]) -> usize {
    let mut seen = [false; 256];
    text.iter().copied().for_each(|byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|there| **there).count()
}

#[cfg(test)]
mod tests {
    use super::{Body, Credential, SHAPES, find, hidden, redacted};

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

    /// A body of so many characters of an alphabet, different ones, put together here so that no scanner takes it for a leak.
    fn body(alphabet: &str, length: usize) -> String {
        let characters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|at| characters[(at * 7 + at / 3) % characters.len()]).collect()
    }

    #[test]
    fn every_known_shape_is_found_and_hidden_wherever_it_stands() {
        for (mark, alphabet, least, kind) in SHAPES {
            let alphabet = match alphabet {
                Body::Hex => "0123456789abcdef",
                Body::Upper => "ABCDEFGHJKLMNPQR23456789",
                _ => "aB3dE6gH9jK2mN5pQ8sT1vW4",
            };
            let token = format!("{mark}{}", body(alphabet, *least));
            for text in [
                token.clone(),
                format!("Bearer {token}"),
                format!("run --key={token} now"),
                format!("  X: \"{token}\", # c"),
                format!("https://{token}@host/"),
            ] {
                assert_eq!(find(None, &text), Some(Credential::Token(kind)), "{text}");
                assert!(!redacted(&text).contains(token.trim_start_matches(mark)), "{}", redacted(&text));
                let (start, end) = hidden(&text)[0];
                assert!(text[start..end].ends_with(&token[mark.len()..]), "{text}");
            }
            let placeholder = format!("{mark}{}", "x".repeat(*least));
            assert_eq!(find(None, &placeholder), None, "{placeholder}");
        }
    }

    #[test]
    fn shapes_of_several_parts_are_found() {
        let part = |length| body("aB3dE6gH9jK2mN5pQ8sT1vW4", length);
        let web = format!("eyJ{}.eyJ{}.{}", part(20), part(30), part(43));
        assert_eq!(find(Some("X"), &web), Some(Credential::Token("a signed token")));
        let bot = format!("123456789:AA{}", part(33));
        assert_eq!(find(Some("X"), &bot), Some(Credential::Token("a Telegram token")));
        let key = format!("-----BEGIN RSA PRIVATE{}\n{}\n", " KEY-----", part(64));
        assert_eq!(find(None, &key), Some(Credential::PrivateKey));
        assert_eq!(hidden(&part(64)), [(0, 64)]);
    }

    #[test]
    fn what_a_name_is_given_is_found_in_any_notation() {
        let value = format!("hX7kq2Lm{}", "9Vt4Zc1Rb8");
        for line in [
            format!("      DB_PASSWORD: {value} # note"),
            format!("env: {{A: x, DB_PASSWORD: {value}, B: y}}"),
            format!("  - DB_PASSWORD={value}"),
            format!("{{\"dbPassword\": \"{value}\"}}"),
            format!("serve --api-token={value} --port=80"),
            format!("serve --api-token {value} --port 80"),
            format!("command: [serve, --api-token, \"{value}\"]"),
            format!("spring.datasource.password={value}"),
            format!("Host=db;Password={value};Port=5432"),
        ] {
            assert_eq!(find(None, &line), Some(Credential::RandomText), "{line}");
            assert_eq!(redacted(&line), line.replace(&value, "***"));
        }
        for line in [
            format!("checksum/secret: {value}"),
            format!("commit: {value}"),
            format!("image:{value}"),
            "password: ${DB_PASSWORD_OF_PRODUCTION_1}".to_owned(),
            "the token: everything-that-follows is a text".to_owned(),
        ] {
            assert_eq!(find(None, &line), None, "{line}");
        }
    }
}
