//! Judges of CloudFormation: cfn-lint at every level, a deployment, Checkov.

use super::{Case, Need, Outcome, aws, none};

const NEEDS: &[Need] = &[Need::Installed("python"), Need::Installed("python-aws")];

pub(super) const CASES: &[Case] = &[
    Case {
        name: "cloudformation::each_judge_rejects_its_bad_samples",
        needs: NEEDS,
        run: || aws::rejects_bad("cloudformation"),
    },
    Case {
        name: "cloudformation::all_judges_accept_the_good_sample",
        needs: NEEDS,
        run: || aws::accepts_good("cloudformation"),
    },
    Case { name: "cloudformation::every_fixture_is_accepted", needs: NEEDS, run: accepts_fixtures },
    Case { name: "cloudformation::fixtures_are_deployed", needs: NEEDS, run: deploys_fixtures },
];

/// A system on Kubernetes, deployed stack by stack; that of one on ECS is compared with what Terraform makes.
fn deploys_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    for (folder, plan) in aws::built_systems("cloudformation", &["storefront"], scratch.path())? {
        let (folder, plan) = (folder.to_string_lossy(), plan.to_string_lossy());
        let judges = ["--deploy", "--only", "deploy", "--environment", "production", "--environments", &plan, &folder];
        wrong.extend(aws::judge("cloudformation", &judges)?.iter().map(ToString::to_string));
    }
    none(wrong)
}

fn accepts_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let built = aws::built_fixtures("cloudformation", scratch.path())?;
    for (folder, plan) in &built {
        let (folder, plan) = (folder.to_string_lossy(), plan.to_string_lossy());
        let judges = ["--only", "lint", "--environments", &plan, &folder];
        wrong.extend(aws::judge("cloudformation", &judges)?.iter().map(ToString::to_string));
    }
    wrong.extend(aws::policies("cloudformation", &built)?);
    none(wrong)
}
