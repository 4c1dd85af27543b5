//! Load balancers, listeners, rules, target groups, certificates and names.

use super::data::ignore;
use super::module::{Module, block, file_of};
use super::network::port;
use super::place::{Place, arn, id, identifier};
use crate::ir::Origin;
use crate::output::hcl::{Block, Body, Node};
use crate::plan::aws::graph::{
    Balancing, Certificate, DnsRecord, DnsZone, Layer, Listener, ListenerDefault, ListenerRule, LoadBalancer,
    RecordTarget, Ref, TargetGroup, WebAcl,
};

const FILE: &str = "balancing.tf";
const DNS: &str = "dns.tf";

pub(super) fn print(balancing: &Balancing, place: Place<'_>, module: &mut Module) {
    if let Some(zone) = &balancing.zone {
        self::zone(zone, module);
    }
    for certificate in &balancing.certificates {
        self::certificate(certificate, place, module);
    }
    for balancer in &balancing.load_balancers {
        load_balancer(balancer, place, module);
    }
    for listener in &balancing.listeners {
        self::listener(listener, module);
    }
    for group in &balancing.target_groups {
        target_group(group, place, module);
    }
    for rule in &balancing.rules {
        listener_rule(rule, place, module);
    }
    for record in &balancing.records {
        self::record(record, place, module);
    }
    for acl in &balancing.web_acls {
        web_acl(acl, place, module);
    }
}

/// The zone exists: by its id, or the one with the longest name that the domain ends in.
fn zone(zone: &DnsZone, module: &mut Module) {
    let origin = zone.domain.origin;
    let code = |text: &'static str| Node::code(text, origin);
    if let Some(id) = &zone.id {
        let body = Body::default().with("zone_id", Node::traced(id));
        module.add(DNS, block("data", "aws_route53_zone", "main".to_owned(), body, id.origin));
        let body = Body::default().with("zone_id", code("data.aws_route53_zone.main.zone_id"));
        module.add(DNS, Block::new("locals", body, origin));
        return;
    }
    module.add(DNS, block("data", "aws_route53_zones", "all".to_owned(), Body::default(), origin));
    let each = Body::default()
        .with("for_each", code("toset(coalesce(data.aws_route53_zones.all.ids, []))"))
        .gap()
        .with("zone_id", code("each.value"));
    module.add(DNS, block("data", "aws_route53_zone", "all".to_owned(), each, origin));
    let body = Body::default()
        .comment("The zone with the longest name that the domain ends in.", origin)
        .with("domain", Node::code("var.domain", origin))
        .with("zones", code("{ for zone in data.aws_route53_zone.all : trimsuffix(zone.name, \".\") => zone.zone_id if !zone.private_zone }"))
        .with(
            "zone_candidates",
            code("[for start in range(length(split(\".\", local.domain))) : join(\".\", slice(split(\".\", local.domain), start, length(split(\".\", local.domain))))]"),
        )
        .with("zone_id", code("[for name in local.zone_candidates : local.zones[name] if contains(keys(local.zones), name)][0]"));
    module.add(DNS, Block::new("locals", body, origin));
}

fn certificate(certificate: &Certificate, place: Place<'_>, module: &mut Module) {
    let origin = certificate.origin;
    let name = identifier(certificate.id.as_str());
    let code = |text: String| Node::code(text, origin);
    let provider = |body: Body| {
        if certificate.for_cdn { body.with("provider", Node::code("aws.cdn", origin)).gap() } else { body }
    };
    let mut body = provider(Body::default()).with("domain_name", place.host(&certificate.domain));
    if !certificate.names.is_empty() {
        body = body.with(
            "subject_alternative_names",
            Node::list(certificate.names.iter().map(|name| place.host(name)), origin),
        );
    }
    body = body.with("validation_method", Node::text("DNS", origin)).block(Block::new(
        "lifecycle",
        Body::default().with("create_before_destroy", Node::code("true", origin)),
        origin,
    ));
    module.resource(DNS, "aws_acm_certificate", &certificate.id, body, origin);
    let options = format!(
        "{{\n    for option in aws_acm_certificate.{name}.domain_validation_options : option.domain_name => option\n  }}"
    );
    module.add(
        DNS,
        block(
            "resource",
            "aws_route53_record",
            format!("validation_{name}"),
            Body::default()
                .with("for_each", code(options))
                .gap()
                .with("zone_id", Node::code("local.zone_id", origin))
                .with("name", Node::code("each.value.resource_record_name", origin))
                .with("type", Node::code("each.value.resource_record_type", origin))
                .with("records", Node::list([Node::code("each.value.resource_record_value", origin)], origin))
                .with("ttl", Node::code("60", origin))
                .with("allow_overwrite", Node::code("true", origin)),
            origin,
        ),
    );
    module.resource(
        DNS,
        "aws_acm_certificate_validation",
        &certificate.id,
        Body::default().with("certificate_arn", code(format!("aws_acm_certificate.{name}.arn"))).with(
            "validation_record_fqdns",
            code(format!("[for record in aws_route53_record.validation_{name} : record.fqdn]")),
        ),
        origin,
    );
}

fn load_balancer(balancer: &LoadBalancer, place: Place<'_>, module: &mut Module) {
    let origin = balancer.origin;
    let yes = || Node::code("true", origin);
    let application = balancer.layer == Layer::Application;
    let mut body = Body::default()
        .with("name", place.text(&balancer.name))
        .with("load_balancer_type", Node::text(if application { "application" } else { "network" }, origin))
        .with("internal", Node::code("false", origin))
        .with("subnets", Node::code("local.public_subnet_ids", origin))
        .with("security_groups", Node::list([id(&balancer.security_group, origin)], origin))
        .with("enable_deletion_protection", Node::flag(&balancer.deletion_protection));
    if application {
        body = body
            .with("drop_invalid_header_fields", yes())
            .with("desync_mitigation_mode", Node::text("defensive", origin))
            .with_some("idle_timeout", balancer.idle_timeout.as_ref().map(Node::number));
    } else {
        body = body.with("enable_cross_zone_load_balancing", yes());
    }
    body = body
        .block(Block::new(
            "access_logs",
            Body::default()
                .with("bucket", id(&balancer.access_logs, origin))
                .with("prefix", Node::text(balancer.id.to_string(), origin))
                .with("enabled", yes()),
            origin,
        ))
        .gap()
        .with(
            "depends_on",
            Node::list(
                [Node::code(format!("aws_s3_bucket_policy.{}", identifier(balancer.access_logs.id.as_str())), origin)],
                origin,
            ),
        );
    module.resource(FILE, "aws_lb", &balancer.id, body, origin);
    if let Some(acl) = &balancer.web_acl {
        module.resource(
            FILE,
            "aws_wafv2_web_acl_association",
            &balancer.id,
            Body::default()
                .with("resource_arn", arn(&balancer.reference(), origin))
                .with("web_acl_arn", arn(acl, origin)),
            origin,
        );
    }
}

fn listener(listener: &Listener, module: &mut Module) {
    let origin = listener.origin;
    let mut body = Body::default()
        .with("load_balancer_arn", arn(&listener.balancer, origin))
        .with("port", port(&listener.port))
        .with("protocol", Node::traced(&listener.protocol))
        .with_some("tcp_idle_timeout_seconds", listener.idle_timeout.as_ref().map(Node::number));
    if let Some((certificate, policy)) = &listener.tls {
        body = body.with("ssl_policy", Node::traced(policy)).with("certificate_arn", arn(certificate, origin));
    }
    let default = match &listener.default {
        ListenerDefault::Redirect => Body::default().with("type", Node::text("redirect", origin)).block(Block::new(
            "redirect",
            Body::default()
                .with("port", Node::text("443", origin))
                .with("protocol", Node::text("HTTPS", origin))
                .with("status_code", Node::text("HTTP_301", origin)),
            origin,
        )),
        ListenerDefault::NotFound => {
            Body::default().with("type", Node::text("fixed-response", origin)).block(Block::new(
                "fixed_response",
                Body::default()
                    .with("content_type", Node::text("text/plain", origin))
                    .with("message_body", Node::text("Not found", origin))
                    .with("status_code", Node::text("404", origin)),
                origin,
            ))
        }
        ListenerDefault::Forward(group) => {
            Body::default().with("type", Node::text("forward", origin)).with("target_group_arn", arn(group, origin))
        }
    };
    body = body.block(Block::new("default_action", default, origin));
    module.resource(&file_of(&listener.owner, FILE), "aws_lb_listener", &listener.id, body, origin);
}

fn target_group(group: &TargetGroup, place: Place<'_>, module: &mut Module) {
    let origin = group.origin;
    let health = &group.health;
    let check_port = match &health.port {
        Some(own) => Node::text(own.to_string(), own.origin),
        None => Node::text("traffic-port", health.origin),
    };
    let check = Body::default()
        .with("protocol", Node::traced(&health.protocol))
        .with("port", check_port)
        .with_some("path", health.path.as_ref().map(Node::traced))
        .with_some("matcher", health.codes.as_ref().map(Node::traced))
        .with("interval", Node::number(&health.interval))
        .with("timeout", Node::number(&health.timeout))
        .with("healthy_threshold", Node::number(&health.healthy))
        .with("unhealthy_threshold", Node::number(&health.unhealthy));
    let body = Body::default()
        .with("name", place.text(&group.name))
        .with("target_type", Node::text("ip", origin))
        .with("vpc_id", Node::code("aws_vpc.main.id", origin))
        .with("port", port(&group.port))
        .with("protocol", Node::traced(&group.protocol))
        .with_some("protocol_version", group.version.as_ref().map(Node::traced))
        .with("deregistration_delay", Node::number(&group.drain))
        .block(Block::new("health_check", check, health.origin))
        .block(Block::new(
            "lifecycle",
            Body::default().with("create_before_destroy", Node::code("true", origin)),
            origin,
        ));
    module.resource(&file_of(&group.owner, FILE), "aws_lb_target_group", &group.id, body, origin);
}

fn listener_rule(rule: &ListenerRule, place: Place<'_>, module: &mut Module) {
    let origin = rule.origin;
    let action = match &rule.beside {
        None => Body::default()
            .with("type", Node::text("forward", origin))
            .with("target_group_arn", arn(&rule.target, origin)),
        Some(beside) => {
            let share = |group: &Ref<TargetGroup>, weight: &'static str| {
                Block::new(
                    "target_group",
                    Body::default().with("arn", arn(group, origin)).with("weight", Node::code(weight, origin)),
                    origin,
                )
                .keyed(group.id.to_string())
            };
            Body::default().with("type", Node::text("forward", origin)).block(Block::new(
                "forward",
                Body::default().block(share(&rule.target, "100")).block(share(beside, "0")),
                origin,
            ))
        }
    };
    let condition = |kind: &'static str, values: Vec<Node>, origin: Origin| {
        let inner = Block::new(kind, Body::default().with("values", Node::list(values, origin)), origin);
        Block::new("condition", Body::default().block(inner), origin).keyed(kind)
    };
    let mut body = Body::default()
        .with("listener_arn", arn(&rule.listener, origin))
        .with("priority", Node::number(&rule.priority))
        .block(Block::new("action", action, origin));
    if let Some(host) = &rule.host {
        body = body.block(condition("host_header", vec![place.host(host)], host.origin));
    }
    if !rule.paths.is_empty() {
        body =
            body.block(condition("path_pattern", rule.paths.iter().map(Node::traced).collect(), rule.paths[0].origin));
    }
    if rule.host.is_none() && rule.paths.is_empty() {
        body = body.block(condition("path_pattern", vec![Node::text("/*", origin)], origin));
    }
    if rule.beside.is_some() {
        body = body.block(ignore(&["action"], "A deployment shifts the weights, and returns them.", origin));
    }
    module.resource(&file_of(&rule.owner, FILE), "aws_lb_listener_rule", &rule.id, body, origin);
}

fn record(record: &DnsRecord, place: Place<'_>, module: &mut Module) {
    let origin = record.origin;
    let target = match &record.target {
        RecordTarget::LoadBalancer(balancer) => format!("aws_lb.{}", identifier(balancer.id.as_str())),
        RecordTarget::Distribution(distribution) => {
            format!("aws_cloudfront_distribution.{}", identifier(distribution.id.as_str()))
        }
    };
    // The health of a distribution can't be asked for.
    let (name, zone, health) = match &record.target {
        RecordTarget::LoadBalancer(_) => ("dns_name", "zone_id", "true"),
        RecordTarget::Distribution(_) => ("domain_name", "hosted_zone_id", "false"),
    };
    let alias = Body::default()
        .with("name", Node::code(format!("{target}.{name}"), origin))
        .with("zone_id", Node::code(format!("{target}.{zone}"), origin))
        .with("evaluate_target_health", Node::code(health, origin));
    let body = Body::default()
        .with("zone_id", Node::code("local.zone_id", origin))
        .with("name", place.host(&record.host))
        .with("type", Node::text("A", origin))
        .block(Block::new("alias", alias, origin));
    module.resource(DNS, "aws_route53_record", &record.id, body, origin);
}

fn web_acl(acl: &WebAcl, place: Place<'_>, module: &mut Module) {
    let origin = acl.origin;
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let visibility = |name: Node| {
        block(
            "visibility_config",
            Body::default()
                .with("cloudwatch_metrics_enabled", Node::code("true", origin))
                .with("metric_name", name)
                .with("sampled_requests_enabled", Node::code("true", origin)),
        )
    };
    let mut body = Body::default()
        .with("name", place.text(&acl.name))
        .with("description", Node::code("\"Requests to ${local.name}\"", origin))
        .with("scope", Node::text("REGIONAL", origin))
        .block(block("default_action", Body::default().block(block("allow", Body::default()))));
    for (number, group) in acl.rule_groups.iter().enumerate() {
        let statement =
            Body::default().with("vendor_name", Node::text("AWS", origin)).with("name", Node::traced(group));
        let rule = Body::default()
            .with("name", Node::traced(group))
            .with("priority", Node::code((number + 1).to_string(), origin))
            .block(block("override_action", Body::default().block(block("none", Body::default()))))
            .block(block("statement", Body::default().block(block("managed_rule_group_statement", statement))))
            .block(visibility(Node::traced(group)));
        body = body.block(block("rule", rule).keyed(group.value.clone()));
    }
    let rate = Body::default()
        .with("aggregate_key_type", Node::text("IP", origin))
        .with("limit", Node::number(&acl.rate_limit));
    let rule = Body::default()
        .with("name", Node::text("rate", origin))
        .with("priority", Node::code((acl.rule_groups.len() + 1).to_string(), origin))
        .block(block("action", Body::default().block(block("block", Body::default()))))
        .block(block("statement", Body::default().block(block("rate_based_statement", rate))))
        .block(visibility(Node::text("rate", origin)));
    body = body.block(block("rule", rule).keyed("rate")).block(visibility(place.text(&acl.name)));
    module.resource(FILE, "aws_wafv2_web_acl", &acl.id, body, origin);
}
