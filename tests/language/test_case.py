"""The cases of a project's tests/test_resources.py."""

from __future__ import annotations

import ast

from drf_jwt_template.language.case import Case
from drf_jwt_template.language.parser import parse


def cases(text: str) -> dict[str, Case]:
    found = [Case(resource) for resource in parse(text)]
    return {case.resource.name: case for case in found}


TEXT = """
Author(name: str unique, born: date optional);
Diary(title: str(9), state: choice(open|done), owner: owner);
Note(day: date, data: json, diary: Diary, authors: many Author, best: Author optional unique,
     writer: owner)
"""


def test_promises_of_plain_fields() -> None:
    case = cases(TEXT)["Author"]
    assert (case.name, case.base) == ("TestAuthor", "ResourceTests")
    assert case.promises == {
        "required": '{"name"}',
        "unique": '{"name"}',
        "search": '{"name"}',
        "ordering": '{"name", "born"}',
        "filters": '{"name": ["exact"], "born": RANGE}',
        "invalid": '{"name": "x" * 256, "born": "2026-13-01"}',
    }
    assert case.body == '{"name": f"name {n}", "born": f"20{n:02}-01-31"}'


def test_promises_of_choices() -> None:
    case = cases(TEXT)["Diary"]
    assert case.base == "OwnedResourceTests"
    assert case.promises["constraints"] == '{"state": "?"}'
    assert case.body == '{"title": f"title {n}", "state": "open" if n == 1 else "done"}'


def test_promises_of_relations() -> None:
    case = cases(TEXT)["Note"]
    assert case.promises["relations"] == '{"diary", "authors", "best"}'
    assert case.promises["protected"] == '{"diary"}'
    assert case.promises["private"] == '{"diary"}'
    assert case.promises["unique"] == '{"best"}'
    assert '"diary": reference(factories.DiaryFactory.create(owner=user)),' in case.body
    assert '"authors": [reference(factories.AuthorFactory.create())],' in case.body


def test_awkward_field_names_are_no_attributes() -> None:
    names = ["model", "path", "body", "user", "create", "row", "rows", "find", "owner", "n"]
    case = cases(f"Awkward({', '.join(f'{name}: int' for name in names)})")["Awkward"]
    body = ast.parse(case.body, mode="eval").body
    assert isinstance(body, ast.Dict)
    assert [ast.literal_eval(key) for key in body.keys if key] == names
    assert not set(case.promises) & set(names)


def test_factory_names_are_avoided() -> None:
    text = "Factory(build: int, create: str, owner: owner); Machine(factory: Factory, build: owner)"
    factory, machine = parse(text)
    assert [f.factory_name for f in factory.fields] == ["build_", "create_", "owner"]
    assert machine.fields[0].fake(machine) == (
        'factory.SubFactory(\n        "api.factories.FactoryFactory",\n'
        '        owner=factory.SelfAttribute("..build_"),\n    )'
    )
    assert Case(machine).body == (
        '{"factory": reference(factories.FactoryFactory.create(owner=user))}'
    )
