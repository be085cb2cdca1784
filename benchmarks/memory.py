"""Measures the memory of a server's processes, and what a project's imports add to it."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from tests.baking import BIN, create_database, environment_for

from .load import measure
from .peers import BUILDERS, ROWS, WORKERS, Peer, install_own
from .processes import find_processes, read_memory
from .throughput import create_clients

REQUESTS = 200
NAMES = {
    "project": "project, `sessions`",
    "simplejwt-60": "Simple JWT's documentation",
    "fastapi": "FastAPI",
}
# Loads the project as a server does, and prints how much memory each top-level package added, without
# what its imports of other packages added.
MEASURE_IMPORTS = """
import importlib.machinery, io, json, os, resource, sys
from collections import Counter

found, stack = Counter(), []


def read_rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def wrap(function, find_name):
    def load(self, argument):
        start = read_rss()
        stack.append(0)
        try:
            return function(self, argument)
        finally:
            growth = read_rss() - start
            found[find_name(argument).partition(".")[0]] += growth - stack.pop()
            if stack:
                stack[-1] += growth
    return load


source, extension = importlib.machinery.SourceFileLoader, importlib.machinery.ExtensionFileLoader
for loader in (source, extension):
    loader.exec_module = wrap(loader.exec_module, lambda module: module.__name__)
extension.create_module = wrap(extension.create_module, lambda spec: spec.name)

start = read_rss()
from config.wsgi import application
environ = {
    "REQUEST_METHOD": "GET", "PATH_INFO": "/api/students/", "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
}
statuses = []
list(application(environ, lambda status, headers: statuses.append(status)))
assert statuses[0].startswith("401"), statuses
packages = dict(found.most_common())
imported = sum(packages.values())
print(json.dumps({"before": start, "after": read_rss() - start - imported, "packages": packages}))
"""


def measure_peer(peer: Peer) -> dict[str, float]:
    """Returns the memory of a server that has answered some lists."""
    with peer.start() as port:
        clients = create_clients(peer, port, "list", 16)
        while sum(client.statuses[200] for client in clients) < REQUESTS:
            measure(port, clients, 200, 0)
        found = sorted(map(read_memory, find_processes(peer.folder)), key=lambda item: item.rss)
    # Besides them, a server has a process that starts them.
    workers = found[-WORKERS:]
    return {
        "pss": sum(memory.pss for memory in workers) / WORKERS,
        "rss": sum(memory.rss for memory in workers) / WORKERS,
        "all": sum(memory.pss for memory in found),
    }


def measure_imports(peer: Peer) -> dict[str, Any]:
    output = peer.run("-c", MEASURE_IMPORTS)
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def run(full: bool) -> dict[str, Any]:
    rounds = 3 if full else 1
    memory: dict[str, list[dict[str, float]]] = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = environment_for("django-5.2", "newest") / BIN / "python"
        peers = {}
        for name in NAMES:
            url = stack.enter_context(create_database("postgresql", python, folder))
            peers[name] = BUILDERS[name](folder / name, url)
            peers[name].fill()
        # With packages that it does not need, PyJWT would import some of them.
        install_own(peers["project"], folder / "environment")
        for _ in range(rounds):
            for name, peer in peers.items():
                memory[name].append(measure_peer(peer))
        imports = [measure_imports(peers["project"]) for _ in range(rounds)]
    return {"memory": memory, "imports": imports}


def find_medians(dicts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Returns the median of each key's values, the largest first."""
    found = {key: median([values.get(key, 0) for values in dicts]) for key in dicts[0]}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## Memory",
        "",
        f"Medians of all starts ({len(found['imports'])}) with {WORKERS} processes, after {REQUESTS} lists of 25 of {ROWS:,} rows. PSS counts memory",
        "that several processes share in parts, RSS counts it for each of them.",
        "",
        "| MB | PSS of a process | RSS of a process | PSS of all, with the one that starts them |",
        "|---|---|---|---|",
    ]
    for name, values in found["memory"].items():
        medians = find_medians(values)
        lines.append(
            f"| {NAMES[name]} | {medians['pss']:.0f} | {medians['rss']:.0f} | {medians['all']:.0f} |"
        )
    imports = found["imports"]
    packages = find_medians([values["packages"] for values in imports])
    rest = list(packages.values())[10:]
    lines += [
        "",
        "What the project adds to the RSS of one process when it is loaded and answers a first request, by the package whose",
        "modules were imported, without what these imported from other packages.",
        "",
        "| package | MB |",
        "|---|---|",
        f"| Python, before | {median([values['before'] for values in imports]):.1f} |",
        *(f"| `{name}` | {size:.1f} |" for name, size in list(packages.items())[:10]),
        f"| {len(rest)} others | {sum(rest):.1f} |",
        f"| objects that are made later | {median([values['after'] for values in imports]):.1f} |",
    ]
    return "\n".join(lines)
