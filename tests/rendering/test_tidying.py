"""Rendered modules without unused imports, and with short brackets on one line."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest
import rest_framework
import rest_framework_simplejwt

from drf_jwt_template.rendering.tidying import drop_unused_imports, join_short_brackets
from tools.rendering import SOURCES, variables

from .. import matrix
from ..proving import renderer
from ..test_hygiene import without_values


def imported_names(source: str) -> set[tuple[str, str]]:
    """Returns module and name of each import at the top of a module."""
    return {
        (f"{'.' * statement.level}{statement.module}", alias.name)
        if isinstance(statement, ast.ImportFrom)
        else (alias.name, "")
        for statement in ast.parse(source).body
        if isinstance(statement, (ast.Import, ast.ImportFrom))
        for alias in statement.names
    }


def test_each_template_import_is_used_somewhere() -> None:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in matrix.rows(2).values():
        answers = matrix.answers(row)
        files = renderer.render(answers)
        for path, template in renderer.paths:
            target = path.render(cookiecutter=variables(answers))
            if target.endswith(".py"):
                found[template] |= imported_names(files[target])
    for template, names in found.items():
        assert imported_names(without_values(SOURCES / template)) == names, template


def test_unused_module_is_dropped() -> None:
    assert drop_unused_imports("import a\nimport b\n\nb.f()\n") == "import b\n\nb.f()\n"


def test_unused_name_is_dropped() -> None:
    assert drop_unused_imports("from a import b, c\n\nc()\n") == "from a import c\n\nc()\n"


def test_name_with_alias_has_statement_of_its_own() -> None:
    source = "from a import b, c as d, e, f as g\n\nb(d, e, g)\n"
    expected = "from a import b, e\nfrom a import c as d\nfrom a import f as g\n\nb(d, e, g)\n"
    assert drop_unused_imports(source) == expected


def test_module_that_uses_everything_is_unchanged() -> None:
    source = '"""Doc."""\n\nimport a\nfrom b import (\n    c,\n)\n\na.f(c)\n'
    assert drop_unused_imports(source) == source


@pytest.mark.parametrize(
    "use",
    [
        'x: "Name[int]" = 1\n',
        'def f(x: "list[Name]") -> None: ...\n',
        'def f() -> "Name": ...\n',
        'cast("list[Name]", 1)\n',
        "x: Name = 1\n",
        "@Name\ndef f() -> None: ...\n",
        "x = f'{Name}'\n",
    ],
)
def test_read_name_is_kept(use: str) -> None:
    source = f"from a import Name\n\n{use}"
    assert drop_unused_imports(source) == source


@pytest.mark.parametrize(
    "other",
    [
        'x["fields"]\n',
        'x: Literal["fields", "two words"] = 1\n',
        "class Meta:\n    fields = 1\n",
        "x.fields\n",
        "f(fields=1)\n",
        '"fields"\n',
    ],
)
def test_same_word_is_no_use(other: str) -> None:
    assert drop_unused_imports(f"from a import fields\n\n{other}") == other


def test_submodules_share_their_name() -> None:
    source = "import urllib.error\nimport urllib.request\n\nurllib.request.urlopen(x)\n"
    assert drop_unused_imports(source) == source


@pytest.mark.parametrize(
    "line",
    [
        "from .jwt import JWT_KEYS as JWT_KEYS\n",
        "import a  # noqa: F401\n",
        "import a as a\n",
        "from __future__ import annotations\n",
    ],
)
def test_reexport_and_effect_are_kept(line: str) -> None:
    assert drop_unused_imports(line) == line


def test_alias_counts_by_its_own_name() -> None:
    source = "import a as b\nimport c as d\n\nb.a()\nc()\n"
    assert drop_unused_imports(source) == "import a as b\n\nb.a()\nc()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"""Doc."""\n\nimport a\n\nimport b\n\n\nb()\n', '"""Doc."""\n\nimport b\n\n\nb()\n'),
        ('"""Doc."""\n\nimport b\n\nimport a\n\n\nb()\n', '"""Doc."""\n\nimport b\n\n\nb()\n'),
        ("import a\n\nimport b\n\nb()\n", "import b\n\nb()\n"),
        ('"""Doc."""\n\nimport a\n\nimport c\n\n\nb()\n', '"""Doc."""\n\n\nb()\n'),
        ("import a\n\nb()\n", "b()\n"),
        ("import a\n", ""),
    ],
)
def test_empty_group_leaves_no_blank_lines(before: str, after: str) -> None:
    assert drop_unused_imports(before) == after


def test_statement_that_fits_is_on_one_line() -> None:
    source = "from a import (\n    b,\n    c,\n)\n\nc()\n"
    assert drop_unused_imports(source) == "from a import c\n\nc()\n"


def test_statement_that_is_too_long_is_broken() -> None:
    names = [letter * 30 for letter in "abcd"]
    source = f"from module import {', '.join(names)}, unused\n\nf({', '.join(names)})\n"
    rows = "".join(f"    {name},\n" for name in names)
    assert drop_unused_imports(source).startswith(f"from module import (\n{rows})\n\n")


def test_import_in_function_is_unchanged() -> None:
    source = "def f() -> None:\n    import a\n"
    assert drop_unused_imports(source) == source


@pytest.mark.parametrize(
    ("broken", "joined"),
    [
        ("x = [\n    1,\n    2,\n]\n", "x = [1, 2]\n"),
        ("x = {\n    'a': 1,\n}\n", "x = {'a': 1}\n"),
        ("x = (\n    1,\n    2,\n)\n", "x = (1, 2)\n"),
        ("x = (\n    1,\n)\n", "x = (1,)\n"),
        ("x = f(\n    1,\n)\n", "x = f(1)\n"),
        (
            "def f(\n    a: int,\n    **b: Any,\n) -> None: ...\n",
            "def f(a: int, **b: Any) -> None: ...\n",
        ),
        ("x = [\n    f(\n        1,\n    ),\n    2,\n]\n", "x = [\n    f(1),\n    2,\n]\n"),
        ("f(\n    [\n        1,\n    ],\n    2,\n)\n", "f([1], 2)\n"),
        ("f(\n    x[\n        1,\n    ],\n)\n", "f(x[1])\n"),
        ("x = (\n    f(1),\n)\n", "x = (f(1),)\n"),
        ("x = [\n    f(1),\n]\n", "x = [f(1)]\n"),
        ("x = {\n    'a': ['b'],\n}\n", "x = {'a': ['b']}\n"),
        ("f(\n    {\n        1: 2,\n    }\n)\n", "f({1: 2})\n"),
        ("x = [\n    f(1)\n]\n", "x = [f(1)]\n"),
        ("from a import (\n    b,\n    c,\n)\n", "from a import b, c\n"),
        ("path(\n    'a',\n    V.as_view(),\n)\n", "path('a', V.as_view())\n"),
    ],
)
def test_short_bracket_is_joined(broken: str, joined: str) -> None:
    assert join_short_brackets(broken) == joined


@pytest.mark.parametrize(
    "source",
    [
        "x = [\n    1,  # one\n]\n",
        "x = [\n    # one\n    1,\n]\n",
        "x = [\n    f(1),\n    2,\n]\n",
        "x = [\n    (1, 2),\n    (3, 4),\n]\n",
        "x = {\n    'a': ['b'],\n    'c': [],\n}\n",
        "x = (\n    1\n)\n",
        "x = '%s %s' % (\n    1,\n    2,\n)\n",
        "for (\n    a,\n    b,\n) in c:\n    pass\n",
        '"""A call:\n\n    f(\n        1,\n    )\n"""\n',
        'x = f"""\n    f(\n        1,\n    )\n"""\n',
        f"x = [\n    {'a' * 50},\n    {'b' * 50},\n]\n",
        "x = [\n    '宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽宽',\n]\n",
    ],
)
def test_other_brackets_are_unchanged(source: str) -> None:
    assert join_short_brackets(source) == source


def test_line_of_exact_length_is_joined() -> None:
    items = f"    {'a' * 46},\n    {'b' * 46},\n"
    assert join_short_brackets(f"x = [\n{items}]\n") == f"x = [{'a' * 46}, {'b' * 46}]\n"
    assert "\n    " in join_short_brackets(f"xx = [\n{items}]\n")


LIBRARIES = [
    module
    for library in (rest_framework, rest_framework_simplejwt)
    for folder in library.__path__
    for module in sorted(Path(folder).rglob("*.py"))
]


def statements(source: str) -> list[str]:
    """Returns the statements of a module without its imports."""
    imports = (ast.Import, ast.ImportFrom)
    return [ast.dump(node) for node in ast.parse(source).body if not isinstance(node, imports)]


def test_code_of_libraries_keeps_its_meaning() -> None:
    for module in LIBRARIES:
        source = module.read_text(encoding="utf-8")
        joined = join_short_brackets(source)
        assert ast.dump(ast.parse(joined)) == ast.dump(ast.parse(source)), module
        assert statements(drop_unused_imports(joined)) == statements(source), module
