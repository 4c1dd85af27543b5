//! The one way to shorten a name: plans and targets name the same thing alike.

/// Characters of the hash that stands for what was cut off.
const HASH: usize = 6;

/// A name of at most `max` characters: as it is where it fits, else its beginning and a hash of the whole.
#[must_use]
pub fn shorten(name: &str, max: u32) -> String {
    let max = max as usize;
    if name.len() <= max {
        return name.to_owned();
    }
    hashed(name, name, max)
}

/// The beginning of `readable` and a hash of `name`, together at most `max` characters.
#[must_use]
pub fn hashed(readable: &str, name: &str, max: usize) -> String {
    let room = max.saturating_sub(HASH + 1);
    let prefix: String = readable.chars().take(room).collect();
    let hash = blake3::hash(name.as_bytes()).to_hex();
    let prefix = prefix.trim_end_matches(['-', '.', '_']);
    if prefix.is_empty() { hash[..HASH.min(max)].to_owned() } else { format!("{prefix}-{}", &hash[..HASH]) }
}
