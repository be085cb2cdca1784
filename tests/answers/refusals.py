"""Helpers for the tests of refused answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from drf_jwt_template.answers.problems import AnswersError, Problem
from drf_jwt_template.answers.reading import read

Raw = dict[str, object]

# A message states what is required or what to do, or ends with the message of another error.
SAYS_WHAT_TO_DO = re.compile(
    r"\b(add|allowed|change|choose|create|delete|derive|did you mean|enter|expected|fix|install|log in"
    r"|make|must|needs|remove|rename|request a|reserved|requires|run|send|set|try again|use|write)\b"
    r"| \{\w+\}\.?$",
    re.IGNORECASE,
)


def problems_of(raw: Mapping[str, object]) -> tuple[Problem, ...]:
    """Returns the problems of answers that are refused."""
    with pytest.raises(AnswersError) as refusal:
        read(raw)
    for problem in refusal.value.problems:
        assert SAYS_WHAT_TO_DO.search(problem.reason), problem
    return refusal.value.problems


def refusal_of(raw: Mapping[str, object], variable: str) -> str:
    """Returns the reasons, which all are about one variable."""
    problems = problems_of(raw)
    assert {problem.variable for problem in problems} == {variable}
    return "\n".join(problem.reason for problem in problems)
