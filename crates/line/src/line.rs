//! One line as one end holds it: what both sides said, what may be said next, and what is shown.
//!
//! Messages go in with [`Line::said`] and [`Line::heard`] once they are durable, in the order of this
//! desk's journal; replaying the journal gives the same line. Nothing that depends on the time of day
//! is kept: it is computed when somebody looks.

mod changes;
mod digest;
mod duties;
mod judge;
mod look;
mod namings;
mod rows;
mod take;
mod voice;
mod witnesses;

use std::collections::{BTreeMap, BTreeSet};

use keepclear_entry::{LogId, NodeId};
use sha2::{Digest, Sha256};

use crate::alarms;
use crate::codec::CodecError;
use crate::exchange::Exchange;
use crate::health::Health;
use crate::held::{At, Messages, Past};
use crate::message::{Body, Envelope, Lane, Mark, Seen};
use crate::quantity::{DeskId, ExchangeId, Instant, MessageId, Name};
use crate::refusal::Refusal;
use crate::sides::{Lanes, Sides};
use crate::stored::Stored;
use crate::view::{Alarm, ExchangeView, LineView, Shelving, Side};
use voice::Voice;

pub use judge::needs_role;
pub use look::FAULTS_SHOWN;
pub use rows::{Fields, Row, Rows};
pub use witnesses::DISMISSED_SHOWN;

/// Stands before what a lane's node id is the hash of.
const LANE_DOMAIN: &[u8] = b"keepclear lane v1\0";

/// One of the two parties of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// As it is called on screens and in the record.
    pub name: Name,
    /// Its desk.
    pub desk: DeskId,
}

/// What a line is, from one end. The other end has the same with the parties exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    /// Which line.
    pub line: LogId,
    /// Nothing on it is real.
    pub exercise: bool,
    /// The party whose desk this is.
    pub us: Party,
    /// The other one.
    pub them: Party,
}

impl Charter {
    /// The party at one end.
    pub fn party(&self, side: Side) -> &Party {
        match side {
            Side::Us => &self.us,
            Side::Them => &self.them,
        }
    }

    /// The node whose entries are this lane of this side: the first 16 bytes of the SHA-256 of a
    /// domain, the line's id, the desk's id, and 0 for the ordinary lane or 1 for the urgent one.
    pub fn lane_node(&self, side: Side, lane: Lane) -> NodeId {
        let lane = match lane {
            Lane::Ordinary => [0],
            Lane::Urgent => [1],
        };
        let hash = Sha256::new_with_prefix(LANE_DOMAIN)
            .chain_update(self.line.id)
            .chain_update(self.party(side).desk.0)
            .chain_update(lane)
            .finalize();
        let mut node = [0; 16];
        node.copy_from_slice(&hash[..16]);
        NodeId(node)
    }

    /// Which side's lane a node is; `None` for a node that is none of the four.
    pub fn lane_of(&self, node: NodeId) -> Option<(Side, Lane)> {
        let sides = [Side::Us, Side::Them].into_iter();
        sides
            .flat_map(|side| Lane::ALL.map(|lane| (side, lane)))
            .find(|&(side, lane)| self.lane_node(side, lane) == node)
    }
}

/// What the entry of a message says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Hash of the entry, its signature included.
    pub message: MessageId,
    /// The lane whose node wrote it.
    pub lane: Lane,
    /// Its place there.
    pub sequence: u64,
    /// When it was said, by the clock of the side that said it.
    pub said_at: Instant,
}

/// Where an exchange is kept: by its id and its lane, because of two messages in two lanes nobody can
/// say which came first. What one lane says is judged by that lane alone.
pub(crate) type Place = (ExchangeId, Lane);

/// One line from one end.
#[derive(Debug, Clone)]
pub struct Line {
    charter: Charter,
    messages: Messages,
    exchanges: BTreeMap<Place, Exchange>,
    /// Exchanges in the order in which this end learned of them.
    order: Vec<Place>,
    /// Exchanges that want somebody until something is said.
    open: BTreeSet<Place>,
    /// Exchanges that want somebody until a time, and that time.
    open_until: BTreeSet<(Instant, Place)>,
    until: BTreeMap<Place, Instant>,
    /// Exchanges that stand otherwise than when somebody last took this.
    touched: BTreeSet<ExchangeId>,
    /// What each side said of the line itself.
    voices: Sides<Voice>,
    /// How far the other desk has sent receipts for our lanes.
    reached: Lanes<u64>,
    /// Their messages that call for a receipt, and their receipts that call for a dispute.
    owed: BTreeSet<At>,
    /// Messages of ours outside of exchanges that the other desk has not said to have.
    undelivered: BTreeSet<At>,
    /// Their messages that broke a rule.
    faults: Vec<At>,
}

impl Line {
    /// A line on which nothing was said.
    pub fn new(charter: Charter) -> Self {
        Self {
            charter,
            messages: Messages::default(),
            exchanges: BTreeMap::new(),
            order: Vec::new(),
            open: BTreeSet::new(),
            open_until: BTreeSet::new(),
            until: BTreeMap::new(),
            touched: BTreeSet::new(),
            voices: Sides::default(),
            reached: Lanes::default(),
            owed: BTreeSet::new(),
            undelivered: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// What it was founded as.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// What may be said at this moment, and the lane that it goes into. Whether a person is needed to
    /// say it is told by [`needs_role`](crate::needs_role).
    ///
    /// # Errors
    /// [`Refusal`] with the rule that it would break; the same rule judges the other side.
    pub fn check(&self, now: Instant, body: &Body) -> Result<Lane, Refusal> {
        crate::codec::check_body(body)?;
        if let Err(error) = Stored::of(body) {
            return Err(Refusal::Geometry {
                field: format!("volumes[{}]", error.volume),
                reason: error.to_string(),
            });
        }
        let lane = self.lane_for(body)?;
        self.is_free(body)?;
        self.judge(Side::Us, now, body, lane, Past::ALL).map(|()| lane)
    }

    /// A message of ours is durable here. Saying the same one twice changes nothing.
    pub fn said(&mut self, stamp: Stamp, envelope: Envelope) {
        self.take(Side::Us, stamp, stamp.said_at, Ok(envelope), None);
    }

    /// A message of theirs is durable here since `stored_at`; `stored` is what the journal keeps of
    /// its shared fields, if it has any and they could be kept. One that breaks a rule is kept, has no
    /// effect and becomes a fault. Hearing the same one twice changes nothing.
    pub fn heard(
        &mut self,
        stamp: Stamp,
        stored_at: Instant,
        envelope: Result<Envelope, CodecError>,
        stored: Option<Stored>,
    ) {
        self.take(Side::Them, stamp, stored_at, envelope, stored);
    }

    /// What the desk itself owes, in the order in which it has to be said: receipts, and disputes of
    /// read-backs that differ. Each is owed until it was [`said`](Line::said).
    pub fn duties(&self) -> Vec<Body> {
        self.owed.iter().filter_map(|&at| self.duty(at)).collect()
    }

    /// How much of what the other side said is held here: goes into the next envelope.
    pub fn seen(&self) -> Seen {
        let mark = |lane| {
            let last = self.messages.last(Side::Them, lane)?;
            Some(Mark { sequence: last.sequence, message: last.id })
        };
        Seen { ordinary: mark(Lane::Ordinary), urgent: mark(Lane::Urgent) }
    }

    /// Everything that a person sees of the line itself, and every alarm. It looks at each exchange
    /// that wants somebody: a desk that looks often keeps [`Rows`] instead.
    pub fn view(
        &self,
        now: Instant,
        health: &Health,
        shelved: &BTreeMap<String, Shelving>,
    ) -> LineView {
        let mut alarms = self.own_alarms(now, health);
        let rows = self.wanted_ids(now).into_iter().filter_map(|id| self.row(id, now));
        alarms.extend(rows.flat_map(|row| row.alarms));
        alarms::put_in_order(&mut alarms, now, shelved);
        self.view_with(now, health, alarms)
    }

    /// The same with alarms that were found before.
    pub fn view_with(&self, now: Instant, health: &Health, alarms: Vec<Alarm>) -> LineView {
        self.look(now, health, alarms)
    }

    /// Alarms about the line itself, none out of sight.
    pub fn own_alarms(&self, now: Instant, health: &Health) -> Vec<Alarm> {
        alarms::of_the_line(self, now, &self.health_view(now, health), &self.terms())
    }

    /// The role that this desk's own words put on watch, whether the other desk has them or not: the
    /// one that its messages name.
    pub fn our_role(&self, now: Instant) -> Option<&Name> {
        self.voices[Side::Us].watch(now, u64::MAX).map(|watch| &watch.role)
    }

    /// Whether a message is held here, could be read, and broke no rule.
    pub fn counts(&self, message: MessageId) -> bool {
        self.messages.find(&message).is_some_and(|(_, held)| held.fault.is_none())
    }

    /// One exchange, however old.
    pub fn exchange(&self, id: ExchangeId, now: Instant) -> Option<ExchangeView> {
        let exchange = self.current(id)?;
        Some(self.standing(exchange, now)?.view(&self.terms()))
    }
}
