//! One volume as geometry holds it.
//!
//! Its places are doubles taken from `keepclear-geo`, not the integers of the message: whatever
//! geometry made of the message is what is kept.

use keepclear_geo::{
    Band, Datums, Invalid, Limit, Outline, Position, Reason, Reference as GeoReference,
    TimeInterval, Volume4D,
};
use minicbor::{Decode, Encode};

use crate::quantity::{Instant, Millimetres, NanoDegrees};
use crate::volume::{Altitude, Place, Reference, Shape, Volume};

/// A volume, in the numbers of the geometry that will be checked.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(super) struct HeldVolume {
    #[n(0)]
    outline: HeldOutline,
    /// Lowest altitude; none is open downwards.
    #[n(1)]
    lower: Option<Altitude>,
    /// Highest altitude; none is open upwards.
    #[n(2)]
    upper: Option<Altitude>,
    #[n(3)]
    from: Instant,
    #[n(4)]
    to: Instant,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
enum HeldOutline {
    #[n(0)]
    Circle {
        #[n(0)]
        center: HeldPlace,
        #[n(1)]
        radius_m: f64,
    },
    #[n(1)]
    Polygon {
        #[n(0)]
        corners: Vec<HeldPlace>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Encode, Decode)]
#[cbor(array)]
struct HeldPlace {
    #[n(0)]
    lat_deg: f64,
    #[n(1)]
    lng_deg: f64,
}

impl HeldVolume {
    /// What geometry makes of a message's volume.
    pub(super) fn of(volume: &Volume) -> Result<Self, Invalid> {
        let Volume { shape, lower, upper, from, to } = volume;
        let outline = match shape {
            Shape::Circle { center, radius_m } => circle(degrees(center), radius_m.metres()),
            Shape::Polygon { vertices } => polygon(vertices.iter().map(degrees)),
        }?;
        // No datum is kept: what is known of air and ground belongs to the check, not to the volume.
        let held = assemble(outline, *lower, *upper, (*from, *to), &Datums::default())?;
        Self::holding(&held)
    }

    /// The volume of which this was kept.
    pub(super) fn volume(&self, datums: &Datums) -> Result<Volume4D, Invalid> {
        assemble(self.outline()?, self.lower, self.upper, (self.from, self.to), datums)
    }

    /// The form of a message.
    pub(super) fn read_back(&self) -> Volume {
        let shape = match &self.outline {
            HeldOutline::Circle { center, radius_m } => {
                let radius_m = Millimetres((radius_m * 1e3).round() as i64);
                Shape::Circle { center: center.rounded(), radius_m }
            }
            HeldOutline::Polygon { corners } => {
                Shape::Polygon { vertices: corners.iter().map(HeldPlace::rounded).collect() }
            }
        };
        Volume { shape, lower: self.lower, upper: self.upper, from: self.from, to: self.to }
    }

    /// The same, with the middle of its outline moved along a geodesic.
    pub(super) fn displaced(&self, east_m: f64, north_m: f64) -> Result<Self, Invalid> {
        if !(east_m.is_finite() && north_m.is_finite()) {
            let words = format!("{east_m} m east and {north_m} m north is not an offset");
            return Err(Invalid::new("shape", Reason::Other(words)));
        }
        let outline = self.outline()?;
        let azimuth_deg = libm::atan2(east_m, north_m).to_degrees();
        let middle = outline.middle();
        let there = middle.destination(azimuth_deg, libm::hypot(east_m, north_m));
        let (from, to) = (middle.ecef(), there.ecef());
        let axis = from.cross(to);
        let length = axis.norm();
        if length <= 0.0 {
            return Ok(self.clone());
        }
        let angle_rad = libm::atan2(length, from.dot(to));
        let moved = outline.turned(axis * (1.0 / length), angle_rad).map_err(in_message_terms)?;
        Ok(Self { outline: HeldOutline::holding(&moved), ..self.clone() })
    }

    fn holding(volume: &Volume4D) -> Result<Self, Invalid> {
        let band = volume.band().band();
        let interval = volume.interval();
        // To geometry the ends of its clock mean for ever; a message has no such time.
        let endless = |field| {
            let words = "is the end of all time; give an instant".to_owned();
            Invalid::new(field, Reason::Other(words))
        };
        Ok(Self {
            outline: HeldOutline::holding(volume.outline()),
            lower: altitude(band.lower),
            upper: altitude(band.upper),
            from: interval.start_us().map(Instant).ok_or_else(|| endless("from"))?,
            to: interval.end_us().map(Instant).ok_or_else(|| endless("to"))?,
        })
    }

    fn outline(&self) -> Result<Outline, Invalid> {
        match &self.outline {
            HeldOutline::Circle { center, radius_m } => circle(center.degrees(), *radius_m),
            HeldOutline::Polygon { corners } => polygon(corners.iter().map(HeldPlace::degrees)),
        }
    }
}

impl HeldOutline {
    fn holding(outline: &Outline) -> Self {
        match outline.as_circle() {
            Some((center, radius_m)) => {
                Self::Circle { center: HeldPlace::holding(center), radius_m }
            }
            None => {
                let corners = outline.corners().into_iter().flatten().map(HeldPlace::holding);
                Self::Polygon { corners: corners.collect() }
            }
        }
    }
}

impl HeldPlace {
    fn holding(position: Position) -> Self {
        Self { lat_deg: position.lat_deg(), lng_deg: position.lng_deg() }
    }

    fn degrees(&self) -> (f64, f64) {
        (self.lat_deg, self.lng_deg)
    }

    fn rounded(&self) -> Place {
        let nano = |deg: f64| NanoDegrees((deg * 1e9).round() as i64);
        Place { lat: nano(self.lat_deg), lng: nano(self.lng_deg) }
    }
}

fn degrees(place: &Place) -> (f64, f64) {
    (place.lat.degrees(), place.lng.degrees())
}

fn circle((lat_deg, lng_deg): (f64, f64), radius_m: f64) -> Result<Outline, Invalid> {
    let center =
        Position::new(lat_deg, lng_deg).map_err(|invalid| invalid.inside("shape.center"))?;
    Outline::circle(center, radius_m).map_err(in_message_terms)
}

fn polygon(corners: impl Iterator<Item = (f64, f64)>) -> Result<Outline, Invalid> {
    let positions = corners.enumerate().map(|(index, (lat_deg, lng_deg))| {
        Position::new(lat_deg, lng_deg)
            .map_err(|invalid| invalid.inside(&format!("shape.vertices[{index}]")))
    });
    let positions: Vec<Position> = positions.collect::<Result<_, _>>()?;
    Outline::polygon(&positions).map_err(in_message_terms)
}

fn assemble(
    outline: Outline,
    lower: Option<Altitude>,
    upper: Option<Altitude>,
    (from, to): (Instant, Instant),
    datums: &Datums,
) -> Result<Volume4D, Invalid> {
    type Constructor = fn(f64, GeoReference) -> Result<Limit, Invalid>;
    let limit = |altitude: Option<Altitude>, end: Constructor| match altitude {
        None => Ok(Limit::Open),
        Some(Altitude { value_m, reference }) => end(value_m.metres(), to_geo(reference)),
    };
    let band = limit(lower, Limit::lower)
        .and_then(|lower| Band::new(lower, limit(upper, Limit::upper)?))
        .map_err(in_message_terms)?;
    let interval = TimeInterval::new(Some(from.0), Some(to.0)).map_err(in_message_terms)?;
    Ok(Volume4D::new(outline, band, interval, datums))
}

fn altitude(limit: Limit) -> Option<Altitude> {
    match limit {
        // `assemble` makes no `Surface`: a message that means the ground says 0 m above it.
        Limit::Open | Limit::Surface => None,
        Limit::At { mm, reference } => {
            let reference = match reference {
                GeoReference::W84 => Reference::Ellipsoid,
                GeoReference::Amsl => Reference::SeaLevel,
                GeoReference::Agl => Reference::Ground,
                GeoReference::Pressure => Reference::Pressure,
            };
            Some(Altitude { value_m: Millimetres(mm), reference })
        }
    }
}

const fn to_geo(reference: Reference) -> GeoReference {
    match reference {
        Reference::Ellipsoid => GeoReference::W84,
        Reference::SeaLevel => GeoReference::Amsl,
        Reference::Ground => GeoReference::Agl,
        Reference::Pressure => GeoReference::Pressure,
    }
}

/// Geometry names fields as F3548-21 does.
fn in_message_terms(mut invalid: Invalid) -> Invalid {
    let ours = match invalid.field.as_str() {
        "outline_circle.radius" => "shape.radius_m",
        "outline_polygon.vertices" => "shape.vertices",
        "altitude_lower" => "lower",
        "altitude_upper" => "upper",
        "time_start" => "from",
        _ => return invalid,
    };
    ours.clone_into(&mut invalid.field);
    invalid
}
