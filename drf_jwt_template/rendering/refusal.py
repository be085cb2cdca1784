"""The messages for invalid answers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from cookiecutter import generate
from jinja2 import Environment

from ..answers.problems import Problem
from ..prompts import PROMPTS
from .cruft import is_called_by_cruft

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


def explain_problems(
    environment: Environment, variables: Mapping[str, Any], problems: Sequence[Problem]
) -> str:
    """Returns the problems, and the command that keeps all other answers."""
    refused = {problem.variable for problem in problems}
    kept = {
        name: value
        for name, value in variables.items()
        if not name.startswith("_")
        and name not in refused
        and value != _render_default(environment, name, variables)
    }
    template = str(variables["_template"])
    if is_called_by_cruft(variables):
        command = ["cruft", "create", template]
        if kept:
            command += ["--extra-context", json.dumps(kept)]
    else:
        command = ["cookiecutter", template]
        if variables.get("_checkout"):
            command += ["--checkout", str(variables["_checkout"])]
        command += [f"{name}={value}" for name, value in kept.items()]
    return (
        "No project was created: "
        + ("one answer is" if len(refused) == 1 else f"{len(refused)} answers are")
        + " invalid."
        + "\n\n"
        + "\n".join(map(str, problems))
        + "\n\nTo change "
        + ", ".join(sorted(refused))
        + " and keep the other answers:\n  "
        + " ".join(map(shlex.quote, command))
    )


def _render_default(environment: Environment, name: str, variables: Mapping[str, Any]) -> Any:
    raw = PROMPTS.get(name)
    if isinstance(raw, list):
        return raw[0]
    if isinstance(raw, str):
        unfinished = {key: value for key, value in variables.items() if key != "_template"}
        return environment.from_string(raw).render(cookiecutter=unfinished)
    return raw
