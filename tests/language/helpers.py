"""Helpers for the tests of the resource language."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import strategies as st

from drf_jwt_template.language import reader
from drf_jwt_template.language.field import Field
from drf_jwt_template.language.kinds import KINDS, SCALARS
from drf_jwt_template.language.parser import parse
from drf_jwt_template.language.reader import LanguageError

from ..answers.refusals import SAYS_WHAT_TO_DO

EXAMPLES = {name: KINDS[name].example or name for name in SCALARS}
"""A use of each type."""


def field_of(text: str) -> Field:
    """Returns the only field that `text` describes."""
    (resource,) = parse(f"Thing({text})")
    (field,) = resource.fields
    return field


def errors_of(text: str) -> list[tuple[str, str]]:
    """Returns the underlined text and the message of each error."""
    with pytest.MonkeyPatch.context() as patch:
        # Whole lines, however long they are.
        patch.setattr(reader, "LONGEST_LINE", len(text))
        rows = refusal_of(text).split("\n")
    assert len(rows) % 3 == 0
    found = []
    for message, line, carets in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        number, _, error = message.partition(": ")
        assert line == "    " + text.split("\n")[int(number.removeprefix("line ")) - 1]
        assert re.fullmatch(r"[ \t]*\^+", carets)
        assert SAYS_WHAT_TO_DO.search(error), error
        found.append((line[carets.index("^") : len(carets)], error))
    return found


def refusal_of(text: str) -> str:
    try:
        parse(text)
    except LanguageError as error:
        return str(error)
    return ""


NAMES = st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8})?", fullmatch=True).filter(
    lambda name: not refusal_of(f"A({name}: int)")
)


RANGED = ("int(1..5)", "bigint(-5..)", "float(..0.5)", "decimal(8,2,0..9.5)")
RESOURCE_NAMES = ("Author", "Book", "LendingDesk")


@st.composite
def descriptions(draw: st.DrawFn) -> dict[str, tuple[str, dict[str, tuple[str, str, str]]]]:
    """Draws resources as `name: (at, {field: (type, default, flags)})`, as the language writes them."""
    described: dict[str, tuple[str, dict[str, tuple[str, str, str]]]] = {}
    for name in RESOURCE_NAMES[: draw(st.integers(1, len(RESOURCE_NAMES)))]:
        fields = {}
        for field in draw(st.lists(NAMES, min_size=1, max_size=5, unique=True)):
            kinds = [*SCALARS, *RANGED, *described, name, "User", "many"]
            kind = draw(st.sampled_from(kinds))
            default, flags = "", draw(st.sampled_from(["", " optional"]))
            if kind in SCALARS:
                if draw(st.booleans()):
                    default = KINDS[kind].example_default
                if KINDS[kind].unique and not default:
                    flags += draw(st.sampled_from(["", " unique"]))
                kind = EXAMPLES[kind]
            elif kind == "many":
                kind = f"many {draw(st.sampled_from([*described, name, 'User']))}"
            if kind.endswith(name):
                # A required relation to itself would be a cycle.
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
