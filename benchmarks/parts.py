"""Counts what parts of a project add to its requests, by leaving each of them out."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.baking import BIN, create_database, environment_for
from tests.changing import change
from tests.costs import count_requests

from .peers import Peer, build_project, build_simplejwt_60

OPERATIONS = {"list": "a list", "one": "a single object", "create": "creating an object"}
AUTHENTICATION = "rest_framework_simplejwt.authentication.JWTAuthentication"
SETTINGS = "config/bench.py"
IMPORT = "from .settings import *\n"
# What is left out, and how: a text of a file is replaced.
LEFT_OUT = {
    "the session: Simple JWT's own authentication": (
        SETTINGS,
        IMPORT,
        f'{IMPORT}REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] = ["{AUTHENTICATION}"]\n',
    ),
    "the log of requests": (
        SETTINGS,
        IMPORT,
        f'{IMPORT}MIDDLEWARE.remove("config.access_log.AccessLogMiddleware")\n',
    ),
    "the check of the connection to PostgreSQL": (
        SETTINGS,
        IMPORT,
        f'{IMPORT}DATABASES["default"]["CONN_HEALTH_CHECKS"] = False\n',
    ),
    "the languages": (
        SETTINGS,
        IMPORT,
        f'{IMPORT}MIDDLEWARE.remove("config.middleware.LanguageMiddleware")\n',
    ),
    "CORS": (
        SETTINGS,
        IMPORT,
        f'{IMPORT}MIDDLEWARE.remove("corsheaders.middleware.CorsMiddleware")\n',
    ),
    "the checks of keys and claims: Simple JWT's own backend": (
        "tokens/backend.py",
        "def decode(",
        "def decode_with_checks(",
    ),
    "transactions": (
        "api/conflicts.py",
        "    @wraps(handler)",
        "    return handler\n\n    @wraps(handler)",
    ),
}


def build_variant(project: Peer, folder: Path, parts: list[str]) -> Peer:
    """Copies a project, and leaves parts of it out."""
    shutil.copytree(project.folder, folder, symlinks=True)
    for part in parts:
        name, before, after = LEFT_OUT[part]
        change(folder / name, before, after)
    return replace(project, folder=folder)


def run(full: bool) -> dict[str, Any] | None:
    if not full:
        return None
    python = environment_for("django-5.2", "newest") / BIN / "python"
    found: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with create_database("postgresql", python, folder) as url:
            reference = build_simplejwt_60(folder / "reference", url)
            found["reference"], _ = count_requests(reference, folder, list(OPERATIONS))
        with create_database("postgresql", python, folder) as url:
            project = build_project(folder / "project", url)
            variants = {"project": [], **{part: [part] for part in LEFT_OUT}, "all": [*LEFT_OUT]}
            for number, (title, parts) in enumerate(variants.items()):
                variant = build_variant(project, folder / str(number), parts)
                found[title], _ = count_requests(variant, folder, list(OPERATIONS))
    return {"instructions": found}


def describe(found: dict[str, Any]) -> str:
    counts = found["instructions"]

    def write_row(title: str, name: str) -> str:
        cells = [title]
        for operation in OPERATIONS:
            count, whole = counts[name][operation], counts["project"][operation]
            if name in LEFT_OUT:
                cells.append(f"{(whole - count) / 1e6:.2f} ({1 - count / whole:.1%})")
            else:
                cells.append(f"{count / 1e6:.2f} ({count / whole:.1%})")
        return f"| {' | '.join(cells)} |"

    lines = [
        "## The parts of a request",
        "",
        "These are the instructions of a request in millions, as above, of a project with `sessions`, and what each part adds:",
        "the difference to the project without it. In parentheses is the proportion of the whole request.",
        "",
        f"| | {' | '.join(OPERATIONS.values())} |",
        "|---" * (len(OPERATIONS) + 1) + "|",
        write_row("the project", "project"),
        *(write_row(part, part) for part in LEFT_OUT),
        write_row("the project without all of these", "all"),
        write_row("by hand", "reference"),
        "",
        "The session ends all access when a user logs out. The log tells what happened, and to whom. The check lets the first",
        "request after a restart of PostgreSQL succeed, and transactions let a change succeed or fail as a whole. The last two",
        "rows compare the project without these parts with the one by hand.",
    ]
    return "\n".join(lines)
