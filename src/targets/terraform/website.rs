//! Websites: a CDN in front of a bucket that only it reads.

use super::module::{Module, file_of};
use super::place::{Place, identifier};
use crate::output::hcl::{Block, Body, Node};
use crate::plan::aws::graph::Distribution;

pub(super) fn print(sites: &[Distribution], place: Place<'_>, module: &mut Module) {
    for site in sites {
        distribution(site, place, module);
    }
}

fn distribution(site: &Distribution, place: Place<'_>, module: &mut Module) {
    let origin = site.origin;
    let file = file_of(&site.owner, "websites.tf");
    let name = identifier(site.id.as_str());
    let bucket = identifier(site.bucket.id.as_str());
    let text = |text: &'static str| Node::text(text, origin);
    let code = |code: &'static str| Node::code(code, origin);
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let words = |words: &[&'static str]| Node::list(words.iter().map(|word| Node::text(*word, origin)), origin);
    module.resource(
        &file,
        "aws_cloudfront_origin_access_control",
        &site.id,
        Body::default()
            .with("name", Node::code(format!("\"${{local.name}}-{}\"", site.id), origin))
            .with("origin_access_control_origin_type", text("s3"))
            .with("signing_behavior", text("always"))
            .with("signing_protocol", text("sigv4")),
        origin,
    );
    let mut body = Body::default().with("comment", place.text(&site.comment)).with("enabled", code("true"));
    if !site.hosts.is_empty() {
        body = body.with("aliases", Node::list(site.hosts.iter().map(|host| place.host(host)), origin));
    }
    body = body
        .with("default_root_object", text("index.html"))
        .with("http_version", text("http2and3"))
        .with("is_ipv6_enabled", code("true"))
        .with("price_class", Node::traced(&site.price_class));
    let from = Body::default()
        .with("origin_id", text("bucket"))
        .with("domain_name", Node::code(format!("aws_s3_bucket.{bucket}.bucket_regional_domain_name"), origin))
        .with(
            "origin_access_control_id",
            Node::code(format!("aws_cloudfront_origin_access_control.{name}.id"), origin),
        );
    let behaviour = Body::default()
        .with("target_origin_id", text("bucket"))
        .with("viewer_protocol_policy", text("redirect-to-https"))
        .with("allowed_methods", words(&["GET", "HEAD", "OPTIONS"]))
        .with("cached_methods", words(&["GET", "HEAD"]))
        .with("compress", code("true"))
        .with("cache_policy_id", Node::traced(&site.cache_policy))
        .with("response_headers_policy_id", Node::traced(&site.headers_policy));
    let certificate = match &site.certificate {
        Some(certificate) => Body::default()
            .with("acm_certificate_arn", super::place::arn(certificate, origin))
            .with("minimum_protocol_version", Node::traced(&site.tls_policy))
            .with("ssl_support_method", text("sni-only")),
        None => Body::default().with("cloudfront_default_certificate", code("true")),
    };
    let anywhere = block("geo_restriction", Body::default().with("restriction_type", text("none")));
    let logs = identifier(site.access_logs.id.as_str());
    let logging = Body::default()
        .with("bucket", Node::code(format!("aws_s3_bucket.{logs}.bucket_domain_name"), origin))
        .with("prefix", Node::text(format!("{}/", site.id), origin));
    body = body
        .block(block("logging_config", logging))
        .block(block("origin", from))
        .block(block("default_cache_behavior", behaviour))
        .block(block("restrictions", Body::default().block(anywhere)))
        .block(block("viewer_certificate", certificate))
        .gap()
        // Logs are delivered by ACL.
        .with(
            "depends_on",
            Node::list([Node::code(format!("aws_s3_bucket_ownership_controls.{logs}"), origin)], origin),
        );
    module.resource(&file, "aws_cloudfront_distribution", &site.id, body, origin);
}
