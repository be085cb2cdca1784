"""The examples of docs/resources.md: real schemas, whose projects pass their own tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tools.rendering import write

from . import matrix
from .baking import ROOT, environment_for, prepare_project, run
from .editing import add_block
from .proving import check_project_quickly, prove, renderer

SECTION = re.compile(
    r"^### (?P<title>.+)\n\n```text\n(?P<resources>[^`]+)```\n(?P<rest>(?:(?!##).*\n)*)",
    re.MULTILINE,
)
TEXT = (ROOT / "docs" / "resources.md").read_text(encoding="utf-8")
SCHEMAS = {match["title"]: match for match in SECTION.finditer(TEXT)}
# Other answers, which no two schemas share.
ANSWERS: dict[str, dict[str, Any]] = {
    "Conduit": {"accounts": "open", "permission": "IsAuthenticatedOrReadOnly"},
    "A shop": {"login_field": "email", "resource_links": "url", "accounts": "invited"},
    "Bookings": {"django_version": "django-6.1", "server": "postgresql"},
    "Readings": {"also_accept": "token", "permission": "DjangoModelPermissions"},
}
# A test of the rule that the document adds to Conduit.
RULE = """
import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User

from .conftest import create_client, create_user, PASSWORD


@pytest.mark.django_db
def test_only_author_writes(api: APIClient, user: User) -> None:
    body = {"title": "A", "slug": "a", "description": "b", "body": "c"}
    row = api.post(reverse("article-list"), body).json()
    assert row["author"] == user.pk
    create_user("eve")
    login = {"username": "eve", "password": PASSWORD}
    other = create_client(APIClient().post(reverse("token_obtain_pair"), login).json()["access"])
    url = reverse("article-detail", args=[row["id"]])
    assert other.get(url).status_code == 200
    assert other.patch(url, {"title": "B"}).status_code == 403
    assert other.delete(url).status_code == 403
    assert api.patch(url, {"title": "B"}).status_code == 200
"""


def find_schema(name: str) -> re.Match[str]:
    return next(match for title, match in SCHEMAS.items() if title.startswith(name))


def test_each_schema_is_proven() -> None:
    assert len(SCHEMAS) == len({find_schema(name)["title"] for name in ANSWERS}) == len(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_project_of_schema(name: str, tmp_path: Path) -> None:
    row = matrix.row(**ANSWERS[name], resources=find_schema(name)["resources"])
    prove(row, tmp_path, check_project_quickly)


def test_rule_for_authors(tmp_path: Path) -> None:
    schema = find_schema("Conduit")
    project = tmp_path / "my_api"
    write(renderer.render({**ANSWERS["Conduit"], "resources": schema["resources"]}), project)
    commands = prepare_project(project, environment_for("django-5.2"))
    views, serializers = project / "api" / "views.py", project / "api" / "serializers.py"
    (block,) = re.findall(r"```python\n(.*?)```", schema["rest"], re.DOTALL)
    views.write_text(add_block(views.read_text("utf-8"), block), "utf-8")
    (place,) = re.findall(r"Add `(\"author\")` to `(read_only_fields)`", schema["rest"])
    before, after = serializers.read_text("utf-8").split("        model = models.Article\n")
    text = f"{before}        model = models.Article\n        {place[1]} = ({place[0]},)\n{after}"
    serializers.write_text(text, "utf-8")
    (project / "tests" / "test_rule.py").write_text(RULE, "utf-8")
    run(
        commands / "python", "manage.py", "makemigrations", "accounts", "api", "tokens", cwd=project
    )
    run(commands / "python", "-m", "pytest", "-q", "tests/test_rule.py", cwd=project)
