"""Projects with every pair of values of all prompts pass all checks.

The algorithm has one value of each family; tests/test_algorithms.py proves the others.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drf_jwt_template.answers.problems import AnswersError
from drf_jwt_template.answers.reading import read
from drf_jwt_template.prompts import PROMPTS
from tools.rendering import variables

from . import matrix
from .files import expected_files, find_flaws
from .proving import (
    check_long_tests,
    check_project_quickly,
    check_varying_long_tests,
    prove,
    renderer,
)
from .usual import USUAL


def test_each_prompt_has_axis() -> None:
    visible = {name for name in PROMPTS if not name.startswith("_")}
    free = {n for n in visible if not isinstance(PROMPTS[n], (list, bool))}
    assert set(matrix.SAMPLES) == free - set(matrix.ELSEWHERE)
    assert set(matrix.axes()) == visible - set(matrix.ELSEWHERE) | set(matrix.TRIAL)
    assert set(USUAL) == visible
    for name in matrix.ELSEWHERE:
        assert (Path(__file__).parent / matrix.ELSEWHERE[name]).read_text("utf-8").count(name)


def test_unknown_prompt_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown prompts: algoritm"):
        variables({"algoritm": "ES256"})


def test_rows_contain_each_accepted_pair() -> None:
    axes = matrix.array_axes(2)
    assert matrix.combinations(matrix.covering_array(axes, 2), 2) == matrix.allowed(axes, 2)


@pytest.mark.parametrize("number", range(len(matrix.refused_pairs())))
def test_refused_pair_is_invalid(number: int) -> None:
    pair = matrix.refused_pairs()[number]
    for row in matrix.covering_array(matrix.array_axes(2), 2):
        with pytest.raises(AnswersError) as refused:
            read(variables(matrix.answers({**row, **dict(pair)})))
        assert {p.variable for p in refused.value.problems} & {name for name, _ in pair}


def test_row_is_proven(
    row: matrix.Row, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("seconds", prove(row, tmp_path, check_project_quickly))
    record_property("row", row)


@pytest.mark.slow
def test_awkward_names_pass_long_tests(tmp_path: Path) -> None:
    prove(matrix.rows(2)["awkward-names"], tmp_path, check_varying_long_tests)


@pytest.mark.parametrize("name", ["default", "no-resources"])
def test_named_row_passes_long_tests(name: str, tmp_path: Path) -> None:
    prove(matrix.row(**matrix.NAMED[name]), tmp_path, check_long_tests)


@pytest.mark.slow
@pytest.mark.parametrize(
    "answers",
    [
        {"token_flow": "pair-with-refresh-cookie", "login_field": "email", "also_accept": "token"},
        {"token_flow": "sliding", "revocation": "blacklist", "also_accept": "basic"},
        {"revocation": "none", "api_prefix": "/", "resource_links": "url", "server": "postgresql"},
    ],
    ids=["cookie", "sliding", "stateless"],
)
def test_unlike_project_passes_long_tests(answers: matrix.Row, tmp_path: Path) -> None:
    prove(matrix.row(**answers), tmp_path, check_long_tests)


def test_files(row: matrix.Row) -> None:
    files = renderer.render(matrix.answers(row))
    assert set(files) == expected_files(matrix.answers(row))
    for path, text in files.items():
        assert find_flaws(path, text) == [], matrix.command(row)
