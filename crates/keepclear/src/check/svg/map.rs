//! The overview: everything near the conflicts, or everything there is when there are none.

use std::collections::BTreeMap;

use keepclear_geo::{Place, Position, Vec3, Volume4D};

use super::canvas::{Anchor, BADGE_RADIUS, Canvas, Labels, Rect, text_width};
use super::style::Look;
use super::view::{Extent, Ground, View};
use super::{MARGIN, Scene, WIDTH, graticule};
use crate::check::picture::Other;
use crate::check::words;

const HEIGHT: f64 = 620.0;
/// Room for labels of latitude left of the map.
const LEFT: f64 = 72.0;
/// Corners drawn of what takes part in conflicts, and of everything else: about 3 MB at most.
const CORNERS_MAX: usize = 120_000;
const FAINT_CORNERS_MAX: usize = 60_000;
/// Conflicts with a number in the map, and flights and zones with a name.
const BADGES_MAX: usize = 99;
const NAMES_MAX: usize = 60;
/// Flights of more volumes than this have thin edges: there the edges of one cover the next.
const MANY: usize = 12;

/// Draws the map below `top`; returns where it ends.
pub(super) fn draw(canvas: &mut Canvas, scene: &Scene<'_>, top: f64) -> f64 {
    let sheet = Rect::new(MARGIN + LEFT, top, WIDTH - 2.0 * MARGIN - LEFT, HEIGHT);
    let Some((ground, extent)) = surroundings(scene) else {
        canvas.text((MARGIN, top + 20.0), "soft", Anchor::Start, "There is nothing to show.");
        return top + 30.0;
    };
    let view = View::new(ground, &extent, sheet);
    canvas.rect(&sheet, "sea", "");
    let lines = graticule::lines(&view);
    canvas.begin_clip("map", &sheet);
    for line in &lines {
        canvas.path(&line.data, "grid", "none");
    }
    let mut drawing = Drawing { view: &view, scene, left_out: 0, drawn: 0 };
    drawing.everything(canvas);
    let unplaced = drawing.conflicts(canvas);
    canvas.end_clip();
    let caption = drawing.caption(unplaced);
    canvas.rect(&sheet, "edge", "none");
    let mut y = graticule::frame(canvas, &view, &lines);
    for line in caption {
        y += 16.0;
        canvas.text((sheet.x, y), "soft", Anchor::Start, &line);
    }
    y + 4.0
}

/// Two arms across the place where outlines only touch.
pub(super) fn touch_mark(canvas: &mut Canvas, (x, y): (f64, f64)) {
    canvas.line((x - 6.0, y - 6.0), (x + 6.0, y + 6.0), "tick");
    canvas.line((x - 6.0, y + 6.0), (x + 6.0, y - 6.0), "tick");
}

/// What is shown of the earth: the conflicts with the flight volumes in them, else everything.
fn surroundings(scene: &Scene<'_>) -> Option<(Ground, Extent)> {
    let corners: Vec<Position> = scene
        .conflicts
        .iter()
        .flat_map(|conflict| match &conflict.place {
            Place::Closest(a, b) => vec![*a, *b],
            Place::Area(polygons) => polygons.iter().flatten().flatten().copied().collect(),
        })
        .collect();
    let picture = scene.picture;
    let flights = || picture.flights.iter().flat_map(|f| &f.volumes);
    let zones = || picture.zones.iter().flat_map(|z| &z.volumes);
    let mut points: Vec<(Position, f64)> = corners.iter().map(|&place| (place, 0.0)).collect();
    let around = |v: &Volume4D| (v.outline().middle(), v.outline().reach_m());
    if points.is_empty() {
        points.extend(flights().map(around));
    }
    if points.is_empty() {
        points.extend(zones().map(around));
    }
    let rough = Ground::at(mean(&points)?);
    let rough = match points.iter().find(|(place, _)| rough.project(*place).is_some()) {
        Some(_) => rough,
        None => Ground::at(points[0].0),
    };
    let extent = extent_of(&rough, &points);
    // Once more around its middle, so that the plane is truest there.
    let ground = Ground::at(rough.position(extent.min + extent.size() * 0.5));
    let mut extent = extent_of(&ground, &points);
    if !scene.conflicts.is_empty() {
        let size = extent.size();
        let wide = extent.grown(size.x.max(size.y) * 0.6 + 300.0);
        for conflict in &scene.conflicts {
            let flight = |f: usize, volumes: &[usize]| {
                let all = &picture.flights[f].volumes;
                volumes.iter().filter_map(|&v| all.get(v)).map(around).collect::<Vec<_>>()
            };
            let mut volumes = flight(conflict.flight, &conflict.flight_volumes);
            if let Other::Flight(other) = conflict.other {
                volumes.extend(flight(other, &conflict.other_volumes));
            }
            let own = wide.cut(&extent_of(&ground, &volumes));
            if own.min.x <= own.max.x && own.min.y <= own.max.y {
                extent.with(own.min, 0.0);
                extent.with(own.max, 0.0);
            }
        }
    }
    let size = extent.size();
    Some((ground, extent.grown(size.x.max(size.y) * 0.06 + 50.0)))
}

fn mean(points: &[(Position, f64)]) -> Option<Position> {
    let first = points.first()?.0;
    let sum = points.iter().fold(Vec3::default(), |sum, (place, _)| sum + place.ecef());
    let mean = sum * (1.0 / points.len() as f64);
    // Scattered over the globe: around the first.
    Some(if mean.norm() < 3_000_000.0 { first } else { Position::from_ecef(mean) })
}

fn extent_of(ground: &Ground, points: &[(Position, f64)]) -> Extent {
    let mut extent = Extent::EMPTY;
    for &(place, reach_m) in points {
        if let Some(point) = ground.project(place) {
            extent.with(point, reach_m);
        }
    }
    if extent.is_empty() {
        extent.with(keepclear_geo::Vec2::default(), 1_000.0);
    }
    extent
}

struct Drawing<'a> {
    view: &'a View,
    scene: &'a Scene<'a>,
    drawn: usize,
    left_out: usize,
}

impl Drawing<'_> {
    /// Zones, then flights without a conflict, then those with one, so that these are on top.
    fn everything(&mut self, canvas: &mut Canvas) {
        let picture = self.scene.picture;
        let sides = (0..picture.zones.len())
            .map(Other::Zone)
            .chain((0..picture.flights.len()).map(Other::Flight));
        let (within, beside): (Vec<Other>, Vec<Other>) =
            sides.partition(|side| self.scene.in_conflict.contains(side));
        let mut budget = FAINT_CORNERS_MAX;
        // Without conflicts nothing stands back.
        let faint = !self.scene.conflicts.is_empty();
        for side in beside {
            self.side(canvas, side, faint, &mut budget);
        }
        let mut budget = CORNERS_MAX;
        for side in within {
            self.side(canvas, side, false, &mut budget);
        }
    }

    fn side(&mut self, canvas: &mut Canvas, side: Other, faint: bool, budget: &mut usize) {
        let volumes = self.scene.picture.other_volumes(side);
        let look = self.scene.look(side);
        let mut faces: BTreeMap<String, ()> = BTreeMap::new();
        let mut data = Vec::new();
        for volume in volumes {
            if self.view.meets(volume.outline()).is_none() {
                continue;
            }
            if *budget == 0 {
                self.left_out += 1;
                continue;
            }
            let (path, corners) = self.view.outline(volume.outline());
            *budget = budget.saturating_sub(corners);
            // Volumes one above the other have one outline.
            if !path.is_empty() {
                self.drawn += 1;
                if faces.insert(path.clone(), ()).is_none() {
                    data.push(path);
                }
            }
        }
        let many = if data.len() > MANY { " many" } else { "" };
        for path in data {
            face(canvas, &path, &look, if faint { " faint" } else { many });
        }
    }

    /// Common areas with their numbers, then names where there is room; returns how many conflicts
    /// have neither.
    fn conflicts(&self, canvas: &mut Canvas) -> usize {
        let (view, scene) = (self.view, self.scene);
        let mut labels = Labels::new(view.sheet);
        let mut places = Vec::new();
        let mut unplaced = 0;
        for (i, conflict) in scene.conflicts.iter().enumerate() {
            let middle = words::middle(&conflict.place).and_then(|place| view.place(place));
            let Some(at) = middle.filter(|&at| view.shows(at)) else {
                unplaced += 1;
                continue;
            };
            area(canvas, view, &conflict.place, conflict.verdict, at);
            labels.reserve(Rect::new(at.0 - 4.0, at.1 - 4.0, 8.0, 8.0));
            places.push((i + 1, at));
        }
        for &(number, at) in places.iter().take(BADGES_MAX) {
            let side = 2.0 * BADGE_RADIUS + 2.0;
            if let Some(middle) = labels.take_near(at, side, side) {
                canvas.line(at, middle, "lead");
                canvas.badge(middle, number);
            }
        }
        let mut named = 0;
        for &side in &scene.in_conflict {
            if named < NAMES_MAX && self.name(canvas, &mut labels, side) {
                named += 1;
            }
        }
        for zone in (0..scene.picture.zones.len()).map(Other::Zone) {
            if named < NAMES_MAX
                && !scene.in_conflict.contains(&zone)
                && self.name(canvas, &mut labels, zone)
            {
                named += 1;
            }
        }
        if scene.conflicts.is_empty() {
            for flight in (0..scene.picture.flights.len()).map(Other::Flight).take(NAMES_MAX) {
                self.name(canvas, &mut labels, flight);
            }
        }
        unplaced
    }

    /// Writes a name on the outline that it belongs to, if it is shown and there is room.
    fn name(&self, canvas: &mut Canvas, labels: &mut Labels, side: Other) -> bool {
        let volumes = self.scene.picture.other_volumes(side);
        let text = self.scene.title(side);
        let (w, h) = (text_width(&text, 12.0) + 6.0, 16.0);
        let mut shown: Vec<((f64, f64), f64)> = volumes
            .iter()
            .filter_map(|volume| {
                let at = self.view.meets(volume.outline())?;
                Some((at, volume.outline().reach_m() / self.view.m_per_px()))
            })
            .collect();
        // From the ends inwards: flights are furthest apart there.
        let stride = (shown.len() / 16).max(1);
        shown = shown.into_iter().step_by(stride).collect();
        let sheet = self.view.sheet;
        for (at, reach) in shown {
            let tries = [0.0, -0.35, 0.35, -0.6, 0.6, -0.8, 0.8].map(|share| share * reach);
            let mut found =
                tries.iter().map(|dy| (at.0, at.1 + dy)).find(|&at| labels.take(at, w, h));
            if found.is_none() && reach < 400.0 && self.view.shows(at) {
                found = labels.take_near(at, w, h);
                if let Some(middle) = found {
                    canvas.line(at, (middle.0, middle.1), "lead");
                }
            }
            if found.is_none() && reach > 400.0 {
                // Its middle is outside of the map, which lies within it.
                let steps = (1..8).map(|i| sheet.y + sheet.h * f64::from(i) / 8.0);
                found =
                    steps.map(|y| (sheet.x + w * 0.5 + 8.0, y)).find(|&at| labels.take(at, w, h));
            }
            if let Some(middle) = found {
                let class = if matches!(side, Other::Zone(_)) { "halo i" } else { "halo b" };
                canvas.text((middle.0, middle.1 + 4.0), class, Anchor::Middle, &text);
                return true;
            }
        }
        false
    }

    fn caption(&self, unplaced: usize) -> Vec<String> {
        let mut lines = Vec::new();
        if self.left_out > 0 {
            lines.push(format!(
                "{} volumes drawn; {} more are not, to keep the picture small: those without a \
                 conflict first.",
                words::grouped(self.drawn as i64),
                words::grouped(self.left_out as i64)
            ));
        }
        if unplaced > 0 {
            let conflicts = words::counted(unplaced, "conflict");
            lines.push(format!("{conflicts} too far away for this map: see the panels."));
        }
        if self.scene.conflicts.len() - unplaced > BADGES_MAX {
            lines.push(format!("The first {BADGES_MAX} conflicts of the map have their numbers."));
        }
        let others = self.scene.picture.flights.len() + self.scene.picture.zones.len();
        if !self.scene.conflicts.is_empty() && others > self.scene.in_conflict.len() {
            lines.push("Faint: flights and areas without a conflict.".to_owned());
        }
        lines
    }
}

/// An outline in its look.
pub(super) fn face(canvas: &mut Canvas, path: &str, look: &Look, extra: &str) {
    if !look.fill_class.is_empty() && !extra.contains("faint") {
        canvas.path(path, look.fill_class, "");
    }
    let fill = if extra.contains("faint") { "none" } else { &look.fill };
    canvas.path(path, &format!("v {}{extra}", look.class), fill);
}

/// A conflict's common area, or where the sides touch; what is too small to see is marked.
pub(super) fn area(
    canvas: &mut Canvas,
    view: &View,
    place: &Place,
    verdict: keepclear_geo::Verdict,
    middle: (f64, f64),
) {
    match place {
        Place::Closest(..) => touch_mark(canvas, middle),
        Place::Area(polygons) => {
            let (path, _) = view.polygons(polygons);
            let look = Look::hit(verdict == keepclear_geo::Verdict::Certain);
            canvas.path(&path, &look.class, &look.fill);
            let mut extent = Extent::EMPTY;
            for point in polygons.iter().flatten().flatten() {
                if let Some(point) = view.ground.project(*point) {
                    extent.with(point, 0.0);
                }
            }
            let size = extent.size();
            if size.x.max(size.y) < 5.0 * view.m_per_px() {
                canvas.circle(middle, 5.0, "hit dot");
            }
        }
    }
}
