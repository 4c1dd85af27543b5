//! Sizes of tasks: CPU, and the memory that may stand beside it.

use crate::ir::value::{Cpu, Size};
use crate::source::{Origin, Traced};
use crate::spec::{Fact, SpecFile};

/// All sizes of tasks.
#[derive(Debug)]
pub struct Fargate {
    combinations: Vec<Combination>,
    /// Scratch space that every task has, in GiB.
    pub storage_included: Traced<u32>,
    /// The least scratch space that can be asked for, in GiB.
    pub storage_min: Traced<u32>,
    /// The most scratch space that can be asked for, in GiB.
    pub storage_max: Traced<u32>,
    /// The platform version that all sizes run on.
    pub platform_version: Traced<String>,
}

#[derive(Debug)]
struct Combination {
    origin: Origin,
    cpu_units: u32,
    memory_mib: Vec<u32>,
}

/// One size of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FargateSize {
    /// CPU in units: 1024 a vCPU.
    pub cpu_units: Traced<u32>,
    /// Memory in MiB.
    pub memory_mib: Traced<u32>,
}

impl Fargate {
    pub(super) fn read(file: &mut SpecFile<'_>) -> Fargate {
        let path = ["fargate", "combinations"];
        let combinations: Option<Vec<Combination>> =
            file.find(&path).and_then(|fact| fact.elements().map(Combination::read).collect());
        let combinations = combinations.unwrap_or_default();
        if combinations.is_empty() {
            file.missing(&path, "list of `cpu` with `values`, or with `min`, `max` and `step`");
        }
        Fargate {
            combinations,
            storage_included: file.scalar(&["fargate", "ephemeral_storage_gib", "included"]),
            storage_min: file.scalar(&["fargate", "ephemeral_storage_gib", "min"]),
            storage_max: file.scalar(&["fargate", "ephemeral_storage_gib", "max"]),
            platform_version: file.text(&["fargate", "platform_version", "value"]),
        }
    }

    /// The smallest size of a task that holds a request.
    ///
    /// # Errors
    /// The largest size, where the request is larger; none where the spec has no size at all.
    pub fn smallest(&self, cpu: Option<Cpu>, memory: Option<Size>) -> Result<FargateSize, Option<FargateSize>> {
        let cpu_units = cpu.map_or(0, |cpu| (cpu.millicores * 1024).div_ceil(1000));
        let mebibytes = memory.map_or(0, Size::mebibytes);
        let fitting = self.combinations.iter().filter(|combination| u64::from(combination.cpu_units) >= cpu_units);
        for combination in fitting {
            if let Some(memory) = combination.memory_mib.iter().find(|memory| u64::from(**memory) >= mebibytes) {
                return Ok(combination.size(*memory));
            }
        }
        Err(self.combinations.last().and_then(|last| Some(last.size(*last.memory_mib.last()?))))
    }
}

impl Combination {
    fn read(fact: Fact<'_>) -> Option<Combination> {
        let number = |key: &str| fact.get(key)?.scalar::<u32>().map(|number| number.value);
        let memory_mib = match fact.get("values") {
            Some(values) => {
                values.elements().filter_map(|value| value.scalar::<u32>()).map(|found| found.value).collect()
            }
            None => {
                let (min, max, step) = (number("min")?, number("max")?, number("step").filter(|step| *step > 0)?);
                (min..=max).step_by(step as usize).collect()
            }
        };
        Some(Combination { origin: fact.origin(), cpu_units: number("cpu")?, memory_mib })
    }

    fn size(&self, memory_mib: u32) -> FargateSize {
        FargateSize {
            cpu_units: Traced::new(self.cpu_units, self.origin),
            memory_mib: Traced::new(memory_mib, self.origin),
        }
    }
}
