"""Measures how rendering, starting and migrating a project grow with its resources."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

from tests.baking import ROOT, create_database, environment_for, prepare_project
from tests.baking import run as run_command

from .plots import draw_plot, write_exponent
from .statistics import spread

COUNTS = (1, 5, 20, 50, 100, 200)
# The most resources for which `scripts.prepare` runs in the first round and in the others: that of 200
# takes minutes.
MOST_FIRST, MOST_LATER = 100, 50
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
PREPARE = "`scripts.prepare`"


def write_resources(count: int) -> str:
    """Returns resources with an owner and two relations, in the resource language."""
    relations = [
        f", other: Thing{n - 1} optional, many: many Thing{n // 2} optional" if n else ""
        for n in range(count)
    ]
    return "; ".join(f"Thing{n}({FIELDS}{relation})" for n, relation in enumerate(relations))


def measure(*command: str | Path, cwd: Path, **variables: str) -> float:
    """Runs a command and returns the seconds that it used the processor."""
    before = getrusage(RUSAGE_CHILDREN)
    run_command(*command, cwd=cwd, **variables)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_project(count: int, prepares: bool) -> dict[str, float]:
    """Renders a project and returns the seconds of each command."""
    environment = environment_for("django-5.2", "newest")
    options = ["--no-input", "--default-config", "run_setup=no", "database=postgresql"]
    options.append(f"resources={write_resources(count)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rendering = measure(COOKIECUTTER, ROOT, *options, "--output-dir", folder, cwd=ROOT)
        project = folder / "my_api"
        python = prepare_project(project, environment) / "python"
        with create_database("postgresql", python, folder) as url:
            variables = {
                "ALLOWED_HOSTS": "testserver",
                "DATABASE_URL": url,
                "DJANGO_SUPERUSER_PASSWORD": "benchmark-only",
            }
            # The first command also compiles the modules.
            run_command(python, "manage.py", "check", cwd=project, **variables)
            found = {"rendering": rendering} | {
                title: measure(python, *command, cwd=project, **variables)
                for title, command in COMMANDS.items()
            }
            if prepares:
                found[PREPARE] = measure(python, "-m", "scripts.prepare", cwd=project, **variables)
    return found


def run(full: bool) -> dict[str, Any]:
    counts, rounds = (COUNTS, 3) if full else ((1, 20), 2)
    seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        for count in counts:
            prepares = count <= (MOST_LATER if number else MOST_FIRST)
            for title, spent in measure_project(count, prepares).items():
                seconds[title][str(count)].append(spent)
    return {"rounds": rounds, "seconds": seconds}


def find_medians(seconds: dict[str, list[float]]) -> list[tuple[float, float]]:
    return [(int(count), median(values)) for count, values in seconds.items()]


def write_cell(values: list[float]) -> str:
    """Returns the median and the quartiles, the only value, or nothing."""
    if len(values) < 2:
        return "".join(f"{value:.2f}" for value in values)
    return spread(values, ".2f")


def describe(found: dict[str, Any]) -> str:
    seconds = found["seconds"]
    lines = [
        "## Many resources",
        "",
        "These are seconds of the processor, without those of PostgreSQL. Each resource has five fields, of which one is",
        f"the owner, and two relations. The projects took turns in {found['rounds']} rounds. `scripts.prepare` creates the",
        f"first migrations, and applies them. With more than {MOST_LATER} resources, it ran once, and with more than",
        f"{MOST_FIRST} not at all.",
        "",
        "![Seconds of commands by resources](performance/resources.svg)",
        "",
        "| resources | " + " | ".join(seconds) + " |",
        "|---" * (len(seconds) + 1) + "|",
    ]
    for count in seconds["rendering"]:
        cells = [write_cell(values.get(count, [])) for values in seconds.values()]
        lines.append(f"| {count} | {' | '.join(cells)} |")
    exponents = [write_exponent(find_medians(values)) for values in seconds.values()]
    lines += [
        f"| exponent | {' | '.join(exponents)} |",
        "",
        "`tests/test_scaling.py` counts calls: those of the template's and a project's functions grow in proportion to",
        "the resources. Only Django's migrations grow faster.",
    ]
    return "\n".join(lines)


def draw(found: dict[str, Any]) -> dict[str, str]:
    series = {
        title.replace("`", ""): find_medians(values) for title, values in found["seconds"].items()
    }
    plot = draw_plot("Commands by resources", "resources", "seconds of the processor", series)
    return {"resources.svg": plot}
