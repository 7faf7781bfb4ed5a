//! Writing SVG: elements as text, numbers to two decimals, everything that came from a file escaped.

use std::fmt::Write as _;

use crate::check::words;

/// Average width of a character of the fonts used, as a share of their size.
const CHARACTER_WIDTH: f64 = 0.6;

/// A box on the sheet, pixels; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Rect {
    pub(super) const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.h
    }

    pub(super) fn middle(&self) -> (f64, f64) {
        (self.x + self.w * 0.5, self.y + self.h * 0.5)
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    pub(super) fn holds(&self, other: &Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }
}

/// A coordinate to two decimals.
pub(super) fn px(value: f64) -> String {
    words::number(value, 2)
}

/// Estimated width of a text, pixels.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    words::columns(text) as f64 * size * CHARACTER_WIDTH
}

/// Text for element content and attribute values; without characters that XML 1.0 forbids.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in words::plain(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Where a text stands relative to its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing under way.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub(super) body: String,
}

impl Canvas {
    /// Adds markup as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.body.push_str(markup);
        self.body.push('\n');
    }

    pub(super) fn text(&mut self, at: (f64, f64), class: &str, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y, text) = (px(at.0), px(at.1), escape(text));
        let _ = writeln!(
            self.body,
            "<text x=\"{x}\" y=\"{y}\" class=\"{class}\"{anchor}>{text}</text>"
        );
    }

    pub(super) fn rect(&mut self, rect: &Rect, class: &str, fill: &str) {
        let [x, y, w, h] = [rect.x, rect.y, rect.w, rect.h].map(px);
        let fill = if fill.is_empty() { String::new() } else { format!(" fill=\"{fill}\"") };
        let _ = writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" class=\"{class}\"{fill}/>"
        );
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let [x, y, x2, y2] = [from.0, from.1, to.0, to.1].map(px);
        let _ = writeln!(self.body, "<path d=\"M{x} {y}L{x2} {y2}\" class=\"{class}\"/>");
    }

    pub(super) fn path(&mut self, data: &str, class: &str, fill: &str) {
        if !data.is_empty() {
            let _ = writeln!(
                self.body,
                "<path d=\"{data}\" class=\"{class}\" fill=\"{fill}\" fill-rule=\"evenodd\"/>"
            );
        }
    }

    pub(super) fn circle(&mut self, at: (f64, f64), radius: f64, class: &str) {
        let [x, y, r] = [at.0, at.1, radius].map(px);
        let _ = writeln!(self.body, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" class=\"{class}\"/>");
    }

    /// A conflict's number in a filled circle.
    pub(super) fn badge(&mut self, at: (f64, f64), number: usize) {
        self.circle(at, BADGE_RADIUS, "badge");
        let size = if number > 99 { "n s" } else { "n" };
        self.text((at.0, at.1 + 4.0), size, Anchor::Middle, &number.to_string());
    }

    /// Everything drawn until [`Canvas::end_clip`] shows only within a box.
    pub(super) fn begin_clip(&mut self, id: &str, rect: &Rect) {
        let [x, y, w, h] = [rect.x, rect.y, rect.w, rect.h].map(px);
        let _ = writeln!(
            self.body,
            "<clipPath id=\"{id}\"><rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>\
             </clipPath><g clip-path=\"url(#{id})\">"
        );
    }

    pub(super) fn end_clip(&mut self) {
        self.raw("</g>");
    }
}

/// Radius of a conflict's number, pixels.
pub(super) const BADGE_RADIUS: f64 = 10.0;

/// Boxes that labels have taken within an area.
#[derive(Debug)]
pub(super) struct Labels {
    within: Rect,
    taken: Vec<Rect>,
}

impl Labels {
    pub(super) fn new(within: Rect) -> Self {
        Self { within, taken: Vec::new() }
    }

    /// Keeps a box free of labels.
    pub(super) fn reserve(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Takes a box of a size with its middle here, if it is free.
    pub(super) fn take(&mut self, middle: (f64, f64), w: f64, h: f64) -> bool {
        let rect = Rect::new(middle.0 - w * 0.5, middle.1 - h * 0.5, w, h);
        let free = self.within.holds(&rect) && !self.taken.iter().any(|taken| taken.meets(&rect));
        if free {
            self.taken.push(rect);
        }
        free
    }

    /// Takes the free box of a size nearest to a place: its middle.
    pub(super) fn take_near(&mut self, place: (f64, f64), w: f64, h: f64) -> Option<(f64, f64)> {
        /// Directions tried first to last: a sixteenth of a turn apart, upwards first.
        const WAYS: [(f64, f64); 8] = [
            (0.0, -1.0),
            (0.71, -0.71),
            (-0.71, -0.71),
            (1.0, 0.0),
            (-1.0, 0.0),
            (0.71, 0.71),
            (-0.71, 0.71),
            (0.0, 1.0),
        ];
        for ring in 1..=9 {
            let out = f64::from(ring) * 12.0;
            for (x, y) in WAYS {
                let middle = (place.0 + x * (out + w * 0.5), place.1 + y * (out + h * 0.5));
                if self.take(middle, w, h) {
                    return Some(middle);
                }
            }
        }
        None
    }
}
