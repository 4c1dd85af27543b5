//! How each component becomes a package: commands, image, what proves where it comes from.

use super::{commands, or_root, root, rules};
use crate::ir::building::{Build, ImageBuild};
use crate::ir::choice::{BuildTool, ProvenanceFormat, RegistryAuth, SbomFormat, Signer};
use crate::ir::value::{Identifier, RepositoryPath, Text};
use crate::ir::{System, Table, Traced};
use crate::plan::pipeline::automation::{
    BuildPlan, BuildRegistry, BuildVariable, ImageBuildPlan, MatrixAxis, SupplyChainPlan,
};

pub(super) fn registry(system: &System) -> Option<BuildRegistry> {
    let registry = system.registry.as_ref()?;
    Some(BuildRegistry { origin: registry.origin, url: registry.url.clone(), auth: registry.auth })
}

pub(super) fn supply_chain(system: &System) -> SupplyChainPlan {
    match &system.supply_chain {
        Some(asked) => {
            SupplyChainPlan { origin: asked.origin, sbom: asked.sbom, sign: asked.sign, provenance: asked.provenance }
        }
        None => SupplyChainPlan {
            origin: system.origin,
            sbom: Traced::by_rule(SbomFormat::None, rules::SUPPLY_CHAIN),
            sign: Traced::by_rule(Signer::None, rules::SUPPLY_CHAIN),
            provenance: Traced::by_rule(ProvenanceFormat::None, rules::SUPPLY_CHAIN),
        },
    }
}

/// How one component is built.
pub(super) fn build(system: &System, build: &Build) -> BuildPlan {
    let usual = commands::of(build.tool.value);
    let given = build.commands.as_ref();
    let command = |given: Option<&Traced<Text>>, usual: Option<&'static str>| {
        given.cloned().or_else(|| usual.map(|text| Traced::by_rule(Text::known(text), rules::TOOL_COMMANDS)))
    };
    BuildPlan {
        origin: build.origin,
        component: build.component.clone(),
        tool: build.tool,
        toolchain: build.toolchain.clone(),
        working_directory: or_root(build.working_directory.as_ref()),
        lockfile: build.lockfile.clone(),
        setup: setup(build),
        lint: command(given.and_then(|given| given.lint.as_ref()), usual.lint),
        build: command(given.and_then(|given| given.build.as_ref()), usual.build),
        package: given.and_then(|given| given.package.clone()),
        variables: variables(&build.env),
        cache: cache(build),
        artifacts: build.artifacts.clone(),
        timeout: build.timeout,
        matrix: build
            .matrix
            .iter()
            .map(|(name, values)| MatrixAxis { origin: name.origin, name: name.clone(), values: values.clone() })
            .collect(),
        image: build.image.as_ref().map(|image| self::image(system, build, image)),
    }
}

/// Fetches what a build and its tests need.
pub(super) fn setup(build: &Build) -> Option<Traced<Text>> {
    let given = build.commands.as_ref().and_then(|given| given.setup.clone());
    let usual = || commands::of(build.tool.value).setup;
    given
        .or_else(|| pip_setup(build))
        .or_else(|| usual().map(|text| Traced::by_rule(Text::known(text), rules::TOOL_COMMANDS)))
}

/// The folders that are kept between builds.
pub(super) fn cache(build: &Build) -> Vec<Traced<Text>> {
    let folders = if build.cache.value { commands::of(build.tool.value).cache } else { &[] };
    folders.iter().map(|folder| Traced::by_rule(Text::known(folder), rules::TOOL_CACHE)).collect()
}

/// Pip is told the file that pins all packages; it may have any name and lie anywhere.
fn pip_setup(build: &Build) -> Option<Traced<Text>> {
    if build.tool.value != BuildTool::Pip {
        return None;
    }
    let lockfile = build.lockfile.as_ref()?;
    let folder = build.working_directory.as_ref().map_or(".", |folder| folder.as_str());
    let path = match (folder, lockfile.as_str().strip_prefix(folder)) {
        (".", _) => lockfile.to_string(),
        (_, Some(below)) if below.starts_with('/') => below[1..].to_owned(),
        _ => format!("{}{lockfile}", "../".repeat(folder.split('/').count())),
    };
    let command = format!("pip install --requirement {}", shell_word(&path));
    Some(Traced::by_rule(command.into(), rules::TOOL_COMMANDS))
}

/// A text as one word of a shell.
fn shell_word(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-/".contains(character);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

fn variables(table: &Table<Identifier, Traced<String>>) -> Vec<BuildVariable> {
    let variable = |(name, value): (&Traced<Identifier>, &Traced<String>)| BuildVariable {
        origin: name.origin,
        name: name.clone(),
        value: value.clone(),
    };
    table.iter().map(variable).collect()
}

/// How the image of a build is built.
pub(super) fn image(system: &System, build: &Build, image: &ImageBuild) -> ImageBuildPlan {
    let context = match (&image.context, &build.working_directory) {
        (Some(context), _) => context.clone(),
        (None, Some(folder)) => Traced::by_rule(folder.value.clone(), rules::IMAGE_CONTEXT),
        (None, None) => root(),
    };
    // A registry of the cloud lies in each environment's own account.
    let registry =
        system.registry.as_ref().filter(|known| known.auth.is_none_or(|auth| auth.value != RegistryAuth::Aws));
    let stated = system
        .component_named(build.component.as_str())
        .and_then(|(_, component)| component.package.as_ref())
        .and_then(|package| package.image.as_ref())
        .map(|image| image.with(image.to_string().into()));
    ImageBuildPlan {
        origin: image.origin,
        repository: stated.or_else(|| {
            registry.map(|registry| {
                let repository = Text::format(format_args!("{}/{}", registry.url, build.component));
                Traced::by_rule(repository, rules::IMAGE_REPOSITORY)
            })
        }),
        dockerfile: image.dockerfile.with(context.join(&image.dockerfile)),
        context,
        target: image.target.clone(),
        platforms: if image.platforms.is_empty() {
            vec![Traced::by_rule(Text::known("linux/amd64"), rules::IMAGE_PLATFORM)]
        } else {
            image.platforms.clone()
        },
        arguments: variables(&image.build_args),
    }
}

/// The folder that a build's manifest lies in.
pub(super) fn manifest_folder(build: &Build) -> Traced<RepositoryPath> {
    match (&build.lockfile, &build.working_directory) {
        (Some(lockfile), _) => lockfile.with(lockfile.folder()),
        (None, Some(folder)) => folder.clone(),
        (None, None) => root(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_a_word() {
        for (text, word) in [
            ("requirements.txt", "requirements.txt"),
            ("my requirements.txt", "'my requirements.txt'"),
            ("a'b", "'a'\\''b'"),
            ("$(x)", "'$(x)'"),
            ("-r", "'-r'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }
}
