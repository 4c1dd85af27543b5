//! Containers of a task: the component's own, and those that must have ended well before it starts.

use super::task::{connection, pull_secret};
use crate::ir::value::{Cpu, Size};
use crate::ir::{Origin, Traced};
use crate::plan::aws::build::{Draft, Place, Workload, by, observability, secrets, word};
use crate::plan::aws::graph::{
    Container, ContainerHealth, ContainerPort, ContainerSecret, Mount, Pattern, Ref, Secret, SecretSource,
};
use crate::plan::aws::rules;
use crate::plan::infrastructure::templates::{ProbeKind, ProbeTemplate};
use crate::source::Scalar;

/// What a task is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// It runs all the time.
    Service,
    /// It runs to its end.
    Once,
}

/// The volume of a component whose root can't be written.
const TMP: &str = "tmp";
/// The container that writes files.
const FILES: &str = "files";

/// The containers of a component; none before the first release.
pub(super) fn containers(
    place: Place<'_>,
    workload: Workload<'_>,
    form: Form,
    draft: &mut Draft,
) -> Option<Vec<Container>> {
    let image = workload.plan.image.as_ref()?;
    let component = workload.component;
    let base = Base { place, workload, pull_secret: pull_secret(place, draft) };
    let mut all = Vec::new();
    let mut mounts = base.mounts();
    if let Some((writer, written)) = base.files(draft) {
        all.push(writer);
        mounts.extend(written);
    }
    for step in &component.init {
        let mut container = base.container(&step.name.with(format!("init-{}", step.name)), step.origin);
        container.image = step.image.clone().unwrap_or_else(|| image.reference.clone());
        container.essential = false;
        container.entry_point = step.command.clone();
        container.mounts = mounts.clone();
        container.after = all.iter().map(|before: &Container| before.name.clone()).collect();
        base.variables(&mut container, draft);
        all.push(container);
    }
    let mut own = base.container(&component.name.with(component.name.to_string()), workload.plan.origin);
    own.image = image.reference.clone();
    own.entry_point = component.command.clone();
    own.command = component.arguments.clone();
    own.mounts = mounts;
    own.after = all.iter().map(|before| before.name.clone()).collect();
    own.cpu = workload.plan.cpu.map(|cpu| cpu.with(units(cpu.value)));
    own.memory = workload.plan.memory.map(|memory| memory.with(mib(memory.value)));
    own.memory_limit = workload.plan.memory_limit.map(|limit| limit.with(mib(limit.value)));
    if form == Form::Service {
        own.ports = component
            .ports
            .iter()
            .map(|port| ContainerPort {
                name: port.name.with(port.name.to_string()),
                port: port.port,
                protocol: port.protocol,
            })
            .collect();
        let probe = component.liveness.as_ref().or(component.readiness.as_ref());
        own.health = probe.filter(|probe| probe.kind.value == ProbeKind::Exec).map(health);
    }
    base.variables(&mut own, draft);
    all.push(own);
    Some(all)
}

fn units(cpu: Cpu) -> u32 {
    u32::try_from(cpu.millicores * 1024 / 1000).unwrap_or(u32::MAX)
}

fn mib(size: Size) -> u32 {
    u32::try_from(size.bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX)
}

fn health(probe: &ProbeTemplate) -> ContainerHealth {
    let mut command = vec![Traced::new("CMD".to_owned(), probe.origin)];
    command.extend(probe.command.iter().cloned());
    let seconds = |duration: &Traced<crate::ir::value::Duration>, least: u32, most: u32| {
        super::seconds(duration).map(|seconds| seconds.clamp(least, most))
    };
    ContainerHealth {
        command,
        interval: seconds(&probe.period, 5, 300),
        timeout: seconds(&probe.timeout, 2, 60),
        retries: probe.failures.map(|failures| failures.clamp(1, 10)),
        start_period: probe.delay.as_ref().map(|delay| seconds(delay, 0, 300)),
    }
}

struct Base<'a> {
    place: Place<'a>,
    workload: Workload<'a>,
    pull_secret: Option<Ref<Secret>>,
}

impl Base<'_> {
    fn container(&self, name: &Traced<String>, origin: Origin) -> Container {
        let component = self.workload.component;
        let words = &self.place.specs().aws.words;
        let most = words.stop_timeout_max.value;
        Container {
            origin,
            name: name.clone(),
            image: word("", rules::ECS),
            pull_secret: self.pull_secret.clone(),
            essential: true,
            entry_point: Vec::new(),
            command: Vec::new(),
            environment: Vec::new(),
            secrets: Vec::new(),
            ports: Vec::new(),
            mounts: Vec::new(),
            health: None,
            user: Some(component.run_as.map(|uid| uid.to_string())),
            read_only_root: component.writable_root.map(|writable| !writable),
            cpu: None,
            memory: None,
            memory_limit: None,
            stop_timeout: Some(super::seconds(&component.drain).map(|seconds| seconds.min(most))),
            after: Vec::new(),
            log_group: observability::of_component(self.workload),
            drop: vec![word("ALL", rules::CAPABILITIES)],
        }
    }

    /// Scratch volumes; without a writable root there is always `/tmp`.
    fn mounts(&self) -> Vec<Mount> {
        let component = self.workload.component;
        let mut mounts: Vec<Mount> = component
            .volumes
            .iter()
            .map(|volume| Mount {
                volume: volume.name.with(volume.name.to_string()),
                path: volume.mount.with(volume.mount.write().into_owned()),
                read_only: by(false, rules::ECS),
            })
            .collect();
        if !component.writable_root.value && !mounts.iter().any(|mount| mount.path.value == "/tmp") {
            mounts.push(Mount {
                volume: word(TMP, rules::TMP),
                path: word("/tmp", rules::TMP),
                read_only: by(false, rules::TMP),
            });
        }
        mounts
    }

    /// The container that writes configuration and secret files, and where they are mounted.
    fn files(&self, draft: &mut Draft) -> Option<(Container, Vec<Mount>)> {
        let component = self.workload.component;
        let secret_files = &self.workload.plan.secret_files;
        if component.files.is_empty() && secret_files.is_empty() {
            return None;
        }
        let origin = Origin::rule(rules::FILES);
        let mut writer = self.container(&word(FILES, rules::FILES), origin);
        writer.image = self.place.specs().aws.words.helper_image.clone();
        writer.pull_secret = None;
        writer.essential = false;
        let mut folders: Vec<Mount> = Vec::new();
        let mut script = vec!["set -eu".to_owned()];
        let mut number = 0;
        let mut add =
            |mount: &str, origin: Origin, writer: &mut Container, secret: Option<SecretSource>, text: String| {
                let (folder, name) = mount.rsplit_once('/').unwrap_or(("", mount));
                let folder = if folder.is_empty() { "/" } else { folder };
                let index = folders.iter().position(|known| known.path.value == folder).unwrap_or_else(|| {
                    let volume = Traced::new(format!("files-{}", folders.len() + 1), origin);
                    let path = Traced::new(folder.to_owned(), origin);
                    folders.push(Mount { volume, path, read_only: by(true, rules::FILES) });
                    folders.len() - 1
                });
                number += 1;
                let variable = Traced::new(format!("FILE_{number}"), origin);
                // The name is data, too: it goes through a variable, and never through the shell's syntax.
                let place = Traced::new(format!("NAME_{number}"), origin);
                writer.environment.push((place, Pattern::text(format!("/files/{}/{name}", index + 1), origin)));
                match secret {
                    Some(secret) => writer.secrets.push(ContainerSecret { name: variable, secret, key: None }),
                    None => writer.environment.push((variable, Pattern::text(text, origin))),
                }
                script.push(format!("printf '%s' \"$FILE_{number}\" > \"$NAME_{number}\""));
            };
        for file in &component.files {
            add(&file.mount.write(), file.origin, &mut writer, None, file.content.value.clone());
        }
        for file in secret_files {
            let source = secrets::source(self.place, &file.store_path, draft);
            add(&file.mount.write(), file.origin, &mut writer, Some(source), String::new());
        }
        writer.entry_point = vec![word("/bin/sh", rules::FILES), word("-c", rules::FILES)];
        writer.command = vec![word(script.join("\n"), rules::FILES)];
        writer.mounts = folders
            .iter()
            .enumerate()
            .map(|(index, mount)| Mount {
                volume: mount.volume.clone(),
                path: Traced::by_rule(format!("/files/{}", index + 1), rules::FILES),
                read_only: by(false, rules::FILES),
            })
            .collect();
        Some((writer, folders))
    }

    fn variables(&self, container: &mut Container, draft: &Draft) {
        for variable in &self.workload.plan.variables {
            let name = variable.name.with(variable.name.to_string());
            if let Some(text) = &variable.value {
                container.environment.push((name, Pattern::known(&text.with(text.to_string()))));
            } else if let Some(secret) = &variable.secret {
                let (secret, key) = match &secret.format {
                    Some(_) => (secrets::source(self.place, &connection(&secret.store_path), draft), None),
                    None => (secrets::source(self.place, &secret.store_path, draft), secret.property.as_ref()),
                };
                let key = key.map(|key| key.with(key.to_string()));
                container.secrets.push(ContainerSecret { name, secret, key });
            }
        }
    }
}
