"""What all tests share."""

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

# The same examples in each run: a failure is there for everybody, whatever machine it came from.
hypothesis.settings.register_profile("same-for-all", deadline=None, derandomize=True)
hypothesis.settings.load_profile("same-for-all")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("matrix")
    group.addoption(
        "--strength", type=int, choices=(2, 3), default=2, help="of options: pairs, or triples"
    )
    group.addoption("--shard", default="1/1", help="the part of them to prove, such as 2/4")


@pytest.fixture(scope="session")
def default_answers() -> dict[str, object]:
    """Cookiecutter's variables when every prompt is left at its default."""
    context = generate_context(str(ROOT / "cookiecutter.json"))
    return dict(prompt_for_config(context, no_input=True))


@pytest.fixture(scope="session")
def environment() -> Callable[[str], Path]:
    """The environment for a version of Django."""
    return environment_for


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: much of the time is waiting for children."""
    return (os.cpu_count() or 1) + 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "row" in metafunc.fixturenames:
        rows = matrix.rows(metafunc.config.option.strength, metafunc.config.option.shard)
        metafunc.parametrize("row", rows.values(), ids=list(rows))


# A test marked `costly` is not run again on the day on which it has passed with the same sources.


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("costly") and passed(item).exists():
        pytest.skip("has passed today with the same sources (make clean forgets that)")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.passed and item.get_closest_marker("costly"):
        passed(item).parent.mkdir(parents=True, exist_ok=True)
        passed(item).touch()
    return report


def passed(item: pytest.Item) -> Path:
    digest = hashlib.sha256(f"{date.today()} {sources()} {item.nodeid}".encode()).hexdigest()
    return CACHE / "passed" / digest


@functools.cache
def sources() -> str:
    """A hash of all that makes projects and tries them: everything but the template's documents."""
    listed = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT).split("\0")
    seed = os.environ.get("RANDOM_SEED", "")
    digest = hashlib.sha256(f"{sys.version} {seed}".encode())
    for name in sorted(filter(None, listed)):
        document = name.endswith(".md") and not name.startswith("{{")
        if not document and (ROOT / name).is_file():
            digest.update(f"{name}\0".encode() + (ROOT / name).read_bytes())
    return digest.hexdigest()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how much of the matrix has been proven, and how long each step took."""
    reports = [
        dict(report.user_properties)
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
    ]
    proven = [properties for properties in reports if "seconds" in properties]
    if not proven:
        return
    terminalreporter.section("the matrix of options")
    new = [properties["seconds"] for properties in proven if properties["seconds"]]
    terminalreporter.write_line(
        f"{len(proven)} projects proven: {len(new)} now, {len(proven) - len(new)} before,"
        " with the same bytes"
    )
    largest = terminalreporter.config.option.strength
    axes = matrix.array_axes(largest)
    rows = [properties["row"] for properties in proven if "row" in properties]
    for strength in range(2, largest + 1) if rows else ():
        terminalreporter.write_line(
            f"{matrix.coverage(rows, axes, strength)}, with the algorithms"
            f" {', '.join(axes['algorithm'])}"
        )
    light = [properties["algorithm"] for properties in proven if "algorithm" in properties]
    if light:
        terminalreporter.write_line(
            f"{len(light)} of {len(matrix.light_rows())} other algorithms, by their token and key tests"
        )
    steps: Counter[str] = sum(map(Counter, new), Counter())
    for name, seconds in steps.most_common():
        terminalreporter.write_line(f"{seconds:7.0f} s  {name}")
