"""Compares the requests per second of a project with those of its peers, on PostgreSQL.

    python -m benchmarks.throughput [--rounds 5] [--seconds 3] [--connections 16] [PEER …]

All servers have two worker processes, and take turns: one operation of each, then the next one. Compare
the ratios: the client and PostgreSQL share the machine with the servers. TEST_DATABASE_URL sets the
PostgreSQL server.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from tests.baking import BIN, create_database, environment_for

from .load import measure, write_request
from .peers import BUILDERS, ROWS, Peer

SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
OPERATIONS = ("list", "one", "create", "login")


def log_in(peer: Peer, port: int) -> str:
    """Returns an access token."""
    request = urllib.request.Request(  # noqa: S310
        f"http://127.0.0.1:{port}{peer.login}",
        peer.login_body,
        {"Content-Type": peer.login_kind},
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310
        token: str = json.load(response)[peer.access]
    return token


def check_list(peer: Peer) -> None:
    """Exits if a page has other rows than those of the others."""
    with peer.start() as port:
        headers = {"Authorization": f"Bearer {log_in(peer, port)}"}
        url = f"http://127.0.0.1:{port}{peer.students}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:  # noqa: S310
            page = json.load(response)
    rows = page.get("results") or page.get("items")
    if (len(rows), page["count"], rows[0]["name"]) != (25, ROWS, "Student 1"):
        raise SystemExit(f"{peer.name} returned {len(rows)} of {page['count']} rows")


def write_requests(peer: Peer, operation: str, token: str) -> Iterator[bytes]:
    """Yields requests without end."""
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


def measure_peer(peer: Peer, operation: str, connections: int, seconds: float) -> float:
    """Returns the responses per second, after a third of the time to warm up."""
    status = 201 if operation == "create" else 200
    with peer.start() as port:
        requests = write_requests(peer, operation, log_in(peer, port))
        measure(port, requests, status, connections, seconds / 3)
        return measure(port, requests, status, connections, seconds)


def describe_spread(values: list[float]) -> str:
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f"{median(values):.0f} ({low:.0f} to {high:.0f})"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("peers", nargs="*", metavar="PEER", help=", ".join(BUILDERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    os.environ.setdefault("TEST_DATABASE_URL", SERVER)
    names = options.peers or list(BUILDERS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = environment_for("django-5.2", "newest") / BIN / "python"
        peers = {}
        for name in names:
            url = stack.enter_context(create_database("postgresql", python, folder))
            peers[name] = BUILDERS[name](folder / name, url)
            peers[name].fill()
            check_list(peers[name])
        print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores\n")
        for peer in peers.values():
            print(f"- {peer.name}: {peer.list_versions()}")
        print()
        print("| requests per second | " + " | ".join(peer.name for peer in peers.values()) + " |")
        print("|---" * (len(peers) + 1) + "|")
        for operation in OPERATIONS:
            rates: dict[str, list[float]] = defaultdict(list)
            for _ in range(options.rounds):
                for name, peer in peers.items():
                    rate = measure_peer(peer, operation, options.connections, options.seconds)
                    rates[name].append(rate)
            cells = [describe_spread(rates[name]) for name in peers]
            print(f"| {operation} | " + " | ".join(cells) + " |", flush=True)
            first = median(rates[names[0]])
            ratios = [f"{first / median(rates[name]):.2f}" for name in peers]
            print(f"| {names[0]} to this | " + " | ".join(ratios) + " |", flush=True)


if __name__ == "__main__":
    main()
