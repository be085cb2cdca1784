"""Plurals and reserved names."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

import inflect
import pytest

from drf_jwt_template.language.names import (
    IRREGULAR_ENDINGS,
    IRREGULAR_PLURALS,
    MAX_NAME,
    RESERVED_FIELDS,
    RESERVED_RESOURCES,
    UNCOUNTABLE,
    pluralize,
)

from ..baking import skip_unavailable
from .helpers import errors_of

INFLECT = inflect.engine()
COMMON = """
    account activity address agency alias analysis appendix axis baby backup basis batch bonus booking bookshelf
    box branch bus business campus canvas car category cause census century chef church city class client clinic
    coach company compass cookie country course crisis criterion currency customer database day deposit
    diagnosis dish entry equipment essay exam expense factory fax formula gas gateway glass goal housewife
    hypothesis index industry invoice item journey key lens lesson library life list match matrix medium mesh
    message monkey news oasis order party pass patch person photo piano policy postman process property proxy
    quantity quiz radius reply roof safe salesperson schema school series shelf software species sphinx status
    story strategy studio survey syllabus synthesis tax thesis tooth toy tree vertex video virus way witness zoo
"""
# Words of which inflect has no plural that dictionaries list.
MISTAKEN = {
    "epoch": "epochs",
    "german": "germans",
    "monarch": "monarchs",
    "norman": "normans",
    "patriarch": "patriarchs",
    "roman": "romans",
    "thief": "thieves",
}
# Words to which inflect adds an s, although they are uncountable or plural already.
COUNTED = """
    advice barracks bison cattle clothes clothing crossroads data evidence feedback hardware homework knowledge
    means media merchandise metadata money music people personnel police premises shrimp software staff swine
    telemetry traffic weather wildlife
"""


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        ("student", "students"),
        ("day", "days"),
        ("key", "keys"),
        ("toe", "toes"),
        ("bus", "buses"),
        ("box", "boxes"),
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
        ("bookshelf", "bookshelves"),
        ("salesperson", "salespeople"),
        ("analysis", "analyses"),
        ("media", "media"),
    ],
)
def test_plural_of_word(word: str, plural: str) -> None:
    assert pluralize(word) == plural


@pytest.mark.parametrize(
    "word", [*IRREGULAR_PLURALS, *IRREGULAR_ENDINGS, *sorted(UNCOUNTABLE), *COMMON.split()]
)
def test_plural_is_that_of_dictionary(word: str) -> None:
    expected = MISTAKEN | {same: same for same in COUNTED.split()}
    assert pluralize(word) == (expected.get(word) or INFLECT.plural_noun(word))


def test_django_model_attributes_are_reserved() -> None:
    if not find_spec("django"):
        skip_unavailable("Django is not installed")
    model = import_module("django.db.models").Model
    hidden = [name for name in dir(model) if re.fullmatch(r"[a-z][a-z0-9_]*", name)]
    assert "save" in hidden
    assert not [name for name in hidden if name not in RESERVED_FIELDS]


@pytest.mark.parametrize("text", ["none;", "A(x: int); none"])
def test_none_besides_resources_is_refused(text: str) -> None:
    underlined, message = errors_of(text)[0]
    assert underlined == "none"
    assert "means no resources" in message


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
        (
            "A(state: choice(x|y), get_state_display: str)",
            "get_state_display",
            "Django would add a method 'get_state_display' to A",
        ),
        ("A(get_next_by_day: int, day: date)", "day", "add a method 'get_next_by_day' to A"),
    ],
)
def test_name_error_is_shown_at_its_spot(text: str, underlined: str, message: str) -> None:
    ((found, shown),) = errors_of(text)
    assert (found, message in shown) == (underlined, True), shown
