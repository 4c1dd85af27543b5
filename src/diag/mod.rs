//! What pathc says when something is wrong: one [`Diagnostic`] type, a code for each, renderers for people and machines.

pub mod code;
pub mod diagnostic;

pub use code::{Code, CodeInfo};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Safety, Waived};
