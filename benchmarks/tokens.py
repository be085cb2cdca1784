"""Compares the token endpoints and the purging of tokens with those of stock Simple JWT.

    python -m benchmarks.tokens [--rows 1000000] [--rounds 3]

Everything is measured alternately, in one run: compare the ratios. Requests use Django's test client,
in one process, with DEBUG off. Stock is the same project with Simple JWT's own views, serializers,
authentication and blacklist, and with Django's own password hashers and no throttles. The throttles of
the other projects count, but have high limits. TEST_DATABASE_URL sets the PostgreSQL server.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.baking import ROOT, clean_environment, environment_for, prepare_project, run
from tools.rendering import Renderer, write

SERVER = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SETTINGS = {
    "ours": """
from .settings import *

for scope in REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]:
    REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][scope] = "1000000/min"
""",
    "stock": """
from django.conf import global_settings

from .settings import *

INSTALLED_APPS.remove("tokens")
ROOT_URLCONF = "config.stock_urls"
AUTHENTICATION_BACKENDS = global_settings.AUTHENTICATION_BACKENDS
PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] = [
    "rest_framework_simplejwt.authentication.JWTAuthentication"
]
SIMPLE_JWT = {
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "SIGNING_KEY": "a sufficiently long secret for this benchmark only",
}
""",
    "stock_urls": """
from django.urls import include, path
from rest_framework_simplejwt import views

urlpatterns = [
    path("api/token/", views.TokenObtainPairView.as_view()),
    path("api/token/refresh/", views.TokenRefreshView.as_view()),
    path("api/", include("api.urls")),
]
""",
}
# Runs in a project. The arguments are the task, and its seconds or repetitions.
WORK = r"""
import json, random, sys, time
import django
django.setup()
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

task, amount = sys.argv[1], float(sys.argv[2])
User, client = get_user_model(), Client()
PASSWORD = "benchmark-only"

def post(path, **body):
    return client.post(path, json.dumps(body), content_type="application/json")

def create_user(name):
    if not User.objects.filter(username=name).exists():
        User.objects.create_user(name, password=PASSWORD)
    return name

def log_in(name, password=PASSWORD):
    return post("/api/token/", username=name, password=password)

name = create_user(task + django.conf.settings.SETTINGS_MODULE[-5:])
tokens = log_in(name).json()
headers = {"Authorization": f"Bearer {tokens['access']}"}

def refresh():
    response = post("/api/token/refresh/", refresh=tokens["refresh"])
    assert response.status_code == 200, response.content
    tokens.update(response.json())

def list_students():
    assert client.get("/api/students/", headers=headers).status_code == 200

if task in ("refresh", "login", "list"):
    step = {"refresh": refresh, "login": lambda: log_in(name), "list": list_students}[task]
    for _ in range(3):
        step()
    with CaptureQueriesContext(connection) as queries:
        step()
    count = len(queries)
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < amount:
        step()
        done += 1
    print(json.dumps({"rate": done / spent, "queries": count}))
elif task == "failed":
    attempts = [name, "unknown"] * int(amount)
    random.shuffle(attempts)
    spent = {name: [], "unknown": []}
    for one in attempts:
        start = time.perf_counter()
        assert log_in(one, "wrong").status_code == 401
        spent[one].append(time.perf_counter() - start)
    print(json.dumps([spent[name], spent["unknown"]]))
elif task == "concurrent":
    # Logs in until the standard input ends.
    import threading
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    longest, failed, done = 0.0, 0, 0
    while not ended.is_set():
        start = time.perf_counter()
        try:
            failed += log_in(name).status_code != 200
        except Exception:
            failed += 1
        longest, done = max(longest, time.perf_counter() - start), done + 1
    print(json.dumps({"longest": longest, "failed": failed, "done": done}))
"""
FILL = {
    ("blacklist", "sqlite"): """
DELETE FROM token_blacklist_blacklistedtoken;
DELETE FROM token_blacklist_outstandingtoken;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO token_blacklist_outstandingtoken (jti, token, created_at, expires_at)
SELECT hex(randomblob(16)), hex(randomblob(120)), '2026-01-01 00:00:00',
CASE WHEN i % 10 = 0 THEN '2036-01-01 00:00:00' ELSE '2026-01-02 00:00:00' END FROM n;
INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
SELECT id, '2026-01-01 00:00:00' FROM token_blacklist_outstandingtoken WHERE id % 2 = 0
""",
    ("blacklist", "postgresql"): """
TRUNCATE token_blacklist_outstandingtoken CASCADE;
INSERT INTO token_blacklist_outstandingtoken (jti, token, created_at, expires_at)
SELECT gen_random_uuid()::text, repeat(md5(i::text), 8), '2026-01-01',
CASE WHEN i % 10 = 0 THEN '2036-01-01'::date ELSE '2026-01-02'::date END
FROM generate_series(1, {rows}) i;
INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
SELECT id, '2026-01-01' FROM token_blacklist_outstandingtoken WHERE id % 2 = 0
""",
    ("sessions", "sqlite"): """
DELETE FROM tokens_session;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO tokens_session (id, user_id, jti, previous_jti, created_at, last_seen_at, user_agent,
expires_at, revoked_reason)
SELECT lower(hex(randomblob(16))), 1, hex(randomblob(16)), '', '2026-01-01 00:00:00',
'2026-01-01 00:00:00', 'Browser', CASE WHEN i % 10 = 0 THEN '2036-01-01 00:00:00'
ELSE '2026-01-02 00:00:00' END, '' FROM n
""",
    ("sessions", "postgresql"): """
TRUNCATE tokens_session;
INSERT INTO tokens_session (id, user_id, jti, previous_jti, created_at, last_seen_at, user_agent,
expires_at, revoked_reason)
SELECT gen_random_uuid(), 1, md5(i::text), '', '2026-01-01', '2026-01-01', 'Browser',
CASE WHEN i % 10 = 0 THEN '2036-01-01'::date ELSE '2026-01-02'::date END, ''
FROM generate_series(1, {rows}) i
""",
}


class Bench:
    """Two projects, each with two databases."""

    def __init__(self, folder: Path) -> None:
        self.databases: dict[tuple[str, str], str] = {}
        self.projects = {name: self.render(folder, name) for name in ("sessions", "blacklist")}
        for name, project in self.projects.items():
            own = urlsplit(SERVER)._replace(path=f"/bench_{uuid4().hex}").geturl()
            self.execute(f"CREATE DATABASE {own.rpartition('/')[2]}")
            self.databases[name, "postgresql"] = own
            self.databases[name, "sqlite"] = f"sqlite:///{project / 'db.sqlite3'}"
            for kind in ("sqlite", "postgresql"):
                variables = self.variables(name, kind, "ours")
                python = project / ".venv" / "bin" / "python"
                run(python, "-m", "scripts.prepare", cwd=project, **variables)

    def render(self, folder: Path, revocation: str) -> Path:
        files = Renderer().render({"revocation": revocation, "project_slug": revocation})
        project = write(files, folder / revocation)
        # The environment of the tests has the dependencies of all projects.
        prepare_project(project, environment_for("django-5.2", "newest"))
        for name, text in SETTINGS.items():
            (project / "config" / f"{name}.py").write_text(text, "utf-8")
        return project

    def execute(self, statement: str) -> None:
        """Executes a statement on the PostgreSQL server."""
        python = self.projects["sessions"] / ".venv" / "bin" / "python"
        code = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
        run(python, "-c", code, SERVER, statement, cwd=ROOT)

    def close(self) -> None:
        for (_, kind), url in self.databases.items():
            if kind == "postgresql":
                self.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def variables(self, name: str, kind: str, settings: str) -> dict[str, str]:
        return {
            "ALLOWED_HOSTS": "testserver",
            "DATABASE_URL": self.databases[name, kind],
            "DEBUG": "False",
            "DJANGO_SETTINGS_MODULE": f"config.{settings}",
            "DJANGO_SUPERUSER_PASSWORD": "benchmark-only",
            "HTTPS": "False",
        }

    def start(self, name: str, kind: str, settings: str, *command: str) -> subprocess.Popen[str]:
        project = self.projects[name]
        return subprocess.Popen(
            [project / ".venv" / "bin" / "python", *command],
            cwd=project,
            env=clean_environment() | self.variables(name, kind, settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def work(self, name: str, kind: str, settings: str, task: str, amount: float) -> Any:
        process = self.start(name, kind, settings, "-c", WORK, task, str(amount))
        output, _ = process.communicate()
        check_status(process.returncode, task)
        return json.loads(output.splitlines()[-1])

    def purge(self, name: str, kind: str, settings: str, rows: int) -> dict[str, float]:
        command = "purge_tokens" if settings == "ours" else "flushexpiredtokens"
        fill = (
            "import django, sys; django.setup()\nfrom django.db import connection\n"
            "for statement in sys.argv[1].split(';'): connection.cursor().execute(statement)"
        )
        text = FILL[name, kind].format(rows=rows)
        check_status(self.start(name, kind, settings, "-c", fill, text).wait(), "filling")
        logins = self.start(name, kind, settings, "-c", WORK, "concurrent", "0")
        time.sleep(3)
        process = self.start(name, kind, settings, "manage.py", command)
        start = time.perf_counter()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        check_status(status, command)
        output, _ = logins.communicate()
        concurrent: dict[str, float] = json.loads(output)
        return concurrent | {"seconds": seconds, "megabytes": usage.ru_maxrss / 1024}


def check_status(status: int, task: str) -> None:
    if status:
        raise SystemExit(f"{task} exited with {status}")


def compare_times(one: list[float], other: list[float]) -> float:
    """Returns how often a time of `one` exceeds one of `other`: 0.5 if they do not differ.

    This is the effect size of the Mann-Whitney test.
    """
    wins = sum((a > b) + (a == b) / 2 for a in one for b in other)
    return wins / len(one) / len(other)


def print_rates(
    bench: Bench, task: str, kind: str, kinds: list[tuple[str, str]], rounds: int
) -> None:
    found: dict[tuple[str, str], list[dict[str, float]]] = {one: [] for one in kinds}
    for _ in range(rounds):
        for name, settings in kinds:
            found[name, settings].append(bench.work(name, kind, settings, task, 2))
    stock = median(one["rate"] for one in found["blacklist", "stock"])
    for (name, settings), measured in found.items():
        rate = median(one["rate"] for one in measured)
        label = "stock" if settings == "stock" else name
        queries = f"{measured[0]['queries']:.0f}"
        row = f"| {task} | {kind} | {label} | {rate:.0f} | {rate / stock:.1f} | {queries} |"
        print(row, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    kinds = [("blacklist", "stock"), ("blacklist", "ours"), ("sessions", "ours")]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            print(
                "| | database | | per second | ratio to stock | queries |\n|---|---|---|---|---|---|"
            )
            for task in ("refresh", "list", "login"):
                for kind in ("sqlite", "postgresql"):
                    print_rates(bench, task, kind, kinds, options.rounds)
            known, unknown = bench.work("sessions", "sqlite", "ours", "failed", 200)
            print(
                f"\nFailed login: {median(known) * 1000:.1f} ms with an existing user name,"
                f" {median(unknown) * 1000:.1f} ms with an unknown one. The former takes longer in"
                f" {compare_times(known, unknown):.0%} of all pairs (200 attempts each).\n"
            )
            print(
                f"| {options.rows:,} rows | database | seconds | MB | longest concurrent login (s) |"
                " failed logins |\n|---|---|---|---|---|---|"
            )
            for name, settings in kinds:
                for kind in ("sqlite", "postgresql"):
                    found = bench.purge(name, kind, settings, options.rows)
                    label = "flushexpiredtokens" if settings == "stock" else f"purge_tokens, {name}"
                    print(
                        f"| {label} | {kind} | {found['seconds']:.1f} | {found['megabytes']:.0f} |"
                        f" {found['longest']:.2f} | {found['failed']:.0f} of {found['done']:.0f} |",
                        flush=True,
                    )
        finally:
            bench.close()


if __name__ == "__main__":
    main()
