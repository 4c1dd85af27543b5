//! Values with units and forms of their own: names, paths, durations, sizes, percents, times.
//!
//! Each is read from one YAML scalar, refuses what is not well formed with what to write instead, and writes itself so
//! that it reads back as the same value.

use crate::source::shape::{JsonType, ScalarShape};

// Names are copied into every plan: a short one is held in place, a long one is shared.
macro_rules! text_value {
    ($(#[$meta:meta])* $type:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(pub(super) smol_str::SmolStr);

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

mod decimal;
mod name;
mod network;
mod path;
mod quantity;
#[cfg(test)]
mod tests;
mod text;
mod time;

pub use decimal::{Decimal, Percent, push_number};
pub use name::{Commit, Digest, Identifier, Name, VariableName};
pub use network::{AddressRange, HostName, PortNumber};
pub use path::{ContainerPath, RepositoryPath, UrlPath};
pub use quantity::{CountOrPercent, Cpu, Size};
pub use text::Text;
pub use time::{Date, Duration, Time, TimeOfDay};

const fn shape(name: &'static str, hint: &'static str, json: JsonType, pattern: Option<&'static str>) -> ScalarShape {
    ScalarShape { name, hint, json, pattern, range: None }
}
