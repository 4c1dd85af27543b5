//! What a gate is, what it sees, and what it finds.

use crate::diag::{Code, Diagnostic};
use crate::ir::building::Build;
use crate::ir::choice::{EnvironmentKind, Level};
use crate::ir::testing::Suite;
use crate::ir::value::{Name, Time};
use crate::ir::{Component, Environment, System};
use crate::plan::Plans;

/// One gate.
#[derive(Debug)]
pub struct Gate {
    /// Its code, with slug, documentation, default level, phase and role.
    pub code: Code,
    /// Who may waive its findings.
    pub waived_by: &'static str,
    /// Whether only a pipeline can renew the evidence that it judges: a warning at stage commit.
    pub evidence: Evidence,
    /// Looks for what is wrong.
    pub check: fn(&Context<'_>, &mut Findings),
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
}

impl<'a> Context<'a> {
    /// The production environments.
    pub fn production(&self) -> impl Iterator<Item = &'a Environment> {
        self.system.environments.iter().filter(|environment| environment.kind.value == EnvironmentKind::Production)
    }

    /// The build of a component.
    #[must_use]
    pub fn build(&self, component: &Component) -> Option<&'a Build> {
        self.system.builds.iter().find(|build| build.component == component.name)
    }

    /// A suite by its name.
    #[must_use]
    pub fn suite(&self, name: &Name) -> Option<&'a Suite> {
        self.system.suites.iter().find(|suite| suite.name.value == *name)
    }
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
}

/// What a gate found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The findings, in the order of the input.
    pub found: Vec<Finding>,
}

impl Findings {
    /// Adds a finding.
    pub fn add(&mut self, diagnostic: Diagnostic) -> &mut Finding {
        self.found.push(Finding { diagnostic, component: None, environment: None, by_clock: false });
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
            waived_by: $waiver,
            evidence: $crate::gates::gate::Evidence::$evidence,
            check,
        };
        #[allow(dead_code)]
        const CODE: $crate::diag::Code = GATE.code;
    };
}
