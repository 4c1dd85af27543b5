//! What AWS does not take: names that are too long or of other characters, and names that two resources would share.

use std::collections::BTreeMap;

use super::{Draft, Place};
use crate::diag::{Diagnostic, code};
use crate::ir::{Origin, Traced};
use crate::plan::aws::AwsEnvironment;
use crate::plan::aws::graph::{Cluster, Network};
use crate::spec::aws::NameKind;

/// Names that are taken, in the case that counts, each with what takes it.
pub(super) type Taken = BTreeMap<(NameKind, String), Origin>;

/// Everything that is wrong with the names of an environment; gives those that are taken.
pub(super) fn names(place: Place<'_>, network: &Network, cluster: &Cluster, draft: &mut Draft) -> Taken {
    let mut claims = Claims { place, taken: BTreeMap::new(), problems: Vec::new() };
    for group in &network.security_groups {
        claims.claim(NameKind::SecurityGroup, &group.name, group.origin);
    }
    for group in &draft.log_groups {
        claims.claim(NameKind::LogGroup, &group.name, group.origin);
    }
    for role in &draft.roles {
        claims.claim(NameKind::IamRole, &role.name, role.origin);
    }
    let stores = &draft.datastores;
    for it in &stores.databases {
        claims.claim(NameKind::DbInstance, &it.name, it.origin);
    }
    for it in &stores.document_clusters {
        claims.claim(NameKind::DbCluster, &it.name, it.origin);
    }
    for it in &stores.caches {
        claims.claim(NameKind::ReplicationGroup, &it.name, it.origin);
    }
    for it in &stores.kafka {
        claims.claim(NameKind::MskCluster, &it.name, it.origin);
    }
    for it in &stores.brokers {
        claims.claim(NameKind::MqBroker, &it.name, it.origin);
    }
    for it in &stores.queues {
        claims.claim(NameKind::Queue, &it.name.with(it.name.trim_end_matches(".fifo").to_owned()), it.origin);
    }
    for it in &stores.topics {
        claims.claim(NameKind::Topic, &it.name.with(it.name.trim_end_matches(".fifo").to_owned()), it.origin);
    }
    for it in &stores.buckets {
        claims.claim(NameKind::Bucket, &it.name, it.origin);
    }
    for it in &stores.secrets {
        claims.claim(NameKind::Secret, &it.name, it.origin);
    }
    for it in &draft.balancing.load_balancers {
        claims.claim(NameKind::LoadBalancer, &it.name, it.origin);
    }
    for it in &draft.balancing.target_groups {
        claims.claim(NameKind::TargetGroup, &it.name, it.origin);
    }
    match cluster {
        Cluster::Eks(eks) => claims.claim(NameKind::EksCluster, &eks.cluster.name, eks.cluster.name.origin),
        Cluster::Ecs(ecs) => {
            claims.claim(NameKind::EcsCluster, &ecs.cluster.name, ecs.cluster.name.origin);
            for it in &ecs.services {
                claims.claim(NameKind::EcsService, &it.name, it.origin);
            }
            for it in &ecs.task_definitions {
                claims.claim(NameKind::TaskFamily, &it.name, it.origin);
            }
            for it in &ecs.schedules {
                claims.claim(NameKind::Schedule, &it.name, it.origin);
            }
        }
    }
    draft.problems.extend(claims.problems);
    claims.taken
}

/// Names that two environments of one account take: `eu-api` in `shop-prod` is `api` in `shop-prod-eu`.
pub(super) fn across(environments: &[AwsEnvironment], taken: &[Taken]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (environment, names) in environments.iter().zip(taken) {
        for (longer, others) in environments.iter().zip(taken) {
            let begins = longer.name.as_str().strip_prefix(environment.name.as_str());
            let is_longer = begins.is_some_and(|rest| rest.starts_with('-'));
            let is_beside = |kind: NameKind| match kind {
                // These are of a network or a cluster.
                NameKind::SecurityGroup | NameKind::EcsService => false,
                NameKind::IamRole | NameKind::Bucket => true,
                _ => longer.region.value == environment.region.value,
            };
            if !is_longer || longer.account.as_deref() != environment.account.as_deref() {
                continue;
            }
            let mut twice = others.keys().filter(|key| is_beside(key.0) && names.contains_key(key));
            let Some((kind, name)) = twice.next() else { continue };
            let more = match twice.count() {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            let what = kind.as_str().replace('_', " ");
            problems.push(
                Diagnostic::new(
                    code::NAME_OVER_LIMIT,
                    longer.name.origin,
                    format!("both `{}` and `{}` would make the {what} `{name}`{more}", environment.name, longer.name),
                    "every name begins with this",
                )
                .label(environment.name.origin, "or with this, and what follows is the rest of the other")
                .help("rename an environment or what is in it, or give them accounts of their own"),
            );
        }
    }
    problems
}

struct Claims<'a> {
    place: Place<'a>,
    taken: Taken,
    problems: Vec<Diagnostic>,
}

impl Claims<'_> {
    fn claim(&mut self, kind: NameKind, name: &Traced<String>, origin: Origin) {
        let rule = self.place.specs().aws.name_rule(kind);
        let what = || kind.as_str().replace('_', " ");
        if !rule.accepts(&name.value) {
            // A name begins with the system's, which is the only part that no shortening changes.
            let system = &self.place.whole.system.name;
            self.problems.push(
                Diagnostic::new(
                    code::NAME_OVER_LIMIT,
                    origin,
                    format!("`{name}` is no name of AWS's for a {}", what()),
                    "needs one",
                )
                .label(system.origin, "every name begins with this")
                .help(format!(
                    "begin `system` with a letter; a {} has at most {} characters",
                    what(),
                    rule.max
                )),
            );
            return;
        }
        // Names of AWS differ in more than case.
        let key = (kind, name.value.to_ascii_lowercase());
        if let Some(first) = self.taken.get(&key) {
            self.problems.push(
                Diagnostic::new(
                    code::NAME_OVER_LIMIT,
                    origin,
                    format!("the {} `{name}` would be made twice", what()),
                    "takes the name a second time",
                )
                .label(*first, "takes the name first")
                .help("rename one of the two"),
            );
        } else {
            self.taken.insert(key, origin);
        }
    }
}
