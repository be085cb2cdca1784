"""The rendered projects, each with its server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .projects import PROJECTS, Site, serve


@pytest.fixture(scope="session", params=list(PROJECTS))
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A project and its server, which all generated clients share."""
    with serve(request.param, tmp_path_factory.mktemp(request.param)) as served:
        yield served
