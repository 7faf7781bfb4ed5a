//! The overview: everything near the conflicts, or everything there is when there are none.

use std::collections::BTreeSet;

use keepclear_geo::{Outline, Place, Verdict, Volume4D};

use super::canvas::{Anchor, BADGE_RADIUS, Canvas, Labels, Rect, text_width};
use super::style::Look;
use super::surroundings::surroundings;
use super::view::{Extent, View};
use super::{MARGIN, Scene, WIDTH, graticule};
use crate::check::picture::Other;
use crate::check::words;

const HEIGHT: f64 = 620.0;
/// Room for labels of latitude left of the map.
const LEFT: f64 = 72.0;
/// Corners drawn of what takes part in conflicts, and of everything else: some 2 MB at most.
const CORNERS_MAX: usize = 90_000;
const FAINT_CORNERS_MAX: usize = 40_000;
/// What an element costs beside its corners, in corners.
const ELEMENT_CORNERS: usize = 8;
/// Conflicts with a number in the map, and flights and zones with a name.
const BADGES_MAX: usize = 99;
const NAMES_MAX: usize = 60;
/// Flights of more volumes than this have thin edges: there the edges of one cover the next.
const MANY: usize = 12;
const CROWD: usize = 100;
/// Fewest corners that are worth drawing of a flight; beyond so many flights some are left out.
const LEAST_SHARE: usize = 40;
/// At least every so many volumes of a flight one is drawn.
const MOST_STRIDE: usize = 4_096;

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
        // Without conflicts nothing stands back.
        let faint = !self.scene.conflicts.is_empty();
        for (sides, corners, faint) in
            [(beside, FAINT_CORNERS_MAX, faint), (within, CORNERS_MAX, false)]
        {
            let visible: Vec<Other> = sides.into_iter().filter(|&side| self.shows(side)).collect();
            let most = corners / LEAST_SHARE;
            let (kept, dropped) = visible.split_at(visible.len().min(most));
            self.left_out +=
                dropped.iter().map(|&s| self.scene.picture.other_volumes(s).len()).sum::<usize>();
            for &side in kept {
                self.side(canvas, side, faint, corners / kept.len());
            }
        }
    }

    fn shows(&self, side: Other) -> bool {
        let volumes = self.scene.picture.other_volumes(side);
        volumes.iter().any(|volume| self.view.meets(volume.outline()).is_some())
    }

    /// One side's volumes; where they cost more than their share, evenly picked ones.
    fn side(&mut self, canvas: &mut Canvas, side: Other, faint: bool, share: usize) {
        let volumes = self.scene.picture.other_volumes(side).iter().map(Volume4D::outline);
        let shown: Vec<&Outline> =
            volumes.filter(|outline| self.view.meets(outline).is_some()).collect();
        // Volumes one above the other have one outline.
        let mut seen = BTreeSet::new();
        let mut paths = Vec::new();
        let mut stride = 1;
        let mut spent = 0;
        for (i, outline) in shown.iter().enumerate() {
            if i % stride != 0 && i + 1 != shown.len() {
                self.left_out += 1;
                continue;
            }
            let (path, corners) = self.view.outline(outline);
            spent += corners + ELEMENT_CORNERS;
            // As if the rest were like what was drawn.
            while spent * shown.len().div_ceil(stride) / (i / stride + 1) > share
                && stride < MOST_STRIDE
            {
                stride *= 2;
            }
            self.drawn += 1;
            if !path.is_empty() && seen.insert(path.clone()) {
                paths.push(path);
            }
        }
        faces(canvas, &paths, &self.scene.look(side), faint);
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
            reserve_edges(&mut labels, view, &conflict.place);
            places.push((i + 1, at));
        }
        let mut badges = Vec::new();
        for &(number, at) in places.iter().take(BADGES_MAX) {
            let side = 2.0 * BADGE_RADIUS + 2.0;
            if let Some(middle) = labels.take_near(at, side, side) {
                canvas.line(at, middle, "lead");
                badges.push((middle, number));
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
        // Last, so that no line to a name covers a number.
        for (middle, number) in badges {
            canvas.badge(middle, number);
        }
        unplaced
    }

    /// Writes a name on the outline that it belongs to, if it is shown and there is room.
    fn name(&self, canvas: &mut Canvas, labels: &mut Labels, side: Other) -> bool {
        let volumes = self.scene.picture.other_volumes(side);
        let text = self.scene.short_title(side);
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
                "{} volumes drawn; {} more are not, to keep the picture small: of a flight with many \
                 volumes, every second, fourth and so on.",
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

/// Keeps the edges of a common area free of names.
fn reserve_edges(labels: &mut Labels, view: &View, place: &Place) {
    const BOX: f64 = 8.0;
    const BOXES_MAX: usize = 120;
    let Place::Area(polygons) = place else { return };
    let mut last = None;
    let corners = polygons
        .iter()
        .flat_map(|rings| rings.iter().flat_map(|ring| ring.iter().chain(ring.first())));
    let mut boxes = 0;
    for (x, y) in corners.filter_map(|&corner| view.place(corner)) {
        let (a, b) = last.unwrap_or((x, y));
        let steps = ((x - a).abs().max((y - b).abs()) / BOX).ceil().min(40.0);
        for step in 1..=steps as usize {
            let share = step as f64 / steps;
            let (x, y) = (a + (x - a) * share, b + (y - b) * share);
            if boxes < BOXES_MAX {
                labels.reserve(Rect::new(x - BOX * 0.5, y - BOX * 0.5, BOX, BOX));
                boxes += 1;
            }
        }
        last = Some((x, y));
    }
}

/// Outlines of one side in its look. Those of one ring are filled as one, so that where a flight's
/// volumes overlap they do not grow darker.
pub(super) fn faces(canvas: &mut Canvas, paths: &[String], look: &Look, faint: bool) {
    let extra = match paths.len() {
        _ if faint => " faint",
        count if count <= MANY => "",
        count if count <= CROWD => " many",
        _ => " crowd",
    };
    let fill = if faint { "none" } else { &look.fill };
    let class = format!("v {}{extra}", look.class);
    let (simple, others): (Vec<&String>, Vec<&String>) =
        paths.iter().partition(|path| path.matches('M').count() == 1);
    let joined: String = simple.iter().map(|path| path.as_str()).collect();
    let single = std::iter::once((&joined, " u"));
    for (path, union) in single.chain(others.into_iter().map(|path| (path, ""))) {
        if !look.fill_class.is_empty() && !faint {
            canvas.path(path, &format!("{}{union}", look.fill_class), "");
        }
        canvas.path(path, &format!("{class}{union}"), fill);
    }
}

/// A conflict's common area, or where the sides touch; what is too small to see is marked.
pub(super) fn area(
    canvas: &mut Canvas,
    view: &View,
    place: &Place,
    verdict: Verdict,
    middle: (f64, f64),
) {
    match place {
        Place::Closest(..) => touch_mark(canvas, middle),
        Place::Area(polygons) => {
            let (path, _) = view.polygons(polygons);
            let look = Look::hit(verdict == Verdict::Certain);
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
