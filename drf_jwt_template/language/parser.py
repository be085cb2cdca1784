"""The resource language: text -> the models, endpoints and tests of a project.

resources := "none" | resource (";" resource)*            # a comment, to the end of the line
resource  := Name "(" item ("," item)* ")" [ "at" path ]
item      := field | "unique" "(" name ("," name)+ ")"
field     := name ":" type ["=" default] ("optional" | "unique")*
type      := a scalar type | Target | "many" Target | "owner"
Target    := the name of a resource | "User"
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from .field import Field
from .kinds import ALIASES, KINDS, MAX_UNIQUE_STR, SCALARS, SYNTAX
from .linking import find_clash, link
from .names import USER, choice_member, find_field_problem, find_resource_problem
from .ranges import count_few, get_limits, normalize
from .reader import QUOTED, Reader, SkipError
from .resource import Resource

MAX_CHOICE = 80
MAX_DECIMAL_DIGITS = 1_000
MAX_PATH = 100
MAX_STR = 65_535
MIN_UNIQUE_NUMBERS = 10
MIN_UNIQUE_PER_OWNER = 3
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
FLAGS = ("optional", "unique")
# What is written elsewhere, and what to write here.
RANGE_HINT = "; write a range after the type, as in int(1..5)"
FLAG_HINTS = {
    "blank": "; did you mean 'optional'?",
    "null": "; did you mean 'optional'?",
    "nullable": "; did you mean 'optional'?",
    "required": "; remove it, because fields are required unless they are optional",
    "default": "; did you mean '='?",
    **dict.fromkeys(("max", "maximum", "min", "minimum"), RANGE_HINT),
}
AFTER_FIELD = {
    "?": "; did you mean 'optional'?",
    **dict.fromkeys("<>", RANGE_HINT),
    "=": "; write the default before optional and unique",
}
RELATIONS = {"ForeignKey": "{}", "OneToOneField": "{} unique", "ManyToManyField": "many {}"}
SEVERAL = re.compile(
    r"(array|list|set)\s*(of\s+(?P<of>\w+)|[\[(<]\s*(?P<in>\w+)\s*[\])>])|\[\s*(?P<only>\w+)\s*\]",
    re.IGNORECASE,
)


def parse(text: str) -> tuple[Resource, ...]:
    """Returns the resources of the text in their order.

    Raises LanguageError with every error of the text: its line, a caret under its spot, what was
    found and what is allowed.
    """
    if re.sub("#[^\n]*", "", text).strip().lower() == "none":
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
                hint = "; write unique(…) before the ')'" if self.peek(r"unique\b") else ""
                self.note_unexpected("';' between two resources", hint)
                self.skip_to(";")
                self.take(";")
        for start, end, target in self.mentions:
            if target not in (USER, *self.spots):
                self.note_unknown(target, start, end, [*self.spots])
        return found if self.errors else link(found, self.note_resource)

    def note_if(self, problem: str, start: int, underlined: str) -> None:
        if problem:
            self.note(start, start + len(underlined), problem)

    def note_resource(self, name: str, problem: str) -> None:
        self.note_if(problem, self.spots[name], name)

    def note_unknown(self, name: str, start: int, end: int, resources: Sequence[str]) -> None:
        """Records that `name` is neither a type nor a resource, and suggests a similar one."""
        lower = name.lower()
        argument = re.compile(r"\(\s*(?:max_length\s*=\s*)?['\"]?(\w+)").match(self.text, end)
        names = {known.lower(): known for known in (*SCALARS, "owner", USER, *resources)}
        likely = ALIASES.get(lower.removesuffix("field")) or next(
            (names[near] for near in difflib.get_close_matches(lower, names, 1)), None
        )
        if argument and name in RELATIONS:
            likely = RELATIONS[name].format(argument[1])
        elif argument and likely == "str" and argument[1].isdecimal():
            likely = f"str({argument[1]})"
        hint = f"; did you mean {likely!r}?" if likely else ""
        allowed = ", ".join([*SYNTAX, *resources])
        self.note(start, end, f"unknown type {name!r}{hint}; allowed: {allowed}")

    def read_resource(self) -> Resource:
        start = self.skip_space()
        name = self.expect(r"\w+", "the name of a resource")
        self.note_if(find_resource_problem(name), start, name)
        self.expect(r"\(", f"'(' and the fields of {name}")
        fields: list[Field] = []
        unique_sets: list[tuple[int, int, tuple[str, ...]]] = []
        closed = False
        while not closed:
            spot = self.skip_space()
            try:
                if self.take(r"unique\s*\("):
                    names = self.read_names()
                    unique_sets.append((spot, self.at, names))
                else:
                    field = self.read_field()
                    self.note_if(_find_field_clash(name, field, fields), spot, field.name)
                    fields.append(field)
                hint = self.suggest_after_item(fields)
                closed = self.expect(r"[,)]", "',' or ')'", hint) == ")"
            except SkipError:
                self.skip_to(",)")
                mark = self.take("[,)]")
                if not mark:
                    raise
                closed = mark == ")"
        for number, (spot, end, names) in enumerate(unique_sets):
            others = [others for _, _, others in unique_sets[:number]]
            problem = _find_set_problem(name, names, fields, others)
            if problem:
                self.note(spot, end, problem)
        sets = tuple(names for _, _, names in unique_sets)
        return Resource(name, tuple(fields), sets, self.read_path())

    def suggest_after_item(self, fields: Sequence[Field]) -> str:
        """Returns a hint to what follows a field instead of a comma, or the empty string."""
        mark = self.peek("[?[=<>]")
        if mark == "[" and fields:
            return "; write many before the resource" if fields[-1].relation else RANGE_HINT
        return AFTER_FIELD.get(mark, "")

    def read_names(self) -> tuple[str, ...]:
        """Returns the names in the brackets of `unique(a, b)`."""
        self.in_type = True
        names: list[str] = []
        while True:
            names.append(self.expect(r"\w+", "the name of a field"))
            if self.expect(r"[,)]", "',' or ')'") == ")":
                self.in_type = False
                return tuple(names)

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
        comma = self.text[: self.at].rstrip().endswith(",") and self.peek(r"\)")
        name = self.expect(
            r"\w+", "the name of a field", "; remove the comma before it" if comma else ""
        )
        self.note_if(find_field_problem(name), start, name)
        hint = f"; did you mean '{name}: {type_}'?" if (type_ := self.peek(r"\w+")) else ""
        if name.startswith("unique"):
            hint = "; did you mean 'unique(…)'?"
        self.expect(":", f"':' and the type of {name}", hint)
        type_, arguments = self.read_type()
        bare = Field(name, type_, arguments)
        if KINDS[type_].ranged:
            bare = self.read_range(bare)
        default = self.read_default(bare) if self.take("=") else None
        flags: set[str] = set()
        while True:
            start = self.skip_space()
            flag = self.take(r"\w+")
            if not flag:
                break
            if flag not in FLAGS:
                hint = _suggest_flag(flag, bare)
                self.note(start, self.at, f"expected 'optional' or 'unique', found {flag!r}{hint}")
                raise SkipError
            self.note_if(_find_flag_problem(flag, bare, default), start, flag)
            flags.add(flag)
        return replace(
            bare, default=default, optional="optional" in flags, unique="unique" in flags
        )

    def read_type(self) -> tuple[str, tuple[str, ...]]:
        start = self.skip_space()
        several = SEVERAL.match(self.text, start)
        if several:
            self.at = several.end()
            item = several["of"] or several["in"] or several["only"]
            likely = "json" if item in SCALARS else f"many {item[:1].upper()}{item[1:]}"
            found = several.group()
            self.note(start, self.at, f"expected a type, found {found!r}; did you mean {likely!r}?")
            raise SkipError
        name = self.expect(r"\w+", "a type")
        if name == "many":
            target = self.expect(r"\w+", "a resource after 'many'")
            if target in SCALARS:
                self.note(
                    start, self.at, f"many needs a resource, found {target!r}; did you mean 'json'?"
                )
                raise SkipError
            self.mentions.append((self.at - len(target), self.at, target))
            return name, (target,)
        if name[0].isupper() and not self.peek(r"\("):
            self.mentions.append((start, self.at, name))
            return "relation", (name,)
        # It once meant the owner. With any other meaning, an update would publish private objects.
        if name == "user":
            self.note(
                start,
                self.at,
                "unknown type 'user'; for the user who owns a row, use 'owner', and for another"
                " user 'User'",
            )
            raise SkipError
        if name not in (*SCALARS, "owner"):
            # It may be the name of a later resource in lower case.
            self.mentions.append((start, self.at, name))
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
        self.take(r"\)") or self.expect(",", "',' and a range, or ')'")
        return str(int(digits)), str(int(places))

    def read_range(self, field: Field) -> Field:
        """Returns the field with the range that follows, as in `int(1..5)`, if there is one."""
        comma = field.type == "decimal" and self.text[: self.at].rstrip().endswith(",")
        if not comma and (field.type == "decimal" or not self.take(r"\(")):
            return field
        self.in_type = True
        start = self.skip_space()
        low = self.take(NUMBER)
        self.expect(r"\.\.", "a range such as 1..5, 1.. or ..5")
        high = self.take(NUMBER)
        end = self.at
        if not low and not high:
            self.note(start, end, "expected a number before or after '..'")
        self.expect(r"\)", "')'")
        self.in_type = False
        for number in filter(None, (low, high)):
            try:
                field.kind.convert(number, field)  # type: ignore[misc]
            except ValueError as error:
                self.note(start, end, f"a range must start and end with {error}, found {number}")
                return field
        if low and high and Decimal(low) >= Decimal(high):
            self.note(start, end, f"a range must end after its start, found {low}..{high}")
            return field
        # A limit of the type itself restricts nothing.
        lowest, highest = get_limits(field)
        return replace(
            field,
            low=normalize(low) if low and Decimal(low) != lowest else None,
            high=normalize(high) if high and Decimal(high) != highest else None,
        )

    def read_default(self, field: Field) -> str | None:
        start = self.skip_space()
        text = self.expect(
            rf"{QUOTED}|[^\s,;()\"']+", "a default", "; remove the '=' or write a value after it"
        )
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
    count = count_few(field)
    if count is not None and count < MIN_UNIQUE_NUMBERS:
        return f"a unique number must have {MIN_UNIQUE_NUMBERS} or more values, found {count}"
    if default is not None:
        return "a unique field must not have a default: two rows would share it"
    return ""


def _find_set_problem(
    resource: str,
    names: Sequence[str],
    fields: Sequence[Field],
    others: Sequence[Sequence[str]],
) -> str:
    """Returns why the fields with these names cannot be unique together, or the empty string."""
    if len(names) < 2:
        if any(field.type == "owner" and field.name in names for field in fields):
            return "the owner must not be unique: it is always the requesting user"
        return f"unique(…) needs two fields or more; write 'unique' after the type of {names[0]!r}"
    members = {field.name: field for field in fields if field.name in names}
    for name in names:
        if names.count(name) > 1:
            return f"unique(…) must not contain {name!r} twice"
        if name not in members:
            known = ", ".join(field.name for field in fields) or "none"
            return f"{name!r} must be a field of {resource}; its fields: {known}"
        field = members[name]
        if field.unique:
            return f"{name!r} is unique already; remove it here"
        if not (field.kind.unique or field.type in ("bool", "choice", "owner")):
            return f"a field of type {field.type} must not be unique"
    if any(set(names) == set(other) for other in others):
        return "these fields are unique together already; remove one unique(…)"
    length = sum(field.max_length or 0 for field in members.values())
    if length > MAX_UNIQUE_STR:
        return f"unique texts must have at most {MAX_UNIQUE_STR} characters, found {length}"
    few = [field.few for field in members.values() if field.type != "owner"]
    least = MIN_UNIQUE_NUMBERS if len(few) == len(members) else MIN_UNIQUE_PER_OWNER
    sets = math.prod(count for count in few if count)
    if None not in few and sets < least:
        return f"the fields must have {least} or more different sets of values, found {sets}"
    return ""


def _suggest_flag(flag: str, field: Field) -> str:
    """Returns a hint to what the unknown flag means, or the empty string."""
    if flag == "many" and field.type == "relation":
        return f"; did you mean 'many {field.arguments[0]}'?"
    near = difflib.get_close_matches(flag, FLAGS, 1)
    return f"; did you mean {near[0]!r}?" if near else FLAG_HINTS.get(flag, "")


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
