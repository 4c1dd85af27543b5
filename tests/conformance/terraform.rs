//! Judges of Terraform: format, validation, plan, apply, a second plan that is empty, Checkov.

use std::fs;
use std::path::Path;

use super::{Case, Need, Outcome, aws, none};

const NEEDS: &[Need] = &[Need::Installed("python"), Need::Installed("python-aws"), Need::Program("terraform")];

pub(super) const CASES: &[Case] = &[
    Case { name: "terraform::each_judge_rejects_its_bad_samples", needs: NEEDS, run: || aws::rejects_bad("terraform") },
    Case { name: "terraform::all_judges_accept_the_good_sample", needs: NEEDS, run: || aws::accepts_good("terraform") },
    Case { name: "terraform::every_fixture_is_planned", needs: NEEDS, run: plans_fixtures },
    Case { name: "terraform::a_system_on_ecs_is_made_and_keeps_what_is_renamed", needs: NEEDS, run: ecs_is_made },
    Case { name: "terraform::a_system_on_eks_is_made", needs: NEEDS, run: eks_is_made },
];

fn plans_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let built = aws::built_fixtures("terraform", scratch.path())?;
    for (folder, plan) in &built {
        let (folder, plan) = (folder.to_string_lossy(), plan.to_string_lossy());
        let judges = ["--only", "fmt", "--only", "validate", "--only", "plan", "--environments", &plan, &folder];
        wrong.extend(aws::judge("terraform", &judges)?.iter().map(ToString::to_string));
    }
    wrong.extend(aws::policies("terraform", &built)?);
    none(wrong)
}

/// A fixture is made in a simulated AWS: each account and one environment; then nothing is left to do. With other names
/// for its datastores in a later build, nothing that holds data is made anew.
fn ecs_is_made() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let fixture = super::root().join("fixtures/pass/courier");
    let first = super::built(&fixture, &scratch.path().join("first"))??;
    let later = scratch.path().join("source/courier");
    super::copy_folder(&fixture, &later)?;
    rename_datastores(
        &later.join("path"),
        &[("parcels-db", "ledger"), ("parcel-events", "events"), ("receipts-archive", "vault")],
    )?;
    let later = super::built(&later, &scratch.path().join("later"))??;
    super::copy_folder(&later.join("infra/terraform"), &first.join("infra/terraform/later"))?;
    none(made(&first)?)
}

/// The same on EKS, in an account for each environment.
fn eks_is_made() -> Outcome {
    let scratch = tempfile::tempdir()?;
    none(made(&super::built(&super::root().join("fixtures/pass/clinic"), scratch.path())??)?)
}

/// Gives datastores other names, and says what they were called.
fn rename_datastores(inputs: &Path, names: &[(&str, &str)]) -> Outcome {
    for entry in fs::read_dir(inputs)? {
        let path = entry?.path();
        let mut text = fs::read_to_string(&path)?;
        let defines = path.ends_with("dependency_specifications.yaml");
        for (from, to) in names {
            text = text.replace(from, to);
            if !defines {
                continue;
            }
            let defined = [format!("  - name: {to}\n"), format!("  - {{name: {to},")];
            text = text.replace(&defined[0], &format!("{}    renamed_from: [{from}]\n", defined[0]));
            text = text.replace(&defined[1], &format!("{} renamed_from: [{from}],", defined[1]));
        }
        fs::write(&path, text)?;
    }
    Ok(())
}

/// Applies what was built, and plans again; gives what the judges found.
fn made(copy: &Path) -> Outcome<Vec<String>> {
    let folder = copy.join("infra/terraform");
    let plan = copy.join("infra/path/infrastructure_automation/environment_configurations.yaml");
    let (folder, plan) = (folder.to_string_lossy(), plan.to_string_lossy());
    let judges = ["--only", "apply", "--only", "second-plan", "--only", "moved"];
    let rest = ["--environment", "staging", "--environments", &plan, &folder];
    Ok(aws::judge("terraform", &[&judges[..], &rest].concat())?.iter().map(ToString::to_string).collect())
}
