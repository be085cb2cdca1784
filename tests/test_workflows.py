"""The workflows of GitHub and the pipelines of GitLab, as far as they can be tested without running them.

Those of this repository, and those of projects. tests/deployment/test_ci.py runs the jobs of projects.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.rendering import write

from .baking import OLDEST_PYTHON, PROMPTS, ROOT, run
from .proving import renderer

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOOLS = Path(sys.executable).parent
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(path for path in FOLDER.iterdir() if path.is_file())
WORKFLOW, PIPELINE = ".github/workflows/ci.yml", ".gitlab-ci.yml"
# The files of a project, and the options of check-jsonschema.
SCHEMAS = {
    WORKFLOW: ("vendor.github-workflows",),
    ".github/dependabot.yml": ("vendor.dependabot",),
    PIPELINE: ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}


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
    check_limits(workflow)


def check_limits(workflow: Path) -> None:
    used = re.findall(r"^.*\buses:.*$", workflow.read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    for line in used:
        assert re.fullmatch(r" +- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    for name, job in jobs_of(workflow).items():
        assert job["timeout-minutes"] <= 60, name
        assert job["permissions"] == {"contents": "read"}, name


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Folders with the files for CI of all projects whose files differ."""
    prompts = ("deployment", "ci", "database")
    found = []
    for values in itertools.product(*(PROMPTS[name] for name in prompts)):
        files = renderer.render(dict(zip(prompts, values, strict=True)))
        chosen = {path: text for path, text in files.items() if path in SCHEMAS}
        if chosen and chosen not in found:
            found.append(chosen)
    folder = tmp_path_factory.mktemp("projects")
    return [write(files, folder / str(number)) for number, files in enumerate(found)]


def test_ci_of_projects_is_valid_and_secure(projects: list[Path]) -> None:
    for path, options in SCHEMAS.items():
        files = [project / path for project in projects if (project / path).exists()]
        run(TOOLS / "check-jsonschema", "--builtin-schema", *options, *files, cwd=ROOT)
    workflows = [project / WORKFLOW for project in projects if (project / WORKFLOW).exists()]
    # With or without an image, and on either database.
    assert len(workflows) == len(projects) - len(workflows) == 4
    run(TOOLS / "zizmor", "--offline", "--no-progress", *projects[:4], cwd=ROOT)
    for workflow in workflows:
        check_limits(workflow)


def test_ci_of_projects_runs_for_forks(projects: list[Path]) -> None:
    for project in projects:
        for path in project.rglob("ci.yml"):
            text = path.read_text(encoding="utf-8")
            assert "pull_request:" in text
            assert not re.search(r"secrets\.|pull_request_target|workflow_run", text)


def test_hosts_use_same_versions() -> None:
    text = renderer.render({})[WORKFLOW]
    workflow, pipeline = (
        yaml.safe_load(text),
        yaml.safe_load(renderer.render({"ci": "gitlab"})[PIPELINE]),
    )
    (uv,) = set(re.findall(r'version: "([\d.]+)"', text))
    assert pipeline["default"]["image"].startswith(f"ghcr.io/astral-sh/uv:{uv}-python")
    services = workflow["jobs"]["postgresql"]["services"].values()
    assert pipeline["postgresql"]["services"] == [service["image"] for service in services]


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
