"""Changes the sources of rendered projects, and runs the tests of their resources."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.rendering import write

from .baking import BIN, environment_for, run, run_unchecked
from .proving import renderer
from .usual import USUAL


def render_project(answers: Mapping[str, Any], folder: Path) -> Path:
    """Renders a project with an environment and secrets, but without migrations."""
    write(renderer.render(answers), folder)
    django = answers.get("django_version", USUAL["django_version"])
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
    """Returns status and output of all tests of the resources, or of the named ones."""
    tests = "tests/test_resources.py"
    chosen = [name if "/" in name else f"{tests}::{name}" for name in names] or [tests]
    options = ("-q", "--tb=short", "--nomigrations", "-p", "no:cacheprovider")
    pytest = project / ".venv" / BIN / "pytest"
    database = f"sqlite:///{project / 'db.sqlite3'}"
    return run_unchecked(pytest, *options, *chosen, cwd=project, DATABASE_URL=database)
