//! G605: does what it scales by exist?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Origin;
use crate::ir::choice::Access;
use crate::ir::component::Replicas;
use crate::ir::delivery::ScalingTarget;
use crate::source::decode::list_of;
use crate::source::scalar::shown;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies scaling by a metric that the component does not expose, by requests where it exposes no metrics, and by a queue that
    /// it does not consume.
    ///
    /// # Why it matters
    /// An autoscaler without a number keeps the replicas that there are: through the peak, and through the night.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: order-worker
    ///     scaling: {min: 2, max: 12, target: {queue_depth: {queue: mails-queue, per_replica: 50}}}
    /// # and order-worker consumes orders-queue alone
    /// ```
    ///
    /// # How to fix
    /// Name a metric under `metrics.custom`, or the queue that the component consumes.
    "G605" "scaling-on-nothing", phase 6, role "monitoring-analyst", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut seen: Vec<Origin> = Vec::new();
    for environment in &context.system.environments {
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            let Replicas::Scaled(scaling) = &deployment.replicas else { continue };
            let found = match &scaling.target {
                ScalingTarget::QueueDepth(depth) => {
                    let consumed = |name: &str| {
                        component.depends_on.iter().any(|dependency| {
                            dependency.name.as_str() == name && dependency.access.value == Access::Consume
                        })
                    };
                    if consumed(depth.queue.as_str()) {
                        continue;
                    }
                    let queues: Vec<&str> = component
                        .depends_on
                        .iter()
                        .filter(|dependency| dependency.access.value == Access::Consume)
                        .map(|dependency| dependency.name.as_str())
                        .collect();
                    let found = Diagnostic::new(
                        CODE,
                        depth.queue.origin,
                        format!("`{}` scales by `{}`, which it does not consume", component.name, depth.queue),
                        "not consumed by it",
                    );
                    let known = component.depends_on.iter().find(|dependency| dependency.name == depth.queue);
                    match known {
                        Some(known) => found
                            .label(known.name.origin, format!("its access is `{}`", known.access))
                            .help("write `access: consume` there"),
                        None if queues.is_empty() => {
                            found.help(format!("add `{{name: {}, access: consume}}` to its `depends_on`", depth.queue))
                        }
                        None => found.help(format!("it consumes {}", list_of(&queues))),
                    }
                }
                ScalingTarget::Metric(metric) => {
                    let names: Vec<&str> = component.metrics.as_ref().map_or_else(Vec::new, |metrics| {
                        metrics.custom.iter().map(|metric| metric.name.as_str()).collect()
                    });
                    if names.contains(&metric.name.as_str()) {
                        continue;
                    }
                    Diagnostic::new(
                        CODE,
                        metric.name.origin,
                        format!(
                            "`{}` scales by the metric `{}`, which it does not expose",
                            component.name,
                            shown(&metric.name)
                        ),
                        "no such metric",
                    )
                    .did_you_mean(&metric.name, names, || "declare it under `metrics.custom`".to_owned())
                }
                ScalingTarget::RequestsPerSecond(target) if component.metrics.is_none() => Diagnostic::new(
                    CODE,
                    target.origin,
                    format!("`{}` scales by requests, and exposes no metrics", component.name),
                    "nobody counts them",
                )
                .help("add `metrics: {port: …}` to the component, or scale by `cpu`"),
                ScalingTarget::RequestsPerSecond(_) | ScalingTarget::Cpu(_) | ScalingTarget::Memory(_) => continue,
            };
            // What the component says holds in every environment: once is enough.
            if seen.contains(&scaling.origin) {
                continue;
            }
            seen.push(scaling.origin);
            findings.add(found).component(&component.name).environment(&environment.name);
        }
    }
}
