//! The monitoring plan: what is measured, when somebody is told, and what is shown.

pub mod indicator;
pub mod promql;
