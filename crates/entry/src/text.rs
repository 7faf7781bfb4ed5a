//! Names inside an envelope, each of its own type and of bounded length.

use crate::EntryError;
use std::fmt;
use std::sync::Arc;

/// Longest name in bytes of UTF-8. The shortest is 1.
pub const TEXT_MAX: usize = 256;

pub(crate) fn checked<'a>(field: &'static str, text: &'a str) -> Result<&'a str, EntryError> {
    if text.is_empty() || text.len() > TEXT_MAX {
        return Err(EntryError::Length { field, found: text.len(), least: 1, most: TEXT_MAX });
    }
    Ok(text)
}

macro_rules! name {
    ($(#[$comment:meta])* $name:ident, $field:literal) => {
        $(#[$comment])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// # Errors
            /// [`EntryError::Length`] unless the text has 1 to [`TEXT_MAX`] bytes.
            pub fn new(text: &str) -> Result<Self, EntryError> {
                checked($field, text).map(|text| Self(text.into()))
            }

            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// The party whose node proposed the entry.
    Party, "party"
}
name! {
    /// Who issued the principal's token (`iss`).
    Issuer, "issuer"
}
name! {
    /// Whom the principal's token speaks for (`sub`).
    Subject, "subject"
}
