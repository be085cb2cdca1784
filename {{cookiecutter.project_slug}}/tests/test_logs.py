"""The log in production: a JSON object per line, with the ID of the request."""

import json
import logging
import runpy
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from logging.config import dictConfig
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path, reverse
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from accounts.models import User
from config.logging import JSONFormatter, request_id
from config.urls import urlpatterns as project_urlpatterns

from .conftest import CREDENTIALS, PASSWORD, to_json

OBTAIN = reverse("{{ project.paths.obtain_name }}")


def crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("first\nsecond")


def echo(request: HttpRequest) -> HttpResponse:
    logging.getLogger("tokens").info("inside")
    return HttpResponse(request.GET["n"])


urlpatterns: list[Any] = [path("crash/", crash), path("echo/", echo), *project_urlpatterns]


class Stream(StringIO):
    """What the handlers of production write to the standard error stream."""

    def read_all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def read(self, logger: str) -> Any:  # type: ignore[override]
        """Returns the only record of a logger."""
        [found] = [fields for fields in self.read_all() if fields["logger"] == logger]
        return found


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stream]:
    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    others = [*root.handlers]
    handlers = {"console": {"class": "logging.StreamHandler", "formatter": "json"}}
    config: dict[str, Any] = settings.LOGGING
    loggers = config["loggers"] | {"access": {"level": "INFO"}}
    dictConfig(config | {"handlers": handlers, "loggers": loggers})
    with override_settings(ROOT_URLCONF=__name__):
        yield stream
    dictConfig(config)
    root.handlers[:] = others


@pytest.fixture
def client(db: None) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("debug", "formatter"), [("True", "line"), ("False", "json")])
def test_settings_choose_format(
    debug: str, formatter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", debug)
    # Executes the settings again, and keeps those of the other tests.
    monkeypatch.delitem(sys.modules, "config.settings")
    found = runpy.run_module("config.settings")["LOGGING"]
    assert found["handlers"]["console"]["formatter"] == formatter


def test_request_is_one_record(user: User, api: APIClient, log: Stream) -> None:
    response = api.get(reverse("user-me"), {"secret": "hunter2"})
    assert response.status_code == 200
    [fields] = log.read_all()
    assert fields.pop("time").endswith("Z")
    assert fields.pop("duration_ms") >= 0
    assert fields == {
        "level": "INFO",
        "logger": "access",
        "message": f"GET {reverse('user-me')} 200",
        "request_id": response["X-Request-ID"],
        "method": "GET",
        "path": reverse("user-me"),
        "status": 200,
        "user": to_json(user.pk),
        "address": "127.0.0.1",
    }


def test_user_of_session_is_logged(user: User, log: Stream, client: Client) -> None:
    client.force_login(user)
    client.get("/admin/")
    # No other request reads the session for the log.
    client.get("/echo/", {"n": "1"})
    found = [fields["user"] for fields in log.read_all() if fields["logger"] == "access"]
    assert found == [to_json(user.pk), None]


def test_secrets_are_not_logged(user: User, log: Stream, client: Client) -> None:
    part = "eyJhbGciOiJIUzI1NiJ9." + "x" * 80
    client.post(f"{OBTAIN}?password={PASSWORD}", CREDENTIALS | {"password": "hunter2"})
    client.get(f"/{part}/", headers={"authorization": "Bearer hunter2", "cookie": "a=hunter2"})
    logged = log.getvalue()
    for secret in (PASSWORD, PASSWORD.split()[0], "hunter2", part):
        assert secret not in logged
    assert log.read_all()[-1]["path"] == "/.../"


def test_exception_is_one_record_in_one_line(log: Stream, client: Client) -> None:
    response = client.get("/crash/", {"secret": "hunter2"})
    assert [fields["logger"] for fields in log.read_all()] == ["django.request", "access"]
    found = log.read("django.request")
    assert found["exception"].startswith("Traceback (most recent call last):\n")
    assert found["exception"].endswith("ZeroDivisionError: first\nsecond")
    assert found["level"] == "ERROR"
    assert found["request_id"] == log.read("access")["request_id"] == response["X-Request-ID"]
    assert "hunter2" not in log.getvalue()


def test_unreadable_session_is_one_traceback(
    log: Stream, client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: SessionStore) -> None:
        raise OperationalError

    client.force_login(user)
    monkeypatch.setattr(SessionStore, "load", fail)
    assert client.get("/admin/").status_code == 500
    assert log.read("django.request")["exception"].endswith("OperationalError")
    assert log.read("access")["status"] == 500


@pytest.mark.parametrize(
    ("proxies", "given", "is_kept"),
    [
        (1, "4bf92f35-77b3.4da6_a3ce", True),
        (0, "4bf92f35-77b3.4da6_a3ce", False),
        (None, "4bf92f35-77b3.4da6_a3ce", False),
        (1, "", False),
        (1, "a b", False),
        (1, "a\r\nSet-Cookie: b", False),
        (1, "\xe4", False),
        (1, "x" * 129, False),
    ],
)
def test_request_id_of_proxy(
    proxies: int | None, given: str, is_kept: bool, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    response = client.get("/unknown/", headers={"x-request-id": given})
    assert (response["X-Request-ID"] == given) is is_kept
    assert is_kept or len(response["X-Request-ID"]) == 32


def test_request_ids_are_not_mixed(log: Stream) -> None:
    """Threads handle several requests, at the same time and one after the other."""

    def request(number: int) -> str:
        response = Client().get("/echo/", {"n": str(number)})
        logging.getLogger("tokens").info("outside")
        return str(response["X-Request-ID"])

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(request, range(40)))
    records = log.read_all()
    assert len(set(ids)) == 40
    for message in ("inside", "GET /echo/ 200"):
        assert sorted(ids) == sorted(
            fields["request_id"] for fields in records if fields["message"] == message
        )
    outside = [fields for fields in records if fields["message"] == "outside"]
    assert len(outside) == 40
    assert not any("request_id" in fields for fields in outside)


def test_asynchronous_requests_have_ids(log: Stream) -> None:
    response = async_to_sync(AsyncClient().get)("/echo/", {"n": "1"})
    assert log.read("tokens")["request_id"] == response["X-Request-ID"]
    assert log.read("access")["request_id"] == response["X-Request-ID"]
    assert log.read("access")["duration_ms"] >= 0
    assert request_id.get() == ""


def test_response_of_other_origin_shows_id(client: Client) -> None:
    with override_settings(CORS_ALLOWED_ORIGINS=["https://app.example.com"]):
        response = client.get("/unknown/", headers={"origin": "https://app.example.com"})
    assert "X-Request-ID" in response["Access-Control-Expose-Headers"]


class Odd:
    def __str__(self) -> str:
        raise ValueError


def create_logger() -> tuple[logging.Logger, Stream]:
    """Returns a logger without pytest's handlers, which cannot write all records."""
    stream = Stream()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONFormatter())
    logger = logging.Logger("odd")
    logger.addHandler(handler)
    return logger, stream


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("first\nsecond\r\x00\x1b[31m\x85\u2028", "first\nsecond\r\x00\x1b[31m\x85\u2028"),
        ("\ud800x", "\\ud800x"),
        ("\U0001f600", "\U0001f600"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (1.5, 1.5),
        (True, True),
        (None, None),
        (10**19, "10000000000000000000"),
        ({"a": ["\ud800"]}, "{'a': ['\\ud800']}"),
        (ValueError("a\nb"), "a\nb"),
    ],
)
def test_value_is_valid_json(value: object, expected: object) -> None:
    logger, stream = create_logger()
    logger.info("%s", value, extra={"value": value, "a\n\ud800": value})
    [line] = stream.getvalue().splitlines()
    fields = json.loads(line, parse_constant=pytest.fail)
    assert fields["value"] == fields["a\n\\ud800"] == expected
    assert fields["message"] == (expected if isinstance(expected, str) else str(value))
    assert line.isascii()


def test_odd_records_are_not_lost() -> None:
    logger, stream = create_logger()
    circular: list[Any] = []
    circular.append(circular)
    logger.info(Odd())
    logger.info("%d %s", "x", "y")
    logger.info("no argument %s")
    logger.info("%s", Odd(), extra={"odd": Odd(), "circular": circular, "huge": 10**5000})
    logger.info("extra", extra={"level": "low", "time": 0, "logger": "x", "request_id": "y"})
    logger.exception("no exception")
    logger.info("stack", stack_info=True)
    records = stream.read_all()
    assert len(records) == 7
    assert {fields["logger"] for fields in records} == {"odd"}
    assert [fields["message"] for fields in records[1:3]] == ["%d %s", "no argument %s"]
    assert (records[4]["level"], records[4]["message"]) == ("INFO", "extra")


def test_time_is_in_utc() -> None:
    record = logging.makeLogRecord({"created": 0.5, "msecs": 500.0})
    assert json.loads(JSONFormatter().format(record))["time"] == "1970-01-01T00:00:00.500Z"
