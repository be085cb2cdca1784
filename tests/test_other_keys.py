"""Projects whose user and resources have primary keys of other types, as their README describes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.rendering import write

from .baking import BIN, create_database, environment_for, run
from .proving import renderer, run_checks

pytestmark = pytest.mark.costly

RESOURCES = """
Club(name: str unique, parent: Club optional, twin: Club optional unique);
Team(name: str, club: Club, captain: owner);
Match(day: date, teams: many Team, best: Team optional unique, clubs: many Club optional, referee: owner)
"""
PAIR = {"revocation": "sessions", "token_flow": "pair", "accounts": "invited"}
COOKIE = {
    "revocation": "blacklist",
    "token_flow": "pair-with-refresh-cookie",
    "login_field": "email",
    "accounts": "open",
    "resource_links": "url",
}
SLIDING = {"token_flow": "sliding", "jwt_settings": "USER_ID_FIELD=username"}
STATELESS = {"revocation": "none", "rotate_refresh_tokens": "no", "resource_links": "url"}
# Leaves half of the clubs, with the later unique names.
DELETE_ROWS = """
from api.models import Club, Match, Team
Match.objects.all().delete()
Team.objects.all().delete()
names = Club.objects.order_by("name").values_list("name", flat=True)
Club.objects.filter(name__in=list(names[:20])).delete()
"""


class Key(NamedTuple):
    """An import and the declaration of a primary key."""

    statement: str
    field: str


UUID = Key("import uuid", "models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)")
TEXT = Key(
    "from secrets import token_hex",
    "models.CharField(primary_key=True, default=token_hex, max_length=64, editable=False)",
)
SMALL = Key("", "models.SmallAutoField(primary_key=True)")
# These tests do not depend on keys.
IGNORED = [
    option
    for name in (
        *("breached_passwords", "checks", "counters", "csp", "env", "error_reports"),
        *("health", "keys", "logs", "metrics", "requests", "server"),
        *("setup", "static", "throttles", "translations"),
    )
    for option in ("--ignore", f"tests/test_{name}.py")
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "key", "server"),
    [
        pytest.param(PAIR, UUID, "postgresql", id="uuid-sessions-postgresql"),
        pytest.param(COOKIE, UUID, "sqlite", id="uuid-blacklist-sqlite"),
        pytest.param(SLIDING, TEXT, "postgresql", id="text"),
        pytest.param(STATELESS, SMALL, "sqlite", id="small"),
    ],
)
def test_project_is_proven(
    answers: Mapping[str, str], key: Key, server: str, tmp_path: Path
) -> None:
    environment = environment_for("django-5.2")
    files = renderer.render({"resources": RESOURCES, **answers})
    project = write(files, tmp_path / "project")
    change_keys(project / "accounts" / "models.py", key)
    change_keys(project / "api" / "models.py", key)
    python, ruff = environment / BIN / "python", environment / BIN / "ruff"
    run(ruff, "check", "--fix", "--select", "I", cwd=project)
    run(ruff, "format", cwd=project)
    with create_database(server, python, tmp_path) as url:
        run_checks(project, environment, url, *IGNORED)

        def run_module(name: str, *arguments: str) -> str:
            return run(python, "-m", name, *arguments, cwd=project, DATABASE_URL=url)

        run_module("scripts.prepare")
        every = "Added 20 clubs.\nAdded 20 teams.\nAdded 20 matches.\n"
        assert [run_module("scripts.seed", "--count", "20") for _ in range(2)] == [every] * 2
        run_module("manage", "shell", "-c", DELETE_ROWS)
        assert run_module("scripts.seed", "--count", "20") == every


def change_keys(path: Path, key: Key) -> None:
    """Gives each model in a file this primary key."""
    start = r'^(class \w+\((?:models\.Model|AbstractUser)\):\n(?: +""".*\n)?)'
    source = path.read_text(encoding="utf-8")
    changed, count = re.subn(start, rf"\1    id = {key.field}\n", source, flags=re.MULTILINE)
    assert count
    imports = f"{key.statement}\nfrom django.db import models\n"
    changed = re.sub("^(?=import|from)", imports, changed, count=1, flags=re.MULTILINE)
    path.write_text(changed, encoding="utf-8", newline="\n")
