//! Exact decimals and percents.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use crate::scalar_decode;
use crate::source::scalar::{Wrong, shown};
use crate::source::shape::{JsonType, ScalarShape};
use crate::source::{Safety, Scalar};

/// An exact decimal: a number as people write it, without binary noise. `units / 10^scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: i64,
    scale: u8,
}

/// The most places after the point, so that any two decimals can be brought to the same power of ten.
const SCALE_LIMIT: u32 = 18;

/// The largest number of 18 digits: what is written by arithmetic can be read again.
const LARGEST: i64 = 999_999_999_999_999_999;

impl Decimal {
    /// Its units, and how many of their digits stand behind the point.
    pub(crate) const fn parts(self) -> (i64, u8) {
        (self.units, self.scale)
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Decimal {
        Decimal { units: number, scale: 0 }
    }

    /// `units / 10^scale`, in its shortest form; `scale` is at most 18.
    #[must_use]
    pub const fn new(units: i64, scale: u8) -> Decimal {
        let (mut units, mut scale) = (units, scale);
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Decimal { units, scale }
    }

    /// Whether it has no fraction.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.scale == 0
    }

    /// The nearest float.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.units as f64 / 10f64.powi(i32::from(self.scale))
    }

    /// Divided by ten to a power: `99.9` percent is `0.999` by 2.
    #[must_use]
    pub const fn shift(self, powers: u8) -> Decimal {
        Decimal::from_wide(self.units as i128, self.scale as u32 + powers as u32)
    }

    /// `self + other`, exactly where 18 digits hold it.
    #[must_use]
    pub fn plus(self, other: Decimal) -> Decimal {
        let (left, right, scale) = Decimal::aligned(self, other);
        Decimal::from_wide(left + right, scale)
    }

    /// `self - other`, exactly where 18 digits hold it.
    #[must_use]
    pub fn minus(self, other: Decimal) -> Decimal {
        let (left, right, scale) = Decimal::aligned(self, other);
        Decimal::from_wide(left - right, scale)
    }

    /// `self * other`, exactly where 18 digits hold it.
    #[must_use]
    pub const fn times(self, other: Decimal) -> Decimal {
        Decimal::from_wide(self.units as i128 * other.units as i128, self.scale as u32 + other.scale as u32)
    }

    /// `self / other` where it ends within 12 places, else rounded; zero where `other` is zero.
    #[must_use]
    pub fn over(self, other: Decimal) -> Decimal {
        if other.units == 0 {
            return Decimal::whole(0);
        }
        let (left, right, _) = Decimal::aligned(self, other);
        let mut places = 12;
        while left.unsigned_abs() > i128::MAX.unsigned_abs() / 10u128.pow(places) {
            places -= 1;
        }
        // What remains of the division tells how to round.
        let wide = left * 10i128.pow(places);
        let (quotient, rest) = (wide / right, wide % right);
        let away = i128::from(rest.unsigned_abs() * 2 >= right.unsigned_abs());
        Decimal::from_wide(quotient + away * wide.signum() * right.signum(), places)
    }

    /// Adds it to a text: what [`fmt::Display`] shows, in a tenth of the time.
    pub fn push_to(self, out: &mut String) {
        // Writing into a string can't fail.
        let _ = self.write_to(out);
    }

    fn write_to(self, out: &mut impl fmt::Write) -> fmt::Result {
        if self.units < 0 {
            out.write_char('-')?;
        }
        let units = self.units.unsigned_abs();
        if self.scale == 0 {
            return write_digits(out, units, 1);
        }
        // At most 18 places.
        let one = 10u64.pow(u32::from(self.scale));
        write_digits(out, units / one, 1)?;
        out.write_char('.')?;
        write_digits(out, units % one, usize::from(self.scale))
    }

    /// Both as whole numbers of the same power of ten, and that power.
    fn aligned(left: Decimal, right: Decimal) -> (i128, i128, u32) {
        let scale = left.scale.max(right.scale);
        let lift = |value: Decimal| i128::from(value.units) * 10i128.pow(u32::from(scale - value.scale));
        (lift(left), lift(right), u32::from(scale))
    }

    /// `units / 10^scale` in 18 digits and 18 places at most: what is finer is rounded, what is larger is the largest.
    const fn from_wide(mut units: i128, mut scale: u32) -> Decimal {
        let mut dropped = 0;
        while scale > 0 && (units.unsigned_abs() > LARGEST as u128 || scale > SCALE_LIMIT) {
            dropped = units % 10;
            units /= 10;
            scale -= 1;
        }
        if dropped.unsigned_abs() >= 5 {
            units += if dropped < 0 { -1 } else { 1 };
        }
        if units > LARGEST as i128 {
            Decimal::whole(LARGEST)
        } else if units < -(LARGEST as i128) {
            Decimal::whole(-LARGEST)
        } else {
            Decimal::new(units as i64, scale as u8)
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right, _) = Decimal::aligned(*self, *other);
        left.cmp(&right)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where there is nothing to pad, no text is made in between.
        if f.width().is_none() && f.precision().is_none() {
            return self.write_to(f);
        }
        let mut text = String::new();
        self.push_to(&mut text);
        f.pad(&text)
    }
}

/// Adds the digits of a number.
pub fn push_number(out: &mut String, number: u64) {
    // Writing into a string can't fail.
    let _ = write_digits(out, number, 1);
}

/// Writes the digits of a number, with zeros before them up to a width.
pub(super) fn write_digits(out: &mut impl fmt::Write, mut number: u64, width: usize) -> fmt::Result {
    // The largest number has 20.
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 && start > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let start = start.min(digits.len().saturating_sub(width));
    out.write_str(str::from_utf8(&digits[start..]).unwrap_or_default())
}

impl Scalar for Decimal {
    const SHAPE: ScalarShape = ScalarShape {
        name: "number",
        hint: "a number such as `0.25`",
        json: JsonType::Number,
        pattern: None,
        range: None,
    };

    fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = || Wrong::new(format!("expected a number, found `{}`", shown(text)));
        let (sign, rest) = match text.as_bytes().first() {
            Some(b'-') => (-1, &text[1..]),
            Some(b'+') => (1, &text[1..]),
            _ => (1, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            // Three digits are more than any number here has places.
            Some((mantissa, exponent)) if exponent.len() <= 4 => {
                (mantissa, exponent.parse::<i32>().map_err(|_| wrong())?)
            }
            Some(_) => return Err(wrong()),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return Err(wrong());
        }
        let all = format!("{whole}{fraction}");
        let all = all.trim_start_matches('0');
        if all.len() > 18 {
            return Err(Wrong::new(format!("`{}` has more than 18 digits", shown(text))));
        }
        let units: i64 = if all.is_empty() { 0 } else { all.parse().map_err(|_| wrong())? };
        match fraction.len() as i32 - exponent {
            scale @ 0..=18 => Ok(Decimal::new(sign * units, scale as u8)),
            scale @ -17..0 => units
                .checked_mul(10i64.pow(scale.unsigned_abs()))
                .map(|units| Decimal::whole(sign * units))
                .ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

/// A percent between 0 and 100, exact as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(pub Decimal);

impl Scalar for Percent {
    const SHAPE: ScalarShape = ScalarShape {
        name: "percent",
        hint: "a number from 0 to 100, without a sign",
        json: JsonType::Number,
        pattern: None,
        range: Some((0.0, 100.0)),
    };

    fn read(text: &str) -> Result<Self, Wrong> {
        if let Some(number) = text.strip_suffix('%') {
            let wrong = Wrong::new(format!("`{}` has a percent sign", shown(text)));
            // The number alone may be wrong in its turn.
            return Err(match Percent::read(number.trim()) {
                Ok(_) => wrong.instead(Safety::Safe, number.trim()),
                Err(_) => wrong.help("write the number alone"),
            });
        }
        let number = Decimal::read(text)?;
        if (Decimal::whole(0)..=Decimal::whole(100)).contains(&number) {
            Ok(Percent(number))
        } else {
            Err(Wrong::new(format!("`{}` is not between 0 and 100", shown(text))))
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

scalar_decode!(Decimal, Percent);
