"""Requests that no ordinary client sends: no endpoint may fail because of them."""

import itertools
import re
from collections.abc import Iterator
from encodings.aliases import aliases
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory, override_settings
from django.urls import URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern
from rest_framework.test import APIClient
from rest_framework.viewsets import ModelViewSet

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
PART = b'--x\r\nContent-Disposition: form-data; name="a"'
METHODS = [
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"),
    *("get", "X" * 5_000, "\xe9"),
]
CHARSETS = sorted({*aliases.values(), "idna", "punycode", "undefined", "unicode_escape", "../x"})
CONTENT_TYPES = [
    *("", ";", "/", "*/*", "application/xml", "x" * 10_000, "\xe9", f"{FORM}, {FORM}"),
    *("application/json;", "application/json; " + "a=b; " * 1_000, "application/json; a*=x"),
    *(MULTIPART, f"{MULTIPART}; boundary=", f"{MULTIPART}; boundary=\xe9", "multipart/mixed"),
    f"{MULTIPART}; boundary=x",
]
BODIES = [
    *(b"", b"a=b", b"%ff=%00&\xff", b"\xff\xfe", b"{", b"null", b'{"a": "\xed\xa0\x80"}', b"\0"),
    *(b"--x\r\n", b"--x--\r\n", PART + b'; filename="\0"\r\n\r\n\xff\r\n--x--\r\n'),
    PART + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\r\n--x--\r\n",
    PART + b"; name*=punycode''%ff\r\n\r\n\xff\r\n--x--\r\n",
]
LONG = "x" * 20_000
ABOUT_BODIES = {"CONTENT_LENGTH", "HTTP_CONTENT_ENCODING", "HTTP_EXPECT", "HTTP_TRANSFER_ENCODING"}
HEADERS = {
    "CONTENT_LENGTH": ["", "-1", "9" * 20],
    "HTTP_ACCEPT": [
        *("", ",", "*/*; q=x", "a/b/c", LONG, "a/b," * 5_000, "text/html", "application/yaml"),
        *("application/json; indent=99999999", "application/json; indent=-1", "*/*; a*=x''%ff"),
    ],
    "HTTP_ACCEPT_ENCODING": ["", "gzip;q=x", "*;q=0"],
    "HTTP_ACCEPT_LANGUAGE": ["", ";", "de;q=x", LONG, "a-b," * 1_000, "\xe9"],
    "HTTP_AUTHORIZATION": ["", "Basic", "Basic /w==", "Token \xe9", "Digest x", f"Basic {LONG}"],
    "HTTP_CONTENT_ENCODING": ["gzip", "x"],
    "HTTP_COOKIE": [
        *("", "=", "a=b; a=c", 'a="', "\xff", "messages=W10:x:x", "csrftoken=\xe9"),
        *("sessionid=x", f"sessionid={LONG}", "refresh_token=x", "__Host-refresh_token=x"),
    ],
    "HTTP_EXPECT": ["100-continue", "x"],
    "HTTP_HOST": ["", "x", "[", "testserver:x", "testserver, testserver", "\xe9", LONG],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Thu, 99 Foo 9999 99:99:99 GMT"],
    "HTTP_IF_NONE_MATCH": ["x", "*", '"'],
    "HTTP_ORIGIN": ["", "null", "x", "http://[", "http://a:b", "\xe9"],
    "HTTP_RANGE": ["x", "bytes=0-0", "bytes=" + "0-1," * 1_000],
    "HTTP_REFERER": ["", "http://[", "\xe9"],
    "HTTP_TRANSFER_ENCODING": ["chunked", "x"],
    "HTTP_USER_AGENT": ["", "\0", "\xff" * 1_000],
    "HTTP_X_FORWARDED_FOR": ["", "x", "," * 1_000],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["", "DELETE", "X"],
    "QUERY_STRING": [
        *("%", "%ff", "a=%00", "a=%ed%a0%80", "\xff", "&" * 2_000, "a[]=1", "format=x", "lang=x"),
        *("lang=%00", "version=%00", "ordering=%00", "search=%00", "page_size=-1", f"page={LONG}"),
    ],
    "REMOTE_ADDR": ["", "x", "::1"],
}


def find_paths(patterns: Any, prefix: str = "/") -> Iterator[tuple[Any, str]]:
    """Yields the kind of view and a path for each URL pattern, with 1 for each parameter."""
    for pattern in patterns:
        path = prefix + re.sub("<.*?>", "1", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from find_paths(pattern.url_patterns, path)
        elif isinstance(pattern.pattern, RoutePattern):
            view: Any = getattr(pattern.callback, "cls", object)
            # Resources differ in their data, not in how they read requests.
            is_resource = issubclass(view, ModelViewSet)
            yield (view.__bases__, path.endswith("1/")) if is_resource else path, path


PATHS = sorted(
    path
    for path in dict(find_paths(get_resolver().url_patterns)).values()
    # Its other pages require a login first.
    if not path.startswith(reverse("admin:index")) or path == reverse("admin:login")
)


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


def send(api: APIClient, path: str, method: str, body: bytes, kind: str, **headers: str) -> Any:
    # Throttles would refuse the request before its body is read.
    cache.clear()
    send_any: Any = api.generic
    response = send_any(method, path, body, kind, **headers)
    assert response.status_code < 500, (method, body, kind, headers)
    return response


def test_methods(api: APIClient, path: str) -> None:
    for method in METHODS:
        send(api, path, method, b"", "application/json")
        send(api, path, method, b"a=b", FORM)


@pytest.mark.parametrize(
    ("name", "method"),
    [("{{ project.paths.obtain_name }}", "POST"), ("user-me", "PATCH"), ("admin:login", "POST")],
)
def test_charsets(api: APIClient, name: str, method: str) -> None:
    part = PART + b"\r\n\r\n\xff\r\n--x--\r\n"
    path = reverse(name)
    for charset in CHARSETS:
        send(api, path, method, b"a=\xff&b=%ff-a", f"{FORM}; charset={charset}")
        send(api, path, method, b'{"a": "\xff"}', f"application/json; charset={charset}")
        send(api, path, method, part, f"{MULTIPART}; boundary=x; charset={charset}")


@pytest.mark.parametrize(
    ("charset", "name"),
    [("utf-8", "Ad\xe8le"), ("ISO-8859-1", "Ad\xe8le"), ("utf-7", None), ("punycode", None)],
)
def test_charset_of_form(api: APIClient, charset: str, name: str | None) -> None:
    body = "first_name=" + quote("Ad\xe8le", encoding="latin-1" if charset[0] == "I" else "utf-8")
    response = send(api, reverse("user-me"), "PATCH", body.encode(), f"{FORM}; charset={charset}")
    assert response.status_code == (200 if name else 400)
    assert response.json().get("first_name") == name


def test_bodies(api: APIClient, path: str) -> None:
    for kind, body in zip(CONTENT_TYPES, itertools.cycle(BODIES), strict=False):
        send(api, path, "POST", body, kind)
    for kind in ("application/json", FORM, f"{MULTIPART}; boundary=x"):
        for body in BODIES:
            send(api, path, "POST", body, kind)


def test_headers(api: APIClient, path: str) -> None:
    for name, values in HEADERS.items():
        method = "POST" if name in ABOUT_BODIES else "GET"
        # It takes long to generate the OpenAPI description.
        if path == reverse("schema") and name not in ("HTTP_ACCEPT", "QUERY_STRING"):
            continue
        for value in values:
            send(api, path, method, b"a=b", FORM, **{name: value})


def test_content_type_is_unreadable() -> None:
    # They load the project: not before the settings of the tests.
    from config import asgi, wsgi

    kind = "application/json; a*=nope'en'%ff"
    environ = RequestFactory().post("/").environ | {"CONTENT_TYPE": kind}
    assert wsgi.Request(environ).content_type == ""
    headers = [(b"content-type", kind.encode())]
    scope = {"type": "http", "path": "/", "method": "POST", "headers": headers}
    assert asgi.Request(scope, BytesIO()).content_type == ""


def test_forged_host_is_ignored() -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, USE_X_FORWARDED_HOST=False):
        response = Client().get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert response["Location"] == "https://testserver/"
