"""Compares deleting expired tokens with stock Simple JWT, while users log in."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from .peers import PASSWORD, Peer
from .stock import NAMES, SERVERS, build_projects, read_line, start_python

COMMANDS = {
    "stock": "flushexpiredtokens",
    "blacklist": "purge_tokens",
    "sessions": "purge_tokens",
}
# Runs in a project: creates rows, nine tenths of which have expired.
FILL = """
import sys
from datetime import timedelta
from itertools import islice
from uuid import uuid4
import django
django.setup()
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

kind, rows = sys.argv[1], int(sys.argv[2])
now = timezone.now()
day = timedelta(1)
user = get_user_model().objects.get(username="ada")

@transaction.atomic
def insert(model, objects):
    while batch := list(islice(objects, 2000)):
        model.objects.bulk_create(batch)

def times():
    return ((n, now + (day if n % 10 == 0 else -day)) for n in range(rows))

if kind == "sessions":
    Session = apps.get_model("tokens", "Session")
    Session.objects.all().delete()
    insert(Session, (
        Session(user=user, jti=uuid4().hex, user_agent="Browser", expires_at=end)
        for _, end in times()
    ))
else:
    Outstanding = apps.get_model("token_blacklist", "OutstandingToken")
    Blacklisted = apps.get_model("token_blacklist", "BlacklistedToken")
    Blacklisted.objects.all().delete()
    Outstanding.objects.all().delete()
    insert(Outstanding, (
        Outstanding(user=user, jti=uuid4().hex, token="x" * 250, created_at=now, expires_at=end)
        for _, end in times()
    ))
    every = Outstanding.objects.values_list("pk", flat=True).order_by("pk").iterator()
    insert(Blacklisted, (Blacklisted(token_id=key) for key in every if key % 2 == 0))
"""
# Logs in until the standard input ends.
LOG_IN = """
import json, sys, threading, time
import django
django.setup()
from django.test import Client

client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
body = json.dumps({"username": "ada", "password": sys.argv[1]})

def log_in():
    start = time.perf_counter()
    response = client.post("/api/token/", body, content_type="application/json")
    return response.status_code == 200, time.perf_counter() - start

log_in()
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
print("ready", flush=True)
found = []
while not ended.is_set():
    found.append(log_in())
longest = max(seconds for _, seconds in found)
print(json.dumps({
    "longest": longest, "logins": len(found), "failed": sum(not passed for passed, _ in found)
}))
"""


def purge(peer: Peer, name: str, rows: int) -> dict[str, float]:
    """Returns the seconds and the memory of the command, and what the logins noticed."""
    peer.run("-c", FILL, name, str(rows))
    logins = start_python(peer, "-c", LOG_IN, PASSWORD)
    read_line(logins)
    command = start_python(peer, "manage.py", COMMANDS[name])
    start = time.perf_counter()
    _, status, usage = os.wait4(command.pid, 0)
    seconds = time.perf_counter() - start
    command.returncode = status
    command.communicate()
    output, _ = logins.communicate()
    if status:
        raise SystemExit(f"{COMMANDS[name]} failed")
    noticed: dict[str, float] = json.loads(output)
    return {"seconds": seconds, "megabytes": usage.ru_maxrss / 1024, **noticed}


def run(full: bool) -> dict[str, Any]:
    rows = 1_000_000 if full else 10_000
    found: dict[str, dict[str, dict[str, float]]] = {}
    with build_projects() as projects:
        for server, peers in projects.items():
            found[server] = {name: purge(peers[name], name, rows) for name in NAMES}
    return {"rows": rows, "found": found}


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## Deleting expired tokens",
        "",
        f"Of {found['rows']:,} rows, nine tenths have expired; with the blacklist, half of all are blacklisted. One process logs",
        "in without a pause while they are deleted. Each command ran once.",
        "",
        "| command | database | seconds | to stock | MB | longest login | failed logins |",
        "|---|---|---|---|---|---|---|",
    ]
    for server, results in found["found"].items():
        for name, result in results.items():
            cells = [
                f"`{COMMANDS[name]}`, {NAMES[name]}",
                SERVERS[server],
                f"{result['seconds']:.1f}",
                f"{result['seconds'] / results['stock']['seconds']:.2f}",
                f"{result['megabytes']:.0f}",
                f"{result['longest']:.2f} s",
                f"{result['failed']:.0f} of {result['logins']:,.0f}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "`purge_tokens` deletes in batches: its memory is that of Django itself, and a login waits for one batch at most.",
        "On SQLite, the logins go on between the batches, and take their share of the time; stock lets them wait.",
    ]
    return "\n".join(lines)
