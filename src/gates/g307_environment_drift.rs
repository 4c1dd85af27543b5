//! G307: will what worked there work here?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::{Component, Deployment, Environment};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a variable or secret of a component that is set in one environment and missing in another of the same promotion path.
    /// The effective keys count, so that a variable of the component itself is set everywhere.
    ///
    /// # Why it matters
    /// The release that passed staging fails in production on the one variable that only staging had.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// environments:
    ///   - {name: staging, kind: staging, components: {checkout: {env: {PAYMENT_URL: https://test.example}}}}
    ///   - {name: production, kind: production, promotes_from: staging}
    /// ```
    ///
    /// # How to fix
    /// Set it in both, each with its own value; or on the component, if it is the same everywhere.
    "G307" "environment-drift", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in &context.system.environments {
        let Some(source) =
            environment.promotes_from.as_ref().and_then(|name| context.system.environment(name.as_str()))
        else {
            continue;
        };
        for deployment in &environment.deployments {
            let Some(before) = source.deployment(deployment.component) else { continue };
            let component = context.system.component(deployment.component);
            compare(findings, component, (before, source), (deployment, environment));
            compare(findings, component, (deployment, environment), (before, source));
        }
    }
}

fn compare(
    findings: &mut Findings,
    component: &Component,
    here: (&Deployment, &Environment),
    there: (&Deployment, &Environment),
) {
    let variables = here.0.env.iter().map(|(name, _)| ("variable", name));
    let secrets = here.0.secrets.iter().map(|secret| ("secret", &secret.name));
    let set = |name: &str| {
        there.0.env.get(name).is_some() || there.0.secrets.iter().any(|secret| secret.name.as_str() == name)
    };
    for (what, name) in variables.chain(secrets).filter(|(_, name)| !set(name.as_str())) {
        let found = Diagnostic::new(
            CODE,
            name.origin,
            format!(
                "the {what} `{name}` of `{}` is set in `{}` and missing in `{}`",
                component.name, here.1.name, there.1.name
            ),
            format!("set in `{}`", here.1.name),
        )
        .label(there.1.name.origin, "missing here")
        .help(format!("set it in `{}` too, or on the component itself", there.1.name));
        findings.add(found).component(&component.name).environment(&there.1.name);
    }
}
