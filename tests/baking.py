"""What the bakes share: rendering with given answers, and an environment to try the result in."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from pytest_cookies.plugin import Cookies

from drf_jwt_template.prompts import PROMPTS
from tools.demo import BIN, free_port, wait_for
from tools.rendering import ROOT, Renderer, write

__all__ = ["BIN", "CACHE", "PROMPTS", "ROOT"]

CACHE = ROOT / ".cache"
OLDEST_PYTHON = {"django-5.2": (3, 10), "django-6.1": (3, 12)}
# Environment variables of the caller that would change or slow down a project's own commands.
FOREIGN = [
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "DJANGO_SUPERUSER_PASSWORD",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
]


def bake(cookies: Cookies, answers: Mapping[str, Any], *, run_setup: bool = False) -> Path:
    """Renders a project; the setup is left out unless it is asked for."""
    # Cookiecutter ignores an unknown variable silently.
    assert set(answers) <= set(PROMPTS)
    result = cookies.bake(extra_context={"run_setup": run_setup, **answers})
    if result.exception:
        raise result.exception
    project: Path = result.project_path
    return project


def clean_environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, **variables}


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """The output of a command, errors included; one that does not succeed fails the test."""
    status, output = outcome(*command, cwd=cwd, **variables)
    assert status == 0, f"{cwd}$ {' '.join(map(str, command))}\n{output}"
    return output


def refused(*command: str | Path, cwd: Path, **variables: str) -> str:
    """What a command says that ends with an error of its own, and no traceback."""
    status, output = outcome(*command, cwd=cwd, **variables)
    assert status == 1, f"{cwd}$ {' '.join(map(str, command))}\n{output}"
    assert "Traceback" not in output
    return output


def outcome(*command: str | Path, cwd: Path, **variables: str) -> tuple[int, str]:
    """Exit status and output of a command."""
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


def uv(*arguments: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    return run(Path(sys.executable).with_name("uv"), *arguments, cwd=cwd, **variables)


def unavailable(reason: str) -> None:
    """Skips a test that this machine cannot run; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def python_for(django: str, which: str = "newest") -> Path:
    """The oldest or newest Python here that this Django runs on: that of these tests, or on the PATH."""
    oldest = OLDEST_PYTHON[django]
    found = {sys.version_info[:2]: Path(sys.executable)} if sys.version_info >= oldest else {}
    for minor in range(oldest[1], oldest[1] + 6):
        path = shutil.which(f"python3.{minor}")
        # What a version manager has on the PATH may be a Python that it does not start.
        if path and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            found.setdefault((3, minor), Path(path))
    if not found:
        unavailable(f"{django} needs Python {'.'.join(map(str, oldest))} or newer")
    return found[max(found) if which == "newest" else min(found)]


@functools.cache
def environment_for(django: str, which: str = "newest") -> Path:
    """The one environment in which all projects of this Django, on this Python, are tried.

    It is what `uv sync` makes of the pyproject.toml of a project that has every dependency, and it
    is kept in .cache, where the first run of a day brings it up to date. TEST_SIMPLEJWT is another
    release of Simple JWT to install, as a requirement.
    """
    python = python_for(django, which)
    version = run(
        python, "-c", "import sys; print(*sys.version_info[:2], sep='.')", cwd=ROOT
    ).strip()
    environment = CACHE / f"{django}-python-{version}"
    CACHE.mkdir(exist_ok=True)
    # An asymmetric algorithm brings the one dependency that is optional.
    answers = {"django_version": django, "algorithm": "ES256", "project_slug": "everything"}
    files = Renderer().render(answers)
    release = os.environ.get("TEST_SIMPLEJWT", "")
    dependencies = files["pyproject.toml"].partition("[tool.")[0]
    made_of = "\n".join([str(date.today()), release, dependencies])
    stamp = environment / "made_of"
    with FileLock(CACHE / f"{environment.name}.lock"), tempfile.TemporaryDirectory() as folder:
        if stamp.exists() and stamp.read_text(encoding="utf-8") == made_of:
            return environment
        write(files, Path(folder))
        uv(
            "sync",
            "--quiet",
            "--python",
            python,
            cwd=Path(folder),
            UV_PROJECT_ENVIRONMENT=str(environment),
        )
        # deptry knows the modules of what is installed beside it.
        extra = ["deptry", *([release] if release else [])]
        uv("pip", "install", "--quiet", "--python", environment, *extra)
        stamp.write_text(made_of, encoding="utf-8")
    return environment


def adopt(project: Path, environment: Path) -> Path:
    """Gives a rendered project its `.venv` and its secrets; returns the folder of its commands."""
    (project / ".venv").symlink_to(environment, target_is_directory=True)
    commands = project / ".venv" / BIN
    run(commands / "python", "-c", "import setup; setup.write_secrets()", cwd=project / "scripts")
    return commands


@contextmanager
def server_of(project: Path) -> Iterator[int]:
    """The port of the project's server, which runs for a while."""
    port = free_port()
    server = subprocess.Popen(
        [project / ".venv" / BIN / "python", "manage.py", "runserver", "--noreload", str(port)],
        cwd=project,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()
