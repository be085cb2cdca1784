"""Measures `make test` in a fresh clone, without caches."""

from __future__ import annotations

import re
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from subprocess import run as run_process
from typing import Any
from xml.etree import ElementTree

from tests import matrix
from tests.baking import ROOT, clean_environment

REPORT = "report.xml"
# The Makefile passes no variable that adds options of pytest.
OPTIONS = [f"--junitxml={REPORT}"]


def clone_repository(folder: Path) -> None:
    """Clones the last commit, and lets pytest write a report."""
    run_process(["git", "clone", "--quiet", ROOT, folder], check=True)
    file = folder / "pyproject.toml"
    added = "".join(f', "{option}"' for option in OPTIONS)
    text, count = re.subn(
        r"^(addopts = \[.*)\]$", rf"\1{added}]", file.read_text("utf-8"), flags=re.M
    )
    if count != 1:
        raise SystemExit("pyproject.toml has no line with addopts")
    file.write_text(text, "utf-8")


def measure_command(*command: str, cwd: Path, caches: Path) -> float:
    """Returns the seconds of a command whose caches are empty at first."""
    own = {name: str(caches / name) for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")}
    start = time.monotonic()
    run_process(command, cwd=cwd, env=clean_environment(**own), check=True)
    return time.monotonic() - start


def read_report(text: str) -> dict[str, Any]:
    """Returns the seconds of pytest, and the tests and the seconds of each module."""
    root = ElementTree.fromstring(text)  # noqa: S314
    modules: dict[str, dict[str, float]] = defaultdict(lambda: {"tests": 0, "seconds": 0.0})
    skipped = 0
    for case in root.iter("testcase"):
        name = case.get("classname", "").rpartition("tests.")[2]
        modules[name]["tests"] += 1
        modules[name]["seconds"] += float(case.get("time", 0))
        skipped += case.find("skipped") is not None
    seconds = sum(float(suite.get("time", 0)) for suite in root.iter("testsuite"))
    return {"pytest": seconds, "skipped": skipped, "modules": dict(modules)}


def run(full: bool) -> dict[str, Any] | None:
    if not full:
        return None
    with tempfile.TemporaryDirectory() as name:
        clone, caches = Path(name) / "clone", Path(name) / "caches"
        clone_repository(clone)
        install = measure_command("make", ".venv/test", cwd=clone, caches=caches)
        rest = measure_command("make", "test", cwd=clone, caches=caches)
        found = read_report((clone / REPORT).read_text("utf-8"))
    return {"install": install, "rest": rest, **found, "matrix": count_combinations()}


def count_combinations() -> dict[str, Any]:
    """Returns the projects that prove pairs and triples of values, and how many of them."""
    found: dict[str, Any] = {"others": len(matrix.light_rows())}
    for command, strength in (("make test", 2), ("make test-all", 3)):
        rows = matrix.rows(strength).values()
        covered = matrix.describe_coverage(rows, matrix.array_axes(strength), strength)
        found[command] = {"projects": len(rows), "covered": covered}
    return found


def describe(found: dict[str, Any]) -> str:
    modules = found["modules"]
    longest = sorted(modules, key=lambda name: modules[name]["seconds"], reverse=True)[:10]
    pairs, triples = found["matrix"]["make test"], found["matrix"]["make test-all"]
    total = sum(module["tests"] for module in modules.values())
    lines = [
        "## The template's own tests",
        "",
        f"`make test` took {(found['install'] + found['rest']) / 60:.1f} minutes in a fresh clone, without any cache of packages, with a PostgreSQL",
        "server for the tests:",
        "",
        "| part | seconds |",
        "|---|---|",
        f"| the environment | {found['install']:.0f} |",
        f"| ruff, mypy, and starting | {found['rest'] - found['pytest']:.0f} |",
        f"| pytest: {total:,.0f} tests, of which {found['skipped']} are skipped | {found['pytest']:.0f} |",
        "",
        "These modules take most of the time. Their tests run side by side, so the sum is longer than that of pytest.",
        "",
        "| module | tests | seconds |",
        "|---|---|---|",
        *(
            f"| `{name}` | {modules[name]['tests']:.0f} | {modules[name]['seconds']:.0f} |"
            for name in longest
        ),
        "",
        f"{pairs['projects']} tests prove a project of the matrix; the projects contain {pairs['covered']}.",
        f"{found['matrix']['others']} tests prove one of the other algorithms. `make test-all` proves {triples['projects']} projects, which contain",
        f"{triples['covered']}.",
    ]
    return "\n".join(lines)
