//! How much notice a notice gave.
//!
//! Counted from when the other desk had it, by that desk's own word, and not from when it was said:
//! what has not arrived gives no notice.

use crate::message::Window;
use crate::quantity::Instant;

/// Whole seconds from when a message was durable at the other desk to the first instant of its
/// window; below 0 when it came after. Rounded down, so that no notice is shown as longer than it was.
pub fn notice_given_s(stored_at: Instant, window: Window) -> i64 {
    window.from.seconds_since(stored_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given_s(stored_at_us: i64, from_us: i64) -> i64 {
        let window = Window { from: Instant(from_us), to: Instant(from_us.saturating_add(1)) };
        notice_given_s(Instant(stored_at_us), window)
    }

    #[test]
    fn a_notice_of_just_under_59_seconds_is_a_notice_of_58() {
        assert_eq!(given_s(1_000_000, 59_999_999), 58);
        assert_eq!(given_s(1_000_000, 60_000_000), 59);
    }

    #[test]
    fn a_notice_that_comes_a_microsecond_late_is_late() {
        assert_eq!(given_s(5_000_000, 5_000_000), 0);
        assert_eq!(given_s(5_000_001, 5_000_000), -1);
    }

    #[test]
    fn times_at_the_ends_of_the_clock_do_no_harm() {
        assert_eq!(given_s(i64::MIN, i64::MAX), i64::MAX / 1_000_000);
        assert!(given_s(i64::MAX, i64::MIN) < 0);
    }
}
