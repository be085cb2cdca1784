"""Workers that are killed, stopped or cut off from the database: mails are sent nevertheless."""

from __future__ import annotations

import os
import signal
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .baking import BIN, clean_environment, create_database, run
from .changing import render_project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no signals"),
]

DJANGO = {"sqlite": "django-5.2", "postgresql": "django-6.1"}
ENQUEUE = (
    "from accounts.tasks import send_mail\n"
    "for n in range({count}): send_mail.enqueue('registration', f'{{n}}@example.com', 'en')"
)
# As if the worker had died six minutes ago.
AGE = (
    "from datetime import timedelta\nfrom django.db.models import F\n"
    "from django_tasks_db.models import DBTaskResult\n"
    "running = DBTaskResult.objects.filter(status='RUNNING')\n"
    "print(running.update(started_at=F('started_at') - timedelta(minutes=6)))"
)
STATUSES = (
    "from django_tasks_db.models import DBTaskResult\n"
    "print(*DBTaskResult.objects.values_list('status', flat=True))"
)
ALLOW_CONNECTIONS = """
import psycopg, sys
server, name, allowed = sys.argv[1:]
with psycopg.connect(server, autocommit=True) as connection:
    connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )
"""


class MailServer(socketserver.ThreadingTCPServer):
    """Accepts mails while `accepts` is set; until then, it does not respond."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SmtpHandler)
        self.accepts = threading.Event()
        self.waiting = threading.Semaphore(0)
        """Counts the clients that have sent the command DATA."""
        self.recipients: list[str] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignores clients that have ended."""


class SmtpHandler(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.reply("220 ready")
        recipient = ""
        for line in self.rfile:
            command = line.decode().strip()
            if command.upper().startswith("RCPT"):
                recipient = command.partition("<")[2].partition(">")[0]
            if command.upper() == "DATA":
                self.server.waiting.release()
                self.server.accepts.wait()
                self.reply("354 go on")
                if not self.read_mail():
                    return
                self.server.recipients.append(recipient)
            self.reply("250 OK")

    def read_mail(self) -> bool:
        """Returns whether the client has sent the end of a mail."""
        return any(line == b".\r\n" for line in iter(self.rfile.readline, b""))

    def reply(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Place:
    """A project with a mail server, a database and workers."""

    def __init__(self, project: Path, url: str, mail_server: MailServer, stack: ExitStack) -> None:
        self.project = project
        self.mail_server = mail_server
        self.stack = stack
        self.url = url
        self.python = project / ".venv" / BIN / "python"
        self.log = project / "worker.log"
        self.variables = {
            "BACKGROUND_TASKS": "True",
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.server_address[1]}",
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str) -> str:
        return run(self.python, "manage.py", *arguments, cwd=self.project, **self.variables)

    def shell(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "-c", code)

    def start_worker(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                [self.python, "manage.py", "worker"],
                cwd=self.project,
                env=clean_environment(**self.variables),
                stdout=log,
                stderr=log,
            )
        self.stack.callback(worker.wait)
        self.stack.callback(worker.kill)
        return worker

    def stop(self, *workers: subprocess.Popen[bytes]) -> None:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(60) for worker in workers] == [0 for _ in workers], self.read_log()

    def wait_for_client(self) -> None:
        assert self.mail_server.waiting.acquire(timeout=60), self.read_log()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        for _ in range(600):
            if condition():
                return
            time.sleep(0.1)
        pytest.fail(self.read_log())

    def read_log(self) -> str:
        return self.log.read_text(encoding="utf-8")


@pytest.fixture
def create_place(tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    with ExitStack() as stack:

        def create(server: str) -> Place:
            answers = {"accounts": "open", "django_version": DJANGO[server]}
            project = render_project(answers, tmp_path / "project")
            python = project / ".venv" / BIN / "python"
            url = stack.enter_context(create_database(server, python, project))
            mail_server = stack.enter_context(MailServer())
            threading.Thread(target=mail_server.serve_forever, daemon=True).start()
            stack.callback(mail_server.shutdown)
            place = Place(project, url, mail_server, stack)
            place.manage("makemigrations", "accounts", "api", "tokens")
            place.manage("migrate")
            return place

        yield create


@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_mail_of_killed_worker_is_sent(create_place: Callable[[str], Place], server: str) -> None:
    place = create_place(server)
    place.shell(ENQUEUE.format(count=1))
    worker = place.start_worker()
    place.wait_for_client()
    worker.kill()
    worker.wait()
    assert place.shell(AGE).strip() == "1"
    place.mail_server.accepts.set()
    worker = place.start_worker()
    place.wait_until(lambda: "mail_sent" in place.read_log())
    place.stop(worker)
    assert place.mail_server.recipients == ["0@example.com"]
    assert "mail_requeued count=1" in place.read_log()
    assert place.shell(STATUSES).split() == ["SUCCESSFUL"]


@pytest.mark.parametrize(
    ("server", "number"), [("sqlite", signal.SIGINT), ("postgresql", signal.SIGTERM)]
)
def test_stopped_worker_finishes_its_task(
    create_place: Callable[[str], Place], server: str, number: signal.Signals
) -> None:
    place = create_place(server)
    place.shell(ENQUEUE.format(count=2))
    worker = place.start_worker()
    place.wait_for_client()
    worker.send_signal(number)
    place.mail_server.accepts.set()
    assert worker.wait(60) == 0, place.read_log()
    assert len(place.mail_server.recipients) == 1
    assert sorted(place.shell(STATUSES).split()) == ["READY", "SUCCESSFUL"]
    # It stops while it waits for tasks, too.
    worker = place.start_worker()
    place.wait_until(lambda: len(place.mail_server.recipients) == 2)
    place.stop(worker)


def test_two_workers_send_each_mail_once(create_place: Callable[[str], Place]) -> None:
    place = create_place("postgresql")
    place.shell(ENQUEUE.format(count=50))
    workers = [place.start_worker() for _ in range(2)]
    for _ in workers:
        place.wait_for_client()
    place.mail_server.accepts.set()
    place.wait_until(lambda: place.read_log().count("mail_sent") == 50)
    place.stop(*workers)
    expected = [f"{n}@example.com" for n in range(50)]
    assert sorted(place.mail_server.recipients) == sorted(expected)
    assert set(place.shell(STATUSES).split()) == {"SUCCESSFUL"}


def test_worker_survives_outage_of_database(create_place: Callable[[str], Place]) -> None:
    place = create_place("postgresql")
    place.mail_server.accepts.set()
    worker = place.start_worker()
    place.wait_until(lambda: "has started" in place.read_log())
    name = place.url.rpartition("/")[2]
    server = os.environ["TEST_DATABASE_URL"]
    run(place.python, "-c", ALLOW_CONNECTIONS, server, name, "false", cwd=place.project)
    place.wait_until(lambda: "The database is unavailable" in place.read_log())
    run(place.python, "-c", ALLOW_CONNECTIONS, server, name, "true", cwd=place.project)
    place.shell(ENQUEUE.format(count=1))
    place.wait_until(lambda: "mail_sent" in place.read_log())
    place.stop(worker)
    assert "is available again" in place.read_log()
