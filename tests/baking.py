"""What the bakes share: rendering with given answers, and an environment to try the result in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from pytest_cookies.plugin import Cookies

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
PROMPTS: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
OLDEST_PYTHON = {"5.2": (3, 10), "6.1": (3, 12)}
# What of the caller's environment would lead a project's own commands astray.
FOREIGN = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_SUPERUSER_PASSWORD", "VIRTUAL_ENV")


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


def python_for(django: str) -> str:
    """A Python that this Django runs on: the one of these tests, or a newer one on the PATH."""
    oldest = OLDEST_PYTHON[django]
    if sys.version_info >= oldest:
        return sys.executable
    for minor in range(oldest[1] + 4, oldest[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    unavailable(f"Django {django} needs Python {'.'.join(map(str, oldest))} or newer on the PATH")
    raise AssertionError


def environment_for(django: str, project: Path) -> Path:
    """The one environment in which all bakes of this Django are tried.

    It is what `uv sync` makes of the pyproject.toml of a project that has every dependency, and it
    is kept in .cache, where the next run brings it up to date. TEST_SIMPLEJWT is another release of
    Simple JWT to install, as a requirement.
    """
    python = python_for(django)
    version = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2], sep='.')"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    environment = CACHE / f"django-{django}-python-{version}"
    CACHE.mkdir(exist_ok=True)
    with FileLock(environment.with_suffix(".lock")):
        uv(
            *("sync", "--quiet", "--python", python),
            cwd=project,
            UV_PROJECT_ENVIRONMENT=str(environment),
        )
        if release := os.environ.get("TEST_SIMPLEJWT"):
            uv("pip", "install", "--quiet", "--python", environment, release)
    return environment


def adopt(project: Path, environment: Path) -> Path:
    """Gives a rendered project its `.venv` and its secrets; returns the folder of its commands."""
    (project / ".venv").symlink_to(environment, target_is_directory=True)
    commands = project / ".venv" / "bin"
    run(commands / "python", "-c", "import setup; setup.write_secrets()", cwd=project / "scripts")
    return commands
