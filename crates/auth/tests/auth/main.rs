//! Tests of the crate from outside, with real signatures.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod algorithms;
mod cost;
mod files;
mod issuer;
mod jwks;
mod log;
mod rules;
mod sources;
mod support;
