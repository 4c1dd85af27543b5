//! pathc, a compiler for production readiness.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod ir;
pub mod source;
