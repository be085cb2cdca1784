"""The parts of docs/performance.md are written from results."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from benchmarks import parts, suite
from benchmarks.costs import OPERATIONS as COUNTED
from benchmarks.tokens import OPERATIONS

from .proving import renderer

RATES = {"rates": [10.0, 12.0, 11.0], "queries": 2}
PURGED = {"seconds": 2.0, "megabytes": 70.0, "longest": 0.2, "logins": 40, "failed": 1}
COUNTS = {
    "versions": "Python 3.13.0",
    "instructions": dict.fromkeys(COUNTED, 4_400_000),
    "queries": dict.fromkeys(COUNTED, 3.0),
}
SERVERS = ("sqlite", "postgresql")
PROJECTS = ("stock", "blacklist", "sessions")
REPORT = """<testsuites><testsuite name="pytest" time="9.5">
<testcase classname="tests.test_one" name="a" time="2.0"/>
<testcase classname="tests.test_one" name="b" time="3.5"><skipped/></testcase>
<testcase classname="tests.test_two" name="c" time="1.0"/>
</testsuite></testsuites>"""
FOUND: dict[str, dict[str, Any]] = {
    "first_token": {
        "rounds": {"warm": 2, "rendering": 2},
        "rendering": {"template": [0.75, 0.77], "small": [0.25, 0.27]},
        "lock": [1.5, 1.25, 1.0],
        "caches": {
            "warm": {
                "template": {"ready": [3.0, 3.0], "token": [4.0, 4.0], "tests": [9.0, 9.0]},
                "bare": {"ready": [2.0, 2.0], "token": [2.5, 2.5]},
            }
        },
    },
    "costs": {
        "simplejwt-60": COUNTS,
        "blacklist": COUNTS,
        "project": COUNTS | {"instructions": dict.fromkeys(COUNTED, 5_500_000)},
    },
    "parts": {
        "instructions": {
            "project": dict.fromkeys(parts.OPERATIONS, 8_000_000),
            **dict.fromkeys(parts.LEFT_OUT, dict.fromkeys(parts.OPERATIONS, 7_000_000)),
            "all": dict.fromkeys(parts.OPERATIONS, 6_000_000),
            "reference": dict.fromkeys(parts.OPERATIONS, 5_000_000),
        },
    },
    "tokens": {
        "rounds": 3,
        "operations": {
            name: {server: dict.fromkeys(PROJECTS, RATES) for server in SERVERS}
            for name in OPERATIONS
        },
        "failed": [[0.030, 0.032], [0.031, 0.031]],
    },
    "purge": {
        "rows": 1000,
        "found": {
            server: {
                "stock": PURGED,
                "blacklist": PURGED | {"seconds": 3.0},
                "sessions": PURGED,
            }
            for server in SERVERS
        },
    },
    "instances": {
        "a fault": {
            "seconds": 0.5,
            "requests": 1200,
            "failed": 0,
            "recovery": 0,
            "slowest": 2.25,
            "lost": 0,
        },
    },
    "suite": {
        "install": 20.0,
        "rest": 40.0,
        **suite.read_report(REPORT),
        "matrix": {
            "others": 9,
            "make test": {"projects": 29, "covered": "9 of 9 pairs of values"},
            "make test-all": {"projects": 99, "covered": "8 of 8 triples of values"},
        },
    },
}
LINES = {
    "first_token": [
        "| a ready project | warm | 2 | 3.0 (3.0 to 3.0) | 2.0 (2.0 to 2.0) | 1.50 (1.50 to 1.50) |",
        "| the project's own tests passed | warm | 2 | 9.0 (9.0 to 9.0) |  |  |",
        "difference was 0.50 (0.50 to 0.50) s (2 rounds).",
    ],
    "costs": ["| a list | 4.4 | 3 | 4.4 (1.00) | 3 | 5.5 (1.25) | 3 |"],
    "parts": [
        "| the project | 8.00 (100.0%) | 8.00 (100.0%) | 8.00 (100.0%) |",
        "| CORS | 1.00 (12.5%) | 1.00 (12.5%) | 1.00 (12.5%) |",
        "| by hand | 5.00 (62.5%) | 5.00 (62.5%) | 5.00 (62.5%) |",
    ],
    "tokens": [
        "| login | SQLite | stock | 11 (10 to 12) | 1.00 (1.00 to 1.00) | 2 |",
        "|  |  | `sessions` | 11 (10 to 12) | 1.00 (1.00 to 1.00) | 2 |",
        "1 of 2 pairs, which were in random order.",
    ],
    "purge": [
        "| `purge_tokens`, `blacklist` | SQLite | 3.0 | 1.50 | 70 | 0.20 s | 1 of 40 |",
    ],
    "instances": ["| a fault | 0.5 s | 1,200 | 0 |  | 2.2 s | 0 |"],
    "suite": [
        "| pytest: 3 tests, of which 1 are skipped | 10 |",
        "| `test_one` | 2 | 6 |",
        "29 tests prove a project of the matrix; the projects contain 9 of 9 pairs of values.",
    ],
}


@pytest.mark.parametrize("name", FOUND)
def test_section_is_described(name: str) -> None:
    lines = import_module(f"benchmarks.{name}").describe(FOUND[name]).splitlines()
    assert lines[0].startswith("## ")
    assert set(LINES[name]) <= set(lines)
    assert [line for line in lines if len(line) > 120 and not line.startswith(("|", "-"))] == []


@pytest.mark.parametrize("part", parts.LEFT_OUT)
def test_parts_can_be_left_out(part: str) -> None:
    rendered = renderer.render({"database": "postgresql"})
    name, before, after = parts.LEFT_OUT[part]
    if name == parts.SETTINGS:
        setting = after.removeprefix(parts.IMPORT).partition(" = ")[0]
        names = re.findall('"[^"]*"', setting)
        assert names
        assert all(name in rendered["config/settings.py"] for name in names)
    else:
        assert rendered[name].count(before) == 1


def test_clone_writes_report(tmp_path: Path) -> None:
    suite.clone_repository(tmp_path / "clone")
    text = (tmp_path / "clone" / "pyproject.toml").read_text("utf-8")
    assert '"-ra", "--junitxml=report.xml"]' in text
