"""Logins, refreshes and throttles while the cache does not respond."""

import logging
import socket
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from config.settings import CACHES
from tokens import counters, throttles

from .conftest import CREDENTIALS, LOGIN, read_tokens, refresh

pytestmark = pytest.mark.django_db
OBTAIN = reverse("{{ project.paths.obtain_name }}")


class CacheServer:
    """Accepts connections, counts them, and sends the same reply to each command, or none."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        self.contacts = 0
        self.connections: list[socket.socket] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://:secret@127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            self.connections.append(connection)
            if connection.recv(9) == b"stop":
                return
            self.contacts += 1
            if self.reply:
                connection.sendall(self.reply)

    def stop(self) -> None:
        with socket.create_connection(self.socket.getsockname()) as connection:
            connection.sendall(b"stop")
            self.thread.join()
        for opened in [self.socket, *self.connections]:
            opened.close()


@pytest.fixture(
    params=[
        b"",
        b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
        b"-READONLY You can't write against a read only replica.\r\n",
        b"-LOADING Redis is loading the dataset in memory\r\n",
        b"-WRONGPASS invalid username-password pair or user is disabled.\r\n",
    ]
)
def server(request: pytest.FixtureRequest) -> Iterator[CacheServer]:
    server = CacheServer(request.param)
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _new_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "breaker", counters.CircuitBreaker())


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets limits that the settings may have turned off."""
    rates = dict.fromkeys(throttles.AtomicRateThrottle.THROTTLE_RATES, "30/min")
    monkeypatch.setattr(throttles.AtomicRateThrottle, "THROTTLE_RATES", rates)


def use_cache(url: str) -> override_settings:
    default = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "OPTIONS": {"socket_connect_timeout": 0.1, "socket_timeout": 0.1},
    }
    return override_settings(CACHES=settings.CACHES | {"default": default})


def log_in_and_refresh() -> None:
    response = APIClient().post(OBTAIN, CREDENTIALS)
    assert response.status_code == 200
    found = read_tokens(response)
    token = found["{{ project.tokens.refresh_field }}"]
    assert refresh(token).status_code == 200


def test_unavailable_cache_stops_no_login(
    user: User, server: CacheServer, caplog: pytest.LogCaptureFixture
) -> None:
    with use_cache(server.url), caplog.at_level(logging.ERROR, "tokens"):
        for _ in range(3):
            log_in_and_refresh()
        assert server.contacts == 1
        counters.breaker.retry_at = 0
        log_in_and_refresh()
    assert server.contacts == 2
    [record] = caplog.records
    assert record.getMessage().startswith("cache_unavailable error=")
    assert "secret" not in caplog.text


def test_refusing_cache_stops_no_login(user: User) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with use_cache(f"redis://127.0.0.1:{unused.getsockname()[1]}"):
            log_in_and_refresh()


def guess_passwords(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Returns the status of four logins with a wrong password, three of which are allowed."""
    rates = throttles.AtomicRateThrottle.THROTTLE_RATES | {"login_account_address": "3/min"}
    monkeypatch.setattr(throttles.AtomicRateThrottle, "THROTTLE_RATES", rates)
    body = CREDENTIALS | {"{{ project.accounts.login_field }}": LOGIN, "password": "guess"}
    with time_machine.travel("2026-01-31T12:00:30+00:00", tick=False):
        return [APIClient().post(OBTAIN, body).status_code for _ in range(4)]


def test_logins_are_throttled_without_cache(
    user: User, server: CacheServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with use_cache(server.url):
        assert guess_passwords(monkeypatch) == [401] * 3 + [429]


@pytest.mark.skipif("redis" not in CACHES["default"]["BACKEND"], reason="needs a Redis server")
def test_logins_are_throttled_with_redis(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    # Other keys than those of a running project.
    redis = CACHES["default"] | {"KEY_PREFIX": uuid4().hex}
    with override_settings(CACHES=settings.CACHES | {"default": redis}):
        assert guess_passwords(monkeypatch) == [401] * 3 + [429]
    assert not counters.breaker.is_open


def test_available_cache_is_used_again(user: User, server: CacheServer) -> None:
    with use_cache(server.url):
        log_in_and_refresh()
        assert counters.breaker.is_open
    # The test settings have a cache that works.
    counters.breaker.retry_at = 0
    log_in_and_refresh()
    assert not counters.breaker.is_open
