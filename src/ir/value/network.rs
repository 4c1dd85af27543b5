//! Hosts, ports and address ranges.

use std::borrow::Cow;
use std::fmt;

use super::shape;
use crate::scalar_decode;
use crate::source::Scalar;
use crate::source::scalar::{Wrong, shown};
use crate::source::shape::{JsonType, ScalarShape};

text_value!(
    /// A host name.
    HostName
);

impl Scalar for HostName {
    const SHAPE: ScalarShape = shape("host name", "labels separated by `.`", JsonType::AnyScalar, None);

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
        match text.parse::<u16>() {
            Ok(number @ 1..) => Ok(PortNumber(number)),
            _ if text.parse::<f64>().is_ok_and(f64::is_finite) => {
                Err(Wrong::new(format!("`{}` is not between 1 and 65535", shown(text))))
            }
            _ => Err(Wrong::new(format!("expected a port, found `{}`", shown(text)))),
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

scalar_decode!(HostName, PortNumber, AddressRange);
