"""Concurrent changes of users."""

from functools import partial
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from rest_framework.mixins import UpdateModelMixin
from rest_framework.test import APIClient

from accounts.models import User
from api.conflicts import retry_conflicts

from .conftest import (
    CREDENTIALS,
    LOGIN,
    PASSWORD,
    create_client,
    create_user,
    run_concurrently,
    status_with_token,
    synchronize,
)

pytestmark = pytest.mark.django_db(transaction=True)

ME = reverse("user-me")


@pytest.fixture
def deleted_user(user: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """A user who is deleted after the password of a login has been checked."""

    def check_password(self: User, password: str) -> bool:
        User.objects.filter(pk=self.pk).delete()
        return True

    monkeypatch.setattr(User, "check_password", check_password)
    return user


def test_updates_of_user_lose_nothing(
    user: User, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronize(monkeypatch, 2, (UpdateModelMixin, "perform_update"))
    token = tokens["{{ project.tokens.access_field }}"]
    names = {"first_name": "Ada", "last_name": "Lovelace"}
    responses = run_concurrently(
        partial(create_client(token).patch, ME, {field: name}) for field, name in names.items()
    )
    assert [response.status_code for response in responses] == [200, 200]
    user.refresh_from_db()
    assert user.get_full_name() == "Ada Lovelace"


def test_conflict_is_retried_once(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def perform_update(*args: Any) -> None:
        attempts.append(args)
        raise IntegrityError

    monkeypatch.setattr(UpdateModelMixin, "perform_update", perform_update)
    response = api.patch(ME, {"first_name": "Ada"})
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert len(attempts) == 2


def test_deadlock_is_retried(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    other = create_user("bob")
    pair = User.objects.filter(pk__in=[user.pk, other.pk])

    class Names:
        @retry_conflicts
        def swap(self, first: User, second: User) -> None:
            pair.filter(pk=first.pk).update(first_name="first")
            self.go_on(second)

        def go_on(self, second: User) -> None:
            pair.filter(pk=second.pk).update(last_name="second")

    synchronize(monkeypatch, 2, (Names, "go_on"))
    names = Names()
    run_concurrently([partial(names.swap, user, other), partial(names.swap, other, user)])
    assert pair.filter(first_name="first", last_name="second").count() == 2


@pytest.mark.usefixtures("deleted_user")
def test_login_of_deleted_user(anonymous: APIClient) -> None:
    response = anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS)
    tokens = response.json()
    assert response.status_code == 401 or status_with_token(tokens["{{ project.tokens.access_field }}"]) == 401


@pytest.mark.usefixtures("deleted_user")
def test_admin_login_of_deleted_user(client: Client) -> None:
    client.post(reverse("admin:login"), {"username": LOGIN, "password": PASSWORD})
    assert client.get(reverse("admin:index")).status_code == 302


def test_update_by_deleted_user(
    user: User, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = User.refresh_from_db

    def refresh_deleted(self: User, *args: Any, **kwargs: Any) -> None:
        User.objects.filter(pk=self.pk).delete()
        refresh(self, *args, **kwargs)

    monkeypatch.setattr(User, "refresh_from_db", refresh_deleted)
    assert api.patch(ME, {"first_name": "Ada"}).status_code == 401


def test_admin_adds_user_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    synchronize(monkeypatch, 2, (ModelAdmin, "save_model"))
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    form = {
        # % if project.accounts.email_login
        "email": "bob@example.com",
        # % else
        "username": "bob",
        # % endif
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(user)
    url = reverse("admin:accounts_user_add")
    responses = run_concurrently(partial(client.post, url, form) for client in clients)
    assert sorted(response.status_code for response in responses) == [200, 302]
    assert User.objects.count() == 2
