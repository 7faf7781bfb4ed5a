//! The shared directory of intents as a pure state machine.
//!
//! [`Sky::apply`] is the only way in: the same commands in the same order give the same state,
//! byte for byte, on every node and in every replay. There is no clock here, no I/O and no
//! randomness; time, fresh ids, salt and coverings come in with the [`Command`] and its [`Cause`].
#![forbid(unsafe_code)]

mod arena;
mod availability;
mod charter;
mod codec;
pub mod command;
mod constraint;
mod extent;
mod ids;
mod index;
mod intent;
mod interner;
mod member;
mod notify;
mod past_ovns;
mod read;
mod refusal;
mod shelf;
mod sky;
mod snapshot;
mod subscription;
mod sweep;
mod tombstone;

pub use availability::{Availability, AvailabilityRecord};
pub use charter::{Charter, Matching, RETENTION_DEFAULT_US};
pub use command::{Answer, Cause, Command, ConstraintAnswer, IntentAnswer, SubscriptionAnswer};
pub use constraint::Constraint;
pub use extent::{Block, Extent, TUPLES_MAX, TimeRange};
pub use ids::{EntityId, Ovn, Salt, SkyId, Subject, SubscriptionId, Version};
pub use intent::{Intent, IntentState};
pub use member::{Heartbeat, Member};
pub use notify::{Notice, SubscriberGroup};
pub use read::Area;
pub use refusal::Refusal;
pub use sky::Sky;
pub use snapshot::{SnapshotError, SnapshotView};
pub use subscription::Subscription;
pub use tombstone::Tombstone;
