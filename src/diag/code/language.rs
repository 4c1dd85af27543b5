//! `E` codes: what can be wrong with an input before anything is judged.

use crate::codes;

codes! { LANGUAGE;
    /// # What it means
    /// The text is not YAML. Reading stopped at the marked place; what stands above it was still checked.
    ///
    /// # Why it matters
    /// A file that can't be read to its end could hold anything below the error, so nothing is built from it.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - name: checkout
    ///     description: pays: and ships      # the second `: ` needs quotes
    /// ```
    ///
    /// # How to fix
    /// Look at the marked line and the one above it: a missing quote or bracket, a tab where spaces belong, a list that is
    /// indented less than its key. Put text that holds `: `, ` #` or begins with one of `@ & * ! | > % [ {` in quotes. One
    /// file holds one document: a second `---` starts another.
    SYNTAX = "E001" "syntax";

    /// # What it means
    /// A key that the language does not know at this place.
    ///
    /// # Why it matters
    /// A key that is silently left out is how a misspelt `replicas` becomes an outage. So every key must be known.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - name: checkout
    ///     kind: service
    ///     prots: [{name: http, port: 8080}]     # did you mean `ports`?
    /// ```
    ///
    /// # How to fix
    /// Correct the spelling, or move the key to the mapping that it belongs to. `pathc schema FILE` shows what may stand
    /// where. Keys of your own begin with `x-` and are left alone.
    UNKNOWN_KEY = "E002" "unknown-key";

    /// # What it means
    /// The same key stands twice in one mapping.
    ///
    /// # Why it matters
    /// Most YAML readers keep the last one and say nothing; then the first one is a lie.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     replicas: 3
    ///     resources: {cpu: 250m, memory: 256Mi}
    ///     replicas: 5
    /// ```
    ///
    /// # How to fix
    /// Keep one of the two. Both places are shown.
    DUPLICATE_KEY = "E003" "duplicate-key";

    /// # What it means
    /// Two things of one kind have the same name, or a component and a datastore share one.
    ///
    /// # Why it matters
    /// A reference is a bare name, so a name has to mean one thing: also across the fragments of a folder.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: orders, kind: service}
    /// # path/dependency_specifications.yaml
    /// datastores:
    ///   - {name: orders, kind: postgres}        # `depends_on: [orders]` could mean either
    /// ```
    ///
    /// # How to fix
    /// Rename one of the two, and what refers to it. Both places are shown.
    DUPLICATE_NAME = "E004" "duplicate-name";

    /// # What it means
    /// A value of another type than the field takes: a text where a list belongs, a number in quotes.
    ///
    /// # Why it matters
    /// Guessing what was meant would build something that nobody wrote.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     replicas: "3"                         # a text: remove the quotes
    /// ```
    ///
    /// # How to fix
    /// Write what the label asks for. `true` and `false` are the only booleans: `yes`, `no`, `on` and `off` are text.
    WRONG_TYPE = "E005" "wrong-type";

    /// # What it means
    /// A value of the right type that is not well formed: a unit that is not known, a name with capitals, a number out of
    /// its range, a word that is none of the choices.
    ///
    /// # Why it matters
    /// A wrong unit is a wrong number: `512M` and `512Mi` differ by a twentieth, `5m` of cpu and `5m` of time by everything.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     resources: {cpu: 250m, memory: 256mb}   # a size is written `256Mi`
    /// ```
    ///
    /// # How to fix
    /// Names are lower-case letters, digits and `-`, at most 63. Durations: `90s` `15m` `12h` `7d` `4w`. Sizes: `512Ki`
    /// `256Mi` `4Gi` `1Ti`. Cpu: `250m`, `0.5` or `2`. Percent: a number from 0 to 100 without a sign. Times: RFC 3339,
    /// as `2026-03-01T12:00:00Z`. Dates: `2026-03-01`. Commits: 7 to 40 hexadecimal digits.
    BAD_VALUE = "E006" "bad-value";

    /// # What it means
    /// A name that nothing defines: a dependency, a suite, an environment, a code.
    ///
    /// # Why it matters
    /// A reference to nothing is a rule that never holds: a test that gates no component, a promotion from nowhere.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - name: checkout
    ///     kind: service
    ///     depends_on: [oders-db]                # did you mean `orders-db`?
    /// ```
    ///
    /// # How to fix
    /// Correct the spelling, or define what is missing: components in `implementation_artifacts`, datastores and external
    /// services in `dependency_specifications`, environments in `deployment_packages`, suites in `test_specifications`.
    UNRESOLVED_NAME = "E007" "unresolved-name";

    /// # What it means
    /// A key that must be there is not, or has no value.
    ///
    /// # Why it matters
    /// There is no default that would be right for everybody, so nothing is assumed.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// environments:
    ///   - name: production                      # `kind` and `region` are missing
    /// ```
    ///
    /// # How to fix
    /// Add the key. The help says what it means; `pathc schema FILE` shows what may stand there.
    MISSING_KEY = "E008" "missing-key";

    /// # What it means
    /// A file that is needed is not there, or what is there is no file: a folder, a pipe, a link that leads nowhere.
    ///
    /// # Why it matters
    /// `pathc.yaml`, `implementation_artifacts` and `deployment_packages` are needed to compile anything. The other seven
    /// inputs may be absent, and the gates then say what is unproven; but a file that is named must be there.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - name: checkout
    ///     kind: service
    ///     files:
    ///       - {path: /etc/app.conf, source: config/ap.conf}     # the file is `config/app.conf`
    /// ```
    ///
    /// # How to fix
    /// Correct the path, or add the file. Fragments end in `.yaml`, not in `.yml`.
    MISSING_FILE = "E009" "missing-file";

    /// # What it means
    /// A file, or all files together, are over the limit: 16 MiB a file, 256 MiB in all. Or aliases make a small file large.
    ///
    /// # Why it matters
    /// What people write and review is a thousand times smaller; what is larger is a mistake or an attack, and would only
    /// make every run slow.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml: nine aliases in each of nine lists are 387 million entries
    /// x-a: &a [x, x, x, x, x, x, x, x, x]
    /// x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
    /// ```
    ///
    /// # How to fix
    /// Split a large input into a folder of fragments: `path/test_results/*.yaml`. Write out what aliases repeat. Keep raw
    /// reports out of the inputs: they hold totals.
    TOO_LARGE = "E010" "too-large";

    /// # What it means
    /// The file is nested deeper than 100 levels, or folders lead back into themselves.
    ///
    /// # Why it matters
    /// No part of the language is nested that deep, so it is a bracket that was never closed, or an attack.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// targets: [[[[[[[[[[[[        # and so on, a hundred times
    /// ```
    ///
    /// # How to fix
    /// Close the brackets. Remove links that lead to a folder above.
    TOO_DEEP = "E011" "too-deep";

    /// # What it means
    /// The bytes are not UTF-8 text, or hold characters that YAML forbids: a NUL byte, an escape sequence.
    ///
    /// # Why it matters
    /// Guessing an encoding changes names without a trace; control characters change what a terminal shows.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml, saved as Latin-1: the last letter of the name is the byte E9
    /// description: a café
    /// ```
    ///
    /// # How to fix
    /// Save the file as UTF-8, with or without a byte order mark. Write control characters as escapes in double quotes:
    /// `"\e[0m"`.
    NOT_TEXT = "E012" "not-text";

    /// # What it means
    /// A path leads out of the repository: by `..`, by an absolute path, or by a link.
    ///
    /// # Why it matters
    /// What is outside of the repository is not reviewed with it, is not there on another machine, and may be a secret of
    /// the machine that builds.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// inputs: ../other-team/path
    /// ```
    ///
    /// # How to fix
    /// Put the file into the repository, and name it by its path from there.
    OUTSIDE_REPOSITORY = "E013" "outside-repository";

    /// # What it means
    /// An anchor, alias, tag or merge key that can't be used so: an alias without its anchor, one that stands inside of what
    /// it names, a tag that is not of YAML's core schema.
    ///
    /// # Why it matters
    /// An alias that contains itself has no end, and a tag asks for a type that pathc does not have.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - name: checkout
    ///     kind: service
    ///     command: [serve, *adress]             # no anchor `&adress` stands above
    /// ```
    ///
    /// # How to fix
    /// Define the anchor above its alias, or write the value out. Put a text that begins with `*`, `&` or `!` in quotes.
    BAD_REFERENCE = "E014" "bad-reference";

    /// # What it means
    /// The system does not let pathc read a file that is there.
    ///
    /// # Why it matters
    /// Building without it would build another system.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml, with the permissions 000
    /// system: storefront
    /// ```
    ///
    /// # How to fix
    /// Give the user who runs pathc the right to read the file: `chmod u+r FILE`. On a network drive, try again.
    UNREADABLE = "E015" "unreadable";

    /// # What it means
    /// Two values contradict each other, or a value is one that this kind of thing does not take.
    ///
    /// # Why it matters
    /// Either could be what was meant, and whichever pathc chose, the other line would be a lie.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     replicas: 3
    ///     scaling: {min: 2, max: 10, target: {cpu: 70}}     # `replicas` or `scaling`, not both
    /// ```
    ///
    /// # How to fix
    /// Keep the one that you mean. Where a place in another file is shown, the two have to agree.
    CONFLICT = "E016" "conflict";
}
