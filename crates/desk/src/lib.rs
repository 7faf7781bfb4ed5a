//! One party's own seat: its lines to other desks, its log, its keys.
//!
//! [`Desk`] is the handle that everything else uses. What it shows is durable; what it answers was
//! first written. Other desks come in through [`sync_router`], the party's own people and programs
//! through [`face`].
#![forbid(unsafe_code)]

mod board;
mod card;
mod cbor;
mod claims;
mod desk;
mod engine;
pub mod face;
mod identity;
mod inject;
mod journal;
mod plans;
mod presented;
mod speaking;
mod start;
mod sync;
pub mod views;
pub mod witnessing;

pub use board::{LineNow, Snapshot};
pub use card::{CARD_BYTES_MAX, CARD_FORMAT, Card, CardError, CardJson, line_id};
pub use claims::LineClaims;
pub use desk::Desk;
pub use engine::{Broken, Drafting};
pub use identity::{Identity, IdentityError};
pub use inject::{Inject, InjectError};
pub use journal::{
    Draft, Entered, Happening, Item, JournalError, LANES, Peer, Replay, State, SuspicionKind,
    Witnessed, WitnessedFacts, WitnessedLine, message_of, read_entry, side_of,
};
pub use plans::{Plans, PlansError};
pub use speaking::{DeskError, DraftKept, Said, Speaker};
pub use start::{DeskOptions, Founding, StartError, Started, record_header};
pub use sync::{sync_router, tls_acceptor};
