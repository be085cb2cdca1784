"""Names that mean something in Python, in a library or in the project can be fields and resources.

Each such name is in a project that passes its checks and tests, or is refused because Python or Django
cannot have it.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from drf_jwt_template.language.names import (
    MAX_NAME,
    find_field_problem,
    find_resource_problem,
)

from .baking import BIN, run
from .changing import render_project
from .matrix import RELATIONS, TYPES
from .proving import check_types, renderer

SCRIPT = Path(__file__).with_name("foreign_names.py")
FIELD = re.compile(f"[a-z][a-z0-9_]{{0,{MAX_NAME - 1}}}")
RESOURCE = re.compile(f"[A-Z][A-Za-z0-9]{{0,{MAX_NAME - 1}}}")
# The modules in which the names of fields and resources occur.
MODULES = re.compile(r"(accounts|api)/\w+\.py|scripts/seed\.py|tests/(api|test_resources)\.py")
# The types of the fields. One resource has fields of all types, so that a name is hidden from all that
# follows it.
FIELD_TYPES = (
    "str",
    "json = {}",
    "Thing optional",
    "int",
    "choice(a|b) = a",
    "many Thing optional",
    "date = 2026-01-31",
    "decimal(5,2) = 9.5",
    "Thing",
    "datetime",
    "duration = 1h",
    "uuid = 3f2504e0-4f89-41d3-9a0c-0305e82c3301 optional",
    "text optional",
)
RESOURCE_FIELDS = (
    "x: int",
    "x: choice(a|b), of: Thing",
    "x: str, mine: owner",
    "price: decimal(5,2) = 9.5, many: many Thing",
    "x: Thing unique, key: uuid = 3f2504e0-4f89-41d3-9a0c-0305e82c3301 optional",
)
REASONS = ("Python", "Django", "REST framework", "PEP 8", "underscore", "the project's user model")
OTHER_ANSWERS = (
    {"resources": TYPES},
    {"resources": RELATIONS, "resource_links": "url", "login_field": "email"},
)


def own_names() -> Iterator[str]:
    """Yields the names in the modules of projects that depend on names of fields or resources."""
    for answers in OTHER_ANSWERS:
        for path, text in renderer.render(answers).items():
            if MODULES.fullmatch(path):
                for token in tokenize.generate_tokens(io.StringIO(text).readline):
                    if token.type == tokenize.NAME:
                        yield token.string


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    project = render_project({}, tmp_path_factory.mktemp("names") / "project")
    found = json.loads(run(project / ".venv" / BIN / "python", SCRIPT, cwd=project))
    assert {"class", "csrfmiddlewaretoken", "dict", "get_queryset", "objects"} <= set(found)
    return sorted({*found, *own_names()})


def describe_fields(names: Sequence[str], shift: int) -> str:
    """Returns resources of forty fields, with types in an order that depends on `shift`."""
    described = ["Thing(name: str)"]
    for start in range(0, len(names), 40):
        types = itertools.cycle([*FIELD_TYPES[shift:], *FIELD_TYPES[:shift]])
        fields = ", ".join(f"{name}: {next(types)}" for name in names[start : start + 40])
        described.append(f"Thing{start}({fields}, owned_by: owner)")
    return "; ".join(described)


def describe_resources(names: Sequence[str]) -> str:
    fields = itertools.cycle(RESOURCE_FIELDS)
    described = [f"{name}({next(fields)}) at r{number}" for number, name in enumerate(names)]
    return "; ".join(["Thing(name: str)", *described])


def check(resources: str, folder: Path, *tests: str) -> None:
    """Runs the checks and some tests of a project with these resources."""
    project = render_project({"resources": resources}, folder)
    commands = project / ".venv" / BIN
    database = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}"}
    run(commands / "ruff", "format", "--check", ".", cwd=project)
    run(commands / "ruff", "check", ".", cwd=project)
    check_types(project, (project / ".venv").resolve(), database)
    run(commands / "python", "manage.py", "check", cwd=project, **database)
    run(commands / "pytest", "-q", "--tb=short", "--nomigrations", *tests, cwd=project, **database)


def test_refusal_names_reason_of_python_or_django(names: list[str]) -> None:
    for name in names:
        for pattern, find in ((FIELD, find_field_problem), (RESOURCE, find_resource_problem)):
            problem = find(name) if pattern.fullmatch(name) else ""
            assert not problem or any(reason in problem for reason in REASONS), problem


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0, 6])
def test_fields(names: list[str], tmp_path: Path, shift: int) -> None:
    found = [name for name in names if FIELD.fullmatch(name) and not find_field_problem(name)]
    assert len(found) > 900
    # Django adds columns and methods to a model, which these names may equal.
    found.sort(key=lambda name: name.endswith("_id") or name.startswith("get_"))
    tests = "TestThing and (test_create or test_filter_by_relation)"
    check(describe_fields(found, shift), tmp_path / "project", "-k", tests)


@pytest.mark.slow
def test_resources(names: list[str], tmp_path: Path) -> None:
    classes = {name for name in names if RESOURCE.fullmatch(name)}
    # What the project calls `PairFactory` is also the factory of a resource `Pair`.
    classes |= {
        re.sub("(?<=.)(Admin|Factory|FilterSet|Serializer|ViewSet)$", "", n) for n in classes
    }
    found = {name.lower(): name for name in sorted(classes) if not find_resource_problem(name)}
    assert len(found) > 300
    check(describe_resources([*found.values()]), tmp_path / "project", "tests/test_openapi.py")
