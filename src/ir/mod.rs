//! The vocabulary: what a system is. No YAML text, no disk, no names of tools.
//!
//! Records that mean the same before and after resolving are declared here and read as they stand. What only becomes
//! whole by defaults and overrides ([`component`], [`datastore`], [`environment`], [`system`]) is made by `input::resolve`
//! alone. Every value is [`Traced`]: it knows its place in an input, the field whose default it is, or its rule.

pub mod building;
pub mod choice;
pub mod component;
pub mod datastore;
pub mod delivery;
pub mod environment;
pub mod evidence;
pub mod ownership;
pub mod system;
pub mod testing;
pub mod value;

pub use crate::source::{Origin, Rule, RuleEntry, Span, Table, Traced};
pub use component::Component;
pub use datastore::Datastore;
pub use environment::{ComponentId, Deployment, Environment};
pub use system::System;
