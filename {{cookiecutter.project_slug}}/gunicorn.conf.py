"""Configuration of Gunicorn, which reads it if it is started in this folder: `make serve`.

WEB_CONCURRENCY is the number of processes. If PORT is set, Gunicorn listens on that port on all
interfaces, otherwise on 127.0.0.1:8000. These are environment variables; `.env` is not read here.

After SIGHUP, new processes must import the current files. Therefore, this file imports neither Django
nor the project.
"""

import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def read_number(name: str, default: int) -> int:
    text = os.environ.get(name, "") or str(default)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0
    if not 1 <= number <= 65535:
        sys.exit(f"The environment variable {name} must be a number from 1 to 65535.")
    return number


wsgi_app = "config.wsgi"
bind = [f"0.0.0.0:{read_number('PORT', 8000)}" if os.environ.get("PORT") else "127.0.0.1:8000"]
workers = read_number("WEB_CONCURRENCY", 2)
# Requests wait for the database: other threads use the processor then. Each thread keeps a database
# connection, so PostgreSQL needs more connections than processes times threads. A client that sends
# slowly occupies a thread, so the server belongs behind a proxy that buffers requests, as nginx does.
worker_class = "config.workers.ThreadWorker"
threads = read_number("WEB_THREADS", 4)
# Longer than a proxy keeps unused connections: otherwise, it could send a request to one that is just
# being closed.
keepalive = 75
# After SIGTERM, requests have this long to finish. What supervises the server must wait longer before
# it kills the process.
graceful_timeout = 20
# Workers show by a file that they are alive. On a disk, that could block, and the disk may be
# read-only.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Its socket would be in the home folder, which the user of a service or container may not have.
control_socket_disable = True
# Only Django decides whether a proxy is trusted: NUM_PROXIES.
forwarded_allow_ips = ""

if not Path(".env").exists():
    # In production: JSON, as the project's log. In the processes, the settings replace this handler.
    logconfig_dict = {
        "formatters": {"json": {"()": runpy.run_path("config/logging.py")["JSONFormatter"]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"]},
        "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True}},
    }

metrics = os.environ.get("METRICS")


def on_starting(server: Any) -> None:
    """Stops if the settings are invalid: otherwise, each process would log a traceback."""
    check = [sys.executable, "manage.py", "check", "--tag", "tokens"]
    if subprocess.run(check, stdout=subprocess.DEVNULL).returncode:  # noqa: S603
        sys.exit(1)
    if metrics:
        # The processes count in this folder, in files that they map into memory: on a full disk, the
        # system would kill them.
        folder = tempfile.mkdtemp(prefix="metrics-", dir=worker_tmp_dir)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


if metrics:
    # The address of the metrics: config/metrics.py
    if not re.fullmatch(r"\S+:[1-9]\d{0,4}", metrics) or int(metrics.rpartition(":")[2]) > 65535:
        sys.exit("The environment variable METRICS must be HOST:PORT, such as 127.0.0.1:9090.")
    if metrics.rpartition(":")[2] == bind[0].rpartition(":")[2]:
        sys.exit("The environment variable METRICS must have another port than the API.")
    bind.append(metrics)

    def child_exit(server: Any, worker: Any) -> None:
        """Removes the gauges of a process that has ended."""
        # It reads the variable when it is imported.
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

    def on_exit(server: Any) -> None:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
