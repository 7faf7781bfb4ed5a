//! Entries of our lanes for a peer: from memory, or from the log when it asks for old ones.

use bytes::Bytes;
use keepclear_line::message::Lane;
use keepclear_line::quantity::DeskId;
use keepclear_line::view::Side;
use tokio::sync::oneshot;

use super::Shared;
use super::writer::Job;
use crate::journal::{After, Happening, read_entry};

impl Shared {
    /// Entries of our lane to a peer after a place: at most `count`, not more than `room` bytes, but
    /// one at least. Empty when there are none, or the log cannot be read.
    pub async fn entries_after(
        &self,
        peer: DeskId,
        lane: Lane,
        sequence: u64,
        count: usize,
        room: usize,
    ) -> Vec<Bytes> {
        let after = self.read(|state| {
            Some(state.peer(peer)?.lane(Side::Us, lane).after(sequence, count, room))
        });
        match after {
            None => Vec::new(),
            Some(After::Entries(entries)) => entries,
            Some(After::Positions(positions)) => self.old_entries(positions, room).await,
        }
    }

    async fn old_entries(&self, positions: Vec<u64>, room: usize) -> Vec<Bytes> {
        let (done, result) = oneshot::channel();
        if self.jobs.send(Job::Read { positions, done }).is_err() {
            return Vec::new();
        }
        let committed = match result.await {
            Ok(Ok(committed)) => committed,
            Ok(Err(error)) => {
                tracing::error!(%error, "old entries of a line could not be read");
                return Vec::new();
            }
            Err(_) => return Vec::new(),
        };
        let mut left = room;
        let mut entries = Vec::new();
        for found in committed {
            let Ok((_, entered)) = read_entry(found.position.get(), &found.bytes) else { break };
            let Happening::Said(said) = entered.happening else { break };
            if said.entry.len() > left && !entries.is_empty() {
                break;
            }
            left = left.saturating_sub(said.entry.len());
            entries.push(Bytes::from(said.entry));
        }
        entries
    }
}
