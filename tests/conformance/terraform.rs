//! Judges of Terraform: format, validation, plan, apply, a second plan that is empty, Checkov. Whole systems are applied where
//! they are compared with what CloudFormation deploys, in `equivalence.rs`, and every fixture is planned there.

use super::{Case, Need, Outcome, aws, none};

const NEEDS: &[Need] = &[Need::Installed("python"), Need::Installed("python-aws"), Need::Program("terraform")];

pub(super) const CASES: &[Case] = &[
    Case { name: "terraform::each_judge_rejects_its_bad_samples", needs: NEEDS, run: || aws::rejects_bad("terraform") },
    Case { name: "terraform::all_judges_accept_the_good_sample", needs: NEEDS, run: || aws::accepts_good("terraform") },
    Case { name: "terraform::every_fixture_is_valid", needs: NEEDS, run: accepts_fixtures },
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
