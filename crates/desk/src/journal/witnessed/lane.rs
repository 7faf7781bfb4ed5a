//! A copy of one lane of a witnessed line: a hash for every place, and which of them were withheld.

use std::collections::BTreeSet;

use keepclear_entry::{Entry, EntryHash};
use keepclear_line::message::Mark;
use keepclear_record::{PublicKey, read_key_change};

use super::entries::Item;
use super::message_of;

/// One lane. Its entries lie in the desk's log.
#[derive(Debug)]
pub struct LaneCopy {
    /// Every key that signs in it, the last one signing the next entry.
    keys: Vec<PublicKey>,
    hashes: Vec<EntryHash>,
    withheld: BTreeSet<u64>,
}

/// What the next items of a lane are held against.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Every key that signs in it.
    pub keys: Vec<PublicKey>,
    /// How many places are held.
    pub len: u64,
    /// The hash before the first item.
    pub previous: EntryHash,
    /// What is held from there on, and whether it was withheld.
    pub known: Vec<(EntryHash, bool)>,
}

impl LaneCopy {
    /// Without an entry.
    pub fn new(key: PublicKey) -> Self {
        Self { keys: vec![key], hashes: Vec::new(), withheld: BTreeSet::new() }
    }

    /// How many places are held.
    pub fn len(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// How many of them by their hash alone.
    pub fn withheld(&self) -> u64 {
        self.withheld.len() as u64
    }

    /// What stands at a place, 1 for the first.
    pub fn hash(&self, sequence: u64) -> Option<EntryHash> {
        let index = usize::try_from(sequence.checked_sub(1)?).ok()?;
        self.hashes.get(index).copied()
    }

    /// The same, with its place.
    pub fn mark(&self, sequence: u64) -> Option<Mark> {
        let message = message_of(self.hash(sequence)?);
        Some(Mark { sequence, message })
    }

    /// What items from `after` on, at most `count`, are held against; none when nothing is held there.
    pub fn standing(&self, after: u64, count: usize) -> Option<Standing> {
        let previous = if after == 0 { EntryHash::NONE } else { self.hash(after)? };
        let known = (after + 1..).zip(self.hashes.iter().skip(usize::try_from(after).ok()?));
        let known = known.take(count);
        let known = known.map(|(place, hash)| (*hash, self.withheld.contains(&place))).collect();
        Some(Standing { keys: self.keys.clone(), len: self.len(), previous, known })
    }

    /// Takes what follows, or what fills a withheld place.
    ///
    /// # Errors
    /// When it does neither.
    pub(super) fn take(&mut self, sequence: u64, item: &Item) -> Result<(), String> {
        let entry = match item {
            Item::Entry(bytes) => Some(Entry::decode(bytes).map_err(|error| error.to_string())?),
            Item::Withheld(_) => None,
        };
        if sequence == self.len() + 1 {
            self.hashes.push(item.hash());
            match entry {
                Some(entry) => self.keys.extend(read_key_change(&entry)),
                None => _ = self.withheld.insert(sequence),
            }
            return Ok(());
        }
        let fits = entry.filter(|_| self.hash(sequence) == Some(item.hash()));
        if let Some(entry) = fits
            && self.withheld.remove(&sequence)
        {
            self.keys.extend(read_key_change(&entry));
            return Ok(());
        }
        Err(format!("what was given as entry {sequence} of a lane has no place there"))
    }
}

#[cfg(test)]
mod tests {
    use keepclear_line::quantity::MessageId;
    use keepclear_record::SigningKey;

    use super::*;

    fn withheld(number: u8) -> Item {
        Item::Withheld(MessageId([number; 32]))
    }

    #[test]
    fn a_lane_takes_what_follows_and_nothing_else() {
        let mut lane = LaneCopy::new(SigningKey::from_seed(&[1; 32]).public());
        lane.take(1, &withheld(1)).unwrap();
        for sequence in [0, 1, 3] {
            assert!(lane.take(sequence, &withheld(2)).is_err(), "{sequence}");
        }
        lane.take(2, &withheld(2)).unwrap();
        assert_eq!((lane.len(), lane.withheld()), (2, 2));
        assert_eq!(lane.mark(2).map(|mark| mark.message), Some(MessageId([2; 32])));
        assert_eq!(lane.mark(0), None);
    }

    #[test]
    fn what_items_are_held_against_begins_behind_the_place_that_was_asked_for() {
        let mut lane = LaneCopy::new(SigningKey::from_seed(&[1; 32]).public());
        for number in 1..=4 {
            lane.take(u64::from(number), &withheld(number)).unwrap();
        }
        let standing = lane.standing(2, 10).unwrap();
        assert_eq!((standing.len, standing.previous), (4, EntryHash([2; 32])));
        assert_eq!(standing.known, [(EntryHash([3; 32]), true), (EntryHash([4; 32]), true)]);
        assert!(lane.standing(5, 10).is_none());
    }
}
