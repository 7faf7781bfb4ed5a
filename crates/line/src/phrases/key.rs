//! The id of every phrase, which stands in each table.
//!
//! Ids come from the types that a person sees: each has one match without a catch-all, so that a
//! new variant does not compile without an id, and the same list tells the tests what each table
//! must hold. A table is never asked for an id that was put together at run time.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::message::{Action, Answer, Evidence, Lane, Matter, MessageKind, Outcome, Topic};
use crate::view::{
    AlarmKind, AlarmLevel, CommitmentState, ExchangeState, LineState, Side, WitnessState,
};
use crate::volume::{Reference, Shape};
use crate::witness::Subject;

/// The id of a phrase that every table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Phrase(pub(super) &'static str);

impl Phrase {
    /// Every phrase, in no particular order.
    pub fn all() -> impl Iterator<Item = Self> {
        OF_TYPES.iter().chain(&TESTS).chain(super::word::ALL).map(|&id| Self(id))
    }

    /// As it stands in the tables.
    pub const fn id(self) -> &'static str {
        self.0
    }

    /// The text of a test; `None` for a number that no text has.
    pub fn of_test(number: u8) -> Option<Self> {
        TESTS.get(usize::from(number).checked_sub(1)?).map(|&id| Self(id))
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format!("{id:?} is not the id of a phrase"));
        Self::all().find(|phrase| phrase.0 == id).ok_or_else(unknown)
    }
}

macro_rules! ids {
    ($($type:ty { $($pattern:pat $(if $guard:expr)? => $id:literal,)* })*) => {
        const OF_TYPES: &[&str] = &[$($($id,)*)*];
        $(impl From<$type> for Phrase {
            fn from(value: $type) -> Self {
                Self(match value { $($pattern $(if $guard)? => $id,)* })
            }
        })*
    };
}

/// The texts of the human test, the first of number 1.
const TESTS: [&str; 12] = [
    "test-bread",
    "test-lamp",
    "test-spoon",
    "test-book",
    "test-apple",
    "test-chair",
    "test-blanket",
    "test-ribbon",
    "test-teapot",
    "test-honey",
    "test-mirror",
    "test-violin",
];

ids! {
    MessageKind {
        MessageKind::Test => "kind-test",
        MessageKind::TestAnswer => "kind-test-answer",
        MessageKind::Open => "kind-open",
        MessageKind::Amend => "kind-amend",
        MessageKind::Withdraw => "kind-withdraw",
        MessageKind::Answer => "kind-answer",
        MessageKind::Statement => "kind-statement",
        MessageKind::Offer => "kind-offer",
        MessageKind::Sign => "kind-sign",
        MessageKind::Progress => "kind-progress",
        MessageKind::Acknowledge => "kind-acknowledge",
        MessageKind::End => "kind-end",
        MessageKind::Receipt => "kind-receipt",
        MessageKind::Dispute => "kind-dispute",
        MessageKind::Suspend => "kind-suspend",
        MessageKind::Resume => "kind-resume",
        MessageKind::HandOver => "kind-hand-over",
        MessageKind::ProposeTerms => "kind-propose-terms",
        MessageKind::ProposeKey => "kind-propose-key",
        MessageKind::AcceptKey => "kind-accept-key",
        MessageKind::Checkpoint => "kind-checkpoint",
        MessageKind::NameWitness => "kind-name-witness",
        MessageKind::DismissWitness => "kind-dismiss-witness",
        MessageKind::ProposeCertificate => "kind-propose-certificate",
        MessageKind::AcceptCertificate => "kind-accept-certificate",
    }
    Lane {
        Lane::Ordinary => "lane-ordinary",
        Lane::Urgent => "lane-urgent",
    }
    Matter {
        Matter::Notice => "matter-notice",
        Matter::Request => "matter-request",
        Matter::Question => "matter-question",
        Matter::Report => "matter-report",
        Matter::Distress => "matter-distress",
    }
    Topic {
        Topic::Flights => "topic-flights",
        Topic::UncrewedFlights => "topic-uncrewed-flights",
        Topic::ClosedArea => "topic-closed-area",
        Topic::ExerciseArea => "topic-exercise-area",
        Topic::FallingObjects => "topic-falling-objects",
        Topic::SearchAndRescue => "topic-search-and-rescue",
        Topic::Medical => "topic-medical",
        Topic::FireFighting => "topic-fire-fighting",
        Topic::Relief => "topic-relief",
        Topic::Conflict => "topic-conflict",
        Topic::UnknownFlight => "topic-unknown-flight",
        Topic::CloseApproach => "topic-close-approach",
        Topic::Stray => "topic-stray",
        Topic::LostControl => "topic-lost-control",
        Topic::Emergency => "topic-emergency",
        Topic::Accident => "topic-accident",
        Topic::Line => "topic-line",
    }
    Action {
        Action::Delay { .. } => "action-delay",
        Action::Earlier { .. } => "action-earlier",
        Action::Level { by_m } if by_m.0 < 0 => "action-lower",
        Action::Level { .. } => "action-higher",
        Action::Sideways { by_m } if by_m.0 < 0 => "action-left",
        Action::Sideways { .. } => "action-right",
        Action::StayClear {} => "action-stay-clear",
        Action::StayWithin {} => "action-stay-within",
        Action::Identify {} => "action-identify",
        Action::Inform {} => "action-inform",
        Action::Assist {} => "action-assist",
    }
    &Answer {
        Answer::Agreed {} => "answer-agreed",
        Answer::Declined {} => "answer-declined",
        Answer::Counter { .. } => "answer-counter",
        Answer::StandBy { .. } => "answer-stand-by",
        Answer::NotOurs {} => "answer-not-ours",
        Answer::CannotSay {} => "answer-cannot-say",
        Answer::ReferredUp { .. } => "answer-referred-up",
    }
    Evidence {
        Evidence::Report => "evidence-report",
        Evidence::PublishedPlan => "evidence-published-plan",
        Evidence::Observation => "evidence-observation",
        Evidence::Track => "evidence-track",
    }
    Outcome {
        Outcome::Reached => "outcome-reached",
        Outcome::Missed => "outcome-missed",
    }
    Reference {
        Reference::Ellipsoid => "reference-ellipsoid",
        Reference::SeaLevel => "reference-sea-level",
        Reference::Ground => "reference-ground",
        Reference::Pressure => "reference-pressure",
    }
    &Shape {
        Shape::Circle { .. } => "shape-circle",
        Shape::Polygon { .. } => "shape-polygon",
    }
    Side {
        Side::Us => "side-us",
        Side::Them => "side-them",
    }
    LineState {
        LineState::Open => "line-open",
        LineState::SuspendedByUs => "line-suspended-by-us",
        LineState::SuspendedByThem => "line-suspended-by-them",
        LineState::Silent => "line-silent",
        LineState::Unknown => "line-unknown",
    }
    ExchangeState {
        ExchangeState::Drafted => "exchange-drafted",
        ExchangeState::Released => "exchange-released",
        ExchangeState::Delivered => "exchange-delivered",
        ExchangeState::ReadBack => "exchange-read-back",
        ExchangeState::Acknowledged => "exchange-acknowledged",
        ExchangeState::Discussed => "exchange-discussed",
        ExchangeState::Answered => "exchange-answered",
        ExchangeState::Agreed => "exchange-agreed",
        ExchangeState::InForce => "exchange-in-force",
        ExchangeState::Amended => "exchange-amended",
        ExchangeState::Withdrawn => "exchange-withdrawn",
        ExchangeState::Ended => "exchange-ended",
        ExchangeState::Disputed => "exchange-disputed",
    }
    CommitmentState {
        CommitmentState::Offered => "commitment-offered",
        CommitmentState::Agreed => "commitment-agreed",
        CommitmentState::InForce => "commitment-in-force",
        CommitmentState::Due => "commitment-due",
        CommitmentState::Kept => "commitment-kept",
        CommitmentState::Broken => "commitment-broken",
        CommitmentState::Lapsed => "commitment-lapsed",
        CommitmentState::Ended => "commitment-ended",
    }
    Subject {
        Subject::Tests => "subject-tests",
        Subject::Notices => "subject-notices",
        Subject::Requests => "subject-requests",
        Subject::Questions => "subject-questions",
        Subject::Reports => "subject-reports",
        Subject::Distress => "subject-distress",
        Subject::Commitments => "subject-commitments",
        Subject::LineItself => "subject-line-itself",
    }
    WitnessState {
        WitnessState::ProposedByUs => "witness-proposed-by-us",
        WitnessState::ProposedByThem => "witness-proposed-by-them",
        WitnessState::NamedDifferently => "witness-named-differently",
        WitnessState::InForce => "witness-in-force",
        WitnessState::Dismissed => "witness-dismissed",
    }
    AlarmLevel {
        AlarmLevel::Advisory => "level-advisory",
        AlarmLevel::Caution => "level-caution",
        AlarmLevel::Warning => "level-warning",
    }
    AlarmKind {
        AlarmKind::DistressWaits => "alarm-distress-waits",
        AlarmKind::LineSilent => "alarm-line-silent",
        AlarmKind::NotDelivered => "alarm-not-delivered",
        AlarmKind::NotTaken => "alarm-not-taken",
        AlarmKind::ReadBackDiffers => "alarm-read-back-differs",
        AlarmKind::AnswerLate => "alarm-answer-late",
        AlarmKind::Telephone => "alarm-telephone",
        AlarmKind::OurAnswerLate => "alarm-our-answer-late",
        AlarmKind::AnswerWanted => "alarm-answer-wanted",
        AlarmKind::TestOverdue => "alarm-test-overdue",
        AlarmKind::TestWaits => "alarm-test-waits",
        AlarmKind::NoticeShort => "alarm-notice-short",
        AlarmKind::MilestoneDue => "alarm-milestone-due",
        AlarmKind::CommitmentBroken => "alarm-commitment-broken",
        AlarmKind::ClocksApart => "alarm-clocks-apart",
        AlarmKind::PeerFault => "alarm-peer-fault",
        AlarmKind::TouchesOurFlights => "alarm-touches-our-flights",
    }
}
