"""Writes docs/performance.md from the results of the measurements."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from tools.rendering import ROOT

# In the order of the page. Each is a module of this package with two functions: run(full) measures,
# and describe(results) returns the part of the page. draw(results), if it exists, returns SVG files.
SECTIONS = (
    *("first_token", "throughput", "costs", "parts", "tokens", "workers", "failed_logins"),
    *("purge", "growth", "resources", "memory", "servers", "instances", "suite"),
)
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "performance"
INTRODUCTION = """\
# Performance

`make bench-full` measures everything on this page and writes it; `make bench` measures a part of it in a short form, and
prints it. Compare the ratios, not the times: what is compared took turns in one run, but machines differ, and so does
this one from hour to hour. In parentheses are the quartiles.
"""


def read_results() -> dict[str, dict[str, Any]]:
    return {
        name: json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
        for name in SECTIONS
        if (RESULTS / f"{name}.json").exists()
    }


def write_result(name: str, result: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def render(results: dict[str, dict[str, Any]]) -> dict[Path, str]:
    """Returns the texts of the page and its plots."""
    texts, files = [INTRODUCTION], {}
    for name, result in results.items():
        section = import_module(f"benchmarks.{name}")
        measured = f"Measured by `python -m benchmarks --full {name}`: {result['machine']}."
        texts.append(f"{section.describe(result['found']).strip()}\n\n{measured}\n")
        if hasattr(section, "draw"):
            for file, text in section.draw(result["found"]).items():
                files[PLOTS / file] = text
    return {PAGE: "\n".join(texts), **files}
