"""Conversion of defaults."""

from __future__ import annotations

import ast
import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from .helpers import errors_of, field_of

UUID_TEXT = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("str=draft", '"draft"'),
        ("str = 'two words, and; (more)'", '"two words, and; (more)"'),
        ('str = "it\'s"', '"it\'s"'),
        ("str=''", '""'),
        ("str=true", '"true"'),
        ("str(3)=abc", '"abc"'),
        ("str=日本", '"日本"'),
        ("text='C:\\new'", '"C:\\\\new"'),
        ("int=-5", "-5"),
        ("int=007", "7"),
        ("int=2147483647", "2147483647"),
        ("int=-2147483648", "-2147483648"),
        ("float=1.5", "1.5"),
        ("float=1", "1.0"),
        ("float=-2e3", "-2000.0"),
        ("decimal(4,2)=99.99", 'Decimal("99.99")'),
        ("decimal(4,2)=-1.5", 'Decimal("-1.5")'),
        ("decimal(4,2)=1e1", 'Decimal("10")'),
        ("decimal(2,2)=0.25", 'Decimal("0.25")'),
        ("bool=true", "True"),
        ("bool=false", "False"),
        ("date=2026-01-31", 'dt.date.fromisoformat("2026-01-31")'),
        ("datetime=2026-01-31T12:00:00Z", 'dt.datetime.fromisoformat("2026-01-31T12:00:00+00:00")'),
        ("datetime=2026-01-31T12:00", 'dt.datetime.fromisoformat("2026-01-31T12:00:00+00:00")'),
        (
            "datetime='2026-01-31 12:00:00+02:00'",
            'dt.datetime.fromisoformat("2026-01-31T12:00:00+02:00")',
        ),
        ("time=12:30", 'dt.time.fromisoformat("12:30:00")'),
        ("duration=1h30m", "dt.timedelta(hours=1, minutes=30)"),
        ("duration='2 weeks'", "dt.timedelta(days=14)"),
        ("duration=106751990d", "dt.timedelta(days=106751990)"),
        (f"uuid={UUID_TEXT.upper()}", f'UUID("{UUID_TEXT}")'),
        ("email=a.b+c@example.com", '"a.b+c@example.com"'),
        ("url=https://example.com/x?y=z#f", '"https://example.com/x?y=z#f"'),
        ("slug=a-b_C3", '"a-b_C3"'),
        ("json={}", "dict"),
        ("json=[]", "list"),
        ("choice(new|in-use)=in-use", "Field.IN_USE"),
    ],
)
def test_default_is_converted_to_source(text: str, source: str) -> None:
    field = field_of(f"field: {text}")
    call = ast.parse(field.declaration, mode="eval").body
    assert isinstance(call, ast.Call)
    (default,) = (keyword.value for keyword in call.keywords if keyword.arg == "default")
    assert ast.dump(default) == ast.dump(ast.parse(source, mode="eval").body)
    assert not field.required
    made = {"dt": dt, "Decimal": Decimal, "UUID": UUID}
    if field.type != "choice":
        eval(source, made)  # noqa: S307


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("str(2)=abc", "a text of at most 2 characters"),
        ("str='a\0b'", "a text"),
        *(
            (f"int={bad}", "a whole number from -2147483648 to 2147483647")
            for bad in ("x", "1.5", "2147483648", "-2147483649", "9" * 30, "+5", "1e3", "0x5", "''")
        ),
        *((f"float={bad}", "a number") for bad in ("x", "nan", "inf", "-inf", "1e400", "1.5.2")),
        *(
            (f"decimal(4,2)={bad}", "a number with at most 4 digits, 2 of them after the point")
            for bad in ("x", "100", "1.234", "nan", "Infinity", "1e2", "1e-3", "1e999999", "sNaN")
        ),
        *((f"bool={bad}", "true or false") for bad in ("yes", "1", "True", "''")),
        *(
            (f"date={bad}", "a date such as 2026-01-31")
            for bad in ("today", "2026-02-30", "31.1.2026", "2026-1-1", "2026-W05", "20260131")
        ),
        *(
            (f"datetime='{bad}'", "a datetime such as 2026-01-31T12:00:00Z")
            for bad in (
                "now",
                "2026-01-31T25:00",
                "12:00",
                "2026-01-31T12:00+02:00Z",
                "20260131T12",
            )
        ),
        *(
            (f"time={bad}", "a time such as 12:30")
            for bad in ("noon", "25:00", "12:60", "12.30", "12:30+02:00", "12:30Z", "T12:30")
        ),
        *((f"duration={bad}", "a duration such as") for bad in ("soon", "5", "-5m", "9999999999d")),
        ("duration=106751991d", "a duration of at most 106751990 days"),
        *((f"uuid={bad}", "a UUID such as") for bad in ("x", UUID_TEXT[:-1], "0" * 33)),
        *(
            (f"email='{bad}'", "an e-mail address")
            for bad in (
                "x",
                "a@b",
                "a b@example.com",
                "@example.com",
                "a..b@example.com",
                "é@b.org",
            )
        ),
        (f"email={'x' * 250}@example.com", "a text of at most 254 characters"),
        *(
            (f"url='{bad}'", "an absolute http or https URL")
            for bad in ("x", "/x", "ftp://x.org", "http://", "//x.org", "http://[", "http://a b")
        ),
        (f"url=http://example.com/{'x' * 200}", "a text of at most 200 characters"),
        *(
            (f"slug='{bad}'", "a text of letters, digits, - and _")
            for bad in ("a b", "é", "", "a/b")
        ),
        (f"slug={'x' * 51}", "a text of at most 50 characters"),
        *((f"json='{bad}'", "{} or []") for bad in ("null", "{1}", "")),
        *((f"choice(a|b)={bad}", "one of: a, b") for bad in ("c", "A", "''", "a|b")),
    ],
)
def test_invalid_default_is_refused(text: str, allowed: str) -> None:
    shown = text.partition("=")[2]
    ((underlined, error),) = errors_of(f"Thing(field: {text})")
    assert underlined == shown
    assert error.startswith(f"the default of field must be {allowed}")
    assert error.endswith(f"found {shown}")
