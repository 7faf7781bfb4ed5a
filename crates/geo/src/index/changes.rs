//! What was inserted since the packed tree was built: an R*-tree that can change.
//!
//! It compares coordinates scaled by the mean extents and cut off far out, because it multiplies
//! extents. Both keep touching boxes touching; whether they truly touch is decided on the box itself.

use std::collections::BTreeMap;

use rstar::{AABB, RTree, RTreeObject};

use super::scale::AxisScale;
use crate::bounds::{AXES, Bounds};

/// Largest scaled coordinate: the product of five extents of twice this is a finite f32.
const SCALED_MAX: f32 = 1e7;

/// Extents of a typical volume, used until there are boxes to measure: 200 m, 30 m high, 30 s.
const EXTENTS_TYPICAL: [f32; AXES] = [200.0, 200.0, 200.0, 30.0, 30.0];

#[derive(Debug)]
struct Change {
    key: u32,
    bounds: Bounds,
    scaled: AABB<[f32; AXES]>,
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl RTreeObject for Change {
    type Envelope = AABB<[f32; AXES]>;

    fn envelope(&self) -> Self::Envelope {
        self.scaled
    }
}

/// Boxes by key and by place.
#[derive(Debug)]
pub(super) struct Changes {
    tree: RTree<Change>,
    by_key: BTreeMap<u32, Bounds>,
    per_extent: [f32; AXES],
}

impl Default for Changes {
    fn default() -> Self {
        Self::with_extents(EXTENTS_TYPICAL)
    }
}

impl Changes {
    /// None yet; coordinates will be scaled by what the boxes so far measure.
    pub(super) fn scaled_by(scales: &[AxisScale; AXES]) -> Self {
        Self::with_extents(scales.map(|axis| axis.extent))
    }

    fn with_extents(extents: [f32; AXES]) -> Self {
        Self { tree: RTree::new(), by_key: BTreeMap::new(), per_extent: extents.map(f32::recip) }
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Inserts a box under a key that has none here.
    pub(super) fn insert(&mut self, key: u32, bounds: Bounds) {
        self.by_key.insert(key, bounds);
        self.tree.insert(self.change(key, bounds));
    }

    /// Removes the box of a key, if it has one here.
    pub(super) fn remove(&mut self, key: u32) -> bool {
        let Some(bounds) = self.by_key.remove(&key) else { return false };
        let change = self.change(key, bounds);
        self.tree.remove(&change).is_some()
    }

    pub(super) fn touching(&self, query: &Bounds, visit: &mut impl FnMut(u32)) {
        if self.by_key.is_empty() {
            return;
        }
        for change in self.tree.locate_in_envelope_intersecting(&self.scaled(query)) {
            if change.bounds.touches(query) {
                visit(change.key);
            }
        }
    }

    /// All boxes in order of their keys.
    pub(super) fn into_entries(self) -> impl ExactSizeIterator<Item = (u32, Bounds)> {
        self.by_key.into_iter()
    }

    /// Bytes held on the heap; a node of either tree is taken as two thirds full.
    pub(super) fn bytes(&self) -> usize {
        let node = size_of::<AABB<[f32; AXES]>>() + size_of::<Vec<Change>>();
        let in_tree = size_of::<Change>().max(node) * 3 / 2 + node / 4;
        let in_map = size_of::<(u32, Bounds)>() * 3 / 2;
        self.len() * (in_tree + in_map)
    }

    fn change(&self, key: u32, bounds: Bounds) -> Change {
        Change { key, bounds, scaled: self.scaled(&bounds) }
    }

    fn scaled(&self, bounds: &Bounds) -> AABB<[f32; AXES]> {
        let scale = |ends: &[f32; AXES]| {
            std::array::from_fn(|axis| {
                (ends[axis] * self.per_extent[axis]).clamp(-SCALED_MAX, SCALED_MAX)
            })
        };
        AABB::from_corners(scale(&bounds.min), scale(&bounds.max))
    }
}
