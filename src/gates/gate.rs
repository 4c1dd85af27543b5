//! What a gate is, what it sees, and what it finds.

use std::collections::BTreeMap;

use crate::diag::{Code, Diagnostic};
use crate::ir::building::Build;
use crate::ir::choice::{DrillKind, EnvironmentKind, Level, Tier};
use crate::ir::component::{Dependency, DependencyKind};
use crate::ir::evidence::{CoverageRow, Drill, SuiteResult};
use crate::ir::testing::Suite;
use crate::ir::value::{Commit, Date, Name, Time};
use crate::ir::{Component, ComponentId, Datastore, Environment, System, Traced};
use crate::plan::Plans;

use super::engine::{Candidate, Settings};

/// One gate.
#[derive(Debug)]
pub struct Gate {
    /// Its code, with slug, documentation, default level, phase and role.
    pub code: Code,
    /// Who may waive its findings; none: nobody.
    pub waived_by: Option<&'static str>,
    /// Whether only a pipeline can renew the evidence that it judges: a warning at stage commit.
    pub evidence: Evidence,
    /// Looks for what is wrong.
    pub check: fn(&Context<'_>, &mut Findings),
}

impl Gate {
    /// When its findings deny, for a list.
    #[must_use]
    pub const fn judged(&self) -> &'static str {
        match self.evidence {
            // What warns anyway is not lessened.
            Evidence::Written => "judged at every stage",
            _ if matches!(self.code.0.level, Level::Warn) => "judged at every stage",
            Evidence::Tested => "warns at stage `commit`",
            Evidence::Released => "warns before stage `release`",
        }
    }

    /// Who may waive its findings, for a sentence's end: `may be waived by the head of quality`.
    #[must_use]
    pub fn waivable(&self) -> String {
        self.waived_by.map_or_else(|| "can't be waived".to_owned(), |who| format!("may be waived by {who}"))
    }
}

/// When the evidence that a gate judges comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It stands in what people write: judged at every stage.
    Written,
    /// Tests and drills make it: judged from stage candidate on.
    Tested,
    /// A release makes it: judged at stage release alone.
    Released,
}

/// What a gate sees.
#[derive(Debug)]
pub struct Context<'a> {
    /// The system.
    pub system: &'a System,
    /// Its plans.
    pub plans: &'a Plans,
    /// The moment that dates are judged at.
    pub now: Time,
    candidate: Option<&'a Candidate>,
    proving: Vec<&'a str>,
    builds: BTreeMap<&'a str, &'a Build>,
    suites: BTreeMap<&'a str, &'a Suite>,
    suites_of: BTreeMap<&'a str, Vec<&'a Suite>>,
    results: BTreeMap<&'a str, Vec<&'a SuiteResult>>,
    coverage: BTreeMap<&'a str, &'a CoverageRow>,
    callers: BTreeMap<&'a str, Vec<(ComponentId, &'a Dependency)>>,
}

impl<'a> Context<'a> {
    /// What gates see of a system and its plans in a run.
    #[must_use]
    pub fn new(system: &'a System, plans: &'a Plans, settings: &'a Settings) -> Context<'a> {
        let mut context = Context {
            system,
            plans,
            now: settings.now,
            candidate: settings.candidate.as_ref(),
            proving: settings.environment.as_ref().map_or_else(Vec::new, |to| promoted_through(system, to)),
            builds: system.builds.iter().map(|build| (build.component.as_str(), build)).collect(),
            suites: system.suites.iter().map(|suite| (suite.name.as_str(), suite)).collect(),
            suites_of: BTreeMap::new(),
            results: BTreeMap::new(),
            coverage: system.coverage.iter().map(|row| (row.component.as_str(), row)).collect(),
            callers: BTreeMap::new(),
        };
        for suite in &system.suites {
            for component in suite.components() {
                context.suites_of.entry(component.as_str()).or_default().push(suite);
            }
        }
        for result in &system.results {
            context.results.entry(result.suite.as_str()).or_default().push(result);
        }
        for component in &system.components {
            let Some((id, _)) = system.component_named(component.name.as_str()) else { continue };
            for dependency in &component.depends_on {
                context.callers.entry(dependency.name.as_str()).or_default().push((id, dependency));
            }
        }
        context
    }

    /// The commit that is about to be released, where it changes this component and no package of it is built yet.
    #[must_use]
    pub fn candidate(&self, component: &Name) -> Option<&'a Commit> {
        self.candidate.filter(|candidate| candidate.changes(component)).map(|candidate| &candidate.commit)
    }

    /// Whether this run asks what was proved in an environment: the next one is promoted from it.
    #[must_use]
    pub fn must_have_proved(&self, environment: &Name) -> bool {
        self.proving.contains(&environment.as_str())
    }

    /// The day that dates are judged at.
    #[must_use]
    pub const fn today(&self) -> Date {
        Date { days: self.now.seconds.div_euclid(86_400) }
    }

    /// How many days ago a day was; 0 where it is still to come.
    #[must_use]
    pub fn days_since(&self, date: Date) -> u64 {
        u64::try_from(self.today().days - date.days).unwrap_or(0)
    }

    /// The last passed drill of a kind in an environment, where `of` takes it. What is still to come proves nothing; a date has
    /// no time zone, so that the day after this one may have begun already.
    #[must_use]
    pub fn last_drill(&self, kind: DrillKind, environment: &Name, of: impl Fn(&Drill) -> bool) -> LastDrill<'a> {
        let passed = self.system.drills.iter().filter(|drill| {
            drill.kind.value == kind && drill.passed.value && drill.environment.value == *environment && of(drill)
        });
        let (been, to_come): (Vec<_>, Vec<_>) =
            passed.partition(|drill| drill.date.value.days <= self.today().days + 1);
        LastDrill { been: been.into_iter().max_by_key(|drill| drill.date.value), to_come: to_come.first().copied() }
    }

    /// The commit that evidence of a component has to be of, where it is of another one: that of the candidate, else that of its
    /// package.
    #[must_use]
    pub fn other_commit(&self, component: &Name, tested: Option<&Traced<Commit>>) -> Option<OtherCommit<'a>> {
        if self.system.quality_gates.as_ref().is_some_and(|gates| !gates.same_commit.value) {
            return None;
        }
        let tested = tested?;
        let package = self.system.component_named(component.as_str()).and_then(|(_, known)| known.package.as_ref());
        match (self.candidate(component), package.and_then(|package| package.commit.as_ref())) {
            (Some(candidate), _) if !tested.same(candidate) => Some(OtherCommit::Candidate(candidate)),
            (None, Some(built)) if !tested.same(&built.value) => Some(OtherCommit::Package(built)),
            _ => None,
        }
    }

    /// The production environments.
    pub fn production(&self) -> impl Iterator<Item = &'a Environment> {
        self.system.environments.iter().filter(|environment| environment.kind.value == EnvironmentKind::Production)
    }

    /// The build of a component.
    #[must_use]
    pub fn build(&self, component: &Component) -> Option<&'a Build> {
        self.builds.get(component.name.as_str()).copied()
    }

    /// A suite by its name.
    #[must_use]
    pub fn suite(&self, name: &Name) -> Option<&'a Suite> {
        self.suites.get(name.as_str()).copied()
    }

    /// The first deployed component with a build, where a document of evidence about such is not there.
    #[must_use]
    pub fn unproven(&self, document: &str) -> Option<&'a Component> {
        if self.system.has_document(document) {
            return None;
        }
        self.system.components.iter().find(|component| component.is_deployed() && self.build(component).is_some())
    }

    /// The suites that name a component as one that they test.
    #[must_use]
    pub fn suites_of(&self, component: &Component) -> &[&'a Suite] {
        self.suites_of.get(component.name.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The results of a suite.
    #[must_use]
    pub fn results(&self, suite: &Suite) -> &[&'a SuiteResult] {
        self.results.get(suite.name.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The components that a result speaks about: its own, else those of its suite.
    #[must_use]
    pub fn components_of(&self, result: &'a SuiteResult) -> &'a [Traced<Name>] {
        match &result.component {
            Some(own) => std::slice::from_ref(own),
            None => self.suite(&result.suite).map_or(&[], Suite::components),
        }
    }

    /// The coverage of a component.
    #[must_use]
    pub fn coverage(&self, component: &Component) -> Option<&'a CoverageRow> {
        self.coverage.get(component.name.as_str()).copied()
    }

    /// The first critical component of an environment that can't work without a datastore, and where it says so.
    #[must_use]
    pub fn critical_caller(
        &self,
        environment: &Environment,
        datastore: &Datastore,
    ) -> Option<(&'a Component, &'a Dependency)> {
        let callers = self.callers.get(datastore.name.as_str())?;
        callers.iter().find_map(|(id, dependency)| {
            let component = self.system.component(*id);
            let needs = component.tier.value == Tier::Critical
                && dependency.critical.value
                && dependency.kind == DependencyKind::Datastore;
            (needs && environment.deployment(*id).is_some()).then_some((component, *dependency))
        })
    }
}

/// The commit that evidence should be of, and is not.
#[derive(Clone, Copy, Debug)]
pub enum OtherCommit<'a> {
    /// The commit that is about to be released.
    Candidate(&'a Commit),
    /// The commit of the package.
    Package(&'a Traced<Commit>),
}

/// What was exercised last.
#[derive(Clone, Copy, Debug)]
pub struct LastDrill<'a> {
    /// The last drill that has been.
    pub been: Option<&'a Drill>,
    /// A drill whose date is still to come.
    pub to_come: Option<&'a Drill>,
}

impl LastDrill<'_> {
    /// A finding about a drill that is not there, with the one that is still to come.
    #[must_use]
    pub fn explain(&self, missing: Diagnostic) -> Diagnostic {
        match self.to_come {
            Some(drill) => missing.label(drill.date.origin, "this one is still to come"),
            None => missing,
        }
    }
}

/// The environments that a release passes before it comes to this one.
fn promoted_through<'a>(system: &'a System, to: &Name) -> Vec<&'a str> {
    let from = |name: &str| {
        let environment = system.environments.iter().find(|environment| environment.name.as_str() == name)?;
        environment.promotes_from.as_ref().map(|from| from.as_str())
    };
    let mut passed = Vec::new();
    let mut next = from(to.as_str());
    // A circle of promotions is another gate's.
    while let Some(name) = next.filter(|name| !passed.contains(name)) {
        passed.push(name);
        next = from(name);
    }
    passed
}

/// One finding, before its level is settled.
#[derive(Debug)]
pub struct Finding {
    /// What is said.
    pub diagnostic: Diagnostic,
    /// The component that it is about.
    pub component: Option<Name>,
    /// The environment that it is about.
    pub environment: Option<Name>,
    /// Whether it would not be there at another time: it warns in a build, so that the clock changes nothing generated.
    pub by_clock: bool,
    /// When its evidence comes to be, where that differs from the rest of its gate.
    pub evidence: Option<Evidence>,
}

/// What a gate found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The findings, in the order of the input.
    pub found: Vec<Finding>,
    /// What could not be judged, and why.
    pub skipped: Vec<Skipped>,
}

/// What a gate could not judge, for want of a number. It is no finding: nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The gate's code.
    pub code: &'static str,
    /// What is not judged, and why.
    pub message: String,
}

impl Findings {
    /// Says what is not judged.
    pub fn skip(&mut self, code: Code, message: String) {
        let skipped = Skipped { code: code.0.code, message };
        if !self.skipped.contains(&skipped) {
            self.skipped.push(skipped);
        }
    }

    /// Adds a finding.
    pub fn add(&mut self, diagnostic: Diagnostic) -> &mut Finding {
        self.found.push(Finding { diagnostic, component: None, environment: None, by_clock: false, evidence: None });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

impl Finding {
    /// The same, about a component.
    pub fn component(&mut self, name: &Name) -> &mut Finding {
        self.component = Some(name.clone());
        self
    }

    /// The same, about an environment.
    pub fn environment(&mut self, name: &Name) -> &mut Finding {
        self.environment = Some(name.clone());
        self
    }

    /// The same, as one that only the clock makes.
    pub fn by_clock(&mut self) -> &mut Finding {
        self.by_clock = true;
        self
    }

    /// The same, on evidence that comes to be at another time than what its gate judges.
    pub fn made_by(&mut self, evidence: Evidence) -> &mut Finding {
        self.evidence = Some(evidence);
        self
    }

    /// The same, as a warning.
    pub fn warn(&mut self) -> &mut Finding {
        self.diagnostic.level = Level::Warn;
        self
    }
}

/// Declares a gate; its doc comment is its documentation.
#[macro_export]
macro_rules! gate {
    (
        $(#[doc = $doc:literal])*
        $code:literal $slug:literal, phase $phase:literal, role $role:literal, waived by $waiver:literal,
        level $level:ident, evidence $evidence:ident
    ) => {
        $(#[doc = $doc])*
        pub(super) const GATE: $crate::gates::Gate = $crate::gates::Gate {
            code: {
                static INFO: $crate::diag::CodeInfo = $crate::diag::CodeInfo {
                    code: $code,
                    slug: $slug,
                    doc: concat!($($doc, "\n",)*),
                    level: $crate::ir::choice::Level::$level,
                    phase: Some($phase),
                    role: Some($role),
                };
                $crate::diag::Code(&INFO)
            },
            waived_by: if $waiver.is_empty() { None } else { Some($waiver) },
            evidence: $crate::gates::gate::Evidence::$evidence,
            check,
        };
        #[allow(dead_code)]
        const CODE: $crate::diag::Code = GATE.code;
    };
}
