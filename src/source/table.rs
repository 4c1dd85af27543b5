//! A mapping with keys of the user's own, in the order in which it was written.

use super::{Origin, Traced};

/// Keys and values in source order. Small by nature (the variables of a component, the overrides of an environment), so
/// that a search is a scan.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    /// The entries, in source order; no key twice.
    pub entries: Vec<(Traced<K>, V)>,
    /// The mapping itself, where it was written.
    pub origin: Option<Origin>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { entries: Vec::new(), origin: None }
    }
}

impl<K, V> Table<K, V> {
    /// The entries, in source order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Traced<K>, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The values, in source order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }
}

impl<K: AsRef<str>, V> Table<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.entries.iter().find(|(known, _)| known.value.as_ref() == key).map(|(_, value)| value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<(&Traced<K>, &V)> {
        self.entries.iter().find(|(known, _)| known.value.as_ref() == key).map(|(key, value)| (key, value))
    }

    /// Sets a key: in its place where it is known, else at the end.
    pub fn set(&mut self, key: Traced<K>, value: V) {
        match self.entries.iter_mut().find(|(known, _)| known.value.as_ref() == key.value.as_ref()) {
            Some(entry) => *entry = (key, value),
            None => self.entries.push((key, value)),
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|(known, _)| known.value.as_ref() != key);
    }
}

impl<K, V> FromIterator<(Traced<K>, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (Traced<K>, V)>>(entries: I) -> Self {
        Table { entries: entries.into_iter().collect(), origin: None }
    }
}
