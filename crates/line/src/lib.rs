//! What two desks say to each other, and where each exchange stands.
//!
//! Pure: no clock, no I/O, no randomness. Every fact has one owner, the side that said it, so that
//! where an exchange stands follows from what both sides said and not from the order in which one of
//! them happened to learn it: once both have everything, both see the same.
#![forbid(unsafe_code)]

mod alarms;
mod certificate;
pub mod codec;
mod exchange;
pub mod health;
mod held;
pub mod line;
pub mod message;
pub mod phrases;
pub mod quantity;
pub mod read_back;
pub mod refusal;
mod sides;
pub mod stored;
pub mod terms;
pub mod view;
pub mod volume;
pub mod witness;

pub use alarms::put_in_order;
pub use certificate::{CERTIFICATE_MAX, Certificate};
pub use codec::{CodecError, decode, encode};
pub use exchange::EXCHANGE_MESSAGES_MAX;
pub use health::Health;
pub use line::{
    Charter, DISMISSED_SHOWN, FAULTS_SHOWN, Fields, Line, Party, Row, Rows, Stamp, needs_role,
};
pub use message::{Body, Envelope};
pub use read_back::expected_read_back;
pub use refusal::Refusal;
pub use stored::Stored;
pub use witness::{Subject, WITNESSES_MAX, Witness};
