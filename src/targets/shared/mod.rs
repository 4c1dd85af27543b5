//! What several targets share: names within limits, digests of documents, plan values as nodes, the header of a file.

pub mod code_owners;
pub mod digest;
pub mod header;
pub mod markdown;
pub mod names;
pub mod template;
pub mod value;
