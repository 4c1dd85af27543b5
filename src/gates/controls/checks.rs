//! What controls look at. Each check says in a sentence what it looks at, and answers with the first place where the system
//! falls short.

use crate::gates::gate::Evidence;
use crate::ir::choice::{DatastoreKind, DrillKind, SbomFormat};
use crate::ir::value::Duration;
use crate::ir::{Datastore, Origin};

use super::Context;

/// What is looked at for a control.
pub(in crate::gates) struct Check {
    /// When it is met, as a sentence without its end: `no datastore has encryption turned off`.
    pub(in crate::gates) met: &'static str,
    /// Looks whether it is met.
    pub(in crate::gates) look: fn(&Context<'_>) -> Option<Shortfall>,
}

macro_rules! checks {
    ($($name:ident = $look:ident: $met:literal;)*) => {
        $(pub(super) const $name: Check = Check { met: $met, look: $look };)*
    };
}

checks! {
    ENCRYPTED = encrypted: "no datastore has `encrypted: false`";
    BACKED_UP = backed_up: "each stateful datastore in production has a `backup`, or is a versioned bucket";
    RESTORED = restored: "each production environment with stateful datastores has a passed restore drill within 365 days";
    SCANNED = scanned: "`scans` names a tool for `dependencies` and for `containers`";
    APPROVED = approved: "each production environment has `approvals` with a reviewer";
    ANSWERED = answered: "the owner of the system has an `oncall` route";
    REDUNDANT = redundant: "each production environment has `availability_zones: 2` or more";
    INVENTORIED = inventoried: "`supply_chain` has an `sbom`";
    PATCHED = patched: "the `grace` of critical vulnerabilities, where there is one, is 30 days at most";
}

/// Where a control is not met.
pub(in crate::gates) struct Shortfall {
    /// The place.
    pub(in crate::gates) place: Origin,
    /// What is wrong there, as a clause.
    pub(in crate::gates) wrong: String,
    /// What to do.
    pub(in crate::gates) help: &'static str,
    /// When the evidence that is missing comes to be.
    pub(in crate::gates) evidence: Evidence,
    /// Whether it would not be there at another time.
    pub(in crate::gates) by_clock: bool,
}

fn shortfall(place: Origin, wrong: impl Into<String>, help: &'static str) -> Option<Shortfall> {
    Some(Shortfall { place, wrong: wrong.into(), help, evidence: Evidence::Written, by_clock: false })
}

/// How old the last test of recovery may be, in days.
const MOST_DAYS: u64 = 365;

/// Within a month: requirement 6.3.3 counts from release.
const PATCHED_WITHIN: Duration = Duration::days(30);

fn encrypted(context: &Context<'_>) -> Option<Shortfall> {
    let datastore = context.system.datastores.iter().find(|datastore| !datastore.encrypted.value)?;
    shortfall(datastore.encrypted.origin, format!("`{}` is not encrypted", datastore.name), "remove `encrypted: false`")
}

fn backed_up(context: &Context<'_>) -> Option<Shortfall> {
    let versioned = |datastore: &Datastore| datastore.kind.value == DatastoreKind::Bucket && datastore.versioned.value;
    let stateful = context.production().flat_map(|environment| &environment.datastores);
    let datastore = stateful
        .filter(|datastore| datastore.is_stateful())
        .find(|datastore| datastore.backup.is_none() && !versioned(datastore))?;
    shortfall(
        datastore.name.origin,
        format!("`{}` has no backup", datastore.name),
        match datastore.kind.value {
            DatastoreKind::Bucket => "write `versioned: true`",
            _ => "add `backup: {retention: 14d, point_in_time: true}`",
        },
    )
}

fn restored(context: &Context<'_>) -> Option<Shortfall> {
    let stateful = context.production().filter(|environment| environment.datastores.iter().any(Datastore::is_stateful));
    stateful.into_iter().find_map(|environment| {
        let last = context.last_drill(DrillKind::Restore, &environment.name, |_| true);
        let age = last.been.map(|drill| context.days_since(drill.date.value));
        if age.is_some_and(|age| age <= MOST_DAYS) {
            return None;
        }
        let wrong = match age {
            Some(age) => format!(
                "the last restore drill in `{}` is {age} days old, at most {MOST_DAYS} are allowed",
                environment.name
            ),
            None => format!("no restore drill has passed in `{}`", environment.name),
        };
        Some(Shortfall {
            place: environment.name.origin,
            wrong,
            help: "restore a datastore into an empty one and record the drill in test_results.yaml",
            evidence: Evidence::Tested,
            by_clock: age.is_some() || last.to_come.is_some(),
        })
    })
}

fn scanned(context: &Context<'_>) -> Option<Shortfall> {
    let scans = context.system.scans.as_ref();
    let there = |tool: Option<&crate::ir::Traced<String>>| tool.is_some_and(|tool| tool.value != "none");
    if there(scans.and_then(|scans| scans.dependencies.as_ref()))
        && there(scans.and_then(|scans| scans.containers.as_ref()))
    {
        return None;
    }
    shortfall(
        scans.map_or(context.system.origin, |scans| scans.origin),
        "packages or images are not scanned",
        "name tools for `dependencies` and `containers` under `scans` in build_configurations.yaml",
    )
}

fn approved(context: &Context<'_>) -> Option<Shortfall> {
    let environment = context
        .production()
        .find(|environment| environment.approvals.as_ref().is_none_or(|approvals| approvals.reviewers.is_empty()))?;
    shortfall(
        environment.name.origin,
        format!("nobody has to approve a release to `{}`", environment.name),
        "add `approvals: {reviewers: [ORG/TEAM]}`",
    )
}

fn answered(context: &Context<'_>) -> Option<Shortfall> {
    let owner = context.system.owner.as_ref();
    if owner.is_some_and(|owner| owner.oncall.is_some()) {
        return None;
    }
    shortfall(
        owner.map_or(context.system.name.origin, |owner| owner.origin),
        "the system has no on-call route",
        "add `owner: {team: …, oncall: {pagerduty: …}}` to pathc.yaml",
    )
}

fn redundant(context: &Context<'_>) -> Option<Shortfall> {
    let environment = context.production().find(|environment| environment.availability_zones.value < 2)?;
    shortfall(
        environment.availability_zones.origin,
        format!("`{}` stands in one zone", environment.name),
        "write `availability_zones: 2` or more",
    )
}

fn inventoried(context: &Context<'_>) -> Option<Shortfall> {
    let chain = context.system.supply_chain.as_ref();
    if chain.is_some_and(|chain| chain.sbom.value != SbomFormat::None) {
        return None;
    }
    shortfall(
        chain.map_or(context.system.origin, |chain| chain.origin),
        "packages have no bill of materials",
        "write `supply_chain: {sbom: cyclonedx}` in build_configurations.yaml",
    )
}

fn patched(context: &Context<'_>) -> Option<Shortfall> {
    let policy = context.system.dependency_policy.as_ref()?.vulnerabilities.as_ref()?;
    let waits = policy.grace.as_ref()?.critical.filter(|waits| waits.value > PATCHED_WITHIN)?;
    shortfall(
        waits.origin,
        format!("critical vulnerabilities may wait {waits}, {PATCHED_WITHIN} are allowed"),
        "write `critical: 30d` or less",
    )
}
