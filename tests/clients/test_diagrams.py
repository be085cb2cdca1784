"""The diagrams in the READMEs of projects are valid, for any name of a resource or field."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ..baking import run
from ..matrix import AWKWARD, LONG_NAMES, RELATIONS, TYPES
from ..proving import renderer
from .node import install_packages

pytestmark = pytest.mark.clients

PARSER = Path(__file__).with_name("diagrams.mjs")
# Names that mean something in Mermaid.
KEYWORDS = """
Title(title: str, style: int unique); Style(class_def: str, title: Title); Direction(end: Style);
ClassDef(one: ClassDef optional, many: many Title, only: int); ErDiagram(to: many User);
Click(tb: int); End(note: str, loop: int); Session(opt: owner) at logins; Token(u: owner)
"""
PROJECTS: Mapping[str, dict[str, Any]] = {
    "default": {},
    "keywords": {"resources": KEYWORDS, "accounts": "invited", "also_accept": "token"},
    "awkward": {"resources": AWKWARD, "accounts": "open", "revocation": "blacklist"},
    "relations": {"resources": RELATIONS, "token_flow": "pair-with-refresh-cookie"},
    "types": {"resources": TYPES, "token_flow": "sliding", "revocation": "blacklist"},
    "long": {"resources": LONG_NAMES, "revocation": "blacklist", "rotate_refresh_tokens": "no"},
    "none": {
        "resources": "none",
        "revocation": "none",
        "api_prefix": "/",
        "jwt_settings": "AUTH_HEADER_NAME=HTTP_X_TOKEN",
    },
}


@pytest.mark.parametrize("name", PROJECTS)
def test_diagrams_are_valid(name: str, tmp_path: Path) -> None:
    readme = renderer.render(PROJECTS[name])["README.md"]
    diagrams = re.findall(r"^```mermaid\n(.*?)^```$", readme, re.M | re.S)
    assert {diagram.split()[0] for diagram in diagrams} == {"erDiagram", "sequenceDiagram"}
    (tmp_path / "diagrams.json").write_text(json.dumps(diagrams), encoding="utf-8")
    node_modules = install_packages() / "node_modules"
    (tmp_path / "node_modules").symlink_to(node_modules, target_is_directory=True)
    shutil.copy(PARSER, tmp_path)
    run("node", PARSER.name, cwd=tmp_path)
