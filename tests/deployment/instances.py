"""Three instances of a project behind nginx, with a PostgreSQL and a Redis of their own.

A test or benchmark causes faults under load, and learns what the clients noticed.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.baking import environment_for, prepare_project, run
from tests.nginx import NGINX
from tools.demo import find_free_port
from tools.rendering import write

from ..usual import Renderer
from .load import PASSWORD, Client, Load, Sample
from .servers import Instance, PostgreSQL, Server, find_postgresql, wait_until

INSTANCES = 3
# Seconds after a disturbance in which requests may still fail.
SETTLING = 0.5
PROXY = """
    upstream instances {{
        # Without max_fails=0, nginx avoids a server for 10 seconds after it refused a connection: all
        # of them, if they restart in turn.
        {servers}
        keepalive 16;
        # Shorter than Gunicorn's: nginx never sends a request to a connection that is being closed.
        keepalive_timeout 60s;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location / {{
            proxy_pass http://instances;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto https;
            proxy_connect_timeout 2s;
        }}
    }}
"""


class Deployment:
    """All servers, and the folder of the project."""

    def __init__(self, folder: Path, environment: Path, answers: dict[str, Any]) -> None:
        self.folder = folder
        self.project = write(Renderer().render(answers), folder / "project")
        self.commands = prepare_project(self.project, environment)
        database = folder / "database"
        database.mkdir()
        self.postgresql = PostgreSQL(database, find_postgresql())
        self.redis = self.create_redis()
        self.instances = [self.create_instance(number) for number in range(INSTANCES)]
        self.nginx = self.create_nginx()
        self.servers = [self.postgresql, self.redis, *self.instances, self.nginx]

    @property
    def key_files(self) -> list[Path]:
        """One of each instance, as on a machine of its own."""
        return [self.folder / f"keys-{number}" / "keys.txt" for number in range(INSTANCES)]

    @property
    def variables(self) -> dict[str, str]:
        return {
            "ALLOWED_HOSTS": "127.0.0.1",
            "CACHE_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "DATABASE_URL": self.postgresql.url,
            "DEBUG": "False",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "NUM_PROXIES": "1",
        }

    def create_redis(self) -> Server:
        port, folder = find_free_port(), self.folder / "redis"
        folder.mkdir()
        command = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"]
        return Server("redis", [*command, "--dir", str(folder)], folder, port)

    def create_instance(self, number: int) -> Instance:
        folder = self.project
        keys = self.key_files[number]
        keys.parent.mkdir()
        (created,) = (self.project / "keys").iterdir()
        shutil.copy(created, keys)
        port = find_free_port()
        own = {"PORT": str(port), "JWT_SIGNING_KEY_FILE": str(keys), "WEB_CONCURRENCY": "2"}
        command: list[str | Path] = [self.commands / "gunicorn"]
        return Instance(f"instance-{number}", command, folder, port, self.variables | own)

    def create_nginx(self) -> Server:
        port, folder = find_free_port(), self.folder / "nginx"
        folder.mkdir()
        servers = "".join(f"server 127.0.0.1:{one.port} max_fails=0;" for one in self.instances)
        configuration = folder / "nginx.conf"
        proxy = PROXY.format(port=port, servers=servers)
        text = NGINX.format(folder=folder, blocks=proxy)
        configuration.write_text(text, encoding="utf-8")
        command: list[str | Path] = ["nginx", "-e", folder / "error.log", "-c", configuration]
        return Server("nginx", command, folder, port)

    def start(self) -> None:
        self.postgresql.start()
        self.redis.start()
        run(self.commands / "python", "-m", "scripts.prepare", cwd=self.project, **self.variables)
        with ThreadPoolExecutor() as pool:
            list(pool.map(Server.start, self.instances))
        self.nginx.start()

    def stop(self) -> None:
        for server in reversed(self.servers):
            if server.process and server.process.poll() is None:
                server.notify_all(signal.SIGCONT)
                server.kill()

    def find_students(self) -> set[str]:
        code = (
            "import psycopg, sys\n"
            "rows = psycopg.connect(sys.argv[1]).execute('SELECT name FROM api_student')\n"
            "print(*(name for name, in rows))"
        )
        url = self.postgresql.url
        return set(run(self.commands / "python", "-c", code, url, cwd=self.project).split())


@contextmanager
def run_deployment(answers: dict[str, Any]) -> Iterator[Deployment]:
    with ExitStack() as stack:
        # PostgreSQL's user can enter it, unlike pytest's folders.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="instances-")))
        folder.chmod(0o755)
        deployment = Deployment(folder, environment_for("django-5.2"), answers)
        stack.callback(deployment.stop)
        deployment.start()
        yield deployment


# Faults: each is a function that disturbs a deployment, and returns when the disturbance is over.


def kill_worker(deployment: Deployment) -> None:
    os.kill(deployment.instances[0].find_children()[0], signal.SIGKILL)


def kill_instance(deployment: Deployment) -> None:
    deployment.instances[0].kill()
    time.sleep(1)
    deployment.instances[0].start()


def restart_instances(deployment: Deployment) -> None:
    for instance in deployment.instances:
        instance.stop()
        instance.start()


def reload_instance(deployment: Deployment) -> None:
    instance = deployment.instances[0]
    old = set(instance.find_children())
    instance.notify(signal.SIGHUP)
    wait_until(lambda: not old & set(instance.find_children()), "the old processes have ended")


def restart_postgresql(deployment: Deployment) -> None:
    # As `pg_ctl restart` does: open connections are closed.
    deployment.postgresql.stop(signal.SIGINT)
    deployment.postgresql.start()


def crash_postgresql(deployment: Deployment) -> None:
    deployment.postgresql.kill()
    deployment.postgresql.start()


def freeze(server: Server, seconds: float) -> None:
    server.notify_all(signal.SIGSTOP)
    time.sleep(seconds)
    server.notify_all(signal.SIGCONT)


def freeze_postgresql(deployment: Deployment) -> None:
    freeze(deployment.postgresql, 2)


def freeze_redis(deployment: Deployment) -> None:
    freeze(deployment.redis, 2)


def restart_redis(deployment: Deployment) -> None:
    deployment.redis.kill()
    time.sleep(1)
    deployment.redis.start()


@dataclass
class Outcome:
    """What clients noticed of a fault."""

    requests: int
    failed: list[Sample]
    late: list[Sample]
    """Failed requests that began when the disturbance had been over for a while."""
    lost: set[str]
    """Created rows that are not in the database."""
    duration: float
    """Seconds of the disturbance."""
    recovery: float
    """Seconds from its beginning to the last failed request."""
    slowest: float


def observe(
    deployment: Deployment,
    fault: Callable[[Deployment], None],
    threads: int = 8,
    before: float = 0.5,
    after: float = 1,
) -> Outcome:
    """Causes a fault under load."""
    token = Client(deployment.nginx.port).log_in().json()["access"]
    with Load(deployment.nginx.port, token, threads) as load:
        time.sleep(before)
        start = time.monotonic()
        fault(deployment)
        end = time.monotonic()
        time.sleep(after)
    samples = load.samples
    failed = [sample for sample in samples if sample.has_failed]
    created = {sample.created for sample in samples if sample.created}
    return Outcome(
        requests=len(samples),
        failed=failed,
        late=[sample for sample in failed if sample.start > end + SETTLING],
        lost=created - deployment.find_students(),
        duration=end - start,
        recovery=max((sample.end - start for sample in failed), default=0),
        slowest=max(sample.end - sample.start for sample in samples),
    )
