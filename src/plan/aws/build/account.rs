//! What an account has once: who the pipeline is, images, the audit trail, budgets, and where Terraform's state is kept.

use super::data::log_writers;
use super::identity::{key, regional, stated, statement};
use super::{Whole, by, word};
use crate::diag::Diagnostic;
use crate::ir::choice::{Provisioner, RegistryAuth};
use crate::ir::value::Name;
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{
    Attribute, Bucket, BucketPurpose, Budget, Id, KmsKey, LogGroup, OidcProvider, Owner, Pattern, Piece, Ref,
    Repository, Role, Statement, Trail, Trust,
};
use crate::plan::aws::{AwsAccount, StateStore, graph, names, rules};
use crate::plan::infrastructure::environments::EnvironmentPlan;
use crate::plan::names::shorten;
use crate::spec::aws::{NameKind, Principal, StatementFact};

/// The provider's id.
const PROVIDER: &str = "github";

pub(super) fn plan(whole: &Whole<'_>, problems: &mut Vec<Diagnostic>) -> Vec<AwsAccount> {
    let environments = &whole.infrastructure.environments.environments;
    let mut numbers: Vec<Option<&str>> = Vec::new();
    for environment in environments {
        let number = environment.account.as_ref().map(|account| account.value.as_str());
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    let _ = problems;
    numbers
        .into_iter()
        .filter_map(|number| {
            let own: Vec<&EnvironmentPlan> = environments
                .iter()
                .filter(|environment| environment.account.as_ref().map(|account| account.value.as_str()) == number)
                .collect();
            let first = own.first()?;
            Some(Account { whole, first, own: &own }.plan())
        })
        .collect()
}

struct Account<'a> {
    whole: &'a Whole<'a>,
    first: &'a EnvironmentPlan,
    own: &'a [&'a EnvironmentPlan],
}

impl Account<'_> {
    fn plan(&self) -> AwsAccount {
        let system = self.whole.system.name.as_str();
        let aws = &self.whole.specs.aws;
        let region = &self.first.region;
        let provider = self.provider();
        let trail_principal = aws.principal(Principal::CloudTrail).clone();
        let logs = aws.principal(Principal::Logs);
        let logs = logs.with(regional(&logs.value, &region.value));
        let keys = vec![
            key(
                self.named(NameKind::KmsAlias, "trail"),
                "trail",
                Owner::Account,
                "The audit trail",
                Some(trail_principal),
            ),
            key(
                self.named(NameKind::KmsAlias, "account-logs"),
                "logs",
                Owner::Account,
                "Log groups of the account",
                Some(logs),
            ),
            key(self.named(NameKind::KmsAlias, "images"), "images", Owner::Account, "Images", None),
        ];
        let keys = keys.into_iter().filter(|key| key.id.as_str() != "images" || self.has_registry()).collect();
        let mut roles = vec![self.trail_role()];
        if let Some(provider) = &provider {
            roles.extend(self.pipeline_roles(provider));
        }
        let origin = Origin::rule(rules::TRAIL);
        let log_group = LogGroup {
            id: Id::made("trail"),
            origin,
            owner: Owner::Account,
            name: word(format!("/{system}/audit-trail"), rules::NAME),
            retention_days: self.audit_days(),
            key: Ref::named("logs"),
        };
        AwsAccount {
            number: self.first.account.clone(),
            region: region.clone(),
            environments: self.own.iter().map(|environment| environment.name.value.clone()).collect(),
            state: self.state(),
            templates: self.templates(),
            provider,
            roles,
            repositories: self.repositories(),
            trail: Trail {
                id: Id::made("main"),
                origin,
                owner: Owner::Account,
                name: self.named(NameKind::Trail, "audit-trail"),
                bucket: Ref::named("trail"),
                key: Ref::named("trail"),
                log_group: log_group.reference(),
                role: Ref::named("trail"),
            },
            buckets: self.buckets(),
            keys,
            log_groups: vec![log_group],
            budgets: self.budgets(),
        }
    }

    fn named(&self, kind: NameKind, below: &str) -> Traced<String> {
        let max = u32::try_from(self.whole.specs.aws.name_rule(kind).max).unwrap_or(u32::MAX);
        word(shorten(&format!("{}-{below}", self.whole.system.name), max), rules::NAME)
    }

    fn audit_days(&self) -> Traced<u32> {
        let kept = &self.whole.system.audit_retention;
        let days = kept.value.whole_seconds().div_ceil(86_400);
        kept.with(self.whole.specs.aws.log_retention(days).map_or(365, |days| days.value))
    }

    fn provider(&self) -> Option<OidcProvider> {
        let workflows = &self.whole.pipeline.workflows.environments;
        workflows.iter().find(|workflow| workflow.oidc_subject.is_some())?;
        let facts = &self.whole.specs.aws.github_oidc;
        Some(OidcProvider {
            id: Id::made(PROVIDER),
            origin: Origin::rule(rules::PROVIDER),
            owner: Owner::Account,
            url: facts.url.clone(),
            audience: facts.audience.clone(),
        })
    }

    fn templates(&self) -> Bucket {
        let system = self.whole.system.name.as_str();
        Bucket {
            id: Id::made("templates"),
            origin: Origin::rule(rules::TEMPLATES),
            owner: Owner::Account,
            name: word(names::template_bucket_base(system), rules::TEMPLATES),
            purpose: BucketPurpose::Templates,
            versioned: by(true, rules::TEMPLATES),
            old_version_days: Some(by(30, rules::TEMPLATES)),
            cold_days: None,
            archive_days: None,
            delete_days: Some(by(90, rules::TEMPLATES)),
            abort_days: by(7, rules::ABORT_UPLOADS),
            key: None,
            access_logs: None,
            protected: by(false, rules::TEMPLATES),
            secret: None,
            log_writers: Vec::new(),
            served_by: None,
        }
    }

    /// Putting templates where CloudFormation reads them.
    fn template_statement(&self) -> Statement {
        let origin = Origin::rule(rules::TEMPLATES);
        let base = names::template_bucket_base(self.whole.system.name.as_str());
        let objects = Pattern {
            pieces: vec![
                Piece::Text("arn:".to_owned()),
                Piece::Partition,
                Piece::Text(format!(":s3:::{base}-")),
                Piece::Account,
                Piece::Text("/*".to_owned()),
            ],
            origin,
        };
        let actions = ["s3:GetObject", "s3:PutObject"].map(|action| word(action, rules::TEMPLATES));
        statement("Templates", &actions, vec![objects], origin)
    }

    fn state(&self) -> StateStore {
        let origin = Origin::rule(rules::STATE);
        let system = self.whole.system.name.as_str();
        StateStore {
            bucket: Bucket {
                id: Id::made("state"),
                origin,
                owner: Owner::Account,
                name: word(names::state_bucket_base(system), rules::STATE),
                purpose: BucketPurpose::State,
                versioned: by(true, rules::STATE),
                old_version_days: Some(by(90, rules::STATE)),
                cold_days: None,
                archive_days: None,
                delete_days: None,
                abort_days: by(7, rules::ABORT_UPLOADS),
                key: Some(Ref::named("state")),
                access_logs: None,
                protected: by(true, rules::STATE),
                secret: None,
                log_writers: Vec::new(),
                served_by: None,
            },
            key: key(
                self.named(NameKind::KmsAlias, "terraform-state"),
                "state",
                Owner::Account,
                "Terraform's state",
                None,
            ),
        }
    }

    fn buckets(&self) -> Vec<Bucket> {
        let kept = &self.whole.system.audit_retention;
        let days = u32::try_from(kept.value.whole_seconds().div_ceil(86_400)).unwrap_or(u32::MAX);
        let system = self.whole.system.name.as_str();
        let bucket = |id: &str, name: &str, purpose: BucketPurpose, key: Option<Ref<KmsKey>>| Bucket {
            id: Id::made(id),
            origin: Origin::rule(rules::TRAIL),
            owner: Owner::Account,
            name: word(names::bucket_base(system, name), rules::NAME),
            purpose,
            versioned: by(true, rules::TRAIL),
            old_version_days: Some(by(30, rules::TRAIL)),
            cold_days: None,
            archive_days: None,
            delete_days: Some(kept.with(days)),
            abort_days: by(7, rules::ABORT_UPLOADS),
            key,
            access_logs: (purpose == BucketPurpose::Trail).then(|| Ref::named("account-logs")),
            protected: by(true, rules::TRAIL),
            secret: None,
            log_writers: log_writers(purpose, self.whole.specs),
            served_by: None,
        };
        vec![
            bucket("account-logs", "account-logs", BucketPurpose::AccessLogs, None),
            bucket("trail", "audit-trail", BucketPurpose::Trail, Some(Ref::named("trail"))),
        ]
    }

    fn trail_role(&self) -> Role {
        let origin = Origin::rule(rules::TRAIL);
        let aws = &self.whole.specs.aws;
        let group = Pattern::below(&Ref::<LogGroup>::named("trail"), ":*", origin);
        Role {
            id: Id::made("trail"),
            origin,
            owner: Owner::Account,
            name: self.named(NameKind::IamRole, "audit-trail"),
            description: word("Writes the audit trail where it can be searched", rules::TRAIL),
            trust: Trust::Service { principal: aws.principal(Principal::CloudTrail).clone(), source_account: true },
            managed: Vec::new(),
            statements: vec![statement("Logs", aws.words.actions("logs"), vec![group], origin)],
            session_seconds: None,
        }
    }

    fn pipeline_roles(&self, provider: &OidcProvider) -> Vec<Role> {
        let aws = &self.whole.specs.aws;
        let system = self.whole.system.name.as_str();
        let origin = Origin::rule(rules::PIPELINE_ROLE);
        let role = |id: String, name: String, description: String, subjects: Vec<Traced<String>>| Role {
            id: Id::made(&id),
            origin,
            owner: Owner::Account,
            name: word(name, rules::PIPELINE_ROLE),
            description: word(description, rules::PIPELINE_ROLE),
            trust: Trust::Pipeline { provider: provider.reference(), subjects },
            managed: Vec::new(),
            statements: Vec::new(),
            session_seconds: None,
        };
        let mut roles = Vec::new();
        let branch = &self.whole.pipeline.configurations.main_branch;
        for environment in self.own {
            let workflows = &self.whole.pipeline.workflows.environments;
            let workflow = workflows.iter().find(|workflow| workflow.environment.value == environment.name.value);
            let Some(subject) = workflow.and_then(|workflow| workflow.oidc_subject.as_ref()) else { continue };
            let name = environment.name.as_str();
            let mut deploy = role(
                format!("{name}-deploy"),
                names::deploy_role(system, name),
                format!("The pipeline that changes {name}"),
                vec![subject.clone()],
            );
            deploy.session_seconds = Some(by(14_400, rules::PIPELINE_ROLE));
            let (prefix, path) = (names::prefix(system, name), format!("{system}/{name}"));
            let words = [
                ("<PREFIX>", prefix.as_str()),
                ("<PATH>", &path),
                ("<SYSTEM>", system),
                ("<ENVIRONMENT>", name),
                ("<CLUSTER>", &environment.cluster),
            ];
            let filled = |facts: &[StatementFact]| -> Vec<Statement> {
                let facts = facts.iter().filter(|it| !it.own_cluster || !environment.cluster_exists.value);
                facts.map(|fact| stated(fact, &words, &environment.region)).collect()
            };
            deploy.statements = filled(&aws.words.deploy);
            let by_stacks = self.whole.pipeline.workflows.provisioner.value == Provisioner::Cloudformation;
            let state = |writes| self.state_statements(name, writes);
            let stacks = |facts: &[StatementFact]| {
                let mut statements = filled(facts);
                statements.push(self.template_statement());
                statements
            };
            deploy.statements.extend(if by_stacks { stacks(&aws.words.stacks) } else { state(true) });
            deploy.managed.push(super::identity::managed(&aws.words.read_policy));
            roles.push(deploy);
            let head = subject.value.split(":environment:").next().unwrap_or_default();
            let on_branch = subject.with(format!("{head}:ref:refs/heads/{branch}"));
            let mut plan = role(
                format!("{name}-plan"),
                names::plan_role(system, name),
                format!("The pipeline that looks whether {name} is as it should be"),
                vec![on_branch],
            );
            plan.managed.push(super::identity::managed(&aws.words.read_policy));
            plan.statements.extend(if by_stacks { stacks(&aws.words.stacks_plan) } else { state(false) });
            roles.push(plan);
        }
        // Without a repository there is nothing to push to, and nobody who would.
        let repositories = self.repository_arns();
        if self.has_registry()
            && !repositories.is_empty()
            && let Some(subject) =
                self.whole.pipeline.workflows.environments.iter().find_map(|it| it.oidc_subject.as_ref())
        {
            let head = subject.value.split(":environment:").next().unwrap_or_default();
            let mut push = role(
                "registry".to_owned(),
                names::registry_role(system),
                "The pipeline that publishes images".to_owned(),
                vec![subject.with(format!("{head}:environment:release"))],
            );
            let any = Pattern::text("*", origin);
            push.statements = vec![
                statement("Token", aws.words.actions("registry_token"), vec![any], origin),
                statement("Push", aws.words.actions("registry_push"), repositories, origin),
            ];
            roles.push(push);
        }
        roles
    }

    fn repository_arns(&self) -> Vec<Pattern> {
        let origin = Origin::rule(rules::PIPELINE_ROLE);
        let repositories = self.repositories();
        repositories.iter().map(|it| Pattern::of(&it.reference(), Attribute::Arn, origin)).collect()
    }

    /// Reading the environment's state, and writing it where it is changed; the key of the state is the service's to use.
    fn state_statements(&self, environment: &str, writes: bool) -> Vec<Statement> {
        let origin = Origin::rule(rules::STATE);
        let system = self.whole.system.name.as_str();
        let words = &self.whole.specs.aws.words;
        let bucket = |below: &str| Pattern {
            pieces: vec![
                Piece::Text("arn:".to_owned()),
                Piece::Partition,
                Piece::Text(format!(":s3:::{}-", names::state_bucket_base(system))),
                Piece::Account,
                Piece::Text(below.to_owned()),
            ],
            origin,
        };
        let action = |text: &str| word(text, rules::STATE);
        let state = format!("/{}", names::state_key(environment));
        let mut objects = vec![action("s3:GetObject")];
        if writes {
            objects.extend([action("s3:PutObject"), action("s3:DeleteObject")]);
        }
        let key = Pattern::read("arn:<PARTITION>:kms:<REGION>:<ACCOUNT>:key/*", origin);
        let purpose = if writes { "key.write" } else { "key.read" };
        let mut decrypt = statement("StateKey", words.actions(purpose), vec![key], origin);
        decrypt.conditions.push(graph::Condition {
            test: word("ForAnyValue:StringEquals", rules::STATE),
            key: word("kms:ResourceAliases", rules::STATE),
            values: vec![Pattern::text(format!("alias/{}", self.named(NameKind::KmsAlias, "terraform-state")), origin)],
        });
        vec![
            statement("StateList", &[action("s3:ListBucket")], vec![bucket("")], origin),
            statement("State", &objects, vec![bucket(&state), bucket(&format!("{state}.tflock"))], origin),
            decrypt,
        ]
    }

    fn has_registry(&self) -> bool {
        let registry = self.whole.infrastructure.templates.registry.as_ref();
        let here =
            registry.filter(|registry| registry.auth.as_ref().is_some_and(|auth| auth.value == RegistryAuth::Aws));
        // An address with an account of its own stands in that account alone.
        here.is_some_and(|registry| match registry.url.value.split_once(".dkr.ecr.") {
            Some((account, _)) => self.first.account.as_ref().is_none_or(|own| own.value == account),
            None => true,
        })
    }

    /// A repository for each component that is built as an image.
    fn repositories(&self) -> Vec<Repository> {
        if !self.has_registry() {
            return Vec::new();
        }
        let base = self.whole.infrastructure.templates.registry.as_ref().map(|registry| registry.url.value.as_str());
        let below = base.and_then(|url| url.split_once('/')).map(|(_, below)| below);
        let others: Vec<Pattern> = self.other_accounts();
        let builds = self.whole.pipeline.automation.builds.iter().filter(|build| build.image.is_some());
        let runs = |name: &Name| self.whole.components.contains_key(name.as_str());
        builds
            .filter(|build| runs(&build.component.value))
            .map(|build| {
                let name = build.component.as_str();
                let full = below.map_or_else(|| name.to_owned(), |below| format!("{below}/{name}"));
                Repository {
                    id: Id::made(name),
                    origin: build.origin,
                    owner: Owner::Account,
                    name: build.component.with(full),
                    key: Ref::named("images"),
                    untagged_days: by(14, rules::REPOSITORY),
                    pullers: others.clone(),
                }
            })
            .collect()
    }

    fn other_accounts(&self) -> Vec<Pattern> {
        let mut found: Vec<Pattern> = Vec::new();
        for environment in &self.whole.infrastructure.environments.environments {
            let Some(account) = &environment.account else { continue };
            if self.first.account.as_ref().is_some_and(|own| own.value == account.value) {
                continue;
            }
            let root = Pattern {
                pieces: vec![
                    Piece::Text("arn:".to_owned()),
                    Piece::Partition,
                    Piece::Text(format!(":iam::{account}:root")),
                ],
                origin: account.origin,
            };
            if !found.iter().any(|known| known.pieces == root.pieces) {
                found.push(root);
            }
        }
        found
    }

    /// One for the system, and one for each environment that has its own.
    fn budgets(&self) -> Vec<Budget> {
        let regions = &self.whole.specs.aws.regions;
        if self.own.first().is_some_and(|first| regions.lacks(&first.region.value, "budgets")) {
            return Vec::new();
        }
        let owner = self.whole.system.owner.as_ref();
        let contact = owner.and_then(|owner| owner.contact.as_ref()).filter(|contact| contact.value.contains('@'));
        let mail: Vec<Traced<String>> = contact.cloned().into_iter().collect();
        let budget = |id: &str, monthly_usd: &Traced<_>, tag| Budget {
            id: Id::made(id),
            origin: monthly_usd.origin,
            owner: Owner::Account,
            name: word(format!("{}-{id}", self.whole.system.name), rules::NAME),
            monthly_usd: *monthly_usd,
            tag,
            actual_percent: vec![by(80, rules::BUDGET), by(100, rules::BUDGET)],
            forecast_percent: vec![by(100, rules::BUDGET)],
            mail: mail.clone(),
        };
        let key = |key: &str| word(key, rules::TAGS);
        let mut budgets = Vec::new();
        if let Some(monthly) = &self.whole.system.monthly_usd {
            let name = self.whole.system.name.with(self.whole.system.name.to_string());
            budgets.push(budget("system", monthly, Some((key("System"), name))));
        }
        for environment in self.own {
            if let Some(monthly) = &environment.monthly_usd {
                let name = environment.name.with(environment.name.to_string());
                budgets.push(budget(environment.name.as_str(), monthly, Some((key("Environment"), name))));
            }
        }
        budgets
    }
}
