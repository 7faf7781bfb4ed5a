//! What entries say about entries: that one was stored, and when; that it read back differently.
//!
//! Which payloads say so is known to the crate that writes them; it implements [`Claims`].

use super::findings::{At, DifferenceKind, Findings};
use crate::format::shown_time;
use crate::scan::{Roster, Scanned, Slot};
use keepclear_entry::{Entry, EntryHash};

/// What one entry says about another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Its writer has this entry of the other party, and those before it in its lane.
    Held {
        /// Its place in one of the other party's lanes.
        sequence: u64,
        /// Its hash as it is held.
        hash: EntryHash,
    },
    /// Its writer has the entry durably.
    Stored {
        /// Names the entry.
        hash: EntryHash,
        /// When, microseconds since 1970 by its writer's clock.
        at_us: i64,
    },
    /// The entry says of another one something else than was said there.
    Differs {
        /// Names the entry that does.
        hash: EntryHash,
        /// What differs, for a person.
        detail: String,
    },
}

/// Knows what entries say about entries. The same entry always says the same.
pub trait Claims: Sync {
    /// Every claim of an entry; empty for most.
    fn claims(&self, entry: &Entry) -> Vec<Claim>;
}

/// Looks into no payload.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoClaims;

impl Claims for NoClaims {
    fn claims(&self, _: &Entry) -> Vec<Claim> {
        Vec::new()
    }
}

/// A claim and the lane and place of the entry that makes it.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub(crate) by: (usize, u64),
    pub(crate) claim: Claim,
}

pub(super) fn check(
    sides: [&Scanned; 2],
    roster: &Roster,
    clock_max_us: i64,
    findings: &mut Findings,
) {
    let places = Places::of(sides);
    for Claimed { by, claim } in sides.iter().flat_map(|side| &side.claims) {
        let (by_lane, by_sequence) = *by;
        let speaker = &roster.lanes[by_lane];
        let who = format!("entry {by_sequence} of {} {}", speaker.party, speaker.name);
        let own = At::Lane(by_lane, by_sequence);
        match claim {
            Claim::Held { sequence, hash } => {
                check_held(sides, roster, *by, (*sequence, *hash), findings);
            }
            Claim::Stored { hash, at_us } => match places.find(sides, *hash) {
                Some((lane, slot)) => {
                    // When one was said that is withheld is not known.
                    let said_at_us = slot
                        .proposed
                        .us()
                        .filter(|said_at_us| *at_us < said_at_us.saturating_sub(clock_max_us));
                    let Some(said_at_us) = said_at_us else { continue };
                    let (stored, said) = (shown_time(*at_us), shown_time(said_at_us));
                    let detail =
                        format!("{who} says that it stored this at {stored}, before {said}");
                    let at = At::Lane(lane, slot.sequence);
                    findings.add(DifferenceKind::Clock, at, None, detail);
                }
                // What was changed or left out is named at its own place.
                None if findings.is_anything_named() => {}
                None => {
                    let detail =
                        format!("{who} says that it stored entry {hash}, which is in no record");
                    findings.add(DifferenceKind::Contradicts, own, None, detail);
                }
            },
            Claim::Differs { hash, detail } => {
                let at = places.find(sides, *hash);
                let at = at.map_or(own, |(lane, slot)| At::Lane(lane, slot.sequence));
                let detail = format!("{who} says that this is not what was said: {detail}");
                findings.add(DifferenceKind::Contradicts, at, None, detail);
            }
        }
    }
}

fn check_held(
    sides: [&Scanned; 2],
    roster: &Roster,
    (by_lane, by_sequence): (usize, u64),
    (sequence, hash): (u64, EntryHash),
    findings: &mut Findings,
) {
    let speaker = &roster.lanes[by_lane];
    let who = format!("entry {by_sequence} of {} {}", speaker.party, speaker.name);
    let others = (0..roster.lanes.len()).filter(|lane| roster.lanes[*lane].party != speaker.party);
    let (mut taken, mut explained) = (false, false);
    for lane in others {
        explained |= findings.is_explained(lane, sequence);
        for slot in sides.iter().filter_map(|side| side.lanes[lane].get(sequence)) {
            if slot.hash == hash {
                return;
            }
            taken = true;
        }
    }
    if explained {
        return;
    }
    if taken {
        let detail = format!("{who} says that it holds entry {sequence} with hash {hash}");
        let at = At::Lane(by_lane, by_sequence);
        findings.add(DifferenceKind::Contradicts, at, None, detail);
    } else {
        let detail = format!("{who} says that it holds an entry here, which is in no record");
        let at = At::Stranger(None, Some(sequence));
        findings.add(DifferenceKind::Missing, at, None, detail);
    }
}

/// Where each entry is, by its hash. Only its first bytes are kept: what they lead to is compared whole.
struct Places(Vec<(u64, u8, u64)>);

impl Places {
    fn of(sides: [&Scanned; 2]) -> Self {
        let names_hashes = |claimed: &Claimed| !matches!(claimed.claim, Claim::Held { .. });
        if !sides.iter().any(|side| side.claims.iter().any(names_hashes)) {
            return Self(Vec::new());
        }
        let mut places = Vec::new();
        for (lane, at) in sides.iter().flat_map(|side| (0_u8..).zip(&side.lanes)) {
            places.extend(at.slots().iter().map(|slot| (start(slot.hash), lane, slot.sequence)));
        }
        places.sort_unstable();
        places.dedup();
        Self(places)
    }

    fn find<'a>(&self, sides: [&'a Scanned; 2], hash: EntryHash) -> Option<(usize, &'a Slot)> {
        let from = self.0.partition_point(|(first, ..)| *first < start(hash));
        self.0[from..].iter().take_while(|(first, ..)| *first == start(hash)).find_map(
            |(_, lane, sequence)| {
                let lane = usize::from(*lane);
                let slots = sides.into_iter().filter_map(|side| side.lanes[lane].get(*sequence));
                slots.into_iter().find(|slot| slot.hash == hash).map(|slot| (lane, slot))
            },
        )
    }
}

fn start(hash: EntryHash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = hash.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
