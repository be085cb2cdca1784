"""Rules for the sources of the template and of its generator."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from drf_jwt_template.rendering.extension import LINE_STATEMENT
from tools import options

from .baking import PROMPTS, ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
SOURCES = sorted(
    path
    for folder in (TEMPLATE, ROOT / "hooks")
    for path in folder.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)


PACKAGES = ["benchmarks", "drf_jwt_template", "tests", "tools"]
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))


def name_of(path: Path) -> str:
    """Returns the path from the repository's root, without conditions."""
    return re.sub(r"{%.*?%}", "", path.relative_to(ROOT).as_posix())


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def find_imports(path: Path) -> Iterator[str]:
    """Yields the modules of this repository that a module imports."""
    names = set(map(module_name, MODULES))
    package = [*path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from names.intersection(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*parents, *filter(None, [node.module])])
            submodules = names.intersection(f"{module}.{alias.name}" for alias in node.names)
            yield from submodules
            if module in names and len(submodules) < len(node.names):
                yield module


def without_values(path: Path) -> str:
    return re.sub(r"{{.*?}}", "name", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_source_is_valid_in_its_language(path: Path) -> None:
    suffix = Path(name_of(path)).suffix
    text = without_values(path)
    if suffix == ".py":
        ast.parse(text)
    elif suffix == ".toml":
        tomllib.loads(text)
    elif suffix in (".yaml", ".yml"):
        list(yaml.safe_load_all(text))
    elif suffix == ".json":
        # JSON has no comments, as which statements are valid in other languages.
        json.loads(LINE_STATEMENT.sub("", text))


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if not name_of(p).endswith((".html", ".txt"))], ids=name_of
)
def test_statement_has_its_own_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "{%" not in text
    assert "{#" not in text
    # No other line looks like a statement.
    assert "# %" not in LINE_STATEMENT.sub("", text)


@pytest.mark.parametrize("path", [p for p in SOURCES if ".py" in p.name], ids=name_of)
def test_imports_are_conditional_only_if_kept(path: Path) -> None:
    depth = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        statement = line.strip().removeprefix("# % ") if "# %" in line else ""
        depth += statement.startswith(("if ", "for ")) - statement.startswith("end")
        if depth and re.match(r"\s*(from|import) .* import |\s*import ", line):
            assert re.search(r"import (\w+) as \1$|# noqa: F401$", line), line
    assert depth == 0


def test_conditions_in_file_names() -> None:
    for path in SOURCES:
        for name in path.relative_to(ROOT).parts:
            # The characters are illegal on Windows.
            assert not set(name) & set('"|<>:?*\\'), path
            if "{%" in name:
                assert name == path.name, f"{path}: a conditional folder"
                assert re.fullmatch(r"{% if [^%]+ %}[\w.-]+{% endif %}", name), path


def test_line_statement_keeps_blank_lines() -> None:
    environment = Environment(
        extensions=["drf_jwt_template.rendering.extension.ProjectExtension"],
        keep_trailing_newline=True,
        **PROMPTS["_jinja2_env_vars"],
    )
    source = (
        "import x\n# % for n in (1, 2)\n\n\nclass A{{ n }}:\n    # % if n == 1\n    one\n"
        "    # % endif\n\n    y\n# % endfor\nend\n"
    )
    assert environment.from_string(source).render() == (
        "import x\n\n\nclass A1:\n    one\n\n    y\n\n\nclass A2:\n\n    y\nend\n"
    )


def test_messages_of_errors_are_translatable() -> None:
    errors = (
        "AuthenticationFailed|BadRequest|InvalidToken|NotFound|ParseError|PermissionDenied|TokenError"
        "|ValidationError|Conflict"
    )
    plain = [
        f"{name_of(path)}: {found[0]}"
        for path in SOURCES
        if name_of(path).endswith(".py") and "/tests/" not in name_of(path)
        for found in re.finditer(rf'\b({errors})\(\s*f?".*', path.read_text(encoding="utf-8"))
    ]
    assert plain == []


def test_prompts_and_choices_are_described() -> None:
    sentences = PROMPTS["__prompts__"]
    visible = {name: value for name, value in PROMPTS.items() if not name.startswith("_")}
    assert list(sentences) == list(visible)
    for name, value in visible.items():
        if isinstance(value, list):
            assert set(sentences[name]) == {"__prompt__", *value}, name
            for choice in value:
                assert sentences[name][choice].startswith(f"{choice} - "), (name, choice)


def test_each_prompt_has_advice() -> None:
    visible = {name: value for name, value in PROMPTS.items() if not name.startswith("_")}
    texts = [name for name, value in visible.items() if isinstance(value, str)]
    assert list(options.WHEN) == list(visible), "add advice to WHEN in tools/options.py"
    assert list(options.SAMPLES) == texts, "add samples to SAMPLES in tools/options.py"


def test_options_page_is_current() -> None:
    page = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    assert page == options.render(PROMPTS), "run: python -m tools.options"


def test_test_names_are_short_without_articles() -> None:
    for folder in (ROOT / "tests", TEMPLATE / "tests"):
        for path in folder.rglob("*.py*"):
            if "__pycache__" not in path.parts:
                text = path.read_text(encoding="utf-8")
                for name in re.findall(r"\bdef (test_\w+)", text):
                    assert len(name) <= 50, (path, name)
                    assert not {"a", "an", "the"} & set(name.split("_")), (path, name)


def test_modules_have_no_import_cycle() -> None:
    """Fails with a CycleError, which names the modules."""
    graph = {module_name(path): set(find_imports(path)) for path in MODULES}
    assert "drf_jwt_template.language.names" in graph["drf_jwt_template.language.field"]
    assert "drf_jwt_template.rendering.cruft" in graph["drf_jwt_template.rendering.extension"]
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_has_at_most_500_lines(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 500


def test_hooks_are_short() -> None:
    for hook in (ROOT / "hooks").glob("*.py"):
        assert len(hook.read_text(encoding="utf-8").splitlines()) <= 10, hook
