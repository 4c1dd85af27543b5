//! Pod templates.

use super::labels::Identity;
use super::place::Workload;
use super::volume::Volumes;
use super::{config, container, rules};
use crate::ir::value::Duration;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::MigrationTemplate;
use crate::spec::kubernetes::Kind;
use crate::targets::kubernetes::{base, secret};
use crate::targets::shared::value::{by, flag, number, seconds};

/// What pods are for.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// They answer as long as they live.
    Serve,
    /// They do one thing and end.
    Run,
    /// They change stored data and end.
    Migrate(&'a MigrationTemplate),
}

/// Pods and the objects that they need by name.
pub(super) struct Pods<'a> {
    pub(super) identity: Identity<'a>,
    pub(super) purpose: Purpose<'a>,
    /// The service account.
    pub(super) account: String,
    /// The Secret with its variables and files.
    pub(super) secret: String,
    /// The ConfigMap with its files.
    pub(super) files: Option<String>,
}

impl<'a> Pods<'a> {
    /// A component's own pods.
    pub(super) fn of(workload: Workload<'a>) -> Pods<'a> {
        let identity = workload.identity();
        Pods {
            purpose: if workload.is_replicated() { Purpose::Serve } else { Purpose::Run },
            account: workload.name().to_owned(),
            secret: workload.name().to_owned(),
            files: config::name(&identity, "files"),
            identity,
        }
    }

    /// The pods of a migration.
    pub(super) fn of_migration(workload: Workload<'a>, migration: &'a MigrationTemplate) -> Pods<'a> {
        let name = migration.name.with(migration.name.to_string());
        let identity = Identity { workload, name };
        Pods {
            purpose: Purpose::Migrate(migration),
            account: workload.named(Kind::ServiceAccount, "migration"),
            secret: workload.named(Kind::ExternalSecret, "migration"),
            files: config::name(&identity, "migration-files"),
            identity,
        }
    }

    pub(super) fn workload(&self) -> Workload<'a> {
        self.identity.workload
    }

    /// The service account: no pod of a system calls the cluster's API.
    pub(super) fn service_account(&self) -> Map {
        self.identity
            .object(Kind::ServiceAccount, self.account.clone(), Origin::rule(rules::SERVICE_ACCOUNT))
            .with("automountServiceAccountToken", flag(&self.workload().place.spec.defaults.mount_token))
    }

    /// What the pods need to be there before them: account, secret, files.
    pub(super) fn needs(&self) -> Vec<Doc> {
        let mut needs: Vec<Doc> = vec![self.service_account().into()];
        needs.extend(self.files.as_ref().map(|name| config::config_map(&self.identity, name).into()));
        needs.extend(secret::external_secret(self).map(Doc::from));
        needs
    }

    /// The pod template. `spread` says by which label replicas of one version are told apart.
    pub(super) fn template(&self, spread: Option<&'static str>) -> Map {
        let volumes = Volumes::of(self);
        let workload = self.workload();
        let component = workload.component;
        let spec = workload.place.spec;
        let init = component.init.iter().map(|step| Doc::from(container::init(self, step, &volumes)));
        // What a component waits for before it starts is no business of its migrations.
        let waits = !component.init.is_empty() && !matches!(self.purpose, Purpose::Migrate(_));
        let pod = Map::new(component.origin)
            .text("serviceAccountName", self.account.clone())
            .with("automountServiceAccountToken", flag(&spec.defaults.mount_token))
            .with("enableServiceLinks", flag(&spec.defaults.service_links))
            .with_some("imagePullSecrets", base::pull_secrets(workload.place))
            .with_some("priorityClassName", base::priority_class(workload))
            .with_some("restartPolicy", self.restart_policy())
            .with("terminationGracePeriodSeconds", self.grace_period())
            .with("securityContext", self.security())
            .with_some("topologySpreadConstraints", spread.and_then(|label| self.spread(label)))
            .with_some("initContainers", waits.then(|| Doc::list(init, component.origin)))
            .with("containers", Doc::list([container::main(self, &volumes).into()], component.origin))
            .with_some("volumes", volumes.volumes());
        Map::new(component.origin)
            .with("metadata", Map::new(component.origin).with("labels", self.identity.running()))
            .with("spec", pod)
    }

    fn restart_policy(&self) -> Option<Doc> {
        match self.purpose {
            Purpose::Serve => None,
            Purpose::Run | Purpose::Migrate(_) => Some(Doc::text("Never", Origin::rule(rules::RUN_ONCE))),
        }
    }

    /// Time to be forgotten by callers, then time to finish what was begun.
    fn grace_period(&self) -> Doc {
        let component = self.workload().component;
        let drain = &component.drain;
        let linger = match self.purpose {
            Purpose::Serve => component.linger.milliseconds,
            Purpose::Run | Purpose::Migrate(_) => 0,
        };
        seconds(&drain.with(Duration { milliseconds: drain.milliseconds + linger }))
    }

    /// What Pod Security `restricted` asks of a pod.
    fn security(&self) -> Map {
        let user = &self.workload().component.run_as;
        let spec = self.workload().place.spec;
        let seccomp = by(rules::POD_SECURITY).with("type", Doc::traced(&spec.pod_security.seccomp_profile));
        let non_root = match user.value {
            0 => flag(&user.with(false)),
            _ => flag(&spec.pod_security.run_as_non_root),
        };
        by(rules::POD_SECURITY)
            .with("runAsNonRoot", non_root)
            .with("runAsUser", number(user))
            .with("runAsGroup", number(user))
            .with("fsGroup", number(user))
            .with("fsGroupChangePolicy", Doc::traced(&spec.defaults.fs_group_change))
            .with("seccompProfile", seccomp)
    }

    /// Replicas of one version are spread over zones and nodes.
    fn spread(&self, version_label: &'static str) -> Option<Doc> {
        let workload = self.workload();
        let required = workload.scaling.map(|scaling| &scaling.spread_required).filter(|required| required.value);
        let constraints = workload.place.spec.topology_spread.iter().map(|facts| {
            let zones = facts.key.value == "topology.kubernetes.io/zone";
            let unsatisfiable: Traced<String> = match required {
                Some(required) if zones => required.with("DoNotSchedule".to_owned()),
                _ => facts.when_unsatisfiable.clone(),
            };
            let label = Doc::text(version_label, Origin::rule(rules::SPREAD_VERSION));
            let constraint = by(rules::SPREAD)
                .with("maxSkew", number(&facts.max_skew))
                .with("topologyKey", Doc::traced(&facts.key))
                .with("whenUnsatisfiable", Doc::traced(&unsatisfiable))
                .with("labelSelector", self.identity.match_labels())
                .with("matchLabelKeys", Doc::list([label], Origin::rule(rules::SPREAD_VERSION)));
            Doc::from(constraint)
        });
        let constraints: Vec<Doc> = constraints.collect();
        (!constraints.is_empty()).then(|| Doc::list(constraints, Origin::rule(rules::SPREAD)))
    }
}
