"""Metrics: what is counted, and where they are served."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse
from prometheus_client import REGISTRY

from accounts.models import User
from config.env import env

from .conftest import CREDENTIALS

OBTAIN = "{{ project.paths.obtain_name }}"
MIDDLEWARE = "config.metrics.MetricsMiddleware"


def read(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[socket.socket]:
    """The socket of the metrics' address, as under Gunicorn."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    others = [name for name in settings.MIDDLEWARE if name != MIDDLEWARE]
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        override_settings(METRICS=server.getsockname(), MIDDLEWARE=[MIDDLEWARE, *others]),
    ):
        yield server


@pytest.mark.usefixtures("server")
def test_requests_are_counted(user: User, client: Client) -> None:
    # Method, path, body, and the route and status that are counted.
    requests: list[tuple[str, str, Any, str, str]] = [
        ("POST", reverse(OBTAIN), CREDENTIALS, OBTAIN, "200"),
        ("POST", reverse(OBTAIN), CREDENTIALS | {"password": "wrong"}, OBTAIN, "401"),
        ("GET", "/unknown/1", None, "none", "404"),
        ("GET", "/unknown/2", None, "none", "404"),
        ("ODD", reverse("user-me"), None, "user-me", "401"),
    ]

    def read_counts() -> list[float]:
        return [
            read(
                "http_requests_total",
                method="other" if method == "ODD" else method,
                route=route,
                status=status,
            )
            for method, _, _, route, status in requests
        ]

    before = read_counts()
    seconds = {"method": "POST", "route": OBTAIN}
    measured = read("http_request_duration_seconds_count", **seconds)
    for method, path, body, _, status in requests:
        if method == "POST":
            response = client.post(path, body, content_type="application/json")
        else:
            response = client.generic(method, path)
        assert response.status_code == int(status)
    assert [n - m for n, m in zip(read_counts(), before, strict=True)] == [1, 1, 2, 2, 1]
    assert read("http_request_duration_seconds_count", **seconds) == measured + 2
    assert read("http_requests_in_progress") == 0


@pytest.mark.usefixtures("server")
def test_logins_are_counted(user: User, client: Client) -> None:
    logins, failures = (read("events_total", event=name) for name in ("login", "login_failed"))
    client.post(reverse(OBTAIN), CREDENTIALS, content_type="application/json")
    for _ in range(2):
        wrong = CREDENTIALS | {"password": "wrong"}
        client.post(reverse(OBTAIN), wrong, content_type="application/json")
    assert read("events_total", event="login") == logins + 1
    assert read("events_total", event="login_failed") == failures + 2


@pytest.mark.django_db
def test_metrics_only_at_their_address(server: socket.socket) -> None:
    port = server.getsockname()[1]
    environ: dict[str, Any] = {"gunicorn.socket": server}
    internal = Client(headers={"host": "10.0.0.1"}, **environ)
    response = internal.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    for path in ("/", reverse(OBTAIN), reverse("admin:login"), "/metrics/"):
        assert internal.get(path).status_code == 404

    # Clients can send any header. A Unix socket has no port: servers use that of the Host header.
    forged = {"host": f"testserver:{port}", "x-forwarded-port": str(port)}
    unix, other = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as public, unix, other:
        for connection in (public, unix, None):
            environ = {"gunicorn.socket": connection, "SERVER_PORT": str(port)}
            client = Client(headers=forged, **environ)
            assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    "value",
    ["9090", ":9090", "localhost", "localhost:", "localhost:http", "localhost:0"]
    + ["localhost:65536", "http://localhost:9090", "localhost:9090/metrics", "unix:/run/metrics"],
)
def test_invalid_address_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS", value)
    with pytest.raises(ImproperlyConfigured, match="METRICS must be HOST:PORT"):
        env.address("METRICS")


def test_address_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS", "[::1]:9090")
    assert env.address("METRICS") == ("::1", 9090)
    monkeypatch.setenv("METRICS", "")
    assert env.address("METRICS") is None
# % if project.accounts.mail


@pytest.mark.usefixtures("queue")
def test_worker_needs_its_own_address(server: socket.socket) -> None:
    with pytest.raises(CommandError, match="METRICS"):
        call_command("worker")
# % endif
