//! What a desk shows of the lines between others that it witnesses.
use keepclear_entry::{Entry, Payload};
use keepclear_line::message::{Lane, Mark, MessageKind};
use keepclear_line::quantity::{DeskId, Instant, Key, MessageId, Name};
use keepclear_line::view::Side;
use keepclear_line::{Body, Subject};
use keepclear_record::{
    Header, KeyError, LaneName, LaneOf, PartyOf, PublicKey, WitnessOf, read_key_change,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::desk::Desk;
use crate::journal::{
    Happening, Item, LANES, Place, State, Witnessed, WitnessedFacts, WitnessedLine, WitnessedParty,
    message_of, read_entry, side_of,
};

/// One line between two others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WitnessedView {
    /// The line's id, a UUID.
    pub line: String,
    /// Nothing on it is real.
    pub exercise: bool,
    /// Both parties.
    pub parties: Vec<WitnessedPartyView>,
    /// Who of them gives, or gave.
    pub givers: Vec<GiverView>,
    /// The four lanes.
    pub lanes: Vec<WitnessedLaneView>,
    /// Messages and hashes that were given, a message that came after its hash counted twice.
    pub given: usize,
    /// The two parties do not give the same line.
    pub contradicted: bool,
    /// Where they differ, the first hundred.
    pub differences: Vec<WitnessedDifferenceView>,
}

/// One of the two parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WitnessedPartyView {
    /// Its name.
    pub party: Name,
    /// Its desk.
    pub desk: DeskId,
    /// The key that signed its first entries.
    pub key: Key,
    /// Name and key are those of a card that two people compared with this desk; else they are what the
    /// other party says.
    pub by_own_card: bool,
}

/// A party that gives, or gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GiverView {
    /// Its desk.
    pub desk: DeskId,
    /// What this desk may read, as it says.
    pub reads: Vec<Subject>,
    /// Only what was said from then on.
    pub from: Instant,
    /// Since when it gives by this.
    pub since: Instant,
    /// When it gave no more.
    pub ended: Option<Instant>,
    /// It gave another history of a lane than the other party.
    pub differs: bool,
}

/// One lane as this desk holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WitnessedLaneView {
    /// Whose lane.
    pub desk: DeskId,
    /// Which of its two.
    pub lane: Lane,
    /// How many entries are known.
    pub entries: u64,
    /// How many of them by their hash alone.
    pub withheld: u64,
    /// The last one.
    pub head: Option<Mark>,
}

/// Where a party gave another hash than is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WitnessedDifferenceView {
    /// When it did.
    pub at: Instant,
    /// Who.
    pub giver: DeskId,
    /// Whose lane.
    pub desk: DeskId,
    /// Which of its two.
    pub lane: Lane,
    /// The place there.
    pub sequence: u64,
    /// What it gives as the message there.
    pub gives: MessageId,
    /// What was given before.
    pub held: MessageId,
}

/// Something that was given.
#[derive(Debug, Clone)]
pub struct WitnessedMessage {
    /// Its number among all that was given of the line, from 1.
    pub number: u64,
    /// Whose it is: `Us` is the first party.
    pub side: Side,
    /// Its lane.
    pub lane: Lane,
    /// Its place there.
    pub sequence: u64,
    /// Its id.
    pub message: MessageId,
    /// Who gave it.
    pub giver: DeskId,
    /// When it was durable here.
    pub stored_at: Instant,
    /// What it says; none where only its hash was given.
    pub said: Option<WitnessedEntry>,
}

/// What an entry says.
#[derive(Debug, Clone)]
pub struct WitnessedEntry {
    /// When it was said, by the clock of its side.
    pub at: Instant,
    /// The role that spoke.
    pub role: Option<Name>,
    /// Its kind; none for a change of the key.
    pub kind: Option<MessageKind>,
    /// The message.
    pub body: Option<Body>,
    /// The key that signs from there on.
    pub key: Option<Key>,
}

impl WitnessedView {
    fn of(state: &State, line: &WitnessedLine) -> Self {
        let WitnessedFacts { line: id, exercise, parties } = line.facts();
        let by_own_card = |party: &WitnessedParty| {
            let peer = state.peer(party.desk).filter(|peer| peer.confirmation().is_some());
            peer.is_some_and(|peer| {
                let key = Key(peer.first_key(Side::Them).to_bytes());
                peer.theirs().party() == &party.party && key == party.key
            })
        };
        let owner = |lane| line.charter().party(side_of(lane).0).desk;
        let givers = line.givers().iter().map(|(&desk, giver)| GiverView {
            desk,
            reads: giver.witness.reads.clone(),
            from: giver.witness.from,
            since: giver.since,
            ended: giver.ended,
            differs: giver.differs(),
        });
        let lanes = (0..LANES).map(|number| {
            let copy = &line.lanes()[number];
            WitnessedLaneView {
                desk: owner(number),
                lane: side_of(number).1,
                entries: copy.len(),
                withheld: copy.withheld(),
                head: copy.mark(copy.len()),
            }
        });
        let differences = line.differences().iter().map(|(at, differs)| {
            let number = usize::from(differs.lane);
            WitnessedDifferenceView {
                at: *at,
                giver: differs.giver,
                desk: owner(number),
                lane: side_of(number).1,
                sequence: differs.sequence,
                gives: differs.gives,
                held: differs.held,
            }
        });
        let parties = parties.iter().map(|party| WitnessedPartyView {
            party: party.party.clone(),
            desk: party.desk,
            key: party.key,
            by_own_card: by_own_card(party),
        });
        Self {
            line: Uuid::from_bytes(*id).to_string(),
            exercise: *exercise,
            parties: parties.collect(),
            givers: givers.collect(),
            lanes: lanes.collect(),
            given: line.order().len(),
            contradicted: !line.differences().is_empty(),
            differences: differences.collect(),
        }
    }
}

/// What an export of a witnessed line says first. `key` signs it.
///
/// # Errors
/// When a party's key is none, which a line that was taken has not.
pub fn witnessed_header(
    state: &State,
    facts: &WitnessedFacts,
    key: PublicKey,
    made_at: Instant,
) -> Result<Header, KeyError> {
    let charter = facts.charter();
    let party = |side: Side, of: &WitnessedParty| -> Result<PartyOf, KeyError> {
        let lane = |name, lane| LaneOf { name, node: charter.lane_node(side, lane) };
        Ok(PartyOf {
            party: of.party.to_string(),
            desk: Uuid::from_bytes(of.desk.0),
            key: PublicKey::from_bytes(&of.key.0)?,
            lanes: [lane(LaneName::Ordinary, Lane::Ordinary), lane(LaneName::Urgent, Lane::Urgent)],
        })
    };
    let [first, second] = &facts.parties;
    let exporter = Uuid::from_bytes(state.desk().0);
    let called = state.founded().party.to_string();
    Ok(Header {
        line: Uuid::from_bytes(facts.line),
        exercise: facts.exercise,
        exporter,
        made_at_us: made_at.0,
        parties: [party(Side::Us, first)?, party(Side::Them, second)?],
        witness: Some(WitnessOf { party: called, desk: exporter, key }),
    })
}

impl State {
    /// Every line between others, in the order of their ids.
    pub fn witnessed_views(&self) -> Vec<WitnessedView> {
        self.witnessed().all().map(|line| WitnessedView::of(self, line)).collect()
    }
}

impl Desk {
    /// Every line between others that this desk witnesses, or did.
    pub fn witnessed(&self) -> Vec<WitnessedView> {
        self.0.read(State::witnessed_views)
    }

    /// What a witnessed line is; none for one that is not known here.
    pub fn witnessed_line(&self, line: [u8; 16]) -> Option<WitnessedFacts> {
        self.0.read(|state| state.witnessed().line(line).map(|line| line.facts().clone()))
    }

    /// What was given of a line, in the order in which it came, after a number and at most `limit`.
    pub async fn witnessed_messages(
        &self,
        line: [u8; 16],
        after: u64,
        limit: usize,
    ) -> Vec<WitnessedMessage> {
        let places: Vec<Place> = self.0.read(|state| {
            let order = state.witnessed().line(line).map(WitnessedLine::order);
            let skip = usize::try_from(after).unwrap_or(usize::MAX);
            order.into_iter().flatten().skip(skip).take(limit).copied().collect()
        });
        let mut positions: Vec<u64> = places.iter().map(|place| place.position).collect();
        positions.dedup();
        let committed = self.0.committed_at(positions, usize::MAX).await;
        let read = committed.iter().filter_map(|committed| {
            let (_, entered) = read_entry(committed.position.get(), &committed.bytes).ok()?;
            let Happening::Witnessed(Witnessed::Items(given)) = entered.happening else {
                return None;
            };
            Some((entered.position, entered.at, given))
        });
        let read: Vec<_> = read.collect();
        let numbered = (after.saturating_add(1)..).zip(&places);
        let messages = numbered.filter_map(|(number, place)| {
            let (_, stored_at, given) =
                read.iter().find(|(position, ..)| *position == place.position)?;
            let (sequence, item) = given.items.get(place.item)?;
            let (side, lane) = side_of(place.lane);
            let said = match item {
                Item::Entry(bytes) => Some(said(bytes)?),
                Item::Withheld(_) => None,
            };
            Some(WitnessedMessage {
                number,
                side,
                lane,
                sequence: *sequence,
                message: message_of(item.hash()),
                giver: given.giver,
                stored_at: *stored_at,
                said,
            })
        });
        messages.collect()
    }
}

fn said(bytes: &[u8]) -> Option<WitnessedEntry> {
    let entry = Entry::decode(bytes).ok()?;
    let envelope = match &entry.payload {
        Payload::Inline(payload) => keepclear_line::decode(entry.kind, payload.as_bytes()).ok(),
        Payload::Aside(_) => None,
    };
    let key = read_key_change(&entry).map(|key| Key(key.to_bytes()));
    let (role, body) = envelope.map_or((None, None), |said| (said.role, Some(said.body)));
    let kind = body.as_ref().map(Body::kind);
    Some(WitnessedEntry { at: Instant(entry.proposed_at.0), role, kind, body, key })
}
