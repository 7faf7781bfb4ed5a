//! The one error of this crate: which field of a volume is wrong, at which index, and why.

use std::fmt;

/// What is wrong with an input.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct Invalid {
    /// Path of the field in the terms of F3548-21, such as `outline_polygon.vertices`.
    pub field: String,
    /// Which element of the field, counted from 0, where the field is a list.
    pub index: Option<usize>,
    /// Why it is refused.
    pub reason: Reason,
}

/// Why a field is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The number is not finite or outside the closed range (value, smallest, largest).
    OutOfRange(f64, f64, f64),
    /// Fewer vertices than a polygon needs (count, needed).
    TooFew(usize, usize),
    /// More elements than the limit (count, limit).
    TooMany(usize, usize),
    /// The same place as an earlier vertex, whose index is given.
    Duplicate(usize),
    /// The edge that begins at this index crosses or touches the edge that begins at the other.
    Crosses(usize),
    /// The outline reaches further from its middle than the limit (metres, limit).
    TooLarge(f64, f64),
    /// The outline encloses no area.
    NoArea,
    /// The lower limit lies above the upper one.
    UpsideDown,
    /// The start lies after the end.
    EndsBeforeStart,
    /// Anything else, in words.
    Other(String),
}

impl Invalid {
    /// An error about a whole field.
    pub fn new(field: impl Into<String>, reason: Reason) -> Self {
        Self { field: field.into(), index: None, reason }
    }

    /// An error about one element of a field.
    pub fn at(field: impl Into<String>, index: usize, reason: Reason) -> Self {
        Self { field: field.into(), index: Some(index), reason }
    }

    /// The same error with the field's path put inside an outer one.
    #[must_use]
    pub fn inside(mut self, outer: &str) -> Self {
        self.field = format!("{outer}.{}", self.field);
        self
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}]: {}", self.field, self.reason),
            None => write!(f, "{}: {}", self.field, self.reason),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange(value, low, high) => {
                write!(f, "{value} is outside {low} to {high}")
            }
            Self::TooFew(count, needed) => write!(f, "{count} given, at least {needed} needed"),
            Self::TooMany(count, limit) => write!(f, "{count} given, at most {limit} allowed"),
            Self::Duplicate(first) => {
                write!(f, "is the same place as vertex {first}; leave one of them out")
            }
            Self::Crosses(other) => write!(
                f,
                "the edge that begins here crosses or touches the edge that begins at vertex {other}"
            ),
            Self::TooLarge(reach_m, limit_m) => write!(
                f,
                "reaches {:.0} km from its middle, at most {:.0} km allowed",
                reach_m / 1000.0,
                limit_m / 1000.0
            ),
            Self::NoArea => write!(f, "encloses no area"),
            Self::UpsideDown => write!(f, "the lower limit lies above the upper limit"),
            Self::EndsBeforeStart => write!(f, "the start lies after the end"),
            Self::Other(words) => f.write_str(words),
        }
    }
}
