//! Each target is broken on purpose, and the proof sees it; as they are, all agree.

use camino::Utf8Path;

use super::Proof;
use crate::gates::Settings;
use crate::ir::Origin;
use crate::ir::value::Time;
use crate::output::hcl::{Body, Expr, Item, Node, Part};
use crate::output::{Content, Doc, Generated, Job, Map, Printed, Watched, Witness};
use crate::{Compilation, diag, spec, targets};

fn compile(system: &str) -> Compilation {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass").join(system);
    crate::compile(&root, &Settings::release(Time { seconds: 1_795_435_200 }), &mut diag::Sink::default())
}

/// Edits the text of a file: given the target, the environment and the text.
type EditText<'a> = dyn Fn(&str, Option<&str>, &str) -> Option<String> + 'a;

/// What breaks the entries of a system's files: given the target and the key, a value becomes another.
type Change<'a> = dyn Fn(&str, &str, &Doc) -> Option<Doc> + 'a;

/// What a proof says of all files of a system, some of them changed first. Returns how many entries and texts were changed,
/// too.
fn objections(compilation: &Compilation, change: &Change<'_>, edit: &EditText<'_>) -> (usize, Vec<String>) {
    let checked = compilation.checked.as_ref().unwrap();
    let proof = Proof::new(checked.plans(), spec::BUILT_IN);
    let mut changed = 0;
    for Generated { target, files } in crate::generate(compilation, &[], &mut diag::Sink::default()) {
        let mut change_entry = |key: &str, value: &Doc| change(&target, key, value).inspect(|_| changed += 1);
        let mut all = Vec::new();
        for file in files.iter() {
            let mut printed = Printed::watched();
            let content = match file.job {
                Job::Whole(job) | Job::Held(job) => {
                    let mut content = job();
                    if let Content::Hcl { body, .. } = &mut content {
                        each_value(std::sync::Arc::make_mut(body), &mut change_entry);
                    }
                    each(&mut content, &mut |map| {
                        for entry in &mut map.entries {
                            if let Some(value) = change_entry(&entry.key, &entry.value) {
                                entry.value = value;
                            }
                        }
                    });
                    content.print(&mut printed);
                    Some(content)
                }
                Job::Streamed(_) | Job::Parts(_) => {
                    file.job.print(&mut printed);
                    let mut watched = Watched::default();
                    for (key, text) in printed.watched.iter().flat_map(Watched::entries) {
                        let value = Doc::text(text.to_owned(), Origin::rule(crate::output::rule::HEADER));
                        match change_entry(key, &value) {
                            Some(Doc::Text(text, _)) => watched.add(key, &text),
                            _ => watched.add(key, text),
                        }
                    }
                    printed.watched = Some(watched);
                    None
                }
            };
            all.push((file, content, printed));
        }
        for (file, content, mut printed) in all {
            let environment = file.environment;
            if let Some(text) = edit(&target, environment, &printed.text) {
                changed += 1;
                printed.text = text;
            }
            proof.see(&target, environment, file.path, content.as_ref(), &printed);
        }
    }
    (changed, proof.verdict().into_iter().map(|found| found.message).collect())
}

const UNCHANGED: &Change<'static> = &|_, _, _| None;
const UNEDITED: &EditText<'static> = &|_, _, _| None;

/// Calls `change` for every text and number of a configuration, with the name that stands before it.
fn each_value(body: &mut Body, change: &mut dyn FnMut(&str, &Doc) -> Option<Doc>) {
    fn walk(name: &str, node: &mut Node, change: &mut dyn FnMut(&str, &Doc) -> Option<Doc>) {
        let changed = match &mut node.expr {
            Expr::Text(text) => change(name, &Doc::text(text.clone(), node.origin)),
            Expr::Integer(number) => change(name, &Doc::Integer(*number, node.origin)),
            Expr::Number(number) => change(name, &Doc::Number(*number, node.origin)),
            Expr::Template(parts) => {
                let last =
                    parts.last_mut().and_then(|part| if let Part::Text(text) = part { Some(text) } else { None });
                let Some(last) = last else { return };
                if let Some(Doc::Text(text, _)) = change(name, &Doc::text(last.clone(), node.origin)) {
                    *last = text;
                }
                return;
            }
            Expr::List(elements) => return elements.iter_mut().for_each(|element| walk(name, element, change)),
            Expr::Call(call) => return call.arguments.iter_mut().for_each(|argument| walk(name, argument, change)),
            Expr::Object(fields) => return fields.iter_mut().for_each(|(key, value)| walk(key, value, change)),
            _ => return,
        };
        match changed {
            Some(Doc::Text(text, _)) => node.expr = Expr::Text(text),
            Some(Doc::Integer(number, _)) => node.expr = Expr::Integer(number),
            Some(Doc::Number(number, _)) => node.expr = Expr::Number(number),
            _ => {}
        }
    }
    for item in &mut body.items {
        match item {
            Item::Attribute(attribute) => walk(&attribute.name.clone(), &mut attribute.value, change),
            Item::Block(block) => each_value(&mut block.body, change),
            Item::Comment(..) | Item::Gap => {}
        }
    }
}

/// Calls `change` for every mapping of a content.
fn each(content: &mut Content, change: &mut dyn FnMut(&mut Map)) {
    fn walk(document: &mut Doc, change: &mut dyn FnMut(&mut Map)) {
        match document {
            Doc::List(elements, ..) => elements.iter_mut().for_each(|element| walk(element, change)),
            Doc::Map(map) => {
                change(map);
                map.entries.iter_mut().for_each(|entry| walk(&mut entry.value, change));
            }
            _ => {}
        }
    }
    match content {
        Content::Yaml { documents, .. } => documents.iter_mut().for_each(|document| walk(document, change)),
        Content::Json(document) => walk(document, change),
        _ => {}
    }
}

#[test]
fn as_they_are_all_targets_agree() {
    for system in ["storefront", "fleet", "opentelemetry-demo", "courier", "ad-bidding"] {
        assert_eq!(objections(&compile(system), UNCHANGED, UNEDITED), (0, Vec::new()), "{system}");
    }
}

/// One thing that a target could get wrong: the key that is changed, what it is changed to, what is then said.
type Break = (&'static str, &'static str, fn(&Doc) -> Option<Doc>, &'static str);

const BREAKS: &[Break] = &[
    ("kubernetes", "minReplicas", more, "scales `web` from 3, the plan from 2"),
    ("kubernetes", "maxReplicaCount", more, "scales `checkout` to"),
    ("kubernetes", "containerPort", more, "opens port "),
    ("kubernetes", "path", elsewhere, "for its health at `/elsewhere`"),
    ("kubernetes", "key", other, "which is in no plan"),
    ("prometheus", "for", other, "the plan after "),
    ("prometheus", "alert", other, "which the plan does not know"),
    ("prometheus", "expr", threshold, "at another threshold than the plan's (14.4 * 0.001)"),
    ("prometheus", "record", other, "asks for the metric `slo:"),
    ("prometheus", "record", of_a_day, "which no alert, no other rule and no dashboard asks for"),
    ("grafana", "expr", metric, "asks for the metric `http_requests_totally`"),
];

fn more(value: &Doc) -> Option<Doc> {
    match value {
        Doc::Integer(number, origin) => Some(Doc::Integer(number + 1, *origin)),
        Doc::Number(number, origin) => Some(Doc::Number(number.plus(crate::ir::value::Decimal::whole(1)), *origin)),
        // What an environment gives to a template is a text.
        Doc::Text(text, origin) => {
            let number: i64 = text.parse().ok()?;
            Some(Doc::text((number + 1).to_string(), *origin))
        }
        _ => None,
    }
}

/// The ratio over a day alone: all that ask for another leave no room for further objections.
fn of_a_day(value: &Doc) -> Option<Doc> {
    matches!(value, Doc::Text(text, _) if text.ends_with("ratio_rate1d")).then(|| other(value))?
}

fn other(value: &Doc) -> Option<Doc> {
    match value {
        Doc::Text(text, origin) => Some(Doc::text(format!("{text}x"), *origin)),
        _ => None,
    }
}

fn elsewhere(value: &Doc) -> Option<Doc> {
    match value {
        Doc::Text(text, origin) if text.starts_with('/') => Some(Doc::text("/elsewhere", *origin)),
        _ => None,
    }
}

fn threshold(value: &Doc) -> Option<Doc> {
    match value {
        Doc::Text(text, origin) if text.contains("14.4 *") => {
            Some(Doc::text(text.replace("14.4 *", "1.44 *"), *origin))
        }
        _ => None,
    }
}

fn metric(value: &Doc) -> Option<Doc> {
    match value {
        Doc::Text(text, origin) if text.contains("http_requests_total") => {
            Some(Doc::text(text.replace("http_requests_total", "http_requests_totally"), *origin))
        }
        _ => None,
    }
}

/// What the two languages of infrastructure could get wrong, of a system whose components run on ECS.
const CLOUD_BREAKS: &[Break] = &[
    ("cloudformation", "ContainerPort", more, "opens port 8081 of `api`"),
    ("cloudformation", "Port", more, "opens port 8081 of `api`"),
    ("cloudformation", "HealthCheckPath", elsewhere, "the path of health of `courier-"),
    ("cloudformation", "MinCapacity", more, "scales `api` from 4, the plan from 3"),
    ("cloudformation", "MaxCapacity", more, "scales `api` to 13, the plan to 12"),
    ("cloudformation", "EngineVersion", other_version, "the engine of `courier-production-parcels-db`"),
    ("cloudformation", "Name", in_secret, "makes the secret `courier/"),
    ("cloudformation", "Threshold", more, "the threshold of `courier-production-"),
    ("cloudformation", "MetricName", other, "the metric of `courier-production-"),
    ("prometheus", "dns_sd_configs", by_another_name, "looks for replicas at `elsewhere.internal`"),
    ("terraform", "containerPort", more, "opens port 8081 of `api`"),
    ("terraform", "port", more, "opens port 8081 of `api`"),
    ("terraform", "path", elsewhere, "the path of health of `courier-"),
    ("terraform", "min_capacity", more, "scales `api` from 4, the plan from 3"),
    ("terraform", "max_capacity", more, "scales `api` to 13, the plan to 12"),
    ("terraform", "engine_version", other_version, "the engine of `courier-staging-parcels-db`"),
    ("terraform", "name", in_secret, "makes the secret `courier/"),
    ("terraform", "threshold", more, "the threshold of `courier-"),
    ("terraform", "metric_name", other, "the metric of `courier-production-"),
];

fn other_version(value: &Doc) -> Option<Doc> {
    match value {
        Doc::Text(text, origin) => Some(Doc::text(format!("1{text}"), *origin)),
        _ => None,
    }
}

/// Configurations that look for replicas.
fn by_another_name(value: &Doc) -> Option<Doc> {
    let Doc::List(configurations, style, origin) = value else { return None };
    let mut configurations = configurations.clone();
    for configuration in &mut configurations {
        let Doc::Map(map) = configuration else { return None };
        let names = map.entries.iter_mut().find(|entry| &*entry.key == "names")?;
        names.value = Doc::list([Doc::text("elsewhere.internal", *origin)], *origin);
    }
    Some(Doc::List(configurations, *style, *origin))
}

/// The name of a secret, and of nothing else.
fn in_secret(value: &Doc) -> Option<Doc> {
    match value {
        Doc::Text(text, origin) if text.contains('/') => Some(Doc::text(text.replace('/', "/x"), *origin)),
        Doc::Tagged("Sub", text) => Some(in_secret(text)?.tagged("Sub")),
        _ => None,
    }
}

#[test]
fn a_wrong_value_of_infrastructure_is_seen() {
    let compilation = compile("courier");
    for (target, key, change, expected) in CLOUD_BREAKS {
        let break_it = |of: &str, at: &str, value: &Doc| if of == *target && at == *key { change(value) } else { None };
        let (changed, found) = objections(&compilation, &break_it, UNEDITED);
        assert!(changed > 0, "{target}: nothing has the key `{key}`");
        assert!(found.iter().any(|found| found.contains(expected)), "{target} {key}: {found:#?}");
    }
}

#[test]
fn a_wrong_value_of_a_document_is_seen() {
    let compilation = compile("storefront");
    for (target, key, change, expected) in BREAKS {
        let break_it = |of: &str, at: &str, value: &Doc| if of == *target && at == *key { change(value) } else { None };
        let (changed, found) = objections(&compilation, &break_it, UNEDITED);
        assert!(changed > 0, "{target}: nothing has the key `{key}`");
        assert!(found.iter().any(|found| found.contains(expected)), "{target} {key}: {found:#?}");
    }
}

#[test]
fn a_wrong_digest_is_seen_in_every_target() {
    let compilation = compile("storefront");
    let wrong = format!("sha256:{}", "0123456789abcdef".repeat(4));
    for target in targets::ALL {
        let edit = |of: &str, _: Option<&str>, text: &str| (of == target.name).then(|| format!("{text}\n{wrong}\n"));
        let (changed, found) = objections(&compilation, UNCHANGED, &edit);
        // Not every target is built for this system.
        let is_seen = found.iter().any(|found| found.contains("which is in no plan"));
        assert_eq!(is_seen, changed > 0, "{}: {found:?}", target.name);
    }
}

#[test]
fn a_name_of_another_environment_is_seen() {
    let compilation = compile("storefront");
    for (target, from, to) in [
        ("kubernetes", "storefront-production", "storefront-staging"),
        ("kubernetes", "storefront/production", "storefront/staging"),
        ("prometheus", "storefront-production", "storefront-staging"),
    ] {
        let edit = |of: &str, environment: Option<&str>, text: &str| {
            let is_asked = of == target && environment == Some("production") && text.contains(from);
            is_asked.then(|| text.replace(from, to))
        };
        let (changed, found) = objections(&compilation, UNCHANGED, &edit);
        let is_seen = found.iter().any(|found| found.contains("of `production` names `storefront"));
        assert!(changed > 0 && is_seen, "{target} {from}: {found:#?}");
    }
    // What a package is in one environment need not run in another.
    let digest = "2".repeat(64);
    let edit =
        |_: &str, _: Option<&str>, text: &str| text.contains(&digest).then(|| text.replace(&digest, &"9".repeat(64)));
    assert!(!objections(&compilation, UNCHANGED, &edit).1.is_empty());
}

#[test]
fn the_trust_of_a_role_is_the_subject_of_the_jobs_that_ask_for_it() {
    for system in ["courier", "fleet"] {
        assert_eq!(objections(&compile(system), UNCHANGED, UNEDITED), (0, Vec::new()), "{system}");
    }
    let compilation = compile("courier");
    let breaks: &[(&str, &str, &str, &str)] = &[
        (
            "terraform",
            ":environment:staging\"",
            ":environment:production\"",
            "be the role `courier-staging-deploy`, the plan",
        ),
        ("terraform", ":ref:refs/heads/main\"", ":*\"", "be the role `courier-staging-plan`, the plan"),
        (
            "cloudformation",
            ":environment:production",
            ":environment:*",
            "be the role `courier-production-deploy`, the plan",
        ),
        (
            "github-actions",
            "      name: production\n",
            "      name: staging\n",
            "be the role `courier-production-deploy` as",
        ),
        ("github-actions", "/courier-staging-deploy", "/courier-admin", "`courier-admin`, which is in no plan"),
        (
            "github-actions",
            "/courier-staging-plan",
            "/courier-production-plan",
            "is asked by no job to be the role `courier-staging-plan`",
        ),
        (
            "github-actions",
            "role/courier-staging-plan",
            "role/courier-staging-deploy",
            "as `ref:refs/heads/main`, which takes",
        ),
    ];
    for (target, from, to, expected) in breaks {
        let edit = |of: &str, _: Option<&str>, text: &str| {
            (of == *target && text.contains(from)).then(|| text.replace(from, to))
        };
        let (changed, found) = objections(&compilation, UNCHANGED, &edit);
        assert!(changed > 0, "{target}: no file has `{from}`");
        assert!(found.iter().any(|found| found.contains(expected)), "{target} {from}: {found:#?}");
    }
}

#[test]
fn what_does_not_agree_stops_a_build() {
    let compilation = compile("storefront");
    let proof = Proof::new(compilation.checked.as_ref().unwrap().plans(), spec::BUILT_IN);
    let mut printed = Printed::default();
    printed.text = format!("image: x@sha256:{}\n", "a".repeat(64));
    proof.see("x", None, "a/b.yaml".into(), None, &printed);
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap();
    let generated = crate::generate(&compilation, &[], &mut diag::Sink::default());
    let built = crate::output::build(&crate::output::Request {
        root,
        targets: &generated,
        selection: &crate::output::Selection::default(),
        mode: crate::output::Mode::Write { force: false },
        locked: false,
        compiler: "0",
        specs: &std::collections::BTreeMap::new(),
        wait: std::time::Duration::ZERO,
        waiting: &|| {},
        witness: Some(&proof),
    });
    assert_eq!(built.diagnostics.len(), 1);
    assert_eq!(built.diagnostics[0].code, diag::code::TARGETS_DISAGREE);
    assert_eq!(root.read_dir_utf8().unwrap().count(), 0);
}
