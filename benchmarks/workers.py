"""Measures how the requests per second grow with the processes and threads of a server."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from tests.baking import BIN, create_database, environment_for

from .peers import THREADS, WORKERS, build_project
from .plots import draw_plot
from .statistics import compare, spread
from .throughput import CONNECTIONS, OPERATIONS, take_turns

# The servers of a group run at the same time. PostgreSQL allows 97 connections by default, and each
# thread keeps one.
GROUPS = {
    "processes": ("WEB_CONCURRENCY", (1, 2, 4)),
    "threads": ("WEB_THREADS", (1, 2, 4, 8, 16)),
}
TITLES = {
    "processes": f"processes with {THREADS} threads each",
    "threads": f"threads of each of {WORKERS} processes",
}


def run(full: bool) -> dict[str, Any]:
    rounds, seconds = (25, 0.5) if full else (5, 0.4)
    rates: dict[str, dict[str, list[float]]] = {}
    python = environment_for("django-5.2", "newest") / BIN / "python"
    with ExitStack() as outer:
        folder = Path(outer.enter_context(tempfile.TemporaryDirectory()))
        url = outer.enter_context(create_database("postgresql", python, folder))
        project = build_project(folder / "project", url)
        project.fill()
        for group, (variable, numbers) in GROUPS.items():
            with ExitStack() as stack:
                servers = {}
                for number in numbers:
                    variables = project.variables | {variable: str(number)}
                    peer = replace(project, variables=variables)
                    servers[str(number)] = peer, stack.enter_context(peer.start())
                rates[group] = take_turns(servers, "list", rounds, seconds)
    return {"rounds": rounds, "rates": rates}


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## Processes and threads",
        "",
        f"These are requests per second for {OPERATIONS['list']}, with {CONNECTIONS} connections.",
        "The servers of each table took turns. The client and PostgreSQL use the same cores as they.",
        "",
        "![Requests per second by processes and threads](performance/workers.svg)",
    ]
    for group, rates in found["rates"].items():
        lines += ["", f"| {TITLES[group]} | requests per second | ratio to 1 |", "|---|---|---|"]
        for number, values in rates.items():
            lines.append(f"| {number} | {spread(values)} | {compare(values, rates['1'])} |")
    return "\n".join(lines)


def draw(found: dict[str, Any]) -> dict[str, str]:
    series = {}
    for group, rates in found["rates"].items():
        points = []
        for number, values in rates.items():
            ratios = [value / one for value, one in zip(values, rates["1"], strict=True)]
            points.append((float(number), median(ratios)))
        series[TITLES[group]] = points
    title = "Requests per second by processes and threads"
    return {"workers.svg": draw_plot(title, "processes or threads", "ratio to 1", series)}
