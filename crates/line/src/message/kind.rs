//! The number of each kind of message, which stands in the envelope of its entry.

use keepclear_entry::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Body;

/// First number of the line's messages among the kinds of entries.
const FIRST: u16 = 0x0100;

macro_rules! kinds {
    ($($(#[$comment:meta])* $name:ident = $number:literal,)*) => {
        /// Which kind of message.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum MessageKind {
            $($(#[$comment])* $name,)*
        }

        impl MessageKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kind in an entry's envelope.
            pub const fn entry_kind(self) -> Kind {
                Kind(FIRST + match self { $(Self::$name => $number,)* })
            }

            /// `None` for an entry that is not a message of this version.
            pub const fn from_entry_kind(kind: Kind) -> Option<Self> {
                match kind.0.wrapping_sub(FIRST) {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }
        }

        impl Body {
            /// Its kind.
            pub const fn kind(&self) -> MessageKind {
                match self { $(Self::$name { .. } => MessageKind::$name,)* }
            }
        }
    };
}

kinds! {
    /// See [`Body::Test`].
    Test = 1,
    /// See [`Body::TestAnswer`].
    TestAnswer = 2,
    /// See [`Body::Open`].
    Open = 3,
    /// See [`Body::Amend`].
    Amend = 4,
    /// See [`Body::Withdraw`].
    Withdraw = 5,
    /// See [`Body::Answer`].
    Answer = 6,
    /// See [`Body::Statement`].
    Statement = 7,
    /// See [`Body::Offer`].
    Offer = 8,
    /// See [`Body::Sign`].
    Sign = 9,
    /// See [`Body::Progress`].
    Progress = 10,
    /// See [`Body::Acknowledge`].
    Acknowledge = 11,
    /// See [`Body::End`].
    End = 12,
    /// See [`Body::Receipt`].
    Receipt = 13,
    /// See [`Body::Dispute`].
    Dispute = 14,
    /// See [`Body::Suspend`].
    Suspend = 15,
    /// See [`Body::Resume`].
    Resume = 16,
    /// See [`Body::HandOver`].
    HandOver = 17,
    /// See [`Body::ProposeTerms`].
    ProposeTerms = 18,
    /// See [`Body::ProposeKey`].
    ProposeKey = 19,
    /// See [`Body::AcceptKey`].
    AcceptKey = 20,
    /// See [`Body::Checkpoint`].
    Checkpoint = 21,
    /// See [`Body::NameWitness`].
    NameWitness = 22,
    /// See [`Body::DismissWitness`].
    DismissWitness = 23,
    /// See [`Body::ProposeCertificate`].
    ProposeCertificate = 24,
    /// See [`Body::AcceptCertificate`].
    AcceptCertificate = 25,
}
