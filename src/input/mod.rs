//! The ten documents: pathc.yaml and the nine inputs, each read by a file of its own, and `resolve`, the sole builder of
//! [`System`].
//!
//! A run collects everything that is wrong in all files. There is a system only where nothing is.

pub mod build_configurations;
pub mod code_quality_metrics;
pub mod dependency_specifications;
pub mod deployment_packages;
mod documents;
pub mod form;
pub mod implementation_artifacts;
pub mod manifest;
mod read;
pub mod refactoring_log;
mod resolve;
pub mod rules;
pub mod test_coverage_report;
pub mod test_results;
pub mod test_specifications;

#[cfg(test)]
mod tests;

pub use documents::{DOCUMENTS, DocumentShape};
pub use read::{Input, read};
