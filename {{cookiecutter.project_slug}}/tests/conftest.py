"""What the tests share: a user, the tokens that a real login gives, and a client that sends them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.contrib.auth import models as auth
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.settings import api_settings

from accounts.hashers import PasswordHasher
from accounts.models import User
from tokens import algorithm, cookies, issuer
from tokens.algorithm import Key, generate_key

PASSWORD = "correct horse battery staple"
LOGIN = {{ '"ada@example.com"' if project.accounts.email_login else '"ada"' }}
CREDENTIALS = {"{{ project.accounts.login_field }}": LOGIN, "password": PASSWORD}

Travel = Callable[[timedelta], time_machine.travel]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file of its own: in memory, all threads would share one connection."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("db") / "db.sqlite3")


class CheapHasher(PasswordHasher):
    """Argon2id without its price: most tests log in, and none is about how long that takes."""

    memory_cost = 8
    time_cost = 1


@pytest.fixture(autouse=True)
def _settings_of_tests() -> Iterator[None]:
    with override_settings(
        # Throttles count from zero in each test, and in its own process.
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        PASSWORD_HASHERS=[f"{__name__}.{CheapHasher.__name__}"],
        # The test client speaks HTTP; with HTTPS on, it would be redirected and get no further.
        SECURE_SSL_REDIRECT=False,
    ):
        cache.clear()
        yield


# % if project.keys.rsa
@pytest.fixture(scope="session", autouse=True)
def _cheap_keys() -> Iterator[None]:
    """RSA keys as short as may be, and read without a search for flaws: tests make many."""

    def load(pem: bytes, password: None) -> PrivateKeyTypes:
        return load_pem_private_key(pem, password, unsafe_skip_rsa_key_validation=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(algorithm, "BITS", algorithm.LEAST_BITS)
        patch.setattr(algorithm, "load_pem_private_key", load)
        yield


# % endif
# % if project.keys.remote
@pytest.fixture(scope="session")
def foreign_keys() -> dict[str, Any]:
    """What another issuer publishes: a key that signed nothing."""
    return {"keys": [Key(generate_key()).jwk]}


@pytest.fixture(autouse=True)
def _another_issuer(foreign_keys: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask no server for its keys."""
    monkeypatch.setattr(issuer.client, "fetch_data", lambda: foreign_keys)


# % endif
# % if project.api.permission == "DjangoModelPermissions"
def create_user(name: str) -> User:
    """A user with each permission of the API, who is no superuser."""
    user = User.objects.create_user({{ 'f"{name}@example.com"' if project.accounts.email_login else 'name, f"{name}@example.com"' }}, PASSWORD)
    user.user_permissions.set(auth.Permission.objects.filter(content_type__app_label="api"))
    return user
# % else
def create_user(name: str) -> User:
    """A user like any other."""
    return User.objects.create_user({{ 'f"{name}@example.com"' if project.accounts.email_login else 'name, f"{name}@example.com"' }}, PASSWORD)
# % endif


@pytest.fixture
def user(db: None) -> User:
    return create_user("ada")


# % if project.api.has_owners
@pytest.fixture
def other(db: None) -> User:
    """Another user, who may do the same."""
    return create_user("eve")


@pytest.fixture
def other_api(other: User, anonymous: APIClient) -> APIClient:
    """A client that the other user is logged in with."""
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        {"{{ project.accounts.login_field }}": other.get_username(), "password": PASSWORD},
    )
    return create_client(response.json()["{{ project.tokens.access_field }}"])


# % endif
@pytest.fixture
def anonymous() -> APIClient:
    return APIClient()


@pytest.fixture
def tokens(user: User, anonymous: APIClient) -> dict[str, str]:
    """What the user gets for name and password."""
    response = anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS)
    assert response.status_code == 200, response.content
    return read_tokens(response)


# % if project.tokens.cookie
def read_tokens(response: Any) -> dict[str, str]:
    """The tokens of an answer, from body and cookie."""
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
    """The tokens of an answer."""
    answer: dict[str, str] = response.json()
    return answer


def refresh(token: str) -> Any:
    return APIClient().post(reverse("{{ project.paths.refresh_name }}"), {"{{ project.tokens.refresh_field }}": token})
# % if project.paths.blacklist


def log_out(token: str) -> Any:
    return APIClient().post(reverse("token_blacklist"), {"{{ project.tokens.refresh_field }}": token})
# % endif
# % endif


def status_with_token(token: str) -> int:
    """The status of a request that carries this token."""
    return create_client(token).get(reverse("user-me")).status_code


def create_client(token: str) -> APIClient:
    """A client that sends this token with each request."""
    client = APIClient()
    header = {api_settings.AUTH_HEADER_NAME: f"{api_settings.AUTH_HEADER_TYPES[0]} {token}"}
    client.credentials(**header)
    return client


@pytest.fixture
def api(tokens: dict[str, str]) -> APIClient:
    """A client that is logged in."""
    return create_client(tokens["{{ project.tokens.access_field }}"])


# % if project.api.permission == "DjangoModelPermissions"
@pytest.fixture
def api_without_permission(api: APIClient, user: User) -> APIClient:
    """The same client, once its user may no longer write."""
    user.user_permissions.clear()
    return api


# % endif
@pytest.fixture
def travel_past() -> Travel:
    """Travels to the first second at which what was made now, for that long, has expired."""
    leeway = api_settings.LEEWAY
    if not isinstance(leeway, timedelta):
        leeway = timedelta(seconds=leeway)

    def travel(lifetime: timedelta) -> time_machine.travel:
        # Two seconds: one because it is over, one because claims are cut to whole seconds.
        then = timezone.now() + lifetime + leeway + timedelta(seconds=2)
        return time_machine.travel(then, tick=False)

    return travel
