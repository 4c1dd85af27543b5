//! Reads files from the repository: bounded, as text, and never outside of it.
