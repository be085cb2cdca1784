"""A signing key is replaced under running servers that get the new file at different times.

Kubernetes copies a changed Secret into its pods within some minutes. Here, seconds pass instead.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tools.demo import find_free_port, wait_for_server
from tools.rendering import write

from ..baking import BIN, clean_environment, prepare_project, run
from ..usual import Renderer

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(os.name == "nt", reason="the server needs a POSIX system"),
]

LOGIN = {"username": "admin", "password": "correct horse battery staple"}
# Until the second server has the file, and until the new key signs.
REFRESH = timedelta(seconds=4)
START = timedelta(seconds=8)


class Pod:
    """A server of two processes, with its own copy of the keys."""

    def __init__(self, project: Path, folder: Path, keys: str) -> None:
        self.project, self.folder = project, folder
        self.port = find_free_port()
        self.mount(keys)
        (folder / "jwt.pem").symlink_to("..data/jwt.pem")

    def mount(self, keys: str) -> None:
        """Replaces the keys as the kubelet does: a symbolic link gets another target."""
        version = Path(tempfile.mkdtemp(prefix="..", dir=self.folder))
        (version / "jwt.pem").write_text(keys, encoding="utf-8")
        link = self.folder / "..data_tmp"
        link.symlink_to(version.name)
        link.replace(self.folder / "..data")

    def start(self) -> subprocess.Popen[bytes]:
        variables = {
            "JWT_SIGNING_KEY_FILE": str(self.folder / "jwt.pem"),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
        }
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [self.project / ".venv" / BIN / "gunicorn"],
                cwd=self.project,
                env=clean_environment(**variables),
                stdout=log,
                stderr=log,
            )

    def request(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """Makes a request with its own connection, so that any process of the server gets it."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        assert response.status == 200, f"{method} {path}: {response.status} {content!r}"
        return json.loads(content)

    def log_in(self) -> tuple[str, str]:
        """Returns an access token, and the id of its key."""
        token = self.request("POST", "/api/token/", body=LOGIN)["access"]
        header = token.partition(".")[0]
        kid = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
        return token, kid


@pytest.fixture
def project(tmp_path: Path, environment: Callable[[str], Path]) -> Path:
    project = write(Renderer().render({"algorithm": "ES256"}), tmp_path / "project")
    commands = prepare_project(project, environment("django-5.2"))
    password = {"DJANGO_SUPERUSER_PASSWORD": LOGIN["password"]}
    run(commands / "python", "-m", "scripts.prepare", cwd=project, **password)
    return project


@pytest.fixture
def pods(project: Path, tmp_path: Path) -> Iterator[list[Pod]]:
    keys = (project / "keys" / "jwt.pem").read_text(encoding="utf-8")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    pods = [Pod(project, tmp_path / name, keys) for name in ("first", "second")]
    servers = [pod.start() for pod in pods]
    try:
        for pod, server in zip(pods, servers, strict=True):
            wait_for_server(pod.port, server)
        yield pods
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()


def use_tokens(pods: list[Pod]) -> list[str]:
    """Logs in at each server, and uses the token at all. Returns the ids of the keys."""
    kids = []
    for pod in pods:
        token, kid = pod.log_in()
        kids.append(kid)
        for other in pods:
            other.request("GET", "/api/users/me/", token)
    return kids


def test_rotation_under_running_servers(project: Path, pods: list[Pod]) -> None:
    python, file = project / ".venv" / BIN / "python", project / "keys" / "jwt.pem"
    (old,) = set(use_tokens(pods))
    keys = file.read_text(encoding="utf-8")
    # A key that somebody has added by hand: only one server knows it.
    run(python, "-m", "tokens.keys", "keys/added.pem", cwd=project)
    pods[0].mount((project / "keys" / "added.pem").read_text(encoding="utf-8") + keys)
    assert len(pods[0].request("GET", "/.well-known/jwks.json")["keys"]) == 2
    assert {kid for _ in range(5) for kid in use_tokens(pods)} == {old}

    # The command needs no database.
    unavailable = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    run(python, "manage.py", "rotate_signing_key", cwd=project, **unavailable)
    keys = file.read_text(encoding="utf-8")
    (stated,) = re.findall("^# signs from (.+)$", keys, re.MULTILINE)
    now = datetime.now(timezone.utc)
    # A Secret takes up to 2.5 minutes, and other services cache the public keys for 5.
    assert datetime.fromisoformat(stated) - now > timedelta(minutes=7.5)
    keys = keys.replace(stated, (now + START).isoformat())
    pods[0].mount(keys)
    seen = set()
    while datetime.now(timezone.utc) < now + REFRESH:
        seen.update(use_tokens(pods))
    assert seen == {old}
    pods[1].mount(keys)
    while datetime.now(timezone.utc) < now + START:
        use_tokens(pods)
    # The clock of the servers is this one.
    time.sleep(0.1)
    (new,) = {kid for _ in range(5) for kid in use_tokens(pods)}
    assert new != old
