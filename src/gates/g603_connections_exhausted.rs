//! G603: will the database refuse the last replica?

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::{Component, Traced};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a datastore whose callers together may open more connections than it takes: the most replicas of each component
    /// times its connections. A datastore without `max_connections` is skipped, and `pathc check` says so.
    ///
    /// # Why it matters
    /// Scaling out under load then makes it worse: the new replicas take the connections that the old ones need.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - {component: checkout, scaling: {min: 3, max: 20, target: {cpu: 70}}, capacity: {connections: {orders-db: 10}}}
    /// # path/dependency_specifications.yaml
    /// datastores: [{name: orders-db, kind: postgres, max_connections: 150}]
    /// ```
    ///
    /// # How to fix
    /// Lower `max` or the pool of each replica, raise `max_connections`, or put a pooler between.
    "G603" "connections-exhausted", phase 6, role "monitoring-analyst", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in &context.system.environments {
        let mut callers: BTreeMap<&str, Vec<Caller<'_>>> = BTreeMap::new();
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            let capacity = component.delivery.as_ref().and_then(|delivery| delivery.capacity.as_ref());
            for (datastore, each) in capacity.into_iter().flat_map(|capacity| capacity.connections.iter()) {
                let caller = Caller { component, replicas: deployment.replicas.max(), each: *each };
                callers.entry(datastore.as_str()).or_default().push(caller);
            }
        }
        for datastore in &environment.datastores {
            let Some(callers) = callers.get(datastore.name.as_str()) else { continue };
            let Some(limit) = datastore.max_connections else {
                findings.skip(CODE, format!("connections to `{}`: it has no `max_connections`", datastore.name));
                continue;
            };
            let sum: u64 = callers.iter().map(|caller| u64::from(caller.replicas.value) * caller.each.value).sum();
            if sum <= limit.value {
                continue;
            }
            // The largest caller is where a change helps most.
            let Some(largest) =
                callers.iter().max_by_key(|caller| u64::from(caller.replicas.value) * caller.each.value)
            else {
                continue;
            };
            let terms: Vec<String> = callers
                .iter()
                .map(|caller| {
                    format!("{} replicas x {} connections of `{}`", caller.replicas, caller.each, caller.component.name)
                })
                .collect();
            let mut found = Diagnostic::new(
                CODE,
                largest.each.origin,
                format!(
                    "`{}` would need {sum} connections in `{}`, it takes {limit}",
                    datastore.name, environment.name
                ),
                format!("{} connections a replica", largest.each),
            )
            .label(limit.origin, format!("takes {limit}"))
            .note(format!("{} = {sum} > {limit} `max_connections`", terms.join(" + ")));
            if largest.replicas.origin.is_written() {
                found = found.label(largest.replicas.origin, format!("up to {} replicas", largest.replicas));
            }
            let others = sum - u64::from(largest.replicas.value) * largest.each.value;
            let room = limit.value.saturating_sub(others);
            found = match room / largest.each.value.max(1) {
                0 => found.help(format!("raise `max_connections` to {sum}, or put a pooler between")),
                most => found.help(format!(
                    "lower the most replicas of `{}` to {most}, raise `max_connections` to {sum}, or put a pooler between",
                    largest.component.name
                )),
            };
            findings.add(found).component(&largest.component.name).environment(&environment.name);
        }
    }
}

struct Caller<'a> {
    component: &'a Component,
    replicas: Traced<u32>,
    each: Traced<u64>,
}
