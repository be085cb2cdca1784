"""Reports of errors, as a Sentry server receives them."""

import gzip
import json
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sentry_sdk
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from accounts.models import User
from config.errors import report_errors
from tokens.events import logger

from .conftest import CREDENTIALS, PASSWORD

ADDRESS = "203.0.113.7"
COOKIE = "cookie-value"


def crash(request: HttpRequest, name: str) -> HttpResponse:
    values = [*request.headers.values(), request.body.decode(), request.get_full_path()]
    try:
        raise IntegrityError(values)
    except IntegrityError as error:
        logger.error("crash %s", values)
        raise ValueError(values) from error


urlpatterns = [path("crash/<name>/", crash)]


class Server(ThreadingHTTPServer):
    """Stores what clients send, and does not respond before `responds` is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[bytes] = []
        self.responds = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(gzip.decompress(body))
        self.server.responds.wait(10)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        report_errors(f"http://key@127.0.0.1:{server.server_port}/1", "test")
        yield server
        server.responds.set()
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
        server.shutdown()


def test_error_is_reported_without_values(
    server: Server, user: User, tokens: dict[str, str]
) -> None:
    access = tokens["{{ project.tokens.access_field }}"]
    request = RequestFactory().get(
        f"/crash/{user.email}/",
        {"email": user.email},
        headers={"authorization": f"Bearer {access}", "cookie": f"sessionid={COOKIE}"},
        REMOTE_ADDR=ADDRESS,
    )
    # A body, although the method has none.
    request.environ |= RequestFactory().post("/", CREDENTIALS).environ | {
        name: request.environ[name] for name in ("PATH_INFO", "QUERY_STRING", "REQUEST_METHOD")
    }
    statuses: list[str] = []
    with override_settings(ROOT_URLCONF=__name__):
        application: Any = get_wsgi_application()
        # The response does not wait for the server.
        application(request.environ, lambda status, headers: statuses.append(status[:3]))
    assert statuses == ["500"]
    server.responds.set()
    sentry_sdk.flush(5)

    sent = b"\n".join(server.received).decode()
    events = [json.loads(line) for line in sent.splitlines() if '"exception"' in line]
    assert sent.count('"type":"event"') == len(events) == 1
    assert [error["type"] for error in events[0]["exception"]["values"]] == [
        "IntegrityError",
        "ValueError",
    ]
    frame = events[0]["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert (frame["function"], frame["lineno"] > 0) == ("crash", True)
    secrets = [PASSWORD, access, COOKIE, user.email, ADDRESS, settings.SECRET_KEY, "Bearer"]
    assert [secret for secret in secrets if secret in sent] == []


@pytest.mark.parametrize("dsn", ["hunter2", "https://hunter2", "https://hunter2@/1"])
def test_invalid_dsn_is_refused(dsn: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN") as refusal:
        report_errors(dsn, "test")
    assert "hunter2" not in "".join(traceback.format_exception(refusal.value))
