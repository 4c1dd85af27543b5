//! G311: is what it calls there?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::component::DependencyKind;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a component that depends on a component or datastore that is not in the same environment, and a circle of critical
    /// dependencies between components. A component that names itself lets its replicas reach each other and is no circle.
    ///
    /// # Why it matters
    /// A call to nothing fails at the first request. In a circle of critical dependencies nothing can start first, and one failure
    /// takes all of them.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// environments:
    ///   - {name: staging, kind: staging, components: {catalog: {enabled: false}}}   # and web depends on catalog
    /// ```
    ///
    /// # How to fix
    /// Enable what is called, or write `critical: false` on the dependency that the component can do without.
    "G311" "dependency-not-deployed", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in &context.system.environments {
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            for dependency in &component.depends_on {
                let there = match dependency.kind {
                    DependencyKind::Component => context
                        .system
                        .component_named(dependency.name.as_str())
                        .is_some_and(|(id, _)| environment.deployment(id).is_some()),
                    DependencyKind::Datastore => environment.datastore(dependency.name.as_str()).is_some(),
                    DependencyKind::External => environment.external(dependency.name.as_str()).is_some(),
                };
                if there {
                    continue;
                }
                let found = Diagnostic::new(
                    CODE,
                    dependency.name.origin,
                    format!(
                        "`{}` depends on `{}`, which is not in `{}`",
                        component.name, dependency.name, environment.name
                    ),
                    "called, but not there",
                )
                .label(environment.name.origin, "not in this environment")
                .help(format!("deploy `{}` there, or leave `{}` out of it too", dependency.name, component.name));
                findings.add(found).component(&component.name).environment(&environment.name);
            }
        }
    }
    circles(context, findings);
}

/// Reports each circle of critical dependencies once, at the component of it that comes first in the input.
fn circles(context: &Context<'_>, findings: &mut Findings) {
    let count = context.system.components.len();
    let mut state = vec![State::New; count];
    for start in 0..count {
        if state[start] != State::New {
            continue;
        }
        // Depth first without recursion: the input decides how deep it goes.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        state[start] = State::Open;
        while let Some((current, next)) = path.last_mut() {
            let component = &context.system.components[*current];
            let Some(dependency) = component.depends_on.get(*next) else {
                state[*current] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let here = *current;
            if !dependency.critical.value || dependency.kind != DependencyKind::Component {
                continue;
            }
            let Some((id, _)) = context.system.component_named(dependency.name.as_str()) else { continue };
            let to = id.0 as usize;
            match state[to] {
                State::New => {
                    state[to] = State::Open;
                    path.push((to, 0));
                }
                State::Open if to != here => {
                    let from = path.iter().position(|(on, _)| *on == to).unwrap_or(0);
                    let names: Vec<String> = path[from..]
                        .iter()
                        .map(|(on, _)| *on)
                        .chain([to])
                        .map(|on| format!("`{}`", context.system.components[on].name))
                        .collect();
                    let found = Diagnostic::new(
                        CODE,
                        dependency.name.origin,
                        format!("critical dependencies go in a circle: {}", circle(&names)),
                        "comes back to where it began",
                    )
                    .label(context.system.components[to].name.origin, "begins here")
                    .help("write `critical: false` on the dependency that can be done without");
                    findings.add(found).component(&context.system.components[here].name);
                }
                State::Open | State::Done => {}
            }
        }
    }
}

/// `a` needs `b` needs `a`; of a long circle its beginning and its end.
fn circle(names: &[String]) -> String {
    match names {
        [first @ .., before, last] if first.len() > 6 => {
            let left = first.len() - 3;
            format!("{} needs {left} others, of which {before} needs {last}", first[..3].join(" needs "))
        }
        _ => names.join(" needs "),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}
