"""The image is built and run: as an unprivileged user, with a read-only file system."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from filelock import FileLock

from ..baking import BIN, create_database, environment_for, run, run_uv, skip_unavailable
from ..changing import copy_project, render_project
from .images import MEMORY, Image, Store, require_tools

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(sys.platform != "linux", reason="images are those of Linux"),
]

ANSWERS = {"accounts": "open", "algorithm": "ES256", "deployment": "docker", "ci": "none"}
LOGIN = {"username": "admin", "password": "correct horse battery staple"}
# Behind a proxy that terminates TLS.
PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "Host": "api.example.com"}
SECRET = "a secret of the build's machine"
SECRET_FILES = (".env", ".git/config", "compose.env", "keys/jwt.pem", "secrets/key", "db.sqlite3")
PREPARED = ("uv.lock", "schema.yaml", "accounts/migrations/0001_initial.py")
CONTENT = {
    *("accounts", "api", "config", "tokens", "staticfiles"),
    *("gunicorn.conf.py", "manage.py", "pyproject.toml", "schema.yaml", "uv.lock"),
    "__pycache__",
}
COUNT = "from api.models import Student; print(Student.objects.count())"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def store(shared_folder: Path) -> Iterator[Store]:
    """The images of this run. The last worker that uses them deletes them."""
    require_tools()
    users = shared_folder / "images"
    with FileLock(shared_folder / "images.lock"):
        found = users.read_text("utf-8").split() if users.exists() else []
        if not found:
            found = [tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None)]
            (shared_folder / "built").unlink(missing_ok=True)
        users.write_text(" ".join([*found, str(os.getpid())]), encoding="utf-8")
    yield Store(Path(found[0]))
    with FileLock(shared_folder / "images.lock"):
        folder, *left = users.read_text("utf-8").split()
        left.remove(str(os.getpid()))
        users.write_text(" ".join([folder, *left]) if left else "", encoding="utf-8")
        if not left:
            shutil.rmtree(folder)


@pytest.fixture(scope="session")
def project(shared_folder: Path, store: Store) -> Path:
    """A project after its setup, with the base images of its Dockerfile."""
    project = shared_folder / "project"
    with FileLock(shared_folder / "project.lock"):
        if not (shared_folder / "built").exists():
            shutil.rmtree(project, ignore_errors=True)
            render_project(ANSWERS, project)
            python = project / ".venv" / BIN / "python"
            run(python, "-m", "scripts.prepare", cwd=project)
            (project / ".venv").unlink()
            run_uv("lock", "--quiet", cwd=project)
            for name in SECRET_FILES:
                (project / name).parent.mkdir(exist_ok=True)
                (project / name).write_text(SECRET, encoding="utf-8")
            # As a clone with the umask 077.
            for path in (project, *project.rglob("*")):
                path.chmod(0o700 if path.is_dir() else 0o600)
            store.create_bases((project / "Dockerfile").read_text(encoding="utf-8"))
            (shared_folder / "built").touch()
    return project


@pytest.fixture(scope="session")
def image(shared_folder: Path, project: Path, store: Store) -> Iterator[Image]:
    with FileLock(shared_folder / "image.lock"):
        if store.call("inspect", "--type=image", "my-api")[0]:
            status, output = store.build(project, "my-api")
            assert status == 0, output
    image = Image(store, "my-api")
    with ExitStack() as stack:
        server = os.environ.get("TEST_REDIS_URL", "")
        if not server:
            skip_unavailable("TEST_REDIS_URL is not set")
        environment = environment_for("django-5.2") / BIN / "python"
        url = stack.enter_context(create_database("postgresql", environment, project))
        secrets = image.root / "run/secrets"
        image.check_run("python", "-m", "config.secret_files", "/run/secrets", "/run/database")
        (secrets / "database_url").write_text(f"{url}\n", encoding="utf-8")
        image.variables = {
            "ALLOWED_HOSTS": "api.example.com",
            "CACHE_URL": f"{server}?key_prefix={uuid4().hex}",
            "DATABASE_URL_FILE": "/run/secrets/database_url",
            "DEFAULT_FROM_EMAIL": "noreply@example.com",
            "EMAIL_URL": "smtp://mail.example.com",
            "FRONTEND_URL": "https://app.example.com",
            "JWT_SIGNING_KEY_FILE": "/run/secrets/jwt.pem",
            "NUM_PROXIES": "1",
            "SECRET_KEY_FILE": "/run/secrets/secret_key",
        }
        image.check_run("python", "manage.py", "migrate")
        image.check_run(
            *("python", "manage.py", "createsuperuser", "--no-input"),
            DJANGO_SUPERUSER_USERNAME=LOGIN["username"],
            DJANGO_SUPERUSER_PASSWORD=LOGIN["password"],
            DJANGO_SUPERUSER_EMAIL="admin@example.com",
        )
        yield image


def call(
    server: http.client.HTTPConnection, method: str, path: str, body: Any = None, token: str = ""
) -> tuple[int, bytes]:
    headers = {**PROXY, "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    server.request(method, path, json.dumps(body) if body else None, headers)
    response = server.getresponse()
    return response.status, response.read()


def connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


@pytest.mark.parametrize("missing", PREPARED)
def test_build_without_setup_stops(
    project: Path, store: Store, tmp_path: Path, missing: str
) -> None:
    clone = copy_project(project, tmp_path / "clone")
    (clone / missing).unlink()
    status, output = store.build(clone, f"unprepared-{uuid4().hex}")
    assert status != 0
    assert missing.replace("0001_initial", "0*") in output
    assert "Run make setup" in output


def test_image_content(image: Image) -> None:
    app = image.root / "app"
    assert {path.name for path in app.iterdir()} == {*CONTENT, ".venv"}
    for path in app.rglob("*"):
        status = path.lstat()
        assert (status.st_uid, status.st_gid) == (0, 0), path
        assert path.is_symlink() or (status.st_mode & 0o022, status.st_mode & 0o004) == (0, 4), path
        if path.suffix == ".py" and ".venv" not in path.parts:
            assert list(path.parent.glob(f"__pycache__/{path.stem}.cpython-*.pyc")), path
        if path.is_file() and ".venv" not in path.parts:
            assert SECRET.encode() not in path.read_bytes(), path
    (packages,) = app.glob(".venv/lib/python3.*/site-packages")
    assert list(packages.glob("django/__pycache__/__init__.cpython-*.pyc"))
    assert not {path.name for path in packages.iterdir()} & {"pip", "pytest", "ruff", "uv"}
    for place in ("usr/local/bin/uv", "app/.venv/bin/uv", "root/.cache", "project", "usr/bin/gcc"):
        assert not (image.root / place).exists(), place
    found = json.dumps(image.about)
    assert SECRET not in found
    assert "SECRET_KEY" not in found
    assert image.config["User"] == "1000"
    size = sum(path.lstat().st_size for path in app.rglob("*"))
    assert size < 150e6, f"{size / 1e6:.0f} MB"


def test_commands_in_container(image: Image) -> None:
    assert image.check_run("id", "--user").strip() == "1000"
    image.check_run("python", "manage.py", "check", "--deploy", "--fail-level=WARNING")
    assert "Deleted 0" in image.check_run("python", "manage.py", "purge_tokens")
    image.check_run("python", "manage.py", "worker", "--once")
    assert "Added 1 key" in image.check_run("python", "manage.py", "rotate_signing_key")
    # Secrets that exist are kept.
    before = (image.root / "run/secrets/secret_key").read_bytes()
    image.check_run("python", "-m", "config.secret_files", "/run/secrets", "/run/database")
    assert (image.root / "run/secrets/secret_key").read_bytes() == before
    status, output = image.run("touch", "/app/new", "/usr/new", "/new")
    assert status != 0
    assert output.count("Permission denied") == 3, output


def test_server_in_container(image: Image) -> None:
    with ExitStack() as stack:
        port, process, _ = stack.enter_context(image.serve())
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        assert re.search(r"^Uid:(\s+1000){4}$", status, re.MULTILINE), status
        assert re.search(r"^NSpid:\s+\d+\s+1$", status, re.MULTILINE), status
        assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE), status
        server = stack.enter_context(closing(connect(port)))
        server.request("GET", "/readyz")
        response = server.getresponse()
        assert (response.status, json.load(response)["database"]) == (200, "ok")
        status_code, body = call(server, "POST", "/api/token/", LOGIN)
        assert status_code == 200, body
        refresh = {"refresh": json.loads(body)["refresh"]}
        assert call(server, "POST", "/api/token/refresh/", refresh)[0] == 200
        page = call(server, "GET", "/admin/login/")[1].decode()
        (style,) = re.findall(r'href="(/static/admin/css/base\.[0-9a-f]{12}\.css)"', page)
        assert call(server, "GET", style)[0] == 200
        # The health check asks the container itself, not a proxy.
        check = image.config["Healthcheck"]["Test"]
        assert check[0] == "CMD"
        proxy = "http://127.0.0.1:1"
        image.check_run(*check[1:], PORT=str(port), http_proxy=proxy)
    assert image.run(*check[1:], PORT=str(port))[0] != 0


class Client(threading.Thread):
    """Creates students until the server accepts no connection."""

    def __init__(self, port: int, token: str, *, keep_alive: bool) -> None:
        super().__init__()
        self.port = port
        self.token = token
        self.keep_alive = keep_alive
        self.outcomes: Counter[str] = Counter()

    def run(self) -> None:
        server = connect(self.port)
        body = {"name": "Ada", "roll": 1, "city": "London"}
        while True:
            if not server.sock:
                try:
                    server.connect()
                except ConnectionRefusedError:
                    return
            try:
                status, _ = call(server, "POST", "/api/students/", body, self.token)
                self.outcomes[str(status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.outcomes[repr(error)] += 1
                server.close()
            if not self.keep_alive:
                server.close()


def test_stop_under_load_drops_no_request(image: Image) -> None:
    before = int(image.check_run("python", "manage.py", "shell", "--no-imports", "-c", COUNT))
    with image.serve() as (port, process, waiting):
        with closing(connect(port)) as server:
            token = json.loads(call(server, "POST", "/api/token/", LOGIN)[1])["access"]
        clients = [Client(port, token, keep_alive=number % 2 == 0) for number in range(6)]
        for client in clients:
            client.start()
        time.sleep(2)
        start = time.monotonic()
        os.kill(process, signal.SIGTERM)
        for client in clients:
            client.join(30)
        assert waiting.wait(30) == 0
        assert time.monotonic() - start < 15
    outcomes = sum((client.outcomes for client in clients), Counter())
    assert set(outcomes) == {"201"}, outcomes
    assert outcomes["201"] > 20
    after = int(image.check_run("python", "manage.py", "shell", "--no-imports", "-c", COUNT))
    assert after - before == outcomes["201"]
