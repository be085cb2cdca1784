"""The tables of the project and how they refer to each other: `project.data` in templates.

The README shows them in a diagram and in two tables.
"""

from __future__ import annotations

from typing import NamedTuple

from ..answers import Answers
from ..language.field import Field
from ..language.names import USER
from ..language.resource import Resource
from .accounts import Accounts
from .revocation import Revocation

ON_DELETE = {
    "": "the list omits it",
    "CASCADE": "is deleted as well",
    "PROTECT": "prevents the deletion",
    "RESTRICT": "prevents the deletion, unless its owner is deleted",
    "SET_NULL": "becomes null",
}
"""What becomes of a reference when the object to which it refers is deleted."""


class Column(NamedTuple):
    """A field that is not a relation."""

    name: str
    type: str
    arguments: str = ""
    unique: bool = False
    optional: bool = False
    primary: bool = False

    @property
    def line(self) -> str:
        """The line in a Mermaid diagram."""
        keys = [*(["PK"] if self.primary else []), *(["UK"] if self.unique else [])]
        return " ".join([self.type, self.name, *keys])

    @property
    def words(self) -> str:
        arguments = f"({self.arguments})" if self.arguments else ""
        given = {
            "unique": self.unique,
            "optional": self.optional,
            "(primary key)": self.primary,
        }
        flags = [word for word, is_given in given.items() if is_given]
        return " ".join([f"`{self.name}`", f"{self.type}{arguments}", *flags])


class Relation(NamedTuple):
    """A field that refers to another table."""

    source: str
    name: str
    target: str
    on_delete: str
    unique: bool = False
    optional: bool = False
    many: bool = False

    @property
    def line(self) -> str:
        """The line in a Mermaid diagram."""
        here = "|o" if self.unique else "}o"
        there = ("o" if self.optional else "|") + ("{" if self.many else "|")
        return f'"{self.source}" {here}--{there} "{self.target}" : "{self.name}"'

    @property
    def sources(self) -> str:
        """How many objects refer to one object."""
        return "at most one" if self.unique else "any number of"

    @property
    def targets(self) -> str:
        """To how many objects one object refers."""
        if self.many:
            return "any number of" if self.optional else "one or more"
        return "at most one" if self.optional else "one"

    @property
    def deletion(self) -> str:
        return ON_DELETE[self.on_delete]


class Table(NamedTuple):
    """A model of the project, or of one of its apps."""

    name: str
    """The class. Its app is part of the name unless it is a resource or the user."""
    meaning: str
    """What a row is."""
    columns: list[Column]
    relations: list[Relation]
    unique_sets: tuple[tuple[str, ...], ...] = ()

    @property
    def diagram(self) -> list[str]:
        """The lines of the table in a Mermaid diagram."""
        lines = [f'"{self.name}"']
        if self.columns:
            lines = [f'"{self.name}" {{', *(f"    {c.line}" for c in self.columns), "}"]
        return [*lines, *(relation.line for relation in self.relations)]

    @property
    def fields(self) -> str:
        """The columns as text."""
        columns = [", ".join(column.words for column in self.columns)] if self.columns else []
        sets = [", ".join(f"`{name}`" for name in names) for names in self.unique_sets]
        return "; ".join([*columns, *(f"unique together: {names}" for names in sets)])


class Data:
    """The tables, without those that every Django project has."""

    def __init__(self, answers: Answers, accounts: Accounts, revocation: Revocation) -> None:
        self.tables = [Table(USER, "an account", user_columns(accounts), [])]
        prefix = answers.api_prefix
        self.tables += [table_of(resource, prefix) for resource in answers.resources]
        if revocation.sessions:
            self.tables.append(SESSION)
        if revocation.blacklist:
            self.tables += BLACKLIST
        if answers.also_accept == "token":
            self.tables.append(TOKEN)
        if accounts.mail:
            self.tables.append(EMAIL_CHANGE)
        if accounts.invited:
            self.tables.append(INVITATION)
        if accounts.open:
            self.tables.append(USED_ADDRESS)

    @property
    def relations(self) -> list[Relation]:
        return [relation for table in self.tables for relation in table.relations]


def columns(*texts: str) -> list[Column]:
    """Returns the columns of texts such as `email str(254) unique`."""
    found = []
    for text in texts:
        name, kind, *flags = text.split()
        kind, _, arguments = kind.rstrip(")").partition("(")
        found.append(Column(name, kind, arguments, **dict.fromkeys(flags, True)))
    return found


def user_columns(accounts: Accounts) -> list[Column]:
    login = [] if accounts.email_login else ["username str(150) unique"]
    address = (
        "unique" if accounts.email_login else "unique optional" if accounts.mail else "optional"
    )
    return columns(
        *login,
        f"email str(254) {address}",
        "password str(128)",
        "first_name str(150) optional",
        "last_name str(150) optional",
        "is_active bool",
        "is_staff bool",
        "is_superuser bool",
        "date_joined datetime",
        "last_login datetime optional",
    )


def table_of(resource: Resource, prefix: str) -> Table:
    return Table(
        resource.name,
        f"an object at `{resource.url_path(prefix)}`",
        [column_of(field) for field in resource.fields if not field.target],
        [
            Relation(
                source=resource.name,
                name=field.name,
                target=field.target,
                on_delete=field.on_delete,
                unique=field.unique,
                optional=field.optional,
                many=field.type == "many",
            )
            for field in resource.fields
            if field.target
        ],
        resource.unique_sets,
    )


def column_of(field: Field) -> Column:
    arguments = ", ".join(field.arguments)
    if field.type == "str":
        arguments = str(field.max_length)
    elif field.has_range:
        limits = f"{field.low or ''}..{field.high or ''}"
        arguments = f"{arguments}, {limits}" if arguments else limits
    return Column(field.name, field.type, arguments, field.unique, not field.required)


SESSION = Table(
    "tokens.Session",
    "a login, with all its tokens",
    columns(
        "id uuid primary",
        "jti str(255)",
        "previous_jti str(255) optional",
        "older_jtis json optional",
        "rotated_at datetime optional",
        "created_at datetime",
        "last_seen_at datetime",
        "address ip optional",
        "user_agent str(200) optional",
        "expires_at datetime",
        "revoked_at datetime optional",
        "revoked_reason str(20) optional",
    ),
    [Relation("tokens.Session", "user", USER, "CASCADE")],
)
OUTSTANDING = "token_blacklist.OutstandingToken"
BLACKLISTED = "token_blacklist.BlacklistedToken"
BLACKLIST = [
    Table(
        OUTSTANDING,
        "a token that was issued",
        columns(
            "jti str(255) unique",
            "token text",
            "created_at datetime optional",
            "expires_at datetime",
        ),
        [Relation(OUTSTANDING, "user", USER, "SET_NULL", optional=True)],
    ),
    Table(
        BLACKLISTED,
        "a token that was revoked",
        columns("blacklisted_at datetime"),
        [Relation(BLACKLISTED, "token", OUTSTANDING, "CASCADE", unique=True)],
    ),
]
TOKEN = Table(
    "authtoken.Token",
    "a token of REST framework",
    columns("key str(40) primary", "created datetime"),
    [Relation("authtoken.Token", "user", USER, "CASCADE", unique=True)],
)
EMAIL_CHANGE = Table(
    "accounts.EmailChange",
    "a former address, which the user can restore",
    columns("old_email str(254)", "changed_at datetime"),
    [Relation("accounts.EmailChange", "user", USER, "CASCADE")],
)
INVITATION = Table(
    "accounts.Invitation",
    "an invited address without an account",
    columns("email str(254) unique", "sent_at datetime"),
    [Relation("accounts.Invitation", "invited_by", USER, "SET_NULL", optional=True)],
)
USED_ADDRESS = Table(
    "accounts.UsedAddress",
    "the hash of an address with which an account was created",
    columns("digest str(64) unique", "used_at datetime"),
    [],
)
