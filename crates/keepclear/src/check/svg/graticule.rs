//! Around a map: meridians and parallels with their degrees, a scale bar, where north is.

use std::fmt::Write as _;

use keepclear_geo::Position;

use super::canvas::{Anchor, Canvas, px, text_width};
use super::view::View;
use crate::check::words;

/// Distances between lines, degrees.
const STEPS_DEG: [f64; 20] = [
    30.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.000_5,
    0.000_2, 0.000_1, 0.000_05, 0.000_02,
];
/// Places along one line.
const SAMPLES: i32 = 96;

/// A meridian or a parallel.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) data: String,
    label: String,
    /// Where it leaves through the lower edge (meridians) or the left one (parallels).
    edge: Option<f64>,
    meridian: bool,
}

/// The lines of a view: about six each way.
pub(super) fn lines(view: &View) -> Vec<Line> {
    let sheet = view.sheet;
    let middle = view.position(sheet.middle());
    let (mut lat, mut lng) = ((90.0_f64, -90.0_f64), (0.0_f64, 0.0_f64));
    for i in 0..=8 {
        for j in 0..=8 {
            let at =
                (sheet.x + sheet.w * f64::from(i) / 8.0, sheet.y + sheet.h * f64::from(j) / 8.0);
            let place = view.position(at);
            lat = (lat.0.min(place.lat_deg()), lat.1.max(place.lat_deg()));
            let east = wrapped(place.lng_deg() - middle.lng_deg());
            lng = (lng.0.min(east), lng.1.max(east));
        }
    }
    let pole = pole(view).map(|(lat, _)| lat);
    if let Some(pole) = pole {
        lat = (lat.0.min(pole), lat.1.max(pole));
        lng = (-180.0, 180.0);
    }
    let mut lines = Vec::new();
    let step = step_deg(lat.1 - lat.0);
    for k in (lat.0 / step).ceil() as i64..=(lat.1 / step).floor() as i64 {
        let at = k as f64 * step;
        let east = |share| if pole.is_some() { share * 360.0 } else { between(lng, share) };
        let along = |share| Position::new(at, wrapped(middle.lng_deg() + east(share)));
        lines.push(line(view, along, degrees(at, step, 'N', 'S'), false));
    }
    let step = if pole.is_some() { 30.0 } else { step_deg(lng.1 - lng.0) };
    let (first, last) = ((lng.0 + middle.lng_deg()) / step, (lng.1 + middle.lng_deg()) / step);
    let last = if pole.is_some() { first.ceil() as i64 + 11 } else { last.floor() as i64 };
    for k in first.ceil() as i64..=last {
        let at = wrapped(k as f64 * step);
        let along = |share: f64| Position::new(between(lat, share), at);
        lines.push(line(view, along, degrees(at, step, 'E', 'W'), true));
    }
    lines
}

/// A little beyond both ends, so that lines reach the edges.
fn between(range: (f64, f64), share: f64) -> f64 {
    let size = range.1 - range.0;
    range.0 - size * 0.1 + size * 1.2 * share
}

fn line(
    view: &View,
    along: impl Fn(f64) -> Result<Position, keepclear_geo::Invalid>,
    label: String,
    meridian: bool,
) -> Line {
    let sheet = view.sheet;
    let mut data = String::new();
    let (mut last, mut edge) = (None, None);
    for i in 0..=SAMPLES {
        let place = along(f64::from(i) / f64::from(SAMPLES)).ok();
        let Some((x, y)) = place.and_then(|place| view.place(place)) else {
            last = None;
            continue;
        };
        let letter = if last.is_none() { 'M' } else { 'L' };
        let _ = write!(data, "{letter}{} {}", px(x), px(y));
        if let Some((a, b)) = last {
            // Along the edge, and across it.
            let ((from, to), (across_from, across_to), at) =
                if meridian { ((a, x), (b, y), sheet.bottom()) } else { ((b, y), (a, x), sheet.x) };
            if (across_from > at) != (across_to > at) {
                let share = (at - across_from) / (across_to - across_from);
                edge = edge.or(Some(from + (to - from) * share));
            }
        }
        last = Some((x, y));
    }
    let shown = if meridian { sheet.x..=sheet.right() } else { sheet.y..=sheet.bottom() };
    Line { data, label, edge: edge.filter(|at| shown.contains(at)), meridian }
}

/// Degrees, labels below and left; scale bar and north below. Returns where they end.
pub(super) fn frame(canvas: &mut Canvas, view: &View, lines: &[Line]) -> f64 {
    let sheet = view.sheet;
    let mut ends = [f64::NEG_INFINITY; 2];
    let mut labelled: Vec<(&Line, f64)> =
        lines.iter().filter_map(|line| Some((line, line.edge?))).collect();
    labelled.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (line, at) in labelled {
        if line.meridian {
            let half = text_width(&line.label, 12.0) * 0.5;
            if at - half > ends[0] + 8.0 && at - half > sheet.x - 30.0 {
                canvas.text((at, sheet.bottom() + 16.0), "soft", Anchor::Middle, &line.label);
                ends[0] = at + half;
            }
        } else if at > ends[1] + 14.0 {
            canvas.text((sheet.x - 6.0, at + 4.0), "soft", Anchor::End, &line.label);
            ends[1] = at;
        }
    }
    let y = sheet.bottom() + 42.0;
    scale_bar(canvas, view, (sheet.x, y));
    match pole(view) {
        Some((lat_deg, at)) => {
            canvas.circle(at, 3.5, "badge");
            let name = if lat_deg > 0.0 { "north pole" } else { "south pole" };
            canvas.text((at.0 + 9.0, at.1 + 14.0), "halo s", Anchor::Start, name);
            let words = "Meridians meet at the pole, the dot.";
            canvas.text((sheet.right(), y + 2.0), "soft", Anchor::End, words);
        }
        None => {
            let x = sheet.right() - 8.0;
            let (tip, foot) = (y - 14.0, y + 6.0);
            let arrow = format!(
                "M{0} {1}L{2} {3}L{0} {4}L{5} {3}Z",
                px(x),
                px(tip),
                px(x + 5.0),
                px(foot),
                px(foot - 5.0),
                px(x - 5.0)
            );
            canvas.path(&arrow, "badge", "");
            canvas.text((x - 12.0, y + 2.0), "", Anchor::End, "north");
        }
    }
    y + 4.0
}

/// A bar of a round length with its length beside it.
pub(super) fn scale_bar(canvas: &mut Canvas, view: &View, (x, y): (f64, f64)) {
    let most_m = view.m_per_px() * (view.sheet.w * 0.4).min(180.0);
    let metres = round_below(most_m);
    let end = x + metres / view.m_per_px();
    canvas.line((x, y), (end, y), "tick");
    canvas.line((x, y - 4.0), (x, y + 4.0), "tick");
    canvas.line((end, y - 4.0), (end, y + 4.0), "tick");
    canvas.text((end + 8.0, y + 4.0), "", Anchor::Start, &words::length(metres));
}

/// The largest of 1, 2, 5, 10, ... that is not above.
pub(super) fn round_below(most: f64) -> f64 {
    let decade = 10.0_f64.powi(most.log10().floor() as i32);
    [5.0, 2.0].into_iter().map(|digit| digit * decade).find(|&v| v <= most).unwrap_or(decade)
}

fn pole(view: &View) -> Option<(f64, (f64, f64))> {
    [90.0, -90.0].into_iter().find_map(|lat_deg| {
        let at = view.place(Position::new(lat_deg, 0.0).ok()?)?;
        view.shows(at).then_some((lat_deg, at))
    })
}

fn step_deg(range: f64) -> f64 {
    STEPS_DEG.into_iter().rev().find(|step| range / step <= 7.0).unwrap_or(STEPS_DEG[0])
}

fn wrapped(lng_deg: f64) -> f64 {
    (lng_deg + 180.0).rem_euclid(360.0) - 180.0
}

fn degrees(at: f64, step: f64, positive: char, negative: char) -> String {
    let decimals = (0..6).find(|&d| step * 10.0_f64.powi(d) > 0.999).unwrap_or(6);
    let text = format!("{:.*}", decimals as usize, at.abs());
    let zero = text.chars().all(|c| c == '0' || c == '.');
    let side = match (zero, at < 0.0) {
        (true, _) => String::new(),
        (false, true) => negative.to_string(),
        (false, false) => positive.to_string(),
    };
    format!("{text}°{side}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_round_and_degrees_as_fine_as_their_step() {
        assert_eq!(
            [999.0, 1_000.0, 730.0, 0.3].map(|m| round_below(m).to_string()),
            ["500", "1000", "500", "0.2"]
        );
        assert_eq!(degrees(8.55, 0.05, 'E', 'W'), "8.55°E");
        assert_eq!(degrees(-180.0, 30.0, 'E', 'W'), "180°W");
        assert_eq!(degrees(0.0, 1.0, 'N', 'S'), "0°");
    }
}
