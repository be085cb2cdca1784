"""Compares the requests per second of a project with those of its peers, on PostgreSQL."""

from __future__ import annotations

import json
import tempfile
import urllib.request
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.baking import BIN, create_database, environment_for

from .load import Client, Dialogue, measure, write_request
from .peers import BUILDERS, LOGINS, ROWS, THREADS, WORKERS, Peer
from .statistics import compare, spread

CONNECTIONS = 16
STATUSES = {"create": 201}
OPERATIONS = {
    "list": f"a list: 25 of {ROWS:,} rows, with their number",
    "one": "a single row",
    "create": "creating a row",
    "refresh": "refresh with rotation",
    "login": "login",
}
# What the others are compared with.
REFERENCE = "simplejwt-60"
SHORT = ("project", "simplejwt-60", "fastapi")


def log_in(peer: Peer, port: int) -> dict[str, Any]:
    """Returns the response to a login."""
    request = urllib.request.Request(  # noqa: S310
        f"http://127.0.0.1:{port}{peer.login}",
        peer.login_body,
        {"Content-Type": peer.login_kind},
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310
        found: dict[str, Any] = json.load(response)
    return found


def check_list(peer: Peer, port: int, token: str) -> None:
    """Exits if a page has other rows than those of the others."""
    url = f"http://127.0.0.1:{port}{peer.students}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        page = json.load(response)
    rows = page.get("results") or page.get("items")
    if (len(rows), page["count"], rows[0]["name"]) != (25, ROWS, "Student 1"):
        raise SystemExit(f"{peer.name} returned {len(rows)} of {page['count']} rows")


def write_requests(peer: Peer, operation: str, token: str) -> Dialogue:
    """Yields requests without end. Several clients can share them."""
    for number in count():
        if operation == "list":
            yield write_request("GET", peer.students, token=token)
        elif operation == "one":
            # In no order.
            path = f"{peer.students}{number * 7919 % ROWS + 1}/"
            yield write_request("GET", path, token=token)
        elif operation == "create":
            row = json.dumps({"name": "Ada", "roll": number, "city": "London"})
            yield write_request("POST", peer.students, row.encode(), token)
        else:
            yield write_request("POST", peer.login, peer.login_body, kind=peer.login_kind)


def refresh(peer: Peer, tokens: deque[str]) -> Dialogue:
    """Uses each refresh token once, and each login in turn. Several clients can share them."""
    while True:
        body = json.dumps({"refresh": tokens.popleft()}).encode()
        response = yield write_request("POST", peer.refresh, body)
        tokens.append(json.loads(response)["refresh"])


def create_clients(peer: Peer, port: int, operation: str, number: int) -> list[Client]:
    if operation == "refresh":
        tokens = deque(peer.issue_tokens(LOGINS))
        return [Client(refresh(peer, tokens)) for _ in range(number)]
    requests = write_requests(peer, operation, log_in(peer, port)[peer.access])
    return [Client(requests) for _ in range(number)]


@contextmanager
def build_peers(names: tuple[str, ...]) -> Iterator[dict[str, tuple[Peer, int]]]:
    """Starts servers with equal rows, and yields them with their ports."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = environment_for("django-5.2", "newest") / BIN / "python"
        peers = {}
        for name in names:
            url = stack.enter_context(create_database("postgresql", python, folder))
            peer = BUILDERS[name](folder / name, url)
            peer.fill()
            port = stack.enter_context(peer.start())
            check_list(peer, port, log_in(peer, port)[peer.access])
            peers[name] = peer, port
        yield peers


def run(full: bool) -> dict[str, Any]:
    rounds, seconds = (20, 0.5) if full else (6, 0.4)
    rates: dict[str, dict[str, list[float]]] = {}
    with build_peers(tuple(BUILDERS) if full else SHORT) as peers:
        for operation in OPERATIONS:
            rates[operation] = take_turns(peers, operation, rounds, seconds)
        versions = {name: peer.list_versions() for name, (peer, _) in peers.items()}
        names = {name: peer.name for name, (peer, _) in peers.items()}
    return {"rounds": rounds, "names": names, "versions": versions, "rates": rates}


def take_turns(
    peers: dict[str, tuple[Peer, int]], operation: str, rounds: int, seconds: float
) -> dict[str, list[float]]:
    """Returns the rates of each peer: one of each round, so that they can be compared in pairs."""
    clients = {
        name: create_clients(peer, port, operation, CONNECTIONS)
        for name, (peer, port) in peers.items()
        if operation != "refresh" or peer.refresh
    }
    # A hash of Django's own takes half a second.
    rounds = min(rounds, 5) if operation == "login" else rounds
    rates = defaultdict(list)
    for _ in range(rounds):
        for name, started in clients.items():
            port = peers[name][1]
            rate = measure(port, started, STATUSES.get(operation, 200), seconds)
            rates[name].append(rate)
    return rates


def describe(found: dict[str, Any]) -> str:
    names, rates = found["names"], found["rates"]
    lines = [
        "## Requests per second",
        "",
        f"Each server has {WORKERS} processes, with {THREADS} threads each if it is not asynchronous, a PostgreSQL",
        f"database with the same {ROWS:,} rows, and {CONNECTIONS} connections from a client on the same machine. Login is",
        "with Argon2id, as in FastAPI's documentation; Django's own hash is slower on purpose.",
        "",
        "| | requests per second | to Simple JWT's documentation with `CONN_MAX_AGE=60` |",
        "|---|---|---|",
    ]
    for operation, title in OPERATIONS.items():
        lines.append(f"| **{title}** | | |")
        for name, values in rates[operation].items():
            ratio = compare(values, rates[operation][REFERENCE])
            lines.append(f"| {names[name]} | {spread(values)} | {ratio} |")
    lines += [
        "",
        f"{LOGINS:,} logins refresh their tokens in turn. Lists, single rows and new rows take a project longer than Simple JWT's",
        "documentation with `CONN_MAX_AGE=60`, because it does more: [the parts of a request](#the-parts-of-a-request).",
        "",
        *(f"- {names[name]}: {text}" for name, text in found["versions"].items()),
    ]
    return "\n".join(lines)
