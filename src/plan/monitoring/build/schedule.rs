//! How long a schedule may be quiet: the longest time between two of its runs.

use crate::ir::value::Duration;

/// Days after which a calendar of months and weekdays repeats itself but for leap centuries: 28 years.
const DAYS: u32 = 10_228;
/// Minutes of a day.
const DAY: u32 = 24 * 60;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The longest time between two runs of a cron text of five fields, by the clock of its own time zone; none where it has
/// less than two in 28 years, or is no cron text.
pub(super) fn longest_pause(cron: &str) -> Option<Duration> {
    let fields: Vec<&str> = cron.split_ascii_whitespace().collect();
    let [minutes, hours, days, months, weekdays] = fields.as_slice() else { return None };
    let minutes_of_day = {
        let (minutes, hours) = (values(minutes, 0, 59, &[])?, values(hours, 0, 23, &[])?);
        let minutes = &minutes;
        hours.iter().flat_map(move |hour| minutes.iter().map(move |minute| hour * 60 + minute)).collect::<Vec<u32>>()
    };
    let (first, last) = (*minutes_of_day.first()?, *minutes_of_day.last()?);
    let within_a_day = minutes_of_day.windows(2).map(|pair| pair[1] - pair[0]).max();
    let is_due = DayMatcher {
        days: values(days, 1, 31, &[])?,
        months: values(months, 1, 12, &MONTHS)?,
        // Sunday is 0 and 7.
        weekdays: values(weekdays, 0, 7, &WEEKDAYS)?.into_iter().map(|day| day % 7).collect(),
        is_any_day: days.starts_with('*'),
        is_any_weekday: weekdays.starts_with('*'),
    };
    let due: Vec<u32> = calendar().filter(|day| is_due.takes(day)).map(|day| day.number).collect();
    let between_days = due.windows(2).map(|pair| (pair[1] - pair[0]) * DAY + first - last).max()?;
    let longest = u64::from(within_a_day.map_or(between_days, |within| within.max(between_days)));
    Some(Duration::minutes(longest))
}

struct Day {
    number: u32,
    day: u32,
    month: u32,
    weekday: u32,
}

/// Every day of 28 years from 2000-01-01, a Saturday.
fn calendar() -> impl Iterator<Item = Day> {
    const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months = (0..28u32).flat_map(|year| (0..12).map(move |month| (year, month)));
    let days = months.flat_map(|(year, month)| {
        let leap = u32::from(month == 1 && year % 4 == 0);
        (1..=LENGTHS[month] + leap).map(move |day| (month as u32 + 1, day))
    });
    (0..DAYS).zip(days).map(|(number, (month, day))| Day { number, day, month, weekday: (number + 6) % 7 })
}

struct DayMatcher {
    days: Vec<u32>,
    months: Vec<u32>,
    weekdays: Vec<u32>,
    is_any_day: bool,
    is_any_weekday: bool,
}

impl DayMatcher {
    /// Where both the day and the weekday are named, either is enough: so cron reads it.
    fn takes(&self, day: &Day) -> bool {
        let (by_day, by_weekday) = (self.days.contains(&day.day), self.weekdays.contains(&day.weekday));
        let is_named = !self.is_any_day && !self.is_any_weekday;
        self.months.contains(&day.month) && if is_named { by_day || by_weekday } else { by_day && by_weekday }
    }
}

/// The values of a field in order, each once.
fn values(field: &str, least: u32, most: u32, words: &[&str]) -> Option<Vec<u32>> {
    let value = |text: &str| -> Option<u32> {
        let word = words.iter().zip(least..).find(|(word, _)| text.eq_ignore_ascii_case(word));
        word.map(|(_, number)| number).or_else(|| text.parse().ok()).filter(|number| (least..=most).contains(number))
    };
    let mut found = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (value(from)?, value(to)?),
            // A step from a value goes on to the end.
            None => (value(range)?, if step.is_some() { most } else { value(range)? }),
        };
        let step: usize = step.map_or(Some(1), |step| step.parse().ok().filter(|step| *step > 0))?;
        found.extend((from..=to).step_by(step));
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pause_is_that_between_two_runs() {
        let said = |cron: &str| longest_pause(cron).map_or("none".to_owned(), |pause| pause.to_string());
        assert_eq!(said("*/5 * * * *"), "5m");
        assert_eq!(said("7/20 * * * *"), "20m");
        assert_eq!(said("0,50 * * * *"), "50m");
        assert_eq!(said("15 2 * * *"), "1d");
        assert_eq!(said("0 9-17/2 * * *"), "16h");
        assert_eq!(said("0 9-17/2 * * mon-fri"), "64h");
        assert_eq!(said("0 0 * * 0"), "7d");
        assert_eq!(said("0 0 * * 5-7"), "5d");
        assert_eq!(said("0 0 1 * *"), "31d");
        assert_eq!(said("0 0 1,15 jan,JUL *"), "170d");
        // Either is enough where both are named.
        assert_eq!(said("0 0 1 * sun"), "7d");
        assert_eq!(said("0 0 29 2 *"), "1461d");
        assert_eq!(said("0 0 31 2 *"), "none");
        assert_eq!(said("@daily"), "none");
    }
}
