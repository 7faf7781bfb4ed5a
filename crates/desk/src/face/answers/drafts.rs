//! What the operations answer about messages that are not released.

use keepclear_line::Body;
use keepclear_line::message::MessageKind;
use keepclear_line::quantity::{DeskId, DraftId, ExchangeId, Instant, Name};
use keepclear_line::view::ExchangeState;
use schemars::JsonSchema;
use serde::Serialize;

use super::{TextIn, Title};
use crate::views::TouchedFlight;

answers! {
    /// Messages to one desk that are not released.
    Drafts {
        /// When this was computed.
        now: Instant,
        /// The oldest first.
        drafts: Vec<DraftView>,
    }
    /// A message that is written and not released. The other side knows nothing of it.
    DraftView {
        /// Which.
        draft: DraftId,
        /// Always `drafted`.
        state: ExchangeState,
        /// For which party.
        party: Name,
        /// Its desk.
        desk: DeskId,
        /// Kind of the message.
        kind: MessageKind,
        /// The exchange that it would open, or be said in.
        exchange: Option<ExchangeId>,
        /// The role that wrote it last.
        role: Name,
        /// When it was first written.
        drafted_at: Instant,
        /// When it was last changed.
        changed_at: Instant,
        /// What it is, in each language of both desks.
        titles: Vec<Title>,
        /// What the other side would read, and what we would: the same lines in each language.
        texts: Vec<TextIn>,
        /// Why it could not be released at this moment; none when it could.
        refused: Option<WouldBeRefused>,
        /// Own flights that its volumes touch.
        touching: Vec<TouchedFlight>,
        /// The message itself.
        body: Body,
    }
    /// What releasing a draft would be answered at this moment.
    WouldBeRefused {
        /// A word for programs.
        code: &'static str,
        /// What is to blame.
        field: Option<String>,
        /// What is wrong, for a person.
        reason: String,
        /// What to do, for a person.
        remedy: String,
    }
    /// A draft that was kept, changed or thrown away.
    Kept {
        /// Which.
        draft: DraftId,
        /// Position of this desk's log after it; the draft's ETag.
        position: u64,
    }
}
