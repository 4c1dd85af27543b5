//! What runs and ends: by a schedule, with each deployment, or when a person starts it.

use super::pod::Pods;
use super::{rules, workload};
use crate::ir::Origin;
use crate::ir::choice::Concurrency;
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::{ScheduleTemplate, WorkloadForm};
use crate::spec::kubernetes::Kind;
use crate::targets::shared::digest::digest;
use crate::targets::shared::value::{number, seconds};

/// The object that runs a component which ends.
pub(super) fn runner(pods: &Pods<'_>) -> Vec<Doc> {
    let Some(schedule) = &pods.workload().component.schedule else { return Vec::new() };
    match pods.workload().component.form.value {
        WorkloadForm::OnDeploy => vec![job(pods, schedule).into()],
        _ => vec![cron_job(pods, schedule).into()],
    }
}

fn cron_job(pods: &Pods<'_>, schedule: &ScheduleTemplate) -> Map {
    let defaults = &pods.workload().place.spec.defaults;
    let policy = match schedule.concurrency.value {
        Concurrency::Forbid => "Forbid",
        Concurrency::Allow => "Allow",
        Concurrency::Replace => "Replace",
    };
    // A job that a person starts is a suspended CronJob: `kubectl create job --from=cronjob/NAME` runs it.
    let manual = Origin::rule(rules::MANUAL_JOB);
    let (cron, suspended) = match &schedule.cron {
        Some(cron) => (Doc::traced(cron), None),
        None => (Doc::text("@yearly", manual), Some(Doc::Bool(true, manual))),
    };
    let template = Map::new(schedule.origin)
        .with("metadata", Map::new(schedule.origin).with("labels", pods.identity.running()))
        .with("spec", run(pods, schedule).with("ttlSecondsAfterFinished", number(&defaults.cron_job_ttl)));
    let spec = Map::new(schedule.origin)
        .with("schedule", cron)
        .with("timeZone", Doc::traced(&schedule.timezone))
        .with("concurrencyPolicy", Doc::text(policy, schedule.concurrency.origin))
        .with_some("suspend", suspended)
        .with("startingDeadlineSeconds", number(&defaults.starting_deadline))
        .with("successfulJobsHistoryLimit", number(&defaults.successful_history))
        .with("failedJobsHistoryLimit", number(&defaults.failed_history))
        .with("jobTemplate", template);
    workload::object(pods, Kind::CronJob).with("spec", spec)
}

/// A Job can't be changed, so that its name changes with what it does.
fn job(pods: &Pods<'_>, schedule: &ScheduleTemplate) -> Map {
    let defaults = &pods.workload().place.spec.defaults;
    let spec = run(pods, schedule).with("ttlSecondsAfterFinished", number(&defaults.job_ttl));
    let spec = Doc::from(spec);
    let name = pods.workload().named(Kind::Job, &digest(&spec));
    pods.identity.object(Kind::Job, name, pods.workload().component.origin).with("spec", spec)
}

fn run(pods: &Pods<'_>, schedule: &ScheduleTemplate) -> Map {
    Map::new(schedule.origin)
        .with("activeDeadlineSeconds", seconds(&schedule.timeout))
        .with("backoffLimit", number(&schedule.retries))
        .with("template", pods.template(None))
}
