//! Volumes: scratch space, storage that stays, configuration files and secrets as files.

use super::pod::{Pods, Purpose};
use super::{config, rules};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::VolumeTemplate;
use crate::spec::kubernetes::Kind;
use crate::targets::shared::value::by;

/// The volumes of a pod, and where its containers mount them.
pub(super) struct Volumes {
    volumes: Vec<Doc>,
    mounts: Vec<Doc>,
    /// What all scratch volumes may hold: Kubernetes counts it towards the container's limit.
    pub(super) scratch_bytes: u64,
}

impl Volumes {
    pub(super) fn of(pods: &Pods<'_>) -> Volumes {
        let mut volumes = Volumes { volumes: Vec::new(), mounts: Vec::new(), scratch_bytes: 0 };
        volumes.planned(pods);
        volumes.temporary(pods);
        volumes.files(pods);
        volumes.secrets(pods);
        volumes
    }

    /// The pod's volumes, where there are any.
    pub(super) fn volumes(&self) -> Option<Doc> {
        (!self.volumes.is_empty()).then(|| Doc::list(self.volumes.iter().cloned(), Origin::rule(rules::VOLUMES)))
    }

    /// A container's mounts, where there are any.
    pub(super) fn mounts(&self) -> Option<Doc> {
        (!self.mounts.is_empty()).then(|| Doc::list(self.mounts.iter().cloned(), Origin::rule(rules::VOLUMES)))
    }

    fn planned(&mut self, pods: &Pods<'_>) {
        for volume in &pods.workload().component.volumes {
            // A migration has no storage of its own: it gets scratch space in its place.
            if !claimed(pods, volume) {
                let scratch = Map::new(volume.size.origin).with("sizeLimit", Doc::traced(&volume.size));
                let source = Map::new(volume.origin).with("name", Doc::traced(&volume.name)).with("emptyDir", scratch);
                self.volumes.push(source.into());
                self.scratch_bytes += volume.size.bytes;
            }
            let mount = Map::new(volume.origin)
                .with("name", Doc::traced(&volume.name))
                .with("mountPath", Doc::traced(&volume.mount));
            self.mounts.push(mount.into());
        }
    }

    /// Programs expect a place for temporary files, and the root can't be written to.
    fn temporary(&mut self, pods: &Pods<'_>) {
        let component = pods.workload().component;
        let spec = pods.workload().place.spec;
        let path = &spec.defaults.tmp_path;
        let taken = component.volumes.iter().any(|volume| volume.mount.as_str() == path.value);
        if component.writable_root.value || taken {
            return;
        }
        let name = free(pods, "tmp");
        let size = &spec.ephemeral.tmp;
        let scratch = Map::new(size.origin).with("sizeLimit", Doc::traced(size));
        self.volumes.push(by(rules::TEMPORARY_FILES).text("name", name.clone()).with("emptyDir", scratch).into());
        self.mounts.push(by(rules::TEMPORARY_FILES).text("name", name).with("mountPath", Doc::traced(path)).into());
        self.scratch_bytes += size.bytes;
    }

    fn files(&mut self, pods: &Pods<'_>) {
        let Some(config_map) = &pods.files else { return };
        let name = free(pods, "files");
        let source = by(rules::FILES).text("name", config_map.clone());
        self.volumes.push(by(rules::FILES).text("name", name.clone()).with("configMap", source).into());
        for (file, key) in config::keys(pods.workload().component) {
            let mount = Map::new(file.origin)
                .text("name", name.clone())
                .with("mountPath", Doc::traced(&file.mount))
                .text("subPath", key)
                .bool("readOnly", true);
            self.mounts.push(mount.into());
        }
    }

    fn secrets(&mut self, pods: &Pods<'_>) {
        let files = &pods.workload().plan.secret_files;
        if files.is_empty() {
            return;
        }
        let name = free(pods, "secrets");
        let items = files.iter().map(|file| {
            let item = Map::new(file.origin).with("key", Doc::traced(&file.name)).with("path", Doc::traced(&file.name));
            Doc::from(item)
        });
        let source = by(rules::SECRET_FILES)
            .text("secretName", pods.secret.clone())
            .with("items", Doc::list(items, Origin::rule(rules::SECRET_FILES)));
        self.volumes.push(by(rules::SECRET_FILES).text("name", name.clone()).with("secret", source).into());
        for file in files {
            let mount = Map::new(file.origin)
                .text("name", name.clone())
                .with("mountPath", Doc::traced(&file.mount))
                .with("subPath", Doc::traced(&file.name))
                .bool("readOnly", true);
            self.mounts.push(mount.into());
        }
    }
}

/// Whether a volume is storage that each replica keeps.
pub(super) fn claimed(pods: &Pods<'_>, volume: &VolumeTemplate) -> bool {
    volume.persistent.value && matches!(pods.purpose, Purpose::Serve) && pods.workload().kind() == Kind::StatefulSet
}

/// A volume's name that the component has not taken.
fn free(pods: &Pods<'_>, wanted: &str) -> String {
    let volumes = &pods.workload().component.volumes;
    let mut name = wanted.to_owned();
    while volumes.iter().any(|volume| volume.name.as_str() == name) {
        name.push_str("-pathc");
    }
    name
}
