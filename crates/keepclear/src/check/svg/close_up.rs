//! A conflict seen from above: its two sides around the common area.

use keepclear_geo::Place;

use super::canvas::{Anchor, Canvas, Labels, Rect};
use super::view::{Extent, Ground, View};
use super::{Scene, graticule, map};
use crate::check::picture::{Conflict, Other};
use crate::check::words;

/// Corners drawn of each side.
const CORNERS_MAX: usize = 1_500;

/// Draws a conflict's surroundings into a box, with a scale bar below.
pub(super) fn draw(
    canvas: &mut Canvas,
    scene: &Scene<'_>,
    number: usize,
    conflict: &Conflict,
    sheet: Rect,
) {
    let Some(middle) = words::middle(&conflict.place) else { return };
    let ground = Ground::at(middle);
    let mut extent = Extent::EMPTY;
    let corners = match &conflict.place {
        Place::Closest(a, b) => vec![*a, *b],
        Place::Area(polygons) => polygons.iter().flatten().flatten().copied().collect(),
    };
    for point in corners.into_iter().filter_map(|place| ground.project(place)) {
        extent.with(point, 0.0);
    }
    let size = extent.size();
    let largest = size.x.max(size.y);
    // A slim area needs to show what it is a part of.
    let reach_m = scene.picture.flights[conflict.flight]
        .volumes
        .get(conflict.flight_volumes.first().copied().unwrap_or(0))
        .map_or(0.0, |volume| volume.outline().reach_m());
    let margin_m = (largest * 0.5).max(reach_m.min(largest * 3.0 + 300.0) * 0.6).max(2.0);
    let view = View::new(ground, &extent.grown(margin_m), sheet);
    canvas.rect(&sheet, "sea", "");
    canvas.begin_clip(&format!("p{number}"), &sheet);
    let sides = [
        (conflict.other, &conflict.other_volumes),
        (Other::Flight(conflict.flight), &conflict.flight_volumes),
    ];
    for (side, involved) in sides {
        let volumes = scene.picture.other_volumes(side);
        let look = scene.look(side);
        let mut budget = CORNERS_MAX;
        let mut drawn: Vec<String> = Vec::new();
        for volume in involved.iter().filter_map(|&v| volumes.get(v)) {
            let (path, count) = view.outline(volume.outline());
            if budget > 0 && !path.is_empty() && !drawn.contains(&path) {
                drawn.push(path);
            }
            budget = budget.saturating_sub(count);
        }
        map::faces(canvas, &drawn, &look, false);
    }
    let mut labels = Labels::new(sheet);
    if let Some(at) = view.place(middle) {
        map::area(canvas, &view, &conflict.place, conflict.verdict, at);
        labels.reserve(Rect::new(at.0 - 30.0, at.1 - 12.0, 60.0, 24.0));
    }
    canvas.end_clip();
    canvas.rect(&sheet, "edge", "none");
    graticule::scale_bar(canvas, &view, (sheet.x, sheet.bottom() + 14.0));
    canvas.text((sheet.right(), sheet.bottom() + 18.0), "soft", Anchor::End, "north is up");
}
