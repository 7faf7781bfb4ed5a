//! Subscriptions: who wants to be told of changes where and when (F3548-21 DSS0005,5).
//!
//! An implicit one is made for an intent, grows with its dependants and goes with the last of them;
//! an explicit one is its manager's own and never changes by itself.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::charter::Matching;
use crate::codec;
use crate::extent::{Block, Extent, TimeRange, low_bit};
use crate::ids::{EntityId, Subject, SubscriptionId, Version};
use crate::shelf::Shelved;

/// An explicit subscription may begin this long after an intent that rests on it: clients send both
/// with the clock of the moment. Microseconds.
const START_SLACK_US: i64 = 1_000_000;

/// Lowest bit of S2 cells of level 13, some 1 km wide: subscriptions are never matched finer.
const LEVEL_13_LOW_BIT: u64 = 1 << (2 * (30 - 13));

/// What the sky holds of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Subscription {
    /// Chosen by the manager, or fresh when implicit.
    #[n(0)]
    pub id: SubscriptionId,
    /// Who alone may change it and see it.
    #[n(1)]
    pub manager: Subject,
    /// New with every change by its manager.
    #[n(2)]
    pub version: Version,
    /// Grows by one with every change that its manager is to be told of.
    #[n(3)]
    pub notification_index: u32,
    /// Where the manager wants to be told.
    #[cbor(n(4), with = "codec::text")]
    pub base_url: Arc<str>,
    /// In force from–to.
    #[n(5)]
    pub time: TimeRange,
    /// Tell of intents.
    #[n(6)]
    pub for_intents: bool,
    /// Tell of constraints.
    #[n(7)]
    pub for_constraints: bool,
    /// Made for an intent.
    #[n(8)]
    pub implicit: bool,
    /// Intents that rest on it, ascending.
    #[n(9)]
    pub dependents: Vec<EntityId>,
    /// Its cells and time; the altitudes that `matching` lets filter.
    #[n(10)]
    pub extent: Extent,
    /// Lowest altitude asked for, millimetres above the ellipsoid; `i32::MIN` is open.
    #[n(11)]
    pub lower_mm: i32,
    /// Highest altitude asked for, millimetres above the ellipsoid; `i32::MAX` is open.
    #[n(12)]
    pub upper_mm: i32,
}

impl Shelved for Subscription {
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

impl Subscription {
    /// Cells of level 13 or larger over all that `extent` touches, for `time`; with altitudes as
    /// `matching` wants them. Second and third: the true altitudes.
    pub(crate) fn shape(
        extent: &Extent,
        time: TimeRange,
        matching: Matching,
    ) -> (Extent, i32, i32) {
        let blocks = &extent.blocks;
        let mut cells: Vec<u64> = blocks
            .iter()
            .flat_map(|block| &block.cells)
            .map(|&cell| at_most_level_13(cell))
            .collect();
        cells.sort_unstable();
        cells.dedup();
        let lower = blocks.iter().map(|block| block.lower_mm).min().unwrap_or(i32::MIN);
        let upper = blocks.iter().map(|block| block.upper_mm).max().unwrap_or(i32::MAX);
        let (lower_mm, upper_mm) = match matching {
            Matching::Compatible => (i32::MIN, i32::MAX),
            Matching::Precise => (lower, upper),
        };
        let mut shaped = Extent::single(Block { cells, lower_mm, upper_mm, time });
        shaped.drop_nested_cells();
        (shaped, lower, upper)
    }

    /// Whether an intent may rest on it as it is: area and time, and altitudes where they filter.
    /// What of the intent lies before `now_us` needs no cover.
    pub(crate) fn covers(&self, extent: &Extent, time: TimeRange, now_us: i64) -> bool {
        self.time.start_us <= time.start_us.max(now_us).saturating_add(START_SLACK_US)
            && self.time.end_us >= time.end_us
            && self.extent.covers_place(extent)
    }

    /// Whether the altitudes asked for hold those of an intent, whether or not they filter.
    pub(crate) fn covers_altitudes(&self, extent: &Extent) -> bool {
        extent
            .blocks
            .iter()
            .all(|block| self.lower_mm <= block.lower_mm && self.upper_mm >= block.upper_mm)
    }

    /// Grows, so that it covers one more intent.
    pub(crate) fn grow(&mut self, extent: &Extent, time: TimeRange, matching: Matching) {
        let time = self.time.union(time);
        let mut blocks = self.extent.blocks.clone();
        blocks.iter_mut().for_each(|block| {
            (block.lower_mm, block.upper_mm) = (self.lower_mm, self.upper_mm);
        });
        blocks.extend(extent.blocks.iter().cloned());
        let (extent, lower_mm, upper_mm) = Self::shape(&Extent { blocks }, time, matching);
        (self.extent, self.lower_mm, self.upper_mm, self.time) = (extent, lower_mm, upper_mm, time);
    }

    pub(crate) fn add_dependent(&mut self, id: EntityId) {
        if let Err(at) = self.dependents.binary_search(&id) {
            self.dependents.reserve_exact(1);
            self.dependents.insert(at, id);
        }
    }

    pub(crate) fn remove_dependent(&mut self, id: EntityId) {
        if let Ok(at) = self.dependents.binary_search(&id) {
            self.dependents.remove(at);
        }
    }
}

fn at_most_level_13(cell: u64) -> u64 {
    if low_bit(cell) >= LEVEL_13_LOW_BIT {
        return cell;
    }
    (cell & LEVEL_13_LOW_BIT.wrapping_neg()) | LEVEL_13_LOW_BIT
}
