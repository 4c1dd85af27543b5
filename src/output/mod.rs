//! What is written: a document tree with origins, its printers, the files, the lock and the disk.
//!
//! A target hands over [`Files`]; [`disk::build`] prints them on all cores, compares them with what lies on disk and
//! writes what differs, all of it or nothing. Nothing else of the crate writes.

mod before;
mod commit;
pub mod compare;
pub mod digest;
pub mod disk;
pub mod doc;
pub mod files;
pub mod folder;
mod folders;
pub mod hcl;
pub mod json;
pub mod lock;
mod parts;
pub mod printed;
pub mod provenance;
pub mod resource;
pub mod rule;
mod wanted;
#[cfg(test)]
mod writers;
pub mod yaml;

pub use disk::{Mode, Outcome, Request, Selection, Witness, build};
pub use doc::{Doc, Map, Style};
pub use files::{Content, File, Files, Generated, Job};
pub use printed::{LineOrigins, Printed, Shared, Watched};
