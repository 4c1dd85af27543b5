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
    let mut fields = cron.split_ascii_whitespace();
    let [minutes, hours, days, months, weekdays] = std::array::from_fn(|_| fields.next());
    if fields.next().is_some() {
        return None;
    }
    let (minutes, hours) = (Numbers::read(minutes?, 0, 59, &[])?, Numbers::read(hours?, 0, 23, &[])?);
    let (days, weekdays) = (days?, weekdays?);
    let is_due = DayMatcher {
        days: Numbers::read(days, 1, 31, &[])?,
        months: Numbers::read(months?, 1, 12, &MONTHS)?,
        // Sunday is 0 and 7.
        weekdays: Numbers::read(weekdays, 0, 7, &WEEKDAYS)?.modulo(7),
        is_any_day: days.starts_with('*'),
        is_any_weekday: weekdays.starts_with('*'),
    };
    let mut of_day = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute));
    let first = of_day.next()?;
    let (last, within_a_day) = of_day.fold((first, 0), |(last, longest), next| (next, longest.max(next - last)));
    let between_days = is_due.longest_pause()? * DAY + first - last;
    Some(Duration::minutes(u64::from(between_days.max(within_a_day))))
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
    days: Numbers,
    months: Numbers,
    weekdays: Numbers,
    is_any_day: bool,
    is_any_weekday: bool,
}

impl DayMatcher {
    /// Days from one that it takes to the next one, at most; none where there are less than two in 28 years.
    fn longest_pause(&self) -> Option<u32> {
        // Nearly all schedules are of every day, and the calendar is long.
        if self.days.len() == 31 && self.months.len() == 12 && self.weekdays.len() == 7 {
            return Some(1);
        }
        let mut due = calendar().filter(|day| self.takes(day)).map(|day| day.number);
        let mut last = due.next()?;
        due.map(|day| day - std::mem::replace(&mut last, day)).max()
    }

    /// Where both the day and the weekday are named, either is enough: so cron reads it.
    fn takes(&self, day: &Day) -> bool {
        let (by_day, by_weekday) = (self.days.has(day.day), self.weekdays.has(day.weekday));
        let is_named = !self.is_any_day && !self.is_any_weekday;
        self.months.has(day.month) && if is_named { by_day || by_weekday } else { by_day && by_weekday }
    }
}

/// Some of the numbers from 0 to 63: a bit each.
#[derive(Clone, Copy)]
struct Numbers(u64);

impl Numbers {
    /// The values of a field.
    fn read(field: &str, least: u32, most: u32, words: &[&str]) -> Option<Numbers> {
        let value = |text: &str| -> Option<u32> {
            let word = words.iter().zip(least..).find(|(word, _)| text.eq_ignore_ascii_case(word));
            let number = word.map(|(_, number)| number).or_else(|| text.parse().ok());
            number.filter(|number| (least..=most).contains(number))
        };
        let mut found = Numbers(0);
        for part in field.split(',') {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (least, most),
                Some((from, to)) => (value(from)?, value(to)?),
                // A step from a value goes on to the end.
                None => (value(range)?, if step.is_some() { most } else { value(range)? }),
            };
            let step: usize = step.map_or(Some(1), |step| step.parse().ok().filter(|step| *step > 0))?;
            (from..=to).step_by(step).for_each(|number| found.0 |= 1 << number);
        }
        Some(found)
    }

    /// What is left of each when it is divided by another number.
    fn modulo(self, by: u32) -> Numbers {
        Numbers(self.iter().fold(0, |found, number| found | 1 << (number % by)))
    }

    fn has(self, number: u32) -> bool {
        self.0 >> number & 1 == 1
    }

    fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The numbers, ascending.
    fn iter(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |number| self.has(*number))
    }
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
