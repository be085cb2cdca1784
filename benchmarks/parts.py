"""Measures what parts of a project add to its requests, by leaving each of them out."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.baking import BIN, create_database, environment_for

from .peers import Peer, build_project, build_simplejwt_60
from .processes import measure_seconds
from .statistics import compare, spread
from .throughput import CONNECTIONS, OPERATIONS, STATUSES, create_clients

# Lines that are added to the settings.
LEFT_OUT = {
    "": "",
    "the log of requests": 'MIDDLEWARE.remove("config.access_log.AccessLogMiddleware")',
    "the check of the connection to PostgreSQL": (
        'DATABASES["default"]["CONN_HEALTH_CHECKS"] = False'
    ),
    "the session: with Simple JWT's own authentication": (
        'REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] = [\n'
        '    "rest_framework_simplejwt.authentication.JWTAuthentication",\n'
        "]"
    ),
    "all middleware that `startproject` does not have": (
        'MIDDLEWARE = [name for name in MIDDLEWARE if name.startswith("django.")]'
    ),
}
REFERENCE = "Simple JWT's documentation, `CONN_MAX_AGE=60`"
MEASURED = ("list", "one", "create")


def build_variants(folder: Path, url: str) -> dict[str, Peer]:
    """Builds a project, and copies of it without parts."""
    project = build_project(folder / "project", url)
    project.fill()
    variants = {}
    for number, (part, text) in enumerate(LEFT_OUT.items()):
        copy = Path(shutil.copytree(project.folder, folder / str(number), symlinks=True))
        with (copy / "config" / "bench.py").open("a", encoding="utf-8") as settings:
            settings.write(f"{text}\n")
        variants[part] = replace(project, folder=copy)
    return variants


def run(full: bool) -> dict[str, Any] | None:
    if not full:
        return None
    found: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = environment_for("django-5.2", "newest") / BIN / "python"
        urls = [
            stack.enter_context(create_database("postgresql", python, folder)) for _ in range(2)
        ]
        reference = build_simplejwt_60(folder / "reference", urls[0])
        reference.fill()
        peers = {REFERENCE: reference, **build_variants(folder, urls[1])}
        ports = {name: stack.enter_context(peer.start()) for name, peer in peers.items()}
        for operation in MEASURED:
            clients = {
                name: create_clients(peer, ports[name], operation, CONNECTIONS)
                for name, peer in peers.items()
            }
            status = STATUSES.get(operation, 200)
            times = found[operation] = defaultdict(list)
            for _ in range(20):
                for name, peer in peers.items():
                    port = ports[name]
                    spent = measure_seconds(peer.folder, port, clients[name], status, 0.5)
                    times[name].append(spent)
    return {"seconds": found}


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## The parts of a request",
        "",
        "Processor time of the server's processes per request, without PostgreSQL: of Simple JWT's documentation with",
        "`CONN_MAX_AGE=60`, of the project, and of the project without some of its parts. The ratios are to the project. The",
        "servers took turns, as for the requests per second.",
        "",
        f"| | {' | '.join(OPERATIONS[name].partition(':')[0] for name in MEASURED)} |",
        "|---" * (len(MEASURED) + 1) + "|",
    ]
    for name in (REFERENCE, *LEFT_OUT):
        title = "the project" if not name else name if name == REFERENCE else f"without {name}"
        cells = []
        for operation in MEASURED:
            seconds = found["seconds"][operation]
            if name:
                cells.append(compare(seconds[name], seconds[""]))
            else:
                cells.append(f"{spread([value * 1000 for value in seconds[name]], '.2f')} ms")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    lines += [
        "",
        "The log tells what happened, and to whom. The check lets the first request after a restart of PostgreSQL succeed. The",
        "session ends all access when a user logs out. The middleware gives each response a Content Security Policy and a",
        "language, and JSON to errors. The rest of the difference is in many small parts.",
    ]
    return "\n".join(lines)
