//! What every HTTP server of Keepclear shares: connections with limits, limits of rate, a clock.
//!
//! What a request means is decided by whoever brings the router; here nothing is known of it. A
//! handler that wants to know who is at the other end asks for [`ClientCertificate`].
#![forbid(unsafe_code)]

mod clock;
mod connections;
mod rate;

pub use clock::Clock;
pub use connections::{ClientCertificate, ServeLimits, serve};
pub use rate::RateLimit;
