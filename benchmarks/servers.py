"""Compares servers for a project: their processor time, connections and memory."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.deployment.servers import PostgreSQL, find_postgresql

from .load import Client, Dialogue, write_request
from .peers import LIST_VERSIONS, THREADS, WORKERS, Peer, build_project, install_own
from .processes import find_processes, measure_seconds, read_memory
from .statistics import compare, spread
from .throughput import CONNECTIONS, create_clients, log_in

OPTIONS = ("--port", "{port}", "--workers", str(WORKERS))
COMMANDS = {
    "Gunicorn": ["-m", "gunicorn"],
    "Granian": [
        *("-m", "granian", "--interface", "wsgi", *OPTIONS),
        *("--blocking-threads", str(THREADS), "config.wsgi:application"),
    ],
    "Uvicorn": [
        *("-m", "uvicorn", "config.asgi:application", *OPTIONS),
        *("--no-access-log", "--log-level", "warning"),
    ],
}
MAX_CONNECTIONS = 500
OPERATIONS = {
    "login": "login",
    "refresh": "refresh with rotation",
    "list": "a list",
    "me": "the current user",
}
COUNT_CONNECTIONS = """
import psycopg, sys
with psycopg.connect(sys.argv[1]) as connection:
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid()"
    print(connection.execute(query, [sys.argv[2]]).fetchone()[0])
"""


def build_peers(folder: Path, url: str) -> dict[str, Peer]:
    """Builds a project with an environment that has all servers, and copies it for each of them."""
    project = build_project(folder / "project", url)
    project.fill()
    install_own(project, folder / "environment", "granian", "uvicorn[standard]")
    peers = {}
    for name, command in COMMANDS.items():
        copy = shutil.copytree(project.folder, folder / name, symlinks=True)
        variables = {**project.variables, "PGAPPNAME": name}
        peers[name] = replace(project, folder=copy, command=command, variables=variables)
    return peers


def repeat_request(request: bytes) -> Dialogue:
    while True:
        yield request


def create_operation(peer: Peer, port: int, operation: str) -> list[Client]:
    if operation != "me":
        return create_clients(peer, port, operation, CONNECTIONS)
    request = write_request("GET", "/api/users/me/", token=log_in(peer, port)[peer.access])
    return [Client(repeat_request(request)) for _ in range(CONNECTIONS)]


def run(full: bool) -> dict[str, Any]:
    rounds, seconds = (12, 0.8) if full else (4, 0.4)
    found: dict[str, dict[str, list[float]]] = {}
    connections: dict[str, int] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # The user of PostgreSQL must reach its own folder.
        folder.chmod(0o755)
        (folder / "database").mkdir()
        # With ASGI, the project can need more connections than PostgreSQL allows by default.
        database = PostgreSQL(folder / "database", find_postgresql())
        database.command += ["-c", f"max_connections={MAX_CONNECTIONS}"]
        database.start()
        stack.callback(database.stop)
        peers = build_peers(folder, database.url)
        ports = {name: stack.enter_context(peer.start()) for name, peer in peers.items()}
        for operation in OPERATIONS:
            clients = {
                name: create_operation(peer, ports[name], operation) for name, peer in peers.items()
            }
            found[operation] = defaultdict(list)
            for _ in range(rounds):
                for name, peer in peers.items():
                    spent = measure_seconds(peer.folder, ports[name], clients[name], 200, seconds)
                    found[operation][name].append(spent)
            for name, peer in peers.items():
                count = int(peer.run("-c", COUNT_CONNECTIONS, database.url, name))
                connections[name] = max(count, connections.get(name, 0))
        memory = {
            name: sum(read_memory(pid).pss for pid in find_processes(peer.folder))
            for name, peer in peers.items()
        }
        versions = peers["Gunicorn"].run("-c", LIST_VERSIONS, "django", *map(str.lower, COMMANDS))
    return {
        "rounds": rounds,
        "seconds": found,
        "connections": connections,
        "memory": memory,
        "versions": versions.strip(),
    }


def describe(found: dict[str, Any]) -> str:
    first, *others = COMMANDS
    lines = [
        "## The server",
        "",
        f"Gunicorn with the project's configuration, Granian (WSGI) and Uvicorn (ASGI) serve the same project with {WORKERS}",
        f"processes each, the first two with {THREADS} threads in each. {CONNECTIONS} connections send requests, to one server after the",
        f"other in each of {found['rounds']} rounds. The table has the processor time of the server's processes per request, without that",
        "of PostgreSQL; then the most connections to PostgreSQL that were found after the requests of a kind; and at the end",
        "of all, the memory (PSS).",
        "",
        f"| | {' | '.join([first, *(f'{name}, to {first}' for name in others)])} |",
        "|---|---|---|---|",
    ]
    for operation, title in OPERATIONS.items():
        seconds = found["seconds"][operation]
        times = spread([value * 1000 for value in seconds[first]], ".1f")
        ratios = [compare(seconds[name], seconds[first]) for name in others]
        lines.append(f"| {title} | {' | '.join([f'{times} ms', *ratios])} |")
    numbers = [str(found["connections"][name]) for name in COMMANDS]
    sizes = [f"{found['memory'][name]:.0f} MB" for name in COMMANDS]
    lines += [
        f"| connections to PostgreSQL | {' | '.join(numbers)} |",
        f"| memory | {' | '.join(sizes)} |",
        "",
        "With ASGI, Django runs each request in a thread of its own, which has its own connection to the database.",
        f"PostgreSQL allowed {MAX_CONNECTIONS} here; by default, it allows 100.",
        "",
        f"{found['versions']}.",
    ]
    return "\n".join(lines)
