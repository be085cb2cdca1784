"""Distinguishes cruft from Cookiecutter, and its updates from new projects."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

PACKAGE_DIR = Path(__file__).resolve().parent.parent


def is_called_by_cruft(variables: Mapping[str, Any]) -> bool:
    """Returns whether cruft renders the project.

    Since 2.16, cruft adds a variable of its own, which hooks get, too.
    """
    return "_commit" in variables or any(
        module.partition(".")[0] == "cruft" for module in _calling_modules()
    )


def is_update(variables: Mapping[str, Any]) -> bool:
    """Returns whether cruft renders the project to compare it, and not to create it.

    `cruft update`, `diff` and `check` render old and new versions in temporary folders, and run the
    hooks there, with the variables of `cruft create`.
    """
    return is_called_by_cruft(variables) and "cruft._commands.create" not in _calling_modules()


def store_old_files() -> None:
    """Stores the files of the old version in the repository of the project that cruft updates.

    git merges a file if it has the version from which both sides started, as the template rendered
    it. After a first update, only the clone that ran it has that version: the team's commits
    contain merged files. Without it, cruft writes .rej files instead of merging.
    """
    for frame in frames():
        if frame.f_globals.get("__name__") == "cruft._commands.update":
            found = frame.f_locals
            break
    else:
        return
    # While hooks run, the current folder is another one.
    old, project = found.get("current_template_dir"), found.get("project_dir")
    # The old version is rendered first.
    if not old or not project or not old.exists() or not (project / ".cruft.json").exists():
        return
    files = [os.fsencode(path) for path in old.rglob("*") if path.is_file()]
    subprocess.run(
        ["git", "hash-object", "-w", "--no-filters", "--stdin-paths"],
        cwd=project,
        input=b"\n".join(files),
        capture_output=True,
    )


def frames() -> Iterator[FrameType]:
    """Yields the call stack, innermost call first."""
    frame: FrameType | None = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back


def _calling_modules() -> set[str]:
    return {frame.f_globals.get("__name__", "") for frame in frames()}


def unload_package() -> None:
    """Removes this package from the loaded modules if cruft runs: the next import reads it again.

    `cruft update` renders the old and the new version of the template in one process, from one
    folder; without this function, the new templates would use the old code. Compiled files are
    deleted: Python does not notice a new source of the same size within the same second.
    """
    if "cruft" not in sys.modules:
        return
    package = __name__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    for folder in PACKAGE_DIR.rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)
    importlib.invalidate_caches()
