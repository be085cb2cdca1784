"""The jobs of a project's CI pass in a fresh clone of its repository.

Each command of a job is run as it is written, with the variables of the job. Only this is changed: the
servers are those of the tests, and `make test` runs two modules, because other tests run all tests of
such projects.

Some jobs are not run here:

- `build` needs a container engine. test_image.py builds the image.
- `audit` needs the database of vulnerabilities. Its command is run until it asks for them.
- Of the jobs that are the same for both hosts, only one is run.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import yaml
from filelock import FileLock

from tests.baking import BIN, PROMPTS, run, run_unchecked, skip_unavailable
from tests.proving import renderer
from tools.rendering import write

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(os.name == "nt", reason="the jobs run on Linux"),
]

TOOLS = Path(sys.executable).parent
WORKFLOW = ".github/workflows/ci.yml"
PIPELINE = ".gitlab-ci.yml"
UV = {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
AUTHOR = {
    f"GIT_{role}_{name}": value
    for role in ("AUTHOR", "COMMITTER")
    for name, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))
}
# Both depend on a server of the job `postgresql`.
MODULES = "tests/test_counters.py tests/test_concurrency.py"


class Job(NamedTuple):
    """The commands and environment variables of a job."""

    commands: list[str]
    variables: dict[str, str]


def read_github_jobs(text: str) -> dict[str, Job]:
    return {
        name: Job([step["run"] for step in job["steps"] if "run" in step], job.get("env", {}))
        for name, job in yaml.safe_load(text)["jobs"].items()
    }


def read_gitlab_jobs(text: str) -> dict[str, Job]:
    pipeline = yaml.safe_load(text)
    settings = {"default", "variables", "workflow"}
    names = [name for name in pipeline if name not in settings and not name.startswith(".")]
    jobs = {name: extend(pipeline, pipeline[name]) for name in names}
    return {
        name: Job(job["script"], {**pipeline["variables"], **job.get("variables", {})})
        for name, job in jobs.items()
    }


def extend(pipeline: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a job with the keys of the one that it extends."""
    parent = extend(pipeline, pipeline[job["extends"]]) if "extends" in job else {}
    variables = {**parent.get("variables", {}), **job.get("variables", {})}
    return {**parent, **job, "variables": variables}


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that its setup has completed and committed, with the files for both hosts."""
    # All workers share it.
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    project = folder / "repository"
    with FileLock(folder / "repository.lock"):
        if not project.exists():
            draft = folder / "draft"
            answers = {"project_slug": f"ci_{uuid4().hex}"}
            files = renderer.render({**answers, "ci": "gitlab"}) | renderer.render(answers)
            run("make", "setup", cwd=write(files, draft), **UV, **AUTHOR)
            draft.rename(project)
    return project


@pytest.fixture
def clone(repository: Path, tmp_path: Path) -> Path:
    project = tmp_path / "clone"
    run("git", "clone", "--quiet", repository, project, cwd=tmp_path)
    return project


@pytest.fixture
def servers(repository: Path) -> Iterator[dict[str, str]]:
    """The environment variables for the servers of the tests."""
    database, cache = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if not database or not cache or not shutil.which("dropdb"):
        skip_unavailable("TEST_DATABASE_URL, TEST_REDIS_URL or the command dropdb is missing")
    slug = re.findall(r'^name = "(\w+)"', (repository / "pyproject.toml").read_text("utf-8"), re.M)[
        0
    ]
    yield {
        "DATABASE_URL": urlsplit(database)._replace(path=f"/{slug}").geturl(),
        "CACHE_URL": cache,
    }
    run("dropdb", "--force", "--if-exists", "--maintenance-db", database, slug, cwd=repository)


def run_job(job: Job, clone: Path, **servers: str) -> str:
    """Returns the output of the job's commands."""
    outputs = []
    for command in job.commands:
        variables = {**UV, **job.variables, **servers}
        outputs.append(run("bash", "-eo", "pipefail", "-c", command, cwd=clone, **variables))
        if command == "make setup":
            shorten_tests(clone)
    return "\n".join(outputs)


def shorten_tests(clone: Path) -> None:
    script = clone / ".venv" / BIN / "pytest"
    script.unlink()
    script.write_text(f"#!/bin/sh\nexec .venv/bin/python -m pytest {MODULES}\n", encoding="utf-8")
    script.chmod(0o755)


def github_jobs(repository: Path) -> dict[str, Job]:
    return read_github_jobs((repository / WORKFLOW).read_text(encoding="utf-8"))


def gitlab_jobs(repository: Path) -> dict[str, Job]:
    return read_gitlab_jobs((repository / PIPELINE).read_text(encoding="utf-8"))


@pytest.mark.parametrize("database", PROMPTS["database"])
def test_hosts_run_same_commands(database: str) -> None:
    answers = {"database": database}
    github = read_github_jobs(renderer.render(answers)[WORKFLOW])
    gitlab = read_gitlab_jobs(renderer.render({**answers, "ci": "gitlab"})[PIPELINE])
    assert list(github) == list(gitlab) == ["lint", "sqlite", "postgresql", "audit", "build"]
    for name in set(github) - {"build"}:
        assert github[name].commands == gitlab[name].commands, name
        for variable, value in github[name].variables.items():
            service = "redis" if variable == "CACHE_URL" else "postgres"
            assert gitlab[name].variables[variable] == value.replace("127.0.0.1", service)
    # The same command for two builders.
    assert github["build"].commands == ["make image"]
    recipe = re.findall(r"^image:.*\n\t(.*)", renderer.render(answers)["Makefile"], re.M)
    assert [c.replace("buildah", "docker") for c in gitlab["build"].commands] == recipe


def test_lint_passes_for_clone_only_if_complete(repository: Path, clone: Path) -> None:
    job = gitlab_jobs(repository)["lint"]
    run_job(job, clone)
    # The next commit omits a file that the setup creates again.
    run("git", "rm", "--quiet", "schema.yaml", cwd=clone)
    run("git", "commit", "--quiet", "--no-verify", "--message", "Omit a file", cwd=clone, **AUTHOR)
    with pytest.raises(AssertionError, match=r"\+openapi: 3"):
        run_job(Job([job.commands[0], job.commands[-1]], job.variables), clone)


def test_tests_pass_with_sqlite(repository: Path, clone: Path) -> None:
    shown = run_job(github_jobs(repository)["sqlite"], clone)
    assert re.search(r" \d+ passed, 1 skipped in ", shown)


def test_tests_pass_with_servers(repository: Path, clone: Path, servers: dict[str, str]) -> None:
    shown = run_job(github_jobs(repository)["postgresql"], clone, **servers)
    assert re.search(r": migrated ci_\w+ at ", shown)
    # Without servers, some tests are skipped.
    assert re.search(r" \d+ passed in ", shown)


def test_audit_reads_lock(repository: Path, clone: Path) -> None:
    (command,) = github_jobs(repository)["audit"].commands
    shown = run_unchecked(*command.split(), cwd=clone, **UV)[1]
    assert re.search(r"Resolved \d\d packages", shown), shown
    # Vulnerabilities may be known, or the network may be missing.
    assert re.search(r"(api\.osv\.dev|\d+ packages$)", shown, re.M), shown

    # A dependency that uv.lock does not contain.
    (clone / "pyproject.toml").write_text(
        (clone / "pyproject.toml").read_text("utf-8").replace('"redis>=6"', '"redis>=6", "idna"'),
        encoding="utf-8",
    )
    status, shown = run_unchecked(*command.split(), cwd=clone, **UV)
    assert status
    assert "needs to be updated" in shown
