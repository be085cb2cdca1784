"""The types of the resource language.

A new type is one entry in KINDS. A type with arguments also needs a method in parser.py that reads
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ..rendering.literals import EMAIL, HOST
from . import defaults, samples
from .facts import FieldFacts, ResourceFacts

# PostgreSQL rejects an index entry of more than about 2,700 bytes, and a character has up to four.
MAX_UNIQUE_STR = 600

_RANGE = ("exact", "lt", "lte", "gt", "gte")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a field type maps to Django, the API and the tests."""

    field: str
    """The field class in `django.db.models`."""
    options: Callable[[FieldFacts], dict[str, str]] | None = None
    """Returns the options that the field class always needs, as source."""
    validator: str | Callable[[FieldFacts], str] = ""
    """The function of api/validators.py that checks a value."""
    max_length: int | Callable[[FieldFacts], int] | None = None
    text: bool = False
    """Whether the column holds text, where Django stores no value as `""`."""
    unique: bool = True
    """Whether a field can be unique."""
    indexed: bool = True
    """Whether a filtered field gets an index in the model's Meta."""
    lookups: tuple[str, ...] = ("exact",)
    """The filters of a list, as lookups of django-filter."""
    searchable: bool = False
    sortable: bool = True
    title: bool = False
    """Whether the value can represent its row, in `__str__`."""
    listed: bool = True
    """Whether the admin's list has a column for it."""
    admin_filter: bool = False
    ranged: bool = False
    """Whether the type can have a range, as in `int(1..5)`."""
    convert: defaults.Converter | None = None
    """Converts the text of a default to source; None if there are no defaults."""
    sample: str | Callable[[FieldFacts], str] = ""
    """Source of a valid value, different for each `n` from 1 to 50."""
    one_digit: Callable[[FieldFacts], bool] | None = None
    """Whether samples differ only for `n` up to 9."""
    invalid: str | Callable[[FieldFacts], str] = ""
    """Source of a value that the API must refuse; empty if only null is invalid."""
    fake: str | Callable[[FieldFacts, ResourceFacts], str]
    """The declaration of a factory. Unique fields use it as well, so that rows must differ."""
    aliases: tuple[str, ...] = ()
    """Names of the type elsewhere, for which an error suggests this one."""
    syntax: str = ""
    """How an error lists the type, if not by its name."""
    example: str = ""
    """A use of the type, if its name is not enough."""
    example_default: str = ""
    """A default of `example`, as the language writes it."""


_number = partial(
    Kind,
    lookups=_RANGE,
    ranged=True,
    sample=samples.sample_number,
    invalid=samples.invalid_number,
    fake=samples.fake_number,
)

KINDS: Mapping[str, Kind] = {
    "str": Kind(
        field="CharField",
        options=lambda field: {"max_length": str(field.max_length)},
        max_length=lambda field: int(field.arguments[0]) if field.arguments else 255,
        text=True,
        searchable=True,
        title=True,
        convert=defaults.convert_text,
        sample=samples.sample_str,
        one_digit=samples.has_one_character,
        invalid=samples.invalid_str,
        fake=samples.fake_str,
        aliases=("char", "character", "nvarchar", "string", "varchar"),
        syntax="str, str(N)",
        example_default='"a b"',
    ),
    "text": Kind(
        field="TextField",
        text=True,
        unique=False,
        lookups=(),
        searchable=True,
        sortable=False,
        listed=False,
        convert=defaults.convert_text,
        sample=samples.sample_text,
        invalid='{"not": "text"}',
        fake='factory.Faker("paragraph")',
        aliases=("clob", "longtext"),
        example_default='"to do; (now)"',
    ),
    "int": _number(
        field="IntegerField",
        convert=defaults.convert_int,
        aliases=(
            *("integer", "number", "positiveinteger", "positivesmallinteger", "serial"),
            *("smallint", "smallinteger", "tinyint"),
        ),
        syntax="int, int(1..5)",
        example_default="-5",
    ),
    "bigint": _number(
        field="BigIntegerField",
        convert=defaults.convert_int,
        aliases=("biginteger", "bigserial", "int64", "long", "positivebiginteger"),
        example_default="9007199254740993",
    ),
    "float": _number(
        field="FloatField",
        validator="validate_finite",
        convert=defaults.convert_float,
        aliases=("double", "real"),
        example_default="1e3",
    ),
    "decimal": _number(
        field="DecimalField",
        options=lambda field: {
            "max_digits": field.arguments[0],
            "decimal_places": field.arguments[1],
        },
        # SQLite stores 15 digits.
        validator=lambda field: "validate_decimal" if int(field.arguments[0]) > 15 else "",
        convert=defaults.convert_decimal,
        one_digit=samples.has_one_digit,
        aliases=("money", "numeric"),
        syntax="decimal(digits,places)",
        example="decimal(8,2)",
        example_default="9.5",
    ),
    "bool": Kind(
        field="BooleanField",
        unique=False,
        # An index on two values saves nothing.
        indexed=False,
        admin_filter=True,
        convert=defaults.convert_bool,
        sample=samples.sample_bool,
        invalid='"perhaps"',
        fake=samples.fake_bool,
        aliases=("boolean", "bit"),
        example_default="true",
    ),
    "date": Kind(
        field="DateField",
        lookups=_RANGE,
        admin_filter=True,
        convert=defaults.convert_date,
        sample='f"20{n:02}-01-31"',
        invalid='"2026-13-01"',
        fake="factory.Sequence(lambda n: dt.date(2000, 1, 1) + dt.timedelta(days=n))",
        example_default="2026-01-31",
    ),
    "datetime": Kind(
        field="DateTimeField",
        lookups=_RANGE,
        admin_filter=True,
        convert=defaults.convert_datetime,
        sample="moment(2000 + n)",
        invalid='"yesterday"',
        fake="factory.Sequence(lambda n: timezone.now() - dt.timedelta(minutes=n))",
        aliases=("timestamp", "timestamptz"),
        example_default="2026-01-31T12:00:00Z",
    ),
    "time": Kind(
        field="TimeField",
        lookups=_RANGE,
        convert=defaults.convert_time,
        sample='f"12:{n:02}:00"',
        invalid='"25:00"',
        fake="factory.Sequence(lambda n: dt.time(n // 3600 % 24, n // 60 % 60, n % 60))",
        example_default="12:30",
    ),
    "duration": Kind(
        field="DurationField",
        validator="validate_duration",
        lookups=_RANGE,
        convert=defaults.convert_duration,
        sample='f"00:{n:02}:00"',
        invalid='"soon"',
        fake="factory.Sequence(lambda n: dt.timedelta(minutes=n + 1))",
        aliases=("interval", "timedelta"),
        example_default="1h30m",
    ),
    "uuid": Kind(
        field="UUIDField",
        convert=defaults.convert_uuid,
        sample='f"00000000-0000-4000-8000-{n:012}"',
        invalid='"not-a-uuid"',
        fake="factory.LazyFunction(uuid4)",
        aliases=("guid",),
        example_default="3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    ),
    "email": Kind(
        field="EmailField",
        max_length=254,
        text=True,
        searchable=True,
        title=True,
        convert=defaults.match_text(EMAIL, "an e-mail address"),
        sample='f"user{n}@example.com"',
        invalid='"not-an-email"',
        fake='factory.Sequence(lambda n: f"user{n}@example.com")',
        example_default="a@example.org",
    ),
    "url": Kind(
        field="URLField",
        max_length=200,
        text=True,
        searchable=True,
        convert=defaults.match_text(
            rf"https?://{HOST}(:[0-9]{{1,5}})?([/?#][!-~]*)?", "an absolute http or https URL"
        ),
        sample='f"https://example.com/{n}"',
        invalid='"not a url"',
        fake='factory.Sequence(lambda n: f"https://example.com/{n}")',
        example_default="https://example.org/?a=1",
    ),
    "slug": Kind(
        field="SlugField",
        max_length=50,
        text=True,
        # Django's SlugField has one already.
        indexed=False,
        searchable=True,
        title=True,
        convert=defaults.match_text(r"[A-Za-z0-9_-]+", "a text of letters, digits, - and _"),
        sample='f"slug-{n}"',
        invalid='"not a slug"',
        fake='factory.Sequence(lambda n: f"slug-{n}")',
        example_default="a-b",
    ),
    "json": Kind(
        field="JSONField",
        validator="validate_storable",
        unique=False,
        lookups=(),
        sortable=False,
        listed=False,
        convert=defaults.convert_json,
        sample='{"n": n}',
        fake='factory.Sequence(lambda n: {"n": n})',
        aliases=("dict", "jsonb", "object"),
        example_default="[]",
    ),
    "choice": Kind(
        field="CharField",
        options=lambda field: {
            "max_length": str(field.max_length),
            "choices": f"{field.choices_class}.choices",
        },
        max_length=lambda field: max(map(len, field.arguments)),
        text=True,
        unique=False,
        admin_filter=True,
        convert=defaults.convert_choice,
        sample=samples.sample_choice,
        invalid='"?"',
        fake=samples.fake_choice,
        aliases=("enum",),
        syntax="choice(a|b|c)",
        example="choice(a|b|c)",
        example_default="c",
    ),
    # The owner. Requests never contain it, so it has no sample.
    "owner": Kind(
        field="ForeignKey",
        unique=False,
        lookups=(),
        sortable=False,
        fake="factory.SubFactory(UserFactory)",
    ),
    # The parser replaces the name of a resource, and `User`, by this one.
    "relation": Kind(
        field="ForeignKey",
        # Django creates an index.
        indexed=False,
        invalid='"not a row"',
        fake=samples.fake_relation,
        syntax="a resource or User",
    ),
    "many": Kind(
        field="ManyToManyField",
        unique=False,
        indexed=False,
        sortable=False,
        listed=False,
        invalid='["not a row"]',
        fake=samples.fake_many,
        syntax="many of a resource or User",
    ),
}
RELATIONS = ("relation", "many")
"""The types that name a resource."""
SCALARS = tuple(name for name in KINDS if name not in (*RELATIONS, "owner"))
ALIASES = {alias: name for name, kind in KINDS.items() for alias in kind.aliases}
SYNTAX = tuple(kind.syntax or name for name, kind in KINDS.items())
"""All types as errors list them."""
