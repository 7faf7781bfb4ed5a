//! The index against a plain list of what is live.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::bounds::AXES;

/// One axis on a coarse raster, so that faces meet often: in 30 % of the cases a point, in 10 %
/// open on one side or both.
fn any_range() -> impl Strategy<Value = (f64, f64)> {
    (0..20_i32, prop::sample::select(vec![0, 0, 0, 1, 2, 3, 5, 8, 12, 20]), 0..30_u8).prop_map(
        |(low, extent, kind)| {
            let (low, high) = (f64::from(low), f64::from(low + extent));
            match kind {
                0 => (low, f64::INFINITY),
                1 => (f64::NEG_INFINITY, high),
                2 => (f64::NEG_INFINITY, f64::INFINITY),
                _ => (low, high),
            }
        },
    )
}

fn any_bounds() -> impl Strategy<Value = Bounds> {
    prop::array::uniform5(any_range()).prop_map(|ranges| {
        Bounds::covering(ranges.map(|range| range.0), ranges.map(|range| range.1))
    })
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u32, Bounds),
    Remove(u32),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..100_u32, any_bounds()).prop_map(|(key, bounds)| Step::Insert(key, bounds)),
        (0..100_u32).prop_map(Step::Remove),
    ]
}

fn found(index: &VolumeIndex, query: &Bounds) -> Vec<u32> {
    let mut keys = Vec::new();
    index.touching(query, &mut |key| keys.push(key));
    keys.sort_unstable();
    keys
}

/// The definition of touching, written with the gap between the boxes.
fn touch(one: &Bounds, other: &Bounds) -> bool {
    (0..AXES).all(|axis| one.min[axis].max(other.min[axis]) <= one.max[axis].min(other.max[axis]))
}

fn expected(model: &BTreeMap<u32, Bounds>, query: &Bounds) -> Vec<u32> {
    model.iter().filter(|(_, bounds)| touch(bounds, query)).map(|(key, _)| *key).collect()
}

proptest! {
    /// A query finds 2 % of the live boxes, a quarter of them by a shared face or corner alone; half of the steps hit a key that is live, and
    /// keys are given twice to the load in nearly every case.
    #[test]
    fn after_any_changes_a_query_finds_exactly_the_live_boxes_that_touch_it(
        loaded in prop::collection::vec((0..100_u32, any_bounds()), 0..150),
        steps in prop::collection::vec(any_step(), 0..100),
        queries in prop::collection::vec(any_bounds(), 1..20),
    ) {
        let mut model: BTreeMap<u32, Bounds> = loaded.iter().copied().collect();
        let mut index = VolumeIndex::bulk_load(loaded);
        for step in steps {
            match step {
                Step::Insert(key, bounds) => {
                    index.insert(key, bounds);
                    model.insert(key, bounds);
                }
                Step::Remove(key) => {
                    prop_assert_eq!(index.remove(key), model.remove(&key).is_some());
                }
            }
            prop_assert_eq!(index.len(), model.len());
            prop_assert_eq!(index.is_empty(), model.is_empty());
        }
        for query in &queries {
            prop_assert_eq!(found(&index, query), expected(&model, query));
        }
    }
}

/// A box at a place that scatters with `n`: steps of the golden ratio on each axis.
fn scattered(n: u32) -> Bounds {
    let place = |axis: u32| f64::from(n.wrapping_mul(0x9E37_79B9).rotate_left(7 * axis) >> 16);
    let min = std::array::from_fn(|axis| place(axis as u32));
    Bounds::covering(min, min.map(|end| end + 6_000.0))
}

/// Loads 20,000 and changes 24,000, so that everything is packed afresh at least four times.
#[test]
fn nothing_is_lost_or_doubled_when_the_index_is_packed_afresh() {
    let loaded: Vec<(u32, Bounds)> = (0..20_000).map(|n| (n, scattered(n))).collect();
    let mut model: BTreeMap<u32, Bounds> = loaded.iter().copied().collect();
    let mut index = VolumeIndex::bulk_load(loaded);
    for n in 0..12_000 {
        let (inserted, removed) = (15_000 + n, n * 3 / 2);
        index.insert(inserted, scattered(n + 50_000));
        model.insert(inserted, scattered(n + 50_000));
        assert_eq!(index.remove(removed), model.remove(&removed).is_some());
    }
    assert_eq!(index.len(), model.len());
    let mut hits = 0;
    for n in 0..200 {
        let query = scattered(n * 131);
        let keys = found(&index, &query);
        hits += keys.len();
        assert_eq!(keys, expected(&model, &query));
    }
    assert!(hits > 200, "{hits}");
    assert_eq!(found(&index, &Bounds::EVERYTHING).len(), model.len());
}

#[test]
fn an_index_of_boxes_without_any_end_finds_all_of_them() {
    let mut open = Bounds::EVERYTHING;
    open.min[Bounds::TIME_S] = f32::MAX;
    let index = VolumeIndex::bulk_load((0..1_000).map(|key| (key, open)).collect());
    let at = |time_s: f32| {
        let mut query = Bounds::covering([0.0; AXES], [0.0; AXES]);
        (query.min[Bounds::TIME_S], query.max[Bounds::TIME_S]) = (time_s, time_s);
        found(&index, &query).len()
    };
    assert_eq!(at(f32::MAX.next_down()), 0);
    assert_eq!(at(f32::MAX), 1_000);
    assert_eq!(at(f32::INFINITY), 1_000);
}

#[test]
fn the_size_estimate_covers_at_least_boxes_and_keys() {
    let index = VolumeIndex::bulk_load((0..10_000).map(|n| (n, scattered(n))).collect());
    assert!(index.bytes() >= 10_000 * 44 && index.bytes() < 10_000 * 88, "{}", index.bytes());
}
