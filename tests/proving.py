"""Proves a row of the matrix: renders its project, and runs all checks that a project must pass.

The result depends on the bytes of the project, on the environment and on the steps here. A proof is
stored in .cache by the hash of these, and is not repeated.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from filelock import FileLock

from tools.rendering import write

from .baking import BIN, CACHE, environment_for, run, skip_unavailable
from .matrix import answers, command
from .usual import Renderer

PROOFS = CACHE / "proofs"
IN_PROJECT = Path(__file__).with_name("in_project.py")
OWN_PACKAGES = ("accounts", "api", "config", "scripts", "tests", "tokens")
# The tests of a project that depend on its algorithm.
TOKEN_TESTS = [f"tests/test_{name}.py" for name in ("attacks", "checks", "keys", "tokens")]
# The tests of a project that take the longest.
LONG_TESTS = [
    f"tests/test_{name}.py"
    for name in (
        *("admin", "concurrency", "conflicts", "counters", "csp", "error_reports", "forms"),
        *("health", "logs", "metrics", "requests", "resources", "server", "static"),
    )
]
# No answer changes the static files and what production needs, and few change the endpoints to which
# unusual requests are sent.
LONGEST_TESTS = tuple(
    f"tests/test_{name}.py"
    for name in ("error_reports", "health", "metrics", "requests", "server", "static")
)
# The environment variables of a production server.
PRODUCTION = [
    "ALLOWED_HOSTS=api.example.com",
    "CACHE_URL=redis://127.0.0.1:6379/0",
    "DEBUG=False",
    "DEFAULT_FROM_EMAIL=noreply@example.com",
    "EMAIL_URL=smtp+tls://user:password@smtp.example.com",
    "FRONTEND_URL=https://app.example.com",
    "NUM_PROXIES=1",
]
# Dependencies that settings name in texts or URLs, and one that is only for development.
DEPENDENCIES = (
    "DEP002=argon2-cffi|django-cors-headers|django-filter|gunicorn|psycopg|redis,DEP004=factory"
)

Seconds = dict[str, float]
# A function that checks a project, with an environment and the URL of a database.
Check = Callable[[Path, Path, str], Seconds]
renderer = Renderer()


def prove(row: Mapping[str, Any], folder: Path, check: Check) -> Seconds:
    """Returns how long each step took, or nothing if the project has passed this check before.

    The message of a failure contains the command that renders the project.
    """
    django, server = row["django_version"], row["server"]
    url = database_url(server, folder)
    environment = environment_for(django, row["python"])
    files = renderer.render(answers(row))
    steps = (check.__name__, source(__file__), source(IN_PROJECT))
    kept = proof(files, environment, server, *steps)
    if kept.exists():
        return {}
    try:
        seconds = check(write(files, folder / "project"), environment, url)
    except AssertionError as error:
        where = f"{environment.name}, {server}"
        raise AssertionError(f"\n{command(row)}   # {where}\n\n{error}") from None
    keep_proof(kept)
    return seconds


def database_url(server: str, folder: Path) -> str:
    """Returns the URL of a new database; on a server, the tests create it."""
    if server == "sqlite":
        return f"sqlite:///{folder / 'db.sqlite3'}"
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        skip_unavailable("TEST_DATABASE_URL is not set")
    return urlsplit(str(url))._replace(path=f"/bake_{uuid4().hex}").geturl()


def proof(files: Mapping[str, str], environment: Path, *further: str) -> Path:
    """Returns the path of the file that exists once a project has been proven."""
    parts = [packages(environment), *further, json.dumps(files, sort_keys=True)]
    return PROOFS / hashlib.sha256("\0".join(parts).encode()).hexdigest()


def keep_proof(proof: Path) -> None:
    proof.parent.mkdir(parents=True, exist_ok=True)
    proof.touch()


def source(path: str | Path) -> str:
    return Path(path).read_text(encoding="utf-8")


def packages(environment: Path) -> str:
    """Returns the Python of an environment and its installed packages, with their versions."""
    names = sorted(path.name for path in environment.glob("**/site-packages/*.dist-info"))
    return " ".join([environment.name, *names])


def check_project(project: Path, environment: Path, url: str) -> Seconds:
    """Runs all checks and tests of a project."""
    return run_checks(project, environment, url)


def check_project_quickly(project: Path, environment: Path, url: str) -> Seconds:
    """Runs all checks of a project, and the tests without those that take the longest."""
    ignored = [option for test in LONG_TESTS for option in ("--ignore", test)]
    return run_checks(project, environment, url, *ignored)


def check_long_tests(project: Path, environment: Path, url: str) -> Seconds:
    """Runs the tests of a project that take the longest."""
    return run_own_tests(project, environment, url, LONG_TESTS)


def check_varying_long_tests(project: Path, environment: Path, url: str) -> Seconds:
    """Runs the tests of a project that take the longest and depend on many answers."""
    return run_own_tests(project, environment, url, sorted({*LONG_TESTS} - {*LONGEST_TESTS}))


def run_own_tests(project: Path, environment: Path, url: str, tests: Sequence[str]) -> Seconds:
    seconds: Seconds = {}
    commands = link_environment(project, environment)
    found = [test for test in tests if (project / test).exists()]
    with timed("long tests", seconds):
        run(commands / "python", IN_PROJECT, *PRODUCTION, *found, cwd=project, DATABASE_URL=url)
    return seconds


def run_checks(project: Path, environment: Path, url: str, *options: str) -> Seconds:
    seconds: Seconds = {}
    commands = link_environment(project, environment)
    database = {"DATABASE_URL": url}
    with timed("checks and own tests", seconds):
        run(commands / "python", IN_PROJECT, *PRODUCTION, *options, cwd=project, **database)
    with timed("pre-commit", seconds):
        run("git", "init", "--quiet", cwd=project)
        run("git", "add", "--all", cwd=project)
        run(commands / "pre-commit", "run", "--all-files", cwd=project, **database)
    with timed("mypy", seconds):
        check_types(project, environment, database)
    with timed("deptry", seconds):
        run(commands / "deptry", ".", "--per-rule-ignores", DEPENDENCIES, cwd=project)
    return seconds


def check_tokens(project: Path, environment: Path, url: str) -> Seconds:
    """Runs the checks of Django, the token and key tests, and ruff."""
    seconds: Seconds = {}
    commands = link_environment(project, environment)
    arguments = [*PRODUCTION, *TOKEN_TESTS]
    with timed("token and key tests", seconds):
        run(commands / "python", IN_PROJECT, *arguments, cwd=project, DATABASE_URL=url)
    with timed("ruff", seconds):
        run(commands / "ruff", "format", "--check", cwd=project)
        run(commands / "ruff", "check", cwd=project)
    return seconds


def link_environment(project: Path, environment: Path) -> Path:
    """Links the environment as the project's `.venv`. Returns the folder of its commands."""
    (project / ".venv").symlink_to(environment, target_is_directory=True)
    return project / ".venv" / BIN


@contextmanager
def timed(step: str, seconds: Seconds) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - start


def check_types(project: Path, environment: Path, database: Mapping[str, str]) -> None:
    """Runs mypy with cached libraries, but without a cache of the project.

    The plugin for Django confuses the apps of two projects that share a cache, and discards a cache
    made with other apps. mypy must not compare the times of files: modules of the libraries import
    the project's user.
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
    # Hard links are enough: mypy replaces files instead of changing them. They need one file system.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        shutil.copytree(known, folder, copy_function=os.link, dirs_exist_ok=True)
        run(*command, folder, cwd=project, **database)
