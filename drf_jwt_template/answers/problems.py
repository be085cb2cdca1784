"""Refused answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import TextWrapper

LONGEST = 200
"""The length at which a refused answer is cut."""
WRAPPER = TextWrapper(
    width=80,
    initial_indent="  ",
    subsequent_indent="  ",
    break_long_words=False,
    break_on_hyphens=False,
)


@dataclass(frozen=True)
class Problem:
    """One refused answer."""

    variable: str
    given: object
    reason: str
    """The constraint, and the remedy if there is one."""

    def __str__(self) -> str:
        given = ""
        if self.given is not None:
            text = str(self.given)
            given = f" = {text[:LONGEST]!r}" + ("..." if len(text) > LONGEST else "")
        return "\n".join([self.variable + given, *map(_indent, self.reason.split("\n"))])


def _indent(line: str) -> str:
    """Returns a line of a reason, wrapped unless it is a quoted line or marks a place in one."""
    if line.startswith(" "):
        return f"  {line}"
    return "\n".join(WRAPPER.wrap(line))


class AnswersError(ValueError):
    """Answers that cannot be rendered. The message names all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
