#!/usr/bin/env python3
"""Draws calls from a desk's OpenAPI document and checks every answer against it.

Two real desks of an exercise, paired, with exchanges of several kinds between them; schemathesis
speaks to one of them, once with the token of each role. Needs the package schemathesis.
"""
import argparse
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

# What a schema cannot say is answered 400, 409 or 412 though the document's schema fits: no positive_data_acceptance.
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
    "allow_header_conformance", "ignored_auth",
]
PATIENCE_S = 30
NOBODY = "00000000-0000-4000-8000-000000000000"


class Desk:
    def __init__(self, running, keepclear, folder, party):
        self.keepclear, self.data, self.party = keepclear, folder / party, party
        self.log = folder / f"{party}.log"
        self.process = subprocess.Popen(
            [keepclear, "desk", "--trial", "--exercise", "--party", party, "--data", self.data,
             "--listen", "127.0.0.1:0", "--line-listen", "127.0.0.1:0", "--trial-issuer-listen", "127.0.0.1:0",
             "--requests-per-second-per-client", "100000"], stderr=self.log.open("w"))
        running.callback(self.process.kill)
        self.url = until(f"the desk of {party} listens", self.listening)

    def listening(self):
        found = re.search(r"listening on (http://127\.0\.0\.1:\d+)", self.log.read_text())
        return found and found[1]

    def token(self, role):
        return (self.data / f"{role}.token").read_text().strip()

    def line(self, *arguments):
        """What `keepclear line` prints as JSON."""
        token = self.data / "supervise.token"
        run = subprocess.run(
            [self.keepclear, "line", *arguments, "--json", "--desk", self.url, "--token-file", token],
            capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"keepclear line {' '.join(map(str, arguments))}: {run.stderr}")
        return run.stdout

    def stop(self):
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


def until(what, look):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    sys.exit(f"not within {PATIENCE_S} s: {what}")


def pair(folder, north, south):
    for desk in (north, south):
        desk.line("pair", "--write", folder / f"{desk.party}.card")
    for ours, theirs in ((north, south), (south, north)):
        ours.line("pair", "--read", folder / f"{theirs.party}.card")
    for ours, theirs in ((north, south), (south, north)):
        ours.line("pair", "--confirm", theirs.party)


def speak(ours, theirs):
    """One exchange of every kind that a desk opens; answers their ids."""
    when = ["--from", "now", "--to", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))]
    opened = [
        ["notice", theirs.party, "--topic", "exercise_area", *when],
        ["request", theirs.party, "--topic", "flights", "--delay", "4min", *when],
        ["question", theirs.party, "--topic", "unknown_flight", *when],
        ["report", theirs.party, "--topic", "stray", *when],
        ["distress", theirs.party, "--topic", "emergency", *when],
        ["test", theirs.party],
    ]
    return [json.loads(ours.line(*words))["exchange"] for words in opened]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keepclear", required=True, help="the binary")
    parser.add_argument("--examples", type=int, default=20, help="drawn calls of each operation and phase, at the most")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the reports")
    parser.add_argument("--role", action="append", choices=["read", "speak", "supervise"])
    asked = parser.parse_args()
    asked.out = asked.out.resolve()
    asked.out.mkdir(parents=True, exist_ok=True)
    roles = asked.role or ["read", "speak", "supervise"]
    failed = [role for role in roles if not nothing_found(asked, role)]
    if failed:
        sys.exit(f"found something as {', '.join(failed)}, seed {asked.seed}; see {asked.out}")


def nothing_found(asked, role):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        folder = pathlib.Path(folder)
        north, south = desks = [Desk(running, asked.keepclear, folder, party) for party in ("North", "South")]
        pair(folder, north, south)
        exchanges = speak(north, south) + speak(south, north)
        until("the exchanges are read back", lambda: '"outbox": 0' in north.line("status"))
        peers = [line["desk"] for line in json.loads(north.line("status"))["lines"]]
        known = {"peer": [*peers, NOBODY], "exchange": [*exchanges, NOBODY]}
        print(f"== {role}, seed {asked.seed}", flush=True)
        code = schemathesis(asked, role, north, known, folder)
        stopped = [desk.stop() for desk in desks]
        logs = "".join(desk.log.read_text() for desk in desks)
        (asked.out / f"{role}.log").write_text(logs)
    return code == 0 and stopped == [0, 0] and not re.search("panicked| ERROR ", logs)


def document(desk, known):
    """The desk's document, with what is there in place of any text in paths: else all answers were 404."""
    with urllib.request.urlopen(f"{desk.url}/desk/v1/openapi.json") as answer:
        document = json.load(answer)
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in known:
                    parameter["schema"] = {"enum": known[parameter["name"]]}
    return document


def schemathesis(asked, role, desk, known, folder):
    path = folder / "openapi.json"
    path.write_text(json.dumps(document(desk, known)))
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    return subprocess.run([
        program, "run", path, "--url", desk.url, "--checks", ",".join(CHECKS),
        # It never ends: events come as long as the caller stays.
        "--exclude-path", "/desk/v1/events",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(asked.examples), "--seed", str(asked.seed),
        "--header", f"Authorization: Bearer {desk.token(role)}", "--request-timeout", "10", "--continue-on-failure",
        "--generation-database", "none", "--no-color", "--warnings", "off",
        "--report", "har", "--report-har-path", asked.out / f"{role}.har",
    ], cwd=asked.out, check=False).returncode


if __name__ == "__main__":
    main()
