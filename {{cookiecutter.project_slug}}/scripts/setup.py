#!/usr/bin/env python3
"""Makes a fresh clone ready to run: `make setup`, or `python scripts/setup.py`.

Needs Python {{ project.python }} alone, and uses uv where it is installed. Safe to repeat: what is there is kept,
what failed is tried again.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"
OLDEST_PYTHON = ({{ project.python | replace(".", ", ") }})
# What of the caller's environment would lead a child astray.
FOREIGN = (
    "DJANGO_SETTINGS_MODULE",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT",
    "VIRTUAL_ENV",
)
# Variables that .env.example leaves empty, and what fills them.
SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
}


class StepError(Exception):
    """A step could not be done; the message says why in a line or two."""


class Report(Protocol):
    def started(self, step: str) -> None: ...

    def done(self, step: str, seconds: float, note: str) -> None: ...

    def failed(self, step: str, seconds: float, reason: str) -> None: ...


class PlainReport:
    def started(self, step: str) -> None:
        print(f"{step} ...", flush=True)

    def done(self, step: str, seconds: float, note: str) -> None:
        print(f"{step} done ({seconds:.1f} s): {note}", flush=True)

    def failed(self, step: str, seconds: float, reason: str) -> None:
        print(f"{step} failed ({seconds:.1f} s): {reason}", flush=True)


def run(*command: str | Path) -> str:
    """The output of a command that is run in the project.

    Raises StepError with the lines that tell why it did not succeed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    try:
        process = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise StepError(f"{command[0]}: {error.strerror}") from None
    if process.returncode:
        lines = [line.strip() for line in (process.stdout + process.stderr).splitlines()]
        # Without the marks that a traceback puts under a line.
        lines = [line for line in lines if line.strip("~^ ")]
        marks = ("error", "fatal", "cause")
        telling = [line for line in lines if line.lower().startswith(marks)]
        reason = [telling[0], telling[-1]] if len(telling) > 1 else telling or lines[-2:]
        raise StepError("\n".join(reason) or f"{command[0]} exited with {process.returncode}")
    return process.stdout


def tool(name: str) -> Path:
    """A command of .venv, whether it is there yet or not."""
    return ROOT / ".venv" / (f"Scripts/{name}.exe" if WINDOWS else f"bin/{name}")


def make_environment() -> str:
    """Installs what pyproject.toml asks for into .venv."""
    uv = shutil.which("uv")
    python = find_python()
    if uv:
        choice = ["--python", python] if python and not (ROOT / ".venv").exists() else []
        run(uv, "sync", *choice)
        return "installed with uv"
    if not tool("uv").exists():
        if not python:
            raise StepError(
                f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed,"
                f" this is {sys.version.split()[0]}; install it, or uv, which finds or brings one"
            )
        run(python, "-m", "venv", ".venv")
        run(tool("python"), "-m", "pip", "install", "--quiet", "uv")
    # --inexact leaves uv itself in the environment.
    run(tool("uv"), "sync", "--inexact")
    return "installed with uv inside .venv"


def find_python() -> str | None:
    """A Python that is new enough: this one, or one on the PATH."""
    if sys.version_info >= OLDEST_PYTHON:
        return sys.executable
    for minor in range(OLDEST_PYTHON[1] + 4, OLDEST_PYTHON[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            with contextlib.suppress(StepError):
                run(found, "-c", "")
                return found
    return None


def write_secrets() -> str:
    """Makes .env of .env.example, with a secret wherever a variable in SECRETS is empty."""
    target = ROOT / ".env"
    source = target if target.exists() else ROOT / ".env.example"
    old = source.read_text(encoding="utf-8")
    new = "".join(
        f"{name}={SECRETS[name]()}\n" if line == f"{name}=\n" and name in SECRETS else line
        for line in old.splitlines(keepends=True)
        for name in [line.partition("=")[0]]
    )
    made = []
    if not target.exists() or new != old:
        replace_file(target, new)
        made.append(".env")
    key = "{{ project.keys.file }}"
    if f"JWT_SIGNING_KEY_FILE={key}\n" in new and not (ROOT / key).exists():
        run(tool("python"), "-m", "tokens.keys", key)
        made.append(key)
    return f"wrote {' and '.join(made)}" if made else "kept as they are"


def replace_file(target: Path, text: str) -> None:
    """Writes a file that its owner alone can read, whole or not at all."""
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    draft.replace(target)


def prepare_git() -> str:
    """Makes a repository, if the project is in none, and installs the commit hook."""
    git = shutil.which("git")
    if git is None:
        return "left out: there is no git"
    try:
        top = Path(run(git, "rev-parse", "--show-toplevel").strip())
    except StepError:
        run(git, "init", "--quiet")
        top = ROOT
    if top.resolve() != ROOT:
        return f"left out: the project is part of the repository {top}"
    run(tool("pre-commit"), "install")
    return "repository and commit hook"


def prepare_database() -> str:
    """Creates first migrations, migrates, and creates the superuser, in one Django process."""
    return run(tool("python"), "-m", "scripts.prepare").strip()


STEPS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Environment", make_environment),
    ("Secrets", write_secrets),
    ("Git", prepare_git),
    ("Database", prepare_database),
)


def run_steps(report: Report) -> bool:
    """Takes the steps in turn, up to the first that fails; tells whether all were done."""
    for step, action in STEPS:
        report.started(step)
        start = time.monotonic()
        try:
            note = action()
        except (StepError, OSError) as error:
            report.failed(step, time.monotonic() - start, str(error))
            return False
        report.done(step, time.monotonic() - start, note)
    return True


if __name__ == "__main__":
    # Where there may be no make, the command that it would run.
    setup = r"python scripts\setup.py" if WINDOWS else "make setup"
    server = r".venv\Scripts\python manage.py runserver" if WINDOWS else "make run"
    if not run_steps(PlainReport()):
        sys.exit(f"The project is kept. When that is mended, `{setup}` goes on from here.")
    print(f"Ready: `{server}` starts the server, the README has the other commands.")
