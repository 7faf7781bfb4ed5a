//! Position of a grid cell along a Hilbert curve through the five axes of a box.
//!
//! Neighbours along the curve are neighbours in space, so boxes sorted by it and cut into runs
//! give compact runs. The transform is J. Skilling, "Programming the Hilbert curve", AIP Conf.
//! Proc. 707 (2004), with its branches turned into masks: their outcome is as good as random.

use crate::bounds::AXES;

/// Most bits an axis may have for the position to leave 32 bits of a u128 free.
pub(super) const AXIS_BITS_MAX: u32 = 19;

/// Position along the curve of the cell; `bits` counts the bits of each coordinate, the result has
/// `AXES` times as many.
pub(super) fn position(mut cell: [u32; AXES], bits: u32) -> u128 {
    transpose(&mut cell, bits);
    let mut position = 0_u128;
    for bit in (0..bits).rev() {
        let mut digit = 0_u32;
        for coordinate in cell {
            digit = digit << 1 | (coordinate >> bit & 1);
        }
        position = position << AXES | u128::from(digit);
    }
    position
}

/// Skilling's `AxestoTranspose`.
fn transpose(cell: &mut [u32; AXES], bits: u32) {
    for bit in (1..bits).rev() {
        let below = (1_u32 << bit) - 1;
        for axis in 0..AXES {
            let is_set = 0_u32.wrapping_sub(cell[axis] >> bit & 1);
            let exchange = (cell[0] ^ cell[axis]) & below & !is_set;
            // On axis 0 nothing is exchanged: it differs from itself in no bit.
            cell[0] ^= exchange | (below & is_set);
            cell[axis] ^= exchange;
        }
    }
    for axis in 1..AXES {
        cell[axis] ^= cell[axis - 1];
    }
    let mut flips = 0_u32;
    for bit in 1..bits {
        let is_set = 0_u32.wrapping_sub(cell[AXES - 1] >> bit & 1);
        flips ^= ((1 << bit) - 1) & is_set;
    }
    for coordinate in cell {
        *coordinate ^= flips;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What defines the curve: it visits each cell once and every step goes to a neighbour.
    #[test]
    fn the_curve_visits_every_cell_once_in_steps_to_a_neighbour() {
        for bits in 1..=3 {
            let side = 1_u32 << bits;
            let mut visits: Vec<(u128, [u32; AXES])> = (0..side.pow(5))
                .map(|n| {
                    let cell = std::array::from_fn(|axis| n / side.pow(axis as u32) % side);
                    (position(cell, bits), cell)
                })
                .collect();
            visits.sort_unstable();
            for (expected, (position, _)) in visits.iter().enumerate() {
                assert_eq!(*position, expected as u128);
            }
            for step in visits.windows(2) {
                let moved: u32 =
                    (0..AXES).map(|axis| step[0].1[axis].abs_diff(step[1].1[axis])).sum();
                assert_eq!(moved, 1, "{step:?}");
            }
        }
    }

    #[test]
    fn the_largest_position_leaves_32_bits_free() {
        let side = 1_u32 << AXIS_BITS_MAX;
        // The curve's two ends are corners of its cube.
        let highest = (0..32_u32)
            .map(|corner| {
                let cell = std::array::from_fn(|axis| (corner >> axis & 1) * (side - 1));
                position(cell, AXIS_BITS_MAX)
            })
            .max();
        assert_eq!(highest, Some((1 << 95) - 1));
    }
}
