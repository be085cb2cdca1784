"""Values as source text: of Python (as `ruff format` writes it), TOML, YAML, Markdown and shells."""

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
"""What Django's EmailValidator takes too, without its rarer forms."""


def string(text: str, before: int = 0, indent: int = 0) -> str:
    """`text` as a Python string literal.

    `before` counts the characters before it on the line of an assignment, which is broken where
    that makes the literal fit; `indent` counts those of its indentation.
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
    """Source text in brackets, such as a list or a call: `opening` ends in the left bracket."""

    opening: str
    items: Sequence[str | Brackets]
    closing: str

    def __str__(self) -> str:
        return f"{self.opening}{', '.join(map(str, self.items))}{self.closing}"

    def after(self, text: str) -> Brackets:
        return replace(self, opening=f"{text}{self.opening}")


def layout(source: str | Brackets, *, indent: int, beside: int = 0) -> str:
    """Returns the source on one line if it fits, or else with each item on a line of its own.

    `indent` is that of the line, `beside` counts the line's other characters.
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
    """A call, with an argument a line where one line would be too long.

    `indent` is that of the line, `beside` counts the line's other characters.
    """
    return layout(Brackets(f"{function}(", arguments, ")"), indent=indent, beside=beside)


def toml(text: str) -> str:
    """`text` as it stands between the quotes of a TOML basic string, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")


def markdown(text: str) -> str:
    """`text` as it stands, where Markdown would take it for markup (CommonMark 0.31, 2.4)."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", text)
    return re.sub(r"^(\d*)([-+=.)])", r"\1\\\2", escaped)


def duration(text: str) -> timedelta:
    """The duration that `text` says in whole weeks, days, hours, minutes and seconds.

    Raises ValueError with what is allowed.
    """
    total = timedelta()
    rest = text.lower().replace(",", " ").strip()
    while True:
        part = re.match(r"([0-9]+)\s*([a-z]+)\s*", rest)
        unit = _unit(part.group(2)) if part else None
        if not part or not unit:
            raise ValueError(DURATION_ALLOWED)
        try:
            total += timedelta(**{unit: int(part.group(1))})
        except (OverflowError, ValueError):
            raise ValueError(f"{DURATION_ALLOWED}, of at most {timedelta.max.days} days") from None
        rest = rest[part.end() :]
        if not rest:
            return total


def _unit(word: str) -> str | None:
    """`timedelta`'s name of a unit: `5m`, `5 min` and `5 minutes`, but not `5ms`."""
    singular = word[:-1] if word.endswith("s") and len(word) > 2 else word
    return _UNITS.get(word) or _UNITS.get(singular if len(singular) > 1 else "")


def duration_source(value: timedelta, function: str = "timedelta") -> str:
    """The call that makes `value`, in the units that a reader would choose."""
    arguments = ", ".join(f"{unit}={number}" for unit, number in _parts(value).items())
    return f"{function}({arguments})"


def duration_words(value: timedelta) -> str:
    """`value` in words, such as `1 hour 30 minutes`."""
    return " ".join(
        f"{number} {unit.removesuffix('s') if number == 1 else unit}"
        for unit, number in _parts(value).items()
    )


def _parts(value: timedelta) -> dict[str, int]:
    units = {
        "days": value.days,
        "hours": value.seconds // 3600,
        "minutes": value.seconds % 3600 // 60,
        "seconds": value.seconds % 60,
    }
    return {unit: number for unit, number in units.items() if number} or {"seconds": 0}
