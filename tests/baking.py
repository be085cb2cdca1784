"""Renders projects, and runs commands in them with an environment that has all dependencies."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from filelock import FileLock
from pytest_cookies.plugin import Cookies

from drf_jwt_template.prompts import PROMPTS
from tools.demo import BIN, find_free_port, wait_for_server
from tools.rendering import ROOT, write

from .usual import USUAL, Renderer

__all__ = ["BIN", "CACHE", "PROMPTS", "ROOT"]

CACHE = ROOT / ".cache"
OLDEST_PYTHON = {"django-5.2": (3, 10), "django-6.1": (3, 12)}
# Environment variables of the caller that would change or slow down the commands of a project.
FOREIGN = [
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "DJANGO_SUPERUSER_PASSWORD",
    # Of `make test`: another make would print the folders that it enters.
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
]


def bake(cookies: Cookies, answers: Mapping[str, Any], *, run_setup: bool = False) -> Path:
    """Renders a project, by default without its setup."""
    # Cookiecutter ignores unknown variables silently.
    assert set(answers) <= set(PROMPTS)
    result = cookies.bake(extra_context={**USUAL, "run_setup": run_setup, **answers})
    if result.exception:
        raise result.exception
    project: Path = result.project_path
    return project


def clean_environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, **variables}


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Returns the output of a command, including errors. Fails the test if the command fails."""
    status, output = run_unchecked(*command, cwd=cwd, **variables)
    assert status == 0, f"{cwd}$ {' '.join(map(str, command))}\n{output}"
    return output


def run_refused(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Returns the output of a command. Fails the test unless it exits with 1, without a traceback."""
    status, output = run_unchecked(*command, cwd=cwd, **variables)
    assert status == 1, f"{cwd}$ {' '.join(map(str, command))}\n{output}"
    assert "Traceback" not in output
    return output


def run_unchecked(*command: str | Path, cwd: Path, **variables: str) -> tuple[int, str]:
    """Returns exit status and output of a command."""
    process = subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=600,
    )
    return process.returncode, process.stdout


def run_uv(*arguments: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    return run(Path(sys.executable).with_name("uv"), *arguments, cwd=cwd, **variables)


def skip_unavailable(reason: str) -> NoReturn:
    """Skips a test that this machine cannot run. If `CI` is set, the test fails instead."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def find_python(django: str, which: str = "newest") -> Path:
    """Returns the oldest or newest Python of this machine that this Django supports."""
    oldest = OLDEST_PYTHON[django]
    found = {sys.version_info[:2]: Path(sys.executable)} if sys.version_info >= oldest else {}
    for minor in range(oldest[1], oldest[1] + 6):
        path = shutil.which(f"python3.{minor}")
        # A version manager may put a Python on the PATH that it then refuses to start.
        if path and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            found.setdefault((3, minor), Path(path))
    if not found:
        skip_unavailable(f"{django} needs Python {'.'.join(map(str, oldest))} or newer")
    return found[max(found) if which == "newest" else min(found)]


@functools.cache
def environment_for(django: str, which: str = "newest") -> Path:
    """Returns the environment for all projects of this Django and Python.

    `uv sync` creates it in .cache, from the pyproject.toml of a project with all dependencies. The
    first call of a day updates it. TEST_SIMPLEJWT, a requirement, selects another release of Simple
    JWT.
    """
    python = find_python(django, which)
    version = run(
        python, "-c", "import sys; print(*sys.version_info[:2], sep='.')", cwd=ROOT
    ).strip()
    environment = CACHE / f"{django}-python-{version}"
    CACHE.mkdir(exist_ok=True)
    # Only some projects have these optional dependencies.
    answers = {
        "accounts": "open",
        "algorithm": "ES256",
        "django_version": django,
        "project_slug": "everything",
    }
    files = Renderer().render(answers)
    release = os.environ.get("TEST_SIMPLEJWT", "")
    dependencies = files["pyproject.toml"].partition("[tool.")[0]
    made_of = "\n".join([str(date.today()), release, dependencies])
    stamp = environment / "made_of"
    with FileLock(CACHE / f"{environment.name}.lock"), tempfile.TemporaryDirectory() as folder:
        if stamp.exists() and stamp.read_text(encoding="utf-8") == made_of:
            return environment
        write(files, Path(folder))
        own = {"UV_PROJECT_ENVIRONMENT": str(environment)}
        run_uv("sync", "--quiet", "--python", python, cwd=Path(folder), **own)
        # deptry looks up the modules of the packages in its own environment.
        extra = ["deptry", release] if release else ["deptry"]
        run_uv("pip", "install", "--quiet", "--python", environment, *extra)
        stamp.write_text(made_of, encoding="utf-8")
    return environment


def prepare_project(project: Path, environment: Path) -> Path:
    """Links the environment as `.venv` and writes the secrets. Returns the folder of commands."""
    (project / ".venv").symlink_to(environment, target_is_directory=True)
    commands = project / ".venv" / BIN
    run(commands / "python", "-c", "import setup; setup.write_secrets()", cwd=project / "scripts")
    return commands


def wait_for_minute(seconds: float) -> None:
    """Waits until the minute of the clock lasts this long: throttles count in such minutes."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)


@contextmanager
def create_database(server: str, python: Path, folder: Path) -> Iterator[str]:
    """Yields the URL of a temporary database; on a server, the project's Python creates it."""
    if server == "sqlite":
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        skip_unavailable("TEST_DATABASE_URL is not set")
    name = f"bake_{uuid4().hex}"
    code = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
    run(python, "-c", code, url, f"CREATE DATABASE {name}", cwd=folder)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        run(python, "-c", code, url, f"DROP DATABASE {name} WITH (FORCE)", cwd=folder)


@contextmanager
def run_server(project: Path, **variables: str) -> Iterator[int]:
    """Runs the project's server, and yields its port."""
    port = find_free_port()
    server = subprocess.Popen(
        [project / ".venv" / BIN / "python", "manage.py", "runserver", "--noreload", str(port)],
        cwd=project,
        env=clean_environment(**variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_server(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()
