//! Operational intent references (F3548-21 section 4.3).

use std::sync::Arc;

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::codec;
use crate::extent::{Extent, TimeRange};
use crate::ids::{EntityId, Ovn, Subject, SubscriptionId};
use crate::shelf::Shelved;

/// State of an operational intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum IntentState {
    /// Planned.
    #[n(0)]
    Accepted,
    /// In use.
    #[n(1)]
    Activated,
    /// Outside its volumes, expected back.
    #[n(2)]
    Nonconforming,
    /// Out of control.
    #[n(3)]
    Contingent,
}

impl IntentState {
    /// Whether the manager must know everything that it may meet (F3548-21 DSS0005,1): a flight
    /// that is already off its plan is told to everybody without conditions.
    pub fn needs_key(self) -> bool {
        matches!(self, Self::Accepted | Self::Activated)
    }
}

/// What the sky holds of an operational intent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Intent {
    /// Chosen by the manager.
    #[n(0)]
    pub id: EntityId,
    /// Who alone may change it.
    #[n(1)]
    pub manager: Subject,
    /// Its state.
    #[n(2)]
    pub state: IntentState,
    /// 1 when created, one more with every change.
    #[n(3)]
    pub version: u32,
    /// New with every change.
    #[n(4)]
    pub ovn: Ovn,
    /// Where the manager answers for the details.
    #[cbor(n(5), with = "codec::text")]
    pub base_url: Arc<str>,
    /// From the first start to the last end, as given.
    #[n(6)]
    pub time: TimeRange,
    /// What keeps the manager informed of what it may meet.
    #[n(7)]
    pub subscription: Option<SubscriptionId>,
    /// What it touches.
    #[n(8)]
    pub extent: Extent,
}

impl Shelved for Intent {
    fn id(&self) -> Uuid {
        self.id.0
    }
    fn extent(&self) -> &Extent {
        &self.extent
    }
    fn time(&self) -> TimeRange {
        self.time
    }
    fn texts(&self) -> [&Arc<str>; 2] {
        [&self.manager.0, &self.base_url]
    }
    fn texts_mut(&mut self) -> [&mut Arc<str>; 2] {
        [&mut self.manager.0, &mut self.base_url]
    }
}
