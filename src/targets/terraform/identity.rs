//! Keys with their policies, and roles with what they may do.

use std::collections::BTreeSet;

use super::module::{Module, file_of};
use super::place::{Place, arn, identifier};
use crate::ir::{Origin, Traced};
use crate::output::hcl::{Block, Body, Node};
use crate::plan::aws::graph::{Attribute, Condition, Id, KmsKey, Policies, Role, Statement, Trust};

/// The keys of an environment or account.
pub(super) fn keys(keys: &[KmsKey], place: Place<'_>, module: &mut Module) {
    for key in keys {
        let origin = key.origin;
        let file = "keys.tf";
        let policy = identifier(&format!("key-{}", key.id));
        let root = Body::default()
            .with("sid", Node::text("Administer", origin))
            .with("actions", Node::list([Node::text("kms:*", origin)], origin))
            .with("resources", Node::list([Node::text("*", origin)], origin))
            .block(principals(
                "AWS",
                vec![Node::code("\"arn:${local.partition}:iam::${local.account_id}:root\"", origin)],
                origin,
            ));
        let mut document = Body::default().block(Block::new("statement", root, origin).keyed("Administer"));
        if let Some(service) = &key.service {
            let actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];
            let used = Body::default()
                .with("sid", Node::text("Use", origin))
                .with("actions", Node::list(actions.map(|action| Node::text(action, origin)), origin))
                .with("resources", Node::list([Node::text("*", origin)], origin))
                .block(principals("Service", vec![service_name(service)], origin));
            let condition = match &key.service_condition {
                Some(condition) => self::condition(condition, place),
                None => source_account(origin),
            };
            document = document.block(Block::new("statement", used.block(condition), origin).keyed("Use"));
        }
        module.data(file, "aws_iam_policy_document", &policy, document, origin);
        module.resource(
            file,
            "aws_kms_key",
            &key.id,
            Body::default()
                .with("description", place.text(&key.description))
                .with("enable_key_rotation", Node::code("true", origin))
                .with("deletion_window_in_days", Node::number(&key.deletion_days))
                .with("policy", Node::code(format!("data.aws_iam_policy_document.{policy}.json"), origin)),
            origin,
        );
        let alias = key.name.map_text(|name| format!("alias/{name}"));
        module.resource(
            file,
            "aws_kms_alias",
            &key.id,
            Body::default()
                .with("name", place.text(&alias))
                .with("target_key_id", super::place::of(&key.reference(), Attribute::Id, origin)),
            origin,
        );
    }
}

trait MapText {
    fn map_text(&self, change: impl FnOnce(&str) -> String) -> Traced<String>;
}

impl MapText for Traced<String> {
    fn map_text(&self, change: impl FnOnce(&str) -> String) -> Traced<String> {
        self.with(change(&self.value))
    }
}

/// The service's name, where the region stands in it, through the region.
fn service_name(service: &Traced<String>) -> Node {
    Node::traced(service)
}

fn principals(kind: &'static str, identifiers: Vec<Node>, origin: Origin) -> Block {
    Block::new(
        "principals",
        Body::default().with("type", Node::text(kind, origin)).with("identifiers", Node::list(identifiers, origin)),
        origin,
    )
}

pub(super) fn source_account(origin: Origin) -> Block {
    Block::new(
        "condition",
        Body::default()
            .with("test", Node::text("StringEquals", origin))
            .with("variable", Node::text("aws:SourceAccount", origin))
            .with("values", Node::list([Node::code("local.account_id", origin)], origin)),
        origin,
    )
}

fn condition(condition: &Condition, place: Place<'_>) -> Block {
    Block::new(
        "condition",
        Body::default()
            .with("test", Node::traced(&condition.test))
            .with("variable", Node::traced(&condition.key))
            .with(
                "values",
                Node::list(condition.values.iter().map(|value| place.pattern(value)), condition.key.origin),
            ),
        condition.key.origin,
    )
}

/// The roles; each trust that several have is said once.
pub(super) fn roles(roles: &[Role], place: Place<'_>, module: &mut Module) {
    let mut trusts: BTreeSet<String> = BTreeSet::new();
    for role in roles {
        let trust = trust(role, place, module, &mut trusts);
        let file = file_of(&role.owner, "identity.tf");
        let origin = role.origin;
        module.resource(
            &file,
            "aws_iam_role",
            &role.id,
            Body::default()
                .with("name", place.text(&role.name))
                .with("description", place.text(&role.description))
                .with("assume_role_policy", Node::code(format!("data.aws_iam_policy_document.{trust}.json"), origin))
                .with_some("max_session_duration", role.session_seconds.as_ref().map(Node::number)),
            origin,
        );
        for (number, policy) in role.managed.iter().enumerate() {
            let name = match policy_name(policy) {
                Some(name) => format!("{}_{name}", role.id),
                None => format!("{}_{number}", role.id),
            };
            module.resource(
                &file,
                "aws_iam_role_policy_attachment",
                &Id::made(&name),
                Body::default()
                    .with("role", Node::code(format!("aws_iam_role.{}.name", identifier(role.id.as_str())), origin))
                    .with("policy_arn", place.pattern(policy)),
                policy.origin,
            );
        }
        if role.statements.is_empty() {
            continue;
        }
        let (parts, inline) = match role.policies() {
            Policies::Inline(statements) => (vec![statements], true),
            Policies::Apart(parts) => (parts, false),
        };
        for (index, statements) in parts.into_iter().enumerate() {
            let name = if index == 0 { role.id.to_string() } else { format!("{}-{}", role.id, index + 1) };
            let document = statements
                .iter()
                .fold(Body::default(), |body, statement| body.block(self::statement(statement, place)));
            module.data(&file, "aws_iam_policy_document", &name, document, origin);
            let json = Node::code(format!("data.aws_iam_policy_document.{}.json", identifier(&name)), origin);
            let role_name = Node::code(format!("aws_iam_role.{}.name", identifier(role.id.as_str())), origin);
            if inline {
                module.resource(
                    &file,
                    "aws_iam_role_policy",
                    &Id::made(&name),
                    Body::default()
                        .with("name", Node::text("access", origin))
                        .with("role", role_name)
                        .with("policy", json),
                    origin,
                );
            } else {
                let policy_name = role.name.map_text(|own| format!("{own}-{}", index + 1));
                let policy = format!("aws_iam_policy.{}", identifier(&name));
                module.resource(
                    &file,
                    "aws_iam_policy",
                    &Id::made(&name),
                    Body::default().with("name", place.text(&policy_name)).with("policy", json),
                    origin,
                );
                module.resource(
                    &file,
                    "aws_iam_role_policy_attachment",
                    &Id::made(&name),
                    Body::default()
                        .with("role", role_name)
                        .with("policy_arn", Node::code(format!("{policy}.arn"), origin)),
                    origin,
                );
            }
        }
    }
}

fn policy_name(policy: &crate::plan::aws::graph::Pattern) -> Option<String> {
    use crate::plan::aws::graph::Piece;
    match policy.pieces.last()? {
        Piece::Text(text) => text.rsplit('/').next().map(str::to_ascii_lowercase),
        _ => None,
    }
}

pub(super) fn statement(statement: &Statement, place: Place<'_>) -> Block {
    let origin = statement.origin;
    let body = Body::default()
        .with("sid", Node::traced(&statement.sid))
        .with_some("effect", statement.denies.then(|| Node::text("Deny", origin)))
        .with("actions", Node::list(statement.actions.iter().map(Node::traced), origin))
        .with("resources", Node::list(statement.resources.iter().map(|resource| place.pattern(resource)), origin))
        .blocks(statement.conditions.iter().map(|it| condition(it, place)));
    Block::new("statement", body, origin).keyed(statement.sid.value.clone())
}

/// The document of who may be a role; made where it is not yet there.
fn trust(role: &Role, place: Place<'_>, module: &mut Module, known: &mut BTreeSet<String>) -> String {
    let origin = role.origin;
    let file = "identity.tf";
    let assume = |actions: &[&'static str]| {
        Body::default().with("actions", Node::list(actions.iter().map(|action| Node::text(*action, origin)), origin))
    };
    let (name, body) = match &role.trust {
        Trust::Service { principal, source_account: bound } => {
            let service = principal.split('.').next().unwrap_or_default();
            let name = identifier(&format!("assume-{service}{}", if *bound { "" } else { "-any" }));
            let body = assume(&["sts:AssumeRole"]).block(principals("Service", vec![Node::traced(principal)], origin));
            (name, if *bound { body.block(source_account(origin)) } else { body })
        }
        Trust::Pods { principal, asked } => {
            let equals = |(key, value): &(Traced<String>, Traced<String>)| {
                let body = Body::default()
                    .with("test", Node::text("StringEquals", origin))
                    .with("variable", Node::traced(key))
                    .with("values", Node::list([place.text(value)], value.origin));
                Block::new("condition", body, origin).keyed(key.value.clone())
            };
            let body = assume(&["sts:AssumeRole", "sts:TagSession"])
                .block(principals("Service", vec![Node::traced(principal)], origin))
                .blocks(asked.iter().map(equals));
            (identifier(&format!("assume-{}", role.id)), body)
        }
        Trust::Pipeline { provider, subjects } => {
            let condition = |claim: &str, values: Vec<Node>| {
                Block::new(
                    "condition",
                    Body::default()
                        .with("test", Node::text("StringEquals", origin))
                        .with("variable", Node::code(format!("\"${{local.oidc_host}}:{claim}\""), origin))
                        .with("values", Node::list(values, origin)),
                    origin,
                )
                .keyed(claim.to_owned())
            };
            let body = assume(&["sts:AssumeRoleWithWebIdentity"])
                .block(principals("Federated", vec![arn(provider, origin)], origin))
                .block(condition(
                    "aud",
                    vec![Node::code(
                        format!(
                            "one({}.client_id_list)",
                            format_args!("aws_iam_openid_connect_provider.{}", identifier(provider.id.as_str()))
                        ),
                        origin,
                    )],
                ))
                .block(condition("sub", subjects.iter().map(Node::traced).collect()));
            (identifier(&format!("assume-{}", role.id)), body)
        }
    };
    if known.insert(name.clone()) {
        module.data(
            file,
            "aws_iam_policy_document",
            &name,
            Body::default().block(Block::new("statement", body, origin)),
            origin,
        );
    }
    name
}
