"""Defaults: the text that follows `=` -> source for models.py.

Each converter raises ValueError with what is allowed if the text is not a default of the type.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Protocol

from ..rendering.literals import duration_source, parse_duration, string
from .facts import FieldFacts
from .names import choice_member
from .ranges import contains, describe, get_limits

Converter = Callable[[str, FieldFacts], str]

# SQLite stores durations as microseconds, in 64 bits.
LONGEST_DURATION = dt.timedelta(days=106_751_990)
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
_ZONE = "(Z|[+-][0-9]{2}:[0-9]{2})?"


def convert_text(text: str, field: FieldFacts) -> str:
    if not all(char.isprintable() or char in "\n\t" for char in text):
        raise ValueError("a text without control characters")
    if field.max_length and len(text) > field.max_length:
        raise ValueError(f"a text of at most {field.max_length} characters")
    return string(text)


def match_text(pattern: str, allowed: str) -> Converter:
    """Returns the converter of texts that match `pattern`."""

    def convert(text: str, field: FieldFacts) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(allowed)
        return convert_text(text, field)

    return convert


def convert_int(text: str, field: FieldFacts) -> str:
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not contains(field, Decimal(text)):
        low, high = get_limits(field)
        raise ValueError(f"a whole number {describe(field) or f'from {low} to {high}'}")
    return str(int(text))


def convert_float(text: str, field: FieldFacts) -> str:
    try:
        number = float(text)
    except ValueError:
        number = math.inf
    if not math.isfinite(number) or not contains(field, Decimal(repr(number))):
        raise ValueError(f"a number {describe(field)}".rstrip())
    return repr(number)


def convert_decimal(text: str, field: FieldFacts) -> str:
    digits, places = map(int, field.arguments)
    allowed = f"a number with at most {digits} digits, {places} of them after the point"
    if describe(field):
        allowed += f", {describe(field)}"
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(allowed) from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > places or not contains(field, number):
        raise ValueError(allowed)
    return f'Decimal("{number:f}")'


def convert_bool(text: str, field: FieldFacts) -> str:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text.capitalize()


class _Iso(Protocol):
    def isoformat(self) -> str: ...


def _match_iso(name: str, read: Callable[[str], _Iso], pattern: str, example: str) -> Converter:
    """Returns the converter to a class of `datetime` that has `fromisoformat`."""
    allowed = f"a {name} such as {example}"

    def convert(text: str, field: FieldFacts) -> str:
        # Newer versions of Python read more of ISO 8601 than older ones.
        if not re.fullmatch(pattern, text):
            raise ValueError(allowed)
        try:
            value = read(text)
        except ValueError:
            raise ValueError(allowed) from None
        return f'dt.{name}.fromisoformat("{value.isoformat()}")'

    return convert


def _read_aware(text: str) -> dt.datetime:
    """Returns the datetime, in UTC if the text has no time zone."""
    value = dt.datetime.fromisoformat(re.sub("Z$", "+00:00", text))
    return value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)


convert_date = _match_iso("date", dt.date.fromisoformat, _DATE, "2026-01-31")
convert_datetime = _match_iso(
    "datetime", _read_aware, rf"{_DATE}[T ]{_TIME}{_ZONE}", "2026-01-31T12:00:00Z"
)
convert_time = _match_iso("time", dt.time.fromisoformat, _TIME, "12:30")


def convert_duration(text: str, field: FieldFacts) -> str:
    value = parse_duration(text)
    if value > LONGEST_DURATION:
        raise ValueError(f"a duration of at most {LONGEST_DURATION.days} days")
    return duration_source(value, "dt.timedelta")


def convert_uuid(text: str, field: FieldFacts) -> str:
    try:
        return f'UUID("{uuid.UUID(text)}")'
    except ValueError:
        raise ValueError("a UUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301") from None


def convert_json(text: str, field: FieldFacts) -> str:
    if text not in ("{}", "[]"):
        raise ValueError("{} or []")
    return {"{}": "dict", "[]": "list"}[text]


def convert_choice(text: str, field: FieldFacts) -> str:
    if text not in field.arguments:
        raise ValueError("one of: " + ", ".join(field.arguments))
    return f"{field.choices_class}.{choice_member(text)}"
