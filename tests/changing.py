"""Runs the tests of a rendered project's resources after its sources have been changed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.rendering import write

from .baking import BIN, PROMPTS, environment_for, outcome, run
from .proving import renderer


def render_project(answers: Mapping[str, Any], folder: Path) -> Path:
    """Returns a rendered project that has an environment and its secrets, but no migrations."""
    write(renderer.render(answers), folder)
    django = answers.get("django_version", PROMPTS["django_version"][0])
    (folder / ".venv").symlink_to(environment_for(django), target_is_directory=True)
    code = "import sys; sys.path[:0] = ['.', 'scripts']; import setup; setup.write_secrets()"
    run(folder / ".venv" / BIN / "python", "-c", code, cwd=folder)
    return folder


def copy_project(project: Path, folder: Path) -> Path:
    return Path(shutil.copytree(project, folder, symlinks=True))


def change(path: Path, before: str, after: str) -> None:
    """Replaces a text in a file. Fails the test if the file does not contain it."""
    text = path.read_text(encoding="utf-8")
    assert before in text, path
    path.write_text(text.replace(before, after), encoding="utf-8", newline="\n")


def run_resource_tests(project: Path, *names: str) -> tuple[int, str]:
    """Returns status and output of the tests of the resources, or of those named."""
    tests = "tests/test_resources.py"
    chosen = [f"{tests}::{name}" for name in names] or [tests]
    options = ("-q", "--tb=short", "--nomigrations", "-p", "no:cacheprovider")
    pytest = project / ".venv" / BIN / "pytest"
    database = f"sqlite:///{project / 'db.sqlite3'}"
    return outcome(pytest, *options, *chosen, cwd=project, DATABASE_URL=database)
