"""Plurals and reserved names."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

import pytest

from drf_jwt_template.language.names import (
    CLASS_SUFFIXES,
    IRREGULAR_PLURALS,
    MAX_NAME,
    QUERY_PARAMETERS,
    RESERVED_FIELDS,
    RESERVED_RESOURCES,
    pluralize,
)

from ..baking import skip_unavailable
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
        skip_unavailable("Django is not installed")
    model = import_module("django.db.models").Model
    hidden = [name for name in dir(model) if re.fullmatch(r"[a-z][a-z0-9_]*", name)]
    assert "save" in hidden
    assert not [name for name in hidden if name not in RESERVED_FIELDS]


def test_types_in_class_bodies_are_reserved() -> None:
    """A field `str` would hide the type in `def __str__(self) -> str`."""
    ((underlined, _),) = errors_of("A(str: int)")
    assert underlined == "str"


@pytest.mark.parametrize("text", ["none;", "A(x: int); none", "none # nothing"])
def test_none_besides_resources_is_refused(text: str) -> None:
    underlined, message = errors_of(text)[0]
    assert underlined == "none"
    assert "means no resources" in message


@pytest.mark.parametrize("name", ["self", "cls", "model_class"])
def test_arguments_of_constructors_are_reserved(name: str) -> None:
    ((underlined, message),) = errors_of(f"A({name}: int)")
    assert underlined == name
    assert "cannot create a row with it" in message


@pytest.mark.parametrize(
    ("text", "underlined", "message"),
    [
        # Names of resources.
        ("student(x: int)", "student", "did you mean 'Student'?"),
        ("book_shelf(x: int)", "book_shelf", "did you mean 'BookShelf'?"),
        ("1A(x: int)", "1A", "must start with a capital letter"),
        (
            "Été(x: int)",
            "Été",
            "must start with a capital letter and consist of ASCII letters and digits",
        ),
        ("Book_Shelf(x: int)", "Book_Shelf", "must start with a capital letter"),
        (
            f"{'A' * (MAX_NAME + 1)}(x: int)",
            "A" * (MAX_NAME + 1),
            f"must have at most {MAX_NAME} characters",
        ),
        *((f"{name}(x: int)", name, why) for name, why in RESERVED_RESOURCES.items()),
        *(
            (f"My{end}(x: int)", f"My{end}", "must not end in a suffix of the project's classes")
            for end in CLASS_SUFFIXES
        ),
        ("A(x: int); A(y: int)", "A", "resource names must differ, regardless of case: A and A"),
        ("Book(x: int); BOOK(y: int)", "BOOK", "regardless of case: BOOK and Book"),
        (
            "A(x: int) at b; B(x: int) at b",
            "B",
            "B and A would share the path 'b'; set another one with `at`",
        ),
        ("A(x: int); B(x: int) at as/", "B", "B and A would share the path 'as'"),
        # Names of fields.
        *(
            (f"A({name}: int)", name, f"{name!r} is reserved: {why}")
            for name, why in RESERVED_FIELDS.items()
        ),
        *((f"A({name}: int)", name, "it is a Python keyword") for name in ("class", "for", "None")),
        *(
            (
                f"A({name}: int)",
                name,
                "must not contain a double underscore or end with an underscore",
            )
            for name in ("a_", "a__b", "a__", "__", "_")
        ),
        *(
            (f"A({name}: int)", name, "must start with a lower-case letter")
            for name in ("Name", "_a", "1a", "é", "naïve", "aB")
        ),
        (
            f"A({'x' * (MAX_NAME + 1)}: int)",
            "x" * (MAX_NAME + 1),
            f"must have at most {MAX_NAME} characters",
        ),
        ("A(x: int, x: str)", "x", "A has two fields 'x'"),
        ("A(a_1: choice(x|y), a1: choice(x|y))", "a1", "two fields of A would make the class A1"),
    ],
)
def test_name_error_is_shown_at_its_spot(text: str, underlined: str, message: str) -> None:
    ((found, shown),) = errors_of(text)
    assert (found, message in shown) == (underlined, True), shown


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A(settings: int)", "settings"),
        ("A(filters: int)", "filters"),
        ("A(cursor: str)", "cursor"),
        ("Owned(x: int)", "Owned"),
        ("DjangoModel(x: int)", "DjangoModel"),
    ],
)
def test_names_of_imports_are_reserved(text: str, name: str) -> None:
    ((underlined, _),) = errors_of(text)
    assert underlined == name
