//! The targets: what a checked plan becomes. One room a target, one line each in [`ALL`].
//!
//! A target can only be called with [`Checked`], makes no decision that a plan could make, and returns [`Files`]: paths
//! with jobs that print them. It never touches disk, clock, environment or randomness.

pub mod cloudformation;
pub mod github_actions;
pub mod grafana;
pub mod kubernetes;
pub mod operations;
pub mod path;
pub mod prometheus;
pub mod shared;
pub mod terraform;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::choice::Runtime;
use crate::output::Files;
use crate::spec::Specs;

/// A target.
#[derive(Clone, Copy)]
pub struct Target {
    /// What a manifest calls it.
    pub name: &'static str,
    /// The folder below the manifest's folder that its files go to unless the manifest says otherwise.
    pub default_out: &'static str,
    /// The only runtime that calls for it; none: every system does.
    pub runtime: Option<Runtime>,
    /// Makes the files.
    pub emit: Emit,
}

/// Makes the files of a target, with paths below the target's own folder. What it can't express is a T code; then the files are not complete.
pub type Emit = for<'a> fn(&'a Checked, &'a Specs) -> (Files<'a>, Vec<Diagnostic>);

/// All targets, in the order in which they are built.
pub const ALL: &[Target] = &[
    Target { name: "path", default_out: "infra/path", runtime: None, emit: path::emit },
    Target {
        name: "kubernetes",
        default_out: "infra/kubernetes",
        runtime: Some(Runtime::Kubernetes),
        emit: kubernetes::emit,
    },
    Target { name: "terraform", default_out: "infra/terraform", runtime: None, emit: terraform::emit },
    Target { name: "cloudformation", default_out: "infra/cloudformation", runtime: None, emit: cloudformation::emit },
    Target { name: "prometheus", default_out: "infra/prometheus", runtime: None, emit: prometheus::emit },
    Target { name: "grafana", default_out: "infra/grafana", runtime: None, emit: grafana::emit },
    Target { name: "operations", default_out: "infra/operations", runtime: None, emit: operations::emit },
    Target {
        name: github_actions::NAME,
        default_out: github_actions::FOLDER,
        runtime: None,
        emit: github_actions::emit,
    },
];

/// A target by its name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Target> {
    ALL.iter().find(|target| target.name == name)
}
