//! What a person sees. Computed from what both sides said and the time; nothing here is stored.
//!
//! Whatever is shown of the other end was said by the other end, with the time at which it said so;
//! what it has not said is shown as not known.

mod alarm;
mod brief;
mod change;
mod witness;

pub use alarm::{Alarm, AlarmKind, AlarmLevel, Fault, Shelving};
pub use brief::{ExchangeBrief, LastMessage};
pub use change::{CertificateView, KeyView};
pub use witness::{WitnessState, WitnessView};

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::message::{
    Answer, Body, Commitment, Content, Difference, Lane, Matter, MessageKind, Outcome, Window,
};
use crate::quantity::{DeskId, ExchangeId, Instant, MessageId, Name, Words};
use crate::terms::Terms;

/// Which end of the line.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The desk that shows this.
    Us,
    /// The other one.
    Them,
}

/// One line, from one end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineView {
    /// The other party.
    pub party: Name,
    /// Its desk.
    pub desk: DeskId,
    /// Nothing on this line is real.
    pub exercise: bool,
    /// When this was computed.
    pub now: Instant,
    /// How the line is.
    pub health: HealthView,
    /// The last good human test, in each direction.
    pub tests: TestsView,
    /// Who is on watch here, as told to the other side.
    pub our_watch: Option<WatchView>,
    /// Who is on watch there, as told by the other side.
    pub their_watch: Option<WatchView>,
    /// The times in force.
    pub terms: Terms,
    /// Whether both sides proposed these; else they are the defaults.
    pub terms_agreed: bool,
    /// The times that we proposed last.
    pub our_terms: Option<Terms>,
    /// The times that they proposed last.
    pub their_terms: Option<Terms>,
    /// The key that we proposed last to sign with.
    pub our_key: Option<KeyView>,
    /// The key that they proposed last to sign with.
    pub their_key: Option<KeyView>,
    /// The certificate that we proposed last for our connections.
    pub our_certificate: Option<CertificateView>,
    /// The certificate that they proposed last for theirs.
    pub their_certificate: Option<CertificateView>,
    /// Desks that a side named as witnesses; of those that were dismissed the newest.
    pub witnesses: Vec<WitnessView>,
    /// Everything that wants a person, the most urgent first.
    pub alarms: Vec<Alarm>,
    /// Rules that the other side's messages broke; each was kept in the record and had no effect.
    pub faults: Vec<Fault>,
}

/// How a line is, for each direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthView {
    /// Both directions and both sides' will together.
    pub state: LineState,
    /// From them to us.
    pub inbound: DirectionView,
    /// From us to them.
    pub outbound: DirectionView,
    /// Why and since when we suspended it.
    pub suspended_by_us: Option<Suspension>,
    /// Why and since when they suspended it.
    pub suspended_by_them: Option<Suspension>,
    /// Their clock minus ours as last measured, milliseconds.
    pub clock_apart_ms: Option<i64>,
    /// Time of the last round trip, milliseconds.
    pub round_trip_ms: Option<u64>,
    /// Messages of ours that the other desk does not have yet.
    pub outbox: u64,
    /// The entry of ours that the other desk refuses, so that nothing behind it passes.
    pub not_taken: Option<NotTakenView>,
}

/// An entry of ours that the other desk refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotTakenView {
    /// In which of our lanes.
    pub lane: Lane,
    /// Its number there.
    pub entry: u64,
    /// Why, in the words of the other desk.
    pub reason: Words,
    /// When it first said so.
    pub since: Instant,
}

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Both directions were heard within the last seconds, and nobody suspended it.
    Open,
    /// We suspended it.
    SuspendedByUs,
    /// They suspended it.
    SuspendedByThem,
    /// At least one direction has been silent for too long.
    Silent,
    /// Never heard since the desk started.
    Unknown,
}

/// One direction of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectionView {
    /// When it was last proved to carry.
    pub heard_at: Option<Instant>,
    /// Silent for longer than a cut may go unnoticed.
    pub silent: bool,
}

/// A side's will not to use the line but for distress and tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspension {
    /// Since when.
    pub since: Instant,
    /// Why.
    pub words: Words,
}

/// Human tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestsView {
    /// When they last answered our test rightly.
    pub ours_answered_at: Option<Instant>,
    /// When we last answered theirs rightly.
    pub theirs_answered_at: Option<Instant>,
    /// Seconds since the older of the two; none when one is missing.
    pub age_s: Option<i64>,
    /// Older than agreed, or never.
    pub overdue: bool,
}

/// Who is on watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WatchView {
    /// The role.
    pub role: Name,
    /// From when on.
    pub since: Instant,
}

/// One exchange, from one end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeView {
    /// Which.
    pub id: ExchangeId,
    /// What it was opened as; none for a test or a mere commitment.
    pub matter: Option<Matter>,
    /// Who opened it.
    pub opened_by: Side,
    /// When its first message was said.
    pub opened_at: Instant,
    /// Where it stands.
    pub state: ExchangeState,
    /// Whose turn it is.
    pub turn: Option<Side>,
    /// What waits for an answer or an acknowledgement, with its clocks.
    pub open: Option<OpenItem>,
    /// The shared fields in force or last said, as this side holds them.
    pub content: Option<Content>,
    /// Whose words these fields are: flights that they call ours are flights of that side.
    pub said_by: Option<Side>,
    /// They are a counter-proposal, and not what the exchange was opened or amended with.
    pub countered: bool,
    /// For a notice: how long before its window the other desk had it.
    pub notice_given: Option<NoticeGiven>,
    /// The commitment, when there is one.
    pub commitment: Option<CommitmentView>,
    /// What the receiver holds otherwise.
    pub differences: Vec<Difference>,
    /// How many messages came before those that are shown.
    pub earlier: usize,
    /// Messages, in the order in which this side learned them.
    pub messages: Vec<MessageView>,
}

/// Where an exchange stands. Each says only what both ends can show.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeState {
    /// Written here, not released.
    Drafted,
    /// Said, not yet known to be at the other desk.
    Released,
    /// The other desk has it.
    Delivered,
    /// The other desk holds the same shared fields.
    ReadBack,
    /// A person there has read it. Nothing is agreed by that.
    Acknowledged,
    /// Talked about.
    Discussed,
    /// A test: a person answered it rightly. Anything else: a final answer other than yes.
    Answered,
    /// The other side said yes to exactly the last version.
    Agreed,
    /// A commitment that both signed, within its time.
    InForce,
    /// The last version is newer than the last answer.
    Amended,
    /// Taken back by who opened it.
    Withdrawn,
    /// Closed.
    Ended,
    /// The read-back differs; it does not count as understood.
    Disputed,
}

/// What waits, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenItem {
    /// The message that waits.
    pub message: MessageId,
    /// Who must do something.
    pub waits_for: Side,
    /// The last word that left it open: stand by, referred up.
    pub held: Option<Answer>,
    /// When the other desk must have it; none once it has.
    pub receipt_due: Option<Instant>,
    /// When it must be acknowledged or answered; none once it is.
    pub answer_due: Option<Instant>,
    /// Past a due time.
    pub overdue: bool,
}

/// The notice that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeGiven {
    /// From delivery, as the receiver stated it, to the window's first instant; seconds, below 0 when
    /// it came after.
    pub given_s: i64,
    /// The agreed minimum, seconds.
    pub agreed_s: u32,
    /// Less than agreed.
    pub short: bool,
}

/// How a commitment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommitmentView {
    /// What is promised.
    pub commitment: Commitment,
    /// The offer.
    pub offer: MessageId,
    /// Who offered it.
    pub offered_by: Side,
    /// Whether each side has signed the same bytes.
    pub signed: bool,
    /// Where it stands.
    pub state: CommitmentState,
    /// Milestones, in order.
    pub milestones: Vec<MilestoneView>,
}

/// How a commitment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommitmentState {
    /// One side has signed.
    Offered,
    /// Both have; its time has not come.
    Agreed,
    /// Both have, and its time is now.
    InForce,
    /// A milestone's deadline has passed without a word.
    Due,
    /// Its time has passed and every milestone was reached.
    Kept,
    /// A milestone was missed.
    Broken,
    /// Its time passed unsigned, or with milestones of which nothing was said.
    Lapsed,
    /// Ended before its time by a side.
    Ended,
}

/// How a milestone stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MilestoneView {
    /// Its number.
    pub number: u8,
    /// What each side said of it.
    pub said: Vec<(Side, Outcome, Instant)>,
    /// The sides' words differ.
    pub contested: bool,
    /// Its deadline has passed without a word.
    pub due: bool,
}

/// One message of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageView {
    /// Which.
    pub id: MessageId,
    /// Whose.
    pub side: Side,
    /// In which lane.
    pub lane: Lane,
    /// Its place there.
    pub sequence: u64,
    /// Its kind.
    pub kind: MessageKind,
    /// The role that spoke.
    pub role: Option<Name>,
    /// When it was said, by the clock of the side that said it.
    pub sent_at: Instant,
    /// When the other desk had it durably, as that desk said.
    pub delivered_at: Option<Instant>,
    /// The read-back was compared and is the same.
    pub read_back: bool,
    /// When a person at the other end acknowledged or answered it, as that side said.
    pub read_at: Option<Instant>,
    /// The message's own body, as this side holds it.
    #[serde(with = "shared")]
    #[schemars(with = "Body")]
    pub body: Arc<Body>,
}

impl ExchangeView {
    /// Whether it has fields that both sides must hold alike; a test has none.
    pub fn has_fields(&self) -> bool {
        self.matter.is_some() || self.commitment.is_some()
    }

    /// Shows at most so many messages: the newest, or those just before number `before`.
    pub fn show_messages(&mut self, before: Option<usize>, most: usize) {
        self.messages.truncate(before.unwrap_or(usize::MAX));
        self.earlier = self.messages.len().saturating_sub(most);
        self.messages.drain(..self.earlier);
    }
}

/// A body that is shared with the line reads and writes like any other.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::message::Body;

    pub fn serialize<S: Serializer>(body: &Arc<Body>, serializer: S) -> Result<S::Ok, S::Error> {
        body.as_ref().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Body>, D::Error> {
        Body::deserialize(deserializer).map(Arc::new)
    }
}

/// When a window lies, for the sake of sorting and clocks.
impl Window {
    /// Whether an instant lies in it.
    pub fn contains(self, at: Instant) -> bool {
        self.from <= at && at <= self.to
    }
}
