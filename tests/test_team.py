"""The files with which a team works: documents, templates of its host, and a dev container."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping

import pytest

from .baking import PROMPTS
from .proving import renderer

CHOICES = list(itertools.product(PROMPTS["deployment"], PROMPTS["ci"]))
# Answers that change what the documents mention.
OTHERS: list[dict[str, object]] = [
    {},
    {"resources": "Note(text: str, owner: owner)", "database": "postgresql", "accounts": "open"},
    {"resources": "none", "revocation": "none", "algorithm": "ES256"},
]
# Files that depend on how a project is deployed and checked, and that all projects have.
DEPENDENT = {".gitignore", "tokens/keys.py", "Makefile", "README.md", "docs/production.md"}
# Created by the setup, or by uv.
CREATED = {".env", ".venv/bin", "keys/", "schema.yaml", "uv.lock"}


def render(deployment: str, ci: str, others: Mapping[str, object]) -> dict[str, str]:
    return renderer.render({**others, "deployment": deployment, "ci": ci})


def find_anchors(markdown: str) -> set[str]:
    """Returns the anchors of the headings, as GitHub and GitLab build them."""
    headings = re.findall(r"^#+ (.*)$", markdown, re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def find_code(markdown: str) -> set[str]:
    """Returns the texts in code font, and the lines of code blocks."""
    blocks = re.findall(r"^ *```\w+\n(.*?)^ *```$", markdown, re.M | re.S)
    rest = re.sub(r"^ *```.*?^ *```$", "", markdown, flags=re.M | re.S)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return {*lines, *re.findall(r"`([^`]+)`", rest)}


@pytest.mark.parametrize("others", OTHERS, ids=["default", "owned", "bare"])
@pytest.mark.parametrize(("deployment", "ci"), CHOICES)
def test_documents_name_what_exists(deployment: str, ci: str, others: dict[str, object]) -> None:
    files = render(deployment, ci, others)
    folders = {f"{path.rpartition('/')[0]}/" for path in files}
    targets = set(re.findall(r"^([a-z-]+):.*## ", files["Makefile"], re.M))
    for path, text in files.items():
        if not path.endswith(".md"):
            continue
        code = find_code(text)
        assert {c.split()[1] for c in code if re.match("make [a-z]", c)} <= targets, path
        # Other tests check these.
        if path in ("README.md", "docs/production.md"):
            continue
        assert max(map(len, text.splitlines())) <= 120, path
        named = {c for c in code if re.fullmatch(r"[\w./-]*(/|\.[a-z]+|\b/\w+)", c)}
        assert named - set(files) - folders - CREATED == set(), path
        for target in re.findall(r"\]\((.*?)\)", text):
            document, _, anchor = target.partition("#")
            assert anchor in find_anchors(files[document]), f"{path}: {target}"


@pytest.mark.parametrize(("deployment", "ci"), CHOICES)
def test_other_files_do_not_depend_on_deployment(deployment: str, ci: str) -> None:
    for others in OTHERS:
        plain = render("none", "none", others)
        files = render(deployment, ci, others)
        assert set(plain) <= set(files)
        assert {path for path in plain if plain[path] != files[path]} <= DEPENDENT


def test_dev_container_has_server_of_project() -> None:
    path = ".devcontainer/devcontainer.json"
    for database, server in (("sqlite", False), ("postgresql", True)):
        container = json.loads(renderer.render({"database": database})[path])
        assert container["postCreateCommand"] == "make setup"
        assert ("DATABASE_URL" in container.get("containerEnv", {})) == server
        assert (" postgresql" in container["onCreateCommand"]) == server


def test_plain_project_has_no_file_of_team() -> None:
    files = render("none", "none", {})
    documents = {path for path in files if path.endswith(".md")}
    assert documents == {"README.md", "docs/production.md"}
    assert not [
        path
        for path in files
        if path.startswith((".devcontainer", ".git", "CONTRIB"))
        and path not in (".gitattributes", ".gitignore")
    ]
