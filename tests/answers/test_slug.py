"""Accepted and refused slugs."""

from __future__ import annotations

import re

import pytest

from drf_jwt_template.answers.problems import AnswersError
from drf_jwt_template.answers.reading import read
from drf_jwt_template.answers.slug import MAX_SLUG
from drf_jwt_template.prompts import TEMPLATE_DIR

from .refusals import Raw, refusal_of


@pytest.mark.parametrize(
    ("slug", "reason"),
    [
        *(
            (slug, "Python identifier")
            for slug in (
                "",
                " ",
                "1abc",
                "my-api",
                "my api",
                "my.api",
                "../evil",
                "/evil",
                "a/b",
                "a\\b",
                "a_",
                "_a",
                "_",
                "é",
                "añb",
                "api\u0661",
                "a\nb",
                "{x}",
            )
        ),
        *((slug, "keyword") for slug in ("class", "match", "case", "None", "import")),
        *((slug, "standard library") for slug in ("json", "sys", "JSON", "site")),
        *(
            (slug, "the project itself")
            for slug in ("config", "api", "accounts", "tokens", "Tests")
        ),
        *(
            (slug, "dependencies")
            for slug in (
                "django",
                "Django",
                "rest_framework",
                "djangorestframework",
                "jwt",
                "pytest",
            )
        ),
        *((slug, "Windows") for slug in ("CON", "nul", "Aux", "com1", "LPT9")),
        ("x" * (MAX_SLUG + 1), "at most 50"),
        ("x" * 60, "found 60"),
    ],
)
def test_slug_refused(default_answers: Raw, slug: str, reason: str) -> None:
    assert reason in refusal_of({**default_answers, "project_slug": slug}, "project_slug")


@pytest.mark.parametrize(
    "slug", ["a", "my_api", "MyAPI", "api2", "classes", "json2", "a__b", "x" * MAX_SLUG]
)
def test_slug_accepted(default_answers: Raw, slug: str) -> None:
    assert read({**default_answers, "project_slug": f" {slug} "}).project_slug == slug


def test_slug_of_each_dependency_is_refused(default_answers: Raw) -> None:
    source = (TEMPLATE_DIR / "{{cookiecutter.project_slug}}" / "pyproject.toml").read_text(
        encoding="utf-8"
    )
    required = set(re.findall(r'^  "([a-z0-9-]+)(?:\[[a-z,-]+\])?[<>=]', source, re.MULTILINE))
    assert {"django", "djangorestframework-simplejwt", "argon2-cffi", "pytest"} <= required
    taken = set()
    for name in required:
        try:
            read({**default_answers, "project_slug": name.replace("-", "_")})
        except AnswersError:
            continue
        taken.add(name)
    assert not taken
