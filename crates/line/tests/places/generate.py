"""Writes places.json: pairs of places with their distance by GeographicLib.

The distance is of the places as they are written, in billionths of a degree, so that no rounding
stands between it and what the test compares. Run once by hand; the test reads only the JSON.

    pip install geographiclib==2.1
    python generate.py > places.json
"""

import json

from geographiclib.geodesic import Geodesic

WGS84 = Geodesic.WGS84

# Degrees north, east.
WHERE = {
    "equator": (0.0, 20.0),
    "mid latitude": (48.137154321, 11.576124),
    "southern mid latitude": (-33.868820001, -70.5),
    "near the north pole": (89.9999, 33.3),
    "a metre from the north pole": (89.999991, -120.0),
    "near the south pole": (-89.9999, -77.7),
    "the north pole": (90.0, 0.0),
    "the south pole": (-90.0, 45.0),
    "antimeridian, from the west": (12.5, 179.99999999),
    "antimeridian, from the east": (-16.5, -179.99999999),
    "antimeridian": (65.0, 180.0),
}
METRES = [0.009, 0.011, 9_000.0]


def nano(degrees):
    return round(degrees * 1e9)


def pairs():
    for where, (lat, lng) in WHERE.items():
        a = (nano(lat), nano(lng))
        for metres in METRES:
            for azimuth in range(0, 360, 30):
                there = WGS84.Direct(a[0] / 1e9, a[1] / 1e9, azimuth + 0.5, metres)
                b = (nano(there["lat2"]), nano(there["lon2"]))
                apart = WGS84.Inverse(a[0] / 1e9, a[1] / 1e9, b[0] / 1e9, b[1] / 1e9)["s12"]
                # A step of a billionth of a degree is up to 0.11 mm: a pair keeps its side of 1 cm.
                assert abs(apart - metres) < 1.2e-4, (where, azimuth, apart)
                yield {"where": where, "a": a, "b": b, "apart_m": apart}


print("[")
print(",\n".join(json.dumps(pair) for pair in pairs()))
print("]")
