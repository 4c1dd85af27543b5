//! An environment's own words: where its name, its domain, its region or its account stand in a text, the template says
//! what it is told instead, so that one template is for all environments.

use memchr::memmem::Finder;

use crate::output::Doc;
use crate::output::doc::Text;
use crate::plan::aws::{AwsEnvironment, names};

/// The parameter with the environment's name.
pub(super) const ENVIRONMENT: &str = "Environment";
/// The parameter with the environment's domain.
pub(super) const DOMAIN: &str = "Domain";

/// A word, and what a template says for it.
#[derive(Debug)]
struct Word {
    finder: Finder<'static>,
    said: String,
    /// Whether the letter of a zone may follow.
    zone: bool,
}

/// The words of an environment.
#[derive(Debug)]
pub(super) struct Words {
    /// What is said by a parameter wherever it stands.
    own: Vec<Word>,
    /// What is said otherwise only where environments differ in nothing else.
    place: Vec<Word>,
}

impl Words {
    /// The words of an environment. `in_its_region`: whether the stack stands in the environment's region.
    pub(super) fn of(system: &str, environment: &AwsEnvironment, in_its_region: bool) -> Words {
        let name = environment.name.as_str();
        let word = |word: &str, said: String, zone: bool| Word { finder: Finder::new(word).into_owned(), said, zone };
        let mut own = vec![
            word(&names::prefix(system, name), format!("{system}-${{{ENVIRONMENT}}}"), false),
            word(&format!("{system}/{name}"), format!("{system}/${{{ENVIRONMENT}}}"), false),
        ];
        let domain = environment.balancing.zone.as_ref().map(|zone| zone.domain.as_str());
        own.extend(domain.map(|domain| word(domain, format!("${{{DOMAIN}}}"), false)));
        let mut place = Vec::new();
        if in_its_region {
            place.push(word(&environment.region, "${AWS::Region}".to_owned(), true));
        }
        if let Some(account) = &environment.account {
            place.push(word(account, "${AWS::AccountId}".to_owned(), false));
        }
        Words { own, place }
    }

    /// Says the environment's name and domain in a document by parameters.
    pub(super) fn reword(&self, doc: &mut Doc) {
        reword(doc, &self.own);
    }

    /// A text with region and account said by what the cloud knows; none where neither stands in it.
    pub(super) fn placed(&self, doc: &Doc) -> Option<Doc> {
        let (text, is_sub, origin) = match doc {
            Doc::Text(text, origin) => (text, false, *origin),
            Doc::Tagged("Sub", inner) => match &**inner {
                Doc::Text(text, origin) => (text, true, *origin),
                _ => return None,
            },
            _ => return None,
        };
        Some(Doc::text(said(text, is_sub, &self.place)?, origin).tagged("Sub"))
    }
}

fn reword(doc: &mut Doc, words: &[Word]) {
    match doc {
        Doc::Text(text, origin) => {
            if let Some(said) = said(text, false, words) {
                *doc = Doc::text(said, *origin).tagged("Sub");
            }
        }
        Doc::Tagged("Ref" | "GetAtt", _) => {}
        Doc::Tagged("Sub", inner) => match &mut **inner {
            Doc::Text(text, _) => substituted(text, words),
            Doc::List(parts, ..) => {
                for part in parts {
                    match part {
                        Doc::Text(text, _) => substituted(text, words),
                        other => reword(other, words),
                    }
                }
            }
            _ => {}
        },
        Doc::Tagged(_, inner) => reword(inner, words),
        Doc::List(elements, ..) => elements.iter_mut().for_each(|element| reword(element, words)),
        Doc::Map(map) => map.entries.iter_mut().for_each(|entry| reword(&mut entry.value, words)),
        Doc::Null(_) | Doc::Bool(..) | Doc::Integer(..) | Doc::Number(..) => {}
    }
}

fn substituted(text: &mut Text, words: &[Word]) {
    if let Some(said) = said(text, true, words) {
        *text = said.into();
    }
}

/// A text as `!Sub` has it, with words said otherwise; none where no word stands in it, and where one stands within a `${`
/// of the text's own.
fn said(text: &str, is_sub: bool, words: &[Word]) -> Option<String> {
    let mut out: Option<String> = None;
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let found = words.iter().filter_map(|word| Some((found(rest, word)?, word))).min_by_key(|(at, _)| *at);
        let Some((behind, word)) = found else { break };
        let here = at + behind;
        if text[..here].rfind("${").is_some_and(|opened| !text[opened..here].contains('}')) {
            return None;
        }
        let out = out.get_or_insert_default();
        add(&text[at..here], is_sub, out);
        out.push_str(&word.said);
        at = here + word.finder.needle().len();
    }
    let mut out = out?;
    add(&text[at..], is_sub, &mut out);
    Some(out)
}

/// Adds a piece that means itself.
fn add(piece: &str, is_sub: bool, out: &mut String) {
    if is_sub {
        out.push_str(piece);
    } else {
        out.push_str(&piece.replace("${", "${!"));
    }
}

/// Where a word stands between signs that are part of no name.
fn found(text: &str, word: &Word) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = word.finder.find(&text.as_bytes()[from..]) {
        let at = from + at;
        let end = at + word.finder.needle().len();
        let part = |character: Option<char>| character.is_some_and(|it| it.is_ascii_alphanumeric() || it == '$');
        let mut behind = text[end..].chars();
        let follows = match behind.next() {
            Some(letter) if word.zone && letter.is_ascii_lowercase() => part(behind.next()),
            next => part(next),
        };
        if !follows && !part(text[..at].chars().next_back()) {
            return Some(at);
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(word: &str, said: &str, zone: bool) -> Word {
        Word { finder: Finder::new(word).into_owned(), said: said.to_owned(), zone }
    }

    #[test]
    fn whole_words_are_said_otherwise() {
        let words = [word("shop-prod", "shop-${Environment}", false), word("eu-west-1", "${AWS::Region}", true)];
        let say = |text: &str| said(text, false, &words);
        assert_eq!(say("shop-prod").as_deref(), Some("shop-${Environment}"));
        assert_eq!(
            say("a shop-prod-api, shop-prod").as_deref(),
            Some("a shop-${Environment}-api, shop-${Environment}")
        );
        assert_eq!(say("shop-prod-eu-west-1a").as_deref(), Some("shop-${Environment}-${AWS::Region}a"));
        for same in ["shop-production", "myshop-prod", "eu-west-10", "eu-west-1ab", ""] {
            assert_eq!(say(same), None, "{same}");
        }
    }

    #[test]
    fn a_text_never_becomes_a_substitution() {
        let words = [word("shop-prod", "shop-${Environment}", false)];
        assert_eq!(said("${x} shop-prod", false, &words).as_deref(), Some("${!x} shop-${Environment}"));
        assert_eq!(said("${!x} shop-prod", true, &words).as_deref(), Some("${!x} shop-${Environment}"));
        assert_eq!(said("${x} shop-prod", true, &words).as_deref(), Some("${x} shop-${Environment}"));
        assert_eq!(said("$shop-prod", false, &words), None);
        assert_eq!(said("${shop-prod}", false, &words), None);
    }
}
