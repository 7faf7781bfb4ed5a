"""Slow, independent truth about two outlines on the WGS84 ellipsoid.

Every distance here is a GeographicLib geodesic (Karney 2013, good to about
15 nanometres).  Plane geometry on earth-centred coordinates is used only to
throw away edges that cannot matter, with bounds that err on the safe side.

Three facts carry the whole file:

* On a surface of positive curvature two geodesic edges that do not cross are
  nearest at an end of one of them (the distance between two geodesics has no
  inner minimum), so vertex-to-edge distances suffice.
* In the ellipsoidal gnomonic projection centred at a point P, a place with
  azimuth azi1 and rho = m12/M12 lies at rho * (sin azi1, cos azi1).  The
  winding number about P depends only on the directions, so it needs azi1 alone;
  and since two geodesics meet at most once within these sizes, an edge that
  misses P turns the azimuth by less than half a circle.  Inside/outside is
  therefore exact.
* A geodesic disc of these sizes is convex, so a polygon is inside a circle when
  its vertices are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import mpmath
import numpy as np
from geographiclib.geodesic import Geodesic

LatLng = tuple[float, float]

WGS84 = Geodesic.WGS84
SEMI_MAJOR = 6378137.0
FLATTENING = 1 / 298.257223563
ECC2 = FLATTENING * (2 - FLATTENING)
# Smallest radius of curvature anywhere; makes the sagitta bound safe.
MIN_RADIUS = 6335439.0
MEAN_RADIUS = 6371000.0
# Outlines further apart than this from a query point cannot contain it.
FAR = 4.0e6

_DIST_AZI = Geodesic.DISTANCE | Geodesic.AZIMUTH
_POSITION = Geodesic.LATITUDE | Geodesic.LONGITUDE | Geodesic.AZIMUTH


def inverse(p: LatLng, q: LatLng) -> tuple[float, float, float]:
    """Distance, azimuth at p, azimuth at q of the shortest geodesic."""
    r = WGS84.Inverse(p[0], p[1], q[0], q[1], _DIST_AZI)
    return r["s12"], r["azi1"], r["azi2"]


def direct(p: LatLng, azi: float, dist: float) -> tuple[LatLng, float]:
    """Place reached from p, and the azimuth there; dist may be negative."""
    r = WGS84.Direct(p[0], p[1], azi, dist, _POSITION)
    return (r["lat2"], r["lon2"]), r["azi2"]


def wrap180(deg: float) -> float:
    """The same angle in (-180, 180]."""
    deg = math.remainder(deg, 360.0)
    return 180.0 if deg == -180.0 else deg


def ecef(points: list[LatLng]) -> tuple[np.ndarray, np.ndarray]:
    """Earth-centred coordinates and surface normals of points."""
    lat = np.radians([p[0] for p in points])
    lng = np.radians([p[1] for p in points])
    normal = np.stack(
        [np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)], axis=1
    )
    n = SEMI_MAJOR / np.sqrt(1 - ECC2 * np.sin(lat) ** 2)
    xyz = normal * n[:, None]
    xyz[:, 2] *= 1 - ECC2
    return xyz, normal


def mp_chord(p: LatLng, q: LatLng) -> float:
    """Straight distance through space in 40-digit arithmetic.

    Independent of GeographicLib; over a metre it is the geodesic distance to
    far below a nanometre.
    """
    with mpmath.workdps(40):
        def xyz(place: LatLng) -> list[mpmath.mpf]:
            lat, lng = (mpmath.mpf(c) * mpmath.pi / 180 for c in place)
            f = 1 / mpmath.mpf("298.257223563")
            e2 = f * (2 - f)
            n = 6378137 / mpmath.sqrt(1 - e2 * mpmath.sin(lat) ** 2)
            return [
                n * mpmath.cos(lat) * mpmath.cos(lng),
                n * mpmath.cos(lat) * mpmath.sin(lng),
                n * (1 - e2) * mpmath.sin(lat),
            ]

        return float(mpmath.norm([a - b for a, b in zip(xyz(p), xyz(q))]))


class Polygon:
    """A closed ring of geodesic edges; edge i runs from vertex i to i + 1."""

    def __init__(self, ring: list[LatLng]) -> None:
        self.ring = [(float(p[0]), float(p[1])) for p in ring]
        self.xyz, self.normals = ecef(self.ring)
        self._lines: dict[int, object] = {}

    def __len__(self) -> int:
        return len(self.ring)

    @cached_property
    def chords(self) -> np.ndarray:
        return np.roll(self.xyz, -1, axis=0) - self.xyz

    @cached_property
    def lengths(self) -> np.ndarray:
        return np.linalg.norm(self.chords, axis=1) * 1.002

    @cached_property
    def sagittas(self) -> np.ndarray:
        """How far an edge may lie from its straight chord."""
        return self.lengths**2 / (8 * MIN_RADIUS) * 1.02 + 1e-3

    @cached_property
    def side_normals(self) -> np.ndarray:
        """Normal of the plane through each chord and the local vertical."""
        mid = self.normals + np.roll(self.normals, -1, axis=0)
        side = np.cross(self.chords, mid)
        return side / np.linalg.norm(side, axis=1)[:, None]

    @cached_property
    def sway(self) -> np.ndarray:
        """How far an edge may leave that plane.

        A geodesic's torsion is below 5.3e-10 per metre, so it sways by
        about 2 m over 1,000 km, growing with the cube of the length.
        """
        return 1e-3 + 30 * (self.lengths / 1e6) ** 3

    def line(self, i: int):
        if i not in self._lines:
            p, q = self.ring[i], self.ring[(i + 1) % len(self)]
            self._lines[i] = WGS84.InverseLine(p[0], p[1], q[0], q[1])
        return self._lines[i]

    def on_edge(self, i: int, s: float) -> tuple[LatLng, float]:
        r = self.line(i).Position(s, _POSITION)
        return (r["lat2"], r["lon2"]), r["azi2"]

    def edge_point(self, i: int, fraction: float) -> tuple[LatLng, float]:
        return self.on_edge(i, self.line(i).s13 * fraction)


@dataclass
class Circle:
    center: LatLng
    radius: float


Shape = Polygon | Circle


def shape_from_json(obj: dict) -> Shape:
    if "polygon" in obj:
        return Polygon([tuple(p) for p in obj["polygon"]])
    return Circle(tuple(obj["circle"]["center"]), obj["circle"]["radius_m"])


@dataclass
class Foot:
    """Nearest place of an edge to a point."""

    dist: float
    place: LatLng
    vertex: int = -1
    edge: int = -1


def foot_on_edge(p: LatLng, poly: Polygon, edge: int) -> Foot:
    """Nearest place to p on one edge, by stepping along the geodesic.

    Each step solves the right-angled spherical triangle at the current
    place, which is Newton's method with the curvature already accounted
    for: tan(step) = tan(dist) * cos(angle).
    """
    length = poly.line(edge).s13
    a = poly.xyz[edge]
    d = poly.chords[edge]
    rel = ecef([p])[0][0] - a
    s = min(max(float(rel @ d) / float(d @ d), 0.0), 1.0) * length
    for _ in range(30):
        place, azi = poly.on_edge(edge, s)
        dist, azi_p, _ = inverse(place, p)
        cos_angle = math.cos(math.radians(azi_p - azi))
        arc = dist / MEAN_RADIUS
        step = MEAN_RADIUS * math.atan2(math.sin(arc) * cos_angle, math.cos(arc))
        nxt = min(max(s + step, 0.0), length)
        if abs(nxt - s) < 1e-6:
            return Foot(dist, place, edge=edge)
        s = nxt
    raise RuntimeError("foot point did not settle")


def plane_tables(
    points: np.ndarray, poly: Polygon
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For points x edges: chord distance, signed side, lower distance bound."""
    rel = points[:, None, :] - poly.xyz[None, :, :]
    d = poly.chords
    t = np.clip(np.einsum("ijk,jk->ij", rel, d) / np.einsum("jk,jk->j", d, d), 0, 1)
    dist = np.linalg.norm(rel - t[:, :, None] * d[None], axis=2)
    side = np.einsum("ijk,jk->ij", rel, poly.side_normals)
    low = np.maximum(dist - poly.sagittas, np.abs(side) - poly.sway)
    return dist, side, low


def nearest(points: list[LatLng], low: np.ndarray, poly: Polygon) -> Foot:
    """Nearest place of the ring of poly to any of the points."""
    best = Foot(math.inf, points[0])
    for flat in np.argsort(low, axis=None):
        i, j = divmod(int(flat), low.shape[1])
        if low[i, j] > best.dist:
            break
        foot = foot_on_edge(points[i], poly, j)
        if foot.dist < best.dist:
            best = Foot(foot.dist, foot.place, i, j)
    return best


def ring_distance(p: LatLng, poly: Polygon) -> Foot:
    """Nearest place of the ring of poly to p."""
    return nearest([p], plane_tables(ecef([p])[0], poly)[2], poly)


def contains(poly: Polygon, p: LatLng) -> bool:
    """Whether p is inside, by winding in the gnomonic plane centred at p."""
    lat, lng = math.radians(p[0]), math.radians(p[1])
    east = np.array([-math.sin(lng), math.cos(lng), 0.0])
    north = np.array(
        [
            -math.sin(lat) * math.cos(lng),
            -math.sin(lat) * math.sin(lng),
            math.cos(lat),
        ]
    )
    rel = poly.xyz - ecef([p])[0]
    gap = np.linalg.norm(rel, axis=1)
    if gap.min() > FAR:
        return False
    azi = np.degrees(np.arctan2(rel @ east, rel @ north))
    turn = np.remainder(np.roll(azi, -1) - azi + 180, 360) - 180
    # The plane azimuth is off by arc seconds at most.  Only an edge seen
    # under nearly half a circle, or an end that is very close, needs the
    # true geodesic azimuths.
    close = gap < 100.0
    doubtful = (np.abs(turn) > 179.0) | close | np.roll(close, -1)
    exact: dict[int, float] = {}
    for i in np.flatnonzero(doubtful):
        ends = []
        for k in (int(i), (int(i) + 1) % len(poly)):
            if k not in exact:
                exact[k] = inverse(p, poly.ring[k])[1]
            ends.append(exact[k])
        turn[i] = wrap180(ends[1] - ends[0])
    winding = float(turn.sum()) / 360
    if abs(winding - round(winding)) > 0.01:
        raise RuntimeError("winding number is not whole")
    return round(winding) != 0


def side_of(p: LatLng, a: LatLng, b: LatLng) -> float:
    """Turn of the azimuth from a to b as seen at p: its sign is the side."""
    return wrap180(inverse(p, b)[1] - inverse(p, a)[1])


def edges_cross(pa: Polygon, i: int, pb: Polygon, j: int) -> bool:
    a, b = pa.ring[i], pa.ring[(i + 1) % len(pa)]
    c, d = pb.ring[j], pb.ring[(j + 1) % len(pb)]
    return (side_of(c, a, b) > 0) != (side_of(d, a, b) > 0) and (
        side_of(a, c, d) > 0
    ) != (side_of(b, c, d) > 0)


def crossing_candidates(
    pa: Polygon, pb: Polygon, tab_ab: tuple, tab_ba: tuple
) -> np.ndarray:
    """Edge pairs that the coarse bounds cannot keep from crossing."""

    def both_ends(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return table, np.roll(table, -1, axis=0)

    def may(points: Polygon, edges: Polygon, tab: tuple) -> np.ndarray:
        d0, d1 = both_ends(tab[0])
        s0, s1 = both_ends(tab[1])
        near = np.minimum(d0, d1) <= points.lengths[:, None] / 2 + edges.sagittas
        same_side = ((s0 > edges.sway) & (s1 > edges.sway)) | (
            (s0 < -edges.sway) & (s1 < -edges.sway)
        )
        # An edge whose ends lie on one side may still bulge by its own sway.
        clear = np.minimum(np.abs(s0), np.abs(s1)) > points.sway[:, None] + edges.sway
        return near & ~(same_side & clear)

    return np.argwhere(may(pa, pb, tab_ab) & may(pb, pa, tab_ba).T)


def simple_clearance(poly: Polygon, floor: float = 0.02) -> bool:
    """Whether no two edges cross and apart edges stay floor metres apart."""
    n = len(poly)
    tab = plane_tables(poly.xyz, poly)
    for i, j in crossing_candidates(poly, poly, tab, tab):
        if (j - i) % n not in (0, 1, n - 1) and edges_cross(poly, i, poly, j):
            return False
    low = tab[2].copy()
    idx = np.arange(n)
    low[idx, idx] = low[idx, idx - 1] = math.inf
    for i, j in np.argwhere(low < floor):
        if foot_on_edge(poly.ring[i], poly, j).dist < floor:
            return False
    return bool(poly.lengths.min() > floor)


@dataclass
class Measured:
    """gap > 0: distance; gap < 0: how far one set certainly reaches in.

    on_a and on_b are the nearest places when apart; otherwise both are the
    place of the reach.
    """

    gap: float
    on_a: LatLng
    on_b: LatLng
    kind: str


def reach_at(p: LatLng, other: Polygon) -> float:
    """Depth of p below the boundary of other; negative when p is outside."""
    return ring_distance(p, other).dist if contains(other, p) else -1.0


def measure_polygons(
    pa: Polygon,
    pb: Polygon,
    witnesses: list[LatLng],
    boundary: list[tuple[str, int, float]],
) -> Measured:
    tab_ab = plane_tables(pa.xyz, pb)
    tab_ba = plane_tables(pb.xyz, pa)
    crosses = any(
        edges_cross(pa, i, pb, j)
        for i, j in crossing_candidates(pa, pb, tab_ab, tab_ba)
    )
    if not crosses:
        f_ab = nearest(pa.ring, tab_ab[2], pb)
        f_ba = nearest(pb.ring, tab_ba[2], pa)
        if f_ab.dist <= f_ba.dist:
            dist, on_a, on_b = f_ab.dist, pa.ring[f_ab.vertex], f_ab.place
        else:
            dist, on_a, on_b = f_ba.dist, f_ba.place, pb.ring[f_ba.vertex]
        if contains(pb, pa.ring[0]) or contains(pa, pb.ring[0]):
            return Measured(-dist, on_a, on_b, "nested")
        return Measured(dist, on_a, on_b, "apart")
    best, place = 0.0, pa.ring[0]
    for mine, other, tab in ((pa, pb, tab_ab), (pb, pa, tab_ba)):
        rough = tab[0].min(axis=1)
        tried = 0
        for i in np.argsort(-rough):
            if tried == 4:
                break
            if not contains(other, mine.ring[i]):
                continue
            tried += 1
            depth = ring_distance(mine.ring[i], other).dist
            if depth > best:
                best, place = depth, mine.ring[i]
    # A place on the boundary of one outline belongs to it by definition;
    # testing it against that same boundary would only measure rounding.
    for which, edge, fraction in boundary:
        mine, other = (pa, pb) if which == "a" else (pb, pa)
        p = mine.edge_point(edge, fraction)[0]
        depth = reach_at(p, other)
        if depth > best:
            best, place = depth, p
    for p in witnesses:
        da, db = reach_at(p, pa), reach_at(p, pb)
        if min(da, db) > 0 and max(da, db) > best:
            best, place = max(da, db), p
    return Measured(-best, place, place, "crossing")


def measure_circle_polygon(c: Circle, poly: Polygon) -> Measured:
    """Places are given circle first."""
    foot = ring_distance(c.center, poly)
    dist, r = foot.dist, c.radius
    centre_in = contains(poly, c.center)
    chord = np.linalg.norm(poly.xyz - ecef([c.center])[0], axis=1)
    far_d, far_p = max(
        (inverse(c.center, poly.ring[i])[0], poly.ring[i])
        for i in np.flatnonzero(chord > 0.998 * chord.max() - 0.01)
    )
    if not centre_in and dist > r:
        azi = inverse(c.center, foot.place)[1]
        return Measured(dist - r, direct(c.center, azi, r)[0], foot.place, "apart")
    if far_d <= r:
        return Measured(far_d - r, far_p, far_p, "nested")
    if not centre_in:
        return Measured(dist - r, foot.place, foot.place, "crossing")
    if r <= dist:
        return Measured(r - dist, foot.place, foot.place, "nested")
    return Measured(-dist, c.center, c.center, "crossing")


def measure_circles(a: Circle, b: Circle) -> Measured:
    dist, azi_a, azi_b = inverse(a.center, b.center)
    on_a = direct(a.center, azi_a, a.radius)[0]
    on_b = direct(b.center, azi_b, -b.radius)[0]
    gap = dist - a.radius - b.radius
    if gap > 0:
        return Measured(gap, on_a, on_b, "apart")
    inner = abs(a.radius - b.radius) - dist
    if inner >= 0:
        # The nearest rim places lie on the far side of the smaller centre.
        big, azi = (a, azi_a) if a.radius >= b.radius else (b, azi_b + 180)
        place = direct(big.center, azi, big.radius)[0]
        return Measured(-inner, place, place, "nested")
    reach = min(-gap, max(a.radius, b.radius))
    return Measured(-reach, on_a, on_a, "crossing")


def measure(
    a: Shape,
    b: Shape,
    witnesses: list[LatLng] | None = None,
    boundary: list[tuple[str, int, float]] | None = None,
) -> Measured:
    """Signed gap of two outlines.

    witnesses are places believed to be in both; boundary entries
    ("a" or "b", edge, fraction) name places on one outline.  They can only
    raise the proven reach, and only after being checked.
    """
    if isinstance(a, Polygon) and isinstance(b, Polygon):
        return measure_polygons(a, b, witnesses or [], boundary or [])
    if isinstance(a, Circle) and isinstance(b, Circle):
        return measure_circles(a, b)
    if isinstance(a, Circle):
        return measure_circle_polygon(a, b)
    m = measure_circle_polygon(b, a)
    return Measured(m.gap, m.on_b, m.on_a, m.kind)


def gnomonic(center: LatLng, points: list[LatLng]) -> list[tuple[float, float]]:
    """Ellipsoidal gnomonic plane (Karney 2013): rho = m12 / M12 along azi1."""
    out = []
    mask = Geodesic.AZIMUTH | Geodesic.REDUCEDLENGTH | Geodesic.GEODESICSCALE
    for p in points:
        r = WGS84.Inverse(center[0], center[1], p[0], p[1], mask)
        rho = r["m12"] / r["M12"]
        azi = math.radians(r["azi1"])
        out.append((rho * math.sin(azi), rho * math.cos(azi)))
    return out
