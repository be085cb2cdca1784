"""Clients that exist: axios with axios-auth-refresh, requests, HTTPie with a plugin, and Postman.

Each logs in, sends a request, refreshes after the end of its access token, and logs out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.auth import AuthBase

from ..baking import run, run_uv
from .node import install_packages
from .serving import PASSWORD, Server, create_project, run_wsgi, write_openapi

pytestmark = pytest.mark.clients

EXISTING = Path(__file__).with_name("existing")
# Minutes are more than the lifetime of an access token. A sliding token is refreshed before its end.
FLOWS: dict[str, dict[str, str]] = {
    "pair": {"token_flow": "pair"},
    "cookie": {"token_flow": "pair-with-refresh-cookie"},
    "sliding": {"token_flow": "sliding"},
}
LATER = 600
LOGIN = {"username": "admin", "password": PASSWORD}


@dataclass
class Site:
    flow: str
    project: Path
    server: Server

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/api/"


@pytest.fixture(scope="module", params=FLOWS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    project = create_project(tmp_path_factory.mktemp("project"), FLOWS[request.param])
    with run_wsgi(project) as server:
        yield Site(request.param, project, server)


@contextmanager
def run_script(site: Site, folder: Path) -> Iterator[subprocess.Popen[str]]:
    node_modules = install_packages() / "node_modules"
    (folder / "node_modules").symlink_to(node_modules, target_is_directory=True)
    shutil.copy(EXISTING / "axios.mjs", folder)
    process = subprocess.Popen(
        ["node", "axios.mjs", site.api, site.flow, PASSWORD],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
    assert process.returncode == 0


def next_step(process: subprocess.Popen[str]) -> Any:
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_axios_shares_refresh(site: Site, tmp_path: Path) -> None:
    with run_script(site, tmp_path) as process:
        assert next_step(process) == {"user": "admin", "refreshes": 0}
        if site.flow != "sliding":
            site.server.move_clock(LATER)
        refreshes = 0 if site.flow == "sliding" else 1
        assert next_step(process) == {"user": "admin", "refreshes": refreshes}
        # The refresh after the logout is refused, and nothing is repeated.
        assert next_step(process) == {"status": 200, "after": 401}


class RefreshingAuth(AuthBase):
    """Sends the access token, and after a 401 refreshes it and sends the request again."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.session = requests.Session()
        self.refreshes = 0
        self.keep(self.session.post(f"{site.api}token/", json=LOGIN))

    def keep(self, response: requests.Response) -> None:
        response.raise_for_status()
        self.tokens = response.json()

    def post(self, path: str) -> requests.Response:
        # The session keeps the cookie.
        body = {name: value for name, value in self.tokens.items() if name != "access"}
        headers = {"X-Requested-With": "requests"}
        return self.session.post(f"{self.site.api}{path}", json=body or None, headers=headers)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self.authorize(request)
        request.register_hook("response", self.refresh)
        return request

    def authorize(self, request: requests.PreparedRequest) -> None:
        token = self.tokens.get("access") or self.tokens["token"]
        request.headers["Authorization"] = f"Bearer {token}"

    def refresh(self, response: requests.Response, **options: Any) -> requests.Response:
        if response.status_code != 401:
            return response
        self.refreshes += 1
        self.keep(self.post("token/refresh/"))
        request = response.request.copy()
        request.hooks["response"] = []
        self.authorize(request)
        again = requests.Session().send(request)
        again.history.append(response)
        return again


def test_requests_refresh_in_hook(site: Site) -> None:
    auth = RefreshingAuth(site)
    me = f"{site.api}users/me/"
    assert requests.get(me, auth=auth, timeout=60).json()["username"] == "admin"
    if site.flow == "sliding":
        auth.keep(auth.post("token/refresh/"))
    else:
        site.server.move_clock(LATER)
    student: Any = {"name": "Ada", "roll": 1, "city": "London"}
    created = requests.post(f"{site.api}students/", json=student, auth=auth, timeout=60)
    assert created.status_code == 201
    assert auth.refreshes == (site.flow != "sliding")
    assert auth.post("token/blacklist/").status_code == 200
    with pytest.raises(requests.HTTPError, match="401"):
        requests.get(me, auth=auth, timeout=60)


def test_httpie_with_plugin(site: Site, tmp_path: Path) -> None:
    def http(*arguments: str) -> Any:
        tool = (
            "tool",
            "run",
            "--quiet",
            "--from",
            "httpie==3.2.4",
            "--with",
            "httpie-jwt-auth==0.4.0",
        )
        options = (
            "--ignore-stdin",
            "--body",
            "--pretty=none",
            "--session",
            str(tmp_path / "me.json"),
        )
        return json.loads(
            run_uv(*tool, "http", *options, *arguments, HTTPIE_CONFIG_DIR=str(tmp_path)) or "{}"
        )

    def post(path: str) -> Any:
        body = [f"{name}={value}" for name, value in tokens.items() if name != "access"]
        return http("POST", f"{site.api}{path}", "X-Requested-With:http", *body)

    def username() -> Any:
        token = tokens.get("access") or tokens["token"]
        return http("--auth-type=jwt", f"--auth={token}", f"{site.api}users/me/").get("username")

    tokens = http(
        "POST", f"{site.api}token/", *(f"{name}={value}" for name, value in LOGIN.items())
    )
    assert username() == "admin"
    if site.flow != "sliding":
        site.server.move_clock(LATER)
        assert username() is None
    tokens = post("token/refresh/")
    assert username() == "admin"
    assert post("token/blacklist/") == {}
    assert username() is None


@dataclass
class Collection:
    """The requests of a Postman collection, by method and path."""

    requests: dict[tuple[str, str], dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Collection:
        def requests_of(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
            for item in items:
                if "item" in item:
                    yield from requests_of(item["item"])
                else:
                    yield item["request"]

        found = requests_of(json.loads(path.read_text(encoding="utf-8"))["item"])
        return cls({(each["method"], "/".join(each["url"]["path"])): each for each in found})

    def send(self, method: str, path: str, address: str, **values: str) -> Any:
        """Sends a request, with these values of its variables and of the fields of its body."""
        request = self.requests[method, path]
        assert request["url"]["host"] == ["{{baseUrl}}"]
        headers = {header["key"]: header["value"] for header in request["header"]}
        if request.get("auth"):
            assert request["auth"]["type"] == "bearer"
            (token,) = request["auth"]["bearer"]
            headers["Authorization"] = "Bearer " + token["value"].replace(
                "{{bearerToken}}", values["bearerToken"]
            )
        body = None
        if request.get("body"):
            example = json.loads(request["body"]["raw"])
            body = json.dumps({name: values[name] for name in example}).encode()
        sent = urllib.request.Request(f"{address}/{path}", body, headers, method=method)  # noqa: S310
        with urllib.request.urlopen(sent) as response:  # noqa: S310
            return json.loads(response.read() or "{}")


def test_import_into_postman(site: Site, tmp_path: Path) -> None:
    description = write_openapi(site.project)
    tools = install_packages() / "node_modules" / ".bin"
    path = tmp_path / "collection.json"
    shown = run(tools / "openapi2postmanv2", "-s", description, "-o", path, cwd=tmp_path)
    assert "Conversion successful" in shown
    collection = Collection.read(path)
    paths = json.loads(description.read_text(encoding="utf-8"))["paths"]
    expected = {
        (method.upper(), route[1:].replace("{id}", ":id"))
        for route, operations in paths.items()
        for method in operations
    }
    assert collection.requests.keys() == expected
    for (method, route), request in collection.requests.items():
        assert bool(request.get("auth")) == (not route.startswith("api/token/"))
        if method in ("POST", "PUT", "PATCH") and not (site.flow == "cookie" and "token/" in route):
            assert json.loads(request["body"]["raw"])

    address = site.api.removesuffix("/api/")
    tokens = collection.send("POST", "api/token/", address, **LOGIN)
    access = tokens.get("access") or tokens["token"]
    me = collection.send("GET", "api/users/me/", address, bearerToken=access)
    assert me["username"] == "admin"
    if site.flow != "cookie":
        tokens = collection.send("POST", "api/token/refresh/", address, **tokens)
        assert collection.send("POST", "api/token/blacklist/", address, **tokens) == {}
