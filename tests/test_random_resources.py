"""What the language takes can be made: resources at random, in a project that passes its checks."""

from __future__ import annotations

import os
import random
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from drf_jwt_template.resources import ResourceErrors, parse

from .baking import adopt, bake, run
from .test_bakes import environment

__all__ = ["environment"]

SEED = int(os.environ.get("RANDOM_SEED", "7"))
TYPES = {
    "str": '"a b"',
    "str(3)": "abc",
    "str(90)": "'a; (b)'",
    "text": '"to do; (now)"',
    "int": "-5",
    "float": "1e3",
    "decimal(5,2)": "9.5",
    "decimal(1,1)": "0.1",
    "decimal(3,0)": "7",
    "bool": "true",
    "date": "2026-01-31",
    "datetime": "2026-01-31T12:00:00Z",
    "time": "12:30",
    "duration": "36h",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "email": "a@example.org",
    "url": "https://example.org/?a=1",
    "slug": "a-b",
    "json": "[]",
    "choice(new|in-use|old)": "in-use",
}


def resources(chance: random.Random, count: int) -> str:
    """A text of the language that is likely to be taken."""

    def word(longest: int) -> str:
        letters = chance.randint(2, longest)
        return "".join(chance.choice(string.ascii_lowercase) for _ in range(letters))

    names = [f"{word(chance.choice((4, 12, 29))).capitalize()}" for _ in range(count)]

    def field(own: str) -> str:
        kind = chance.choice([*TYPES, "relation", "many"])
        name = word(chance.choice((4, 12, 30)))
        if kind not in TYPES:
            # Optional, so that no circle of relations needs itself.
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
            fields.append("owner: user")
        place = f" at {word(20)}/{word(20)}" if chance.random() < 0.3 else ""
        texts.append(f"{name}({', '.join(fields)}){place}")
    return ";\n".join(texts)


@pytest.mark.parametrize("links", ["id", "url"])
def test_random_resources_make_a_project_that_passes_its_checks(
    cookies: Cookies, environment: Callable[[str], Path], links: str
) -> None:
    chance = random.Random(f"{SEED}-{links}")  # noqa: S311
    for _ in range(100):
        text = resources(chance, 8)
        try:
            parse(text)
        except ResourceErrors:
            continue
        break
    else:
        pytest.fail("no text of a hundred was taken")
    print(f"RANDOM_SEED={SEED}\n{text}")
    project = bake(cookies, {"resources": text, "resource_links": links})
    commands = adopt(project, environment("5.2"))
    run(commands / "python", "manage.py", "prepare", cwd=project)
    run(commands / "ruff", "format", "--check", cwd=project)
    run(commands / "ruff", "check", cwd=project)
    run(commands / "python", "manage.py", "check", "--fail-level", "INFO", cwd=project)
    run(commands / "python", "manage.py", "makemigrations", "--check", "--dry-run", cwd=project)
    run(commands / "pytest", "-q", "-p", "no:cacheprovider", cwd=project)
