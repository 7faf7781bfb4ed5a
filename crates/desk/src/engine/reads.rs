//! Entries of our lanes for a peer: from memory, or from the log when it asks for old ones.
//!
//! Old ones are read beside the thread that appends: a peer that catches up holds up nobody else.

use bytes::Bytes;
use keepclear_line::message::Lane;
use keepclear_line::quantity::DeskId;
use keepclear_line::view::Side;
use keepclear_log::{Committed, LogReader, Position, ReadError};
use tokio::sync::oneshot;

use super::Shared;
use super::writer::Job;
use crate::journal::{After, Happening, read_entry};

/// Bytes of the log that are read at once, and those after which no more are for one answer.
const CHUNK: usize = 256 << 10;
const READ_MAX: usize = 4 << 20;

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
        let mut entries = Vec::new();
        for Committed { position, bytes } in self.committed_at(positions, room).await {
            let Ok((_, entered)) = read_entry(position.get(), &bytes) else { break };
            let Happening::Said(said) = entered.happening else { break };
            entries.push(Bytes::from(said.entry));
        }
        entries
    }

    /// What lies at these positions of this desk's log, in order: not more than `room` bytes, but one at
    /// least; nothing when it cannot be read.
    pub async fn committed_at(&self, positions: Vec<u64>, room: usize) -> Vec<Committed> {
        let (Some(first), Some(last)) = (positions.first(), positions.last()) else {
            return Vec::new();
        };
        let (done, reader) = oneshot::channel();
        let (after, through) = (before(*first), Position::new(*last));
        if self.jobs.send(Job::Reader { after, through, done }).is_err() {
            return Vec::new();
        }
        let Ok(reader) = reader.await else { return Vec::new() };
        // It waits for the disk.
        let read = tokio::task::spawn_blocking(move || read(&*reader?, &positions, room)).await;
        match read {
            Ok(Ok(committed)) => committed,
            Ok(Err(error)) => {
                tracing::error!(%error, "old entries of a line could not be read");
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }
}

fn before(position: u64) -> Position {
    Position::new(position.saturating_sub(1))
}

/// What lies at these positions. Others lie between them; where those are many, they are passed over.
fn read(log: &dyn LogReader, positions: &[u64], room: usize) -> Result<Vec<Committed>, ReadError> {
    let (mut read_bytes, mut left) = (0, room);
    let mut wanted_ones = Vec::new();
    let mut wanted = positions.iter().peekable();
    while let Some(next) = wanted.peek()
        && read_bytes < READ_MAX
    {
        let found = log.read(before(**next), CHUNK)?;
        if found.is_empty() {
            break;
        }
        for committed in found {
            let size = committed.bytes.len();
            read_bytes += size;
            if wanted.next_if(|wanted| **wanted == committed.position.get()).is_none() {
                continue;
            }
            if size > left && !wanted_ones.is_empty() {
                return Ok(wanted_ones);
            }
            left = left.saturating_sub(size);
            wanted_ones.push(committed);
        }
    }
    Ok(wanted_ones)
}

#[cfg(test)]
mod tests {
    use keepclear_entry::{
        Cause, Head, LogId, LogKind, NodeId, Party, ProposedAt, RequestId, Writer,
    };
    use keepclear_log::{Batch, Log as _, MemoryFolder};

    use super::*;
    use crate::journal::{OnLine, line_entry};

    /// A desk's log in which each of our entries has so many on another line behind it.
    fn log_of(ours: &[Vec<u8>], others: usize) -> (MemoryFolder, Vec<u64>) {
        let id = LogId { kind: LogKind::Desk, id: [1; 16] };
        let folder = MemoryFolder::new(keepclear_log::LogId(id.to_bytes()));
        let mut log = folder.open();
        let party = Party::new("North").unwrap();
        let mut pen = Writer::new(id, true, NodeId([2; 16]), party, Head::START);
        let mut batch = Batch::new(log.next_batch());
        let mut positions = Vec::new();
        for entry in ours {
            positions.push(batch.len() as u64 + 1);
            let other = vec![9; 1_000];
            for entry in std::iter::once(entry).chain(std::iter::repeat_n(&other, others)) {
                let said = OnLine { peer: DeskId([3; 16]), entry: entry.clone(), draft: None };
                let (kind, payload) = Happening::Said(said).write();
                let (request, proposed_at) = (RequestId([4; 16]), ProposedAt(5));
                let cause = Cause { principal: None, request, proposed_at };
                batch.push_with(|out| pen.write(cause, kind, &payload, out)).unwrap();
            }
        }
        log.append(&batch).unwrap();
        (folder, positions)
    }

    #[test]
    fn old_entries_are_found_among_others_up_to_the_room_and_one_at_least() {
        let ours: Vec<Vec<u8>> = (0..12).map(|number| vec![number; 100]).collect();
        // The second time, more lies between two of ours than is read at once.
        for others in [0, 400] {
            let (folder, positions) = log_of(&ours, others);
            let (after, through) = (Position::START, Position::new(positions[11]));
            let log = folder.open().reader(after, through).unwrap();
            let found = |room| {
                let found = read(&*log, &positions, room).unwrap();
                let entries = found.iter().map(|it| line_entry(it.position.get(), &it.bytes));
                let size = found.first().unwrap().bytes.len();
                (entries.map(Option::unwrap).collect::<Vec<_>>(), size)
            };
            let (all, size) = found(usize::MAX);
            assert_eq!(all, ours, "{others}");
            assert_eq!(found(size * 5 / 2).0, ours[..2], "{others}");
            assert_eq!(found(0).0, ours[..1], "{others}");
        }
    }
}
