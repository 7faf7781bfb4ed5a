//! What a set of boxes measures on each axis, so that metres and seconds can be compared.
//!
//! A few boxes of another kind (a zone as large as a country, an altitude without end) must not
//! decide for all others: everything here is a trimmed mean or a quantile, of a sample.

use crate::bounds::{AXES, Bounds};

/// Boxes looked at; the quantiles below then are within 1 % of those of the whole set.
const SAMPLE_SIZE: u64 = 4_096;

/// Extents are taken as at least this, in metres or seconds: f32 cannot tell much less apart.
const EXTENT_MIN: f32 = 1.0;

/// Measures of one axis, all finite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AxisScale {
    /// Mean extent of the closed boxes without the largest 5 %.
    pub(crate) extent: f32,
    /// Where the middle 98 % of all ends begin.
    pub(crate) low: f32,
    /// Where the middle 98 % of all ends stop.
    pub(crate) high: f32,
    /// Share of boxes without a lower or an upper end.
    pub(crate) open_share: f32,
}

impl AxisScale {
    /// How many extents lie side by side.
    pub(crate) fn span_extents(&self) -> f32 {
        (self.high - self.low) / self.extent
    }
}

/// Measures the boxes that `get` gives for `0..count`. The same boxes give the same measures.
pub(crate) fn measure<'a>(count: usize, get: impl Fn(usize) -> &'a Bounds) -> [AxisScale; AXES] {
    let sample: Vec<&Bounds> = sample_indices(count).map(get).collect();
    std::array::from_fn(|axis| measure_axis(&sample, axis))
}

/// All indices of a small set; of a large one, steps of the golden ratio, which no regular pattern
/// in the data (20 volumes a flight) can fall in step with.
fn sample_indices(count: usize) -> impl Iterator<Item = usize> {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let all = count as u64;
    let few = all <= SAMPLE_SIZE;
    (0..all.min(SAMPLE_SIZE)).map(move |step| {
        let index = if few { step } else { ((step.wrapping_mul(GOLDEN) >> 32) * all) >> 32 };
        index as usize
    })
}

fn measure_axis(sample: &[&Bounds], axis: usize) -> AxisScale {
    // Sums and differences of ends this far out stay finite.
    let finite = |end: &f32| end.abs() < f32::MAX / 8.0;
    let mut ends = Vec::with_capacity(2 * sample.len());
    let mut extents = Vec::with_capacity(sample.len());
    for bounds in sample {
        let (min, max) = (bounds.min[axis], bounds.max[axis]);
        ends.extend([min, max].iter().filter(|end| finite(end)));
        if finite(&min) && finite(&max) {
            extents.push(max - min);
        }
    }
    ends.sort_unstable_by(f32::total_cmp);
    extents.sort_unstable_by(f32::total_cmp);
    let open = sample.len() - extents.len();
    extents.truncate(extents.len().div_ceil(20) * 19);
    let mean = extents.iter().map(|&extent| f64::from(extent)).sum::<f64>()
        / (extents.len().max(1)) as f64;
    let quantile = |percent: usize| ends.get(ends.len() * percent / 100).copied().unwrap_or(0.0);
    AxisScale {
        extent: (mean as f32).max(EXTENT_MIN),
        low: quantile(1),
        high: quantile(99),
        open_share: open as f32 / sample.len().max(1) as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f32, expected: f32) -> bool {
        (value - expected).abs() <= 0.02 * expected
    }

    #[test]
    fn a_few_huge_and_open_boxes_do_not_change_the_scale() {
        let mut boxes: Vec<Bounds> = (0..100_000)
            .map(|i| {
                let at = f64::from(i);
                Bounds::covering([at; AXES], [at + 200.0; AXES])
            })
            .collect();
        for i in (0..boxes.len()).step_by(50) {
            boxes[i] = Bounds::EVERYTHING;
            boxes[i + 7] = Bounds::covering([-1e38; AXES], [1e38; AXES]);
        }
        for axis in measure(boxes.len(), |i| &boxes[i]) {
            assert!(near(axis.extent, 200.0), "{axis:?}");
            // Within 1 % of the whole span of the quantiles.
            assert!((axis.low - 1_000.0).abs() < 1_000.0, "{axis:?}");
            assert!((axis.high - 99_000.0).abs() < 1_000.0, "{axis:?}");
            // Ends so far out that sums overflow count as open, too.
            assert!((axis.open_share - 0.04).abs() < 0.01, "{axis:?}");
        }
    }

    #[test]
    fn no_boxes_and_open_boxes_alone_still_give_a_finite_scale() {
        for boxes in [vec![], vec![Bounds::EVERYTHING; 3]] {
            for axis in measure(boxes.len(), |i| &boxes[i]) {
                assert!(near(axis.extent, 1.0) && axis.span_extents().abs() < 1e-6, "{axis:?}");
            }
        }
    }
}
