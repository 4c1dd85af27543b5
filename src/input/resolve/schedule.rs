//! Whether a text is a cron schedule of five fields.

use std::ops::Range;

use crate::source::scalar::shown;

const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("a minute", 0, 59, &[]),
    ("an hour", 0, 23, &[]),
    ("a day of the month", 1, 31, &[]),
    ("a month", 1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    ("a day of the week", 0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Shorthands of some crons, which not every runtime knows.
const SHORTHANDS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// Why a text is no schedule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The message.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: String,
    /// The bytes of the text that are wrong.
    pub(super) part: Range<usize>,
}

/// Reads a schedule.
pub(super) fn check(text: &str) -> Result<(), Wrong> {
    if let Some((_, fields)) = SHORTHANDS.iter().find(|(word, _)| *word == text.trim()) {
        return Err(Wrong {
            message: format!("`{}` is not known to every runtime", shown(text)),
            help: format!("write `\"{fields}\"`"),
            part: 0..text.len(),
        });
    }
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let field = if fields.len() == 1 { "field" } else { "fields" };
        return Err(Wrong {
            message: format!("`{}` has {} {field}, and a schedule has 5", shown(text), fields.len()),
            help: "write minute, hour, day of the month, month and day of the week: `\"15 2 * * *\"`".to_owned(),
            part: 0..text.len(),
        });
    }
    for (field, (name, least, most, words)) in fields.into_iter().zip(FIELDS) {
        if !field.split(',').all(|part| is_part(part, least, most, words)) {
            let start = field.as_ptr() as usize - text.as_ptr() as usize;
            return Err(Wrong {
                message: format!("`{}` is not {name}", shown(field)),
                help: format!("{name} is from {least} to {most}, `*`, a range `a-b`, a step `*/n`, or a list of them"),
                part: start..start + field.len(),
            });
        }
    }
    Ok(())
}

fn is_part(part: &str, least: u32, most: u32, words: &[&str]) -> bool {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if step.is_some_and(|step| !matches!(step.parse::<u32>(), Ok(number) if number > 0 && number <= most)) {
        return false;
    }
    if range == "*" {
        return true;
    }
    let value = |text: &str| {
        let word = words.iter().position(|word| text.eq_ignore_ascii_case(word)).map(|at| at as u32 + least);
        let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        word.or(number).filter(|number| (least..=most).contains(number))
    };
    match range.split_once('-') {
        Some((from, to)) => matches!((value(from), value(to)), (Some(from), Some(to)) if from <= to),
        None => value(range).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_cron_takes() {
        for text in ["15 2 * * *", "*/5 * * * *", "0 9-17/2 * * mon-fri", "0 0 1,15 jan,JUL *", "0 0 * * 7"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn refuses_and_names_the_field() {
        for (text, field) in [
            ("60 2 * * *", 0..2),
            ("0 24 * * *", 2..4),
            ("0 0 0 * *", 4..5),
            ("0 0 * 13 *", 6..8),
            ("0 0 * * 8", 8..9),
            ("*/0 * * * *", 0..3),
            ("0 17-9 * * *", 2..6),
            ("0 2 * *", 0..7),
            ("0 2 * * * *", 0..11),
            ("", 0..0),
        ] {
            assert_eq!(check(text).unwrap_err().part, field, "{text}");
        }
    }

    #[test]
    fn a_shorthand_is_written_out() {
        let wrong = check("@daily").unwrap_err();
        assert_eq!(wrong.help, "write `\"0 0 * * *\"`");
    }
}
