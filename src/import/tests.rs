//! Reports of public projects, and hostile ones.
