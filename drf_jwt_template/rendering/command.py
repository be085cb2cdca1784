"""The command that started Cookiecutter or cruft, and commands in a project."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .cruft import frames, is_called_by_cruft

CREATING = {"cookiecutter.main": "cookiecutter", "cruft._commands.create": "create"}
"""The function that creates a project, by the name of its module."""
TOOLS = ("cookiecutter", "cruft")
# The folders in which uv creates the environments of `uvx` and `uv run --with`.
UV_CACHE = r"(archive|builds|environments)-v[0-9]+"
WITH_ANSWERS = ("--extra-context", "--extra-context-file", "-E", "--replay-file")
"""The options of both tools whose value contains answers."""


def find_arguments(functions: Mapping[str, str] = CREATING) -> Mapping[str, Any]:
    """Returns the arguments of a call in progress, by default of the one that creates the project.

    The result is empty if there is no such call. The templates do not get these arguments, and
    click knows only those of Cookiecutter.
    """
    for frame in frames():
        if functions.get(frame.f_globals.get("__name__", "")) == frame.f_code.co_name:
            return frame.f_locals
    return {}


def build_command(variables: Mapping[str, Any], answers: Mapping[str, Any], *options: str) -> str:
    """Returns the command that the user typed, with these answers instead of the typed ones."""
    cruft = is_called_by_cruft(variables)
    if launcher := find_launcher():
        words = [*launcher, *_without_answers(sys.argv[1:])]
    else:
        words = [
            *(("cruft", "create") if cruft else ("cookiecutter",)),
            str(variables["_template"]),
        ]
        if variables.get("_checkout"):
            words += ["--checkout", str(variables["_checkout"])]
    words += options
    if not cruft:
        words += [f"{name}={value}" for name, value in answers.items()]
    elif answers:
        words += ["--extra-context", json.dumps(answers)]
    return quote(words)


def find_launcher() -> list[str]:
    """Returns the words that start Cookiecutter or cruft. Empty if another program calls them."""
    program, environment = Path(sys.argv[0]), Path(sys.prefix)
    if program.name == "__main__.py" and program.parent.name in TOOLS:
        # `python -m cookiecutter`, with the name of Python that was typed
        return sys.orig_argv[: len(sys.orig_argv) - len(sys.argv) + 1]
    tool = program.stem
    if tool not in TOOLS:
        return []
    # If the tool is installed, `uvx` runs it, but not by the link that a shell finds.
    installed = (environment / "uv-receipt.toml").exists() and environment in program.parents
    if installed or re.fullmatch(UV_CACHE, environment.parent.name):
        return ["uvx", tool]
    if (environment / "pipx_metadata.json").exists() and environment.parent.name != "venvs":
        return ["pipx", "run", tool]
    found = shutil.which(tool)
    if found and _resolve(Path(found)) == _resolve(program):
        return [tool]
    return [str(program)]


def setup_command(project: Path) -> str:
    """Returns the lines that set up a project."""
    return _command_in(project, "make setup", windows=r"python scripts\setup.py")


def run_command(project: Path) -> str:
    """Returns the lines that start the server of a project."""
    return _command_in(project, "make run", windows=r".venv\Scripts\python manage.py runserver")


def _command_in(project: Path, command: str, *, windows: str) -> str:
    """Returns lines to paste into a shell; on Windows, into any of its shells."""
    folder = quote([str(project)])
    return f"  cd {folder}\n  {windows}" if os.name == "nt" else f"  cd {folder} && {command}"


def quote(words: Sequence[str]) -> str:
    """Returns a command to paste into a shell."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _resolve(program: Path) -> Path:
    # On Windows, `sys.argv` omits the suffix.
    return program.with_suffix("").resolve()


def _without_answers(words: Sequence[str]) -> Iterator[str]:
    """Yields the words of a command except answers and replays."""
    given = find_arguments().get("extra_context") or {}
    skipped = False
    for word in words:
        name, equals, _ = word.partition("=")
        if skipped:
            skipped = False
        elif name in WITH_ANSWERS:
            skipped = not equals
        elif word != "--replay" and not (equals and name in given):
            yield word
