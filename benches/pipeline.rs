//! How much CPU a system costs, read, resolved, planned and judged; and as a ratio to writing the bytes that were read.
//!
//! `cargo bench --bench pipeline [-- N..]`. CPU time is of the whole process, all threads together, so that it does not
//! depend on what else the machine is doing; each figure is the best of several rounds.

#![allow(clippy::print_stdout)]

mod allocator;
mod generator;
mod measure;

use std::io::{self, Write as _};
use std::path::Path;

use camino::Utf8Path;
use pathc::gates::{self, Settings};
use pathc::ir::value::Time;
use pathc::{input, plan, spec};

const ROUNDS: usize = 7;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: Time = Time { seconds: 1_795_435_200 };

fn main() -> io::Result<()> {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10, 100, 1000] } else { sizes };
    println!(
        "{:>6} {:>9} {:>10} {:>10} {:>10} {:>10} {:>8} {:>10} {:>7}",
        "N", "input", "read ms", "plan ms", "judge ms", "total ms", "MB/s", "write ms", "ratio"
    );
    for size in sizes {
        let folder = tempfile::tempdir()?;
        let bytes = generator::write_system(folder.path(), &generator::Options { count: size, objectives: 2 })?;
        let root =
            Utf8Path::from_path(folder.path()).ok_or_else(|| io::Error::other("the folder's name is not UTF-8"))?;
        let mut best = [f64::MAX; 4];
        for _ in 0..ROUNDS {
            let [read, planned, judged] = one_round(root)?;
            let write = write_same_bytes(folder.path())?;
            for (best, new) in best.iter_mut().zip([read, planned, judged, write]) {
                *best = best.min(new);
            }
        }
        let [read, planned, judged, write] = best;
        let total = read + planned + judged;
        println!(
            "{size:>6} {:>6} KB {read:>10.2} {planned:>10.2} {judged:>10.2} {total:>10.2} {:>8.1} {write:>10.2} {:>7.1}",
            bytes / 1000,
            bytes as f64 / 1e6 / (total / 1e3),
            total / write
        );
    }
    Ok(())
}

/// CPU milliseconds of reading with resolving, of planning, and of judging.
fn one_round(root: &Utf8Path) -> io::Result<[f64; 3]> {
    let start = measure::cpu();
    let mut input = input::read(root);
    let read = measure::cpu() - start;
    let system =
        input.system.take().ok_or_else(|| io::Error::other(format!("not clean: {:?}", input.diagnostics.first())))?;
    // The specs do not grow with the system, but every run reads them.
    let start = measure::cpu();
    let (specs, _) = spec::Specs::load(&mut input.sources);
    let specs = specs.ok_or_else(|| io::Error::other("the specs do not load"))?;
    let (plans, _) = plan::plan(&system, &specs);
    let planned = measure::cpu() - start;
    let settings = Settings::release(NOW);
    let start = measure::cpu();
    let judgement = gates::check(&system, plans, Vec::new(), &settings);
    let judged = measure::cpu() - start;
    std::hint::black_box(judgement);
    Ok([read, planned, judged])
}

/// CPU milliseconds of writing the bytes of the inputs to new files.
fn write_same_bytes(root: &Path) -> io::Result<f64> {
    let mut texts = vec![std::fs::read(root.join("pathc.yaml"))?];
    for entry in std::fs::read_dir(root.join("path"))? {
        texts.push(std::fs::read(entry?.path())?);
    }
    let folder = tempfile::tempdir()?;
    let start = measure::cpu();
    for (index, text) in texts.iter().enumerate() {
        std::fs::File::create(folder.path().join(index.to_string()))?.write_all(text)?;
    }
    Ok(measure::cpu() - start)
}
