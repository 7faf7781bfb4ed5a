//! What was found as one picture: a map, and for each conflict altitude over time and a close-up.
//!
//! One SVG without scripts, fonts or references to elsewhere; the same input gives the same bytes.
//! Thousands of volumes are cut to a budget of corners, and the caption says so.

mod canvas;
mod close_up;
mod graticule;
mod map;
mod profile;
mod style;
mod surroundings;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use keepclear_geo::{Place, TimeInterval, Verdict};

use super::picture::{Conflict, Other, Picture};
use super::words;
use canvas::{Anchor, Canvas, Rect, px, text_width};
use style::Look;

/// Width of the sheet, pixels.
const WIDTH: f64 = 1_200.0;
const MARGIN: f64 = 24.0;
/// Conflicts with a panel of their own.
const PANELS_MAX: usize = 24;
/// Parties named in the legend.
const LEGEND_PARTIES_MAX: usize = 24;
const NAME_MAX: usize = 40;

/// Draws a picture and its conflicts.
pub fn svg(picture: &Picture, conflicts: &[Conflict]) -> String {
    let scene = Scene::new(picture, conflicts);
    let mut canvas = Canvas::default();
    let mut y = head(&mut canvas, &scene);
    y = map::draw(&mut canvas, &scene, y + 8.0);
    if !scene.conflicts.is_empty() {
        y += 40.0;
        canvas.text(
            (MARGIN, y),
            "h2",
            Anchor::Start,
            "Each conflict: altitude over time, and seen from above",
        );
        y += 18.0;
        for (i, conflict) in scene.conflicts.iter().take(PANELS_MAX).enumerate() {
            y = profile::panel(&mut canvas, &scene, i + 1, conflict, y);
        }
        let more = scene.conflicts.len().saturating_sub(PANELS_MAX);
        if more > 0 {
            let words = format!("{} more without a panel.", words::counted(more, "conflict"));
            canvas.text((MARGIN, y + 14.0), "soft", Anchor::Start, &words);
            y += 24.0;
        }
    }
    finish(&canvas, &scene, y + MARGIN)
}

/// What is drawn, with everything numbered.
struct Scene<'a> {
    picture: &'a Picture,
    /// In the order of their numbers, from 1.
    conflicts: Vec<&'a Conflict>,
    /// Sorted, so that a party keeps its look whatever the order of files.
    parties: Vec<&'a str>,
    /// Flights and zones that take part in a conflict.
    in_conflict: BTreeSet<Other>,
}

impl<'a> Scene<'a> {
    fn new(picture: &'a Picture, conflicts: &'a [Conflict]) -> Self {
        let parties: BTreeSet<&str> = picture.flights.iter().map(|f| f.party.as_str()).collect();
        let mut in_conflict = BTreeSet::new();
        for conflict in conflicts {
            in_conflict.insert(Other::Flight(conflict.flight));
            in_conflict.insert(conflict.other);
        }
        let parties = parties.into_iter().collect();
        Self { picture, conflicts: words::in_order(conflicts), parties, in_conflict }
    }

    fn look(&self, of: Other) -> Look {
        match of {
            Other::Zone(_) => Look::zone(),
            Other::Flight(i) => {
                let party = self.picture.flights[i].party.as_str();
                Look::party(self.parties.binary_search(&party).unwrap_or(0))
            }
        }
    }

    /// Name and party, or name and class.
    fn title(&self, of: Other) -> String {
        let (id, kind) = words::other_and_kind(self.picture, of);
        let id = match of {
            Other::Zone(i) if !self.picture.zones[i].name.is_empty() => &self.picture.zones[i].name,
            _ => id,
        };
        format!("{} ({})", words::elide(id, NAME_MAX), words::elide(kind, 20))
    }

    /// A name for the map, where a flight's look tells its party.
    fn short_title(&self, of: Other) -> String {
        match of {
            Other::Flight(i) => words::elide(&self.picture.flights[i].id, 18),
            Other::Zone(_) => self.title(of),
        }
    }
}

/// Title, summary and legend; returns where they end.
fn head(canvas: &mut Canvas, scene: &Scene<'_>) -> f64 {
    canvas.text((MARGIN, 40.0), "h1", Anchor::Start, "Keepclear check");
    canvas.text((MARGIN, 62.0), "", Anchor::Start, &summary(scene));
    legend(canvas, scene, 78.0)
}

fn summary(scene: &Scene<'_>) -> String {
    let picture = scene.picture;
    let certain = scene.conflicts.iter().filter(|c| c.verdict == Verdict::Certain).count();
    let mut text = format!(
        "{}, {}, {}",
        words::counted(picture.flights.len(), "flight"),
        words::counted(picture.zones.len(), "area"),
        words::counted(scene.conflicts.len(), "conflict"),
    );
    if !scene.conflicts.is_empty() {
        let _ = write!(text, " ({certain} certain, {} possible)", scene.conflicts.len() - certain);
    }
    let spans = picture.flights.iter().flat_map(|f| &f.volumes).map(|v| v.interval());
    if let Some(whole) = spans.reduce(TimeInterval::hull) {
        let _ = write!(text, "; flights {} UTC", words::span(whole));
    }
    text
}

fn legend(canvas: &mut Canvas, scene: &Scene<'_>, top: f64) -> f64 {
    let mut entries: Vec<(Look, String)> = Vec::new();
    for (i, party) in scene.parties.iter().enumerate().take(LEGEND_PARTIES_MAX) {
        entries.push((Look::party(i), format!("flights of {}", words::elide(party, NAME_MAX))));
    }
    let more = scene.parties.len().saturating_sub(LEGEND_PARTIES_MAX);
    if more > 0 {
        let text = format!("{more} more parties, in the same looks again");
        entries.push((Look::party(LEGEND_PARTIES_MAX), text));
    }
    if !scene.picture.zones.is_empty() {
        entries.push((Look::zone(), "closed or controlled area".to_owned()));
    }
    for (verdict, text) in
        [(Verdict::Certain, "certain conflict"), (Verdict::Possible, "possible conflict")]
    {
        if scene.conflicts.iter().any(|c| c.verdict == verdict) {
            entries.push((Look::hit(verdict == Verdict::Certain), text.to_owned()));
        }
    }
    let (mut x, mut y) = (MARGIN, top);
    let mut next = |width: f64| {
        if x > MARGIN && x + width > WIDTH - MARGIN {
            x = MARGIN;
            y += 22.0;
        }
        let at = (x, y);
        x += width;
        at
    };
    for (look, text) in &entries {
        let (x, y) = next(40.0 + text_width(text, 12.0) + 16.0);
        look.swatch(canvas, &Rect::new(x, y, 32.0, 14.0));
        canvas.text((x + 40.0, y + 11.0), "", Anchor::Start, text);
    }
    if !scene.conflicts.is_empty() {
        let text = "number of a conflict";
        let (x, y) = next(26.0 + text_width(text, 12.0) + 16.0);
        canvas.badge((x + 10.0, y + 7.0), 1);
        canvas.text((x + 26.0, y + 11.0), "", Anchor::Start, text);
    }
    if scene.conflicts.iter().any(|c| matches!(c.place, Place::Closest(..))) {
        let text = "place where outlines only touch";
        let (x, y) = next(26.0 + text_width(text, 12.0) + 16.0);
        map::touch_mark(canvas, (x + 10.0, y + 7.0));
        canvas.text((x + 26.0, y + 11.0), "", Anchor::Start, text);
    }
    let (_, y) = next(0.0);
    y + 22.0
}

fn finish(canvas: &Canvas, scene: &Scene<'_>, height: f64) -> String {
    let (w, h) = (px(WIDTH), px(height));
    let title = canvas::escape(&summary(scene));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
         height=\"{h}\" role=\"img\">\n<title>Keepclear check: {title}</title>\n{}\n{}\n\
         <rect width=\"{w}\" height=\"{h}\" class=\"bg\"/>\n{}</svg>\n",
        style::sheet(),
        style::patterns(scene.parties.len()),
        canvas.body,
    )
}
