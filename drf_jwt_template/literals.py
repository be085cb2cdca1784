"""Values as source text: of Python (as `ruff format` writes it), TOML, YAML, Markdown and shells."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta

LINE_LENGTH = 100
"""The `line-length` of the rendered project."""

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_WORDS = {
    **{name: name for name in _UNITS},
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hr": "h",
    "hour": "h",
    "day": "d",
    "week": "w",
}
DURATION_ALLOWED = "a duration such as 30s, 15m, 1h30m, 36h, 7d, 2 weeks or 5 minutes"


def string(text: str, before: int = 0) -> str:
    """`text` as a Python string literal.

    `before` counts the characters before it on the line of an assignment, which is broken where
    that makes the literal fit.
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = "".join(
        f"\\{char}" if char in ("\\", quote) else char if char.isprintable() else ascii(char)[1:-1]
        for char in text
    )
    literal = f"{quote}{escaped}{quote}"
    if before + len(literal) > LINE_LENGTH and 4 + len(literal) <= LINE_LENGTH:
        return f"(\n    {literal}\n)"
    return literal


def call(function: str, arguments: Sequence[str], *, indent: int, beside: int) -> str:
    """A call, with an argument a line where one line would be too long.

    `indent` is that of the line, `beside` counts the line's other characters.
    """
    flat = f"{function}({', '.join(arguments)})"
    if indent + beside + len(flat) <= LINE_LENGTH:
        return flat
    margin = "\n" + " " * indent
    return f"{function}({''.join(f'{margin}    {argument},' for argument in arguments)}{margin})"


def toml(text: str) -> str:
    """`text` as it stands between the quotes of a TOML basic string, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def markdown(text: str) -> str:
    """`text` as it stands, where Markdown would take it for markup (CommonMark 0.31, 2.4)."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", text)
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", escaped)


def duration(text: str) -> timedelta:
    """The duration that `text` says in whole weeks, days, hours, minutes and seconds.

    Raises ValueError with what is allowed.
    """
    parts = re.findall(r"\s*(\d+)\s*([a-z]+)\s*,?", text.lower())
    whole = re.fullmatch(r"(\s*\d+\s*[a-z]+\s*,?)+", text.lower())
    total = timedelta()
    if not whole or not text.isascii():
        raise ValueError(DURATION_ALLOWED)
    for number, word in parts:
        unit = _WORDS.get(word) or _WORDS.get(word.removesuffix("s"))
        if unit is None:
            raise ValueError(DURATION_ALLOWED)
        try:
            total += timedelta(**{_UNITS[unit]: int(number)})
        except (OverflowError, ValueError):
            raise ValueError(f"{DURATION_ALLOWED}, of at most {timedelta.max.days} days") from None
    return total


def duration_source(value: timedelta, function: str = "timedelta") -> str:
    """The call that makes `value`, in the units that a reader would choose."""
    arguments = ", ".join(f"{unit}={number}" for unit, number in _units(value).items())
    return f"{function}({arguments})"


def duration_words(value: timedelta) -> str:
    """`value` in words, such as `1 hour 30 minutes`."""
    return " ".join(
        f"{number} {unit.removesuffix('s') if number == 1 else unit}"
        for unit, number in _units(value).items()
    )


def _units(value: timedelta) -> dict[str, int]:
    units = {
        "days": value.days,
        "hours": value.seconds // 3600,
        "minutes": value.seconds % 3600 // 60,
        "seconds": value.seconds % 60,
    }
    return {unit: number for unit, number in units.items() if number} or {"seconds": 0}
