//! The fields of one thing in two versions: values that differ, and elements of lists that come, go or get another name.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use similar::{ChangeTag, TextDiff};

use super::renaming::Renaming;
use crate::output::resource::Field;

/// One difference between the fields of two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Keys from the outside inwards; empty for a line of a text.
    pub path: String,
    /// Whether it is a whole element of a list: then `old` and `new` are what it is called.
    pub is_element: bool,
    /// The value before.
    pub old: Option<String>,
    /// The value after.
    pub new: Option<String>,
    /// Its lines before, first and last.
    pub old_lines: Option<(usize, usize)>,
    /// Its lines after.
    pub new_lines: Option<(usize, usize)>,
}

/// What differs, in the order of the new version; what is gone comes last. Lines of a text have no path, and are compared
/// in their order.
#[must_use]
pub fn field_changes(old: &[Field], new: &[Field]) -> Vec<FieldChange> {
    let is_text = |fields: &[Field]| fields.first().is_some_and(|field| field.path.is_empty());
    if is_text(old) || is_text(new) {
        return line_changes(old, new);
    }
    let (mut old, mut new) = (old.to_vec(), new.to_vec());
    align(&mut old, &new);
    let mut found = Vec::new();
    // Outer elements first: what is inside of one that has another name is compared under the new name.
    const DEPTH: usize = 6;
    for _ in 0..DEPTH {
        if !rename_elements(&mut old, &new, &mut found) {
            break;
        }
    }
    take_elements(&mut old, &mut new, &mut found);
    let before: BTreeMap<&str, &Field> = old.iter().map(|field| (field.path.as_str(), field)).collect();
    let after: BTreeSet<&str> = new.iter().map(|field| field.path.as_str()).collect();
    for field in &new {
        match before.get(field.path.as_str()) {
            Some(known) if known.value == field.value => {}
            known => found.push(value_change(known.copied(), Some(field))),
        }
    }
    found.extend(
        old.iter().filter(|field| !after.contains(field.path.as_str())).map(|field| value_change(Some(field), None)),
    );
    found
}

/// Gives elements without a name the numbers that they have in the new version: what comes before them is no change of
/// theirs. Outer lists first.
fn align(old: &mut [Field], new: &[Field]) {
    const MOST: usize = 200;
    let mut done: BTreeSet<String> = BTreeSet::new();
    loop {
        let lists = |fields: &[Field]| -> BTreeSet<String> {
            let numbered = elements(fields).into_iter().map(split).filter(|(_, name)| name.parse::<usize>().is_ok());
            numbered.map(|(list, _)| list.to_owned()).collect()
        };
        let both = lists(old);
        let next = lists(new).into_iter().filter(|list| both.contains(list) && !done.contains(list));
        let Some(list) = next.min_by_key(String::len) else { return };
        let (before, after) = (numbered(old, &list), numbered(new, &list));
        if before.len().max(after.len()) <= MOST {
            renumber(old, &list, &pairs(&before, &after));
        }
        done.insert(list);
    }
}

/// The elements of a list by their numbers, each with its fields.
type Numbered = BTreeMap<usize, BTreeSet<(String, String)>>;

fn numbered(fields: &[Field], list: &str) -> Numbered {
    let mut found = Numbered::new();
    for field in fields {
        let Some(rest) = field.path.strip_prefix(list).and_then(|rest| rest.strip_prefix('[')) else { continue };
        let Some((number, rest)) = rest.split_once(']') else { continue };
        if let Ok(number) = number.parse() {
            found.entry(number).or_default().insert((rest.to_owned(), field.value.clone()));
        }
    }
    found
}

/// Which old element is which new one: the same, else the most alike that is at least half the same, else the next where
/// none came or went.
fn pairs(old: &Numbered, new: &Numbered) -> BTreeMap<usize, usize> {
    let mut pairs = BTreeMap::new();
    let mut free: BTreeSet<usize> = new.keys().copied().collect();
    for (number, fields) in old {
        if let Some(same) = free.iter().copied().find(|other| new.get(other) == Some(fields)) {
            free.remove(&same);
            pairs.insert(*number, same);
        }
    }
    for (number, fields) in old {
        if pairs.contains_key(number) {
            continue;
        }
        let shared = |other: &usize| new.get(other).map_or(0, |new| fields.intersection(new).count() * 2);
        let is_alike = |other: &usize| {
            let most = fields.len().max(new.get(other).map_or(0, BTreeSet::len));
            shared(other) >= most
        };
        let best =
            free.iter().copied().filter(is_alike).max_by_key(|other| (shared(other), Reverse(number.abs_diff(*other))));
        if let Some(best) = best {
            free.remove(&best);
            pairs.insert(*number, best);
        }
    }
    // As many as before: each has another content.
    let left: Vec<usize> = old.keys().copied().filter(|number| !pairs.contains_key(number)).collect();
    if left.len() == free.len() {
        pairs.extend(left.into_iter().zip(free));
    }
    pairs
}

/// Gives the elements of a list their new numbers; those that are gone get numbers behind all others.
fn renumber(fields: &mut [Field], list: &str, pairs: &BTreeMap<usize, usize>) {
    let last = pairs.values().max().map_or(0, |last| last + 1);
    let last = last.max(numbered(fields, list).len());
    for field in fields {
        let Some(rest) = field.path.strip_prefix(list).and_then(|rest| rest.strip_prefix('[')) else { continue };
        let Some((number, rest)) = rest.split_once(']') else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        let number = pairs.get(&number).copied().unwrap_or(last + number);
        field.path = format!("{list}[{number}]{rest}");
    }
}

fn value_change(old: Option<&Field>, new: Option<&Field>) -> FieldChange {
    let lines = |field: Option<&Field>| field.map(|field| (field.line, field.last));
    FieldChange {
        path: new.or(old).map(|field| field.path.clone()).unwrap_or_default(),
        is_element: false,
        old: old.map(|field| field.value.clone()),
        new: new.map(|field| field.value.clone()),
        old_lines: lines(old),
        new_lines: lines(new),
    }
}

fn line_changes(old: &[Field], new: &[Field]) -> Vec<FieldChange> {
    let values = |fields: &'_ [Field]| fields.iter().map(|field| field.value.clone()).collect::<Vec<_>>();
    let (before, after) = (values(old), values(new));
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.iter().map(String::as_str).collect(), after.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&before, &after);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    let at = |fields: &'_ [Field], index: Option<usize>| index.and_then(|index| fields.get(index)).cloned();
    changed
        .map(|change| match change.tag() {
            ChangeTag::Delete => value_change(at(old, change.old_index()).as_ref(), None),
            _ => value_change(None, at(new, change.new_index()).as_ref()),
        })
        .collect()
}

/// The paths of all elements of lists, outer before inner.
fn elements(fields: &[Field]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for field in fields {
        found.extend(field.path.char_indices().filter(|(_, c)| *c == ']').map(|(at, _)| &field.path[..=at]));
    }
    found
}

/// The list that an element is of, and what the element is called.
fn split(element: &str) -> (&str, &str) {
    let (mut depth, mut start) = (0usize, 0);
    for (at, byte) in element.bytes().enumerate().rev() {
        match byte {
            b']' => depth += 1,
            b'[' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            start = at;
            break;
        }
    }
    (&element[..start], element[start..].trim_start_matches('[').trim_end_matches(']'))
}

fn below<'f>(fields: &'f [Field], element: &str) -> Vec<&'f Field> {
    let is_below = |field: &&Field| {
        field.path.strip_prefix(element).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    fields.iter().filter(is_below).collect()
}

/// Elements that only one version has, and whose list or outer element both have.
fn outermost<'f>(mine: &BTreeSet<&'f str>, other: &BTreeSet<&str>) -> Vec<&'f str> {
    let mut found: Vec<&str> = Vec::new();
    for element in mine.iter().filter(|element| !other.contains(*element)) {
        let is_inner = found.iter().any(|outer| element.len() > outer.len() && element.starts_with(outer));
        if !is_inner {
            found.push(element);
        }
    }
    found
}

/// Gives elements that have another name now their new one. False where there is none.
fn rename_elements(old: &mut [Field], new: &[Field], found: &mut Vec<FieldChange>) -> bool {
    /// How much of two elements has to be the same, in percent.
    const ALIKE: usize = 60;
    let mut renames: Vec<(String, String)> = Vec::new();
    {
        let (before, after) = (elements(old), elements(new));
        let (gone, mut added) = (outermost(&before, &after), outermost(&after, &before));
        // Each is compared with each of its list.
        if gone.len() * added.len() > 40_000 {
            return false;
        }
        for gone in gone {
            let (list, name) = split(gone);
            let candidates = added.iter().enumerate().filter(|(_, added)| split(added).0 == list);
            let alike =
                candidates.map(|(index, added)| (alike(&below(old, gone), gone, &below(new, added), added), index));
            if let Some(((percent, _), index)) = alike.max()
                && percent >= ALIKE
                && name.parse::<usize>().is_err()
            {
                renames.push((gone.to_owned(), added.remove(index).to_owned()));
            }
        }
    }
    for (from, to) in &renames {
        let lines = |fields: Vec<&Field>| lines(&fields);
        found.push(FieldChange {
            path: to.clone(),
            is_element: true,
            old: Some(split(from).1.to_owned()),
            new: Some(split(to).1.to_owned()),
            old_lines: lines(below(old, from)),
            new_lines: lines(below(new, to)),
        });
        for field in old.iter_mut() {
            if let Some(rest) =
                field.path.strip_prefix(from.as_str()).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            {
                field.path = format!("{to}{rest}");
            }
        }
    }
    !renames.is_empty()
}

/// How much of two elements is the same but for their names, in percent, and how few words of the names differ.
fn alike(old: &[&Field], old_element: &str, new: &[&Field], new_element: &str) -> (usize, Reverse<usize>) {
    let renaming = Renaming::new(split(old_element).1, split(new_element).1);
    let old = old.iter().map(|field| (&field.path[old_element.len()..], field.value.as_str()));
    let new = new.iter().map(|field| (&field.path[new_element.len()..], field.value.as_str()));
    (same_but_for(&renaming, old, new), Reverse(renaming.len()))
}

/// How much of two things is the same, in percent: their paths and values, with the new name or the old one.
pub(super) fn same_but_for<'f>(
    renaming: &Renaming,
    old: impl Iterator<Item = (&'f str, &'f str)>,
    new: impl Iterator<Item = (&'f str, &'f str)>,
) -> usize {
    let before: BTreeSet<(&str, &str)> = old.collect();
    let after: BTreeSet<(&str, &str)> = new.collect();
    let is_there = |(path, value): &(&str, &str)| {
        let (new_path, new_value) = (renaming.apply(path), renaming.apply(value));
        [*path, &new_path]
            .into_iter()
            .any(|path| [*value, &new_value].iter().any(|value| after.contains(&(path, value))))
    };
    let same = before.iter().filter(|field| is_there(field)).count();
    same * 100 / before.len().max(after.len()).max(1)
}

fn lines(fields: &[&Field]) -> Option<(usize, usize)> {
    let first = fields.iter().map(|field| field.line).min()?;
    let last = fields.iter().map(|field| field.last).max()?;
    Some((first, last))
}

/// Takes elements that only one version has out of its fields: each is one change.
fn take_elements(old: &mut Vec<Field>, new: &mut Vec<Field>, found: &mut Vec<FieldChange>) {
    let names = |outer: Vec<&str>| outer.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let (gone, added) = {
        let (before, after) = (elements(old), elements(new));
        (names(outermost(&before, &after)), names(outermost(&after, &before)))
    };
    for element in added {
        let lines = lines(&below(new, &element));
        let name = split(&element).1.to_owned();
        new.retain(|field| !is_at(&field.path, &element));
        found.push(FieldChange {
            path: element,
            is_element: true,
            old: None,
            new: Some(name),
            old_lines: None,
            new_lines: lines,
        });
    }
    for element in gone {
        let lines = lines(&below(old, &element));
        let name = split(&element).1.to_owned();
        old.retain(|field| !is_at(&field.path, &element));
        found.push(FieldChange {
            path: element,
            is_element: true,
            old: Some(name),
            new: None,
            old_lines: lines,
            new_lines: None,
        });
    }
}

fn is_at(path: &str, element: &str) -> bool {
    path.strip_prefix(element).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::resource;

    fn changes(old: &str, new: &str) -> Vec<String> {
        let read = |text: &str| resource::fields(text).unwrap_or_default();
        let shown = |change: FieldChange| {
            let mark = if change.is_element { "element " } else { "" };
            format!(
                "{mark}{} {:?} {:?}",
                change.path,
                change.old.as_deref().unwrap_or("-"),
                change.new.as_deref().unwrap_or("-")
            )
        };
        field_changes(&read(old), &read(new)).into_iter().map(shown).collect()
    }

    #[test]
    fn an_element_comes_goes_or_gets_another_name_as_a_whole() {
        let list = "list:\n  - {name: a, port: 1, tier: x}\n  - {name: b, port: 2, tier: x}\n";
        let more = format!("{list}  - {{name: c, port: 3, tier: y}}\n");
        assert_eq!(changes(list, &more), [r#"element list[c] "-" "c""#]);
        assert_eq!(changes(&more, list), [r#"element list[c] "c" "-""#]);
        let other = list.replace("name: b", "name: z");
        assert_eq!(changes(list, &other), [r#"element list[z] "b" "z""#, r#"list[z].name "b" "z""#]);
        let value = list.replace("port: 2", "port: 22");
        assert_eq!(changes(list, &value), [r#"list[b].port "2" "22""#]);
    }

    #[test]
    fn an_element_without_a_name_is_the_one_that_it_was() {
        let rule = |port: u32, to: &str| format!("  - {{ports: [{port}], to: [{{cidr: {to}}}]}}\n");
        let (a, b, c) = (rule(1, "x"), rule(2, "y"), rule(3, "z"));
        let list =
            |rules: &[&String]| format!("egress:\n{}", rules.iter().map(|rule| rule.as_str()).collect::<String>());
        assert_eq!(changes(&list(&[&a, &c]), &list(&[&a, &b, &c])), [r#"element egress[1] "-" "1""#]);
        assert_eq!(changes(&list(&[&a, &b, &c]), &list(&[&b, &c])), [r#"element egress[3] "3" "-""#]);
        let other = rule(3, "w");
        assert_eq!(changes(&list(&[&a, &c]), &list(&[&b, &a, &other])).len(), 2);
    }

    #[test]
    fn an_element_is_split_from_its_list() {
        assert_eq!(split("a.b[c].d[e.f]"), ("a.b[c].d", "e.f"));
        assert_eq!(split("a[b[c]]"), ("a", "b[c"));
    }
}
