"""Fixtures: a user, the tokens of a real login, and a client that sends them."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.contrib.auth import models as auth
from django.core import mail
from django.core.cache import caches
from django.db import connection, connections
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework.utils.encoders import JSONEncoder
from rest_framework_simplejwt.settings import api_settings

from accounts.hashers import PasswordHasher
from accounts.models import User
from config.settings import AUTH_PASSWORD_VALIDATORS
from tokens import algorithm, cookies, issuer
from tokens.algorithm import Key, generate_key
from tokens.throttles import AtomicRateThrottle

PASSWORD = "correct horse battery staple"
LOGIN = {{ '"ada@example.com"' if project.accounts.email_login else '"ada"' }}
CREDENTIALS = {"{{ project.accounts.login_field }}": LOGIN, "password": PASSWORD}
# % if project.tokens.rotates and project.revocation.enabled
# In this period, the second use of a refresh token does not end its login.
REPEAT_WINDOW = timedelta(seconds=10)
# % endif
LOCAL = "django.core.cache.backends.locmem.LocMemCache"
# % if project.accounts.mail
DATABASE = "django_tasks_db.DatabaseBackend"
IMMEDIATE = "{{ project.accounts.tasks }}.backends.immediate.ImmediateBackend"
# % endif
# Those that need no network.
LOCAL_VALIDATORS = [
    validator
    for validator in AUTH_PASSWORD_VALIDATORS
    if validator["NAME"] != "accounts.password_validation.BreachedPasswordValidator"
]

Travel = Callable[[timedelta], time_machine.travel]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Uses a file for SQLite: in memory, all threads would share one connection."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("db") / "db.sqlite3")


class CheapHasher(PasswordHasher):
    """Argon2id with the lowest cost, because most tests log in."""

    memory_cost = 8
    time_cost = 1


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(
        CACHES={alias: {"BACKEND": LOCAL, "LOCATION": alias} for alias in ("default", "local")},
        # % if project.accounts.mail
        FRONTEND_URL="https://app.example.com",
        # % endif
        # % if project.accounts.notices
        # A login sends no mail, except in the tests of notices.
        NEW_LOGIN_NOTICES=False,
        # % endif
        # % if project.tokens.rotates and project.revocation.sessions
        JWT_REPEAT_WINDOW=REPEAT_WINDOW,
        # % endif
        PASSWORD_HASHERS=["tests.conftest.CheapHasher"],
        AUTH_PASSWORD_VALIDATORS=LOCAL_VALIDATORS,
        # The test client uses HTTP, which would be redirected.
        SECURE_SSL_REDIRECT=False,
        # WhiteNoise reads the list of all files for each test client. Here are none.
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        # % if project.accounts.mail
        # Requests send their mails themselves; Django keeps these in `mail.outbox`.
        TASKS={"default": {"BACKEND": IMMEDIATE, "QUEUES": ["default", "mail"]}},
        # % endif
    ):
        yield


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    """Lets throttles count from zero."""
    for alias in caches:
        caches[alias].clear()


# % if project.keys.rsa
@pytest.fixture(scope="session", autouse=True)
def _cheap_keys() -> Iterator[None]:
    """Makes RSA keys as short as allowed and skips their validation, which is slow."""

    def load(pem: bytes, password: None) -> PrivateKeyTypes:
        return load_pem_private_key(pem, password, unsafe_skip_rsa_key_validation=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(algorithm, "BITS", algorithm.MIN_BITS)
        patch.setattr(algorithm, "load_pem_private_key", load)
        yield


# % endif
# % if project.keys.remote
@pytest.fixture(scope="session")
def foreign_keys() -> dict[str, Any]:
    """The key set of another issuer, whose key has signed nothing."""
    return {"keys": [Key(generate_key()).jwk]}


@pytest.fixture(autouse=True)
def _foreign_issuer(foreign_keys: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces the request for the keys of the other issuer."""
    monkeypatch.setattr(issuer.client, "fetch_data", lambda: foreign_keys)


# % endif
# % if project.api.permission == "DjangoModelPermissions"
def create_user(name: str) -> User:
    """Creates a user who has all permissions for the API but is not a superuser."""
    user = User.objects.create_user({{ 'f"{name}@example.com"' if project.accounts.email_login else 'name, f"{name}@example.com"' }}, PASSWORD)
    user.user_permissions.set(auth.Permission.objects.filter(content_type__app_label="api"))
    return user
# % else
def create_user(name: str) -> User:
    """Creates a user."""
    return User.objects.create_user({{ 'f"{name}@example.com"' if project.accounts.email_login else 'name, f"{name}@example.com"' }}, PASSWORD)
# % endif


@pytest.fixture
def user(db: None) -> User:
    return create_user("ada")


# % if project.api.has_owners
@pytest.fixture
def other_user(db: None) -> User:
    """A second user, with the same permissions."""
    return create_user("eve")


@pytest.fixture
def other_api(other_user: User, anonymous: APIClient) -> APIClient:
    """A client that sends the other user's token."""
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        {"{{ project.accounts.login_field }}": other_user.get_username(), "password": PASSWORD},
    )
    return create_client(response.json()["{{ project.tokens.access_field }}"])


# % endif
def to_json(value: object) -> Any:
    """Returns the value as it is in the body of a response: a UUID, for example, as a text."""
    return json.loads(json.dumps(value, cls=JSONEncoder))


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient()


@pytest.fixture
def tokens(user: User, anonymous: APIClient) -> dict[str, str]:
    """The tokens of a login."""
    response = anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS)
    assert response.status_code == 200, response.content
    return read_tokens(response)


# % if project.tokens.cookie
def read_tokens(response: Any) -> dict[str, str]:
    """Returns the tokens of a response, from its body and cookie."""
    cookie = response.cookies.get(cookies.refresh_cookie_name())
    found: dict[str, str] = response.json()
    return found | ({"refresh": cookie.value} if cookie else {})


def post_cookie(name: str, token: str) -> Any:
    client = APIClient(headers={"X-Requested-With": "test"})
    client.cookies[cookies.refresh_cookie_name()] = token
    return client.post(reverse(name))


def refresh(token: str) -> Any:
    return post_cookie("token_refresh", token)
# % if project.paths.blacklist


def log_out(token: str) -> Any:
    return post_cookie("token_blacklist", token)
# % endif
# % else
def read_tokens(response: Any) -> dict[str, str]:
    """Returns the tokens of a response."""
    found: dict[str, str] = response.json()
    return found


def refresh(token: str) -> Any:
    return APIClient().post(reverse("{{ project.paths.refresh_name }}"), {"{{ project.tokens.refresh_field }}": token})
# % if project.paths.blacklist


def log_out(token: str) -> Any:
    return APIClient().post(reverse("token_blacklist"), {"{{ project.tokens.refresh_field }}": token})
# % endif
# % endif


# % if project.accounts.mail
def read_link(page: str) -> str:
    """Returns the token of the last mail that was sent with a link to this page."""
    start = f"{settings.FRONTEND_URL}/{page}#"
    lines = [line for message in mail.outbox for line in str(message.body).splitlines()]
    return [line.removeprefix(start) for line in lines if line.startswith(start)][-1]


# % endif
def status_with_token(token: str) -> int:
    """Returns the status of a request with this token."""
    return create_client(token).get(reverse("user-me")).status_code


def create_client(token: str) -> APIClient:
    """Returns a client that sends this token with each request."""
    client = APIClient()
    header = {api_settings.AUTH_HEADER_NAME: f"{api_settings.AUTH_HEADER_TYPES[0]} {token}"}
    client.credentials(**header)
    return client


def run_concurrently(functions: Iterable[Callable[[], Any]]) -> list[Any]:
    """Calls functions in threads, each with its own connection. Returns the results."""

    def run(function: Callable[[], Any]) -> Any:
        try:
            return function()
        finally:
            connections.close_all()

    calls = list(functions)
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def synchronize(monkeypatch: pytest.MonkeyPatch, calls: int, *methods: tuple[Any, str]) -> None:
    """Lets concurrent calls of methods start together, unless one waits for another one."""
    barrier = Barrier(calls, timeout=0.1)

    def replace(method: Callable[..., Any]) -> Callable[..., Any]:
        def start(*args: Any, **kwargs: Any) -> Any:
            with suppress(BrokenBarrierError):
                barrier.wait()
            return method(*args, **kwargs)

        return start

    for target, name in methods:
        monkeypatch.setattr(target, name, replace(getattr(target, name)))


@pytest.fixture
def api(tokens: dict[str, str]) -> APIClient:
    """A client that sends the user's token."""
    return create_client(tokens["{{ project.tokens.access_field }}"])


# % if project.api.permission == "DjangoModelPermissions"
@pytest.fixture
def api_without_permission(api: APIClient, user: User) -> APIClient:
    """A client whose user has lost all permissions."""
    user.user_permissions.clear()
    return api


# % endif
# % if project.accounts.mail
@pytest.fixture
def queue(settings: Any) -> None:
    """Stores tasks in the database, and runs none."""
    settings.TASKS = {"default": {"BACKEND": DATABASE, "QUEUES": ["default", "mail"]}}


# % endif
@pytest.fixture
def set_rates(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Returns a function that sets the rates of some throttles, and turns off the others.

    It stops the clock in the middle of an hour: name it before the fixtures that log in.
    """

    def set_rates(**rates: str) -> None:
        every: dict[str, str | None] = dict.fromkeys(AtomicRateThrottle.THROTTLE_RATES)
        monkeypatch.setattr(AtomicRateThrottle, "THROTTLE_RATES", every | rates)

    with time_machine.travel("2026-01-31T12:30:30+00:00", tick=False):
        yield set_rates


@pytest.fixture
def travel_past() -> Travel:
    """Returns a function that travels to just after a lifetime has passed."""
    leeway = api_settings.LEEWAY
    if not isinstance(leeway, timedelta):
        leeway = timedelta(seconds=leeway)

    def travel(lifetime: timedelta) -> time_machine.travel:
        # One second to expire, and one because claims have whole seconds.
        then = timezone.now() + lifetime + leeway + timedelta(seconds=2)
        return time_machine.travel(then, tick=False)

    return travel
