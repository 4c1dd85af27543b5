//! Amounts: memory and storage, CPU, counts.

use std::borrow::Cow;
use std::fmt;

use super::shape;
use crate::scalar_decode;
use crate::source::scalar::{Wrong, shown};
use crate::source::shape::{JsonType, ScalarShape};
use crate::source::{Safety, Scalar};

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
        let unit = unit.trim_start();
        if let Some((unit, _)) = SIZE_UNITS.iter().find(|(name, _)| *name == unit) {
            return Err(wrong.instead(Safety::Safe, format!("{number}{unit}")));
        }
        Err(match unit.to_ascii_lowercase().as_str() {
            "" => Wrong::new(format!("`{}` has no unit", shown(text)))
                .help(format!("write `{}Mi` or `{0}Gi`", shown(number))),
            "kib" => wrong.instead(Safety::Safe, format!("{number}Ki")),
            "k" | "kb" => wrong.instead(Safety::Suggested, format!("{number}Ki")),
            "mib" => wrong.instead(Safety::Safe, format!("{number}Mi")),
            "m" | "mb" => wrong.instead(Safety::Suggested, format!("{number}Mi")),
            "gib" => wrong.instead(Safety::Safe, format!("{number}Gi")),
            "g" | "gb" => wrong.instead(Safety::Suggested, format!("{number}Gi")),
            "tib" => wrong.instead(Safety::Safe, format!("{number}Ti")),
            "t" | "tb" => wrong.instead(Safety::Suggested, format!("{number}Ti")),
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
            .find(|(_, factor)| self.bytes > 0 && self.bytes.is_multiple_of(*factor))
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
        let (number, percent) = text.strip_suffix('%').map_or((text, false), |number| (number, true));
        match number.parse::<u32>() {
            Ok(101..) if percent => Err(Wrong::new(format!("`{text}` is over 100 %"))),
            Ok(number) if !text.starts_with('+') => {
                Ok(if percent { CountOrPercent::Percent(number) } else { CountOrPercent::Count(number) })
            }
            _ => Err(Wrong::new(format!("`{}` is neither a count nor a percent", shown(text)))),
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

scalar_decode!(Size, Cpu, CountOrPercent);
