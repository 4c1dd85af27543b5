//! One name in the place of another: in whatever form it is written, `catalog`, `CATALOG_HOST`, `catalog-db`.

/// The words of a name that are other words now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renaming {
    pairs: Vec<(String, String)>,
    words: usize,
}

impl Renaming {
    /// What turns one name into another.
    #[must_use]
    pub fn new(old: &str, new: &str) -> Renaming {
        let words = |name: &str| -> Vec<String> {
            name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let differing = |old: &str, new: &str| {
            let (old, new) = (words(old), words(new));
            let differ = old.iter().zip(&new).filter(|(old, new)| old != new).count();
            differ + old.len().abs_diff(new.len())
        };
        // A name within a path is one by itself; a word of a name is none: `worker` is a kind, where `order-worker` is a name.
        let parts = |name: &str| name.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (before, after) = (parts(old), parts(new));
        if before.len() != after.len() {
            return Renaming { pairs: vec![(old.to_owned(), new.to_owned())], words: differing(old, new) };
        }
        let differ = before.into_iter().zip(after).filter(|(old, new)| old != new && old.len() > 1);
        Renaming { pairs: differ.collect(), words: differing(old, new) }
    }

    /// How many words differ.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words
    }

    /// Whether no word differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// A text with the new words.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (old, new) in &self.pairs {
            text = replace_word(&text, old, new);
            // As variables are named, and as titles begin.
            text = replace_word(&text, &variable(old), &variable(new));
            if old.contains('-') {
                text = replace_word(&text, &old.replace('-', "_"), &new.replace('-', "_"));
            }
            text = replace_word(&text, &capital(old), &capital(new));
            // As identifiers are joined: `OrdersDbSecret`.
            text = replace_hump(&text, &joined(old), &joined(new));
        }
        text
    }
}

/// Replaces a word: what stands around it is neither letter nor digit.
fn replace_word(text: &str, old: &str, new: &str) -> String {
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    replace(text, old, new, |before, after| !is_word(before) && !is_word(after))
}

/// Replaces a part of an identifier that begins with a capital: the next one begins with another.
fn replace_hump(text: &str, old: &str, new: &str) -> String {
    let goes_on = |after: Option<char>| after.is_some_and(|after| after.is_lowercase() || after.is_numeric());
    replace(text, old, new, |before, after| !before.is_some_and(char::is_uppercase) && !goes_on(after))
}

/// Replaces a text where what stands before and after it permits.
fn replace(text: &str, old: &str, new: &str, permits: impl Fn(Option<char>, Option<char>) -> bool) -> String {
    if old.is_empty() || !text.contains(old) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in text.match_indices(old) {
        let end = at + old.len();
        if at < from || !permits(text[..at].chars().next_back(), text[end..].chars().next()) {
            continue;
        }
        out.push_str(&text[from..at]);
        out.push_str(new);
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

/// A name as variables have it.
fn variable(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A name as a part of an identifier.
fn joined(name: &str) -> String {
    name.split(|character: char| !character.is_alphanumeric()).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_identifiers_are_names_too() {
        let renaming = Renaming::new("catalog-db", "stock-db");
        assert_eq!(renaming.apply("CatalogDbSecret, MyCatalogDb"), "StockDbSecret, MyStockDb");
        assert_eq!(renaming.apply("Catalogue and CATALOGDb"), "Catalogue and CATALOGDb");
        assert_eq!(Renaming::new("orders-db", "store").apply("OrdersDbSecret"), "StoreSecret");
    }

    #[test]
    fn a_name_is_found_in_each_of_its_forms() {
        let renaming = Renaming::new("catalog/absent", "stock/absent");
        assert_eq!(renaming.apply("catalog CATALOG_HOST Catalog catalog-db"), "stock STOCK_HOST Stock stock-db");
        assert_eq!(renaming.apply("a catalogue"), "a catalogue");
        let runner = Renaming::new("order-worker", "order-runner");
        assert_eq!(runner.apply("worker ORDER_WORKER_HOST order_worker"), "worker ORDER_RUNNER_HOST order_runner");
        assert_eq!((renaming.len(), Renaming::new("a-b", "a-b").is_empty()), (1, true));
        assert_eq!(Renaming::new("cart", "shopping-cart").apply("cart-db"), "shopping-cart-db");
    }
}
