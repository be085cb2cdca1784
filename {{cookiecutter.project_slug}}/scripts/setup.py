#!/usr/bin/env python3
"""Prepares a clone of the project: environment, secrets, commit hook, database.

`make setup` runs this script, which requires only Python {{ project.python }}. It can be repeated: it keeps what
exists and continues where it failed.
"""

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"
OLDEST_PYTHON = ({{ project.python | replace(".", ", ") }})
# Variables that would make the commands use another project or environment.
FOREIGN = (
    "DJANGO_SETTINGS_MODULE",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT",
    "VIRTUAL_ENV",
)


class StepError(Exception):
    """The failure of a step; the message is the reason, in one or two lines."""


class PlainReport:
    """Prints the progress of the steps."""

    def started(self, step: str) -> None:
        print(f"{step} ...", flush=True)

    def done(self, step: str, seconds: float, note: str) -> None:
        print(f"{step} done ({seconds:.1f} s): {note}", flush=True)

    def failed(self, step: str, seconds: float, reason: str) -> None:
        print(f"{step} failed ({seconds:.1f} s): {reason}", flush=True)


def run(*command: str | Path) -> str:
    """Runs a command in the project and returns its output.

    Raises StepError if the command cannot be started or fails.
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
        reason = find_reason(process.stdout + process.stderr)
        raise StepError(reason or f"{command[0]} exited with {process.returncode}")
    return process.stdout


def find_reason(output: str) -> str:
    """Returns the first and the last line that start like an error, or else the last two lines."""
    # A traceback underlines code with ~ and ^.
    lines = [line for line in map(str.strip, output.splitlines()) if line.strip("~^ ")]
    errors = [line for line in lines if line.lower().startswith(("error", "fatal", "cause"))]
    return "\n".join([*errors[:1], *errors[1:][-1:]] or lines[-2:])


def tool(name: str) -> Path:
    """Returns the path of a command in .venv, which may not exist yet."""
    return ROOT / ".venv" / (f"Scripts/{name}.exe" if WINDOWS else f"bin/{name}")


def make_environment() -> str:
    """Installs the dependencies into .venv, with uv; without uv, installs that there as well."""
    uv = shutil.which("uv")
    python = find_python()
    if uv:
        choice = ["--python", python] if python and not (ROOT / ".venv").exists() else []
        run(uv, "sync", *choice)
        return "installed with uv"
    if not tool("uv").exists():
        if not python:
            raise StepError(
                f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is required,"
                f" this is {sys.version.split()[0]}. Install it, or install uv, which downloads it."
            )
        run(python, "-m", "venv", ".venv")
        run(tool("python"), "-m", "pip", "install", "--quiet", "uv")
    # --inexact keeps uv itself in the environment.
    run(tool("uv"), "sync", "--inexact")
    return "installed with uv inside .venv"


def find_python() -> str | None:
    """Returns a Python that is new enough: this one, or one on the PATH that works."""
    if sys.version_info >= OLDEST_PYTHON:
        return sys.executable
    for minor in range(OLDEST_PYTHON[1] + 4, OLDEST_PYTHON[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            with contextlib.suppress(StepError):
                run(found, "-c", "")
                return found
    return None


def write_secrets() -> str:
    """Creates .env and the signing key if they are missing, and fills in an empty SECRET_KEY."""
    target = ROOT / ".env"
    source = target if target.exists() else ROOT / ".env.example"
    old = source.read_text(encoding="utf-8")
    secret = f"SECRET_KEY={secrets.token_urlsafe(50)}"
    new = re.sub(r"^SECRET_KEY=$", secret, old, flags=re.MULTILINE)
    written = []
    if source != target or new != old:
        replace_file(target, new)
        written.append(".env")
    key = "{{ project.keys.file }}"
    if f"JWT_SIGNING_KEY_FILE={key}\n" in new and not (ROOT / key).exists():
        run(tool("python"), "-m", "tokens.keys", key)
        written.append(key)
    return f"wrote {' and '.join(written)}" if written else "unchanged"


def replace_file(target: Path, text: str) -> None:
    """Writes a file that only its owner can read; an interruption leaves the old file in place."""
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    draft.replace(target)


def prepare_git() -> str:
    """Creates a repository, unless the project is in one, and installs the commit hook."""
    git = shutil.which("git")
    if git is None:
        return "skipped: git is not installed"
    try:
        top = Path(run(git, "rev-parse", "--show-toplevel").strip())
    except StepError:
        run(git, "init", "--quiet")
        top = ROOT
    if top.resolve() != ROOT:
        return f"skipped: the project is part of the repository {top}"
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


def run_steps(report: PlainReport) -> bool:
    """Runs the steps until one fails; returns whether all succeeded."""
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
    # Windows has no make.
    setup = r"python scripts\setup.py" if WINDOWS else "make setup"
    server = r".venv\Scripts\python manage.py runserver" if WINDOWS else "make run"
    if not run_steps(PlainReport()):
        sys.exit(f"Fix the problem and run `{setup}` again.")
    print(f"Ready. Start the server with `{server}`; the README lists the other commands.")
