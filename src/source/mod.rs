//! Text and positions: the sole reader and writer of inputs.
//!
//! `file` keeps the texts, `span` and `origin` point into them, `yaml` turns a text into an arena of nodes with exact
//! byte spans, `decode` and `record` turn nodes into typed values and report every error of a file in one run.
//! `edit` changes a text where its spans say, and `save` writes it back.
//! `schema` and `reference` turn the same tables into JSON Schemas and documentation.
//! This room imports nothing of the crate.

pub mod apart;
pub mod decode;
pub mod edit;
pub mod file;
pub mod guess;
pub mod load;
pub mod one_of;
pub mod origin;
pub mod pins;
pub mod problem;
pub mod record;
pub mod reference;
pub mod save;
pub mod scalar;
pub mod schema;
pub mod shape;
pub mod span;
pub mod table;
#[cfg(test)]
#[allow(dead_code, unreachable_pub, reason = "the macros make types for a whole crate")]
mod tests;
pub mod text;
pub mod watch;
pub mod yaml;

pub use apart::Apart;
pub use decode::{Decode, Decoder};
pub use edit::{Edit, Fix, Safety};
pub use file::{FileKind, SourceFile, Sources};
pub use load::{Entry, Loaded, Refusal, Repository};
pub use origin::{Origin, Rule, RuleEntry, Traced};
pub use pins::CommittedPin;
pub use problem::{Problem, ProblemKind};
pub use scalar::Scalar;
pub use shape::{FieldShape, Presence, RecordShape, Shape};
pub use span::{FileId, Place, Position, Span};
pub use table::Table;
pub use watch::Stamps;
