//! The next items of one lane, each held against what stands before it, and against what is held there.

use keepclear_entry::{Entry, EntryHash};
use keepclear_line::line::Charter;
use keepclear_line::message::Mark;
use keepclear_line::quantity::{DeskId, MessageId};
use keepclear_record::{PublicKey, read_key_change};

use crate::journal::{
    Item, Standing, SuspicionKind, Witnessed, WitnessedItems, message_of, side_of,
};
use crate::sync::protocol::ENTRY_MAX;

/// Bytes of one entry of the desk's log, about; one item may be larger.
const PIECE: usize = 256 << 10;

/// Reads what is given of a lane.
pub struct Reader<'a> {
    charter: &'a Charter,
    number: usize,
    standing: Standing,
    previous: EntryHash,
    read: Read,
}

/// What is new of it.
#[derive(Default)]
pub struct Read {
    /// The place after which it begins.
    pub after: u64,
    /// The last place that was looked at.
    pub through: u64,
    /// What follows, or fills a withheld place.
    pub items: Vec<(u64, Item)>,
}

/// Why no more is taken of it.
pub enum Wrong {
    /// The giver says otherwise than was said before.
    Differs { gives: Mark, held: MessageId },
    /// No honest desk gives it.
    Refused { kind: SuspicionKind, reason: String },
}

impl<'a> Reader<'a> {
    /// Of the lane of this number, after this place.
    pub fn new(charter: &'a Charter, number: usize, after: u64, standing: Standing) -> Self {
        let previous = standing.previous;
        let read = Read { after, through: after, items: Vec::new() };
        Self { charter, number, standing, previous, read }
    }

    /// What is good of the items up to the first that is not, and what is wrong with that one.
    pub fn read(mut self, items: Vec<Item>) -> (Read, Result<(), Wrong>) {
        for (index, item) in items.into_iter().enumerate() {
            if let Err(wrong) = self.one(index, item) {
                return (self.read, Err(wrong));
            }
        }
        (self.read, Ok(()))
    }

    fn one(&mut self, index: usize, item: Item) -> Result<(), Wrong> {
        let sequence = self.read.through + 1;
        let hash = item.hash();
        let known = self.standing.known.get(index).copied();
        if let Some((held, _)) = known
            && held != hash
        {
            let gives = Mark { sequence, message: message_of(hash) };
            return Err(Wrong::Differs { gives, held: message_of(held) });
        }
        let entry = match (&item, known) {
            (Item::Withheld(_), _) | (Item::Entry(_), Some((_, false))) => None,
            (Item::Entry(bytes), _) => Some(self.entry(sequence, bytes)?),
        };
        self.standing.keys.extend(entry.as_ref().and_then(read_key_change));
        if known.is_none() || entry.is_some() {
            self.read.items.push((sequence, item));
        }
        self.previous = hash;
        self.read.through = sequence;
        Ok(())
    }

    /// An entry that may stand at this place.
    fn entry(&self, sequence: u64, bytes: &[u8]) -> Result<Entry, Wrong> {
        let (side, lane) = side_of(self.number);
        let party = self.charter.party(side);
        let at = format!("entry {sequence} of the {lane:?} lane of {}", party.name);
        let refused = |kind, reason| Err(Wrong::Refused { kind, reason });
        if bytes.len() > ENTRY_MAX {
            let reason = format!("{at} has {} bytes: at most {ENTRY_MAX}", bytes.len());
            return refused(SuspicionKind::Oversized, reason);
        }
        let entry = match Entry::decode(bytes) {
            Ok(entry) => entry,
            Err(error) => {
                return refused(SuspicionKind::Malformed, format!("{at} is no entry: {error}"));
            }
        };
        let placed = entry.log == self.charter.line
            && entry.exercise == self.charter.exercise
            && entry.party.as_str() == party.name.as_str()
            && entry.node == self.charter.lane_node(side, lane);
        if !placed {
            let reason = format!("what it gives as {at} is of another lane, line or party");
            return refused(SuspicionKind::WrongIdentity, reason);
        }
        if entry.sequence.get() != sequence {
            let reason = format!("what it gives as {at} is entry {}", entry.sequence);
            return refused(SuspicionKind::Reordered, reason);
        }
        if !self.is_signed(&entry, sequence) {
            let reason = format!("{at} is not signed by the key of its lane");
            return refused(SuspicionKind::Forged, reason);
        }
        if entry.previous != self.previous {
            return Err(self.unchained(&entry, sequence, &at));
        }
        Ok(entry)
    }

    /// By the last key where it follows; by any that was the lane's where it fills a place.
    fn is_signed(&self, entry: &Entry, sequence: u64) -> bool {
        let keys = &self.standing.keys;
        let signed = |key: &PublicKey| key.signed(entry);
        if sequence > self.standing.len {
            keys.last().is_some_and(signed)
        } else {
            keys.iter().any(signed)
        }
    }

    /// A signed entry says what stands before it: another thing than was given there.
    fn unchained(&self, entry: &Entry, sequence: u64, at: &str) -> Wrong {
        let before = sequence - 1;
        if before > 0 && before <= self.standing.len {
            let gives = Mark { sequence: before, message: message_of(entry.previous) };
            return Wrong::Differs { gives, held: message_of(self.previous) };
        }
        let reason = format!("{at} does not follow the entry that stands before it");
        Wrong::Refused { kind: SuspicionKind::RewrittenHistory, reason }
    }
}

impl Read {
    /// As the desk's log keeps it: in pieces, so that each is an entry of a size that it may have.
    pub fn into_witnessed(self, giver: DeskId, line: [u8; 16], number: usize) -> Vec<Witnessed> {
        let Self { mut after, through, items } = self;
        let mut piece = |through, items| {
            let (lane, begins) = (number as u8, std::mem::replace(&mut after, through));
            let of = WitnessedItems { giver, line, lane, after: begins, through, items };
            Witnessed::Items(of)
        };
        let mut pieces = Vec::new();
        let (mut size, mut taken) = (0, Vec::new());
        for (sequence, item) in items {
            if size > PIECE {
                pieces.push(piece(sequence - 1, std::mem::take(&mut taken)));
                size = 0;
            }
            size += item.size();
            taken.push((sequence, item));
        }
        pieces.push(piece(through, taken));
        pieces
    }
}

#[cfg(test)]
mod tests;
