//! Which stack a resource belongs to, and what leads from one stack to another.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::plan::aws::AwsEnvironment;
use crate::plan::aws::graph::{
    Attribute, BackupVault, Certificate, Cluster, Direction, Id, Kind, Owner, Peer, Ref, Resource, SecurityGroup,
    SecurityGroupRule,
};

/// One stack of an environment, in the order in which they are deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stack<'a> {
    /// The bucket for large templates, without which those of an account can't be deployed.
    Templates,
    /// What an account has once.
    Account,
    /// The network and the keys.
    Network,
    /// A datastore: a hundred of them would not fit into one template.
    Datastore(&'a str),
    /// What all components share.
    Platform,
    /// Certificates of websites, in the region where CDNs look for them.
    Certificates,
    /// Copies of backups, in the region that they are copied to.
    Copies(&'a str),
    /// A component.
    Component(&'a str),
}

impl<'a> Stack<'a> {
    pub(super) fn of(owner: &'a Owner) -> Stack<'a> {
        match owner {
            Owner::Account => Stack::Account,
            Owner::Network => Stack::Network,
            Owner::Datastore(name) => Stack::Datastore(name.as_str()),
            Owner::Platform => Stack::Platform,
            Owner::Component(name) => Stack::Component(name.as_str()),
        }
    }

    /// What it is called among the stacks of its environment; `own`: the name of its datastore or component. None of those
    /// has the name of another, but one may have that of a stack that all share: it then has a capital, which no name has.
    pub(super) fn named<'n>(self, own: Cow<'n, str>) -> Cow<'n, str> {
        match self {
            Stack::Templates => Cow::Borrowed("templates"),
            Stack::Account => Cow::Borrowed("account"),
            Stack::Network => Cow::Borrowed("network"),
            Stack::Platform => Cow::Borrowed("platform"),
            Stack::Certificates => Cow::Borrowed("certificates"),
            Stack::Copies(region) => Cow::Owned(format!("copies-{region}")),
            Stack::Component(_) | Stack::Datastore(_) => match &*own {
                "network" => Cow::Borrowed("Network"),
                "platform" => Cow::Borrowed("Platform"),
                "certificates" => Cow::Borrowed("Certificates"),
                copies if copies.starts_with("copies-") => Cow::Owned(copies.replacen('c', "C", 1)),
                _ => own,
            },
        }
    }
}

/// A rule of a security group, in the stack that is deployed later of the two that it joins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule<'a> {
    pub(super) group: &'a SecurityGroup,
    pub(super) rule: &'a SecurityGroupRule,
}

/// Owners of resources that others refer to, by kind and id.
#[derive(Debug, Default)]
pub(super) struct Owners<'a>(HashMap<(Kind, &'a str), Stack<'a>>);

impl<'a> Owners<'a> {
    pub(super) fn learn<T: Resource + 'a>(&mut self, resources: impl IntoIterator<Item = &'a T>) {
        for resource in resources {
            self.0.insert((T::KIND, resource.id().as_str()), Stack::of(resource.owner()));
        }
    }

    /// Certificates of CDNs stand in a stack of their own.
    fn learn_certificates(&mut self, certificates: &'a [Certificate]) {
        for certificate in certificates {
            self.0.insert((Kind::Certificate, certificate.id.as_str()), of_certificate(certificate));
        }
    }

    fn learn_vaults(&mut self, vaults: &'a [BackupVault]) {
        for vault in vaults {
            self.0.insert((Kind::BackupVault, vault.id.as_str()), of_vault(vault));
        }
    }

    pub(super) fn of(&self, kind: Kind, id: &Id) -> Option<Stack<'a>> {
        self.0.get(&(kind, id.as_str())).copied()
    }

    fn of_group(&self, group: &Ref<SecurityGroup>) -> Option<Stack<'a>> {
        self.of(Kind::SecurityGroup, &group.id)
    }
}

/// The stack of a certificate: CDNs take theirs from one region alone.
pub(super) fn of_certificate(certificate: &Certificate) -> Stack<'_> {
    if certificate.for_cdn { Stack::Certificates } else { Stack::of(&certificate.owner) }
}

/// The stack of a vault: copies are kept in another region.
pub(super) fn of_vault(vault: &BackupVault) -> Stack<'_> {
    match &vault.region {
        Some(region) => Stack::Copies(region),
        None => Stack::of(&vault.owner),
    }
}

/// The owners of an environment.
pub(super) fn owners(environment: &AwsEnvironment) -> Owners<'_> {
    let mut owners = Owners::default();
    owners.learn([&environment.network.vpc]);
    owners.learn(&environment.network.security_groups);
    owners.learn(&environment.keys);
    owners.learn(&environment.roles);
    owners.learn(&environment.log_groups);
    owners.learn(&environment.alarm_topic);
    owners.learn(&environment.event_rules);
    owners.learn(&environment.alarms);
    owners.learn_vaults(&environment.backup_vaults);
    let data = &environment.datastores;
    owners.learn(&data.databases);
    owners.learn(&data.document_clusters);
    owners.learn(&data.caches);
    owners.learn(&data.kafka);
    owners.learn(&data.brokers);
    owners.learn(&data.queues);
    owners.learn(&data.topics);
    owners.learn(&data.buckets);
    owners.learn(&data.secrets);
    let balancing = &environment.balancing;
    owners.learn_certificates(&balancing.certificates);
    owners.learn(&balancing.load_balancers);
    owners.learn(&balancing.listeners);
    owners.learn(&balancing.rules);
    owners.learn(&balancing.target_groups);
    owners.learn(&balancing.web_acls);
    owners.learn(&balancing.distributions);
    match &environment.cluster {
        Cluster::Eks(eks) => {
            owners.learn(Some(&eks.cluster).filter(|cluster| !cluster.exists.value));
        }
        Cluster::Ecs(ecs) => {
            owners.learn(Some(&ecs.cluster).filter(|cluster| !cluster.exists.value));
            owners.learn([&ecs.namespace]);
            owners.learn(&ecs.task_definitions);
            owners.learn(&ecs.services);
            owners.learn(&ecs.scalable_targets);
        }
    }
    owners
}

/// The stack of a rule: of the group's and the peer's the later one. Of two components it is the one that calls, unless
/// the other one calls as well: then the one whose name comes later, so that no two stacks wait for each other.
pub(super) fn of_rule<'a>(
    owners: &Owners<'a>,
    calls: &Calls<'a>,
    group: &'a SecurityGroup,
    rule: &SecurityGroupRule,
) -> Stack<'a> {
    let own = Stack::of(&group.owner);
    let peer = match &rule.peer {
        Peer::Group(peer) => peer,
        // The cluster's own group comes with the cluster.
        Peer::EksCluster => return own.max(Stack::Platform),
        Peer::Range(_) => return own,
    };
    let Some(peer) = owners.of_group(peer) else { return own };
    match (own, peer) {
        (Stack::Component(one), Stack::Component(other)) if one != other => {
            let (caller, called) = if rule.direction == Direction::Egress { (one, other) } else { (other, one) };
            Stack::Component(if calls.reach(called, caller) { one.max(other) } else { caller })
        }
        (own, peer) => own.max(peer),
    }
}

/// Which component's group lets which other one in.
#[derive(Debug, Default)]
pub(super) struct Calls<'a> {
    circles: BTreeMap<&'a str, usize>,
    called: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Calls<'a> {
    pub(super) fn of(owners: &Owners<'a>, groups: &'a [SecurityGroup]) -> Calls<'a> {
        let mut called: BTreeMap<&'a str, Vec<&'a str>> = BTreeMap::new();
        for group in groups {
            let Stack::Component(one) = Stack::of(&group.owner) else { continue };
            for rule in &group.rules {
                let Peer::Group(peer) = &rule.peer else { continue };
                let Some(Stack::Component(other)) = owners.of_group(peer) else { continue };
                let (caller, callee) = if rule.direction == Direction::Egress { (one, other) } else { (other, one) };
                called.entry(caller).or_default().push(callee);
                called.entry(callee).or_default();
            }
        }
        Calls { circles: circles(&called), called }
    }

    /// Stacks in the order of their deployment, each with its wave: those of one wave don't wait for each other.
    pub(super) fn in_waves(&self, stacks: impl Iterator<Item = Stack<'a>>) -> Vec<(usize, Stack<'a>)> {
        let mut stacks: Vec<Stack<'a>> = stacks.collect();
        stacks.sort_by_cached_key(|stack| (matches!(stack, Stack::Component(_)), self.turn(*stack)));
        // A rule joins a component to those that it calls, and in a circle to those before it by name.
        let mut near: BTreeMap<&'a str, Vec<&'a str>> = BTreeMap::new();
        for (caller, called) in &self.called {
            for other in called {
                near.entry(caller).or_default().push(other);
                near.entry(other).or_default().push(caller);
            }
        }
        let mut known: BTreeMap<&'a str, usize> = BTreeMap::new();
        let mut waves: Vec<(usize, Stack<'a>)> = Vec::with_capacity(stacks.len());
        for stack in stacks {
            let wave = match stack {
                Stack::Templates | Stack::Account | Stack::Network => 0,
                Stack::Datastore(_) | Stack::Certificates | Stack::Copies(_) => 1,
                Stack::Platform => 2,
                Stack::Component(name) => {
                    let before = near.get(name).into_iter().flatten().filter_map(|other| known.get(other));
                    let wave = before.max().map_or(3, |last| last + 1);
                    known.insert(name, wave);
                    wave
                }
            };
            waves.push((wave, stack));
        }
        waves.sort();
        waves
    }

    /// Where a stack stands in the order of deployment: what is called comes before who calls it, and of a circle the name
    /// decides.
    fn turn(&self, stack: Stack<'a>) -> (Option<usize>, Stack<'a>) {
        match stack {
            Stack::Component(name) => (self.circles.get(name).copied(), stack),
            _ => (None, stack),
        }
    }

    /// Whether `from` calls `to`, itself or through others, given that `to` calls `from`.
    fn reach(&self, from: &str, to: &str) -> bool {
        self.circles.get(from).is_some_and(|circle| Some(circle) == self.circles.get(to))
    }
}

/// A number for each node, the same for those that lie on one circle, and else lower than that of each node that leads
/// there: Tarjan's strongly connected components, without recursion.
fn circles<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeMap<&'a str, usize> {
    #[derive(Clone, Copy)]
    struct Seen {
        index: usize,
        lowest: usize,
        waiting: bool,
    }
    let mut seen: BTreeMap<&'a str, Seen> = BTreeMap::new();
    let mut found = BTreeMap::new();
    let mut waiting: Vec<&'a str> = Vec::new();
    let mut circle = 0;
    for start in edges.keys() {
        if seen.contains_key(start) {
            continue;
        }
        let mut path: Vec<(&'a str, usize)> = vec![(start, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                let index = seen.len();
                seen.insert(node, Seen { index, lowest: index, waiting: true });
                waiting.push(node);
            }
            let below = edges.get(node).map_or(&[][..], Vec::as_slice);
            let lowest = |seen: &BTreeMap<&'a str, Seen>, node: &str| seen.get(node).map_or(0, |state| state.lowest);
            if let Some(before) = next.checked_sub(1).and_then(|before| below.get(before)) {
                let low = lowest(&seen, node).min(lowest(&seen, before));
                if let (Some(state), true) = (seen.get(before).copied(), true)
                    && state.waiting
                    && let Some(own) = seen.get_mut(node)
                {
                    own.lowest = low;
                }
            }
            if let Some(target) = below.get(next) {
                path.push((node, next + 1));
                match seen.get(target).copied() {
                    None => path.push((target, 0)),
                    Some(state) if state.waiting => {
                        if let Some(own) = seen.get_mut(node) {
                            own.lowest = own.lowest.min(state.index);
                        }
                    }
                    Some(_) => {}
                }
                continue;
            }
            let Some(own) = seen.get(node).copied() else { continue };
            if own.lowest == own.index {
                circle += 1;
                while let Some(last) = waiting.pop() {
                    if let Some(state) = seen.get_mut(last) {
                        state.waiting = false;
                    }
                    found.insert(last, circle);
                    if last == node {
                        break;
                    }
                }
            }
        }
    }
    found
}

/// What other stacks need of a resource that its names don't tell: the part of a parameter's name, and the attribute.
pub(super) fn told(kind: Kind) -> &'static [Attribute] {
    match kind {
        Kind::SecurityGroup | Kind::ServiceNamespace => &[Attribute::Id],
        Kind::KmsKey | Kind::Secret | Kind::MskCluster | Kind::Listener | Kind::Certificate | Kind::WebAcl => {
            &[Attribute::Arn]
        }
        Kind::LoadBalancer => &[Attribute::Arn, Attribute::ArnSuffix, Attribute::Host],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_one_circle_share_a_number() {
        let edges: BTreeMap<&str, Vec<&str>> = [
            ("a", vec!["b", "d"]),
            ("b", vec!["c"]),
            ("c", vec!["a"]),
            ("d", vec!["e"]),
            ("e", vec![]),
            ("f", vec!["f", "a"]),
        ]
        .into_iter()
        .collect();
        let found = circles(&edges);
        assert_eq!((found["a"], found["a"]), (found["b"], found["c"]));
        for (one, other) in [("a", "d"), ("d", "e"), ("f", "a")] {
            assert_ne!(found[one], found[other], "{one} {other}");
        }
        for (caller, called) in [("a", "d"), ("d", "e"), ("f", "a")] {
            assert!(found[called] < found[caller], "{called} before {caller}");
        }
    }
}
