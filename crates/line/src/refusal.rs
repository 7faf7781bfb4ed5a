//! Why something may not be said.
//!
//! The same rules judge both sides: what our desk may not say is refused before it is said; what the
//! other side said against them is kept, has no effect and becomes a fault with the same reason.

use crate::codec::CodecError;
use crate::message::{Lane, MessageKind};
use crate::quantity::{ExchangeId, Instant, MessageId, Name};

/// Names the rule, and what is known of the cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The message itself says what it may not.
    #[error("{0}")]
    Content(#[from] CodecError),
    /// Geometry cannot hold a volume, so that nobody could check it.
    #[error("{reason}")]
    Geometry {
        /// Which volume.
        field: String,
        /// What geometry says of it.
        reason: String,
    },
    /// Said without a person.
    #[error("a {kind:?} is a person's, but no role on watch is named")]
    NoRole {
        /// What was said.
        kind: MessageKind,
    },
    /// In the wrong lane.
    #[error("a message of the {expected:?} lane stands in the {found:?} one")]
    WrongLane {
        /// Where it belongs.
        expected: Lane,
        /// Where it stands.
        found: Lane,
    },
    /// Claims to have seen what was never said.
    #[error(
        "it claims to have seen message {sequence} of the {lane:?} lane as {message}, which stands nowhere"
    )]
    NeverSaid {
        /// Of the side that did not say it.
        lane: Lane,
        /// The place.
        sequence: u64,
        /// The message.
        message: MessageId,
    },
    /// No such exchange.
    #[error("there is no exchange {exchange}")]
    UnknownExchange {
        /// Which.
        exchange: ExchangeId,
    },
    /// A second exchange under one id.
    #[error("exchange {exchange} was opened before")]
    ExchangeExists {
        /// Which.
        exchange: ExchangeId,
    },
    /// As many messages as an exchange holds.
    #[error(
        "exchange {exchange} has {most} messages of this side, as many as an exchange may have"
    )]
    ExchangeFull {
        /// Which.
        exchange: ExchangeId,
        /// How many.
        most: usize,
    },
    /// Not a message that can be named there.
    #[error("{of} is no message of the other side that a {kind:?} can name here")]
    NothingToName {
        /// What was named.
        of: MessageId,
        /// By what.
        kind: MessageKind,
    },
    /// Not the last one any more.
    #[error("{of} was replaced by {by}")]
    Replaced {
        /// What was named.
        of: MessageId,
        /// What stands in its place.
        by: MessageId,
    },
    /// Answered, signed, acknowledged, tested or received before.
    #[error("{of} had its {kind:?} from {} at {at}", shown(.role.as_ref()))]
    Already {
        /// What was named.
        of: MessageId,
        /// What it has.
        kind: MessageKind,
        /// Whose it was.
        role: Option<Name>,
        /// When.
        at: Instant,
    },
    /// Only the side that opened it may.
    #[error("a {kind:?} is for the side that opened exchange {exchange}")]
    NotYours {
        /// What was tried.
        kind: MessageKind,
        /// Where.
        exchange: ExchangeId,
    },
    /// Withdrawn or ended.
    #[error("exchange {exchange} was closed by {} at {at}", shown(.role.as_ref()))]
    Closed {
        /// Which.
        exchange: ExchangeId,
        /// Whose word closed it.
        role: Option<Name>,
        /// When.
        at: Instant,
    },
    /// The other end holds something else.
    #[error("{of} is disputed: what was read back differs in {field}")]
    Disputed {
        /// The message.
        of: MessageId,
        /// The first field that differs.
        field: String,
    },
    /// Not possible in this kind of exchange.
    #[error("a {kind:?} has no place in exchange {exchange}")]
    OutOfPlace {
        /// What was tried.
        kind: MessageKind,
        /// Where.
        exchange: ExchangeId,
    },
    /// A commitment by neither side.
    #[error("the commitment is by {by}, which is neither desk of this line")]
    Stranger {
        /// Who is to promise.
        by: crate::quantity::DeskId,
    },
    /// Signing other bytes than were offered.
    #[error(
        "the commitment differs from what was offered in {field}: {offered} was offered, {signed} is signed"
    )]
    OtherCommitment {
        /// The first field that differs.
        field: String,
        /// There.
        offered: String,
        /// Here.
        signed: String,
    },
    /// Nothing is in force.
    #[error("no commitment of exchange {exchange} was signed by both sides")]
    NotSigned {
        /// Which.
        exchange: ExchangeId,
    },
    /// No such milestone.
    #[error("milestone {number} is none of the commitment's {most}")]
    NoMilestone {
        /// Which.
        number: u8,
        /// How many there are.
        most: usize,
    },
    /// Its time is over.
    #[error("its window ended at {ended}")]
    Past {
        /// When.
        ended: Instant,
    },
    /// The line is suspended.
    #[error("the line is suspended since {since}: it takes distress and tests, not a {kind:?}")]
    Suspended {
        /// Since when.
        since: Instant,
        /// What was tried.
        kind: MessageKind,
    },
    /// Already suspended, or not suspended.
    #[error("this side has {} the line", if *.suspended { "already suspended" } else { "not suspended" })]
    NoChange {
        /// Whether it is suspended.
        suspended: bool,
    },
    /// A watch that begins before the one before it.
    #[error("a watch from {at} would begin before the last one, from {last}")]
    WatchOrder {
        /// When it should begin.
        at: Instant,
        /// When the last one begins.
        last: Instant,
    },
    /// Not the key that was proposed.
    #[error("the key that was compared is not the one that was proposed")]
    OtherKey,
    /// Not the certificate that was proposed.
    #[error("the fingerprint that was compared is not that of the certificate that was proposed")]
    OtherCertificate,
    /// A party of the line as its own witness.
    #[error("desk {desk} is a party of this line, and cannot be its witness")]
    OwnWitness {
        /// Which.
        desk: crate::quantity::DeskId,
    },
    /// Named so already, or named by nobody.
    #[error(
        "{} desk {desk} as a witness",
        if *.named { "this side already names exactly so" } else { "neither side names" }
    )]
    NoWitnessChange {
        /// Which.
        desk: crate::quantity::DeskId,
        /// Whether it is named.
        named: bool,
    },
    /// As many as a side may name.
    #[error("this side names {most} witnesses, as many as a side may name at a time")]
    TooManyWitnesses {
        /// How many.
        most: usize,
    },
    /// A read-back of a message that has no shared fields.
    #[error("{of} has no shared fields that could be read back")]
    NothingToReadBack {
        /// The message.
        of: MessageId,
    },
    /// The read-back is the same, and the message has had its answer.
    #[error(
        "{of} was read back without a difference and has been answered; it cannot be disputed any more"
    )]
    NothingToDispute {
        /// The message.
        of: MessageId,
    },
}

fn shown(role: Option<&Name>) -> &str {
    role.map_or("the desk itself", Name::as_str)
}

impl Refusal {
    /// Path of the field that is to blame.
    pub fn field(&self) -> &str {
        match self {
            Self::Content(CodecError::Field { field, .. })
            | Self::Geometry { field, .. }
            | Self::OtherCommitment { field, .. } => field,
            Self::Content(_) => "payload",
            Self::NoRole { .. } => "role",
            Self::WrongLane { .. } => "lane",
            Self::NeverSaid { .. } => "seen",
            Self::UnknownExchange { .. }
            | Self::ExchangeExists { .. }
            | Self::ExchangeFull { .. }
            | Self::NotYours { .. }
            | Self::Closed { .. }
            | Self::OutOfPlace { .. }
            | Self::NotSigned { .. } => "exchange",
            Self::NothingToName { .. }
            | Self::Replaced { .. }
            | Self::Already { .. }
            | Self::Disputed { .. }
            | Self::NothingToDispute { .. } => "of",
            Self::Stranger { .. } => "commitment.by",
            Self::NoMilestone { .. } => "milestone",
            Self::Past { .. } => "window.to",
            Self::Suspended { .. } | Self::NoChange { .. } => "line",
            Self::WatchOrder { .. } => "at",
            Self::OtherKey => "key",
            Self::OtherCertificate => "fingerprint",
            Self::OwnWitness { .. } | Self::TooManyWitnesses { .. } => "witness.desk",
            Self::NoWitnessChange { .. } => "witness",
            Self::NothingToReadBack { .. } => "read_back",
        }
    }

    /// A word for programs, stable between versions.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Content(_) => "content",
            Self::Geometry { .. } => "geometry",
            Self::NoRole { .. } => "no_role",
            Self::WrongLane { .. } => "wrong_lane",
            Self::NeverSaid { .. } => "never_said",
            Self::UnknownExchange { .. } => "unknown_exchange",
            Self::ExchangeExists { .. } => "exchange_exists",
            Self::ExchangeFull { .. } => "exchange_full",
            Self::NothingToName { .. } => "nothing_to_name",
            Self::Replaced { .. } => "replaced",
            Self::Already { .. } => "already",
            Self::NotYours { .. } => "not_yours",
            Self::Closed { .. } => "closed",
            Self::Disputed { .. } => "disputed",
            Self::OutOfPlace { .. } => "out_of_place",
            Self::Stranger { .. } => "stranger",
            Self::OtherCommitment { .. } => "other_commitment",
            Self::NotSigned { .. } => "not_signed",
            Self::NoMilestone { .. } => "no_milestone",
            Self::Past { .. } => "past",
            Self::Suspended { .. } => "suspended",
            Self::NoChange { .. } => "no_change",
            Self::WatchOrder { .. } => "watch_order",
            Self::OtherKey => "other_key",
            Self::OtherCertificate => "other_certificate",
            Self::OwnWitness { .. } => "own_witness",
            Self::NoWitnessChange { .. } => "no_witness_change",
            Self::TooManyWitnesses { .. } => "too_many_witnesses",
            Self::NothingToReadBack { .. } => "nothing_to_read_back",
            Self::NothingToDispute { .. } => "nothing_to_dispute",
        }
    }

    /// What to do instead.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Content(CodecError::Field { remedy, .. }) => remedy,
            Self::Content(_) => "send it in the form of version 1",
            Self::Geometry { .. } => "correct the volume and say it again",
            Self::NoRole { .. } => "say it as the role on watch",
            Self::WrongLane { .. } => "say it in its own lane",
            Self::NeverSaid { .. } => "name what stands in the other side's lane",
            Self::UnknownExchange { .. } => "open it first, or name one that is there",
            Self::ExchangeExists { .. } => "draw a new id",
            Self::ExchangeFull { .. } => "end it and open another",
            Self::NothingToName { .. } => "name a message of the other side that waits",
            Self::Replaced { .. } => "read what stands in its place, and name that",
            Self::Already { .. } => "read what was said; if it must change, say so in a statement",
            Self::NotYours { .. } => "answer it, or make a statement",
            Self::Closed { .. } => "make a statement, or open another exchange",
            Self::Disputed { .. } => "correct it by voice; its side amends or withdraws it",
            Self::OutOfPlace { .. } => "open an exchange for it",
            Self::Stranger { .. } => "name one of the two desks of this line",
            Self::OtherCommitment { .. } => "sign what was offered, or offer what should be signed",
            Self::NotSigned { .. } => "sign or offer a commitment first",
            Self::NoMilestone { .. } => "name one of its milestones",
            Self::Past { .. } => "give a window that is not over",
            Self::Suspended { .. } => "wait until the line is resumed, or use another way",
            Self::NoChange { .. } => "look at the line's state",
            Self::WatchOrder { .. } => "state a later moment",
            Self::OtherKey => "compare the key again, and accept the one that was proposed",
            Self::OtherCertificate => {
                "compare the fingerprint again, and accept the one that was proposed"
            }
            Self::OwnWitness { .. } => "name a third party's desk",
            Self::NoWitnessChange { .. } => "look at the line's witnesses",
            Self::TooManyWitnesses { .. } => "dismiss one first",
            Self::NothingToReadBack { .. } => "send the receipt without a read-back",
            Self::NothingToDispute { .. } => "end the exchange, or make a statement",
        }
    }
}
