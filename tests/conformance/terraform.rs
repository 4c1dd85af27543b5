//! Judges of Terraform: format, validation, plan, apply, a second plan that is empty, Checkov.

use super::{Case, Need, Outcome, aws, none};

const NEEDS: &[Need] = &[Need::Installed("python"), Need::Installed("python-aws"), Need::Program("terraform")];

pub(super) const CASES: &[Case] = &[
    Case { name: "terraform::each_judge_rejects_its_bad_samples", needs: NEEDS, run: || aws::rejects_bad("terraform") },
    Case { name: "terraform::all_judges_accept_the_good_sample", needs: NEEDS, run: || aws::accepts_good("terraform") },
    Case { name: "terraform::every_fixture_is_planned", needs: NEEDS, run: plans_fixtures },
    Case { name: "terraform::a_system_on_ecs_is_made", needs: NEEDS, run: || is_made("courier") },
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

/// A fixture is made in a simulated AWS: each account and one environment; then nothing is left to do.
fn is_made(fixture: &str) -> Outcome {
    let scratch = tempfile::tempdir()?;
    let copy = super::built(&super::root().join("fixtures/pass").join(fixture), scratch.path())??;
    let folder = copy.join("infra/terraform");
    let plan = copy.join("infra/path/infrastructure_automation/environment_configurations.yaml");
    let (folder, plan) = (folder.to_string_lossy(), plan.to_string_lossy());
    let judges = ["--only", "apply", "--only", "second-plan", "--environment", "staging", "--environments", &plan];
    none(aws::judge("terraform", &[&judges[..], &[&folder]].concat())?.iter().map(ToString::to_string).collect())
}
