"""The step from models of an earlier template to those of today, on a database with rows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .baking import BIN, create_database, run
from .changing import change, render_project

RESOURCES = """
Room(name: str unique);
Item(code: str, kind: choice(a|b), size: int optional, room: Room, keeper: owner)
"""
# Prints all rows of the lists, and of the sessions.
READ_ROWS = """
import json
from django.conf import settings
from rest_framework.test import APIClient
from accounts.models import User
from tokens.models import Session
settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["*"], False
user, _ = User.objects.get_or_create(username="boss", is_staff=True)
Session.objects.get_or_create(user=user, jti="first", expires_at="2030-01-01T00:00:00Z")
client = APIClient()
client.force_authenticate(user)
rows = {
    path: client.get(f"/api/{path}/", {"page_size": 100}).json()["results"]
    for path in ("rooms", "items", "sessions")
}
print(json.dumps(rows))
"""


def replace_models(project: Path) -> dict[Path, str]:
    """Changes the models to those of an earlier template. Returns today's files."""
    models, sessions = project / "api" / "models.py", project / "tokens" / "models.py"
    today = {path: path.read_text(encoding="utf-8") for path in (models, sessions)}
    change(models, 'ordering = ("created_at", "id")', 'ordering = ("id",)')
    change(models, 'models.Index(fields=["created_at", "id"])', "")
    change(models, ', "id"])', "])")
    text = re.sub(r"^ +,\n", "", models.read_text(encoding="utf-8"), flags=re.MULTILINE)
    models.write_text(text, encoding="utf-8")
    change(sessions, '["-created_at", "-id"]', '["-created_at"]')
    return today


@pytest.mark.slow
@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_rows_survive_migration_to_new_models(server: str, tmp_path: Path) -> None:
    project = render_project({"resources": RESOURCES}, tmp_path / "project")
    python = project / ".venv" / BIN / "python"
    with create_database(server, python, project) as url:

        def manage(*arguments: str) -> str:
            return run(python, "manage.py", *arguments, cwd=project, DATABASE_URL=url)

        def read_rows() -> dict[str, list[dict[str, Any]]]:
            output = manage("shell", "--no-imports", "-c", READ_ROWS)
            rows: dict[str, list[dict[str, Any]]] = json.loads(output)
            return rows

        today = replace_models(project)
        manage("makemigrations", "accounts", "api", "tokens")
        manage("migrate")
        run(python, "-m", "scripts.seed", "--count", "20", cwd=project, DATABASE_URL=url)
        before = read_rows()
        assert [len(rows) for rows in before.values()] == [20, 20, 1]
        for path, text in today.items():
            path.write_text(text, encoding="utf-8")
        manage("makemigrations")
        manage("migrate")
        manage("makemigrations", "--check", "--dry-run")
        assert len(list((project / "api" / "migrations").glob("0*.py"))) == 2
        assert read_rows() == before
