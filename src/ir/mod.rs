//! The vocabulary.
pub mod value;
