"""Settings from the environment: exact values, and errors that do not show them."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import check_file, env
from scripts import setup

SECRET = "hunter2"
VALUES = [
    *("$x", "$$x", r"\$x", r"\\$x", r"a\$b$", "$SECRET_KEY", "a#b", "a #b", "%d%%", "%(x)s"),
    *("a\\nb\\", "a'b", 'a"b', "'a", '"', "a b ", " a", "{x}", "=a=", "\xe4\u20ac", "-"),
]


@pytest.mark.parametrize("value", VALUES)
def test_value_is_literal(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", value)
    assert env.str("EXAMPLE") == value
    assert env.list("EXAMPLE") == [value.strip()]
    assert env("EXAMPLE", default="") == value


@pytest.mark.parametrize("value", VALUES)
def test_value_in_file_is_literal(
    value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The setup keeps a value, and the settings read it unchanged."""
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setenv("EXAMPLE", "")
    monkeypatch.delenv("EXAMPLE")
    file = tmp_path / ".env"
    file.write_text(f"EXAMPLE={value}\nSECRET_KEY=\n", encoding="utf-8")
    setup.write_secrets()
    check_file(file)
    environ.Env.read_env(file)
    assert env.str("EXAMPLE") == value


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (env.bool, SECRET),
        (env.int, SECRET),
        (env.json, SECRET),
        (env.dict, SECRET),
        (env.db, SECRET),
        (env.db, f"://user:{SECRET}@host/name"),
        (env.db, f"sqlite://user:{SECRET}@host/name"),
        (env.db, f"postgres://user:{SECRET}/@host/name"),
        (env.db, f"postgres://user:x@host:{SECRET}/name"),
        (env.cache_url, SECRET),
        (env.cache_url, f"{SECRET}://host"),
        (env.cache_url, f"redis://[{SECRET}"),
        # % if project.accounts.mail
        (env.email_url, SECRET),
        (env.email_url, f"{SECRET}://host"),
        (env.email_url, f"smtp://user:x@host:{SECRET}"),
        # % endif
    ],
)
def test_error_hides_value(
    read: Callable[[str], Any], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE", value)
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE") as caught:
        read("EXAMPLE")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_value_of_mounted_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    monkeypatch.setenv("EXAMPLE_FILE", str(file))
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE_FILE: .*No such file") as missing:
        env.str("EXAMPLE", default="")
    assert missing.value.__cause__ is None
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE_FILE: .*No such file"):
        env.db("EXAMPLE")
    for value in VALUES:
        file.write_text(f"{value}\n", encoding="utf-8")
        assert env.str("EXAMPLE") == value
    file.write_text(f"postgres://user:{SECRET}/@host/name", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE") as caught:
        env.db("EXAMPLE")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    monkeypatch.setenv("EXAMPLE", "value")
    assert env.str("EXAMPLE") == "value"
    monkeypatch.delenv("EXAMPLE")
    monkeypatch.setenv("EXAMPLE_FILE", "")
    assert env.str("EXAMPLE", default="") == ""


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (env.bool, "ture", "True or False"),
        (env.bool, "", "True or False"),
        (env.int, "1.5", "a whole number"),
        (env.db, "", "a URL such as postgres://"),
        (env.cache_url, "host:6379", "a URL such as redis://"),
        # % if project.accounts.mail
        (env.email_url, "smtp.example.com", r"a URL such as smtp\+tls://"),
        # % endif
    ],
)
def test_error_states_what_is_expected(
    read: Callable[[str], Any], value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE", value)
    with pytest.raises(ImproperlyConfigured, match=f"variable EXAMPLE must be {expected}"):
        read("EXAMPLE")


@pytest.mark.parametrize(("true", "false"), [("True", "False"), ("on ", "off "), ("1", "0")])
def test_boolean_is_read(true: str, false: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", true)
    assert env.bool("EXAMPLE") is True
    monkeypatch.setenv("EXAMPLE", false)
    assert env.bool("EXAMPLE") is False


def test_spaces_around_items_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", " a.example.com, b.example.com ,")
    assert env.list("EXAMPLE") == ["a.example.com", "b.example.com"]


def test_number_is_not_negative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", "2")
    assert env.number("EXAMPLE", default=0) == 2
    monkeypatch.setenv("EXAMPLE", "-1")
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE must not be negative"):
        env.number("EXAMPLE", default=0)


def test_missing_variable_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="Set the MISSING environment variable"):
        env.str("MISSING")


@pytest.mark.parametrize("line", [SECRET, f"SECRET_KEY = {SECRET}", f" SECRET_KEY={SECRET}"])
def test_invalid_line_of_file_is_hidden(line: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"# comment\n\nexport DEBUG=True\n{line}\n", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="line 4") as caught:
        check_file(file)
    assert SECRET not in str(caught.value)
