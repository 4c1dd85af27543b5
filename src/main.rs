//! pathc
fn main() {}
