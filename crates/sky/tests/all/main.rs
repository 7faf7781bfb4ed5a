//! The state machine as a whole, driven by generated commands.
//!
//! `KEEPCLEAR_SEEDS` sets how many seeds each test runs (10 unless given); a failure names its seed.

mod agree;
mod events;
mod generate;
mod model;
mod place;
mod replicas;
mod rng;

use std::io::Write as _;

/// Commands a seed.
const STEPS: usize = 300;

/// The seeds of this run.
fn seeds() -> std::ops::Range<u64> {
    let asked = std::env::var("KEEPCLEAR_SEEDS").ok();
    0..asked.map_or(10, |text| text.parse().expect("KEEPCLEAR_SEEDS is a whole number"))
}

/// Names the place in the run when whatever comes goes wrong there.
struct At {
    seed: u64,
    step: usize,
}

impl Drop for At {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "at seed {}, step {}", self.seed, self.step);
        }
    }
}
