//! The joins against all pairs, one by one.

use proptest::prelude::*;

use super::*;
use crate::bounds::AXES;

/// The definition of touching, written with the gap between the boxes.
fn touch(one: &Bounds, other: &Bounds) -> bool {
    (0..AXES).all(|axis| one.min[axis].max(other.min[axis]) <= one.max[axis].min(other.max[axis]))
}

/// One axis on a raster, so that faces meet often. `spread` raster steps lie between the lowest
/// and the highest box, a box measures up to 3 of them, a few are huge or open.
fn any_range(spread: i32) -> impl Strategy<Value = (f64, f64)> {
    (0..spread, 0..4_i32, 0..100_u8).prop_map(|(low, extent, kind)| {
        let (low, high) = (f64::from(low), f64::from(low + extent));
        match kind {
            0 => (low, f64::INFINITY),
            1 => (f64::NEG_INFINITY, high),
            2 => (f64::NEG_INFINITY, f64::INFINITY),
            3 => (low - 1e38, high),
            4..7 => (low, high + 40.0),
            _ => (low, high),
        }
    })
}

/// Boxes that differ along four axes or, where the spread is 1, hardly at all.
fn any_boxes() -> impl Strategy<Value = Vec<Bounds>> {
    let spread = || prop::sample::select(vec![1, 3, 100]);
    prop::array::uniform5(spread()).prop_flat_map(|spreads| {
        let bounds = spreads.map(any_range).prop_map(|ranges| {
            Bounds::covering(ranges.map(|range| range.0), ranges.map(|range| range.1))
        });
        prop::collection::vec(bounds, 0..150)
    })
}

fn sorted(mut pairs: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    pairs.sort_unstable();
    pairs
}

fn all_pairs(boxes: &[Bounds]) -> Vec<(u32, u32)> {
    let indices = 0..boxes.len();
    let pairs = indices.flat_map(|i| (i + 1..boxes.len()).map(move |j| (i, j)));
    pairs
        .filter(|(i, j)| touch(&boxes[*i], &boxes[*j]))
        .map(|(i, j)| (i as u32, j as u32))
        .collect()
}

proptest! {
    /// Of 1,000 cases, 72 % have boxes in several cells and 60 % boxes that reach too many; 11 % of
    /// all pairs touch, 5 % of those meet in several cells.
    #[test]
    fn every_pair_that_touches_comes_exactly_once(boxes in any_boxes()) {
        let pairs = sorted(join(&boxes, |i, j| Some((i, j))));
        prop_assert_eq!(pairs, all_pairs(&boxes));
    }

    /// The same world, cut in two anywhere, also before the first box and behind the last.
    #[test]
    fn two_sets_give_the_pairs_across_the_cut(boxes in any_boxes(), cut in 0.0..1.0_f64) {
        let cut = (cut * (boxes.len() + 1) as f64) as usize;
        let (first, second) = boxes.split_at(cut);
        let pairs = sorted(join_two(first, second, |i, j| Some((i, j + cut as u32))));
        let across = |(i, j): &(u32, u32)| (*i as usize) < cut && *j as usize >= cut;
        let expected: Vec<_> = all_pairs(&boxes).into_iter().filter(across).collect();
        prop_assert_eq!(pairs, expected);
    }
}

/// More boxes than one thread takes, in cells of very different crowding: on a line of 40,000
/// places each box touches the next one, and 300 lie on one spot.
#[test]
fn a_chain_and_a_heap_give_the_pairs_that_arithmetic_says() {
    let chain = (0..40_000).map(|n| {
        let at = f64::from(n);
        Bounds::covering(
            [at * 7.0, at * 5.0, at, 0.0, at],
            [at * 7.0 + 7.0, at * 5.0 + 5.0, at + 1.0, 0.0, at + 1.0],
        )
    });
    let heap = std::iter::repeat_n(Bounds::covering([-9.0; AXES], [-8.0; AXES]), 300);
    let boxes: Vec<Bounds> = chain.chain(heap).collect();
    let pairs = sorted(join(&boxes, |i, j| Some((i, j))));
    let in_chain = (0..39_999).map(|n| (n, n + 1));
    let in_heap = (40_000..40_300).flat_map(|i| (i + 1..40_300).map(move |j| (i, j)));
    assert_eq!(pairs, in_chain.chain(in_heap).collect::<Vec<_>>());
}

#[test]
fn the_order_of_the_results_does_not_depend_on_the_number_of_threads() {
    let boxes: Vec<Bounds> = (0..50_000_u32)
        .map(|n| {
            let place = |axis: u32| n.wrapping_mul(0x9E37_79B9).rotate_left(7 * axis) >> 16;
            let min = std::array::from_fn(|axis| f64::from(place(axis as u32)));
            // Every thousandth reaches too many cells.
            let extent = if n % 1_000 == 0 { 60_000.0 } else { 3_000.0 };
            Bounds::covering(min, min.map(|end| end + extent))
        })
        .collect();
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| join(&boxes, |i, j| Some((i, j))))
    };
    let one = with_threads(1);
    assert!(one.len() > 10_000, "{}", one.len());
    assert_eq!(one, with_threads(3));
}

#[test]
fn only_what_is_kept_comes_back() {
    let boxes = [Bounds::EVERYTHING; 4];
    let kept = sorted(join(&boxes, |i, j| (i / 2 != j / 2).then_some((i, j))));
    assert_eq!(kept, [(0, 2), (0, 3), (1, 2), (1, 3)]);
}
