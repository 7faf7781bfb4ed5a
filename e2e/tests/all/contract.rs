//! The sky's HTTP face against its documents: every operation, every scope, every code, and the behaviour
//! that the files do not describe.
//!
//! Expected values come from `contract/*.json`, from the project's description of the behaviour and from
//! arithmetic; every single answer is held against the contract by [`caller::ask`].

mod authorisation;
mod auxiliary;
mod availability;
mod bodies;
mod caller;
mod codes;
mod constraints;
mod errors;
mod examples;
mod geometry;
mod intent_key;
mod intent_notices;
mod intent_subscription;
mod intents;
mod modes;
mod subscriptions;
mod tokens;
