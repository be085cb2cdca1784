"""The resource language: text -> the models, endpoints and tests of a project.

    resources := resource (";" resource)*
    resource  := Name "(" field ("," field)* ")" [ "at" path ]
    field     := name ":" type ["=" default] ("optional" | "unique")*
    type      := a scalar type | Resource | "many" Resource | "user"

``parse`` reads the whole text and reports every error at its spot.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import json
import keyword
import math
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Protocol

from .rendering.literals import EMAIL, HOST, LINE_LENGTH, call, duration, duration_source, string

MAX_NAME = 30
MAX_CHOICE = 80
MAX_STR = 65_535
MAX_PATH = 100
# PostgreSQL refuses an index entry of more than about 2,700 bytes; a character takes up to four.
MAX_UNIQUE_STR = 600
MAX_DECIMAL_DIGITS = 1_000
INT_RANGE = (-(2**31), 2**31 - 1)

QUERY_PARAMETERS = ("format", "ordering", "page", "page_size", "search")
RESERVED_FIELDS = {
    **dict.fromkeys(("id", "pk"), "is the primary key of every resource"),
    **dict.fromkeys(("created_at", "updated_at"), "is kept for the time stamps"),
    **dict.fromkeys(
        ("does_not_exist", "meta", "multiple_objects_returned", "not_updated"),
        "would hide a class of every Django model",
    ),
    "url": "is kept for the link of a hyperlinked resource",
    **dict.fromkeys(("dt", "finite", "models", "storable"), "is imported by models.py"),
    "l": "is easily taken for a digit",
    "str": "is a type that models.py speaks of",
    **dict.fromkeys(QUERY_PARAMETERS, "is a query parameter of every list"),
    **dict.fromkeys(
        (
            "adelete",
            "arefresh_from_db",
            "asave",
            "check",
            "clean",
            "clean_fields",
            "date_error_message",
            "delete",
            "from_db",
            "full_clean",
            "get_constraints",
            "get_deferred_fields",
            "objects",
            "prepare_database_save",
            "refresh_from_db",
            "save",
            "save_base",
            "serializable_value",
            "unique_error_message",
            "validate_constraints",
            "validate_unique",
        ),
        "is an attribute of every Django model",
    ),
}
RESERVED_RESOURCES = {
    **dict.fromkeys(("False", "None", "True"), "is a keyword of Python"),
    **dict.fromkeys(("I", "O"), "is easily taken for a digit"),
    "User": "is the project's user model",
    **dict.fromkeys(("Decimal", "Meta", "Model", "UUID"), "has a meaning in models.py"),
}
# What a `choice` field's class would hide.
RESERVED_CLASSES = ("Decimal", "Meta", "UUID")
# Of the project's own, in models.py.
VALIDATORS = {"float": "finite", "json": "storable"}
CLASS_SUFFIXES = ("Admin", "Filter", "Serializer", "ViewSet")

PROJECT_TESTS = (
    *("accounts", "also_basic", "also_session", "also_token", "attacks", "checks", "cookies"),
    *("keys", "openapi", "parallel", "purging", "remote_keys", "seeding", "sessions"),
    *("throttles", "tokens"),
)
# What the project itself has in the API's schema.
PROJECT_COMPONENTS = {
    *("ErrorDetail", "FieldErrors", "PaginatedTokenSessionList", "TokenAccess"),
    *("PatchedUserRequest", "UserRequest"),
    *(
        f"Token{action}{suffix}"
        for action in (
            *("Blacklist", "ObtainPair", "ObtainSliding", "Refresh", "RefreshSliding"),
            *("Session", "Verify"),
        )
        for suffix in ("", "Request")
    ),
}

# Names that a relation's way back to the user must not take.
USER_ATTRIBUTES = (
    *("auth_token", "check_password", "clean", "date_joined", "delete", "email", "first_name"),
    *("full_clean", "groups", "has_perm", "has_perms", "id", "is_active", "is_anonymous"),
    *("is_authenticated", "is_staff", "is_superuser", "last_login", "last_name", "logentry"),
    *("logentry_set", "natural_key", "objects", "outstandingtoken", "outstandingtoken_set"),
    *("password", "permissions", "pk", "save", "sessions", "user_permissions", "username"),
)

# Faker's providers for the names that people give to fields.
FAKES = {
    "address": "street_address",
    "author": "name",
    "city": "city",
    "color": "color_name",
    "company": "company",
    "country": "country",
    "first_name": "first_name",
    "job": "job",
    "last_name": "last_name",
    "name": "name",
    "phone": "phone_number",
    "title": "catch_phrase",
}
# What is different for each row serves unique fields as well.
FAKES_BY_TYPE = {
    "text": 'factory.Faker("paragraph")',
    "int": "factory.Sequence(lambda n: n)",
    "float": "factory.Sequence(lambda n: n / 2)",
    "bool": 'factory.Faker("pybool")',
    "date": "factory.Sequence(lambda n: dt.date(2000, 1, 1) + dt.timedelta(days=n))",
    "datetime": "factory.Sequence(lambda n: timezone.now() - dt.timedelta(minutes=n))",
    "time": "factory.Sequence(lambda n: dt.time(n // 3600 % 24, n // 60 % 60, n % 60))",
    "duration": "factory.Sequence(lambda n: dt.timedelta(minutes=n + 1))",
    "uuid": "factory.LazyFunction(uuid4)",
    "email": 'factory.Sequence(lambda n: f"user{n}@example.com")',
    "url": 'factory.Sequence(lambda n: f"https://example.com/{n}")',
    "slug": 'factory.Sequence(lambda n: f"slug-{n}")',
    "json": 'factory.Sequence(lambda n: {"n": n})',
}

IRREGULAR_PLURALS = {
    "child": "children",
    "foot": "feet",
    "goose": "geese",
    "man": "men",
    "mouse": "mice",
    "person": "people",
    "tooth": "teeth",
    "woman": "women",
    **{
        word: re.sub("fe?$", "ves", word)
        for word in ("calf", "half", "knife", "leaf", "life", "loaf", "self", "shelf", "thief")
        + ("wife", "wolf")
    },
}


class ResourceErrors(ValueError):
    """The text is not in the resource language; the message shows every error at its spot."""


@dataclass(frozen=True)
class Kind:
    """What a type of the language is in Django, in the API and in a test."""

    field: str
    """The class of `django.db.models`."""
    lookups: tuple[str, ...] = ("exact",)
    """What the list can be filtered by, in django-filter's terms."""
    sample: str = ""
    """Source of a valid value, made different by the name `n` (1 to 50)."""
    invalid: str = ""
    """Source of a value that the API must refuse; empty where any value is valid."""
    default: Callable[[str, Field], str] | None = None
    """Text of a default -> its source; raises ValueError with what is allowed."""
    text: bool = False
    unique: bool = True


@dataclass(frozen=True)
class Field:
    """A field of a resource. All that templates need to know of it is an attribute here."""

    name: str
    type: str
    arguments: tuple[str, ...] = ()
    default: str | None = None
    """Source of the default in models.py."""
    optional: bool = False
    unique: bool = False
    target: str = ""
    """The resource that a relation is to."""
    reference: str = ""
    """Source of the model that a relation is to."""
    related_name: str = ""
    on_delete: str = ""
    target_owner: str = ""
    """The owner field of the target, if it has one."""
    source: str = ""
    """The resource that a relation is from."""
    leads_back: bool = False
    """Whether a row of the target needs one of the source, so that tests leave the relation out."""

    @property
    def kind(self) -> Kind:
        return KINDS[self.type]

    @property
    def max_length(self) -> int | None:
        if self.type == "str":
            return int(self.arguments[0]) if self.arguments else 255
        if self.type == "choice":
            return max(len(value) for value in self.arguments)
        return {"slug": 50, "url": 200, "email": 254}.get(self.type)

    @property
    def required(self) -> bool:
        """Whether a body without this field is refused."""
        return not self.optional and self.default is None

    @property
    def nullable(self) -> bool:
        """Django's convention: no value is `""` in a text column, unless it is unique."""
        return self.optional and self.type != "many" and (not self.kind.text or self.unique)

    @property
    def relation(self) -> bool:
        """Whether it is to another resource; the owner is none of these."""
        return self.type in ("relation", "many")

    def serializer_arguments(self, hyperlinked: bool) -> list[str]:
        """Of the field that limits a relation to the rows of whoever asks."""
        rows = f"models.{self.target}.objects.all()"
        arguments = [f"queryset={rows}", f"owner_field={string(self.target_owner)}"]
        if hyperlinked:
            arguments.append(f"view_name={string(f'{self.target.lower()}-detail')}")
        if self.type == "many":
            arguments.append("many=True")
            arguments.append("required=False" if self.optional else "allow_empty=False")
        elif self.optional:
            arguments += ["allow_null=True", "required=False"]
        if self.unique:
            arguments.append(f"validators=[UniqueValidator(models.{self.source}.objects.all())]")
        return arguments

    @property
    def target_maker(self) -> str:
        """The method of `Rows`, in the tests, that makes a row for the relation."""
        return Resource(self.target, ()).maker

    @property
    def body(self) -> str:
        """Source of what a valid body says for this field."""
        if not self.relation:
            return self.sample
        if self.leads_back:
            return "[]" if self.type == "many" else "None"
        value = f"link(rows.{self.target_maker}(n))"
        return f"[{value}]" if self.type == "many" else value

    @property
    def annotation(self) -> str:
        """What mypy cannot find out about a field by itself."""
        if self.type != "many":
            return ""
        return f': "models.ManyToManyField[{self.target}, models.Model]"'

    def fake(self, resource: Resource) -> str:
        """Source of what makes a believable value, in a factory."""
        if self.type == "user":
            return "factory.SubFactory(UserFactory)"
        if self.type == "many":
            both = resource.owner and self.target_owner
            return call(
                f"{self.target}Factory",
                [f"{self.target_owner}=self.{resource.owner}"] if both else [],
                indent=12,
                beside=len("needed = "),
            )
        if self.type == "relation":
            target = f'"api.factories.{self.target}Factory"'
            if not (resource.owner and self.target_owner):
                return f"factory.SubFactory({target})"
            same = f'{self.target_owner}=factory.SelfAttribute("..{resource.owner}")'
            return f"factory.SubFactory(\n        {target},\n        {same},\n    )"
        if self.type == "choice":
            values = f"elements=models.{resource.name}.{self.choices_class}.values"
            return f'factory.Faker(\n        "random_element",\n        {values},\n    )'
        if self.type == "str":
            longest = self.max_length or 0
            if self.unique and longest > len(self.name) + 10:
                maker = f'lambda n: f"{self.name.replace("_", " ")} {{n}}"'
                return call("factory.Sequence", [maker], indent=4, beside=len(f"{self.name} = "))
            if self.unique:
                return f"factory.Sequence(lambda n: str(n)[-{longest}:])"
            if self.name in FAKES and longest >= 60:
                return f"factory.Faker({string(FAKES[self.name])})"
            if longest >= 5:
                return f'factory.Faker("text", max_nb_chars={min(longest, 40)})'
            return f'factory.Faker("pystr", max_chars={longest})'
        if self.type == "decimal":
            digits, places = map(int, self.arguments)
            numbers = 10 ** min(digits, 6)
            return f"factory.Sequence(lambda n: Decimal(n % {numbers}).scaleb(-{places}))"
        maker, _, argument = FAKES_BY_TYPE[self.type].removesuffix(")").partition("(")
        return call(maker, [argument], indent=4, beside=len(f"{self.name} = "))

    @property
    def choices_class(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Member, and source of value and label, of each choice."""
        if self.type != "choice":
            return []
        rows = []
        for value in self.arguments:
            member = _member(value)
            pair = [string(value), string(re.sub(r"[_-]+", " ", value).capitalize())]
            source = call("", pair, indent=8, beside=len(member) + 1)
            rows.append((member, source if "\n" in source else source[1:-1]))
        return rows

    @property
    def allowed(self) -> list[str]:
        """The values that the database takes for a choice."""
        return [*self.arguments, *([""] if self.optional else [])]

    @property
    def declaration(self) -> str:
        """The right-hand side of the field's line in models.py."""
        options: dict[str, str] = {}
        if self.on_delete:
            options["on_delete"] = f"models.{self.on_delete}"
        if self.related_name:
            options["related_name"] = string(self.related_name)
        if self.type == "many" and self.reference == '"self"':
            options["symmetrical"] = "False"
        if self.type in ("str", "choice"):
            options["max_length"] = str(self.max_length)
        if self.type == "choice":
            options["choices"] = f"{self.choices_class}.choices"
        if self.type == "decimal":
            options["max_digits"], options["decimal_places"] = self.arguments
        if self.type in VALIDATORS:
            options["validators"] = f"[{VALIDATORS[self.type]}]"
        if self.unique and self.type != "relation":
            options["unique"] = "True"
        if self.optional:
            options["blank"] = "True"
        if self.nullable:
            options["null"] = "True"
        if self.default is not None:
            options["default"] = self.default
        elif self.optional and self.kind.text and not self.nullable:
            options["default"] = '""'
        one_to_one = self.type == "relation" and self.unique
        function = f"models.{'OneToOneField' if one_to_one else self.kind.field}"
        arguments = [
            *([self.reference] if self.reference else []),
            *(f"{name}={value}" for name, value in options.items()),
        ]
        before = len(f"{self.name}{self.annotation} = ")
        if "\n" in call(function, arguments, indent=4, beside=before):
            # A line that is too long before the bracket gets one of its own, if that helps.
            start = 4 + before
            if start + len(f"{function}(") > LINE_LENGTH >= start + 1:
                return f"(\n        {call(function, arguments, indent=8, beside=0)}\n    )"
        return call(function, arguments, indent=4, beside=before)

    @property
    def searchable(self) -> bool:
        return self.kind.text and self.type != "choice"

    @property
    def sortable(self) -> bool:
        return self.type not in ("json", "text", "many", "user")

    @property
    def listed(self) -> bool:
        """Whether the admin's list has a column of it."""
        return self.type not in ("json", "text", "many")

    @property
    def admin_filter(self) -> bool:
        return self.type in ("bool", "choice", "date", "datetime")

    @property
    def sample(self) -> str:
        if self.type == "choice":
            return string(self.arguments[0])
        if self.type == "decimal":
            digits, places = map(int, self.arguments)
            if digits == places:
                return f'f"0.{{n:0{places}}}"'
            return f'f"{{n}}.{"0" * places}"' if places else "str(n)"
        if self.type == "str" and (self.max_length or 0) < len(self.name) + len(" 50"):
            return "str(n)"
        return self.kind.sample.replace("NAME", self.name.replace("_", " "))

    @property
    def one_digit(self) -> bool:
        """Whether samples differ for n up to 9 alone."""
        if self.type == "decimal":
            digits, places = map(int, self.arguments)
            return (digits - places or places) == 1
        return self.type == "str" and self.max_length == 1

    @property
    def invalid(self) -> str:
        """Source of a value that the API must refuse, or the empty string."""
        if self.type == "str":
            return f'"x" * {(self.max_length or 0) + 1}'
        return self.kind.invalid or ("" if self.nullable else "None")


@dataclass(frozen=True)
class Resource:
    """A thing that the API speaks of: one model, one endpoint."""

    name: str
    fields: tuple[Field, ...]
    at: str | None = None
    """The path below `api_prefix`, without a slash at the end, if it is not the plural."""
    most_rows: int = 50
    """How many rows its test can make: 9 where a field of them has room for one digit."""

    @cached_property
    def words(self) -> list[str]:
        """`BookShelf` -> `["book", "shelf"]`; `HTTPLog` -> `["http", "log"]`."""
        parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+", self.name)
        return [part.lower() for part in parts]

    @property
    def plural_words(self) -> list[str]:
        *first, last = self.words
        return [*first, pluralize(last)]

    @property
    def label(self) -> str:
        return " ".join(self.words)

    @property
    def plural_label(self) -> str:
        return " ".join(self.plural_words)

    @cached_property
    def module(self) -> str:
        """The name in file and function names: `book_shelf`."""
        return "_".join(self.words)

    @property
    def maker(self) -> str:
        """The method of `Rows`, in the tests, that makes a row."""
        taken = keyword.iskeyword(self.module) or self.module in ("made", "once", "owner")
        return f"{self.module}_" if taken else self.module

    @cached_property
    def path(self) -> str:
        """The endpoint below `api_prefix`, without a slash at the end."""
        return self.at or "-".join(self.plural_words)

    @property
    def basename(self) -> str:
        """The start of the URL names, as DRF's router takes it from the model."""
        return self.name.lower()

    @cached_property
    def components(self) -> set[str]:
        """What it adds to the names in the API's schema."""
        return {
            self.name,
            f"{self.name}Request",
            f"Patched{self.name}Request",
            f"Paginated{self.name}List",
            *(f"{self.name}{f.choices_class}Enum" for f in self.fields if f.choices),
        }

    @property
    def view_base(self) -> str:
        return "OwnedViewSet" if self.owner else "ModelViewSet"

    @property
    def owned_relations(self) -> list[Field]:
        """The relations to rows of which a user sees his own alone."""
        return [f for f in self.relations if f.target_owner]

    def base(self, generic: str, suffix: str) -> str:
        """What the class of this resource with that suffix derives from, as in `class X(…):`."""
        return call(
            "",
            [f"{generic}[models.{self.name}]"],
            indent=0,
            beside=len(f"class {self.name}{suffix}:"),
        )

    @property
    def registration(self) -> str:
        """Its line in the router."""
        return call(
            "router.register",
            [string(self.path), f"views.{self.name}ViewSet"],
            indent=0,
            beside=0,
        )

    @property
    def meta(self) -> dict[str, str]:
        """What Django would not find out by itself, in `class Meta`."""
        names = {}
        if (
            self.label
            != re.sub(r"((?<=[a-z\d])[A-Z]|(?!^)[A-Z](?=[a-z]))", r" \1", self.name).lower()
        ):
            names["verbose_name"] = string(self.label)
        if self.plural_label != f"{self.label}s":
            names["verbose_name_plural"] = string(self.plural_label)
        return names

    @property
    def title_field(self) -> str | None:
        """The field that a row is called by."""
        return next((f.name for f in self.fields if f.type in ("str", "slug", "email")), None)

    @property
    def indexed(self) -> list[str]:
        """What is filtered by and has no index yet.

        Text has one only up to the length that PostgreSQL indexes; two values are none's worth.
        """
        return [
            f.name
            for f in self.fields
            if f.kind.lookups
            and not f.unique
            and f.type not in ("bool", "slug")
            and (f.max_length or 0) <= MAX_UNIQUE_STR
        ]

    @property
    def constraints(self) -> list[tuple[Field, str]]:
        """The fields whose values the database checks, and the names of the checks."""
        return [
            (f, _constraint_name(f"{self.basename}_{f.name}_choice"))
            for f in self.fields
            if f.choices
        ]

    @property
    def search_fields(self) -> list[str]:
        return [f.name for f in self.fields if f.searchable]

    @property
    def owner(self) -> str:
        """The field that names the user to whom a row belongs, or the empty string."""
        return next((f.name for f in self.fields if f.type == "user"), "")

    @property
    def own_fields(self) -> list[Field]:
        """What a body can say: all but the owner."""
        return [f for f in self.fields if f.type != "user"]

    @property
    def relations(self) -> list[Field]:
        return [f for f in self.fields if f.relation]

    @property
    def made_fields(self) -> list[Field]:
        """What a factory gives a row: all but what it can do without."""
        return [f for f in self.fields if f.type != "many" and not (f.relation and f.optional)]

    @property
    def needed_many(self) -> list[Field]:
        return [f for f in self.relations if f.type == "many" and not f.optional]

    @property
    def to_one(self) -> list[str]:
        return [f.name for f in self.fields if f.type in ("relation", "user")]

    @property
    def to_many(self) -> list[str]:
        return [f.name for f in self.fields if f.type == "many"]

    @property
    def queryset(self) -> str:
        """What a list is made from, in a number of queries that does not grow with it."""
        if not self.to_many:
            return f"models.{self.name}.objects.all()"
        return call(
            f"models.{self.name}.objects.prefetch_related",
            [string(name) for name in self.to_many],
            indent=4,
            beside=len("queryset = "),
        )

    @property
    def filters(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(f.name, f.kind.lookups) for f in self.fields if f.kind.lookups]

    @property
    def has_filter(self) -> bool:
        return bool(self.filters or self.relations)

    @property
    def filter_fields(self) -> str:
        """Source of the filter set's `fields`."""
        rows = [
            f"            {string(name)}: [{', '.join(map(string, lookups))}],\n"
            for name, lookups in self.filters
        ]
        return "{\n" + "".join(rows) + "        }" if rows else "()"

    @property
    def ordering_fields(self) -> list[str]:
        return ["id", *(f.name for f in self.fields if f.sortable), "created_at", "updated_at"]

    @property
    def filter_words(self) -> str:
        """The filters, as the README lists them: a star for those that have ranges, too."""
        names = [f"`{name}`{'*' if len(lookups) > 1 else ''}" for name, lookups in self.filters]
        return ", ".join([*names, *(f"`{f.name}`" for f in self.relations)])

    @property
    def diagram(self) -> list[str]:
        """The lines of a Mermaid entity relationship diagram."""
        columns = [f for f in self.fields if not f.relation and f.type != "user"]
        lines = [f"{self.name} {{", *(f"    {f.type} {f.name}" for f in columns), "}"]
        for f in self.fields:
            if f.target:
                here = "|o" if f.unique else "}o"
                there = {
                    ("many", True): "o{",
                    ("many", False): "|{",
                    ("relation", True): "o|",
                }.get((f.type, f.optional), "||")
                target = "User" if f.type == "user" else f.target
                lines.append(f"{self.name} {here}--{there} {target} : {f.name}")
        return lines

    @property
    def admin_search(self) -> list[str]:
        """What the admin searches; a relation to it can be chosen by that."""
        return self.search_fields or ["=id"]

    @property
    def autocomplete(self) -> list[str]:
        return [f.name for f in self.fields if f.relation or f.type == "user"]

    @property
    def admin_list(self) -> list[str]:
        return ["id", *(f.name for f in self.fields if f.listed)]

    @property
    def admin_filters(self) -> list[str]:
        return [f.name for f in self.fields if f.admin_filter]

    @property
    def required_fields(self) -> list[Field]:
        return [f for f in self.own_fields if f.required]

    @property
    def unique_fields(self) -> list[Field]:
        return [f for f in self.fields if f.unique and not f.leads_back]

    @property
    def form_fields(self) -> list[Field]:
        """The fields that a form body can carry as they stand in a JSON body."""
        return [f for f in self.own_fields if f.type != "json" and not f.leads_back]

    @property
    def fits_form(self) -> bool:
        """Whether a form body can carry a whole row."""
        return bool(self.form_fields) and all(
            f in self.form_fields or not f.required for f in self.own_fields
        )

    @property
    def changing_field(self) -> Field:
        """A field whose samples differ, if there is one."""
        return next((f for f in self.own_fields if f.type != "choice"), self.own_fields[0])

    @property
    def uses_users(self) -> bool:
        """Whether its tests speak of users."""
        return bool(self.owner or self.relations)

    @property
    def test_imports(self) -> str:
        error = "IntegrityError, " if self.constraints else ""
        lines = [
            f"from django.db import {error}connection, transaction",
            "from django.test.utils import CaptureQueriesContext",
            "from django.urls import reverse",
            "from rest_framework.test import APIClient",
            "",
        ]
        return "\n".join(
            [*lines, *(["from accounts.models import User"] if self.uses_users else [])]
        )

    @property
    def builds_rows(self) -> bool:
        """Whether a valid body names rows of others."""
        return any(not f.leads_back for f in self.relations)

    @property
    def rows_import(self) -> str:
        names = ["Rows", *(["link"] if self.builds_rows or self.owned_relations else [])]
        return f"\n\nfrom .rows import {', '.join(names)}" if self.relations else ""

    @property
    def create_fixtures(self) -> str:
        return "row: dict[str, Any], body: Body" + (", user: User" if self.owner else "")

    def url_path(self, prefix: str) -> str:
        return f"/{prefix}{self.path}/"

    @property
    def example(self) -> str:
        """A valid body, as JSON for a shell's single quotes."""
        # The samples are expressions of this module's own making, with the one name `n`.
        values = {
            f.name: eval(f.sample, {"n": 1, "str": str})  # noqa: S307
            for f in self.own_fields
            if not f.relation
        }
        return json.dumps(values | {f.name: [1] if f.type == "many" else 1 for f in self.relations})

    @property
    def exact_filter(self) -> Field | None:
        """A field whose samples differ, to filter by in a test."""
        return next(
            (
                f
                for f in self.fields
                if f.kind.lookups and f.type not in ("bool", "choice", "float")
            ),
            None,
        )


def _on_delete(relation: Field, both_owned: bool) -> str:
    """What loses nothing: a row that others need stays, as long as they do.

    RESTRICT differs from PROTECT where all of it belongs to one user, who is deleted.
    """
    if relation.type == "many":
        return ""
    if relation.type == "user":
        return "CASCADE"
    if relation.optional:
        return "SET_NULL"
    return "RESTRICT" if both_owned else "PROTECT"


def _constraint_name(name: str) -> str:
    """`name`, in PostgreSQL's 63 characters."""
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _member(choice: str) -> str:
    return choice.replace("-", "_").upper()


def pluralize(word: str) -> str:
    """The plural of a lower-case English word, by rule; `at` is the way out where it errs."""
    if word in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[word]
    if re.search("(s|x|z|ch|sh)$", word):
        return f"{word}es"
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}s"


def _text_default(text: str, into: Field) -> str:
    if not all(char.isprintable() or char in "\n\t" for char in text):
        raise ValueError("a text without control characters")
    if into.max_length and len(text) > into.max_length:
        raise ValueError(f"a text of at most {into.max_length} characters")
    return string(text)


def _matching(pattern: str, allowed: str) -> Callable[[str, Field], str]:
    def convert(text: str, into: Field) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(allowed)
        return _text_default(text, into)

    return convert


def _int_default(text: str, into: Field) -> str:
    low, high = INT_RANGE
    if not re.fullmatch(r"-?\d{1,10}", text) or not low <= int(text) <= high:
        raise ValueError(f"a whole number from {low} to {high}")
    return str(int(text))


def _float_default(text: str, into: Field) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("a number")
    return repr(number)


def _decimal_default(text: str, into: Field) -> str:
    digits, places = map(int, into.arguments)
    allowed = f"a number with at most {digits} digits, {places} of them after the point"
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(allowed) from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > places or number.adjusted() >= digits - places:
        raise ValueError(allowed)
    return f'Decimal("{number:f}")'


def _bool_default(text: str, into: Field) -> str:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text.capitalize()


class _Iso(Protocol):
    def isoformat(self) -> str: ...


def _iso_default(
    name: str, reader: Callable[[str], _Iso], pattern: str, example: str
) -> Callable[[str, Field], str]:
    def convert(text: str, into: Field) -> str:
        allowed = f"a {name} such as {example}"
        # Newer Pythons read more of ISO 8601 than older ones.
        if not re.fullmatch(pattern, text):
            raise ValueError(allowed)
        try:
            value = reader(text)
        except ValueError:
            raise ValueError(allowed) from None
        return f'dt.{name}.fromisoformat("{value.isoformat()}")'

    return convert


_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
_ZONE = "(Z|[+-][0-9]{2}:[0-9]{2})?"


def _aware(text: str) -> dt.datetime:
    value = dt.datetime.fromisoformat(re.sub("Z$", "+00:00", text))
    return value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)


def _duration_default(text: str, into: Field) -> str:
    return duration_source(duration(text), "dt.timedelta")


def _uuid_default(text: str, into: Field) -> str:
    try:
        return f'UUID("{uuid.UUID(text)}")'
    except ValueError:
        raise ValueError("a UUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301") from None


def _json_default(text: str, into: Field) -> str:
    if text not in ("{}", "[]"):
        raise ValueError("{} or []")
    return {"{}": "dict", "[]": "list"}[text]


def _choice_default(text: str, into: Field) -> str:
    if text not in into.arguments:
        raise ValueError("one of " + ", ".join(into.arguments))
    return f"{into.choices_class}.{_member(text)}"


_RANGE = ("exact", "lt", "lte", "gt", "gte")
KINDS: Mapping[str, Kind] = {
    "str": Kind("CharField", sample='f"NAME {n}"', default=_text_default, text=True),
    "text": Kind(
        "TextField",
        lookups=(),
        sample='f"NAME {n}"',
        invalid='{"not": "text"}',
        default=_text_default,
        text=True,
        unique=False,
    ),
    "int": Kind("IntegerField", _RANGE, "n", '"not a number"', _int_default),
    "float": Kind("FloatField", _RANGE, "n + 0.5", '"nan"', _float_default),
    "decimal": Kind("DecimalField", _RANGE, "", '"not a number"', _decimal_default),
    "bool": Kind(
        "BooleanField", sample="n == 1", invalid='"perhaps"', default=_bool_default, unique=False
    ),
    "date": Kind(
        "DateField",
        _RANGE,
        'f"20{n:02}-01-31"',
        '"2026-13-01"',
        _iso_default("date", dt.date.fromisoformat, _DATE, "2026-01-31"),
    ),
    "datetime": Kind(
        "DateTimeField",
        _RANGE,
        'f"20{n:02}-01-31T12:00:00Z"',
        '"yesterday"',
        _iso_default("datetime", _aware, rf"{_DATE}[T ]{_TIME}{_ZONE}", "2026-01-31T12:00:00Z"),
    ),
    "time": Kind(
        "TimeField",
        _RANGE,
        'f"12:{n:02}:00"',
        '"25:00"',
        _iso_default("time", dt.time.fromisoformat, _TIME, "12:30"),
    ),
    "duration": Kind("DurationField", _RANGE, 'f"00:{n:02}:00"', '"soon"', _duration_default),
    "uuid": Kind(
        "UUIDField",
        sample='f"00000000-0000-4000-8000-{n:012}"',
        invalid='"not-a-uuid"',
        default=_uuid_default,
    ),
    "email": Kind(
        "EmailField",
        sample='f"user{n}@example.com"',
        invalid='"not-an-email"',
        default=_matching(EMAIL, "an e-mail address"),
        text=True,
    ),
    "url": Kind(
        "URLField",
        sample='f"https://example.com/{n}"',
        invalid='"not a url"',
        default=_matching(
            rf"https?://{HOST}(:[0-9]{{1,5}})?([/?#][!-~]*)?", "an absolute http or https URL"
        ),
        text=True,
    ),
    "slug": Kind(
        "SlugField",
        sample='f"slug-{n}"',
        invalid='"not a slug"',
        default=_matching(r"[A-Za-z0-9_-]+", "letters, digits, - and _"),
        text=True,
    ),
    "json": Kind("JSONField", lookups=(), sample='{"n": n}', default=_json_default, unique=False),
    "relation": Kind("ForeignKey", lookups=(), invalid='"not a row"'),
    "many": Kind("ManyToManyField", lookups=(), invalid='["not a row"]', unique=False),
    "user": Kind("ForeignKey", lookups=(), unique=False),
    "choice": Kind(
        "CharField", invalid='"not a choice"', default=_choice_default, text=True, unique=False
    ),
}
EXAMPLES = {"choice": "choice(a|b|c)", "decimal": "decimal(8,2)", "str": "str(80)"}
SCALARS = tuple(name for name in KINDS if name not in ("relation", "many", "user"))
TYPES = (
    *(
        {"str": "str, str(N)", "decimal": "decimal(digits,places)"}.get(name, name)
        for name in SCALARS
        if name != "choice"
    ),
    *("choice(a|b|c)", "user", "a resource", "many of a resource"),
)


QUOTED = r"\"[^\"\n]*\"|'[^'\n]*'"


class _Stop(Exception):
    """Ends the reading of one field or resource; the error is noted already."""


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.errors: list[tuple[int, int, str]] = []
        self.in_type = False
        """Whether the brackets of a type are open."""
        self.mentions: list[tuple[int, int, str]] = []
        """Where a relation names its target."""
        self.spots: dict[str, int] = {}
        """Where each resource stands."""

    def note(self, start: int, end: int, message: str) -> None:
        self.errors.append((start, max(end, start + 1), message))

    def stop(self, message: str) -> _Stop:
        """Notes what stands here instead of what is allowed."""
        self.skip_space()
        found = self.peek(r"\w+|\S")
        message += f", found {found!r}" if found else ", found the end of the text"
        self.note(self.at, self.at + len(found), message)
        return _Stop()

    def skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def peek(self, pattern: str) -> str:
        self.skip_space()
        match = re.compile(pattern).match(self.text, self.at)
        return match.group() if match else ""

    def take(self, pattern: str) -> str:
        found = self.peek(pattern)
        self.at += len(found)
        return found

    def expect(self, pattern: str, allowed: str) -> str:
        return self.take(pattern) or self._fail(allowed)

    def _fail(self, allowed: str) -> str:
        raise self.stop(f"expected {allowed}")

    def skip_to(self, stops: str) -> None:
        """Goes on behind an error: to the next of `stops` outside brackets and quotes."""
        depth, self.in_type = int(self.in_type), False
        while self.at < len(self.text):
            self.at += len(self.peek(QUOTED))
            char = self.text[self.at : self.at + 1]
            if char == ";" or (depth == 0 and char and char in stops):
                return
            depth += (char == "(") - (char == ")" and depth > 0)
            self.at += 1

    def resources(self) -> list[Resource]:
        found: list[Resource] = []
        if not self.peek(r"\S"):
            self.note(0, 1, "expected a resource, such as Student(name: str), found nothing")
        while self.peek(r"\S"):
            self.skip_space()
            start = self.at
            try:
                resource = self.resource()
            except _Stop:
                self.skip_to(";")
            else:
                problem = self.clash(resource, found)
                if problem:
                    self.note(start, start + len(resource.name), problem)
                self.spots[resource.name] = start
                found.append(resource)
            if self.peek(r"\S") and not self.take(";"):
                self.stop("expected ';' between two resources")
                self.skip_to(";")
                self.take(";")
        for start, end, target in self.mentions:
            if target not in self.spots:
                self.unknown(target, start, end, [*self.spots])
        return found if self.errors else self.linked(found)

    def unknown(self, name: str, start: int, end: int, resources: Sequence[str] = ()) -> None:
        """Notes that `name` is neither a type nor a resource, and what it was likely meant to be."""
        known = {"string": "str", "integer": "int", "boolean": "bool", "enum": "choice"}
        likely = known.get(name.lower()) or next(
            iter(
                difflib.get_close_matches(name, [*SCALARS, "user", *resources], 1)
                or difflib.get_close_matches(name.lower(), SCALARS, 1)
            ),
            None,
        )
        hint = f"; did you mean {likely!r}?" if likely else ""
        allowed = ", ".join([*TYPES, *resources])
        self.note(start, end, f"unknown type {name!r}{hint}; allowed: {allowed}")

    def linked(self, resources: list[Resource]) -> list[Resource]:
        """The resources, with what a relation's model declaration says of its target."""
        by_name = {resource.name: resource for resource in resources}
        taken = {
            resource.name: {*RESERVED_FIELDS, *(f.name for f in resource.fields)}
            for resource in resources
        }
        taken["user"] = set(USER_ATTRIBUTES)
        result = []
        for resource in resources:
            fields = []
            for one in resource.fields:
                if one.type not in ("relation", "many", "user"):
                    fields.append(one)
                    continue
                target = "user" if one.type == "user" else one.arguments[0]
                # Two relations from one resource to another need two names for the way back.
                words = resource.words if one.unique else resource.plural_words
                names = ["_".join(words), f"{'_'.join(words)}_by_{one.name}"]
                free = [name for name in names if name not in taken[target]]
                if not free:
                    self.note(
                        self.spots[resource.name],
                        self.spots[resource.name] + len(resource.name),
                        f"the way back from {target} to {resource.name} by {one.name!r} would be"
                        f" {names[0]!r} or {names[1]!r}, which {target} has already",
                    )
                    continue
                taken[target].add(free[0])
                target_owner = by_name[target].owner if target in by_name else ""
                fields.append(
                    replace(
                        one,
                        target=target,
                        reference="settings.AUTH_USER_MODEL"
                        if one.type == "user"
                        else string("self" if target == resource.name else target),
                        related_name=free[0],
                        on_delete=_on_delete(one, bool(resource.owner and target_owner)),
                        target_owner=target_owner,
                        source=resource.name,
                    )
                )
            result.append(replace(resource, fields=tuple(fields)))
        self.check_cycles(result)
        return result if self.errors else [self.with_needs(r, result) for r in result]

    @staticmethod
    def with_needs(resource: Resource, resources: list[Resource]) -> Resource:
        """The resource, with what follows from the rows that a row of it needs."""
        needs = {r.name: {f.target for f in r.relations if not f.optional} for r in resources}

        def reached(name: str) -> set[str]:
            known, new = set(), {name}
            while new:
                known |= new
                new = {target for source in new for target in needs[source]} - known
            return known

        fields = tuple(
            replace(f, leads_back=resource.name in reached(f.target)) if f.relation else f
            for f in resource.fields
        )
        made = {resource.name}.union(
            *(reached(f.target) for f in fields if f.relation and not f.leads_back)
        )
        few = any(f.one_digit for r in resources if r.name in made for f in r.fields)
        return replace(resource, fields=fields, most_rows=9 if few else 50)

    def check_cycles(self, resources: list[Resource]) -> None:
        """A row that needs another one that needs the first can never be made."""
        needs = {r.name: {f.target: f for f in r.relations if not f.optional} for r in resources}
        done: set[str] = set()

        def visit(name: str, path: list[str]) -> None:
            if name in path:
                circle = [*path[path.index(name) :], name]
                steps = [f"{a}.{needs[a][b].name}" for a, b in zip(circle, circle[1:])]  # noqa: B905
                self.note(
                    self.spots[name],
                    self.spots[name] + len(name),
                    f"no first {name} could be made, for all need one that is there:"
                    f" {', '.join(steps)}; make one of them optional",
                )
            elif name not in done:
                for target in needs[name]:
                    visit(target, [*path, name])
                done.add(name)

        for resource in resources:
            visit(resource.name, [])

    def clash(self, resource: Resource, others: list[Resource]) -> str:
        """What `resource` has in common with another one or with the project, if it must not."""
        name = resource.name
        if resource.module in PROJECT_TESTS:
            return f"the tests of {name} would be tests/test_{resource.module}.py, which is there already"
        if resource.components & PROJECT_COMPONENTS and name not in RESERVED_RESOURCES:
            return f"{name} would have a name of the project in the API's schema"
        for other in others:
            if name.lower() == other.name.lower():
                return f"{name} has the same name as {other.name}: {name.lower()!r}"
            if resource.module == other.module:
                return f"{name} has the same file name as {other.name}: {resource.module!r}"
            if resource.path == other.path:
                return (
                    f"{name} has the same path as {other.name}: {resource.path!r};"
                    " say another one with `at`"
                )
            if shared := sorted(resource.components & other.components):
                return (
                    f"{name} and {other.name} would share a name in the API's schema: {shared[0]!r}"
                )
        return ""

    def resource(self) -> Resource:
        self.skip_space()
        first = start = self.at
        name = self.expect(r"\w+", "the name of a resource")
        self.check_resource_name(name, start)
        self.expect(r"\(", f"'(' and the fields of {name}")
        fields: list[Field] = []
        closed = False
        while not closed:
            self.skip_space()
            start = self.at
            try:
                read = self.field()
                if read.type == "user" and any(f.type == "user" for f in fields):
                    self.note(start, start + len(read.name), f"{name} has two owners")
                elif read.name in {f.name for f in fields}:
                    self.note(start, start + len(read.name), f"{name} has two fields {read.name!r}")
                elif read.choices and read.choices_class in RESERVED_CLASSES:
                    self.note(
                        start,
                        start + len(read.name),
                        f"the choices of {read.name!r} would make the class {read.choices_class},"
                        " which has another meaning in models.py",
                    )
                elif read.choices and read.choices_class in {
                    f.choices_class for f in fields if f.choices
                }:
                    self.note(
                        start,
                        start + len(read.name),
                        f"{name} has two fields that make the class {read.choices_class}",
                    )
                fields.append(read)
                closed = self.expect(r"[,)]", "',' or ')'") == ")"
            except _Stop:
                self.skip_to(",)")
                mark = self.take("[,)]")
                if not mark:
                    raise
                closed = mark == ")"
        if fields and all(f.type == "user" for f in fields):
            self.note(first, first + len(name), f"{name} has no field beside its owner")
        return Resource(name, tuple(fields), self.path())

    def path(self) -> str | None:
        if not self.take(r"at\b"):
            return None
        self.skip_space()
        start = self.at
        path = self.expect(r"[^\s;]+", "a path such as book-shelves").removesuffix("/")
        if len(path) > MAX_PATH or not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path):
            self.note(
                start,
                self.at,
                f"a path is of at most {MAX_PATH} ASCII letters, digits, - and _, with single"
                f" slashes between (none at its start), found {path!r}",
            )
        return path

    def check_resource_name(self, name: str, start: int) -> None:
        problem = ""
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            problem = "starts with a capital letter and is of ASCII letters and digits"
            if re.fullmatch(r"[a-z_][A-Za-z0-9_]*", name):
                camel = "".join(w[:1].upper() + w[1:] for w in name.split("_"))
                problem += f", such as {camel!r}"
        elif len(name) > MAX_NAME:
            problem = f"has at most {MAX_NAME} characters"
        if problem:
            self.note(start, start + len(name), f"the name of a resource {problem}; found {name!r}")
        elif name in RESERVED_RESOURCES:
            self.note(start, start + len(name), f"{name!r} {RESERVED_RESOURCES[name]}")
        elif name.endswith(CLASS_SUFFIXES):
            self.note(
                start,
                start + len(name),
                f"{name!r} would be taken for a class of the project: no resource's name ends in "
                + ", ".join(CLASS_SUFFIXES),
            )

    def check_field_name(self, name: str, start: int) -> None:
        problem = ""
        if name in RESERVED_FIELDS:
            problem = RESERVED_FIELDS[name]
        elif keyword.iskeyword(name):
            problem = "is a keyword of Python"
        elif "__" in name or name.endswith("_"):
            problem = "has a double or trailing underscore, which Django keeps for look-ups"
        elif not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            problem = "is no field name: lower-case ASCII letters, digits and _, a letter first"
        elif len(name) > MAX_NAME:
            problem = f"is too long: at most {MAX_NAME} characters"
        if problem:
            self.note(start, start + len(name), f"{name!r} {problem}")

    def field(self) -> Field:
        self.skip_space()
        start = self.at
        name = self.expect(r"\w+", "the name of a field")
        self.check_field_name(name, start)
        self.expect(":", f"':' and the type of {name}")
        type_, arguments = self.type()
        bare = Field(name, type_, arguments)
        default = self.default(bare) if self.take("=") else None
        flags: set[str] = set()
        while True:
            self.skip_space()
            start = self.at
            flag = self.take(r"\w+")
            if not flag:
                break
            if flag not in ("optional", "unique"):
                near = difflib.get_close_matches(flag, ("optional", "unique"), 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                self.note(start, self.at, f"expected 'optional' or 'unique', found {flag!r}{hint}")
                raise _Stop
            if type_ == "user":
                self.note(start, self.at, f"the owner is always set, and is never {flag}")
            elif flag == "unique" and not bare.kind.unique:
                self.note(start, self.at, f"a field of type {type_} cannot be unique")
            elif flag == "unique" and (bare.max_length or 0) > MAX_UNIQUE_STR:
                self.note(
                    start,
                    self.at,
                    f"a unique text has at most {MAX_UNIQUE_STR} characters, found {bare.max_length}",
                )
            elif flag == "unique" and default is not None:
                self.note(start, self.at, "a unique field has no default: two rows would share it")
            flags.add(flag)
        return Field(name, type_, arguments, default, "optional" in flags, "unique" in flags)

    def type(self) -> tuple[str, tuple[str, ...]]:
        self.skip_space()
        start = self.at
        name = self.expect(r"\w+", "a type")
        if name == "many":
            target = self.expect(r"\w+", "the resource that there are many of")
            self.mentions.append((self.at - len(target), self.at, target))
            return name, (target,)
        if name[0].isupper():
            self.mentions.append((start, self.at, name))
            return "relation", (name,)
        if name not in (*SCALARS, "user"):
            self.unknown(name, start, self.at)
            raise _Stop
        read: Callable[[], tuple[str, ...]] | None = {
            "choice": self.choices,
            "decimal": self.digits,
            "str": self.length if self.peek(r"\(") else None,
        }.get(name)
        if read is None:
            return name, ()
        self.expect(r"\(", f"'(' after {name}, as in {EXAMPLES[name]}")
        self.in_type = True
        arguments = read()
        self.in_type = False
        return name, arguments

    def length(self) -> tuple[str, ...]:
        self.skip_space()
        start = self.at
        length = self.expect(r"\w+", "a length")
        if not re.fullmatch("0*[0-9]{1,5}", length) or not 1 <= int(length) <= MAX_STR:
            self.note(start, self.at, f"a length is from 1 to {MAX_STR}, found {length!r}")
            length = str(MAX_STR)
        self.expect(r"\)", "')'")
        return (str(int(length)),)

    def choices(self) -> tuple[str, ...]:
        values: list[str] = []
        while True:
            self.skip_space()
            start = self.at
            value = self.expect(r"[\w-]+", "a choice")
            if (
                not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9]|[A-Za-z]", value)
                or "__" in value
            ):
                self.note(
                    start,
                    self.at,
                    "a choice is of ASCII letters, digits, - and _, from a letter to a letter or digit;"
                    f" found {value!r}",
                )
            elif len(value) > MAX_CHOICE:
                self.note(start, self.at, f"a choice has at most {MAX_CHOICE} characters")
            elif _member(value) in ("I", "O"):
                self.note(start, self.at, f"the choice {value!r} is easily taken for a digit")
            elif _member(value) in map(_member, values):
                self.note(start, self.at, f"the choice {value!r} stands twice")
            values.append(value)
            if self.expect(r"[|)]", "'|' or ')'") == ")":
                return tuple(values)

    def digits(self) -> tuple[str, ...]:
        self.skip_space()
        start = self.at
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
                f"a decimal has 1 to {MAX_DECIMAL_DIGITS} digits and no more places than digits,"
                f" found {digits},{places}",
            )
            digits, places = "8", "2"
        self.expect(r"\)", "')'")
        return str(int(digits)), str(int(places))

    def default(self, into: Field) -> str | None:
        self.skip_space()
        start = self.at
        text = self.expect(rf"{QUOTED}|[^\s,;()\"']+", "a default")
        convert = into.kind.default
        if convert is None:
            what = "an owner" if into.type == "user" else "a relation"
            self.note(start, self.at, f"{what} has no default")
            return None
        value = text[1:-1] if text[0] in "\"'" else text
        try:
            return convert(value, into)
        except ValueError as error:
            self.note(start, self.at, f"the default of {into.name} is {error}; found {text}")
            return None


def parse(text: str) -> tuple[Resource, ...]:
    """The resources that `text` describes, in its order.

    Raises ResourceErrors with every error of the text, each with its line, a caret under its
    spot, what was found and what is allowed.
    """
    parser = _Parser(text)
    resources = parser.resources()
    if not parser.errors:
        return tuple(resources)
    lines = text.split("\n")
    shown = []
    for start, end, message in sorted(parser.errors):
        number = text.count("\n", 0, start)
        line = lines[number]
        column = start - (text.rfind("\n", 0, start) + 1)
        width = max(1, min(end - start, len(line) - column))
        # The caret must stand under its spot whatever the width of what is before it.
        lead = "".join(char if char == "\t" else " " for char in line[:column])
        shown.append(f"line {number + 1}: {message}\n    {line}\n    {lead}{'^' * width}")
    raise ResourceErrors("\n".join(shown))
