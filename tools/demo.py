"""`make demo`: creates the default project, and prints each request from login to logout."""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
PROJECT = DEMO / "my_api"
# The folder of the commands in a virtual environment.
BIN = "Scripts" if os.name == "nt" else "bin"
TOKENS = ("access", "refresh")
LOGIN = {"username": "admin", "password": secrets.token_urlsafe(15)}


def main() -> None:
    start = time.monotonic()
    create_project()
    print(f"\nReady after {time.monotonic() - start:.1f} s. Starting its server ...")
    port = find_free_port()
    server = subprocess.Popen(
        [PROJECT / ".venv" / BIN / "python", "manage.py", "runserver", "--noreload", str(port)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_server(port, server)
        use_api(port, start)
    finally:
        server.terminate()
        server.wait()
    folder = PROJECT.relative_to(ROOT)
    print(f"\nThe server has stopped. The project is in {folder}. To start its server again:")
    print(f"  cd {folder} && make run")
    print(f"Log in at http://127.0.0.1:8000/admin/ as {LOGIN['username']}, with the password")
    print(f"  {LOGIN['password']}")


def create_project() -> None:
    """Renders and sets up the default project, with the command of a user."""
    shutil.rmtree(DEMO, ignore_errors=True)
    tools = Path(sys.executable).parent
    options = ("--no-input", "--default-config", "--output-dir", "demo")
    print("$ cookiecutter .", *options)
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "DJANGO_SUPERUSER_PASSWORD": LOGIN["password"],
    }
    command = [str(tools / "cookiecutter"), str(ROOT), *options]
    status = subprocess.run(command, cwd=ROOT, env=environment).returncode
    if status or not (PROJECT / "db.sqlite3").exists():
        sys.exit("The setup failed: see above.")


def use_api(port: int, start: float) -> None:
    """Makes requests from login to logout."""
    tokens = call(port, "POST", "/api/token/", LOGIN)
    print(f"\nThe first token, {time.monotonic() - start:.1f} s after the command.")
    access = tokens["access"]
    call(port, "GET", "/api/users/me/", token=access)
    ada = {"name": "Ada", "roll": 1, "city": "London"}
    student = call(port, "POST", "/api/students/", ada, access, 201)
    call(port, "GET", "/api/students/", token=access)
    call(port, "PATCH", f"/api/students/{student['id']}/", {"city": "Paris"}, access)
    call(port, "GET", "/api/students/", expect=401)
    tokens = call(port, "POST", "/api/token/refresh/", {"refresh": tokens["refresh"]})
    call(port, "GET", f"/api/students/{student['id']}/", token=tokens["access"])
    call(port, "POST", "/api/token/blacklist/", {"refresh": tokens["refresh"]})
    call(port, "POST", "/api/token/refresh/", {"refresh": tokens["refresh"]}, expect=401)


def call(
    port: int,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    token: str | None = None,
    expect: int = 200,
) -> dict[str, Any]:
    """Makes a request and prints it with its response. Exits if the status is not `expect`."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, json.dumps(body) if body else None, headers)
    response = connection.getresponse()
    content: dict[str, Any] = json.loads(response.read() or "{}")
    connection.close()
    shown = {**body, "password": "***"} if body and "password" in body else body
    print(f"\n{method} {path}" + (f"  (Bearer {token[:12]}…)" if token else ""))
    if shown:
        print(shorten(shown))
    print(f"→ {response.status} {response.reason}\n{shorten(content)}")
    if response.status != expect:
        sys.exit(f"Expected status {expect}.")
    return content


def shorten(body: dict[str, Any]) -> str:
    """Returns a line of JSON that fits on the terminal, with shortened tokens."""
    short = {name: f"{value[:12]}…" if name in TOKENS else value for name, value in body.items()}
    line = f"  {json.dumps(short, ensure_ascii=False)}"
    width = shutil.get_terminal_size().columns - 1
    return line if len(line) <= width else f"{line[: width - 1]}…"


def find_free_port() -> int:
    """Returns a port that no client gets until a server uses it: systems give them higher ones."""
    while True:
        port = random.randint(11_000, 32_000)  # noqa: S311
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_for_server(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("The server did not start. Run `make run` in the project to see the reason.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
