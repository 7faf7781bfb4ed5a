//! Two headers of one line: what every entry is checked against, and where they disagree.

use super::findings::{At, DifferenceKind, Findings};
use crate::lanes::LaneKeys;
use crate::scan::{Roster, RosterLane};
use crate::{Header, PartyOf};
use std::fmt::Display;

impl Roster {
    /// Everything that either header names. Where they name two keys, entries may be signed by either:
    /// that the headers disagree is said once and not again for every entry.
    pub(crate) fn of(a: &Header, b: &Header) -> Self {
        let exercise = (a.exercise == b.exercise).then_some(a.exercise);
        let mut roster = Self { log: a.log(), exercise, lanes: Vec::new() };
        for party in a.parties.iter().chain(&b.parties) {
            let mut keys = vec![party.key];
            for other in a.parties.iter().chain(&b.parties) {
                if other.desk == party.desk && !keys.contains(&other.key) {
                    keys.push(other.key);
                }
            }
            for lane in party.lanes {
                if roster.lanes.iter().all(|known| known.node != lane.node) {
                    roster.lanes.push(RosterLane {
                        node: lane.node,
                        name: lane.name,
                        party: party.party.clone(),
                        desk: party.desk,
                        keys: LaneKeys::new(keys.clone()),
                        covered: 0,
                    });
                }
            }
        }
        roster
    }
}

/// Names where two headers disagree. Who exported and when is each header's own.
pub(super) fn compare(a: &Header, b: &Header, findings: &mut Findings) -> bool {
    let mut agree = true;
    let mut disagree = |field: &str, one: &dyn Display, other: &dyn Display| {
        let detail = format!(
            "the headers disagree about {field}: the first record says {one}, the second {other}"
        );
        findings.add(DifferenceKind::Contradicts, At::File, None, detail);
        agree = false;
    };
    if a.line != b.line {
        disagree("the line", &a.line, &b.line);
        return false;
    }
    if a.exercise != b.exercise {
        disagree("exercise", &a.exercise, &b.exercise);
    }
    let desks = |header: &Header| {
        let mut desks = header.parties.each_ref().map(|party| party.desk.to_string());
        desks.sort_unstable();
        desks.join(" and ")
    };
    if desks(a) != desks(b) {
        disagree("the desks", &desks(a), &desks(b));
    }
    for party in &a.parties {
        let Some(other) = b.parties.iter().find(|other| other.desk == party.desk) else { continue };
        let desk = party.desk;
        if party.party != other.party {
            disagree(&format!("the name of desk {desk}"), &party.party, &other.party);
        }
        if party.key != other.key {
            disagree(&format!("the key of desk {desk}"), &party.key, &other.key);
        }
        if lanes(party) != lanes(other) {
            disagree(&format!("the lanes of desk {desk}"), &lanes(party), &lanes(other));
        }
    }
    agree
}

fn lanes(party: &PartyOf) -> String {
    let mut lanes = party.lanes.map(|lane| format!("{} {}", lane.name, lane.node));
    lanes.sort_unstable();
    lanes.join(", ")
}
