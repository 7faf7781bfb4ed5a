//! What a batch holds, and what to do with it once it is durable.

use keepclear_entry::Head;
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, DraftId};
use keepclear_log::Batch;
use tokio::sync::oneshot;

use crate::engine::Answer;
use crate::journal::Entered;
use crate::speaking::{DeskError, Said};

type Waiting = oneshot::Sender<Result<Answer, DeskError>>;

/// One entry of a batch.
pub struct Planned {
    /// As it will be applied; its position comes with the append.
    pub entered: Entered,
    /// The desk's chain after it.
    pub head: Head,
    /// Our lane that it moves, and where to.
    pub lane: Option<(DeskId, Lane, Head)>,
    /// The line on which it is owed.
    pub owed_on: Option<DeskId>,
    /// Who waits for it.
    pub answers: Vec<Waiting>,
    /// For what a person said.
    pub said: Option<Said>,
    /// The draft that is kept, changed or thrown away.
    pub draft: Option<DraftId>,
}

/// What became of a request that may wait for others.
pub enum Planning<A> {
    /// It is the last entry of the batch.
    Planned,
    /// Something about the same thing is in this batch: it is looked at again after it.
    Wait,
    /// It was done before, and answered so.
    Known(A),
}

/// A batch, and what to do once it is durable.
pub struct Work {
    pub planned: Vec<Planned>,
    pub batch: Batch,
}
