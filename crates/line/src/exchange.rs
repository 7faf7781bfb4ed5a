//! One exchange: everything that both sides said under one id.
//!
//! Where it stands is a function of what both sides said, in each side's own order, and never of
//! which of the two came first here. Each message was judged once, by what its own side knew when it
//! said it; only lawful ones are kept in here.

pub(crate) mod derive;
pub(crate) mod judge;
pub(crate) mod promise;
pub(crate) mod render;
pub(crate) mod standing;

use crate::held::At;
use crate::message::{Answer, Body, Lane, Matter};
use crate::quantity::ExchangeId;
use crate::sides::Sides;
use crate::view::Side;
use crate::volume::Volume;

/// Most messages of one side in one exchange, the words that close it aside: what is shown of an
/// exchange, and what it costs to find out where it stands, is bounded by it.
pub const EXCHANGE_MESSAGES_MAX: usize = 1_000;

/// What an exchange was opened as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Test,
    Matter(Matter),
    Commitment,
}

impl Body {
    /// The exchange that it names; none for a word on the line itself, and for what the desks say to
    /// each other about a message.
    pub fn exchange(&self) -> Option<ExchangeId> {
        match self {
            Self::Test { exchange, .. }
            | Self::TestAnswer { exchange, .. }
            | Self::Open { exchange, .. }
            | Self::Amend { exchange, .. }
            | Self::Withdraw { exchange, .. }
            | Self::Answer { exchange, .. }
            | Self::Statement { exchange, .. }
            | Self::Offer { exchange, .. }
            | Self::Sign { exchange, .. }
            | Self::Progress { exchange, .. }
            | Self::Acknowledge { exchange, .. }
            | Self::End { exchange, .. } => Some(*exchange),
            Self::Receipt { .. }
            | Self::Dispute { .. }
            | Self::Suspend { .. }
            | Self::Resume {}
            | Self::HandOver { .. }
            | Self::ProposeTerms { .. }
            | Self::ProposeKey { .. }
            | Self::AcceptKey { .. }
            | Self::Checkpoint { .. }
            | Self::NameWitness { .. }
            | Self::DismissWitness { .. }
            | Self::ProposeCertificate { .. }
            | Self::AcceptCertificate { .. } => None,
        }
    }
}

impl Body {
    /// Its volumes; none for a message that has no shared fields.
    pub fn volumes(&self) -> Option<&[Volume]> {
        match self {
            Self::Open { content, .. }
            | Self::Amend { content, .. }
            | Self::Answer { answer: Answer::Counter { content }, .. } => Some(&content.volumes),
            Self::Offer { commitment, .. } | Self::Sign { commitment, .. } => {
                Some(&commitment.volumes)
            }
            _ => None,
        }
    }
}

/// One exchange.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub id: ExchangeId,
    pub opener: Side,
    pub lane: Lane,
    pub kind: Kind,
    /// The lawful messages of each side, in its own order.
    pub said: Sides<Vec<At>>,
    /// How many messages of ours the other desk has not said to have.
    pub awaiting: usize,
}

impl Exchange {
    pub fn new(id: ExchangeId, opener: Side, lane: Lane, kind: Kind) -> Self {
        Self { id, opener, lane, kind, said: Sides::default(), awaiting: 0 }
    }

    pub fn matter(&self) -> Option<Matter> {
        match self.kind {
            Kind::Matter(matter) => Some(matter),
            Kind::Test | Kind::Commitment => None,
        }
    }

    /// The message that opened it.
    pub fn opening(&self) -> Option<At> {
        self.said[self.opener].first().copied()
    }
}
