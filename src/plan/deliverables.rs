//! The nine deliverables: one table from which writing, reading back and the published JSON Schema go.

use super::infrastructure::{EnvironmentConfigurations, InfrastructurePlan, InfrastructureTemplates, ScalingPolicies};
use super::monitoring::{AlertingRules, DashboardDefinitions, MonitoringConfigurations, MonitoringPlan};
use super::pipeline::{BuildAutomation, DeploymentWorkflows, PipelineConfigurations, PipelinePlan};
use super::{Encode, Plans, SCHEMA_VERSION};
use crate::diag::{Diagnostic, code};
use crate::output::yaml::Writer;
use crate::output::{Doc, Printed};
use crate::source::decode::list_of;
use crate::source::scalar::shown;
use crate::source::{Decode, Decoder, FileId, FileKind, Scalar, Shape, SourceFile, Sources, Span};
use crate::spec::Specs;

/// One of the documents that the plans are, serialised.
pub struct Deliverable {
    /// Its name, which is its file's name without `.yaml`.
    pub name: &'static str,
    /// The folder of its family.
    pub family: &'static str,
    /// What it is for, in a sentence.
    pub doc: &'static str,
    /// Its form.
    pub shape: fn() -> Shape,
    /// The document of finished plans.
    pub encode: fn(&Plans) -> Doc,
    /// Writes one part of the same document, which may be large; false where there are not so many.
    pub write_part: fn(&Plans, usize, &mut Printed) -> bool,
}

macro_rules! deliverables {
    ($($name:literal in $family:literal: $type:ty = $($part:ident).+, $doc:literal;)*) => {
        /// All deliverables, by family and name.
        pub static DELIVERABLES: &[Deliverable] = &[$(
            Deliverable {
                name: $name,
                family: $family,
                doc: $doc,
                shape: <$type as Decode>::shape,
                encode: |plans| plans.$($part).+.encode(plans.$($part).+.origin),
                write_part: |plans, index, out| {
                    let document = &plans.$($part).+;
                    Writer::part(document.origin, out, |out| document.write_part(index, out))
                },
            }
        ),*];
    };
}

deliverables! {
    "pipeline_configurations" in "ci_cd_pipelines": PipelineConfigurations = pipeline.configurations,
        "What starts a pipeline, what it builds and tests, and what it proves.";
    "build_automation" in "ci_cd_pipelines": BuildAutomation = pipeline.automation,
        "How each component becomes a package.";
    "deployment_workflows" in "ci_cd_pipelines": DeploymentWorkflows = pipeline.workflows,
        "How a release reaches each environment, and how it is taken back.";
    "infrastructure_templates" in "infrastructure_automation": InfrastructureTemplates = infrastructure.templates,
        "What runs, the same in every environment.";
    "environment_configurations" in "infrastructure_automation": EnvironmentConfigurations = infrastructure.environments,
        "Where the system runs, and what differs there.";
    "scaling_policies" in "infrastructure_automation": ScalingPolicies = infrastructure.scaling,
        "How much of each component runs, and how much of it may be away at once.";
    "monitoring_configurations" in "monitoring_systems": MonitoringConfigurations = monitoring.configurations,
        "What is asked for metrics, which metrics there are, and which objectives they prove.";
    "alerting_rules" in "monitoring_systems": AlertingRules = monitoring.alerting,
        "What somebody is told, who that is, and what is kept quiet meanwhile.";
    "dashboard_definitions" in "monitoring_systems": DashboardDefinitions = monitoring.dashboards,
        "What is shown, from the same expressions as the alerts.";
}

/// A deliverable by its name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Deliverable> {
    DELIVERABLES.iter().find(|deliverable| deliverable.name == name)
}

/// Reads plans back from the deliverables among `sources`; the values' origins are then their places in these files.
///
/// # Errors
/// What is missing or wrong, in all of them.
pub fn read(sources: &Sources, specs: &Specs) -> Result<Plans, Vec<Diagnostic>> {
    let mut reader = Reader { sources, problems: Vec::new() };
    reader.check_names();
    let plans = (|| {
        // Each is read before the first that failed ends the reading, so that one run reports all.
        let pipelines = reader.document("pipeline_configurations");
        let automation = reader.document("build_automation");
        let workflows = reader.document("deployment_workflows");
        let templates = reader.document("infrastructure_templates");
        let environments = reader.document("environment_configurations");
        let scaling = reader.document("scaling_policies");
        let configurations = reader.document("monitoring_configurations");
        let alerting = reader.document("alerting_rules");
        let dashboards = reader.document("dashboard_definitions");
        let infrastructure = InfrastructurePlan::new(templates?, environments?, scaling?);
        let monitoring =
            MonitoringPlan { configurations: configurations?, alerting: alerting?, dashboards: dashboards? };
        let pipeline = PipelinePlan { configurations: pipelines?, automation: automation?, workflows: workflows? };
        let (aws, found) = super::aws::plan(&infrastructure, &monitoring, &pipeline, specs);
        reader.problems.extend(found);
        Some(Plans { infrastructure, monitoring, pipeline, aws })
    })();
    match plans {
        Some(plans) if reader.problems.is_empty() => Ok(plans),
        _ => Err(reader.problems),
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Reports documents that say to be no deliverable, or one that another document says to be.
    fn check_names(&mut self) {
        let mut known: Vec<(&'static str, Span)> = Vec::new();
        for (id, file) in self.sources.iter().filter(|(_, file)| file.kind == FileKind::Plan) {
            let value = value_of(file, "path");
            let span = Span { file: id, ..file.tree().span(value.or(file.tree().root()).unwrap_or_default()) };
            let name = value.and_then(|value| file.tree().scalar(&file.text, value)).map_or("", |(text, _)| text);
            let Some(deliverable) = by_name(name) else {
                let names: Vec<&str> = DELIVERABLES.iter().map(|deliverable| deliverable.name).collect();
                self.problems.push(
                    Diagnostic::new(
                        code::BAD_VALUE,
                        span,
                        format!("`{}` is no deliverable", shown(name)),
                        "`path` says what the document is",
                    )
                    .help(format!("one of {}", list_of(&names))),
                );
                continue;
            };
            match known.iter().find(|(known, _)| *known == deliverable.name) {
                Some((_, first)) => self.problems.push(
                    Diagnostic::new(
                        code::DUPLICATE_NAME,
                        span,
                        format!("the deliverable `{}` is there twice", deliverable.name),
                        "here again",
                    )
                    .label(*first, "first here")
                    .help("remove one of the two"),
                ),
                None => known.push((deliverable.name, span)),
            }
        }
    }

    /// The file whose own first line says that it is this deliverable.
    fn document<T: Decode>(&mut self, name: &'static str) -> Option<T> {
        let found = self.sources.iter().find(|(_, file)| file.kind == FileKind::Plan && states(file, "path", name));
        let Some((id, file)) = found else {
            self.problems.push(
                Diagnostic::without_place(code::MISSING_FILE, format!("the deliverable `{name}` is not there"))
                    .help(format!("every plan has all {} deliverables: run `pathc build`", DELIVERABLES.len())),
            );
            return None;
        };
        if !states(file, "version", &Scalar::write(&SCHEMA_VERSION)) {
            self.problems.push(self.other_version(id, file, name));
            return None;
        }
        let mut decoder = Decoder::new(id, file);
        let document = decoder.document::<T>();
        self.problems.extend(decoder.finish().into_iter().map(Diagnostic::from));
        document
    }

    fn other_version(&self, id: FileId, file: &SourceFile, name: &str) -> Diagnostic {
        let mut span = file.tree().span(value_of(file, "version").or(file.tree().root()).unwrap_or_default());
        span.file = id;
        Diagnostic::new(
            code::BAD_VALUE,
            span,
            format!("`{name}` is of another version of the schema"),
            format!("this pathc reads version {SCHEMA_VERSION}"),
        )
        .help("write it again with `pathc build`")
    }
}

/// The node of a key of the outermost mapping.
fn value_of(file: &SourceFile, key: &str) -> Option<u32> {
    let entries = file.tree().entries(file.tree().root()?)?;
    let mut values =
        entries.filter(|(name, _)| file.tree().scalar(&file.text, *name).is_some_and(|(text, _)| text == key));
    values.next().map(|(_, value)| value)
}

fn states(file: &SourceFile, key: &str, text: &str) -> bool {
    value_of(file, key).and_then(|value| file.tree().scalar(&file.text, value)).is_some_and(|(found, _)| found == text)
}
