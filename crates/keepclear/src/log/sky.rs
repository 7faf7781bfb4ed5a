//! A sky's log: the state is the sky.

use keepclear_dss::Replay;
use keepclear_entry::LogId;
use keepclear_sky::Sky;
use serde_json::Value;

use super::{Follower, hex};

/// A sky so far.
pub struct Followed(Replay);

impl Followed {
    /// Before its founding.
    pub fn begin(id: LogId, exercise: bool) -> Self {
        Self(Replay::from_start(id, exercise))
    }
}

impl Follower for Followed {
    fn follow(&mut self, position: u64, bytes: &[u8]) -> Result<(), String> {
        self.0.follow(position, bytes).map(drop).map_err(|error| error.to_string())
    }

    fn verified(&self) -> Option<String> {
        let hash = self.0.sky().map(Sky::state_hash)?;
        Some(format!("state: sha256 {}", hex(&hash)))
    }

    fn described(&self, position: u64, _: i64) -> Option<Value> {
        Some(keepclear_dss::describe(self.0.sky()?, position))
    }
}
