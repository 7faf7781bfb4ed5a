//! `precise` matching: the cells, altitudes and times that stand for many volumes.
//!
//! Not volume by volume: neighbours on a route overlap, so that most cells would come several times
//! and each volume could have a few coarse ones only. All volumes are covered finely at first, and
//! that is put together where it adds least sky and time, until few enough tuples are left. Putting
//! together only adds, so nothing that a volume touches is ever lost.

use std::collections::BTreeMap;

use keepclear_geo::{CoveringLimits, Outline, covering};
use keepclear_sky::{Block, TimeRange};

/// Most tuples of an entity.
pub const TUPLES: usize = 512;
/// Most cells of one volume, and of a query: more would cost every write and gain little.
pub const CELLS_MAX: usize = 32;
/// Fewest cells of one volume, however many there are.
const CELLS_MIN: usize = 4;
/// Cells of all volumes before they are put together. Twice and four times as many demand as many
/// keys on the flights of `real_flights.rs`.
const FINE_CELLS: usize = 2_048;
/// Smallest cells: some 10 m wide.
const LEVEL_MAX: u8 = 20;
const LEAF_LEVEL: u32 = 30;
/// What is added to a height and a length before they are multiplied, metres and seconds: something
/// flat or short is met by others too.
const FLOOR: (f64, f64) = (1.0, 1.0);
/// How many spans back one is looked for that another can be put together with.
const LOOK_BACK: usize = 16;
/// Steps of the search for the price of a tuple, over 18 powers of ten.
const PRICE_STEPS: usize = 32;

/// Limits of the covering of one outline.
pub fn limits(cells_max: usize) -> CoveringLimits {
    CoveringLimits { cells_max, level_min: 0, level_max: LEVEL_MAX }
}

/// Altitudes and times of one volume, or of several put together. Closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First instant, microseconds since the epoch.
    pub start_us: i64,
    /// Last instant.
    pub end_us: i64,
    /// As [`Block`] has it.
    pub lower_mm: i32,
    /// As [`Block`] has it.
    pub upper_mm: i32,
}

impl Span {
    fn union(self, other: Self) -> Self {
        Self {
            start_us: self.start_us.min(other.start_us),
            end_us: self.end_us.max(other.end_us),
            lower_mm: self.lower_mm.min(other.lower_mm),
            upper_mm: self.upper_mm.max(other.upper_mm),
        }
    }

    /// Metres × seconds.
    fn size(self) -> f64 {
        let height_m = (f64::from(self.upper_mm) - f64::from(self.lower_mm)) * 1e-3;
        let length_s = (self.end_us as f64 - self.start_us as f64) * 1e-6;
        (height_m + FLOOR.0) * (length_s + FLOOR.1)
    }
}

/// A volume as it is covered at first.
pub struct Piece {
    /// Ids of S2 cells, ascending, none inside another.
    cells: Vec<u64>,
    span: Span,
}

/// Blocks that together hold every volume; no more than [`TUPLES`] tuples, but one for each face of
/// the cube at least.
pub fn blocks<'a>(volumes: impl ExactSizeIterator<Item = (&'a Outline, Span)>) -> Vec<Block> {
    let pieces = pieces(volumes);
    let mut by_span: BTreeMap<Span, Vec<u64>> = BTreeMap::new();
    for (cell, span) in Tree::over(&pieces).tuples(TUPLES) {
        by_span.entry(span).or_default().push(cell);
    }
    let block = |(span, mut cells): (Span, Vec<u64>)| {
        let Span { start_us, end_us, lower_mm, upper_mm } = span;
        cells.sort_unstable();
        Block { cells, lower_mm, upper_mm, time: TimeRange { start_us, end_us } }
    };
    by_span.into_iter().map(block).collect()
}

/// In the order of their spans, which is that of flying.
fn pieces<'a>(volumes: impl ExactSizeIterator<Item = (&'a Outline, Span)>) -> Vec<Piece> {
    let each = limits((FINE_CELLS / volumes.len().max(1)).clamp(CELLS_MIN, CELLS_MAX));
    let cover = |(outline, span)| Piece { cells: covering(outline, &each).cells().to_vec(), span };
    let mut pieces: Vec<Piece> = volumes.map(cover).collect();
    pieces.sort_by_key(|piece| piece.span);
    pieces
}

/// The part of a piece in a cell.
#[derive(Clone, Copy)]
struct Part<'a> {
    span: Span,
    /// Its cells there; none when it holds the whole cell.
    cells: &'a [u64],
}

/// A cell that pieces touch, and what may stand for them there.
struct Node {
    cell: u64,
    /// Spans that are larger than all together when any two of them are put together.
    apart: Vec<Span>,
    together: Span,
    /// Smaller cells that hold as much; none when the pieces fill this one.
    children: Vec<usize>,
}

#[derive(Clone, Copy)]
enum Choice {
    Apart,
    Together,
    Children,
}

/// Best choices below a node, at some price of a tuple.
#[derive(Clone, Copy)]
struct Best {
    /// Size and price of all tuples.
    cost: f64,
    tuples: usize,
    choice: Choice,
}

/// Cells within cells, children before their parents.
struct Tree {
    nodes: Vec<Node>,
    /// One for each face of the cube that is touched.
    roots: Vec<usize>,
}

impl Tree {
    fn over(pieces: &[Piece]) -> Self {
        let mut tree = Self { nodes: Vec::new(), roots: Vec::new() };
        let all: Vec<Part<'_>> =
            pieces.iter().map(|Piece { cells, span }| Part { span: *span, cells }).collect();
        for face in 0..6_u64 {
            let cell = (face << 61) | (1 << 60);
            let parts = parts_in(cell, &all);
            if !parts.is_empty() {
                let root = tree.add(cell, &parts);
                tree.roots.push(root);
            }
        }
        tree
    }

    /// Adds a cell with all that lies below it; `parts` are in the order of their spans.
    fn add(&mut self, cell: u64, parts: &[Part<'_>]) -> usize {
        let mut children = Vec::new();
        if parts.iter().any(|part| !part.cells.is_empty()) {
            let inner: Vec<_> = children_of(cell)
                .map(|child| (child, parts_in(child, parts)))
                .into_iter()
                .filter(|(_, parts)| !parts.is_empty())
                .collect();
            if let [(child, parts)] = &inner[..] {
                return self.add(*child, parts);
            }
            children = inner.iter().map(|(child, parts)| self.add(*child, parts)).collect();
        }
        let spans = || parts.iter().map(|part| part.span);
        let together = spans().reduce(Span::union).unwrap_or(EMPTY);
        self.nodes.push(Node { cell, apart: apart(spans()), together, children });
        self.nodes.len() - 1
    }

    /// At most `most` tuples, or one a root: those that add least sky and time.
    ///
    /// Every tuple has the same price, and each node chooses what costs least, its tuples' sizes and
    /// prices together. That is the best choice for the number of tuples it comes to; the price is
    /// sought that makes it just small enough.
    fn tuples(&self, most: usize) -> Vec<(u64, Span)> {
        let whole = |&root: &usize| self.nodes[root].size(self.nodes[root].together);
        let highest: f64 = self.roots.iter().map(whole).sum();
        let mut best = self.choose(0.0);
        if self.count(&best) > most {
            let (mut low, mut high) = (-18.0, 0.0);
            for _ in 0..PRICE_STEPS {
                let middle = 0.5 * (low + high);
                let cheaper = self.choose(highest * 10_f64.powf(middle));
                *(if self.count(&cheaper) > most { &mut low } else { &mut high }) = middle;
            }
            best = self.choose(highest * 10_f64.powf(high));
        }
        self.chosen(&best)
    }

    fn choose(&self, price: f64) -> Vec<Best> {
        let mut best: Vec<Best> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let cost = node.size(node.together) + price;
            let mut least = Best { cost, tuples: 1, choice: Choice::Together };
            let tuples = node.apart.len();
            let sizes: f64 = node.apart.iter().map(|&span| node.size(span)).sum();
            let cost = sizes + price * tuples as f64;
            if cost < least.cost {
                least = Best { cost, tuples, choice: Choice::Apart };
            }
            let below = || node.children.iter().map(|&child| best[child]);
            let cost: f64 = below().map(|child| child.cost).sum();
            if !node.children.is_empty() && cost < least.cost {
                let tuples = below().map(|child| child.tuples).sum();
                least = Best { cost, tuples, choice: Choice::Children };
            }
            best.push(least);
        }
        best
    }

    fn count(&self, best: &[Best]) -> usize {
        self.roots.iter().map(|&root| best[root].tuples).sum()
    }

    fn chosen(&self, best: &[Best]) -> Vec<(u64, Span)> {
        let mut tuples = Vec::new();
        let mut open = self.roots.clone();
        while let Some(at) = open.pop() {
            let Node { cell, apart, together, children } = &self.nodes[at];
            match best[at].choice {
                Choice::Children => open.extend(children),
                Choice::Together => tuples.push((*cell, *together)),
                Choice::Apart => tuples.extend(apart.iter().map(|&span| (*cell, span))),
            }
        }
        tuples
    }
}

impl Node {
    /// Of a tuple in this cell, in parts of a face of the cube × metres × seconds.
    fn size(&self, span: Span) -> f64 {
        let level = LEAF_LEVEL - self.cell.trailing_zeros() / 2;
        span.size() * 0.25_f64.powi(level as i32)
    }
}

const EMPTY: Span =
    Span { start_us: i64::MAX, end_us: i64::MIN, lower_mm: i32::MAX, upper_mm: i32::MIN };

/// Puts spans together as long as that adds nothing.
fn apart(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut kept: Vec<Span> = Vec::new();
    for span in spans {
        let is_free = |with: &&mut Span| with.union(span).size() <= with.size() + span.size();
        match kept.iter_mut().rev().take(LOOK_BACK).find(is_free) {
            Some(with) => *with = with.union(span),
            None => kept.push(span),
        }
    }
    kept
}

/// What of the parts lies in a cell.
fn parts_in<'a>(cell: u64, parts: &[Part<'a>]) -> Vec<Part<'a>> {
    let inside = |part: &Part<'a>| {
        let Part { span, cells } = *part;
        if cells.is_empty() {
            return Some(*part);
        }
        let begin = cells.partition_point(|&other| last_leaf(other) < first_leaf(cell));
        let end = cells.partition_point(|&other| first_leaf(other) <= last_leaf(cell));
        let cells = cells.get(begin..end).filter(|cells| !cells.is_empty())?;
        let fills = low_bit(cells[0]) >= low_bit(cell);
        Some(Part { span, cells: if fills { &[] } else { cells } })
    };
    parts.iter().filter_map(inside).collect()
}

fn children_of(cell: u64) -> [u64; 4] {
    let quarter = low_bit(cell) >> 2;
    let first = cell - low_bit(cell) + quarter;
    [first, first + 2 * quarter, first + 4 * quarter, first + 6 * quarter]
}

fn low_bit(cell: u64) -> u64 {
    cell & cell.wrapping_neg()
}

fn first_leaf(cell: u64) -> u64 {
    cell - (low_bit(cell) - 1)
}

fn last_leaf(cell: u64) -> u64 {
    cell + (low_bit(cell) - 1)
}

#[cfg(test)]
mod tests;
