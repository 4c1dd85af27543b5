//! Target specs: dated facts about the outside world, in `targets/*.yaml`.
//!
//! They are read by the same YAML tree as the inputs, so that a fact has an origin like any other value. Each typed spec
//! looks its facts up once, when it is loaded; a fact that is missing is a T002, never a panic.

pub mod aws;
pub mod eks;
pub mod file;
pub mod github_actions;
pub mod grafana;
pub mod kubernetes;
pub mod platform;
pub mod prometheus;
pub mod risks;
pub mod templates;

pub use aws::AwsSpec;
pub use eks::EksSpec;
pub use file::{Fact, SpecFile};
pub use github_actions::GithubActionsSpec;
pub use grafana::GrafanaSpec;
pub use kubernetes::KubernetesSpec;
pub use platform::PlatformSpec;
pub use prometheus::PrometheusSpec;
pub use templates::Templates;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::diag::Diagnostic;
use crate::source::yaml::parse;
use crate::source::{FileId, FileKind, Sources};

/// The specs that are built in, by name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("aws", include_str!("../../targets/aws.yaml")),
    ("grafana", include_str!("../../targets/grafana.yaml")),
    ("github_actions", include_str!("../../targets/github_actions.yaml")),
    ("kubernetes", include_str!("../../targets/kubernetes.yaml")),
    ("prometheus", include_str!("../../targets/prometheus.yaml")),
];

/// All specs of a run.
#[derive(Debug)]
pub struct Specs {
    /// What planning needs to know of the platform.
    pub platform: PlatformSpec,
    /// What workflows are printed with.
    pub github_actions: GithubActionsSpec,
    /// What manifests are printed with.
    pub kubernetes: KubernetesSpec,
    /// What EKS has beside Kubernetes itself.
    pub eks: EksSpec,
    /// What AWS offers, permits and charges.
    pub aws: AwsSpec,
    /// What the world calls its metrics.
    pub prometheus: PrometheusSpec,
    /// What dashboards are printed with.
    pub grafana: GrafanaSpec,
    /// The wording of documents.
    pub templates: Templates,
}

impl Specs {
    /// Reads all built-in specs into `sources`.
    pub fn load(sources: &mut Sources) -> (Option<Specs>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let mut ids: BTreeMap<&str, FileId> = BTreeMap::new();
        for (name, text) in BUILT_IN {
            let (tree, found) = parse(FileId(0), text);
            let path = Utf8PathBuf::from(format!("targets/{name}.yaml"));
            let id = sources.add(path, (*text).to_owned(), FileKind::Spec, tree);
            problems.extend(found.into_iter().map(|mut problem| {
                problem.span.file = id;
                Diagnostic::from(problem)
            }));
            ids.insert(name, id);
        }
        if !problems.is_empty() {
            return (None, problems);
        }
        let templates = Templates::built_in(sources);
        let mut aws = SpecFile::new(sources, ids["aws"]);
        let mut kubernetes = SpecFile::new(sources, ids["kubernetes"]);
        let mut prometheus = SpecFile::new(sources, ids["prometheus"]);
        let mut grafana = SpecFile::new(sources, ids["grafana"]);
        let mut github_actions = SpecFile::new(sources, ids["github_actions"]);
        let specs = Specs {
            platform: PlatformSpec::read(&mut kubernetes),
            github_actions: GithubActionsSpec::read(&mut github_actions),
            kubernetes: KubernetesSpec::read(&mut kubernetes),
            eks: EksSpec::read(&mut kubernetes),
            aws: AwsSpec::read(&mut aws),
            prometheus: PrometheusSpec::read(&mut prometheus),
            grafana: GrafanaSpec::read(&mut grafana),
            templates,
        };
        problems.extend(aws.finish());
        problems.extend(kubernetes.finish());
        problems.extend(prometheus.finish());
        problems.extend(grafana.finish());
        problems.extend(github_actions.finish());
        (problems.is_empty().then_some(specs), problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_specs_lack_nothing() {
        let (specs, problems) = Specs::load(&mut Sources::default());
        assert!(problems.is_empty(), "{problems:?}");
        assert!(specs.is_some());
    }
}
