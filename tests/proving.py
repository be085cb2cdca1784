"""Proves a row of the matrix: renders its project, and holds it to all that a project promises.

What a project proves depends on its bytes, on the environment and on the steps here; so a proof is
kept in .cache by the hash of these, and is not made twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from filelock import FileLock

from tools.rendering import Renderer, write

from .baking import BIN, CACHE, environment_for, run, unavailable
from .matrix import answers, command

PROOFS = CACHE / "proofs"
IN_PROJECT = Path(__file__).with_name("in_project.py")
OWN_PACKAGES = ("accounts", "api", "config", "scripts", "tests", "tokens")
# What a server is told by its environment.
PRODUCTION = (
    *("DEBUG=False", "ALLOWED_HOSTS=api.example.com"),
    "CACHE_URL=redis://127.0.0.1:6379/0",
)
# Dependencies that settings name by a text or a URL; and one of development, which no server needs.
DEPENDENCIES = "DEP002=argon2-cffi|django-cors-headers|psycopg|redis|whitenoise,DEP004=factory"

Seconds = dict[str, float]
renderer = Renderer()


def prove(row: Mapping[str, Any], folder: Path) -> Seconds:
    """How long each step took, or nothing if the project has been proven before.

    The test fails with the command that makes the project.
    """
    django, server = row["django_version"], row["server"]
    url = database_url(server, folder)
    environment = environment_for(django, row["python"])
    files = renderer.render(answers(row))
    kept = proof(files, environment, server, source(__file__), source(IN_PROJECT))
    if kept.exists():
        return {}
    try:
        seconds = take_steps(write(files, folder / "project"), environment, url)
    except AssertionError as error:
        where = f"{environment.name}, {server}"
        raise AssertionError(f"\n{command(row)}   # {where}\n\n{error}") from None
    keep(kept)
    return seconds


def database_url(server: str, folder: Path) -> str:
    """A database of the test's own; on a server, one that is not there: the tests make theirs."""
    if server == "sqlite":
        return f"sqlite:///{folder / 'db.sqlite3'}"
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        unavailable("TEST_DATABASE_URL names no PostgreSQL server")
    return urlsplit(str(url))._replace(path=f"/bake_{uuid4().hex}").geturl()


def proof(files: Mapping[str, str], environment: Path, *further: str) -> Path:
    """What is there once a project has been proven, by the hash of all that this depends on."""
    parts = [packages(environment), *further, json.dumps(files, sort_keys=True)]
    return PROOFS / hashlib.sha256("\0".join(parts).encode()).hexdigest()


def keep(proof: Path) -> None:
    proof.parent.mkdir(parents=True, exist_ok=True)
    proof.touch()


def source(path: str | Path) -> str:
    return Path(path).read_text(encoding="utf-8")


def packages(environment: Path) -> str:
    """The Python of an environment, and all that is installed there, with their versions."""
    names = sorted(path.name for path in environment.glob("**/site-packages/*.dist-info"))
    return " ".join([environment.name, *names])


def take_steps(project: Path, environment: Path, url: str) -> Seconds:
    seconds: Seconds = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds[name] = time.perf_counter() - start

    (project / ".venv").symlink_to(environment, target_is_directory=True)
    commands = project / ".venv" / BIN
    database = {"DATABASE_URL": url}
    with step("checks and own tests"):
        run(commands / "python", IN_PROJECT, *PRODUCTION, cwd=project, **database)
    with step("pre-commit"):
        run("git", "init", "--quiet", cwd=project)
        run("git", "add", "--all", cwd=project)
        run(commands / "pre-commit", "run", "--all-files", cwd=project, **database)
    with step("mypy"):
        check_types(project, environment, database)
    with step("deptry"):
        run(commands / "deptry", ".", "--per-rule-ignores", DEPENDENCIES, cwd=project)
    return seconds


def check_types(project: Path, environment: Path, database: Mapping[str, str]) -> None:
    """Runs mypy with what it knows of the libraries; of the project it knows nothing beforehand.

    Its plugin for Django takes what an app has in one project for what it has in the next, and knows
    nothing if there are other apps. The times of files it must not compare: modules of the libraries
    import the project's user.
    """
    apps = (
        source(project / "config" / "settings.py").partition("INSTALLED_APPS")[2].partition("]")[0]
    )
    digest = hashlib.sha256(f"{packages(environment)}{apps}".encode()).hexdigest()[:16]
    known = CACHE / f"mypy-{environment.name}-{digest}"
    mypy = project / ".venv" / BIN / "mypy"
    command = (mypy, "--no-sqlite-cache", "--skip-cache-mtime-checks", "--cache-dir")
    with FileLock(CACHE / f"{known.name}.lock"):
        if not known.exists():
            draft = project / ".mypy_cache"
            run(*command, draft, cwd=project, **database)
            for package in OWN_PACKAGES:
                shutil.rmtree(next(draft.glob("3.*")) / package, ignore_errors=True)
            shutil.move(draft, known)
            return
    # Links, as mypy replaces files and changes none; they need a place in the same file system.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        shutil.copytree(known, folder, copy_function=os.link, dirs_exist_ok=True)
        run(*command, folder, cwd=project, **database)
