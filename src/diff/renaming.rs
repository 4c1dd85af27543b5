//! One name in the place of another: in whatever form it is written, `catalog`, `CATALOG_HOST`, `catalog-db`.

/// The words of a name that are other words now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renaming {
    pairs: Vec<(String, String)>,
    words: usize,
    /// Longer names of other things that hold the old one, in each of their forms: `catalog-db` where `catalog` is renamed.
    kept: Vec<String>,
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
            return Renaming {
                pairs: vec![(old.to_owned(), new.to_owned())],
                words: differing(old, new),
                kept: Vec::new(),
            };
        }
        let differ = before.into_iter().zip(after).filter(|(old, new)| old != new && old.len() > 1);
        Renaming { pairs: differ.collect(), words: differing(old, new), kept: Vec::new() }
    }

    /// The same, where other things go on to have names that hold the old one.
    #[must_use]
    pub fn keeping<'n>(mut self, names: impl Iterator<Item = &'n str>) -> Renaming {
        let holds = |name: &&str| {
            let is_longer =
                |(old, _): &(String, String)| name.len() > old.len() && replace_word(name, old, "", &[]) != **name;
            self.pairs.iter().any(is_longer)
        };
        let mut kept: Vec<String> = names.filter(holds).flat_map(forms).collect();
        // The longest first: it decides.
        kept.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        kept.dedup();
        self.kept = kept;
        self
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
        let kept: Vec<&str> = self.kept.iter().map(String::as_str).filter(|kept| text.contains(kept)).collect();
        for (old, new) in &self.pairs {
            text = replace_word(&text, old, new, &kept);
            // As variables are named, and as titles begin.
            text = replace_word(&text, &variable(old), &variable(new), &kept);
            if old.contains('-') {
                text = replace_word(&text, &old.replace('-', "_"), &new.replace('-', "_"), &kept);
            }
            text = replace_word(&text, &capital(old), &capital(new), &kept);
            // As identifiers are joined: `OrdersDbSecret`.
            text = replace_hump(&text, &joined(old), &joined(new), &kept);
        }
        text
    }
}

/// A name in each of its forms.
fn forms(name: &str) -> [String; 5] {
    [name.to_owned(), name.replace('-', "_"), variable(name), capital(name), joined(name)]
}

/// Replaces a word: what stands around it is neither letter nor digit.
fn replace_word(text: &str, old: &str, new: &str, kept: &[&str]) -> String {
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    replace(text, old, new, kept, |before, after| !is_word(before) && !is_word(after))
}

/// Replaces a part of an identifier that begins with a capital: the next one begins with another.
fn replace_hump(text: &str, old: &str, new: &str, kept: &[&str]) -> String {
    let goes_on = |after: Option<char>| after.is_some_and(|after| after.is_lowercase() || after.is_numeric());
    replace(text, old, new, kept, |before, after| !before.is_some_and(char::is_uppercase) && !goes_on(after))
}

/// Replaces a text where what stands before and after it permits, and no name that is kept holds it there.
fn replace(
    text: &str,
    old: &str,
    new: &str,
    kept: &[&str],
    permits: impl Fn(Option<char>, Option<char>) -> bool,
) -> String {
    if old.is_empty() || !text.contains(old) {
        return text.to_owned();
    }
    let permits = |at: usize, end: usize| permits(text[..at].chars().next_back(), text[end..].chars().next());
    let is_kept = |at: usize| {
        kept.iter().any(|kept| {
            kept.match_indices(old).any(|(within, _)| {
                let start = at.checked_sub(within);
                start.is_some_and(|start| {
                    text.get(start..).is_some_and(|rest| rest.starts_with(kept)) && permits(start, start + kept.len())
                })
            })
        })
    };
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in text.match_indices(old) {
        let end = at + old.len();
        if at < from || !permits(at, end) || is_kept(at) {
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
    fn a_name_within_a_longer_one_that_stays_is_not_its_own() {
        let stays = ["catalog-db", "services/catalog", "web"];
        let renaming = Renaming::new("catalog", "kiosk").keeping(stays.into_iter());
        for same in ["catalog-db", "CATALOG_DB_HOST", "catalog_db", "CatalogDbSecret", "/services/catalog/go.sum"] {
            assert_eq!(renaming.apply(same), same);
        }
        assert_eq!(renaming.apply("catalog catalog-db, catalog-dbs"), "kiosk catalog-db, kiosk-dbs");
        assert_eq!(renaming.apply("CATALOG_HOST CatalogRole other/catalog"), "KIOSK_HOST KioskRole other/kiosk");
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
