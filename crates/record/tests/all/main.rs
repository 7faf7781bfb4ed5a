//! Exports that are written, damaged in every way, and compared.
//!
//! `KEEPCLEAR_SEEDS` sets how many seeds the drawn tests run (10 unless given); a failure names its
//! seed.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod claims;
mod clocks;
mod damage;
mod follow;
mod golden;
mod merkle;
mod prove;
mod read;
mod support;
mod tampered;
mod verified;
mod withheld;
mod witness;
