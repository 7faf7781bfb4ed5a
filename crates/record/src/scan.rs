//! One export as an index: for every entry whose signature holds, its place, hash and time.
//!
//! The file streams through in chunks. Per chunk: lines are read and hashed side by side; one thread
//! puts the entries in their lanes and says which signatures must be verified, and by which key; those
//! are verified side by side; one thread takes the results in. What does not verify becomes a
//! [`Suspect`], whose own word about its place is only a hint.

mod index;
mod sorted;
mod withheld;

use crate::compare::{Claim, Claimed, Claims};
use crate::fault::Fault;
use crate::format::LaneName;
use crate::lanes::{LaneKeys, is_signed};
use crate::read::{Chunk, Chunks, Line, Opened, Place, ReadError, Withheld, entry_at, parse};
use crate::{Checkpoint, Header, KEY_CHANGE, Root, Tree, leaf_hash};
pub(crate) use index::{Lane, Moved, Proposed, Scanned, Seal, Slot, Suspect};
use keepclear_entry::{Entry, EntryHash, LogId, NodeId, Payload};
use rayon::prelude::*;
use std::io::{Read, Seek};
use uuid::Uuid;

/// What every entry of the line is checked against, from one header or from two.
#[derive(Debug, Clone)]
pub(crate) struct Roster {
    pub(crate) log: LogId,
    /// None where two headers disagree: that is named once, not for every entry.
    pub(crate) exercise: Option<bool>,
    pub(crate) lanes: Vec<RosterLane>,
}

/// One lane in it.
#[derive(Debug, Clone)]
pub(crate) struct RosterLane {
    pub(crate) node: NodeId,
    pub(crate) name: LaneName,
    pub(crate) party: String,
    pub(crate) desk: Uuid,
    pub(crate) keys: LaneKeys,
    /// Entries up to this place need no signature check, if the root over them turns out right.
    pub(crate) covered: u64,
}

/// How a file is scanned.
pub(crate) struct Scan<'s, C> {
    pub(crate) roster: &'s Roster,
    /// The other record, where it has been scanned: what lies there identical is verified already.
    pub(crate) reference: Option<&'s Scanned>,
    pub(crate) claims: &'s C,
    /// How far clocks may be apart, microseconds.
    pub(crate) clock_max_us: i64,
}

/// One line after the parallel step.
struct Parsed {
    place: Place,
    leaf: Root,
    line: Result<ParsedLine, String>,
}

enum ParsedLine {
    Entry(Box<ParsedEntry>),
    Other(Line),
}

struct ParsedEntry {
    entry: Result<Entry, Fault>,
    hash: EntryHash,
    stored_at_us: i64,
    claims: Vec<Claim>,
}

/// What is known about an entry before its signature is looked at.
enum Verdict {
    /// Needs no look.
    Holds {
        lane: usize,
    },
    /// To be verified.
    Asked {
        lane: usize,
    },
    Suspect(Fault),
}

impl<C: Claims> Scan<'_, C> {
    /// Reads a file to its end.
    pub(crate) fn run<R: Read + Seek + Send>(
        &self,
        opened: Opened<R>,
    ) -> Result<(Scanned, R), ReadError> {
        let Opened { header, mut chunks, first } = opened;
        let mut state = State::new(self, header);
        let mut chunk = Some(first);
        while let Some(present) = chunk {
            // The next chunk is read while this one is worked on.
            let (worked, next) =
                rayon::join(|| state.take_in(&present), || Chunks::next(&mut chunks));
            worked?;
            chunk = next?;
        }
        let mut input = chunks.into_input();
        let scanned = state.finish(&mut input)?;
        Ok((scanned, input))
    }

    fn parse(&self, chunk: &Chunk, at: usize) -> Parsed {
        let bytes = chunk.line(at);
        let line = parse(bytes).map(|line| match line {
            Line::Entry { bytes, stored_at_us } => {
                let no_bytes = || Fault::Damaged(not_base64());
                let entry = match &bytes {
                    Some(bytes) => Entry::decode(bytes).map_err(Fault::from),
                    None => Err(no_bytes()),
                };
                let claims =
                    entry.as_ref().map_or_else(|_| Vec::new(), |it| self.claims.claims(it));
                let hash = EntryHash::of(bytes.as_deref().unwrap_or_default());
                ParsedLine::Entry(Box::new(ParsedEntry { entry, hash, stored_at_us, claims }))
            }
            other => ParsedLine::Other(other),
        });
        Parsed { place: chunk.place(at), leaf: leaf_hash(bytes), line }
    }
}

fn not_base64() -> keepclear_entry::EntryError {
    keepclear_entry::EntryError::Malformed {
        at: 0,
        field: "entry",
        reason: "the line does not hold base64".to_owned(),
    }
}

/// A scan under way.
struct State<'s, C> {
    scan: &'s Scan<'s, C>,
    scanned: Scanned,
    lines: Tree,
    /// The last line has been seen.
    sealed: bool,
}

impl<'s, C: Claims> State<'s, C> {
    fn new(scan: &'s Scan<'s, C>, header: Header) -> Self {
        let lanes = scan.roster.lanes.iter().map(|lane| Lane::new(lane.keys.clone())).collect();
        Self { scan, scanned: Scanned::new(header, lanes), lines: Tree::new(), sealed: false }
    }

    fn take_in(&mut self, chunk: &Chunk) -> Result<(), ReadError> {
        let scan = self.scan;
        let parsed: Vec<Parsed> = (0..chunk.lines.len())
            .into_par_iter()
            .map(|at| match chunk.place(at).line {
                // The header, which was read when the file was opened.
                1 => Parsed {
                    place: chunk.place(at),
                    leaf: leaf_hash(chunk.line(at)),
                    line: Err(String::new()),
                },
                _ => scan.parse(chunk, at),
            })
            .collect();
        let verdicts: Vec<Option<Verdict>> =
            parsed.iter().map(|parsed| self.verdict_of(parsed)).collect();
        let lanes = &self.scanned.lanes;
        let signed: Vec<Option<Fault>> = parsed
            .par_iter()
            .zip(&verdicts)
            .map(|(parsed, verdict)| match (verdict, &parsed.line) {
                (Some(Verdict::Asked { lane }), Ok(ParsedLine::Entry(read))) => {
                    let entry = read.entry.as_ref().ok()?;
                    is_signed(&lanes[*lane].keys, entry).err()
                }
                _ => None,
            })
            .collect();
        for ((parsed, verdict), fault) in parsed.into_iter().zip(verdicts).zip(signed) {
            let verdict = match (verdict, fault) {
                (Some(Verdict::Asked { .. }), Some(fault)) => Some(Verdict::Suspect(fault)),
                (verdict, _) => verdict,
            };
            self.absorb(parsed, verdict)?;
        }
        Ok(())
    }

    fn verdict_of(&mut self, parsed: &Parsed) -> Option<Verdict> {
        let Ok(ParsedLine::Entry(read)) = &parsed.line else { return None };
        let entry = match &read.entry {
            Ok(entry) => entry,
            Err(fault) => return Some(Verdict::Suspect(fault.clone())),
        };
        Some(self.verdict_of_entry(entry, read.hash).unwrap_or_else(Verdict::Suspect))
    }

    fn verdict_of_entry(&mut self, entry: &Entry, hash: EntryHash) -> Result<Verdict, Fault> {
        let roster = self.scan.roster;
        if entry.log != roster.log {
            return Err(Fault::ForeignLog { found: entry.log, expected: roster.log });
        }
        if let Some(expected) = roster.exercise.filter(|expected| *expected != entry.exercise) {
            return Err(Fault::Exercise { found: entry.exercise, expected });
        }
        let lane = roster.lanes.iter().position(|lane| lane.node == entry.node);
        let lane = lane.ok_or(Fault::UnknownLane { node: entry.node })?;
        let sequence = entry.sequence.get();
        let there = self.scan.reference.and_then(|other| other.lanes[lane].get(sequence));
        let holds = there.is_some_and(|slot| slot.hash == hash && !slot.is_withheld())
            || (sequence <= roster.lanes[lane].covered && entry.signature.is_some());
        if entry.kind != KEY_CHANGE {
            return Ok(if holds { Verdict::Holds { lane } } else { Verdict::Asked { lane } });
        }
        // Verified here, because it decides about the entries after it.
        if !holds {
            is_signed(&self.scanned.lanes[lane].keys, entry)?;
        }
        self.scanned.lanes[lane].keys.follow(entry);
        Ok(Verdict::Holds { lane })
    }

    fn absorb(&mut self, parsed: Parsed, verdict: Option<Verdict>) -> Result<(), ReadError> {
        let Parsed { place, leaf, line } = parsed;
        let refused = |reason: String| ReadError::Line { line: place.line, reason };
        if self.sealed {
            return Err(refused("stands after the signed last line".to_owned()));
        }
        if place.line == 1 {
            self.lines.push(leaf);
            return Ok(());
        }
        match line.map_err(refused)? {
            ParsedLine::Entry(read) => self.absorb_entry(place, *read, verdict),
            ParsedLine::Other(Line::Withheld(withheld)) => self.absorb_withheld(place, withheld),
            ParsedLine::Other(Line::Aside { hash, is_right }) => {
                self.scanned.asides.push((hash, is_right, place.line));
            }
            ParsedLine::Other(Line::Checkpoint(note)) => {
                self.scanned.checkpoints.push((place.line, note));
            }
            ParsedLine::Other(Line::Signed(note)) => {
                self.sealed = true;
                let (size, root) = (self.lines.size(), self.lines.root());
                self.scanned.seal = Some(Seal { note, size, root, line: place.line });
            }
            // `parse` makes entries of these.
            ParsedLine::Other(Line::Entry { .. }) => {}
        }
        self.lines.push(leaf);
        Ok(())
    }

    fn absorb_entry(&mut self, place: Place, read: ParsedEntry, verdict: Option<Verdict>) {
        let ParsedEntry { entry, hash, stored_at_us, claims } = read;
        self.scanned.entries += 1;
        match (entry, verdict) {
            (Ok(entry), Some(Verdict::Holds { lane } | Verdict::Asked { lane })) => {
                let slot = Slot {
                    sequence: entry.sequence.get(),
                    proposed: Proposed::at(entry.proposed_at.0),
                    hash,
                    offset: place.offset,
                };
                self.take_claims(lane, &slot, claims);
                if let Payload::Aside(aside) = &entry.payload {
                    self.scanned.named_asides.push((aside.hash(), lane, slot.sequence));
                }
                let clock_max_us = self.scan.clock_max_us;
                self.scanned.lanes[lane].push(slot, entry.previous, stored_at_us, clock_max_us);
            }
            (entry, verdict) => {
                let fault = match (verdict, &entry) {
                    (Some(Verdict::Suspect(fault)), _) => fault,
                    (_, Err(fault)) => fault.clone(),
                    _ => Fault::Forged,
                };
                let entry = entry.ok();
                let known = entry.as_ref().map(|entry| entry.node);
                let lane = self.scan.roster.lanes.iter().position(|it| Some(it.node) == known);
                self.scanned.suspects.push(Suspect {
                    offset: place.offset,
                    line: Some(place.line),
                    lane,
                    node: known,
                    sequence: entry.as_ref().map(|entry| entry.sequence.get()),
                    proposed: Proposed::at(entry.as_ref().map_or(0, |entry| entry.proposed_at.0)),
                    hash,
                    fault,
                });
            }
        }
    }

    fn absorb_withheld(&mut self, place: Place, withheld: Withheld) {
        let Withheld { node, sequence, hash } = withheld;
        self.scanned.withheld += 1;
        let (sequence, offset) = (sequence.get(), place.offset);
        let slot = Slot { sequence, proposed: Proposed::WITHHELD, hash, offset };
        match self.scan.roster.lanes.iter().position(|lane| lane.node == node) {
            Some(lane) => self.scanned.lanes[lane].push_withheld(slot),
            None => self.scanned.suspects.push(Suspect {
                offset,
                line: Some(place.line),
                lane: None,
                node: Some(node),
                sequence: Some(sequence),
                proposed: Proposed::WITHHELD,
                hash,
                fault: Fault::UnknownLane { node },
            }),
        }
    }

    /// Claims of an entry that both records hold are taken once.
    fn take_claims(&mut self, lane: usize, slot: &Slot, claims: Vec<Claim>) {
        if claims.is_empty() {
            return;
        }
        let there = self.scan.reference.and_then(|other| other.lanes[lane].get(slot.sequence));
        if there.is_some_and(|there| there.hash == slot.hash && !there.is_withheld()) {
            return;
        }
        let by = (lane, slot.sequence);
        let lanes = &self.scanned.lanes;
        // What is held is named by every entry: kept are only the claims that are not borne out so far.
        let open = claims.into_iter().filter(|claim| match claim {
            Claim::Held { sequence, hash } => {
                !lanes.iter().any(|lane| lane.get(*sequence).is_some_and(|slot| slot.hash == *hash))
            }
            _ => true,
        });
        self.scanned.claims.extend(open.map(|claim| Claimed { by, claim }));
    }

    fn finish(self, input: &mut (impl Read + Seek)) -> Result<Scanned, ReadError> {
        let Self { scan, mut scanned, lines, sealed } = self;
        if !sealed {
            return Err(ReadError::Cut { lines: lines.size() });
        }
        self_healed(&mut scanned, input)?;
        let lanes = scanned.lanes.par_iter_mut().zip(&scan.roster.lanes).enumerate();
        let doubtful = lanes.map(|(at, (lane, of))| withheld::doubtful(lane, at, of.node));
        let doubtful: Vec<Vec<Suspect>> = doubtful.collect();
        scanned.suspects.extend(doubtful.into_iter().flatten());
        Ok(scanned)
    }
}

/// An entry may stand before the one that announced its key, when lines were put in another order: it
/// is then asked again with all keys known.
fn self_healed(scanned: &mut Scanned, input: &mut (impl Read + Seek)) -> Result<(), ReadError> {
    let mut left = Vec::new();
    for suspect in std::mem::take(&mut scanned.suspects) {
        let lane = suspect.lane.filter(|lane| scanned.lanes[*lane].keys.has_changed());
        let (Some(lane), Fault::Forged) = (lane, &suspect.fault) else {
            left.push(suspect);
            continue;
        };
        let bytes = entry_at(input, suspect.offset)?.unwrap_or_default();
        match Entry::decode(&bytes) {
            Ok(entry) if is_signed(&scanned.lanes[lane].keys, &entry).is_ok() => {
                scanned.lanes[lane].keys.follow(&entry);
                scanned.lanes[lane].insert(suspect.slot(entry.sequence.get()));
            }
            _ => left.push(suspect),
        }
    }
    scanned.suspects = left;
    Ok(())
}

/// The roots of a lane's tree at these sizes, where the lane is whole that far.
pub(crate) fn roots_at(lane: &Lane, sizes: impl IntoIterator<Item = u64>) -> Vec<(u64, Root)> {
    let mut sizes: Vec<u64> = sizes.into_iter().collect();
    sizes.sort_unstable();
    sizes.dedup();
    let (mut tree, mut roots) = (Tree::new(), Vec::new());
    let mut slots = lane.slots().iter();
    for size in sizes {
        while tree.size() < size {
            match slots.next() {
                Some(slot) if slot.sequence == tree.size() + 1 => {
                    tree.push(leaf_hash(&slot.hash.0));
                }
                _ => return roots,
            }
        }
        roots.push((size, tree.root()));
    }
    roots
}

/// Whether the entries that were taken unverified are those that the checkpoint was verified over.
pub(crate) fn covers(lane: &Lane, checkpoint: &Checkpoint) -> bool {
    roots_at(lane, [checkpoint.size]).contains(&(checkpoint.size, checkpoint.root))
}
