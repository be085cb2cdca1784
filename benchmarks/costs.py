"""Counts the processor instructions of requests with valgrind."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.baking import BIN, create_database, environment_for
from tests.costs import count_requests

from .peers import BUILDERS

NAMES = {"simplejwt-60": "by hand", "blacklist": "`blacklist`", "project": "`sessions`"}
OPERATIONS = {
    "list": "a list",
    "one": "a single object",
    "create": "creating an object",
    "update": "changing an object",
    "refresh": "refresh with rotation",
}


def run(full: bool) -> dict[str, Any] | None:
    if not full:
        return None
    python = environment_for("django-5.2", "newest") / BIN / "python"
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for peer_name in NAMES:
            with create_database("postgresql", python, folder) as url:
                peer = BUILDERS[peer_name](folder / peer_name, url)
                instructions, others = count_requests(peer, folder)
                found[peer_name] = {
                    "versions": peer.list_versions(),
                    "instructions": instructions,
                    "queries": {one: others[f"queries of {one}"] for one in OPERATIONS},
                }
    return found


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## The instructions of a request",
        "",
        "Valgrind counted the processor instructions of requests, in millions, with PostgreSQL. By hand is the project of",
        "Simple JWT's documentation, with its blacklist and `CONN_MAX_AGE=60`. In parentheses is the ratio to it. A list has",
        "25 objects and their total number. The beginning and the end of a transaction count as queries.",
        "",
        f"| | {' | '.join(f'{title} | queries' for title in NAMES.values())} |",
        f"|---{'|---|---' * len(NAMES)}|",
    ]
    reference = found["simplejwt-60"]["instructions"]
    for operation, title in OPERATIONS.items():
        cells = [title]
        for name in NAMES:
            count = found[name]["instructions"][operation]
            ratio = f" ({count / reference[operation]:.2f})" if name != "simplejwt-60" else ""
            queries = f"{found[name]['queries'][operation]:.0f}"
            cells += [f"{count / 1e6:.1f}{ratio}", queries]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "Creating and changing objects includes a transaction, a second attempt after a conflict, and the lock of the object",
        "that is changed, which Simple JWT's and REST framework's documentation do not have. `tests/test_costs.py` fails if",
        "the ratios of `sessions` change by more than 3%.",
        "",
        *(f"- {title}: {found[name]['versions']}" for name, title in NAMES.items()),
    ]
    return "\n".join(lines)
