//! `build_automation`: how each component becomes a package.

use crate::ir::Traced;
use crate::ir::choice::{BuildTool, ProvenanceFormat, RegistryAuth, SbomFormat, Signer};
use crate::ir::value::{Duration, Identifier, Name, RepositoryPath, Text};
use crate::plan_record;

plan_record! {
    /// How each component becomes a package.
    pub struct BuildAutomation as "build automation" {
        /// The name of this deliverable: `build_automation`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// Where images are kept.
        registry: BuildRegistry, optional;
        /// What proves where packages come from.
        supply_chain: SupplyChainPlan, required;
        /// The builds, in the order of the input.
        builds: Vec<BuildPlan>, many;
    }

    /// Where images are kept.
    pub struct BuildRegistry as "build registry" {
        /// Its address without a scheme.
        url: Traced<String>, required;
        /// How it is signed in to.
        auth: Traced<RegistryAuth>, optional;
    }

    /// What proves where packages come from.
    pub struct SupplyChainPlan as "supply chain plan" {
        /// The bill of materials.
        sbom: Traced<SbomFormat>, required;
        /// What signs.
        sign: Traced<Signer>, required;
        /// The provenance that is attested.
        provenance: Traced<ProvenanceFormat>, required;
    }

    /// How one component is built.
    pub struct BuildPlan as "build plan" {
        /// The component.
        component: Traced<Name>, required;
        /// What builds it.
        tool: Traced<BuildTool>, required;
        /// The version of the language's tools.
        toolchain: Traced<Text>, optional;
        /// Where the commands run.
        working_directory: Traced<RepositoryPath>, required;
        /// The file that pins all packages.
        lockfile: Traced<RepositoryPath>, optional;
        /// Fetches what the build needs.
        setup: Traced<Text>, optional;
        /// Checks the style.
        lint: Traced<Text>, optional;
        /// Builds.
        build: Traced<Text>, optional;
        /// Packs the result.
        package: Traced<Text>, optional;
        /// Variables of the commands.
        variables: Vec<BuildVariable>, many;
        /// Folders that are kept between builds, `~` the builder's home; none: nothing is kept.
        cache: Vec<Traced<Text>>, many;
        /// Files that the build leaves behind.
        artifacts: Vec<Traced<RepositoryPath>>, many;
        /// After how long it is ended.
        timeout: Traced<Duration>, required;
        /// Further variants.
        matrix: Vec<MatrixAxis>, many;
        /// How its image is built; none: it has no image.
        image: ImageBuildPlan, optional;
    }

    /// One variable of a build.
    pub struct BuildVariable as "build variable" {
        /// Its name.
        name: Traced<Identifier>, required;
        /// Its text.
        value: Traced<String>, required;
    }

    /// One way in which variants differ.
    pub struct MatrixAxis as "matrix axis" {
        /// The variable that has the value.
        name: Traced<Identifier>, required;
        /// Its values.
        values: Vec<Traced<String>>, many;
    }

    /// How an image is built.
    pub struct ImageBuildPlan as "image build plan" {
        /// Its address without tag and digest; none where only the environment's account says.
        repository: Traced<Text>, optional;
        /// The Dockerfile, from the repository's root.
        dockerfile: Traced<RepositoryPath>, required;
        /// The folder that is sent to the builder.
        context: Traced<RepositoryPath>, required;
        /// The stage that is built.
        target: Traced<String>, optional;
        /// The platforms.
        platforms: Vec<Traced<Text>>, many;
        /// Arguments of the build.
        arguments: Vec<BuildVariable>, many;
    }
}
