//! G206: is the evidence of today's code?

use std::collections::BTreeSet;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::value::{Duration, Name, Time};
use crate::ir::{Origin, Traced};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies results and coverage that were older than `quality_gates.max_age` when the package was built (where `built_at` is
    /// absent: now), and evidence from the future. Each row is judged by its own time; one of another commit is G207's alone.
    ///
    /// # Why it matters
    /// Yesterday's green says nothing about today's dependencies, certificates and clocks.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// commit: 4f2c1ab
    /// generated_at: 2026-10-01T10:00:00Z   # seven weeks before the release
    /// ```
    ///
    /// # How to fix
    /// Run the tests again: `ci.yml` renews both files. `max_age` in `quality_gates` sets another limit.
    "G206" "stale-evidence", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

/// Clocks of build machines differ by this much at most.
const CLOCK_SKEW: Duration = Duration::minutes(5);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let limit = context.system.quality_gates.as_ref().map(|gates| gates.max_age);
    // A row of another commit says nothing of this one, however young it is: that is G207's, and so is the time that it shares.
    let others = times_of_other_commits(context);
    let is_judged = |time: Option<Traced<Time>>| time.is_some_and(|time| !others.contains(&time.origin));
    for row in context.system.coverage.iter().filter(|row| is_judged(row.generated_at)) {
        judge(context, findings, "coverage", &row.component, row.generated_at, limit, Some(&row.component));
    }
    for result in context.system.results.iter().filter(|result| is_judged(result.generated_at)) {
        let only = match context.components_of(result) {
            [only] => Some(only),
            _ => None,
        };
        judge(context, findings, "result", &result.suite, result.generated_at, limit, only);
    }
}

/// Where the times of rows stand that are of another commit.
fn times_of_other_commits(context: &Context<'_>) -> BTreeSet<Origin> {
    let of_another = |name: &Name, commit| context.other_commit(name, commit).is_some();
    let coverage = context.system.coverage.iter().filter(|row| of_another(&row.component, row.commit.as_ref()));
    let results = context.system.results.iter().filter(|result| {
        let names = context.components_of(result);
        names.iter().any(|name| of_another(name, result.commit.as_ref()))
    });
    let times = coverage.map(|row| row.generated_at).chain(results.map(|result| result.generated_at));
    times.flatten().map(|time| time.origin).collect()
}

fn judge(
    context: &Context<'_>,
    findings: &mut Findings,
    what: &str,
    name: &Traced<Name>,
    time: Option<Traced<Time>>,
    limit: Option<Traced<Duration>>,
    component: Option<&Traced<Name>>,
) {
    let Some(time) = time else { return };
    let allowed = limit.map_or(Duration::days(7), |limit| limit.value);
    let package = component
        .and_then(|name| context.system.component_named(name.as_str()))
        .and_then(|(_, component)| component.package.as_ref());
    // What is to be released is not built yet: its evidence is as old as it is now.
    let candidate = component.is_some_and(|name| context.candidate(name).is_some());
    let built = package.and_then(|package| package.built_at).filter(|_| !candidate);
    let at = built.map_or(context.now, |built| built.value);
    // All rows of a file share its time: one finding a file says it all.
    let known = findings
        .found
        .iter()
        .any(|finding| finding.diagnostic.labels.first().is_some_and(|label| label.place == time.origin.into()));
    if known {
        return;
    }
    let found = if time.value.since(context.now) > CLOCK_SKEW {
        Diagnostic::new(
            CODE,
            time.origin,
            format!("the {what} of `{name}` is from the future: {time}"),
            "later than now",
        )
        .help("set the clock of the machine that wrote it")
    } else if at.since(time.value) > allowed {
        let age = at.since(time.value).whole_days();
        let when = if built.is_some() { "when the package was built" } else { "now" };
        let mut found = Diagnostic::new(
            CODE,
            time.origin,
            format!("the {what} of `{name}` is {age} days old {when}, at most {allowed} are allowed"),
            format!("{age} days old"),
        );
        if let Some(built) = built {
            found = found.label(built.origin, "built here");
        } else if let Some(limit) = limit.filter(|limit| limit.origin.is_written()) {
            found = found.label(limit.origin, "allowed here");
        }
        found.help("run the tests again: `ci.yml` renews the evidence")
    } else {
        return;
    };
    findings.add(found).by_clock = built.is_none();
}
