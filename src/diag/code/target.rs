//! `T` codes: what a target, or what is known of it, does not allow.

use crate::codes;

codes! { TARGET;
    /// # What it means
    /// A target that was asked for has no way to say what the inputs ask for.
    ///
    /// # Why it matters
    /// Leaving it out in silence would deploy less than was decided. The message says what can't be said, why, and which
    /// target can.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml, with `runtime: ecs`: no load balancer sends a worker its share of the work
    /// deployments:
    ///   - component: mailer
    ///     strategy: {canary: {steps: [{weight: 10, pause: 5m}, {weight: 100}]}}
    /// ```
    ///
    /// # How to fix
    /// Follow the help: choose another strategy, another runtime, or another target.
    CANNOT_EXPRESS = "T001" "cannot-express";

    /// # What it means
    /// A target spec lacks a fact that the target needs, or states it in another form. Specs are dated facts about the
    /// outside world: versions, digests, sizes, prices, limits.
    ///
    /// # Why it matters
    /// A fact that is guessed is wrong on the day that it matters.
    ///
    /// # Example
    /// ```yaml
    /// # targets/kubernetes.yaml
    /// api_versions:
    ///   Deployment: {collected: "2026-11-23", status: verified}     # `api_version` is missing
    /// ```
    ///
    /// # How to fix
    /// Correct the spec at the marked place. If the spec is the one that came with pathc, report it: it is our mistake.
    BAD_SPEC = "T002" "bad-spec";

    /// # What it means
    /// A name is longer than the target allows, even after pathc shortened what it may shorten; or two names become one when
    /// they are shortened.
    ///
    /// # Why it matters
    /// A platform would reject it on the day of the first deployment, or cut it so that two names become one.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml: a CronJob's name has at most 52 characters
    /// components:
    ///   - name: nightly-reconciliation-of-the-orders-with-the-warehouse
    ///     kind: cronjob
    /// ```
    ///
    /// # How to fix
    /// Choose a shorter name. The message says how many characters there may be.
    NAME_OVER_LIMIT = "T003" "name-over-limit";

    /// # What it means
    /// An environment's address range can't be split into the subnets that it needs: it is larger than a cloud network may be, it
    /// has no room for so many zones, or it is too small and G108 was let pass.
    ///
    /// # Why it matters
    /// A range can't grow once a network stands in it, and two networks that overlap can never be joined.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml: a cloud network is a /16 at most
    /// environments:
    ///   - {name: production, kind: production, region: eu-central-1, availability_zones: 3, cidr: 10.0.0.0/8}
    /// ```
    ///
    /// # How to fix
    /// Give the environment another `cidr`, fewer `availability_zones`, or none, and pathc chooses one. The message says how
    /// large the range has to be.
    NO_ADDRESS_SPACE = "T004" "no-address-space";

    /// # What it means
    /// Nothing says where an image is: the package has no `image`, there is no registry, or the registry's address needs an
    /// account that is not known.
    ///
    /// # Why it matters
    /// A workload without an image can't start, and a guessed address could be somebody else's image.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml, with no `registry` in build_configurations
    /// packages:
    ///   - {component: checkout, version: 1.4.2}
    /// ```
    ///
    /// # How to fix
    /// Name the registry once (`registry: {url: ghcr.io/acme}` in `build_configurations`), or the `image` of the package.
    NO_IMAGE_ADDRESS = "T005" "no-image-address";

    /// # What it means
    /// A component asks for a variable of a dependency that is not deployed in an environment, or that takes no requests.
    ///
    /// # Why it matters
    /// The variable would be empty in that environment, and the component would find out when it starts.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml: `mailer` is a worker without a port
    /// components:
    ///   - name: checkout
    ///     kind: service
    ///     env: {MAILER: {from: mailer.url}}
    /// ```
    ///
    /// # How to fix
    /// Deploy the dependency in that environment, give it a port, or take the variable away.
    NO_SUCH_PEER = "T006" "no-such-peer";

    /// # What it means
    /// A template of your own, below `templates/` in the folder of the inputs, can't be used: no template of pathc has its name, it
    /// is not well formed, or it names a value that there is not.
    ///
    /// # Why it matters
    /// A document with a gap looks finished. What should have stood in it is missed at night, by who needs it.
    ///
    /// # Example
    /// ```text
    /// path/templates/operations/runbook.md:
    /// # {{ subject.nmae }}
    /// ```
    ///
    /// # How to fix
    /// Correct the line that the message names. `pathc explain` and the reference say which values a template has. To change only
    /// a part, begin with `{% extends "built-in/runbook.md" %}` and write the block that is to be different.
    BAD_TEMPLATE = "T007" "bad-template";
}
