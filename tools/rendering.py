"""What Cookiecutter would make of some answers, in memory and without its hooks: for many at a time.

Cookiecutter itself reads and compiles every template anew for every project. A test holds the two
together.
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
    """Cookiecutter's variables when these answers are given, and every other prompt has its default.

    Raises ValueError for a variable that there is not: Cookiecutter ignores it silently.
    """
    unknown = set(answers) - {name for name in PROMPTS if not name.startswith("_")}
    if unknown:
        raise ValueError(f"no prompt: {', '.join(sorted(unknown))}")
    return dict(_variables(tuple(sorted(answers.items()))))


# A test asks for them, and so does what it renders.
@functools.lru_cache(maxsize=1)
def _variables(answers: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    context = generate_context(str(ROOT / "cookiecutter.json"), extra_context=dict(answers))
    compiled = SimpleNamespace(from_string=COMPILED)
    with patch("cookiecutter.prompt.create_env_with_context", return_value=compiled):
        return {**prompt_for_config(context, no_input=True), "_template": str(ROOT)}


class Renderer:
    """Keeps the templates compiled from one project to the next."""

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
        """The files of a project by their paths in it. Raises FailedHookException as Cookiecutter."""
        return dict(self._files(variables(answers)))

    def _files(self, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
        context = {"cookiecutter": given}
        for path, source in self.paths:
            target = path.render(context)
            if target.endswith("/"):
                continue
            if is_copy_only_path(source, {"cookiecutter": PROMPTS}):
                yield target, (SOURCES / source).read_text(encoding="utf-8")
            else:
                yield target, self.environment.get_template(source).render(context)


def write(files: Mapping[str, str], folder: Path) -> Path:
    """Writes the files into a folder, which it makes."""
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    return folder
