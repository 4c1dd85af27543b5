//! Containers: the component's own, and the steps that must end before it starts.

use super::place::Workload;
use super::pod::{Pods, Purpose};
use super::probe::probe;
use super::rules;
use super::volume::Volumes;
use crate::ir::value::{Size, VariableName};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::environments::VariablePlan;
use crate::plan::infrastructure::templates::{InitTemplate, PortTemplate, Transport};
use crate::targets::shared::value::{by, flag, port, seconds, texts};

/// The container of a component; in a migration, of the component's image with the migration's command.
pub(super) fn main(pods: &Pods<'_>, volumes: &Volumes) -> Map {
    let workload = pods.workload();
    let component = workload.component;
    let serves = matches!(pods.purpose, Purpose::Serve);
    let mut container = Map::new(component.origin)
        .with("name", Doc::traced(&component.name))
        .with("image", Doc::traced(&workload.image.reference))
        .with("imagePullPolicy", pull_policy(workload, workload.image.reference.value.contains('@')));
    match &pods.purpose {
        Purpose::Migrate(migration) => {
            let shell = ["/bin/sh", "-c"].map(|word| Doc::text(word, Origin::rule(rules::MIGRATION_COMMAND)));
            let run = Doc::text(verbatim(&migration.run), migration.run.origin);
            container.put("command", Doc::list(shell.into_iter().chain([run]), Origin::rule(rules::MIGRATION_COMMAND)));
        }
        Purpose::Serve | Purpose::Run => {
            container = container
                .with_some("command", words(&component.command, component.origin))
                .with_some("args", words(&component.arguments, component.origin));
        }
    }
    if serves && !component.ports.is_empty() {
        container.put("ports", Doc::list(component.ports.iter().map(|port| named(workload, port)), component.origin));
    }
    container = container.with_some("env", environment(pods));
    if serves {
        container = container
            .with_some("startupProbe", component.startup.as_ref().map(|planned| probe(workload, planned)))
            .with_some("readinessProbe", component.readiness.as_ref().map(|planned| probe(workload, planned)))
            .with_some("livenessProbe", component.liveness.as_ref().map(|planned| probe(workload, planned)))
            .with_some("lifecycle", lingering(workload));
    }
    container
        .with("resources", resources(workload, volumes))
        .with("securityContext", security(workload))
        .with_some("volumeMounts", volumes.mounts())
}

/// A step that must end before the component starts. It sees what the component sees.
pub(super) fn init(pods: &Pods<'_>, step: &InitTemplate, volumes: &Volumes) -> Map {
    let workload = pods.workload();
    let image = step.image.as_ref().unwrap_or(&workload.image.reference);
    Map::new(step.origin)
        .with("name", Doc::traced(&step.name))
        .with("image", Doc::traced(image))
        .with("imagePullPolicy", pull_policy(workload, image.value.contains('@')))
        .with_some("command", words(&step.command, step.origin))
        .with_some("env", environment(pods))
        .with("resources", resources(workload, volumes))
        .with("securityContext", security(workload))
        .with_some("volumeMounts", volumes.mounts())
}

/// What a digest names never changes; what a tag names may.
fn pull_policy(workload: Workload<'_>, by_digest: bool) -> Doc {
    if by_digest {
        Doc::traced(&workload.place.spec.defaults.image_pull_policy)
    } else {
        Doc::text("Always", Origin::rule(rules::PULL_TAGS))
    }
}

fn words(words: &[Traced<String>], origin: Origin) -> Option<Doc> {
    (!words.is_empty()).then(|| Doc::list(words.iter().map(|word| Doc::text(expanded(word), word.origin)), origin))
}

fn named(workload: Workload<'_>, planned: &PortTemplate) -> Doc {
    Map::new(planned.origin)
        .with("name", Doc::traced(&workload.container_port(&planned.name)))
        .with("containerPort", port(&planned.port))
        .with("protocol", transport(&planned.transport))
        .into()
}

/// What carries a port, as Kubernetes says it.
pub(super) fn transport(transport: &Traced<Transport>) -> Doc {
    let word = match transport.value {
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
    };
    Doc::text(word, transport.origin)
}

/// The variables in the plan's order: one may refer to those before it.
fn environment(pods: &Pods<'_>) -> Option<Doc> {
    let workload = pods.workload();
    let variables = &workload.plan.variables;
    (!variables.is_empty())
        .then(|| Doc::list(variables.iter().map(|variable| self::variable(pods, variable)), workload.plan.origin))
}

fn variable(pods: &Pods<'_>, variable: &VariablePlan) -> Doc {
    let map = Map::new(variable.origin).with("name", Doc::traced(&variable.name));
    match (&variable.value, &variable.secret) {
        (_, Some(_)) => map.with("valueFrom", secret_key(pods, &variable.name, variable.origin)).into(),
        (Some(value), None) => map.with("value", Doc::text(expanded(value), value.origin)).into(),
        (None, None) => map.text("value", "").into(),
    }
}

fn secret_key(pods: &Pods<'_>, name: &Traced<VariableName>, origin: Origin) -> Map {
    let reference = Map::new(origin).text("name", pods.secret.clone()).with("key", Doc::traced(name));
    Map::new(origin).with("secretKeyRef", reference)
}

/// A text as Kubernetes has to be given it: it reads `$$` as `$`. References `$(NAME)` are the language's own.
fn expanded(text: &str) -> String {
    text.replace("$$", "$$$$")
}

/// A text that reaches the container unchanged, even where it holds what would be a reference.
fn verbatim(text: &str) -> String {
    expanded(text).replace("$(", "$$(")
}

/// Keeps the container up until every caller knows that it goes.
fn lingering(workload: Workload<'_>) -> Option<Map> {
    let linger = &workload.component.linger;
    (linger.whole_seconds() > 0).then(|| {
        let sleep = Map::new(linger.origin).with("seconds", seconds(linger));
        by(rules::LINGER).with("preStop", by(rules::LINGER).with("sleep", sleep))
    })
}

fn resources(workload: Workload<'_>, volumes: &Volumes) -> Map {
    let plan = workload.plan;
    let ephemeral = &workload.place.spec.ephemeral;
    let limit = Size { bytes: ephemeral.limit.bytes + volumes.scratch_bytes };
    let requests = Map::new(plan.origin)
        .with_some("cpu", plan.cpu.as_ref().map(Doc::traced))
        .with_some("memory", plan.memory.as_ref().map(Doc::traced))
        .with("ephemeral-storage", Doc::traced(&ephemeral.request));
    let limits = Map::new(plan.origin)
        .with_some("cpu", plan.cpu_limit.as_ref().map(Doc::traced))
        .with_some("memory", plan.memory_limit.as_ref().map(Doc::traced))
        .with("ephemeral-storage", Doc::traced(&ephemeral.limit.with(limit)));
    Map::new(plan.origin).with("requests", requests).with("limits", limits)
}

/// What Pod Security `restricted` asks of a container, and a root that can't be written to.
fn security(workload: Workload<'_>) -> Map {
    let component = workload.component;
    let spec = workload.place.spec;
    let mut capabilities =
        by(rules::CAPABILITIES).with("drop", texts(&spec.drop_capabilities, Origin::rule(rules::CAPABILITIES)));
    if component.ports.iter().any(|port| port.port.0 < 1024) {
        let bind = Doc::text("NET_BIND_SERVICE", Origin::rule(rules::BIND_SERVICE));
        capabilities.put("add", Doc::list([bind], Origin::rule(rules::BIND_SERVICE)));
    }
    let writable = &component.writable_root;
    by(rules::CONTAINER_SECURITY)
        .with("allowPrivilegeEscalation", flag(&spec.pod_security.allow_privilege_escalation))
        .with("capabilities", capabilities)
        .with("readOnlyRootFilesystem", flag(&writable.with(!writable.value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Kubernetes makes of a text; variables that are not defined stay as they are written.
    fn read_by_kubernetes(text: &str) -> String {
        text.replace("$$", "$")
    }

    #[test]
    fn dollars_reach_the_container_as_written() {
        for text in ["a$b", "a$$b", "$$$", "$5", "price: $$$$"] {
            assert_eq!(read_by_kubernetes(&expanded(text)), text);
        }
    }

    #[test]
    fn references_stay_references() {
        assert_eq!(expanded("http://$(HOST):4317"), "http://$(HOST):4317");
    }

    #[test]
    fn a_shell_gets_its_own_substitutions() {
        assert_eq!(verbatim("echo $(date)"), "echo $$(date)");
        assert_eq!(read_by_kubernetes(&verbatim("echo $(date) $$")), "echo $(date) $$");
    }
}
