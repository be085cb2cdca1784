"""Throttles per address and per account."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from rest_framework.settings import api_settings
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from accounts.models import User
from tokens import throttles

from .conftest import CREDENTIALS, LOGIN

RATES = {
    "token_obtain_address": "4/min",
    "token_obtain_account": "3/min",
    "token_refresh": "2/min",
    "token_verify": "2/min",
}
OBTAIN = reverse("{{ project.paths.obtain_name }}")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _low_rates(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sets low rates and stops the clock in the middle of a minute."""
    monkeypatch.setattr(throttles.AtomicRateThrottle, "THROTTLE_RATES", RATES)
    with time_machine.travel("2026-01-31T12:00:30+00:00", tick=False):
        yield


def log_in(login: str, *, address: str = "192.0.2.1", **headers: Any) -> int:
    body = {"{{ project.accounts.login_field }}": login, "password": "guess"}
    client = APIClient(REMOTE_ADDR=address)
    return client.post(OBTAIN, body, headers=headers).status_code


def test_address_throttle_counts_all_accounts(user: User) -> None:
    assert [log_in(f"user{n}@example.com") for n in range(5)] == [401] * 4 + [429]
    assert log_in(LOGIN, address="192.0.2.2") == 401


def test_account_throttle_counts_all_addresses(user: User) -> None:
    tries = [log_in(LOGIN, address=f"192.0.2.{n}") for n in range(4)]
    assert tries == [401] * 3 + [429]
    assert log_in(f" {LOGIN.upper()} ", address="192.0.2.9") == 429
    assert log_in("eve@example.com", address="192.0.2.9") == 401


def test_account_throttle_refuses_right_password(user: User) -> None:
    for n in range(3):
        log_in(LOGIN, address=f"192.0.2.{n}")
    response = APIClient(REMOTE_ADDR="192.0.2.9").post(OBTAIN, CREDENTIALS)
    assert response.status_code == 429
    assert int(response["Retry-After"]) == 30


def test_forwarded_address_is_ignored_without_proxy() -> None:
    tries = [log_in(f"{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(5)]
    assert tries[-1] == 429


def test_forwarded_address_is_trusted_behind_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    # The proxy appends the last address; the client controls those before it.
    tries = [
        log_in(f"{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.5"})
        for n in range(5)
    ]
    assert tries[-1] == 429
    assert log_in("x@example.com", **{"X-Forwarded-For": "10.0.0.1, 203.0.113.6"}) == 401


def test_ipv6_network_counts_as_one_address() -> None:
    tries = [log_in(f"{n}@example.com", address=f"2001:db8::{n}") for n in range(1, 6)]
    assert tries[-1] == 429
    assert log_in("x@example.com", address="2001:db8:0:1::1") == 401


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
