#!/usr/bin/env python3
"""Writes vectors.json and refused.json beside this script.

The CBOR here is written by this script from RFC 8949 and from the numbers of the protocol, and shares
nothing with the crate under test: that is what makes the vectors worth something. Every value is made
twice, as CBOR and as the JSON that people see. Needs Python 3 only.
"""
import datetime
import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
FIRST_KIND = 0x0100


def head(major, number, width=None):
    """Initial byte and argument, in the shortest of the widths, or in the one given."""
    if width is None:
        width = next(w for w in (0, 1, 2, 4, 8) if number < (24 if w == 0 else 256**w))
    if width == 0:
        return bytes([major << 5 | number])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + number.to_bytes(width, "big")


def cbor(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return head(3, len(text)) + text
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        present = [(k, v) for k, v in sorted(value.items()) if v is not None]
        return head(5, len(present)) + b"".join(cbor(k) + cbor(v) for k, v in present)
    raise TypeError(type(value))


class Both:
    """A value as it is written and as it is shown."""

    def __init__(self, written, shown):
        self.written, self.shown = written, shown


def both(value):
    return value if isinstance(value, Both) else Both(value, value)


def written(value):
    return [written(v) for v in value] if isinstance(value, list) else both(value).written


def shown(value):
    return [shown(v) for v in value] if isinstance(value, list) else both(value).shown


def fields_in_order(**fields):
    """Written as a list in which what is absent at the end is left out; shown by name."""
    values = [written(value) for value in fields.values()]
    while values and values[-1] is None:
        values.pop()
    return Both(values, {name: shown(value) for name, value in fields.items()})


def fields_by_number(optional=(), **fields):
    """Written as a map from 0 on without what is absent; shown by name."""
    numbered = {n: written(value) for n, value in enumerate(fields.values())}
    named = {name: shown(value) for name, value in fields.items()}
    return Both(numbered, {k: v for k, v in named.items() if v is not None or k not in optional})


def case(number, name, **fields):
    inner = fields_in_order(**fields)
    return Both([number, inner.written], {name: inner.shown})


def of(names):
    return {name: Both(number, name) for number, name in enumerate(names.split())}


def octets(seed, length):
    raw = hashlib.shake_128(seed.encode()).digest(length)
    text = raw.hex()
    if length == 16:
        text = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return Both(raw, text)


def at(second):
    start = datetime.datetime(2026, 11, 25, 8, 0, 0, tzinfo=datetime.timezone.utc)
    moment = start + datetime.timedelta(seconds=second)
    return Both(int(moment.timestamp()) * 1_000_000, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def millionths_of_a_second(second, below):
    return Both(at(second).written + below, at(second).shown[:-1] + f".{below:06}Z")


def degrees(angle):
    return Both(round(angle * 10**9), float(angle))


def metres(length):
    return Both(round(length * 1000), float(length))


def place(lat, lng):
    return fields_in_order(lat=degrees(lat), lng=degrees(lng))


MATTER = of("notice request question report distress")
TOPIC = of("flights uncrewed_flights closed_area exercise_area falling_objects search_and_rescue "
           "medical fire_fighting relief conflict unknown_flight close_approach stray lost_control "
           "emergency accident line")
REFERENCE = of("W84 AMSL AGL STD")
EVIDENCE = of("report published_plan observation track")
OUTCOME = of("reached missed")
EXCHANGE, MESSAGE, DESK = octets("exchange", 16), octets("message", 32), octets("desk", 16)
WINDOW = fields_in_order(**{"from": at(3600), "to": at(7200)})


def altitude(value, reference):
    return fields_in_order(value_m=metres(value), reference=REFERENCE[reference])


def volume(shape, lower=None, upper=None):
    return fields_by_number(("lower", "upper"), shape=shape, lower=lower, upper=upper,
                            **{"from": at(3600), "to": at(5400)})


CIRCLE = case(0, "circle", center=place(-33.5, 151.25), radius_m=metres(1852.001))
POLYGON = case(1, "polygon", vertices=[place(47, 9), place(47, 9.5), place(47.25, -9.125)])
VOLUMES = [volume(CIRCLE, altitude(-12.5, "W84"), altitude(9000, "STD")),
           volume(POLYGON, altitude(0, "AGL"))]
DELAY = case(0, "delay", by_s=240)


def content(**changes):
    made = dict(topic=TOPIC["conflict"], window=WINDOW, volumes=VOLUMES, our_flights=["NORTH 1"],
                your_flights=["SOUTH 7", "SOUTH 8"], action=None)
    return fields_by_number(("action",), **(made | changes))


COMMITMENT = fields_by_number(
    by=DESK, action=case(4, "stay_clear"), window=WINDOW, flights=["SOUTH 7"], volumes=VOLUMES[:1],
    milestones=[
        fields_by_number(number=1, what="clear of the area", deadline=at(4000), evidence=EVIDENCE["track"]),
        fields_by_number(number=2, what="landed\nat home", deadline=at(7200), evidence=EVIDENCE["report"]),
    ])


def times(receipt, answer):
    return fields_in_order(receipt_s=receipt, answer_s=answer)


TERMS = fields_by_number(
    distress=times(10, 60), notice=times(900, 5400), request=times(60, 600),
    question=times(60, 600), report=times(900, 86400), commitment=times(60, 600),
    test=times(10, 120), notice_given_s=600, telephone_s=5400, test_every_s=28800,
    clock_apart_ms=5000)
SUBJECT = of("tests notices requests questions reports distress commitments line_itself")


def witness(*reads, since=at(0)):
    return fields_by_number(party="West Council", desk=DESK, key=octets("key", 32),
                            reads=[SUBJECT[name] for name in reads], **{"from": since})


WITNESS = witness("notices", "commitments", "line_itself")
DIFFERENCE = fields_by_number(("apart_m",), field="volumes[0].shape.center", sent="47, 9",
                              read_back="47, 9.12", apart_m=metres(9120.5))
WORDS = "ما قلناه بكلماتنا"


def answer(name, number, body=None, **fields):
    return name, 6, case(6, "answer", exchange=EXCHANGE, of=MESSAGE,
                         answer=case(number, name.split(", ")[1].replace(" ", "_"), **fields),
                         covers=["all units", "coast guard"], words=body)


BODIES = [
    ("test", 1, case(1, "test", exchange=EXCHANGE, phrase=12)),
    ("test answer", 2, case(2, "test_answer", exchange=EXCHANGE, of=MESSAGE, phrase=12)),
    ("notice", 3, case(3, "open", exchange=EXCHANGE, matter=MATTER["notice"], content=content(),
                       words=None)),
    ("request with words", 3, case(3, "open", exchange=EXCHANGE, matter=MATTER["request"],
                                   content=content(action=DELAY), words=WORDS)),
    ("question", 3, case(3, "open", exchange=EXCHANGE, matter=MATTER["question"],
                         content=content(action=case(6, "identify"), volumes=[], our_flights=[],
                                         topic=TOPIC["unknown_flight"]), words=None)),
    ("distress to a microsecond", 3, case(
        3, "open", exchange=EXCHANGE, matter=MATTER["distress"],
        content=content(topic=TOPIC["emergency"], volumes=[], action=case(8, "assist"),
                        window=fields_in_order(**{"from": millionths_of_a_second(0, 1), "to": at(9)})),
        words=None)),
    ("amendment", 4, case(4, "amend", exchange=EXCHANGE, of=MESSAGE,
                          content=content(action=case(2, "level", by_m=metres(-300.5))), words=None)),
    ("withdrawal", 5, case(5, "withdraw", exchange=EXCHANGE, of=MESSAGE, words="no longer needed")),
    answer("answer, agreed", 0),
    answer("answer, declined", 1, WORDS),
    answer("answer, counter", 2, content=content(action=case(3, "sideways", by_m=metres(1000)))),
    answer("answer, stand by", 3, until=at(60)),
    answer("answer, not ours", 4),
    answer("answer, cannot say", 5),
    answer("answer, referred up", 6, to="the council"),
    ("statement", 7, case(7, "statement", exchange=EXCHANGE, of=None, words=WORDS)),
    ("offer", 8, case(8, "offer", exchange=EXCHANGE, commitment=COMMITMENT)),
    ("signature", 9, case(9, "sign", exchange=EXCHANGE, of=MESSAGE, commitment=COMMITMENT)),
    ("progress", 10, case(10, "progress", exchange=EXCHANGE, of=MESSAGE, milestone=2,
                          outcome=OUTCOME["missed"], evidence="radar plot 7")),
    ("acknowledgement", 11, case(11, "acknowledge", exchange=EXCHANGE, of=MESSAGE)),
    ("end", 12, case(12, "end", exchange=EXCHANGE, words=None)),
    ("receipt", 13, case(13, "receipt", of=MESSAGE, stored_at=at(1), read_back=None)),
    ("receipt with fields", 13, case(
        13, "receipt", of=MESSAGE, stored_at=at(1),
        read_back=case(0, "content", content=content(), words=WORDS))),
    ("receipt with a commitment", 13, case(
        13, "receipt", of=MESSAGE, stored_at=at(1),
        read_back=case(1, "commitment", commitment=COMMITMENT))),
    ("dispute", 14, case(14, "dispute", of=MESSAGE, differences=[DIFFERENCE])),
    ("suspension", 15, case(15, "suspend", words="exercise pause")),
    ("resumption", 16, case(16, "resume")),
    ("hand-over", 17, case(17, "hand_over", role="night watch", at=at(600))),
    ("terms", 18, case(18, "propose_terms", terms=TERMS)),
    ("key", 19, case(19, "propose_key", key=octets("key", 32))),
    ("accepted key", 20, case(20, "accept_key", of=MESSAGE, key=octets("key", 32))),
    ("witness", 22, case(22, "name_witness", witness=WITNESS)),
    ("dismissed witness", 23, case(23, "dismiss_witness", desk=DESK, words="its office is closed")),
    ("witness dismissed without a word", 23, case(23, "dismiss_witness", desk=DESK, words=None)),
    ("certificate", 24, case(24, "propose_certificate", certificate=octets("certificate", 300))),
    ("accepted certificate", 25, case(25, "accept_certificate", of=MESSAGE,
                                      fingerprint=octets("fingerprint", 32))),
    ("checkpoint", 21, case(21, "checkpoint", note="keepclear\n7\nAAAA\n")),
]


def mark(sequence, seed):
    return fields_in_order(sequence=sequence, message=octets(seed, 32))


def envelope(body, role="duty officer", ordinary=None, urgent=None):
    seen = fields_by_number(ordinary=ordinary, urgent=urgent)
    return fields_by_number(seen=seen, role=role, body=body)


vectors = []
for place_, (name, kind, body) in enumerate(BODIES):
    made = [envelope(body), envelope(body, None),
            envelope(body, ordinary=mark(1, "a"), urgent=mark(2**40, "b"))][place_ % 3]
    vectors.append(dict(name=name, kind=FIRST_KIND + kind, hex=cbor(made.written).hex(),
                        message=made.shown))
(HERE / "vectors.json").write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n")


# What must be refused, with the field that is to blame where the bytes are a message.
def refused(name, kind, body, field, raw=None, role="duty officer"):
    raw = cbor(envelope(body, role).written) if raw is None else raw
    return dict(name=name, kind=FIRST_KIND + kind, hex=raw.hex(), field=field)


def opened(matter="notice", **changes):
    return case(3, "open", exchange=EXCHANGE, matter=MATTER[matter], content=content(**changes), words=None)


def offered(*milestones):
    return Both([8, [EXCHANGE.written, COMMITMENT.written | {5: list(milestones)}]], None)


def milestone(number, deadline):
    return {0: number, 1: "x", 2: at(deadline).written, 3: 0}


def terms(**changes):
    made = dict(TERMS.written)
    made.update({int(k[1:]): v for k, v in changes.items()})
    return Both([18, [made]], None)


def named(*reads, **since):
    return case(22, "name_witness", witness=witness(*reads, **since))


BACKWARDS = fields_in_order(**{"from": at(7200), "to": at(3600)})
TEST = case(1, "test", exchange=EXCHANGE, phrase=1)
GOOD = cbor(envelope(TEST).written)
MANY = [f"F{n}" for n in range(201)]
cases = [
    refused("nothing at all", 1, None, "", b""),
    refused("a byte after the end", 1, None, "", GOOD + b"\x00"),
    refused("cut short", 1, None, "", GOOD[:-1]),
    refused("a map of indefinite length", 1, None, "", b"\xbf" + GOOD[1:] + b"\xff"),
    refused("a count in two bytes", 1, None, "", b"\xb8\x03" + GOOD[1:]),
    refused("an unknown key", 1, None, "", b"\xa4" + GOOD[1:] + b"\x03\x00"),
    refused("a role of null", 1, None, "", cbor({0: {}}).replace(b"\xa1", b"\xa3", 1) + b"\x01\xf6\x02" + cbor(TEST.written)),
    refused("keys in another order", 1, None, "",
            b"\xa3\x01" + cbor("duty") + b"\x00\xa0\x02" + cbor(TEST.written)),
    refused("a number in more bytes than it needs", 1, None, "", GOOD[:-1] + b"\x18\x01"),
    refused("an unknown body", 1, None, "", cbor({0: {}, 2: [26, []]})),
    refused("a body with a field too many", 1, None, "",
            cbor({0: {}, 2: [1, [EXCHANGE.written, 1, 1]]})),
    refused("the kind of another message", 2, TEST, ""),
    refused("the kind of no message", 0x55, TEST, ""),
    refused("an exchange of 15 bytes", 1, None, "", cbor({0: {}, 2: [1, [bytes(15), 1]]})),
    refused("a role that turns the text around", 1, None, "", cbor({0: {}, 1: "duty\u202e", 2: TEST.written})),
    refused("seen at sequence 0", 1, None, "seen.ordinary",
            cbor({0: {0: [0, bytes(32)]}, 2: TEST.written})),
    refused("phrase 0", 1, case(1, "test", exchange=EXCHANGE, phrase=0), "phrase"),
    refused("phrase 13", 1, case(1, "test", exchange=EXCHANGE, phrase=13), "phrase"),
    refused("a window backwards", 3, opened(window=BACKWARDS, volumes=[]), "content.window"),
    refused("a time before 1970", 3, opened(window=fields_in_order(a=-1, b=at(9)), volumes=[]),
            "content.window.from"),
    refused("a time after 9999", 3, opened(window=fields_in_order(a=0, b=253402300800000000), volumes=[]),
            "content.window.to"),
    refused("a volume outside of the window", 3,
            opened(window=fields_in_order(a=at(3600), b=at(3601))), "content.volumes[0].from"),
    refused("two corners", 3,
            opened(volumes=[volume(case(1, "polygon", vertices=[place(1, 1), place(1, 2)]))]),
            "content.volumes[0].shape.vertices"),
    refused("a closed outline", 3,
            opened(volumes=[volume(case(1, "polygon", vertices=[place(1, 1), place(1, 2), place(2, 2), place(1, 1)]))]),
            "content.volumes[0].shape.vertices"),
    refused("a latitude beyond the pole", 3,
            opened(volumes=[volume(case(0, "circle", center=place(90.1, 0), radius_m=metres(1)))]),
            "content.volumes[0].shape.center.lat"),
    refused("a longitude of 181", 3,
            opened(volumes=[volume(POLYGON), volume(case(1, "polygon", vertices=[place(1, 1), place(1, 181), place(2, 2)]))]),
            "content.volumes[1].shape.vertices[1].lng"),
    refused("a radius of nothing", 3,
            opened(volumes=[volume(case(0, "circle", center=place(0, 0), radius_m=metres(0)))]),
            "content.volumes[0].shape.radius_m"),
    refused("lower above upper", 3,
            opened(volumes=[volume(CIRCLE, altitude(2, "W84"), altitude(1, "W84"))]),
            "content.volumes[0].lower.value_m"),
    refused("201 volumes", 3, opened(volumes=[volume(CIRCLE)] * 201), "content.volumes"),
    refused("201 flights", 3, opened(our_flights=MANY), "content.our_flights"),
    refused("a request that asks nothing", 3, opened("request"), "content.action"),
    refused("a request to identify", 3, opened("request", action=case(6, "identify")), "content.action"),
    refused("a question that asks for a delay", 3, opened("question", action=DELAY), "content.action"),
    refused("a notice that asks", 3, opened(action=DELAY), "content.action"),
    refused("a delay of nothing", 3, opened("request", action=case(0, "delay", by_s=0)),
            "content.action.delay.by_s"),
    refused("an answer that covers nobody", 6,
            case(6, "answer", exchange=EXCHANGE, of=MESSAGE, answer=case(0, "agreed"), covers=[]), "covers"),
    refused("an answer that covers 51", 6,
            case(6, "answer", exchange=EXCHANGE, of=MESSAGE, answer=case(0, "agreed"), covers=MANY[:51]), "covers"),
    refused("milestones from 0", 8, offered(milestone(0, 4000)),
            "commitment.milestones[0].number"),
    refused("a deadline after the window", 8,
            offered(milestone(1, 7201)),
            "commitment.milestones[0].deadline"),
    refused("a deadline before the one before", 8,
            offered(milestone(1, 5000), milestone(2, 4999)),
            "commitment.milestones[1].deadline"),
    refused("21 milestones", 8,
            offered(*(milestone(n, 5000) for n in range(1, 22))),
            "commitment.milestones"),
    refused("no differences", 14, case(14, "dispute", of=MESSAGE, differences=[]), "differences"),
    refused("101 differences", 14, case(14, "dispute", of=MESSAGE, differences=[DIFFERENCE] * 101), "differences"),
    refused("a receipt in 0 s", 18, terms(_0=[0, 60]), "terms.distress.receipt_s"),
    refused("an answer in 31 days", 18, terms(_3=[60, 31 * 86400]), "terms.question.answer_s"),
    refused("clocks that may be an hour apart", 18, terms(_10=3_600_000), "terms.clock_apart_ms"),
    refused("a note of 8,193 bytes", 21, case(21, "checkpoint", note="n" * 8193), "note"),
    refused("a witness that reads nothing", 22, named(), "witness.reads"),
    refused("a witness that reads one subject twice", 22, named("notices", "notices"), "witness.reads"),
    refused("subjects in another order", 22, named("commitments", "notices"), "witness.reads"),
    refused("a witness of an unknown subject", 22, Both([22, [WITNESS.written | {3: [8]}]], None), ""),
    refused("a witness from before 1970", 22, named("tests", since=-1), "witness.from"),
    refused("a certificate of nothing", 24, case(24, "propose_certificate", certificate=octets("", 0)),
            "certificate"),
    refused("a certificate of 4,097 bytes", 24,
            case(24, "propose_certificate", certificate=octets("certificate", 4097)), "certificate"),
    refused("a fingerprint of 31 bytes", 25,
            case(25, "accept_certificate", of=MESSAGE, fingerprint=octets("fingerprint", 31)), ""),
    refused("words of 4,001 bytes", 15, case(15, "suspend", words="w" * 4001), ""),
]
(HERE / "refused.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
