#!/usr/bin/env python3
"""Makes small seeds for the fuzz targets out of examples/valley, into fuzz/corpus (not committed)."""

import json
import random
from pathlib import Path

FUZZ = Path(__file__).parent
VALLEY = FUZZ.parent / "examples" / "valley"


def write(target, seeds):
    folder = FUZZ / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:03}").write_bytes(seed if isinstance(seed, bytes) else seed.encode())


def compact(value):
    return json.dumps(value, separators=(",", ":"))


features = json.loads((VALLEY / "north.geojson").read_text())["features"]
intents = json.loads((VALLEY / "south.json").read_text())
areas = (VALLEY / "areas.openair.txt").read_text()
details = [intent["operational_intent"]["details"] for intent in intents]
tracks = [
    compact({
        "timestamp": 1778565600000 + 10_000 * k, "icao24": "4b1234", "callsign": "NORTH1",
        "latitude": 47.5 + 0.002 * k, "longitude": 9.2 + 0.003 * k, "altitude": 4500 + 25 * k,
        "groundspeed": 120, "track": 60, "vertical_rate": None,
    })
    for k in range(1, 5)
]

write("geojson", [compact(feature) for feature in features])
write("f3548", [compact(v) for d in details for v in d["volumes"] + d["off_nominal_volumes"]])
write("openair", ["AC " + block for block in areas.split("AC ")[1:]])
write("adsb", [*tracks, ",".join(tracks)])
write("any_file", [
    compact({"type": "FeatureCollection", "features": features[:2]}), compact(features[0]),
    compact(intents[0]), compact(intents[:2]), compact(details[0]["volumes"]),
    "AC " + areas.split("AC ")[1], "[" + ",".join(tracks) + "]", b"\x1f\x8b\x08",
])


def golden(crate, name):
    return json.loads((FUZZ.parent / "crates" / crate / "tests" / "golden" / name).read_text())


def message(vector):
    payload = bytes.fromhex(vector["hex"])
    return bytes([0, vector["kind"] & 0xFF]) + len(payload).to_bytes(2, "big") + payload


messages = [message(vector) for vector in golden("line", "vectors.json")]
write("message", [*messages, b"".join(messages), b"".join(reversed(messages))])
write("entry", [bytes.fromhex(entry["hex"]) for entry in golden("entry", "vectors.json")["entries"]])
exports = FUZZ.parent / "crates" / "record" / "tests" / "golden"
party, witness = [(exports / f"v1.{name}jsonl").read_bytes() for name in ("record.", "witness.record.")]
write("record", [party, witness, party + party, witness + witness])
numbers = random.Random(1)
for target in ("overlap", "route"):
    write(target, [numbers.randbytes(numbers.randint(60, 400)) for _ in range(100)])
