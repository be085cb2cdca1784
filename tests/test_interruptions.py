"""Setups that are killed, interrupted or out of disk space, and continued by `make setup`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from glob import iglob
from pathlib import Path

import pytest

from .baking import BIN, clean_environment, run, run_unchecked
from .terminal import TERMINAL
from .test_front_ends import TEMPLATE, cookiecutter, home
from .test_setup import TOOLS, path_with_uv, path_without_uv

__all__ = ["home", "path_with_uv", "path_without_uv"]

pytestmark = [
    pytest.mark.costly,
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no signals"),
]

# What appears during the steps of the setup, in this order.
ENVIRONMENT = (
    ".venv/pyvenv.cfg",
    ".venv/lib/*/site-packages/django/contrib",
    ".venv/lib/*/site-packages/django*.dist-info/RECORD",
)
ENVIRONMENT_WITHOUT_UV = (
    ".venv/bin",
    ".venv/lib/*/site-packages/pip/_internal",
    ".venv/bin/uv",
    ".venv/lib/*/site-packages/django/contrib",
)
SECRETS = (".env", "keys")
DATABASE = ("accounts/migrations.new", "accounts/migrations/0001_initial.py", "db.sqlite3.new")
GIT = (".git.new", ".git", ".git/hooks/pre-commit")


def start(*command: str | Path, cwd: Path, variables: Mapping[str, str]) -> subprocess.Popen[str]:
    """Starts a command as the leader of a process group, as a shell does."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=clean_environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # The shell of a background job lets its commands ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def stop(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Sends a signal to all processes of a group, and returns the output."""
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=60)
    return output


def wait_for(project: Path, pattern: str, process: subprocess.Popen[str]) -> None:
    """Waits until a path exists. Fails the test if the process ends earlier."""
    # Unlike Path.glob, iglob ignores a folder that is deleted at the same time.
    while not any(iglob(pattern, root_dir=project)):
        if process.poll() is not None:
            pytest.fail(f"no {pattern}: {process.communicate()[0]}")
        time.sleep(0.0005)


def kill_setups(project: Path, patterns: Sequence[str], variables: Mapping[str, str]) -> None:
    for pattern in patterns:
        process = start("make", "setup", cwd=project, variables=variables)
        wait_for(project, pattern, process)
        stop(process, signal.SIGKILL)


def check_project(project: Path) -> None:
    """Fails the test unless the project is complete."""
    python = project / ".venv" / BIN / "python"
    run(python, "manage.py", "check", cwd=project)
    run(python, "manage.py", "migrate", "--check", cwd=project)
    run(python, "manage.py", "makemigrations", "--check", cwd=project)
    run(python, "-m", "pytest", "-q", "tests/test_keys.py", cwd=project)
    assert run("git", "status", "--porcelain", "--ignored=no", cwd=project) == ""
    assert not list(project.rglob("*.new"))


@pytest.fixture
def project(tmp_path: Path, home: dict[str, str]) -> Path:
    cookiecutter(tmp_path / "out", "--no-input", "run_setup=no", home=home)
    return tmp_path / "out" / "my_api"


def fill_disk(project: Path, blocks: int, variables: Mapping[str, str]) -> None:
    """Runs the setup with files of limited size, in blocks of 512 bytes, as on a full disk."""
    command = f"ulimit -f {blocks}; make setup"
    status, shown = run_unchecked("sh", "-c", command, cwd=project, **variables)
    assert status
    assert re.search(r" failed \(\d+\.\d s\): ", shown), shown
    assert "Traceback" not in shown


def test_killed_setup_is_continued(project: Path, path_with_uv: dict[str, str]) -> None:
    # Copies take longer than links.
    variables = {**path_with_uv, "UV_LINK_MODE": "copy"}
    kill_setups(project, ENVIRONMENT, variables)
    fill_disk(project, 0, variables)
    fill_disk(project, 20, variables)
    kill_setups(project, (*SECRETS, *DATABASE), variables)
    fill_disk(project, 20, variables)
    fill_disk(project, 200, variables)
    kill_setups(project, GIT, variables)
    shown = run("make", "setup", cwd=project, **variables)
    assert "manage.py changepassword admin" in shown
    check_project(project)


def test_killed_setup_without_uv_is_continued(
    project: Path, path_without_uv: dict[str, str]
) -> None:
    kill_setups(project, ENVIRONMENT_WITHOUT_UV, path_without_uv)
    run("make", "setup", cwd=project, **path_without_uv)
    check_project(project)


def test_setup_outlives_orphaned_uv(project: Path, path_with_uv: dict[str, str]) -> None:
    variables = {**path_with_uv, "UV_LINK_MODE": "copy"}
    for _ in range(4):
        process = start(sys.executable, "scripts/setup.py", cwd=project, variables=variables)
        wait_for(project, ".venv/lib/*/site-packages/django/contrib", process)
        # The uv that it has started goes on, and has the other end of the pipe.
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    run("make", "setup", cwd=project, **variables)
    check_project(project)


def test_terminal_shows_rendering(tmp_path: Path, home: dict[str, str]) -> None:
    command = (TOOLS / "cookiecutter", TEMPLATE, "--no-input", "run_setup=no", "-o", tmp_path)
    shown = run(sys.executable, "-c", TERMINAL, *command, cwd=tmp_path, **home)
    assert shown.startswith("Rendering ...")
    assert "Rendering" not in cookiecutter(
        tmp_path / "piped", "--no-input", "run_setup=no", home=home
    )


@pytest.mark.parametrize("pattern", ["my_api", "my_api/manage.py", "my_api/config/settings.py"])
def test_interrupted_rendering_leaves_nothing(
    tmp_path: Path, home: dict[str, str], pattern: str
) -> None:
    command = (
        *(TOOLS / "cookiecutter", TEMPLATE, "--no-input"),
        *("run_setup=no", "--output-dir", tmp_path),
    )
    process = start(*command, cwd=tmp_path, variables=home)
    wait_for(tmp_path, pattern, process)
    shown = stop(process, signal.SIGINT)
    assert "Traceback" not in shown
    # All files may have been written by then.
    assert not (tmp_path / "my_api").exists() or "my_api is rendered" in shown
    cookiecutter(tmp_path, "--no-input", "run_setup=no", "--overwrite-if-exists", home=home)


@pytest.mark.parametrize("pattern", ["my_api/.venv", "my_api/.env"])
@pytest.mark.parametrize("delay", [0, 0.1, 0.3])
def test_interrupted_generation_keeps_project(
    tmp_path: Path,
    home: dict[str, str],
    path_with_uv: dict[str, str],
    pattern: str,
    delay: float,
) -> None:
    command = (TOOLS / "cookiecutter", TEMPLATE, "--no-input", "--output-dir", tmp_path)
    process = start(*command, cwd=tmp_path, variables={**home, **path_with_uv})
    wait_for(tmp_path, pattern, process)
    time.sleep(delay)
    shown = stop(process, signal.SIGINT)
    assert "Traceback" not in shown
    assert (tmp_path / "my_api" / "manage.py").exists()
