//! Bodies of requests, and what is filled in where they leave something out.
//!
//! They are the messages of `keepclear-line` without what the desk knows by itself; only the volumes
//! may also come in the form of F3548-21. An unknown field is refused, for a misspelt one would
//! otherwise be left unsaid.

use keepclear_line::Subject;
use keepclear_line::message::{
    Action, Answer, Commitment, Content, Evidence, Milestone, Outcome, Topic, Window,
};
use keepclear_line::quantity::{DeskId, Fingerprint, Instant, Key, MessageId, Name, Words};
use keepclear_line::volume::Volume;
use keepclear_wire::Volume4D;
use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::Problem;
use super::volumes;
use crate::card::CardJson;

/// The shared fields of a message.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentAsk {
    /// What it is about.
    pub topic: Topic,
    /// When; none is the whole time of the volumes.
    pub window: Option<Window>,
    /// Where.
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Where, as F3548-21 writes it; instead of `volumes`.
    #[serde(default)]
    #[schemars(schema_with = "volumes::f3548_schema")]
    pub volumes_f3548: Vec<Volume4D>,
    /// Flights of this side.
    #[serde(default)]
    pub our_flights: Vec<Name>,
    /// Flights of the other side.
    #[serde(default)]
    pub your_flights: Vec<Name>,
    /// What is asked of the other side.
    pub action: Option<Action>,
}

impl ContentAsk {
    /// # Errors
    /// When the volumes are wrong, or neither they nor the window say when.
    pub fn into_content(self, at: &str) -> Result<Content, Problem> {
        let Self { topic, window, volumes, volumes_f3548, our_flights, your_flights, action } =
            self;
        let volumes = volumes::choose(at, volumes, &volumes_f3548)?;
        let window = window.or_else(|| volumes::whole_time(&volumes));
        let window = window.ok_or_else(|| no_window(at))?;
        Ok(Content { topic, window, volumes, our_flights, your_flights, action })
    }
}

fn no_window(at: &str) -> Problem {
    let reason = "is missing, and there are no volumes whose time it could be";
    Problem::field(format!("{at}.window"), reason, "say from when to when")
}

/// What is promised.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitmentAsk {
    /// Whose promise it is; none is this desk's.
    pub by: Option<DeskId>,
    /// What is promised.
    pub action: Action,
    /// In force from, to; none is the whole time of the volumes.
    pub window: Option<Window>,
    /// The flights of the side that promises.
    #[serde(default)]
    pub flights: Vec<Name>,
    /// Where.
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Where, as F3548-21 writes it; instead of `volumes`.
    #[serde(default)]
    #[schemars(schema_with = "volumes::f3548_schema")]
    pub volumes_f3548: Vec<Volume4D>,
    /// Numbered from 1 in this order, by deadline.
    #[serde(default)]
    pub milestones: Vec<MilestoneAsk>,
}

/// A step by which both see how a commitment stands.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MilestoneAsk {
    /// What is to have happened.
    pub what: Words,
    /// Until when.
    pub deadline: Instant,
    /// What will show it.
    pub evidence: Evidence,
}

impl CommitmentAsk {
    /// # Errors
    /// As [`ContentAsk::into_content`].
    pub fn into_commitment(self, us: DeskId) -> Result<Commitment, Problem> {
        let Self { by, action, window, flights, volumes, volumes_f3548, milestones } = self;
        let at = "commitment";
        let volumes = volumes::choose(at, volumes, &volumes_f3548)?;
        let window = window.or_else(|| volumes::whole_time(&volumes));
        let window = window.ok_or_else(|| no_window(at))?;
        let number = |index: usize| {
            let too_many = || {
                let reason = format!("has {} milestones, more than can be numbered", index + 1);
                Problem::field("commitment.milestones".to_owned(), reason, "use fewer")
            };
            u8::try_from(index + 1).map_err(|_| too_many())
        };
        let milestones = milestones.into_iter().enumerate().map(|(index, ask)| {
            let MilestoneAsk { what, deadline, evidence } = ask;
            Ok(Milestone { number: number(index)?, what, deadline, evidence })
        });
        let milestones = milestones.collect::<Result<_, Problem>>()?;
        Ok(Commitment { by: by.unwrap_or(us), action, window, flights, volumes, milestones })
    }
}

/// A person's answer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerAsk {
    /// Yes, to exactly what is answered.
    Agreed {},
    /// No.
    Declined {},
    /// Not this, but that; the other side answers it in turn.
    Counter {
        /// All of the shared fields.
        content: ContentAsk,
    },
    /// Not yet; the clock stays on.
    StandBy {
        /// When an answer is expected.
        until: Option<Instant>,
    },
    /// What was asked about is not this side's.
    NotOurs {},
    /// There will be no answer, and no reason for it.
    CannotSay {},
    /// Whoever is on watch may not decide it; the clock stays on.
    ReferredUp {
        /// To which role.
        to: Name,
    },
}

impl AnswerAsk {
    /// # Errors
    /// As [`ContentAsk::into_content`].
    pub fn into_answer(self) -> Result<Answer, Problem> {
        Ok(match self {
            Self::Agreed {} => Answer::Agreed {},
            Self::Declined {} => Answer::Declined {},
            Self::Counter { content } => {
                Answer::Counter { content: content.into_content("answer.counter.content")? }
            }
            Self::StandBy { until } => Answer::StandBy { until },
            Self::NotOurs {} => Answer::NotOurs {},
            Self::CannotSay {} => Answer::CannotSay {},
            Self::ReferredUp { to } => Answer::ReferredUp { to },
        })
    }
}

macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $kind:ty,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
    )*};
}

asks! {
    /// Opens an exchange.
    Opening {
        /// The shared fields.
        content: ContentAsk,
        /// This side's own words beside them.
        words: Option<Words>,
    }
    /// New shared fields in place of those before.
    Amendment {
        /// The version that is replaced; none is the last one.
        of: Option<MessageId>,
        /// All of the shared fields.
        content: ContentAsk,
        /// This side's own words beside them.
        words: Option<Words>,
    }
    /// Takes back what this side opened.
    Withdrawal {
        /// The version that is taken back; none is the last one.
        of: Option<MessageId>,
        /// Why.
        words: Option<Words>,
    }
    /// A person's answer to an opening, an amendment or a counter-proposal.
    Answering {
        /// What is answered; none is what waits.
        of: Option<MessageId>,
        /// The answer.
        answer: AnswerAsk,
        /// Whom it covers: units, operators, regions. At least one.
        covers: Vec<Name>,
        /// This side's own words beside it.
        words: Option<Words>,
    }
    /// Asks the person on watch at the other end to answer a neutral fixed text.
    Testing {
        /// Number of the text, 1 to 12; none lets the desk choose.
        phrase: Option<u8>,
    }
    /// A person's answer to a test.
    TestAnswering {
        /// The test; none is the one of the exchange.
        of: Option<MessageId>,
        /// The number that the person read.
        phrase: u8,
    }
    /// This side's own words within an exchange.
    Stating {
        /// What they refer to, if to one message.
        of: Option<MessageId>,
        /// The words.
        words: Words,
    }
    /// Offers a commitment.
    Offering {
        /// What is promised.
        commitment: CommitmentAsk,
    }
    /// Signs the commitment that the other side offered, as this desk holds it.
    Signing {
        /// The offer; none is the last one.
        of: Option<MessageId>,
    }
    /// What became of a milestone.
    Progressing {
        /// The offer that was signed; none is the last one.
        of: Option<MessageId>,
        /// What became of it.
        outcome: Outcome,
        /// What shows it.
        evidence: Option<Words>,
    }
    /// A person on watch has read a message. Says nothing of agreement.
    Acknowledging {
        /// The message; none is what waits.
        of: Option<MessageId>,
    }
    /// Closes an exchange.
    Ending {
        /// Why.
        words: Option<Words>,
    }
    /// This side suspends its end of the line. Distress and tests still pass.
    Suspending {
        /// Why.
        words: Words,
    }
    /// From a stated moment on another watch has the role.
    HandingOver {
        /// The role on watch from then on.
        role: Name,
        /// When; none is now.
        at: Option<Instant>,
    }
    /// Two people have compared the phrase of a pairing by another way.
    Confirming {
        /// The words as the other side read them; compared here too when they are given.
        phrase: Option<Vec<String>>,
    }
    /// Takes an alarm out of sight for a while.
    Shelve {
        /// The desk at the other end of the line that the alarm is about; may be left out where one line
        /// alone has an alarm of that key.
        peer: Option<DeskId>,
        /// Why.
        reason: Words,
        /// Until when.
        until: Instant,
    }
}

/// A witness of a line, in force once both sides name it alike.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WitnessAsk {
    /// This side names a desk, and what it may read.
    Name {
        /// A desk that this one has a confirmed line with: its id, or its party's name.
        peer: Option<String>,
        /// Or the card of any other desk.
        card: Option<Box<CardJson>>,
        /// What it may read.
        reads: Vec<Subject>,
        /// Only what is said from then on; none is from now on.
        from: Option<Instant>,
    },
    /// This side names whom the other names, in the same words.
    Agree {
        /// The witness's desk.
        desk: DeskId,
    },
}

/// A change of signing key, by the agreement of both sides.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeyAsk {
    /// This desk makes a key and proposes it.
    Propose {},
    /// This side takes the key that the other side proposed.
    Accept {
        /// The proposal; none is the last one.
        of: Option<MessageId>,
        /// The key that a person compared with the other side by another way.
        key: Key,
    },
}

/// A change of the certificate of a desk's connections, by the agreement of both sides.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CertificateAsk {
    /// This desk makes a certificate and proposes it.
    Propose {},
    /// This side takes the certificate that the other side proposed.
    Accept {
        /// The proposal; none is the last one.
        of: Option<MessageId>,
        /// The fingerprint that a person compared with the other side by another way.
        fingerprint: Fingerprint,
    },
}
