//! Secrets from the cloud's store: one ExternalSecret for the pods of a component.

use std::fmt::Display;

use super::place::Place;
use super::pod::Pods;
use super::rules;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::environments::SecretReferencePlan;
use crate::spec::kubernetes::Kind;
use crate::targets::shared::value::{by, secret_property};

/// Keys of a secret's JSON whose values stand in the user part of a URL, where they must be encoded.
const ENCODED: &[&str] = &["username", "password"];

/// The ExternalSecret of a component's variables and files, where it has any.
pub(super) fn external_secret(pods: &Pods<'_>) -> Option<Map> {
    let plan = pods.workload().plan;
    let mut data = Vec::new();
    let mut template = by(rules::SECRET_TEMPLATE);
    let mut formatted = false;
    for variable in &plan.variables {
        let Some(secret) = &variable.secret else { continue };
        let name = variable.name.as_str();
        if let Some(format) = &secret.format {
            formatted = true;
            let parts = parts(format);
            for key in keys(&parts) {
                data.push(entry(&part_key(name, key), variable.origin, secret, Some(&format.with(key.to_owned()))));
            }
            template.put(name.to_owned(), Doc::text(template_text(name, &parts), format.origin));
        } else {
            data.push(entry(name, variable.origin, secret, secret.property.as_ref()));
            template.put(name.to_owned(), Doc::text(whole(name), variable.origin));
        }
    }
    for file in &plan.secret_files {
        let name = file.name.as_str();
        let reference = remote(&file.store_path, None::<&Traced<String>>, file.origin);
        data.push(Map::new(file.origin).text("secretKey", name.to_owned()).with("remoteRef", reference).into());
        template.put(name.to_owned(), Doc::text(whole(name), file.origin));
    }
    if data.is_empty() {
        return None;
    }
    // Without a text to put together, the Secret is the data as it is.
    let template = formatted.then(|| by(rules::SECRET_TEMPLATE).text("engineVersion", "v2").with("data", template));
    let object = pods.identity.object(Kind::ExternalSecret, pods.secret.clone(), Origin::rule(rules::EXTERNAL_SECRET));
    Some(object.with("spec", spec(pods.workload().place, &pods.secret, template, data)))
}

/// The body of an ExternalSecret.
pub(super) fn spec(place: Place<'_>, target: &str, template: Option<Map>, data: Vec<Doc>) -> Map {
    let facts = &place.spec.external_secrets;
    let origin = Origin::rule(rules::EXTERNAL_SECRET);
    let store = Map::new(origin).with("name", Doc::traced(&facts.store)).text("kind", Kind::SecretStore.as_str());
    let target = Map::new(origin)
        .text("name", target.to_owned())
        .with("creationPolicy", Doc::traced(&facts.creation_policy))
        .with("deletionPolicy", Doc::traced(&facts.deletion_policy))
        .with_some("template", template);
    Map::new(origin)
        .with("refreshPolicy", Doc::traced(&facts.refresh_policy))
        .with("refreshInterval", Doc::traced(&facts.refresh_interval))
        .with("secretStoreRef", store)
        .with("target", target)
        .with("data", Doc::list(data, origin))
}

fn entry<T: AsRef<str>>(key: &str, origin: Origin, secret: &SecretReferencePlan, property: Option<&Traced<T>>) -> Doc {
    let reference = remote(&secret.store_path, property, origin);
    Map::new(origin).text("secretKey", key.to_owned()).with("remoteRef", reference).into()
}

/// Where a value stands in the store.
pub(super) fn remote<T: AsRef<str>>(path: &Traced<impl Display>, property: Option<&Traced<T>>, origin: Origin) -> Map {
    Map::new(origin).with("key", Doc::traced(path)).with_some("property", property.map(secret_property))
}

/// A part of a format: text, or a key of the secret's JSON.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Key(&'a str),
}

/// `{key}` is a key; any other brace is text.
fn parts(format: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut text = 0;
    let mut at = 0;
    while let Some(open) = format[at..].find('{').map(|found| at + found) {
        let rest = &format[open + 1..];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if length > 0 && rest[length..].starts_with('}') {
            if text < open {
                parts.push(Part::Text(&format[text..open]));
            }
            parts.push(Part::Key(&rest[..length]));
            at = open + length + 2;
            text = at;
        } else {
            at = open + 1;
        }
    }
    if text < format.len() {
        parts.push(Part::Text(&format[text..]));
    }
    parts
}

/// Each key once, in order.
fn keys<'a>(parts: &[Part<'a>]) -> Vec<&'a str> {
    let mut keys = Vec::new();
    for part in parts {
        if let Part::Key(key) = part
            && !keys.contains(key)
        {
            keys.push(*key);
        }
    }
    keys
}

/// What the template calls a key that a variable's text needs.
fn part_key(variable: &str, key: &str) -> String {
    format!("{variable}.{key}")
}

/// The template's way to say: the value of this key.
fn whole(key: &str) -> String {
    format!("{{{{ index . {} }}}}", quoted(key))
}

fn template_text(variable: &str, parts: &[Part<'_>]) -> String {
    let one = |part: &Part<'_>| match part {
        // A brace could become part of an action.
        Part::Text(text) if text.contains('{') => format!("{{{{ {} }}}}", quoted(text)),
        Part::Text(text) => (*text).to_owned(),
        Part::Key(key) => {
            let value = quoted(&part_key(variable, key));
            // `urlquery` writes a space as `+`, which only a query means so.
            let encode = if ENCODED.contains(key) { " | urlquery | replace \"+\" \"%20\"" } else { "" };
            format!("{{{{ index . {value}{encode} }}}}")
        }
    };
    parts.iter().map(one).collect()
}

/// A text as a Go string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_text_and_keys() {
        assert_eq!(parts("a{b}c{}{d"), [Part::Text("a"), Part::Key("b"), Part::Text("c{}{d")]);
        assert_eq!(parts("{b}{b}"), [Part::Key("b"), Part::Key("b")]);
        assert_eq!(keys(&parts("{b}-{c}-{b}")), ["b", "c"]);
    }

    #[test]
    fn a_url_is_put_together_with_its_user_encoded() {
        let text = template_text("DB_URL", &parts("postgres://{username}:{password}@{host}/x"));
        assert_eq!(
            text,
            "postgres://{{ index . \"DB_URL.username\" | urlquery | replace \"+\" \"%20\" }}:\
             {{ index . \"DB_URL.password\" | urlquery | replace \"+\" \"%20\" }}@{{ index . \"DB_URL.host\" }}/x"
        );
    }

    #[test]
    fn text_never_becomes_an_action() {
        let text = template_text("X", &parts("a{{ fail }}{\"b\"}{key}"));
        assert_eq!(text, "{{ \"a{{ fail }}{\\\"b\\\"}\" }}{{ index . \"X.key\" }}");
    }
}
