//! Who may be a role: the subject that a job's token has, and the subjects that the role's trust takes, in the plan and in
//! every printed form, are the same.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::{Place, Proof};
use crate::plan::Plans;
use crate::plan::aws::graph::Trust;
use crate::source::FileId;
use crate::source::yaml::{NodeId, Tree, parse};

/// Subjects that may be a role, by its name.
pub(super) type Trusted = BTreeMap<String, BTreeSet<String>>;

/// The roles of pipelines, as the plan has them.
pub(super) fn planned(plans: &Plans) -> Trusted {
    let roles = plans.aws.accounts.iter().flat_map(|account| &account.roles);
    roles
        .filter_map(|role| match &role.trust {
            Trust::Pipeline { subjects, .. } => {
                Some((role.name.value.clone(), subjects.iter().map(|subject| subject.value.clone()).collect()))
            }
            _ => None,
        })
        .collect()
}

/// What a subject says behind the repository: `environment:production`, `ref:refs/heads/main`.
fn claim(subject: &str) -> &str {
    // `repo:OWNER/NAME:CLAIM`, and `repo:OWNER@ID/NAME@ID:CLAIM`.
    subject.splitn(3, ':').nth(2).unwrap_or(subject)
}

impl Proof<'_> {
    /// Looks through a text for roles of pipelines, and for jobs that are one.
    pub(super) fn trust(&self, place: Place<'_>, text: &str) {
        let has = |part: &str| memmem::find(text.as_bytes(), part.as_bytes()).is_some();
        if has("role-to-assume:") {
            self.jobs(place, text);
        }
        if !has("repo:") {
            return;
        }
        if has("\"aws_iam_role\"") {
            self.printed(place, &of_terraform(text));
        } else if has("AWS::IAM::Role") {
            self.printed(place, &of_cloudformation(text));
        }
    }

    /// The trust of roles as a file has it.
    fn printed(&self, place: Place<'_>, found: &Trusted) {
        for (role, subjects) in found {
            let Some(planned) = self.expected.trusted.get(role) else {
                self.object(place, format!("lets a pipeline be the role `{role}`, of which the plan knows nothing"));
                continue;
            };
            if subjects != planned {
                let (here, there) = (shown(subjects), shown(planned));
                self.object(place, format!("lets {here} be the role `{role}`, the plan {there}"));
            }
        }
    }

    /// The roles that the jobs of a workflow ask for.
    fn jobs(&self, place: Place<'_>, text: &str) {
        let (tree, _) = parse(FileId(0), text);
        let workflow = Workflow { text, tree };
        let Some(root) = workflow.tree.root() else { return };
        let by_pull_request = workflow.get(root, "on").is_some_and(|on| workflow.get(on, "pull_request").is_some());
        let jobs = workflow.get(root, "jobs").and_then(|jobs| workflow.tree.entries(jobs));
        for (name, job) in jobs.into_iter().flatten() {
            let environment = workflow.get(job, "environment").and_then(|environment| {
                workflow.scalar(environment).or_else(|| workflow.scalar(workflow.get(environment, "name")?))
            });
            let token = match environment {
                Some(environment) => format!("environment:{environment}"),
                None if by_pull_request => "pull_request".to_owned(),
                None => format!("ref:refs/heads/{}", self.expected.main_branch),
            };
            let steps = workflow.get(job, "steps").and_then(|steps| workflow.tree.list(steps));
            for step in steps.into_iter().flatten() {
                let asked = workflow.get(*step, "with").and_then(|with| workflow.get(with, "role-to-assume"));
                let Some(arn) = asked.and_then(|asked| workflow.scalar(asked)) else { continue };
                let role = arn.rsplit(":role/").next().unwrap_or(arn);
                self.seen().assumed.entry(role.to_owned()).or_default().insert(token.clone());
                let job = workflow.scalar(name).unwrap_or_default();
                match self.expected.trusted.get(role) {
                    Some(subjects) if subjects.iter().any(|subject| claim(subject) == token) => {}
                    Some(subjects) => {
                        let trusted = shown(subjects);
                        self.object(
                            place,
                            format!("lets the job `{job}` be the role `{role}` as `{token}`, which takes {trusted}"),
                        );
                    }
                    // A system whose infrastructure is not made here has roles of somebody else.
                    None if self.expected.trusted.is_empty() => {}
                    None => {
                        self.object(place, format!("lets the job `{job}` be the role `{role}`, which is in no plan"))
                    }
                }
            }
        }
    }

    /// Subjects that a role takes and that no job of the workflows has: doors that nobody needs.
    pub(super) fn unused_trust(&self, assumed: &Trusted) -> Vec<String> {
        if assumed.is_empty() {
            return Vec::new();
        }
        let unused = self.expected.trusted.iter().flat_map(|(role, subjects)| {
            let is_used = |subject: &&String| assumed.get(role).is_some_and(|tokens| tokens.contains(claim(subject)));
            subjects.iter().filter(move |subject| !is_used(subject)).map(move |subject| {
                format!("is asked by no job to be the role `{role}` as `{subject}`, which its trust takes")
            })
        });
        unused.collect()
    }
}

fn shown(subjects: &BTreeSet<String>) -> String {
    let subjects: Vec<String> = subjects.iter().map(|subject| format!("`{subject}`")).collect();
    if subjects.is_empty() { "nobody".to_owned() } else { subjects.join(", ") }
}

/// A workflow as a runner reads it.
struct Workflow<'t> {
    text: &'t str,
    tree: Tree,
}

impl Workflow<'_> {
    fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.tree.entries(node)?.find(|(name, _)| self.scalar(*name) == Some(key)).map(|(_, value)| value)
    }

    fn scalar(&self, node: NodeId) -> Option<&str> {
        self.tree.scalar(self.text, node).map(|(text, _)| text)
    }
}

/// The quoted texts of a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// Roles by the policy document that says who may be them.
fn of_terraform(text: &str) -> Trusted {
    let mut documents: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut roles: Vec<(&str, &str)> = Vec::new();
    let (mut kind, mut label, mut name, mut listed) = ("", "", "", false);
    for line in text.lines() {
        let mut words = quoted(line);
        if line.starts_with("data ") || line.starts_with("resource ") {
            (kind, label, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), "");
            continue;
        }
        let line = line.trim();
        match kind {
            "aws_iam_policy_document" if line.starts_with("values") || listed => {
                let subjects = words.filter(|subject| subject.starts_with("repo:")).map(str::to_owned);
                documents.entry(label).or_default().extend(subjects);
                listed = !line.contains(']');
            }
            "aws_iam_role" if line.starts_with("name ") => name = words.next().unwrap_or_default(),
            "aws_iam_role" if line.starts_with("assume_role_policy") => {
                let document = line.split("aws_iam_policy_document.").nth(1);
                roles.extend(document.and_then(|rest| Some((name, rest.strip_suffix(".json")?))));
            }
            _ => {}
        }
    }
    let taken = |(name, document): (&str, &str)| {
        let subjects = documents.get(document).filter(|subjects| !subjects.is_empty())?;
        Some((name.to_owned(), subjects.clone()))
    };
    roles.into_iter().filter_map(taken).collect()
}

/// Roles by their names, which stand before who may be them.
fn of_cloudformation(text: &str) -> Trusted {
    let mut trusted = Trusted::new();
    let (mut name, mut listed) = ("", false);
    for line in text.lines().map(str::trim) {
        if let Some(role) = line.strip_prefix("RoleName: ") {
            name = role;
        }
        let subject = match line.split_once(":sub:") {
            Some((_, subject)) => Some(subject.trim()),
            None if listed => line.strip_prefix("- ").map(str::trim),
            None => None,
        };
        listed = subject.is_some();
        if let Some(subject) = subject.filter(|subject| !subject.is_empty()) {
            trusted.entry(name.to_owned()).or_default().insert(subject.trim_matches(['\'', '"']).to_owned());
        }
    }
    trusted
}
