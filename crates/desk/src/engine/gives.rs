//! What a witness is given of our lines: the entries that both sides agreed it may read, and the hashes
//! of all others.
//!
//! What may be read is asked of the line at the moment of giving, so that a dismissal ends it at once.

use bytes::Bytes;
use keepclear_line::message::{Lane, Mark};
use keepclear_line::quantity::{DeskId, Key};
use keepclear_line::view::Side;
use minicbor::bytes::ByteVec;

use super::Shared;
use crate::journal::{
    Item, LANES, LINES_MAX, LaneHeld, One, Peer, State, WitnessedFacts, WitnessedParty, line_entry,
    message_of,
};
use crate::sync::{Asked, Given, HeldLine};

/// Bytes of items of one answer: half of what it may have.
const ROOM: usize = 512 << 10;
/// Items of one answer, and how many of them may have to be read from the disk.
const ITEMS_MAX: usize = 8_192;
const READS_MAX: usize = 256;

/// Something that will be given.
enum Planned {
    Here(Item),
    At(u64),
}

/// What is left to be given in an answer.
struct Budget {
    room: usize,
    items: usize,
    reads: usize,
}

impl Shared {
    /// Everything that `asker` may be given at this moment, after what it holds.
    pub async fn given_to(&self, asker: DeskId, asked: &Asked) -> Vec<Given> {
        let planned = self.read(|state| plan(state, asker, asked));
        let mut room = ROOM;
        let mut all = Vec::new();
        for (mut given, lanes) in planned {
            for (lane, planned) in given.lanes.iter_mut().zip(lanes) {
                lane.items = self.fetched(planned, &mut room).await;
            }
            all.push(given);
        }
        all
    }

    /// With what lies on the disk; ends before what has no room any more.
    async fn fetched(&self, planned: Vec<Planned>, room: &mut usize) -> Vec<Item> {
        let positions = planned.iter().filter_map(|planned| match planned {
            Planned::Here(_) => None,
            Planned::At(position) => Some(*position),
        });
        let mut read = self.committed_at(positions.collect(), *room).await.into_iter();
        let mut items = Vec::new();
        for planned in planned {
            let item = match planned {
                Planned::Here(item) => Some(item),
                Planned::At(position) => read
                    .next()
                    .filter(|committed| committed.position.get() == position)
                    .and_then(|committed| line_entry(position, &committed.bytes))
                    .map(|bytes| Item::Entry(ByteVec::from(bytes))),
            };
            let Some(item) = item else { break };
            // Of an entry larger than that the answer still has room for one.
            if item.size() > *room && *room < ROOM {
                *room = 0;
                break;
            }
            *room = room.saturating_sub(item.size());
            items.push(item);
        }
        items
    }
}

fn plan(state: &State, asker: DeskId, asked: &Asked) -> Vec<(Given, [Vec<Planned>; LANES])> {
    let asker = state.peer(asker).filter(|peer| peer.confirmation().is_some());
    let Some(asker) = asker else { return Vec::new() };
    let key = Key(asker.lane(Side::Them, Lane::Ordinary).key().to_bytes());
    let mut budget = Budget { room: ROOM, items: ITEMS_MAX, reads: READS_MAX };
    let lines = state.peers().filter(|peer| peer.desk() != asker.desk());
    let planned = lines.filter_map(|line| {
        let witness = line.line().witness(asker.desk()).filter(|witness| witness.key == key)?;
        let facts = facts(line);
        let held = asked.lines.iter().find(|held| held.line == facts.line);
        let held = held.map(|HeldLine { held, .. }| *held).unwrap_or_default();
        let sides = sides(line);
        let mut lanes: [Vec<Planned>; LANES] = Default::default();
        let mut given = Given {
            facts,
            witness: witness.clone(),
            heads: sides.map(|(side, lane)| head(line.lane(side, lane))),
            lanes: Default::default(),
        };
        for (number, (side, lane)) in sides.into_iter().enumerate() {
            let after = held[number];
            given.lanes[number].contradicts = contradicts(line.lane(side, lane), after);
            if given.lanes[number].contradicts.is_none() {
                let after = after.map_or(0, |mark| mark.sequence);
                let place = (side, lane, after);
                lanes[number] = plan_lane(line, asker.desk(), place, &mut budget);
            }
        }
        Some((given, lanes))
    });
    planned.take(LINES_MAX).collect()
}

fn plan_lane(
    line: &Peer,
    asker: DeskId,
    (side, lane, after): (Side, Lane, u64),
    budget: &mut Budget,
) -> Vec<Planned> {
    let held = line.lane(side, lane);
    let mut planned = Vec::new();
    for sequence in after.saturating_add(1)..=held.len() {
        if budget.items == 0 || budget.room == 0 || budget.reads == 0 {
            break;
        }
        let Some(hash) = held.hash(sequence) else { break };
        let readable =
            held.changes_key(sequence) || line.line().may_witness_read(asker, side, lane, sequence);
        let item = match readable.then(|| held.one(sequence)).flatten() {
            None => Planned::Here(Item::Withheld(message_of(hash))),
            Some(One::Entry(bytes)) => Planned::Here(entry(&bytes)),
            Some(One::Position(position)) => Planned::At(position),
        };
        match &item {
            Planned::Here(item) => budget.room = budget.room.saturating_sub(item.size()),
            Planned::At(_) => budget.reads -= 1,
        }
        budget.items -= 1;
        planned.push(item);
    }
    planned
}

fn entry(bytes: &Bytes) -> Item {
    Item::Entry(ByteVec::from(bytes.to_vec()))
}

/// Both sides' lanes in the order that every party and witness uses.
fn sides(line: &Peer) -> [(Side, Lane); LANES] {
    let charter = line.line().charter();
    let [first, second] = match charter.us.desk < charter.them.desk {
        true => [Side::Us, Side::Them],
        false => [Side::Them, Side::Us],
    };
    let (ordinary, urgent) = (Lane::Ordinary, Lane::Urgent);
    [(first, ordinary), (first, urgent), (second, ordinary), (second, urgent)]
}

fn facts(line: &Peer) -> WitnessedFacts {
    let charter = line.line().charter();
    let mut parties = [Side::Us, Side::Them].map(|side| {
        let party = charter.party(side);
        let key = Key(line.first_key(side).to_bytes());
        WitnessedParty { party: party.name.clone(), desk: party.desk, key }
    });
    parties.sort_by_key(|party| party.desk);
    WitnessedFacts { line: line.log().id, exercise: charter.exercise, parties }
}

fn head(held: &LaneHeld) -> Option<Mark> {
    let sequence = held.len();
    held.hash(sequence).map(|hash| Mark { sequence, message: message_of(hash) })
}

/// What stands at the asker's place, where the asker holds something else there. One who holds more than
/// this desk does not contradict it.
fn contradicts(held: &LaneHeld, asked: Option<Mark>) -> Option<Mark> {
    let Mark { sequence, message } = asked?;
    let stands = message_of(held.hash(sequence)?);
    (stands != message).then_some(Mark { sequence, message: stands })
}
