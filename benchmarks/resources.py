"""Measures how rendering, starting and migrating a project scale with the number of resources.

    python -m benchmarks.resources

Prints seconds of the processor, which depend less on other work of the machine. The database is SQLite.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from tests.baking import ROOT, environment_for, prepare_project, run

COOKIECUTTER = Path(sys.executable).with_name("cookiecutter")
FIELDS = "name: str unique, count: int, day: date optional, state: choice(a|b) = a, owner: owner"
FIRST_RESPONSE = """
from config.wsgi import application
from django.test import Client

assert Client().get("/api/thing-0s/").status_code == 401
"""
COMMANDS = {
    "`check`": ["manage.py", "check"],
    "a first response": ["-c", FIRST_RESPONSE],
    "`spectacular`": ["manage.py", "spectacular"],
}
ROUNDS = 3


def write_resources(count: int) -> str:
    """Returns resources with an owner and two relations, in the resource language."""
    relations = [
        f", other: Thing{n - 1} optional, many: many Thing{n // 2} optional" if n else ""
        for n in range(count)
    ]
    return "; ".join(f"Thing{n}({FIELDS}{relation})" for n, relation in enumerate(relations))


def measure(*command: str | Path, cwd: Path) -> float:
    """Runs a command and returns the seconds that it used the processor."""
    before = getrusage(RUSAGE_CHILDREN)
    variables = {"ALLOWED_HOSTS": "testserver", "DJANGO_SUPERUSER_PASSWORD": "benchmark-only"}
    run(*command, cwd=cwd, **variables)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    environment = environment_for("django-5.2")
    print(f"| resources | rendering | {' | '.join(COMMANDS)} | `scripts.prepare` |")
    print("|---" * (len(COMMANDS) + 3) + "|")
    for count in (1, 10, 25, 50, 100):
        options = ["--no-input", "--default-config", "run_setup=no"]
        options.append(f"resources={write_resources(count)}")
        with tempfile.TemporaryDirectory() as name:
            folders = [Path(name) / str(n) for n in range(ROUNDS)]
            rendering = [
                measure(COOKIECUTTER, ROOT, *options, "--output-dir", folder, cwd=ROOT)
                for folder in folders
            ]
            project = folders[0] / "my_api"
            python = prepare_project(project, environment) / "python"
            # The first command also compiles the modules.
            measure(python, "manage.py", "check", cwd=project)
            medians = [median(rendering)] + [
                median(measure(python, *command, cwd=project) for _ in range(ROUNDS))
                for command in COMMANDS.values()
            ]
            # It creates the first migrations only once.
            medians.append(measure(python, "-m", "scripts.prepare", cwd=project))
        print(f"| {count} | {' | '.join(f'{seconds:.2f}' for seconds in medians)} |", flush=True)


if __name__ == "__main__":
    main()
