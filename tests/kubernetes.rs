//! The `kubernetes` target on the systems of `fixtures/pass`: what is printed, without the judges' tools.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use pathc::diag::Sink;
use pathc::gates::{Settings, Stage};
use pathc::ir::value::Time;
use pathc::output::printed::Printed;
use pathc::source::Scalar;
use pathc::targets;

/// The printed files of a fixture, by path.
fn printed(fixture: &str) -> BTreeMap<Utf8PathBuf, String> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass").join(fixture);
    let mut found = Sink::default();
    let compilation = pathc::compile(
        &root,
        &Settings {
            now: Time::read("2026-11-23T12:00:00Z").unwrap(),
            stage: Stage::Release,
            levels: Vec::new(),
            generating: true,
        },
        &mut found,
    );
    let (Some(checked), Some(specs)) = (&compilation.checked, &compilation.specs) else {
        panic!("{fixture} does not pass: {:?}", found);
    };
    let (files, problems) = targets::kubernetes::emit(checked, specs);
    assert!(problems.is_empty(), "{problems:?}");
    files
        .files
        .iter()
        .map(|file| {
            let mut out = Printed::default();
            (file.job)().print(&mut out);
            (file.path.clone(), out.text)
        })
        .collect()
}

#[test]
fn dump() {
    for fixture in ["storefront", "opentelemetry-demo"] {
        for (path, text) in printed(fixture) {
            let path = Utf8Path::new("/tmp/k8s-out").join(fixture).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
}
