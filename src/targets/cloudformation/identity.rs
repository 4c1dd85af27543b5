//! Roles, keys, and the provider of the pipeline's identity.

use super::rules;
use super::template::{Keep, Template, by};
use super::value::{Sub, arn, flow, reference, text, whole};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{Attribute, Kind, KmsKey, OidcProvider, Pattern, Policies, Role, Statement, Trust};

/// The version of the policy language.
const POLICY_VERSION: &str = "2012-10-17";

/// A policy of statements.
pub(super) fn policy(statements: impl IntoIterator<Item = Map>, origin: Origin) -> Map {
    let statements = Doc::list(statements.into_iter().map(Doc::from), origin);
    Map::new(origin).text("Version", POLICY_VERSION).with("Statement", statements)
}

/// One text where there is one, else a list.
fn one_or_many(mut docs: Vec<Doc>, origin: Origin) -> Doc {
    if docs.len() == 1 { docs.remove(0) } else { Doc::list(docs, origin) }
}

/// A statement that allows.
pub(super) fn statement(template: &Template<'_>, statement: &Statement) -> Map {
    let origin = statement.origin;
    let patterns = |patterns: &[Pattern]| patterns.iter().map(|pattern| template.pattern(pattern)).collect();
    let mut map = Map::new(origin)
        .with("Sid", text(&statement.sid))
        .text("Effect", if statement.denies { "Deny" } else { "Allow" })
        .with("Action", one_or_many(statement.actions.iter().map(text).collect(), origin))
        .with("Resource", one_or_many(patterns(&statement.resources), origin));
    if !statement.conditions.is_empty() {
        let mut tests = Map::new(origin);
        for condition in &statement.conditions {
            let value = one_or_many(patterns(&condition.values), origin);
            let test = condition.test.value.clone();
            let keys = match tests.get(&test) {
                Some(Doc::Map(known)) => known.clone(),
                _ => Map::new(condition.test.origin),
            };
            tests.put(test, keys.with(condition.key.value.clone(), value));
        }
        map.put("Condition", tests);
    }
    map
}

/// A role with its policies in it.
pub(super) fn role(template: &mut Template<'_>, role: &Role) {
    let trust = Origin::rule(rules::TRUST);
    let equals = |key: Doc, value: Doc| {
        let key = match key {
            Doc::Text(key, _) => key,
            _ => "".into(),
        };
        Map::new(trust).with("StringEquals", Map::new(trust).with(key, value))
    };
    let trusted = match &role.trust {
        Trust::Service { principal, source_account } => {
            let map = Map::new(trust)
                .text("Effect", "Allow")
                .with("Principal", Map::new(trust).with("Service", text(principal)))
                .text("Action", "sts:AssumeRole");
            if *source_account {
                let account = reference("AWS::AccountId", trust);
                map.with("Condition", equals(Doc::text("aws:SourceAccount", trust), account))
            } else {
                map
            }
        }
        Trust::Pods { principal, asked } => {
            let mut tests = Map::new(trust);
            for (key, value) in asked {
                tests.put(key.value.clone(), text(value));
            }
            Map::new(trust)
                .text("Effect", "Allow")
                .with("Principal", Map::new(trust).with("Service", text(principal)))
                .with("Action", flow([Doc::text("sts:AssumeRole", trust), Doc::text("sts:TagSession", trust)], trust))
                .with("Condition", Map::new(trust).with("StringEquals", tests))
        }
        Trust::Pipeline { provider, subjects } => {
            let github = &template.scope.spec.github_oidc;
            let host = &github.host.value;
            let subjects = one_or_many(subjects.iter().map(text).collect(), trust);
            let mut tests = Map::new(trust);
            tests.put(format!("{host}:aud"), text(&github.audience));
            tests.put(format!("{host}:sub"), subjects);
            Map::new(trust)
                .text("Effect", "Allow")
                .with(
                    "Principal",
                    Map::new(trust)
                        .with("Federated", reference(template.logical(Kind::OidcProvider, &provider.id), trust)),
                )
                .with("Action", text(&github.action))
                .with("Condition", Map::new(trust).with("StringEquals", tests))
        }
    };
    let mut properties = Map::new(role.origin)
        .with("RoleName", text(&role.name))
        .with("Description", text(&role.description))
        .with("AssumeRolePolicyDocument", policy([trusted], trust));
    if let Some(seconds) = &role.session_seconds {
        properties.put("MaxSessionDuration", whole(seconds));
    }
    if !role.managed.is_empty() {
        properties
            .put("ManagedPolicyArns", Doc::list(role.managed.iter().map(|arn| template.pattern(arn)), role.origin));
    }
    let id = template.logical(Kind::Role, &role.id);
    let document = |template: &Template<'_>, statements: &[Statement]| {
        policy(statements.iter().map(|one| statement(template, one)).collect::<Vec<_>>(), role.origin)
    };
    let mut apart = Vec::new();
    match role.policies() {
        Policies::Inline([]) => {}
        Policies::Inline(statements) => {
            let named = Map::new(role.origin)
                .with("PolicyName", Doc::text("permissions", role.origin))
                .with("PolicyDocument", document(template, statements));
            properties.put("Policies", Doc::list([named.into()], role.origin));
        }
        Policies::Apart(parts) => {
            for (index, statements) in parts.into_iter().enumerate() {
                let name = Doc::text(format!("{}-{}", role.name, index + 1), role.name.origin);
                let policy = Map::new(role.origin)
                    .with("ManagedPolicyName", name)
                    .with("PolicyDocument", document(template, statements))
                    .with("Roles", Doc::list([reference(id.clone(), role.origin)], role.origin));
                apart.push((format!("{id}Policy{}", index + 1), policy));
            }
        }
    }
    template.add(id, "AWS::IAM::Role", Keep::No, properties);
    for (id, policy) in apart {
        template.add(id, "AWS::IAM::ManagedPolicy", Keep::No, policy);
    }
}

/// A key with its alias. The account administers it; one service uses it for what is of this account.
pub(super) fn key(template: &mut Template<'_>, key: &KmsKey) {
    let origin = Origin::rule(rules::KEY_POLICY);
    let mut statements = vec![
        Map::new(origin)
            .text("Sid", "Administration")
            .text("Effect", "Allow")
            .with("Principal", Map::new(origin).with("AWS", arn("iam", false, true, "root", origin)))
            .text("Action", "kms:*")
            .text("Resource", "*"),
    ];
    if let Some(service) = &key.service {
        let actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];
        let condition = match &key.service_condition {
            Some(known) => {
                let values = known.values.iter().map(|value| template.pattern(value)).collect();
                let asked = Map::new(origin).with(known.key.value.clone(), one_or_many(values, origin));
                Map::new(origin).with(known.test.value.clone(), asked)
            }
            None => {
                let account = Map::new(origin).with("aws:SourceAccount", reference("AWS::AccountId", origin));
                Map::new(origin).with("StringEquals", account)
            }
        };
        statements.push(
            Map::new(origin)
                .text("Sid", "Service")
                .text("Effect", "Allow")
                .with("Principal", Map::new(origin).with("Service", text(service)))
                .with("Action", Doc::list(actions.map(|action| Doc::text(action, origin)), origin))
                .text("Resource", "*")
                .with("Condition", condition),
        );
    }
    let properties = Map::new(key.origin)
        .with("Description", text(&key.description))
        .bool("EnableKeyRotation", true)
        .with("PendingWindowInDays", whole(&key.deletion_days))
        .with("KeyPolicy", policy(statements, origin));
    let id = template.logical(Kind::KmsKey, &key.id);
    template.add(id.clone(), "AWS::KMS::Key", Keep::Retain, properties);
    let alias = Map::new(key.origin)
        .with("AliasName", Doc::text(format!("alias/{}", key.name), key.name.origin))
        .with("TargetKeyId", reference(id.clone(), key.origin));
    template.add(format!("{id}Alias"), "AWS::KMS::Alias", Keep::No, alias);
    template.tell(key);
}

/// The provider of the pipeline's identity.
pub(super) fn provider(template: &mut Template<'_>, provider: &OidcProvider) {
    let properties = Map::new(provider.origin)
        .with("Url", text(&provider.url))
        .with("ClientIdList", Doc::list([text(&provider.audience)], provider.origin));
    template.add(template.logical(Kind::OidcProvider, &provider.id), "AWS::IAM::OIDCProvider", Keep::No, properties);
}

/// A policy of a resource that refuses requests without TLS.
pub(super) fn tls_only(actions: &'static str, resources: Vec<Doc>) -> Map {
    let insecure = Map::new(Origin::rule(rules::SECURE_TRANSPORT)).text("aws:SecureTransport", "false");
    by(rules::SECURE_TRANSPORT)
        .text("Sid", "TlsOnly")
        .text("Effect", "Deny")
        .with("Principal", Doc::text("*", Origin::rule(rules::SECURE_TRANSPORT)))
        .text("Action", actions)
        .with("Resource", one_or_many(resources, Origin::rule(rules::SECURE_TRANSPORT)))
        .with("Condition", by(rules::SECURE_TRANSPORT).with("Bool", insecure))
}

/// A statement that lets a service act for what is of this account.
pub(super) fn service_may(sid: Doc, service: Doc, action: Doc, resource: Doc, origin: Origin) -> Map {
    let account = Map::new(origin).with("aws:SourceAccount", reference("AWS::AccountId", origin));
    Map::new(origin)
        .with("Sid", sid)
        .text("Effect", "Allow")
        .with("Principal", Map::new(origin).with("Service", service))
        .with("Action", action)
        .with("Resource", resource)
        .with("Condition", Map::new(origin).with("StringEquals", account))
}

/// A path below a bucket; the account may stand in it as `!Sub` writes it.
pub(super) fn below(bucket: &str, rest: &'static str, origin: Origin) -> Doc {
    Sub::default().of(&format!("{bucket}.Arn")).raw(rest).doc(origin)
}

/// The ARN of a key.
pub(super) fn key_arn(template: &Template<'_>, key: &crate::plan::aws::graph::Ref<KmsKey>, origin: Origin) -> Doc {
    template.of(key, Attribute::Arn, origin)
}
