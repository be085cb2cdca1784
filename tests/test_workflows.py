"""The workflows of GitHub, as far as they can be tested without running them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .baking import OLDEST_PYTHON, ROOT, run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOOLS = Path(sys.executable).parent
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(path for path in FOLDER.iterdir() if path.is_file())


def jobs_of(workflow: Path) -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return jobs


def runs_of(job: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the system and the Python version of each run of a job in `ci.yml`."""
    matrix = job["strategy"]["matrix"]
    for system in matrix.get("system", [job["runs-on"]]):
        for python in matrix["python"]:
            yield system.partition("-")[0], python


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_is_valid_and_secure(workflow: Path) -> None:
    schema = ("--builtin-schema", "vendor.github-workflows")
    run(TOOLS / "check-jsonschema", *schema, workflow, cwd=ROOT)
    # Without --pedantic, which also requires the hashes of the servers' images.
    run(TOOLS / "zizmor", "--offline", "--no-progress", workflow, cwd=ROOT)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_jobs_are_limited(workflow: Path) -> None:
    used = re.findall(r"^.*\buses:.*$", workflow.read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    for line in used:
        assert re.fullmatch(r" +- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    for name, job in jobs_of(workflow).items():
        assert job["timeout-minutes"] <= 60, name
        assert job["permissions"] == {"contents": "read"}, name


def test_ci_covers_systems_and_python_versions() -> None:
    jobs = jobs_of(FOLDER / "ci.yml")
    runs = [one for job in jobs.values() for one in runs_of(job)]
    pythons = {python for _, python in runs}
    assert sorted(runs) == sorted((s, p) for s in ("macos", "ubuntu", "windows") for p in pythons)

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest, newest = sorted(pythons, key=version)
    assert project["requires-python"] == f">={oldest}"
    # The other workflow uses the newest version, which all projects support.
    assert f'python-version: "{newest}"' in (FOLDER / "simplejwt-main.yml").read_text("utf-8")
    assert version(newest) >= max(OLDEST_PYTHON.values())
    for job in jobs.values():
        (installed,) = (
            s["with"]["python-version"] for s in job["steps"] if "python" in str(s.get("uses"))
        )
        assert installed.split("\n") == [newest, "${{ matrix.python }}", ""]


def test_ci_requires_servers_that_it_starts() -> None:
    jobs = jobs_of(FOLDER / "ci.yml")
    for name, job in jobs.items():
        environment = job["env"]
        if "services" in job:
            urls = {name for name in environment if re.fullmatch(r"TEST_[A-Z]+_URL", name)}
            assert urls == {"TEST_DATABASE_URL", "TEST_REDIS_URL"}, name
            assert "CI" not in environment, name
        else:
            assert environment == {"CI": ""}, name
