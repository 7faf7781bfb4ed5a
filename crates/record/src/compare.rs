//! What two parties' records of one line say differently, found without either party's help.
//!
//! Each cause is named once. An altered entry also breaks the chain behind it, the checkpoint over it
//! and the signature over its file; those follow from it and are not repeated.

mod asides;
mod bytes;
mod claims;
mod findings;
mod headers;
mod notes;
mod place;
mod verified;
mod walk;

use crate::format::LaneName;
use crate::read::{ReadError, open};
use crate::scan::{Roster, Scan, Scanned, covers};
use crate::{Header, checkpoint::lane_origin};
use bytes::Sources;
pub(crate) use claims::Claimed;
pub use claims::{Claim, Claims, NoClaims};
use findings::Findings;
pub use findings::{Difference, DifferenceKind};
use keepclear_entry::NodeId;
pub(crate) use notes::signers;
use std::io::{Read, Seek, SeekFrom};
pub use verified::{Verified, VerifiedError};

/// What is allowed without being a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How far apart clocks may be, microseconds.
    pub clock_max_us: i64,
}

impl Default for Limits {
    /// Five seconds, as F3548-21 allows clocks.
    fn default() -> Self {
        Self { clock_max_us: 5_000_000 }
    }
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// One of the files.
    #[error("the {} record {error}", if *.second { "second" } else { "first" })]
    Unreadable {
        /// Whether it is the second file.
        second: bool,
        /// Why.
        error: ReadError,
    },
    /// What is said to be verified.
    #[error(transparent)]
    Verified(#[from] VerifiedError),
}

/// The answer about two records.
#[derive(Debug)]
pub struct Comparison {
    /// Everything that differs, lane by lane.
    pub differences: Vec<Difference>,
    /// What each file says about itself.
    pub headers: [Header; 2],
    /// Entries in each file.
    pub entries: [u64; 2],
    /// Places in each file of which there is only the hash.
    pub withheld: [u64; 2],
    /// Whether checkpoints that were verified before spared the signatures under them.
    pub used_verified: bool,
}

/// The answer about one record.
#[derive(Debug)]
pub struct Verification {
    /// Everything that is wrong with it.
    pub differences: Vec<Difference>,
    /// What it says about itself.
    pub header: Header,
    /// Its entries.
    pub entries: u64,
    /// Places of which it has only the hash.
    pub withheld: u64,
    /// Each lane.
    pub lanes: Vec<LaneCount>,
    /// The largest checkpoint of each lane that is signed by a party and right, and under which nothing is withheld.
    pub checkpoints: Vec<String>,
}

/// What one record has of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneCount {
    /// Whose it is.
    pub party: String,
    /// Which.
    pub name: LaneName,
    /// Its node.
    pub node: NodeId,
    /// Entries that hold.
    pub entries: u64,
    /// Places of which there is only the hash, and nothing speaks against it.
    pub withheld: u64,
}

/// Compares two exports. Which comes first does not matter but for the words.
///
/// # Errors
/// [`CompareError`] when a file cannot be read to its signed last line.
pub fn compare<A, B>(
    first: A,
    second: B,
    limits: Limits,
    verified: &Verified,
    claims: &impl Claims,
) -> Result<Comparison, CompareError>
where
    A: Read + Seek + Send,
    B: Read + Seek + Send,
{
    let of_first = |error| CompareError::Unreadable { second: false, error };
    let of_second = |error| CompareError::Unreadable { second: true, error };
    let first = open(first).map_err(of_first)?;
    let second = open(second).map_err(of_second)?;
    let headers = [first.header.clone(), second.header.clone()];
    let [a, b] = &headers;
    let mut findings = Findings::default();
    let plain = Roster::of(a, b);
    let agree = headers::compare(a, b, &mut findings);
    let mut roster = plain.clone();
    if agree {
        verified.cover(a.line, &mut roster);
    }
    let clock_max_us = limits.clock_max_us;
    let scan = Scan { roster: &roster, reference: None, claims, clock_max_us };
    let (mut a, mut first) = scan.run(first).map_err(of_first)?;
    let used_verified = roster.lanes.iter().any(|lane| lane.covered > 0);
    let holds = !used_verified || holds_what_is_covered(&a, &roster, verified);
    if !holds {
        // Not the entries that were verified: everything has to be looked at.
        first.seek(SeekFrom::Start(0)).map_err(|error| of_first(error.into()))?;
        let scan = Scan { roster: &plain, reference: None, claims, clock_max_us };
        (a, first) = scan.run(open(first).map_err(of_first)?).map_err(of_first)?;
    }
    let scan = Scan { roster: &plain, reference: Some(&a), claims, clock_max_us };
    let (mut b, second) = scan.run(second).map_err(of_second)?;
    if agree {
        verified.check_signers([&a, &b], &plain)?;
    }
    place::promote(&mut a, &b);
    place::promote(&mut b, &a);
    let mut sources = Sources::two(first, second);
    let (entries, withheld) = ([a.entries, b.entries], [a.withheld, b.withheld]);
    if headers[0].line == headers[1].line {
        examine([&a, &b], &plain, &mut sources, clock_max_us, &mut findings)?;
    }
    let differences = findings.into_differences(&plain);
    let used_verified = used_verified && holds;
    Ok(Comparison { differences, headers, entries, withheld, used_verified })
}

/// Verifies one export by itself: everything that [`compare`] would say of it beside its equal.
///
/// # Errors
/// [`ReadError`] when it cannot be read to its signed last line.
pub fn verify<R: Read + Seek + Send>(
    file: R,
    limits: Limits,
    claims: &impl Claims,
) -> Result<Verification, CompareError> {
    let unreadable = |error| CompareError::Unreadable { second: false, error };
    let opened = open(file).map_err(unreadable)?;
    let header = opened.header.clone();
    let roster = Roster::of(&header, &header);
    let clock_max_us = limits.clock_max_us;
    let scan = Scan { roster: &roster, reference: None, claims, clock_max_us };
    let (scanned, file) = scan.run(opened).map_err(unreadable)?;
    let mut findings = Findings::default();
    let mut sources = Sources::one(file);
    examine([&scanned, &scanned], &roster, &mut sources, clock_max_us, &mut findings)?;
    let checkpoints = notes::right_checkpoints(&scanned, &roster);
    let lanes = roster.lanes.iter().zip(&scanned.lanes).map(|(of, lane)| {
        let withheld = lane.slots().iter().filter(|slot| slot.is_withheld()).count() as u64;
        let entries = lane.slots().len() as u64 - withheld;
        LaneCount { party: of.party.clone(), name: of.name, node: of.node, entries, withheld }
    });
    Ok(Verification {
        lanes: lanes.collect(),
        withheld: scanned.withheld,
        entries: scanned.entries,
        differences: findings.into_differences(&roster),
        checkpoints,
        header,
    })
}

fn holds_what_is_covered(scanned: &Scanned, roster: &Roster, verified: &Verified) -> bool {
    let line = scanned.header.line;
    scanned.lanes.iter().zip(&roster.lanes).all(|(lane, of)| {
        // Where entries were moved or have rivals, which of them the root is over is not plain.
        of.covered == 0
            || lane.moved.is_empty()
                && verified
                    .of(&lane_origin(line, of.node))
                    .is_some_and(|checkpoint| covers(lane, checkpoint))
    })
}

/// Everything after the two files have been read.
fn examine(
    sides: [&Scanned; 2],
    roster: &Roster,
    sources: &mut Sources<'_>,
    clock_max_us: i64,
    findings: &mut Findings,
) -> Result<(), CompareError> {
    let placed = place::Placed::of(sides);
    placed.report(sides, sources, findings)?;
    let sealed = notes::sealed(sides, roster);
    for lane in 0..roster.lanes.len() {
        walk::lane(sides, lane, &placed, sealed, clock_max_us, sources, findings)?;
    }
    let names = [0, 1].map(|side| sources.name(side));
    asides::check(sides, names, findings);
    claims::check(sides, roster, clock_max_us, findings);
    notes::check(sides, names, roster, findings);
    Ok(())
}
