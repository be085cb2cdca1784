"""Measures how the time of a request grows with the rows of a project, on PostgreSQL."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.baking import BIN, clean_environment, create_database, environment_for

from .peers import PASSWORD, build_project
from .plots import draw_plot, write_exponent
from .statistics import compare, spread

SIZES = (1_000, 10_000, 30_000, 100_000, 1_000_000)
# Page 1,000 begins after this many rows.
SKIPPED = 999 * 25
REQUESTS = {"list": "a list", "me": "`users/me/`", "login": "login"}
PAGES = {
    "list": "page 1, by number",
    "count": "only the total number",
    "cursor": "page 1, by cursor",
    "late-list": "page 1,000, by number",
    "late-cursor": "page 1,000, by cursor",
}
URLS = """
from api.pagination import CursorPagination
from api.views import StudentViewSet
from django.urls import path

from .urls import urlpatterns


class CursorViewSet(StudentViewSet):
    pagination_class = CursorPagination


urlpatterns += [path("api/cursors/", CursorViewSet.as_view({"get": "list"}))]
"""
# The arguments are the URL of the database and a number. Each row of the list has its own time.
FILL = """
import psycopg, sys
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for statement in (
        "INSERT INTO api_student (name, roll, city, created_at, updated_at)"
        " SELECT 'Student ' || n, n, 'City ' || mod(n, 100), now() + n * interval '1 second', now()"
        " FROM generate_series(1, %(rows)s) n",
        "INSERT INTO accounts_user (password, is_superuser, username, first_name, last_name, email,"
        " is_staff, is_active, date_joined) SELECT '!', false, 'user' || n, '', '', '', false, true,"
        " now() FROM generate_series(1, %(rows)s) n",
        "INSERT INTO tokens_session (id, user_id, jti, previous_jti, older_jtis, created_at,"
        " last_seen_at, user_agent, expires_at, revoked_reason) SELECT gen_random_uuid(), id,"
        " md5(id::text), '', '{}', now(), now(), 'Browser', now() + interval '1 day', ''"
        " FROM accounts_user",
        "VACUUM ANALYZE",
    ):
        connection.execute(statement, {"rows": int(sys.argv[2])})
"""
# Runs in a project. It reads the names of requests, and prints the milliseconds of each. The arguments
# are the password, and the rows before a late page or 0.
WORK = """
import sys, time
import django
django.setup()
from api.models import Student
from django.test import Client

password, skipped = sys.argv[1], int(sys.argv[2])
client, headers = Client(SERVER_NAME="127.0.0.1"), {}

def log_in():
    body = {"username": "ada", "password": password}
    response = client.post("/api/token/", body, content_type="application/json")
    headers["Authorization"] = f"Bearer {response.json()['access']}"

def get(path):
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.content
    return response

log_in()
late = "/api/cursors/?page_size=75"
for _ in range(skipped // 75):
    late = get(late).json()["next"]
late = late.replace("page_size=75", "page_size=25")
steps = {
    "list": lambda: get("/api/students/"),
    "cursor": lambda: get("/api/cursors/"),
    "late-list": lambda: get(f"/api/students/?page={skipped // 25 + 1}"),
    "late-cursor": lambda: get(late),
    "count": lambda: Student.objects.count(),
    "me": lambda: get("/api/users/me/"),
    "login": log_in,
}
if skipped:
    assert get(late).json()["results"] == steps["late-list"]().json()["results"]
print("ready", flush=True)
for line in sys.stdin:
    step = steps[line.strip()]
    start = time.perf_counter()
    step()
    print((time.perf_counter() - start) * 1000, flush=True)
"""


@contextmanager
def start_worker(folder: Path, rows: int) -> Iterator[subprocess.Popen[str]]:
    """Builds a project with this many rows of each table, and starts a process that sends requests."""
    python = environment_for("django-5.2", "newest") / BIN / "python"
    with create_database("postgresql", python, folder) as url:
        project = build_project(folder / str(rows), url)
        with (project.folder / "config" / "bench.py").open("a", encoding="utf-8") as settings:
            settings.write('ROOT_URLCONF = "config.bench_urls"\n')
        (project.folder / "config" / "bench_urls.py").write_text(URLS, "utf-8")
        project.run("-c", FILL, url, str(rows))
        skipped = SKIPPED if rows > SKIPPED else 0
        with subprocess.Popen(
            [project.python, "-c", WORK, PASSWORD, str(skipped)],
            cwd=project.folder,
            env=clean_environment(**project.variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            yield process


def measure(process: subprocess.Popen[str], request: str) -> float:
    """Returns the milliseconds of a request."""
    assert process.stdin  # noqa: S101
    assert process.stdout  # noqa: S101
    process.stdin.write(f"{request}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def run(full: bool) -> dict[str, Any]:
    sizes, rounds = (SIZES, 100) if full else ((30_000, 100_000), 10)
    # Each round begins with a login, because access tokens expire.
    names = dict.fromkeys(["login", *PAGES, *REQUESTS])
    times: dict[str, dict[str, list[float]]] = {name: {} for name in names}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        processes = {rows: stack.enter_context(start_worker(folder, rows)) for rows in sizes}
        for process in processes.values():
            assert process.stdout  # noqa: S101
            if process.stdout.readline() != "ready\n":
                raise SystemExit("a request failed")
        for number in range(-3, rounds):
            for name in names:
                for rows, process in processes.items():
                    if name.startswith("late") and rows <= SKIPPED:
                        continue
                    spent = measure(process, name)
                    # The first rounds fill caches.
                    if number >= 0:
                        times[name].setdefault(str(rows), []).append(spent)
    return {"rounds": rounds, "times": times}


def find_medians(times: dict[str, list[float]]) -> list[tuple[float, float]]:
    return [(int(rows), median(values)) for rows, values in times.items()]


def write_table(titles: dict[str, str], times: dict[str, dict[str, list[float]]]) -> list[str]:
    """Returns the lines of a table with a row for each number of rows."""
    lines = ["| rows | " + " | ".join(titles.values()) + " |", "|---" * (len(titles) + 1) + "|"]
    for rows in times["list"]:
        cells = [spread(times[name][rows], ".1f") if rows in times[name] else "" for name in titles]
        lines.append(f"| {int(rows):,} | {' | '.join(cells)} |")
    exponents = [write_exponent(find_medians(times[name])) for name in titles]
    return [*lines, f"| exponent | {' | '.join(exponents)} |"]


def describe(found: dict[str, Any]) -> str:
    times = found["times"]
    largest = list(times["list"])[-1]
    part = compare(times["count"][largest], times["list"][largest])
    return "\n".join(
        [
            "## Many rows",
            "",
            "These are milliseconds of requests to projects with as many rows, users and sessions. Django's test client",
            f"sends the requests, in one process for each project. The projects took turns in {found['rounds']} rounds.",
            "Times grow as the number of rows to the power of the exponent: with 0, they do not depend on it, and with 1,",
            "they are in proportion. The only query of `users/me/` is that of the authentication, for the user and the",
            "session. Login is with Argon2id.",
            "",
            "![Milliseconds of requests by rows](performance/requests.svg)",
            "",
            *write_table(REQUESTS, times),
            "",
            "Page numbers need the total number of rows, which PostgreSQL counts for each page. Cursors do not:",
            "`CursorPagination` of `api/pagination.py`. Each page has 25 rows. Fewer than 25,000 rows have no page 1,000.",
            "",
            "![Milliseconds of pages by rows](performance/pages.svg)",
            "",
            *write_table(PAGES, times),
            "",
            f"With {int(largest):,} rows, counting them is this part of the time of page 1 by number: {part}.",
        ]
    )


def draw(found: dict[str, Any]) -> dict[str, str]:
    plots = {}
    for file, title, names in (
        ("requests", "Requests by rows, users and sessions", REQUESTS),
        ("pages", "Pages by rows", PAGES),
    ):
        series = {
            text.replace("`", ""): find_medians(found["times"][name])
            for name, text in names.items()
        }
        plots[f"{file}.svg"] = draw_plot(title, "rows", "milliseconds", series)
    return plots
