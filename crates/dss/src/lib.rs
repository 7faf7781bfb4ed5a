//! The HTTP face of the sky.
//!
//! The [`Engine`] orders commands and makes them durable; everything else turns HTTP into commands and
//! questions, and answers back. What a request may ask is decided by the rules in `keepclear-sky`;
//! here is only what does not depend on the state: tokens, forms, outlines and limits.
#![forbid(unsafe_code)]

mod area;
mod auxiliary;
mod availability;
mod base_url;
mod body;
mod call;
mod constraints;
mod engine;
mod extents;
mod face;
mod instant_text;
mod intents;
mod measures;
pub mod operations;
mod path_text;
mod problem;
mod refusals;
mod render;
mod reply;
mod reports;
mod subscriptions;

pub use engine::{
    Broken, Caller, Engine, EngineOptions, Founding, JournalError, Replay, StartError, Started,
    WriteError, describe,
};
pub use face::{Face, FaceOptions, router};
