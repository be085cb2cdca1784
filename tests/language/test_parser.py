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
from drf_jwt_template.language.reader import LONGEST_LINE, LanguageError

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
        "Cart(buyer: owner)",
        "A(x: User, y: many User optional, z: User unique optional)",
        "A(x: int(1..5), y: int( -3 .. ), z: bigint(..9) = 9, r: float(0..0.5) = 0.25 optional)",
        "A(x: float(0.1..0.3) = 0.1, y: float(..0.7) = 0.7)",
        "A(x: decimal(8,2,0..), y: decimal ( 8 , 2 , ..1.50 ) = 1.5, z: int(0..9) unique)",
        "A(x: int, y: A optional, z: owner, unique(x, y), unique (x,z) , unique(y, z))",
        "A(unique(x, y), x: choice(a|b|c), y: owner)",
        "A(unique: int, x: date, unique(unique, x))",
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
            "Student(name: string); B(x: int)",
            "line 1: unknown type 'string'; did you mean 'str'?; allowed: str, str(N), text, int,"
            " int(1..5), bigint, float, decimal(digits,places), bool, date, datetime, time, duration,"
            " uuid, email, url, slug, json, choice(a|b|c), owner, a resource or User,"
            " many of a resource or User, Student, B\n"
            "    Student(name: string); B(x: int)\n"
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
        ("A(x: int, )", ")", "the name of a field, found ')'; remove the comma before it"),
        ("A(x)", ")", "expected ':' and the type of x, found ')'"),
        ("A(x int)", "int", "expected ':' and the type of x, found 'int'; did you mean 'x: int'?"),
        ("A(x: )", ")", "expected a type, found ')'"),
        ("A(x: int", "", "expected ',' or ')', found the end of the text"),
        ("A(x: int; B(y: int)", ";", "expected ',' or ')', found ';'"),
        ("A(x: int))", ")", "expected ';' between two resources, found ')'"),
        ("A(x: int) B(x: int)", "B", "expected ';' between two resources, found 'B'"),
        ("A(x: int), B(x: int)", ",", "expected ';' between two resources, found ','"),
        ("A(x: int y: int)", "y", "expected 'optional' or 'unique', found 'y'"),
        ("A(x: str='abc)", "'", 'expected a default, found "\'"'),
        ("A(x: str=)", ")", "expected a default, found ')'; remove the '=' or write a value"),
        ("A(x: int) | B(x: int)", "|", "expected ';' between two resources, found '|'"),
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
        ("A(x: varchar(80))", "varchar", "did you mean 'str(80)'?"),
        ("A(x: CharField(max_length=80))", "CharField", "did you mean 'str(80)'?"),
        ("A(x: DateTimeField())", "DateTimeField", "did you mean 'datetime'?"),
        ("A(x: PositiveBigIntegerField())", "PositiveBigIntegerField", "did you mean 'bigint'?"),
        ("A(x: users)", "users", "did you mean 'User'?"),
        ("A(x: [User])", "[User]", "did you mean 'many User'?"),
        ("A(x: ForeignKey(Tag))", "ForeignKey", "did you mean 'Tag'?"),
        ("A(x: OneToOneField('Tag'))", "OneToOneField", "did you mean 'Tag unique'?"),
        ("A(x: ManyToManyField(Tag))", "ManyToManyField", "did you mean 'many Tag'?"),
        ("A(x: BookShelf many); BookShelf(x: int)", "many", "did you mean 'many BookShelf'?"),
        ("A(x: many bookshelfs); BookShelf(x: int)", "bookshelfs", "did you mean 'BookShelf'?"),
        ("A(x: bookshelf); BookShelf(x: int)", "bookshelf", "did you mean 'BookShelf'?"),
        *(
            (f"A(x: {several})", several, "did you mean 'many Tag'?")
            for several in (
                "[Tag]",
                "[ tag ]",
                "list of Tag",
                "List[Tag]",
                "set(Tag)",
                "Array<Tag>",
            )
        ),
        ("A(x: [str])", "[str]", "did you mean 'json'?"),
        ("A(x: many str)", "many str", "many needs a resource, found 'str'; did you mean 'json'?"),
        ("A(x: Tag[]); Tag(x: int)", "[", "write many before the resource"),
        ("A(x: str?)", "?", "did you mean 'optional'?"),
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
        # Ranges.
        ("A(x: int[1..5])", "[", "write a range after the type, as in int(1..5)"),
        ("A(x: int >= 0)", ">", "write a range after the type, as in int(1..5)"),
        ("A(x: int min 0)", "min", "write a range after the type, as in int(1..5)"),
        ("A(x: int(5))", ")", "expected a range such as 1..5, 1.. or ..5, found ')'"),
        ("A(x: int(1-5))", "-", "expected a range such as 1..5, 1.. or ..5, found '-'"),
        ("A(x: int(1,5))", ",", "expected a range such as 1..5, 1.. or ..5, found ','"),
        ("A(x: float(0..1)", "", "expected ',' or ')', found the end of the text"),
        ("A(x: int(..))", "..", "expected a number before or after '..'"),
        ("A(x: int(1..5.5))", "1..5.5", "must start and end with a whole number from -2147483648"),
        ("A(x: int(0..3000000000))", "0..3000000000", "found 3000000000"),
        ("A(x: bigint(..9223372036854775808))", "..9223372036854775808", "9223372036854775807,"),
        ("A(x: int(5..1))", "5..1", "a range must end after its start, found 5..1"),
        ("A(x: float(1..1.0))", "1..1.0", "a range must end after its start, found 1..1.0"),
        ("A(x: decimal(4,2,0..100))", "0..100", "a number with at most 4 digits, 2 of them after"),
        ("A(x: decimal(4,2,0..0.001))", "0..0.001", "2 of them after the point, found 0.001"),
        ("A(x: decimal(4,2,))", ")", "expected a range such as 1..5, 1.. or ..5, found ')'"),
        ("A(x: decimal(4,2 0..1))", "0", "expected ',' and a range, or ')', found '0'"),
        ("A(x: int(1..5) = 6)", "6", "the default of x must be a whole number from 1 to 5"),
        ("A(x: int(1..) = 0)", "0", "the default of x must be a whole number 1 or more"),
        ("A(x: float(..0) = 0.1)", "0.1", "the default of x must be a number 0 or less"),
        ("A(x: decimal(4,2,1..2) = 3)", "3", "after the point, from 1 to 2, found 3"),
        ("A(x: int(1..9) unique)", "unique", "must have 10 or more values, found 9"),
        # Sets of fields that are unique together.
        ("A(x: int, unique(x))", "unique(x)", "write 'unique' after the type of 'x'"),
        ("A(x: int, unique(x, y))", "unique(x, y)", "'y' must be a field of A; its fields: x"),
        ("A(unique(x, y))", "unique(x, y)", "'x' must be a field of A; its fields: none"),
        ("A(x: int, unique(x, x))", "unique(x, x)", "unique(…) must not contain 'x' twice"),
        (
            "A(x: int unique, y: int, unique(x, y))",
            "unique(x, y)",
            "'x' is unique already; remove it here",
        ),
        ("A(x: text, y: int, unique(x, y))", "unique(x, y)", "type text must not be unique"),
        ("A(x: many A, y: int, unique(x, y))", "unique(x, y)", "type many must not be unique"),
        (
            "A(x: int, y: int, unique(x, y), unique(y, x))",
            "unique(y, x)",
            "these fields are unique together already; remove one unique(…)",
        ),
        (
            "A(x: str, y: str(400), unique(x, y))",
            "unique(x, y)",
            "at most 600 characters, found 655",
        ),
        ("A(x: bool, y: choice(a|b), unique(x, y))", "unique(x, y)", "10 or more different sets"),
        ("A(x: bool, y: owner, unique(x, y))", "unique(x, y)", "3 or more different sets"),
        ("A(x: int, unique(x y))", "y", "expected ',' or ')', found 'y'"),
        ("A(x: int, unique x)", "x", "found 'x'; did you mean 'unique(…)'?"),
        ("A(x: int, y: int) unique(x, y)", "unique", "write unique(…) before the ')'"),
        ("A(x: owner, unique(x))", "unique(x)", "the owner must not be unique"),
        ("A(x: int, unique_together(x, y))", "(", "did you mean 'unique(…)'?"),
        # Flags.
        ("A(x: int option)", "option", "found 'option'; did you mean 'optional'?"),
        ("A(x: int uniqe)", "uniqe", "did you mean 'unique'?"),
        ("A(x: int null)", "null", "did you mean 'optional'?"),
        ("A(x: int required)", "required", "fields are required unless they are optional"),
        ("A(x: int default 5)", "default", "did you mean '='?"),
        ("A(x: int optional = 5)", "=", "write the default before optional and unique"),
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
        # Nor do those in comments.
        ("A(x: strr, # a, b: c; d) e\n y: int)", "strr", "unknown type 'strr'"),
        ("# A(x: strr)\nA(x: int maybe # ; B(x: strr)\n)", "maybe", "found 'maybe'"),
    ],
)
def test_error_is_shown_at_its_spot(text: str, underlined: str, expected: str) -> None:
    ((found, message),) = errors_of(text)
    assert (found, expected in message) == (underlined, True), message


@pytest.mark.parametrize("before", [0, 1, 5, 40])
@pytest.mark.parametrize("after", [0, 1, 5, 40])
def test_long_line_is_cut_around_spot(before: int, after: int) -> None:
    first = [f"First{n}(x: int); " for n in range(before)]
    last = [f"; Last{n}(x: int)" for n in range(after)]
    text = "".join([*first, "Book(title: strng)", *last])
    _, line, carets = refusal_of(text).split("\n")
    assert line[carets.index("^") : len(carets)] == "strng"
    shown = line.removeprefix("    ")
    assert len(shown) <= LONGEST_LINE
    assert shown.strip("…") in text
    assert shown.startswith("…") != text.startswith(shown[:9])
    assert shown.endswith("…") != text.endswith(shown[-9:])


def test_comments_are_ignored() -> None:
    text = "# All books.\nBook(x: int, # the number; (of pages)\n url: url = http://a.org/#b) # End"
    (book,) = parse(text)
    assert [field.name for field in book.fields] == ["x", "url"]
    assert book.fields[1].default == "http://a.org/#b"


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
    arguments = list(field.arguments)
    if field.has_range:
        arguments.append(f"{field.low or ''}..{field.high or ''}")
    return field.type + (f"({marks.join(arguments)})" if arguments else "")


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


@pytest.mark.parametrize("text", ["none", " None\n", "none # A(x: int)", "# A\nnone"])
def test_none_is_no_resource(text: str) -> None:
    assert parse(text) == ()
