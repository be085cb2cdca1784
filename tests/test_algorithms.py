"""Proves each algorithm that is not in the array of pairs, with the tests that depend on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from . import matrix
from .files import expected_files, find_flaws
from .proving import TOKEN_TESTS, check_tokens, prove, renderer

ROWS = matrix.light_rows()
# The files that may depend on the algorithm or its keys.
NAMING_FILES = {"README.md", "config/jwt.py", "tokens/algorithm.py", *TOKEN_TESTS}


def test_each_algorithm_has_one_family() -> None:
    named = [*matrix.FAMILIES, *itertools.chain(*matrix.FAMILIES.values())]
    assert sorted(named) == sorted(matrix.axes()["algorithm"])


@pytest.mark.parametrize("first", matrix.FAMILIES)
def test_projects_of_family_differ_in_single_lines(first: str) -> None:
    """Checks that light rows are enough: templates treat the algorithms of a family alike."""
    files = renderer.render({"algorithm": first})
    for algorithm in matrix.FAMILIES[first]:
        others = renderer.render({"algorithm": algorithm})
        assert {path for path in files if files[path] != others.get(path)} <= NAMING_FILES
        assert line_counts(others) == line_counts(files)


def line_counts(files: dict[str, str]) -> dict[str, int]:
    return {path: text.count("\n") for path, text in files.items()}


@pytest.mark.parametrize(
    "algorithm",
    [pytest.param(name, marks=[pytest.mark.slow] * (n % 2)) for n, name in enumerate(ROWS)],
)
def test_tokens_are_proven(
    algorithm: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("seconds", prove(ROWS[algorithm], tmp_path, check_tokens))
    record_property("algorithm", algorithm)


@pytest.mark.parametrize("algorithm", ROWS)
def test_files(algorithm: str) -> None:
    answers = matrix.answers(ROWS[algorithm])
    files = renderer.render(answers)
    assert set(files) == expected_files(answers)
    for path, text in files.items():
        assert find_flaws(path, text) == []
