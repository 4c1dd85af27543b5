//! G104: can strangers reach the data?

use crate::diag::Diagnostic;
use crate::gate;
use crate::source::Fix;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a datastore with `public: true`. The files of a component of kind `website` are spared: they are meant to be
    /// read by everybody, and only the CDN reaches their bucket.
    ///
    /// # Why it matters
    /// A datastore that answers the internet is found within minutes, and one weak password or one missing update is all
    /// that stands before the data.
    ///
    /// # Example
    /// ```yaml
    /// # path/dependency_specifications.yaml
    /// datastores:
    ///   - {name: orders-db, kind: postgres, public: true}
    /// ```
    ///
    /// # How to fix
    /// Remove `public: true`. Let a component answer for the data instead.
    "G104" "public-datastore", phase 1, role "infrastructure-engineer", waived by "the head of security", level Deny,
    evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for datastore in context.system.datastores.iter().filter(|datastore| datastore.public.value) {
        findings.add(
            Diagnostic::new(
                CODE,
                datastore.public.origin,
                format!("the {} `{}` can be reached from outside", datastore.kind, datastore.name),
                "open to the internet",
            )
            .help("remove `public: true`")
            .fix(Some(Fix::suggested(datastore.public.origin, "false"))),
        );
    }
}
