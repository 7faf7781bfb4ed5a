//! Faults that are put into an exercise, so that crews meet them before they are real.

use std::str::FromStr;

use keepclear_line::stored::{StoreError, Stored};

/// Farthest that a place is moved, metres.
const MISPLACE_MAX_M: f64 = 100_000.0;

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Inject {
    /// Whatever is stored of a peer's messages lies so far to the east of where they said.
    Misplace {
        /// Metres, above 0.
        east_m: f64,
    },
}

/// Why a fault is not put in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InjectError {
    /// Not one that there is.
    #[error("inject {0:?}: give misplace=METRES, such as misplace=9000m, from 1 m to 100 km")]
    Unknown(String),
    /// Never into what is real.
    #[error("inject: this desk is real; faults are put only into a desk founded as an exercise")]
    Real,
}

impl FromStr for Inject {
    type Err = InjectError;

    fn from_str(text: &str) -> Result<Self, InjectError> {
        let unknown = || InjectError::Unknown(text.to_owned());
        let metres = text.strip_prefix("misplace=").ok_or_else(unknown)?;
        let metres = metres.strip_suffix('m').unwrap_or(metres);
        let east_m: f64 = metres.parse().map_err(|_| unknown())?;
        let allowed = (1.0..=MISPLACE_MAX_M).contains(&east_m);
        if allowed { Ok(Self::Misplace { east_m }) } else { Err(unknown()) }
    }
}

impl Inject {
    /// What is stored in place of what should be.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot lie there.
    pub fn spoil(&self, stored: &Stored) -> Result<Stored, StoreError> {
        match self {
            Self::Misplace { east_m } => stored.displaced(*east_m, 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misplacement_is_read_in_metres_and_held_to_a_hundred_kilometres() {
        assert_eq!("misplace=9000m".parse(), Ok(Inject::Misplace { east_m: 9_000.0 }));
        assert_eq!("misplace=9000".parse(), Ok(Inject::Misplace { east_m: 9_000.0 }));
        for wrong in ["misplace=9km", "misplace=0m", "misplace=1e9m", "misplace=NaN", "mislead"] {
            let refused = wrong.parse::<Inject>();
            assert_eq!(refused, Err(InjectError::Unknown(wrong.to_owned())));
        }
    }
}
