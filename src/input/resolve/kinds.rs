//! Which kind of component or datastore takes which field.

use crate::diag::{Diagnostic, code};
use crate::ir::choice::{ComponentKind, DatastoreKind};
use crate::ir::datastore::Backup;
use crate::source::decode::with_article;
use crate::source::{Origin, Scalar, Traced};

use super::Resolver;
use crate::input::dependency_specifications::DatastoreInput;
use crate::input::implementation_artifacts::{ComponentInput, VariableInput};

use ComponentKind::{Cronjob, Job, Service, Website, Worker};

/// A field, where it was written, and the kinds that take it.
struct Field<K: 'static> {
    key: &'static str,
    written: Option<Origin>,
    kinds: &'static [K],
}

const RUNNING: &[ComponentKind] = &[Service, Worker, Cronjob, Job];
const LONG_RUNNING: &[ComponentKind] = &[Service, Worker];
const RUNS: &[ComponentKind] = &[Cronjob, Job];
const DEPLOYED: &[ComponentKind] = &[Service, Worker, Cronjob, Job, Website];

fn written<T>(value: &Traced<T>) -> Option<Origin> {
    value.origin.is_written().then_some(value.origin)
}

fn first<T>(values: &[T], origin: impl Fn(&T) -> Origin) -> Option<Origin> {
    values.first().map(origin)
}

fn component_fields(input: &ComponentInput) -> [Field<ComponentKind>; 24] {
    let field = |key, written, kinds| Field { key, written, kinds };
    [
        field("ports", first(&input.ports, |port| port.name.origin), DEPLOYED),
        field("health", input.health.as_ref().map(|health| health.origin), LONG_RUNNING),
        field("command", first(&input.command, |text| text.origin), RUNNING),
        field("args", first(&input.args, |text| text.origin), RUNNING),
        field("env", input.env.iter().next().map(|(_, value)| variable_origin(value)), RUNNING),
        field("secrets", first(&input.secrets, |secret| secret.name.origin), RUNNING),
        field("volumes", first(&input.volumes, |volume| volume.name.origin), RUNNING),
        field("files", first(&input.files, |file| file.path.origin), RUNNING),
        field("init", first(&input.init, |step| step.name.origin), RUNNING),
        field("depends_on", first(&input.depends_on, |dependency| dependency.name.origin), DEPLOYED),
        field("metrics", input.metrics.as_ref().map(|metrics| metrics.origin), RUNNING),
        field("traces", input.traces.as_ref().map(|traces| traces.origin), RUNNING),
        field("logs", input.logs.as_ref().map(|logs| logs.origin), RUNNING),
        field("drain", input.drain.as_ref().and_then(written), RUNNING),
        field("schedule", input.schedule.as_ref().and_then(written), &[Cronjob]),
        field("timezone", written(&input.timezone), RUNS),
        field("concurrency", written(&input.concurrency), RUNS),
        field("timeout", written(&input.timeout), RUNS),
        field("retries", written(&input.retries), RUNS),
        field("trigger", written(&input.trigger), &[Job]),
        field("run_as", written(&input.run_as), RUNNING),
        field("writable_root", written(&input.writable_root), RUNNING),
        field(
            "public",
            input.ports.iter().find(|port| port.public.value).map(|port| port.public.origin),
            &[Service, Worker, Website],
        ),
        field(
            "persistent",
            input.volumes.iter().find(|volume| volume.persistent.value).map(|volume| volume.persistent.origin),
            LONG_RUNNING,
        ),
    ]
}

fn variable_origin(value: &VariableInput) -> Origin {
    match value {
        VariableInput::Text(text) => text.origin,
        VariableInput::From(reference) => reference.origin,
    }
}

use DatastoreKind::{Bucket, Kafka, Mongodb, Mysql, Postgres, Queue, Rabbitmq, Redis, Topic};

const MACHINES: &[DatastoreKind] = &[Postgres, Mysql, Redis, Mongodb, Kafka, Rabbitmq];
const BACKED_UP: &[DatastoreKind] = &[Postgres, Mysql, Redis, Mongodb, Bucket];
const TO_ANY_MOMENT: &[DatastoreKind] = &[Postgres, Mysql, Mongodb, Bucket];

/// Whether a profile's backup is for this kind: a database that holds records.
pub(super) fn is_database(kind: DatastoreKind) -> bool {
    matches!(kind, Postgres | Mysql | Mongodb)
}

/// Whether the kind can have a second instance.
pub(super) fn has_instances(kind: DatastoreKind) -> bool {
    MACHINES.contains(&kind)
}

fn datastore_fields(input: &DatastoreInput) -> [Field<DatastoreKind>; 11] {
    let field = |key, written, kinds| Field { key, written, kinds };
    let point_in_time = |backup: &Backup| backup.point_in_time.filter(|on| on.value).map(|on| on.origin);
    [
        field("version", input.version.as_ref().map(|version| version.origin), MACHINES),
        field("size", input.size.as_ref().map(|size| size.origin), MACHINES),
        field("high_availability", input.high_availability.map(|on| on.origin), MACHINES),
        field("max_connections", input.max_connections.map(|most| most.origin), MACHINES),
        field("backup", input.backup.as_ref().map(|backup| backup.origin), BACKED_UP),
        field("point_in_time", input.backup.as_ref().and_then(point_in_time), TO_ANY_MOMENT),
        field("retention", input.retention.map(|time| time.origin), &[Queue, Kafka]),
        field("fifo", input.fifo.map(|on| on.origin), &[Queue, Topic]),
        field("versioned", input.versioned.map(|on| on.origin), &[Bucket]),
        field("visibility_timeout", input.visibility_timeout.map(|time| time.origin), &[Queue]),
        field("lifecycle", input.lifecycle.as_ref().map(|lifecycle| lifecycle.origin), &[Bucket]),
    ]
}

impl Resolver<'_> {
    /// Reports fields of a component that its kind does not take.
    pub(super) fn check_component_kind(&mut self, input: &ComponentInput) {
        for field in component_fields(input) {
            self.check_field(&field, &input.kind, input.name.as_str());
        }
        if input.kind.value == Cronjob && input.schedule.is_none() && !self.sources.is_cut(input.origin) {
            self.report(
                Diagnostic::new(
                    code::MISSING_KEY,
                    input.kind.origin,
                    format!("the cronjob `{}` has no `schedule`", input.name),
                    "a cronjob runs by a schedule",
                )
                .help("add `schedule: \"15 2 * * *\"`, or write `kind: job`"),
            );
        }
    }

    /// Reports fields of a datastore that its kind does not take.
    pub(super) fn check_datastore_kind(&mut self, input: &DatastoreInput) {
        for field in datastore_fields(input) {
            self.check_field(&field, &input.kind, input.name.as_str());
        }
        let dead_letters = Field {
            key: "dead_letter_after",
            written: input.dead_letter_after.map(|count| count.origin),
            kinds: &[Queue],
        };
        self.check_field(&dead_letters, &input.kind, input.name.as_str());
        if let Some(region) = input.backup.as_ref().and_then(|backup| backup.cross_region.as_ref()) {
            self.check_region(region);
        }
    }

    /// Reports a field of an environment's override that the datastore's kind does not take.
    pub(super) fn check_datastore_override(
        &mut self,
        kind: &Traced<DatastoreKind>,
        name: &str,
        fields: [(&'static str, Option<Origin>); 4],
    ) {
        for (key, written) in fields {
            let kinds = if key == "backup" { BACKED_UP } else { MACHINES };
            self.check_field(&Field { key, written, kinds }, kind, name);
        }
    }

    fn check_field<K: Scalar + PartialEq + Copy + std::fmt::Display>(
        &mut self,
        field: &Field<K>,
        kind: &Traced<K>,
        name: &str,
    ) {
        let Some(origin) = field.written.filter(|_| !field.kinds.contains(&kind.value)) else { return };
        let kinds: Vec<String> = field.kinds.iter().map(|kind| format!("`{kind}`")).collect();
        let key = field.key;
        let word = kind.value.to_string();
        self.report(
            Diagnostic::new(
                code::CONFLICT,
                origin,
                format!("{} takes no `{key}`", with_article(&word)),
                format!("`{key}` of `{name}`"),
            )
            .label(kind.origin, format!("`{name}` is {}", with_article(&word)))
            .help(format!("`{key}` is for {}: remove it, or change the kind", kinds.join(", "))),
        );
    }
}
