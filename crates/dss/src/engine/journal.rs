//! What the sky's entries carry, and the way from entries back to the state.
//!
//! The first entry of a log founds the sky; every other carries one command. Replaying them to any
//! time gives the sky as it was.

use std::borrow::Cow;

use keepclear_entry::{Chain, ChainError, Entry, Kind, LogId, Payload};
use keepclear_sky::{Answer, Cause, Charter, Command, Refusal, Salt, Sky, Subject};
use minicbor::{Decode, Encode};

/// Carries a [`Charter`].
const FOUNDING: Kind = Kind(1);

/// Carries a [`Logged`] command.
const COMMAND: Kind = Kind(2);

/// The kind of the entry that founds a sky.
pub(super) fn founding_entry_kind() -> Kind {
    FOUNDING
}

/// The kind of the entries that carry commands.
pub(super) fn command_entry_kind() -> Kind {
    COMMAND
}

/// A command with the randomness that it was given.
#[derive(Debug, Encode, Decode)]
#[cbor(array)]
pub(super) struct Logged<'a> {
    #[n(0)]
    pub salt: Salt,
    #[n(1)]
    pub command: Cow<'a, Command>,
}

/// Why a log cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// An entry does not follow those before it.
    #[error("position {position}: {error}")]
    Chain {
        /// In the log.
        position: u64,
        /// What is wrong.
        error: ChainError,
    },
    /// An entry is not one of a sky's.
    #[error("position {position}: {reason}")]
    Payload {
        /// In the log.
        position: u64,
        /// What is wrong.
        reason: String,
    },
}

/// A log being replayed.
#[derive(Debug)]
pub struct Replay {
    chain: Chain,
    sky: Option<Sky>,
}

impl Replay {
    /// From the first entry on.
    pub fn from_start(log: LogId, exercise: bool) -> Self {
        Self { chain: Chain::new(log, exercise), sky: None }
    }

    /// From a snapshot on.
    pub fn from_snapshot(chain: Chain, sky: Sky) -> Self {
        Self { chain, sky: Some(sky) }
    }

    /// Takes the next entry. Answers it, and what the sky answered to its command.
    ///
    /// # Errors
    /// [`JournalError`] naming the position.
    pub fn follow(
        &mut self,
        position: u64,
        bytes: &[u8],
    ) -> Result<(Entry, Option<Result<Answer, Refusal>>), JournalError> {
        let entry =
            self.chain.follow(bytes).map_err(|error| JournalError::Chain { position, error })?;
        let wrong = |reason: String| JournalError::Payload { position, reason };
        let Payload::Inline(payload) = &entry.payload else {
            return Err(wrong("a sky's entry carries its payload inline".to_owned()));
        };
        let broken = |error: minicbor::decode::Error| wrong(format!("payload: {error}"));
        match (entry.kind, &mut self.sky) {
            (FOUNDING, None) => {
                let charter: Charter = minicbor::decode(payload.as_bytes()).map_err(broken)?;
                self.sky = Some(Sky::found(charter, entry.proposed_at.0));
                Ok((entry, None))
            }
            (COMMAND, Some(sky)) => {
                let logged: Logged = minicbor::decode(payload.as_bytes()).map_err(broken)?;
                let answer = sky.apply(&cause_of(&entry, logged.salt), logged.command.into_owned());
                Ok((entry, Some(answer)))
            }
            (FOUNDING, Some(_)) => Err(wrong("the sky is founded a second time".to_owned())),
            (COMMAND, None) => Err(wrong("a command comes before the founding".to_owned())),
            (Kind(kind), _) => Err(wrong(format!("entries of kind {kind} are not known"))),
        }
    }

    /// The state after the entries so far; none before the founding.
    pub fn sky(&self) -> Option<&Sky> {
        self.sky.as_ref()
    }

    /// The state, and where the chains stand.
    pub fn finish(self) -> (Option<Sky>, Chain) {
        (self.sky, self.chain)
    }
}

fn cause_of(entry: &Entry, salt: Salt) -> Cause {
    let subject = entry.principal.as_ref().map_or("", |principal| principal.subject.as_str());
    Cause { at_us: entry.proposed_at.0, subject: Subject::from(subject), salt }
}
