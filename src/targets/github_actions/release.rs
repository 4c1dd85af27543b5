//! `release.yml`: builds each image once, proves where it comes from, and proposes the release as one pull request.

use crate::ir::choice::{ProvenanceFormat, RegistryAuth, SbomFormat, Signer};
use crate::ir::{Origin, Traced};
use crate::output::doc::{Doc, Map};
use crate::plan::aws::names;
use crate::plan::pipeline::automation::{BuildPlan, ImageBuildPlan};
use crate::plan::pipeline::configurations::{PipelineKind, ScanKind};
use crate::spec::github_actions::ActionName;

use super::cloud::Place;
use super::expression::{literal, user};
use super::job::Job;
use super::pipelines::{Pipelines, concurrency, defaults};
use super::step::{Step, checkout};
use super::{evidence, integration, rules, scan, script, setup};

/// The GitHub environment of releases, which the role that pushes images is bound to.
const ENVIRONMENT: &str = "release";

/// The job that builds and tests everything.
const INTEGRATION: &str = "ci";
/// The job that builds images.
const IMAGES: &str = "images";
/// The image and the digest of the running job.
const DIGEST: &str = "${{ steps.build.outputs.digest }}";

/// The document.
pub(super) fn workflow(pipelines: Pipelines<'_>) -> Doc {
    let origin = Origin::rule(rules::TRIGGERS);
    let version =
        Map::new(origin).text("description", "Version to release").bool("required", true).text("type", "string");
    let dispatch = Map::new(origin).with("inputs", Map::new(origin).with("version", version));
    let mut document = pipelines.head("Release", PipelineKind::Release, dispatch, &[]);
    if let Some(template) = pipelines.template(PipelineKind::Release) {
        document.put("concurrency", concurrency("release", &template.supersedes));
    }
    let mut jobs = Map::new(Origin::rule(rules::WORKFLOW));
    jobs.put(INTEGRATION, all_tests());
    let mut needed = vec![INTEGRATION.to_owned()];
    let suites = pipelines.configurations().suites.iter().filter(|suite| suite.pipeline.value == PipelineKind::Release);
    for suite in suites {
        let job = integration::suite(pipelines, suite, false).needs(&[INTEGRATION]);
        needed.push(job.id().to_owned());
        job.put_into(&mut jobs);
    }
    if let Some(job) = images(pipelines) {
        needed.push(job.id().to_owned());
        job.put_into(&mut jobs);
    }
    propose(pipelines, &needed).put_into(&mut jobs);
    document.with("defaults", defaults()).with("jobs", jobs).into()
}

/// Everything is built and tested at the commit of the release, whatever changed.
fn all_tests() -> Map {
    let permission = Map::new(Origin::rule(rules::PERMISSION))
        .remarked("contents", said("read"), "to check out")
        .remarked("security-events", said("write"), "to report findings")
        .remarked("actions", said("read"), "to read the run, in a private repository");
    Map::new(Origin::rule(rules::RELEASE))
        .text("name", "Build and test everything")
        .remarked(
            "uses",
            Doc::text("./.github/workflows/ci.yml", Origin::rule(rules::RELEASE)),
            "zizmor: ignore[self-repository]",
        )
        .with("permissions", permission)
}

fn said(text: &'static str) -> Doc {
    Doc::text(text, Origin::rule(rules::PERMISSION))
}

/// The components that have an image.
fn built(pipelines: Pipelines<'_>) -> impl Iterator<Item = (&BuildPlan, &ImageBuildPlan)> {
    pipelines.automation().builds.iter().filter_map(|build| Some((build, build.image.as_ref()?)))
}

/// Where an image is pushed: to its one registry, or to that of each account.
fn repositories(pipelines: Pipelines<'_>, build: &BuildPlan, image: &ImageBuildPlan) -> Vec<Traced<String>> {
    if let Some(repository) = &image.repository {
        return vec![repository.with(repository.to_string())];
    }
    let environments = pipelines.plans.infrastructure.environments.environments.iter();
    let infrastructure = &pipelines.plans.infrastructure;
    let references = environments
        .filter_map(|environment| infrastructure.workload(environment, build.component.as_str()))
        .filter_map(|workload| workload.image.as_ref())
        .map(|image| image.reference.with(repository(&image.reference).to_owned()));
    let mut found: Vec<Traced<String>> = Vec::new();
    for reference in references {
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    found
}

/// An image's address without digest and tag.
fn repository(reference: &str) -> &str {
    let name = reference.split('@').next().unwrap_or(reference);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}

/// Builds, pushes and proves the image of each component.
fn images(pipelines: Pipelines<'_>) -> Option<Job> {
    let origin = Origin::rule(rules::RELEASE);
    let mut variants = Vec::new();
    let mut emulated = false;
    // All variants of a matrix have the same keys.
    let some_target = built(pipelines).any(|(_, image)| image.target.is_some());
    let some_arguments = built(pipelines).any(|(_, image)| !image.arguments.is_empty());
    for (build, image) in built(pipelines) {
        let repositories = repositories(pipelines, build, image);
        let Some(first) = repositories.first() else { continue };
        emulated |= image.platforms.iter().any(|platform| platform.value != "linux/amd64");
        let text = |values: Vec<String>, origin| Doc::text(values.join("\n"), origin);
        let arguments: Vec<String> =
            image.arguments.iter().map(|argument| format!("{}={}", argument.name, literal(&argument.value))).collect();
        let platforms: Vec<&str> = image.platforms.iter().map(|platform| platform.value.as_str()).collect();
        let tags =
            repositories.iter().map(|name| format!("{}:${{{{ inputs.version || github.ref_name }}}}", literal(name)));
        let variant = Map::new(image.origin)
            .with("component", Doc::traced(&build.component))
            .with("image", user(first))
            .with("tags", text(tags.collect(), first.origin))
            .with("context", user(&image.context))
            .with("dockerfile", user(&image.dockerfile))
            .with_some("target", some_target.then(|| image.target.as_ref().map_or(Doc::text("", image.origin), user)))
            .with(
                "platforms",
                Doc::text(
                    literal(&platforms.join(",")).into_owned(),
                    image.platforms.first().map_or(origin, |platform| platform.origin),
                ),
            )
            .with_some("arguments", some_arguments.then(|| text(arguments, image.origin)));
        variants.push(Doc::from(variant));
    }
    if variants.is_empty() {
        return None;
    }
    let matrix = Map::new(origin).with("include", Doc::list(variants, origin));
    let job = Job::new(pipelines, IMAGES, "Release ${{ matrix.component }}", 90, rules::RELEASE)
        .needs(&[INTEGRATION])
        .may("contents", "read", "to check out")
        .may("packages", "write", "to push the image")
        .may("id-token", "write", "to sign, and to sign in to the cloud")
        .may("attestations", "write", "to attest where the image comes from")
        .may("security-events", "write", "to report findings")
        .environment(Doc::text(ENVIRONMENT, origin))
        .key("strategy", Map::new(origin).bool("fail-fast", false).with("matrix", matrix));
    let qemu =
        emulated.then(|| Step::uses(pipelines, "Set up other processors", ActionName::SetupQemu, rules::RELEASE));
    let build = Step::uses(pipelines, "Build and push", ActionName::BuildImage, rules::RELEASE)
        .id("build")
        .set("context", "${{ matrix.context }}")
        .set("file", "${{ matrix.dockerfile }}")
        .set("platforms", "${{ matrix.platforms }}")
        .set("tags", "${{ matrix.tags }}")
        .set(
            "labels",
            "org.opencontainers.image.revision=${{ github.sha }}\norg.opencontainers.image.source=${{ github.server_url }}/${{ github.repository }}",
        )
        .flag("push", true)
        .flag("no-cache", true)
        .flag("provenance", false)
        .flag("sbom", false);
    let build = if some_target { build.set("target", "${{ matrix.target }}") } else { build };
    let build = if some_arguments { build.set("build-args", "${{ matrix.arguments }}") } else { build };
    Some(
        job.step(checkout(pipelines))
            .steps(qemu)
            .step(Step::uses(pipelines, "Set up the image builder", ActionName::SetupBuildx, rules::RELEASE))
            .steps(sign_in(pipelines))
            .step(build)
            .steps(scanned(pipelines))
            .steps(proved(pipelines))
            .steps(packaged(pipelines)),
    )
}

/// Signs in to where images are pushed.
fn sign_in(pipelines: Pipelines<'_>) -> Vec<Step> {
    let Some(registry) = &pipelines.automation().registry else { return Vec::new() };
    let host = registry.url.value.split('/').next().unwrap_or_default().to_owned();
    let login = |user: &'static str, password: &'static str| {
        Step::uses(pipelines, "Sign in to the registry", ActionName::RegistryLogin, rules::RELEASE)
            .with("registry", Doc::text(literal(&host).into_owned(), registry.url.origin))
            .set("username", user)
            .set("password", password)
    };
    match registry.auth.as_ref().map(|auth| auth.value) {
        Some(RegistryAuth::Github) => vec![login("${{ github.actor }}", "${{ github.token }}")],
        Some(RegistryAuth::Basic) => vec![login("${{ secrets.REGISTRY_USER }}", "${{ secrets.REGISTRY_PASSWORD }}")],
        // One account's registry after the other: a session in each is kept beside the others.
        Some(RegistryAuth::Aws) => {
            let mut known = Vec::new();
            let mut steps = Vec::new();
            for place in Place::all(pipelines) {
                let where_to = (place.workflow.account.clone(), place.workflow.region.clone());
                if known.contains(&where_to) {
                    continue;
                }
                known.push(where_to);
                steps.push(place.sign_in_as(&names::registry_role(place.system())));
                steps.push(Step::uses(pipelines, "Sign in to the registry", ActionName::EcrLogin, rules::RELEASE));
            }
            steps
        }
        None => Vec::new(),
    }
}

/// Scans the image that was pushed.
fn scanned(pipelines: Pipelines<'_>) -> Vec<Step> {
    let scans = pipelines.configurations().scans.iter();
    let scan =
        scans.filter(|scan| scan.kind.value == ScanKind::Containers).find_map(|found| scan::of_image(pipelines, found));
    scan.unwrap_or_default()
}

/// Proves what the image is made of, who built it, and from what.
fn proved(pipelines: Pipelines<'_>) -> Vec<Step> {
    let asked = &pipelines.automation().supply_chain;
    let mut steps = Vec::new();
    let subject = |step: Step| {
        step.set("subject-name", "${{ matrix.image }}").set("subject-digest", DIGEST).flag("push-to-registry", true)
    };
    let format = match asked.sbom.value {
        SbomFormat::Cyclonedx => Some("cyclonedx-json"),
        SbomFormat::Spdx => Some("spdx-json"),
        SbomFormat::None => None,
    };
    if let Some(format) = format {
        let list = Step::uses(pipelines, "List what the image is made of", ActionName::Sbom, rules::RELEASE)
            .set("image", format!("${{{{ matrix.image }}}}@{DIGEST}"))
            .with("format", Doc::text(format, asked.sbom.origin))
            .set("output-file", "sbom.json")
            .set("artifact-name", "sbom-${{ matrix.component }}.json")
            .flag("upload-release-assets", false);
        let attest = Step::uses(pipelines, "Attest what the image is made of", ActionName::AttestSbom, rules::RELEASE);
        steps.extend([list, subject(attest).set("sbom-path", "sbom.json")]);
    }
    if asked.sign.value == Signer::Cosign {
        let sign = Step::run("Sign the image", "cosign sign --yes \"$IMAGE\"", rules::RELEASE)
            .variable("IMAGE", format!("${{{{ matrix.image }}}}@{DIGEST}"));
        steps.extend([Step::uses(pipelines, "Set up cosign", ActionName::SetupCosign, rules::RELEASE), sign]);
    }
    if asked.provenance.value == ProvenanceFormat::Slsa {
        let attest =
            Step::uses(pipelines, "Attest where the image comes from", ActionName::AttestProvenance, rules::RELEASE);
        steps.push(subject(attest));
    }
    steps
}

/// Keeps what is known of the package, for the pull request.
fn packaged(pipelines: Pipelines<'_>) -> Vec<Step> {
    let asked = &pipelines.automation().supply_chain;
    let flag = |value: bool, origin| Doc::text(if value { "true" } else { "false" }, origin);
    let write = Step::script(pipelines, "Write down the package", script::WRITE_PACKAGE, rules::RELEASE)
        .variable("COMPONENT", "${{ matrix.component }}")
        .variable("VERSION", "${{ inputs.version || github.ref_name }}")
        .variable("DIGEST", DIGEST)
        .variable("COMMIT", "${{ github.sha }}")
        .env("SBOM", flag(asked.sbom.value != SbomFormat::None, asked.sbom.origin))
        .env("SIGNED", flag(asked.sign.value != Signer::None, asked.sign.origin))
        .env("PROVENANCE", flag(asked.provenance.value != ProvenanceFormat::None, asked.provenance.origin));
    let keep = Step::uses(pipelines, "Keep the package", ActionName::UploadArtifact, rules::RELEASE)
        .set("name", "package-${{ matrix.component }}")
        .set("path", "${{ runner.temp }}/package")
        .set("if-no-files-found", "error");
    vec![write, keep]
}

/// Proposes the release.
fn propose(pipelines: Pipelines<'_>, needed: &[String]) -> Job {
    let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
    let main = &pipelines.configurations().main_branch;
    let components: Vec<&str> = pipelines.configurations().builds.iter().map(|job| job.component.as_str()).collect();
    let origin = Origin::rule(rules::PROPOSAL);
    let components = Doc::text(format!("{components:?}"), origin);
    let packages = Step::uses(pipelines, "Fetch packages", ActionName::DownloadArtifact, rules::PROPOSAL)
        .set("pattern", "package-*")
        .set("path", "${{ runner.temp }}/packages")
        .flag("merge-multiple", true);
    let import = Step::script(pipelines, "Import evidence", script::IMPORT_EVIDENCE, rules::EVIDENCE)
        .env("COMPONENTS", components)
        .variable("COMMIT", "${{ github.sha }}")
        .variable("FOLDER", "${{ runner.temp }}/evidence")
        .env("EVIDENCE", evidence::imported(pipelines, &[PipelineKind::Integration, PipelineKind::Release]));
    let propose = Step::script(pipelines, "Propose the release", script::PROPOSE_RELEASE, rules::PROPOSAL)
        .variable("VERSION", "${{ inputs.version || github.ref_name }}")
        .env("MAIN", user(main))
        .variable("PACKAGES", "${{ runner.temp }}/packages")
        .variable("GH_TOKEN", "${{ github.token }}");
    Job::new(pipelines, "propose", "Propose the release", 30, rules::PROPOSAL)
        .needs(&needed)
        .may("contents", "write", "to push the branch of the release")
        .may("pull-requests", "write", "to open its pull request")
        .may("actions", "write", "to start its check")
        .step(checkout(pipelines).with("ref", user(main)))
        .steps(setup::pathc(pipelines, false))
        .step(evidence::fetch(pipelines).set("path", "${{ runner.temp }}/evidence"))
        .step(packages)
        .step(import)
        .step(propose)
}

#[cfg(test)]
mod tests {
    use super::repository;

    #[test]
    fn an_address_loses_tag_and_digest() {
        assert_eq!(repository("ghcr.io/acme/web@sha256:00"), "ghcr.io/acme/web");
        assert_eq!(repository("localhost:5000/web:1.2"), "localhost:5000/web");
        assert_eq!(repository("localhost:5000/web"), "localhost:5000/web");
    }
}
