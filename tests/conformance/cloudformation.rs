//! Judges of CloudFormation: cfn-lint at every level, a deployment, Checkov.

use std::fs;

use super::{Case, Need, Outcome, aws, folder, none};

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
    Case { name: "cloudformation::the_script_tells_what_it_does", needs: NEEDS, run: tells_what_it_does },
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

/// `deploy.sh` deploys a wave at once, says what failed, plans without leaving anything behind and sees drift; and the judge
/// of it sees a script that doesn't.
fn tells_what_it_does() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let good = super::root().join("tests/judges/cloudformation/good");
    none(aws::judge("script", &[&good.to_string_lossy()])?.iter().map(ToString::to_string).collect())?;
    let copy = scratch.path().join("bad");
    folder::copy(good, &copy)?;
    let script = copy.join("deploy.sh");
    let mut text = fs::read_to_string(&script)?;
    for (from, to, _) in SPOILT {
        if !text.contains(from) {
            return Err(format!("deploy.sh has nothing to spoil: {from}").into());
        }
        text = text.replace(from, to);
    }
    fs::remove_file(&script)?;
    fs::write(&script, text)?;
    let found: Vec<String> =
        aws::judge("script", &[&copy.to_string_lossy()])?.iter().map(ToString::to_string).collect();
    let unseen = SPOILT.iter().filter(|(_, _, said)| !found.iter().any(|finding| finding.contains(said)));
    none(unseen.map(|(from, _, said)| format!("without `{from}` nobody says `{said}`: {found:?}")).collect())
}

/// What is taken from the script, what stands there instead, and what the judge then says.
const SPOILT: [(&str, &str, &str); 3] = [
    ("deploy \"$index\" &", "deploy \"$index\" & wait \"$!\" || true", "the stacks of a wave wait for each other"),
    ("forget_empty \"$name\" \"$region\"", ":", "leaves change sets behind"),
    ("    exit 1\n  fi\n}", "  fi\n}", "what comes after its wave is deployed"),
];

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
