"""Servers as child processes, which can be stopped, killed and frozen."""

from __future__ import annotations

import http.client
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.baking import clean_environment
from tools.demo import find_free_port

from .load import PATIENCE, Client


@dataclass
class Server:
    """A process that is a server, and its children."""

    name: str
    command: list[str | Path]
    folder: Path
    port: int
    variables: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=clean_environment(**self.variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                start_new_session=True,
            )
        wait_until(self.is_ready, f"{self.name} is ready")

    def is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.read_log()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.connect()
        except OSError:
            return False
        connection.close()
        return True

    def read_log(self) -> str:
        return (self.folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")

    def notify(self, number: signal.Signals) -> None:
        """Sends a signal to the first process only."""
        assert self.process
        self.process.send_signal(number)

    def notify_all(self, number: signal.Signals) -> None:
        assert self.process
        os.killpg(self.process.pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Returns the seconds that the process needs to end."""
        assert self.process
        start = time.monotonic()
        self.notify(number)
        self.process.wait(PATIENCE)
        return time.monotonic() - start

    def kill(self) -> None:
        """Kills the process and its children without warning."""
        assert self.process
        self.notify_all(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def find_children(self) -> list[int]:
        assert self.process
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text(encoding="utf-8").split()]


class Instance(Server):
    """A gunicorn: its port is open before the project is loaded."""

    def is_ready(self) -> bool:
        try:
            return super().is_ready() and Client(self.port).is_ready()
        except (OSError, http.client.HTTPException):
            return False


class PostgreSQL(Server):
    """A cluster of its own. It refuses to run as root."""

    def __init__(self, folder: Path, commands: Path) -> None:
        user = "postgres" if os.getuid() == 0 else None
        data = folder / "data"
        data.mkdir()
        if user:
            account = pwd.getpwnam(user)
            for path in (folder, data):
                os.chown(path, account.pw_uid, account.pw_gid)
        subprocess.run(
            [commands / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            check=True,
            capture_output=True,
            cwd=folder,
        )
        self.commands = commands
        port = find_free_port()
        options = ["-p", str(port), "-F"]
        command: list[str | Path] = [commands / "postgres", "-D", data, "-k", folder, *options]
        super().__init__("postgresql", command, folder, port, user=user)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def is_ready(self) -> bool:
        # Its port is open before it accepts connections.
        command = self.commands / "pg_isready"
        options = ["-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run([command, *options]).returncode == 0

    def notify_all(self, number: signal.Signals) -> None:
        # Each of its processes has a session of its own. The first process must not notice that
        # others ended.
        children = self.find_children()
        self.notify(number)
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def find_postgresql() -> Path:
    """Returns the folder of PostgreSQL's commands. Debian does not put it on the PATH."""
    if found := sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        return found[-1].parent
    if command := shutil.which("postgres"):
        return Path(command).resolve().parent
    raise FileNotFoundError("PostgreSQL's server is not installed")


def wait_until(condition: Callable[[], bool], text: str) -> float:
    """Returns the seconds until the condition is met. Raises TimeoutError."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > PATIENCE:
            raise TimeoutError(text)
        time.sleep(0.05)
    return time.monotonic() - start
