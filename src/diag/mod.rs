//! What pathc says when something is wrong: one [`Diagnostic`] type, a code for each, a [`Sink`] that collects them, and
//! renderers for people and machines.

pub mod code;
pub mod credential;
pub mod diagnostic;
pub mod render;
pub mod sink;

pub use code::{Code, CodeInfo};
pub use diagnostic::{Diagnostic, Label, Severity, Waived};
pub use render::{Context, Format, Look};
pub use sink::Sink;
