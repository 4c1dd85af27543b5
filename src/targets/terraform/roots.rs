//! What the roots say: versions, providers, where the state is kept, and what each environment gives the module.

use std::collections::BTreeMap;

use super::merge::Field;
use super::place::identifier;
use super::rules;
use crate::ir::{Origin, Traced};
use crate::output::doc::Text;
use crate::output::hcl::{Block, Body, Node};
use crate::plan::aws::graph::{Cluster, Zone};
use crate::plan::aws::{AwsEnvironment, names};
use crate::spec::aws::TerraformFacts;

/// A subject of the module's variables, and its fields.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) what: &'static str,
    pub(super) fields: Vec<Field>,
}

/// Where a root keeps its state.
pub(super) enum State<'a> {
    /// On the disk of who applies it: the store itself.
    Local,
    /// In the bucket of an account, under a key.
    Bucket { system: &'a str, account: Option<&'a Traced<String>>, region: &'a Traced<String>, key: String },
}

fn origin() -> Origin {
    Origin::rule(rules::VERSIONS)
}

/// The versions that a root or the module asks for.
pub(super) fn versions(facts: &TerraformFacts, state: Option<&State<'_>>, aliases: &Aliases<'_>) -> Body {
    let mut aws = vec![
        ("source".into(), Node::traced(&facts.provider_source)),
        ("version".into(), Node::traced(&facts.provider_version)),
    ];
    let names = aliases.names();
    if !names.is_empty() && state.is_none() {
        let alias = Node::list(names.iter().map(|name| Node::code(format!("aws.{name}"), origin())), origin());
        aws.push(("configuration_aliases".into(), alias));
    }
    let providers = Body::default().with("aws", Node::object(aws, facts.provider_version.origin));
    let mut body = Body::default().with("required_version", Node::traced(&facts.required_version)).block(Block::new(
        "required_providers",
        providers,
        origin(),
    ));
    if let Some(State::Bucket { system, account, region, key }) = state {
        let rule = Origin::rule(rules::BACKEND);
        let mut backend = Body::default();
        backend = match account {
            Some(account) => backend.with("bucket", Node::text(names::state_bucket(system, account), account.origin)),
            None => backend.comment(
                format!("Give the bucket: -backend-config=bucket={}-ACCOUNT", names::state_bucket_base(system)),
                rule,
            ),
        };
        backend = backend
            .with("key", Node::text(key.clone(), rule))
            .with("region", Node::traced(region))
            .with("encrypt", Node::code("true", rule))
            .with("use_lockfile", Node::code("true", rule));
        body = body.block(Block::labelled("backend", ["s3"], backend, rule));
    }
    Body::default().block(Block::new("terraform", body, origin()))
}

/// How a root signs in, and the tags of all that it makes.
pub(super) fn provider(
    region: Node,
    account: Option<&Traced<String>>,
    tags: &[(Traced<String>, Traced<String>)],
    aliases: &[(&'static str, &Traced<String>)],
) -> Body {
    let rule = Origin::rule(rules::ROOT);
    let block = |alias: Option<&'static str>, region: Node| {
        let fields: Vec<(Text, Node)> =
            tags.iter().map(|(key, value)| (key.value.clone().into(), Node::traced(value))).collect();
        let mut body = Body::default();
        if let Some(alias) = alias {
            body = body.with("alias", Node::text(alias, rule));
        }
        body = body.with("region", region);
        if let Some(account) = account {
            body = body.with("allowed_account_ids", Node::list([Node::traced(account)], account.origin));
        }
        let tags = Body::default().with("tags", Node::object(fields, rule));
        Block::labelled("provider", ["aws"], body.block(Block::new("default_tags", tags, rule)), rule)
    };
    aliases.iter().fold(Body::default().block(block(None, region)), |body, (alias, region)| {
        body.block(block(Some(*alias), Node::traced(*region)))
    })
}

/// Providers of other regions that the module asks for.
#[derive(Clone, Copy, Default)]
pub(super) struct Aliases<'a> {
    /// Whether backups of some environment are copied to another region.
    copies: bool,
    /// Where CDNs look for their certificates, where there is one.
    cdn: Option<&'a Traced<String>>,
}

impl<'a> Aliases<'a> {
    pub(super) fn of(environments: &[AwsEnvironment], cdn_region: &'a Traced<String>) -> Aliases<'a> {
        let cdn = environments.iter().any(|it| it.balancing.certificates.iter().any(|certificate| certificate.for_cdn));
        Aliases { copies: environments.iter().any(|it| copy_region(it).is_some()), cdn: cdn.then_some(cdn_region) }
    }

    fn names(&self) -> Vec<&'static str> {
        [("copy", self.copies), ("cdn", self.cdn.is_some())]
            .into_iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| name)
            .collect()
    }

    /// The region of each, for one environment.
    pub(super) fn regions<'b>(&self, environment: &'b AwsEnvironment) -> Vec<(&'static str, &'b Traced<String>)>
    where
        'a: 'b,
    {
        let copy = self.copies.then(|| ("copy", copy_region(environment).unwrap_or(&environment.region)));
        copy.into_iter().chain(self.cdn.map(|region| ("cdn", region))).collect()
    }
}

fn variable(name: &str, description: impl Into<Text>, kind: Node, rest: Body) -> Block {
    let rule = Origin::rule(rules::VARIABLE);
    let mut body = Body::default().with("description", Node::text(description, rule)).with("type", kind);
    body.items.extend(rest.items);
    Block::labelled("variable", [name.to_owned()], body, rule)
}

fn code(text: impl Into<Text>) -> Node {
    Node::code(text, Origin::rule(rules::VARIABLE))
}

fn validated(condition: impl Into<Text>, message: &'static str) -> Body {
    let rule = Origin::rule(rules::VARIABLE);
    let body = Body::default().with("condition", code(condition)).with("error_message", Node::text(message, rule));
    Body::default().block(Block::new("validation", body, rule))
}

/// The variables of the module.
pub(super) fn variables(environments: &[AwsEnvironment], subjects: &[Subject]) -> Body {
    let rule = Origin::rule(rules::VARIABLE);
    let names = environments.iter().map(|it| format!("\"{}\"", it.name)).collect::<Vec<_>>().join(", ");
    let mut body = Body::default()
        .block(variable(
            "environment",
            "What the environment is called.",
            code("string"),
            validated(format!("contains([{names}], var.environment)"), "No environment of the system is called so."),
        ))
        .block(variable(
            "region",
            "The region of the environment.",
            code("string"),
            validated(
                "can(regex(\"^[a-z]{2}(-[a-z]+)+-[0-9]$\", var.region))",
                "A region is written like `eu-west-1`.",
            ),
        ))
        .block(variable(
            "cidr",
            "The addresses of the network.",
            code("string"),
            validated("can(cidrhost(var.cidr, 0))", "Addresses are written like `10.20.0.0/16`."),
        ))
        .block(variable(
            "zones",
            "The zones, each with the addresses of its subnets: for load balancers, components and datastores.",
            code("map(object({ public = string, private = string, data = string }))"),
            match environments.iter().all(|it| it.network.own.value) {
                true => {
                    validated("length(var.zones) >= 2", "Load balancers, clusters and databases ask for two zones.")
                }
                false => validated(
                    "length(var.zones) != 1",
                    "Load balancers, clusters and databases ask for two zones; a network that exists has its own.",
                ),
            },
        ))
        .block(variable(
            "nat_per_zone",
            "Whether each zone has a NAT gateway of its own.",
            code("bool"),
            Body::default(),
        ))
        .block(variable(
            "password_version",
            "Counts passwords: a higher number makes new ones, in datastores and in their secrets alike.",
            code("number"),
            Body::default().with("default", code("1")).block(Block::new(
                "validation",
                Body::default()
                    .with("condition", code("var.password_version >= 1"))
                    .with("error_message", Node::text("Passwords are counted from 1.", rule)),
                rule,
            )),
        ));
    if has_domain(environments) {
        body = body.block(variable("domain", "The domain that hosts lie below.", code("string"), Body::default()));
    }
    if is_ecs(environments) {
        body = body.block(variable(
            "held_task_definitions",
            "Components that stay on this task definition (its ARN) while a release prepares: no service is replaced.",
            code("map(string)"),
            Body::default().with("default", code("{}")),
        ));
    }
    for subject in subjects {
        let mut kind = String::from("object({\n");
        let widest = subject.fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
        for field in &subject.fields {
            let named = if field.nullable { format!("optional({})", field.kind) } else { field.kind.to_owned() };
            kind.push_str(&format!("    {:widest$} = {named}\n", field.name));
        }
        kind.push_str("  })");
        body = body.block(variable(&subject.name, subject.what, code(kind), Body::default()));
    }
    body
}

/// Whether some environment has hosts below a domain.
pub(super) fn has_domain(environments: &[AwsEnvironment]) -> bool {
    environments.iter().any(|it| it.balancing.zone.is_some())
}

pub(super) fn is_ecs(environments: &[AwsEnvironment]) -> bool {
    environments.iter().any(|it| matches!(it.cluster, Cluster::Ecs(_)))
}

/// What an environment gives the module.
pub(super) fn main(
    environments: &[AwsEnvironment],
    number: usize,
    subjects: &[Subject],
    aliases: &Aliases<'_>,
) -> Body {
    let environment = &environments[number];
    let rule = Origin::rule(rules::MODULE);
    let zones = environment.network.zones.iter().map(|zone| (zone.name.value.clone().into(), zone_of(zone)));
    let mut call = Body::default()
        .with("source", Node::text("../../modules/system", rule))
        .gap()
        .with("environment", Node::traced(&environment.name))
        .with("region", Node::traced(&environment.region))
        .with("password_version", Node::code("var.password_version", rule));
    if is_ecs(environments) {
        call = call.with("held_task_definitions", Node::code("var.held_task_definitions", rule));
    }
    if has_domain(environments) {
        let domain = match &environment.balancing.zone {
            Some(zone) => Node::traced(&zone.domain),
            None => Node::text("", rule),
        };
        call = call.with("domain", domain);
    }
    call = call
        .gap()
        .with("cidr", Node::traced(&environment.network.vpc.cidr))
        .with("nat_per_zone", Node::flag(&environment.network.nat_per_zone))
        .with("zones", Node::object(zones.collect(), environment.network.vpc.origin));
    for subject in subjects {
        let fields = subject.fields.iter().filter_map(|field| {
            let value = match field.values.get(number)? {
                Some(value) => value.clone(),
                // The resource is not here, or has none: any value of the type will do, and null says so.
                None => Node::code("null", rule),
            };
            Some((field.name.clone().into(), value))
        });
        call = call.gap().with(subject.name.clone(), Node::object(fields.collect(), rule));
    }
    let names = aliases.names();
    if !names.is_empty() {
        // Providers are named as they are, without quotes, as no key of an object is.
        let mut providers = String::from("{\n");
        let all: Vec<String> =
            std::iter::once("aws".to_owned()).chain(names.iter().map(|it| format!("aws.{it}"))).collect();
        let widest = all.iter().map(String::len).max().unwrap_or_default();
        for name in all {
            providers.push_str(&format!("    {name:widest$} = {name}\n"));
        }
        providers.push_str("  }");
        call = call.gap().with("providers", Node::code(providers, rule));
    }
    Body::default().block(Block::labelled("module", ["system"], call, rule))
}

/// What whoever applies an environment may say.
pub(super) fn own_variables(environments: &[AwsEnvironment]) -> Body {
    let own = Body::default().block(variable(
        "password_version",
        "Counts passwords: a higher number makes new ones, in datastores and in their secrets alike.",
        code("number"),
        Body::default().with("default", code("1")),
    ));
    if !is_ecs(environments) {
        return own;
    }
    own.block(variable(
        "held_task_definitions",
        "Components that stay on this task definition (its ARN) while a release prepares: no service is replaced.",
        code("map(string)"),
        Body::default().with("default", code("{}")),
    ))
}

/// What the module tells, told on.
pub(super) fn told(environments: &[AwsEnvironment], outputs: &[String]) -> Body {
    let parameters = environments.iter().flat_map(|environment| &environment.parameters);
    let described = parameters.map(|parameter| (identifier(parameter.id.as_str()), &parameter.description));
    let descriptions: BTreeMap<String, &Traced<String>> = described.collect();
    let rule = Origin::rule(rules::MODULE);
    outputs.iter().fold(Body::default(), |body, output| {
        let inner = Body::default()
            .with_some("description", descriptions.get(output).map(|description| Node::traced(description)))
            .with("value", Node::code(format!("module.system.{}", identifier(output)), rule));
        body.block(Block::labelled("output", [identifier(output)], inner, rule))
    })
}

/// The region that backups are copied to.
fn copy_region(environment: &AwsEnvironment) -> Option<&Traced<String>> {
    environment.backup_vaults.iter().find_map(|vault| vault.region.as_ref())
}

fn zone_of(zone: &Zone) -> Node {
    let fields: Vec<(Text, Node)> = vec![
        ("public".into(), Node::traced(&zone.public)),
        ("private".into(), Node::traced(&zone.private)),
        ("data".into(), Node::traced(&zone.data)),
    ];
    Node::object(fields, zone.name.origin)
}
