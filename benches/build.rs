//! What a whole build costs, beside a floor that writes the same bytes to as many files in the same minute.
//!
//! `cargo bench --bench build [-- N..] [--target NAME].. [--objectives 0|1|2]`. Each build is a process of its own; the
//! figures are the best of several rounds, in which builds and floors take turns. docs/performance.md says what each
//! column means and how to repeat the comparison with other tools.

#![allow(clippy::print_stdout)]

mod allocator;
mod generator;
mod measure;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use camino::Utf8Path;
use generator::Options;
use pathc::diag::Sink;
use pathc::gates::Settings;
use pathc::ir::value::Time;
use pathc::output::digest::Digest;
use pathc::output::disk::build_by_steps;
use pathc::output::folder::{Step, Steps};
use pathc::output::lock::{LOCK, Lock};
use pathc::output::{Mode, Printed, Request, Selection, Witness};
use pathc::proof::Proof;

/// How often each size is built.
const ROUNDS: usize = 5;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: Time = Time { seconds: 1_795_435_200 };

/// The argument by which the bench starts itself for one build.
const ONE: &str = "--one-build";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some([word, root, out, targets @ ..]) = arguments.get(..)
        && word == ONE
    {
        return one_build(Utf8Path::new(root), Utf8Path::new(out), targets);
    }
    let after = |name: &str| {
        let pairs = arguments.windows(2).filter(move |pair| pair[0] == name);
        pairs.map(|pair| pair[1].clone()).collect::<Vec<String>>()
    };
    let targets = after("--target");
    let objectives = after("--objectives").first().and_then(|count| count.parse().ok()).unwrap_or(2);
    if let [folder] = &after("--generate")[..] {
        let count = arguments.iter().find_map(|word| word.parse().ok()).unwrap_or(100);
        generator::write_system(Path::new(folder), &Options { count, objectives })?;
        return Ok(());
    }
    let mut sizes: Vec<usize> =
        arguments.iter().filter_map(|word| word.parse().ok()).filter(|size| *size > 2).collect();
    if sizes.is_empty() {
        sizes = vec![10, 100, 1000];
    }

    println!("start-up: {:.2} ms", start_up()?);
    println!(
        "{:>6} {:>6} {:>7} | {:>8} {:>8} {:>6} {:>8} {:>6} {:>8} | {:>8} {:>9} {:>8} | {:>8} {:>8} {:>8} | {:>8} {:>8}",
        "N",
        "files",
        "MB",
        "build ms",
        "floor ms",
        "ratio",
        "whole ms",
        "ratio",
        "sync ms",
        "CPU ms",
        "CPU us/N",
        "peak MiB",
        "no-op ms",
        "read ms",
        "CPU ms",
        "over ms",
        "CPU ms"
    );
    let mut per_component = BTreeMap::new();
    for count in &sizes {
        let figures = measure(&Options { count: *count, objectives }, &targets)?;
        println!("{figures}");
        per_component.insert(*count, figures.build.cpu / *count as f64);
    }
    if let (Some(small), Some(large)) = (per_component.get(&100), per_component.get(&1000)) {
        println!("CPU a component at N=1000 to that at N=100: {:.2}", large / small);
    }
    sizes.last().map_or(Ok(()), |count| print_by_target(&Options { count: *count, objectives }))
}

/// What one build used.
#[derive(Clone, Copy)]
struct Used {
    /// Milliseconds from the start to the end of the process, without those in which the device was waited for.
    wall: f64,
    /// Milliseconds in which the device was waited for.
    sync: f64,
    /// Milliseconds of all threads.
    cpu: f64,
    /// MiB.
    memory: f64,
}

impl Used {
    const WORST: Used = Used { wall: f64::MAX, sync: f64::MAX, cpu: f64::MAX, memory: f64::MAX };

    fn best(self, other: Used) -> Used {
        Used {
            wall: self.wall.min(other.wall),
            sync: self.sync.min(other.sync),
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.min(other.memory),
        }
    }
}

struct Figures {
    count: usize,
    files: usize,
    bytes: usize,
    build: Used,
    unchanged: Used,
    /// A build over a tree of which every file changes.
    over: Used,
    /// Milliseconds of writing the same bytes to as many files, each of which is renamed to its place.
    floor: f64,
    /// The same, where folders are renamed with all that is in them.
    whole: f64,
    /// Milliseconds of reading them again.
    read: f64,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Figures { count, files, bytes, build, unchanged, over, floor, whole, read } = self;
        let megabytes = *bytes as f64 / 1e6;
        let each = build.cpu * 1e3 / *count as f64;
        write!(f, "{count:>6} {files:>6} {megabytes:>7.1} | ")?;
        write!(f, "{:>8.1} {floor:>8.1} {:>6.2} ", build.wall, build.wall / floor)?;
        write!(f, "{whole:>8.1} {:>6.2} {:>8.1} | ", build.wall / whole, build.sync)?;
        write!(f, "{:>8.1} {each:>9.0} {:>8.1} | ", build.cpu, build.memory)?;
        write!(f, "{:>8.1} {read:>8.1} {:>8.1} | ", unchanged.wall, unchanged.cpu)?;
        write!(f, "{:>8.1} {:>8.1}", over.wall, over.cpu)
    }
}

fn measure(options: &Options, targets: &[String]) -> io::Result<Figures> {
    let system = tempfile::tempdir()?;
    generator::write_system(system.path(), options)?;
    let (mut build, mut unchanged, mut over) = (Used::WORST, Used::WORST, Used::WORST);
    let (mut floor, mut whole, mut read) = (f64::MAX, f64::MAX, f64::MAX);
    let (mut files, mut bytes) = (0, 0);
    for _ in 0..ROUNDS {
        let out = tempfile::tempdir()?;
        build = build.best(start_one(system.path(), out.path(), targets)?);
        let before = times(out.path())?;
        unchanged = unchanged.best(start_one(system.path(), out.path(), targets)?);
        if times(out.path())? != before {
            return Err(io::Error::other("a build that changes nothing has written"));
        }

        let begin = Instant::now();
        let mut texts = Vec::with_capacity(before.len());
        for path in before.keys() {
            texts.push((path.strip_prefix(out.path()).map_err(io::Error::other)?.to_owned(), fs::read(path)?));
        }
        read = read.min(milliseconds(begin.elapsed()));
        (files, bytes) = (texts.len(), texts.iter().map(|(_, text)| text.len()).sum());
        floor = floor.min(write_same(&texts, false)?);
        whole = whole.min(write_same(&texts, true)?);
        drop(texts);

        grow_old(out.path())?;
        over = over.best(start_one(system.path(), out.path(), targets)?);
    }
    Ok(Figures { count: options.count, files, bytes, build, unchanged, over, floor, whole, read })
}

/// Milliseconds of writing texts to files of another name and renaming each to its place, without waiting for the device.
/// With `whole`, they are written as they will lie, and what lies in the outermost folder is renamed.
fn write_same(texts: &[(PathBuf, Vec<u8>)], whole: bool) -> io::Result<f64> {
    let folder = tempfile::tempdir()?;
    let staging = folder.path().join(".staging");
    let begin = Instant::now();
    fs::create_dir(&staging)?;
    let mut made = BTreeSet::new();
    let mut make_above = |path: &Path| match path.parent() {
        Some(parent) if made.insert(parent.to_owned()) => fs::create_dir_all(parent),
        _ => Ok(()),
    };
    for (slot, (path, text)) in texts.iter().enumerate() {
        let staged = if whole { staging.join(path) } else { staging.join(slot.to_string()) };
        make_above(&staged)?;
        fs::File::create_new(staged)?.write_all(text)?;
    }
    if whole {
        for entry in fs::read_dir(&staging)? {
            let entry = entry?;
            fs::rename(entry.path(), folder.path().join(entry.file_name()))?;
        }
    } else {
        for (slot, (path, _)) in texts.iter().enumerate() {
            let place = folder.path().join(path);
            make_above(&place)?;
            fs::rename(staging.join(slot.to_string()), place)?;
        }
    }
    Ok(milliseconds(begin.elapsed()))
}

/// Makes each generated file one that an earlier version has generated otherwise.
fn grow_old(out: &Path) -> io::Result<()> {
    let path = out.join(LOCK);
    let lock = Lock::read(&fs::read_to_string(&path)?);
    let mut lock = lock.map_err(|problem| io::Error::other(format!("{problem:?}")))?;
    for (path, row) in &mut lock.files {
        let place = out.join(path);
        let mut text = fs::read(&place)?;
        text.extend_from_slice(b"\n");
        row.digest = Digest::of_file(path, &text);
        fs::write(place, text)?;
    }
    fs::write(path, lock.text())
}

/// When each file below a folder was written.
fn times(folder: &Path) -> io::Result<BTreeMap<PathBuf, SystemTime>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(entry.path(), entry.metadata()?.modified()?);
            }
        }
    }
    Ok(found)
}

/// Builds in a process of its own.
fn start_one(system: &Path, out: &Path, targets: &[String]) -> io::Result<Used> {
    let begin = Instant::now();
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.arg(ONE).arg(system).arg(out).args(targets).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let status = child.wait()?;
    let wall = milliseconds(begin.elapsed());
    let figures: Vec<f64> = line.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    match figures[..] {
        [cpu, memory, sync] if status.success() => Ok(Used { wall: wall - sync, sync, cpu, memory }),
        _ => Err(io::Error::other("the build has failed")),
    }
}

/// The build that [`start_one`] starts: as `pathc build` does it.
fn one_build(root: &Utf8Path, out: &Utf8Path, targets: &[String]) -> io::Result<()> {
    let clock = Clock::default();
    let mut found = Sink::default();
    rayon::ThreadPoolBuilder::new().use_current_thread().build_global().map_err(io::Error::other)?;
    let mut compilation = pathc::compile(root, &Settings { generating: true, ..Settings::release(NOW) }, &mut found);
    let asked = pathc::asked(&compilation, targets, &mut found);
    compilation.system = None;
    let (generated, proof) = rayon::join(
        || pathc::emit(&compilation, asked, &mut found),
        || compilation.checked.as_ref().map(|checked| Proof::new(checked.plans(), pathc::spec::BUILT_IN)),
    );
    if found.denies() {
        return Err(io::Error::other(format!("not clean: {:?}", found.iter().next())));
    }
    let request = Request {
        root: out,
        targets: &generated,
        selection: &Selection { targets: targets.to_vec(), environments: Vec::new() },
        mode: Mode::Write { force: false },
        locked: false,
        compiler: env!("CARGO_PKG_VERSION"),
        specs: &BTreeMap::new(),
        wait: Duration::ZERO,
        waiting: &|| (),
        witness: proof.as_ref().map(|proof| proof as &dyn Witness),
    };
    let outcome = build_by_steps(&request, &clock);
    if let Some(problem) = outcome.diagnostics.first() {
        return Err(io::Error::other(format!("{problem:?}")));
    }
    println!("{} {} {}", measure::cpu(), peak_memory(), clock.sync());
    // Nothing is freed one by one, as in the command.
    std::process::exit(0)
}

/// How long the device was waited for: from the gate of that call to the next.
#[derive(Default)]
struct Clock(Mutex<(Option<Instant>, Duration)>);

impl Clock {
    fn sync(&self) -> f64 {
        self.0.lock().map_or(0.0, |state| milliseconds(state.1))
    }
}

impl Steps for Clock {
    fn pass(&self, step: Step, _: &Utf8Path) -> io::Result<()> {
        if let Ok(mut state) = self.0.lock() {
            if let Some(begin) = state.0.take() {
                state.1 += begin.elapsed();
            }
            state.0 = (step == Step::Sync).then(Instant::now);
        }
        Ok(())
    }
}

/// CPU milliseconds of printing each target on one thread, without disk.
fn print_by_target(options: &Options) -> io::Result<()> {
    let system = tempfile::tempdir()?;
    generator::write_system(system.path(), options)?;
    let root = Utf8Path::from_path(system.path()).ok_or_else(|| io::Error::other("the folder's name is not UTF-8"))?;
    let mut found = Sink::default();
    let compilation = pathc::compile(root, &Settings { generating: true, ..Settings::release(NOW) }, &mut found);
    let (Some(checked), Some(specs)) = (&compilation.checked, &compilation.specs) else {
        return Err(io::Error::other(format!("not clean: {:?}", found.iter().next())));
    };
    println!("\n{:>16} {:>6} {:>7} {:>8} at N={}", "target", "files", "MB", "CPU ms", options.count);
    for target in pathc::targets::ALL {
        let mut best = f64::MAX;
        let (mut files, mut bytes) = (0, 0);
        for _ in 0..ROUNDS {
            let begin = measure::cpu();
            let (generated, _) = (target.emit)(checked, specs);
            let mut printed = Printed::default();
            bytes = 0;
            for file in generated.iter() {
                printed.clear();
                file.job.print(&mut printed);
                bytes += std::hint::black_box(&printed.text).len();
            }
            files = generated.len();
            best = best.min(measure::cpu() - begin);
        }
        println!("{:>16} {files:>6} {:>7.1} {best:>8.1}", target.name, bytes as f64 / 1e6);
    }
    Ok(())
}

/// Milliseconds from the start of the command to its end, where it has nothing to do.
fn start_up() -> io::Result<f64> {
    let mut best = f64::MAX;
    for _ in 0..20 {
        let begin = Instant::now();
        Command::new(env!("CARGO_BIN_EXE_pathc")).arg("--version").stdout(Stdio::null()).status()?;
        best = best.min(milliseconds(begin.elapsed()));
    }
    Ok(best)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The most memory that was resident at once, in MiB; 0 where the system does not tell.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    kibibytes.and_then(|number| number.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
