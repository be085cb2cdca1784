"""The responses of a project match its OpenAPI description, for valid and invalid requests.

RANDOM_SEED sets another seed.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

import pytest

from tools.rendering import write

from . import fuzzing, matrix
from .baking import create_database, environment_for, prepare_project
from .proving import keep_proof, proof, renderer, source

SEED = int(os.environ.get("RANDOM_SEED", "7"))
ROWS = matrix.api_rows()


def test_rows_contain_each_pair_of_api_values() -> None:
    assert matrix.allowed(matrix.api_axes(), 2) <= matrix.combinations(ROWS.values(), 2)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (n % 2)) for n, name in enumerate(ROWS)],
)
def test_responses_match_openapi_description(name: str, tmp_path: Path) -> None:
    row = ROWS[name]
    environment = environment_for(row["django_version"], row["python"])
    files = renderer.render(matrix.answers(row))
    steps = (source(fuzzing.__file__), version("schemathesis"), str(SEED), row["server"])
    kept = proof(files, environment, *steps)
    if kept.exists():
        return
    project = write(files, tmp_path / "project")
    python = prepare_project(project, environment) / "python"
    print(matrix.command(row))
    with create_database(row["server"], python, tmp_path) as url:
        fuzzing.fuzz(project, python, url, SEED)
    keep_proof(kept)
