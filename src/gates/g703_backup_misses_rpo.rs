//! G703: does the backup keep what is promised?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{DatastoreKind, Domain};
use crate::ir::ownership::Recovery;
use crate::ir::value::Duration;
use crate::ir::{Datastore, Environment};

use super::expectation;
use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a stateful datastore in production whose backup can't reach the declared recovery point. Point-in-time recovery reaches
    /// 5 minutes, a versioned bucket loses nothing, any other backup is a day old at worst. Warns where the domain is `business` and no
    /// recovery target is promised.
    ///
    /// # Why it matters
    /// The recovery point is a promise about other people's data. A nightly backup can't keep one of an hour.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// operations: {recovery: {rpo: 15m}}
    /// # path/dependency_specifications.yaml
    /// datastores: [{name: orders-db, kind: postgres, backup: {retention: 7d, point_in_time: false}}]
    /// ```
    ///
    /// # How to fix
    /// Write `point_in_time: true`, version the bucket, or promise what the backup can keep. Where nothing is promised:
    /// `operations: {recovery: {rto: 1h, rpo: 15m}}`.
    "G703" "backup-misses-rpo", phase 7, role "all roles", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let whole = context.system.operations.as_ref().and_then(|operations| operations.recovery.as_ref());
    without_target(context, findings, whole);
    for environment in context.production() {
        for datastore in environment.datastores.iter().filter(|datastore| datastore.is_stateful()) {
            let target =
                datastore.recovery.as_ref().and_then(|own| own.rpo).or_else(|| whole.and_then(|whole| whole.rpo));
            let Some(target) = target else { continue };
            let versioned = datastore.kind.value == DatastoreKind::Bucket && datastore.versioned.value;
            // Without any backup G705 speaks.
            let reachable = match &datastore.backup {
                _ if versioned => Duration::seconds(0),
                Some(backup) if backup.point_in_time.is_some_and(|point| point.value) => Duration::minutes(5),
                Some(_) => Duration::hours(24),
                None => continue,
            };
            if reachable <= target.value {
                too_short(findings, environment, datastore, reachable);
                continue;
            }
            let place = datastore.backup.as_ref().map_or(datastore.name.origin, |backup| {
                backup
                    .point_in_time
                    .filter(|point| point.origin.is_written())
                    .map_or(datastore.name.origin, |point| point.origin)
            });
            let bucket = datastore.kind.value == DatastoreKind::Bucket;
            let found = Diagnostic::new(
                CODE,
                place,
                format!(
                    "the backup of `{}` may be {reachable} old in `{}`, at most {target} may be lost",
                    datastore.name, environment.name
                ),
                format!("up to {reachable} is lost"),
            )
            .label(target.origin, "promised here")
            .help(match (bucket, reachable == Duration::hours(24)) {
                (true, _) => "write `versioned: true`",
                (false, true) => "write `backup: {point_in_time: true}`",
                (false, false) => "promise 5m or more: no managed backup is younger",
            });
            findings.add(found).environment(&environment.name);
        }
    }
}

/// A backup that is thrown away before the next one is made.
fn too_short(findings: &mut Findings, environment: &Environment, datastore: &Datastore, interval: Duration) {
    let Some(kept) = datastore.backup.as_ref().and_then(|backup| backup.retention) else { return };
    if kept.value >= interval {
        return;
    }
    let found = Diagnostic::new(
        CODE,
        kept.origin,
        format!(
            "a backup of `{}` is kept for {kept} in `{}`, and made every {interval}: for a while there is none",
            datastore.name, environment.name
        ),
        format!("kept for {kept}"),
    )
    .help(format!("write `retention: {interval}` or more"));
    findings.add(found).environment(&environment.name);
}

/// A business that keeps data and promises nothing: its domain expects recovery targets.
fn without_target(context: &Context<'_>, findings: &mut Findings, whole: Option<&Recovery>) {
    if expectation::chosen(&context.system.domain) != Some(Domain::Business) {
        return;
    }
    let promised = |own: Option<&Recovery>| {
        let both = || own.into_iter().chain(whole);
        both().any(|recovery| recovery.rto.is_some()) && both().any(|recovery| recovery.rpo.is_some())
    };
    for environment in context.production() {
        let stateful = environment.datastores.iter().filter(|datastore| datastore.is_stateful());
        for datastore in stateful.filter(|datastore| !promised(datastore.recovery.as_ref())) {
            let message = format!("nobody says how much of `{}` may be lost, and for how long", datastore.name);
            let found = Diagnostic::new(CODE, datastore.name.origin, message, "no recovery target")
                .label(context.system.domain.origin, "domain `business` expects one")
                .help("add `recovery: {rto: …, rpo: …}` under `operations`, or to the datastore");
            findings.add(found).environment(&environment.name).warn();
        }
    }
}
