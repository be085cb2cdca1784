"""A project's schema.yaml, and the commands that read and write it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from drf_jwt_template.answers.problems import AnswersError
from drf_jwt_template.answers.reading import read
from drf_jwt_template.language.names import PROJECT_COMPONENTS
from tools.rendering import variables

from .baking import BIN, bake, prepare_project, run, run_unchecked
from .changing import render_project
from .matrix import TYPES

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no make")


@pytest.fixture
def project(cookies: Cookies, environment: Callable[[str], Path]) -> Path:
    project = bake(cookies, {"accounts": "open", "resources": TYPES})
    commands = prepare_project(project, environment("django-5.2"))
    run(commands / "python", "-m", "scripts.prepare", cwd=project)
    return project


def compare(project: Path, **variables: str) -> tuple[int, str]:
    """Returns the status and the output of the step of `make lint` that compares the schema."""
    commands = run("make", "--dry-run", "lint", cwd=project)
    (start,) = [n for n, line in enumerate(commands.splitlines()) if "spectacular" in line]
    step = "\n".join(commands.splitlines()[start:])
    return run_unchecked("sh", "-c", step, cwd=project, **variables)


def test_lint_fails_if_schema_differs(project: Path) -> None:
    file = project / "schema.yaml"
    assert compare(project) == (0, "")
    models = project / "api" / "models.py"
    text = models.read_text(encoding="utf-8")
    models.write_text(text.replace("max_length=255", "max_length=99", 1), encoding="utf-8")
    status, output = compare(project)
    assert status == 1
    assert "+          maxLength: 99\n" in output
    assert output.endswith("If the change is intended, run: make schema\n")
    run("make", "schema", cwd=project)
    assert compare(project) == (0, "")

    file.unlink()
    status, output = compare(project)
    assert status == 1
    assert "run: make schema" in output


def test_schema_is_same_in_each_environment(project: Path) -> None:
    production = {
        "DEBUG": "False",
        "EMAIL_URL": "smtp://mail.example.com",
        "FRONTEND_URL": "https://app.example.com",
        "HTTPS": "True",
        "NUM_PROXIES": "1",
        "FORCE_SCRIPT_NAME": "/path",
    }
    for others in (production, {"DATABASE_URL": "postgres://localhost/unused"}):
        assert compare(project, **others) == (0, "")


@pytest.mark.parametrize(
    ("accounts", "token_flow"),
    [("closed", "pair"), ("invited", "sliding"), ("open", "pair-with-refresh-cookie")],
)
def test_own_names_and_addresses_are_reserved(
    accounts: str, token_flow: str, tmp_path: Path
) -> None:
    answers = {"accounts": accounts, "token_flow": token_flow}
    project = render_project({**answers, "resources": "none"}, tmp_path / "project")
    python = project / ".venv" / "bin" / "python"
    text = run(python, "manage.py", "spectacular", "--format", "openapi-json", cwd=project)
    schema = json.loads(text)
    components = set(schema["components"]["schemas"])
    assert "UserErrors" in components
    assert components <= PROJECT_COMPONENTS
    paths = [path for path in schema["paths"] if "{" not in path]
    assert "/api/users/me/" in paths
    for path in paths:
        resource = f"A(x: int) at {path.removeprefix('/api/').strip('/')}"
        with pytest.raises(AnswersError, match="is already the address of"):
            read(variables({**answers, "resources": resource}))


@pytest.mark.parametrize(
    ("scheme", "list_errors", "create_errors"),
    [
        ("session", ["400", "401", "404"], ["400", "401", "403"]),
        ("basic", ["400", "401", "404", "429"], ["400", "401", "429"]),
        ("nothing", ["400", "401", "404"], ["400", "401"]),
    ],
)
def test_only_possible_errors_are_described(
    tmp_path: Path, scheme: str, list_errors: list[str], create_errors: list[str]
) -> None:
    project = render_project({"also_accept": scheme}, tmp_path / "project")
    command = ("manage.py", "spectacular", "--format", "openapi-json")
    paths = json.loads(run(project / ".venv" / BIN / "python", *command, cwd=project))["paths"]
    assert [
        list(paths[path][method]["responses"])
        for path, method in (
            ("/api/token/", "post"),
            ("/api/students/", "get"),
            ("/api/students/", "post"),
        )
    ] == [["200", "400", "401", "429"], ["200", *list_errors], ["201", *create_errors]]


def test_setup_keeps_schema(project: Path) -> None:
    file = project / "schema.yaml"
    file.write_text("kept", encoding="utf-8")
    run(project / ".venv" / "bin" / "python", "-m", "scripts.prepare", cwd=project)
    assert file.read_text(encoding="utf-8") == "kept"


def test_client_without_npm_is_refused(project: Path) -> None:
    make = shutil.which("make")
    assert make
    status, output = run_unchecked(make, "client", cwd=project, PATH=str(project))
    assert status == 2
    assert output.startswith("make client needs npm, a part of Node.js.\n")
    assert not (project / "clients").exists()
