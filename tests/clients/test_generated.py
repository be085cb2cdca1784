"""Clients that are generated from the OpenAPI description of a project use its server.

A scenario of each language, with a part for each project, states what the author of a client relies
on: types, which the compiler or mypy checks, and responses.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ..baking import BIN, run
from .generators import (
    bundle,
    check_python,
    check_typescript,
    copy_sources,
    generate_hey_api,
    generate_openapi_fetch,
    generate_python,
    install_python_packages,
)
from .projects import Site

pytestmark = pytest.mark.clients


def test_python_client(site: Site, tmp_path: Path) -> None:
    folder = copy_sources("python", tmp_path / "python")
    generate_python(site.schema, folder)
    check_python(folder, f"{site.name}_part")
    python = install_python_packages() / BIN / "python"
    run(python, "-m", f"{site.name}_part", json.dumps(site.facts("192.0.2.1")), cwd=folder)


def test_openapi_fetch_client(site: Site, tmp_path: Path) -> None:
    folder = copy_sources("typescript", tmp_path / "typescript")
    generate_openapi_fetch(site.schema, folder / "openapi_fetch")
    part = folder / "openapi_fetch" / f"{site.name}.ts"
    check_typescript(folder, part, exactOptionalPropertyTypes=True)
    run_part(part, site, "192.0.2.2")


def test_hey_api_client(site: Site, tmp_path: Path) -> None:
    folder = copy_sources("typescript", tmp_path / "typescript")
    generate_hey_api(site.schema, folder / "hey_api")
    part = folder / "hey_api" / f"{site.name}.ts"
    check_typescript(folder, part)
    run_part(part, site, "192.0.2.3")


def run_part(part: Path, site: Site, address: str) -> None:
    node = shutil.which("node")
    assert node
    run(node, bundle(part), json.dumps(site.facts(address)), cwd=part.parent)
