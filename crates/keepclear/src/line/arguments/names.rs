//! Words that stand for one of a few things, as they are typed.

use clap::ValueEnum;
use serde::Serialize;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerName {
    /// Yes, to exactly what is answered.
    Agreed,
    /// No.
    Declined,
    /// Not this, but what the options say.
    Counter,
    /// Not yet.
    StandBy,
    /// It is not ours.
    NotOurs,
    /// There will be no answer, and no reason for it.
    CannotSay,
    /// Another role has to decide.
    ReferredUp,
}

/// Whose promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Ours.
    Us,
    /// Theirs.
    Them,
}

/// What became of a milestone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeName {
    /// It happened.
    Reached,
    /// It did not, and will not in time.
    Missed,
}

/// What shows that a milestone was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceName {
    /// The word of the side that promised.
    Report,
    /// A plan as published in the sky.
    PublishedPlan,
    /// Observed by the other side.
    Observation,
    /// A recorded track.
    Track,
}

macro_rules! topics {
    ($($name:ident,)*) => {
        /// What it is about: the topics of a message, spelt as in JSON.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        #[value(rename_all = "snake_case")]
        pub enum TopicName { $($name,)* }

        impl From<TopicName> for keepclear_line::message::Topic {
            fn from(name: TopicName) -> Self {
                match name { $(TopicName::$name => Self::$name,)* }
            }
        }
    };
}

topics! {
    Flights, UncrewedFlights, ClosedArea, ExerciseArea, FallingObjects, SearchAndRescue, Medical,
    FireFighting, Relief, Conflict, UnknownFlight, CloseApproach, Stray, LostControl, Emergency,
    Accident, Line,
}
