#!/usr/bin/env python3
"""Writes vectors.json and refused.json beside this script.

The CBOR here is written by this script from RFC 8949 and shares nothing with the
crate under test: that is what makes the vectors worth something. Needs Python 3 only.
"""
import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent


def head(major, number, width=None):
    """Initial byte and argument, in the shortest of the widths, or in the one given."""
    if width is None:
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
        text = value.encode()
        return head(3, len(text)) + text
    if isinstance(value, dict):
        pairs = sorted((cbor(k), cbor(v)) for k, v in value.items())
        return head(5, len(pairs)) + b"".join(k + v for k, v in pairs)
    raise TypeError(type(value))


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def octets(seed, length):
    return hashlib.shake_128(seed.encode()).digest(length)


SKY, DESK, LINE = 0, 1, 2
KEYS = dict(
    version=0, log_kind=1, log_id=2, exercise=3, node=4, sequence=5, previous=6, party=7,
    principal=8, request=9, proposed_at_us=10, kind=11, payload=12, signature=13,
)


def entry(**changes):
    fields = dict(
        version=1, log_kind=SKY, log_id=octets("log", 16), exercise=False, node=octets("node", 16),
        sequence=1, previous=bytes(32), party="north", principal=None, request=octets("request", 16),
        proposed_at_us=1_795_600_000_000_000, kind=1, payload=b"\x01\x02\x03", signature=None,
    )
    assert changes.keys() <= fields.keys()
    return fields | changes


def as_map(fields):
    return {KEYS[name]: value for name, value in fields.items() if value is not None}


def principal(issuer="issuer.example", subject="north.example"):
    return {0: issuer, 1: subject, 2: sha256(b"a token")}


def aside(payload, salt, retention):
    return {0: sha256(salt, payload), 1: retention, 2: len(payload)}


def shown(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(k): shown(v) for k, v in value.items()}
    return value


plan, salt = b"a plan of a peer", octets("salt", 16)
first = entry()
second = entry(
    sequence=2, previous=sha256(cbor(as_map(first))), principal=principal(),
    proposed_at_us=first["proposed_at_us"] + 1, kind=257, payload=octets("payload", 30),
)
vectors = {
    "the first of a node": first,
    "the second, by a principal": second,
    "nothing but limits below": entry(
        log_kind=DESK, proposed_at_us=-(2**63), kind=0, payload=b"", party="p"),
    "limits above": entry(
        exercise=True, sequence=2**64 - 1, previous=b"\xff" * 32, party="p" * 256,
        principal=principal("i" * 256, "s" * 256), proposed_at_us=2**63 - 1, kind=65535,
        payload=b"\x00" * 256),
    "one microsecond before the epoch": entry(proposed_at_us=-1),
    "a name in many bytes": entry(party="Flugsicherung Süd ✈"),
    "a payload beside the log": entry(payload=aside(plan, salt, 1)),
    "an empty payload beside the log": entry(payload=aside(b"", salt, 2)),
    "signed": second | dict(signature=octets("signature", 64)),
    "signed, with a payload beside the log": entry(
        payload=aside(plan, salt, 2), signature=octets("other signature", 64)),
}
vectors["of a line, signed"] = entry(
    log_kind=LINE, kind=0xFF01, payload=octets("key", 36), signature=octets("line", 64))
for width in (23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32):
    vectors[f"sequence {width}"] = entry(sequence=width, previous=octets("previous", 32))
    vectors[f"time -1 - {width}"] = entry(proposed_at_us=-1 - width)

out = []
for name, fields in vectors.items():
    bare = cbor(as_map(fields | dict(signature=None)))
    whole = cbor(as_map(fields))
    out.append(dict(
        name=name, hex=whole.hex(), hash=sha256(whole).hex(),
        signed_sha256=sha256(b"keepclear entry v1\0", bare).hex(),
        entry={k: shown(v) for k, v in fields.items()},
    ))
asides = [dict(salt=salt.hex(), payload=p.hex(), hash=sha256(salt, p).hex()) for p in (plan, b"")]
(HERE / "vectors.json").write_text(
    json.dumps(dict(entries=out, asides=asides), indent=1, ensure_ascii=False) + "\n")


def by_hand(pairs, count=None):
    """A map in the order given, its values as raw CBOR."""
    return head(5, len(pairs) if count is None else count) + b"".join(cbor(k) + v for k, v in pairs)


good = sorted((k, cbor(v)) for k, v in as_map(second).items())
bare = sorted((k, cbor(v)) for k, v in as_map(first).items())


def changed(key, raw):
    return by_hand([(k, raw if k == key else v) for k, v in good])


def field(name, value):
    return cbor(as_map(second | {name: value}))


text_in_pieces = b"\x7f" + cbor("no") + cbor("rth") + b"\xff"
refused = {
    "nothing at all": b"",
    "an empty map": b"\xa0",
    "a list": b"\x80",
    "cut before its last byte": by_hand(good)[:-1],
    "a byte after its end": by_hand(good) + b"\x00",
    "a count that is too large": by_hand(good, len(good) + 1),
    "a count that is too small": by_hand(good, len(good) - 1),
    "a map of indefinite length": b"\xbf" + by_hand(good)[1:] + b"\xff",
    "a count in two bytes": b"\xb8" + bytes([len(good)]) + by_hand(good)[1:],
    "keys in another order": by_hand([good[1], good[0], *good[2:]]),
    "a key twice": by_hand([good[0], *good]),
    "an unknown key": by_hand([*good, (14, b"\x00")]),
    "no party": by_hand([p for p in good if p[0] != KEYS["party"]]),
    "no payload": by_hand([p for p in bare if p[0] != KEYS["payload"]]),
    "another format version": field("version", 2),
    "a version beyond 16 bits": field("version", 65537),
    "a log of an unknown kind": field("log_kind", 3),
    "a log kind of 256": field("log_kind", 256),
    "an id of 15 bytes": field("log_id", bytes(15)),
    "a node of 17 bytes": field("node", bytes(17)),
    "exercise as a number": field("exercise", 1),
    "sequence 0": field("sequence", 0),
    "sequence in two bytes where one does": changed(KEYS["sequence"], head(0, 2, 1)),
    "time in eight bytes where four do": changed(KEYS["proposed_at_us"], head(0, 5, 8)),
    "a time beyond 64 bits": changed(KEYS["proposed_at_us"], head(0, 2**63)),
    "a time before 64 bits": changed(KEYS["proposed_at_us"], head(1, 2**63)),
    "a time as a float": changed(KEYS["proposed_at_us"], b"\xfb" + bytes(8)),
    "a party without a name": field("party", ""),
    "a party of 257 bytes": field("party", "p" * 257),
    "a party in bytes": field("party", b"north"),
    "a party that is not UTF-8": changed(KEYS["party"], b"\x62\xff\xfe"),
    "a party in pieces": changed(KEYS["party"], text_in_pieces),
    "a party in a tag": changed(KEYS["party"], b"\xd8\x20" + cbor("north")),
    "a principal of null": changed(KEYS["principal"], b"\xf6"),
    "a principal without a subject": changed(
        KEYS["principal"], by_hand([(0, cbor("i")), (2, cbor(bytes(32)))])),
    "a principal with more": changed(KEYS["principal"], cbor(principal() | {3: 0})),
    "an issuer of 257 bytes": field("principal", principal(issuer="i" * 257)),
    "a kind beyond 16 bits": field("kind", 65536),
    "a payload above 1 MiB": field("payload", bytes(2**20 + 1)),
    "a payload as text": field("payload", "text"),
    "a payload that claims more than there is": changed(KEYS["payload"], head(2, 2**63)),
    "an aside of an unknown class": field("payload", aside(plan, salt, 3)),
    "an aside above 1 MiB": field("payload", aside(plan, salt, 1) | {2: 2**20 + 1}),
    "an aside with its salt": field("payload", aside(plan, salt, 1) | {3: salt}),
    "a signature of 63 bytes": field("signature", bytes(63)),
    "a signature of null": by_hand([*good, (KEYS["signature"], b"\xf6")]),
}
cases = []
for name, raw in refused.items():
    # What is too large to be kept here is kept as its head and the number of zeros that follow.
    body = raw.rstrip(b"\x00") if len(raw) > 2**20 else raw
    cases.append(dict(name=name, hex=body.hex(), zeros=len(raw) - len(body)))
(HERE / "refused.json").write_text(json.dumps(cases, indent=1) + "\n")
