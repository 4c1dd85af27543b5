//! Task definitions: their size, their roles, and those that run once.

use super::container::{Form, containers};
use super::{Parts, builds_for_arm, is_in_mesh};
use crate::ir::choice::Trigger;
use crate::ir::value::{Cpu, Size};
use crate::ir::{Origin, Traced};
use crate::plan::aws::build::identity::{DATA, service_role, statement, statements};
use crate::plan::aws::build::observability::of_component;
use crate::plan::aws::build::{Draft, Place, Workload, by, secrets, word};
use crate::plan::aws::graph::{
    Attribute, Container, Id, KmsKey, Pattern, Piece, Ref, Role, Secret, SecretSource, TaskDefinition, TaskPurpose,
};
use crate::plan::aws::rules;
use crate::plan::infrastructure::templates::WorkloadForm;
use crate::spec::aws::{NameKind, Principal};

/// Bytes of a MiB.
const MIB: u64 = 1 << 20;

/// The task definition of a component, and the roles that it names. None before the first release.
pub(super) fn define(
    place: Place<'_>,
    workload: Workload<'_>,
    purpose: TaskPurpose,
    draft: &mut Draft,
    parts: &mut Parts,
) -> Option<Ref<TaskDefinition>> {
    roles(place, workload, draft);
    let form = if purpose == TaskPurpose::Service { Form::Service } else { Form::Once };
    let containers = containers(place, workload, form, draft)?;
    let name = workload.name().to_owned();
    Some(push(place, workload, &name, workload.plan.origin, purpose, containers, draft, parts))
}

/// A job.
pub(super) fn once(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft, parts: &mut Parts) {
    let schedule = workload.component.schedule.as_ref();
    let on_deploy = workload.component.form.value == WorkloadForm::OnDeploy
        || schedule.is_some_and(|schedule| schedule.trigger.value == Trigger::Deploy);
    let purpose = if on_deploy { TaskPurpose::OnDeploy } else { TaskPurpose::Manual };
    define(place, workload, purpose, draft, parts);
}

/// The migrations of a component, each a task of its own with the component's image, variables and roles.
pub(super) fn migrations(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft, parts: &mut Parts) {
    for migration in &workload.component.migrations {
        let Some(mut containers) = containers(place, workload, Form::Once, draft) else { return };
        if let Some(container) = containers.last_mut() {
            let shell = |text: &str| word(text, rules::MIGRATION);
            container.entry_point = vec![shell("/bin/sh"), shell("-c")];
            container.command = vec![migration.run.clone()];
        }
        let name = migration.name.as_str().to_owned();
        push(place, workload, &name, migration.origin, TaskPurpose::Migration, containers, draft, parts);
    }
}

#[allow(clippy::too_many_arguments)]
fn push(
    place: Place<'_>,
    workload: Workload<'_>,
    name: &str,
    origin: Origin,
    purpose: TaskPurpose,
    containers: Vec<Container>,
    draft: &mut Draft,
    parts: &mut Parts,
) -> Ref<TaskDefinition> {
    let (cpu, memory) = size(place, workload, draft);
    let mut volumes: Vec<Traced<String>> = Vec::new();
    for mount in containers.iter().flat_map(|container| &container.mounts) {
        if !volumes.iter().any(|known| known.value == mount.volume.value) {
            volumes.push(mount.volume.clone());
        }
    }
    let arm = builds_for_arm(place, workload.name());
    let definition = TaskDefinition {
        id: Id::made(name),
        origin,
        owner: workload.owner(),
        name: place.named(NameKind::TaskFamily, name),
        cpu,
        memory,
        architecture: word(if arm { "ARM64" } else { "X86_64" }, rules::ARCHITECTURE),
        execution_role: Ref::named(&execution(workload)),
        task_role: Ref::named(workload.name()),
        containers,
        volumes,
        ephemeral_gib: ephemeral(place, workload),
        purpose,
    };
    let reference = definition.reference();
    parts.task_definitions.push(definition);
    reference
}

fn execution(workload: Workload<'_>) -> String {
    format!("{}-execution", workload.name())
}

/// The smallest task that holds the component at its limit, and the proxy where there is one.
fn size(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft) -> (Traced<u32>, Traced<u32>) {
    let words = &place.specs().aws.words;
    let plan = workload.plan;
    let cpu = plan.cpu_limit.or(plan.cpu);
    let memory = plan.memory_limit.or(plan.memory);
    let proxy = if is_in_mesh(place, workload) {
        (u64::from(words.proxy_cpu.value), u64::from(words.proxy_memory.value))
    } else {
        (0, 0)
    };
    let wanted_cpu = cpu.map(|cpu| Cpu { millicores: cpu.value.millicores + proxy.0 * 1000 / 1024 });
    let wanted_memory = memory.map(|memory| Size { bytes: memory.value.bytes + proxy.1 * MIB });
    let origin = memory.map(|memory| memory.origin).or(cpu.map(|cpu| cpu.origin)).unwrap_or(plan.origin);
    match place.specs().aws.fargate.smallest(wanted_cpu, wanted_memory) {
        Ok(size) => (
            Traced::new(size.cpu_units.value, cpu.map_or(size.cpu_units.origin, |cpu| cpu.origin)),
            Traced::new(size.memory_mib.value, origin),
        ),
        Err(largest) => {
            let help = match largest {
                Some(size) => {
                    format!("the largest has {} CPU and {} MiB", size.cpu_units.value / 1024, size.memory_mib.value)
                }
                None => "ask for less".to_owned(),
            };
            let asked = match (cpu, memory) {
                (Some(cpu), Some(memory)) => format!("asks for {cpu} CPU and {memory}"),
                _ => "asks for more".to_owned(),
            };
            draft.cannot(origin, format!("no task of Fargate holds `{}`", workload.name()), asked, help);
            (by(0, rules::ECS), by(0, rules::ECS))
        }
    }
}

/// Scratch space, where the volumes hold more than every task has.
fn ephemeral(place: Place<'_>, workload: Workload<'_>) -> Option<Traced<u32>> {
    let fargate = &place.specs().aws.fargate;
    let bytes: u64 = workload.component.volumes.iter().map(|volume| volume.size.value.bytes).sum();
    let gib = u32::try_from(bytes.div_ceil(1 << 30)).unwrap_or(u32::MAX);
    let origin = workload.component.volumes.first()?.size.origin;
    // Images and logs need some of it, too.
    let wanted = gib.saturating_add(fargate.storage_included.value / 2);
    (wanted > fargate.storage_included.value)
        .then(|| Traced::new(wanted.clamp(fargate.storage_min.value, fargate.storage_max.value), origin))
}

/// The two roles of a component: what starts its tasks, and what they are.
fn roles(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft) {
    let principal = place.specs().aws.principal(Principal::EcsTasks);
    let mut task = service_role(
        place,
        workload.name(),
        workload.owner(),
        &format!("The component {}", workload.name()),
        principal,
        true,
    );
    task.statements = statements(place, workload);
    let mut starts = service_role(
        place,
        &execution(workload),
        workload.owner(),
        &format!("Starts tasks of {}", workload.name()),
        principal,
        true,
    );
    starts.origin = workload.component.origin;
    starts_tasks(place, workload, &mut starts, draft);
    draft.roles.push(task);
    draft.roles.push(starts);
}

/// Logs, images and exactly the secrets of the component.
fn starts_tasks(place: Place<'_>, workload: Workload<'_>, role: &mut Role, draft: &Draft) {
    let words = &place.specs().aws.words;
    let origin = Origin::rule(rules::EXECUTION_ROLE);
    let logs = Pattern::below(&of_component(workload), ":*", origin);
    role.statements.push(statement("Logs", words.actions("logs"), vec![logs], origin));
    if let Some(image) = workload.plan.image.as_ref().filter(|image| is_private(&image.reference.value)) {
        let any = Pattern::text("*", origin);
        role.statements.push(statement("Registry", words.actions("registry_token"), vec![any], origin));
        let arn = repository(&image.reference.value, image.reference.origin);
        role.statements.push(statement("Image", words.actions("registry_pull"), vec![arn], image.reference.origin));
    }
    let mut arns: Vec<Pattern> = Vec::new();
    for source in sources(place, workload, draft) {
        let arn = match &source {
            SecretSource::Own(secret) => Pattern::of(secret, Attribute::Arn, origin),
            SecretSource::Existing(path) => existing(path),
        };
        if !arns.iter().any(|known| known.pieces == arn.pieces) {
            arns.push(arn);
        }
    }
    if !arns.is_empty() {
        let key = Pattern::of(&Ref::<KmsKey>::named(DATA), Attribute::Arn, origin);
        role.statements.push(statement("Secrets", words.actions("secret"), arns, origin));
        role.statements.push(statement("Key", words.actions("key.read"), vec![key], origin));
    }
}

/// The ARN of a secret that somebody else made: six characters follow its name.
fn existing(path: &Traced<String>) -> Pattern {
    let text = |text: String| Piece::Text(text);
    let pieces = vec![
        text("arn:".into()),
        Piece::Partition,
        text(":secretsmanager:".into()),
        Piece::Region,
        text(":".into()),
        Piece::Account,
        text(format!(":secret:{path}-??????")),
    ];
    Pattern { pieces, origin: path.origin }
}

/// All secrets that a component's tasks are started with.
fn sources(place: Place<'_>, workload: Workload<'_>, draft: &Draft) -> Vec<SecretSource> {
    let mut all = Vec::new();
    for secret in workload.plan.variables.iter().filter_map(|variable| variable.secret.as_ref()) {
        all.push(match &secret.format {
            Some(_) => secrets::source(place, &connection(&secret.store_path), draft),
            None => secrets::source(place, &secret.store_path, draft),
        });
    }
    all.extend(workload.plan.secret_files.iter().map(|file| secrets::source(place, &file.store_path, draft)));
    all.extend(pull_secret(place, draft).map(SecretSource::Own));
    all
}

pub(super) fn connection<T: AsRef<str>>(path: &Traced<T>) -> Traced<String> {
    path.with(secrets::connection_path(path.value.as_ref()))
}

/// The secret that images are pulled with.
pub(super) fn pull_secret(place: Place<'_>, draft: &Draft) -> Option<Ref<Secret>> {
    match secrets::source(place, place.environment.pull_secret.as_ref()?, draft) {
        SecretSource::Own(secret) => Some(secret),
        SecretSource::Existing(_) => None,
    }
}

/// Whether an image is in a registry of AWS: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/…`.
fn is_private(image: &str) -> bool {
    image.split('/').next().is_some_and(|host| host.contains(".dkr.ecr."))
}

/// The ARN of the repository of an image in a registry of AWS.
fn repository(image: &str, origin: Origin) -> Pattern {
    let (host, rest) = image.split_once('/').unwrap_or((image, ""));
    let name = rest.split(['@', ':']).next().unwrap_or_default();
    let parts: Vec<&str> = host.split('.').collect();
    let (account, region) = (parts.first().copied().unwrap_or("*"), parts.get(3).copied().unwrap_or("*"));
    Pattern {
        pieces: vec![
            Piece::Text("arn:".to_owned()),
            Piece::Partition,
            Piece::Text(format!(":ecr:{region}:{account}:repository/{name}")),
        ],
        origin,
    }
}
