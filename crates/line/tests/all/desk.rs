//! A desk as small as it can be: a journal, four lanes, and the line that is replayed from them.
//!
//! What is not in the journal is forgotten when it crashes. Entries are chained and hashed as real
//! ones are, but not signed.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::{BTreeMap, BTreeSet};

use keepclear_entry::{
    Cause, Entry, EntryHash, Head, LogId, LogKind, NodeId, Party as EntryParty, Payload,
    ProposedAt, RequestId, Writer,
};
use keepclear_line::message::{Body, Envelope, Lane};
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, MessageId, Name};
use keepclear_line::terms::Terms;
use keepclear_line::view::{ExchangeView, LineView, Side};
use keepclear_line::{
    Charter, Health, Line, Party, Refusal, Rows, Stamp, Stored, decode, encode, needs_role,
};

/// How far a desk that stores places wrong puts them to the east, metres.
const WRONG_BY_M: f64 = 9_000.0;

/// One durable step.
#[derive(Debug, Clone)]
pub enum Record {
    Said { lane: Lane, bytes: Vec<u8> },
    Heard { lane: Lane, bytes: Vec<u8>, stored_at: Instant, stored: Option<Stored> },
}

/// A message, whoever's, as it stands in a journal.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Whether North said it.
    pub north: bool,
    pub stamp: Stamp,
    /// How far its side had seen the other's same lane.
    pub knew: u64,
    pub body: Body,
}

/// What goes over the network: the sender's next entries, and what it holds of the receiver's lanes.
#[derive(Debug, Clone)]
pub struct Packet {
    pub entries: Vec<(Lane, Vec<u8>)>,
    pub have: [u64; 2],
}

/// When a desk dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    Never,
    BeforeTheJournal,
    AfterTheJournal,
}

pub struct Desk {
    pub charter: Charter,
    pub journal: Vec<Record>,
    pub line: Line,
    /// Every message that could be read, in the order in which it came.
    pub facts: Vec<Fact>,
    /// Messages of the other side whose places it put down wrong.
    pub wrong: BTreeSet<MessageId>,
    pub skew_us: i64,
    said: [Vec<Vec<u8>>; 2],
    heard: [u64; 2],
    heard_last: [EntryHash; 2],
    writers: [Writer; 2],
    /// How far the other desk is, as far as this one remembers.
    pub peer_has: [u64; 2],
    pub rows: Rows,
    rows_terms: Terms,
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn place(lane: Lane) -> usize {
    match lane {
        Lane::Ordinary => 0,
        Lane::Urgent => 1,
    }
}

/// The charter of the desk `North` or `South` of one line.
pub fn charter(north: bool) -> Charter {
    let party = |text: &str, id: u8| Party { name: name(text), desk: DeskId([id; 16]) };
    let (north_party, south_party) = (party("North", 1), party("South", 2));
    let (us, them) = if north { (north_party, south_party) } else { (south_party, north_party) };
    Charter { line: LogId { kind: LogKind::Line, id: [5; 16] }, exercise: true, us, them }
}

impl Desk {
    pub fn new(north: bool) -> Self {
        let charter = charter(north);
        let writers = Lane::ALL.map(|lane| writer(&charter, lane, Head::START));
        Self {
            line: Line::new(charter.clone()),
            charter,
            journal: Vec::new(),
            facts: Vec::new(),
            wrong: BTreeSet::new(),
            skew_us: 0,
            said: Default::default(),
            heard: [0; 2],
            heard_last: [EntryHash::NONE; 2],
            writers,
            peer_has: [0; 2],
            rows: Rows::default(),
            rows_terms: Terms::default(),
        }
    }

    /// Its own clock.
    pub fn clock(&self, now: Instant) -> Instant {
        Instant(now.0 + self.skew_us)
    }

    /// A person says something.
    pub fn say(&mut self, now: Instant, body: Body) -> Result<MessageId, Refusal> {
        self.say_and(now, body, Crash::Never)
    }

    /// The same, and dies of it.
    pub fn say_and(
        &mut self,
        now: Instant,
        body: Body,
        crash: Crash,
    ) -> Result<MessageId, Refusal> {
        let role = needs_role(body.kind()).then(|| name("duty officer"));
        let mut records = Vec::new();
        let said = self.speak(self.clock(now), role, body, &mut records);
        self.commit(records, crash);
        said
    }

    /// Says what no honest desk would: nothing is checked.
    pub fn say_anyway(
        &mut self,
        now: Instant,
        lane: Lane,
        role: Option<&str>,
        body: Body,
    ) -> MessageId {
        let mut records = Vec::new();
        let at = self.clock(now);
        let id = self.write(at, lane, role.map(name), body, &mut records);
        self.commit(records, Crash::Never);
        id
    }

    fn speak(
        &mut self,
        at: Instant,
        role: Option<Name>,
        body: Body,
        records: &mut Vec<Record>,
    ) -> Result<MessageId, Refusal> {
        let lane = self.line.check(at, &body)?;
        Ok(self.write(at, lane, role, body, records))
    }

    fn write(
        &mut self,
        at: Instant,
        lane: Lane,
        role: Option<Name>,
        body: Body,
        records: &mut Vec<Record>,
    ) -> MessageId {
        let kind = body.kind().entry_kind();
        let payload = encode(&Envelope { seen: self.line.seen(), role, body });
        let mut bytes = Vec::new();
        let cause =
            Cause { principal: None, request: RequestId([0; 16]), proposed_at: ProposedAt(at.0) };
        self.writers[place(lane)].write(cause, kind, &payload, &mut bytes).unwrap();
        let record = Record::Said { lane, bytes };
        let id = self.apply(&record);
        records.push(record);
        id
    }

    /// Takes what came over the network, and says at once what it owes for it, in one durable step.
    pub fn receive(
        &mut self,
        now: Instant,
        packet: &Packet,
        crash: Crash,
        mut wrong: impl FnMut() -> bool,
    ) {
        let at = self.clock(now);
        let mut records = Vec::new();
        for lane in Lane::ALL {
            let has = &mut self.peer_has[place(lane)];
            *has = (*has).max(packet.have[place(lane)]);
        }
        for (lane, bytes) in &packet.entries {
            let entry = Entry::decode(bytes).unwrap();
            let (next, last) = (self.heard[place(*lane)] + 1, self.heard_last[place(*lane)]);
            if entry.sequence.get() != next || entry.previous != last {
                continue;
            }
            let body = body_of(&entry);
            let mut stored = body.as_ref().and_then(|body| Stored::of(body).ok()).flatten();
            if let Some(right) = stored.as_ref()
                && wrong()
            {
                let put = right.displaced(WRONG_BY_M, 0.0).unwrap();
                if put != *right {
                    self.wrong.insert(MessageId(entry.hash().0));
                }
                stored = Some(put);
            }
            let record = Record::Heard { lane: *lane, bytes: bytes.clone(), stored_at: at, stored };
            self.apply(&record);
            records.push(record);
        }
        for duty in self.line.duties() {
            self.speak(at, None, duty, &mut records).expect("a duty is never refused");
        }
        assert!(self.line.duties().is_empty(), "a duty that was said is not owed");
        self.commit(records, crash);
    }

    fn commit(&mut self, records: Vec<Record>, crash: Crash) {
        if crash != Crash::BeforeTheJournal {
            self.journal.extend(records);
        }
        if crash != Crash::Never {
            self.start();
        }
    }

    /// Dies and starts: everything comes from the journal.
    pub fn start(&mut self) {
        let wrong = std::mem::take(&mut self.wrong);
        let (journal, skew_us) = (std::mem::take(&mut self.journal), self.skew_us);
        *self = Self { wrong, skew_us, ..Self::new(self.charter.us.name.as_str() == "North") };
        for record in &journal {
            self.apply(record);
        }
        self.journal = journal;
        let ids: BTreeSet<_> = self.facts.iter().map(|fact| fact.stamp.message).collect();
        self.wrong.retain(|id| ids.contains(id));
        for lane in Lane::ALL {
            let head = self.said[place(lane)].last().map_or(Head::START, |bytes| {
                let entry = Entry::decode(bytes).unwrap();
                Head { next: entry.sequence.next(), previous: entry.hash() }
            });
            self.writers[place(lane)] = writer(&self.charter, lane, head);
        }
    }

    fn apply(&mut self, record: &Record) -> MessageId {
        match record {
            Record::Said { lane, bytes } => {
                let entry = Entry::decode(bytes).unwrap();
                let stamp = stamp(&entry, *lane);
                self.said[place(*lane)].push(bytes.clone());
                self.note(Side::Us, stamp, &entry);
                self.line.said(stamp, envelope_of(&entry).unwrap());
                stamp.message
            }
            Record::Heard { lane, bytes, stored_at, stored } => {
                let entry = Entry::decode(bytes).unwrap();
                let stamp = stamp(&entry, *lane);
                self.heard[place(*lane)] = stamp.sequence;
                self.heard_last[place(*lane)] = entry.hash();
                self.note(Side::Them, stamp, &entry);
                self.line.heard(stamp, *stored_at, envelope_of(&entry), stored.clone());
                stamp.message
            }
        }
    }

    fn note(&mut self, side: Side, stamp: Stamp, entry: &Entry) {
        let Ok(Envelope { seen, body, .. }) = envelope_of(entry) else { return };
        let mark = [seen.ordinary, seen.urgent][place(stamp.lane)];
        let north = (self.charter.us.name.as_str() == "North") == (side == Side::Us);
        let knew = mark.map_or(0, |mark| mark.sequence);
        self.facts.push(Fact { north, stamp, knew, body });
    }

    /// The next entries that the other desk lacks, urgent ones first.
    pub fn packet(&self, most: usize) -> Packet {
        let waiting = [Lane::Urgent, Lane::Ordinary].into_iter().flat_map(|lane| {
            let after = self.peer_has[place(lane)] as usize;
            self.said[place(lane)].iter().skip(after).map(move |bytes| (lane, bytes.clone()))
        });
        Packet { entries: waiting.take(most).collect(), have: self.heard }
    }

    pub fn heard_all_of(&self, other: &Self) -> bool {
        self.heard == [other.said[0].len() as u64, other.said[1].len() as u64]
    }

    pub fn view(&self, now: Instant) -> LineView {
        let mut health = Health::new();
        health.heard_from_them(now);
        health.they_heard_us(now);
        self.line.view(now, &health, &BTreeMap::new())
    }

    /// Every exchange, the newest first.
    pub fn exchanges(&self, now: Instant) -> Vec<ExchangeView> {
        self.line.newest(None).map(|(_, id)| self.exchange(id, now)).collect()
    }

    /// What wants somebody, brought up to date as a desk does it: from what was touched and what passed.
    pub fn bring_rows_up_to_date(&mut self, now: Instant) {
        let mut ids = self.line.take_touched();
        ids.extend(self.rows.passed(now));
        if self.line.terms() != self.rows_terms {
            self.rows_terms = self.line.terms();
            ids.extend(self.line.wanted_ids(now));
        }
        for id in ids {
            self.rows.put(id, self.line.row(id, now));
        }
    }

    pub fn exchange(&self, id: ExchangeId, now: Instant) -> ExchangeView {
        self.line.exchange(id, now).expect("the exchange is known here")
    }
}

fn writer(charter: &Charter, lane: Lane, head: Head) -> Writer {
    let node: NodeId = charter.lane_node(Side::Us, lane);
    let party = EntryParty::new(charter.us.name.as_str()).unwrap();
    Writer::new(charter.line, charter.exercise, node, party, head)
}

pub fn stamp(entry: &Entry, lane: Lane) -> Stamp {
    Stamp {
        message: MessageId(entry.hash().0),
        lane,
        sequence: entry.sequence.get(),
        said_at: Instant(entry.proposed_at.0),
    }
}

fn envelope_of(entry: &Entry) -> Result<Envelope, keepclear_line::CodecError> {
    let Payload::Inline(payload) = &entry.payload else { panic!("a line has no payloads aside") };
    decode(entry.kind, payload.as_bytes())
}

fn body_of(entry: &Entry) -> Option<Body> {
    envelope_of(entry).ok().map(|envelope| envelope.body)
}

/// Two desks side by side, for tests that say every step.
pub struct Pair {
    pub north: Desk,
    pub south: Desk,
    pub now: Instant,
}

impl Pair {
    /// 2026-11-25T08:00:00Z.
    pub const START: Instant = Instant(1_795_593_600_000_000);

    pub fn new() -> Self {
        Self { north: Desk::new(true), south: Desk::new(false), now: Self::START }
    }

    /// One of the two.
    pub fn desk(&mut self, north: bool) -> &mut Desk {
        if north { &mut self.north } else { &mut self.south }
    }

    /// Time passes.
    pub fn wait_s(&mut self, seconds: u32) {
        self.now = self.now.plus_s(seconds);
    }

    /// Everything goes both ways until nothing is left to be said.
    pub fn deliver(&mut self) {
        self.deliver_storing(false, false);
    }

    /// The same; a desk may put places down 9 km off.
    pub fn deliver_storing(&mut self, north_wrong: bool, south_wrong: bool) {
        while !self.north.heard_all_of(&self.south) || !self.south.heard_all_of(&self.north) {
            self.southwards(south_wrong);
            let packet = self.south.packet(usize::MAX);
            self.north.receive(self.now, &packet, Crash::Never, || north_wrong);
        }
    }

    fn southwards(&mut self, wrong: bool) {
        let packet = self.north.packet(usize::MAX);
        self.south.receive(self.now, &packet, Crash::Never, || wrong);
    }
}
