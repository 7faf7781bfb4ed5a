//! A region cut into convex pieces: triangles by ear clipping, joined as long as the join is convex
//! (Hertel and Mehlhorn).

use std::collections::BTreeMap;

use geo::{Coord, LineString, Polygon, TriangulateEarcut};

use super::Planar;
use crate::ring::{area2, ring_contains};
use crate::vector::Vec2;

/// A shape as the union of convex pieces; a disc by its centre.
#[derive(Debug)]
pub(super) struct Pieces {
    /// Anticlockwise convex rings; a single point for a disc.
    pub(super) rings: Vec<Vec<Vec2>>,
    /// Whether the pieces have the area of the shape: ear clipping gives up silently on rings that
    /// cross themselves.
    pub(super) complete: bool,
}

/// Cuts a shape into pieces.
pub(super) fn cut(shape: &Planar<'_>) -> Pieces {
    match *shape {
        Planar::Disc { centre, .. } => Pieces { rings: vec![vec![centre]], complete: true },
        Planar::Region { rings: [ring], convex: true } => {
            // Corners that rounding has dented would tilt short edges.
            Pieces { rings: vec![super::convex::hull(ring)], complete: true }
        }
        Planar::Region { rings, .. } => {
            let mut pieces = Vec::new();
            let (mut wanted_m2, mut got_m2) = (0.0, 0.0);
            for component in components(rings) {
                for (index, ring) in component.iter().enumerate() {
                    let sign = if index == 0 { 0.5 } else { -0.5 };
                    wanted_m2 += sign * area2(ring).abs();
                }
                cut_component(&component, &mut pieces);
            }
            for piece in &pieces {
                got_m2 += 0.5 * area2(piece);
            }
            let complete = (got_m2 - wanted_m2).abs() <= 1e-6 * wanted_m2.abs();
            Pieces { rings: pieces, complete }
        }
    }
}

/// Whether `inner` lies in `outer`; the rings do not cross, but may share points.
fn lies_in(inner: &[Vec2], outer: &[Vec2]) -> bool {
    // The point that is farthest from the other ring's edges tells it: the others may touch it.
    let gap2 = |point: Vec2| {
        let mut from = outer[outer.len() - 1];
        let mut least = f64::INFINITY;
        for &to in outer {
            least = least.min(super::convex::segment_gap2(to - from, point - from));
            from = to;
        }
        least
    };
    let mut best: Option<(f64, Vec2)> = None;
    for (index, &point) in inner.iter().enumerate() {
        let middle = (point + inner[(index + 1) % inner.len()]) * 0.5;
        for probe in [point, middle] {
            let gap2 = gap2(probe);
            if best.is_none_or(|(best2, _)| gap2 > best2) {
                best = Some((gap2, probe));
            }
        }
        // A metre off any edge is beyond doubt.
        if best.is_some_and(|(best2, _)| best2 > 1.0) {
            break;
        }
    }
    best.is_some_and(|(_, probe)| ring_contains(outer, probe))
}

/// Sorts rings into components: an outer ring followed by its holes.
fn components<'a>(rings: &[&'a [Vec2]]) -> Vec<Vec<&'a [Vec2]>> {
    let rings: Vec<&[Vec2]> = rings.iter().copied().filter(|ring| ring.len() >= 3).collect();
    if let [ring] = rings[..] {
        return vec![vec![ring]];
    }
    let holders: Vec<Vec<usize>> = (0..rings.len())
        .map(|inner| {
            (0..rings.len())
                .filter(|&outer| outer != inner && lies_in(rings[inner], rings[outer]))
                .collect()
        })
        .collect();
    let outers: Vec<usize> =
        (0..rings.len()).filter(|&ring| holders[ring].len().is_multiple_of(2)).collect();
    outers
        .iter()
        .map(|&outer| {
            let mut component = vec![rings[outer]];
            component.extend((0..rings.len()).filter_map(|ring| {
                let is_hole = holders[ring].len() == holders[outer].len() + 1;
                (is_hole && holders[ring].contains(&outer)).then_some(rings[ring])
            }));
            component
        })
        .collect()
}

/// The directed edges of pieces, each with its piece.
type EdgeOwners = BTreeMap<(usize, usize), usize>;

/// Cuts one component into anticlockwise convex rings.
fn cut_component(component: &[&[Vec2]], pieces: &mut Vec<Vec<Vec2>>) {
    let line = |ring: &[Vec2]| {
        let mut line: Vec<Coord<f64>> = ring.iter().map(|p| Coord { x: p.x, y: p.y }).collect();
        line.extend(line.first().copied());
        LineString(line)
    };
    let Some((outer, holes)) = component.split_first() else { return };
    let polygon = Polygon::new(line(outer), holes.iter().map(|hole| line(hole)).collect());
    let raw = polygon.earcut_triangles_raw();
    let at = |index: usize| Vec2::new(raw.vertices[index][0], raw.vertices[index][1]);
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut owners = EdgeOwners::new();
    for triangle in raw.triangle_indices.chunks_exact(3) {
        let (a, b, c) = (triangle[0], triangle[1], triangle[2]);
        let turn = (at(b) - at(a)).cross(at(c) - at(b));
        if turn == 0.0 {
            continue;
        }
        let ring = if turn > 0.0 { [a, b, c] } else { [c, b, a] };
        for (from, to) in [(ring[0], ring[1]), (ring[1], ring[2]), (ring[2], ring[0])] {
            owners.insert((from, to), parts.len());
        }
        parts.push(ring.to_vec());
    }
    let diagonals: Vec<(usize, usize)> = owners
        .keys()
        .copied()
        .filter(|&(from, to)| from < to && owners.contains_key(&(to, from)))
        .collect();
    for (from, to) in diagonals {
        let (Some(&p), Some(&q)) = (owners.get(&(from, to)), owners.get(&(to, from))) else {
            continue;
        };
        if let Some(joined) = join(&parts[p], &parts[q], from, to, at) {
            let moved = std::mem::take(&mut parts[q]);
            for (index, &vertex) in moved.iter().enumerate() {
                owners.insert((vertex, moved[(index + 1) % moved.len()]), p);
            }
            parts[p] = joined;
        }
    }
    pieces.extend(
        parts
            .iter()
            .filter(|part| !part.is_empty())
            .map(|part| part.iter().map(|&index| at(index)).collect()),
    );
}

/// Two pieces joined over the edge that `p` runs `from` `to` and `q` back, if that is convex.
fn join(
    p: &[usize],
    q: &[usize],
    from: usize,
    to: usize,
    at: impl Fn(usize) -> Vec2,
) -> Option<Vec<usize>> {
    let p_start = p.iter().position(|&vertex| vertex == to)?;
    let q_start = q.iter().position(|&vertex| vertex == from)?;
    let p_turned: Vec<usize> = p[p_start..].iter().chain(&p[..p_start]).copied().collect();
    let q_turned: Vec<usize> = q[q_start..].iter().chain(&q[..q_start]).copied().collect();
    // p runs to .. from, q runs from .. to.
    if p_turned.last() != Some(&from) || q_turned.last() != Some(&to) {
        return None;
    }
    let turns_left = |a: usize, b: usize, c: usize| (at(b) - at(a)).cross(at(c) - at(b)) >= 0.0;
    let convex = turns_left(p_turned[p_turned.len() - 2], from, q_turned[1])
        && turns_left(q_turned[q_turned.len() - 2], to, p_turned[1]);
    convex.then(|| {
        let mut joined = p_turned;
        joined.extend_from_slice(&q_turned[1..q_turned.len() - 1]);
        joined
    })
}
