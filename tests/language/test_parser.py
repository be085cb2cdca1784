"""Accepted texts, and errors at their spots."""

from __future__ import annotations

import ast
import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drf_jwt_template.language.field import Field
from drf_jwt_template.language.kinds import KINDS, MAX_UNIQUE_STR, SCALARS
from drf_jwt_template.language.names import (
    MAX_NAME,
)
from drf_jwt_template.language.parser import MAX_STR, parse
from drf_jwt_template.language.reader import LanguageError

from .helpers import EXAMPLES, descriptions, errors_of, printed, refusal_of


@pytest.mark.parametrize(
    "text",
    [
        "A(x:int)",
        " A ( x : int ) ; ",
        "A(\n  x: int,\n  y: str\n);\n\nB(\tz: text)\n",
        "A(x: int unique optional); B(x: int optional unique);",
        "A(x: str='a;b'); B(y: str=\"c)d\")",
        f"{'A' * MAX_NAME}({'x' * MAX_NAME}: int)",
        "A(at: int, optional: str, unique: bool, choice: str)",
        "Class(x: int); Def(x: int)",
        f"A(x: str({MAX_UNIQUE_STR}) unique)",
        f"A(x: choice({'c' * 80}))",
        # Only a choice makes a class.
        "A(a_1: choice(x|y), a1: int)",
        "A(a1: int, a_1: choice(x|y))",
    ],
)
def test_valid_text_is_accepted(text: str) -> None:
    for resource in parse(text):
        for field in resource.fields:
            ast.parse(field.declaration, mode="eval")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Student(name: string)",
            "line 1: unknown type 'string'; did you mean 'str'?; allowed: str, str(N), text, int,"
            " float, decimal(digits,places), bool, date, datetime, time, duration, uuid, email, url,"
            " slug, json, choice(a|b|c), owner, a resource, many of a resource\n"
            "    Student(name: string)\n"
            "                  ^^^^^^",
        ),
        (
            "Student(name: str",
            "line 1: expected ',' or ')', found the end of the text\n"
            "    Student(name: str\n"
            "                     ^",
        ),
        (
            "Note(title: str);\n\tBook(pages: int = many)",
            "line 2: the default of pages must be a whole number from -2147483648 to 2147483647,"
            " found many\n"
            "    \tBook(pages: int = many)\n"
            "    \t                  ^^^^",
        ),
        (
            "",
            "line 1: expected a resource, such as Student(name: str), or none\n    \n    ^",
        ),
        (
            "Book(id: int, class: str);\nBook(x: int maybe)",
            "line 1: field name 'id' is reserved: it is the primary key of every Django model\n"
            "    Book(id: int, class: str);\n"
            "         ^^\n"
            "line 1: field name 'class' is reserved: it is a Python keyword\n"
            "    Book(id: int, class: str);\n"
            "                  ^^^^^\n"
            "line 2: resource names must differ, regardless of case: Book and Book\n"
            "    Book(x: int maybe)\n"
            "    ^^^^\n"
            "line 2: expected 'optional' or 'unique', found 'maybe'\n"
            "    Book(x: int maybe)\n"
            "                ^^^^^",
        ),
    ],
)
def test_whole_error_message(text: str, message: str) -> None:
    with pytest.raises(LanguageError) as refusal:
        parse(text)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("text", "underlined", "expected"),
    [
        (" \n ", " ", "expected a resource, such as Student(name: str), or none"),
        (";", ";", "expected the name of a resource, found ';'"),
        ("A(x: int);; B(x: int)", ";", "expected the name of a resource, found ';'"),
        # Marks.
        ("A", "", "expected '(' and the fields of A, found the end of the text"),
        ("A x: int)", "x", "expected '(' and the fields of A, found 'x'"),
        ("A(", "", "expected the name of a field, found the end of the text"),
        ("A()", ")", "expected the name of a field, found ')'"),
        ("A(x: int,)", ")", "expected the name of a field, found ')'"),
        ("A(x)", ")", "expected ':' and the type of x, found ')'"),
        ("A(x int)", "int", "expected ':' and the type of x, found 'int'"),
        ("A(x: )", ")", "expected a type, found ')'"),
        ("A(x: int", "", "expected ',' or ')', found the end of the text"),
        ("A(x: int; B(y: int)", ";", "expected ',' or ')', found ';'"),
        ("A(x: int))", ")", "expected ';' between two resources, found ')'"),
        ("A(x: int) B(x: int)", "B", "expected ';' between two resources, found 'B'"),
        ("A(x: int), B(x: int)", ",", "expected ';' between two resources, found ','"),
        ("A(x: int y: int)", "y", "expected 'optional' or 'unique', found 'y'"),
        ("A(x: str='abc)", "'", 'expected a default, found "\'"'),
        ("A(x: str=)", ")", "expected a default, found ')'"),
        ("A(x: str=a b)", "b", "expected 'optional' or 'unique', found 'b'"),
        # Paths.
        ("A(x: int) at", "", "expected a path such as book-shelves, found the end of the text"),
        ("A(x: int) at; B(x: int)", ";", "expected a path such as book-shelves, found ';'"),
        *(
            (f"A(x: int) at {path}", path, "a path must consist of at most 100 ASCII letters")
            for path in ("/a", "a//b", "../a", "a.b", "<int:x>", "ünï", "%20", "'a'", "a" * 101)
        ),
        ("A(x: int) at a b", "b", "expected ';' between two resources, found 'b'"),
        # Types.
        ("A(x: integer)", "integer", "unknown type 'integer'; did you mean 'int'?"),
        ("A(x: Int)", "Int", "unknown type 'Int'; did you mean 'int'?"),
        ("A(x: boolean)", "boolean", "did you mean 'bool'?"),
        ("A(x: enum(a|b))", "enum", "did you mean 'choice'?"),
        ("A(x: qqq)", "qqq", "unknown type 'qqq'; allowed: str, str(N), text"),
        ("A(x: str())", ")", "expected a length, found ')'"),
        ("A(x: str(5)", "", "expected ',' or ')', found the end of the text"),
        *(
            (f"A(x: str({bad}))", bad, f"a length must be from 1 to {MAX_STR}, found '{bad}'")
            for bad in ("0", "65536", "x", "٥", "²", "1_0")
        ),
        pytest.param(
            f"A(x: str({'9' * 5000}))", "9" * 5000, "a length must be from 1 to", id="long length"
        ),
        ("A(x: str(0)=abc)", "0", "a length must be from 1 to 65535, found '0'"),
        ("A(x: decimal)", ")", "expected '(' after decimal, as in decimal(8,2), found ')'"),
        ("A(x: decimal(2))", ")", "expected ',' and the number of places after the point"),
        *(
            (f"A(x: decimal({bad}))", bad, f"found {bad}")
            for bad in ("0,0", "2,3", "1001,2", "99999,2")
        ),
        pytest.param(
            f"A(x: decimal(8,{'9' * 5000}))",
            f"8,{'9' * 5000}",
            "a decimal must have 1 to 1000 digits",
            id="long places",
        ),
        ("A(x: choice)", ")", "expected '(' after choice, as in choice(a|b|c), found ')'"),
        ("A(x: choice())", ")", "expected a choice, found ')'"),
        ("A(x: choice(a|))", ")", "expected a choice, found ')'"),
        ("A(x: choice(a,b))", ",", "expected '|' or ')', found ','"),
        (
            "A(x: choice(a|b|a))",
            "a",
            "choices must differ, regardless of case and of - or _, found 'a' again",
        ),
        ("A(x: choice(a-b|A_B))", "A_B", "regardless of case and of - or _, found 'A_B' again"),
        *(
            (f"A(x: choice({bad}))", bad, f"end with a letter or digit, found {bad!r}")
            for bad in ("1", "1a", "-a", "a-", "a__b", "é", "_")
        ),
        (f"A(x: choice({'c' * 81}))", "c" * 81, "a choice must have at most 80 characters"),
        # Flags.
        ("A(x: int option)", "option", "found 'option'; did you mean 'optional'?"),
        ("A(x: int uniqe)", "uniqe", "did you mean 'unique'?"),
        ("A(x: int optional = 5)", "=", "expected ',' or ')', found '='"),
        *(
            (f"A(x: {EXAMPLES[name]} unique)", "unique", f"type {name} must not be unique")
            for name in SCALARS
            if not KINDS[name].unique
        ),
        (
            f"A(x: str({MAX_UNIQUE_STR + 1}) unique)",
            "unique",
            "a unique text must have at most 600 characters, found 601",
        ),
        ("A(x: int=5 unique)", "unique", "a unique field must not have a default"),
        # Marks in quotes do not end a field.
        ('A(x: strr = "a, b: c; d) e", y: int)', "strr", "unknown type 'strr'"),
        ("A(x: int maybe = 'a; b', y: int)", "maybe", "found 'maybe'"),
    ],
)
def test_error_is_shown_at_its_spot(text: str, underlined: str, expected: str) -> None:
    ((found, message),) = errors_of(text)
    assert (found, expected in message) == (underlined, True), message


def test_all_errors_are_shown() -> None:
    text = (
        "student(name: string, id: int);\n"
        "Book(pages: int = many, title: str unique opt, title: str) at /books;\n"
        "Shelf x: int);\n"
        "Room(choice: choice(a|a), size: decimal(2,3), ok: bool=maybe unique)"
    )
    assert [underlined for underlined, _ in errors_of(text)] == [
        "student",
        "string",
        "id",
        "many",
        "opt",
        "/books",
        "x",
        "a",
        "2,3",
        "maybe",
        "unique",
    ]


# Brackets, colons and commas are listed twice: they make valid texts more likely.
MARKS = "( ) ( ) : : , , ; = | / - ' \" \\ {} []"
WORDS = "A Book b x name class id at optional unique many owner user str( decimal( choice("
VALUES = "é ٥ ² 5 0 12:30 2026-01-31 1e5 http://[ nan"
SPACES = [" ", " ", "\n", "\t", "\r", "\0"]
OTHERS = ["A(x: ", "x: int", "9" * 30, "9" * 5000]
TOKENS = st.sampled_from([*f"{MARKS} {WORDS} {VALUES}".split(" "), *SPACES, *OTHERS, *SCALARS])


@settings(max_examples=500)
@given(st.one_of(st.text(), st.lists(TOKENS).map("".join), st.lists(TOKENS).map(" ".join)))
@example("A(x: str(" + "9" * 5000 + "))")
@example("A(x: decimal(8," + "9" * 5000 + "))")
@example("A(x: url=http://[)")
@example("A(x: decimal(4,2)=1e9999999999999999999)")
@example("A(x: uuid=\ud800)")
def test_random_text_is_read_or_refused(text: str) -> None:
    if refusal := refusal_of(text):
        assert re.match(r"line \d+: ", refusal)
        assert re.search(r"\n {4}\s*\^+\Z", refusal)
        return
    for resource in parse(text):
        names = {field.name for field in resource.own_fields if not field.relation}
        assert set(json.loads(resource.example)) == names
        for field in resource.fields:
            ast.parse(field.declaration, mode="eval")


def type_words(field: Field) -> str:
    if field.type == "relation":
        return field.target
    if field.type == "many":
        return f"many {field.target}"
    marks = "|" if field.type == "choice" else ","
    return field.type + (f"({marks.join(field.arguments)})" if field.arguments else "")


@given(descriptions(), st.sampled_from(["", " ", "\n", "\t "]))
def test_printed_resources_are_read_back(
    described: dict[str, tuple[str, dict[str, tuple[str, str, str]]]], space: str
) -> None:
    text = f"{space};{space}".join(
        printed(name, at, fields, space) for name, (at, fields) in described.items()
    )
    read = {
        resource.name: (
            resource.at or "",
            {
                field.name: (
                    type_words(field),
                    described[resource.name][1][field.name][1] if field.default else "",
                    " optional" * field.optional + " unique" * field.unique,
                )
                for field in resource.fields
            },
        )
        for resource in parse(text)
    }
    assert read == described


@pytest.mark.parametrize("text", ["none", " None\n"])
def test_none_is_no_resource(text: str) -> None:
    assert parse(text) == ()
