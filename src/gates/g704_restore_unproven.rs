//! G704: has the data ever come back?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{DrillKind, Tier};
use crate::ir::value::Duration;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a stateful datastore that a critical component depends on, without a passed restore drill in production within 180
    /// days, or whose last drill missed the recovery time or recovery point.
    ///
    /// # Why it matters
    /// A backup that was never restored is a file. Half of them turn out to be empty on the day.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// drills: []   # and checkout, tier critical, depends on orders-db
    /// ```
    ///
    /// # How to fix
    /// Restore the datastore into an empty one, and record it: `- {kind: restore, environment: production, datastore: orders-db,
    /// date: 2026-11-20, passed: true, recovery_time: 38m, data_loss: 2m}`.
    "G704" "restore-unproven", phase 7, role "all", waived by "the head of operations", level Deny, evidence Tested
}

/// How old the last drill may be, in days.
const MOST_DAYS: u64 = 180;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in context.production() {
        for datastore in environment.datastores.iter().filter(|datastore| datastore.is_stateful()) {
            let critical = environment.deployments.iter().find_map(|deployment| {
                let component = context.system.component(deployment.component);
                let needed = component
                    .depends_on
                    .iter()
                    .find(|dependency| dependency.name == datastore.name && dependency.critical.value)?;
                (component.tier.value == Tier::Critical).then_some((component, needed))
            });
            let Some((component, needed)) = critical else { continue };
            let last = context
                .system
                .drills
                .iter()
                .filter(|drill| {
                    drill.kind.value == DrillKind::Restore
                        && drill.environment == environment.name
                        && drill.datastore.as_ref() == Some(&datastore.name)
                        && drill.passed.value
                })
                .max_by_key(|drill| drill.date.value);
            let Some(drill) = last else {
                let found = Diagnostic::new(
                    CODE,
                    datastore.name.origin,
                    format!(
                        "`{}` was never restored in `{}`, and `{}` is critical",
                        datastore.name, environment.name, component.name
                    ),
                    "no passed restore drill",
                )
                .label(needed.name.origin, format!("`{}` can't work without it", component.name))
                .help("restore it into an empty datastore and record the drill in test_results.yaml");
                findings.add(found).component(&component.name).environment(&environment.name);
                continue;
            };
            let age = context.now.since(drill.date.start());
            if age > Duration::days(MOST_DAYS) {
                let found = Diagnostic::new(
                    CODE,
                    drill.date.origin,
                    format!(
                        "the last restore of `{}` in `{}` is {} days old, at most {MOST_DAYS} are allowed",
                        datastore.name,
                        environment.name,
                        age.whole_days()
                    ),
                    format!("{} days ago", age.whole_days()),
                )
                .label(datastore.name.origin, "of this datastore")
                .help("repeat the drill and record its date");
                findings.add(found).component(&component.name).environment(&environment.name).by_clock();
            }
            let own = datastore.recovery.as_ref();
            let whole = context.system.operations.as_ref().and_then(|operations| operations.recovery.as_ref());
            let time = own.and_then(|own| own.rto).or_else(|| whole.and_then(|whole| whole.rto));
            let point = own.and_then(|own| own.rpo).or_else(|| whole.and_then(|whole| whole.rpo));
            for (what, measured, target) in
                [("recovery time", drill.recovery_time, time), ("data loss", drill.data_loss, point)]
            {
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
                        format!("took {measured}"),
                    )
                    .label(target.origin, "promised here")
                    .help("make the restore faster, or promise what it can keep");
                    findings.add(found).component(&component.name).environment(&environment.name);
                }
            }
        }
    }
}
