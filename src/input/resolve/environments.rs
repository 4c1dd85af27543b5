//! Environments, and what runs in each once its overrides have been applied.

use std::collections::HashMap;

use crate::diag::{Diagnostic, code};
use crate::ir::choice::{ComponentKind, Domain, EnvironmentKind};
use crate::ir::component::{Component, Secret, Variable};
use crate::ir::datastore::{Datastore, External};
use crate::ir::environment::{ComponentId, Deployment, Environment, GithubIds};
use crate::ir::value::{Name, VariableName};
use crate::ir::{Table, Traced};
use crate::profile::{self, Profiles};
use crate::source::decode::nearest;

use super::components::secrets;
use super::datastores::datastore;
use super::delivery::{Count, replicas, resources};
use super::names::Space;
use super::{Inputs, Resolver};
use crate::input::deployment_packages::{ComponentOverride, EnvironmentInput};
use crate::input::form::Nullable;
use crate::input::rules;

const ZONES: u32 = 2;
const ZONES_IN_PRODUCTION: u32 = 3;

/// The system as far as environments need it.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub(super) system: Option<&'a Name>,
    pub(super) domain: Domain,
    pub(super) components: &'a [Component],
    pub(super) externals: &'a [External],
}

impl Resolver<'_> {
    /// An environment with all that runs in it.
    pub(super) fn environment(&mut self, input: &EnvironmentInput, base: Base<'_>, inputs: &Inputs<'_>) -> Environment {
        self.check_environment(input);
        let datastores = self.environment_datastores(input, base, inputs);
        let deployments = self.deployments(input, base, inputs);
        Environment {
            origin: input.origin,
            name: input.name.clone(),
            kind: input.kind,
            promotes_from: input.promotes_from.clone(),
            region: input.region.clone(),
            account: input.account.clone(),
            cluster: input.cluster.clone(),
            namespace: input.namespace.clone().unwrap_or_else(|| namespace(base.system, &input.name)),
            domain: input.domain.clone(),
            zone_id: input.zone_id.clone(),
            runner: input.runner.clone(),
            github_ids: input.github_ids.as_ref().map(|ids| GithubIds { owner: ids.owner, repository: ids.repository }),
            availability_zones: input.availability_zones.unwrap_or_else(|| zones(input.kind.value, base.domain)),
            cidr: input.cidr,
            approvals: input.approvals.clone(),
            deployment_window: input.deployment_window.clone(),
            registry: input.registry.as_ref().map(|registry| registry.url.clone()),
            budget: input.budget.clone(),
            deployments,
            datastore_index: super::datastores::index(&datastores),
            datastores,
            externals: self.environment_externals(input, base),
        }
    }

    fn check_environment(&mut self, input: &EnvironmentInput) {
        if let Some(from) = &input.promotes_from {
            self.expect(Space::Environment, from);
        }
        self.check_region(&input.region);
        if let Some(account) = &input.account {
            self.check_account(account);
        }
        if let Some(registry) = &input.registry {
            self.check_registry(&registry.url);
        }
        for (name, _) in input.components.iter() {
            self.expect(Space::Component, name);
        }
        for (name, _) in input.datastores.iter() {
            self.expect(Space::Datastore, name);
        }
        for (name, _) in input.external.iter() {
            self.expect(Space::External, name);
        }
        if let Some(zones) = input.availability_zones.filter(|zones| zones.value == 0) {
            self.report(
                Diagnostic::new(
                    code::BAD_VALUE,
                    zones.origin,
                    format!("`{}` spans no zone", input.name),
                    "expected 1 or more",
                )
                .help("write `2`, or `3` in production"),
            );
        }
    }

    fn environment_datastores(
        &mut self,
        input: &EnvironmentInput,
        base: Base<'_>,
        inputs: &Inputs<'_>,
    ) -> Vec<Datastore> {
        let changes: HashMap<&str, _> = changes(&input.datastores);
        let mut found = Vec::with_capacity(inputs.datastores_in_order.len());
        for known in inputs.datastores_in_order {
            let change = changes.get(known.name.as_str()).copied();
            if let Some(change) = change {
                let fields = [
                    ("size", change.size.as_ref().map(|size| size.origin)),
                    ("max_connections", change.max_connections.map(|most| most.origin)),
                    ("high_availability", change.high_availability.map(|on| on.origin)),
                    ("backup", change.backup.as_ref().map(|backup| backup.origin)),
                ];
                self.check_datastore_override(&known.kind, known.name.as_str(), fields);
                if let Some(region) = change.backup.as_ref().and_then(|backup| backup.cross_region.as_ref()) {
                    self.check_region(region);
                }
            }
            if change.is_none_or(|change| change.enabled.value) {
                found.push(datastore(known, change, base.domain));
            }
        }
        found
    }

    fn environment_externals(&mut self, input: &EnvironmentInput, base: Base<'_>) -> Vec<External> {
        let changes = changes(&input.external);
        let external = |known: &External| {
            let mut external = known.clone();
            if let Some(change) = changes.get(known.name.as_str()) {
                external.host = change.host.clone().unwrap_or(external.host);
                external.port = change.port.unwrap_or(external.port);
            }
            external
        };
        base.externals.iter().map(external).collect()
    }

    fn deployments(&mut self, input: &EnvironmentInput, base: Base<'_>, inputs: &Inputs<'_>) -> Vec<Deployment> {
        let changes = changes(&input.components);
        let mut found = Vec::with_capacity(base.components.len());
        for (index, component) in base.components.iter().enumerate() {
            let change = changes.get(component.name.as_str()).copied();
            if let (Some(change), ComponentKind::Library) = (change, component.kind.value) {
                self.report(
                    Diagnostic::new(
                        code::CONFLICT,
                        change.origin,
                        format!("`{}` is a library and runs in no environment", component.name),
                        "changed here",
                    )
                    .label(component.kind.origin, "a library")
                    .help("remove the override, or change the component's `kind`"),
                );
            }
            let id = ComponentId(u32::try_from(index).unwrap_or(u32::MAX));
            if change.is_none_or(|change| change.enabled.value) {
                found.extend(self.deployment(id, component, change, base.domain, inputs));
            }
        }
        found
    }

    fn deployment(
        &mut self,
        id: ComponentId,
        component: &Component,
        change: Option<&ComponentOverride>,
        domain: Domain,
        inputs: &Inputs<'_>,
    ) -> Option<Deployment> {
        let delivery = component.delivery.as_ref()?;
        let input = inputs.deployments.get(component.name.as_str()).copied();
        let profiles = Profiles::new(component.domain.value, domain);
        let Some(change) = change else {
            return Some(Deployment {
                component: id,
                origin: delivery.origin,
                resources: delivery.resources.clone(),
                replicas: delivery.replicas.clone(),
                env: component.env.clone(),
                secrets: component.secrets.clone(),
            });
        };
        let changed = Count { replicas: change.replicas, scaling: change.scaling.as_ref() };
        self.check_count(component, changed, inputs);
        let count = Count {
            replicas: input.and_then(|input| input.replicas),
            scaling: input.and_then(|input| input.scaling.as_ref()),
        };
        let secrets: Vec<Secret> = match &change.secrets {
            Some(changed) => secrets(changed),
            None => component.secrets.clone(),
        };
        let env = self.changed_env(component, change, inputs);
        self.check_variables(
            &component.name.value,
            change.env.iter().filter(|(_, value)| value.value.is_some()).map(|(name, _)| (name.as_str(), name.origin)),
            secrets
                .iter()
                .filter(|secret| secret.path.is_none())
                .map(|secret| (secret.name.as_str(), secret.name.origin)),
        );
        let base = input.and_then(|input| input.resources.as_ref());
        Some(Deployment {
            component: id,
            origin: change.origin,
            resources: resources(base, change.resources.as_ref(), profiles),
            replicas: replicas(count, Some(changed)),
            env,
            secrets,
        })
    }

    fn changed_env(
        &mut self,
        component: &Component,
        change: &ComponentOverride,
        inputs: &Inputs<'_>,
    ) -> Table<VariableName, Variable> {
        let mut env = component.env.clone();
        let owner = inputs.components.get(component.name.as_str()).copied();
        for (name, changed) in change.env.iter() {
            match (&changed.value, owner) {
                (Some(value), Some(owner)) => {
                    if let Some(value) = self.variable(owner, value, inputs) {
                        env.set(name.clone(), value);
                    }
                }
                (Some(_), None) => {}
                (None, _) if component.env.get(name.as_str()).is_some() => env.remove(name.as_str()),
                (None, _) => {
                    let diagnostic = Diagnostic::new(
                        code::UNRESOLVED_NAME,
                        name.origin,
                        format!("`{}` has no variable `{name}` that could be removed", component.name),
                        "`null` removes a variable",
                    );
                    let near = nearest(name.as_str(), component.env.iter().map(|(known, _)| known.as_str()));
                    self.report(diagnostic.help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "remove this line, or give the variable a value".to_owned(),
                    }));
                }
            }
        }
        env
    }
}

fn changes<T>(table: &Table<Name, Nullable<T>>) -> HashMap<&str, &T> {
    table.iter().filter_map(|(name, change)| Some((name.as_str(), change.value.as_ref()?))).collect()
}

fn zones(kind: EnvironmentKind, domain: Domain) -> Traced<u32> {
    let by_profile = profile::of(domain).availability_zones.filter(|_| kind != EnvironmentKind::Development);
    by_profile.unwrap_or(match kind {
        EnvironmentKind::Production => Traced::by_rule(ZONES_IN_PRODUCTION, rules::ZONES_IN_PRODUCTION),
        EnvironmentKind::Development | EnvironmentKind::Staging => Traced::by_rule(ZONES, rules::ZONES),
    })
}

/// `SYSTEM-ENVIRONMENT`, where it is too long with six characters of its hash instead of its end.
fn namespace(system: Option<&Name>, environment: &Traced<Name>) -> Traced<Name> {
    const LIMIT: usize = 63;
    const HASH: usize = 6;
    let whole = format!("{}-{environment}", system.map_or("", Name::as_str));
    if whole.len() <= LIMIT {
        return Traced::by_rule(Name::made(&whole), rules::NAMESPACE);
    }
    let hash = blake3::hash(whole.as_bytes()).to_hex();
    let kept = whole[..LIMIT - HASH - 1].trim_end_matches('-');
    Traced::by_rule(Name::made(&format!("{kept}-{}", &hash[..HASH])), rules::NAMESPACE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Origin;
    use crate::source::Scalar;

    fn named(system: &str, environment: &str) -> String {
        let name = |text| Name::read(text).unwrap();
        let environment = Traced::new(name(environment), Origin::rule(rules::NAMESPACE));
        namespace(Some(&name(system)), &environment).to_string()
    }

    #[test]
    fn a_namespace_is_system_and_environment() {
        assert_eq!(named("shop", "staging"), "shop-staging");
    }

    #[test]
    fn a_long_namespace_is_shortened_and_stays_a_name_of_its_own() {
        let system = "a".repeat(50) + "-b";
        let (one, two) = (named(&system, "production-eu"), named(&system, "production-us"));
        assert_ne!(one, two);
        for name in [one, two] {
            assert!(name.len() <= 63 && Name::read(&name).is_ok(), "{name}");
        }
    }
}
