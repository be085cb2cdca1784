"""Random answers: two projects are proven, and the files of thousands are parsed.

RANDOM_SEED sets another seed.
"""

from __future__ import annotations

import json
import os
import random
import string
import sys
from pathlib import Path

import pytest
import yaml

from drf_jwt_template.answers.problems import AnswersError
from drf_jwt_template.answers.reading import read
from drf_jwt_template.language.kinds import KINDS, SCALARS
from drf_jwt_template.language.parser import parse
from drf_jwt_template.language.reader import LanguageError
from tools.rendering import variables, write

from . import matrix
from .baking import PROMPTS, run
from .files import expected_files, find_flaws
from .proving import OWN_PACKAGES, check_project, prove, renderer

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SEED = os.environ.get("RANDOM_SEED", "7")
PARTS, ROWS = 4, 75
TYPES = {
    **{KINDS[name].example or name: KINDS[name].example_default for name in SCALARS},
    "str(3)": "abc",
    "str(90)": "'a; (b)'",
    "decimal(1,1)": "0.1",
    "decimal(3,0)": "7",
    "int(-20..20)": "3",
    "bigint(0..)": "0",
    "float(..0.5)": "-1.5",
    "decimal(9,3,-5..99.5)": "0.125",
}


def write_resources(chance: random.Random, count: int) -> str:
    """Returns a random text of the resource language, which is usually valid."""

    def word(longest: int) -> str:
        letters = chance.randint(2, longest)
        return "".join(chance.choice(string.ascii_lowercase) for _ in range(letters))

    names = [f"{word(chance.choice((4, 12, 29))).capitalize()}" for _ in range(count)]

    def field(own: str) -> str:
        kind = chance.choice([*TYPES, "relation", "many", "User", "many User"])
        name = word(chance.choice((4, 12, 30)))
        if kind.endswith("User"):
            return f"{name}: {kind}" + (" optional" if chance.random() < 0.5 else "")
        if kind not in TYPES:
            # Optional: a cycle of required relations is refused.
            many = "many " if kind == "many" else ""
            one = " unique" if kind == "relation" and chance.random() < 0.3 else ""
            return f"{name}: {many}{chance.choice(names)} optional{one}"
        text = f"{name}: {kind}"
        extra = chance.random()
        if extra < 0.3:
            text += f" = {TYPES[kind]}"
        elif extra < 0.6 and kind.partition("(")[0] not in ("text", "bool", "json", "choice"):
            text += " unique"
        return text + (" optional" if chance.random() < 0.3 else "")

    texts = []
    for name in names:
        fields = [f"{word(8)}: str", *(field(name) for _ in range(chance.randint(1, 6)))]
        if chance.random() < 0.3:
            fields.append("owner: owner")
        if chance.random() < 0.3:
            members = chance.sample([f.partition(":")[0] for f in fields], 2)
            fields.append(f"unique({', '.join(members)})")
        place = f" at {word(20)}/{word(20)}" if chance.random() < 0.3 else ""
        texts.append(f"{name}({', '.join(fields)}){place}")
    return ";\n".join(texts)


@pytest.mark.slow
def test_project_with_random_resources_is_proven(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311
    while True:
        text = write_resources(chance, 4)
        try:
            parse(text)
        except LanguageError:
            continue
        break
    print(f"RANDOM_SEED={SEED}")
    links = chance.choice(PROMPTS["resource_links"])
    prove(matrix.row(resources=text, resource_links=links), tmp_path, check_project)


@pytest.mark.costly
@pytest.mark.parametrize("part", range(PARTS))
def test_random_answers_render_valid_files(part: int, tmp_path: Path) -> None:
    """Parses each distinct file and runs ruff, but runs no project."""
    seed = f"{SEED}-{part}"
    print(f"RANDOM_SEED={SEED}, part {part}")
    chance = random.Random(seed)  # noqa: S311
    seen: set[tuple[str, str]] = set()
    for number in range(ROWS):
        row = choose_answers(chance)
        files = renderer.render(row)
        assert set(files) == expected_files(row), matrix.command(row)
        new = {path: text for path, text in files.items() if (path, text) not in seen}
        for path, text in new.items():
            assert find_flaws(path, text) == [], matrix.command(row)
            if path.endswith(".toml"):
                tomllib.loads(text)
            elif path.endswith(".yaml"):
                list(yaml.safe_load_all(text))
        seen |= set(new.items())
        write({p: text for p, text in new.items() if p.endswith(".py")}, tmp_path / str(number))
        (tmp_path / str(number) / "answers").write_text(matrix.command(row), encoding="utf-8")
    (tmp_path / "ruff.toml").write_text(ruff_settings(files["pyproject.toml"]))
    for command in (("check",), ("format", "--check")):
        ruff = Path(sys.executable).with_name("ruff")
        run(ruff, *command, "--config", "ruff.toml", "--no-cache", ".", cwd=tmp_path)


def choose_answers(chance: random.Random) -> matrix.Row:
    """Returns valid answers, half of them with random resources."""
    while True:
        row = {name: chance.choice(values) for name, values in matrix.axes().items()}
        if any(pair <= set(row.items()) for pair in matrix.refused_pairs()):
            continue
        if chance.random() < 0.5:
            row["resources"] = write_resources(chance, chance.randint(1, 6))
        given = matrix.answers(row)
        try:
            read(variables(given))
        except AnswersError:
            continue
        return given


def ruff_settings(pyproject: str) -> str:
    """Returns a project's settings for ruff, adapted to many incomplete projects in one folder."""
    text = pyproject[pyproject.index("[tool.ruff]") : pyproject.index("[tool.mypy]")]
    text = text.replace("[tool.ruff]\n", "").replace("[tool.ruff.", "[")
    text = text.replace('"scripts/*"', '"**/scripts/*"').replace('"tests/*"', '"**/tests/*"')
    return f"{text}\n[lint.isort]\nknown-first-party = {json.dumps(OWN_PACKAGES)}\n"
