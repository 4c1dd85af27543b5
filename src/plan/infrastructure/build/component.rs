//! One component: what is the same in every environment.

use std::sync::Arc;

use super::{connections, ports, strategy, system};
use crate::diag::Diagnostic;
use crate::ir::component::{Component, ConfigurationFile, InitStep, Metrics, Volume};
use crate::ir::value::Size;
use crate::ir::{System, Traced};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::templates::{
    ComponentTemplate, FileTemplate, InitTemplate, MetricsTemplate, OwnerTemplate, ScheduleTemplate, VolumeTemplate,
    WorkloadForm,
};
use crate::source::Apart;
use crate::spec::Specs;

pub(super) fn template(
    system: &System,
    component: &Component,
    owner: Option<&Arc<OwnerTemplate>>,
    specs: &Specs,
    problems: &mut Vec<Diagnostic>,
) -> ComponentTemplate {
    let form = WorkloadForm::of(component);
    let runs_to_an_end = matches!(form, WorkloadForm::Scheduled | WorkloadForm::OnDeploy | WorkloadForm::Manual);
    ComponentTemplate {
        origin: component.origin,
        name: component.name.clone(),
        kind: component.kind,
        form: Traced::by_rule(form, rules::FORM),
        tier: component.tier,
        domain: component.domain,
        description: component.description.clone(),
        language: component.language.clone(),
        owner: component.owner.as_ref().map(|own| match owner {
            // Most have the system's.
            Some(owner) if owner.origin == own.origin => Arc::clone(owner),
            _ => Arc::new(system::owner(own)),
        }),
        ports: component.ports.iter().map(ports::template).collect(),
        liveness: component.health.liveness.as_ref().map(ports::probe),
        readiness: component.health.readiness.as_ref().map(ports::probe),
        startup: component.health.startup.as_ref().map(ports::probe).map(Apart::from),
        command: component.command.clone(),
        arguments: component.args.clone(),
        volumes: component.volumes.iter().map(volume).collect(),
        files: component.files.iter().map(file).collect(),
        init: component.init.iter().map(init).collect(),
        calls: component
            .depends_on
            .iter()
            .filter_map(|dependency| connections::peer(system, dependency, specs))
            .collect(),
        called_by: Vec::new(), // Known once all calls are: `connections::reverse`.
        metrics: component.metrics.as_ref().map(metrics),
        otlp: component.otlp,
        log_format: component.log_format,
        drain: component.drain,
        linger: ports::linger(component),
        schedule: runs_to_an_end.then(|| schedule(component).into()),
        run_as: component.run_as,
        writable_root: component.writable_root,
        strategy: strategy::template(system, component, form, specs, problems),
        rollback: strategy::rollback(component),
        migrations: strategy::migrations(system, component),
    }
}

fn volume(volume: &Volume) -> VolumeTemplate {
    const SCRATCH: Size = Size { bytes: 256 << 20 };
    VolumeTemplate {
        origin: volume.origin,
        name: volume.name.clone(),
        mount: volume.path.clone(),
        // The reader asks for the size of what is persistent.
        size: volume.size.unwrap_or(Traced::by_rule(SCRATCH, rules::SCRATCH_SIZE)),
        persistent: volume.persistent,
    }
}

fn file(file: &ConfigurationFile) -> FileTemplate {
    FileTemplate { origin: file.origin, mount: file.path.clone(), content: file.content.clone() }
}

fn init(step: &InitStep) -> InitTemplate {
    InitTemplate {
        origin: step.origin,
        name: step.name.clone(),
        image: step.image.clone(),
        command: step.command.clone(),
    }
}

fn metrics(metrics: &Metrics) -> MetricsTemplate {
    MetricsTemplate {
        origin: metrics.origin,
        port_name: metrics.port.number.with(metrics.port.name.clone()),
        port: metrics.port.number,
        url_path: metrics.path.clone(),
        histogram: metrics.histogram,
    }
}

fn schedule(component: &Component) -> ScheduleTemplate {
    ScheduleTemplate {
        origin: component.schedule.as_ref().map_or(component.origin, |cron| cron.origin),
        cron: component.schedule.clone(),
        timezone: component.timezone.clone(),
        concurrency: component.concurrency,
        timeout: component.timeout,
        retries: component.retries,
        trigger: component.trigger,
    }
}
