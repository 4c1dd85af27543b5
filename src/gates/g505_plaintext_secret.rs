//! G505: does a credential stand in the open?

use crate::diag::Diagnostic;
use crate::diag::credential::{self, Credential};
use crate::gate;
use crate::ir::component::Variable;
use crate::ir::value::{Name, VariableName};
use crate::ir::{Origin, Traced};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a variable, command, suite, build, migration or configuration file that holds what looks like a credential: a token
    /// whose issuer marks it, a private key, a URL with a password, or a random text that is given to a name like `DB_PASSWORD`.
    /// The value is never printed.
    ///
    /// # Why it matters
    /// What stands in a repository is known to everybody who ever cloned it, and stays in its history.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: checkout, kind: service, env: {BANK_URL: "https://shop:Qw9TzL4mRk2vXs7Bn@bank.example"}}
    /// ```
    ///
    /// # How to fix
    /// Revoke it now, then take it from the secret store: `secrets: [BANK_URL]`. A dependency's password is there already: write
    /// `{from: orders-db.password}`.
    "G505" "plaintext-secret", phase 5, role "infrastructure-engineer", waived by "the head of security", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let system = context.system;
    for component in &system.components {
        let name = &component.name;
        for (variable, value) in component.env.iter() {
            look(findings, name, &variable.value, value);
        }
        let steps = component.init.iter().map(|step| &step.command);
        for command in [&component.command, &component.args].into_iter().chain(steps) {
            words(findings, name, command);
        }
        for file in &component.files {
            let what = format!("the file `{}` of `{name}`", file.path);
            report(findings, Some(name), &what, None, &file.content);
        }
    }
    for environment in &system.environments {
        for deployment in &environment.deployments {
            let component = system.component(deployment.component);
            for (variable, value) in deployment.env.iter() {
                // The component's own were looked at above.
                let inherited = component.env.get(variable.as_str()).is_some_and(|own| origin(own) == origin(value));
                if !inherited {
                    look(findings, &component.name, &variable.value, value);
                }
            }
        }
    }
    for suite in &system.suites {
        let what = format!("the command of the suite `{}`", suite.name);
        report(findings, suite.components().first(), &what, None, &suite.run);
    }
    for entry in &system.refactorings {
        if let Some(migration) = &entry.migration {
            let what = format!("the migration of `{}`", entry.component);
            report(findings, Some(&entry.component), &what, None, &migration.run);
        }
    }
    for build in &system.builds {
        let name = &build.component;
        let arguments = build.image.iter().flat_map(|image| image.build_args.iter());
        for (variable, value) in build.env.iter().chain(arguments) {
            let what = format!("`{variable}` of the build of `{name}`");
            report(findings, Some(name), &what, Some(variable.as_str()), value);
        }
        for command in build.commands.iter().flat_map(|commands| {
            [&commands.setup, &commands.lint, &commands.build, &commands.package].into_iter().flatten()
        }) {
            report(findings, Some(name), &format!("a command of the build of `{name}`"), None, command);
        }
    }
}

/// The words of a command; one behind a flag is what the flag names.
fn words(findings: &mut Findings, component: &Traced<Name>, command: &[Traced<String>]) {
    let mut flag = None;
    for word in command {
        report(findings, Some(component), &format!("the command of `{component}`"), flag, word);
        flag = word.value.strip_prefix("--").filter(|name| !name.contains('='));
    }
}

fn origin(value: &Variable) -> Origin {
    match value {
        Variable::Text(text) => text.origin,
        Variable::From { dependency, .. } => dependency.origin,
    }
}

fn look(findings: &mut Findings, component: &Traced<Name>, variable: &VariableName, value: &Variable) {
    if let Variable::Text(text) = value {
        let what = format!("`{variable}` of `{component}`");
        report(findings, Some(component), &what, Some(variable.as_str()), text);
    }
}

fn report(
    findings: &mut Findings,
    component: Option<&Traced<Name>>,
    what: &str,
    name: Option<&str>,
    text: &Traced<impl AsRef<str>>,
) {
    let Some(credential) = credential::find(name, text.value.as_ref()) else { return };
    let message = format!("{what} holds what looks like {}", credential.describe());
    let mut found = Diagnostic::new(CODE, text.origin, message, "stands in the repository")
        .help("revoke it, then take it from the secret store: list it under `secrets`")
        .sensitive();
    if credential == Credential::UrlPassword {
        found = found.help("for a datastore of the system, write `{from: NAME.url}`");
    }
    let finding = findings.add(found);
    if let Some(component) = component {
        finding.component(component);
    }
}
