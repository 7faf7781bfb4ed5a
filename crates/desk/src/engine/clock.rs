//! The desk's clock: what is said later is never dated earlier.

use keepclear_line::quantity::Instant;

/// Never goes back.
#[derive(Debug)]
pub struct Clock(keepclear_serve::Clock);

impl Clock {
    /// Not before the given time.
    pub fn starting_at(latest: Instant) -> Self {
        Self(keepclear_serve::Clock::starting_at(latest.0))
    }

    /// The time.
    pub fn now(&self) -> Instant {
        Instant(self.0.now_us())
    }
}
