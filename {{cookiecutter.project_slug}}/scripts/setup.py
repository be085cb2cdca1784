#!/usr/bin/env python3
"""Prepares a clone of the project: environment, secrets, database, repository.

`make setup` runs this script, which requires only Python {{ project.python }}. It can be repeated: it keeps what
exists, and continues or repairs what was interrupted. With an older Python, it looks for a newer one.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PIN = ROOT / ".python-version"
WINDOWS = os.name == "nt"
OLDEST_PYTHON = ({{ project.python | replace(".", ", ") }})
# The commands get these variables of the caller only. Others, such as GIT_DIR, PYTHONPATH, UV_FROZEN
# or DEBUG, would change what the commands do.
PASSED = re.compile(
    r"""
    # User and system
    HOME|LANG|LC_.*|LD_LIBRARY_PATH|LOGNAME|PATH|SSH_AUTH_SOCK|TERM|TMPDIR|TZ|USER|XDG_.*|
    .*APPDATA|COMSPEC|HOMEDRIVE|HOMEPATH|PATHEXT|PROGRAM.*|SYSTEM.*|TEMP|TMP|USERNAME|USERPROFILE|WINDIR|
    # Network, package indexes and caches
    .*_(CACHE_DIR|CA_BUNDLE|CERT|KEYRING_PROVIDER|PROXY|RETRIES|TIMEOUT|proxy)|NETRC|SSL_CERT_.*|
    (PIP|UV)_(.*INDEX.*|CONFIG_FILE|FIND_LINKS)|PIP_TRUSTED_HOST|PRE_COMMIT_HOME|
    UV_(INSECURE_HOST|LINK_MODE|NATIVE_TLS|OFFLINE|SYSTEM_CERTS)|
    # Installed Pythons
    (ASDF|MISE|PYENV)_.*|UV_PYTHON_(DOWNLOADS|INSTALL).*|
    # Servers, the superuser, the author of the first commit
    CACHE_URL|DATABASE_URL|PG.*|DJANGO_SUPERUSER_.*|EMAIL|GIT_.*_(EMAIL|NAME)
    """,
    re.VERBOSE,
)


class StepError(Exception):
    """The failure of a step; the message is the reason, in a few lines."""


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
    process = start(command)
    if process.returncode and "marshal data" in process.stderr:
        # On a full disk, Python writes incomplete bytecode, which it then cannot load.
        for folder in list(ROOT.rglob("__pycache__")):
            shutil.rmtree(folder)
        process = start(command)
    if process.returncode:
        reason = find_reason(process.stdout + process.stderr)
        raise StepError(reason or f"{command[0]} exited with {process.returncode}")
    return process.stdout


def start(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise StepError(f"{command[0]}: {error.strerror}") from None


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if PASSED.fullmatch(name)}


def find_reason(output: str) -> str:
    """Returns the error at the end of an output, in a few lines."""
    # A traceback underlines code with ~ and ^.
    lines = [line for line in map(str.strip, output.splitlines()) if line.strip("~^ ")]
    errors = [n for n, line in enumerate(lines) if line.lower().startswith(("error", "fatal"))]
    if not errors:
        return "\n".join(lines[-2:])
    first, *rest = lines[errors[0] :]
    causes = [line for line in rest if line.lower().startswith("cause")]
    return "\n".join([first, *(causes[-1:] or rest[:5])])


def tool(name: str) -> Path:
    """Returns the path of a command in .venv, which may not exist yet."""
    return VENV / (f"Scripts/{name}.exe" if WINDOWS else f"bin/{name}")


def make_environment() -> str:
    """Installs the dependencies into .venv with uv. If there is no uv, installs it there, too.

    Writes the version of Python to .python-version, so that the whole team uses the same one.
    """
    uv = shutil.which("uv")
    note = f"installed with uv{'' if uv else ' inside .venv'}"
    complete = is_complete(uv)
    if VENV.exists() and not complete:
        note = f"replaced the incomplete .venv, {note}"
    for _ in range(3):
        if not complete:
            create_environment(uv)
        run(uv or tool("uv"), "sync")
        # An interrupted setup may have left a uv that still changes .venv.
        complete = is_complete(uv)
        if complete:
            break
    if not PIN.exists():
        version = "import sys; print(*sys.version_info[:2], sep='.')"
        replace_file(PIN, run(tool("python"), "-c", version), mode=0o644)
    return note


def is_complete(uv: str | None) -> bool:
    """Returns whether .venv works, and no installed file is missing or shorter than it was.

    uv does not notice that an installation of a package was interrupted.
    """
    try:
        folder = run(tool("python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        if uv is None:
            run(tool("uv"), "--version")
    except StepError:
        return False
    packages = Path(folder.strip())
    for metadata in packages.glob("*.dist-info"):
        try:
            with (metadata / "RECORD").open(encoding="utf-8", newline="") as record:
                for name, _, size in csv.reader(record):
                    if size and (packages / name).stat().st_size < int(size):
                        return False
        except (OSError, ValueError):
            return False
    return True


def create_environment(uv: str | None) -> None:
    """Creates an empty .venv."""
    # A uv that an interrupted setup has left may still write to .venv.
    for _ in range(10):
        shutil.rmtree(VENV, ignore_errors=True)
        if not VENV.exists():
            break
        time.sleep(0.5)
    else:
        raise StepError(f"{VENV} is incomplete and cannot be replaced; delete it")
    python = find_python()
    pin = find_pin()
    oldest = ".".join(map(str, OLDEST_PYTHON))
    required = f"{pin} (.python-version)" if pin else f"{oldest} or newer"
    if python and uv:
        run(uv, "venv", "--python", python)
    elif python:
        run(python, "-m", "venv", VENV)
        run(tool("python"), "-m", "pip", "install", "--quiet", "uv")
    elif uv:
        try:
            run(uv, "venv")
        except StepError as error:
            raise StepError(
                f"Python {required} is required and is not installed.\n"
                f"uv could not download it: {str(error).splitlines()[-1]}"
            ) from None
    else:
        raise StepError(
            f"Python {required} is required, this is {sys.version.split()[0]}.\n"
            "Install it, or install uv, which downloads it."
        )


def find_pin() -> str | None:
    """Returns the version of Python in .python-version, such as 3.12."""
    found = re.match(r"3\.\d+", read_file(PIN)) if PIN.exists() else None
    return found and found.group()


def find_python() -> str | None:
    """Returns a suitable Python: this one, or one on the PATH that works."""
    pin = find_pin()
    if pin == f"3.{sys.version_info.minor}" or (not pin and sys.version_info >= OLDEST_PYTHON):
        # Not the link in an environment, which may be the one to replace.
        return os.path.realpath(sys.executable)
    newer = [f"3.{minor}" for minor in range(OLDEST_PYTHON[1] + 4, OLDEST_PYTHON[1] - 1, -1)]
    for version in [pin] if pin else newer:
        if found := shutil.which(f"python{version}"):
            with contextlib.suppress(StepError):
                run(found, "-c", "")
                return found
    return None


def write_secrets() -> str:
    """Creates .env and the signing key if they are missing, and fills in an empty SECRET_KEY."""
    target = ROOT / ".env"
    source = target if target.exists() else ROOT / ".env.example"
    old = read_file(source)
    secret = f"SECRET_KEY={secrets.token_urlsafe(50)}"
    new = re.sub(r"^SECRET_KEY=$", secret, old, flags=re.MULTILINE)
    written = []
    if source != target or new != old:
        replace_file(target, new, mode=0o600)
        written.append(".env")
    key = "{{ project.keys.file }}"
    if f"JWT_SIGNING_KEY_FILE={key}\n" in new and not (ROOT / key).exists():
        run(tool("python"), "-m", "tokens.keys", key)
        written.append(key)
    return f"wrote {' and '.join(written)}" if written else "unchanged"


def read_file(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise StepError(f"{file} must be encoded as UTF-8") from None


def replace_file(target: Path, text: str, *, mode: int) -> None:
    """Writes a file; an interruption leaves the old file in place."""
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    draft.replace(target)


def prepare_database() -> str:
    """Creates first migrations, migrates, and creates the superuser, in one Django process."""
    return run(tool("python"), "-m", "scripts.prepare").strip()


def prepare_git(*, first_commit: bool) -> str:
    """Creates a repository, unless the project is in one, and installs the commit hook.

    The project works without them: a failure is only reported.
    """
    git = shutil.which("git")
    if git is None:
        return "skipped: git is not installed"
    outer = next((folder for folder in ROOT.parents if (folder / ".git").exists()), None)
    created = ""
    try:
        if not (ROOT / ".git").exists():
            if outer:
                return f"skipped: the project is part of the repository {outer}"
            created = create_repository(git, first_commit=first_commit)
        run(tool("pre-commit"), "install")
    except StepError as error:
        return f"{created}no commit hook: {str(error).splitlines()[0]}"
    return f"{created}commit hook installed"


def create_repository(git: str, *, first_commit: bool) -> str:
    """Creates a repository. Commits all files if git knows the author."""
    draft = ROOT / ".git.new"
    shutil.rmtree(draft, ignore_errors=True)
    run(git, "init", "--quiet", draft)
    committed = False
    if first_commit:
        # Without the hooks of the user.
        options = ("-c", "core.hooksPath=none", "-c", "user.useConfigOnly=true")
        here = (git, *options, "--git-dir", draft / ".git", "--work-tree", ROOT)
        with contextlib.suppress(StepError):
            run(*here, "var", "GIT_AUTHOR_IDENT")
            run(*here, "add", "--all")
            run(*here, "commit", "--quiet", "--no-gpg-sign", "--message", "Create the project")
            committed = True
    (draft / ".git").rename(ROOT / ".git")
    draft.rmdir()
    return f"repository created{' with a first commit' if committed else ''}; "


STEPS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Environment", make_environment),
    ("Secrets", write_secrets),
    ("Database", prepare_database),
)


def run_steps(report: PlainReport, *, first_commit: bool = True) -> bool:
    """Runs the steps until one fails; returns whether all succeeded."""
    git: Callable[[], str] = partial(prepare_git, first_commit=first_commit)
    for step, action in (*STEPS, ("Git", git)):
        report.started(step)
        start = time.monotonic()
        try:
            note = action()
        except (StepError, OSError) as error:
            report.failed(step, time.monotonic() - start, str(error))
            return False
        report.done(step, time.monotonic() - start, note)
    return True


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A path may contain characters that the terminal does not have.
        sys.stdout.reconfigure(errors="replace")
    # Windows has no make.
    setup = r"python scripts\setup.py" if WINDOWS else "make setup"
    server = r".venv\Scripts\python manage.py runserver" if WINDOWS else "make run"
    try:
        ready = run_steps(PlainReport())
    except KeyboardInterrupt:
        sys.exit(f"\nInterrupted. Run `{setup}` again to continue.")
    if not ready:
        sys.exit(f"Fix the problem and run `{setup}` again.")
    print(f"Ready. Start the server with `{server}`; the README lists the other commands.")


if __name__ == "__main__":
    main()
