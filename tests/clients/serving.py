"""A project's server, whose clock the tests move."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.demo import find_free_port, wait_for_server
from tools.rendering import write

from ..baking import BIN, clean_environment, environment_for, prepare_project, run
from ..usual import Renderer

PASSWORD = "correct horse battery staple"
# Runs with the project's Python. Each line of the standard input is a number of seconds.
SERVER = """
import ssl, sys, threading, time
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

import time_machine

clock = time_machine.travel(time.time(), tick=True).start()

from config.wsgi import application


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def move_clock():
    for line in sys.stdin:
        clock.shift(int(line))
        print(flush=True)


threading.Thread(target=move_clock, daemon=True).start()
server = make_server("127.0.0.1", int(sys.argv[1]), application, server_class=Server)
if sys.argv[2:]:
    server.base_environ["HTTPS"] = "on"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[2:])
    # A browser may open a connection long before it uses it.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
server.serve_forever()
"""


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def move_clock(self, seconds: int) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(b"%d\n" % seconds)
        self.process.stdin.flush()
        assert self.process.stdout.readline()


def create_project(folder: Path, answers: Mapping[str, Any]) -> Path:
    """Renders a project and creates its database with the user `admin`."""
    write(Renderer().render(dict(answers)), folder)
    commands = prepare_project(folder, environment_for("django-5.2"))
    password = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    run(commands / "python", "-m", "scripts.prepare", cwd=folder, **password)
    return folder


def write_openapi(project: Path) -> Path:
    """Writes the project's OpenAPI description, and returns its path."""
    path = project / "openapi.json"
    command = ("spectacular", "--format", "openapi-json", "--file", str(path))
    run(project / ".venv" / BIN / "python", "manage.py", *command, cwd=project)
    return path


@contextmanager
def run_wsgi(project: Path, *certificate: Path, **variables: str) -> Iterator[Server]:
    """Runs the project's WSGI application, with HTTPS if there is a certificate and its key."""
    port = find_free_port()
    process = subprocess.Popen(
        [project / ".venv" / BIN / "python", "-c", SERVER, str(port), *certificate],
        cwd=project,
        env=clean_environment(**variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_server(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.communicate()
