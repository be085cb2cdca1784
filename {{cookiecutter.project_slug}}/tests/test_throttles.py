"""How often one may ask, and who counts as one."""

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
    """Low rates, and a minute that does not end meanwhile."""
    monkeypatch.setattr(throttles.AtomicRateThrottle, "THROTTLE_RATES", RATES)
    with time_machine.travel("2026-01-31T12:00:30+00:00", tick=False):
        yield


def log_in(login: str, *, address: str = "192.0.2.1", **headers: Any) -> int:
    body = {"{{ project.accounts.login_field }}": login, "password": "guess"}
    client = APIClient(REMOTE_ADDR=address)
    return client.post(OBTAIN, body, headers=headers).status_code


def test_an_address_tries_so_often(user: User) -> None:
    assert [log_in(f"user{n}@example.com") for n in range(5)] == [401] * 4 + [429]
    assert log_in(LOGIN, address="192.0.2.2") == 401


def test_an_account_is_tried_so_often_from_wherever(user: User) -> None:
    tries = [log_in(LOGIN, address=f"192.0.2.{n}") for n in range(4)]
    assert tries == [401] * 3 + [429]
    assert log_in(f" {LOGIN.upper()} ", address="192.0.2.9") == 429
    assert log_in("eve@example.com", address="192.0.2.9") == 401


def test_the_right_password_does_not_help_when_there_were_too_many(user: User) -> None:
    for n in range(3):
        log_in(LOGIN, address=f"192.0.2.{n}")
    response = APIClient(REMOTE_ADDR="192.0.2.9").post(OBTAIN, CREDENTIALS)
    assert response.status_code == 429
    assert int(response["Retry-After"]) == 30


def test_what_the_client_says_of_its_address_is_not_believed() -> None:
    tries = [log_in(f"{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(5)]
    assert tries[-1] == 429


def test_behind_a_proxy_its_word_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    # The proxy adds the last address; what the client claims stands before it.
    tries = [
        log_in(f"{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.5"})
        for n in range(5)
    ]
    assert tries[-1] == 429
    assert log_in("x@example.com", **{"X-Forwarded-For": "10.0.0.1, 203.0.113.6"}) == 401


def test_a_network_of_ipv6_is_one_client() -> None:
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
def test_other_endpoints(name: str) -> None:
    assert [APIClient().post(reverse(name)).status_code == 429 for _ in range(3)][-1]


def test_of_many_at_once_none_passes_uncounted() -> None:
    request: Any = APIRequestFactory().get("/")

    def allowed(_: int) -> bool:
        return throttles.TokenRefreshThrottle().allow_request(request, APIView())

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(allowed, range(40))) == 2
