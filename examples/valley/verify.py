#!/usr/bin/env python3
# pip: geographiclib==2.1 shapely==2.2.0
"""Measures the sample without Keepclear: which pairs meet, and the numbers of the special pairs.

    python verify.py          # exit 0 when the pairs that meet are those of expected.json

Places are projected gnomonically about each pair (geodesics become straight lines there); edges are
cut to 200 m, and a circle is drawn with 1,440 corners, at most 1 mm short of it for the 300 m that
matter. Altitudes are carried to ranges above the ellipsoid, with 46 to 49 m for the geoid here.
"""

import json
import math
import re
import sys
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from geographiclib.geodesic import Geodesic
from shapely import make_valid
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import nearest_points

HERE = Path(__file__).parent
WGS84 = Geodesic.WGS84
GEOID_M = (46.0, 49.0)
FOOT_M = 0.3048


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def gnomonic(foot, place):
    line = WGS84.Inverse(*foot, *place, Geodesic.AZIMUTH | Geodesic.REDUCEDLENGTH | Geodesic.GEODESICSCALE)
    rho = line["m12"] / line["M12"]
    azimuth = math.radians(line["azi1"])
    return rho * math.sin(azimuth), rho * math.cos(azimuth)


def cut(places):
    out = []
    for here, there in zip(places, [*places[1:], places[0]]):
        line = WGS84.InverseLine(*here, *there)
        steps = max(1, math.ceil(line.s13 / 200))
        out += [(p["lat2"], p["lon2"]) for p in (line.Position(line.s13 * k / steps) for k in range(steps))]
    return out


def ring_of(centre, radius, corners=1440):
    out = []
    for k in range(corners):
        p = WGS84.Direct(*centre, 360 * k / corners, radius)
        out.append((p["lat2"], p["lon2"]))
    return out


# A volume: (rings of places, widened by metres, (low, high) range of floor, of ceiling, start, end)
def above_ellipsoid(value, reference):
    if reference == "W84":
        return value, value
    if reference == "AMSL":
        return value + GEOID_M[0], value + GEOID_M[1]
    if reference == "AGL":
        return value - 430 + GEOID_M[0], value + 8850 + GEOID_M[1]

    def pressure_altitude(hpa):
        return 44330.769 * (1 - (hpa / 1013.25) ** 0.1902632)

    low, high = value - pressure_altitude(950), value - pressure_altitude(1050)
    return low * 0.92 + GEOID_M[0], high * 1.08 + GEOID_M[1]


def places(coordinates):
    return [(lat, lng) for lng, lat, *_ in coordinates]


def read_north():
    for f in json.loads((HERE / "north.geojson").read_text())["features"]:
        p, g = f["properties"], f["geometry"]
        unit = {"m": 1.0, "ft": FOOT_M, "fl": 100 * FOOT_M}[p.get("altitude_unit", "m")]
        reference = p.get("altitude_reference", "W84")
        start = moment(p["start"])
        if g["type"] == "LineString":
            volumes, t = [], start
            heights = p.get("altitudes") or [c[2] for c in g["coordinates"]]
            legs = list(zip(places(g["coordinates"]), heights))
            for (a, ha), (b, hb) in zip(legs, legs[1:]):
                line = WGS84.InverseLine(*a, *b)
                after = t + timedelta(seconds=line.s13 / p["speed_mps"])
                steps = math.ceil(line.s13 / 200)
                track = [(q["lat2"], q["lon2"]) for q in (line.Position(line.s13 * k / steps) for k in range(steps + 1))]
                pad, v = timedelta(seconds=p["time_buffer_s"]), p["vertical_buffer_m"]
                volumes.append((track, p["half_width_m"], above_ellipsoid(min(ha, hb) * unit - v, reference),
                                above_ellipsoid(max(ha, hb) * unit + v, reference), t - pad, after + pad))
                t = after
        else:
            if g["type"] == "Point":
                rings = [ring_of(places([g["coordinates"]])[0], p["radius_m"])]
            elif g["type"] == "Polygon":
                rings = [cut(places(g["coordinates"][0][:-1]))]
            else:
                rings = [cut(places(part[0][:-1])) for part in g["coordinates"]]
            volumes = [(r, 0, above_ellipsoid(p["lower"] * unit, reference),
                        above_ellipsoid(p["upper"] * unit, reference), start, moment(p["end"])) for r in rings]
        yield f["id"], "north", volumes


def read_south():
    for item in json.loads((HERE / "south.json").read_text()):
        o = item["operational_intent"]
        volumes = []
        for v in o["details"]["volumes"] + o["details"]["off_nominal_volumes"]:
            s = v["volume"]
            if "outline_circle" in s:
                c = s["outline_circle"]
                ring = ring_of((c["center"]["lat"], c["center"]["lng"]), c["radius"]["value"])
            else:
                ring = cut([(p["lat"], p["lng"]) for p in s["outline_polygon"]["vertices"]])
            low, high = s["altitude_lower"]["value"], s["altitude_upper"]["value"]
            volumes.append((ring, 0, (low, low), (high, high), moment(v["time_start"]["value"]), moment(v["time_end"]["value"])))
        yield o["reference"]["id"], "south", volumes


def degrees(text):
    parts = re.findall(r"(\d+):(\d+):(\d+) ([NSEW])", text)
    return [(int(d) + int(m) / 60 + int(s) / 3600) * (-1 if c in "SW" else 1) for d, m, s, c in parts]


def read_zones():
    always = (moment("2000-01-01T00:00:00Z"), moment("2100-01-01T00:00:00Z"))
    for block in (HERE / "areas.openair.txt").read_text().split("AC ")[1:]:
        kind, *lines = block.strip().splitlines()
        name, limits, ring, centre, turn = "", {}, [], None, 1
        for line in lines:
            key, _, rest = line.partition(" ")
            if key == "AN":
                name = rest
            elif key in ("AL", "AH"):
                if rest == "GND":
                    limits[key] = (-1e6, -1e6)
                elif rest.startswith("FL"):
                    limits[key] = above_ellipsoid(int(rest[2:]) * 100 * FOOT_M, "STD")
                else:
                    feet, reference = re.match(r"(\d+)ft (\w+)", rest).groups()
                    limits[key] = above_ellipsoid(int(feet) * FOOT_M, {"MSL": "AMSL"}.get(reference, reference))
            elif rest.startswith("X="):
                centre = tuple(degrees(rest))
            elif rest.startswith("D="):
                turn = 1 if rest == "D=+" else -1
            elif key == "DC":
                ring = ring_of(centre, float(rest) * 1852)
            elif key == "DP":
                ring.append(tuple(degrees(rest)))
            elif key == "DB":
                one, other = [tuple(degrees(p)) for p in rest.split(",")]
                a, b = WGS84.Inverse(*centre, *one), WGS84.Inverse(*centre, *other)
                sweep = (turn * (b["azi1"] - a["azi1"])) % 360 * turn
                for k in range(721):
                    radius = a["s12"] + (b["s12"] - a["s12"]) * k / 720
                    p = WGS84.Direct(*centre, a["azi1"] + sweep * k / 720, radius)
                    ring.append((p["lat2"], p["lon2"]))
        if ring[0] == ring[-1]:
            ring.pop()
        yield name, "areas", [(cut(ring), 0, limits["AL"], limits["AH"], *always)]


def flat(volume, foot):
    xy = [gnomonic(foot, p) for p in volume[0]]
    if volume[1]:
        return LineString(xy).buffer(volume[1], quad_segs=64)
    shape = Polygon(xy)
    # An outline that crosses itself is the union of its parts.
    return shape if shape.is_valid else make_valid(shape)


@lru_cache(maxsize=None)
def reach(places):
    """A place in the middle of an outline, and the greatest distance from it."""
    middle = tuple(sum(c) / len(places) for c in zip(*places))
    return middle, max(WGS84.Inverse(*middle, *p, Geodesic.DISTANCE)["s12"] for p in places[::20])


def distance_m(a, b):
    """Metres between two outlines: 0 when they meet."""
    (ma, ra), (mb, rb) = reach(tuple(a[0])), reach(tuple(b[0]))
    least = WGS84.Inverse(*ma, *mb, Geodesic.DISTANCE)["s12"] - ra - rb - a[1] - b[1] - 5_000
    if least > 0:
        return least
    foot = tuple((p + q) / 2 for p, q in zip(ma, mb))
    for _ in range(2):
        one, other = flat(a, foot), flat(b, foot)
        # Once more from the middle of the contact, where lengths are true.
        if one.intersects(other):
            middle = one.intersection(other).centroid
        else:
            middle = LineString(nearest_points(one, other)).centroid
        r = math.hypot(middle.x, middle.y)
        p = WGS84.Direct(*foot, math.degrees(math.atan2(middle.x, middle.y)), r)
        foot = (p["lat2"], p["lon2"])
    return one.distance(other)


def meets(a, b):
    """Do two volumes share time, possibly altitudes, and ground?"""
    return (a[4] <= b[5] and b[4] <= a[5] and a[2][0] <= b[3][1] and b[2][0] <= a[3][1]
            and distance_m(a, b) == 0)


def main():
    everything = [*read_north(), *read_south(), *read_zones()]
    found = []
    for (ia, pa, va), (ib, pb, vb) in combinations(everything, 2):
        if pa == pb == "areas":
            continue
        if any(meets(x, y) for x in va for y in vb):
            assert pa != pb, f"{ia} and {ib} are of one party and meet"
            found.append([ia, ib])
    expected = json.loads((HERE / "expected.json").read_text())
    missing = [p for p in expected if p not in found]
    more = [p for p in found if p not in expected]
    print(f"{len(found)} pairs meet; missing {missing}; unexpected {more}")

    volumes = {i: v for i, _, v in everything}
    features = {f["id"]: f for f in json.loads((HERE / "north.geojson").read_text())["features"]}

    circle, edge = volumes["survey-02"][0], volumes["5a000000-0000-4000-8000-000000000009"][0]
    lng, lat = features["survey-02"]["geometry"]["coordinates"]
    radius = features["survey-02"]["properties"]["radius_m"]
    to_edge = flat(edge, (lat, lng)).distance(Point(0, 0))
    print(f"survey-02: the edge is {to_edge:.4f} m from the centre: a lens {radius - to_edge:.4f} m deep")
    for first in (0.0, 360 / 128):
        corners = [WGS84.Direct(lat, lng, first + 360 * k / 64, radius) for k in range(64)]
        inscribed = (cut([(p["lat2"], p["lon2"]) for p in corners]), *circle[1:])
        print(f"  64 corners from {first:.4f} degrees on: {distance_m(inscribed, edge):.4f} m apart")

    a, b = volumes["survey-04"][0], volumes["5a000000-0000-4000-8000-000000000013"][0]
    print(f"survey-04: {distance_m(a, b):.4f} m apart on the ellipsoid")
    plane = Polygon(features["survey-04"]["geometry"]["coordinates"][0])
    other = Polygon([(lng, lat) for lat, lng in b[0]])
    common = plane.intersection(other)
    tall = common.bounds[3] - common.bounds[1]
    print(f"  as a plane of degrees: they share {common.area * 111_195 ** 2 * math.cos(math.radians(47.78)):.0f} m2, {tall * 111_195:.1f} m from south to north")
    sys.exit(1 if missing or more else 0)


if __name__ == "__main__":
    main()
