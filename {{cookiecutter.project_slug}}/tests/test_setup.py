"""The database that `make setup` prepares, and its superuser."""

import re

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError
from django.db import models
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel

from accounts.models import User
from scripts import prepare

from .conftest import PASSWORD

LOGIN = "owner@example.com"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # % if not project.accounts.email_login
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", LOGIN)
    # % endif
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", LOGIN)
    monkeypatch.delenv("DJANGO_SUPERUSER_PASSWORD", raising=False)


def test_superuser_password_is_shown_once() -> None:
    shown = re.search(r"has this password, .*:\n  (\S+)\n", prepare.create_superuser())
    assert shown
    user = authenticate({{ project.accounts.login_field }}=LOGIN, password=shown.group(1))
    assert isinstance(user, User)
    assert user.is_superuser
    again = prepare.create_superuser()
    assert shown.group(1) not in again
    assert f"manage.py changepassword {LOGIN}\n" in again


def test_superuser_password_from_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    assert PASSWORD not in prepare.create_superuser()
    assert authenticate({{ project.accounts.login_field }}=LOGIN, password=PASSWORD)


def test_superuser_without_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DJANGO_SUPERUSER_{{ project.accounts.login_field | upper }}")
    with pytest.raises(CommandError, match="{{ project.accounts.login_field }}"):
        prepare.create_superuser()
    assert not User.objects.exists()


def test_first_migration_creates_models_with_indexes() -> None:
    room = CreateModel("Room", [("name", models.TextField())])
    note = CreateModel("Note", [("room", models.ForeignKey("Room", models.CASCADE))])
    author = AddField("note", "author", models.TextField())
    by_name = models.Index(fields=["name"], name="by_name")
    by_author = models.Index(fields=["author"], name="by_author")
    with_name = models.CheckConstraint(condition=~models.Q(name=""), name="with_name")
    with_author = models.UniqueConstraint(fields=["room", "author"], name="with_author")
    later = [AddIndex("note", by_author), AddConstraint("note", with_author)]
    operations = [room, note, author, AddIndex("room", by_name), AddConstraint("room", with_name)]
    merged = list(prepare.merge_operations([*operations, *later]))
    assert merged == [room, note, author, *later]
    assert room.options == {"indexes": [by_name], "constraints": [with_name]}
    assert not note.options
