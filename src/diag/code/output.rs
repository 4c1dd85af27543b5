//! `O` codes: what can stand between a finished build and the disk.

use crate::codes;

codes! { OUTPUT;
    /// # What it means
    /// A generated file was changed by somebody else since pathc wrote it.
    ///
    /// # Why it matters
    /// Writing over it would lose the change; keeping it would make the tree differ from what the inputs say. Only its
    /// author knows which of the two is meant, so nothing at all is written.
    ///
    /// # Example
    /// ```console
    /// $ sed -i 's/replicas: 3/replicas: 9/' infra/kubernetes/production/workloads/checkout.yaml
    /// $ pathc build
    /// error[O001 edited-by-hand]: `infra/kubernetes/production/workloads/checkout.yaml` was edited by hand
    /// ```
    ///
    /// # How to fix
    /// Say it in the inputs and run `pathc build --force`, which writes over the edit. To own the file from now on, move
    /// it out of the generated folder.
    EDITED_BY_HAND = "O001" "edited-by-hand";

    /// # What it means
    /// A generated file is not what the inputs say now: they, or pathc, changed since it was written.
    ///
    /// # Why it matters
    /// What is reviewed and deployed is the generated file. Stale, it runs yesterday's decisions.
    ///
    /// # Example
    /// ```console
    /// $ pathc build --check
    /// error[O002 stale]: `infra/kubernetes/production/workloads/checkout.yaml` is stale
    /// ```
    ///
    /// # How to fix
    /// Run `pathc build` and commit what changed.
    STALE = "O002" "stale";

    /// # What it means
    /// A file that the inputs call for is not there.
    ///
    /// # Why it matters
    /// `pathc build --check` stands for the whole tree: one that lacks a file deploys less than was decided.
    ///
    /// # Example
    /// ```console
    /// $ git rm infra/kubernetes/staging/kustomization.yaml
    /// $ pathc build --check
    /// error[O003 missing]: `infra/kubernetes/staging/kustomization.yaml` is missing
    /// ```
    ///
    /// # How to fix
    /// Run `pathc build` and commit the file. If it should not be there, change the input that calls for it.
    MISSING = "O003" "missing";

    /// # What it means
    /// Where pathc would write, a file stands that it never wrote.
    ///
    /// # Why it matters
    /// It is somebody's work. `pathc.lock` lists every file that pathc wrote; what is not listed there is never replaced
    /// nor removed.
    ///
    /// # Example
    /// ```console
    /// $ ls .github/workflows
    /// ci.yml
    /// $ pathc build
    /// error[O004 not-ours]: `.github/workflows/ci.yml` is there already, and pathc did not write it
    /// ```
    ///
    /// # How to fix
    /// Move the file away, give the target another folder (`targets: {NAME: {out: FOLDER}}` in `pathc.yaml`), or write over
    /// it with `--force`.
    NOT_OURS = "O004" "not-ours";

    /// # What it means
    /// `pathc.lock` can't be read: it is damaged, holds a conflict of two branches, or was written by a newer pathc.
    ///
    /// # Why it matters
    /// Without the lock nobody knows which files are pathc's, so none may be replaced.
    ///
    /// # Example
    /// ```console
    /// $ git merge feature
    /// CONFLICT (content): Merge conflict in pathc.lock
    /// $ pathc build
    /// error[O005 unreadable-lock]: `pathc.lock` can't be read: line 14 is `<<<<<<< HEAD`
    /// ```
    ///
    /// # How to fix
    /// After a merge, take either side (`git checkout --ours pathc.lock`) and build. Or remove the lock and build: files that
    /// are as a build makes them are adopted, and others are reported, never replaced. For a lock of a newer pathc, update.
    UNREADABLE_LOCK = "O005" "unreadable-lock";

    /// # What it means
    /// The system refused to read or write an output: no permission, a full disk, a read-only folder.
    ///
    /// # Why it matters
    /// Writing is all or nothing: the tree is as it was before, or the next build completes it.
    ///
    /// # Example
    /// ```console
    /// $ pathc build --out /etc/pathc
    /// error[O006 refused-by-system]: can't write `/etc/pathc/pathc.lock`: permission denied
    /// ```
    ///
    /// # How to fix
    /// Make room or give the permission, and build again; or write elsewhere with `--out DIR`.
    REFUSED_BY_SYSTEM = "O006" "refused-by-system";

    /// # What it means
    /// Another `pathc build` is writing the same tree, and did not finish while this one waited.
    ///
    /// # Why it matters
    /// Two builds at once could leave a tree that neither of them meant.
    ///
    /// # Example
    /// ```console
    /// $ pathc build & pathc build
    /// error[O007 build-running]: another build is writing this tree
    /// ```
    ///
    /// # How to fix
    /// Wait for the other build, or stop it. A build that was killed holds nothing back.
    BUILD_RUNNING = "O007" "build-running";

    /// # What it means
    /// Two outputs have one path, or paths that only differ in case, or one is the folder of the other.
    ///
    /// # Why it matters
    /// One would write over the other; on a disk that does not tell `A` from `a`, also where the paths look different.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// targets:
    ///   kubernetes: {out: deploy}
    ///   prometheus: {out: Deploy}
    /// ```
    ///
    /// # How to fix
    /// Give one of the targets another folder with its `out`.
    SAME_PATH = "O008" "same-path";

    /// # What it means
    /// An output's path leads out of the repository, by `..` or by a link.
    ///
    /// # Why it matters
    /// pathc writes below one folder and nowhere else, so that a reviewer sees all that it changes.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// targets:
    ///   kubernetes: {out: ../cluster}
    /// ```
    ///
    /// # How to fix
    /// Choose a folder inside of the repository, or write the whole tree elsewhere with `--out DIR`.
    OUTSIDE_OUTPUT = "O009" "outside-output";

    /// # What it means
    /// A folder stands where a file is to be written, or a file where a folder has to be.
    ///
    /// # Why it matters
    /// Removing a folder could remove somebody's work with it.
    ///
    /// # Example
    /// ```console
    /// $ mkdir pathc.lock && pathc build
    /// error[O010 in-the-way]: `pathc.lock` is a folder, and a file is to be written there
    /// ```
    ///
    /// # How to fix
    /// Move what stands there away, and build again.
    IN_THE_WAY = "O010" "in-the-way";

    /// # What it means
    /// Two generated files, or a file and the plan, say different things of one system: another port, another digest, a
    /// secret of another environment. That is an error inside of pathc.
    ///
    /// # Why it matters
    /// What one target deploys, another one watches and a third one scales. Where they disagree, something is deployed
    /// that nobody decided. So nothing at all is written.
    ///
    /// # Example
    /// ```console
    /// $ pathc build
    /// error[O011 targets-disagree]: `infra/kubernetes/production/workloads/web.yaml` scales `web` from 3, the plan from 2
    /// ```
    ///
    /// # How to fix
    /// Report it with the inputs that show it. Until it is mended, build the other targets with `--target`.
    TARGETS_DISAGREE = "O011" "targets-disagree";

    /// # What it means
    /// `--locked` was given, and `pathc.lock` is not there, or was written by another version of pathc or with another
    /// version of a target spec.
    ///
    /// # Why it matters
    /// Another version may write other files from the same inputs. With `--locked`, what changes has changed in the inputs,
    /// and a new version is a decision that somebody reviews.
    ///
    /// # Example
    /// ```console
    /// $ pathc build --locked
    /// error[O012 other-version]: pathc 0.1.0 wrote `pathc.lock`, and this is pathc 0.2.0
    /// ```
    ///
    /// # How to fix
    /// Install the version that the lock names, or build once without `--locked`, review what changes, and commit it.
    OTHER_VERSION = "O012" "other-version";
}
