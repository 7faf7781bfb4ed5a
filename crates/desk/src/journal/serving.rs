//! Which certificate the desk shows to whoever connects to it.
//!
//! One for all: before a connection has said whose it is, nobody knows which line it is for. So it is the
//! old one until every confirmed line has agreed to a later one, and never goes back: peers drop the old
//! one as soon as they have seen the new one.

use keepclear_line::quantity::Fingerprint;
use keepclear_line::view::Side;

use super::peer::{Peer, Step};

/// What is shown, and what may come.
#[derive(Debug, Default)]
pub struct Serving {
    /// Certificates of ours, in the order in which they were first proposed to anybody.
    proposed: Vec<Fingerprint>,
    /// The place there of the one that is shown; none is the one that the desk was founded with.
    shown: Option<usize>,
    /// Counts changes of what either side of any line may show.
    moved: u64,
}

impl Serving {
    /// Takes what a message on one of these lines did.
    pub fn note<'a>(&mut self, step: Step, mut lines: impl Iterator<Item = &'a Peer>) {
        match step {
            Step::Proposed(own) => {
                if !self.proposed.contains(&own) {
                    self.proposed.push(own);
                }
            }
            Step::TheirsAccepted => self.moved += 1,
            Step::OursAccepted(own) => {
                self.moved += 1;
                let place = self.proposed.iter().position(|known| *known == own);
                let agreed = |line: &Peer| {
                    line.certificates(Side::Us).iter().any(|known| known.fingerprint() == own)
                };
                if place > self.shown
                    && lines.all(|line| line.confirmation().is_none() || agreed(line))
                {
                    self.shown = place;
                }
            }
        }
    }

    /// The one that is shown; none is the one that the desk was founded with.
    pub fn shown(&self) -> Option<Fingerprint> {
        self.proposed.get(self.shown?).copied()
    }

    /// Another number whenever something has changed.
    pub fn moved(&self) -> u64 {
        self.moved
    }
}
