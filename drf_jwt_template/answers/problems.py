"""Refused answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One refused answer."""

    variable: str
    given: object
    reason: str
    """The constraint, and the remedy if there is one."""

    def __str__(self) -> str:
        given = "" if self.given is None else f" = {str(self.given)!r}"
        return f"{self.variable}{given}\n" + "\n".join(
            f"  {row}" for row in self.reason.split("\n")
        )


class AnswersError(ValueError):
    """Answers that cannot be rendered. The message names all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
