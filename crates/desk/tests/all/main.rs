//! Desks as they run: real connections on the loopback, real files, real certificates.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod certificates;
mod delivery;
mod desks;
mod face_access;
mod face_contract;
mod face_drafts;
mod face_errors;
mod face_events;
mod face_fuzz;
mod face_once;
mod face_story;
mod face_support;
mod healing;
mod hostile;
mod pairing;
mod slow;
mod speed;
mod way;
mod witness;
