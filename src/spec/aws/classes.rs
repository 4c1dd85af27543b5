//! Sizes of machines: the smallest that holds a request.

use std::collections::BTreeMap;

use crate::ir::value::{Cpu, Size};
use crate::source::Traced;
use crate::spec::{Fact, SpecFile};

/// A service whose machines come in sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Nodes of a cluster, arm64.
    Ec2,
    /// Nodes of a cluster, x86-64.
    Ec2X86,
    /// RDS for PostgreSQL and MySQL.
    Rds,
    /// DocumentDB.
    DocumentDb,
    /// ElastiCache.
    ElastiCache,
    /// MSK.
    Msk,
    /// Amazon MQ for RabbitMQ.
    AmazonMq,
}

impl Family {
    /// All of them.
    pub const ALL: &'static [Family] = &[
        Family::Ec2,
        Family::Ec2X86,
        Family::Rds,
        Family::DocumentDb,
        Family::ElastiCache,
        Family::Msk,
        Family::AmazonMq,
    ];

    /// Its key in the spec.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Family::Ec2 => "ec2",
            Family::Ec2X86 => "ec2_x86",
            Family::Rds => "rds",
            Family::DocumentDb => "documentdb",
            Family::ElastiCache => "elasticache",
            Family::Msk => "msk",
            Family::AmazonMq => "amazon_mq",
        }
    }
}

/// One size of a machine.
#[derive(Debug)]
pub struct InstanceClass {
    /// What the API calls it: `db.m7g.large`.
    pub name: Traced<String>,
    /// Virtual CPUs.
    pub vcpu: u32,
    /// Memory; of a cache what the engine may use.
    pub memory: Size,
    /// Whether CPU above its baseline is credit.
    pub burstable: bool,
}

/// What no class holds: the nearest that there are.
#[derive(Debug)]
pub struct Nearest<'a> {
    /// The largest classes: one by memory, one by CPU where that is another.
    pub largest: Vec<&'a InstanceClass>,
}

/// All sizes, by service.
#[derive(Debug)]
pub struct InstanceClasses(BTreeMap<Family, Vec<InstanceClass>>);

impl InstanceClasses {
    pub(super) fn read(file: &mut SpecFile<'_>) -> InstanceClasses {
        let mut families = BTreeMap::new();
        for family in Family::ALL {
            let path = ["instance_classes", family.as_str(), "classes"];
            let classes: Option<Vec<InstanceClass>> = file
                .find(&path)
                .map(|fact| fact.entries().map(|(name, facts)| InstanceClass::read(name, facts)).collect())
                .unwrap_or_default();
            let mut classes = classes.unwrap_or_default();
            if classes.is_empty() {
                file.missing(&path, "mapping of classes with `vcpu` and `memory` or `memory_bytes`");
            }
            // Equals stand as in the spec, which lists what is preferred first.
            classes.sort_by_key(|class| (class.memory, class.vcpu));
            families.insert(*family, classes);
        }
        InstanceClasses(families)
    }

    /// All sizes of a service, smallest first.
    #[must_use]
    pub fn of(&self, family: Family) -> &[InstanceClass] {
        self.0.get(&family).map_or(&[], Vec::as_slice)
    }

    /// A size by its name.
    #[must_use]
    pub fn named(&self, family: Family, name: &str) -> Option<&InstanceClass> {
        self.of(family).iter().find(|class| class.name.value == name)
    }

    /// The smallest size that holds a request; a burstable one only where `burstable` permits it.
    ///
    /// # Errors
    /// The largest sizes, where the request is larger than all.
    pub fn smallest(
        &self,
        family: Family,
        cpu: Option<Cpu>,
        memory: Option<Size>,
        burstable: bool,
    ) -> Result<&InstanceClass, Nearest<'_>> {
        let candidates = || self.of(family).iter().filter(|class| burstable || !class.burstable);
        let found = candidates().find(|class| {
            cpu.is_none_or(|asked| asked.millicores <= u64::from(class.vcpu) * 1000)
                && memory.is_none_or(|asked| asked <= class.memory)
        });
        found.ok_or_else(|| {
            let mut largest: Vec<&InstanceClass> = Vec::new();
            largest.extend(candidates().max_by_key(|class| (class.memory, class.vcpu)));
            let by_cpu = candidates().max_by_key(|class| (class.vcpu, class.memory));
            largest.extend(by_cpu.filter(|class| largest.iter().all(|known| known.vcpu < class.vcpu)));
            Nearest { largest }
        })
    }
}

impl InstanceClass {
    fn read(name: Traced<&str>, facts: Fact<'_>) -> Option<InstanceClass> {
        let memory = match facts.get("memory_bytes") {
            Some(bytes) => Size { bytes: bytes.scalar::<u64>()?.value },
            None => facts.get("memory")?.scalar::<Size>()?.value,
        };
        Some(InstanceClass {
            name: name.with(name.value.to_owned()),
            vcpu: facts.get("vcpu")?.scalar::<u32>()?.value,
            memory,
            burstable: facts.get("burstable").and_then(|fact| fact.scalar::<bool>()).is_some_and(|fact| fact.value),
        })
    }
}
