//! What every HTTP server of Keepclear shares: connections with limits, and limits of rate.
//!
//! What a request means is decided by whoever brings the router; here nothing is known of it. A
//! handler that wants to know who is at the other end asks for [`ClientCertificate`].
#![forbid(unsafe_code)]

mod connections;
mod rate;

pub use connections::{ClientCertificate, ServeLimits, serve};
pub use rate::RateLimit;
