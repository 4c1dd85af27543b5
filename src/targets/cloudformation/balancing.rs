//! The ways in: load balancers, listeners, rules, target groups, certificates, names, filters, websites.

use super::objects::{self, distribution_reads, log_writers, words};
use super::rules;
use super::template::{Keep, Template};
use super::value::{Sub, attribute, flow, pair, reference, text, whole};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{
    Attribute, Bucket, Certificate, Distribution, DnsRecord, DnsZone, Kind, Layer, Listener, ListenerDefault,
    ListenerRule, LoadBalancer, RecordTarget, Ref, TargetGroup, WebAcl,
};

fn attributes(values: Vec<(&'static str, Doc)>, origin: Origin) -> Doc {
    Doc::list(
        values.into_iter().map(|(key, value)| pair("Key", "Value", Doc::text(key, origin), value, origin)),
        origin,
    )
}

fn quoted(value: &Traced<u32>) -> Doc {
    Doc::text(value.value.to_string(), value.origin)
}

fn yes_or_no(value: bool, origin: Origin) -> Doc {
    Doc::text(if value { "true" } else { "false" }, origin)
}

/// A load balancer, and the filter in front of it.
pub(super) fn load_balancer(template: &mut Template<'_>, balancer: &LoadBalancer) {
    let origin = balancer.origin;
    let practice = Origin::rule(rules::BALANCER);
    let id = template.logical(Kind::LoadBalancer, &balancer.id);
    let protection = &balancer.deletion_protection;
    let mut values = vec![
        ("access_logs.s3.enabled", yes_or_no(true, practice)),
        ("access_logs.s3.bucket", template.of(&balancer.access_logs, Attribute::Name, origin)),
        ("access_logs.s3.prefix", Doc::text(balancer.id.as_str().to_owned(), origin)),
        ("deletion_protection.enabled", yes_or_no(protection.value, protection.origin)),
    ];
    let kind = match balancer.layer {
        Layer::Application => {
            values.push(("routing.http.drop_invalid_header_fields.enabled", yes_or_no(true, practice)));
            values.push(("routing.http.desync_mitigation_mode", Doc::text("defensive", practice)));
            if let Some(timeout) = &balancer.idle_timeout {
                values.push(("idle_timeout.timeout_seconds", quoted(timeout)));
            }
            "application"
        }
        Layer::Network => {
            values.push(("load_balancing.cross_zone.enabled", yes_or_no(true, practice)));
            "network"
        }
    };
    let properties = Map::new(origin)
        .with("Name", text(&balancer.name))
        .text("Type", kind)
        .text("Scheme", "internet-facing")
        .with("Subnets", template.subnets("public", origin))
        .with("SecurityGroups", Doc::list([template.of(&balancer.security_group, Attribute::Id, origin)], origin))
        .with("LoadBalancerAttributes", attributes(values, practice));
    template.add(id.clone(), "AWS::ElasticLoadBalancingV2::LoadBalancer", Keep::No, properties);
    template.tell(balancer);
    if let Some(acl) = &balancer.web_acl {
        let joined = Map::new(origin)
            .with("ResourceArn", reference(id.clone(), origin))
            .with("WebACLArn", template.of(acl, Attribute::Arn, origin));
        template.add(format!("{id}Filter"), "AWS::WAFv2::WebACLAssociation", Keep::No, joined);
    }
}

/// What a load balancer listens on.
pub(super) fn listener(template: &mut Template<'_>, listener: &Listener) {
    let origin = listener.origin;
    let action = match &listener.default {
        ListenerDefault::Redirect => {
            let to = Map::new(origin).text("Protocol", "HTTPS").text("Port", "443").text("StatusCode", "HTTP_301");
            Map::new(origin).text("Type", "redirect").with("RedirectConfig", to)
        }
        ListenerDefault::NotFound => {
            let said = Map::new(origin).text("ContentType", "text/plain").text("StatusCode", "404");
            Map::new(origin).text("Type", "fixed-response").with("FixedResponseConfig", said)
        }
        ListenerDefault::Forward(target) => {
            Map::new(origin).text("Type", "forward").with("TargetGroupArn", template.of(target, Attribute::Arn, origin))
        }
    };
    let mut properties = Map::new(origin)
        .with("LoadBalancerArn", template.of(&listener.balancer, Attribute::Arn, origin))
        .with("Port", Doc::Integer(i64::from(listener.port.value.0), listener.port.origin))
        .with("Protocol", text(&listener.protocol))
        .with("DefaultActions", Doc::list([action.into()], origin));
    if let Some((certificate, policy)) = &listener.tls {
        let arn = Map::new(origin).with("CertificateArn", template.of(certificate, Attribute::Arn, origin));
        properties.put("Certificates", Doc::list([arn.into()], origin));
        properties.put("SslPolicy", text(policy));
    }
    if let Some(timeout) = &listener.idle_timeout {
        let values = vec![("tcp.idle_timeout.seconds", quoted(timeout))];
        properties.put("ListenerAttributes", attributes(values, timeout.origin));
    }
    template.add(
        template.logical(Kind::Listener, &listener.id),
        "AWS::ElasticLoadBalancingV2::Listener",
        Keep::No,
        properties,
    );
    template.tell(listener);
}

/// Where requests of a host and path go.
pub(super) fn rule(template: &mut Template<'_>, rule: &ListenerRule) {
    let origin = rule.origin;
    let mut conditions = Vec::new();
    if let Some(host) = &rule.host {
        let values = Map::new(host.origin).with("Values", flow([Doc::traced(host)], host.origin));
        conditions.push(Map::new(host.origin).text("Field", "host-header").with("HostHeaderConfig", values).into());
    }
    if !rule.paths.is_empty() {
        let values = Map::new(origin).with("Values", flow(rule.paths.iter().map(text), origin));
        conditions.push(Map::new(origin).text("Field", "path-pattern").with("PathPatternConfig", values).into());
    }
    let action = match &rule.beside {
        None => Map::new(origin)
            .text("Type", "forward")
            .with("TargetGroupArn", template.of(&rule.target, Attribute::Arn, origin)),
        Some(beside) => {
            let forward = Origin::rule(rules::FORWARD);
            let weighted = |target: &Ref<TargetGroup>, weight: i64| -> Doc {
                Map::new(forward)
                    .with("TargetGroupArn", template.of(target, Attribute::Arn, origin))
                    .integer("Weight", weight)
                    .into()
            };
            let groups = Doc::list([weighted(&rule.target, 100), weighted(beside, 0)], forward);
            Map::new(origin)
                .text("Type", "forward")
                .with("ForwardConfig", Map::new(forward).with("TargetGroups", groups))
        }
    };
    let properties = Map::new(origin)
        .with("ListenerArn", template.of(&rule.listener, Attribute::Arn, origin))
        .with("Priority", whole(&rule.priority))
        .with("Conditions", Doc::list(conditions, origin))
        .with("Actions", Doc::list([action.into()], origin));
    let id = template.logical(Kind::ListenerRule, &rule.id);
    template.add(id, "AWS::ElasticLoadBalancingV2::ListenerRule", Keep::No, properties);
}

/// Where requests end.
pub(super) fn target_group(template: &mut Template<'_>, group: &TargetGroup) {
    let origin = group.origin;
    let health = &group.health;
    let mut properties = Map::new(origin)
        .with("Name", text(&group.name))
        .with("Port", Doc::Integer(i64::from(group.port.value.0), group.port.origin))
        .with("Protocol", text(&group.protocol))
        .text("TargetType", "ip")
        .with("VpcId", template.of_network("vpc", origin));
    if let Some(version) = &group.version {
        properties.put("ProtocolVersion", text(version));
    }
    properties.put("HealthCheckProtocol", text(&health.protocol));
    if let Some(port) = &health.port {
        properties.put("HealthCheckPort", Doc::text(port.value.0.to_string(), port.origin));
    }
    if let Some(path) = &health.path {
        properties.put("HealthCheckPath", text(path));
    }
    if let Some(codes) = &health.codes {
        let key =
            if group.version.as_ref().is_some_and(|version| version.value == "GRPC") { "GrpcCode" } else { "HttpCode" };
        properties.put("Matcher", Map::new(codes.origin).with(key, text(codes)));
    }
    properties.put("HealthCheckIntervalSeconds", whole(&health.interval));
    properties.put("HealthCheckTimeoutSeconds", whole(&health.timeout));
    properties.put("HealthyThresholdCount", whole(&health.healthy));
    properties.put("UnhealthyThresholdCount", whole(&health.unhealthy));
    let drain = vec![("deregistration_delay.timeout_seconds", quoted(&group.drain))];
    properties.put("TargetGroupAttributes", attributes(drain, group.drain.origin));
    let id = template.logical(Kind::TargetGroup, &group.id);
    template.add(id, "AWS::ElasticLoadBalancingV2::TargetGroup", Keep::No, properties);
}

/// A certificate that its zone proves.
pub(super) fn certificate(template: &mut Template<'_>, certificate: &Certificate, zone: &DnsZone) {
    let origin = certificate.origin;
    let proof = |host: &Traced<crate::ir::value::HostName>| -> Doc {
        Map::new(origin).with("DomainName", Doc::traced(host)).with("HostedZoneId", template.zone(zone, origin)).into()
    };
    let proofs = std::iter::once(&certificate.domain).chain(&certificate.names).map(proof);
    let mut properties = Map::new(origin)
        .with("DomainName", Doc::traced(&certificate.domain))
        .text("ValidationMethod", "DNS")
        .with("DomainValidationOptions", Doc::list(proofs.collect::<Vec<_>>(), origin));
    if !certificate.names.is_empty() {
        properties.put("SubjectAlternativeNames", Doc::list(certificate.names.iter().map(Doc::traced), origin));
    }
    template.add(
        template.logical(Kind::Certificate, &certificate.id),
        "AWS::CertificateManager::Certificate",
        Keep::No,
        properties,
    );
    template.tell(certificate);
}

/// The parameter of a template that names the DNS zone.
pub(super) const ZONE_PARAMETER: &str = "HostedZoneId";

/// A name that stands for a load balancer or a distribution.
pub(super) fn record(template: &mut Template<'_>, record: &DnsRecord, zone: &DnsZone) {
    let origin = record.origin;
    let alias = match &record.target {
        RecordTarget::LoadBalancer(balancer) => {
            let id = template.logical(Kind::LoadBalancer, &balancer.id);
            Map::new(origin)
                .with("DNSName", template.of(balancer, Attribute::Host, origin))
                .with("HostedZoneId", attribute(&id, "CanonicalHostedZoneID", origin))
                .bool("EvaluateTargetHealth", true)
        }
        RecordTarget::Distribution(distribution) => Map::new(origin)
            .with("DNSName", template.of(distribution, Attribute::Host, origin))
            .with("HostedZoneId", text(&template.scope.spec.words.cdn_hosted_zone))
            .bool("EvaluateTargetHealth", false),
    };
    let properties = Map::new(origin)
        .with("Name", Doc::traced(&record.host))
        .text("Type", "A")
        .with("HostedZoneId", template.zone(zone, origin))
        .with("AliasTarget", alias);
    template.add(template.logical(Kind::DnsRecord, &record.id), "AWS::Route53::RecordSet", Keep::No, properties);
}

/// A filter of requests.
pub(super) fn web_acl(template: &mut Template<'_>, acl: &WebAcl) {
    let origin = acl.origin;
    let seen = |name: String| {
        Map::new(origin)
            .bool("CloudWatchMetricsEnabled", true)
            .with("MetricName", Doc::text(name, origin))
            .bool("SampledRequestsEnabled", true)
    };
    let mut rules: Vec<Doc> = Vec::new();
    for (priority, group) in (1..).zip(&acl.rule_groups) {
        let managed = Map::new(group.origin).text("VendorName", "AWS").with("Name", text(group));
        rules.push(
            Map::new(group.origin)
                .with("Name", text(group))
                .integer("Priority", priority)
                .with("Statement", Map::new(group.origin).with("ManagedRuleGroupStatement", managed))
                .with("OverrideAction", Map::new(group.origin).with("None", Map::new(group.origin)))
                .with("VisibilityConfig", seen(group.value.clone()))
                .into(),
        );
    }
    let rate = Map::new(acl.rate_limit.origin).text("AggregateKeyType", "IP").with("Limit", whole(&acl.rate_limit));
    rules.push(
        Map::new(acl.rate_limit.origin)
            .text("Name", "rate")
            .integer("Priority", i64::try_from(acl.rule_groups.len() + 1).unwrap_or(i64::MAX))
            .with("Statement", Map::new(acl.rate_limit.origin).with("RateBasedStatement", rate))
            .with("Action", Map::new(acl.rate_limit.origin).with("Block", Map::new(acl.rate_limit.origin)))
            .with("VisibilityConfig", seen("rate".to_owned()))
            .into(),
    );
    let properties = Map::new(origin)
        .with("Name", text(&acl.name))
        .text("Scope", "REGIONAL")
        .with("DefaultAction", Map::new(origin).with("Allow", Map::new(origin)))
        .with("Rules", Doc::list(rules, origin))
        .with("VisibilityConfig", seen(acl.name.value.clone()));
    template.add(template.logical(Kind::WebAcl, &acl.id), "AWS::WAFv2::WebACL", Keep::No, properties);
    template.tell(acl);
}

/// A website: a distribution, and the bucket that only it may read.
pub(super) fn distribution(template: &mut Template<'_>, site: &Distribution, bucket: Option<&Bucket>) {
    let origin = site.origin;
    let practice = Origin::rule(rules::CDN);
    let id = template.logical(Kind::Distribution, &site.id);
    let control = Map::new(practice)
        .with("Name", Doc::text(format!("{}-{}", template.prefix(), site.id), origin))
        .text("OriginAccessControlOriginType", "s3")
        .text("SigningBehavior", "always")
        .text("SigningProtocol", "sigv4");
    let access = format!("{id}Access");
    template.add(
        access.clone(),
        "AWS::CloudFront::OriginAccessControl",
        Keep::No,
        Map::new(practice).with("OriginAccessControlConfig", control),
    );
    let from = Map::new(origin)
        .text("Id", "bucket")
        .with("DomainName", attribute(&template.logical(Kind::Bucket, &site.bucket.id), "RegionalDomainName", origin))
        .with("OriginAccessControlId", attribute(&access, "Id", practice))
        .with("S3OriginConfig", Map::new(practice).text("OriginAccessIdentity", ""));
    let behaviour = Map::new(practice)
        .text("TargetOriginId", "bucket")
        .text("ViewerProtocolPolicy", "redirect-to-https")
        .with("AllowedMethods", words(&["GET", "HEAD", "OPTIONS"], practice))
        .with("CachedMethods", words(&["GET", "HEAD"], practice))
        .bool("Compress", true)
        .with("CachePolicyId", text(&site.cache_policy))
        .with("ResponseHeadersPolicyId", text(&site.headers_policy));
    let certificate = match &site.certificate {
        Some(certificate) => Map::new(origin)
            .with("AcmCertificateArn", template.of(certificate, Attribute::Arn, origin))
            .with("MinimumProtocolVersion", text(&site.tls_policy))
            .text("SslSupportMethod", "sni-only"),
        None => Map::new(origin).bool("CloudFrontDefaultCertificate", true),
    };
    let logs = template.of(&site.access_logs, Attribute::Name, origin);
    let logs = super::template::splice(Sub::default(), &logs).text(".s3.").of("AWS::URLSuffix").doc(origin);
    let mut config = Map::new(origin)
        .with("Comment", text(&site.comment))
        .bool("Enabled", true)
        .text("HttpVersion", "http2and3")
        .bool("IPV6Enabled", true)
        .text("DefaultRootObject", "index.html")
        .with("PriceClass", text(&site.price_class))
        .with("Origins", Doc::list([from.into()], origin))
        .with("DefaultCacheBehavior", behaviour)
        .with("ViewerCertificate", certificate)
        .with(
            "Logging",
            Map::new(practice).with("Bucket", logs).with("Prefix", Doc::text(format!("{}/", site.id), origin)),
        );
    if !site.hosts.is_empty() {
        config.put("Aliases", Doc::list(site.hosts.iter().map(Doc::traced), origin));
    }
    template.add(
        id.clone(),
        "AWS::CloudFront::Distribution",
        Keep::No,
        Map::new(origin).with("DistributionConfig", config),
    );
    if let Some(bucket) = bucket {
        let own = template.logical(Kind::Bucket, &bucket.id);
        let reads = bucket.served_by.as_ref().map(|service| distribution_reads(&own, service, &id, origin));
        let statements = reads.into_iter().chain(log_writers(template, bucket)).collect();
        objects::bucket(template, bucket, statements);
    }
}
