//! From the entries of a desk's log back to what the desk knew.
//!
//! Signatures of what was heard are not asked again: they were before it was written, and the log
//! keeps its entries from change. An export is verified in full by whoever gets it.

use keepclear_entry::{Chain, Entry, LogId, ProposedAt, RequestId};
use keepclear_line::quantity::{DeskId, Instant};

use super::{Happening, JournalError, State};

/// One entry of a desk's log.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Its place.
    pub position: u64,
    /// When.
    pub at: Instant,
    /// The request that caused it.
    pub request: RequestId,
    /// What it says.
    pub happening: Happening,
}

/// A desk's log being replayed.
#[derive(Debug)]
pub struct Replay {
    desk: DeskId,
    chain: Chain,
    state: Option<State>,
}

impl Replay {
    /// From the first entry on.
    pub fn new(log: LogId, exercise: bool) -> Self {
        Self { desk: DeskId(log.id), chain: Chain::new(log, exercise), state: None }
    }

    /// Takes the next entry, and answers it.
    ///
    /// # Errors
    /// [`JournalError`] naming the position.
    pub fn follow(
        &mut self,
        position: u64,
        bytes: &[u8],
    ) -> Result<(Entry, Entered), JournalError> {
        let entry =
            self.chain.follow(bytes).map_err(|error| JournalError::Chain { position, error })?;
        let wrong = |reason| JournalError::Payload { position, reason };
        let happening = Happening::read(&entry).map_err(wrong)?;
        let entered = entered(position, &entry, happening);
        match (&entered.happening, &mut self.state) {
            (Happening::Founded(founded), None) => {
                self.state = Some(State::found(self.desk, founded.clone(), &entered));
            }
            (_, Some(state)) => state.apply(&entered).map_err(wrong)?,
            (_, None) => return Err(wrong("something comes before the founding".to_owned())),
        }
        Ok((entry, entered))
    }

    /// The desk after the entries so far; none before its founding.
    pub fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// The desk, and where its chain stands.
    pub fn finish(self) -> (Option<State>, Chain) {
        (self.state, self.chain)
    }
}

/// Reads one entry alone, as the log has it.
///
/// # Errors
/// [`JournalError`] naming the position.
pub fn read_entry(position: u64, bytes: &[u8]) -> Result<(Entry, Entered), JournalError> {
    let entry = Entry::decode(bytes)
        .map_err(|error| JournalError::Chain { position, error: error.into() })?;
    let happening =
        Happening::read(&entry).map_err(|reason| JournalError::Payload { position, reason })?;
    let entered = entered(position, &entry, happening);
    Ok((entry, entered))
}

/// The line's entry that one entry of the desk's log holds, when it is one of ours or of a peer's.
pub fn line_entry(position: u64, bytes: &[u8]) -> Option<Vec<u8>> {
    let (_, entered) = read_entry(position, bytes).ok()?;
    match entered.happening {
        Happening::Said(said) => Some(said.entry),
        Happening::Heard(heard) => Some(heard.entry),
        _ => None,
    }
}

fn entered(position: u64, entry: &Entry, happening: Happening) -> Entered {
    let ProposedAt(at_us) = entry.proposed_at;
    Entered { position, at: Instant(at_us), request: entry.request, happening }
}
