"""Compares the token endpoints with those of stock Simple JWT, in one process."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from .peers import LOGINS, PASSWORD
from .statistics import compare, spread
from .stock import NAMES, SERVERS, build_projects, read_line, start_python

OPERATIONS = {
    "refresh": "refresh with rotation",
    "login": "login",
    "list": "a list of resources",
}
# Runs in a project. The first line of the standard input contains refresh tokens. Answers each other
# line, an operation and its seconds, with a line of JSON.
WORKER = """
import json, random, sys, time
from collections import deque
import django
django.setup()
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

PASSWORD = sys.argv[1]
refreshes = deque(input().split())
client = Client(SERVER_NAME="127.0.0.1")
tokens = {}

def post(path, status, **body):
    response = client.post(path, json.dumps(body), content_type="application/json")
    assert response.status_code == status, response.content
    tokens.update(response.json())

def log_in(name="ada", password=PASSWORD, status=200):
    post("/api/token/", status, username=name, password=password)

def refresh():
    post("/api/token/refresh/", 200, refresh=refreshes.popleft())
    refreshes.append(tokens["refresh"])

def list_students():
    headers = {"Authorization": "Bearer " + tokens["access"]}
    assert client.get("/api/students/", headers=headers).status_code == 200

def measure(step, seconds):
    with CaptureQueriesContext(connection) as queries:
        step()
    # The next request clears them.
    count = len(queries)
    done, spent, start = 0, 0, time.perf_counter()
    while spent < seconds:
        step()
        done += 1
        spent = time.perf_counter() - start
    return {"rate": done / spent, "queries": count}

def fail(count):
    spent = {"ada": [], "unknown": []}
    for _ in range(count):
        for name in random.sample(list(spent), 2):
            start = time.perf_counter()
            log_in(name, "wrong", 401)
            spent[name].append(time.perf_counter() - start)
    return list(spent.values())

log_in()
steps = {"login": log_in, "refresh": refresh, "list": list_students}
for line in sys.stdin:
    task, amount = line.split()
    found = fail(int(amount)) if task == "fail" else measure(steps[task], float(amount))
    print(json.dumps(found), flush=True)
"""


def ask(worker: subprocess.Popen[str], task: str, amount: float) -> Any:
    print(task, amount, file=worker.stdin, flush=True)
    return json.loads(read_line(worker))


def run(full: bool) -> dict[str, Any]:
    rounds, seconds, attempts = (10, 0.5, 200) if full else (3, 0.2, 20)
    operations: dict[str, Any] = {}
    with build_projects() as projects:
        for server, peers in projects.items():
            workers = {}
            for name, peer in peers.items():
                tokens = peer.issue_tokens(LOGINS)
                workers[name] = start_python(peer, "-c", WORKER, PASSWORD)
                print(*tokens, file=workers[name].stdin, flush=True)
            for operation in OPERATIONS:
                found = [
                    {name: ask(workers[name], operation, seconds) for name in NAMES}
                    for _ in range(rounds)
                ]
                operations.setdefault(operation, {})[server] = {
                    name: {
                        "rates": [one[name]["rate"] for one in found],
                        "queries": found[-1][name]["queries"],
                    }
                    for name in NAMES
                }
            if server == "sqlite":
                failed = ask(workers["sessions"], "fail", attempts)
            for worker in workers.values():
                # It ends with its standard input.
                worker.communicate()
    return {"rounds": rounds, "operations": operations, "failed": failed}


def describe(found: dict[str, Any]) -> str:
    known, unknown = found["failed"]
    slower = sum(one > other for one, other in zip(known, unknown, strict=True))
    lines = [
        "## Tokens",
        "",
        "Stock is the same project with Simple JWT's own views, authentication and blacklist, with Django's own password",
        "hash, which is slower than the project's Argon2id, and without throttles. Django's test client sends the requests,",
        f"in one process. All took turns, in {found['rounds']} rounds. The beginning and the end of a transaction count as queries.",
        f"{LOGINS:,} logins refresh their tokens in turn.",
        "",
        "| | database | project | per second | to stock | queries |",
        "|---|---|---|---|---|---|",
    ]
    for operation, title in OPERATIONS.items():
        for server, projects in found["operations"][operation].items():
            for name, values in projects.items():
                first = [title, SERVERS[server]] if name == "stock" else ["", ""]
                rates = values["rates"]
                ratio = compare(rates, projects["stock"]["rates"])
                cells = [*first, NAMES[name], spread(rates), ratio, str(values["queries"])]
                lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "A failed login must not reveal whether the account exists. With `sessions` and SQLite, it took",
        f"{spread([1000 * one for one in known], '.1f')} ms for one that exists, and",
        f"{spread([1000 * one for one in unknown], '.1f')} ms for one that does not. The former took longer in",
        f"{slower} of {len(known)} pairs, which were in random order.",
    ]
    return "\n".join(lines)
