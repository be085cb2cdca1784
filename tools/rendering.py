"""Renders projects in memory, without hooks.

This is faster than Cookiecutter, which compiles all templates again for each project. A test compares
the results of both.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from cookiecutter.generate import generate_context, is_copy_only_path
from cookiecutter.prompt import prompt_for_config
from cookiecutter.utils import create_env_with_context
from jinja2 import FileSystemLoader

from drf_jwt_template.prompts import PROMPTS

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "{{cookiecutter.project_slug}}"
COMPILED = functools.lru_cache(create_env_with_context({"cookiecutter": PROMPTS}).from_string)


def variables(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Returns Cookiecutter's variables for these answers and the defaults of all other prompts.

    Raises ValueError for an unknown prompt, which Cookiecutter would ignore.
    """
    unknown = set(answers) - {name for name in PROMPTS if not name.startswith("_")}
    if unknown:
        raise ValueError(f"unknown prompts: {', '.join(sorted(unknown))}")
    return dict(_variables(tuple(sorted(answers.items()))))


# Tests often need the variables of a project that they also render.
@functools.lru_cache(maxsize=1)
def _variables(answers: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    context = generate_context(str(ROOT / "cookiecutter.json"), extra_context=dict(answers))
    compiled = SimpleNamespace(from_string=COMPILED)
    with patch("cookiecutter.prompt.create_env_with_context", return_value=compiled):
        return {**prompt_for_config(context, no_input=True), "_template": str(ROOT)}


class Renderer:
    """Renders projects from templates that it compiles once."""

    def __init__(self) -> None:
        self.environment = create_env_with_context({"cookiecutter": PROMPTS})
        self.environment.loader = FileSystemLoader(SOURCES)
        self.paths = [
            (self.environment.from_string(name), name)
            for name in sorted(
                path.relative_to(SOURCES).as_posix()
                for path in SOURCES.rglob("*")
                if path.is_file() and path.suffix != ".pyc"
            )
        ]

    def render(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """Returns the files of a project by their paths.

        Raises SystemExit for invalid answers.
        """
        return dict(self._files(variables(answers)))

    def _files(self, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
        context = {"cookiecutter": given}
        for path, source in self.paths:
            target = path.render(context)
            # A conditional name is empty if its condition is false.
            if not target or target.endswith("/"):
                continue
            if is_copy_only_path(source, {"cookiecutter": PROMPTS}):
                yield target, (SOURCES / source).read_text(encoding="utf-8")
            else:
                yield target, self.environment.get_template(source).render(context)


def write(files: Mapping[str, str], folder: Path) -> Path:
    """Writes the files into a new folder, and returns it."""
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    return folder
