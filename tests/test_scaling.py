"""The work of rendering and of a project is proportional to the number of resources.

These tests count calls, because times depend on the machine.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from . import counting
from .baking import BIN, ROOT, run
from .changing import render_project
from .counting import count_calls
from .proving import renderer

NUMBERS = (8, 16, 32)
# It compares each pair of addresses, which takes less than a microsecond.
PAIRWISE = "answers/routes.py: _overlap"


def write_resources(number: int) -> str:
    """Returns resources with choices, owners and relations, in the resource language."""
    return "; ".join(
        f"Thing{n}(name: str unique, day: date optional, state: choice(a{n}|b) = b, owner: owner,"
        f" other: Thing{max(n - 1, 0)} optional, many: many Thing{n // 2} optional)"
        for n in range(number)
    )


def find_superlinear(counts: Sequence[Counter[str]]) -> list[str]:
    """Returns the functions whose calls grow faster than the number of resources.

    From each number of resources to the next one, calls double, and those for each pair quadruple.
    """
    small, medium, large = counts
    return [
        f"{function}: {small[function]}, {medium[function]}, {large[function]} calls"
        for function in large
        if large[function] - medium[function] > 3 * (medium[function] - small[function]) + 20
    ]


def count_rendering(number: int) -> Counter[str]:
    answers = {"resources": write_resources(number)}
    calls = count_calls(lambda: renderer.render(answers), ROOT / "drf_jwt_template")
    del calls[PAIRWISE]
    return calls


def test_rendering_is_linear() -> None:
    # The first time compiles the templates.
    count_rendering(1)
    assert find_superlinear([count_rendering(number) for number in NUMBERS]) == []


@pytest.mark.slow
def test_project_is_linear(tmp_path: Path) -> None:
    counts = []
    for number in NUMBERS:
        answers = {"resources": write_resources(number), "also_accept": "session"}
        project = render_project(answers, tmp_path / str(number))
        output = run(project / ".venv" / BIN / "python", str(counting.__file__), cwd=project)
        counts.append(Counter(json.loads(output.splitlines()[-1])))
    assert find_superlinear(counts) == []
    # The functions of the project are among them.
    assert any(function.startswith("api/schema") for function in counts[0])
