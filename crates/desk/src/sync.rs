//! Desk to desk: one exchange, `POST /line/v1/sync`, from either side, as often as need be.
//!
//! Each says what it has of the other's lanes and sends what the other lacks. Doing it again changes
//! nothing, so whatever a network loses, doubles or delays is mended by the next one. Who the other is
//! follows from the certificate of the connection and from nothing in the message.

mod ask;
mod beat;
mod budget;
mod client;
mod connection;
mod heard;
mod intake;
mod link;
mod protocol;
mod server;
mod tls;
mod witness_client;
mod witness_intake;
mod witness_protocol;
mod witness_server;

pub use client::run;
pub use heard::digest_of;
pub use intake::Checked;
pub use link::Links;
pub use server::sync_router;
pub use tls::tls_acceptor;
pub use witness_protocol::{Asked, Given, HeldLine};
