//! Judges of shell scripts.

use std::fs;
use std::process::Command;

use super::{Case, Need, Outcome, home, root};

pub(super) const CASES: &[Case] =
    &[Case { name: "scripts::shellcheck", needs: &[Need::Installed("python")], run: scripts_are_clean }];

/// Every shell script of the repository passes shellcheck, but for the samples that a judge must reject.
fn scripts_are_clean() -> Outcome {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output()?;
    let files = String::from_utf8(listed.stdout)?;
    let scripts: Vec<&str> = files
        .split('\0')
        .filter(|file| !file.contains("/bad/"))
        .filter(|file| {
            let start = fs::read(root().join(file)).unwrap_or_default();
            [b"#!/usr/bin/env bash".as_slice(), b"#!/bin/sh", b"#!/bin/bash"].iter().any(|bang| start.starts_with(bang))
        })
        .collect();
    let checked = Command::new(home()?.join("python/bin/shellcheck")).args(&scripts).current_dir(root()).output()?;
    if scripts.is_empty() || !checked.status.success() {
        return Err(format!("{scripts:?}\n{}", String::from_utf8_lossy(&checked.stdout)).into());
    }
    Ok(())
}
