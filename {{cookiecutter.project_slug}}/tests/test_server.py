"""Gunicorn with the project's configuration and the application of an example."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Gunicorn is for POSIX systems")
GUNICORN = Path(sys.executable).with_name("gunicorn")
APPLICATION = "wsgiref.simple_server:demo_app"
REQUEST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def start(*options: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [GUNICORN, *(options or [APPLICATION])],
        cwd=settings.BASE_DIR,
        env=os.environ | variables,
        stderr=subprocess.PIPE,
        text=True,
    )


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize("value", ["0", "four"])
def test_number_invalid_is_one_message(value: str) -> None:
    server = start(WEB_THREADS=value)
    message = "The environment variable WEB_THREADS must be a number from 1 to 65535.\n"
    assert server.communicate()[1] == message
    assert server.returncode == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("NUM_PROXIES", "x", "The environment variable NUM_PROXIES must be a whole number."),
        ("JWT_SIGNING_KEY_FILE", "/", "JWT_SIGNING_KEY_FILE: .*Is a directory: '/'"),
        ("JWT_SIGNING_KEY_FILE", "manage.py", "A signing key is invalid"),
    ],
)
def test_setting_invalid_is_one_message(name: str, value: str, message: str) -> None:
    server = start(**{name: value})
    output = server.communicate()[1]
    assert server.returncode == 1
    assert len(re.findall(message, output)) == 1
    assert "Traceback" not in output


class Server:
    """Gunicorn with one process and one thread."""

    def __init__(self, stack: ExitStack, *options: str) -> None:
        self.stack = stack
        self.port = find_free_port()
        variables = {"PORT": str(self.port), "WEB_CONCURRENCY": "1", "WEB_THREADS": "1"}
        self.process = stack.enter_context(start(*options, **variables))
        stack.callback(self.process.kill)

    def wait_for(self, pattern: str) -> str:
        found = (re.search(pattern, line) for line in self.process.stderr or ())
        return next(match[1] for match in found if match)

    def send(self) -> socket.socket:
        address = ("127.0.0.1", self.port)
        connection = self.stack.enter_context(socket.create_connection(address, timeout=20))
        connection.sendall(REQUEST)
        return connection


def read_status(connection: socket.socket) -> bytes:
    with connection:
        return connection.recv(99).split()[1]


def test_stop_answers_waiting_requests() -> None:
    with ExitStack() as stack:
        server = Server(stack)
        worker = int(server.wait_for(r"worker with pid: (\d+)"))
        # Waits until the worker has started.
        assert read_status(server.send()) == b"200"
        os.kill(worker, signal.SIGSTOP)
        waiting = [server.send() for _ in range(3)]
        server.process.terminate()
        server.wait_for("(term)")
        time.sleep(0.1)
        os.kill(worker, signal.SIGCONT)
        assert [read_status(connection) for connection in waiting] == [b"200"] * 3
        assert server.process.wait() == 0


def test_stop_during_start_answers_waiting_requests(tmp_path: Path) -> None:
    text = "import time\n\ntime.sleep(2)\nfrom wsgiref.simple_server import demo_app\n"
    (tmp_path / "slow.py").write_text(text, encoding="utf-8")
    with ExitStack() as stack:
        server = Server(stack, "--pythonpath", str(tmp_path), "slow:demo_app")
        server.wait_for("(Booting worker)")
        waiting = [server.send() for _ in range(3)]
        # Until then, the process would ignore the signal.
        time.sleep(0.5)
        server.process.terminate()
        assert [read_status(connection) for connection in waiting] == [b"200"] * 3
        assert server.process.wait() == 0
        assert "Exception" not in server.process.communicate()[1]
