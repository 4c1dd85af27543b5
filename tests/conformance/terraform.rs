//! Judges of Terraform: format, validation, plan, apply, a second plan that is empty, Checkov. Whole systems are applied where
//! they are compared with what CloudFormation deploys, in `equivalence.rs`, and every fixture is planned there.

use super::{Case, Need, Outcome, aws, none};

const NEEDS: &[Need] = &[Need::Installed("python"), Need::Installed("python-aws"), Need::Program("terraform")];

pub(super) const CASES: &[Case] = &[
    Case { name: "terraform::each_judge_rejects_its_bad_samples", needs: NEEDS, run: || aws::rejects_bad("terraform") },
    Case { name: "terraform::all_judges_accept_the_good_sample", needs: NEEDS, run: || aws::accepts_good("terraform") },
    Case { name: "terraform::every_fixture_is_valid", needs: NEEDS, run: accepts_fixtures },
    Case { name: "terraform::a_system_on_eks_is_made", needs: NEEDS, run: eks_is_made },
];

/// Format, validation and policies; each is planned where the plan is compared with CloudFormation.
fn accepts_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let built = aws::built_fixtures("terraform", scratch.path())?;
    for (folder, plan) in &built {
        let (folder, plan) = (folder.to_string_lossy(), plan.to_string_lossy());
        let judges = ["--only", "fmt", "--only", "validate", "--environments", &plan, &folder];
        wrong.extend(aws::judge("terraform", &judges)?.iter().map(ToString::to_string));
    }
    wrong.extend(aws::policies("terraform", &built)?);
    none(wrong)
}

/// A system on EKS, in an account for each environment, is made in a simulated AWS; then nothing is left to do.
fn eks_is_made() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let copy = super::built(&super::root().join("fixtures/pass/clinic"), scratch.path())??;
    let folder = copy.join("infra/terraform");
    let plan = copy.join("infra/path/infrastructure_automation/environment_configurations.yaml");
    let (folder, plan) = (folder.to_string_lossy(), plan.to_string_lossy());
    let judges = ["--only", "apply", "--only", "second-plan"];
    let rest = ["--environment", "staging", "--environments", &plan, &folder];
    none(aws::judge("terraform", &[&judges[..], &rest].concat())?.iter().map(ToString::to_string).collect())
}
