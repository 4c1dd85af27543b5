//! Builds and released packages: one a component, and one lockfile between builds and package rows.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, code};
use crate::ir::building::{Build, Package};
use crate::ir::evidence::PackageRow;

use super::Resolver;
use super::names::Space;
use crate::input::deployment_packages::DeploymentInput;

impl Resolver<'_> {
    /// Builds and the package rows beside them.
    pub(super) fn check_builds(&mut self, builds: &[Build], rows: &[PackageRow]) {
        for build in builds {
            self.expect(Space::Component, &build.component);
        }
        self.unique(
            builds.iter().map(|build| (build.component.as_str(), build.component.origin)),
            |name| format!("`{name}` has two builds"),
            "keep one of the two: variants of one build go into its `matrix`",
        );
        let pinned: BTreeMap<&str, _> =
            builds.iter().filter_map(|build| Some((build.component.as_str(), build.lockfile.as_ref()?))).collect();
        for row in rows {
            let (Some(own), Some(built)) = (&row.lockfile, pinned.get(row.component.as_str())) else { continue };
            if own.value != built.value {
                self.report(
                    Diagnostic::new(
                        code::CONFLICT,
                        own.origin,
                        format!("`{}` has two lockfiles: `{own}` and `{built}`", row.component),
                        "the packages were read from this one",
                    )
                    .label(built.origin, "it is built from this one")
                    .help("name the same file in both: what is examined must be what is built"),
                );
            }
        }
    }

    /// Released packages and deployments.
    pub(super) fn check_deployments(&mut self, packages: &[Package], deployments: &[DeploymentInput]) {
        for package in packages {
            self.expect(Space::Component, &package.component);
            if let Some(image) = &package.image {
                self.check_image(image);
            }
        }
        self.unique(
            packages.iter().map(|package| (package.component.as_str(), package.component.origin)),
            |name| format!("`{name}` has two packages"),
            "keep the version that is released",
        );
        for name in deployments.iter().map(|deployment| &deployment.component) {
            self.expect(Space::Component, name);
        }
        self.unique(
            deployments.iter().map(|deployment| (deployment.component.as_str(), deployment.component.origin)),
            |name| format!("`{name}` has two deployments"),
            "join the two: what differs by environment goes into `environments`",
        );
    }
}
