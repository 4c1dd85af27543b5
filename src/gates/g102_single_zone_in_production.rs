//! G102: can one zone's end be the system's end?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a production environment that spans fewer than two zones, and a datastore without high availability that a
    /// critical component depends on in production.
    ///
    /// # Why it matters
    /// A zone is what fails together: power, network, cooling. What stands in one zone alone is away with it.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// environments:
    ///   - {name: production, kind: production, region: eu-west-1, availability_zones: 1}
    /// ```
    ///
    /// # How to fix
    /// Write `availability_zones: 2` or more, and `high_availability: true` on the datastore.
    "G102" "single-zone-in-production", phase 1, role "infrastructure-engineer", waived by "the system's owner",
    level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in context.production() {
        let zones = environment.availability_zones;
        if zones.value < 2 {
            findings
                .add(
                    Diagnostic::new(
                        CODE,
                        if zones.origin.is_written() { zones.origin } else { environment.name.origin },
                        format!("`{}` spans {} zone, it needs 2", environment.name, zones.value),
                        "one zone",
                    )
                    .help("write `availability_zones: 2` or more"),
                )
                .environment(&environment.name);
        }
        for datastore in environment
            .datastores
            .iter()
            .filter(|datastore| datastore.is_in_network() && !datastore.high_availability.value)
        {
            let Some((component, dependency)) = context.critical_caller(environment, datastore) else { continue };
            let place = datastore.high_availability.origin;
            findings
                .add(
                    Diagnostic::new(
                        CODE,
                        if place.is_written() { place } else { datastore.name.origin },
                        format!(
                            "`{}` has no high availability in `{}`, and `{}` is critical",
                            datastore.name, environment.name, component.name
                        ),
                        "stands in one zone",
                    )
                    .label(dependency.name.origin, format!("`{}` can't work without it", component.name))
                    .help("write `high_availability: true`"),
                )
                .component(&component.name)
                .environment(&environment.name);
        }
    }
}
