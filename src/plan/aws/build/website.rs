//! Websites: files in a bucket that only a CDN reads, on both runtimes.

use super::balancing::record_id;
use super::data::{ACCESS_LOGS, CDN_LOGS, bucket_name, cdn_logs};
use super::{Draft, Place, Workload, by, word};
use crate::ir::value::HostName;
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{Bucket, BucketPurpose, Certificate, Distribution, DnsRecord, Id, RecordTarget, Ref};
use crate::plan::aws::rules;
use crate::plan::infrastructure::templates::WorkloadForm;
use crate::spec::aws::Principal;

pub(super) fn plan(place: Place<'_>, draft: &mut Draft) {
    for workload in place.workloads().filter(|workload| workload.component.form.value == WorkloadForm::Static) {
        website(place, workload, draft);
    }
}

fn website(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft) {
    let words = &place.specs().aws.words;
    let origin = workload.plan.origin;
    let region = &place.environment.region;
    if place.specs().aws.regions.lacks(&region.value, "website") {
        draft.cannot(
            region.origin,
            format!(
                "`{}` is a website, and the partition of `{region}` has no CDN that pathc can make",
                workload.name()
            ),
            format!("the region of `{}`", place.environment.name),
            "run it as a `service`, or turn it off there: `components: {NAME: {enabled: false}}`",
        );
        return;
    }
    let mut hosts: Vec<Traced<HostName>> = Vec::new();
    for host in workload.plan.routes.iter().filter_map(|route| route.host.as_ref()) {
        if !hosts.iter().any(|known| known.value == host.value) {
            hosts.push(host.clone());
        }
    }
    let certificate = certificate(workload, &hosts);
    let bucket = Bucket {
        id: Id::made(workload.name()),
        origin,
        owner: workload.owner(),
        name: bucket_name(place, workload.name()),
        purpose: BucketPurpose::Website,
        versioned: by(true, rules::WEBSITE),
        old_version_days: Some(by(30, rules::WEBSITE)),
        cold_days: None,
        archive_days: None,
        delete_days: None,
        abort_days: by(7, rules::ABORT_UPLOADS),
        // What everybody reads needs no key that a CDN would have to be let use.
        key: None,
        access_logs: Some(Ref::named(ACCESS_LOGS)),
        protected: by(false, rules::WEBSITE),
        secret: None,
        log_writers: Vec::new(),
        served_by: Some(place.specs().aws.principal(Principal::CloudFront).clone()),
    };
    let distribution = Distribution {
        id: Id::made(workload.name()),
        origin,
        owner: workload.owner(),
        comment: word(format!("The website {} of {}", workload.name(), place.prefix()), rules::WEBSITE),
        bucket: bucket.reference(),
        certificate: certificate.as_ref().map(Certificate::reference),
        tls_policy: words.cdn_tls_policy.clone(),
        price_class: words.cdn_price_class.clone(),
        cache_policy: words.cdn_cache_policy.clone(),
        headers_policy: words.cdn_headers_policy.clone(),
        access_logs: Ref::named(CDN_LOGS),
        hosts: hosts.clone(),
    };
    for host in &hosts {
        draft.balancing.records.push(DnsRecord {
            id: Id::made(&record_id(place, host.as_str())),
            origin: host.origin,
            owner: workload.owner(),
            host: host.clone(),
            target: RecordTarget::Distribution(distribution.reference()),
        });
    }
    if !draft.datastores.buckets.iter().any(|known| known.id.as_str() == CDN_LOGS) {
        draft.datastores.buckets.push(cdn_logs(place));
    }
    draft.datastores.buckets.push(bucket);
    draft.balancing.certificates.extend(certificate);
    draft.balancing.distributions.push(distribution);
}

/// The certificate of a website's names: one for each website, so that another one replaces nothing.
fn certificate(workload: Workload<'_>, hosts: &[Traced<HostName>]) -> Option<Certificate> {
    let (first, others) = hosts.split_first()?;
    Some(Certificate {
        id: Id::made(&format!("{}-cdn", workload.name())),
        origin: Origin::rule(rules::WEBSITE),
        owner: workload.owner(),
        domain: first.clone(),
        names: others.to_vec(),
        for_cdn: true,
    })
}
