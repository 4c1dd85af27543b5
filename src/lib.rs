//! pathc, a compiler for production readiness.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
pub mod diag;
pub mod gates;
pub mod input;
pub mod ir;
pub mod output;
pub mod plan;
pub mod profile;
pub mod source;
pub mod spec;
