//! Judges of Terraform: format, validation, plan, apply, a second plan that is empty, Checkov.

use super::{Case, Need, Outcome, aws, none};

const NEEDS: &[Need] = &[Need::Installed("python"), Need::Installed("python-aws"), Need::Program("terraform")];

pub(super) const CASES: &[Case] = &[
    Case { name: "terraform::each_judge_rejects_its_bad_samples", needs: NEEDS, run: || aws::rejects_bad("terraform") },
    Case { name: "terraform::all_judges_accept_the_good_sample", needs: NEEDS, run: || aws::accepts_good("terraform") },
    Case { name: "terraform::every_fixture_is_planned", needs: NEEDS, run: plans_fixtures },
];

fn plans_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    for (folder, plan) in aws::built_fixtures("terraform", scratch.path())? {
        let arguments = ["--environments", &plan.to_string_lossy(), &folder.to_string_lossy()];
        wrong.extend(aws::judge("terraform", &arguments)?.iter().map(ToString::to_string));
    }
    none(wrong)
}
