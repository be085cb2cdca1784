"""The resource language: text -> the models, endpoints and tests of a project.

resources := "none" | resource (";" resource)*
resource  := Name "(" field ("," field)* ")" [ "at" path ]
field     := name ":" type ["=" default] ("optional" | "unique")*
type      := a scalar type | Resource | "many" Resource | "owner"
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence

from .field import Field
from .kinds import ALIASES, KINDS, MAX_UNIQUE_STR, SCALARS, SYNTAX
from .linking import find_clash, link
from .names import choice_member, find_field_problem, find_resource_problem
from .reader import QUOTED, Reader, SkipError
from .resource import Resource

MAX_CHOICE = 80
MAX_DECIMAL_DIGITS = 1_000
MAX_PATH = 100
MAX_STR = 65_535
FLAGS = ("optional", "unique")


def parse(text: str) -> tuple[Resource, ...]:
    """Returns the resources of the text in their order.

    Raises LanguageError with every error of the text: its line, a caret under its spot, what was
    found and what is allowed.
    """
    if text.strip().lower() == "none":
        return ()
    parser = _Parser(text)
    resources = parser.read_resources()
    parser.raise_errors()
    return tuple(resources)


class _Parser(Reader):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.mentions: list[tuple[int, int, str]] = []
        """The spots of relations, and their targets."""
        self.spots: dict[str, int] = {}
        """The spot of each resource."""

    def read_resources(self) -> list[Resource]:
        """Returns the resources, which are complete only if there are no errors."""
        found: list[Resource] = []
        if not self.peek(r"\S"):
            self.note(0, 1, "expected a resource, such as Student(name: str), or none")
        while self.peek(r"\S"):
            start = self.at
            try:
                resource = self.read_resource()
            except SkipError:
                self.skip_to(";")
            else:
                self.spots[resource.name] = start
                self.note_if(find_clash(resource, found), start, resource.name)
                found.append(resource)
            if self.peek(r"\S") and not self.take(";"):
                self.note_unexpected("';' between two resources")
                self.skip_to(";")
                self.take(";")
        for start, end, target in self.mentions:
            if target not in self.spots:
                self.note_unknown(target, start, end, [*self.spots])
        return found if self.errors else link(found, self.note_resource)

    def note_if(self, problem: str, start: int, underlined: str) -> None:
        if problem:
            self.note(start, start + len(underlined), problem)

    def note_resource(self, name: str, problem: str) -> None:
        self.note_if(problem, self.spots[name], name)

    def note_unknown(self, name: str, start: int, end: int, resources: Sequence[str] = ()) -> None:
        """Records that `name` is neither a type nor a resource, and suggests a similar one."""
        likely = ALIASES.get(name.lower()) or next(
            iter(
                difflib.get_close_matches(name, [*SCALARS, "owner", *resources], 1)
                or difflib.get_close_matches(name.lower(), SCALARS, 1)
            ),
            None,
        )
        hint = f"; did you mean {likely!r}?" if likely else ""
        allowed = ", ".join([*SYNTAX, *resources])
        self.note(start, end, f"unknown type {name!r}{hint}; allowed: {allowed}")

    def read_resource(self) -> Resource:
        start = self.skip_space()
        name = self.expect(r"\w+", "the name of a resource")
        self.note_if(find_resource_problem(name), start, name)
        self.expect(r"\(", f"'(' and the fields of {name}")
        fields: list[Field] = []
        closed = False
        while not closed:
            spot = self.skip_space()
            try:
                field = self.read_field()
                self.note_if(_find_field_clash(name, field, fields), spot, field.name)
                fields.append(field)
                closed = self.expect(r"[,)]", "',' or ')'") == ")"
            except SkipError:
                self.skip_to(",)")
                mark = self.take("[,)]")
                if not mark:
                    raise
                closed = mark == ")"
        if fields and all(f.type == "owner" for f in fields):
            self.note_if(f"{name} must have a field besides its owner", start, name)
        return Resource(name, tuple(fields), self.read_path())

    def read_path(self) -> str | None:
        if not self.take(r"at\b"):
            return None
        start = self.skip_space()
        path = self.expect(r"[^\s;]+", "a path such as book-shelves").removesuffix("/")
        if len(path) > MAX_PATH or not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path):
            self.note(
                start,
                self.at,
                f"a path must consist of at most {MAX_PATH} ASCII letters, digits, - and _, with"
                f" single slashes between them, found {path!r}",
            )
        return path

    def read_field(self) -> Field:
        start = self.skip_space()
        name = self.expect(r"\w+", "the name of a field")
        self.note_if(find_field_problem(name), start, name)
        self.expect(":", f"':' and the type of {name}")
        type_, arguments = self.read_type()
        bare = Field(name, type_, arguments)
        default = self.read_default(bare) if self.take("=") else None
        flags: set[str] = set()
        while True:
            start = self.skip_space()
            flag = self.take(r"\w+")
            if not flag:
                break
            if flag not in FLAGS:
                near = difflib.get_close_matches(flag, FLAGS, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                self.note(start, self.at, f"expected 'optional' or 'unique', found {flag!r}{hint}")
                raise SkipError
            self.note_if(_find_flag_problem(flag, bare, default), start, flag)
            flags.add(flag)
        return Field(name, type_, arguments, default, "optional" in flags, "unique" in flags)

    def read_type(self) -> tuple[str, tuple[str, ...]]:
        start = self.skip_space()
        name = self.expect(r"\w+", "a type")
        if name == "many":
            target = self.expect(r"\w+", "a resource after 'many'")
            self.mentions.append((self.at - len(target), self.at, target))
            return name, (target,)
        if name[0].isupper():
            self.mentions.append((start, self.at, name))
            return "relation", (name,)
        # It once meant the owner. With any other meaning, an update would publish private objects.
        if name == "user":
            self.note(
                start, self.at, "unknown type 'user'; for the user who owns a row, use 'owner'"
            )
            raise SkipError
        if name not in (*SCALARS, "owner"):
            self.note_unknown(name, start, self.at)
            raise SkipError
        read: Callable[[], tuple[str, ...]] | None = {
            "choice": self.read_choices,
            "decimal": self.read_digits,
            "str": self.read_length if self.peek(r"\(") else None,
        }.get(name)
        if read is None:
            return name, ()
        self.expect(r"\(", f"'(' after {name}, as in {KINDS[name].example}")
        self.in_type = True
        arguments = read()
        self.in_type = False
        return name, arguments

    def read_length(self) -> tuple[str, ...]:
        start = self.skip_space()
        length = self.expect(r"\w+", "a length")
        if not re.fullmatch("0*[0-9]{1,5}", length) or not 1 <= int(length) <= MAX_STR:
            self.note(start, self.at, f"a length must be from 1 to {MAX_STR}, found {length!r}")
            length = str(MAX_STR)
        self.expect(r"\)", "')'")
        return (str(int(length)),)

    def read_choices(self) -> tuple[str, ...]:
        values: list[str] = []
        while True:
            start = self.skip_space()
            value = self.expect(r"[\w-]+", "a choice")
            self.note_if(_find_choice_problem(value, values), start, value)
            values.append(value)
            if self.expect(r"[|)]", "'|' or ')'") == ")":
                return tuple(values)

    def read_digits(self) -> tuple[str, ...]:
        start = self.skip_space()
        digits = self.expect("[0-9]+", "the number of digits")
        self.expect(",", "',' and the number of places after the point")
        places = self.expect("[0-9]+", "the number of places after the point")
        if (
            max(len(digits), len(places)) > 4
            or not 1 <= int(digits) <= MAX_DECIMAL_DIGITS
            or int(places) > int(digits)
        ):
            self.note(
                start,
                self.at,
                f"a decimal must have 1 to {MAX_DECIMAL_DIGITS} digits and no more places than"
                f" digits, found {digits},{places}",
            )
            digits, places = "8", "2"
        self.expect(r"\)", "')'")
        return str(int(digits)), str(int(places))

    def read_default(self, field: Field) -> str | None:
        start = self.skip_space()
        text = self.expect(rf"{QUOTED}|[^\s,;()\"']+", "a default")
        if field.kind.convert is None:
            what = "an owner" if field.type == "owner" else "a relation"
            self.note(start, self.at, f"{what} must not have a default")
            return None
        value = text[1:-1] if text[0] in "\"'" else text
        try:
            field.kind.convert(value, field)
        except ValueError as error:
            self.note(start, self.at, f"the default of {field.name} must be {error}, found {text}")
        return value


def _find_field_clash(resource: str, field: Field, others: Sequence[Field]) -> str:
    """Returns what the field shares with another one of the resource, or the empty string."""
    if field.type == "owner" and any(f.type == "owner" for f in others):
        return f"{resource} must have only one owner"
    if any(field.name == f.name for f in others):
        return f"{resource} has two fields {field.name!r}; rename or remove one"
    pairs = [(f, field.name) for f in others] + [(field, f.name) for f in others]
    for one, name in pairs:
        if one.type in ("relation", "owner") and name == f"{one.name}_id":
            return f"{resource} would have two columns {name!r}; rename a field"
        if name in _find_added_methods(one):
            return f"Django would add a method {name!r} to {resource}; rename the field"
    return ""


def _find_added_methods(field: Field) -> list[str]:
    """Returns the methods that Django adds to the model of a field."""
    if field.type == "choice":
        return [f"get_{field.name}_display"]
    if field.type in ("date", "datetime") and not field.nullable:
        return [f"get_{step}_by_{field.name}" for step in ("next", "previous")]
    return []


def _find_flag_problem(flag: str, field: Field, default: str | None) -> str:
    """Returns why the field cannot have the flag, or the empty string."""
    if field.type == "owner":
        return f"the owner must not be {flag}: it is always the requesting user"
    if flag != "unique":
        return ""
    if not field.kind.unique:
        return f"a field of type {field.type} must not be unique"
    if (field.max_length or 0) > MAX_UNIQUE_STR:
        return (
            f"a unique text must have at most {MAX_UNIQUE_STR} characters, found {field.max_length}"
        )
    if default is not None:
        return "a unique field must not have a default: two rows would share it"
    return ""


def _find_choice_problem(value: str, others: Sequence[str]) -> str:
    """Returns why the value cannot follow the other choices, or the empty string."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9]|[A-Za-z]", value) or "__" in value:
        return (
            "a choice must consist of ASCII letters, digits, - and single _, start with a letter and"
            f" end with a letter or digit, found {value!r}"
        )
    if len(value) > MAX_CHOICE:
        return f"a choice must have at most {MAX_CHOICE} characters"
    if choice_member(value) in map(choice_member, others):
        return f"choices must differ, regardless of case and of - or _, found {value!r} again"
    return ""
