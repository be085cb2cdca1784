"""The account endpoint, password hashes and the admin."""

import json
from base64 import b64encode
from copy import copy
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.db.models.functions import Upper
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient
from rest_framework_simplejwt.settings import api_settings

from accounts.hashers import PasswordHasher
from accounts.models import User
from config.settings import PASSWORD_HASHERS

from .conftest import LOGIN, PASSWORD, to_json

# The account of the user, without its id.
ACCOUNT = {
    # % if not project.accounts.email_login
    "username": LOGIN,
    # % endif
    "email": "ada@example.com",
    "first_name": "",
    "last_name": "",
}


def test_me_returns_account(api: APIClient, user: User) -> None:
    response = api.get(reverse("user-me"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.json() == ACCOUNT | {"id": to_json(user.pk)}


def test_me_updates_names_only(api: APIClient, user: User) -> None:
    changed = dict.fromkeys(ACCOUNT, "eve@example.com") | {"is_superuser": True}
    response = api.patch(reverse("user-me"), changed | {"first_name": "Ada"})
    assert response.status_code == 200
    user.refresh_from_db()
    assert (user.first_name, user.get_username()) == ("Ada", LOGIN)
    assert (user.email, user.is_superuser) == ("ada@example.com", False)


def test_me_requires_authentication(anonymous: APIClient) -> None:
    response = anonymous.get(reverse("user-me"))
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith(f"{api_settings.AUTH_HEADER_TYPES[0]} ")


def test_password_hash_parameters() -> None:
    assert PASSWORD_HASHERS[0] == "accounts.hashers.PasswordHasher"
    encoded = PasswordHasher().encode(PASSWORD, "salt-of-a-test")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


FORM = "application/x-www-form-urlencoded"
# % if project.accounts.email_login
# The stored address, and other forms of it.
NAME = "zoe@xn--mnchen-3ya.example"
FORMS = (
    "Zoe@M\u00fcnchen.Example",
    " zoe@mu\u0308nchen.example ",
    "\uff5aoe\uff20XN--MNCHEN-3YA.EXAMPLE",
)
# % else
# The stored name, and other forms of it.
NAME = "zo\u00e9"
FORMS = ("zoe\u0301", "\uff5ao\u00e9")
# % endif


@pytest.mark.parametrize("form", FORMS)
def test_login_finds_every_form_of_name(db: None, anonymous: APIClient, form: str) -> None:
    user = User({{ project.accounts.login_field }}=form)
    user.set_password(PASSWORD)
    user.save()
    assert user.{{ project.accounts.login_field }} == NAME
    for name in (NAME, *FORMS):
        body = {"{{ project.accounts.login_field }}": name, "password": PASSWORD}
        assert anonymous.post(reverse("{{ project.paths.obtain_name }}"), body).status_code == 200
        assert authenticate(username=name, password=PASSWORD) == user


@pytest.mark.parametrize("form", [NAME, *FORMS])
def test_second_form_of_name_is_refused(admin: Client, form: str) -> None:
    User.objects.bulk_create([User({{ project.accounts.login_field }}=FORMS[0])])
    for create in (User.objects.create, User.objects.create_user):
        with pytest.raises(IntegrityError), transaction.atomic():
            create({{ project.accounts.login_field }}=form)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.exclude({{ project.accounts.login_field }}=form).update({{ project.accounts.login_field }}=form)
    body = {"{{ project.accounts.login_field }}": form, "usable_password": "false"}
    response = admin.post(reverse("admin:accounts_user_add"), body)
    assert response.status_code == 200
    assert User.objects.count() == 2
# % if project.accounts.email_login


def test_database_refuses_capital_letters(user: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(email=Upper("email"))


def test_tag_of_address_is_part_of_it(user: User) -> None:
    assert User.objects.create_user("ada+x@example.com", PASSWORD).email == "ada+x@example.com"
# % else


def test_address_is_normalized(user: User) -> None:
    User.objects.update(email="Ada@M\u00fcnchen.Example")
    user.refresh_from_db()
    assert user.email == "ada@xn--mnchen-3ya.example"
# % endif


def test_fields_of_user_can_be_copied() -> None:
    # SQLite's migrations copy them to change a table.
    for field in User._meta.fields:
        assert copy(field).name == field.name


@pytest.mark.parametrize(
    "name",
    [
        "x\x00",
        "\ud800",
        "x" * 5000,
        "e\u0301" * 5000,
        "@",
        "a@b@c",
        "a@-..\u00fc",
        "a@" + "\u00fc" * 200,
        "a@xn--\u00fc",
        "\u202ea@example.com",
        "\ufdfa" * 150,
    ],
)
def test_hostile_name_is_refused(admin: Client, anonymous: APIClient, name: str) -> None:
    body = json.dumps({"{{ project.accounts.login_field }}": name, "password": PASSWORD})
    obtain = reverse("{{ project.paths.obtain_name }}")
    response = anonymous.post(obtain, body, content_type="application/json")
    assert response.status_code in (400, 401)
    form = {"username": name, "password": PASSWORD, "usable_password": "false"}
    # % if project.accounts.email_login
    form["email"] = name
    # % endif
    body = urlencode(form, errors="surrogatepass")
    for client, page in [(Client(), "admin:login"), (admin, "admin:accounts_user_add")]:
        # Django allows most of these characters in a user name.
        assert client.post(reverse(page), body, content_type=FORM).status_code in (200, 302)
    # % if project.api.also_accept == "basic"
    pair = b64encode(f"{name}:{PASSWORD}".encode(errors="surrogatepass")).decode()
    anonymous.credentials(HTTP_AUTHORIZATION=f"Basic {pair}")
    assert anonymous.get(reverse("user-me")).status_code in (400, 401)
    # % endif


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
    models: list[type[Model]] = [User, *apps.get_app_config("api").get_models()]
    for model in models:
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
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
