"""A project behind nginx, below a path and with another host: all links have the public address.

The proxy removes the path from requests, or keeps it. It replaces the Host header in any case.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from tools.demo import find_free_port, wait_for_server
from tools.rendering import write

from .baking import (
    BIN,
    clean_environment,
    environment_for,
    prepare_project,
    run,
    run_uv,
    skip_unavailable,
)
from .editing import add_block
from .nginx import NGINX
from .usual import Renderer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the servers are those of POSIX systems"),
]

PASSWORD = "correct horse battery staple"
HOST = "public.example:8443"
PREFIX = "/some/prefix"
PUBLIC = f"https://{HOST}{PREFIX}"
GUNICORN = ["gunicorn", "config.wsgi", "--bind=127.0.0.1:{port}"]
UVICORN = ["uvicorn", "config.asgi:application", "--port={port}"]
# The command and further variables, and whether the proxy removes the path: as docs/production.md says.
SERVERS: dict[str, tuple[list[str], dict[str, str], bool]] = {
    "wsgi-removed": (GUNICORN, {}, True),
    "wsgi-kept": (GUNICORN, {"SCRIPT_NAME": PREFIX}, False),
    "asgi-removed": ([*UVICORN, f"--root-path={PREFIX}"], {}, True),
    "asgi-kept": (UVICORN, {}, False),
}
CURSORS = """
from .pagination import CursorPagination


class NoteViewSet(viewsets.ModelViewSet):
    pagination_class = CursorPagination
    ...
"""
# TLS ends before nginx in this test, or nginx gets a plain request.
SERVER = """
    server {{
        listen 127.0.0.1:{port};
        location {prefix}/ {{
            proxy_pass http://127.0.0.1:{upstream}{path};
            proxy_set_header Host upstream.internal;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Proto {scheme};
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
"""


@pytest.fixture(scope="module")
def uvicorn_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Uvicorn, which the projects do not have."""
    folder = tmp_path_factory.mktemp("uvicorn")
    python = environment_for("django-5.2") / BIN / "python"
    options = ("--quiet", "--python", python, "--target", folder)
    run_uv("pip", "install", *options, "uvicorn>=0.35")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which notes have pages by cursor."""
    if not shutil.which("nginx"):
        skip_unavailable("nginx is not installed")
    folder = tmp_path_factory.mktemp("project")
    answers = {
        "resources": "Student(name: str); Note(title: str)",
        "resource_links": "url",
        "token_flow": "pair-with-refresh-cookie",
    }
    write(Renderer().render(answers), folder)
    views = folder / "api" / "views.py"
    views.write_text(add_block(views.read_text(encoding="utf-8"), CURSORS), encoding="utf-8")
    commands = prepare_project(folder, environment_for("django-5.2"))
    password = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    run(commands / "python", "-m", "scripts.prepare", cwd=folder, **password)
    run(commands / "python", "manage.py", "collectstatic", "--no-input", cwd=folder, DEBUG="False")
    return folder


@contextmanager
def start(command: list[str], port: int, cwd: Path, **variables: str) -> Iterator[None]:
    process = subprocess.Popen(
        [*command], cwd=cwd, env=clean_environment(**variables), stdout=subprocess.DEVNULL
    )
    try:
        wait_for_server(port, process)
        yield
    finally:
        process.terminate()
        process.wait()


@dataclass
class Response:
    status: int
    headers: http.client.HTTPMessage
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Client:
    """Sends requests to public addresses."""

    ports: dict[str, int]

    def send(self, method: str, url: str, body: str | None = None, **headers: str) -> Response:
        parts = urlsplit(urljoin(f"{PUBLIC}/", url))
        assert parts.netloc == HOST, url
        assert parts.path.startswith(f"{PREFIX}/"), url
        assert parts.path.count(PREFIX) == 1, url
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[parts.scheme], timeout=30)
        sent = {"Host": HOST, **{name.replace("_", "-"): text for name, text in headers.items()}}
        connection.request(method, parts._replace(scheme="", netloc="").geturl(), body, sent)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        connection.close()
        return Response(response.status, response.headers, text)

    def call(self, method: str, url: str, status: int = 200, body: Any = None) -> Response:
        """Sends a request to the API with the token of a login."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = json.dumps(body) if body is not None else None
        response = self.send(method, url, content, Content_Type="application/json", **headers)
        assert response.status == status, response.text
        return response

    def log_in(self) -> None:
        login = {"username": "admin", "password": PASSWORD}
        self.token = self.call("POST", "api/token/", body=login).json()["access"]

    token = ""


@pytest.fixture(scope="module", params=SERVERS)
def client(
    request: pytest.FixtureRequest,
    project: Path,
    uvicorn_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Client]:
    command, variables, removed = SERVERS[request.param]
    folder = tmp_path_factory.mktemp("nginx")
    upstream, ports = find_free_port(), {"http": find_free_port(), "https": find_free_port()}
    blocks = [
        SERVER.format(
            port=port, upstream=upstream, scheme=scheme, prefix=PREFIX, path="/" if removed else ""
        )
        for scheme, port in ports.items()
    ]
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, blocks="".join(blocks)), "utf-8")
    python = [str(project / ".venv" / BIN / "python"), "-m"]
    variables = {
        **variables,
        "DEBUG": "False",
        "ALLOWED_HOSTS": "public.example",
        "NUM_PROXIES": "1",
        "USE_X_FORWARDED_HOST": "True",
        "FORCE_SCRIPT_NAME": PREFIX,
        # Otherwise, the servers themselves would trust a proxy on the same machine.
        "FORWARDED_ALLOW_IPS": "192.0.2.1",
        "PYTHONPATH": str(uvicorn_path),
    }
    with ExitStack() as stack:
        server = [*python, *(part.format(port=upstream) for part in command)]
        stack.enter_context(start(server, upstream, project, **variables))
        nginx = ["nginx", "-e", str(folder / "error.log"), "-c", str(configuration)]
        stack.enter_context(start(nginx, ports["https"], folder))
        client = Client(ports)
        client.log_in()
        yield client


@pytest.mark.parametrize(
    ("path", "body", "first"),
    [
        ("api/students/", {"name": "Ada"}, "page=2&page_size=1"),
        ("api/notes/", {"title": "New"}, "cursor="),
    ],
)
def test_links_of_api_are_public(
    client: Client, path: str, body: dict[str, str], first: str
) -> None:
    for _ in range(2):
        created = client.call("POST", path, 201, body)
        url = created.json()["url"]
        assert url == f"{PUBLIC}/{path}{created.json()['id']}/"
        assert created.headers["Location"] == url
        assert client.call("GET", url).json()["url"] == url
    # Without the final slash, there is no redirect.
    for start in (f"{path}?page_size=1", f"{path[:-1]}?page_size=1"):
        page = client.call("GET", start).json()
        assert page["next"].startswith(f"{PUBLIC}/{path}?")
        assert first in page["next"]
        after = client.call("GET", page["next"]).json()
        assert after["results"] != page["results"]
        assert after["previous"].startswith(f"{PUBLIC}/{path}?")
        assert client.call("GET", after["previous"]).json()["results"] == page["results"]


def test_redirects_are_public(client: Client) -> None:
    locations = {
        "": "api/docs/",
        "admin": "admin/",
        "admin/": f"admin/login/?next={PREFIX}/admin/",
    }
    for path, location in locations.items():
        response = client.send("GET", path)
        assert response.status in (301, 302)
        assert response.headers["Location"] == f"{PREFIX}/{location}"
    insecure = f"{PUBLIC.replace('https', 'http')}/api/students/?page=2"
    response = client.send("GET", insecure)
    assert response.status == 301
    assert response.headers["Location"] == f"{PUBLIC}/api/students/?page=2"


@pytest.mark.parametrize("path", ["api/docs/", "api/redoc/", "admin/login/", "api-auth/login/"])
def test_files_of_pages_are_public(client: Client, path: str) -> None:
    page = client.send("GET", path)
    assert page.status == 200
    found = re.findall(r"""(?:src|href)=["']([^"'#]+)["']""", page.text)
    files = [url for url in found if "/static/" in url]
    assert len(files) >= 2 or path == "api/redoc/"
    for url in files:
        response = client.send("GET", url)
        assert response.status == 200, url
        assert re.search(r"\.[0-9a-f]{12}\.", url), url
    # The addresses of the description in the pages.
    for url in set(re.findall(r"[\w/:.]*/schema/", page.text)):
        assert client.send("GET", url).status == 200


def test_description_has_public_addresses(client: Client) -> None:
    description = client.send("GET", "api/schema/?format=json").json()
    (server,) = description["servers"]
    for path in ("/api/students/", "/api/users/me/"):
        assert path in description["paths"]
        client.call("GET", server["url"] + path)


def test_admin_login_behind_proxy(client: Client) -> None:
    page = client.send("GET", "admin/login/")
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    cookie = page.headers["Set-Cookie"].split(";")[0]
    form = {"csrfmiddlewaretoken": token, "username": "admin", "password": PASSWORD}
    headers = {"Origin": f"https://{HOST}", "Referer": f"{PUBLIC}/admin/login/", "Cookie": cookie}
    body = urlencode({**form, "next": f"{PREFIX}/admin/"})
    kind = "application/x-www-form-urlencoded"
    response = client.send("POST", "admin/login/", body, Content_Type=kind, **headers)
    assert response.status == 302, response.text
    assert response.headers["Location"] == f"{PREFIX}/admin/"


def test_errors_below_path_are_json(client: Client) -> None:
    assert client.call("GET", "api/unknown/", 404).json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("origin", "status"), [(f"https://{HOST}", 200), ("https://upstream.internal", 403)]
)
def test_origin_of_page_is_public(client: Client, origin: str, status: int) -> None:
    body = json.dumps({"username": "admin", "password": PASSWORD})
    kind = "application/json"
    login = client.send("POST", "api/token/", body, Content_Type=kind, Origin=origin)
    assert login.status == status
