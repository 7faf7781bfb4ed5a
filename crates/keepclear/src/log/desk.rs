//! A desk's log: the state is what the desk knew of its lines.
//!
//! Whether the other end was heard is never in a log, so that health is shown as not known.

use keepclear_desk::Replay;
use keepclear_desk::views::LineOverview;
use keepclear_entry::LogId;
use keepclear_line::quantity::Instant;
use keepclear_line::view::ExchangeView;
use serde_json::{Value, json};

use super::{Follower, hex};

/// A desk so far.
pub struct Followed(Replay);

impl Followed {
    /// Before its founding.
    pub fn begin(id: LogId, exercise: bool) -> Self {
        Self(Replay::new(id, exercise))
    }
}

impl Follower for Followed {
    fn follow(&mut self, position: u64, bytes: &[u8]) -> Result<(), String> {
        self.0.follow(position, bytes).map(drop).map_err(|error| error.to_string())
    }

    fn verified(&self) -> Option<String> {
        let lines = self.0.state()?.peers().map(|peer| {
            let digest = hex(&peer.line().shared_digest());
            format!("line with {}: shared state sha256 {digest}", peer.theirs().party())
        });
        let lines: Vec<String> = lines.collect();
        Some(if lines.is_empty() { "no line yet".to_owned() } else { lines.join("\n") })
    }

    fn described(&self, position: u64, until_us: i64) -> Option<Value> {
        let state = self.0.state()?;
        let present_us = jiff::Timestamp::now().as_microsecond();
        let now = Instant(until_us.min(present_us));
        let lines: Vec<_> = state.peers().map(|peer| known(peer.known(now))).collect();
        Some(json!({
            "party": state.founded().party,
            "desk": state.desk(),
            "exercise": state.founded().exercise,
            "position": position,
            "at": now,
            "lines": lines,
            "witnessed": state.witnessed_views(),
        }))
    }
}

/// Where exchanges have a line to themselves while a desk runs, here they stand in it.
fn known((line, exchanges): (LineOverview, Vec<ExchangeView>)) -> Value {
    let mut shown = json!(line);
    shown["view"]["exchanges"] = json!(exchanges);
    shown
}
