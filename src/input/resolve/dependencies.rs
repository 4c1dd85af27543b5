//! What components need: names across three name spaces, access, ports, and variables that dependencies set.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, code};
use crate::ir::choice::{Access, DatastoreKind};
use crate::ir::component::{Attribute, Dependency, DependencyKind, Variable};
use crate::ir::value::Name;
use crate::ir::{Origin, Traced};
use crate::source::decode::{list_of, nearest};
use crate::source::scalar::shown;

use super::names::Space;
use super::{Inputs, Resolver};
use crate::input::form::PortKey;
use crate::input::implementation_artifacts::{ComponentInput, DependencyInput, VariableInput};
use crate::input::rules;

const NEEDED: &[Space] = &[Space::Component, Space::Datastore, Space::External];

impl Resolver<'_> {
    /// What a component needs.
    pub(super) fn dependencies(&mut self, owner: &ComponentInput, inputs: &Inputs<'_>) -> Vec<Dependency> {
        let name = &owner.name;
        self.unique(
            owner.depends_on.iter().map(|needed| {
                let access = needed.access.map(|access| access.value);
                let topic = needed.topic.as_ref().map(|topic| topic.as_str());
                let port = needed.port.as_ref().map(|port| &port.value);
                ((needed.name.as_str(), access, topic, port), needed.name.origin)
            }),
            |(needed, ..)| format!("`{name}` depends on `{needed}` twice in the same way"),
            "remove one of the two",
        );
        owner.depends_on.iter().filter_map(|needed| self.dependency(needed, inputs)).collect()
    }

    fn dependency(&mut self, input: &DependencyInput, inputs: &Inputs<'_>) -> Option<Dependency> {
        let kind = self.dependency_kind(&input.name)?;
        let datastore = inputs.datastores.get(input.name.as_str()).map(|datastore| datastore.kind);
        let datastore = datastore.filter(|_| kind == DependencyKind::Datastore);
        let access = match (input.access, datastore) {
            (Some(access), kind) => {
                self.check_access(input, access, kind);
                access
            }
            (None, Some(kind)) if carries_messages(kind.value) => {
                self.report(
                    Diagnostic::new(
                        code::MISSING_KEY,
                        input.name.origin,
                        format!("the dependency on `{}` needs `access`", input.name),
                        "produces or consumes?",
                    )
                    .label(kind.origin, format!("`{}` is a {kind}", input.name))
                    .help(format!(
                        "write `{{name: {}, access: produce}}`, or `access: consume`: they are different rights",
                        input.name
                    )),
                );
                return None;
            }
            (None, _) => Traced::by_rule(Access::Write, rules::ACCESS),
        };
        for (key, written) in [("topic", &input.topic), ("group", &input.group)] {
            let Some(text) = written else { continue };
            if datastore.is_some_and(|kind| kind.value != DatastoreKind::Kafka) || kind != DependencyKind::Datastore {
                self.report(
                    Diagnostic::new(
                        code::CONFLICT,
                        text.origin,
                        format!("`{key}` is for kafka, and `{}` is none", input.name),
                        format!("`{key}` of this dependency"),
                    )
                    .help(format!("remove `{key}`")),
                );
            }
        }
        let port = match &input.port {
            Some(key) => Some(self.dependency_port(input, key, kind, inputs)?),
            None => None,
        };
        Some(Dependency {
            origin: input.origin,
            name: input.name.clone(),
            kind,
            critical: input.critical,
            port,
            access,
            topic: input.topic.clone(),
            group: input.group.clone(),
        })
    }

    /// What a name in `depends_on` means; reported where it means nothing, or two things.
    fn dependency_kind(&mut self, name: &Traced<Name>) -> Option<DependencyKind> {
        let component = self.names.defined(Space::Component, name.as_str());
        let datastore = self.names.defined(Space::Datastore, name.as_str());
        let external = self.names.defined(Space::External, name.as_str());
        if let (Some(own), Some(external)) = (component.or(datastore), external) {
            let space = if component.is_some() { Space::Component } else { Space::Datastore };
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    name.origin,
                    format!("`{name}` may mean {} or an external service", space.with_article()),
                    "needed here",
                )
                .label(own, format!("the {}", space.noun()))
                .label(external, "the external service")
                .help("rename one of the two"),
            );
            return None;
        }
        if component.is_some() {
            return Some(DependencyKind::Component);
        }
        if datastore.is_some() {
            return Some(DependencyKind::Datastore);
        }
        if external.is_some() {
            return Some(DependencyKind::External);
        }
        if NEEDED.iter().all(|space| self.names.complete(*space)) {
            self.unresolved(NEEDED, name.as_str(), name.origin);
        }
        None
    }

    fn check_access(&mut self, input: &DependencyInput, access: Traced<Access>, kind: Option<Traced<DatastoreKind>>) {
        let messages = matches!(access.value, Access::Produce | Access::Consume);
        let fits = match kind.map(|kind| kind.value) {
            Some(kind) if carries_messages(kind) => messages,
            Some(DatastoreKind::Rabbitmq) => true,
            Some(_) | None => !messages,
        };
        if fits {
            return;
        }
        let what = kind.map_or_else(|| "no datastore".to_owned(), |kind| format!("a {kind}"));
        let diagnostic = Diagnostic::new(
            code::CONFLICT,
            access.origin,
            format!("`access: {access}` does not fit `{}`, which is {what}", input.name),
            "this access",
        );
        let diagnostic = match kind {
            Some(kind) => diagnostic.label(kind.origin, format!("`{}` is {what}", input.name)),
            None => diagnostic,
        };
        self.report(diagnostic.help(if messages {
            "write `read` or `write`: `produce` and `consume` are for queues, topics, kafka and rabbitmq"
        } else {
            "write `produce` or `consume`: they are different rights"
        }));
    }

    fn dependency_port(
        &mut self,
        input: &DependencyInput,
        key: &Traced<PortKey>,
        kind: DependencyKind,
        inputs: &Inputs<'_>,
    ) -> Option<Traced<Name>> {
        if kind == DependencyKind::Component {
            let owner = inputs.components.get(input.name.as_str())?;
            return self.port_ref(owner, key).map(|port| key.with(port.name));
        }
        self.report(
            Diagnostic::new(
                code::CONFLICT,
                key.origin,
                format!("`port` names a port of a component, and `{}` is none", input.name),
                "`port` of this dependency",
            )
            .help("remove `port`: a datastore has one, and an external service says its own"),
        );
        None
    }

    /// The value of a variable.
    pub(super) fn variable(
        &mut self,
        owner: &ComponentInput,
        value: &VariableInput,
        inputs: &Inputs<'_>,
    ) -> Option<Variable> {
        match value {
            VariableInput::Text(text) => Some(Variable::Text(text.clone())),
            VariableInput::From(reference) => self.variable_from(owner, reference, inputs),
        }
    }

    fn variable_from(
        &mut self,
        owner: &ComponentInput,
        reference: &Traced<String>,
        inputs: &Inputs<'_>,
    ) -> Option<Variable> {
        let Some((name, attribute)) = reference.split_once('.') else {
            let name = shown(reference);
            let kind = inputs.datastores.get(reference.as_str()).map(|datastore| datastore.kind.value);
            let attributes = kind.map_or(Attribute::OF_SERVICES, Attribute::of_datastore);
            let whole: Vec<String> = attributes.iter().map(|known| format!("{name}.{}", known.as_str())).collect();
            let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
            self.report(
                Diagnostic::new(
                    code::BAD_VALUE,
                    reference.origin,
                    format!("`{name}` names no attribute of a dependency"),
                    "expected `NAME.ATTRIBUTE`",
                )
                .help(format!("write one of {}", list_of(&whole))),
            );
            return None;
        };
        let Some(needed) = owner.depends_on.iter().find(|needed| needed.name.as_str() == name) else {
            let diagnostic = self.not_needed(owner, reference, name);
            self.report(diagnostic);
            return None;
        };
        let attributes = match inputs.datastores.get(name) {
            Some(datastore) => Attribute::of_datastore(datastore.kind.value),
            None if self.names.defined(Space::Datastore, name).is_some() => return None,
            None => Attribute::OF_SERVICES,
        };
        if let Some(found) = attributes.iter().find(|known| known.as_str() == attribute) {
            return Some(Variable::From { dependency: needed.name.clone(), attribute: *found });
        }
        let words: Vec<&str> = attributes.iter().map(|known| known.as_str()).collect();
        let span = self.part(reference.origin, reference, name.len() + 1..reference.len());
        let diagnostic = Diagnostic::new(
            code::UNRESOLVED_NAME,
            span,
            format!("`{}` has no attribute `{}`", shown(name), shown(attribute)),
            "not an attribute of this dependency",
        );
        let diagnostic = match inputs.datastores.get(name) {
            Some(datastore) => diagnostic.label(datastore.kind.origin, format!("`{name}` is a {}", datastore.kind)),
            None => diagnostic,
        };
        self.report(diagnostic.help(match nearest(attribute, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", list_of(&words)),
        }));
        None
    }

    fn not_needed(&self, owner: &ComponentInput, reference: &Traced<String>, name: &str) -> Diagnostic {
        let span = self.part(reference.origin, reference, 0..name.len());
        let diagnostic = Diagnostic::new(
            code::UNRESOLVED_NAME,
            span,
            format!("`{}` does not depend on `{}`", owner.name, shown(name)),
            "not one of its dependencies",
        );
        if let Some(near) = nearest(name, owner.depends_on.iter().map(|needed| needed.name.as_str())) {
            return diagnostic.help(format!("did you mean `{near}`?"));
        }
        let defined = NEEDED.iter().find_map(|space| self.names.defined(*space, name).map(|at| (space, at)));
        match defined {
            Some((space, at)) => diagnostic
                .label(at, format!("`{}` is {}", shown(name), space.with_article()))
                .help(format!("add `{}` to `depends_on` of `{}`", shown(name), owner.name)),
            None => diagnostic.help("name a dependency of this component"),
        }
    }

    /// Reports a secret and a variable of one name: both would set the same variable.
    pub(super) fn check_variables<'n>(
        &mut self,
        owner: &Name,
        variables: impl Iterator<Item = (&'n str, Origin)>,
        secrets: impl Iterator<Item = (&'n str, Origin)>,
    ) {
        let secrets: BTreeMap<&str, Origin> = secrets.collect();
        for (name, origin) in variables {
            if let Some(secret) = secrets.get(name) {
                self.report(
                    Diagnostic::new(
                        code::CONFLICT,
                        origin,
                        format!("`{name}` of `{owner}` is a variable and a secret"),
                        "the variable",
                    )
                    .label(*secret, "the secret")
                    .help("keep one of the two, or mount the secret as a file by its `path`"),
                );
            }
        }
    }
}

fn carries_messages(kind: DatastoreKind) -> bool {
    matches!(kind, DatastoreKind::Queue | DatastoreKind::Topic | DatastoreKind::Kafka)
}
