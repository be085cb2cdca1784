"""The message for answers that cannot be rendered."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from cookiecutter import generate
from jinja2 import Environment

from ..answers.problems import Problem
from ..prompts import PROMPTS

IGNORED = "Invalid default received: "
"""The start of Cookiecutter's warning about an answer of a config file."""


def take_ignored_answers() -> list[str]:
    """Returns what Cookiecutter warned about the config file, and forgets it.

    At the first answer that it cannot use, Cookiecutter ignores all that follow, and goes on. The
    warning stays in the registry of its module, unless warnings are switched off.
    """
    registry = getattr(generate, "__warningregistry__", {})
    found = [key for key in registry if isinstance(key, tuple) and key[0].startswith(IGNORED)]
    for key in found:
        del registry[key]
    return [key[0].removeprefix(IGNORED) for key in found]


def explain_ignored(answers: Sequence[str]) -> str:
    return (
        "No project was created: an answer of the config file is invalid.\n\n"
        + "\n".join(answers)
        + "\n\nCorrect it in the config file, quoted if it is a text, and run the command again."
    )


def explain(
    environment: Environment, variables: Mapping[str, Any], problems: Sequence[Problem]
) -> str:
    """Returns the problems, and the command that asks for these answers again."""
    refused = {problem.variable for problem in problems}
    kept = {
        name: value
        for name, value in variables.items()
        if not name.startswith("_")
        and name not in refused
        and value != _default(environment, name, variables)
    }
    template = str(variables["_template"])
    if by_cruft(variables):
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


def _default(environment: Environment, name: str, variables: Mapping[str, Any]) -> Any:
    raw = PROMPTS.get(name)
    if isinstance(raw, list):
        return raw[0]
    if isinstance(raw, str):
        unfinished = {key: value for key, value in variables.items() if key != "_template"}
        return environment.from_string(raw).render(cookiecutter=unfinished)
    return raw


def by_cruft(variables: Mapping[str, Any]) -> bool:
    return "_commit" in variables
