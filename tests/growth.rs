//! What a system costs grows as the system does: by exact counts of allocations and of bytes that are held, which no busy
//! machine changes, and by CPU time with a wide margin. docs/performance.md has the figures; `cargo bench` measures them.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../benches/generator/mod.rs"]
mod generator;
#[path = "../benches/measure/mod.rs"]
mod measure;

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use camino::Utf8Path;
use generator::Options;
use pathc::diag::Sink;
use pathc::gates::Settings;
use pathc::ir::value::Time;
use pathc::output::{Job, Mode, Printed, Request, Selection, Witness};
use pathc::proof::Proof;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: Time = Time { seconds: 1_795_435_200 };

const SMALL: usize = 60;
const LARGE: usize = 240;

/// What one more component may allocate until the gates have judged it. It is some 1,060 now: a copy of a list that each
/// component makes of all others would show at once.
const ALLOCATIONS_PER_COMPONENT: u64 = 1400;

/// What one more component may allocate while a target is printed and the proof looks on: a good third more than now.
const PRINTING_PER_COMPONENT: [(&str, u64); 8] = [
    ("path", 800),
    ("kubernetes", 1670),
    ("terraform", 470),
    ("cloudformation", 730),
    ("prometheus", 700),
    ("grafana", 260),
    ("operations", 830),
    ("github-actions", 730),
];

/// What one more component may hold in bytes, at the worst moment until the gates have judged it. It is some 25,300 now.
const BYTES_PER_COMPONENT: u64 = 29_500;

/// What one more component may hold in bytes at the worst moment of a whole build. It is some 28,400 now where all files are
/// written, and 31,100 where nothing changes, for the text of the lock is read.
const BYTES_PER_COMPONENT_BUILT: u64 = 35_000;

/// Counts what is asked for and what is held, of all threads.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicU64 = AtomicU64::new(0);
static MOST: AtomicU64 = AtomicU64::new(0);

impl Counting {
    fn takes(bytes: usize) {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        let held = HELD.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        MOST.fetch_max(held, Ordering::Relaxed);
    }

    fn gives(bytes: usize) {
        HELD.fetch_sub(bytes as u64, Ordering::Relaxed);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// The calls are passed on as they are.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::takes(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Counting::gives(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::gives(layout.size());
        Counting::takes(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What reading, planning and judging a system costs, and then what printing each target does, with the proof that looks on.
struct Cost {
    compile: Used,
    targets: Vec<(&'static str, Used)>,
    /// Bytes of the target `path`.
    path: u64,
}

#[derive(Clone, Copy, Debug)]
struct Used {
    allocations: u64,
    /// Bytes that were held at the worst moment, beyond those that were held before.
    most: u64,
    cpu: f64,
}

impl Used {
    fn of<T>(work: impl FnOnce() -> T) -> (Used, T) {
        let (allocations, cpu) = (ALLOCATIONS.load(Ordering::Relaxed), measure::cpu());
        let held = HELD.load(Ordering::Relaxed);
        MOST.store(held, Ordering::Relaxed);
        let done = work();
        let used = Used {
            allocations: ALLOCATIONS.load(Ordering::Relaxed) - allocations,
            most: MOST.load(Ordering::Relaxed) - held,
            cpu: measure::cpu() - cpu,
        };
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
    let proof = Proof::new(checked.plans(), pathc::spec::BUILT_IN);
    let mut path = 0;
    let mut targets = Vec::new();
    for target in pathc::targets::ALL {
        let (used, bytes) = Used::of(|| {
            let (mut printed, mut bytes) = (Printed::watched(), 0);
            for file in (target.emit)(checked, specs).0.iter() {
                // As a build does: what comes part by part is dropped part by part.
                for index in 0.. {
                    printed.clear();
                    let (content, goes_on) = match file.job {
                        Job::Parts(job) => (None, job(index, &mut printed)),
                        job => (job.print(&mut printed), false),
                    };
                    bytes += printed.text.len() as u64;
                    proof.see(target.name, file.environment, file.path, content.as_ref(), &printed);
                    if !goes_on {
                        break;
                    }
                }
            }
            bytes
        });
        if target.name == "path" {
            path = bytes;
        }
        targets.push((target.name, used));
    }
    Cost { compile, targets, path }
}

/// The most bytes that a whole build into an empty folder holds at once, and those of one that changes nothing.
fn held_by_builds(count: usize) -> [u64; 2] {
    let (inputs, outputs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    generator::write_system(inputs.path(), &Options { count, objectives: 2 }).unwrap();
    let (root, out) = [&inputs, &outputs].map(|folder| Utf8Path::from_path(folder.path()).unwrap()).into();
    let (fresh, written) = build(root, out);
    assert!(written > count * 10, "{written} files of {count} components");
    let (again, written) = build(root, out);
    assert_eq!(written, 0);
    [fresh, again].map(|used| used.most)
}

/// A whole build, as the command makes it: what it uses, and how many files it changes.
fn build(root: &Utf8Path, out: &Utf8Path) -> (Used, usize) {
    let settings = Settings { generating: true, ..Settings::release(NOW) };
    Used::of(|| {
        let mut found = Sink::default();
        let mut compilation = pathc::compile(root, &settings, &mut found);
        let asked = pathc::asked(&compilation, &[], &mut found);
        compilation.system = None;
        let generated = pathc::emit(&compilation, asked, &mut found);
        let proof = compilation.checked.as_ref().map(|checked| Proof::new(checked.plans(), pathc::spec::BUILT_IN));
        let outcome = pathc::output::build(&Request {
            root: out,
            targets: &generated,
            selection: &Selection::default(),
            mode: Mode::Write { force: false },
            locked: false,
            compiler: env!("CARGO_PKG_VERSION"),
            specs: &BTreeMap::new(),
            wait: Duration::ZERO,
            waiting: &|| (),
            witness: proof.as_ref().map(|proof| proof as &dyn Witness),
        });
        assert!(!found.denies() && outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics.first());
        outcome.changes.len()
    })
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

    let each = (large.compile.most - small.compile.most) / growth;
    assert!(each < BYTES_PER_COMPONENT, "a component holds {each} bytes until it is judged");
    for (kind, (large, small)) in
        ["fresh", "unchanged"].iter().zip(held_by_builds(LARGE).iter().zip(held_by_builds(SMALL)))
    {
        let each = (large - small) / growth;
        assert!(each < BYTES_PER_COMPONENT_BUILT, "a component holds {each} bytes in a build: {kind}");
    }
    for (name, most) in PRINTING_PER_COMPONENT {
        let of = |cost: &Cost| cost.targets.iter().find(|(known, _)| *known == name).unwrap().1.allocations;
        let each = (of(&large) - of(&small)) / growth;
        assert!(each < most, "{name}: a component makes {each} allocations while it is printed");
    }
    let (_, path) = large.targets.iter().find(|(name, _)| *name == "path").unwrap();
    assert!(path.most < large.path / 4, "{} bytes are held to print {} of deliverables", path.most, large.path);

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
