//! A piece of sky and time: outline × altitude band × time.

use crate::altitude::{Band, Datums, ResolvedBand, Verdict};
use crate::bounds::Bounds;
use crate::interval::TimeInterval;
use crate::outline::Outline;

/// A closed set in space and time (F3548-21 `Volume4D`).
#[derive(Debug, Clone, PartialEq)]
pub struct Volume4D {
    outline: Outline,
    band: ResolvedBand,
    interval: TimeInterval,
    activation: Verdict,
}

impl Volume4D {
    /// A volume that is in force throughout its interval. The datums say what is known of the air
    /// and the ground there.
    pub fn new(outline: Outline, band: Band, interval: TimeInterval, datums: &Datums) -> Self {
        let band = ResolvedBand::new(band, &outline, datums);
        Self { outline, band, interval, activation: Verdict::Certain }
    }

    /// The same volume, in force at unknown times within its interval (an area "by NOTAM").
    #[must_use]
    pub fn at_unknown_times(mut self) -> Self {
        self.activation = Verdict::Possible;
        self
    }

    /// Horizontal extent.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Vertical extent.
    pub fn band(&self) -> &ResolvedBand {
        &self.band
    }

    /// Extent in time.
    pub fn interval(&self) -> TimeInterval {
        self.interval
    }

    /// `Certain` when in force throughout the interval, `Possible` when its times are not known.
    pub fn activation(&self) -> Verdict {
        self.activation
    }

    /// The same volume with another outline.
    #[must_use]
    pub fn with_outline(&self, outline: Outline, datums: &Datums) -> Self {
        let band = ResolvedBand::new(self.band.band(), &outline, datums);
        Self { outline, band, ..self.clone() }
    }

    /// The same volume at another time.
    #[must_use]
    pub fn with_interval(&self, interval: TimeInterval) -> Self {
        Self { interval, ..self.clone() }
    }

    /// The same volume at other altitudes.
    #[must_use]
    pub fn with_band(&self, band: Band, datums: &Datums) -> Self {
        let band = ResolvedBand::new(band, &self.outline, datums);
        Self { band, ..self.clone() }
    }

    /// The closed box around the volume for an index: earth-centred metres, metres above the
    /// ellipsoid, seconds after `epoch_us`.
    pub fn bounds(&self, epoch_us: i64) -> Bounds {
        let (low, high) = self.outline.extent();
        let (lower_mm, upper_mm) = self.band.w84_range_mm();
        let seconds =
            |t: Option<i64>, open: f64| t.map_or(open, |t| (t as f64 - epoch_us as f64) * 1e-6);
        Bounds::covering(
            [
                low.x,
                low.y,
                low.z,
                lower_mm as f64 * 1e-3,
                seconds(self.interval.start_us(), f64::NEG_INFINITY),
            ],
            [
                high.x,
                high.y,
                high.z,
                upper_mm as f64 * 1e-3,
                seconds(self.interval.end_us(), f64::INFINITY),
            ],
        )
    }
}
