//! What Terraform applies and what CloudFormation deploys is the same, in a simulated AWS each; and the judge of it sees
//! what is missing or another. After the apply nothing is left to do, and a later build makes nothing anew that holds data.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Case, Need, Outcome, aws, folder, none};

const NEEDS: &[Need] = &[Need::Installed("python"), Need::Installed("python-aws"), Need::Program("terraform")];

pub(super) const CASES: &[Case] = &[
    Case { name: "equivalence::every_fixture_is_planned_the_same_by_both", needs: NEEDS, run: as_planned },
    Case { name: "equivalence::a_system_on_ecs_is_made_the_same_by_both", needs: NEEDS, run: on_ecs },
    Case { name: "equivalence::a_system_on_eks_is_made_the_same_by_both", needs: NEEDS, run: on_eks },
];

/// All environments of all fixtures: what Terraform plans is what CloudFormation makes, as far as a plan knows. The fixture with
/// every kind of datastore shows that the judge of plans sees what is missing or another.
fn as_planned() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    for (folder, plan) in aws::built_fixtures("cloudformation", scratch.path())? {
        let infra = folder.parent().ok_or("no folder of infrastructure")?;
        let (infra, plan) = (infra.to_string_lossy(), plan.to_string_lossy());
        let mut arguments = vec!["--planned", "--environments", &plan, &infra];
        if infra.contains("/gazette/") {
            arguments.push("--prove");
        }
        wrong.extend(aws::judge("equivalence", &arguments)?.iter().map(ToString::to_string));
    }
    none(wrong)
}

/// One environment on ECS. A later build calls its datastores by other names.
fn on_ecs() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let fixture = super::root().join("fixtures/pass/courier");
    let first = super::built(&fixture, &scratch.path().join("first"))??;
    let later = scratch.path().join("source/courier");
    folder::copy(fixture, &later)?;
    rename_datastores(
        &later.join("path"),
        &[("parcels-db", "ledger"), ("parcel-events", "events"), ("receipts-archive", "vault")],
    )?;
    let later = super::built(&later, &scratch.path().join("later"))??;
    folder::copy(later.join("infra/terraform"), first.join("infra/terraform/later"))?;
    is_same(&first, &["--environment", "staging"])
}

/// Two environments, each in an account of its own; production takes part in a cluster that is there before.
fn on_eks() -> Outcome {
    let scratch = tempfile::tempdir()?;
    is_same(&super::built(&super::root().join("fixtures/pass/clinic"), scratch.path())??, &[])
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

/// Makes a built system by both: nothing is left to do, both are the same, and a judge that looks at a bad copy of what was
/// made objects.
fn is_same(copy: &Path, more: &[&str]) -> Outcome {
    let infra = copy.join("infra").to_string_lossy().into_owned();
    let plan = copy.join("infra/path/infrastructure_automation/environment_configurations.yaml");
    let (plan, kept) = (plan.to_string_lossy(), copy.join("made.json"));
    let arguments = ["--prove", "--environments", &plan, "--keep", &kept.to_string_lossy(), &infra];
    let found = aws::judge("equivalence", &[&arguments[..], more].concat())?;
    none(found.iter().map(ToString::to_string).collect())?;
    let made: Value = serde_json::from_str(&fs::read_to_string(&kept)?)?;
    for (what, spoil) in BAD {
        let mut bad = made.clone();
        spoil(&mut bad).ok_or_else(|| format!("{} has nothing to spoil: {what}", copy.display()))?;
        rejects(&copy.join("bad"), &bad, what)?;
    }
    Ok(())
}

fn rejects(folder: &Path, bad: &Value, what: &str) -> Outcome {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("made.json"), bad.to_string())?;
    if aws::judge("equivalence", &[&folder.to_string_lossy()])?.is_empty() {
        return Err(format!("the judge sees no difference: {what}").into());
    }
    Ok(())
}

type Spoil = fn(&mut Value) -> Option<()>;

/// Ways to spoil what was made: of `[applied, deployed]`.
const BAD: [(&str, Spoil); 3] = [
    ("Terraform keeps logs for another time", |made| {
        let group = one(made, 0, "aws_cloudwatch_log_group")?;
        *group.pointer_mut("/values/retention_in_days")? = 1.into();
        Some(())
    }),
    ("CloudFormation lets everybody in", |made| {
        // Not the way in from outside, which lets everybody in already.
        let deployed = made.pointer_mut("/1")?.as_array_mut()?.iter_mut();
        let mut rules = deployed.filter(|one| one["type"] == "AWS::EC2::SecurityGroupIngress");
        let rule = rules.find(|one| one.pointer("/properties/SourceSecurityGroupId").is_some())?;
        let properties = rule.pointer_mut("/properties")?.as_object_mut()?;
        properties.remove("SourceSecurityGroupId");
        properties.insert("CidrIp".to_owned(), "0.0.0.0/0".into());
        Some(())
    }),
    ("CloudFormation makes no role", |made| {
        let deployed = made.pointer_mut("/1")?.as_array_mut()?;
        let at = deployed.iter().position(|one| one["type"] == "AWS::IAM::Role")?;
        deployed.remove(at);
        Some(())
    }),
];

/// The first resource of a kind that one of the two made.
fn one<'a>(made: &'a mut Value, side: usize, kind: &str) -> Option<&'a mut Value> {
    made.get_mut(side)?.as_array_mut()?.iter_mut().find(|one| one["type"] == kind)
}
