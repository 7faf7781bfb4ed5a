//! What is said about a message: a person's answer, the desk's read-back and what it differs in.

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::message::{Commitment, Content};
use crate::quantity::{Instant, Millimetres, Name, Words};

/// A person's answer. None of them but `Agreed` is consent, and neither is silence.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes, to exactly what is answered.
    #[n(0)]
    Agreed {},
    /// No.
    #[n(1)]
    Declined {},
    /// Not this, but that; the other side answers it in turn.
    #[n(2)]
    Counter {
        /// All of the shared fields.
        #[n(0)]
        content: Content,
    },
    /// Not yet; the clock stays on.
    #[n(3)]
    StandBy {
        /// When an answer is expected.
        #[n(0)]
        until: Option<Instant>,
    },
    /// What was asked about is not this side's.
    #[n(4)]
    NotOurs {},
    /// There will be no answer, and no reason for it.
    #[n(5)]
    CannotSay {},
    /// Whoever is on watch may not decide it; the clock stays on.
    #[n(6)]
    ReferredUp {
        /// To which role.
        #[n(0)]
        to: Name,
    },
}

impl Answer {
    /// Whether it closes what it answers. The others leave it open, with its clock.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Agreed {} | Self::Declined {} | Self::NotOurs {} | Self::CannotSay {})
    }
}

/// Shared fields as the receiver holds them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadBack {
    /// Of an opening, an amendment or a counter-proposal.
    #[n(0)]
    Content {
        /// Built from what was stored.
        #[n(0)]
        content: Content,
        /// The words beside them.
        #[n(1)]
        words: Option<Words>,
    },
    /// Of an offered or signed commitment.
    #[n(1)]
    Commitment {
        /// Built from what was stored.
        #[n(0)]
        commitment: Commitment,
    },
}

/// One thing that the receiver holds otherwise than it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
pub struct Difference {
    /// Path of the field, such as `volumes[2].shape.vertices[0]`.
    #[n(0)]
    pub field: String,
    /// As it was sent.
    #[n(1)]
    pub sent: String,
    /// As it was read back.
    #[n(2)]
    pub read_back: String,
    /// How far apart two places are, metres in JSON.
    #[n(3)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apart_m: Option<Millimetres>,
}
