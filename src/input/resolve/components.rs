//! Components before an environment changes them.

use crate::diag::{Diagnostic, code};
use crate::ir::choice::{ComponentKind, Domain, LogFormat, Runtime};
use crate::ir::component::{Component, ConfigurationFile, InitStep, Secret, Variable, Volume};
use crate::ir::ownership::Owner;
use crate::ir::value::{Duration, VariableName};
use crate::ir::{Table, Traced};
use crate::profile::Profiles;
use crate::source::load::FILE_LIMIT;

use super::{Inputs, Resolver, schedule};
use crate::input::implementation_artifacts::{ComponentInput, FileInput, InitInput, SecretInput, VolumeInput};
use crate::input::rules;

/// The longest name of a CronJob in Kubernetes, which adds eleven characters of its own to each run.
const CRONJOB_NAME_LIMIT: usize = 52;
const DRAIN: Duration = Duration::seconds(30);

impl Resolver<'_> {
    /// A component with every default in its place; its delivery and package are added later.
    pub(super) fn component(
        &mut self,
        input: &ComponentInput,
        inputs: &Inputs<'_>,
        domain: Traced<Domain>,
        owner: Option<&Owner>,
    ) -> Component {
        let own_domain = input.domain.unwrap_or(domain);
        let profiles = Profiles::new(own_domain.value, domain.value);
        self.check_component_kind(input);
        self.check_component_names(input, inputs.runtime);
        let env = self.env(input, inputs);
        let secrets = secrets(&input.secrets);
        self.check_variables(
            &input.name.value,
            input.env.iter().map(|(name, _)| (name.as_str(), name.origin)),
            secrets
                .iter()
                .filter(|secret| secret.path.is_none())
                .map(|secret| (secret.name.as_str(), secret.name.origin)),
        );
        if let Some(text) = &input.schedule
            && let Err(wrong) = schedule::check(text)
        {
            let place = self.part(text.origin, text, wrong.part);
            self.report(
                Diagnostic::new(code::BAD_VALUE, place, wrong.message, "expected a cron schedule").help(wrong.help),
            );
        }
        Component {
            origin: input.origin,
            name: input.name.clone(),
            kind: input.kind,
            language: input.language.clone(),
            path: input.path.clone(),
            description: input.description.clone(),
            owner: input.owner.clone().or_else(|| owner.cloned()),
            domain: own_domain,
            tier: input.tier,
            ports: self.ports(input, profiles),
            health: self.health(input),
            command: input.command.clone(),
            args: input.args.clone(),
            env,
            secrets,
            volumes: self.volumes(input),
            files: input.files.iter().filter_map(|file| self.configuration_file(file)).collect(),
            init: input.init.iter().map(|step| self.init_step(step)).collect(),
            depends_on: self.dependencies(input, inputs),
            metrics: self.metrics(input),
            otlp: input.traces.as_ref().map_or(Traced::by_rule(false, rules::NO_TRACES), |traces| traces.otlp),
            log_format: input
                .logs
                .as_ref()
                .map_or(Traced::by_rule(LogFormat::Json, rules::LOG_FORMAT), |logs| logs.format),
            drain: drain(input, profiles),
            schedule: input.schedule.clone(),
            timezone: input.timezone.clone(),
            concurrency: input.concurrency,
            timeout: input.timeout,
            retries: input.retries,
            trigger: input.trigger,
            run_as: input.run_as,
            writable_root: input.writable_root,
            delivery: None,
            package: None,
        }
    }

    fn check_component_names(&mut self, input: &ComponentInput, runtime: Runtime) {
        let name = &input.name;
        if runtime == Runtime::Kubernetes
            && name.as_str().starts_with(|first: char| first.is_ascii_digit())
            && let Some(port) = input.ports.first()
        {
            self.report(
                Diagnostic::new(
                    code::BAD_VALUE,
                    name.origin,
                    format!("`{name}` begins with a digit, and a Service in Kubernetes can't"),
                    "expected a letter first",
                )
                .label(port.name.origin, "it gets a Service, because it has ports")
                .help("begin the name with a letter"),
            );
        }
        if input.kind.value == ComponentKind::Cronjob && name.as_str().len() > CRONJOB_NAME_LIMIT {
            self.report(
                Diagnostic::new(
                    code::BAD_VALUE,
                    name.origin,
                    format!("`{name}` is too long for a cronjob: {} characters", name.as_str().len()),
                    format!("at most {CRONJOB_NAME_LIMIT} characters"),
                )
                .label(input.kind.origin, "a cronjob")
                .help(format!(
                    "Kubernetes adds 11 characters to the name of each run, and names have 63 at most: shorten it to \
                     {CRONJOB_NAME_LIMIT}"
                )),
            );
        }
        let twice = |what: &'static str| move |key: &&str| format!("`{name}` has two {what} called `{key}`");
        let help = "rename or remove one of them";
        self.unique(
            input.secrets.iter().map(|secret| (secret.name.as_str(), secret.name.origin)),
            twice("secrets"),
            help,
        );
        self.unique(
            input.volumes.iter().map(|volume| (volume.name.as_str(), volume.name.origin)),
            twice("volumes"),
            help,
        );
        self.unique(input.init.iter().map(|step| (step.name.as_str(), step.name.origin)), twice("init steps"), help);
        let mounted = input.volumes.iter().map(|volume| &volume.path);
        let mounted = mounted.chain(input.files.iter().map(|file| &file.path));
        let mounted = mounted.chain(input.secrets.iter().filter_map(|secret| secret.path.as_ref()));
        self.unique(
            mounted.map(|path| (path.as_str().trim_end_matches('/'), path.origin)),
            |path| format!("two things of `{name}` are mounted at `{path}`"),
            "give one of them another path",
        );
    }

    fn env(&mut self, input: &ComponentInput, inputs: &Inputs<'_>) -> Table<VariableName, Variable> {
        let entries = input
            .env
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), self.variable(input, value, inputs)?)))
            .collect();
        Table { entries, origin: input.env.origin }
    }

    fn volumes(&mut self, input: &ComponentInput) -> Vec<Volume> {
        for volume in &input.volumes {
            if volume.persistent.value && volume.size.is_none() {
                self.report(
                    Diagnostic::new(
                        code::MISSING_KEY,
                        volume.name.origin,
                        format!("the persistent volume `{}` of `{}` has no `size`", volume.name, input.name),
                        "how much does it hold?",
                    )
                    .label(volume.persistent.origin, "it outlives the replica")
                    .help("add `size: 10Gi`, or as much as it must hold"),
                );
            }
        }
        let volume = |volume: &VolumeInput| Volume {
            origin: volume.origin,
            name: volume.name.clone(),
            path: volume.path.clone(),
            size: volume.size,
            persistent: volume.persistent,
        };
        input.volumes.iter().map(volume).collect()
    }

    fn init_step(&mut self, input: &InitInput) -> InitStep {
        if input.command.is_empty() {
            self.report(
                Diagnostic::new(
                    code::MISSING_KEY,
                    input.name.origin,
                    format!("the init step `{}` has an empty command", input.name),
                    "nothing would run",
                )
                .help("write the command as a list: `command: [sh, -c, \"…\"]`"),
            );
        }
        InitStep {
            origin: input.origin,
            name: input.name.clone(),
            image: input.image.clone(),
            command: input.command.clone(),
        }
    }

    fn configuration_file(&mut self, input: &FileInput) -> Option<ConfigurationFile> {
        let content = match (&input.content, &input.source) {
            (Some(content), None) => content.clone(),
            (None, Some(source)) => match self.repository.read_text(source.as_str().into(), FILE_LIMIT) {
                Ok(text) => source.with(text),
                Err(refusal) => {
                    let diagnostic =
                        Diagnostic::new(refusal.kind.into(), source.origin, refusal.message, "this source")
                            .note("`source` is the path of a text file, from the repository's root");
                    self.report(refusal.help.into_iter().fold(diagnostic, Diagnostic::help));
                    return None;
                }
            },
            (content, source) => {
                let found = if content.is_some() && source.is_some() { "both" } else { "neither" };
                self.report(
                    Diagnostic::new(
                        code::CONFLICT,
                        input.path.origin,
                        format!("the file `{}` has {found} of `content` and `source`", input.path),
                        "this file",
                    )
                    .help("write its text as `content`, or the path of a file of the repository as `source`"),
                );
                return None;
            }
        };
        Some(ConfigurationFile {
            origin: input.origin,
            path: input.path.clone(),
            content,
            source: input.source.clone(),
        })
    }
}

/// Secrets as the vocabulary has them.
pub(super) fn secrets(input: &[SecretInput]) -> Vec<Secret> {
    let secret = |secret: &SecretInput| Secret {
        origin: secret.origin,
        name: secret.name.clone(),
        from: secret.from.clone(),
        path: secret.path.clone(),
    };
    input.iter().map(secret).collect()
}

fn drain(input: &ComponentInput, profiles: Profiles) -> Traced<Duration> {
    let worker = input.kind.value == ComponentKind::Worker;
    input
        .drain
        .or_else(|| profiles.find(|profile| profile.worker_drain.filter(|_| worker).or(profile.drain)))
        .unwrap_or(Traced::by_rule(DRAIN, rules::DRAIN))
}
