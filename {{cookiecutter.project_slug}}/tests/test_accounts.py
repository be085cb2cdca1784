"""The account endpoint, password hashes and the admin."""

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.hashers import PasswordHasher
from accounts.models import User
from config.settings import PASSWORD_HASHERS

from .conftest import LOGIN, PASSWORD, to_json


def test_me_returns_account(api: APIClient, user: User) -> None:
    response = api.get(reverse("user-me"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "id": to_json(user.pk),
        # % if not project.accounts.email_login
        "username": LOGIN,
        # % endif
        "email": "ada@example.com",
        "first_name": "",
        "last_name": "",
    }


def test_me_update_keeps_login(api: APIClient, user: User) -> None:
    response = api.patch(
        reverse("user-me"),
        {"first_name": "Ada", "{{ project.accounts.login_field }}": "eve@example.com", "is_superuser": True},
    )
    assert response.status_code == 200
    user.refresh_from_db()
    assert (user.first_name, user.{{ project.accounts.login_field }}, user.is_superuser) == ("Ada", LOGIN, False)


def test_me_requires_authentication(anonymous: APIClient) -> None:
    response = anonymous.get(reverse("user-me"))
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("{{ project.jwt.header_type }} ")


def test_password_hash_parameters() -> None:
    assert PASSWORD_HASHERS[0] == "accounts.hashers.PasswordHasher"
    encoded = PasswordHasher().encode(PASSWORD, "salt-of-a-test")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.fixture
def admin(db: None, client: Client) -> Client:
    # % if project.accounts.email_login
    User.objects.create_superuser("root@example.com", PASSWORD)
    data = {"username": "root@example.com", "password": PASSWORD}
    # % else
    User.objects.create_superuser("root", password=PASSWORD)
    data = {"username": "root", "password": PASSWORD}
    # % endif
    assert client.post(reverse("admin:login"), data).status_code == 302
    return client


def test_admin_lists_and_adds_models(admin: Client) -> None:
    for label in ("accounts", "api"):
        for model in apps.get_app_config(label).get_models():
            names = f"admin:{label}_{model._meta.model_name}"
            assert admin.get(reverse(f"{names}_changelist"), {"q": "x"}).status_code == 200
            assert admin.get(reverse(f"{names}_add")).status_code == 200


def test_admin_adds_user(admin: Client) -> None:
    login = "eve@example.com"
    response = admin.post(
        reverse("admin:accounts_user_add"),
        {
            "{{ project.accounts.login_field }}": login,
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    assert response.status_code == 302
    eve = User.objects.get({{ project.accounts.login_field }}=login)
    assert authenticate({{ project.accounts.login_field }}=login, password=PASSWORD) == eve
    assert admin.get(reverse("admin:accounts_user_change", args=[eve.pk])).status_code == 200
