//! The entries of `fuzz/` for a bounded time: the files of the fixtures, changed at random. The same seed makes the same
//! inputs; `PATHC_FUZZ_SECONDS` and `PATHC_FUZZ_SEED` make a longer or another run.

#[path = "../fuzz/entries.rs"]
mod entries;

use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

/// A generator of numbers without any dependency (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// Pieces that mean something to some reader.
const PIECES: &[&str] = &[
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "---\n",
    "!!binary ",
    "\u{feff}",
    "\0",
    "\u{ff}",
    "99999999999999999999",
    "-1",
    "1e999",
    "null",
    "${x}",
    "<a>",
    "</a>",
    "<!DOCTYPE a>",
    "&#0;",
    "\r\n",
    "\t",
];

fn corpus() -> Vec<Vec<u8>> {
    fn walk(folder: &Path, found: &mut Vec<Vec<u8>>) {
        let mut paths: Vec<_> =
            fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                walk(&path, found);
            } else if let Ok(bytes) = fs::read(&path)
                && bytes.len() < 20_000
            {
                found.push(bytes);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut found);
    assert!(found.len() > 50, "the walk finds too little");
    found
}

fn changed(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => {
                let piece = PIECES[random.below(PIECES.len())].as_bytes();
                bytes.splice(at..at, piece.iter().copied());
            }
            2 => {
                let end = (at + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len() + 1);
                let end = (from + random.below(200)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.next() as u8;
                }
            }
        }
    }
    bytes
}

fn run(entry: fn(&[u8])) {
    let number = |name: &str, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seconds, seed) = (number("PATHC_FUZZ_SECONDS", 2), number("PATHC_FUZZ_SEED", 1));
    let (corpus, mut random) = (corpus(), Random(seed));
    let end = Instant::now() + Duration::from_secs(seconds);
    for bytes in corpus.iter().take_while(|_| Instant::now() < end) {
        entry(bytes);
    }
    while Instant::now() < end {
        let bytes = changed(&corpus, &mut random);
        if std::panic::catch_unwind(|| entry(&bytes)).is_err() {
            panic!(
                "with the seed {seed}, this input breaks a promise:\n{}",
                String::from_utf8_lossy(&bytes).escape_debug()
            );
        }
    }
}

#[test]
fn the_reader_of_yaml_survives_anything() {
    run(entries::yaml);
}

#[test]
fn the_decoder_survives_anything() {
    run(entries::system);
}

#[test]
fn what_is_printed_reads_back_whatever_it_is() {
    run(entries::printers);
}

#[test]
fn importers_survive_anything() {
    run(entries::import);
}
