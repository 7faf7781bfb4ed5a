//! Closed spans of time, in whole microseconds since 1970-01-01T00:00:00Z.

use crate::invalid::{Invalid, Reason};

/// A closed span of time; an open end reaches for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeInterval {
    start_us: i64,
    end_us: i64,
}

impl TimeInterval {
    /// All of time.
    pub const ALWAYS: Self = Self { start_us: i64::MIN, end_us: i64::MAX };

    /// A span from its first to its last instant, both included; `None` is open.
    ///
    /// # Errors
    /// `time_start` when it lies after the end.
    pub fn new(start_us: Option<i64>, end_us: Option<i64>) -> Result<Self, Invalid> {
        let (start_us, end_us) = (start_us.unwrap_or(i64::MIN), end_us.unwrap_or(i64::MAX));
        if start_us > end_us {
            return Err(Invalid::new("time_start", Reason::EndsBeforeStart));
        }
        Ok(Self { start_us, end_us })
    }

    /// First instant, microseconds; `None` when open.
    pub fn start_us(self) -> Option<i64> {
        (self.start_us != i64::MIN).then_some(self.start_us)
    }

    /// Last instant, microseconds; `None` when open.
    pub fn end_us(self) -> Option<i64> {
        (self.end_us != i64::MAX).then_some(self.end_us)
    }

    /// The instants in both, if any; sharing one instant is enough.
    pub fn common(self, other: Self) -> Option<Self> {
        let start_us = self.start_us.max(other.start_us);
        let end_us = self.end_us.min(other.end_us);
        (start_us <= end_us).then_some(Self { start_us, end_us })
    }

    /// The shortest span that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { start_us: self.start_us.min(other.start_us), end_us: self.end_us.max(other.end_us) }
    }

    /// The same span later by some microseconds (earlier when negative); open ends stay open.
    #[must_use]
    pub fn shifted(self, by_us: i64) -> Self {
        let shift =
            |t: i64| if t == i64::MIN || t == i64::MAX { t } else { t.saturating_add(by_us) };
        Self { start_us: shift(self.start_us), end_us: shift(self.end_us) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_share_one_instant_overlap() {
        let a = TimeInterval::new(Some(0), Some(10)).unwrap();
        let b = TimeInterval::new(Some(10), Some(20)).unwrap();
        let c = TimeInterval::new(Some(11), None).unwrap();
        assert_eq!(a.common(b), TimeInterval::new(Some(10), Some(10)).ok());
        assert_eq!(a.common(c), None);
        assert_eq!(b.common(c), TimeInterval::new(Some(11), Some(20)).ok());
    }
}
