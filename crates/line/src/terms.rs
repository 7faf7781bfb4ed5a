//! The times that both sides agreed: how soon a message must be received, and answered.

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Two times of one kind of message, seconds; counted from when it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Until the other desk has it.
    #[n(0)]
    pub receipt_s: u32,
    /// Until a person there has acknowledged a notice, or answered anything else.
    #[n(1)]
    pub answer_s: u32,
}

/// All agreed times. Everything is from 1 s to 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Distress.
    #[n(0)]
    pub distress: Times,
    /// Notices, their amendments and withdrawals.
    #[n(1)]
    pub notice: Times,
    /// Requests and counter-proposals.
    #[n(2)]
    pub request: Times,
    /// Questions.
    #[n(3)]
    pub question: Times,
    /// Incident reports.
    #[n(4)]
    pub report: Times,
    /// Offered commitments.
    #[n(5)]
    pub commitment: Times,
    /// Tests.
    #[n(6)]
    pub test: Times,
    /// How long before its window a notice must have been delivered, seconds.
    #[n(7)]
    pub notice_given_s: u32,
    /// When to take the telephone for an unacknowledged notice, seconds after it was said.
    #[n(8)]
    pub telephone_s: u32,
    /// How old the last answered test may be, seconds.
    #[n(9)]
    pub test_every_s: u32,
    /// How far the two clocks may be apart, milliseconds.
    #[n(10)]
    pub clock_apart_ms: u32,
}

impl Default for Terms {
    /// Receipt of a restriction within 15 min and the telephone at 90 min as in the published
    /// receipt rule for restrictions; distress 10 s and 60 s.
    fn default() -> Self {
        let times = |receipt_s, answer_s| Times { receipt_s, answer_s };
        Self {
            distress: times(10, 60),
            notice: times(15 * 60, 90 * 60),
            request: times(60, 10 * 60),
            question: times(60, 10 * 60),
            report: times(15 * 60, 24 * 60 * 60),
            commitment: times(60, 10 * 60),
            test: times(10, 2 * 60),
            notice_given_s: 10 * 60,
            telephone_s: 90 * 60,
            test_every_s: 8 * 60 * 60,
            clock_apart_ms: 5_000,
        }
    }
}
