//! What a misspelt word was meant to be, and how sure that is.
//!
//! A word is certain where it differs from one that is known only in case, hyphens and underscores, or by one slip of a
//! finger while no other word is as near. Digits count: `p98` is neither `p95` nor `p99`.

use super::Safety;

/// Shorter words are all near to each other.
const SHORTEST: usize = 5;

/// Whether two words differ in nothing but case, hyphens, underscores and spaces.
#[must_use]
pub fn same_letters(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().filter(|character| !matches!(character, '-' | '_' | ' ')).flat_map(char::to_lowercase)
}

/// How sure it is that `text` was meant to be `near`, one of the words that may stand there.
#[must_use]
pub fn sureness<'n>(text: &str, near: &str, words: impl IntoIterator<Item = &'n str>) -> Safety {
    let others: Vec<&str> = words.into_iter().filter(|word| *word != near).collect();
    let only = |alike: &dyn Fn(&str) -> bool| alike(near) && !others.iter().any(|other| alike(other));
    let slip = |word: &str| {
        text.chars().count().min(word.chars().count()) >= SHORTEST
            && strsim::damerau_levenshtein(text, word) == 1
            && text.bytes().filter(u8::is_ascii_digit).eq(word.bytes().filter(u8::is_ascii_digit))
    };
    if only(&|word| same_letters(text, word)) || only(&slip) { Safety::Safe } else { Safety::Suggested }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_or_another_case_is_sure_and_all_else_is_not() {
        let sure = |text, near, words: &[&str]| sureness(text, near, words.iter().copied()) == Safety::Safe;
        assert!(sure("dependsOn", "depends_on", &["depends_on", "drain"]));
        assert!(sure("replcias", "replicas", &["replicas", "resources"]));
        assert!(sure("servce", "service", &["service", "worker"]));
        assert!(!sure("servc", "service", &["service"]));
        assert!(!sure("p98", "p99", &["p95", "p99"]));
        assert!(!sure("node18", "node17", &["node17"]));
        assert!(!sure("reads", "read", &["read"]));
        assert!(!sure("before", "befor", &["befor", "beforee"]));
    }
}
