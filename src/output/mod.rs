//! What is written: a document tree with origins, its printers, the files, the lock and the disk.

pub mod doc;
pub mod files;
pub mod json;
pub mod printed;
pub mod rule;
pub mod yaml;

pub use doc::{Doc, Map, Style};
pub use files::{Content, File, Files};
pub use printed::Printed;
