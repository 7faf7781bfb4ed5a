//! What can be said on a line.
//!
//! There is no field for a target, a weapon, a purpose or a cargo, and none may be added: a line is
//! for flight safety only. A message says who speaks as a role on watch, never as a person.

mod answer;
mod commitment;
mod content;
mod kind;

pub use answer::{Answer, Difference, ReadBack};
pub use commitment::{Commitment, Evidence, MILESTONES_MAX, Milestone, Outcome};
pub use content::{Action, Content, FLIGHTS_MAX, Matter, Topic, Window};
pub use kind::MessageKind;

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::certificate::Certificate;
use crate::quantity::{DeskId, ExchangeId, Fingerprint, Instant, Key, MessageId, Name, Words};
use crate::terms::Terms;
use crate::witness::Witness;

/// What one entry of a line carries.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
pub struct Envelope {
    /// How much of what the other side said was known when this was said.
    #[n(0)]
    pub seen: Seen,
    /// The role on watch that speaks; none for what the desk does by itself.
    #[n(1)]
    pub role: Option<Name>,
    /// What is said.
    #[n(2)]
    pub body: Body,
}

/// The last messages of the other side that this side held.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema,
)]
#[cbor(map)]
pub struct Seen {
    /// In its ordinary lane.
    #[n(0)]
    pub ordinary: Option<Mark>,
    /// In its urgent lane.
    #[n(1)]
    pub urgent: Option<Mark>,
}

/// A place in a lane, and what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(array)]
pub struct Mark {
    /// 1 for the first message of the lane.
    #[n(0)]
    pub sequence: u64,
    /// The message there.
    #[n(1)]
    pub message: MessageId,
}

/// Which of its two lanes a side speaks in. Each keeps its own order; what is urgent never waits
/// behind what is not.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Everything else.
    Ordinary,
    /// Distress, and what answers it.
    Urgent,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Asks the person on watch at the other end to answer a neutral fixed text.
    #[n(1)]
    Test {
        /// A new exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Number of the text in the phrase tables, 1 to 12.
        #[n(1)]
        phrase: u8,
    },
    /// A person's answer to a test.
    #[n(2)]
    TestAnswer {
        /// The test's exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// The test.
        #[n(1)]
        of: MessageId,
        /// The number that the person read.
        #[n(2)]
        phrase: u8,
    },
    /// Opens an exchange about something in the sky.
    #[n(3)]
    Open {
        /// A new exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// What is opened.
        #[n(1)]
        matter: Matter,
        /// The shared fields.
        #[n(2)]
        content: Content,
        /// The side's own words beside them.
        #[n(3)]
        words: Option<Words>,
    },
    /// New shared fields in place of those before; by the side that opened the exchange.
    #[n(4)]
    Amend {
        /// The exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// The version that is replaced: an `Open` or `Amend`.
        #[n(1)]
        of: MessageId,
        /// All of the shared fields.
        #[n(2)]
        content: Content,
        /// The side's own words beside them.
        #[n(3)]
        words: Option<Words>,
    },
    /// Takes back what was opened; by the side that opened it.
    #[n(5)]
    Withdraw {
        /// The exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// The version that is taken back.
        #[n(1)]
        of: MessageId,
        /// Why.
        #[n(2)]
        words: Option<Words>,
    },
    /// A person's answer to an opening, an amendment or a counter-proposal of the other side.
    #[n(6)]
    Answer {
        /// The exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// What is answered.
        #[n(1)]
        of: MessageId,
        /// The answer.
        #[n(2)]
        answer: Answer,
        /// Whom it covers: units, operators, regions. At least one.
        #[n(3)]
        covers: Vec<Name>,
        /// The side's own words beside it.
        #[n(4)]
        words: Option<Words>,
    },
    /// A side's own words within an exchange: talk, or its statement on the record.
    #[n(7)]
    Statement {
        /// The exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// What it refers to, if to one message.
        #[n(1)]
        of: Option<MessageId>,
        /// The words.
        #[n(2)]
        words: Words,
    },
    /// Offers a commitment. Its bytes are offered; in force only once the other side signed them too.
    #[n(8)]
    Offer {
        /// The exchange that it grew from, or a new one.
        #[n(0)]
        exchange: ExchangeId,
        /// What is promised.
        #[n(1)]
        commitment: Commitment,
    },
    /// Signs an offered commitment by repeating it.
    #[n(9)]
    Sign {
        /// The exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// The offer.
        #[n(1)]
        of: MessageId,
        /// The same, as this side holds it.
        #[n(2)]
        commitment: Commitment,
    },
    /// What became of a milestone of a commitment.
    #[n(10)]
    Progress {
        /// The exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// The offer that was signed.
        #[n(1)]
        of: MessageId,
        /// Number of the milestone.
        #[n(2)]
        milestone: u8,
        /// What became of it.
        #[n(3)]
        outcome: Outcome,
        /// What shows it.
        #[n(4)]
        evidence: Option<Words>,
    },
    /// A person on watch has read a message. Says nothing of agreement.
    #[n(11)]
    Acknowledge {
        /// The message's exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// The message.
        #[n(1)]
        of: MessageId,
    },
    /// Closes an exchange; by the side that opened it, or by either for a commitment in force.
    #[n(12)]
    End {
        /// The exchange.
        #[n(0)]
        exchange: ExchangeId,
        /// Why.
        #[n(1)]
        words: Option<Words>,
    },
    /// The desk has a message durably, and says what it holds. By the desk, at once.
    #[n(13)]
    Receipt {
        /// The message.
        #[n(0)]
        of: MessageId,
        /// When it was durable here, by this desk's clock.
        #[n(1)]
        stored_at: Instant,
        /// The shared fields built from what was stored, for a message that has any.
        #[n(2)]
        read_back: Option<ReadBack>,
    },
    /// The desk that sent a message found that the read-back differs. By the desk, at once.
    #[n(14)]
    Dispute {
        /// The receipt with the read-back.
        #[n(0)]
        of: MessageId,
        /// At least one, the first hundred.
        #[n(1)]
        differences: Vec<Difference>,
    },
    /// This side suspends its end of the line. Distress and tests still pass.
    #[n(15)]
    Suspend {
        /// Why.
        #[n(0)]
        words: Words,
    },
    /// This side takes the line up again.
    #[n(16)]
    Resume {},
    /// From a stated moment on another watch has the role.
    #[n(17)]
    HandOver {
        /// The role on watch from then on.
        #[n(0)]
        role: Name,
        /// When.
        #[n(1)]
        at: Instant,
    },
    /// The times that this side asks for. In force once both sides' last proposals are the same.
    #[n(18)]
    ProposeTerms {
        /// All of them.
        #[n(0)]
        terms: Terms,
    },
    /// This side wants to sign with another key.
    #[n(19)]
    ProposeKey {
        /// The key.
        #[n(0)]
        key: Key,
    },
    /// This side takes the other's new key, after a person has compared it.
    #[n(20)]
    AcceptKey {
        /// The proposal.
        #[n(0)]
        of: MessageId,
        /// The key that was compared.
        #[n(1)]
        key: Key,
    },
    /// A signed tree head of one lane, as the desk that sends it holds that lane.
    #[n(21)]
    Checkpoint {
        /// A note in the form of C2SP tlog-checkpoint.
        #[n(0)]
        note: String,
    },
    /// The witness that this side asks for. In force while both sides' last words on its desk are the
    /// same.
    #[n(22)]
    NameWitness {
        /// Who, and what it may read.
        #[n(0)]
        witness: Witness,
    },
    /// This side has a witness no more, or never will. Either side alone ends it.
    #[n(23)]
    DismissWitness {
        /// The witness's desk.
        #[n(0)]
        desk: DeskId,
        /// Why.
        #[n(1)]
        words: Option<Words>,
    },
    /// This side wants to show another certificate on its connections.
    #[n(24)]
    ProposeCertificate {
        /// All of it, 1 to 4,096 bytes.
        #[n(0)]
        certificate: Certificate,
    },
    /// This side takes the other's new certificate, after a person has compared its fingerprint.
    #[n(25)]
    AcceptCertificate {
        /// The proposal.
        #[n(0)]
        of: MessageId,
        /// The fingerprint that was compared.
        #[n(1)]
        fingerprint: Fingerprint,
    },
}
