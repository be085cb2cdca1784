"""Metrics of a project under Gunicorn with several processes, as Prometheus reads them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tools.demo import find_free_port
from tools.rendering import write

from ..baking import clean_environment, prepare_project, run
from ..usual import Renderer

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(os.name == "nt", reason="Gunicorn does not run on Windows"),
]
PASSWORD = "correct horse battery staple"  # noqa: S105
# In memory: on a full disk, the system kills processes that write to mapped files.
MEMORY = Path("/dev/shm")  # noqa: S108


class Server:
    """Gunicorn with two processes."""

    def __init__(self, project: Path) -> None:
        self.port, self.metrics_port = find_free_port(), find_free_port()
        self.process = subprocess.Popen(
            [project / ".venv" / "bin" / "gunicorn"],
            cwd=project,
            env=clean_environment(
                HTTPS="False",
                METRICS=f"127.0.0.1:{self.metrics_port}",
                PORT=str(self.port),
                WEB_CONCURRENCY="2",
                # One process can have all slow requests of a test, and still respond.
                WEB_THREADS="8",
            ),
        )

    def request(
        self, method: str, path: str, body: Any = None, port: int = 0, headers: Any = None
    ) -> tuple[int, str]:
        sent = {"Content-Type": "application/json", **(headers or {})}
        with closing(HTTPConnection("127.0.0.1", port or self.port, timeout=60)) as connection:
            connection.request(method, path, json.dumps(body) if body else None, sent)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def log_in(self, password: str = PASSWORD) -> int:
        body = {"username": "admin", "password": password}
        return self.request("POST", "/api/token/", body)[0]

    def scrape(self) -> Counter[tuple[str, ...]]:
        """Returns the values by name and labels."""
        status, text = self.request("GET", "/metrics", port=self.metrics_port)
        assert status == 200
        found: Counter[tuple[str, ...]] = Counter()
        for family in text_string_to_metric_families(text):
            assert family.documentation
            for sample in family.samples:
                key = (sample.name, *(sample.labels[name] for name in sorted(sample.labels)))
                assert key not in found
                found[key] = sample.value  # type: ignore[assignment]
        return found

    def find_folder(self) -> Path:
        """Returns the folder of the files in which the processes count."""
        found = set()
        for worker in self.find_workers():
            maps = Path(f"/proc/{worker}/maps").read_text(encoding="utf-8")
            found |= set(re.findall(r"(/\S*/metrics-\w+)/", maps))
        (folder,) = found
        return Path(folder)

    def find_workers(self) -> list[int]:
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, environment: Callable[[str], Path]) -> Path:
    project = tmp_path_factory.mktemp("metrics") / "my_api"
    write(Renderer().render({}), project)
    commands = prepare_project(project, environment("django-5.2"))
    run(
        commands / "python",
        "-m",
        "scripts.prepare",
        cwd=project,
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )
    # A view that needs some time.
    urls = project / "config" / "urls.py"
    slow = (
        "\nimport time\nfrom django.http import HttpResponse\n"
        "def slow(request):\n    time.sleep(60)\n    return HttpResponse()\n"
        "urlpatterns.append(path('slow/', slow, name='slow'))\n"
    )
    urls.write_text(urls.read_text(encoding="utf-8") + slow, encoding="utf-8")
    return project


@pytest.fixture
def server(project: Path) -> Iterator[Server]:
    server = Server(project)

    def responds() -> bool:
        try:
            return server.request("GET", "/api/users/me/")[0] == 401
        except OSError:
            return False

    try:
        wait_until(responds)
        yield server
    finally:
        server.process.terminate()
        server.process.wait(60)


def test_metrics_of_several_processes(server: Server) -> None:
    assert len(server.find_workers()) == 2
    assert [server.log_in() for _ in range(12)] == [200] * 12
    assert [server.log_in("wrong") for _ in range(3)] == [401] * 3
    # The paths of clients do not become labels.
    for number in range(20):
        server.request("GET", f"/unknown/{number}")
    server.request(f"ODD{time.monotonic_ns()}", "/api/token/")

    expected = {
        ("http_requests_total", "POST", "token_obtain_pair", "200"): 12,
        ("http_requests_total", "POST", "token_obtain_pair", "401"): 3,
        ("http_requests_total", "GET", "none", "404"): 20,
        ("http_requests_total", "other", "token_obtain_pair", "405"): 1,
        ("http_request_duration_seconds_count", "POST", "token_obtain_pair"): 15,
        ("events_total", "login"): 12,
        ("events_total", "login_failed"): 3,
        ("events_total", "replay"): 0,
        ("http_requests_in_progress",): 0,
    }
    # Each process returns the sum of both.
    for _ in range(8):
        found = server.scrape()
        assert {key: found.get(key) for key in expected} == expected
    assert len(found) < 100
    folder = server.find_folder()
    assert folder.parent == MEMORY or not MEMORY.is_dir()
    assert len(list(folder.glob("counter_*.db"))) == 2

    # The counts of a killed process remain, but not the requests that it had not finished.
    connections = [HTTPConnection("127.0.0.1", server.port) for _ in range(4)]
    for connection in connections:
        connection.request("GET", "/slow/")
    in_progress = ("http_requests_in_progress",)
    wait_until(lambda: server.scrape()[in_progress] == 4)
    first, second = server.find_workers()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in server.find_workers() and len(server.find_workers()) == 2)
    os.kill(second, signal.SIGKILL)
    wait_until(lambda: second not in server.find_workers() and len(server.find_workers()) == 2)
    wait_until(lambda: server.log_in() == 200)
    found = server.scrape()
    assert found[in_progress] == 0
    assert found["http_requests_total", "POST", "token_obtain_pair", "401"] == 3
    assert found["events_total", "login"] >= 13
    for connection in connections:
        connection.close()

    # A restart of the processes keeps the folder; the end deletes it.
    logins = found["events_total", "login"]
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.log_in() == 200)
    assert server.scrape()["events_total", "login"] == logins + 1
    server.process.terminate()
    server.process.wait(60)
    assert not folder.exists()


def test_metrics_are_not_public(server: Server) -> None:
    port = str(server.metrics_port)
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", port, "127.0.0.1"):
        headers = {"Host": host, "X-Forwarded-Port": port, "X-Forwarded-Host": host}
        status, text = server.request("GET", "/metrics", headers=headers)
        assert status in (400, 404)
        assert "http_requests" not in text
    # The path of a request can be a whole URL.
    status, text = server.request("GET", f"http://127.0.0.1:{port}/metrics")
    assert status in (400, 404)
    assert "http_requests" not in text
    for path in ("/", "/admin/login/", "/api/token/"):
        assert server.request("GET", path, port=server.metrics_port)[0] == 404


def test_nothing_is_imported_without_settings(project: Path) -> None:
    code = "import config.wsgi, sys; print({'prometheus_client', 'sentry_sdk'} & set(sys.modules))"
    assert run(project / ".venv" / "bin" / "python", "-c", code, cwd=project).strip() == "set()"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("9090", "METRICS must be HOST:PORT"),
        ("localhost:http", "METRICS must be HOST:PORT"),
        # Requests at this port would all be for the metrics.
        ("[::1]:8000", "METRICS must have another port"),
    ],
)
def test_invalid_address_stops_start(project: Path, value: str, message: str) -> None:
    process = subprocess.run(
        [project / ".venv" / "bin" / "gunicorn"],
        cwd=project,
        env=clean_environment(METRICS=value),
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert message in process.stderr
