#!/usr/bin/env python3
"""Writes merkle.json, notes.json, v1.record.jsonl and v1.witness.record.jsonl beside this script.

Trees and proofs are the recursive definitions of RFC 6962, section 2.1; notes follow the texts of
C2SP; CBOR, signatures and the export are made here from the same rules. Nothing is shared with the
crate under test. Needs Python 3 and the package `cryptography` (written with 48.0.0); CI does not
run it.
"""
import base64
import hashlib
import json
import pathlib
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = pathlib.Path(__file__).parent


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(raw):
    return base64.b64encode(raw).decode()


# Trees.

def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def tree(leaves):
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return sha256(b"\x00", leaves[0])
    k = split(len(leaves))
    return sha256(b"\x01", tree(leaves[:k]), tree(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [tree(leaves[k:])]
    return path(m - k, leaves[k:]) + [tree(leaves[:k])]


def subproof(m, leaves, known):
    if m == len(leaves):
        return [] if known else [tree(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], known) + [tree(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [tree(leaves[:k])]


def short(proof):
    return f"{len(proof)}:{sha256(*proof).hex()[:16]}"


LEAVES = [f"leaf {n}".encode() * (n % 5) for n in range(65)]
sizes = []
for size in range(66):
    leaves = LEAVES[:size]
    sizes.append(dict(
        root=tree(leaves).hex(),
        inclusion=[short(path(m, leaves)) for m in range(size)],
        consistency=[short(subproof(m, leaves, True)) for m in range(1, size + 1)],
    ))
(HERE / "merkle.json").write_text(json.dumps(
    dict(leaves=[leaf.hex() for leaf in LEAVES], sizes=sizes), indent=None,
    separators=(",", ":")).replace('{"root"', '\n{"root"') + "\n")


# Notes.

def key(name):
    return Ed25519PrivateKey.from_private_bytes(sha256(b"seed ", name.encode()))


def public(signer):
    return signer.public_key().public_bytes_raw()


def key_hash(name, kind, signer):
    return sha256(name.encode(), b"\n", bytes([kind]), public(signer))[:4]


def signature_line(text, name, signer):
    raw = key_hash(name, 1, signer) + signer.sign(text.encode())
    return f"— {name} {b64(raw)}\n"


def cosignature_line(text, name, signer, time_s):
    message = f"cosignature/v1\ntime {time_s}\n{text}".encode()
    raw = key_hash(name, 4, signer) + time_s.to_bytes(8, "big") + signer.sign(message)
    return f"— {name} {b64(raw)}\n"


def checkpoint(origin, size, root, *extensions):
    return "".join(f"{line}\n" for line in (origin, size, b64(root), *extensions))


DESK_A = uuid.UUID(bytes=sha256(b"desk a")[:16])
DESK_B = uuid.UUID(bytes=sha256(b"desk b")[:16])
NAME_A, NAME_B = f"keepclear/desk/{DESK_A}", f"keepclear/desk/{DESK_B}"
notes = []
for size in (0, 1, 7, 65):
    text = checkpoint("keepclear/line/x/y", size, tree(LEAVES[:size]))
    signed = text + "\n" + signature_line(text, NAME_A, key("a"))
    notes.append(dict(size=size, root=tree(LEAVES[:size]).hex(), extensions=[], time_s=None, note=signed))
    cosigned = signed + cosignature_line(text, NAME_B, key("b"), 1_795_600_000 + size)
    notes.append(dict(size=size, root=tree(LEAVES[:size]).hex(), extensions=[],
                      time_s=1_795_600_000 + size, note=cosigned))
text = checkpoint("keepclear/line/x/y", 3, tree(LEAVES[:3]), "one more line", "— and another")
notes.append(dict(size=3, root=tree(LEAVES[:3]).hex(), extensions=["one more line", "— and another"],
                  time_s=None, note=text + "\n" + signature_line(text, NAME_A, key("a"))))
(HERE / "notes.json").write_text(json.dumps(dict(
    a=dict(name=NAME_A, seed=sha256(b"seed a").hex(), public=public(key("a")).hex()),
    b=dict(name=NAME_B, seed=sha256(b"seed b").hex(), public=public(key("b")).hex()),
    origin="keepclear/line/x/y", notes=notes), indent=1, ensure_ascii=False) + "\n")


# An export.

def head(major, number):
    width = next(w for w in (0, 1, 2, 4, 8) if number < (24 if w == 0 else 256**w))
    if width == 0:
        return bytes([major << 5 | number])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + number.to_bytes(width, "big")


def cbor(value):
    if value is True or value is False:
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    pairs = sorted((cbor(k), cbor(v)) for k, v in value.items())
    return head(5, len(pairs)) + b"".join(k + v for k, v in pairs)


LINE = uuid.UUID(bytes=sha256(b"line")[:16])
LANES = {(party, lane): uuid.UUID(bytes=sha256(f"{party} {lane}".encode())[:16])
         for party in "ab" for lane in ("ordinary", "urgent")}
KEY_CHANGE = 0xFF01
chains = {node: [] for node in LANES.values()}
START_US = 1_795_600_000_000_000


def entry(party, lane, signer, kind, payload):
    node = LANES[party, lane]
    chain = chains[node]
    fields = {
        0: 1, 1: 2, 2: LINE.bytes, 3: False, 4: node.bytes, 5: len(chain) + 1,
        6: sha256(chain[-1]) if chain else bytes(32), 7: {"a": "north", "b": "south"}[party],
        9: sha256(b"request", node.bytes, bytes([len(chain)]))[:16],
        10: START_US + 1_000_000 * sum(map(len, chains.values())), 11: kind, 12: payload,
    }
    fields[13] = signer.sign(b"keepclear entry v1\x00" + cbor(fields))
    chain.append(cbor(fields))
    return chain[-1]


def aside(salt, payload):
    return {0: sha256(salt, payload), 1: 2, 2: len(payload)}


salt = sha256(b"salt")[:16]
entries = [
    entry("a", "ordinary", key("a"), 1, b"first"),
    entry("b", "ordinary", key("b"), 1, b"answer"),
    entry("a", "urgent", key("a"), 9, b"distress"),
    entry("a", "ordinary", key("a"), KEY_CHANGE, cbor({0: public(key("a2"))})),
    entry("a", "ordinary", key("a2"), 1, aside(salt, b"a source")),
    entry("b", "ordinary", key("b"), 1, aside(salt, b"withheld")),
    entry("a", "ordinary", key("a2"), 1, b"last"),
]


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def party(letter, name, desk):
    lanes = [dict(lane=lane, node=str(LANES[letter, lane])) for lane in ("ordinary", "urgent")]
    return dict(party=name, desk=str(desk), key=b64(public(key(letter))), lanes=lanes)


def header(exporter, **more):
    return compact(dict(
        format="keepclear.record/1", line=str(LINE), exercise=False, exporter=str(exporter),
        made_at="2026-11-25T10:00:00Z",
        parties=[party("a", "north", DESK_A), party("b", "south", DESK_B)], **more))


def stored_at(number):
    return f"2026-11-25T09:46:{40 + number}.5Z"


def entry_line(number):
    return compact(dict(entry=b64(entries[number]), stored_at=stored_at(number)))


def withheld_line(number):
    node, chain = next((node, chain) for node, chain in chains.items() if entries[number] in chain)
    place = dict(node=str(node), seq=1 + chain.index(entries[number]), hash=b64(sha256(entries[number])))
    return compact(dict(withheld=place, stored_at=stored_at(number)))


def lane_checkpoints(desk, signer):
    lines = []
    for node, chain in chains.items():
        leaves = [sha256(raw) for raw in chain]
        text = checkpoint(f"keepclear/line/{LINE}/{node}", len(chain), tree(leaves))
        note = text + "\n" + signature_line(text, f"keepclear/desk/{desk}", signer)
        lines.append(compact(dict(checkpoint=note)))
    return lines


def write(name, lines, desk, signer):
    text = checkpoint(
        f"keepclear/record/{LINE}/{desk}", len(lines), tree([line.encode() for line in lines]))
    note = text + "\n" + signature_line(text, f"keepclear/desk/{desk}", signer)
    lines = [*lines, compact(dict(signed=note))]
    (HERE / name).write_text("".join(line + "\n" for line in lines))


write("v1.record.jsonl", [
    header(DESK_A),
    *map(entry_line, range(len(entries))),
    compact(dict(aside=dict(
        hash=b64(sha256(salt, b"a source")), salt=b64(salt), payload=b64(b"a source")))),
    *lane_checkpoints(DESK_A, key("a2")),
], DESK_A, key("a2"))

# The same, as a witness holds it who was not told two of the entries.

DESK_C = uuid.UUID(bytes=sha256(b"desk c")[:16])
UNTOLD = (1, 4)
write("v1.witness.record.jsonl", [
    header(DESK_C, witness=dict(party="watch", desk=str(DESK_C), key=b64(public(key("c"))))),
    *((withheld_line if number in UNTOLD else entry_line)(number) for number in range(len(entries))),
    *lane_checkpoints(DESK_A, key("a2")),
    *lane_checkpoints(DESK_C, key("c")),
], DESK_C, key("c"))
