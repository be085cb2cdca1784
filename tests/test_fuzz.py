"""What a project answers is what its OpenAPI description says, whatever is asked.

RANDOM_SEED is another seed to try.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.rendering import write

from . import matrix
from .baking import adopt, environment_for
from .fuzzing import database, fuzz
from .proving import renderer

SEED = int(os.environ.get("RANDOM_SEED", "7"))
# Each with one of the samples of resources, in turn.
OPTIONS: Sequence[matrix.Row] = (
    {},
    {"jwt_settings": matrix.SAMPLES["jwt_settings"][1], "also_accept": "nothing"},
    {"token_flow": "sliding", "also_accept": "token", "access_token_lifetime": "30s"},
    {"revocation": "sessions", "permission": "DjangoModelPermissions", "also_accept": "basic"},
    {"resource_links": "url", "permission": "IsAuthenticatedOrReadOnly", "login_field": "email"},
    {"token_flow": "pair-with-refresh-cookie", "revocation": "sessions", "resource_links": "url"},
    {"revocation": "none", "algorithm": "ES256", "jwt_settings": matrix.REMOTE},
    {"token_flow": "sliding", "revocation": "sessions", "login_field": "email"},
    {"token_flow": "pair-with-refresh-cookie", "permission": "DjangoModelPermissions"},
)
COMBINATIONS: Sequence[matrix.Row] = [
    {"resources": text, **options}
    for text, options in zip(itertools.cycle(matrix.SAMPLES["resources"]), OPTIONS, strict=False)
]


@pytest.mark.fuzz
@pytest.mark.costly
@pytest.mark.parametrize("server", matrix.TRIAL["server"])
@pytest.mark.parametrize("number", range(len(COMBINATIONS)))
def test_what_is_answered_is_described(number: int, server: str, tmp_path: Path) -> None:
    row = matrix.row(**COMBINATIONS[number])
    environment = environment_for(row["django_version"], row["python"])
    project = write(renderer.render(matrix.answers(row)), tmp_path / "project")
    python = adopt(project, environment) / "python"
    print(matrix.command(row))
    with database(server, python, tmp_path) as url:
        fuzz(project, python, url, SEED)
