//! Values with units and forms of their own: names, durations, sizes, percents, times.

use std::borrow::Cow;
use std::fmt;

use crate::scalar_decode;
use crate::source::Scalar;
use crate::source::scalar::{Wrong, shown};
use crate::source::shape::{JsonType, ScalarShape};

const fn shape(name: &'static str, hint: &'static str, json: JsonType, pattern: Option<&'static str>) -> ScalarShape {
    ScalarShape { name, hint, json, pattern, range: None }
}

macro_rules! text_value {
    ($(#[$meta:meta])* $type:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Box<str>);

        impl $type {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }
    };
}

text_value!(
    /// An RFC 1123 label of at most 63 characters.
    Name
);
text_value!(
    /// The name of an environment variable.
    VariableName
);
text_value!(
    /// A commit: 7 to 40 hex digits, as written.
    Commit
);
text_value!(
    /// An image digest: `sha256:` and 64 hex digits.
    Digest
);
text_value!(
    /// A path inside of the repository, with `/`.
    RepositoryPath
);
text_value!(
    /// An absolute path inside of a container.
    ContainerPath
);
text_value!(
    /// A path of a URL, beginning with `/`.
    UrlPath
);
text_value!(
    /// A host name.
    HostName
);

impl Name {
    /// A name that pathc makes itself; the caller sees to its form.
    #[must_use]
    pub fn made(text: &str) -> Name {
        Name(text.into())
    }
}

impl UrlPath {
    /// The path that all others lie below: `/`.
    #[must_use]
    pub fn root() -> UrlPath {
        UrlPath("/".into())
    }
}

impl VariableName {
    /// A variable name that pathc makes itself; the caller sees to its form.
    #[must_use]
    pub fn made(text: &str) -> VariableName {
        VariableName(text.into())
    }
}

fn label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !bytes.is_empty()
        && bytes.len() <= 63
        && bytes.iter().all(|byte| edge(byte) || *byte == b'-')
        && bytes.first().is_some_and(edge)
        && bytes.last().is_some_and(edge)
}

impl Scalar for Name {
    const SHAPE: ScalarShape = shape(
        "name",
        "lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit",
        JsonType::TextOrNumber,
        Some("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        if label(text) {
            return Ok(Name(text.into()));
        }
        let mut near = String::new();
        for character in text.chars().take(63) {
            let character = character.to_ascii_lowercase();
            if character.is_ascii_lowercase() || character.is_ascii_digit() {
                near.push(character);
            } else if !near.is_empty() && !near.ends_with('-') {
                near.push('-');
            }
        }
        let near = near.trim_end_matches('-');
        let wrong = if text.len() > 63 {
            Wrong::new(format!("`{}` is longer than 63 characters", shown(text)))
        } else {
            Wrong::new(format!("`{}` is not a name", shown(text)))
        };
        Err(if label(near) && text.len() <= 63 {
            wrong.help(format!("a name has lower-case letters, digits and `-`: write `{near}`"))
        } else {
            wrong
        })
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for VariableName {
    const SHAPE: ScalarShape = shape(
        "variable name",
        "letters, digits and `_`, not beginning with a digit",
        JsonType::Text,
        Some("^[A-Za-z_][A-Za-z0-9_]*$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        let bytes = text.as_bytes();
        let good = bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            && bytes.len() <= 253;
        if good {
            return Ok(VariableName(text.into()));
        }
        Err(Wrong::new(format!("`{}` is not a variable name", shown(text))))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for Commit {
    const SHAPE: ScalarShape =
        shape("commit", "7 to 40 hex digits", JsonType::TextOrNumber, Some("^[0-9a-fA-F]{7,40}$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        if (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Commit(text.into()))
        } else {
            Err(Wrong::new(format!("`{}` is not a commit", shown(text))))
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Commit {
    /// Whether both name the same commit: one may be shortened.
    #[must_use]
    pub fn same(&self, other: &Commit) -> bool {
        let length = self.0.len().min(other.0.len());
        self.0[..length].eq_ignore_ascii_case(&other.0[..length])
    }
}

impl Scalar for Digest {
    const SHAPE: ScalarShape =
        shape("digest", "`sha256:` and 64 hex digits", JsonType::Text, Some("^sha256:[0-9a-f]{64}$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        let good = text
            .strip_prefix("sha256:")
            .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        if good { Ok(Digest(text.into())) } else { Err(Wrong::new(format!("`{}` is not a digest", shown(text)))) }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for RepositoryPath {
    const SHAPE: ScalarShape = shape("path", "a path inside of the repository, with `/`", JsonType::Text, None);

    fn read(text: &str) -> Result<Self, Wrong> {
        let refused = |why: &str| Err(Wrong::new(format!("the path `{}` {why}", shown(text))));
        if text.is_empty() {
            return refused("is empty");
        }
        if text.starts_with('/')
            || text.starts_with('~')
            || text.get(1..3).is_some_and(|rest| rest == ":\\" || rest == ":/")
        {
            return refused("is absolute: paths are relative to the repository's root");
        }
        if text.contains('\\') {
            return refused("has a `\\`: write `/`");
        }
        if text.split('/').any(|part| part == "..") {
            return refused("leaves the repository: `..` is not allowed");
        }
        if text.chars().any(char::is_control) {
            return refused("has a control character");
        }
        let normal: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        Ok(RepositoryPath(if normal.is_empty() { ".".into() } else { normal.join("/").into() }))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl RepositoryPath {
    /// This path with another below it.
    #[must_use]
    pub fn join(&self, below: &RepositoryPath) -> RepositoryPath {
        match (&*self.0, &*below.0) {
            (".", _) => below.clone(),
            (_, ".") => self.clone(),
            (base, rest) => RepositoryPath(format!("{base}/{rest}").into()),
        }
    }
}

impl Scalar for ContainerPath {
    const SHAPE: ScalarShape = shape("container path", "an absolute path", JsonType::Text, Some("^/"));

    fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = |why: &str| Err(Wrong::new(format!("the path `{}` {why}", shown(text))));
        if !text.starts_with('/') {
            return wrong("is not absolute");
        }
        if text.split('/').any(|part| part == "..") || text.contains(':') || text.chars().any(char::is_control) {
            return wrong("has `..`, `:` or a control character");
        }
        Ok(ContainerPath(text.into()))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for UrlPath {
    const SHAPE: ScalarShape = shape("URL path", "a path that begins with `/`", JsonType::Text, Some("^/"));

    fn read(text: &str) -> Result<Self, Wrong> {
        if !text.starts_with('/') {
            let wrong = Wrong::new(format!("the path `{}` does not begin with `/`", shown(text)));
            return Err(wrong.help(format!("write `/{}`", shown(text))));
        }
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(Wrong::new(format!("the path `{}` has a space or a control character", shown(text))));
        }
        Ok(UrlPath(text.into()))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for HostName {
    const SHAPE: ScalarShape = shape("host name", "labels separated by `.`", JsonType::Text, None);

    fn read(text: &str) -> Result<Self, Wrong> {
        let good = text.len() <= 253
            && text.split('.').all(|part| {
                let bytes = part.as_bytes();
                (1..=63).contains(&bytes.len())
                    && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_')
                    && !part.starts_with('-')
                    && !part.ends_with('-')
            });
        if good {
            return Ok(HostName(text.into()));
        }
        let wrong = Wrong::new(format!("`{}` is not a host name", shown(text)));
        Err(if text.contains("://") { wrong.help("write the host alone, without `https://`") } else { wrong })
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

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
}

const DURATION_UNITS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

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
        let (unit, factor) = DURATION_UNITS[..5]
            .iter()
            .rev()
            .find(|(_, factor)| self.milliseconds > 0 && self.milliseconds % factor == 0)
            .copied()
            .unwrap_or(("s", 1000));
        f.pad(&format!("{}{unit}", self.milliseconds / factor))
    }
}

/// An amount of memory or storage in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    /// Bytes.
    pub bytes: u64,
}

const SIZE_UNITS: &[(&str, u64)] = &[("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40)];

impl Scalar for Size {
    const SHAPE: ScalarShape = shape(
        "size",
        "a whole number with a unit: `512Ki` `256Mi` `4Gi` `1Ti`",
        JsonType::Text,
        Some("^[0-9]+(Ki|Mi|Gi|Ti)$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        if let Some((_, factor)) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)
            && let Ok(number) = number.parse::<u64>()
        {
            return match number.checked_mul(*factor).filter(|bytes| *bytes <= 1 << 60) {
                Some(bytes) => Ok(Size { bytes }),
                None => Err(Wrong::new(format!("`{}` is too large", shown(text)))),
            };
        }
        let wrong = Wrong::new(format!("`{}` is not a size", shown(text)));
        if digits == 0 {
            return Err(wrong);
        }
        Err(match unit.to_ascii_lowercase().as_str() {
            "" => Wrong::new(format!("`{}` has no unit", shown(text)))
                .help(format!("write `{}Mi` or `{0}Gi`", shown(number))),
            "k" | "kb" | "kib" => wrong.help(format!("write `{number}Ki`")),
            "m" | "mb" | "mib" => wrong.help(format!("write `{number}Mi`")),
            "g" | "gb" | "gib" => wrong.help(format!("write `{number}Gi`")),
            "t" | "tb" | "tib" => wrong.help(format!("write `{number}Ti`")),
            rest if rest.starts_with('.') => wrong.help("sizes have no fraction: use the next smaller unit"),
            _ => wrong,
        })
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = SIZE_UNITS
            .iter()
            .rev()
            .find(|(_, factor)| self.bytes > 0 && self.bytes % factor == 0)
            .copied()
            .unwrap_or(("Ki", 1 << 10));
        f.pad(&format!("{}{unit}", self.bytes / factor))
    }
}

impl Size {
    /// Whole mebibytes, rounded up.
    #[must_use]
    pub const fn mebibytes(self) -> u64 {
        self.bytes.div_ceil(1 << 20)
    }

    /// Whole gibibytes, rounded up.
    #[must_use]
    pub const fn gibibytes(self) -> u64 {
        self.bytes.div_ceil(1 << 30)
    }
}

/// An amount of CPU in thousandths of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpu {
    /// Thousandths of a core.
    pub millicores: u64,
}

impl Scalar for Cpu {
    const SHAPE: ScalarShape = shape(
        "cpu",
        "cores or thousandths of one: `250m` `0.5` `2`",
        JsonType::TextOrNumber,
        Some("^([0-9]+m|[0-9]+(\\.[0-9]{1,3})?)$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = || Wrong::new(format!("`{}` is not an amount of CPU", shown(text)));
        let digits =
            |text: &str| !text.is_empty() && text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(milli) = text.strip_suffix('m') {
            return if digits(milli) {
                milli.parse().map(|millicores| Cpu { millicores }).map_err(|_| wrong())
            } else {
                Err(wrong())
            };
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if !digits(whole) || !digits(fraction) {
            return Err(wrong());
        }
        if fraction.len() > 3 {
            return Err(Wrong::new(format!("`{}` is finer than a thousandth of a core", shown(text))));
        }
        let thousandths = format!("{fraction:0<3}");
        match (whole.parse::<u64>(), thousandths.parse::<u64>()) {
            (Ok(whole), Ok(part)) => Ok(Cpu { millicores: whole * 1000 + part }),
            _ => Err(wrong()),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millicores.is_multiple_of(1000) {
            f.pad(&(self.millicores / 1000).to_string())
        } else {
            f.pad(&format!("{}m", self.millicores))
        }
    }
}

/// An exact decimal: a number as people write it, without binary noise. `units / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: i64,
    scale: u8,
}

impl Decimal {
    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Decimal {
        Decimal { units: number, scale: 0 }
    }

    /// `units / 10^scale`, in its shortest form.
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

    /// Divided by ten to a power, exactly: `99.9` percent is `0.999` by 2.
    #[must_use]
    pub const fn shift(self, powers: u8) -> Decimal {
        Decimal::new(self.units, self.scale + powers)
    }

    /// `self - other`, exactly; saturates past 18 digits.
    #[must_use]
    pub fn minus(self, other: Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        let lift = |value: Decimal| i128::from(value.units) * 10i128.pow(u32::from(scale - value.scale));
        Decimal::from_wide(lift(self) - lift(other), scale)
    }

    /// `self * other`, exactly where 18 digits hold it.
    #[must_use]
    pub fn times(self, other: Decimal) -> Decimal {
        Decimal::from_wide(i128::from(self.units) * i128::from(other.units), self.scale + other.scale)
    }

    /// `self / other` where it ends within 12 places, else rounded to 12.
    #[must_use]
    pub fn over(self, other: Decimal) -> Decimal {
        if other.units == 0 {
            return Decimal::whole(0);
        }
        let wide = i128::from(self.units) * 10i128.pow(12 + u32::from(other.scale)) / i128::from(other.units);
        Decimal::from_wide(wide, 12 + self.scale)
    }

    fn from_wide(mut units: i128, mut scale: u8) -> Decimal {
        while scale > 0 && (units % 10 == 0 || units.abs() > i128::from(i64::MAX) || scale > 18) {
            units /= 10;
            scale -= 1;
        }
        Decimal { units: i64::try_from(units).unwrap_or(i64::MAX), scale }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let scale = self.scale.max(other.scale);
        let lift = |value: &Decimal| i128::from(value.units) * 10i128.pow(u32::from(scale - value.scale));
        lift(self).cmp(&lift(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return f.pad(&self.units.to_string());
        }
        let sign = if self.units < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = usize::from(self.scale) + 1);
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(self.scale));
        f.pad(&format!("{sign}{whole}.{fraction}"))
    }
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
        let (negative, rest) =
            text.strip_prefix('-').map_or((false, text.strip_prefix('+').unwrap_or(text)), |rest| (true, rest));
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| wrong())?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty())
            || !digits(whole)
            || !digits(fraction)
            || whole.len() + fraction.len() > 18
        {
            return Err(wrong());
        }
        let units: i64 = format!("{whole}{fraction}").parse().map_err(|_| wrong())?;
        let scale = fraction.len() as i32 - exponent;
        if !(-17..=18).contains(&scale) {
            return Err(wrong());
        }
        let signed = if negative { -units } else { units };
        if scale >= 0 {
            Ok(Decimal::new(signed, scale as u8))
        } else {
            signed.checked_mul(10i64.pow(scale.unsigned_abs())).map(Decimal::whole).ok_or_else(wrong)
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
            return Err(Wrong::new(format!("`{}` has a percent sign", shown(text)))
                .help(format!("write `{}`", shown(number.trim()))));
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

/// A TCP or UDP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortNumber(pub u16);

impl Scalar for PortNumber {
    const SHAPE: ScalarShape = ScalarShape {
        name: "port",
        hint: "a number from 1 to 65535",
        json: JsonType::Integer,
        pattern: None,
        range: Some((1.0, 65_535.0)),
    };

    fn read(text: &str) -> Result<Self, Wrong> {
        match text.parse::<u32>() {
            Ok(number @ 1..=65_535) => Ok(PortNumber(number as u16)),
            Ok(_) => Err(Wrong::new(format!("`{}` is not between 1 and 65535", shown(text)))),
            Err(_) => Err(Wrong::new(format!("expected a port, found `{}`", shown(text)))),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }
}

impl fmt::Display for PortNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
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
        read_date(text).map(|days| Date { days }).ok_or_else(|| Wrong::new(format!("`{}` is not a date", shown(text))))
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
            .filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2)
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

/// A count, or a percent of the replicas: `1` or `"25%"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountOrPercent {
    /// So many.
    Count(u32),
    /// So many of a hundred.
    Percent(u32),
}

impl Scalar for CountOrPercent {
    const SHAPE: ScalarShape =
        shape("count or percent", "`1` or `\"25%\"`", JsonType::TextOrNumber, Some("^[0-9]+%?$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = |_| Wrong::new(format!("`{}` is neither a count nor a percent", shown(text)));
        match text.strip_suffix('%') {
            Some(number) => match number.parse::<u32>().map_err(wrong)? {
                percent @ 0..=100 => Ok(CountOrPercent::Percent(percent)),
                _ => Err(Wrong::new(format!("`{}` is over 100 %", shown(text)))),
            },
            None => text.parse().map(CountOrPercent::Count).map_err(wrong),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl fmt::Display for CountOrPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CountOrPercent::Count(count) => write!(f, "{count}"),
            CountOrPercent::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// An IPv4 address range in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// First address.
    pub first: u32,
    /// Leading bits that are fixed, 0 to 32.
    pub prefix: u8,
}

impl Scalar for AddressRange {
    const SHAPE: ScalarShape =
        shape("address range", "CIDR notation such as `10.20.0.0/16`", JsonType::Text, Some("^[0-9.]+/[0-9]+$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = || Wrong::new(format!("`{}` is not an address range", shown(text)));
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let address: std::net::Ipv4Addr = address.parse().map_err(|_| wrong())?;
        let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 32).ok_or_else(wrong)?;
        let range = AddressRange { first: u32::from(address), prefix };
        let network = AddressRange { first: range.first & range.mask(), prefix };
        if network != range {
            return Err(Wrong::new(format!("`{}` has bits set beyond its prefix", shown(text)))
                .help(format!("write `{network}`")));
        }
        Ok(range)
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl AddressRange {
    const fn mask(self) -> u32 {
        match self.prefix {
            0 => 0,
            prefix => u32::MAX << (32 - prefix),
        }
    }

    /// Whether the two share an address.
    #[must_use]
    pub const fn overlaps(self, other: AddressRange) -> bool {
        let prefix = if self.prefix < other.prefix { self.prefix } else { other.prefix };
        let mask = AddressRange { first: 0, prefix }.mask();
        self.first & mask == other.first & mask
    }

    /// The part with this number when the range is split into parts of `prefix` bits.
    #[must_use]
    pub fn part(self, prefix: u8, number: u32) -> Option<AddressRange> {
        if prefix < self.prefix || prefix > 32 || u64::from(number) >= 1u64 << (prefix - self.prefix) {
            return None;
        }
        let first = self.first + (u64::from(number) << (32 - prefix)) as u32;
        Some(AddressRange { first, prefix })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", std::net::Ipv4Addr::from(self.first), self.prefix)
    }
}

scalar_decode!(
    Name,
    VariableName,
    Commit,
    Digest,
    RepositoryPath,
    ContainerPath,
    UrlPath,
    HostName,
    Duration,
    Size,
    Cpu,
    Decimal,
    Percent,
    PortNumber,
    Date,
    Time,
    TimeOfDay,
    CountOrPercent,
    AddressRange,
);
