"""Values as source text of Python, TOML and Markdown."""

from __future__ import annotations

import ast
import html
import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from drf_jwt_template.rendering.literals import (
    LINE_LENGTH,
    Brackets,
    call,
    duration_source,
    duration_words,
    layout,
    markdown,
    parse_duration,
    string,
    toml,
)

from ..baking import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NO_SURROGATES = st.characters(exclude_categories=["Cs"])
ONE_LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(str.strip)
MARKS = "* ** _ ` ``` ~ ~~ | |-| # > < ! & \\ : [ ] ( ) --- === *** ___"
EXAMPLES = "[a](b) ![a](b) [a]: <b> </b> &amp; &#35; <https://x.example> 1 a"
STARTS = ["- ", "+ ", "1. ", "2) ", " ", "  "]
MARKUP = st.lists(st.sampled_from([*f"{MARKS} {EXAMPLES}".split(" "), *STARTS])).map(
    lambda parts: "".join(parts).strip()
)
INVALID_DURATIONS = (
    "| |,|soon|m|5|5 5m|1h30|m5|-5m|+5m|1.5h|1,5h|1e3s|0x5m|1_000s|5m!|5m;1s|1h and 5m|5 fortnights"
    "|1y|3 months|5ms|5 us|5ss|5 weekss|5 s's|٥m|5ｍ|５m|5\u212as|²s|9999999999d|999999999d 2d"
)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("", '""'),
        ("plain", '"plain"'),
        ("it's", '''"it's"'''),
        ('say "hi"', """'say "hi"'"""),
        ("\"'", r'''"\"'"'''),
        ('""\'', r"""'""\''"""),
        ("C:\\new", r'"C:\\new"'),
        ("a\nb\tc\x00", r'"a\nb\tc\x00"'),
        ("{x} % %s", '"{x} % %s"'),
        ("naïve 日本 🎉", '"naïve 日本 🎉"'),
        ("left\u202eright\u2028\ud800", r'"left\u202eright\u2028\ud800"'),
    ],
)
def test_string_literal_has_style_of_formatter(text: str, literal: str) -> None:
    assert string(text) == literal
    assert ast.literal_eval(literal) == text


@given(st.text(st.characters()), st.integers(0, LINE_LENGTH))
@example("\"'\\", 0)
@example("x" * 80, 30)
def test_string_evaluates_to_its_text(text: str, before: int) -> None:
    assert ast.literal_eval(string(text)) == text
    assert string(text).isprintable()
    assert ast.literal_eval(string(text, before)) == text


@pytest.mark.parametrize(
    ("length", "before", "broken"),
    [
        (LINE_LENGTH - 2, 0, False),
        (LINE_LENGTH - 12, 10, False),
        (LINE_LENGTH - 11, 10, True),
        (LINE_LENGTH - 6, 10, True),
        # Too long for its own line, too.
        (LINE_LENGTH - 5, 10, False),
    ],
)
def test_string_is_broken_only_if_it_then_fits(length: int, before: int, broken: bool) -> None:
    literal = string("x" * length)
    assert string("x" * length, before) == (f"(\n    {literal}\n)" if broken else literal)


@given(st.text(NO_SURROGATES))
@example('"\\\n\r\t\b\f/')
@example("\x00\x1f\x7f\x80")
@example("naïve 日本 🎉 \u2028")
def test_toml_text_round_trip(text: str) -> None:
    assert tomllib.loads(f'value = "{toml(text)}"') == {"value": text}


@given(st.one_of(ONE_LINE, MARKUP).filter(bool))
@example("# Not a heading #")
@example("1. not a list")
@example("- not a list")
@example("+ not a list")
@example("> not a quotation")
@example("***")
@example("---")
@example("===")
@example("~~~")
@example("*a* _b_ `c` ~~d~~ [e](f) ![g](h) <b>i</b> &copy; <https://example.com>")
@example("a | b")
@example("C:\\new\\")
@example("[a]: https://example.com")
def test_markdown_shows_plain_text(text: str) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    shown = html.escape(text, quote=False).replace('"', "&quot;")
    assert reader.render(markdown(text)) == f"<p>{shown}</p>\n"
    assert reader.render(f"# {markdown(text)}") == f"<h1>{shown}</h1>\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("36h", timedelta(hours=36)),
        ("7d", timedelta(days=7)),
        ("2 weeks", timedelta(weeks=2)),
        ("5 minutes", timedelta(minutes=5)),
        ("1 minute", timedelta(minutes=1)),
        ("1 day, 2 hours", timedelta(days=1, hours=2)),
        ("1 hr 5 mins 10 secs", timedelta(hours=1, minutes=5, seconds=10)),
        ("1H30M", timedelta(hours=1, minutes=30)),
        ("2 WEEKS", timedelta(weeks=2)),
        ("  15 m\t", timedelta(minutes=15)),
        ("1 w 2 d 3 h", timedelta(weeks=1, days=2, hours=3)),
        ("90s", timedelta(seconds=90)),
        ("0s", timedelta()),
        ("999999999d", timedelta(days=999_999_999)),
    ],
)
def test_duration_accepted(text: str, value: timedelta) -> None:
    assert parse_duration(text) == value


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.sampled_from(["", " ", "  "]),
            st.sampled_from(
                [
                    *(("weeks", word) for word in ("w", "W", "week", "weeks")),
                    *(("days", word) for word in ("d", "D", "day", "days")),
                    *(("hours", word) for word in ("h", "hr", "hrs", "hour", "Hours")),
                    *(("minutes", word) for word in ("m", "min", "mins", "minute", "minutes")),
                    *(("seconds", word) for word in ("s", "sec", "secs", "second", "SECONDS")),
                ]
            ),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["", " ", ", "]),
)
def test_duration_is_sum_of_parts(
    parts: list[tuple[int, str, tuple[str, str]]], between: str
) -> None:
    text = between.join(f"{number}{space}{word}" for number, space, (_, word) in parts)
    total = sum((timedelta(**{unit: number}) for number, _, (unit, _) in parts), timedelta())
    assert parse_duration(text) == total


@pytest.mark.parametrize(
    "text",
    [
        *INVALID_DURATIONS.split("|"),
        "9" * 30 + "s",
        pytest.param("9" * 5000 + "s", id="5000 digits"),
    ],
)
def test_duration_refused(text: str) -> None:
    with pytest.raises(ValueError, match="^a duration such as 30s, 15m, 1h30m, 36h, 7d, 2 weeks"):
        parse_duration(text)


def test_long_invalid_duration_is_refused_quickly() -> None:
    """Guards against a parser whose time doubles with each unit."""
    code = (
        "from drf_jwt_template.rendering.literals import parse_duration\n"
        "try: parse_duration('1m ' * 60 + '!')\n"
        "except ValueError: print('refused')"
    )
    # In a process, which can have a timeout.
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=10
    )
    assert process.stdout == "refused\n", process.stderr


@given(st.timedeltas(min_value=timedelta()).map(lambda v: v - timedelta(0, 0, v.microseconds)))
@example(timedelta())
@example(timedelta(weeks=2))
@example(timedelta(days=1, hours=1, minutes=1, seconds=1))
def test_duration_source_round_trip(value: timedelta) -> None:
    assert eval(duration_source(value), {"timedelta": timedelta}) == value  # noqa: S307
    assert parse_duration(duration_words(value)) == value


@pytest.mark.parametrize(
    ("value", "source", "words"),
    [
        (timedelta(), "timedelta(seconds=0)", "0 seconds"),
        (timedelta(seconds=90), "timedelta(minutes=1, seconds=30)", "1 minute 30 seconds"),
        (timedelta(minutes=90), "timedelta(hours=1, minutes=30)", "1 hour 30 minutes"),
        (timedelta(hours=24), "timedelta(days=1)", "1 day"),
        (timedelta(weeks=2), "timedelta(days=14)", "14 days"),
    ],
)
def test_duration_units(value: timedelta, source: str, words: str) -> None:
    assert duration_source(value) == source
    assert duration_source(value, "dt.timedelta") == f"dt.{source}"
    assert duration_words(value) == words


@pytest.mark.parametrize(
    ("arguments", "indent", "beside", "source"),
    [
        ([], 4, 4, "make()"),
        (["a=1", "b=2"], 4, 4, "make(a=1, b=2)"),
        (["x" * (LINE_LENGTH - 14)], 4, 4, f"make({'x' * (LINE_LENGTH - 14)})"),
        (["x" * (LINE_LENGTH - 13)], 4, 4, f"make(\n        {'x' * (LINE_LENGTH - 13)},\n    )"),
        (["a=1", "x" * 90], 0, 0, f"make(\n    a=1,\n    {'x' * 90},\n)"),
    ],
)
def test_long_call_has_one_argument_per_line(
    arguments: list[str], indent: int, beside: int, source: str
) -> None:
    assert call("make", arguments, indent=indent, beside=beside) == source


def test_layout_breaks_only_long_brackets() -> None:
    inner = Brackets('"key": call(', ["x" * 40, "y" * 40], ")")
    source = Brackets("{", ['"a": 1', inner], "}")
    assert layout(Brackets("{", ['"a": 1', '"b": 2'], "}"), indent=4) == '{"a": 1, "b": 2}'
    assert layout(source, indent=4, beside=len("x = ")) == (
        "{\n"
        '        "a": 1,\n'
        f'        "key": call(\n            {"x" * 40},\n            {"y" * 40},\n        ),\n'
        "    }"
    )
    assert layout(inner.after("z = "), indent=4).startswith('z = "key": call(\n        x')
    assert layout(Brackets("create(", [], ")"), indent=99) == "create()"


def test_string_is_broken_at_its_indentation() -> None:
    assert string("x" * 88, before=11, indent=4) == f'(\n        "{"x" * 88}"\n    )'
    assert string("x" * 91, before=11, indent=4) == f'"{"x" * 91}"'
