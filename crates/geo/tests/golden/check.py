# pip: geographiclib==2.1 mpmath==1.4.1 numpy==2.4.6 (Python 3.11)
"""Re-check the written files in ways that generate.py does not use.

    python check.py pairs.jsonl.gz separations.jsonl.gz [--sample N]

First the oracle's own assumptions: its culling bounds against real geodesics,
and its foot points against golden-section search.  Then a sample of records:
measured again with the outlines swapped, turned and reversed, and, for pairs
that are apart, with many places along both boundaries, none of which may lie
inside the other outline or nearer to it than the recorded distance.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from collections import Counter
from random import Random

import oracle as o
from generate import draw_region
from shapes import log_uniform


def check_bounds(rng: Random, rounds: int) -> None:
    for _ in range(rounds):
        p = draw_region(rng, 1e5)[1]
        q, azi = o.direct(p, rng.uniform(-180, 180), log_uniform(rng, 10, 1.05e6))
        body = o.Polygon([p, q, o.direct(q, azi + 77, 10)[0]])
        for f in (0.1, 0.25, 0.5, 0.7, 0.9):
            xyz = o.ecef([body.edge_point(0, f)[0]])[0]
            dist, side, low = o.plane_tables(xyz, body)
            assert dist[0, 0] <= body.sagittas[0]
            assert abs(side[0, 0]) <= body.sway[0] / 2
            assert low[0, 0] <= 0


def check_feet(rng: Random, rounds: int) -> float:
    worst = 0.0
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(rounds):
        p = draw_region(rng, 1e5)[1]
        q, azi = o.direct(p, rng.uniform(-180, 180), log_uniform(rng, 10, 3e5))
        body = o.Polygon([p, q, o.direct(q, azi + 77, 10)[0]])
        place, azi = body.edge_point(0, rng.uniform(-0.2, 1.2))
        point = o.direct(place, azi + rng.choice([90, -90]), log_uniform(rng, 0.01, 3e5))[0]

        def dist(s: float) -> float:
            return o.inverse(body.on_edge(0, s)[0], point)[0]

        low, high = 0.0, body.line(0).s13
        for _ in range(70):
            c, d = high - golden * (high - low), low + golden * (high - low)
            low, high = (low, d) if dist(c) < dist(d) else (c, high)
        worst = max(worst, abs(dist((low + high) / 2) - o.foot_on_edge(point, body, 0).dist))
    assert worst < 1e-7
    return worst


def boundary_places(rng: Random, s: o.Shape, near: o.LatLng) -> list[o.LatLng]:
    """Places all along a boundary, crowded about the nearest one."""
    if isinstance(s, o.Circle):
        azi = o.inverse(s.center, near)[1]
        steps = [12.0 * k for k in range(30)]
        steps += [sign * 10.0**-e for e in range(8) for sign in (1, -1)]
        return [o.direct(s.center, azi + k, s.radius)[0] for k in steps]
    out = []
    n = len(s)
    for i in range(n) if n < 20 else rng.sample(range(n), 10):
        out += [s.edge_point(i, f)[0] for f in (0.5, rng.random(), rng.random())]
        at = o.inverse(s.ring[i], o.foot_on_edge(near, s, i).place)[0]
        for step in (0.01, -0.01, 1, -1, 100, -100):
            if 0 < at + step < s.line(i).s13:
                out.append(s.on_edge(i, at + step)[0])
    return out


def turned(rng: Random, obj: dict) -> dict:
    if "polygon" not in obj:
        return obj
    ring = obj["polygon"]
    k = rng.randrange(len(ring))
    return {"polygon": (ring[k:] + ring[:k])[::-1]}


def check_record(rng: Random, r: dict, notes: Counter) -> None:
    a, b = (o.shape_from_json(turned(rng, r[k])) for k in "ba")
    gap = r.get("gap_m", r.get("distance_m"))
    m = o.measure(a, b)
    if gap < 0:
        # Without the generator's hints the reach may come out smaller, but
        # never as a gap.
        assert m.kind != "apart" and m.gap >= gap - 1e-6, r["id"]
        notes["touching"] += 1
        return
    assert m.kind == "apart" and abs(m.gap - gap) < 1e-6, r["id"]
    for s, other, near in ((a, b, m.on_a), (b, a, m.on_b)):
        for p in boundary_places(rng, s, near):
            if isinstance(other, o.Circle):
                dist = o.inverse(p, other.center)[0] - other.radius
            else:
                assert not o.contains(other, p), r["id"]
                dist = o.ring_distance(p, other).dist
            assert dist >= gap - 1e-6, r["id"]
            notes["boundary places"] += 1
    if "nearest_a" in r:
        d = o.inverse(tuple(r["nearest_a"]), tuple(r["nearest_b"]))[0]
        assert abs(d - gap) < 5e-6, r["id"]
    notes["apart"] += 1


def main() -> None:
    args = argparse.ArgumentParser(description="Re-check golden vectors.")
    args.add_argument("files", nargs="+")
    args.add_argument("--sample", type=int, default=1000)
    opt = args.parse_args()
    rng = Random(7)
    check_bounds(rng, 2000)
    print(f"foot points against golden section: {check_feet(rng, 300):.1e} m")
    for name in opt.files:
        with gzip.open(name, "rt") as f:
            records = [json.loads(line) for line in f]
        notes: Counter = Counter()
        for r in rng.sample(records, min(opt.sample, len(records))):
            check_record(rng, r, notes)
        print(name, len(records), dict(notes))


if __name__ == "__main__":
    main()
