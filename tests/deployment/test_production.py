"""A server is set up, used, restored and upgraded as docs/production.md of a project describes it.

The commands of the document run in its order, on a machine with its own systemd. Only those in
REPLACED are not run as they are written.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tools.rendering import write

from ..baking import run, run_uv, skip_unavailable, wait_for_minute
from ..usual import Renderer
from .machine import Machine, start_machine

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(os.name == "nt", reason="the server is one of Linux"),
]

SLUG = "shop_api"
ANSWERS = {
    "project_slug": SLUG,
    "resources": "Note(title: str)",
    "resource_links": "url",
    "accounts": "open",
    "algorithm": "ES256",
    "database": "postgresql",
}
PASSWORD = "correct horse battery staple"
SITE = "https://api.example.com"
# Commands by their beginning, what runs instead, and the reason.
CERTIFICATE = "/etc/letsencrypt/live/api.example.com"
REPLACED = {
    # The packages are those of this machine. Installing them would have started the servers.
    "sudo apt-get update": "",
    "sudo apt-get install": (
        "pg_createcluster --start $(ls /usr/lib/postgresql | tail -1) main -- --no-sync\n"
        "systemctl start redis-server nginx"
    ),
    # The machine has no network.
    "sudo python3 -m venv /opt/uv": "",
    "sudo /opt/uv/bin/pip": "install -D /mnt/given/uv /opt/uv/bin/uv",
    # Nor has it a domain.
    "sudo certbot": (
        f"mkdir -p {CERTIFICATE}\n"
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=api.example.com"
        f" -addext subjectAltName=DNS:api.example.com"
        f" -keyout {CERTIFICATE}/privkey.pem -out {CERTIFICATE}/fullchain.pem 2>/dev/null"
    ),
}
INTERACTIVE = "sudo sh deploy/server/manage.sh createsuperuser"


def read_blocks(document: str, section: str) -> list[str]:
    """Returns the commands of a section."""
    text = document.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^( *)```sh\n(.*?)^ *```$", text, re.M | re.S)
    assert found, section
    return [dedent(block) for _, block in found]


def replace_commands(block: str) -> str:
    lines = []
    for command in block.replace("\\\n", " ").splitlines():
        instead = next((REPLACED[start] for start in REPLACED if command.startswith(start)), None)
        lines.append(command if instead is None else instead)
    return "\n".join(lines)


@dataclass
class Server:
    """The machine, and the document that is followed on it."""

    machine: Machine
    document: str
    tokens: dict[str, str] = field(default_factory=dict)

    def follow(self, section: str) -> Iterator[str]:
        """Runs the blocks of a section, and yields the output of each."""
        for block in read_blocks(self.document, section):
            commands, interactive, rest = replace_commands(block).partition(INTERACTIVE)
            assert not rest.strip()
            output = self.machine.run(f"{commands}\npwd > /tmp/pwd")
            self.machine.folder = self.machine.run("cat /tmp/pwd").strip()
            if interactive:
                self.machine.answer(
                    INTERACTIVE,
                    {"Username": "ada", "Email": "ada@example.com", "Password": PASSWORD},
                )
            yield output

    def manage(self, command: str) -> str:
        return self.machine.run(f"cd /srv/{SLUG}; sudo sh deploy/server/manage.sh {command}")

    def send(self, path: str, *options: str, token: str = "") -> tuple[int, str]:
        """Returns the status and the body, or with `--include` the headers, too."""
        if token:
            options = (*options, "--header", f"Authorization: Bearer {token}")
        url = path if path.startswith("http") else f"{SITE}{path}"
        command = ["curl", "--silent", "--write-out", "\n%{http_code}", *options, url]
        body, _, status = self.machine.run(shlex.join(command)).rpartition("\n")
        return int(status), body

    def post(self, path: str, status: int = 200, token: str = "", **body: str) -> Any:
        found, text = self.send(path, "--json", json.dumps(body), token=token)
        assert found == status, text
        return json.loads(text) if text else None

    def log_in(self) -> None:
        self.tokens = self.post("/api/token/", username="ada", password=PASSWORD)

    def refresh(self) -> None:
        self.tokens = self.post("/api/token/refresh/", refresh=self.tokens["refresh"])

    def add_note(self, title: str) -> dict[str, Any]:
        note: dict[str, Any] = self.post("/api/notes/", 201, self.tokens["access"], title=title)
        return note

    def list_notes(self) -> list[str]:
        status, body = self.send("/api/notes/", token=self.tokens["access"])
        assert status == 200, body
        return [note["title"] for note in json.loads(body)["results"]]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository of a project whose setup has run; the packages are in the cache of uv."""
    python = "/usr/bin/python3"
    found = shutil.which(python)
    version = "import sys; print(*sys.version_info[:2], sep='.')"
    if not found or tuple(map(int, run(python, "-c", version, cwd=Path("/")).split("."))) < (3, 10):
        skip_unavailable("/usr/bin/python3 is missing or too old")
    folder = tmp_path_factory.mktemp("given") / f"{SLUG}.git"
    write(Renderer().render(ANSWERS), folder)
    run_uv("lock", "--quiet", "--python", python, cwd=folder)
    run_uv("sync", "--quiet", "--locked", "--no-dev", "--python", python, cwd=folder)
    write_secrets = "import setup; setup.write_secrets()"
    run(folder / ".venv/bin/python", "-c", write_secrets, cwd=folder / "scripts")
    release(folder)
    shutil.copy(Path(sys.executable).with_name("uv"), folder.parent)
    return folder


def release(folder: Path) -> None:
    """Commits the changes, with their migrations."""
    migrations = ("makemigrations", "accounts", "api", "tokens", "--verbosity=0")
    # The database is on the server.
    run(folder / ".venv/bin/python", "-W", "ignore", "manage.py", *migrations, cwd=folder)
    author = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    run("git", *author, "commit", "--quiet", "--message", "Release", cwd=folder)


@pytest.fixture(scope="module")
def server(repository: Path) -> Iterator[Server]:
    """A server that was set up as the document describes."""
    with start_machine(repository.parent) as machine:
        machine.run("git config --system url./mnt/given/.insteadOf https://git.example.com/")
        machine.variables |= {
            "CURL_CA_BUNDLE": f"{CERTIFICATE}/fullchain.pem",
            "UV_CACHE_DIR": run_uv("cache", "dir").strip(),
            "UV_LINK_MODE": "copy",
            "UV_OFFLINE": "1",
        }
        document = (repository / "docs" / "production.md").read_text(encoding="utf-8")
        server = Server(machine, document)
        *_, last = server.follow("A server")
        assert "301 Moved Permanently" in last
        assert '"address": "127.0.0.1"' in last or "address=127.0.0.1" in last
        assert "192.0.2.1" not in last
        server.log_in()
        yield server


def test_server_is_safe(server: Server) -> None:
    run = server.machine.run
    units = run(f"ls /etc/systemd/system/{SLUG}-*.service /etc/systemd/system/{SLUG}-*.timer")
    assert run(f"systemd-analyze verify {units}".replace("\n", " ")) == ""
    states = run(f"systemctl is-active {SLUG}-web {SLUG}-worker {SLUG}-purge.timer")
    assert states.split() == 3 * ["active"]
    assert {*run("ps -C gunicorn -o user=").split()} == {SLUG}
    secrets = f"/etc/{SLUG}/environment /var/lib/{SLUG}/jwt.pem"
    assert run(f"stat --format='%U %a' {secrets}").splitlines() == ["root 600", f"{SLUG} 600"]
    # The role of the database may do nothing else there.
    status, output = server.machine.try_run(f"sudo -u {SLUG} createdb other")
    assert status == 1, output
    assert "permission denied" in output
    # The services write nowhere, except to temporary files.
    code = f"touch /srv/{SLUG}/x || touch /var/lib/{SLUG}/x || touch /srv/{SLUG}/staticfiles/x"
    unit = f"/etc/systemd/system/{SLUG}-touch.service"
    run(f"printf '[Service]\\nType=oneshot\\nExecStart=/bin/sh -c \"{code}\"' > {unit}")
    run("systemctl daemon-reload")
    assert server.machine.try_run(f"systemctl start {SLUG}-touch")[0] == 1
    assert run(f"journalctl --unit {SLUG}-touch").count("Read-only file system") == 3


def test_api_is_used_through_proxy(server: Server) -> None:
    note = server.add_note("first")
    assert note["url"].startswith(f"{SITE}/api/notes/")
    server.refresh()
    assert server.list_notes() == ["first"]
    status, page = server.send("/admin/login/")
    (style,) = re.findall(r'href="(/static/admin/css/base\.\w+\.css)"', page)
    status, response = server.send(style, "--head")
    assert (status, "content-type: text/css" in response.lower()) == (200, True)
    assert "max-age=315360000" in response
    # The error of a large body is Django's.
    token = server.tokens["access"]
    server.machine.run("""python3 -c 'print("{" + " " * 2_700_000 + "}")' > /tmp/large""")
    status, body = server.send("/api/notes/", "--json", "@/tmp/large", token=token)
    assert (status, json.loads(body)["code"]) == (400, "parse_error")


def test_address_of_client_cannot_be_forged(server: Server) -> None:
    statuses = []
    wait_for_minute(30)
    for number in range(11):
        header = f"X-Forwarded-For: 192.0.2.{number}"
        form = ("--data", "username=eve&password=wrong")
        statuses.append(server.send("/api/token/", "--header", header, *form)[0])
    assert statuses == [*10 * [401], 429]


def test_tokens_are_purged(server: Server) -> None:
    server.machine.run(f"systemctl start {SLUG}-purge")
    assert "expired sessions" in server.machine.run(f"journalctl --unit {SLUG}-purge")


def test_server_and_worker_have_metrics(server: Server) -> None:
    run = server.machine.run
    for name, port in (("METRICS", 9090), ("WORKER_METRICS", 9091)):
        run(f"echo \"{name}='127.0.0.1:{port}'\" >> /etc/{SLUG}/environment")
    run(f"systemctl restart {SLUG}-web {SLUG}-worker")
    for port in (9090, 9091):
        options = "--silent --fail --retry 20 --retry-delay 1 --retry-all-errors"
        found = run(f"curl {options} http://127.0.0.1:{port}/metrics")
        assert 'events_total{event="mail_failed"} 0.0' in found


def test_backup_is_restored(server: Server) -> None:
    server.add_note("in the backup")
    blocks = server.follow("Backup and restore")
    assert ".dump" in next(blocks)
    server.add_note("after the backup")
    next(blocks)
    assert next(blocks, None) is None
    wait(server)
    server.log_in()
    assert "in the backup" in server.list_notes()
    assert "after the backup" not in server.list_notes()
    # With its secrets.
    files = server.machine.run(f"tar --list --file=/var/backups/{SLUG}-secrets.tar.gz")
    assert {f"etc/{SLUG}/environment", f"var/lib/{SLUG}/jwt.pem"} <= {*files.split()}


def test_keys_are_rotated(server: Server) -> None:
    for _ in server.follow("Change keys and secrets"):
        pass
    wait(server)
    keys = server.machine.run(f"cat /var/lib/{SLUG}/jwt.pem")
    assert keys.count("BEGIN PRIVATE KEY") == 2
    server.refresh()


@contextmanager
def load(server: Server) -> Iterator[list[int]]:
    """Sends requests all the time, and yields their statuses."""
    statuses: list[int] = []
    done = threading.Event()

    def send() -> None:
        while not done.wait(0.2):
            statuses.append(server.send("/api/notes/", token=server.tokens["access"])[0])

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield statuses
    finally:
        done.set()
        thread.join()


def test_release_is_upgraded(server: Server, repository: Path) -> None:
    models = repository / "api" / "models.py"
    text = models.read_text(encoding="utf-8")
    field = '    color = models.CharField(max_length=20, default="red", db_default="red")\n'
    models.write_text(re.sub(r"(    title = .*\n)", rf"\1{field}", text), encoding="utf-8")
    serializers = repository / "api" / "serializers.py"
    text = serializers.read_text(encoding="utf-8")
    serializers.write_text(text.replace('"title"', '"title", "color"'), encoding="utf-8")
    release(repository)
    server.log_in()
    with load(server) as statuses:
        for _ in server.follow("Upgrades"):
            pass
        # The processes with the old code finish their requests, and those that wait.
        for _ in range(50):
            if all("color" in server.add_note("new") for _ in range(5)):
                break
            time.sleep(0.2)
    assert server.add_note("new")["color"] == "red"
    assert len(statuses) > 5
    assert {*statuses} == {200}


def test_broken_release_is_not_loaded(server: Server) -> None:
    server.log_in()
    server.machine.run(f"echo 'import missing' >> /srv/{SLUG}/config/urls.py")
    status, _ = server.machine.try_run(f"systemctl reload {SLUG}-web")
    assert status == 1
    server.machine.run(f"cd /srv/{SLUG}; git checkout --quiet config/urls.py")
    time.sleep(2)
    assert server.list_notes()


def test_leaked_key_is_dropped(server: Server) -> None:
    server.log_in()
    for _ in server.follow("Incidents"):
        pass
    assert server.send("/api/notes/", token=server.tokens["access"])[0] == 401
    server.log_in()


def wait(server: Server) -> None:
    server.machine.run(
        "curl --silent --retry 20 --retry-delay 1 --retry-all-errors --fail http://127.0.0.1:8000/readyz"
    )
