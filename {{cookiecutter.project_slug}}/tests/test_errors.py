"""Errors outside of REST framework's views, odd paths, and the log."""

import logging
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from logging.config import dictConfig
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path, reverse
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from config.urls import urlpatterns as project_urlpatterns

API = "/{{ project.paths.prefix }}"


def crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError(request.path)


def protect(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def refuse(error: Any) -> Callable[..., Any]:
    @api_view(["POST"])
    @authentication_classes([])
    @permission_classes([])
    def view(request: Request) -> Response:
        raise ValidationError(error, "odd")

    return view


urlpatterns: list[Any] = [
    path(f"{API[1:]}refused/text/", refuse("No.")),
    path(f"{API[1:]}refused/field/", refuse({"name": ["No."]})),
    path(f"{API[1:]}refused/nested/", refuse({"items": [{}, {"name": ["No."]}]})),
    path(f"{API[1:]}refused/detail/", refuse({"detail": "No."})),
    path(f"{API[1:]}refused/collision/", refuse({"error_codes": ["No."]})),
    path("{{ project.paths.prefix }}crash/", crash),
    path("{{ project.paths.prefix }}protected/", protect),
    path("admin/crash/", crash),
    *project_urlpatterns,
]


@pytest.fixture(params=[True, False], ids=["debug", "production"])
def _debug(request: pytest.FixtureRequest) -> Iterator[None]:
    with override_settings(DEBUG=request.param, ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def client(db: None) -> APIClient:
    # Checks CSRF tokens.
    return APIClient(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.usefixtures("_debug")
@pytest.mark.parametrize(
    ("method", "url", "headers", "status", "code"),
    [
        ("GET", "unknown/", {}, 404, "not_found"),
        ("POST", "unknown", {}, 404, "not_found"),
        ("GET", "crash/", {}, 500, "error"),
        ("POST", "protected/", {}, 403, "permission_denied"),
        ("POST", "protected", {}, 403, "permission_denied"),
        ("GET", "users/me/", {"host": "evil.example"}, 400, "parse_error"),
        ("POST", "users/me/", {"content-type": "text/plain; charset=hex"}, 400, "parse_error"),
        ("POST", "docs/", {}, 405, "method_not_allowed"),
        ("OPTIONS", "redoc/", {}, 405, "method_not_allowed"),
        ("POST", "schema/", {"accept": "application/vnd.oai.openapi"}, 405, "method_not_allowed"),
    ],
)
def test_error_is_json(
    client: APIClient, method: str, url: str, headers: dict[str, str], status: int, code: str
) -> None:
    headers = {"origin": "https://app.example.com", **headers}
    with override_settings(CORS_ALLOWED_ORIGINS=["https://app.example.com"]):
        response = client.generic(method, API + url, "x", headers=headers)
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert response.json().keys() == {"detail", "code"}
    assert response.json()["code"] == code
    assert response["Content-Length"] == str(len(response.content))
    # Scripts of other origins can read it.
    assert response["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "Retry-After" in response["Access-Control-Expose-Headers"]


@pytest.mark.usefixtures("_debug")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("text", {"non_field_errors": ["No."], "error_codes": {"non_field_errors": ["odd"]}}),
        ("field", {"name": ["No."], "error_codes": {"name": ["odd"]}}),
        (
            "nested",
            {
                "items": [{}, {"name": ["No."]}],
                "error_codes": {"items": [{}, {"name": ["odd"]}]},
            },
        ),
        ("detail", {"detail": "No.", "code": "odd"}),
        # The texts of a field of this name are missing.
        ("collision", {"error_codes": {"error_codes": ["odd"]}}),
    ],
)
def test_error_of_view_has_code(client: APIClient, name: str, body: dict[str, Any]) -> None:
    response = client.post(f"{API}refused/{name}/")
    assert (response.status_code, response.json()) == (400, body)


@pytest.mark.usefixtures("_debug")
def test_error_of_head_has_no_body(client: APIClient) -> None:
    response = client.head(f"{API}unknown/")
    assert (response.status_code, response.content) == (404, b"")
    assert response["Content-Type"] == "application/json"


@pytest.mark.usefixtures("_debug")
def test_errors_of_other_pages_are_html(client: APIClient) -> None:
    assert client.get("/admin/crash/").status_code == 500
    for url in ("/admin/crash/", "/admin/login/"):
        response = client.post(url)
        assert response.status_code == 403
        assert response["Content-Type"].startswith("text/html")


@pytest.mark.usefixtures("_debug")
def test_exception_reaches_test_client() -> None:
    with pytest.raises(ZeroDivisionError):
        APIClient().get(f"{API}crash/")


def test_preflight_allows_token(client: APIClient) -> None:
    headers = {"origin": "https://app.example.com", "access-control-request-method": "GET"}
    with override_settings(CORS_ALLOWED_ORIGINS=["https://app.example.com"]):
        response = client.options(reverse("user-me"), headers=headers)
    assert response.status_code == 200
    assert "{{ project.jwt.header_name | lower }}" in response["Access-Control-Allow-Headers"].split(", ")


# Paths without the final slash


def test_post_without_slash(anonymous: APIClient) -> None:
    for name in ("{{ project.paths.obtain_name }}", "{{ project.paths.refresh_name }}"):
        with_slash = reverse(name)
        response = anonymous.post(with_slash.rstrip("/"))
        assert response.status_code == anonymous.post(with_slash).status_code
        assert response.status_code < 500
        assert response.request["PATH_INFO"] == with_slash.rstrip("/")


@pytest.mark.parametrize("debug", [True, False])
def test_methods_without_slash(api: APIClient, debug: bool) -> None:
    url = reverse("user-me")
    with override_settings(DEBUG=debug):
        for method in ("get", "patch", "options", "delete", "post"):
            expected = getattr(api, method)(url, {"first_name": "Ada"})
            response = getattr(api, method)(url.rstrip("/"), {"first_name": "Ada"})
            assert response.status_code == expected.status_code != 301
            assert response.content == expected.content
# % if project.api.resources


def test_query_without_slash(api: APIClient) -> None:
    url = reverse("{{ project.api.resources[0].basename }}-list")
    response = api.get(f"{url.rstrip('/')}?page=2&cursor=x")
    assert response.status_code == 404
    assert response.json() == api.get(f"{url}?page=2&cursor=x").json()
    assert api.get(f"{url.rstrip('/')}?page_size=1").json() == api.get(f"{url}?page_size=1").json()
# % endif


def test_admin_without_slash_is_redirected(anonymous: APIClient) -> None:
    assert anonymous.get("/admin")["Location"] == "/admin/"


def test_start_page(anonymous: APIClient) -> None:
    response = anonymous.get("/")
    # % if project.paths.prefix
    assert (response.status_code, response["Location"]) == (302, reverse("swagger-ui"))
    # % else
    assert response["Content-Type"] == "application/json"
    # % endif


# Log


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What the handlers of the project write to the standard error stream."""
    stream = StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    others = [*root.handlers]
    dictConfig(settings.LOGGING)
    yield stream
    root.handlers[:] = others


@pytest.mark.usefixtures("_debug")
def test_exception_is_logged_once(client: APIClient, log: StringIO) -> None:
    client.get(f"{API}crash/")
    client.get(f"{API}unknown/")
    logged = log.getvalue()
    assert logged.count("Traceback (most recent call last)") == 1, logged
    assert logged.count("ZeroDivisionError: ") == 1
    assert "Not Found" not in logged


def test_event_is_logged_once(log: StringIO) -> None:
    logging.getLogger("tokens").info("login")
    assert log.getvalue().count("login") == 1, log.getvalue()
