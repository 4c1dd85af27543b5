//! G505: does a credential stand in the open?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::component::Variable;
use crate::ir::value::{Name, VariableName};
use crate::ir::{Origin, Traced};

use super::credential::{self, Credential};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a variable, command, argument or configuration file that holds what looks like a credential: a token whose issuer marks
    /// it, a private key, a URL with a password, or a random text in a variable that is named like a secret. The value is never
    /// printed.
    ///
    /// # Why it matters
    /// What stands in a repository is known to everybody who ever cloned it, and stays in its history.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: checkout, kind: service, env: {STRIPE_API_KEY: sk_live_…}}
    /// ```
    ///
    /// # How to fix
    /// Revoke it now, then take it from the secret store: `secrets: [STRIPE_API_KEY]`. A dependency's password is there already: write
    /// `{from: orders-db.password}`.
    "G505" "plaintext-secret", phase 5, role "infrastructure-engineer", waived by "the head of security", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in &context.system.components {
        let name = &component.name;
        for (variable, value) in component.env.iter() {
            look(findings, name, Some(&variable.value), value);
        }
        let words =
            component.command.iter().chain(&component.args).chain(component.init.iter().flat_map(|step| &step.command));
        for word in words {
            report(findings, name, None, word);
        }
        for file in &component.files {
            report(findings, name, None, &file.content);
        }
    }
    for environment in &context.system.environments {
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            for (variable, value) in deployment.env.iter() {
                // The component's own were looked at above.
                let inherited = component.env.get(variable.as_str()).is_some_and(|own| origin(own) == origin(value));
                if !inherited {
                    look(findings, &component.name, Some(&variable.value), value);
                }
            }
        }
    }
    for build in &context.system.builds {
        let arguments = build.image.iter().flat_map(|image| image.build_args.iter());
        for (variable, value) in build.env.iter().chain(arguments) {
            report(findings, &build.component, Some(&variable.value), value);
        }
    }
}

fn origin(value: &Variable) -> Origin {
    match value {
        Variable::Text(text) => text.origin,
        Variable::From { dependency, .. } => dependency.origin,
    }
}

fn look(findings: &mut Findings, component: &Traced<Name>, variable: Option<&VariableName>, value: &Variable) {
    if let Variable::Text(text) = value {
        report(findings, component, variable, text);
    }
}

fn report(findings: &mut Findings, component: &Traced<Name>, variable: Option<&VariableName>, text: &Traced<String>) {
    let Some(credential) = credential::find(variable.map(VariableName::as_str), &text.value) else { return };
    let place = variable
        .map_or_else(|| format!("a text of `{component}`"), |variable| format!("`{variable}` of `{component}`"));
    let mut found = Diagnostic::new(
        CODE,
        text.origin,
        format!("{place} looks like {}", credential.describe()),
        "stands in the repository",
    )
    .help("revoke it, then take it from the secret store: list it under `secrets`")
    .sensitive();
    if credential == Credential::UrlPassword {
        found = found.help("for a datastore of the system, write `{from: NAME.url}`");
    }
    findings.add(found).component(component);
}
