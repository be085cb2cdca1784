"""Measures the time from the command to a ready project, a first token and passed tests."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from tests.baking import BIN, ROOT, run_server
from tests.baking import run as run_command

from .statistics import compare, spread

TOOLS = Path(sys.executable).parent
UV = TOOLS / "uv"
LOGIN = {"username": "admin", "password": "benchmark-only"}
MILESTONES = {
    "ready": "a ready project",
    "token": "a first token",
    "tests": "the project's own tests passed",
}

Times = dict[str, dict[str, list[float]]]


def execute(*command: str | Path, cwd: Path, **variables: str) -> str:
    path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
    password = LOGIN["password"]
    return run_command(
        *command, cwd=cwd, PATH=path, DJANGO_SUPERUSER_PASSWORD=password, **variables
    )


def render_project(template: Path, folder: Path, *answers: str, **variables: str) -> Path:
    options = ["--no-input", "--default-config", "--output-dir", str(folder)]
    execute(TOOLS / "cookiecutter", template, *options, *answers, cwd=ROOT, **variables)
    return folder / "my_api"


def fetch_token(project: Path) -> None:
    with run_server(project) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/token/", json.dumps(LOGIN), headers)
        if "access" not in json.loads(connection.getresponse().read()):
            raise SystemExit("The response contains no token.")


def copy_files(project: Path, prepared: Path) -> None:
    """Copies the settings, the signing key and the first migrations, and lists the packages."""
    for name in ("accounts/migrations", "api/migrations", "keys", "tokens/migrations"):
        shutil.copytree(prepared / name, project / name, dirs_exist_ok=True)
    shutil.copy(prepared / ".env", project / ".env")
    frozen = execute(UV, "pip", "freeze", "--quiet", "--python", prepared / ".venv", cwd=ROOT)
    (project / "frozen.txt").write_text(frozen, "utf-8")


def run_bare_steps(project: Path, **variables: str) -> None:
    python = project / ".venv" / BIN / "python"
    install = ["pip", "install", "--python", ".venv", "--requirement", "frozen.txt"]
    execute(UV, "venv", "--python", sys.executable, cwd=project, **variables)
    execute(UV, *install, cwd=project, **variables)
    execute(python, "manage.py", "migrate", cwd=project)
    superuser = {
        "DJANGO_SUPERUSER_EMAIL": "admin@example.com",
        "DJANGO_SUPERUSER_USERNAME": LOGIN["username"],
    }
    execute(python, "manage.py", "createsuperuser", "--noinput", cwd=project, **superuser)


def measure_milestones(
    folder: Path, method: str, prepared: Path, *, test: bool, **variables: str
) -> dict[str, float]:
    """Returns the seconds from the start to each milestone."""
    if method == "template":
        start = time.perf_counter()
        project = render_project(ROOT, folder, **variables)
    else:
        # The bare steps start with existing files: writing these is not measured.
        project = render_project(ROOT, folder, "run_setup=no")
        copy_files(project, prepared)
        start = time.perf_counter()
        run_bare_steps(project, **variables)
    found = {"ready": time.perf_counter() - start}
    fetch_token(project)
    found["token"] = time.perf_counter() - start
    if test and method == "template":
        execute(project / ".venv" / BIN / "pytest", "-q", cwd=project)
        found["tests"] = time.perf_counter() - start
    return found


def take_turns(folder: Path, prepared: Path, rounds: int, *, cold: bool, test: bool) -> Times:
    """Returns the seconds of each method to each milestone."""
    times: Times = {"template": {}, "bare": {}}
    for _ in range(rounds):
        for method, milestones in times.items():
            with tempfile.TemporaryDirectory(dir=folder) as name:
                own = {"UV_CACHE_DIR": f"{name}/cache"} if cold else {}
                found = measure_milestones(Path(name), method, prepared, test=test, **own)
            for milestone, seconds in found.items():
                milestones.setdefault(milestone, []).append(seconds)
    return times


def measure_rendering(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Returns the seconds of rendering this template, and one of a single file, without a setup."""
    small = folder / "small"
    (small / "{{cookiecutter.slug}}").mkdir(parents=True)
    (small / "{{cookiecutter.slug}}" / "README.md").write_text("{{cookiecutter.slug}}\n", "utf-8")
    (small / "cookiecutter.json").write_text('{"slug": "my_api"}', "utf-8")
    times: dict[str, list[float]] = {"template": [], "small": []}
    for _ in range(rounds):
        for method, seconds in times.items():
            template, answers = (ROOT, ["run_setup=no"]) if method == "template" else (small, [])
            with tempfile.TemporaryDirectory(dir=folder) as name:
                start = time.perf_counter()
                render_project(template, Path(name), *answers)
                seconds.append(time.perf_counter() - start)
    return times


def measure_lock(project: Path, rounds: int) -> list[float]:
    """Returns the seconds in which uv chooses the versions of a project's packages."""
    times = []
    for _ in range(rounds):
        (project / "uv.lock").unlink()
        start = time.perf_counter()
        execute(UV, "lock", cwd=project)
        times.append(time.perf_counter() - start)
    return times


def run(full: bool) -> dict[str, Any]:
    rounds = {"warm": 5, "cold": 2, "rendering": 10} if full else {"warm": 2, "rendering": 3}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rendering = measure_rendering(folder, rounds["rendering"])
        # This also fills the cache of packages.
        prepared = render_project(ROOT, folder / "prepared")
        lock = measure_lock(prepared, rounds["rendering"])
        caches = {
            cache: take_turns(
                folder, prepared, rounds[cache], cold=cache == "cold", test=full and cache == "warm"
            )
            for cache in ("warm", "cold")
            if cache in rounds
        }
    return {"rounds": rounds, "rendering": rendering, "lock": lock, "caches": caches}


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## The first token",
        "",
        "The bare steps are `uv venv`, `uv pip install` of the same pinned packages, `migrate` and `createsuperuser`, without a",
        "pause between them, in a project that already contains its files, settings and migrations. Both took turns, with",
        "an empty cache of packages for each try where it is cold.",
        "",
        "| from the command to | cache | rounds | template (s) | bare steps (s) | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for cache, times in found["caches"].items():
        for milestone, seconds in times["template"].items():
            bare = times["bare"].get(milestone)
            cells = [
                MILESTONES[milestone],
                cache,
                str(len(seconds)),
                spread(seconds, ".1f"),
                spread(bare, ".1f") if bare else "",
                compare(seconds, bare) if bare else "",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    ours, small = found["rendering"]["template"], found["rendering"]["small"]
    more = [one - other for one, other in zip(ours, small, strict=True)]
    lines += [
        "",
        f"Rendering alone, with `run_setup=no`, took {median(ours):.2f} s; a template of one file, {median(small):.2f} s. In pairs, the",
        f"difference was {spread(more, '.2f')} s ({len(more)} rounds).",
        "",
        f"The bare steps write no lock file. With a warm cache, `uv lock` took {median(found['lock']):.2f} s: it asks the registry about each",
        "package. The template's lock file covers all platforms and Python versions, so that the whole team has the same",
        "versions. Its setup also creates the first migrations, the description of the API, a repository and a commit hook.",
    ]
    return "\n".join(lines)
