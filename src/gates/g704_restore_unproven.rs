//! G704: has the data ever come back?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{Domain, DrillKind};
use crate::ir::evidence::Drill;

use super::expectation;
use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a stateful datastore that a critical component depends on, without a passed restore drill in production within 180
    /// days, or whose last drill missed the recovery time or recovery point. Warns where the domain is `business` and no
    /// emergency was ever exercised in production: neither a restore nor a failover.
    ///
    /// # Why it matters
    /// A backup that was never restored is a file. Whether it holds the data shows on the day that it is needed.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// drills: []   # and checkout, tier critical, depends on orders-db
    /// ```
    ///
    /// # How to fix
    /// Restore the datastore into an empty one, and record it:
    /// ```yaml
    /// drills:
    ///   - {kind: restore, environment: production, datastore: orders-db, date: 2026-11-20, passed: true,
    ///      recovery_time: 38m, data_loss: 2m}
    /// ```
    "G704" "restore-unproven", phase 7, role "all roles", waived by "the head of operations", level Deny, evidence Tested
}

/// How old the last drill may be, in days.
const MOST_DAYS: u64 = 180;

fn check(context: &Context<'_>, findings: &mut Findings) {
    without_continuity(context, findings);
    for environment in context.production() {
        for datastore in environment.datastores.iter().filter(|datastore| datastore.is_stateful()) {
            let Some((component, needed)) = context.critical_caller(environment, datastore) else { continue };
            let of = |drill: &Drill| drill.datastore.as_ref() == Some(&datastore.name);
            let last = context.last_drill(DrillKind::Restore, &environment.name, of);
            let Some(drill) = last.been else {
                let found = last
                    .explain(Diagnostic::new(
                        CODE,
                        datastore.name.origin,
                        format!(
                            "`{}` was never restored in `{}`, and `{}` is critical",
                            datastore.name, environment.name, component.name
                        ),
                        "no passed restore drill",
                    ))
                    .label(needed.name.origin, format!("`{}` can't work without it", component.name))
                    .help("restore it into an empty datastore and record the drill in test_results.yaml");
                let finding = findings.add(found).component(&component.name).environment(&environment.name);
                finding.by_clock = last.to_come.is_some();
                continue;
            };
            let age = context.days_since(drill.date.value);
            if age > MOST_DAYS {
                let found = Diagnostic::new(
                    CODE,
                    drill.date.origin,
                    format!(
                        "the last restore of `{}` in `{}` is {age} days old, at most {MOST_DAYS} are allowed",
                        datastore.name, environment.name
                    ),
                    format!("{age} days ago"),
                )
                .label(datastore.name.origin, "of this datastore")
                .help("repeat the drill and record its date");
                findings.add(found).component(&component.name).environment(&environment.name).by_clock();
            }
            let own = datastore.recovery.as_ref();
            let whole = context.system.operations.as_ref().and_then(|operations| operations.recovery.as_ref());
            let time = own.and_then(|own| own.rto).or_else(|| whole.and_then(|whole| whole.rto));
            let point = own.and_then(|own| own.rpo).or_else(|| whole.and_then(|whole| whole.rpo));
            let kept = [
                ("recovery time", "took", "make the restore faster", drill.recovery_time, time),
                ("data loss", "lost", "restore to a later moment", drill.data_loss, point),
            ];
            for (what, verb, help, measured, target) in kept {
                if let (Some(measured), Some(target)) = (measured, target)
                    && measured.value > target.value
                {
                    let found = Diagnostic::new(
                        CODE,
                        measured.origin,
                        format!(
                            "the {what} of the last restore of `{}` was {measured}, at most {target} is promised",
                            datastore.name
                        ),
                        format!("{verb} {measured}"),
                    )
                    .label(target.origin, "promised here")
                    .help(format!("{help}, or promise what it can keep"));
                    findings.add(found).component(&component.name).environment(&environment.name);
                }
            }
        }
    }
}

/// A business whose emergency was never exercised: its domain expects that it was.
fn without_continuity(context: &Context<'_>, findings: &mut Findings) {
    if expectation::chosen(&context.system.domain) != Some(Domain::Business) {
        return;
    }
    for environment in context.production() {
        let exercised = [DrillKind::Restore, DrillKind::Failover]
            .iter()
            .any(|kind| context.last_drill(*kind, &environment.name, |_| true).been.is_some());
        let stateful = || environment.datastores.iter().filter(|datastore| datastore.is_stateful());
        // A datastore that a critical component can't work without is judged by itself.
        let judged = stateful().any(|datastore| context.critical_caller(environment, datastore).is_some());
        if exercised || judged || stateful().next().is_none() {
            continue;
        }
        let message = format!("no emergency was ever exercised in `{}`", environment.name);
        let found = Diagnostic::new(CODE, environment.name.origin, message, "no passed restore or failover drill")
            .label(context.system.domain.origin, "domain `business` expects one")
            .help("restore a datastore or fail over, and record it under `drills` in `test_results.yaml`");
        findings.add(found).environment(&environment.name).warn();
    }
}
