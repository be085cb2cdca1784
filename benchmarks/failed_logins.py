"""Measures which part of other requests a server answers while it refuses logins."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any
from urllib.parse import urlencode

from tests.baking import BIN, create_database, environment_for

from .load import Client, Dialogue, connect, measure, write_request
from .peers import BUILDERS, SETUP_DJANGO, THREADS, WORKERS, Peer
from .statistics import compare
from .throughput import CONNECTIONS, create_clients

# The connections that send logins, and the rounds. With Django's own hash, a round with 64 connections
# takes half a minute.
ROUNDS = {2: 5, 16: 5, 64: 3}
USERS = 100
ADD_USERS = f"""
User = get_user_model()
password = User.objects.get(username="ada").password
User.objects.bulk_create(
    User(username=f"user{{n}}", email=f"user{{n}}@example.com", password=password)
    for n in range({USERS})
)
"""
ADD_FASTAPI_USERS = f"""
import asyncio
from main import User, make_session
from sqlalchemy import select


async def main():
    async with make_session() as session:
        password = (await session.scalar(select(User))).hashed_password
        session.add_all(
            User(username=f"user{{n}}", hashed_password=password) for n in range({USERS})
        )
        await session.commit()


asyncio.run(main())
"""
# The project has its own limits, and trusts a proxy for the addresses of the second case.
CASES: dict[str, tuple[str, dict[str, str]]] = {
    "one": ("project", {"DJANGO_SETTINGS_MODULE": "config.settings"}),
    "many": ("project", {"DJANGO_SETTINGS_MODULE": "config.settings", "NUM_PROXIES": "1"}),
    "simplejwt-60": ("simplejwt-60", {}),
    "fastapi": ("fastapi", {}),
}
TITLES = {
    "one": "project, logins from one address",
    "many": "project, each login from another address",
    "simplejwt-60": "Simple JWT's documentation, `CONN_MAX_AGE=60`",
    "fastapi": "FastAPI",
}


def write_logins(peer: Peer) -> Dialogue:
    """Yields logins with wrong passwords: every second user exists."""
    for number in count():
        name = f"user{number // 2 % USERS}" if number % 2 else f"unknown{number}"
        given = {"username": name, "password": f"wrong {number}"}
        if peer.login_kind == "application/json":
            body = json.dumps(given).encode()
        else:
            body = urlencode(given).encode()
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        yield write_request("POST", peer.login, body, kind=peer.login_kind, forwarded_for=address)


def send_until(stop: Event, port: int, clients: Sequence[Client]) -> float:
    """Sends requests until the event is set. Returns the seconds until the last response."""
    start = time.perf_counter()
    with connect(port, clients, None) as selector:
        waiting = len(clients)
        while waiting:
            for key, _ in selector.select(60):
                if not key.data.read_response():
                    continue
                if stop.is_set():
                    # The server may close it while others wait.
                    selector.unregister(key.fileobj)
                    waiting -= 1
                else:
                    key.data.send()
    return time.perf_counter() - start


@contextmanager
def send_logins(port: int, logins: Sequence[Client], seconds: list[float]) -> Iterator[None]:
    """Sends logins in a thread. Adds the seconds that it took to the list."""
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(send_until, stop, port, logins)
        # All connections have sent a login.
        time.sleep(0.2)
        try:
            yield
        finally:
            stop.set()
    seconds.append(future.result())


def take_turns(
    peer: Peer, port: int, lists: Sequence[Client], connections: int, rounds: int, seconds: float
) -> dict[str, Any]:
    """Returns the lists per second without and with logins, and the responses to these."""
    dialogue = write_logins(peer)
    logins = [Client(dialogue) for _ in range(connections)]
    without: list[float] = []
    beside: list[float] = []
    spent: list[float] = []
    for _ in range(rounds):
        without.append(measure(port, lists, 200, seconds))
        with send_logins(port, logins, spent):
            beside.append(measure(port, lists, 200, seconds))
    statuses = sum((client.statuses for client in logins), Counter[int]())
    return {
        "without": without,
        "beside": beside,
        "logins": {str(status): number / sum(spent) for status, number in sorted(statuses.items())},
    }


def run(full: bool) -> dict[str, Any]:
    numbers, seconds = (list(ROUNDS), 0.7) if full else ([16], 0.4)
    cases: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = environment_for("django-5.2", "newest") / BIN / "python"
        peers: dict[str, Peer] = {}
        for case, (name, variables) in CASES.items():
            if name not in peers:
                url = stack.enter_context(create_database("postgresql", python, folder))
                peers[name] = BUILDERS[name](folder / name, url)
                peers[name].fill()
                peers[name].run("-c", add_users(name))
            peer = replace(peers[name], variables={**peers[name].variables, **variables})
            cases[case] = {}
            for connections in numbers:
                rounds = ROUNDS[connections] if full else 3
                # Each has its own counters, and a new access token.
                with peer.start() as port:
                    lists = create_clients(peer, port, "list", CONNECTIONS)
                    found = take_turns(peer, port, lists, connections, rounds, seconds)
                cases[case][str(connections)] = found
    return {"cases": cases}


def add_users(name: str) -> str:
    """Returns code that adds users."""
    return ADD_FASTAPI_USERS if name == "fastapi" else SETUP_DJANGO + ADD_USERS


def describe_logins(statuses: dict[str, float]) -> str:
    return ", ".join(f"{rate:.1f} with {status}" for status, rate in statuses.items())


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## Beside failed logins",
        "",
        f"{CONNECTIONS} connections read lists, while others send logins with wrong passwords without a pause, and without",
        f"them: both took turns. Half of the logins are for {USERS} users that exist. Each server has {WORKERS} processes, with",
        f"{THREADS} threads each if it is not asynchronous. The project has its own limits. Its processes count failed logins",
        "in a cache of their own here, and hash passwords with Argon2id, as FastAPI's documentation does. Simple JWT's",
        "documentation leaves Django's own hash, which is slower on purpose. FastAPI's computes no hash for users that do not",
        "exist; the others compute one, so that nobody can tell from the time which users exist.",
        "",
        "| | connections with logins | lists per second beside logins | to those without | responses to logins per second |",
        "|---|---|---|---|---|",
    ]
    for case, by_number in found["cases"].items():
        for connections, turns in by_number.items():
            lines.append(
                f"| {TITLES[case]} | {connections} | {median(turns['beside']):.0f}"
                f" | {compare(turns['beside'], turns['without'])} | {describe_logins(turns['logins'])} |"
            )
    return "\n".join(lines)
