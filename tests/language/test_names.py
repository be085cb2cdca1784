"""Plurals and reserved names."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

import pytest

from drf_jwt_template.language.names import (
    IRREGULAR_PLURALS,
    QUERY_PARAMETERS,
    RESERVED_FIELDS,
    pluralize,
)

from ..baking import unavailable
from .helpers import errors_of


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        ("student", "students"),
        ("day", "days"),
        ("key", "keys"),
        ("toe", "toes"),
        ("bus", "buses"),
        ("box", "boxes"),
        ("quiz", "quizes"),
        ("class", "classes"),
        ("church", "churches"),
        ("dish", "dishes"),
        ("city", "cities"),
        ("y", "ys"),
        ("leaf", "leaves"),
        ("knife", "knives"),
        ("shelf", "shelves"),
        ("roof", "roofs"),
        ("person", "people"),
        ("child", "children"),
        ("mouse", "mice"),
        ("wolf", "wolves"),
        *IRREGULAR_PLURALS.items(),
    ],
)
def test_plural_of_word(word: str, plural: str) -> None:
    assert pluralize(word) == plural


def test_query_parameters_are_reserved() -> None:
    assert set(QUERY_PARAMETERS) <= set(RESERVED_FIELDS)


def test_django_model_attributes_are_reserved() -> None:
    if not find_spec("django"):
        unavailable("Django is not installed")
    model = import_module("django.db.models").Model
    hidden = [name for name in dir(model) if re.fullmatch(r"[a-z][a-z0-9_]*", name)]
    assert "save" in hidden
    assert not [name for name in hidden if name not in RESERVED_FIELDS]


def test_types_in_class_bodies_are_reserved() -> None:
    """A field `str` would hide the type in `def __str__(self) -> str`."""
    ((underlined, _),) = errors_of("A(str: int)")
    assert underlined == "str"
