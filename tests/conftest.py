"""Fixtures, options and reports of all tests."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path

import hypothesis
import pytest
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config

from . import matrix
from .baking import CACHE, ROOT, environment_for, run
from .usual import USUAL

# The same examples in each run: a failure can be reproduced on any machine.
hypothesis.settings.register_profile("reproducible", deadline=None, derandomize=True)
hypothesis.settings.load_profile("reproducible")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("matrix")
    strength = "combine the options in pairs (2) or triples (3)"
    group.addoption("--strength", type=int, choices=(2, 3), default=2, help=strength)
    group.addoption("--shard", default="1/1", help="prove one part of the rows, such as 2/4")
    parser.addoption("--pictures", action="store_true", help="store the pictures of the README")


@pytest.fixture(scope="session")
def default_answers() -> dict[str, object]:
    """Cookiecutter's variables with the usual answers."""
    context = generate_context(str(ROOT / "cookiecutter.json"), extra_context={**USUAL})
    return dict(prompt_for_config(context, no_input=True))


@pytest.fixture(scope="session")
def environment() -> Callable[[str], Path]:
    """The function that returns the environment for a version of Django."""
    return environment_for


def pytest_xdist_auto_num_workers() -> int:
    """Returns one more than the number of processors: tests often wait for child processes."""
    return (os.cpu_count() or 1) + 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "row" in metafunc.fixturenames:
        rows = matrix.rows(metafunc.config.option.strength, metafunc.config.option.shard)
        metafunc.parametrize("row", rows.values(), ids=list(rows))


# A `costly` test that has passed with the same sources is skipped for the rest of the day.


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("costly") and record_of(item).exists():
        pytest.skip("has passed today with the same sources (`make clean` deletes the record)")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.passed and item.get_closest_marker("costly"):
        record_of(item).parent.mkdir(parents=True, exist_ok=True)
        record_of(item).touch()
    return report


def record_of(item: pytest.Item) -> Path:
    """Returns the path of the file that exists if the test has passed."""
    digest = hashlib.sha256(f"{date.today()} {hash_sources()} {item.nodeid}".encode()).hexdigest()
    return CACHE / "passed" / digest


@functools.cache
def hash_sources() -> str:
    """Returns a hash of all files except the documents of this repository."""
    listed = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT).split("\0")
    seed = os.environ.get("RANDOM_SEED", "")
    digest = hashlib.sha256(f"{sys.version} {seed}".encode())
    for name in sorted(filter(None, listed)):
        document = name.endswith(".md") and not name.startswith("{{")
        if not document and (ROOT / name).is_file():
            digest.update(f"{name}\0".encode() + (ROOT / name).read_bytes())
    return digest.hexdigest()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the proven part of the matrix, and the time of each step."""
    reports = [
        dict(report.user_properties)
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
    ]
    proven = [properties for properties in reports if "seconds" in properties]
    if not proven:
        return
    terminalreporter.section("matrix of options")
    new = [properties["seconds"] for properties in proven if properties["seconds"]]
    terminalreporter.write_line(
        f"{len(proven)} projects proven: {len(new)} in this run, {len(proven) - len(new)} in"
        " earlier runs"
    )
    largest = terminalreporter.config.option.strength
    axes = matrix.array_axes(largest)
    rows = [properties["row"] for properties in proven if "row" in properties]
    for strength in range(2, largest + 1) if rows else ():
        terminalreporter.write_line(
            f"{matrix.describe_coverage(rows, axes, strength)}, with the algorithms"
            f" {', '.join(axes['algorithm'])}"
        )
    light = [properties["algorithm"] for properties in proven if "algorithm" in properties]
    if light:
        terminalreporter.write_line(
            f"{len(light)} of {len(matrix.light_rows())} other algorithms, with token and key tests"
        )
    steps: Counter[str] = sum(map(Counter, new), Counter())
    for name, seconds in steps.most_common():
        terminalreporter.write_line(f"{seconds:7.0f} s  {name}")
