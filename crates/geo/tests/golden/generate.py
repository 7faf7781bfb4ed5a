# pip: geographiclib==2.1 mpmath==1.4.1 numpy==2.4.6 shapely==2.2.0 (Python 3.11)
"""Golden vectors: pairs of outlines on WGS84 whose contact is known.

Each pair is built so that its gap is known (a vertex set 1.01 cm off an edge
along the geodesic at right angles, a circle centre at radius + gap, ...), then
its coordinates are rounded to 1e-11 degrees, and the rounded pair is measured
by oracle.py, which knows nothing of how it was built.  A pair whose measured
gap differs from the built one by more than 0.5 mm is thrown away and drawn
again.  The measured gap is what the file records.

    python generate.py --seed 20260101 --count 7900 --out pairs.jsonl.gz
    python generate.py --kind depths --seed 20260102 --count 600 --out depths.jsonl.gz
    python generate.py --kind separations --seed 20260103 --count 800 --out separations.jsonl.gz

The output depends on the seed and the count alone, not on the number of
processes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import Pool
from random import Random
from typing import Callable

import shapely
from shapely import affinity
from shapely.geometry import Point as PlanePoint, Polygon as PlanePolygon

import shapes as sh
from oracle import (
    Circle,
    LatLng,
    Polygon,
    Shape,
    contains,
    direct,
    ecef,
    gnomonic,
    inverse,
    measure,
    mp_chord,
    plane_tables,
    shape_from_json,
    simple_clearance,
)
from shapes import Design, Frame, log_uniform

TOLERANCE = 0.0005
DIGITS = 11
MOST_EDGE = 300_000.0
GAPS = [0.0101, 0.012, 0.015, 0.02, 0.05, 0.36, 1.0, 10.0, 1000.0]
GAP_WEIGHTS = [32, 20, 15, 15, 5, 5, 4, 2, 2]


@dataclass
class Draft:
    """A pair as built.  gap is None when only the oracle can tell."""

    a: dict
    b: dict
    gap: float | None
    region: str
    witnesses: list[LatLng] = field(default_factory=list)
    boundary: list[tuple[str, int, float]] = field(default_factory=list)
    least: float = 0.0


class Unfit(Exception):
    """This draw cannot be built; draw again."""


def polygon(ring: list[LatLng]) -> dict:
    return {"polygon": ring}


def circle(center: LatLng, radius: float) -> dict:
    return {"circle": {"center": center, "radius_m": radius}}


def draw_gap(rng: Random, most: float, sign: int) -> float:
    """A signed gap; sign 0 draws either sign."""
    while True:
        g = rng.choices(GAPS, GAP_WEIGHTS)[0]
        if g <= most or g == GAPS[0]:
            return g * (sign or rng.choice([1, -1]))


def draw_region(rng: Random, size: float) -> tuple[str, LatLng]:
    """A place for the contact, weighted towards where maps go wrong."""
    name = rng.choices(
        ["north", "south", "equator", "antimeridian", "north-pole", "south-pole",
         "lat-89.9999", "at-pole", "pole-inside"],
        [18, 15, 13, 18, 8, 8, 5, 5, 10],
    )[0]
    lng = rng.uniform(-180, 180)
    if name == "north":
        return name, (rng.uniform(5, 80), lng)
    if name == "south":
        return name, (rng.uniform(-80, -5), lng)
    if name == "equator":
        lat = rng.choice([0.0, log_uniform(rng, 1e-8, 1.0), -log_uniform(rng, 1e-8, 1.0)])
        return name, (lat, rng.choice([lng, lng, lng, 0.0]))
    if name == "antimeridian":
        off = rng.choice([0.0, log_uniform(rng, 1e-9, 2.0), -log_uniform(rng, 1e-9, 2.0)])
        lng = 180 - off if off >= 0 else -180 - off
        lat = rng.choice([rng.uniform(-75, 75)] * 4 + [0.0, rng.choice([-1, 1]) * rng.uniform(80, 89.9)])
        return name, (lat, lng)
    if name == "lat-89.9999":
        return name, (rng.choice([89.9999, -89.9999]), lng)
    pole = 90.0 if name == "north-pole" else -90.0
    if name == "at-pole":
        return name, (rng.choice([90.0, -90.0]), lng)
    if name == "pole-inside":
        pole = rng.choice([90.0, -90.0])
        off = size * rng.uniform(0.05, 0.5)
    else:
        # From a hair's breadth off the pole to the edge of the polar cap.
        off = log_uniform(rng, 0.005, 3e5)
    lat, lng = direct((pole, lng), 0.0 if pole < 0 else 180.0, off)[0]
    return name, (lat, lng)


@dataclass
class Contact:
    """Two frames facing the same way: on the host, and gap further out."""

    region: str
    q: Frame
    v: Frame


def draw_contact(rng: Random, gap: float, size: float) -> Contact:
    region, (lat, lng) = draw_region(rng, size)
    base = Frame(lat, lng, rng.choice([rng.uniform(-180, 180)] * 4 + [0.0, 90.0, 180.0, -90.0]))
    if region == "pole-inside":
        # Turn so the pole lies on the host's side or on the guest's.
        toward = inverse(base.origin, (90.0 if lat > 0 else -90.0, 0.0))[1]
        base = Frame(lat, lng, toward + rng.choice([0, 180]) + rng.uniform(-50, 50))
    if rng.random() < 0.5:
        return Contact(region, base, base.along_y(gap))
    return Contact(region, base.along_y(-gap), base)


def draw_length(rng: Random) -> float:
    return rng.choice([100.0, 1e4, 1e5, 3e5]) * rng.uniform(0.9, 0.999)


def most_gap(length: float) -> float:
    return length / 100


def vertex_edge(rng: Random, sign: int) -> Draft:
    length = draw_length(rng)
    gap = draw_gap(rng, most_gap(length), sign)
    t = sh.edge_fraction(rng)
    c = draw_contact(rng, gap, length)
    room = min(t, 1 - t) * length
    if gap < 0 and room < 20 * -gap:
        raise Unfit
    guest = rng.choice(
        [
            lambda: sh.free_wedge(rng, length * rng.choice([0.01, 0.3, 1.0])),
            lambda: sh.star_guest(rng, rng.randint(3, 8), length * rng.choice([0.05, 0.4])),
            lambda: sh.round_guest(rng, rng.randint(5, 20), length * rng.choice([0.05, 0.4])),
        ]
    )()
    return Draft(
        polygon(c.q.place_all(sh.host(rng, length, t))),
        polygon(c.v.place_all(guest)),
        gap,
        f"{c.region}/{round(length, -2 if length > 1e3 else 0):.0f}m",
    )


def flat_crossing(rng: Random, sign: int) -> Draft:
    """A guest whose edges leave the tip almost along the host's edge."""
    length = rng.choice([1e4, 1e5, 2.99e5])
    gap = draw_gap(rng, 1.0 if length < 2e5 else 0.36, sign)
    t = rng.uniform(0.1, 0.9)
    c = draw_contact(rng, gap, length)
    eps = log_uniform(rng, 1e-6, 1e-2)
    size = length * rng.uniform(0.3, 0.95)
    if rng.random() < 0.5:
        # Both edges flat: an edge of the guest with one barely bent vertex.
        e1, e2 = eps, math.pi - log_uniform(rng, 1e-6, 1e-2)
    else:
        e1, e2 = eps, eps + log_uniform(rng, 1e-3, 1.0)
    guest = sh.wedge(rng, size, e1, e2)
    if rng.random() < 0.5:
        guest = [(-x, y) for x, y in reversed(guest)]
    return Draft(
        polygon(c.q.place_all(sh.host(rng, length, t))),
        polygon(c.v.place_all(guest)),
        gap,
        c.region,
    )


def corner_corner(rng: Random, sign: int) -> Draft:
    length = draw_length(rng)
    gap = draw_gap(rng, most_gap(length), sign)
    if gap > 0:
        c = draw_contact(rng, gap, length)
        a = sh.flip_y(sh.free_wedge(rng, length, 0.02))
        b = sh.free_wedge(rng, length * rng.choice([0.02, 1.0]), 0.02)
    else:
        ha, hb = rng.uniform(0.15, 1.5), rng.uniform(0.15, 1.5)
        c = draw_contact(rng, gap / max(math.sin(ha), math.sin(hb)), length)
        a = sh.flip_y(sh.wedge(rng, length, math.pi / 2 - ha, math.pi / 2 + ha))
        b = sh.wedge(rng, length, math.pi / 2 - hb, math.pi / 2 + hb)
    return Draft(polygon(c.q.place_all(a)), polygon(c.v.place_all(b)), gap, c.region)


def shared_edge(rng: Random, sign: int) -> Draft:
    """Neighbours along one whole edge, moved apart or pushed together."""
    length = draw_length(rng)
    gap = draw_gap(rng, min(0.36, most_gap(length)), sign)
    t = rng.uniform(0.2, 0.8)
    c = draw_contact(rng, gap, length)
    a = c.q.place_all(sh.host(rng, length, t))
    left, right = -t * length, (1 - t) * length
    trim = rng.choice([0.0, 0.0, 0.1, -0.1, 0.3]) * length
    feet = [c.q.along_x(x).place((0.0, gap)) for x in (left - trim * t, right + trim * (1 - t))]
    above = sh.flip_y(sh.host(rng, length, t))
    rest = [p for p in above if p[1] > 0]
    b = [feet[0], feet[1]] + c.q.place_all(rest)
    marks = [("b", 0, f) for f in (0.3, 0.5, 0.7)] + [("a", 0, 0.5)]
    return Draft(polygon(a), polygon(b), gap, c.region, boundary=marks)


def nested(rng: Random, _sign: int) -> Draft:
    length = draw_length(rng)
    gap = draw_gap(rng, most_gap(length) / 10, -1)
    t = rng.uniform(0.15, 0.85)
    c = draw_contact(rng, gap, length)
    size = 0.2 * min(t, 1 - t) * length
    kind = rng.randrange(3)
    if kind == 0:
        guest = sh.free_wedge(rng, size)
    elif kind == 1:
        guest = sh.wedge(rng, size, log_uniform(rng, 1e-6, 1e-2), math.pi - log_uniform(rng, 1e-6, 1e-2))
    else:
        guest = sh.round_guest(rng, rng.randint(4, 40), size / 2)
    return Draft(
        polygon(c.q.place_all(sh.host(rng, length, t, 0.8))),
        polygon(c.v.turned(180).place_all(guest)),
        gap,
        c.region,
    )


def sliver(rng: Random, sign: int) -> Draft:
    kind = rng.choice(["side", "end", "tilted", "along", "cross", "circle"])
    if kind == "cross" and sign > 0:
        kind = "along"
    width = rng.uniform(0.0206, 0.2)
    long = log_uniform(rng, 100, 1e5)
    gap = draw_gap(rng, 1.0 if sign > 0 else width / 2.05, sign)
    t = rng.uniform(0.05, 0.95)
    if kind == "cross":
        other = rng.uniform(0.0206, 0.2)
        c = draw_contact(rng, 0.0, long)
        angle = rng.uniform(0.3, 1.5)
        a = sh.box(-t * long, (1 - t) * long, -width / 2, width / 2)
        b = sh.rotate(sh.box(-long / 3, long / 2, -other / 2, other / 2), angle)
        # The middle of the crossing is the deepest common place.
        return Draft(
            polygon(c.q.place_all(a)), polygon(c.q.place_all(b)),
            -max(width, other) / 2, f"{c.region}/{kind}", witnesses=[c.q.origin],
        )
    c = draw_contact(rng, gap, long)
    slim = polygon(c.q.place_all(sh.box(-t * long, (1 - t) * long, -width, 0)))
    marks: list[tuple[str, int, float]] = []
    if kind == "side":
        guest = polygon(c.v.place_all(sh.free_wedge(rng, long * rng.choice([0.01, 0.5]))))
    elif kind == "circle":
        r = log_uniform(rng, 1, 3e5)
        guest = circle(c.v.along_y(r).origin, r)
    elif kind == "along":
        # Two slivers side by side.
        guest = polygon(c.v.place_all(sh.box(-0.3 * long, 0.3 * long, 0, rng.uniform(0.0206, 0.2))))
        if gap < 0:
            marks = [("b", 0, f) for f in (0.2, 0.5, 0.8)]
    else:
        slim = polygon(c.q.place_all(sh.host(rng, long, t)))
        box = sh.box(-width / 2, width / 2, 0, long * rng.uniform(0.3, 1))
        if kind == "tilted":
            box = sh.rotate([(x - width / 2, y) for x, y in box], rng.uniform(-1.5, -0.05))
        guest = polygon(c.v.place_all(box))
    return Draft(slim, guest, gap, f"{c.region}/{kind}", boundary=marks)


def concave_bay(rng: Random, sign: int) -> Draft:
    size = log_uniform(rng, 50, 2e5)
    gap = draw_gap(rng, size / 500, sign)
    design = sh.concave(rng, size)
    k = rng.randrange(len(design))
    seated, room = sh.seat_on_edge(design, k, rng.uniform(0.05, 0.95))
    if room < 30 * abs(gap):
        raise Unfit
    c = draw_contact(rng, gap, size)
    kind = rng.randrange(4)
    if kind == 0:
        r = room * 0.4
        guest = circle(c.v.along_y(r).origin, r)
    elif kind == 1:
        w = room * 0.4
        guest = polygon(c.v.place_all(sh.box(-w, w, 0, w)))
    elif kind == 2:
        guest = polygon(c.v.place_all(sh.star_guest(rng, rng.randint(3, 7), room * 0.4)))
    else:
        guest = polygon(c.v.place_all(sh.free_wedge(rng, room * 0.6)))
    return Draft(polygon(c.q.place_all(seated)), guest, gap, c.region)


def concave_notch(rng: Random, sign: int) -> Draft:
    """A corner in a notch, as near to both walls."""
    size = log_uniform(rng, 50, 1e5)
    gap = draw_gap(rng, size / 500, sign)
    half = rng.uniform(0.3, 1.4)
    lean = rng.uniform(0.05, half * 0.7)
    c = draw_contact(rng, gap / math.sin(half) if gap > 0 else gap, size)
    up = math.pi / 2
    # The notch is the cone about +y with half-angle half; its point is the origin.
    right, left = sh.polar(size, up - half), sh.polar(size, up + half)
    a = [(0.0, 0.0), left, (left[0] * 1.1, -size * 0.5), (right[0] * 1.1, -size * 0.5), right]
    b = sh.wedge(rng, size * rng.choice([0.1, 0.9, 2.0]), up - half + lean, up + half - lean)
    return Draft(polygon(c.q.place_all(a)), polygon(c.v.place_all(b)), gap, c.region)


def combs(rng: Random, sign: int) -> Draft:
    """A bar between two teeth, or two combs that interlock."""
    bay = log_uniform(rng, 1, 300)
    gap = draw_gap(rng, bay / 20, sign)
    tooth, height, n = bay * rng.uniform(0.5, 1.5), bay * rng.uniform(1, 4), rng.randint(2, 6)
    c = draw_contact(rng, 0.0, bay * n)
    frame = c.q.turned(rng.uniform(0, 360))
    a = sh.comb(n, tooth, bay, height, bay)
    # On the right the guest keeps clear by more than the gap.
    clear = rng.uniform(0.1, 0.3) * bay
    thick = bay - gap - clear
    bottom = rng.uniform(0.2, 0.5) * bay
    k = rng.randrange(n - 1)
    if n == 2 or rng.random() < 0.4:
        x0 = k * (tooth + bay) + tooth + gap
        b = sh.box(x0, x0 + thick, bottom, height + rng.uniform(-0.4, 2) * bay)
    else:
        upper = sh.comb(n - 1, thick, tooth + bay - thick, height, bay)
        b = [(x + tooth + gap, height + bottom - y) for x, y in reversed(upper)]
    return Draft(polygon(frame.place_all(a)), polygon(frame.place_all(b)), gap, c.region,
                 boundary=[("b", i, 0.5) for i in range(len(b))] if gap < 0 else [])


def many_vertices(rng: Random, sign: int) -> Draft:
    size = log_uniform(rng, 100, 1e5)
    gap = draw_gap(rng, size / 500, sign)
    n = round(log_uniform(rng, 100, 500))
    design = sh.blob(rng, n, size)
    k = rng.choice(sh.hull_edges(design))
    a, b = design[k], design[(k + 1) % n]
    seated, room = sh.seat_on_edge(design, k, rng.uniform(0.3, 0.7))
    if gap < 0 and min(room, math.dist(a, b)) < 10 * -gap:
        raise Unfit
    c = draw_contact(rng, gap, size)
    kind = rng.randrange(4)
    if kind == 0:
        guest = polygon(c.v.place_all(sh.round_guest(rng, rng.randint(50, 150), size * rng.uniform(0.2, 1))))
    elif kind == 1:
        r = size * rng.uniform(0.01, 2)
        guest = circle(c.v.along_y(r).origin, r)
    else:
        guest = polygon(c.v.place_all(sh.free_wedge(rng, size * rng.uniform(0.1, 2))))
    return Draft(polygon(c.q.place_all(seated)), guest, gap, c.region)


def draw_radius(rng: Random) -> float:
    return rng.choice([1.0, 3e5, log_uniform(rng, 1, 3e5), log_uniform(rng, 1, 3e5)])


def circle_circle(rng: Random, sign: int) -> Draft:
    ra = draw_radius(rng)
    rb = rng.choice([ra, draw_radius(rng)])
    gap = draw_gap(rng, 2 * min(ra, rb) * 0.4, sign)
    c = draw_contact(rng, gap, max(ra, rb))
    return Draft(
        circle(c.q.along_y(-ra).origin, ra), circle(c.v.along_y(rb).origin, rb), gap, c.region
    )


def circle_in_circle(rng: Random, _sign: int) -> Draft:
    ra = max(draw_radius(rng), 3.0)
    rb = ra * rng.choice([rng.uniform(0.05, 0.95), 0.999, log_uniform(rng, 1e-5, 0.5)])
    if rb < 1:
        raise Unfit
    gap = draw_gap(rng, (ra - rb) * 0.9, -1)
    if -gap > ra - rb:
        raise Unfit
    c = draw_contact(rng, gap, ra)
    return Draft(
        circle(c.q.along_y(-ra).origin, ra), circle(c.v.along_y(-rb).origin, rb), gap, c.region
    )


def circle_edge(rng: Random, sign: int) -> Draft:
    length = draw_length(rng)
    r = draw_radius(rng)
    gap = draw_gap(rng, min(most_gap(length), r / 2), sign)
    t = sh.edge_fraction(rng)
    c = draw_contact(rng, gap, max(length, r))
    return Draft(
        polygon(c.q.place_all(sh.host(rng, length, t))), circle(c.v.along_y(r).origin, r),
        gap, f"{c.region}/{round(length, -2 if length > 1e3 else 0):.0f}m",
    )


def circle_long_edge(rng: Random, sign: int) -> Draft:
    """A 300 km edge, the contact anywhere but near its middle."""
    length = 3e5 * rng.uniform(0.9, 0.999)
    r = draw_radius(rng)
    gap = draw_gap(rng, r / 2, sign)
    t = rng.choice([log_uniform(rng, 1e-4, 0.2), 1 - log_uniform(rng, 1e-4, 0.2)])
    c = draw_contact(rng, gap, length)
    return Draft(
        polygon(c.q.place_all(sh.host(rng, length, t))), circle(c.v.along_y(r).origin, r),
        gap, c.region,
    )


def circle_corner(rng: Random, sign: int) -> Draft:
    length = draw_length(rng)
    r = draw_radius(rng)
    gap = draw_gap(rng, min(most_gap(length), r / 2), sign)
    c = draw_contact(rng, gap, max(length, r))
    return Draft(
        polygon(c.q.place_all(sh.flip_y(sh.free_wedge(rng, length, 0.1)))),
        circle(c.v.along_y(r).origin, r), gap, c.region,
    )


def circle_holds_polygon(rng: Random, _sign: int) -> Draft:
    r = draw_radius(rng)
    gap = draw_gap(rng, r / 50, -1)
    c = draw_contact(rng, gap, r)
    opening = rng.uniform(0.1, 1.8)
    e1 = rng.uniform(0.4, math.pi - 0.4 - opening)
    guest = sh.wedge(rng, r * rng.uniform(0.05, 0.5), e1, e1 + opening)
    return Draft(
        circle(c.q.along_y(-r).origin, r), polygon(c.v.turned(180).place_all(guest)), gap, c.region
    )


def polygon_holds_circle(rng: Random, _sign: int) -> Draft:
    length = draw_length(rng)
    t = rng.uniform(0.2, 0.8)
    r = min(length * 0.15 * rng.choice([1.0, 0.1, 0.01]), 3e5)
    if r < 1:
        raise Unfit
    gap = draw_gap(rng, r / 10, -1)
    c = draw_contact(rng, gap, length)
    return Draft(
        polygon(c.q.place_all(sh.host(rng, length, t, 0.8))), circle(c.v.along_y(-r).origin, r),
        gap, c.region,
    )


def corridor(rng: Random, sign: int) -> Draft:
    """A polyline widened by geodesic offsets, and a guest at its side."""
    legs = rng.randint(2, 8)
    leg = log_uniform(rng, 50, 6e4)
    width = leg * log_uniform(rng, 0.002, 0.2)
    gap = draw_gap(rng, width / 10, sign)
    region, start = draw_region(rng, leg * legs / 2)
    nodes, arrive, leave = [start], [], []
    azi = rng.uniform(-180, 180)
    for _ in range(legs):
        leave.append(azi)
        place, azi = direct(nodes[-1], azi, leg * rng.uniform(0.5, 1))
        nodes.append(place)
        arrive.append(azi)
        azi += rng.uniform(-50, 50)
    arrive.insert(0, leave[0])
    leave.append(arrive[-1])
    sides: list[list[LatLng]] = [[], []]
    for node, come, go in zip(nodes, arrive, leave):
        bend = go - come
        reach = width / math.cos(math.radians(bend / 2))
        for side, ring in zip((90, -90), sides):
            ring.append(direct(node, come + bend / 2 + side, reach)[0])
    ring = rounded_ring(rng, sides[0] + sides[1][::-1])
    body = Polygon(ring)
    k = rng.randrange(len(ring))
    t = rng.uniform(0.05, 0.95)
    q, azi = body.edge_point(k, t)
    inside_left = contains(body, direct(q, azi - 90, 0.005)[0])
    frame = Frame(q[0], q[1], azi + 90 if inside_left else azi - 90)
    low = plane_tables(ecef([q])[0], body)[0][0]
    low[k] = math.inf
    room = float(low.min())
    if room < 30 * abs(gap):
        raise Unfit
    v = frame.along_y(gap)
    kind = rng.randrange(3)
    if kind == 0:
        r = max(room * 0.4, 1.0)
        guest = circle(v.along_y(r).origin, r)
    elif kind == 1:
        guest = polygon(v.place_all(sh.free_wedge(rng, room * 0.6)))
    else:
        guest = polygon(v.place_all(sh.star_guest(rng, rng.randint(3, 7), room * 0.4)))
    return Draft(polygon(ring), guest, gap, region)


def free_shape(rng: Random, frame: Frame, size: float) -> dict:
    kind = rng.randrange(4)
    if kind == 0:
        return circle(frame.origin, max(size * rng.uniform(0.2, 0.6), 1.0))
    if kind == 1:
        return polygon(frame.place_all(sh.blob(rng, rng.randint(5, 40), size / 2)))
    if kind == 2:
        design = sh.concave(rng, size)
        return polygon(frame.place_all([(x - size / 2, y - size / 3) for x, y in design]))
    return polygon(frame.place_all(sh.host(rng, size, 0.5)))


def random_pair(rng: Random, sign: int) -> Draft:
    """No contact built; only the oracle decides, and only clear cases stay."""
    size = log_uniform(rng, 20, 3e5)
    region, (lat, lng) = draw_region(rng, size)
    frame = Frame(lat, lng, rng.uniform(-180, 180))
    far = size * (rng.uniform(0.0, 0.7) if sign < 0 else rng.uniform(0.8, 4))
    second = frame.along_y(far).turned(rng.uniform(0, 360))
    return Draft(
        free_shape(rng, frame, size), free_shape(rng, second, min(3e5, size * log_uniform(rng, 0.1, 3))),
        None, region, least=1.0,
    )


def big_polygon(rng: Random, sign: int) -> Draft:
    """Outlines up to 1,000 km across that meet far from their centres."""
    n = rng.randint(10, 14)
    radius = rng.uniform(0.6, 0.99) * 3e5 / (2 * math.sin(math.pi / n))
    radius = min(radius, 5e5)
    gap = draw_gap(rng, 10.0, sign)
    c = draw_contact(rng, gap, radius)
    if gap > 0 and rng.random() < 0.4:
        design = sh.flip_y(sh.round_guest(rng, n, radius))
    else:
        ring = [sh.polar(radius, 2 * math.pi * k / n) for k in range(n)]
        design = sh.seat_on_edge(ring, rng.randrange(n), sh.edge_fraction(rng))[0]
    kind = rng.randrange(3)
    if kind == 0:
        r = draw_radius(rng)
        if r < 3 * abs(gap):
            raise Unfit
        guest = circle(c.v.along_y(r).origin, r)
    elif kind == 1:
        guest = polygon(c.v.place_all(sh.round_guest(rng, n, radius * rng.uniform(0.2, 1))))
    else:
        guest = polygon(c.v.place_all(sh.free_wedge(rng, log_uniform(rng, 1e3, 2e5))))
    return Draft(polygon(c.q.place_all(design)), guest, gap, c.region)


def poke(rng: Random, _sign: int) -> Draft:
    """Mostly inside, with one tip out by the gap: a large overlap."""
    length = draw_length(rng)
    out = abs(draw_gap(rng, most_gap(length) / 10, 1))
    t = rng.uniform(0.3, 0.7)
    c = draw_contact(rng, out, length)
    guest = sh.round_guest(rng, rng.randint(4, 30), length * 0.05)
    return Draft(
        polygon(c.q.place_all(sh.host(rng, length, t, 0.8))),
        polygon(c.v.turned(180).place_all(guest)), None, c.region, least=0.5,
    )


# Name, builder, share of the pairs, whether both signs exist.
CATEGORIES: list[tuple[str, Callable[[Random, int], Draft], int, bool]] = [
    ("vertex-edge", vertex_edge, 1200, True),
    ("flat-crossing", flat_crossing, 800, True),
    ("corner-corner", corner_corner, 500, True),
    ("shared-edge", shared_edge, 500, True),
    ("nested", nested, 300, False),
    ("sliver", sliver, 600, True),
    ("concave-bay", concave_bay, 700, True),
    ("concave-notch", concave_notch, 300, True),
    ("combs", combs, 300, True),
    ("many-vertices", many_vertices, 300, True),
    ("circle-circle", circle_circle, 500, True),
    ("circle-in-circle", circle_in_circle, 200, False),
    ("circle-edge", circle_edge, 400, True),
    ("circle-long-edge", circle_long_edge, 350, True),
    ("circle-corner", circle_corner, 350, True),
    ("circle-holds-polygon", circle_holds_polygon, 200, False),
    ("polygon-holds-circle", polygon_holds_circle, 200, False),
    ("corridor", corridor, 400, True),
    ("poke-out", poke, 100, False),
    ("big-polygon", big_polygon, 300, True),
    ("random", random_pair, 300, True),
]


def rounded_place(rng: Random, p: LatLng) -> LatLng:
    lat, lng = round(p[0], DIGITS), round(p[1], DIGITS)
    if abs(lng) == 180:
        lng = rng.choice([180.0, -180.0])
    if abs(lat) == 90:
        # Any longitude names the pole.
        lng = rng.choice([0.0, 180.0, -180.0, round(rng.uniform(-180, 180), DIGITS)])
    return (lat + 0.0, lng + 0.0)


def rounded_ring(rng: Random, ring: list[LatLng]) -> list[LatLng]:
    return [rounded_place(rng, p) for p in ring]


def longest_edge(s: Polygon) -> float:
    return s.line(int(s.lengths.argmax())).s13


def short_edged(shape: dict) -> dict:
    """The same polygon, edges over 300 km cut into equal parts."""
    if "polygon" not in shape:
        return shape
    body = Polygon(shape["polygon"])
    ring = []
    for i, p in enumerate(body.ring):
        ring.append(p)
        if body.lengths[i] > 2.9e5 and body.line(i).s13 > MOST_EDGE - 1:
            parts = math.ceil(body.line(i).s13 / (MOST_EDGE - 1))
            ring += [body.edge_point(i, k / parts)[0] for k in range(1, parts)]
    return polygon(ring)


def rounded(rng: Random, shape: dict) -> dict:
    if "polygon" in shape:
        return polygon(rounded_ring(rng, shape["polygon"]))
    c = shape["circle"]
    return circle(rounded_place(rng, c["center"]), round(c["radius_m"], 6))


def shuffled(rng: Random, shape: dict) -> dict:
    """The same outline with another first vertex and maybe the other order."""
    if "polygon" not in shape:
        return shape
    ring = list(shape["polygon"])
    k = rng.randrange(len(ring))
    ring = ring[k:] + ring[:k]
    return polygon(ring[::-1] if rng.random() < 0.5 else ring)


def cross_check(a: Shape, b: Shape, gap: float, place: LatLng) -> str | None:
    """Ask shapely in the gnomonic plane centred at the contact.

    There every edge that passes the contact is straight, so a small gap must
    come out the same.  Returns what disagrees.
    """
    if not (isinstance(a, Polygon) and isinstance(b, Polygon)):
        return None
    pa, pb = (PlanePolygon(gnomonic(place, s.ring)) for s in (a, b))
    if not (pa.is_valid and pb.is_valid):
        return "ring not simple in the plane"
    if gap < 0:
        return None if pa.intersects(pb) else "plane says apart"
    if pa.intersects(pb):
        return "plane says touching"
    if gap < 2 and abs(pa.distance(pb) - gap) > 1e-4:
        return "plane distance differs"
    return None


@dataclass
class Outcome:
    record: dict | None
    unfit: Counter


def finish(rng: Random, name: str, index: int, draft: Draft) -> tuple[dict | None, str]:
    """Round, validate and measure a draft; a record, or why there is none."""
    raw_a, raw_b = (rounded(rng, short_edged(s)) for s in (draft.a, draft.b))
    a, b = shape_from_json(raw_a), shape_from_json(raw_b)
    for s in (a, b):
        if isinstance(s, Polygon):
            if not simple_clearance(s):
                return None, "not simple"
            if longest_edge(s) > MOST_EDGE:
                return None, "edge over 300 km"
        elif not 1 <= s.radius <= 300000:
            return None, "radius"
    m = measure(a, b, draft.witnesses, draft.boundary)
    if draft.gap is not None and abs(m.gap - draft.gap) > TOLERANCE:
        if draft.gap > 0 and m.gap < draft.gap:
            return None, "mismatch: something else is nearer"
        if draft.gap < 0 and m.gap < draft.gap:
            return None, "mismatch: reaches deeper elsewhere"
        if draft.gap < 0 and m.gap < 0:
            return None, "mismatch: reach is shallower"
        return None, "mismatch: other"
    if abs(m.gap) < max(draft.least, 0.01005):
        return None, "gap too small to be fair"
    if 0 < m.gap < 2 and "polygon" in raw_a and "polygon" in raw_b:
        if abs(mp_chord(m.on_a, m.on_b) - m.gap) > 1e-6:
            return None, "mismatch: space distance differs"
    wrong = cross_check(a, b, m.gap, m.on_a)
    if wrong:
        return None, "cross-check: " + wrong
    raw_a, raw_b = shuffled(rng, raw_a), shuffled(rng, raw_b)
    if rng.random() < 0.5:
        raw_a, raw_b = raw_b, raw_a
    return {
        "id": f"{name}-{index:04d}/{draft.region}",
        "category": name,
        "a": raw_a,
        "b": raw_b,
        "touch": m.gap < 0,
        "gap_m": round(m.gap, 7),
        "contact": [round(c, DIGITS) for c in m.on_a],
    }, ""


BUILDERS = {name: (build, both) for name, build, _, both in CATEGORIES}


def make_pair(job: tuple[int, str, int]) -> tuple[str, dict, Counter]:
    seed, name, index = job
    build, both = BUILDERS[name]
    dropped: Counter = Counter()
    # The sign is fixed by the index, so discards cannot tilt the balance.
    sign = (1 if index % 2 else -1) if both else -1
    for attempt in range(400):
        rng = Random(f"{seed}/{name}/{index}/{attempt}")
        try:
            draft = build(rng, sign)
        except Unfit:
            dropped["unfit draw"] += 1
            continue
        record, why = finish(rng, name, index, draft)
        if record and (not both or (record["gap_m"] > 0) == (sign > 0)):
            return name, record, dropped
        dropped[why or "other sign"] += 1
    raise RuntimeError(f"no pair for {job}: {dropped}")


# Depths: how far one outline must be moved to come free.


def triangles(poly: PlanePolygon) -> list[list[sh.Point]]:
    parts = shapely.constrained_delaunay_triangles(poly)
    return [list(p.exterior.coords)[:3] for p in parts.geoms]


def minkowski_difference(a: PlanePolygon, b: PlanePolygon) -> shapely.Geometry:
    """All moves of a after which it still meets b: b + (-a)."""
    hulls = []
    for ta in triangles(a):
        for tb in triangles(b):
            pts = [(q[0] - p[0], q[1] - p[1]) for p in ta for q in tb]
            hulls.append(shapely.MultiPoint(pts).convex_hull)
    return shapely.union_all(hulls)


def boundary_distance(region: shapely.Geometry) -> float:
    """From the origin, which must be inside, to the nearest way out."""
    origin = PlanePoint(0, 0)
    if not region.contains(origin):
        raise Unfit
    return region.boundary.distance(origin)


def plane_of(frame: Frame, ring: list[LatLng]) -> Design:
    out = []
    for p in ring:
        dist, azi, _ = inverse(frame.origin, p)
        a = math.radians(azi - frame.azi_y)
        out.append((dist * math.sin(a), dist * math.cos(a)))
    return out


def moved_overlap(
    a: shapely.Geometry, b: shapely.Geometry, dx: float, dy: float
) -> float:
    return affinity.translate(a, dx, dy).intersection(b).area


DEPTH_KINDS = [
    "convex-convex", "concave-any", "circle-circle",
    "circle-polygon", "circle-concave", "pocket",
]


def make_depth(job: tuple[int, int]) -> tuple[str, dict, Counter]:
    seed, index = job
    kind = DEPTH_KINDS[index % len(DEPTH_KINDS)]
    dropped: Counter = Counter()
    for attempt in range(400):
        rng = Random(f"{seed}/depth/{index}/{attempt}")
        size = log_uniform(rng, 5, 4500)
        region, (lat, lng) = draw_region(rng, size)
        frame = Frame(lat, lng, rng.uniform(-180, 180))
        second = frame.along_y(size * rng.uniform(0.02, 0.6)).turned(rng.uniform(0, 360))
        other = size * log_uniform(rng, 0.1, 1)

        def poly(f: Frame, s: float, bent: bool) -> dict:
            if bent:
                d = sh.concave(rng, s)
                return polygon(f.place_all([(x - s / 2, y - s / 3) for x, y in d]))
            return polygon(f.place_all(rng.choice([
                lambda: sh.host(rng, s, 0.5),
                lambda: [(x, y - s / 2) for x, y in sh.round_guest(rng, rng.randint(3, 12), s / 2)],
            ])()))

        def disc(f: Frame, s: float) -> dict:
            return circle(f.origin, max(1.0, s * rng.uniform(0.1, 0.5)))

        if kind == "circle-circle":
            drafts = disc(frame, size), disc(second, other)
        elif kind == "convex-convex":
            drafts = poly(frame, size, False), poly(second, other, False)
        elif kind == "pocket":
            # The shortest way out may lead into the pocket, whose mouth is
            # often too small to leave by: a hole in the set of moves.
            design, low, high = sh.pocket(rng, size)
            across = (high - low) * rng.uniform(0.2, 0.95)
            at = frame.place((rng.uniform(low, high), rng.uniform(low, high)))
            inner = Frame(at[0], at[1], frame.azi_y + rng.choice([0.0, 0.0, rng.uniform(0, 90)]))
            guest = (
                circle(inner.origin, max(1.0, across / 2))
                if rng.random() < 0.5
                else polygon(inner.place_all(sh.box(-across / 2, across / 2, -across / 2, across / 2)))
            )
            drafts = guest, polygon(frame.place_all(design))
        elif kind == "concave-any":
            drafts = poly(frame, size, True), poly(second, other, rng.random() < 0.5)
        else:
            drafts = disc(second, other), poly(frame, size, kind == "circle-concave")
        raw = [rounded(rng, d) for d in drafts]
        a, b = (shape_from_json(r) for r in raw)
        if not all(simple_clearance(s) for s in (a, b) if isinstance(s, Polygon)):
            dropped["not simple"] += 1
            continue
        try:
            if isinstance(a, Circle) and isinstance(b, Circle):
                depth = a.radius + b.radius - inverse(a.center, b.center)[0]
                if depth <= 0:
                    raise Unfit
            else:
                flat = []
                for s in (a, b):
                    if isinstance(s, Circle):
                        # 4,096 sides leave the rim within 3e-7 of the radius.
                        c = plane_of(frame, [s.center])[0]
                        flat.append(PlanePoint(c).buffer(s.radius, quad_segs=1024))
                    else:
                        flat.append(PlanePolygon(plane_of(frame, s.ring)))
                if isinstance(a, Circle):
                    # Moving the disc out is moving its centre out of the
                    # polygon grown by the radius.
                    cx, cy = plane_of(frame, [a.center])[0]
                    grown = affinity.translate(flat[1], -cx, -cy).buffer(a.radius, quad_segs=1024)
                    meeting = grown
                else:
                    meeting = minkowski_difference(flat[0], flat[1])
                depth = boundary_distance(meeting)
                if boundary_distance(meeting.buffer(0.02)) > depth + 0.5:
                    # The way out is a hole or bay under 4 cm wide.
                    dropped["way out too narrow"] += 1
                    continue
                brute_check(flat[0], flat[1], depth, dropped)
        except Unfit:
            dropped["do not overlap"] += 1
            continue
        if depth < 0.05:
            dropped["shallow"] += 1
            continue
        ra, rb = (shuffled(rng, r) for r in raw)
        if rng.random() < 0.5:
            ra, rb = rb, ra
        return kind, {
            "id": f"{kind}-{index:04d}/{region}", "category": kind, "a": ra, "b": rb,
            "depth_m": round(depth, 5), "tol_m": round(max(0.01, 1e-5 * depth), 5),
        }, dropped
    raise RuntimeError(f"no depth for {job}: {dropped}")


def brute_check(a: shapely.Geometry, b: shapely.Geometry, depth: float, notes: Counter) -> None:
    """Move the outline every which way: nothing shorter frees it, depth does."""
    slack = max(0.005, 5e-6 * depth)
    scale = min(a.area, b.area)
    for k in range(360):
        th = math.radians(k + 0.37)
        for r in (depth - slack, depth * 0.7):
            if r > 0 and moved_overlap(a, b, r * math.cos(th), r * math.sin(th)) <= 0:
                raise RuntimeError("a shorter move comes free")

    def left(th: float) -> float:
        return moved_overlap(a, b, (depth + slack) * math.cos(th), (depth + slack) * math.sin(th))

    # Coarse directions, then ever finer ones about the best few.
    best = sorted((left(math.radians(k / 2)), math.radians(k / 2)) for k in range(720))[:6]
    for _, th0 in best:
        th, span = th0, math.radians(1)
        for _ in range(14):
            area, th = min((left(th + span * j / 5), th + span * j / 5) for j in range(-5, 6))
            if area == 0:
                notes["brute force confirmed"] += 1
                return
            span /= 3
    notes["brute force found no way out (local search)"] += 1


# Separations: how far apart.


def make_separation(job: tuple[int, int]) -> tuple[str, dict, Counter]:
    seed, index = job
    dropped: Counter = Counter()
    for attempt in range(200):
        rng = Random(f"{seed}/separation/{index}/{attempt}")
        size = log_uniform(rng, 20, 2e5)
        want = log_uniform(rng, 0.02, 2e5)
        region, (lat, lng) = draw_region(rng, size)
        frame = Frame(lat, lng, rng.uniform(-180, 180))
        turn = rng.uniform(0, 360)
        size_b = size * log_uniform(rng, 0.1, 1)
        raw_a = rounded(rng, free_shape(rng, frame, size))
        a = shape_from_json(raw_a)
        seed_b = rng.getrandbits(64)
        far = size * 2 + size_b * 2 + want
        m = None
        # Slide b towards a until it is about as near as wanted.
        for _ in range(6):
            sub = Random(seed_b)
            raw_b = rounded(sub, free_shape(sub, frame.along_y(far).turned(turn), size_b))
            b = shape_from_json(raw_b)
            m = measure(a, b)
            if m.gap < 0 or abs(m.gap - want) < 0.2 * want:
                break
            far += want - m.gap
        if m is None or not 0.02 <= m.gap <= 2e5:
            dropped["not in range"] += 1
            continue
        if not all(simple_clearance(s) for s in (a, b) if isinstance(s, Polygon)):
            dropped["not simple"] += 1
            continue
        if abs(inverse(m.on_a, m.on_b)[0] - m.gap) > 1e-6:
            raise RuntimeError("the nearest places are not as far apart as the outlines")
        kinds = sorted("circle" if isinstance(s, Circle) else "polygon" for s in (a, b))
        name = "-".join(kinds)
        swap = rng.random() < 0.5
        pair = [(shuffled(rng, raw_a), m.on_a), (shuffled(rng, raw_b), m.on_b)]
        (ra, na), (rb, nb) = pair[::-1] if swap else pair
        return name, {
            "id": f"{name}-{index:04d}/{region}", "category": name, "a": ra, "b": rb,
            "distance_m": round(m.gap, 7),
            "nearest_a": [round(x, DIGITS) for x in na], "nearest_b": [round(x, DIGITS) for x in nb],
        }, dropped
    raise RuntimeError(f"no separation for {job}: {dropped}")


def jobs_for_pairs(seed: int, count: int) -> list[tuple[int, str, int]]:
    total = sum(share for _, _, share, _ in CATEGORIES)
    jobs = []
    for name, _, share, _ in CATEGORIES:
        jobs += [(seed, name, i) for i in range(round(count * share / total))]
    return jobs


def main() -> None:
    args = argparse.ArgumentParser(description="Write golden vectors.")
    args.add_argument("--kind", choices=["pairs", "depths", "separations"], default="pairs")
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--count", type=int, default=8000)
    args.add_argument("--out", required=True)
    args.add_argument("--only", help="one category of pairs, for trying out")
    args.add_argument("--processes", type=int, default=2)
    opt = args.parse_args()
    began = time.monotonic()
    if opt.kind == "pairs":
        maker = make_pair
        jobs = [j for j in jobs_for_pairs(opt.seed, opt.count) if opt.only in (None, j[1])]
    elif opt.kind == "depths":
        maker, jobs = make_depth, [(opt.seed, i) for i in range(opt.count)]
    else:
        maker, jobs = make_separation, [(opt.seed, i) for i in range(opt.count)]
    kept: Counter = Counter()
    dropped: dict[str, Counter] = {}
    # No time stamp in the archive: the same seed gives the same bytes.
    with open(opt.out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        with Pool(opt.processes) as pool:
            for name, record, lost in pool.imap(maker, jobs, chunksize=8):
                out.write((json.dumps(record, separators=(",", ":")) + "\n").encode())
                sign = "-" if record.get("touch", opt.kind == "depths") else "+"
                kept[name, sign] += 1
                dropped.setdefault(name, Counter()).update(lost)
    print("| category | apart | touching | dropped while drawing |")
    print("|---|---:|---:|---|")
    for name in dropped:
        why = ", ".join(f"{k} {v}" for k, v in sorted(dropped[name].items())) or "none"
        print(f"| {name} | {kept[name, '+']} | {kept[name, '-']} | {why} |")
    plus = sum(v for k, v in kept.items() if k[1] == "+")
    print(f"| total | {plus} | {sum(kept.values()) - plus} | |")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
