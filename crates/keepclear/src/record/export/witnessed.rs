//! The record of a line between others, as its witness holds it.
//!
//! Of an entry that was withheld the export has the hash. One that was given after its hash stands in
//! its place.

use std::collections::BTreeMap;

use keepclear_desk::{Happening, Item, LANES, Witnessed, read_entry, side_of};
use keepclear_entry::EntryHash;
use keepclear_line::line::Charter;
use keepclear_log::Committed;

/// Entries that came after their hash: what, and when.
type Filled = BTreeMap<(usize, u64), (Vec<u8>, i64)>;

/// One item: its lane, its place there, and what was given.
type Placed = (usize, u64, Item);

/// Finds the entries that came after their hash.
pub struct Fills {
    line: [u8; 16],
    lens: [u64; LANES],
    found: Filled,
}

/// Gives a line's places to an exporter.
pub struct Places {
    line: [u8; 16],
    charter: Charter,
    filled: Filled,
    lens: [u64; LANES],
}

/// What an exporter is given of one place.
pub enum Stands {
    /// The entry.
    Entry(Vec<u8>),
    /// Its lane's node, and its hash.
    Withheld(keepclear_entry::NodeId, EntryHash),
}

/// What an entry of the desk's log has of the line, in order; and when.
fn given(line: [u8; 16], committed: &Committed) -> Result<(Vec<Placed>, i64), String> {
    let (_, entered) = read_entry(committed.position.get(), &committed.bytes)
        .map_err(|error| error.to_string())?;
    let items = match entered.happening {
        Happening::Witnessed(Witnessed::Items(given)) if given.line == line => {
            let lane = usize::from(given.lane);
            given.items.into_iter().map(|(sequence, item)| (lane, sequence, item)).collect()
        }
        _ => Vec::new(),
    };
    Ok((items, entered.at.0))
}

impl Fills {
    /// In the log of a witness of this line.
    pub fn of(line: [u8; 16]) -> Self {
        Self { line, lens: [0; LANES], found: BTreeMap::new() }
    }

    /// Looks at the next entry of the log.
    ///
    /// # Errors
    /// When it is none of a desk's.
    pub fn look(&mut self, committed: &Committed) -> Result<(), String> {
        let (items, at) = given(self.line, committed)?;
        for (lane, sequence, item) in items {
            let Some(len) = self.lens.get_mut(lane) else { continue };
            match item {
                Item::Entry(bytes) if sequence <= *len => {
                    self.found.insert((lane, sequence), (bytes.into(), at));
                }
                _ => *len = sequence.max(*len),
            }
        }
        Ok(())
    }

    /// For a second reading of the log.
    pub fn into_places(self, charter: Charter) -> Places {
        Places { line: self.line, charter, filled: self.found, lens: [0; LANES] }
    }
}

impl Places {
    /// What the next entry of the log adds to the record, and when it was durable.
    ///
    /// # Errors
    /// When it is none of a desk's.
    pub fn next(&mut self, committed: &Committed) -> Result<Vec<(Stands, i64)>, String> {
        let (items, at) = given(self.line, committed)?;
        let mut added = Vec::new();
        for (lane, sequence, item) in items {
            let Some(len) = self.lens.get_mut(lane).filter(|len| sequence == **len + 1) else {
                continue;
            };
            *len = sequence;
            added.push(match (item, self.filled.remove(&(lane, sequence))) {
                (Item::Entry(bytes), _) => (Stands::Entry(bytes.into()), at),
                (Item::Withheld(_), Some((bytes, later))) => (Stands::Entry(bytes), later),
                (Item::Withheld(hash), None) => {
                    let (side, of) = side_of(lane);
                    let node = self.charter.lane_node(side, of);
                    (Stands::Withheld(node, EntryHash(hash.0)), at)
                }
            });
        }
        Ok(added)
    }
}
