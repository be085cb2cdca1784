"""Passwords that have appeared in data breaches are refused, if a service knows them."""

import hashlib
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.password_validation import validate_password as validate
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.urls import reverse

from accounts import password_validation
from accounts.models import User

from .conftest import PASSWORD

HASH = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).hexdigest().upper()
MATCH = f"{HASH[5:]}:7".encode()
OTHER = b"0" * 35 + b":3"
VALIDATOR = "accounts.password_validation.BreachedPasswordValidator"


class Service:
    """A server that returns `body`, and stores the requests."""

    def __init__(self) -> None:
        self.status, self.body = 200, OTHER
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, Any]] = []
        self.stopped = threading.Event()
        # In seconds, after the headers and after each byte.
        self.delay = 0.0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.requests.append((self.path, self.headers))
                service.respond(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/range/"

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            if not self.delay:
                handler.wfile.write(self.body)
                return
            for byte in self.body:
                if self.stopped.wait(self.delay):
                    return
                handler.wfile.write(bytes([byte]))
        except OSError:
            # The client has closed the connection.
            handler.close_connection = True


@pytest.fixture
def service(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    # A proxy of the environment does not reach the server.
    monkeypatch.setenv("no_proxy", "*")
    found = Service()
    # In seconds, how often the server checks whether it should stop.
    threading.Thread(target=found.server.serve_forever, args=(0.01,), daemon=True).start()
    caplog.set_level(logging.DEBUG)
    with override_settings(
        BREACHED_PASSWORDS_URL=found.url, AUTH_PASSWORD_VALIDATORS=[{"NAME": VALIDATOR}]
    ):
        yield found
    found.stopped.set()
    found.server.shutdown()
    found.server.server_close()


def get_codes(password: str) -> list[str | None]:
    """Returns the codes of the errors of a password."""
    try:
        validate(password)
    except ValidationError as error:
        return [item.code for item in error.error_list]
    return []


def list_failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Returns the types of the errors that were logged. Nothing may be logged of the password."""
    events = [vars(record) for record in caplog.records]
    for secret in (PASSWORD, HASH, HASH[:5]):
        assert secret.lower() not in str(events).lower()
    return [event["error"] for event in events if event.get("event") == "breach_check_failed"]


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (MATCH, ["password_breached"]),
        (OTHER + b"\r\n" + MATCH + b"\r\n", ["password_breached"]),
        (MATCH.lower(), ["password_breached"]),
        (OTHER, []),
        (b"", []),
        # Padding
        (f"{HASH[5:]}:0".encode(), []),
        (b"\r\n".join([f"{HASH[5:]}:0".encode(), OTHER]), []),
    ],
)
def test_answer_decides(
    service: Service, caplog: pytest.LogCaptureFixture, body: bytes, codes: list[str]
) -> None:
    service.body = body
    assert get_codes(PASSWORD) == codes
    assert list_failures(caplog) == []


def test_only_prefix_is_sent(service: Service) -> None:
    validate(PASSWORD)
    [(path, headers)] = service.requests
    assert path == f"/range/{HASH[:5]}"
    assert headers["Add-Padding"] == "true"
    assert "Python" not in headers["User-Agent"]
    assert HASH[5:] not in str(headers).upper()


def test_slash_of_url_is_optional(service: Service) -> None:
    with override_settings(BREACHED_PASSWORDS_URL=service.url.rstrip("/")):
        validate(PASSWORD)
    assert service.requests[0][0] == f"/range/{HASH[:5]}"


@pytest.mark.parametrize("password", ["", "\0", "\ud800", "\xe9" * 5000])
def test_every_text_is_checked(
    service: Service, caplog: pytest.LogCaptureFixture, password: str
) -> None:
    validate(password)
    assert len(service.requests) == 1
    assert list_failures(caplog) == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, MATCH),
        (404, MATCH),
        (429, b""),
        (200, b"<html>"),
        (200, b"\xff" * 35 + b":1"),
        (200, MATCH + b"\nmore"),
        (200, HASH[5:].encode()),
        (200, HASH[5:].encode() + b":-1"),
        (200, HASH[5:].encode() + b":" + b"9" * 10_000),
        (200, (MATCH + b"\n") * 200_000),
        (200, b"0" * 2_000_000),
    ],
    ids=lambda value: str(value)[:16],
)
def test_broken_service_accepts_password(
    service: Service, caplog: pytest.LogCaptureFixture, status: int, body: bytes
) -> None:
    service.status, service.body = status, body
    assert get_codes(PASSWORD) == []
    assert len(list_failures(caplog)) == 1


def test_redirect_is_not_followed(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    service.status, service.body = 302, MATCH
    service.headers = {"Location": service.url}
    assert get_codes(PASSWORD) == []
    assert len(service.requests) == 1
    assert list_failures(caplog) == ["ValueError"]


@pytest.mark.parametrize("delay", [60, 0.05], ids=["hangs", "is slow"])
def test_slow_service_accepts_password(
    service: Service,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    delay: float,
) -> None:
    monkeypatch.setattr(password_validation, "TIMEOUT", 0.2)
    service.delay, service.body = delay, (MATCH + b"\n") * 10
    assert get_codes(PASSWORD) == []
    assert len(list_failures(caplog)) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://", "https://[/", "https://a b/"]
)
def test_unreachable_service_accepts_password(
    service: Service, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    with override_settings(BREACHED_PASSWORDS_URL=url):
        assert get_codes(PASSWORD) == []
    assert len(list_failures(caplog)) == 1


def test_form_of_admin_shows_error(service: Service, user: User, client: Client) -> None:
    service.body = MATCH
    # % if project.accounts.email_login
    client.force_login(User.objects.create_superuser("root@example.com"))
    # % else
    client.force_login(User.objects.create_superuser("root"))
    # % endif
    form = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    response = client.post(url, form)
    assert response.status_code == 200
    for text in (*password_validators_help_texts(), "This password has appeared in a data breach."):
        assert text in response.content.decode()


@pytest.fixture
def read_settings(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Returns a function that reads the settings with this BREACHED_PASSWORDS_URL."""

    def read(url: str) -> Any:
        monkeypatch.setenv("BREACHED_PASSWORDS_URL", url)
        code = "from config import settings; print(settings.AUTH_PASSWORD_VALIDATORS)"
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)

    return read


def test_service_is_optional(read_settings: Callable[[str], Any]) -> None:
    assert VALIDATOR not in read_settings("").stdout
    assert VALIDATOR in read_settings("https://breaches.example/range/").stdout


def test_service_requires_https(read_settings: Callable[[str], Any]) -> None:
    result = read_settings("http://breaches.example/range/")
    assert result.returncode
    assert "BREACHED_PASSWORDS_URL must begin with https://" in result.stderr
