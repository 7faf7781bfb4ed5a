"""Plane designs of outlines, and their placing on the ellipsoid.

A design is a list of (x, y) metres.  It is placed by a frame: the origin of
the design sits at a place, its y axis leaves along an azimuth, and every point
is reached by the geodesic with the same direction and length.  Points on the
two axes therefore lie exactly on geodesics through the origin, which is what
makes a gap known by construction.  Nothing else about a placed design is
trusted; the oracle measures it.

Two conventions: a host lies in y <= 0 and has the contact at the origin; a
guest lies in y >= 0 and touches the origin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from oracle import LatLng, direct

Point = tuple[float, float]
Design = list[Point]


@dataclass(frozen=True)
class Frame:
    lat: float
    lng: float
    azi_y: float

    @property
    def origin(self) -> LatLng:
        return (self.lat, self.lng)

    def place(self, pt: Point) -> LatLng:
        x, y = pt
        if x == 0 and y == 0:
            return self.origin
        azi = self.azi_y + math.degrees(math.atan2(x, y))
        return direct(self.origin, azi, math.hypot(x, y))[0]

    def place_all(self, design: Design) -> list[LatLng]:
        return [self.place(p) for p in design]

    def along_y(self, dist: float) -> Frame:
        (lat, lng), azi = direct(self.origin, self.azi_y, dist)
        return Frame(lat, lng, azi)

    def along_x(self, dist: float) -> Frame:
        (lat, lng), azi = direct(self.origin, self.azi_y + 90, dist)
        return Frame(lat, lng, azi - 90)

    def turned(self, deg: float) -> Frame:
        return Frame(self.lat, self.lng, self.azi_y + deg)


def polar(r: float, angle: float) -> Point:
    return (r * math.cos(angle), r * math.sin(angle))


def rotate(design: Design, angle: float) -> Design:
    c, s = math.cos(angle), math.sin(angle)
    return [(c * x - s * y, s * x + c * y) for x, y in design]


def flip_y(design: Design) -> Design:
    return [(x, -y) for x, y in reversed(design)]


def log_uniform(rng: Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def edge_fraction(rng: Random) -> float:
    """Where along an edge a contact lies; often very near an end."""
    u = rng.random()
    if u < 0.5:
        return rng.uniform(0.05, 0.95)
    t = log_uniform(rng, 1e-3, 0.05)
    return t if u < 0.75 else 1 - t


def host(rng: Random, length: float, t: float, deep: float | None = None) -> Design:
    """Convex polygon below the x axis; edge 0 lies on the axis."""
    h = length * (deep if deep is not None else rng.choice([0.1, 0.4, 0.8, 1.0]))
    n = rng.choice([1, 2, 3, 5, 8])
    shear = rng.uniform(-0.5, 0.5)
    mid = (0.5 - t) * length
    pts: Design = [((1 - t) * length, 0.0), (-t * length, 0.0)]
    for k in range(n):
        phi = math.pi * (k + rng.uniform(0.3, 0.7)) / n
        y = -h * math.sin(phi)
        pts.append((mid - length / 2 * math.cos(phi) + shear * y, y))
    return pts


def wedge(rng: Random, size: float, e1: float, e2: float) -> Design:
    """Guest with its tip at the origin between two elevation angles."""
    l1, l2 = (size * rng.uniform(0.5, 1.0) for _ in range(2))
    pts = [(0.0, 0.0), polar(l1, e1)]
    if e2 - e1 > 2.5 or rng.random() < 0.5:
        pts.append(polar(size * rng.uniform(1.05, 1.3), (e1 + e2) / 2))
    pts.append(polar(l2, e2))
    return pts


def free_wedge(rng: Random, size: float, low: float = 0.05) -> Design:
    opening = rng.uniform(0.1, 2.2)
    e1 = rng.uniform(low, math.pi - low - opening) if opening < math.pi - 2 * low else low
    return wedge(rng, size, e1, e1 + opening)


def box(x0: float, x1: float, y0: float, y1: float) -> Design:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def round_guest(rng: Random, n: int, radius: float) -> Design:
    """Nearly round polygon standing on its lowest vertex."""
    pts = []
    for k in range(n):
        a = -math.pi / 2 + 2 * math.pi * k / n
        r = radius * (1.0 if k == 0 else rng.uniform(0.97, 1.0))
        x, y = polar(r, a)
        pts.append((x, y + radius))
    return pts


def star_guest(rng: Random, tips: int, radius: float) -> Design:
    inner = radius * rng.uniform(0.25, 0.6)
    pts = []
    for k in range(2 * tips):
        x, y = polar(radius if k % 2 == 0 else inner, -math.pi / 2 + math.pi * k / tips)
        pts.append((x, y + radius))
    pts[0] = (0.0, 0.0)
    return pts


def blob(rng: Random, n: int, radius: float) -> Design:
    """Wavy star-shaped ring with many vertices."""
    waves = [
        (k, rng.uniform(0, 0.25) / k, rng.uniform(0, 2 * math.pi)) for k in range(2, 9)
    ]
    pts = []
    for i in range(n):
        a = 2 * math.pi * (i + rng.uniform(-0.3, 0.3)) / n
        r = radius * (1 + sum(m * math.cos(k * a + p) for k, m, p in waves))
        pts.append(polar(r * rng.uniform(0.995, 1.005), a))
    return pts


def ell(rng: Random, size: float) -> Design:
    a, b = rng.uniform(0.2, 0.6) * size, rng.uniform(0.2, 0.6) * size
    return [(0, 0), (size, 0), (size, b), (a, b), (a, size), (0, size)]


def comb(teeth: int, tooth: float, bay: float, height: float, base: float) -> Design:
    """Teeth upwards from y = 0, first tooth at x = 0, back at y = -base."""
    pitch = tooth + bay
    width = teeth * tooth + (teeth - 1) * bay
    pts: Design = [(0.0, -base), (width, -base)]
    for k in reversed(range(teeth)):
        x = k * pitch
        pts += [(x + tooth, height), (x, height)]
        if k:
            pts += [(x, 0.0), (x - bay, 0.0)]
    return pts


def pocket(rng: Random, size: float) -> tuple[Design, float, float]:
    """Square ring with a mouth, and the range of the room inside."""
    t = size * rng.uniform(0.1, 0.3)
    m = (size - 2 * t) * rng.uniform(0.05, 0.8) / 2
    h, far = size / 2, size - t
    ring = [
        (0, 0), (size, 0), (size, size), (h + m, size), (h + m, far), (far, far),
        (far, t), (t, t), (t, far), (h - m, far), (h - m, size), (0, size),
    ]
    return ring, t, far


def zigzag(rng: Random, legs: int, size: float, width: float) -> Design:
    upper = [(k * size, (k % 2) * size * 0.8) for k in range(legs + 1)]
    return [(x, y - width) for x, y in upper] + list(reversed(upper))


def star(rng: Random, tips: int, radius: float) -> Design:
    inner = radius * rng.uniform(0.3, 0.6)
    return [
        polar(radius if k % 2 == 0 else inner, math.pi * k / tips)
        for k in range(2 * tips)
    ]


def concave(rng: Random, size: float) -> Design:
    """One of several counter-clockwise concave rings, about size across."""
    kind = rng.choice(["ell", "comb", "cee", "zigzag", "star"])
    if kind == "ell":
        return ell(rng, size)
    if kind == "comb":
        n = rng.randint(3, 6)
        p = size / n
        tooth = p * rng.uniform(0.3, 0.7)
        return comb(n, tooth, p - tooth, size * rng.uniform(0.3, 0.9), size * 0.2)
    if kind == "cee":
        return comb(2, size * 0.2, size * rng.uniform(0.2, 0.6), size * 0.7, size * 0.2)
    if kind == "zigzag":
        return zigzag(rng, rng.randint(2, 6), size / 4, size / 12)
    return star(rng, rng.randint(4, 9), size / 2)


def point_segment(p: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)
    t = min(max(t, 0.0), 1.0)
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def seat_on_edge(design: Design, k: int, t: float) -> tuple[Design, float]:
    """Turn a counter-clockwise ring so the place t along edge k is the origin.

    The inside then lies just below the origin.  Also returns the distance
    from the origin to every other edge: a guest smaller than that meets
    nothing but edge k.
    """
    n = len(design)
    a, b = design[k], design[(k + 1) % n]
    o = (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
    turn = math.pi - math.atan2(b[1] - a[1], b[0] - a[0])
    moved = rotate([(x - o[0], y - o[1]) for x, y in design], turn)
    for i in (k, (k + 1) % n):
        moved[i] = (moved[i][0], 0.0)
    room = min(
        point_segment((0.0, 0.0), moved[i], moved[(i + 1) % n])
        for i in range(n)
        if i != k
    )
    return moved, room


def hull_edges(design: Design) -> list[int]:
    """Edges of a counter-clockwise ring with everything else on their left."""
    out = []
    n = len(design)
    for k in range(n):
        (ax, ay), (bx, by) = design[k], design[(k + 1) % n]
        if all(
            (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0
            for i, (x, y) in enumerate(design)
            if i not in (k, (k + 1) % n)
        ):
            out.append(k)
    return out
