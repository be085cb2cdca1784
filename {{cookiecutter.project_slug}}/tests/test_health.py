"""The health checks, for a database and a cache in any state."""

import logging
import socket
import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from config import health
from tokens import counters

pytestmark = pytest.mark.django_db
READY = {"status": "ok", "database": "ok", "migrations": "ok", "cache": "ok"}


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "readiness", health.Readiness())
    monkeypatch.setattr(counters, "breaker", counters.CircuitBreaker())


def pass_time() -> None:
    health.readiness.checked_at -= health.INTERVAL


def fail(*args: Any, **kwargs: Any) -> None:
    raise OperationalError("connection to server at db.internal failed")


def test_probe_reaches_no_other_middleware(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """It uses HTTP and the address of the instance, which is not in ALLOWED_HOSTS."""
    caplog.set_level(logging.DEBUG)
    headers = {"host": "10.1.2.3:8000", "origin": "https://app.example.com", "cookie": "a=b"}
    with override_settings(SECURE_SSL_REDIRECT=True, DEBUG=False, FORCE_SCRIPT_NAME="/backend"):
        for url, body in (("/livez", {"status": "ok"}), ("/readyz", READY)):
            response = client.get(url, headers=headers)
            assert (response.status_code, response.json()) == (200, body)
            assert response.headers == {
                "Content-Type": "application/json",
                "Cache-Control": "no-store",
            }
            assert not response.cookies
            assert client.head(url, headers=headers).status_code == 200
            refused = client.post(url, headers=headers)
            assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")
    assert not [record for record in caplog.records if record.levelno >= logging.INFO]


def test_liveness_needs_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "readiness", None)
    monkeypatch.setattr(connection, "cursor", fail)
    assert client.get("/livez").status_code == 200


def test_check_is_repeated_after_interval(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/readyz").json() == READY
    monkeypatch.setattr(connection, "cursor", fail)
    assert client.get("/readyz").json() == READY
    pass_time()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == READY | {"status": "unavailable", "database": "unavailable"}
    assert caplog.text == ""
    monkeypatch.undo()
    pass_time()
    assert client.get("/readyz").json() == READY


def test_migrations_are_checked_until_applied(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(MigrationRecorder, "applied_migrations", lambda self: {})
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == READY | {"status": "unavailable", "migrations": "pending"}
    pass_time()
    assert client.get("/readyz").json() == READY
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", fail)
    pass_time()
    assert client.get("/readyz").json() == READY


def test_one_thread_waits_for_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    started, ended = threading.Event(), threading.Event()

    def hang(*args: Any) -> None:
        started.set()
        assert ended.wait(10)
        fail()

    assert client.get("/readyz").json() == READY
    pass_time()
    monkeypatch.setattr(health, "connection", type("Hanging", (), {"cursor": hang}))
    thread = threading.Thread(target=health.readiness.read)
    thread.start()
    assert started.wait(10)
    try:
        assert client.get("/readyz").json() == READY
        health.readiness.started_at -= health.INTERVAL
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200
    finally:
        ended.set()
        thread.join()
    assert client.get("/readyz").json()["database"] == "unavailable"


def test_first_check_is_awaited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    started, ended = threading.Event(), threading.Event()

    def check_slowly(readiness: health.Readiness) -> dict[str, str]:
        started.set()
        assert ended.wait(10)
        return {"database": "ok", "migrations": "ok", "cache": "ok"}

    monkeypatch.setattr(health.Readiness, "check", check_slowly)
    thread = threading.Thread(target=health.readiness.read)
    thread.start()
    assert started.wait(10)
    threading.Timer(0.1, ended.set).start()
    assert client.get("/readyz").json() == READY
    thread.join()


def test_cache_is_information(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A cache that hangs is contacted once, and its outage is logged once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        default = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{server.getsockname()[1]}",
            "OPTIONS": {"socket_connect_timeout": 0.1, "socket_timeout": 0.1},
        }
        with override_settings(CACHES=settings.CACHES | {"default": default}):
            for _ in range(3):
                pass_time()
                response = client.get("/readyz")
                assert response.status_code == 200
                assert response.json() == READY | {"cache": "unavailable"}
    assert [vars(record)["event"] for record in caplog.records] == ["cache_unavailable"]
    pass_time()
    counters.breaker.retry_at = 0
    assert client.get("/readyz").json() == READY
