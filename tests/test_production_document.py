"""The document of production names files, units, settings and sections that the project has."""

from __future__ import annotations

import re

import pytest

from .proving import renderer

ANSWERS: list[dict[str, object]] = [
    {"deployment": "none"},
    {"deployment": "none", "revocation": "none", "accounts": "open"},
    {"deployment": "docker", "revocation": "blacklist", "accounts": "invited"},
    {"deployment": "kubernetes", "accounts": "open"},
]


def make_anchor(heading: str) -> str:
    """Returns the end of the address of a section, as GitHub and GitLab make it."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


@pytest.mark.parametrize("answers", ANSWERS, ids=lambda answers: "-".join(answers.values()))
def test_document_names_what_exists(answers: dict[str, object]) -> None:
    files = renderer.render(answers)
    document = files["docs/production.md"]
    for path in re.findall(r"\bdeploy/[\w./-]*\w", document):
        assert any(f"{name}/".startswith(f"{path}/") for name in files), path
    commands = re.findall(r"systemctl (?:enable --now|re\w+|start|stop) (.*)", document)
    units = {unit for line in commands for unit in line.split() if unit.startswith("my_api-")}
    expected = {
        f"my_api-{name.rpartition('/')[2].removesuffix('.service')}"
        for name in files
        if re.fullmatch(r"deploy/server/(web|worker|backup)\.service|.*\.timer", name)
    }
    assert units == expected
    variables = re.findall(r"^\| `([A-Z_]+)` \|.*\|.*\|", document, re.M)
    assert len(variables) >= 6
    assert {*variables} - {*re.findall(r"[A-Z_]+", files[".env.example"])} == set()
    anchors = {make_anchor(heading) for heading in re.findall(r"^## (.*)$", document, re.M)}
    links = re.findall(r"\]\(#([^)]+)\)", document)
    links += re.findall(r"\(docs/production\.md#([^)]+)\)", files["README.md"])
    assert {*links} <= anchors
