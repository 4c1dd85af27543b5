//! EKS: the cluster, nodes that hold all replicas, add-ons, and which pods may do what.

use super::identity::{DATA, managed, service_role, stated, statements};
use super::{Draft, Place, Workload, by, observability, word};
use crate::ir::choice::{IngressController, Installed};
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{
    AccessEntry, AddOn, Attribute, Cluster, Eks, EksCluster, Id, KmsKey, NodeGroup, Owner, Pattern, Piece, PodIdentity,
    Ref, Role, Statement, Trust,
};
use crate::plan::aws::{names, rules};
use crate::plan::infrastructure::templates::WorkloadForm;
use crate::spec::aws::{Family, InstanceClass, ManagedPolicy, NameKind, Principal};

const CLUSTER: &str = "main";

pub(super) fn plan(place: Place<'_>, draft: &mut Draft) -> Cluster {
    let aws = &place.specs().aws;
    let words = &aws.words;
    let environment = place.environment;
    let eks = Origin::rule(rules::EKS);
    let exists = environment.cluster_exists;
    if !exists.value {
        cluster_roles(place, draft);
    }
    // EKS writes to the group of this name, whether it is there or not.
    let log_name = environment.cluster.with(format!("/aws/eks/{}/cluster", environment.cluster));
    let log_group = if exists.value {
        Ref::named("eks")
    } else {
        observability::add_named(place, draft, "eks", log_name, Owner::Platform, eks)
    };
    let cluster = EksCluster {
        id: Id::made(CLUSTER),
        origin: eks,
        owner: Owner::Platform,
        exists,
        name: environment.cluster.clone(),
        version: place.specs().eks.version.clone(),
        role: Ref::named("eks-cluster"),
        public_endpoint: public_endpoint(place),
        log_types: words.eks_log_types.clone(),
        log_group,
        key: Ref::named(DATA),
        service_cidr: words.eks_service_cidr.clone(),
    };
    let reference = cluster.reference();
    let mut parts = Parts { place, cluster: reference, identities: Vec::new() };
    let add_ons = if exists.value { Vec::new() } else { add_ons(&mut parts, draft) };
    parts.charts(draft);
    for workload in place.workloads() {
        parts.component(workload, draft);
    }
    let Parts { cluster: reference, identities, .. } = parts;
    Cluster::Eks(Box::new(Eks {
        node_groups: if exists.value { Vec::new() } else { vec![nodes(place, &reference, draft)] },
        add_ons,
        pod_identities: identities,
        access_entries: pipeline_access(place, &reference),
        cluster,
    }))
}

/// What the control plane and the nodes run as.
fn cluster_roles(place: Place<'_>, draft: &mut Draft) {
    let aws = &place.specs().aws;
    let mut role = service_role(
        place,
        "eks-cluster",
        Owner::Platform,
        "The control plane of Kubernetes",
        aws.principal(Principal::Eks),
        false,
    );
    role.managed.push(managed(aws.managed_policy(ManagedPolicy::EksCluster)));
    draft.roles.push(role);
    let mut role =
        service_role(place, "eks-node", Owner::Platform, "Nodes of Kubernetes", aws.principal(Principal::Ec2), false);
    for policy in [ManagedPolicy::EksNode, ManagedPolicy::RegistryPull] {
        role.managed.push(managed(aws.managed_policy(policy)));
    }
    draft.roles.push(role);
}

/// A runner of one's own stands in the network; one of GitHub's has to come from outside.
fn public_endpoint(place: Place<'_>) -> Traced<bool> {
    const HOSTED: [&str; 3] = ["ubuntu-", "windows-", "macos-"];
    match place.workflow {
        Some(workflow) => workflow.runner.with(HOSTED.iter().any(|family| workflow.runner.value.starts_with(family))),
        None => by(true, rules::EKS),
    }
}

fn pipeline_access(place: Place<'_>, cluster: &Ref<EksCluster>) -> Vec<AccessEntry> {
    if place.workflow.is_none_or(|workflow| workflow.oidc_subject.is_none()) {
        return Vec::new();
    }
    let role = names::deploy_role(place.whole.system.name.as_str(), place.environment.name.as_str());
    let origin = Origin::rule(rules::PIPELINE_ROLE);
    let policy = &place.specs().aws.words.eks_access_policy;
    let text = |text: &str| Piece::Text(text.to_owned());
    vec![AccessEntry {
        id: Id::made("pipeline"),
        origin,
        owner: Owner::Platform,
        cluster: cluster.clone(),
        principal: Pattern {
            pieces: vec![
                text("arn:"),
                Piece::Partition,
                text(":iam::"),
                Piece::Account,
                text(&format!(":role/{role}")),
            ],
            origin,
        },
        policy: Pattern::read(&format!("arn:<PARTITION>:eks::aws:cluster-access-policy/{policy}"), policy.origin),
    }]
}

/// Nodes that hold all replicas at their maximum and what stands beside them: nothing adds nodes later.
fn nodes(place: Place<'_>, cluster: &Ref<EksCluster>, draft: &mut Draft) -> NodeGroup {
    let aws = &place.specs().aws;
    let words = &aws.words;
    let quota = &place.environment.quota;
    let origin = Origin::rule(rules::NODES);
    let zones = u64::from(place.environment.availability_zones.value.max(1));
    let millicores = quota.cpu.value.millicores + words.platform_millicores.value;
    let memory = quota.memory.value.bytes.max(quota.memory_limit.value.bytes / 2) + words.platform_memory.value.0.bytes;
    let arm = on_arm(place);
    let family = if arm { Family::Ec2 } else { Family::Ec2X86 };
    let reserved = (words.node_reserved_millicores.value, words.node_reserved_memory.value.0.bytes);
    let steady = place.steady(|workload| workload.component.form.value != WorkloadForm::Static);
    let burstable = !place.is_production() && !steady;
    let classes = aws.classes.of(family).iter().filter(|class| burstable || !class.burstable);
    // The smallest size with which few nodes a zone do.
    const A_ZONE: u64 = 4;
    let count = |vcpu: u32, bytes: u64| {
        let cpu = (u64::from(vcpu) * 1000).saturating_sub(reserved.0).max(1);
        let room = bytes.saturating_sub(reserved.1).max(1);
        // One more, so that a node can be replaced while all replicas run.
        millicores.div_ceil(cpu).max(memory.div_ceil(room)).max(zones) + 1
    };
    let largest = workloads_largest(place);
    let holds =
        |vcpu: u32, bytes: u64| u64::from(vcpu) * 1000 >= largest.0 + reserved.0 && bytes >= largest.1 + reserved.1;
    let class = classes
        .clone()
        .find(|class| {
            holds(class.vcpu, class.memory.bytes) && count(class.vcpu, class.memory.bytes) <= zones * A_ZONE + 1
        })
        .or_else(|| classes.clone().max_by_key(|class| class.memory));
    let (name, size) = match class {
        Some(class) => (class.name.clone(), count(class.vcpu, class.memory.bytes)),
        None => (word("", rules::NODES), zones),
    };
    let fits = |class: &InstanceClass, cpu: u64, memory: u64| {
        u64::from(class.vcpu) * 1000 >= cpu + reserved.0 && class.memory.bytes >= memory + reserved.1
    };
    if let Some(class) = class.filter(|class| !holds(class.vcpu, class.memory.bytes))
        && let Some((workload, origin)) = place.workloads().find_map(|workload| {
            let (cpu, memory) = (workload.plan.cpu, workload.plan.memory);
            let (millicores, bytes) = (cpu.map_or(0, |cpu| cpu.millicores), memory.map_or(0, |memory| memory.bytes));
            let memory = memory.map(|memory| memory.origin).filter(|_| !fits(class, 0, bytes));
            let origin = memory.or(cpu.map(|cpu| cpu.origin).filter(|_| !fits(class, millicores, 0)))?;
            Some((workload, origin))
        })
    {
        draft.cannot(
            origin,
            format!("a replica of `{}` asks for more than one node of AWS has", workload.name()),
            "one replica",
            format!("the largest is `{}` with {} CPU and {}", class.name, class.vcpu, class.memory),
        );
    }
    let size = by(u32::try_from(size).unwrap_or(u32::MAX), rules::NODES);
    NodeGroup {
        id: Id::made("main"),
        origin,
        owner: Owner::Platform,
        name: place.named(NameKind::NodeGroup, "main"),
        cluster: cluster.clone(),
        role: Ref::named("eks-node"),
        instance_type: name,
        ami_type: if arm { words.ami_arm64.clone() } else { words.ami_x86.clone() },
        disk_gib: words.node_disk_gib,
        min: size,
        max: size.with(size.value.saturating_mul(2)),
        max_unavailable: by(1, rules::NODES),
    }
}

/// The most CPU and memory that one replica asks for.
fn workloads_largest(place: Place<'_>) -> (u64, u64) {
    let cpu = place.workloads().filter_map(|workload| Some(workload.plan.cpu?.millicores)).max();
    let memory = place.workloads().filter_map(|workload| Some(workload.plan.memory?.bytes)).max();
    (cpu.unwrap_or_default(), memory.unwrap_or_default())
}

/// Whether every component that is built is built for arm64, which costs less.
fn on_arm(place: Place<'_>) -> bool {
    let mut running = place.workloads().filter(|it| it.component.form.value != WorkloadForm::Static).peekable();
    running.peek().is_some() && running.all(|workload| super::ecs::builds_for_arm(place, workload.name()))
}

fn add_ons(parts: &mut Parts<'_>, draft: &mut Draft) -> Vec<AddOn> {
    let place = parts.place;
    let facts = &place.specs().eks;
    let mut add_ons = Vec::new();
    for fact in &facts.add_ons {
        let identity = fact.identity.as_ref().map(|known| {
            let description = format!("The add-on {}", fact.name);
            let account = &known.service_account;
            let mut role = parts.role(&fact.name, Owner::Platform, &description, &known.namespace, account);
            role.managed.push(managed(&known.policy));
            let reference = role.reference();
            draft.roles.push(role);
            (account.clone(), reference)
        });
        add_ons.push(AddOn {
            id: Id::made(&fact.name),
            origin: fact.name.origin,
            owner: Owner::Platform,
            name: fact.name.clone(),
            cluster: parts.cluster.clone(),
            version: fact.version.clone(),
            configuration: fact.configuration.clone(),
            after_nodes: !NETWORKING.contains(&fact.name.value.as_str()),
            identity,
        });
    }
    add_ons
}

/// Add-ons without which a node is never ready: they are made before nodes.
const NETWORKING: [&str; 3] = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

struct Parts<'a> {
    place: Place<'a>,
    cluster: Ref<EksCluster>,
    identities: Vec<PodIdentity>,
}

impl Parts<'_> {
    /// A role that pods of one ServiceAccount have, and no others.
    fn role(
        &self,
        id: &str,
        owner: Owner,
        description: &str,
        namespace: &Traced<String>,
        account: &Traced<String>,
    ) -> Role {
        let eks = &self.place.specs().eks;
        let values = [&self.place.environment.cluster, namespace, account];
        Role {
            id: Id::made(id),
            origin: Origin::rule(rules::ROLE),
            owner,
            name: self.place.named(NameKind::IamRole, id),
            description: word(description, rules::ROLE),
            trust: Trust::Pods {
                principal: eks.pod_principal.clone(),
                asked: eks.pod_keys.iter().cloned().zip(values.into_iter().cloned()).collect(),
            },
            managed: Vec::new(),
            statements: Vec::new(),
            session_seconds: None,
        }
    }

    fn associate(&mut self, id: &str, owner: Owner, namespace: Traced<String>, account: Traced<String>, role: &Role) {
        self.identities.push(PodIdentity {
            id: Id::made(id),
            origin: role.origin,
            owner,
            cluster: self.cluster.clone(),
            namespace,
            service_account: account,
            role: role.reference(),
        });
    }

    /// Roles of the charts that pathc installs and that ask AWS for something.
    fn charts(&mut self, draft: &mut Draft) {
        let place = self.place;
        let platform = &place.whole.infrastructure.templates.platform;
        let installed = |installed: &Traced<Installed>| installed.value == Installed::Managed;
        let wanted = [
            ("monitoring", platform.prometheus_managed.value),
            ("always", true),
            ("external_secrets", installed(&platform.external_secrets)),
            ("alb", platform.ingress.value == IngressController::Alb),
            ("rollouts", installed(&platform.rollouts)),
            ("keda", installed(&platform.keda)),
        ];
        let specs = place.specs();
        for (part, _) in wanted.into_iter().filter(|(_, wanted)| *wanted) {
            for chart in specs.kubernetes.part(part) {
                let Some(fact) = specs.eks.identity(&chart.part) else { continue };
                let id = fact.service_account.value.as_str();
                let description = format!("The chart {}", chart.chart);
                let (namespace, account) = (&fact.namespace, &fact.service_account);
                let mut role = self.role(id, Owner::Platform, &description, namespace, account);
                // Secrets are named by path, everything else by prefix.
                let (prefix, path) = (format!("{}-", place.prefix()), place.path(""));
                role.statements = fact
                    .statements
                    .iter()
                    .map(|statement| {
                        let secrets = statement.actions.iter().any(|action| action.starts_with("secretsmanager:"));
                        let prefix = if secrets { &path } else { &prefix };
                        stated(statement, &[("<PREFIX>", prefix), ("<PATH>", &path)], &place.environment.region)
                    })
                    .collect();
                if part == "external_secrets" {
                    role.statements.push(self.decrypts());
                }
                self.associate(id, Owner::Platform, namespace.clone(), account.clone(), &role);
                draft.roles.push(role);
            }
        }
    }

    fn decrypts(&self) -> Statement {
        let origin = Origin::rule(rules::ROLE);
        let key = Pattern::of(&Ref::<KmsKey>::named(DATA), Attribute::Arn, origin);
        super::identity::statement("Decrypt", self.place.specs().aws.words.actions("key.read"), vec![key], origin)
    }

    /// The role of a component that asks AWS for something.
    fn component(&mut self, workload: Workload<'_>, draft: &mut Draft) {
        let found = statements(self.place, workload);
        if found.is_empty() || workload.component.form.value == WorkloadForm::Static {
            return;
        }
        let namespace = self.place.environment.namespace.as_ref().map(ToString::to_string);
        let account = workload.component.name.with(workload.name().to_owned());
        let description = format!("The component {}", workload.name());
        let mut role = self.role(workload.name(), workload.owner(), &description, &namespace, &account);
        role.origin = workload.component.origin;
        role.statements = found;
        self.associate(workload.name(), workload.owner(), namespace, account, &role);
        draft.roles.push(role);
    }
}
