//! What a system costs grows as the system does: by exact counts of allocations, which no busy machine changes, and by CPU
//! time with a wide margin. docs/performance.md has the figures; `cargo bench` measures them.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../benches/generator/mod.rs"]
mod generator;
#[path = "../benches/measure/mod.rs"]
mod measure;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use camino::Utf8Path;
use generator::Options;
use pathc::diag::Sink;
use pathc::gates::Settings;
use pathc::ir::value::Time;
use pathc::output::Printed;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: Time = Time { seconds: 1_795_435_200 };

const SMALL: usize = 60;
const LARGE: usize = 240;

/// What one more component may allocate until the gates have judged it. It is some 1,500 now: a copy of a list that each
/// component makes of all others would show at once.
const ALLOCATIONS_PER_COMPONENT: u64 = 3000;

/// Counts what is asked for, of all threads.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// The calls are passed on as they are.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What reading, planning and judging a system costs, and then what printing each target does.
struct Cost {
    compile: Used,
    targets: Vec<(&'static str, Used)>,
}

#[derive(Clone, Copy, Debug)]
struct Used {
    allocations: u64,
    cpu: f64,
}

impl Used {
    fn of<T>(work: impl FnOnce() -> T) -> (Used, T) {
        let (allocations, cpu) = (ALLOCATIONS.load(Ordering::Relaxed), measure::cpu());
        let done = work();
        let used = Used { allocations: ALLOCATIONS.load(Ordering::Relaxed) - allocations, cpu: measure::cpu() - cpu };
        (used, done)
    }
}

fn cost(count: usize) -> Cost {
    let folder = tempfile::tempdir().unwrap();
    generator::write_system(folder.path(), &Options { count, objectives: 2 }).unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap();
    let settings = Settings { generating: true, ..Settings::release(NOW) };
    let mut found = Sink::default();
    let (compile, compilation) = Used::of(|| pathc::compile(root, &settings, &mut found));
    assert!(!found.denies(), "{:?}", found.iter().next());
    let (checked, specs) = (compilation.checked.as_ref().unwrap(), compilation.specs.as_ref().unwrap());
    let targets = pathc::targets::ALL.iter().map(|target| {
        let (used, _) = Used::of(|| {
            let mut printed = Printed::default();
            for file in (target.emit)(checked, specs).0.files {
                printed.clear();
                file.job.print(&mut printed);
            }
        });
        (target.name, used)
    });
    Cost { targets: targets.collect(), compile }
}

/// One test, so that nothing else allocates meanwhile.
#[test]
fn cost_grows_as_the_system_does() {
    // The first run pays for what is made once: threads, tables, compiled patterns.
    cost(SMALL);
    let (small, large) = (cost(SMALL), cost(LARGE));
    let growth = (LARGE - SMALL) as u64;
    let each = (large.compile.allocations - small.compile.allocations) / growth;
    assert!(each < ALLOCATIONS_PER_COMPONENT, "a component makes {each} allocations until it is judged");

    let times = LARGE as f64 / SMALL as f64;
    fn steps(cost: Cost) -> impl Iterator<Item = (&'static str, Used)> {
        std::iter::once(("compile", cost.compile)).chain(cost.targets)
    }
    for ((name, small), (_, large)) in steps(small).zip(steps(large)) {
        let allocations = large.allocations as f64 / small.allocations as f64;
        assert!(
            allocations < times * 1.25,
            "{name}: {allocations:.2} times the allocations for {times} times the system"
        );
        // What is quadratic would take sixteen times.
        let cpu = large.cpu / small.cpu;
        assert!(cpu < times * 2.5, "{name}: {cpu:.2} times the CPU for {times} times the system");
    }
}
