"""Sets up a rendered project and shows the progress.

The steps are in the project's own `scripts/setup.py`, which its team runs again after a clone.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from .answers import Answers
from .answers.reading import read
from .rendering.command import run_command, setup_command
from .rendering.cruft import is_called_by_cruft
from .rendering.literals import duration_words

SOURCES = Path(__file__).resolve().parent.parent / "{{cookiecutter.project_slug}}"
WIDTH = 79
"""The width of the printed text: that of a terminal with 80 columns."""


def finish_project(variables_as_json: str, *, update: bool) -> None:
    """Sets up the project in the current folder, unless cruft renders it for an update.

    An update compares two renderings: secrets or a database would count as changes. Raises nothing:
    Cookiecutter deletes the project if a hook fails.
    """
    if update:
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not each terminal has the signs of the progress.
        sys.stdout.reconfigure(errors="replace")
    try:
        _set_up_and_report(json.loads(variables_as_json))
    except (OSError, SystemExit):
        # The output cannot be written: the disk is full, or its reader has ended, as with `| head`;
        # rich exits then. Python would write the rest of the output at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _set_up_and_report(variables: Mapping[str, Any]) -> None:
    project = Path.cwd()
    _remove_empty_folders(project)
    console = Console(highlight=False, soft_wrap=True)
    answers = read(variables)
    policy = describe_policy(answers)
    if not answers.run_setup:
        text = f"{project.name} is rendered. To set it up:\n{setup_command(project)}"
        console.print(f"\n{policy}\n\n{text}", markup=False)
        return
    try:
        # cruft adds a file to the project afterwards, which belongs into the first commit.
        ready = set_up(project, console, first_commit=not is_called_by_cruft(variables))
    except KeyboardInterrupt:
        console.print("\nInterrupted.")
        ready = False
    except Exception as error:
        console.print(f"\nThe setup failed: {type(error).__name__}: {error}", markup=False)
        ready = False
    if ready:
        text = f"{project} is ready. To start its server:\n{run_command(project)}"
    else:
        text = (
            f"The project is kept in {project}.\nTo continue the setup:\n{setup_command(project)}"
        )
    console.print(f"\n{policy}\n\n{text}", markup=False)


def _remove_empty_folders(project: Path) -> None:
    """Removes the folders whose files this project does not have, such as those for Kubernetes."""
    for source in sorted(SOURCES.rglob("*"), reverse=True):
        folder = project / source.relative_to(SOURCES)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def describe_policy(answers: Answers) -> str:
    """Returns the token policy in a few lines, so that the user notices a mistyped answer."""
    flow = answers.token_flow
    if flow != "sliding":
        flow += f" ({'rotated' if answers.rotate_refresh_tokens else 'not rotated'})"
    access = duration_words(answers.access_token_lifetime)
    refresh = duration_words(answers.refresh_token_lifetime)
    paths = (
        answers.token_obtain_path,
        answers.token_refresh_path,
        answers.token_verify_path,
        answers.token_blacklist_path,
    )
    lines = (
        f"Tokens: {flow}, revocation {answers.revocation}, access {access}, refresh {refresh},"
        f" {answers.algorithm}",
        f"Paths:  {' '.join(f'/{path}' for path in paths if path)}",
    )
    return "\n".join(
        textwrap.fill(line, WIDTH, subsequent_indent=" " * 8, break_on_hyphens=False)
        for line in lines
    )


def set_up(project: Path, console: Console, *, first_commit: bool) -> bool:
    """Runs the project's setup. Returns whether every step succeeded."""
    setup = _load_script(project / "scripts" / "setup.py")
    if not console.is_terminal or console.is_dumb_terminal:
        return bool(setup.run_steps(setup.PlainReport(), first_commit=first_commit))
    with Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        return bool(setup.run_steps(LiveReport(progress), first_commit=first_commit))


class LiveReport:
    """A report on a terminal: the finished steps, and below them the current one with its time."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("")

    def started(self, step: str) -> None:
        self.progress.reset(self.task, description=f"{step} ...")

    def done(self, step: str, seconds: float, note: str) -> None:
        self._line("✓", step, seconds, note)

    def failed(self, step: str, seconds: float, reason: str) -> None:
        self._line("✗", step, seconds, reason)

    def _line(self, mark: str, step: str, seconds: float, text: str) -> None:
        first, *rest = text.splitlines() or [""]
        self.progress.console.print(f"{mark} {step} ({seconds:.1f} s): {first}", markup=False)
        for line in rest:
            self.progress.console.print(f"  {line}", markup=False)


def _load_script(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("project_setup", script)
    if spec is None or spec.loader is None:
        raise ImportError(f"{script} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    # Only the project's own Python writes __pycache__ there.
    dont_write_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = dont_write_bytecode
    return module
