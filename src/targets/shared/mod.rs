//! What several targets share: names within limits, digests of documents, plan values as nodes, the header of a file,
//! and what every target is asked for.

pub mod digest;
pub mod header;
pub mod names;
pub mod request;
pub mod value;

pub use request::Request;
