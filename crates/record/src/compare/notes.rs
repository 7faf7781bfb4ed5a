//! Checkpoints in the two files, and the signed last line of each.
//!
//! A root that is wrong because an entry is follows from the entry, which is named already.

use super::findings::{At, DifferenceKind, Findings};
use crate::checkpoint::read_signed;
use crate::scan::{Lane, Roster, Scanned, Seal, roots_at};
use crate::{Checkpoint, PublicKey, Root, desk_key_name, export_origin, lane_origin};
use uuid::Uuid;

/// Every key that a party had, under its desk's name, and that of a witness who exported.
pub(crate) fn signers(sides: &[&Scanned], roster: &Roster) -> Vec<(Uuid, String, PublicKey)> {
    let mut signers = Vec::new();
    for side in sides {
        for (of, lane) in roster.lanes.iter().zip(&side.lanes) {
            for key in lane.keys.all() {
                let signer = (of.desk, desk_key_name(of.desk), *key);
                if !signers.contains(&signer) {
                    signers.push(signer);
                }
            }
        }
        let witness = side.header.witness.iter();
        signers.extend(witness.map(|it| (it.desk, desk_key_name(it.desk), it.key)));
    }
    signers
}

/// Every key that a party had.
pub(super) fn parties(sides: &[&Scanned], roster: &Roster) -> Vec<(Uuid, String, PublicKey)> {
    let is_party = |desk: &Uuid| roster.lanes.iter().any(|lane| lane.desk == *desk);
    signers(sides, roster).into_iter().filter(|(desk, ..)| is_party(desk)).collect()
}

/// Whether each file is as its exporter signed it.
pub(super) fn sealed(sides: [&Scanned; 2], roster: &Roster) -> [bool; 2] {
    let signers = signers(&sides, roster);
    sides.map(|of| of.seal.as_ref().is_some_and(|seal| wrong_seal(of, seal, &signers).is_none()))
}

/// A checkpoint line that could be read.
struct Held {
    line: u64,
    lane: usize,
    checkpoint: Checkpoint,
    is_signed: bool,
    note: String,
}

pub(super) fn check(
    sides: [&Scanned; 2],
    names: [&str; 2],
    roster: &Roster,
    findings: &mut Findings,
) {
    let signers = signers(&sides, roster);
    // One record beside itself is looked at once.
    let files = if std::ptr::eq(sides[0], sides[1]) { 1 } else { 2 };
    for side in 0..files {
        check_checkpoints(side, sides, names[side], roster, &signers, findings);
        check_seal(side, sides[side], names[side], &signers, findings);
    }
}

fn check_checkpoints(
    side: usize,
    sides: [&Scanned; 2],
    name: &str,
    roster: &Roster,
    signers: &[(Uuid, String, PublicKey)],
    findings: &mut Findings,
) {
    let of = sides[side];
    let (held, refused) = held(of, roster, signers);
    for (line, reason) in refused {
        let detail = format!("{name}, line {line}, checkpoint: {reason}");
        findings.add(DifferenceKind::Altered, At::File, Some(side), detail);
    }
    for lane in 0..roster.lanes.len() {
        let here = || held.iter().filter(|held| held.lane == lane);
        let sizes = || here().map(|held| held.checkpoint.size);
        let roots = roots_at(&of.lanes[lane], sizes());
        // The other record may hold what this one lost.
        let elsewhere = roots_at(&sides[1 - side].lanes[lane], sizes());
        let [own, other] = [side, 1 - side].map(|side| &sides[side].lanes[lane]);
        let (last, unproven) = (own.last(), first_unproven(own, other));
        let rooted = Rooted { name, last, unproven, roots: &roots, elsewhere: &elsewhere };
        for held in here() {
            check_one(side, held, &rooted, findings);
        }
    }
}

struct Rooted<'r> {
    name: &'r str,
    /// The last place of the lane.
    last: u64,
    /// The first of which nothing but checkpoints can say whether it is right.
    unproven: Option<u64>,
    roots: &'r [(u64, Root)],
    elsewhere: &'r [(u64, Root)],
}

fn check_one(side: usize, held: &Held, rooted: &Rooted<'_>, findings: &mut Findings) {
    let Held { line, lane, checkpoint, is_signed, .. } = held;
    let (size, name) = (checkpoint.size, rooted.name);
    let at = At::Lane(*lane, size);
    if !is_signed {
        let detail = format!(
            "{name}, line {line}: the checkpoint over {size} entries is signed by no party and no witness"
        );
        findings.add(DifferenceKind::Forged, at, Some(side), detail);
        return;
    }
    let told = (size, checkpoint.root);
    if rooted.roots.contains(&told)
        || rooted.elsewhere.contains(&told)
        || findings.is_explained_through(*lane, size)
    {
        return;
    }
    let last = rooted.last;
    let (kind, at, detail) = if last < size {
        let detail = format!(
            "{name}, line {line}: a signed checkpoint covers {size} entries, {last} are here"
        );
        (DifferenceKind::Missing, At::Lane(*lane, last + 1), detail)
    } else if let Some(first) = rooted.unproven.filter(|it| *it <= size) {
        let detail = format!(
            "{name}, line {line}: with the hashes of what is withheld from entry {first} on, the entries up to \
             {size} have another root than the signed checkpoint over them says"
        );
        (DifferenceKind::Altered, At::Lane(*lane, first), detail)
    } else {
        let detail = format!(
            "{name}, line {line}: the entries up to here have another root than the signed checkpoint over {size} says"
        );
        (DifferenceKind::Contradicts, at, detail)
    };
    findings.add(kind, at, Some(side), detail);
}

/// The first withheld place that neither the signed entry behind it nor the other record bears out.
fn first_unproven(own: &Lane, other: &Lane) -> Option<u64> {
    let behind = own.slots().iter().skip(1).map(Some).chain([None]);
    let mut pairs = own.slots().iter().zip(behind);
    let found = pairs.find(|(slot, behind)| {
        let is_named = || {
            behind.is_some_and(|behind| {
                !behind.is_withheld() && slot.sequence.checked_add(1) == Some(behind.sequence)
            })
        };
        let is_held = || other.get(slot.sequence).is_some_and(|it| !it.is_withheld());
        slot.is_withheld() && !is_named() && !is_held()
    });
    found.map(|(slot, _)| slot.sequence)
}

fn held(
    of: &Scanned,
    roster: &Roster,
    signers: &[(Uuid, String, PublicKey)],
) -> (Vec<Held>, Vec<(u64, String)>) {
    let (mut held, mut refused) = (Vec::new(), Vec::new());
    for (line, note) in &of.checkpoints {
        let keys = signers.iter().map(|(_, name, key)| (name.as_str(), key));
        let (checkpoint, is_signed) = match read_signed(note, keys) {
            Ok(read) => read,
            Err(error) => {
                refused.push((*line, error.to_string()));
                continue;
            }
        };
        let lane = roster
            .lanes
            .iter()
            .position(|lane| checkpoint.origin == lane_origin(of.header.line, lane.node));
        match lane {
            Some(lane) => {
                held.push(Held { line: *line, lane, checkpoint, is_signed, note: note.clone() });
            }
            None => refused.push((*line, "its origin is no lane of this line".to_owned())),
        }
    }
    (held, refused)
}

fn check_seal(
    side: usize,
    of: &Scanned,
    name: &str,
    signers: &[(Uuid, String, PublicKey)],
    findings: &mut Findings,
) {
    let Some(seal) = &of.seal else { return };
    // What was changed in the file is named already.
    if findings.is_blamed(side) {
        return;
    }
    if let Some(wrong) = wrong_seal(of, seal, signers) {
        let detail = format!("{name}, line {}, signed: {wrong}", seal.line);
        findings.add(DifferenceKind::Altered, At::File, Some(side), detail);
    }
}

/// Why the signed last line is not what it should be.
fn wrong_seal(of: &Scanned, seal: &Seal, signers: &[(Uuid, String, PublicKey)]) -> Option<String> {
    let exporter = of.header.exporter;
    let keys = signers.iter().filter(|(desk, ..)| *desk == exporter);
    let expected = Checkpoint::new(export_origin(of.header.line, exporter), seal.size, seal.root);
    match read_signed(&seal.note, keys.map(|(_, name, key)| (name.as_str(), key))) {
        Err(error) => Some(error.to_string()),
        Ok((_, false)) => Some("not signed by the desk that made the export".to_owned()),
        Ok((told, true)) if told == expected => None,
        Ok((told, true)) => Some(format!(
            "signed over {} lines with root {}, but the {} lines before it have root {}: a line of \
             this export is not as its party signed it",
            told.size, told.root, expected.size, expected.root
        )),
    }
}

/// The largest checkpoint of each lane that a party signed and that is right. What is withheld under one has
/// not been verified, whoever signed the checkpoint.
pub(super) fn right_checkpoints(of: &Scanned, roster: &Roster) -> Vec<String> {
    let (held, _) = held(of, roster, &parties(&[of], roster));
    let largest = |lane: usize| {
        let withheld = of.lanes[lane].slots().iter().find(|slot| slot.is_withheld());
        let seen = withheld.map_or(u64::MAX, |first| first.sequence - 1);
        let is_right = |it: &&Held| it.lane == lane && it.is_signed && it.checkpoint.size <= seen;
        let here: Vec<&Held> = held.iter().filter(is_right).collect();
        let roots = roots_at(&of.lanes[lane], here.iter().map(|held| held.checkpoint.size));
        let right = here.into_iter().filter(|held| {
            held.checkpoint.size > 0
                && roots.contains(&(held.checkpoint.size, held.checkpoint.root))
        });
        right.max_by_key(|held| held.checkpoint.size).map(|held| held.note.clone())
    };
    (0..roster.lanes.len()).filter_map(largest).collect()
}
