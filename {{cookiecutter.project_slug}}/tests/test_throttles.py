"""Throttles of failed logins, wherever a password is checked, and of the token endpoints."""

import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.contrib.auth import aauthenticate, authenticate
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from rest_framework.exceptions import Throttled
from rest_framework.settings import api_settings
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from accounts.models import User
from tokens import throttles

from .conftest import LOGIN, PASSWORD, CheapHasher, run_concurrently

WRONG = "guess"
RATES = {
    "login_address": "5/min",
    "login_account_address": "3/min",
    "login_account": "4/hour",
    "token_refresh": "2/min",
    "token_verify": "2/min",
    # % if project.accounts.notices
    "notice_mailbox": "20/day",
    # % endif
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _low_rates(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sets low rates and stops the clock in the middle of a minute."""
    monkeypatch.setattr(throttles.AtomicRateThrottle, "THROTTLE_RATES", RATES)
    with time_machine.travel("2026-01-31T12:00:30+00:00", tick=False):
        yield


def post_login(
    login: object = LOGIN, password: str = WRONG, *, address: str = "192.0.2.1", **headers: Any
) -> Any:
    body = {"{{ project.accounts.login_field }}": login, "password": password}
    client = APIClient(REMOTE_ADDR=address)
    return client.post(reverse("{{ project.paths.obtain_name }}"), body, headers=headers)


def post_form(name: str, login: str, password: str) -> Any:
    client = Client(REMOTE_ADDR="192.0.2.1")
    return client.post(reverse(name), {"username": login, "password": password})


def log_in(login: object = LOGIN, **kwargs: Any) -> int:
    status: int = post_login(login, **kwargs).status_code
    return status


def post_admin_login(login: str = LOGIN, password: str = WRONG) -> Any:
    return post_form("admin:login", login, password)


# % if project.api.browsable
def post_browsable_login(login: str = LOGIN, password: str = WRONG) -> Any:
    return post_form("rest_framework:login", login, password)


# % endif
# % if project.api.also_accept == "basic"
def get_with_basic(login: str = LOGIN, password: str = WRONG) -> Any:
    pair = b64encode(f"{login}:{password}".encode()).decode()
    client = APIClient(REMOTE_ADDR="192.0.2.1", headers={"Authorization": f"Basic {pair}"})
    return client.get(reverse("user-me"))


def test_basic_requests_are_not_limited(user: User) -> None:
    assert {get_with_basic(password=PASSWORD).status_code for _ in range(8)} == {200}


# % endif
DOORS = [
    post_login,
    post_admin_login,
    # % if project.api.browsable
    post_browsable_login,
    # % endif
    # % if project.api.also_accept == "basic"
    get_with_basic,
    # % endif
]
every_door = pytest.mark.parametrize("door", DOORS)


@every_door
def test_failed_logins_are_refused_everywhere(user: User, door: Callable[..., Any]) -> None:
    assert 429 not in {door().status_code for _ in range(3)}
    for other in DOORS:
        response = other(LOGIN, PASSWORD)
        assert (response.status_code, response["Retry-After"]) == (429, "30")


@every_door
def test_successful_logins_are_not_counted(user: User, door: Callable[..., Any]) -> None:
    assert 429 not in {door(LOGIN, PASSWORD).status_code for _ in range(8)}
    assert [log_in() for _ in range(4)] == [401] * 3 + [429]


@pytest.mark.parametrize("door", DOORS[1:{{ 3 if project.api.browsable else 2 }}])
def test_forms_show_page_with_wait(user: User, door: Callable[..., Any]) -> None:
    response = [door() for _ in range(4)][-1]
    assert response.status_code == 429
    assert response["Content-Type"].startswith("text/html")
    assert "Try again in 30 seconds." in response.text


def test_api_shows_json(user: User) -> None:
    response = [post_login() for _ in range(4)][-1]
    assert (response.status_code, response["Content-Type"]) == (429, "application/json")


def test_address_throttle_counts_all_accounts(user: User) -> None:
    assert [log_in(f"user{n}@example.com") for n in range(6)] == [401] * 5 + [429]
    assert log_in(address="192.0.2.2") == 401


def test_account_throttle_counts_all_addresses(user: User) -> None:
    tries = [log_in(address=f"192.0.2.{n}") for n in range(5)]
    assert tries == [401] * 4 + [429]
    assert log_in("eve@example.com", address="192.0.2.9") == 401


def test_refused_logins_are_not_counted(user: User) -> None:
    for _ in range(8):
        log_in()
    assert log_in("eve@example.com") == 401
    assert log_in(password=PASSWORD, address="192.0.2.9") == 200


def test_account_is_same_in_all_forms(user: User) -> None:
    # % if project.accounts.email_login
    names = (" ada@example.com", "ADA@EXAMPLE.COM", "\uff41da@example.com")
    # % else
    names = (" ada", "\uff41da", "ada ")
    # % endif
    assert [log_in(name) for name in names] == [401] * 3
    assert log_in() == 429


def test_number_as_login_is_counted(user: User) -> None:
    assert [log_in(login) for login in (123, "123", 123, 123)] == [401] * 3 + [429]
    assert log_in([LOGIN]) == 400


def test_disabled_user_counts_as_failure(user: User) -> None:
    User.objects.update(is_active=False)
    assert [log_in(password=PASSWORD) for _ in range(4)] == [401] * 3 + [429]


def test_login_after_error_is_not_counted(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> bool:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(CheapHasher, "verify", fail)
        for _ in range(5):
            with pytest.raises(OperationalError):
                authenticate(username=LOGIN, password=PASSWORD)
    assert authenticate(username=LOGIN, password=PASSWORD) == user


def test_login_without_request_counts_account(user: User) -> None:
    for _ in range(4):
        assert authenticate(username=LOGIN, password=WRONG) is None
    with pytest.raises(Throttled):
        async_to_sync(aauthenticate)(username=LOGIN, password=PASSWORD)


def test_rate_none_is_no_limit(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = dict.fromkeys(RATES)
    monkeypatch.setattr(throttles.AtomicRateThrottle, "THROTTLE_RATES", rates)
    assert {log_in() for _ in range(8)} == {401}


def test_throttled_login_is_logged(user: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tokens"):
        for _ in range(4):
            log_in()
    messages = [record.getMessage() for record in caplog.records if record.name == "tokens"]
    assert [text.split()[0] for text in messages] == ["login_failed"] * 3 + ["login_throttled"]
    # As a word: the hash of the account may contain it.
    assert not any(re.search(rf"\b{LOGIN}\b", text) for text in messages)


def test_forwarded_address_is_ignored_without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 0)
    tries = [log_in(f"{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(6)]
    assert tries[-1] == 429


def test_forwarded_address_is_trusted_behind_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    # The proxy appends the last address; the client controls those before it.
    tries = [
        log_in(f"{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.5"})
        for n in range(6)
    ]
    assert tries[-1] == 429
    assert log_in("x@example.com", **{"X-Forwarded-For": "10.0.0.1, 203.0.113.6"}) == 401


def test_ipv6_network_counts_as_one_address() -> None:
    tries = [log_in(f"{n}@example.com", address=f"2001:db8::{n}") for n in range(1, 7)]
    assert tries[-1] == 429
    assert log_in("x@example.com", address="2001:db8:0:1::1") == 401


def test_mapped_ipv4_address_is_ipv4_address() -> None:
    addresses = ["192.0.2.7", "::ffff:192.0.2.7"] * 3
    tries = [log_in(f"{n}@example.com", address=address) for n, address in enumerate(addresses)]
    assert tries == [401] * 5 + [429]
    assert log_in("x@example.com", address="::ffff:192.0.2.8") == 401


@pytest.mark.django_db(transaction=True)
def test_concurrent_guesses_are_not_all_checked(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = CheapHasher.verify

    def record(self: CheapHasher, password: str, encoded: str) -> bool:
        checked.append(password)
        return verify(self, password, encoded)

    monkeypatch.setattr(CheapHasher, "verify", record)
    statuses = run_concurrently([log_in] * 20)
    assert sorted(statuses) == [401] * len(checked) + [429] * (20 - len(checked))
    assert 1 <= len(checked) <= 3


@pytest.mark.parametrize(
    "name",
    [
        "{{ project.paths.refresh_name }}",
        # % if project.paths.verify
        "token_verify",
        # % endif
    ],
)
def test_other_endpoints_are_throttled(name: str) -> None:
    assert [APIClient().post(reverse(name)).status_code == 429 for _ in range(3)][-1]


def test_concurrent_requests_are_all_counted() -> None:
    request: Any = APIRequestFactory().get("/")

    def is_allowed(_: int) -> bool:
        return throttles.TokenRefreshThrottle().allow_request(request, APIView())

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(is_allowed, range(40))) == 2
