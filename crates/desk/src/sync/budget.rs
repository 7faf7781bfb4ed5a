//! How much of a peer's is written: so many bytes and entries a second, and a burst.
//!
//! What is over it is not lost, the peer is told that we are busy and sends it again. Urgent entries
//! have a budget of their own, so that no flood of others keeps distress out.

use std::time::{Duration, Instant as Elapsed};

use keepclear_line::message::Lane;

const SECOND: Duration = Duration::from_secs(1);

/// What a peer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// Its ordinary lane.
    Ordinary,
    /// Its urgent lane.
    Urgent,
    /// Lines between others, to this desk as a witness.
    Witnessed,
}

/// What a peer may still bring of one flow.
#[derive(Debug)]
pub struct Budget {
    bytes: Bucket,
    entries: Bucket,
}

impl From<Lane> for Flow {
    fn from(lane: Lane) -> Self {
        match lane {
            Lane::Ordinary => Self::Ordinary,
            Lane::Urgent => Self::Urgent,
        }
    }
}

impl Budget {
    /// Of a flow. A thousand notices a second, each with its receipt, are some 1.5 MiB/s; what is witnessed
    /// is in no hurry.
    pub fn of(flow: Flow) -> Self {
        match flow {
            Flow::Ordinary => {
                Self { bytes: Bucket::new(3 << 20, 96 << 20), entries: Bucket::new(4_000, 200_000) }
            }
            Flow::Urgent => {
                Self { bytes: Bucket::new(64 << 10, 4 << 20), entries: Bucket::new(50, 2_000) }
            }
            Flow::Witnessed => {
                Self { bytes: Bucket::new(256 << 10, 32 << 20), entries: Bucket::new(500, 50_000) }
            }
        }
    }

    /// Counts one entry of so many bytes, unless it is over the budget.
    pub fn admits(&mut self, bytes: usize, now: Elapsed) -> bool {
        let later = (self.bytes.with(bytes as u64, now), self.entries.with(1, now));
        let (Some(bytes), Some(entries)) = later else { return false };
        self.bytes.full_at = Some(bytes);
        self.entries.full_at = Some(entries);
        true
    }
}

/// Filled at a steady rate.
#[derive(Debug)]
struct Bucket {
    each: Duration,
    burst: Duration,
    /// When it will be full again; full now, when that is past.
    full_at: Option<Elapsed>,
}

impl Bucket {
    fn new(a_second: u32, burst: u32) -> Self {
        let each = SECOND / a_second;
        Self { each, burst: each * burst, full_at: None }
    }

    /// When it would be full after so much more is taken; none when it does not hold that.
    fn with(&self, amount: u64, now: Elapsed) -> Option<Elapsed> {
        let amount = u32::try_from(amount).ok()?;
        let full_at = self.full_at.map_or(now, |at| at.max(now)) + self.each * amount;
        (full_at.duration_since(now) <= self.burst).then_some(full_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn admitted(budget: &mut Budget, bytes: usize, at: Elapsed) -> usize {
        (0..1_000_000).take_while(|_| budget.admits(bytes, at)).count()
    }

    #[test]
    fn a_burst_passes_and_then_what_the_rate_has_filled_again() {
        let (mut budget, start) = (Budget::of(Flow::Ordinary), Elapsed::now());
        let burst = admitted(&mut budget, MIB / 4, start);
        // The times of single bytes are whole nanoseconds: a burst is up to 1 % more than it says.
        assert!((384..=388).contains(&burst), "{burst}");
        let later = admitted(&mut budget, MIB / 4, start + SECOND * 10);
        assert!((119..=122).contains(&later), "{later}");
    }

    #[test]
    fn many_small_entries_are_limited_by_their_number() {
        let (mut budget, start) = (Budget::of(Flow::Ordinary), Elapsed::now());
        assert_eq!(admitted(&mut budget, 1, start), 200_000);
        assert_eq!(admitted(&mut budget, 1, start + SECOND), 4_000);
    }

    #[test]
    fn two_thousand_entries_a_second_of_a_kilobyte_pass_for_ever() {
        let (mut budget, start) = (Budget::of(Flow::Ordinary), Elapsed::now());
        for second in 0..1_000 {
            let now = start + SECOND * second;
            assert!((0..2_000).all(|_| budget.admits(1_000, now)), "second {second}");
        }
    }

    #[test]
    fn the_longest_entry_fits_into_an_urgent_burst() {
        let mut budget = Budget::of(Flow::Urgent);
        assert!(budget.admits(super::super::protocol::ENTRY_MAX, Elapsed::now()));
    }
}
