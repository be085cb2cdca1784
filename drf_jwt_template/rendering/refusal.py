"""The messages for invalid answers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

from cookiecutter import generate
from jinja2 import Environment

from ..answers.problems import Problem
from ..prompts import PROMPTS
from .command import build_command, find_arguments, setup_command
from .cruft import is_update

IGNORED = "Invalid default received: "
"""The start of Cookiecutter's warning about an answer of a config file."""


def take_ignored_answers() -> list[str]:
    """Removes and returns Cookiecutter's warnings about the config file.

    Cookiecutter ignores the first invalid answer and all that follow it, with a warning only. The
    registry of its module contains the warning, unless warnings are disabled.
    """
    registry = getattr(generate, "__warningregistry__", {})
    found = [key for key in registry if isinstance(key, tuple) and key[0].startswith(IGNORED)]
    for key in found:
        del registry[key]
    return [key[0].removeprefix(IGNORED) for key in found]


def find_lists(raw: Mapping[str, Any]) -> list[str]:
    """Returns a message for each text that the config file gives as a list.

    Cookiecutter uses the first item and ignores the others.
    """
    return [
        f"{name} = {value!r}: must be one text, not a list"
        for name, value in raw.items()
        if isinstance(value, list) and isinstance(PROMPTS.get(name), str)
    ]


def explain_ignored_answers(answers: Sequence[str]) -> str:
    return (
        "No project was created: an answer in the config file is invalid.\n\n"
        + "\n".join(answers)
        + "\n\nCorrect the answer in the config file and run the command again. Quote texts that"
        " look like numbers."
    )


def find_unknown_answers() -> list[Problem]:
    """Returns a problem for each given answer without a prompt. Cookiecutter ignores it."""
    return [
        Problem(name, value, f"must be the name of a prompt{_suggest_name(name)}")
        for name, value in _given_answers().items()
        if name not in PROMPTS
    ]


def _given_answers() -> Mapping[str, Any]:
    """Returns the answers in the command."""
    return find_arguments().get("extra_context") or {}


def _suggest_name(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), [n for n in PROMPTS if n[0] != "_"], 1)
    return f"; did you mean {near[0]}?" if near else ""


class Refusal:
    """Explains why no project is created, with a command that keeps the answers."""

    def __init__(
        self, environment: Environment, variables: Mapping[str, Any], raw: Mapping[str, Any]
    ) -> None:
        """`raw` contains the prompts with the defaults of the config file."""
        self.environment = environment
        self.variables = variables
        self.raw = raw

    def explain_problems(self, problems: Sequence[Problem]) -> str:
        shown = list(self._explain_derived(problems))
        refused = {problem.variable for problem in shown}
        updated = is_update(self.variables)
        if updated:
            advice = "Correct this and run the command again."
        elif find_arguments().get("no_input"):
            advice = "Add the corrected answers to this command, which keeps the others:"
        else:
            advice = f"To change {', '.join(sorted(refused))} and keep the other answers:"
        return (
            ("Nothing was changed: " if updated else "No project was created: ")
            + ("one answer is" if len(refused) == 1 else f"{len(refused)} answers are")
            + " invalid.\n\n"
            + "\n".join(map(str, shown))
            + f"\n\n{advice}"
            + ("" if updated else f"\n  {self._command(refused)}")
        )

    def explain_existing_folder(self, folder: Path) -> str:
        text = f"No project was created: {folder} already exists."
        if (folder / "scripts" / "setup.py").exists():
            text += (
                f"\n\nTo continue its setup:\n{setup_command(folder)}"
                "\nTo render it again, over its files:\n  "
                + self._command(set(), "--overwrite-if-exists")
            )
        return text

    def _explain_derived(self, problems: Sequence[Problem]) -> Iterator[Problem]:
        """Yields the problems, without those of defaults that another problem has caused."""
        refused = {problem.variable for problem in problems}
        for problem in problems:
            sources = re.findall(r"cookiecutter\.(\w+)", str(PROMPTS.get(problem.variable)))
            if (
                not sources
                or problem.variable in _given_answers()
                or problem.given != self._render_default(problem.variable)
            ):
                yield problem
            elif sources[0] not in refused:
                source = f"{sources[0]} = {self.variables[sources[0]]!r}"
                yield replace(
                    problem, reason=f"{problem.reason}\nThe default follows from {source}."
                )

    def _command(self, refused: Set[str], *options: str) -> str:
        """Returns the command that gives all other answers, unless they are the prompt's default."""
        given = _given_answers()
        # Of a replay, `raw` contains the answers.
        defaults = PROMPTS if find_arguments().get("replay") else {**PROMPTS, **self.raw}
        kept = {
            name: value
            for name, value in self.variables.items()
            if name in PROMPTS
            and not name.startswith("_")
            and name not in refused
            and (
                name in given
                or value != self._render_default(name)
                or defaults[name] != PROMPTS[name]
            )
        }
        return build_command(self.variables, kept, *options)

    def _render_default(self, name: str) -> Any:
        raw = PROMPTS[name]
        if isinstance(raw, list):
            return raw[0]
        if isinstance(raw, str):
            unfinished = {key: value for key, value in self.variables.items() if key != "_template"}
            return self.environment.from_string(raw).render(cookiecutter=unfinished)
        return raw
