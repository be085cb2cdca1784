"""The resource language: what it takes, what it makes of it, and how it says what is wrong."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drf_jwt_template.rendering.literals import LINE_LENGTH
from drf_jwt_template.resources import (
    CLASS_SUFFIXES,
    IRREGULAR_PLURALS,
    KINDS,
    MAX_NAME,
    MAX_PATH,
    MAX_STR,
    MAX_UNIQUE_STR,
    QUERY_PARAMETERS,
    RESERVED_FIELDS,
    RESERVED_RESOURCES,
    SCALARS,
    Field,
    ResourceErrors,
    parse,
    pluralize,
)

from .baking import unavailable

BARE = {"decimal": "decimal(8,2)", "choice": "choice(new|in-use|old)"}
"""What a type is written as if it cannot stand alone."""
UUID_TEXT = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def field_of(text: str) -> Field:
    """The one field that `text` describes."""
    (resource,) = parse(f"Thing({text})")
    (field,) = resource.fields
    return field


def errors_of(text: str) -> list[tuple[str, str]]:
    """What is underlined, and what is said of it."""
    with pytest.raises(ResourceErrors) as refusal:
        parse(text)
    rows = str(refusal.value).split("\n")
    assert len(rows) % 3 == 0
    found = []
    for message, line, carets in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        number, _, said = message.partition(": ")
        assert line == "    " + text.split("\n")[int(number.removeprefix("line ")) - 1]
        assert re.fullmatch(r"[ \t]*\^+", carets)
        found.append((line[carets.index("^") : len(carets)], said))
    return found


# ---------------------------------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("type_", "declaration"),
    [
        ("str", "CharField(max_length=255)"),
        ("str(120)", "CharField(max_length=120)"),
        (f"str({MAX_STR})", "CharField(max_length=65535)"),
        ("str(007)", "CharField(max_length=7)"),
        ("text", "TextField()"),
        ("int", "IntegerField()"),
        ("float", "FloatField(validators=[finite])"),
        ("float optional", "FloatField(validators=[finite], blank=True, null=True)"),
        ("decimal(8,2)", "DecimalField(max_digits=8, decimal_places=2)"),
        ("decimal( 1 , 0 )", "DecimalField(max_digits=1, decimal_places=0)"),
        ("decimal(1000,1000)", "DecimalField(max_digits=1000, decimal_places=1000)"),
        ("bool", "BooleanField()"),
        ("date", "DateField()"),
        ("datetime", "DateTimeField()"),
        ("time", "TimeField()"),
        ("duration", "DurationField()"),
        ("uuid", "UUIDField()"),
        ("email", "EmailField()"),
        ("url", "URLField()"),
        ("slug", "SlugField()"),
        ("json", "JSONField(validators=[storable])"),
        ("choice(a)", "CharField(max_length=1, choices=Field.choices)"),
        ("choice( new | in-use|old )", "CharField(max_length=6, choices=Field.choices)"),
        # Options.
        ("str optional", 'CharField(max_length=255, blank=True, default="")'),
        ("str unique", "CharField(max_length=255, unique=True)"),
        ("str unique optional", "CharField(max_length=255, unique=True, blank=True, null=True)"),
        ("str=x optional", 'CharField(max_length=255, blank=True, default="x")'),
        ("text optional", 'TextField(blank=True, default="")'),
        ("int optional", "IntegerField(blank=True, null=True)"),
        ("int=5 optional", "IntegerField(blank=True, null=True, default=5)"),
        ("bool = true", "BooleanField(default=True)"),
        ("json optional", "JSONField(validators=[storable], blank=True, null=True)"),
        (
            "choice(a|b) optional",
            'CharField(max_length=1, choices=Field.choices, blank=True, default="")',
        ),
    ],
)
def test_types(type_: str, declaration: str) -> None:
    source = field_of(f"field: {type_}").declaration
    flat = re.sub(r",?\n *", " ", source).replace("( ", "(").removesuffix(" )")
    assert flat.removesuffix(")") + ")" == f"models.{declaration}"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("str=draft", '"draft"'),
        ("str = 'two words, and; (more)'", '"two words, and; (more)"'),
        ('str = "it\'s"', '"it\'s"'),
        ("str=''", '""'),
        ("str=true", '"true"'),
        ("str(3)=abc", '"abc"'),
        ("str=日本", '"日本"'),
        ("text='C:\\new'", '"C:\\\\new"'),
        ("int=-5", "-5"),
        ("int=007", "7"),
        ("int=2147483647", "2147483647"),
        ("int=-2147483648", "-2147483648"),
        ("float=1.5", "1.5"),
        ("float=1", "1.0"),
        ("float=-2e3", "-2000.0"),
        ("decimal(4,2)=99.99", 'Decimal("99.99")'),
        ("decimal(4,2)=-1.5", 'Decimal("-1.5")'),
        ("decimal(4,2)=1e1", 'Decimal("10")'),
        ("decimal(2,2)=0.25", 'Decimal("0.25")'),
        ("bool=true", "True"),
        ("bool=false", "False"),
        ("date=2026-01-31", 'dt.date.fromisoformat("2026-01-31")'),
        ("datetime=2026-01-31T12:00:00Z", 'dt.datetime.fromisoformat("2026-01-31T12:00:00+00:00")'),
        ("datetime=2026-01-31T12:00", 'dt.datetime.fromisoformat("2026-01-31T12:00:00+00:00")'),
        (
            "datetime='2026-01-31 12:00:00+02:00'",
            'dt.datetime.fromisoformat("2026-01-31T12:00:00+02:00")',
        ),
        ("time=12:30", 'dt.time.fromisoformat("12:30:00")'),
        ("duration=1h30m", "dt.timedelta(hours=1, minutes=30)"),
        ("duration='2 weeks'", "dt.timedelta(days=14)"),
        (f"uuid={UUID_TEXT.upper()}", f'UUID("{UUID_TEXT}")'),
        ("email=a.b+c@example.com", '"a.b+c@example.com"'),
        ("url=https://example.com/x?y=z#f", '"https://example.com/x?y=z#f"'),
        ("slug=a-b_C3", '"a-b_C3"'),
        ("json={}", "dict"),
        ("json=[]", "list"),
        ("choice(new|in-use)=in-use", "Field.IN_USE"),
    ],
)
def test_defaults(text: str, source: str) -> None:
    field = field_of(f"field: {text}")
    assert field.default == source
    assert not field.required
    made = {"dt": dt, "Decimal": Decimal, "UUID": UUID}
    if field.type != "choice":
        eval(source, made)  # noqa: S307


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("str(2)=abc", "a text of at most 2 characters"),
        ("str='a\0b'", "a text"),
        *(
            (f"int={bad}", "a whole number from -2147483648 to 2147483647")
            for bad in ("x", "1.5", "2147483648", "-2147483649", "9" * 30, "+5", "1e3", "0x5", "''")
        ),
        *((f"float={bad}", "a number") for bad in ("x", "nan", "inf", "-inf", "1e400", "1.5.2")),
        *(
            (f"decimal(4,2)={bad}", "a number with at most 4 digits, 2 of them after the point")
            for bad in ("x", "100", "1.234", "nan", "Infinity", "1e2", "1e-3", "1e999999", "sNaN")
        ),
        *((f"bool={bad}", "true or false") for bad in ("yes", "1", "True", "''")),
        *(
            (f"date={bad}", "a date such as 2026-01-31")
            for bad in ("today", "2026-02-30", "31.1.2026", "2026-1-1", "2026-W05", "20260131")
        ),
        *(
            (f"datetime='{bad}'", "a datetime such as 2026-01-31T12:00:00Z")
            for bad in (
                "now",
                "2026-01-31T25:00",
                "12:00",
                "2026-01-31T12:00+02:00Z",
                "20260131T12",
            )
        ),
        *(
            (f"time={bad}", "a time such as 12:30")
            for bad in ("noon", "25:00", "12:60", "12.30", "12:30+02:00", "12:30Z", "T12:30")
        ),
        *((f"duration={bad}", "a duration such as") for bad in ("soon", "5", "-5m", "9999999999d")),
        *((f"uuid={bad}", "a UUID such as") for bad in ("x", UUID_TEXT[:-1], "0" * 33)),
        *(
            (f"email='{bad}'", "an e-mail address")
            for bad in (
                "x",
                "a@b",
                "a b@example.com",
                "@example.com",
                "a..b@example.com",
                "é@b.org",
            )
        ),
        (f"email={'x' * 250}@example.com", "a text of at most 254 characters"),
        *(
            (f"url='{bad}'", "an absolute http or https URL")
            for bad in ("x", "/x", "ftp://x.org", "http://", "//x.org", "http://[", "http://a b")
        ),
        (f"url=http://example.com/{'x' * 200}", "a text of at most 200 characters"),
        *((f"slug='{bad}'", "letters, digits, - and _") for bad in ("a b", "é", "", "a/b")),
        (f"slug={'x' * 51}", "a text of at most 50 characters"),
        *((f"json='{bad}'", "{} or []") for bad in ("null", "{1}", "")),
        *((f"choice(a|b)={bad}", "one of a, b") for bad in ("c", "A", "''", "a|b")),
    ],
)
def test_defaults_refused(text: str, allowed: str) -> None:
    shown = text.partition("=")[2]
    ((underlined, said),) = errors_of(f"Thing(field: {text})")
    assert underlined == shown
    assert said.startswith(f"the default of field is {allowed}")
    assert said.endswith(f"found {shown}")


def value_of(source: str, n: int) -> object:
    value: object = eval(source, {"n": n, "str": str})  # noqa: S307
    return value


@pytest.mark.parametrize(
    "type_",
    [
        *(BARE.get(name, name) for name in SCALARS),
        *("str(1)", "str(5)", "str(6)", "str(7)", "decimal(1,0)", "decimal(1,1)", "decimal(3,3)"),
        *("decimal(3,2)", "choice(a)", "choice(a|b)", "str(600) unique", "slug unique optional"),
    ],
)
def test_samples_fit_their_fields(type_: str) -> None:
    field = field_of(f"name: {type_}")
    samples = [value_of(field.sample, n) for n in range(1, 10)]
    json.dumps(samples)
    different = {json.dumps(sample) for sample in samples}
    assert len(different) == (9 if field.type not in ("bool", "choice") else len({*samples}))
    if field.max_length:
        assert all(1 <= len(str(sample)) <= field.max_length for sample in samples)
    if field.type == "decimal":
        digits, places = map(int, field.arguments)
        for sample in samples:
            assert re.fullmatch(
                rf"\d{{1,{max(1, digits - places)}}}(\.\d{{{places}}})?", str(sample)
            )
    if field.type == "choice":
        assert {*samples} <= {*field.arguments}
    if field.invalid:
        assert value_of(field.invalid, 1) not in samples


@pytest.mark.parametrize(
    ("type_", "fact"),
    [
        ("str", {"required": True, "nullable": False, "searchable": True, "sortable": True}),
        ("str optional", {"required": False, "nullable": False}),
        ("str optional unique", {"required": False, "nullable": True}),
        ("int optional", {"required": False, "nullable": True, "searchable": False}),
        ("int = 5", {"required": False, "nullable": False}),
        ("text", {"searchable": True, "sortable": False, "listed": False, "admin_filter": False}),
        ("json", {"searchable": False, "sortable": False, "listed": False, "admin_filter": False}),
        ("bool", {"admin_filter": True, "listed": True, "sortable": True}),
        ("choice(a|b)", {"admin_filter": True, "searchable": False, "sortable": True}),
        ("date", {"admin_filter": True}),
        ("datetime", {"admin_filter": True}),
        ("json optional", {"invalid": ""}),
        ("json", {"invalid": "None"}),
        ("str(5)", {"invalid": '"x" * 6'}),
    ],
)
def test_field_facts(type_: str, fact: dict[str, object]) -> None:
    field = field_of(f"field: {type_}")
    assert {name: getattr(field, name) for name in fact} == fact


def test_choices_are_classes() -> None:
    (resource,) = parse("Job(work_state: choice(new|in-use|V2_final)=new, kind: choice(a))")
    state, kind = resource.fields
    assert (state.choices_class, kind.choices_class) == ("WorkState", "Kind")
    assert state.choices == [
        ("NEW", '"new", "New"'),
        ("IN_USE", '"in-use", "In use"'),
        ("V2_FINAL", '"V2_final", "V2 final"'),
    ]
    assert field_of("x: int").choices == []
    ((_, long),) = field_of(f"field: choice({'x' * 80})").choices
    assert ast.literal_eval(long) == ("x" * 80, "X" + "x" * 79)
    assert all(len(line) <= LINE_LENGTH for line in long.splitlines())


# ------------------------------------------------------------------------------------ resources


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        *(("student", "students"), ("day", "days"), ("key", "keys"), ("toe", "toes")),
        *(("bus", "buses"), ("box", "boxes"), ("quiz", "quizes"), ("class", "classes")),
        *(("church", "churches"), ("dish", "dishes"), ("city", "cities"), ("y", "ys")),
        *(("leaf", "leaves"), ("knife", "knives"), ("shelf", "shelves"), ("roof", "roofs")),
        *(("person", "people"), ("child", "children"), ("mouse", "mice"), ("wolf", "wolves")),
        *IRREGULAR_PLURALS.items(),
    ],
)
def test_plurals(word: str, plural: str) -> None:
    assert pluralize(word) == plural


@pytest.mark.parametrize(
    ("name", "path", "module", "meta"),
    [
        ("Student", "students", "student", {}),
        (
            "BookShelf",
            "book-shelves",
            "book_shelf",
            {"verbose_name_plural": '"book shelves"'},
        ),
        ("HTTPLog", "http-logs", "http_log", {}),
        ("LogHTTP", "log-https", "log_http", {}),
        ("Person", "people", "person", {"verbose_name_plural": '"people"'}),
        ("A", "as", "a", {}),
        ("X", "xes", "x", {"verbose_name_plural": '"xes"'}),
        ("Area51", "area-51s", "area_51", {"verbose_name": '"area 51"'}),
        ("ClassRoom", "class-rooms", "class_room", {}),
        ("TVShowCategory", "tv-show-categories", "tv_show_category", None),
    ],
)
def test_names_of_resources(name: str, path: str, module: str, meta: dict[str, str] | None) -> None:
    (resource,) = parse(f"{name}(x: int)")
    assert (resource.name, resource.path, resource.module) == (name, path, module)
    assert resource.basename == name.lower()
    assert resource.label.replace(" ", "_") == module
    assert resource.plural_label.replace(" ", "-") == path
    assert resource.at is None
    if meta is not None:
        assert resource.meta == meta


@pytest.mark.parametrize(
    ("at", "path"),
    [
        (" at studentapi", "studentapi"),
        ("at studentapi/", "studentapi"),
        ("\n at\tv2/my-students_3 ", "v2/my-students_3"),
        (f" at {'x' * MAX_PATH}", "x" * MAX_PATH),
        (" at at", "at"),
        ("", "students"),
    ],
)
def test_at_says_another_path(at: str, path: str) -> None:
    resource, other = parse(f"Student(name: str){at}; Other(at: int)")
    assert (resource.path, other.path) == (path, "others")
    assert resource.registration.startswith("router.register(")
    assert path in resource.registration


def test_a_resource_knows_what_its_files_need() -> None:
    (note,) = parse(
        "Note(count: int=1, title: str(120), body: text optional, data: json optional, done: bool,"
        " state: choice(a|b), link: url unique, price: decimal(4,2)=1)"
    )
    assert note.title_field == "title"
    assert note.search_fields == ["title", "body", "link"]
    assert note.ordering_fields == ["id", "count", "title", "done", "state", "link", "price"] + [
        *("created_at", "updated_at")
    ]
    assert note.admin_list == note.ordering_fields[:-2]
    assert note.admin_filters == ["done", "state"]
    assert [name for name, _ in note.filters] == [
        *("count", "title", "done", "state", "link", "price")
    ]
    assert dict(note.filters)["count"] == ("exact", "lt", "lte", "gt", "gte")
    assert [field.name for field in note.required_fields] == ["title", "done", "state", "link"]
    assert [field.name for field in note.form_fields] == [
        f.name for f in note.fields if f.name != "data"
    ]
    assert note.fits_form
    assert note.exact_filter == note.fields[0]
    assert json.loads(note.example) == {
        "count": 1,
        "title": "title 1",
        "body": "body 1",
        "data": {"n": 1},
        "done": True,
        "state": "a",
        "link": "https://example.com/1",
        "price": "1.00",
    }
    (other,) = parse("Other(data: json, ok: bool)")
    assert (other.title_field, other.exact_filter, other.fits_form) == (None, None, False)
    assert other.base("ModelSerializer", "Serializer") == "(ModelSerializer[models.Other])"


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
def test_texts_accepted(text: str) -> None:
    for resource in parse(text):
        for field in resource.fields:
            ast.parse(field.declaration, mode="eval")


# --------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Student(name: string)",
            "line 1: unknown type 'string'; did you mean 'str'?; allowed: str, str(N), text, int,"
            " float, decimal(digits,places), bool, date, datetime, time, duration, uuid, email, url,"
            " slug, json, choice(a|b|c), user, a resource, many of a resource\n"
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
            "line 2: the default of pages is a whole number from -2147483648 to 2147483647;"
            " found many\n"
            "    \tBook(pages: int = many)\n"
            "    \t                  ^^^^",
        ),
        (
            "",
            "line 1: expected a resource, such as Student(name: str), found nothing\n    \n    ^",
        ),
        (
            "Book(id: int, class: str);\nBook(x: int maybe)",
            "line 1: 'id' is the primary key of every resource\n"
            "    Book(id: int, class: str);\n"
            "         ^^\n"
            "line 1: 'class' is a keyword of Python\n"
            "    Book(id: int, class: str);\n"
            "                  ^^^^^\n"
            "line 2: Book has the same name as Book: 'book'\n"
            "    Book(x: int maybe)\n"
            "    ^^^^\n"
            "line 2: expected 'optional' or 'unique', found 'maybe'\n"
            "    Book(x: int maybe)\n"
            "                ^^^^^",
        ),
    ],
)
def test_whole_messages(text: str, message: str) -> None:
    with pytest.raises(ResourceErrors) as refusal:
        parse(text)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("text", "underlined", "said"),
    [
        (" \n ", " ", "expected a resource, such as Student(name: str), found nothing"),
        (";", ";", "expected the name of a resource, found ';'"),
        ("A(x: int);; B(x: int)", ";", "expected the name of a resource, found ';'"),
        # Brackets and marks.
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
        # Names of resources.
        ("student(x: int)", "student", "such as 'Student'; found 'student'"),
        ("book_shelf(x: int)", "book_shelf", "such as 'BookShelf'; found 'book_shelf'"),
        ("1A(x: int)", "1A", "starts with a capital letter"),
        ("Été(x: int)", "Été", "starts with a capital letter and is of ASCII letters and digits"),
        ("Book_Shelf(x: int)", "Book_Shelf", "starts with a capital letter"),
        (
            f"{'A' * (MAX_NAME + 1)}(x: int)",
            "A" * (MAX_NAME + 1),
            f"has at most {MAX_NAME} characters",
        ),
        *((f"{name}(x: int)", name, why) for name, why in RESERVED_RESOURCES.items()),
        *((f"My{end}(x: int)", f"My{end}", "would be taken for a class") for end in CLASS_SUFFIXES),
        ("A(x: int); A(y: int)", "A", "A has the same name as A: 'a'"),
        ("Book(x: int); BOOK(y: int)", "BOOK", "BOOK has the same name as Book: 'book'"),
        (
            "A(x: int) at b; B(x: int) at b",
            "B",
            "B has the same path as A: 'b'; say another one with `at`",
        ),
        ("A(x: int); B(x: int) at as/", "B", "B has the same path as A: 'as'"),
        # Paths.
        ("A(x: int) at", "", "expected a path such as book-shelves, found the end of the text"),
        ("A(x: int) at; B(x: int)", ";", "expected a path such as book-shelves, found ';'"),
        *(
            (f"A(x: int) at {path}", path, "a path is of at most 100 ASCII letters")
            for path in ("/a", "a//b", "../a", "a.b", "<int:x>", "ünï", "%20", "'a'", "a" * 101)
        ),
        ("A(x: int) at a b", "b", "expected ';' between two resources, found 'b'"),
        # Names of fields.
        *((f"A({name}: int)", name, f"{name!r} {why}") for name, why in RESERVED_FIELDS.items()),
        *((f"A({name}: int)", name, "is a keyword of Python") for name in ("class", "for", "None")),
        *(
            (f"A({name}: int)", name, "double or trailing underscore")
            for name in ("a_", "a__b", "a__", "__", "_")
        ),
        *(
            (f"A({name}: int)", name, "is no field name: lower-case ASCII")
            for name in ("Name", "_a", "1a", "é", "naïve", "aB")
        ),
        (
            f"A({'x' * (MAX_NAME + 1)}: int)",
            "x" * (MAX_NAME + 1),
            f"is too long: at most {MAX_NAME} characters",
        ),
        ("A(x: int, x: str)", "x", "A has two fields 'x'"),
        ("A(a_1: choice(x|y), a1: choice(x|y))", "a1", "A has two fields that make the class A1"),
        # Types.
        ("A(x: integer)", "integer", "unknown type 'integer'; did you mean 'int'?"),
        ("A(x: Int)", "Int", "unknown type 'Int'; did you mean 'int'?"),
        ("A(x: boolean)", "boolean", "did you mean 'bool'?"),
        ("A(x: enum(a|b))", "enum", "did you mean 'choice'?"),
        ("A(x: qqq)", "qqq", "unknown type 'qqq'; allowed: str, str(N), text"),
        ("A(x: str())", ")", "expected a length, found ')'"),
        ("A(x: str(5)", "", "expected ',' or ')', found the end of the text"),
        *(
            (f"A(x: str({bad}))", bad, f"a length is from 1 to {MAX_STR}, found '{bad}'")
            for bad in ("0", "65536", "x", "٥", "²", "1_0")
        ),
        pytest.param(
            f"A(x: str({'9' * 5000}))", "9" * 5000, "a length is from 1 to", id="long length"
        ),
        ("A(x: str(0)=abc)", "0", "a length is from 1 to 65535, found '0'"),
        ("A(x: decimal)", ")", "expected '(' after decimal, as in decimal(8,2), found ')'"),
        ("A(x: decimal(2))", ")", "expected ',' and the number of places after the point"),
        *(
            (f"A(x: decimal({bad}))", bad, f"found {bad}")
            for bad in ("0,0", "2,3", "1001,2", "99999,2")
        ),
        pytest.param(
            f"A(x: decimal(8,{'9' * 5000}))",
            f"8,{'9' * 5000}",
            "a decimal has 1 to 1000 digits",
            id="long places",
        ),
        ("A(x: choice)", ")", "expected '(' after choice, as in choice(a|b|c), found ')'"),
        ("A(x: choice())", ")", "expected a choice, found ')'"),
        ("A(x: choice(a|))", ")", "expected a choice, found ')'"),
        ("A(x: choice(a,b))", ",", "expected '|' or ')', found ','"),
        ("A(x: choice(a|b|a))", "a", "the choice 'a' stands twice"),
        ("A(x: choice(a-b|A_B))", "A_B", "the choice 'A_B' stands twice"),
        *(
            (f"A(x: choice({bad}))", bad, f"from a letter to a letter or digit; found {bad!r}")
            for bad in ("1", "1a", "-a", "a-", "a__b", "é", "_")
        ),
        (f"A(x: choice({'c' * 81}))", "c" * 81, "a choice has at most 80 characters"),
        # Files of the project, and names in the schema of its API.
        ("Tokens(x: int)", "Tokens", "the tests of Tokens would be tests/test_tokens.py"),
        *(
            (f"{name}(x: int)", name, "a name of the project in the API's schema")
            for name in ("TokenVerify", "UserRequest", "ErrorDetail")
        ),
        (
            "Leave(x: int); LeaveRequest(y: int)",
            "LeaveRequest",
            "LeaveRequest and Leave would share a name in the API's schema: 'LeaveRequest'",
        ),
        # What ruff takes for ambiguous.
        ("A(x: choice(in|o))", "o", "'o' is easily taken for a digit"),
        ("A(l: int)", "l", "'l' is easily taken for a digit"),
        ("I(x: int)", "I", "'I' is easily taken for a digit"),
        # What a choice is called in models.py.
        ("A(decimal: choice(a|b), price: decimal(8,2)=1)", "decimal", "Decimal"),
        ("A(u_u_i_d: choice(a|b), key: uuid)", "u_u_i_d", "UUID"),
        # Flags.
        ("A(x: int option)", "option", "found 'option'; did you mean 'optional'?"),
        ("A(x: int uniqe)", "uniqe", "did you mean 'unique'?"),
        ("A(x: int optional = 5)", "=", "expected ',' or ')', found '='"),
        *(
            (f"A(x: {BARE.get(name, name)} unique)", "unique", f"type {name} cannot be unique")
            for name in SCALARS
            if not KINDS[name].unique
        ),
        (
            f"A(x: str({MAX_UNIQUE_STR + 1}) unique)",
            "unique",
            "a unique text has at most 600 characters, found 601",
        ),
        ("A(x: int=5 unique)", "unique", "a unique field has no default"),
        # What stands in quotes ends nothing.
        ('A(x: strr = "a, b: c; d) e", y: int)', "strr", "unknown type 'strr'"),
        ("A(x: int maybe = 'a; b', y: int)", "maybe", "found 'maybe'"),
    ],
)
def test_one_mistake_is_one_error_at_its_spot(text: str, underlined: str, said: str) -> None:
    ((found, message),) = errors_of(text)
    assert (found, said in message) == (underlined, True), message


def test_all_errors_are_shown_in_one_go() -> None:
    text = (
        "student(name: string, id: int);\n"
        "Book(pages: int = many, title: str unique opt, title: str) at /books;\n"
        "Shelf x: int);\n"
        "Room(choice: choice(a|a), size: decimal(2,3), ok: bool=maybe unique)"
    )
    assert [underlined for underlined, _ in errors_of(text)] == [
        *("student", "string", "id"),
        *("many", "opt", "/books"),
        "x",
        *("a", "2,3", "maybe", "unique"),
    ]


def test_each_reserved_name_of_the_query_is_reserved_for_fields() -> None:
    assert set(QUERY_PARAMETERS) <= set(RESERVED_FIELDS)


def test_no_field_hides_an_attribute_of_djangos_models() -> None:
    if not find_spec("django"):
        unavailable("Django is not installed")
    model = import_module("django.db.models").Model
    hidden = [name for name in dir(model) if re.fullmatch(r"[a-z][a-z0-9_]*", name)]
    assert "save" in hidden
    assert not [name for name in hidden if name not in RESERVED_FIELDS]


def test_no_field_hides_what_its_model_is_written_with() -> None:
    """A name in the body of a class is found there first: `def __str__(self) -> str`."""
    ((underlined, _),) = errors_of("A(str: int)")
    assert underlined == "str"


# ----------------------------------------------------------------------------------- properties

TOKENS = st.sampled_from(
    [
        *("A", "Book", "b", "x", "name", "class", "id", "at", "optional", "unique", "many", "user"),
        *(
            "(",
            ")",
            "(",
            ")",
            ":",
            ":",
            ",",
            ",",
            ";",
            "=",
            "|",
            "/",
            "-",
            "'",
            '"',
            "\\",
            "{}",
            "[]",
        ),
        *(" ", " ", "\n", "\t", "\r", "\0", "é", "٥", "²", "5", "0", "12:30", "2026-01-31", "1e5"),
        *(
            "http://[",
            "nan",
            "9" * 30,
            "9" * 5000,
            "str(",
            "decimal(",
            "choice(",
            "A(x: ",
            "x: int",
        ),
        *SCALARS,
    ]
)
NAMES = st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8})?", fullmatch=True).filter(
    lambda name: not refusal_of(f"A({name}: int)")
)


def refusal_of(text: str) -> str:
    try:
        parse(text)
    except ResourceErrors as error:
        return str(error)
    return ""


@settings(max_examples=500)
@given(st.one_of(st.text(), st.lists(TOKENS).map("".join), st.lists(TOKENS).map(" ".join)))
@example("A(x: str(" + "9" * 5000 + "))")
@example("A(x: decimal(8," + "9" * 5000 + "))")
@example("A(x: url=http://[)")
@example("A(x: decimal(4,2)=1e9999999999999999999)")
@example("A(x: uuid=\ud800)")
def test_any_text_is_read_or_refused_with_its_spots(text: str) -> None:
    if refusal := refusal_of(text):
        assert re.match(r"line \d+: ", refusal)
        assert re.search(r"\n {4}\s*\^+\Z", refusal)
        return
    for resource in parse(text):
        assert set(json.loads(resource.example)) == {field.name for field in resource.fields}
        for field in resource.fields:
            ast.parse(field.declaration, mode="eval")


DEFAULTS = {"int": "-3", "bool": "true", "choice": "old", "str": "'a; (b)'", "duration": "1h30m"}
RESOURCE_NAMES = ("Author", "Book", "LendingDesk")


@st.composite
def descriptions(draw: st.DrawFn) -> dict[str, tuple[str, dict[str, tuple[str, str, str]]]]:
    """Resources as `name: (at, {field: (type, default, flags)})`, each in the language's words."""
    described: dict[str, tuple[str, dict[str, tuple[str, str, str]]]] = {}
    for name in RESOURCE_NAMES[: draw(st.integers(1, len(RESOURCE_NAMES)))]:
        fields = {}
        for field in draw(st.lists(NAMES, min_size=1, max_size=5, unique=True)):
            kind = draw(st.sampled_from([*SCALARS, *described, name, "many"]))
            default, flags = "", draw(st.sampled_from(["", " optional"]))
            if kind in SCALARS:
                if draw(st.booleans()):
                    default = DEFAULTS.get(kind, "")
                if KINDS[kind].unique and not default:
                    flags += draw(st.sampled_from(["", " unique"]))
                kind = BARE.get(kind, kind)
            elif kind == "many":
                kind = f"many {draw(st.sampled_from([*described, name]))}"
            if kind.endswith(name):
                # Or a first row would need another one.
                flags = " optional"
            fields[field] = (kind, default, flags)
        at = draw(st.sampled_from(["", f"some/{len(described)}-place"]))
        described[name] = (at, fields)
    return described


def printed(name: str, at: str, fields: Mapping[str, tuple[str, str, str]], space: str) -> str:
    rows = [
        f"{field}{space}:{space}{kind}{f'{space}={space}{default}' if default else ''}{flags}"
        for field, (kind, default, flags) in fields.items()
    ]
    body = f"{space},{space}".join(rows)
    return f"{name}{space}({space}{body}{space}){f' at {at}' if at else ''}"


def type_words(field: Field) -> str:
    if field.type == "relation":
        return field.target
    if field.type == "many":
        return f"many {field.target}"
    marks = "|" if field.type == "choice" else ","
    return field.type + (f"({marks.join(field.arguments)})" if field.arguments else "")


@given(descriptions(), st.sampled_from(["", " ", "\n", "\t "]))
def test_what_is_printed_is_read_as_it_was_meant(
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


@given(descriptions())
def test_a_declaration_says_what_the_field_does(
    described: dict[str, tuple[str, dict[str, tuple[str, str, str]]]],
) -> None:
    text = ";".join(printed(name, at, fields, " ") for name, (at, fields) in described.items())
    for resource in parse(text):
        for field in resource.fields:
            source = ast.parse(field.declaration, mode="eval").body
            assert isinstance(source, ast.Call)
            options = {keyword.arg: keyword.value for keyword in source.keywords}
            assert ("blank" in options) == field.optional
            assert ("null" in options) == field.nullable
            assert ("unique" in options) == (field.unique and field.type != "relation")
            assert ("default" in options) >= (field.default is not None)


# ------------------------------------------------------------------------------------ relations


def arguments_of(declaration: str) -> tuple[str, dict[str, str]]:
    """The target of a relation's declaration, and its keyword arguments."""
    expression = ast.parse(declaration, mode="eval").body
    assert isinstance(expression, ast.Call)
    names = {keyword.arg: ast.unparse(keyword.value) for keyword in expression.keywords}
    field = ast.unparse(expression.func)
    return f"{field}({ast.unparse(expression.args[0])})", {str(n): v for n, v in names.items()}


def relation(text: str, name: str) -> tuple[str, dict[str, str]]:
    resource_name, _, field_name = name.partition(".")
    (field,) = (
        field
        for resource in parse(text)
        for field in resource.fields
        if (resource.name, field.name) == (resource_name, field_name)
    )
    return arguments_of(field.declaration)


@pytest.mark.parametrize(
    ("text", "name", "field", "on_delete"),
    [
        ("A(b: B); B(x: int)", "A.b", "ForeignKey('B')", "PROTECT"),
        ("B(x: int); A(b: B)", "A.b", "ForeignKey('B')", "PROTECT"),
        ("A(b: B optional); B(x: int)", "A.b", "ForeignKey('B')", "SET_NULL"),
        ("A(b: B unique); B(x: int)", "A.b", "OneToOneField('B')", "PROTECT"),
        ("A(a: A optional)", "A.a", "ForeignKey('self')", "SET_NULL"),
        ("A(x: int, o: user)", "A.o", "ForeignKey(settings.AUTH_USER_MODEL)", "CASCADE"),
        # Where one user has both, the user can still be deleted.
        ("A(b: B, o: user); B(x: int, o: user)", "A.b", "ForeignKey('B')", "RESTRICT"),
        ("A(b: B); B(x: int, o: user)", "A.b", "ForeignKey('B')", "PROTECT"),
    ],
)
def test_a_relation_loses_nothing(text: str, name: str, field: str, on_delete: str) -> None:
    found, options = relation(text, name)
    assert found == f"models.{field}"
    assert options["on_delete"] == f"models.{on_delete}"
    assert ("null" in options) is (on_delete == "SET_NULL")


def test_many_of_a_resource() -> None:
    assert relation("A(b: many B); B(x: int)", "A.b") == (
        "models.ManyToManyField('B')",
        {"related_name": "'as'"},
    )
    _, options = relation("A(a: many A optional)", "A.a")
    assert options == {"related_name": "'as'", "symmetrical": "False", "blank": "True"}


def test_ways_back_never_clash() -> None:
    text = (
        "Book(writer: Person, reader: Person optional, next: Book optional, books: int);"
        "Person(name: str, best: Book optional unique, book: str);"
        "Group(n: int, owner: user); Note(owner: user, n: int)"
    )
    ways: dict[str, list[str]] = {}
    for resource in parse(text):
        for field in resource.fields:
            if field.target:
                ways.setdefault(field.target, []).append(field.related_name)
    assert ways == {
        "Person": ["books", "books_by_reader"],
        # Book has a field `books` itself.
        "Book": ["books_by_next", "person"],
        # Django's user has `groups` already.
        "user": ["groups_by_owner", "notes"],
    }


@pytest.mark.parametrize(
    ("text", "spot", "message"),
    [
        ("A(b: Bok); Book(x: int)", "Bok", "unknown type 'Bok'; did you mean 'Book'?"),
        ("A(b: many Bok); Book(x: int)", "Bok", "did you mean 'Book'?; allowed: str, str(N)"),
        ("A(b: Strng)", "Strng", "did you mean 'str'?"),
        ("A(b: many str)", "str", "unknown type 'str'"),
        ("A(b: many)", ")", "expected the resource that there are many of, found ')'"),
        ("A(a: A)", "A", "no first A could be made, for all need one that is there: A.a;"),
        ("A(a: many A)", "A", "make one of them optional"),
        ("A(b: B); B(c: C); C(a: many A)", "A", "A.b, B.c, C.a"),
        ("A(o: user)", "A", "A has no field beside its owner"),
        ("A(x: int, o: user, p: user)", "p", "A has two owners"),
        ("A(x: int, o: user optional)", "optional", "the owner is always set"),
        ("A(x: int, o: user unique)", "unique", "the owner is always set"),
        ("A(x: int, o: user = 1)", "1", "an owner has no default"),
        ("A(b: B = 1); B(x: int)", "1", "a relation has no default"),
        ("A(b: many B unique); B(x: int)", "unique", "type many cannot be unique"),
    ],
)
def test_a_wrong_relation_is_one_error_at_its_spot(text: str, spot: str, message: str) -> None:
    ((found, said),) = errors_of(text)
    assert found == spot
    assert message in said


def test_ways_back_that_must_clash_are_refused() -> None:
    text = "Cat(b: B, c: B); B(cats: int, cats_by_b: int)"
    ((found, said),) = errors_of(text)
    assert found == "Cat"
    assert "the way back from B to Cat by 'b' would be 'cats' or 'cats_by_b'" in said


def test_tests_leave_out_what_leads_back() -> None:
    text = "A(b: B optional, a: A optional, c: C optional); B(a: A); C(x: int)"
    (first, *_) = parse(text)
    assert {f.name: f.leads_back for f in first.fields} == {"b": True, "a": True, "c": False}
