//! `pathc diff` against the tree, a revision and a folder; what it says of a change, and how a script learns of it.

mod folder;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A storefront in a git repository, built and committed.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Outcome<Repository> {
        let folder = tempfile::tempdir()?;
        folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/storefront"), folder.path())?;
        let repository = Repository { folder };
        repository.run(&["build", "-q"])?;
        repository.git(&["init", "-q"])?;
        repository.git(&["add", "-A"])?;
        repository.git(&["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "built"])?;
        Ok(repository)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn git(&self, arguments: &[&str]) -> Outcome {
        let status = Command::new("git").arg("-C").arg(self.folder.path()).args(arguments).status()?;
        if status.success() { Ok(()) } else { Err(format!("git {arguments:?}").into()) }
    }

    fn run(&self, arguments: &[&str]) -> Outcome<(i32, String, String)> {
        let output = Command::new(env!("CARGO_BIN_EXE_pathc"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SOURCE_DATE_EPOCH", "1795435200")
            .env_remove("CLICOLOR_FORCE")
            .output()?;
        let text = |bytes| String::from_utf8(bytes);
        Ok((output.status.code().unwrap_or(-1), text(output.stdout)?, text(output.stderr)?))
    }

    fn edit(&self, file: &str, from: &str, to: &str) -> Outcome {
        let text = fs::read_to_string(self.path(file))?;
        assert!(text.contains(from), "{file} has no `{from}`");
        Ok(fs::write(self.path(file), text.replace(from, to))?)
    }

    /// Every file below, but git's own.
    fn tree(&self) -> Outcome<Vec<(PathBuf, Vec<u8>)>> {
        let mut found = Vec::new();
        walk(self.folder.path(), &mut found)?;
        found.retain(|(path, _)| !path.starts_with(self.path(".git")));
        found.sort();
        Ok(found)
    }
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, found)? } else { found.push((path.clone(), fs::read(&path)?)) }
    }
    Ok(())
}

const PACKAGES: &str = "path/deployment_packages.yaml";
/// The web front's scaling.
const SCALING: (&str, &str) =
    ("scaling: {min: 2, max: 10, target: {cpu: 70}}", "scaling: {min: 3, max: 10, target: {cpu: 70}}");

#[test]
fn exit_codes_tell_scripts_what_they_ask() -> Outcome {
    let repository = Repository::new()?;
    for format in ["text", "semantic", "json", "markdown"] {
        for against in [&["diff", "--format", format][..], &["diff", "--format", format, "--against", "HEAD"]] {
            assert_eq!(repository.run(against)?.0, 0, "{against:?}");
        }
    }
    repository.edit(PACKAGES, SCALING.0, SCALING.1)?;
    for format in ["text", "semantic", "json", "markdown"] {
        assert_eq!(repository.run(&["diff", "--format", format])?.0, 1, "{format}");
    }
    for (against, expected) in [
        ("--against=nothing-like-it", "neither a folder nor a revision"),
        ("--against=--output=/tmp/x", "neither a folder nor a revision"),
        ("--against=HEAD:path", "neither a folder nor a revision"),
    ] {
        let (code, _, said) = repository.run(&["diff", against])?;
        assert!(code == 2 && said.contains(expected), "{against}: {code} {said}");
    }
    repository.edit("pathc.yaml", "system:", "sistem:")?;
    let (code, _, said) = repository.run(&["diff"])?;
    assert!(code == 2 && said.contains("`pathc check` shows them"), "{said}");
    Ok(())
}

#[test]
fn a_difference_is_shown_by_cause_and_leaves_no_trace() -> Outcome {
    let repository = Repository::new()?;
    repository.edit(PACKAGES, SCALING.0, SCALING.1)?;
    let before = repository.tree()?;
    let (_, tree, _) = repository.run(&["diff", "--format", "semantic"])?;
    let (_, revision, _) = repository.run(&["diff", "--format", "semantic", "--against", "HEAD"])?;
    // What the tree knows of the change is all that there is to know of this one.
    assert_eq!(tree, revision);
    insta::assert_snapshot!("one_value", revision);
    insta::assert_snapshot!(
        "one_value_markdown",
        repository.run(&["diff", "--format", "markdown", "--against", "HEAD"])?.1
    );
    assert_eq!(repository.tree()?, before);
    Ok(())
}

#[test]
fn the_lines_that_differ_are_what_a_build_changes() -> Outcome {
    let repository = Repository::new()?;
    repository.edit(PACKAGES, SCALING.0, SCALING.1)?;
    let (_, patch, _) = repository.run(&["diff"])?;
    fs::write(repository.path("the.patch"), patch)?;
    repository.git(&["apply", "the.patch"])?;
    assert_eq!(repository.run(&["diff"])?, (0, String::new(), String::new()));
    Ok(())
}

#[test]
fn a_new_name_is_one_change() -> Outcome {
    let repository = Repository::new()?;
    for file in fs::read_dir(repository.path("path"))? {
        let path = file?.path();
        let text = fs::read_to_string(&path)?;
        fs::write(&path, text.replace("catalog", "stock"))?;
    }
    let (_, text, _) = repository.run(&["diff", "--format", "json", "--against", "HEAD"])?;
    let story: Value = serde_json::from_str(&text)?;
    let causes = story["causes"].as_array().ok_or("no causes")?;
    let first = &causes[0]["cause"];
    assert_eq!((&first["old"], &first["new"]), (&Value::from("catalog"), &Value::from("stock")));
    let renamed: Vec<&Value> = causes
        .iter()
        .flat_map(|chapter| chapter["changes"].as_array().into_iter().flatten())
        .filter(|change| change["change"] == "renamed" && change["old"] == "catalog")
        .map(|change| &change["resource"]["kind"])
        .collect();
    for kind in ["Deployment", "Service", "ServiceAccount", "NetworkPolicy"] {
        assert!(renamed.contains(&&Value::from(kind)), "{kind}: {renamed:?}");
    }
    let added = causes.iter().flat_map(|chapter| chapter["changes"].as_array().into_iter().flatten());
    let added: Vec<&Value> =
        added.filter(|change| change["change"] == "added" || change["change"] == "removed").collect();
    assert!(added.is_empty(), "{added:#?}");
    // Where the old inputs are not known, the plans that were written know the old names.
    fs::remove_dir_all(repository.path(".git"))?;
    let (_, text, _) = repository.run(&["diff", "--format", "semantic", "--target", "kubernetes"])?;
    assert!(text.contains("Service stock (staging, production)\n      was called catalog"), "{text}");
    Ok(())
}

#[test]
fn a_new_name_is_no_change_of_what_only_holds_the_old_one() -> Outcome {
    let repository = Repository::new()?;
    // The component alone, and neither its folder, nor its database, nor its cache.
    for (file, from, to) in [
        ("implementation_artifacts", "- name: catalog\n", "- name: kiosk\n"),
        ("implementation_artifacts", "[checkout, catalog]", "[checkout, kiosk]"),
        ("implementation_artifacts", "{name: catalog, critical", "{name: kiosk, critical"),
        ("deployment_packages", "{component: catalog,", "{component: kiosk,"),
        ("deployment_packages", "- component: catalog\n", "- component: kiosk\n"),
        ("build_configurations", "- component: catalog\n", "- component: kiosk\n"),
        ("code_quality_metrics", "{component: catalog,", "{component: kiosk,"),
        ("test_coverage_report", "{component: catalog,", "{component: kiosk,"),
        ("test_specifications", "component: catalog\n", "component: kiosk\n"),
    ] {
        repository.edit(&format!("path/{file}.yaml"), from, to)?;
    }
    for arguments in [&["diff", "--format", "json"][..], &["diff", "--format", "json", "--against", "HEAD"]] {
        let (_, text, errors) = repository.run(arguments)?;
        for wrong in ["kiosk-db", "kiosk-cache", "kiosk-unit", "services/kiosk", "KioskDb", "KIOSK_DB"] {
            assert!(!text.contains(wrong), "{wrong}: {text}{errors}");
        }
        let story: Value = serde_json::from_str(&text)?;
        let first = &story["causes"][0]["cause"];
        assert_eq!((&first["old"], &first["new"]), (&Value::from("catalog"), &Value::from("kiosk")));
    }
    // The old inputs are not known.
    fs::remove_dir_all(repository.path(".git"))?;
    let (_, text, _) =
        repository.run(&["diff", "--format", "semantic", "--target", "kubernetes", "--target", "path"])?;
    assert!(text.contains("was called catalog") && !text.contains("kiosk-db"), "{text}");
    Ok(())
}

#[test]
fn a_datastore_that_says_its_old_name_is_not_replaced() -> Outcome {
    let story = |says_so: bool| -> Outcome<String> {
        let repository = Repository::new()?;
        for file in fs::read_dir(repository.path("path"))? {
            let path = file?.path();
            let text = fs::read_to_string(&path)?.replace("orders-db", "ledger-db");
            let known = "- name: ledger-db\n    renamed_from: [orders-db]\n";
            fs::write(&path, if says_so { text.replace("- name: ledger-db\n", known) } else { text })?;
        }
        Ok(repository.run(&["diff", "--format", "semantic"])?.1)
    };
    let told = story(true)?;
    assert!(told.contains("aws_db_instance ledger_db (staging, production)\n      was called orders_db"), "{told}");
    assert!(!told.contains("replaces") && !told.contains("OrdersDb") && !told.contains("costs"), "{told}");
    // Settings below a key that is the name are what they were.
    assert!(!told.contains("capacity") && !told.contains("high_availability"), "{told}");
    let told = story(false)?;
    assert!(told.contains("replaces: Terraform deletes it"), "{told}");
    Ok(())
}

#[test]
fn what_costs_more_is_said_of_its_cause() -> Outcome {
    let repository = Repository::new()?;
    let specifications = "path/dependency_specifications.yaml";
    repository.edit(specifications, "size: {cpu: 2, memory: 8Gi, storage: 100Gi}", "size: {cpu: 4, memory: 16Gi}")?;
    // The tree is what the last commit's inputs make: its causes are known as exactly as those of the revision.
    let (_, text, _) = repository.run(&["diff", "--format", "json"])?;
    assert_eq!(repository.run(&["diff", "--format", "json", "--against", "HEAD"])?.1, text);
    let story: Value = serde_json::from_str(&text)?;
    let total = &story["costs"][0];
    assert_eq!(total["environment"], "production");
    let difference = total["difference_usd"].as_f64().ok_or("no difference")?;
    let before = total["old_usd"].as_f64().zip(total["new_usd"].as_f64()).ok_or("no amounts")?;
    assert!(difference > 50.0 && (before.1 - before.0 - difference).abs() < 0.005, "{total}");
    let causes = story["causes"].as_array().ok_or("no causes")?;
    let share = |cause: &Value| cause["costs"][0]["difference_usd"].as_f64().unwrap_or_default();
    assert!((causes.iter().map(share).sum::<f64>() - difference).abs() < 0.005, "{causes:#?}");
    let (_, markdown, _) = repository.run(&["diff", "--format", "markdown"])?;
    assert!(markdown.contains("- estimated cost a month: ") && markdown.contains("production is estimated at"));
    // Without the old inputs, the estimate that was written says what it was.
    fs::remove_dir_all(repository.path(".git"))?;
    let (_, text, _) = repository.run(&["diff", "--format", "json"])?;
    assert_eq!(serde_json::from_str::<Value>(&text)?["costs"], story["costs"]);
    assert!(!text.contains(".estimate."), "an estimate is told as a cost");
    Ok(())
}

#[test]
fn environments_stand_in_the_order_of_promotion() -> Outcome {
    let repository = Repository::new()?;
    repository.edit(PACKAGES, "cpu: 250m", "cpu: 300m")?;
    let (_, text, _) = repository.run(&["diff", "--format", "semantic"])?;
    assert!(text.starts_with("deployments[web].resources.cpu: 250m to 300m in staging, production, from "), "{text}");
    assert!(text.contains("Deployment web (staging, production)"), "{text}");
    Ok(())
}

#[test]
fn risks_are_named() -> Outcome {
    let repository = Repository::new()?;
    repository.edit(PACKAGES, "objective: 99.9,", "objective: 99.5,")?;
    repository.edit(
        "path/implementation_artifacts.yaml",
        "- {name: orders-queue, access: produce}",
        "- {name: orders-queue, access: produce}\n      - catalog-db",
    )?;
    let (_, text, _) = repository.run(&["diff", "--format", "json", "--against", "HEAD"])?;
    let story: Value = serde_json::from_str(&text)?;
    for class in ["loosens an SLO", "widens access"] {
        assert!(story["risks"][class].as_u64().is_some_and(|times| times > 1), "{class}: {}", story["risks"]);
    }
    Ok(())
}

#[test]
fn the_tree_may_hold_what_others_wrote() -> Outcome {
    let repository = Repository::new()?;
    let file = "infra/kubernetes/production/workloads/web.yaml";
    repository.edit(file, "minReplicas: 2", "minReplicas: 7")?;
    let (code, text, said) = repository.run(&["diff", "--format", "semantic"])?;
    assert_eq!(code, 1);
    assert!(said.contains(&format!("`{file}` was edited by hand")), "{said}");
    assert!(text.contains("spec.minReplicas: 7 to 2"), "{text}");
    // Line ends are no difference.
    repository.git(&["checkout", "-q", "."])?;
    let text = fs::read_to_string(repository.path(file))?.replace('\n', "\r\n");
    fs::write(repository.path(file), text)?;
    assert_eq!(repository.run(&["diff"])?, (0, String::new(), String::new()));
    Ok(())
}

#[test]
fn another_folder_may_be_a_tree_or_a_system() -> Outcome {
    let (repository, other) = (Repository::new()?, Repository::new()?);
    other.edit(PACKAGES, SCALING.0, SCALING.1)?;
    let system = other.folder.path().to_string_lossy().into_owned();
    let (code, text, _) = repository.run(&["diff", "--format", "semantic", "--against", &system])?;
    assert!(code == 1 && text.contains("deployments[web].scaling.min: 3 to 2"), "{text}");
    let out = tempfile::tempdir()?;
    let tree = out.path().join("tree").to_string_lossy().into_owned();
    repository.run(&["build", "-q", "--out", &tree])?;
    assert_eq!(repository.run(&["diff", "--against", &tree])?.0, 0);
    repository.edit(PACKAGES, SCALING.0, SCALING.1)?;
    let (code, text, _) =
        repository.run(&["diff", "--against", &tree, "--target", "kubernetes", "--env", "production"])?;
    assert_eq!((code, text.matches("diff --git").count()), (1, 1), "{text}");
    Ok(())
}

/// A value that stands in the root or the parameters of one environment is a change of the resource that has it there, and of no
/// other; where it moves into the module or template nothing changes for an environment that had it already.
#[test]
fn infrastructure_is_told_by_resource_and_environment() -> Outcome {
    let repository = Repository::new()?;
    repository.edit(
        "path/implementation_artifacts.yaml",
        "  - name: catalog\n",
        "  - name: catalog\n    domain: realtime\n",
    )?;
    let (_, text, _) = repository.run(&["diff", "--format", "json"])?;
    let story: Value = serde_json::from_str(&text)?;
    let changes =
        story["causes"].as_array().into_iter().flatten().flat_map(|cause| cause["changes"].as_array()).flatten();
    let changes: Vec<&Value> = changes.collect();
    for (target, kind, name, field) in [
        ("terraform", "aws_db_instance", "catalog_db", "instance_class"),
        ("cloudformation", "AWS::RDS::DBInstance", "CatalogDbDatabase", "Properties.DBInstanceClass"),
    ] {
        let of_target = || changes.iter().filter(|change| change["target"] == target);
        let database: Vec<&&Value> = of_target().filter(|change| change["resource"]["name"] == name).collect();
        let [database] = database.as_slice() else { return Err(format!("{database:#?}").into()) };
        assert_eq!((&database["resource"]["kind"], &database["field"]), (&Value::from(kind), &Value::from(field)));
        assert_eq!((&database["old"], &database["new"]), (&Value::from("db.t4g.medium"), &Value::from("db.m7g.large")));
        assert_eq!(database["risks"].as_array().map(Vec::len), Some(2), "{database:#}");
        let others = of_target().filter(|change| change["environments"] != serde_json::json!(["staging"]));
        assert_eq!(others.count(), 0, "{changes:#?}");
    }
    Ok(())
}

/// A panel that comes moves others, and deliverables say again what other targets show: both are a number for people, and
/// marked for scripts.
#[test]
fn a_comment_is_as_long_as_a_host_takes_it() -> Outcome {
    let repository = Repository::new()?;
    // Each alert says both, in each environment.
    repository.edit(PACKAGES, "runbooks.acme.example", "runbooks.example.org")?;
    repository.edit("pathc.yaml", "team: commerce", "team: trade")?;
    let (code, text, _) = repository.run(&["diff", "--format", "markdown"])?;
    assert_eq!(code, 1);
    let length = text.chars().count();
    assert!((60_000..=65_536).contains(&length), "{length}");
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("And ") && last.ends_with("`pathc diff --format semantic` shows all."), "{last}");
    Ok(())
}

#[test]
fn what_only_follows_is_a_number() -> Outcome {
    let repository = Repository::new()?;
    repository.edit(
        "path/implementation_artifacts.yaml",
        "  - name: catalog\n",
        "  - name: catalog\n    domain: realtime\n",
    )?;
    let (_, text, _) = repository.run(&["diff", "--format", "semantic"])?;
    assert!(text.contains("panels[Jitter] is new") && text.contains("panels are moved"), "{text}");
    for noise in ["gridPos", "].id: ", "dashboards["] {
        assert!(!text.contains(noise), "{noise} in {text}");
    }
    let (_, json, _) = repository.run(&["diff", "--format", "json"])?;
    let story: Value = serde_json::from_str(&json)?;
    let changes =
        || story["causes"].as_array().into_iter().flatten().flat_map(|cause| cause["changes"].as_array()).flatten();
    let folded = |why: &str| changes().filter(|change| change["folded"] == why).count();
    assert!(folded("layout") > 5 && folded("deliverable") > 5, "{story:#}");
    // Alone, deliverables are all that there is to show.
    let (_, text, _) = repository.run(&["diff", "--format", "semantic", "--target", "path"])?;
    assert!(text.contains("components[catalog].domain: business to realtime"), "{text}");
    Ok(())
}
