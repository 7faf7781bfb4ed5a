#!/usr/bin/env python3
# pip: geographiclib==2.1
"""Writes the sample of this folder: two parties' flights for one morning, and the closed areas.

    python make.py            # writes north.geojson, south.json, areas.openair.txt, expected.json

Nothing random and no clock: the same files come out every time. Places are given in kilometres
east and north of ORIGIN and put on the WGS84 ellipsoid along geodesics. What ought to conflict is
written down here beside each flight; verify.py measures it without Keepclear.
"""

import json
import math
from pathlib import Path

from geographiclib.geodesic import Geodesic

HERE = Path(__file__).parent
WGS84 = Geodesic.WGS84
ORIGIN = (47.40, 8.90)  # south-west of Lake Constance
DAY = "2026-05-12"


def direct(lat, lng, azimuth_deg, metres):
    r = WGS84.Direct(lat, lng, azimuth_deg, metres)
    return r["lat2"], r["lon2"]


def at(x_km, y_km):
    """The place so far east and north of ORIGIN, to 1e-7 degrees (a centimetre)."""
    azimuth_deg = math.degrees(math.atan2(x_km, y_km))
    lat, lng = direct(*ORIGIN, azimuth_deg, math.hypot(x_km, y_km) * 1000)
    return round(lat, 7), round(lng, 7)


def box(x0, y0, x1, y1):
    return [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)]


def time(hhmm):
    return f"{DAY}T{hhmm if hhmm.count(':') == 2 else hhmm + ':00'}Z"


# ---- north: GeoJSON ----------------------------------------------------------------------------

north = []


def lng_lat(places):
    return [[lng, lat] for lat, lng in places]


def closed(places):
    return lng_lat([*places, places[0]])


def feature(flight, name, geometry, **properties):
    assert flight not in [f["id"] for f in north]
    head = {"name": name, "party": "north"}
    north.append(
        {"type": "Feature", "id": flight, "properties": head | properties, "geometry": geometry}
    )


def polygon(places):
    return {"type": "Polygon", "coordinates": [closed(places)]}


def area(flight, name, geometry, start, end, lower, upper, unit="m", reference="W84", **more):
    feature(
        flight, name, geometry, start=time(start), end=time(end), lower=lower, upper=upper,
        altitude_unit=unit, altitude_reference=reference, **more,
    )


def route(flight, name, places, start, speed, half_width, vertical, seconds, **altitudes):
    coordinates = lng_lat(places)
    heights_m = altitudes.pop("heights_m", None)
    if heights_m:
        coordinates = [[*c, h] for c, h in zip(coordinates, heights_m, strict=True)]
    feature(
        flight, name, {"type": "LineString", "coordinates": coordinates}, start=time(start),
        speed_mps=speed, half_width_m=half_width, vertical_buffer_m=vertical,
        time_buffer_s=seconds, **altitudes,
    )


# ---- south: F3548 ------------------------------------------------------------------------------

south = []


def south_id(number):
    return f"5a000000-0000-4000-8000-{number:012d}"


def volume(outline, start, end, lower, upper):
    if isinstance(outline, tuple):
        (lat, lng), radius = outline
        circle = {"center": {"lat": lat, "lng": lng}, "radius": {"value": radius, "units": "M"}}
        shape = {"outline_circle": circle}
    else:
        shape = {"outline_polygon": {"vertices": [{"lat": a, "lng": o} for a, o in outline]}}

    def altitude(value):
        return {"value": value, "reference": "W84", "units": "M"}

    def moment(hhmm):
        return {"value": time(hhmm), "format": "RFC3339"}

    return {
        "volume": shape | {"altitude_lower": altitude(lower), "altitude_upper": altitude(upper)},
        "time_start": moment(start),
        "time_end": moment(end),
    }


def intent(number, *volumes, off_nominal=(), state="Accepted"):
    every = [*volumes, *off_nominal]
    first = min((v["time_start"] for v in every), key=lambda t: t["value"])
    last = max((v["time_end"] for v in every), key=lambda t: t["value"])
    reference = {
        "id": south_id(number), "manager": "south", "uss_availability": "Unknown", "version": 1,
        "state": state, "ovn": f"valley-sample-{number:04d}", "time_start": first, "time_end": last,
        "uss_base_url": "https://south.example/utm",
        "subscription_id": f"5b000000-0000-4000-8000-{number:012d}",
    }
    details = {"volumes": list(volumes), "off_nominal_volumes": list(off_nominal), "priority": 0}
    south.append({"operational_intent": {"reference": reference, "details": details}})


# ---- what ought to conflict --------------------------------------------------------------------

expected = []


def conflict(flight, other):
    expected.append([flight, south_id(other) if isinstance(other, int) else other])


# A relief drop and a helicopter that surveys the same slope.
area("relief-01", "RELIEF ONE", polygon(box(5, 5, 8, 8)), "06:00", "06:40", 600, 800)
intent(1, volume((at(8.5, 6.5), 1000), "06:20", "07:00", 700, 900))
conflict("relief-01", 1)

# Blood samples by drone, through a survey grid.
route("med-01", "MEDIC ONE", [at(12, 4), at(16, 9), at(22, 11)], "06:30", 25, 150, 40, 30,
      altitudes=[620, 680, 650], altitude_unit="m", altitude_reference="W84")
intent(2, volume(box(18, 9, 20, 11.5), "06:30", "07:30", 600, 750))
conflict("med-01", 2)

# Fire bombers scoop water where the news helicopter films. Feet above the sea against metres W84.
area("fire-01", "FIREBIRD", polygon(box(30, 20, 36, 23)), "07:00", "08:30", 1500, 3000, "ft", "AMSL")
intent(3, volume((at(36.5, 21.5), 900), "07:30", "08:00", 650, 800))
conflict("fire-01", 3)

# One ends at 08:00:00, the other begins at 08:00:00: intervals are closed.
area("med-02", "MEDIC TWO", polygon(box(3, 20, 4, 21)), "07:00", "08:00", 500, 600)
intent(4, volume(box(3.5, 20.2, 4.5, 20.8), "08:00", "09:00", 500, 600))
conflict("med-02", 4)

# They share one altitude, 600 m.
area("survey-01", "SURVEY ONE", polygon(box(10, 20, 12, 22)), "09:00", "09:40", 450, 600)
intent(5, volume(box(11, 21, 13, 23), "09:00", "09:30", 600, 700))
conflict("survey-01", 5)

# FL 90 against metres W84: the day's pressure decides, so `possible`.
route("cargo-01", "CARGO ONE", [at(25, 34), at(45, 36), at(58, 33)], "08:00", 70, 500, 150, 60,
      altitudes=[90, 90, 90], altitude_unit="fl", altitude_reference="STD")
intent(6, volume(box(33, 33, 37, 37), "08:00", "08:30", 2600, 2900))
conflict("cargo-01", 6)
# Below the same route: no pressure brings FL 90 down to 800 m.
intent(7, volume(box(50, 33.5, 52, 36), "08:00", "08:30", 600, 800))

# A route of three legs against a flight of three volumes: only the second is there in time.
route("relief-02", "RELIEF TWO", [at(40, 5), at(48, 9), at(55, 6)], "08:00", 50, 200, 50, 20,
      heights_m=[700, 720, 700])
intent(8, volume(box(43, 5, 45, 8), "08:20", "08:30", 650, 750),
       volume(box(47, 8, 49, 10), "08:00", "08:10", 650, 750),
       volume(box(51, 6, 53, 9), "07:30", "07:50", 650, 750))
conflict("relief-02", 8)

# Only exact geometry finds this one: a circle of 300 m, and an edge 299.75 m from its centre, in
# the direction half-way between two corners of an inscribed 64-gon.
RADIUS_M, LENS_M = 300, 0.25
AZIMUTH_DEG = 360 / 64 * 7.5
centre = at(20, 28)
area("survey-02", "SURVEY TWO", {"type": "Point", "coordinates": lng_lat([centre])[0]},
     "07:00", "08:00", 520, 640, radius_m=RADIUS_M)
ray = WGS84.Direct(*centre, AZIMUTH_DEG, RADIUS_M - LENS_M)
foot, ahead = (ray["lat2"], ray["lon2"]), ray["azi2"]
left, right = direct(*foot, ahead - 90, 100), direct(*foot, ahead + 90, 100)
roof = [direct(*p, ahead, 150) for p in (right, left)]
exact = [tuple(round(v, 10) for v in p) for p in (left, right, *roof)]
intent(9, volume(exact, "07:10", "07:40", 550, 600))
conflict("survey-02", 9)

# A flight over two islands; the second is shared.
islands = [[closed(box(48, 14, 50, 16))], [closed(box(52, 14, 54, 16))]]
area("relief-03", "RELIEF THREE", {"type": "MultiPolygon", "coordinates": islands},
     "06:15", "07:15", 1000, 1200)
intent(10, volume(box(53, 15, 55, 17), "06:30", "07:00", 1100, 1300))
conflict("relief-03", 10)

# Up to 500 m above the sea is up to about 547 m W84 here: the numbers alone look 20 m apart.
area("survey-03", "SURVEY THREE", polygon(box(26, 14, 27, 15)), "09:00", "09:30", 400, 500, "m", "AMSL")
intent(11, volume(box(26.5, 14.2, 28, 14.8), "09:10", "09:40", 520, 560))
conflict("survey-03", 11)

# The south's flight has left its plan; where it may be now counts as well.
route("news-01", "NEWS ONE", [at(5, 12), at(15, 14)], "07:00", 50, 200, 60, 30,
      altitudes=[2500, 2500], altitude_unit="ft", altitude_reference="AMSL")
intent(12, volume(box(9, 15, 11, 16), "06:50", "07:20", 700, 900),
       off_nominal=[volume(box(9, 12, 11, 14), "06:55", "07:20", 700, 900)], state="Nonconforming")
conflict("news-01", 12)

# Only exact geometry clears this one: the corridor's southern edge is a geodesic of 60 km from
# west to east and bows north of the straight line between its ends.
WEST, LENGTH_M, GAP_M = (47.78, 8.92), 60_000, 1.0
low, high = 0.0, 1.0
for _ in range(80):  # the longitude at which the geodesic of equal latitudes is 60 km long
    middle = (low + high) / 2
    length_m = WGS84.Inverse(*WEST, WEST[0], WEST[1] + middle)["s12"]
    low, high = (middle, high) if length_m < LENGTH_M else (low, middle)
EAST = (WEST[0], round(WEST[1] + low, 10))
line = WGS84.InverseLine(*WEST, *EAST)
top = line.Position(line.s13 / 2)
corridor = [WEST, EAST, (round(EAST[0] + 0.009, 10), EAST[1]), (round(WEST[0] + 0.009, 10), WEST[1])]
area("survey-04", "SURVEY FOUR", polygon(corridor), "06:30", "08:00", 1200, 1400)
below = direct(top["lat2"], top["lon2"], top["azi2"] + 90, GAP_M)
corners = [direct(*below, top["azi2"] + turn, 300) for turn in (180, 0)]
deep = [direct(*c, top["azi2"] + 90, 400) for c in corners]
grid = [tuple(round(v, 10) for v in p) for p in (corners[0], deep[0], deep[1], corners[1])]
intent(13, volume(grid, "07:00", "07:45", 1250, 1350))

# A long diagonal: the boxes around its legs hold the south's areas, the flight meets none.
route("cargo-02", "CARGO TWO", [at(5, 0), at(20, 10), at(35, 20), at(50, 30)], "06:00", 60, 300, 50, 30,
      altitudes=[3850, 3850, 3850, 3850], altitude_unit="m", altitude_reference="W84")
intent(14, volume(box(40, 1, 48, 6), "06:00", "07:00", 3700, 4000),
       volume(box(6, 22, 12, 28), "06:00", "07:00", 3700, 4000),
       volume(box(17, 1, 19, 2), "06:00", "07:00", 3700, 4000))

# One follows the other along the same way; as blocks of space and time they would collide.
route("med-03", "MEDIC THREE", [at(30 + 2 * k, 2) for k in range(5)], "06:10", 10, 100, 30, 10,
      altitudes=[500] * 5, altitude_unit="m", altitude_reference="W84")
intent(15, *[volume(box(30 + 2 * k, 1.5, 32 + 2 * k, 2.5), f"06:{4 * k:02d}", f"06:{4 * k + 4:02d}", 450, 550)
             for k in range(4)])

# Ten metres of height between them.
area("relief-04", "RELIEF FOUR", polygon(box(20, 2, 22, 4)), "09:00", "09:30", 550, 590)
intent(16, volume(box(20, 2, 22, 4), "09:00", "09:30", 600, 650))

# One second between them.
area("fire-02", "FIREBRAND", polygon(box(24, 6, 26, 8)), "06:10", "07:00", 500, 700)
intent(17, volume(box(24, 6, 26, 8), "07:00:01", "07:40", 500, 700))

# A survey in the bay of a flight that goes around it.
bay = [at(44, 38), at(48, 38), at(48, 40.5), at(47, 40.5), at(47, 39), at(45, 39), at(45, 40.5), at(44, 40.5)]
area("survey-05", "SURVEY FIVE", polygon(bay), "08:00", "09:00", 700, 900)
intent(18, volume((at(46, 40), 800), "08:00", "09:00", 700, 900))

# Flights that meet areas only.
area("med-04", "MEDIC FOUR", polygon(box(45, 24, 48, 26)), "08:10", "08:40", 500, 900, "m", "AMSL")
conflict("med-04", "CTR ALTBERG")
area("survey-06", "SURVEY SIX", polygon(box(40.5, 24, 43, 26)), "06:40", "07:20", 1500, 1800)
conflict("survey-06", "TMA ALTBERG WEST")
area("survey-07", "SURVEY SEVEN", polygon(box(5, 28, 7, 29)), "07:40", "08:20", 500, 700)
conflict("survey-07", "R SEERIED (NOTAM)")
area("relief-05", "RELIEF FIVE", polygon(box(16, 33, 17.5, 35)), "06:30", "07:00", 600, 750)
conflict("relief-05", "STEINBRUCH H24")
intent(19, volume(box(56.2, 37.2, 56.6, 37.8), "06:30", "07:00", 500, 600))
conflict(south_id(19), "R DOPPELWEIHER")

# And two that meet nothing.
area("news-02", "NEWS TWO", {"type": "Point", "coordinates": lng_lat([at(58, 12)])[0]},
     "06:20", "07:50", 700, 900, radius_m=1000)
intent(20, volume((at(1.5, 8), 700), "06:45", "08:45", 550, 700))


# ---- closed areas: OpenAir ---------------------------------------------------------------------


def dms(place):
    """Degrees, minutes, seconds as OpenAir writes them."""

    def one(deg, letters):
        seconds = round(abs(deg) * 3600)
        letter = letters[deg < 0]
        width = 2 if letter in "NS" else 3
        return f"{seconds // 3600:0{width}}:{seconds // 60 % 60:02}:{seconds % 60:02} {letter}"

    return f"{one(place[0], 'NS')} {one(place[1], 'EW')}"


def points(places):
    return [f"DP {dms(p)}" for p in places]


def zone(kind, name, floor, ceiling, *lines):
    return "\n".join([f"AC {kind}", f"AN {name}", f"AL {floor}", f"AH {ceiling}", *lines]) + "\n"


field = at(52, 25)
arc = {(r, azi): direct(*field, azi, r * 1852) for r in (4, 6.5) for azi in (240, 300)}
tma = [
    f"V X={dms(field)}", "V D=+", f"DB {dms(arc[6.5, 240])}, {dms(arc[6.5, 300])}",
    "V D=-", f"DB {dms(arc[4, 300])}, {dms(arc[4, 240])}", *points([arc[6.5, 240]]),
]
weir = [at(56, 36), at(59, 39), at(59, 36), at(56, 39)]
areas = [
    "* Areas of the valley sample: fictional, not for navigation.\n",
    zone("CTR", "CTR ALTBERG", "GND", "3500ft MSL", f"V X={dms(field)}", "DC 4.0"),
    zone("D", "TMA ALTBERG WEST", "3500ft MSL", "FL100", *tma),
    zone("R", "R SEERIED (NOTAM)", "GND", "5000ft MSL", *points([*box(2, 26, 6, 30), at(2, 26)])),
    zone("Q", "STEINBRUCH H24", "GND", "1500ft AGL", f"V X={dms(at(15, 34))}", "DC 1.0"),
    zone("R", "R DOPPELWEIHER", "GND", "2500ft MSL", *points([*weir, weir[0]])),
    zone("GSEC", "SEGELFLUG HOHENWART (SAT-SUN)", "4500ft MSL", "FL115", *points([*box(0, 34, 4, 38), at(0, 34)])),
    zone("P", "WASSERWERK", "GND", "2000ft AGL", f"V X={dms(at(22, 18))}", "DC 0.5"),
]


def main():
    collection = {"type": "FeatureCollection", "features": north}

    def rows(items):
        return "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]"

    head = json.dumps(collection | {"features": "@"})
    (HERE / "north.geojson").write_text(head.replace('"@"', rows(north)) + "\n")
    (HERE / "south.json").write_text(rows(south) + "\n")
    (HERE / "areas.openair.txt").write_text("\n".join(areas))
    (HERE / "expected.json").write_text(rows(expected) + "\n")
    print(f"{len(north)} flights of north, {len(south)} of south, {len(areas) - 1} areas, {len(expected)} conflicts")


if __name__ == "__main__":
    main()
