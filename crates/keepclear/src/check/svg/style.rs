//! Colours, dashes and hatches: in light and dark, in print, and for eyes that do not tell all
//! colours apart. A party has all three, so that no two of the first twelve share them.
//!
//! Plain class rules rather than custom properties: librsvg and Inkscape do not know `var()`.

use std::fmt::Write as _;

use super::canvas::{Canvas, Rect};

/// Parties with a look of their own.
pub(super) const LOOKS: usize = 12;

/// Party colours on white and on dark: those of Okabe and Ito (2008), darkened or lightened until
/// they stand out from the ground by 4.5 to 1, and an indigo.
const PARTY: [(&str, &str); 6] = [
    ("#0068a3", "#56b4e9"),
    ("#b84f00", "#ff9a5c"),
    ("#00785a", "#3fd0a4"),
    ("#a03d82", "#eaa6d0"),
    ("#766000", "#e6cc55"),
    ("#54449a", "#b3a6f0"),
];

const DASH: [&str; LOOKS] = [
    "none", "7 3", "2 2", "9 2 2 2", "4 2", "12 3", "3 5", "9 5", "1 3", "6 2 1 2", "14 2 2 2",
    "5 5",
];

/// One tile of hatch each, 8 by 8.
const HATCH: [&str; 6] = [
    "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "M0 4H8",
    "M4 0V8",
    "M3 4H5M4 3V5",
    "M0 5L2 3L4 5L6 3L8 5",
];

/// Selector, property, value on white and on dark.
const THEME: [(&str, &str, &str, &str); 15] = [
    (".bg", "fill", "#ffffff", "#15181c"),
    (".sea", "fill", "#fbfbfb", "#1b1f24"),
    ("text", "fill", "#111111", "#f0f0f0"),
    (".soft", "fill", "#555555", "#b4b8bd"),
    (".grid", "stroke", "#dcdcdc", "#363c43"),
    (".edge", "stroke", "#333333", "#c8c8c8"),
    (".lead", "stroke", "#111111", "#f0f0f0"),
    (".zone", "stroke", "#6b6b6b", "#9a9fa5"),
    (".zf", "fill", "#777777", "#aaaaaa"),
    (".hit,.hp,.tick", "stroke", "#000000", "#ffffff"),
    (".hb", "fill", "#ffffff", "#15181c"),
    (".badge", "fill", "#000000", "#ffffff"),
    (".badge", "stroke", "#ffffff", "#15181c"),
    ("text.n", "fill", "#ffffff", "#000000"),
    (".halo", "stroke", "#ffffff", "#15181c"),
];

const SHAPES: &str = "\
text{font:12px system-ui,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}\
.h1{font-size:22px;font-weight:bold}.h2{font-size:15px;font-weight:bold}.b{font-weight:bold}\
.s{font-size:10px}text.n{font-size:11px;font-weight:bold}text.n.s{font-size:8px}\
.halo{stroke-width:3px;stroke-linejoin:round;paint-order:stroke}.i{font-style:italic}\
.grid,.edge,.lead,.tick{fill:none;stroke-width:1px}.tick{stroke-width:2px}.lead{stroke-width:.7px}\
.v{stroke-width:1px}.many{stroke-width:.5px}\
.crowd{stroke-width:.4px;stroke-opacity:.5}.u{fill-rule:nonzero}\
.faint{stroke-width:.6px;stroke-opacity:.45}\
.zone{stroke-width:1.3px;stroke-dasharray:10 3 2 3}.zf{fill-opacity:.08;stroke:none}\
.hit{stroke-width:1.8px}.hit.maybe{stroke-dasharray:5 3}.hp{fill:none;stroke-width:1.3px}\
.hb{fill-opacity:.65}.badge{stroke-width:1px}.dot{fill:none;stroke-width:2px}";

/// The style sheet.
pub(super) fn sheet() -> String {
    let mut light = String::new();
    let mut dark = String::new();
    for (selector, property, on_white, on_dark) in THEME {
        let _ = write!(light, "{selector}{{{property}:{on_white}}}");
        let _ = write!(dark, "{selector}{{{property}:{on_dark}}}");
    }
    for (i, (on_white, on_dark)) in PARTY.iter().enumerate() {
        let _ = write!(light, ".c{i}{{stroke:{on_white}}}.f{i}{{fill:{on_white}}}");
        let _ = write!(dark, ".c{i}{{stroke:{on_dark}}}.f{i}{{fill:{on_dark}}}");
    }
    let mut dashes = String::new();
    for (i, dash) in DASH.iter().enumerate() {
        let _ = write!(dashes, ".d{i}{{stroke-dasharray:{dash}}}");
    }
    // A printed page is white whatever the screen was.
    format!(
        "<style>{SHAPES}{dashes}.many,.crowd,.hp{{stroke-dasharray:none}}{light}\
         @media screen and (prefers-color-scheme:dark){{{dark}}}</style>"
    )
}

/// The hatches of parties and of conflicts.
pub(super) fn patterns(looks: usize) -> String {
    let mut text = String::from("<defs>");
    for look in 0..looks.min(LOOKS) {
        let colour = look % PARTY.len();
        // The second six parties take their neighbour's hatch.
        let hatch = HATCH[(look + look / PARTY.len()) % HATCH.len()];
        let _ = write!(
            text,
            "<pattern id=\"h{look}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"8\" height=\"8\" class=\"f{colour}\" fill-opacity=\".1\"/>\
             <path d=\"{hatch}\" class=\"c{colour}\" fill=\"none\" stroke-width=\".9\" \
             stroke-opacity=\".6\"/></pattern>"
        );
    }
    for (id, hatch) in [
        ("hc", "M-1 1L1 -1M0 5L5 0M4 6L6 4M-1 4L1 6M0 0L5 5M4 -1L6 1"),
        ("hm", "M-1 1L1 -1M0 5L5 0M4 6L6 4"),
    ] {
        let _ = write!(
            text,
            "<pattern id=\"{id}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"5\" height=\"5\" class=\"hb\"/>\
             <path d=\"{hatch}\" class=\"hp\"/></pattern>"
        );
    }
    text.push_str("</defs>");
    text
}

/// How something is drawn: classes of its edge, and its fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) class: String,
    pub(super) fill: String,
    /// Class of its fill, for fills without hatch.
    pub(super) fill_class: &'static str,
}

impl Look {
    pub(super) fn party(index: usize) -> Self {
        let look = index % LOOKS;
        let class = format!("c{} d{look}", look % PARTY.len());
        Self { class, fill: format!("url(#h{look})"), fill_class: "" }
    }

    pub(super) fn zone() -> Self {
        Self { class: "zone".to_owned(), fill: "none".to_owned(), fill_class: "zf" }
    }

    pub(super) fn hit(certain: bool) -> Self {
        let (class, fill) = if certain { ("hit", "url(#hc)") } else { ("hit maybe", "url(#hm)") };
        Self { class: class.to_owned(), fill: fill.to_owned(), fill_class: "" }
    }

    /// A box in this look.
    pub(super) fn swatch(&self, canvas: &mut Canvas, rect: &Rect) {
        if !self.fill_class.is_empty() {
            canvas.rect(rect, self.fill_class, "");
        }
        canvas.rect(rect, &format!("v {}", self.class), &self.fill);
    }
}
