"""Helpers for the tests of refused answers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from drf_jwt_template.answers.problems import AnswersError, Problem
from drf_jwt_template.answers.reading import read

Raw = dict[str, object]


def problems_of(raw: Mapping[str, object]) -> tuple[Problem, ...]:
    """Returns the problems of answers that are refused."""
    with pytest.raises(AnswersError) as refusal:
        read(raw)
    return refusal.value.problems


def refusal_of(raw: Mapping[str, object], variable: str) -> str:
    """Returns the reasons, which all are about one variable."""
    problems = problems_of(raw)
    assert {problem.variable for problem in problems} == {variable}
    return "\n".join(problem.reason for problem in problems)
