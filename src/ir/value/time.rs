//! Spans, days, moments and times of day.

use std::borrow::Cow;
use std::fmt;

use super::decimal::write_digits;
use super::shape;
use crate::scalar_decode;
use crate::source::scalar::{Wrong, shown};
use crate::source::shape::{JsonType, ScalarShape};
use crate::source::{Safety, Scalar};

/// A time span in whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    /// Milliseconds.
    pub milliseconds: u64,
}

impl Duration {
    /// A span of whole seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Duration {
        Duration { milliseconds: seconds * 1000 }
    }

    /// A span of whole minutes.
    #[must_use]
    pub const fn minutes(minutes: u64) -> Duration {
        Duration::seconds(minutes * 60)
    }

    /// A span of whole hours.
    #[must_use]
    pub const fn hours(hours: u64) -> Duration {
        Duration::minutes(hours * 60)
    }

    /// A span of whole days.
    #[must_use]
    pub const fn days(days: u64) -> Duration {
        Duration::hours(days * 24)
    }

    /// Whole seconds, rounded up.
    #[must_use]
    pub const fn whole_seconds(self) -> u64 {
        self.milliseconds.div_ceil(1000)
    }

    /// Whole days, rounded up.
    #[must_use]
    pub const fn whole_days(self) -> u64 {
        self.whole_seconds().div_ceil(86_400)
    }

    /// Adds it to a text: what [`fmt::Display`] shows, in a tenth of the time.
    pub fn push_to(self, out: &mut String) {
        // Writing into a string can't fail.
        let _ = self.write_to(out);
    }

    fn write_to(self, out: &mut impl fmt::Write) -> fmt::Result {
        // Constants divide many times as fast as numbers of a table.
        let span = self.milliseconds;
        let (number, unit) = match span {
            0 => (0, "s"),
            _ if span.is_multiple_of(86_400_000) => (span / 86_400_000, "d"),
            _ if span.is_multiple_of(3_600_000) => (span / 3_600_000, "h"),
            _ if span.is_multiple_of(60_000) => (span / 60_000, "m"),
            _ if span.is_multiple_of(1000) => (span / 1000, "s"),
            _ => (span, "ms"),
        };
        write_digits(out, number, 1)?;
        out.write_str(unit)
    }
}

const DURATION_UNITS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

/// What people write for a unit, and what it means beyond doubt.
const DURATION_WORDS: &[(&str, &[&str])] = &[
    ("ms", &["ms", "msec", "millis", "milliseconds"]),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("d", &["d", "day", "days"]),
    ("w", &["w", "week", "weeks"]),
];

impl Scalar for Duration {
    const SHAPE: ScalarShape = shape(
        "duration",
        "a whole number with a unit: `300ms` `90s` `15m` `12h` `7d` `4w`",
        JsonType::Text,
        Some("^[0-9]+(ms|s|m|h|d|w)$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        if unit.is_empty() && digits > 0 {
            return Err(Wrong::new(format!("`{}` has no unit", shown(text)))
                .help(format!("write `{0}s` for seconds or `{0}m` for minutes", shown(number))));
        }
        let factor = DURATION_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        match (number.parse::<u64>().ok(), factor) {
            (Some(number), Some(factor)) => {
                match number.checked_mul(factor).filter(|span| *span <= 1_000 * 365 * 86_400_000) {
                    Some(milliseconds) => Ok(Duration { milliseconds }),
                    None => Err(Wrong::new(format!("`{}` is longer than 1,000 years", shown(text)))),
                }
            }
            (Some(_), None) => {
                let wrong = Wrong::new(format!("`{}` is not a duration", shown(text)));
                let word = unit.trim_start();
                let known = DURATION_WORDS.iter().find(|(_, words)| words.contains(&word));
                Err(match known {
                    Some((unit, _)) => wrong.instead(Safety::Safe, format!("{number}{unit}")),
                    None => wrong,
                })
            }
            _ => Err(Wrong::new(format!("`{}` is not a duration", shown(text)))),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for Duration {
    /// The largest unit that divides it; never weeks, because other tools do not know them all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() {
            return self.write_to(f);
        }
        let mut text = String::new();
        self.push_to(&mut text);
        f.pad(&text)
    }
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    pub days: i64,
}

/// A moment, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Howard Hinnant's algorithm: exact for the proleptic Gregorian calendar.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn read_date(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let part = text.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let days = days_from_civil(year, month, day);
    (civil_from_days(days) == (year, month, day)).then_some(days)
}

/// A date whose month and day were written with one digit.
fn padded(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |part: &str| (1..=2).contains(&part.len());
    (parts.next().is_none() && year.len() == 4 && short(month) && short(day))
        .then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

impl Date {
    /// The first second of the day, in UTC.
    #[must_use]
    pub const fn start(self) -> Time {
        Time { seconds: self.days * 86_400 }
    }
}

impl Scalar for Date {
    const SHAPE: ScalarShape =
        shape("date", "a day as `YYYY-MM-DD`", JsonType::Text, Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        read_date(text).map(|days| Date { days }).ok_or_else(|| {
            let wrong = Wrong::new(format!("`{}` is not a date", shown(text)));
            match padded(text).filter(|date| read_date(date).is_some()) {
                Some(date) => wrong.instead(Safety::Safe, date),
                None => wrong,
            }
        })
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.days);
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl Scalar for Time {
    const SHAPE: ScalarShape = shape(
        "time",
        "a moment as `2026-11-20T10:02:11Z`",
        JsonType::Text,
        Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        let parsed = (|| {
            let days = read_date(text.get(..10)?)?;
            if !matches!(text.as_bytes().get(10)?, b'T' | b't' | b' ') {
                return None;
            }
            let clock = text.get(11..19)?;
            let bytes = clock.as_bytes();
            if bytes[2] != b':' || bytes[5] != b':' {
                return None;
            }
            let number =
                |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
            let (hour, minute, second) =
                (number(clock.get(..2)?)?, number(clock.get(3..5)?)?, number(clock.get(6..)?)?);
            if hour > 23 || minute > 59 || second > 60 {
                return None;
            }
            let mut rest = text.get(19..)?;
            if let Some(fraction) = rest.strip_prefix('.') {
                let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                if digits == 0 {
                    return None;
                }
                rest = &fraction[digits..];
            }
            let offset = match rest {
                "Z" | "z" => 0,
                _ => {
                    let sign = match rest.as_bytes().first()? {
                        b'+' => 1,
                        b'-' => -1,
                        _ => return None,
                    };
                    let (hours, minutes) = rest.get(1..)?.split_once(':')?;
                    if hours.len() != 2 || minutes.len() != 2 {
                        return None;
                    }
                    sign * (number(hours)? * 3600 + number(minutes)? * 60)
                }
            };
            Some(Time { seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset })
        })();
        parsed.ok_or_else(|| Wrong::new(format!("`{}` is not a time", shown(text))))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl Time {
    /// The span from `earlier` to this moment; zero where `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Time) -> Duration {
        Duration::seconds(u64::try_from(self.seconds - earlier.seconds).unwrap_or(0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = Date { days: self.seconds.div_euclid(86_400) };
        let second = self.seconds.rem_euclid(86_400);
        f.pad(&format!("{date}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60))
    }
}

/// A time of day, `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    /// Minutes since midnight.
    pub minutes: u32,
}

impl Scalar for TimeOfDay {
    const SHAPE: ScalarShape =
        shape("time of day", "`\"08:00\"`", JsonType::Text, Some("^([01][0-9]|2[0-4]):[0-5][0-9]$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        text.split_once(':')
            .filter(|parts| {
                [parts.0, parts.1].iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
            })
            .and_then(|(hour, minute)| Some((hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?)))
            .filter(|(hour, minute)| *minute < 60 && (*hour < 24 || (*hour == 24 && *minute == 0)))
            .map(|(hour, minute)| TimeOfDay { minutes: hour * 60 + minute })
            .ok_or_else(|| Wrong::new(format!("`{}` is not a time of day", shown(text))))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:02}:{:02}", self.minutes / 60, self.minutes % 60))
    }
}

scalar_decode!(Duration, Date, Time, TimeOfDay);
