//! What is written: a document tree with origins, its printers, the files, the lock and the disk.

pub mod doc;
pub mod files;

pub use doc::{Doc, Map, Style};
pub use files::{File, Files};
