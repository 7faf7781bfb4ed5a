//! The closed box that surely contains a volume; what the index and the join compare.
//!
//! A box is never smaller than its volume: f64 is rounded outwards to f32. At the earth's surface
//! that costs up to 0.5 m on each side, and in time 8 ms a day away from the epoch, so the caller
//! subtracts an epoch that is close to its data (within a week: 63 ms).

/// Number of axes of a box.
pub(crate) const AXES: usize = 5;

/// A closed box: its faces belong to it.
///
/// `min` does not exceed `max` on any axis and neither is NaN; [`Bounds::covering`] sees to that.
/// An end that is open, such as a volume without an upper altitude, is infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Lower end on each axis.
    pub min: [f32; AXES],
    /// Upper end on each axis.
    pub max: [f32; AXES],
}

impl Bounds {
    /// Number of axes.
    pub const AXES: usize = AXES;
    /// Axis of the earth-centred, earth-fixed x in metres.
    pub const X_M: usize = 0;
    /// Axis of the earth-centred, earth-fixed y in metres.
    pub const Y_M: usize = 1;
    /// Axis of the earth-centred, earth-fixed z in metres.
    pub const Z_M: usize = 2;
    /// Axis of the height above the WGS84 ellipsoid in metres.
    pub const ALTITUDE_M: usize = 3;
    /// Axis of time in seconds since an epoch that the caller chooses and subtracts.
    pub const TIME_S: usize = 4;

    /// Touches every box.
    pub const EVERYTHING: Self =
        Self { min: [f32::NEG_INFINITY; AXES], max: [f32::INFINITY; AXES] };

    /// The smallest box of f32 that contains both corners.
    ///
    /// A NaN end is taken as open: a box that is too large costs time, one that is too small hides
    /// a conflict.
    pub fn covering(min: [f64; AXES], max: [f64; AXES]) -> Self {
        let mut bounds = Self::EVERYTHING;
        for axis in 0..AXES {
            // `f64::min` would drop a NaN in favour of the other end.
            let (low, high) =
                if min[axis] > max[axis] { (max[axis], min[axis]) } else { (min[axis], max[axis]) };
            bounds.min[axis] = at_most(low);
            bounds.max[axis] = at_least(high);
        }
        bounds
    }

    /// Whether the two boxes share a point; a shared face counts.
    #[inline]
    pub fn touches(&self, other: &Self) -> bool {
        // Without early exit: the compiler makes it a few vector comparisons.
        let mut touches = true;
        for axis in 0..AXES {
            touches &= self.min[axis] <= other.max[axis];
            touches &= other.min[axis] <= self.max[axis];
        }
        touches
    }

    /// The smallest box that contains both.
    #[inline]
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut union = *self;
        for axis in 0..AXES {
            union.min[axis] = self.min[axis].min(other.min[axis]);
            union.max[axis] = self.max[axis].max(other.max[axis]);
        }
        union
    }
}

/// The largest f32 that does not exceed the value.
fn at_most(value: f64) -> f32 {
    // The cast rounds to the nearest, up or down.
    let nearest = value as f32;
    match value.is_nan() {
        true => f32::NEG_INFINITY,
        false if f64::from(nearest) > value => nearest.next_down(),
        false => nearest,
    }
}

/// The smallest f32 that is not below the value.
fn at_least(value: f64) -> f32 {
    -at_most(-value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_end() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => -7e6..7e6,
            1 => -1e39..1e39,
            1 => -1e-40..1e-40,
            1 => prop::sample::select(vec![0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY]),
            1 => prop::sample::select(vec![f64::MAX, f64::MIN, f64::from(f32::MAX), 1e-320]),
        ]
    }

    proptest! {
        /// Every value but the few that f32 holds exactly makes rounding choose a side.
        #[test]
        fn a_covering_box_contains_its_corners_and_is_less_than_two_steps_larger(
            a in prop::array::uniform5(any_end()),
            b in prop::array::uniform5(any_end()),
        ) {
            let bounds = Bounds::covering(a, b);
            for axis in 0..AXES {
                let (low, high) = (a[axis].min(b[axis]), a[axis].max(b[axis]));
                prop_assert!(f64::from(bounds.min[axis]) <= low);
                prop_assert!(f64::from(bounds.max[axis]) >= high);
                let (inner_low, inner_high) =
                    (bounds.min[axis].next_up(), bounds.max[axis].next_down());
                prop_assert!(f64::from(inner_low) > low || bounds.min[axis] == f32::INFINITY);
                prop_assert!(f64::from(inner_high) < high || bounds.max[axis] == f32::NEG_INFINITY);
            }
        }
    }

    #[test]
    fn an_end_beyond_f32_is_covered() {
        let bounds = Bounds::covering([-1e300; AXES], [1e300; AXES]);
        assert_eq!(bounds, Bounds::EVERYTHING);
        let bounds = Bounds::covering([1e300; AXES], [f64::INFINITY; AXES]);
        assert!(bounds.min.iter().all(|end| end.to_bits() == f32::MAX.to_bits()));
    }

    #[test]
    fn an_end_that_is_not_a_number_is_open() {
        let bounds = Bounds::covering([f64::NAN; AXES], [f64::NAN; AXES]);
        assert_eq!(bounds, Bounds::EVERYTHING);
        let bounds = Bounds::covering([0.0; AXES], [f64::NAN; AXES]);
        assert_eq!((bounds.min[0], bounds.max[0]), (0.0, f32::INFINITY));
    }

    #[test]
    fn boxes_that_share_only_a_face_or_a_corner_touch() {
        let low = Bounds::covering([0.0; AXES], [1.0; AXES]);
        let corner = Bounds::covering([1.0; AXES], [2.0; AXES]);
        assert!(low.touches(&corner) && corner.touches(&low));
        for axis in 0..AXES {
            let mut apart = low;
            (apart.min[axis], apart.max[axis]) = (1.0_f32.next_up(), 2.0);
            assert!(!low.touches(&apart) && !apart.touches(&low), "axis {axis}");
            apart.min[axis] = 1.0;
            assert!(low.touches(&apart) && apart.touches(&low), "axis {axis}");
        }
    }

    #[test]
    fn a_union_reaches_from_the_lowest_to_the_highest_end() {
        let one = Bounds::covering([0.0, 5.0, 0.0, 0.0, 0.0], [1.0, 6.0, 1.0, 1.0, 1.0]);
        let other = Bounds::covering([2.0, 0.0, 0.0, 0.0, 0.0], [3.0, 1.0, 9.0, 1.0, 1.0]);
        let union = Bounds::covering([0.0; AXES], [3.0, 6.0, 9.0, 1.0, 1.0]);
        assert_eq!(one.union(&other), union);
        assert_eq!(other.union(&one), union);
    }
}
