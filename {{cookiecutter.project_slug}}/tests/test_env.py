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
    assert env.list("EXAMPLE") == [value]
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
    ],
)
def test_error_hides_value(
    read: Callable[[str], Any], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE", value)
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE") as caught:
        read("EXAMPLE")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


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
