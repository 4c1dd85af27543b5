//! What rules, their tests, their objects and dashboards cost: CPU of printing by kind of file, beside a floor that only
//! copies the same bytes, and the CPU of the plan that they are printed from.
//!
//! `cargo bench --bench monitoring [-- N..]`. Each figure is the best of several rounds on one thread, without the disk.

#![allow(clippy::print_stdout)]

mod allocator;
mod generator;
mod measure;

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use generator::Options;
use pathc::diag::Sink;
use pathc::gates::Settings;
use pathc::ir::value::Time;
use pathc::output::{File, Printed};
use pathc::targets::{grafana, prometheus};

const ROUNDS: usize = 9;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: Time = Time { seconds: 1_795_435_200 };

fn main() -> io::Result<()> {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    for count in if sizes.is_empty() { vec![100, 1000] } else { sizes } {
        measure(&Options { count, objectives: 2 })?;
    }
    Ok(())
}

/// One kind of files.
#[derive(Clone, Copy)]
struct Figures {
    files: usize,
    bytes: usize,
    cpu: f64,
    /// CPU milliseconds of copying the same bytes.
    floor: f64,
}

fn measure(options: &Options) -> io::Result<()> {
    let system = tempfile::tempdir()?;
    generator::write_system(system.path(), options)?;
    let root = Utf8Path::from_path(system.path()).ok_or_else(|| io::Error::other("the folder's name is not UTF-8"))?;
    let mut found = Sink::default();
    let compilation = pathc::compile(root, &Settings { generating: true, ..Settings::release(NOW) }, &mut found);
    let (Some(system), Some(specs), Some(checked)) = (&compilation.system, &compilation.specs, &compilation.checked)
    else {
        return Err(io::Error::other(format!("not clean: {:?}", found.iter().next())));
    };
    let mut plan = f64::MAX;
    let mut kinds: BTreeMap<&str, Figures> = BTreeMap::new();
    let mut listed = f64::MAX;
    for _ in 0..ROUNDS {
        let begin = measure::cpu();
        std::hint::black_box(pathc::plan::monitoring::plan(system, specs));
        plan = plan.min(measure::cpu() - begin);

        let begin = measure::cpu();
        let (rules, _) = prometheus::emit(checked, specs);
        let (dashboards, _) = grafana::emit(checked, specs);
        listed = listed.min(measure::cpu() - begin);

        let mut by_kind: BTreeMap<&str, Vec<File<'_, '_>>> = BTreeMap::new();
        for file in rules.iter().chain(dashboards.iter()) {
            by_kind.entry(kind(file)).or_default().push(file);
        }
        for (kind, files) in by_kind {
            let new = print(&files);
            let best = kinds.entry(kind).or_insert(new);
            (best.cpu, best.floor) = (best.cpu.min(new.cpu), best.floor.min(new.floor));
        }
    }
    println!("N={}: plan {plan:.1} ms, list of files {listed:.1} ms", options.count);
    println!("{:>14} {:>6} {:>7} {:>8} {:>8} {:>6}", "kind", "files", "MB", "CPU ms", "floor ms", "MB/s");
    let row = |kind: &str, Figures { files, bytes, cpu, floor }: Figures| {
        let megabytes = bytes as f64 / 1e6;
        println!("{kind:>14} {files:>6} {megabytes:>7.1} {cpu:>8.1} {floor:>8.1} {:>6.0}", megabytes / (cpu / 1e3));
    };
    let sum = |picked: &[&str]| {
        picked.iter().filter_map(|kind| kinds.get(kind)).fold(None, |all: Option<Figures>, one| {
            Some(all.map_or(*one, |all| Figures {
                files: all.files + one.files,
                bytes: all.bytes + one.bytes,
                cpu: all.cpu + one.cpu,
                floor: all.floor + one.floor,
            }))
        })
    };
    kinds.iter().for_each(|(kind, figures)| row(kind, *figures));
    for (name, picked) in [
        ("as asked", &["rules", "tests", "dashboards"][..]),
        ("all", &["rules", "tests", "objects", "dashboards", "other"][..]),
    ] {
        if let Some(figures) = sum(picked) {
            row(name, figures);
        }
    }
    Ok(())
}

/// What a file is, by the folder that it stands in.
fn kind(file: File<'_, '_>) -> &'static str {
    let kinds = ["rules", "tests", "objects", "dashboards"];
    let is_in = |kind: &&str| file.path.components().any(|part| part.as_str() == *kind);
    kinds.into_iter().find(is_in).unwrap_or("other")
}

fn print(files: &[File<'_, '_>]) -> Figures {
    let (mut printed, mut copy) = (Printed::default(), String::new());
    let (mut bytes, mut cpu, mut floor) = (0, 0.0, 0.0);
    for file in files {
        let begin = measure::cpu();
        printed.clear();
        file.job.print(&mut printed);
        let end = measure::cpu();
        copy.clear();
        copy.push_str(std::hint::black_box(&printed.text));
        std::hint::black_box(&copy);
        floor += measure::cpu() - end;
        cpu += end - begin;
        bytes += printed.text.len();
    }
    Figures { files: files.len(), bytes, cpu, floor }
}
