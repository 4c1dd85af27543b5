//! How components become packages: builds, registry, scans, supply chain.

use crate::record;
use crate::source::{Table, Traced};

use super::choice::{BuildTool, ProvenanceFormat, RegistryAuth, SbomFormat, Signer};
use super::value::{Commit, Digest, Duration, Identifier, Name, RepositoryPath, Size, Text, Time};

record! {
    /// Where images are kept.
    pub struct Registry as "registry" {
        /// Its address without a scheme, such as `ghcr.io/acme`.
        url: Traced<String>, required;
        /// How it is signed in to.
        auth: Traced<RegistryAuth>, optional;
    }
}
record! {
    /// The commands of a build; by default what the tool calls for.
    pub struct BuildCommands as "build commands" {
        /// Fetches what the build needs.
        setup: Traced<Text>, optional;
        /// Checks the style.
        lint: Traced<Text>, optional;
        /// Builds.
        build: Traced<Text>, optional;
        /// Packs the result.
        package: Traced<Text>, optional;
    }
}
record! {
    /// How an image is built.
    pub struct ImageBuild as "image build" {
        /// The Dockerfile, from the context.
        dockerfile: Traced<RepositoryPath>, default "Dockerfile";
        /// The folder that is sent to the builder, from the repository's root.
        context: Traced<RepositoryPath>, optional;
        /// The stage that is built.
        target: Traced<String>, optional;
        /// The platforms; by default `linux/amd64`.
        platforms: Vec<Traced<Text>>, many;
        /// Arguments of the build.
        build_args: Table<Identifier, Traced<String>>, many;
    }
}
record! {
    /// How one component is built.
    pub struct Build as "build" {
        /// The component.
        component: Traced<Name>, required;
        /// What builds it.
        tool: Traced<BuildTool>, required;
        /// The version of the language's tools.
        toolchain: Traced<Text>, optional;
        /// Where it is built, from the repository's root.
        working_directory: Traced<RepositoryPath>, optional;
        /// The file that pins all packages, from the repository's root.
        lockfile: Traced<RepositoryPath>, optional;
        /// The commands.
        commands: BuildCommands, optional;
        /// Files that the build leaves behind.
        artifacts: Vec<Traced<RepositoryPath>>, many;
        /// How its image is built.
        image: ImageBuild, optional;
        /// Variables of the build.
        env: Table<Identifier, Traced<String>>, many;
        /// Whether packages are kept between builds.
        cache: Traced<bool>, default "true";
        /// After how long it is ended.
        timeout: Traced<Duration>, default "30m";
        /// Further variants: each key with its values.
        matrix: Table<Identifier, Vec<Traced<String>>>, many;
    }
}
record! {
    /// The tools that look for weaknesses; each a tool or `none`.
    pub struct Scans as "scans" {
        /// Reads the code.
        r#static: Traced<String>, optional;
        /// Reads the packages.
        dependencies: Traced<String>, optional;
        /// Reads the images.
        containers: Traced<String>, optional;
        /// Looks for secrets.
        secrets: Traced<String>, optional;
        /// Reads the infrastructure.
        infrastructure: Traced<String>, optional;
        /// Attacks a running system.
        dynamic: Traced<String>, optional;
    }
}
record! {
    /// What proves where a package comes from.
    pub struct SupplyChain as "supply chain" {
        /// The bill of materials.
        sbom: Traced<SbomFormat>, default "none";
        /// What signs.
        sign: Traced<Signer>, default "none";
        /// The provenance that is attested.
        provenance: Traced<ProvenanceFormat>, default "none";
    }
}
record! {
    /// The branches and tags that pipelines know.
    pub struct Branches as "branches" {
        /// The branch that is released from.
        main: Traced<String>, default "main";
        /// The tags that are releases.
        release: Traced<String>, default "v*";
    }
}
record! {
    /// One built version of a component.
    pub struct Package as "package" {
        /// The component.
        component: Traced<Name>, required;
        /// Its version.
        version: Traced<String>, required;
        /// The image without tag and digest; by default the registry and the component's name.
        image: Traced<String>, optional;
        /// What the registry calls the image's content.
        digest: Traced<Digest>, optional;
        /// The commit that was built.
        commit: Traced<Commit>, optional;
        /// When it was built.
        built_at: Traced<Time>, optional;
        /// Whether there is a bill of materials.
        sbom: Traced<bool>, default "false";
        /// Whether it is signed.
        signed: Traced<bool>, default "false";
        /// Whether its provenance is attested.
        provenance: Traced<bool>, default "false";
        /// How large it is.
        size: Traced<Size>, optional;
    }
}
