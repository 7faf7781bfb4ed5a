//! Altitude bands that keep the reference they came in, and how bands of different references
//! compare.
//!
//! Two limits of one reference compare as integers and the answer is certain: at one place both
//! have the same geoid, the same ground, the same air under them. Limits of different references
//! are carried to height above the WGS84 ellipsoid as a range; what the ranges leave open is
//! `possible`, never guessed.

use crate::geoid::undulation_range_near_mm;
use crate::invalid::{Invalid, Reason};
use crate::outline::Outline;

/// Lowest and highest altitude that F3548-21 allows, metres (`Altitude`).
pub const ALTITUDE_RANGE_M: (f64, f64) = (-8_000.0, 100_000.0);
/// Lowest ground on land, metres above mean sea level (shore of the Dead Sea).
pub const GROUND_LOWEST_MM: i64 = -430_000;
/// Highest ground, metres above mean sea level (Everest, rounded up).
pub const GROUND_HIGHEST_MM: i64 = 8_850_000;
/// One foot in metres (international foot).
pub const FOOT_M: f64 = 0.3048;

/// What an altitude is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// The WGS84 ellipsoid (F3548-21 `W84`).
    W84,
    /// Mean sea level, taken as the EGM96 geoid.
    Amsl,
    /// The ground below.
    Agl,
    /// The pressure level of 1013.25 hPa in the standard atmosphere (flight levels, ADS-B).
    Pressure,
}

/// One end of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The ground, as a floor: no flight is below it, so that it needs no terrain.
    Surface,
    /// No upper end, or no stated lower one.
    Open,
    /// An altitude in whole millimetres.
    At {
        /// Millimetres above the reference.
        mm: i64,
        /// What they are measured from.
        reference: Reference,
    },
}

impl Limit {
    /// A lower limit; rounds down to the millimetre.
    ///
    /// # Errors
    /// `altitude_lower` outside [`ALTITUDE_RANGE_M`].
    pub fn lower(value_m: f64, reference: Reference) -> Result<Self, Invalid> {
        let um = micrometres("altitude_lower", value_m)?;
        Ok(Self::At { mm: um.div_euclid(1_000), reference })
    }

    /// An upper limit; rounds up to the millimetre.
    ///
    /// # Errors
    /// `altitude_upper` outside [`ALTITUDE_RANGE_M`].
    pub fn upper(value_m: f64, reference: Reference) -> Result<Self, Invalid> {
        let um = micrometres("altitude_upper", value_m)?;
        Ok(Self::At { mm: -(-um).div_euclid(1_000), reference })
    }

    fn shifted(self, by_mm: i64) -> Self {
        match self {
            Self::At { mm, reference } => Self::At { mm: mm.saturating_add(by_mm), reference },
            other => other,
        }
    }
}

/// Through micrometres, so that 120.1 m is 120,100 mm whichever way its double is off.
fn micrometres(field: &str, value_m: f64) -> Result<i64, Invalid> {
    let (low, high) = ALTITUDE_RANGE_M;
    if !(low..=high).contains(&value_m) {
        return Err(Invalid::new(field, Reason::OutOfRange(value_m, low, high)));
    }
    Ok((value_m * 1e6).round() as i64)
}

/// A closed band of altitudes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// Lower end.
    pub lower: Limit,
    /// Upper end.
    pub upper: Limit,
}

impl Band {
    /// Everything from the ground up.
    pub const ALL: Self = Self { lower: Limit::Open, upper: Limit::Open };

    /// A band from its limits.
    ///
    /// # Errors
    /// `altitude_lower` when both have one reference and the lower lies above the upper.
    pub fn new(lower: Limit, upper: Limit) -> Result<Self, Invalid> {
        if let (Limit::At { mm: low, reference: a }, Limit::At { mm: high, reference: b }) =
            (lower, upper)
            && a == b
            && low > high
        {
            return Err(Invalid::new("altitude_lower", Reason::UpsideDown));
        }
        if upper == Limit::Surface {
            let words = "the ground cannot be an upper limit".to_owned();
            return Err(Invalid::new("altitude_upper", Reason::Other(words)));
        }
        Ok(Self { lower, upper })
    }

    /// A band between two heights above the WGS84 ellipsoid, metres.
    ///
    /// # Errors
    /// As [`Limit::lower`], [`Limit::upper`] and [`Band::new`].
    pub fn w84(lower_m: f64, upper_m: f64) -> Result<Self, Invalid> {
        Self::new(Limit::lower(lower_m, Reference::W84)?, Limit::upper(upper_m, Reference::W84)?)
    }

    /// The band higher by some millimetres; the surface and open ends stay.
    #[must_use]
    pub fn shifted(self, by_mm: i64) -> Self {
        Self { lower: self.lower.shifted(by_mm), upper: self.upper.shifted(by_mm) }
    }
}

/// Whether a conflict is sure, or only not excluded by what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Known air pressure, ground or times decide whether there is one.
    Possible,
    /// There is one.
    Certain,
}

/// What is known of the air and the ground where the volumes are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datums {
    /// Sea-level pressure (QNH), least and greatest, hPa.
    pub qnh_hpa: (f64, f64),
    /// Temperature makes true heights above sea level differ by this share, percent.
    pub pressure_band_percent: f64,
    /// Height of the ground above mean sea level, millimetres: least, greatest.
    pub ground_mm: (i64, i64),
}

impl Default for Datums {
    fn default() -> Self {
        Self {
            qnh_hpa: (950.0, 1050.0),
            pressure_band_percent: 8.0,
            ground_mm: (GROUND_LOWEST_MM, GROUND_HIGHEST_MM),
        }
    }
}

impl Datums {
    /// Sea-level pressure that can be told, hPa.
    pub const QNH_RANGE_HPA: (f64, f64) = (850.0, 1100.0);

    /// Heights above mean sea level at which a pressure altitude may be, millimetres.
    fn amsl_of_pressure_mm(&self, mm: i64) -> (i64, i64) {
        let band = self.pressure_band_percent / 100.0;
        let spread = |height_mm: f64, sign: f64| height_mm + sign * band * height_mm.abs();
        let least = mm as f64 - pressure_altitude_mm(self.qnh_hpa.0);
        let greatest = mm as f64 - pressure_altitude_mm(self.qnh_hpa.1);
        (spread(least, -1.0).floor() as i64, spread(greatest, 1.0).ceil() as i64)
    }
}

/// Pressure altitude of a pressure in the standard atmosphere, millimetres (ICAO Doc 7488, below
/// 11 km). An altimeter set to QNH shows the pressure altitude less that of the QNH.
fn pressure_altitude_mm(hpa: f64) -> f64 {
    44_330_769.0 * (1.0 - libm::pow(hpa / 1013.25, 0.190_263_2))
}

/// A limit carried to heights above the ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Height {
    /// In its own reference; `None` when open or the ground.
    own: Option<(i64, Reference)>,
    /// Least and greatest height above the WGS84 ellipsoid that it can stand for, millimetres.
    w84_mm: (i64, i64),
}

const OPEN_LOW_MM: i64 = -1_000_000_000;
const OPEN_HIGH_MM: i64 = 1_000_000_000;

/// A band over an outline, ready to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolvedBand {
    band: Band,
    lower: Height,
    upper: Height,
}

/// The altitudes that two bands share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonBand {
    /// Whether they surely share them.
    pub verdict: Verdict,
    /// Lowest shared altitude, millimetres.
    pub lower_mm: i64,
    /// Highest shared altitude, millimetres.
    pub upper_mm: i64,
    /// True when both are pressure altitudes, else heights above the WGS84 ellipsoid (the outer
    /// ends of what is possible).
    pub pressure: bool,
}

impl ResolvedBand {
    /// Carries a band's limits to heights above the ellipsoid over an outline.
    pub fn new(band: Band, outline: &Outline, datums: &Datums) -> Self {
        let needs_geoid = |limit: Limit| matches!(limit, Limit::At { reference, .. } if reference != Reference::W84);
        let geoid = if needs_geoid(band.lower) || needs_geoid(band.upper) {
            undulation_range_near_mm(outline)
        } else {
            (0, 0)
        };
        let height = |limit: Limit, open_mm: i64| match limit {
            Limit::Surface | Limit::Open => Height { own: None, w84_mm: (open_mm, open_mm) },
            Limit::At { mm, reference } => {
                let (least, greatest) = match reference {
                    Reference::W84 => (mm, mm),
                    Reference::Amsl => (mm + geoid.0, mm + geoid.1),
                    Reference::Agl => {
                        let (low, high) = datums.ground_mm;
                        (mm + low + geoid.0, mm + high + geoid.1)
                    }
                    Reference::Pressure => {
                        let (low, high) = datums.amsl_of_pressure_mm(mm);
                        (low + geoid.0, high + geoid.1)
                    }
                };
                Height { own: Some((mm, reference)), w84_mm: (least, greatest) }
            }
        };
        Self {
            band,
            lower: height(band.lower, OPEN_LOW_MM),
            upper: height(band.upper, OPEN_HIGH_MM),
        }
    }

    /// The band as it came.
    pub fn band(&self) -> Band {
        self.band
    }

    /// Least and greatest height above the ellipsoid that the band may reach, millimetres.
    pub fn w84_range_mm(&self) -> (i64, i64) {
        (self.lower.w84_mm.0, self.upper.w84_mm.1)
    }

    /// Whether both limits are pressure altitudes, the ground or open.
    fn on_pressure(&self) -> bool {
        [self.lower, self.upper]
            .iter()
            .all(|limit| limit.own.is_none_or(|(_, reference)| reference == Reference::Pressure))
    }

    /// The altitudes shared with another band, if there may be any.
    pub fn common(&self, other: &Self) -> Option<CommonBand> {
        let verdict = not_above(self.lower, other.upper)?.min(not_above(other.lower, self.upper)?);
        let pressure = self.on_pressure()
            && other.on_pressure()
            && [self.lower, self.upper, other.lower, other.upper].iter().any(|h| h.own.is_some());
        let ends = |a: Height, b: Height, greatest: bool| {
            let mut ends = [a, b].map(|height| match (pressure, height.own) {
                (true, Some((mm, _))) => mm,
                _ if greatest => height.w84_mm.0,
                _ => height.w84_mm.1,
            });
            ends.sort_unstable();
            if greatest { ends[1] } else { ends[0] }
        };
        let lower_mm = ends(self.lower, other.lower, true);
        let upper_mm = ends(self.upper, other.upper, false);
        let (floor_mm, ceiling_mm) = (GROUND_LOWEST_MM, ALTITUDE_RANGE_M.1 as i64 * 1_000);
        Some(CommonBand {
            verdict,
            // Both floors the ground, or both tops open: the lowest ground, the highest altitude.
            lower_mm: if lower_mm == OPEN_LOW_MM { floor_mm.min(upper_mm) } else { lower_mm },
            upper_mm: if upper_mm == OPEN_HIGH_MM { ceiling_mm } else { upper_mm },
            pressure,
        })
    }

    /// Shifts of this band, in millimetres, at which it may share an altitude with the other:
    /// least, greatest. `None` ends have no limit. What is outside certainly clears it, as far as
    /// the references move together; verify the shifted band.
    pub fn touching_shifts_mm(&self, other: &Self) -> (Option<i64>, Option<i64>) {
        let least = match (other.lower.own, self.upper.own) {
            (Some((a, ra)), Some((b, rb))) if ra == rb => Some(a - b),
            (Some(_), Some(_)) => Some(other.lower.w84_mm.0 - self.upper.w84_mm.1),
            _ => None,
        };
        let greatest = match (other.upper.own, self.lower.own) {
            (Some((a, ra)), Some((b, rb))) if ra == rb => Some(a - b),
            (Some(_), Some(_)) => Some(other.upper.w84_mm.1 - self.lower.w84_mm.0),
            _ => None,
        };
        (least, greatest)
    }
}

/// Whether a lower limit lies at or below an upper one: surely, maybe, or not at all.
fn not_above(lower: Height, upper: Height) -> Option<Verdict> {
    match (lower.own, upper.own) {
        (None, _) | (_, None) => Some(Verdict::Certain),
        (Some((low, a)), Some((high, b))) if a == b => (low <= high).then_some(Verdict::Certain),
        _ if lower.w84_mm.1 <= upper.w84_mm.0 => Some(Verdict::Certain),
        _ if lower.w84_mm.0 <= upper.w84_mm.1 => Some(Verdict::Possible),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Position;

    fn common(a: (Limit, Limit), b: (Limit, Limit), datums: &Datums) -> Option<CommonBand> {
        let outline = Outline::circle(Position::new(48.0, 10.2).unwrap(), 1000.0).unwrap();
        let band = |(l, u)| ResolvedBand::new(Band::new(l, u).unwrap(), &outline, datums);
        band(a).common(&band(b))
    }

    fn at(value_m: f64, reference: Reference) -> (Limit, Limit) {
        (Limit::lower(value_m, reference).unwrap(), Limit::upper(value_m, reference).unwrap())
    }

    #[test]
    fn limits_of_one_reference_are_decided_to_the_millimetre() {
        for reference in [Reference::W84, Reference::Amsl, Reference::Agl, Reference::Pressure] {
            let low = (Limit::Surface, Limit::upper(120.099, reference).unwrap());
            let touching = (Limit::lower(120.099, reference).unwrap(), Limit::Open);
            let above = (Limit::lower(120.1, reference).unwrap(), Limit::Open);
            let datums = Datums::default();
            assert_eq!(common(low, touching, &datums).unwrap().verdict, Verdict::Certain);
            assert_eq!(common(low, above, &datums), None, "{reference:?}");
        }
    }

    #[test]
    fn a_flight_level_is_certain_outside_its_band_and_possible_within() {
        // FL80 is 2,438.4 m: with QNH 950 to 1050 and 8 % between about 1,740 and 2,960 m AMSL.
        let flight = at(2438.4, Reference::Pressure);
        let datums = Datums::default();
        let below = |top_m| (Limit::Surface, Limit::upper(top_m, Reference::Amsl).unwrap());
        assert_eq!(common(flight, below(1700.0), &datums), None);
        assert_eq!(common(flight, below(2400.0), &datums).unwrap().verdict, Verdict::Possible);
        assert_eq!(common(flight, below(3000.0), &datums).unwrap().verdict, Verdict::Certain);
        // With the air known it is decided but for the geoid's error.
        let known =
            Datums { qnh_hpa: (1013.25, 1013.25), pressure_band_percent: 0.0, ..Datums::default() };
        assert_eq!(common(flight, below(2430.0), &known), None);
        assert_eq!(common(flight, below(2445.0), &known).unwrap().verdict, Verdict::Certain);
    }

    #[test]
    fn ground_that_is_not_known_leaves_agl_possible_and_stated_ground_decides() {
        let drone = (Limit::Surface, Limit::upper(120.0, Reference::Agl).unwrap());
        let zone = at(900.0, Reference::Amsl);
        assert_eq!(common(drone, zone, &Datums::default()).unwrap().verdict, Verdict::Possible);
        let flat = Datums { ground_mm: (600_000, 600_000), ..Datums::default() };
        assert_eq!(common(drone, zone, &flat), None);
        let high = Datums { ground_mm: (800_000, 800_000), ..Datums::default() };
        assert_eq!(common(drone, zone, &high).unwrap().verdict, Verdict::Certain);
    }

    #[test]
    fn a_floor_on_the_ground_needs_no_terrain() {
        let zone = (Limit::Surface, Limit::upper(762.0, Reference::Amsl).unwrap());
        let flight = at(500.0, Reference::Amsl);
        let shared = common(zone, flight, &Datums::default()).unwrap();
        assert_eq!(shared.verdict, Verdict::Certain);
        assert!(!shared.pressure);
    }
}
