"""Names that are also names of the project, of a generator or of its language."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.rendering import write

from ..baking import environment_for, prepare_project, run
from .generators import (
    check_python,
    check_typescript,
    generate_hey_api,
    generate_openapi_fetch,
    generate_python,
)
from .projects import RENDERER

pytestmark = pytest.mark.clients

RESOURCES = """
    Account(name: str); Date(on: date, until: date optional); Error(level: choice(a|b));
    ErrorDetail(name: str); Errors(name: str); FieldErrors(name: str); Import(name: str);
    Login(name: str); Model(name: str); Options(name: str, detail: str); Promise(name: str);
    Record(data: json); Token(name: str); TokenVerify(name: str); Student(name: str);
    StudentErrors(name: str); StudentRequest(name: str); PatchedStudent(name: str);
    PaginatedStudentList(name: str); StudentsCreate(name: str);
    Choice(
        size: choice(a-b|AC|aD) = AC, odd: choice(x-y|class|None) optional,
        level: choice(null|true|NaN) = NaN,
        word: choice(class|import|self|constructor|UNSET|mro|name|value|unknown)
    );
    Thing(
        type: choice(a|b), status: choice(a|b) optional, list: str, dict: str, str: str, int: int,
        datetime: datetime, body: str, client: str, codes: str, count: int, data: json, detail: str,
        code: int, error: str, format: str, headers: str, next: str, non_field_errors: str,
        ordering: str, page: int, path: str, query: str, results: str, search: str, unset: str,
        url: url
    )
"""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The description of a project with these names."""
    folder = write(RENDERER().render({"resources": RESOURCES}), tmp_path_factory.mktemp("names"))
    python = prepare_project(folder, environment_for("django-5.2")) / "python"
    run(python, "manage.py", "spectacular", "--validate", "--file", "schema.yaml", cwd=folder)
    return folder / "schema.yaml"


def test_names_in_python(schema: Path, tmp_path: Path) -> None:
    generate_python(schema, tmp_path)
    check_python(tmp_path)


def test_names_in_typescript(schema: Path, tmp_path: Path) -> None:
    generate_openapi_fetch(schema, tmp_path)
    generate_hey_api(schema, tmp_path)
    check_typescript(tmp_path, tmp_path / "schema.ts", tmp_path / "client" / "index.ts")
