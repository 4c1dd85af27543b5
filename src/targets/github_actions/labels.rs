//! `actionlint.yaml`: the labels of machines that are not GitHub's, so that whoever lints the workflows knows them.

use std::collections::BTreeMap;

use crate::ir::{Origin, Traced};
use crate::output::Content;
use crate::output::doc::{Doc, Map};

use super::pipelines::Pipelines;
use super::rules;

/// The labels that GitHub does not have, in order, each as an environment first names it.
pub(super) fn own(pipelines: Pipelines<'_>) -> BTreeMap<&str, &Traced<String>> {
    let runners = pipelines.workflows().environments.iter().map(|environment| &environment.runner);
    let mut labels = BTreeMap::new();
    for runner in runners.filter(|runner| !pipelines.spec.hosted.iter().any(|hosted| hosted.value == runner.value)) {
        labels.entry(runner.as_str()).or_insert(runner);
    }
    labels
}

/// The content of the file.
pub(super) fn content(pipelines: Pipelines<'_>) -> Content {
    let origin = Origin::rule(rules::LABELS);
    let labels = own(pipelines).into_values().map(Doc::traced);
    let runner = Map::new(origin).with("labels", Doc::list(labels, origin));
    let document = Map::new(origin).with("self-hosted-runner", runner);
    Content::yaml(pipelines.header(), vec![document.into()])
}
