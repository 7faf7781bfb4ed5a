//! OpenAir outlines: points, circles and arcs, with arcs as chords within one metre of them.

use keepclear_geo::{OUTLINE_REACH_MAX_M, OUTLINE_VERTICES_MAX, Outline, Position};

use crate::content::Fault;
use crate::openair_records::{place, short};

/// International nautical mile, metres.
const NAUTICAL_MILE_M: f64 = 1_852.0;
/// Chords keep within this of their arc, metres.
const CHORD_GAP_MAX_M: f64 = 1.0;
/// Points closer than this are one place, metres.
const SAME_PLACE_M: f64 = 1e-3;
/// Ends of arcs and the points that they should meet differ by rounding, metres.
const ROUNDING_M: f64 = 0.5;

/// A record of an outline, with what follows its code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Element<'a> {
    Variable(&'a str),
    Point(&'a str),
    Circle(&'a str),
    ArcByAngles(&'a str),
    ArcByPlaces(&'a str),
}

/// An outline, and what had to be done to get it.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) outline: Outline,
    pub(crate) warning: Option<String>,
}

/// What is wrong, in which line if in one.
type OutlineFault = (Option<usize>, Fault);

/// Follows the records around.
pub(crate) fn outline(elements: &[(usize, Element<'_>)]) -> Result<Built, OutlineFault> {
    let mut pen = Pen { centre: None, clockwise: true, points: Vec::new(), circle: None };
    for &(line, element) in elements {
        pen.draw(element).map_err(|fault| (Some(line), fault))?;
        if pen.points.len() > OUTLINE_VERTICES_MAX {
            let reason = format!("more than {OUTLINE_VERTICES_MAX} points");
            return Err((Some(line), Fault::new("outline", reason)));
        }
    }
    match (pen.circle, pen.points.is_empty()) {
        (Some(outline), true) => Ok(Built { outline, warning: None }),
        (Some(_), false) => {
            let reason = "DC stands beside other records of an outline; split the area";
            Err((None, Fault::new("DC", reason)))
        }
        (None, true) => Err((None, Fault::new("outline", "is missing; give DP, DA, DB or DC"))),
        (None, false) => around(&pen.points).map_err(|fault| (None, fault)),
    }
}

/// An outline through points that may be closed, and may cross themselves.
fn around(points: &[Position]) -> Result<Built, Fault> {
    let exact = merged(points, SAME_PLACE_M);
    let strict = match Outline::polygon(&exact) {
        Ok(outline) => return Ok(Built { outline, warning: None }),
        Err(invalid) => invalid,
    };
    let rounded = merged(points, ROUNDING_M);
    if rounded.len() < exact.len()
        && let Ok(outline) = Outline::polygon(&rounded)
    {
        return Ok(Built { outline, warning: None });
    }
    match Outline::union_of_parts(&exact) {
        Ok(outline) => {
            let place = strict.index.and_then(|index| exact.get(index));
            let place = place.map_or_else(String::new, |place| {
                format!(" near {:.5}, {:.5}", place.lat_deg(), place.lng_deg())
            });
            let words = format!(
                "its outline crosses or touches itself{place}; taken as the union of its parts"
            );
            Ok(Built { outline, warning: Some(words) })
        }
        Err(invalid) => Err(Fault::new("outline", invalid.reason.to_string())),
    }
}

/// The points without those that repeat the one before, all around.
fn merged(points: &[Position], within_m: f64) -> Vec<Position> {
    let near = |a: Position, b: Position| (a.ecef() - b.ecef()).norm() <= within_m;
    let mut kept: Vec<Position> = Vec::with_capacity(points.len());
    for &point in points {
        if kept.last().is_none_or(|&last| !near(last, point)) {
            kept.push(point);
        }
    }
    while let [first, .., last] = kept.as_slice()
        && near(*first, *last)
    {
        kept.pop();
    }
    kept
}

struct Pen {
    centre: Option<Position>,
    clockwise: bool,
    points: Vec<Position>,
    circle: Option<Outline>,
}

impl Pen {
    fn draw(&mut self, element: Element<'_>) -> Result<(), Fault> {
        match element {
            Element::Variable(text) => self.set(text),
            Element::Point(text) => {
                self.points.push(place(text).map_err(|reason| Fault::new("DP", reason))?);
                Ok(())
            }
            Element::Circle(text) => {
                let centre = self.centre("DC")?;
                let radius_m = number(text, "DC", "a radius in nautical miles")? * NAUTICAL_MILE_M;
                let outline = Outline::circle(centre, radius_m);
                let outline = outline.map_err(|invalid| Fault::at("DC", &invalid))?;
                if self.circle.replace(outline).is_some() {
                    return Err(Fault::new("DC", "a second circle in one area; split the area"));
                }
                Ok(())
            }
            Element::ArcByAngles(text) => self.arc_by_angles(text),
            Element::ArcByPlaces(text) => self.arc_by_places(text),
        }
    }

    fn set(&mut self, text: &str) -> Result<(), Fault> {
        let wrong = |reason: String| Fault::new("V", reason);
        let Some((variable, value)) = text.split_once('=') else {
            return Err(wrong(format!("{:?} is no setting such as X=... or D=+", short(text))));
        };
        match (variable.trim(), value.trim()) {
            ("X" | "x", value) => {
                self.centre = Some(place(value).map_err(|reason| Fault::new("V X", reason))?);
            }
            ("D" | "d", "+") => self.clockwise = true,
            ("D" | "d", "-") => self.clockwise = false,
            ("D" | "d", value) => {
                let reason = format!("{:?} is neither + nor -", short(value));
                return Err(Fault::new("V D", reason));
            }
            // Zoom, width and others that only matter for drawing.
            _ => {}
        }
        Ok(())
    }

    fn centre(&self, field: &str) -> Result<Position, Fault> {
        self.centre.ok_or_else(|| Fault::new(field, "no centre; V X= must stand before it"))
    }

    fn arc_by_angles(&mut self, text: &str) -> Result<(), Fault> {
        let centre = self.centre("DA")?;
        let parts: Vec<&str> = text.split(',').collect();
        let &[radius, from, to] = parts.as_slice() else {
            let reason = format!("{:?} is not radius, first angle, last angle", short(text));
            return Err(Fault::new("DA", reason));
        };
        let radius_m = number(radius, "DA", "a radius in nautical miles")? * NAUTICAL_MILE_M;
        let angle_deg = |text| {
            number(text, "DA", "an angle in degrees").and_then(|angle_deg| {
                if (-360.0..=360.0).contains(&angle_deg) {
                    return Ok(angle_deg);
                }
                Err(Fault::new("DA", format!("the angle {angle_deg} is outside -360 to 360")))
            })
        };
        let (from_deg, to_deg) = (angle_deg(from)?, angle_deg(to)?);
        let sweep_deg = self.sweep_deg(from_deg, to_deg);
        // From an angle to the same one is all around.
        let sweep_deg = if sweep_deg.abs() < 1e-9 { self.sign() * 360.0 } else { sweep_deg };
        check_radius("DA", radius_m)?;
        let start = centre.destination(from_deg, radius_m);
        let end = centre.destination(from_deg + sweep_deg, radius_m);
        let turn = Turn { from_deg, sweep_deg, radii_m: (radius_m, radius_m) };
        self.arc(centre, start, end, turn);
        Ok(())
    }

    fn arc_by_places(&mut self, text: &str) -> Result<(), Fault> {
        let centre = self.centre("DB")?;
        let (start, end) = two_places(text).map_err(|reason| Fault::new("DB", reason))?;
        let (start_m, from_deg, _) = centre.inverse(start);
        let (end_m, to_deg, _) = centre.inverse(end);
        check_radius("DB", start_m)?;
        check_radius("DB", end_m)?;
        let same = (start.ecef() - end.ecef()).norm() <= SAME_PLACE_M;
        let sweep_deg = if same { self.sign() * 360.0 } else { self.sweep_deg(from_deg, to_deg) };
        self.arc(centre, start, end, Turn { from_deg, sweep_deg, radii_m: (start_m, end_m) });
        Ok(())
    }

    fn sign(&self) -> f64 {
        if self.clockwise { 1.0 } else { -1.0 }
    }

    /// Signed turn from one bearing to another in the direction that is set.
    fn sweep_deg(&self, from_deg: f64, to_deg: f64) -> f64 {
        self.sign() * (self.sign() * (to_deg - from_deg)).rem_euclid(360.0)
    }

    /// Adds an arc with both its exact ends; its radius goes evenly from the first to the last.
    fn arc(&mut self, centre: Position, start: Position, end: Position, turn: Turn) {
        let Turn { from_deg, sweep_deg, radii_m: (first_m, last_m) } = turn;
        let steps = (sweep_deg.abs() / step_deg(first_m.max(last_m))).ceil().max(1.0) as usize;
        self.points.push(start);
        for step in 1..steps {
            let share = step as f64 / steps as f64;
            let radius_m = first_m + (last_m - first_m) * share;
            self.points.push(centre.destination(from_deg + sweep_deg * share, radius_m));
        }
        self.points.push(end);
    }
}

#[derive(Clone, Copy)]
struct Turn {
    from_deg: f64,
    sweep_deg: f64,
    radii_m: (f64, f64),
}

/// A chord over this angle leaves the arc by r(1 - cos(angle/2)), at most [`CHORD_GAP_MAX_M`].
fn step_deg(radius_m: f64) -> f64 {
    let cosine = (1.0 - CHORD_GAP_MAX_M / radius_m).clamp(-1.0, 1.0);
    (2.0 * libm::acos(cosine)).to_degrees().clamp(0.01, 1.0)
}

fn check_radius(field: &str, radius_m: f64) -> Result<(), Fault> {
    if (0.001..=OUTLINE_REACH_MAX_M).contains(&radius_m) {
        return Ok(());
    }
    let reason = format!("the radius {radius_m} m is outside 1 mm to 2,500 km");
    Err(Fault::new(field, reason))
}

/// Two places with a comma between them; each may have a comma inside.
fn two_places(text: &str) -> Result<(Position, Position), String> {
    let mut wrong = format!("{:?} is not two places with a comma between", short(text));
    for (at, _) in text.match_indices(',') {
        let (Some(first), Some(second)) = (text.get(..at), text.get(at + 1..)) else { continue };
        match (place(first), place(second)) {
            (Ok(first), Ok(second)) => return Ok((first, second)),
            (Ok(_), Err(reason)) => wrong = reason,
            _ => {}
        }
    }
    Err(wrong)
}

fn number(text: &str, field: &str, what: &str) -> Result<f64, Fault> {
    let text = text.trim();
    let value: Option<f64> = text.parse().ok().filter(|value: &f64| value.is_finite());
    value.ok_or_else(|| Fault::new(field, format!("{:?} is not {what}", short(text))))
}
