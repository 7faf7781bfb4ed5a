//! Constraint references: closed or restricted airspace (F3548-21 section 4.5).

use std::sync::Arc;

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::codec;
use crate::extent::{Extent, TimeRange};
use crate::ids::{EntityId, Ovn, Subject};
use crate::shelf::Shelved;

/// What the sky holds of a constraint.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Constraint {
    /// Chosen by the manager.
    #[n(0)]
    pub id: EntityId,
    /// Who alone may change it.
    #[n(1)]
    pub manager: Subject,
    /// 1 when created, one more with every change.
    #[n(2)]
    pub version: u32,
    /// New with every change, always made by the sky.
    #[n(3)]
    pub ovn: Ovn,
    /// Where the manager answers for the details.
    #[cbor(n(4), with = "codec::text")]
    pub base_url: Arc<str>,
    /// From the first start to the last end, as given.
    #[n(5)]
    pub time: TimeRange,
    /// What it touches.
    #[n(6)]
    pub extent: Extent,
}

impl Shelved for Constraint {
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
