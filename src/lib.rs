//! pathc
