"""Converts values to source text: Python in the style of `ruff format`, TOML, Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from rich.cells import cell_len

LINE_LENGTH = 100
"""The `line-length` of the rendered project."""

_UNITS = {
    unit: name
    for name, units in {
        "weeks": ("w", "week"),
        "days": ("d", "day"),
        "hours": ("h", "hr", "hour"),
        "minutes": ("m", "min", "minute"),
        "seconds": ("s", "sec", "second"),
    }.items()
    for unit in units
}
DURATION_ALLOWED = "a duration such as 30s, 15m, 1h30m, 36h, 7d, 2 weeks or 5 minutes"


_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = rf"({_LABEL}\.)+[A-Za-z]{{2,63}}"
EMAIL = rf"[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@{HOST}"
"""A subset of the addresses that Django's EmailValidator accepts."""


def string(text: str, before: int = 0, indent: int = 0) -> str:
    """Returns `text` as a Python string literal.

    `before` is the number of characters before the literal on its line, `indent` the indentation
    of the line. The literal gets its own line, in parentheses, if it only fits there.
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = "".join(
        f"\\{char}" if char in ("\\", quote) else char if char.isprintable() else ascii(char)[1:-1]
        for char in text
    )
    literal = f"{quote}{escaped}{quote}"
    width = cell_len(literal)
    if before + width > LINE_LENGTH and indent + 4 + width <= LINE_LENGTH:
        margin = " " * indent
        return f"(\n{margin}    {literal}\n{margin})"
    return literal


@dataclass(frozen=True)
class Brackets:
    """Source text in brackets, such as a list or a call: `opening` ends with the left bracket."""

    opening: str
    items: Sequence[str | Brackets]
    closing: str

    def __str__(self) -> str:
        return f"{self.opening}{', '.join(map(str, self.items))}{self.closing}"

    def after(self, text: str) -> Brackets:
        return replace(self, opening=f"{text}{self.opening}")


def layout(source: str | Brackets, *, indent: int, beside: int = 0) -> str:
    """Returns the source on one line if it fits, otherwise with one item per line.

    `indent` is the indentation of the line, `beside` the number of its other characters.
    """
    flat = str(source)
    fits = indent + beside + len(flat) <= LINE_LENGTH
    if fits or isinstance(source, str) or not source.items:
        return flat
    margin = "\n" + " " * indent
    items = (layout(item, indent=indent + 4, beside=len(",")) for item in source.items)
    return "".join(
        [source.opening, *(f"{margin}    {item}," for item in items), f"{margin}{source.closing}"]
    )


def call(function: str, arguments: Sequence[str], *, indent: int, beside: int) -> str:
    """Returns a call on one line if it fits, otherwise with one argument per line.

    `indent` is the indentation of the line, `beside` the number of its other characters.
    """
    return layout(Brackets(f"{function}(", arguments, ")"), indent=indent, beside=beside)


def toml(text: str) -> str:
    """Returns `text` escaped for a TOML basic string, which has the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")


def markdown(text: str) -> str:
    """Returns `text` with the characters of Markdown's markup escaped (CommonMark 0.31, 2.4)."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", text)
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", escaped)


def parse_duration(text: str) -> timedelta:
    """Returns the duration of a text such as `1h30m` or `2 weeks`.

    Raises ValueError with what is allowed if the text is not a duration.
    """
    total = timedelta()
    rest = text.lower().replace(",", " ").strip()
    while True:
        part = re.match(r"([0-9]+)\s*([a-z]+)\s*", rest)
        unit = _find_unit(part.group(2)) if part else None
        if not part or not unit:
            raise ValueError(DURATION_ALLOWED)
        try:
            total += timedelta(**{unit: int(part.group(1))})
        except (OverflowError, ValueError):
            raise ValueError(f"{DURATION_ALLOWED}, of at most {timedelta.max.days} days") from None
        rest = rest[part.end() :]
        if not rest:
            return total


def _find_unit(word: str) -> str | None:
    """Returns the argument of `timedelta` for `m`, `min` or `minutes`, but not for `ms`."""
    singular = word[:-1] if word.endswith("s") and len(word) > 2 else word
    return _UNITS.get(word) or _UNITS.get(singular if len(singular) > 1 else "")


def duration_source(value: timedelta, function: str = "timedelta") -> str:
    """Returns the call that makes `value`, in days, hours, minutes and seconds."""
    arguments = ", ".join(f"{unit}={number}" for unit, number in _split_duration(value).items())
    return f"{function}({arguments})"


def duration_words(value: timedelta) -> str:
    """Returns `value` in words, such as `1 hour 30 minutes`."""
    return " ".join(
        f"{number} {unit.removesuffix('s') if number == 1 else unit}"
        for unit, number in _split_duration(value).items()
    )


def _split_duration(value: timedelta) -> dict[str, int]:
    units = {
        "days": value.days,
        "hours": value.seconds // 3600,
        "minutes": value.seconds % 3600 // 60,
        "seconds": value.seconds % 60,
    }
    return {unit: number for unit, number in units.items() if number} or {"seconds": 0}
