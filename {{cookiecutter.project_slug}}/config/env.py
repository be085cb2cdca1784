"""The environment variables and, in development, those in the file `.env`.

Instead of NAME, NAME_FILE can name a file with the value: a secret that is mounted into a container.

Values are literal, and no error message contains one: it may be a secret.
"""

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
# What values must be, by their types.
EXPECTED: dict[Any, str] = {bool: "True or False", int: "a whole number"}
FALSE_STRINGS = ("false", "off", "no", "n", "0")


class UnreadableFileError(ImproperlyConfigured):
    """The message names the file that cannot be read."""


class Environ(Mapping[str, str]):
    """The environment variables and the contents of files, with each `$` escaped.

    A value that begins with `$` would be the name of another variable.
    """

    def __getitem__(self, name: str) -> str:
        file = os.environ.get(f"{name}_FILE")
        if file and name not in os.environ:
            try:
                value = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as error:
                raise UnreadableFileError(f"{name}_FILE: {error}") from None
        else:
            value = os.environ[name]
        return value.replace("$", r"\$")

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)


class Env(environ.Env):
    """Raises ImproperlyConfigured with the name of a variable that has an invalid value."""

    ENVIRON = Environ()
    # % if project.accounts.mail
    EMAIL_SCHEMES = environ.Env.EMAIL_SCHEMES | {"consolemail": "config.console.EmailBackend"}
    # % endif

    def __init__(self) -> None:
        super().__init__()
        # Reads `\$` as `$`.
        self.escape_proxy = True

    def get_value(self, var: str, cast: Any = None, **kwargs: Any) -> Any:
        with hide_value(var, EXPECTED.get(cast) if isinstance(cast, type) else None):
            return super().get_value(var, cast, **kwargs)

    @classmethod
    def parse_value(cls, value: str, cast: Any) -> Any:
        # Otherwise, every other text would mean False, such as `ture`.
        if cast is bool:
            text = value.strip().lower()
            if text not in (*cls.BOOLEAN_TRUE_STRINGS, *FALSE_STRINGS):
                raise ValueError
        if cast is list:
            # As in `a.example.com, b.example.com`.
            return [item.strip() for item in value.split(",") if item.strip()]
        return super().parse_value(value, cast)

    def db_url(self, var: str = "DATABASE_URL", **kwargs: Any) -> Any:
        with hide_value(var, describe_url("postgres://user:password@host:5432/name")):
            return super().db_url(var, **kwargs)

    def cache_url(self, var: str = "CACHE_URL", **kwargs: Any) -> Any:
        with hide_value(var, describe_url("redis://host:6379/0")):
            return super().cache_url(var, **kwargs)

    # % if project.accounts.mail
    def email_url(self, var: str = "EMAIL_URL", **kwargs: Any) -> Any:
        with hide_value(var, describe_url("smtp+tls://user:password@smtp.example.com")):
            return super().email_url(var, **kwargs)

    # % endif
    db = db_url

    def number(self, var: str, default: int) -> int:
        """Returns a number that is not negative."""
        value = int(self.int(var, default=default))
        if value < 0:
            raise ImproperlyConfigured(f"The environment variable {var} must not be negative.")
        return value

    def address(self, var: str) -> tuple[str, int] | None:
        """Returns the host and port of HOST:PORT, or None if the variable is empty or not set."""
        value = self.str(var, default="")
        if not value:
            return None
        with suppress(ValueError):
            parts = urlsplit(f"//{value}")
            if parts.netloc == value and parts.hostname and parts.port and not parts.username:
                return parts.hostname, parts.port
        raise ImproperlyConfigured(
            f"The environment variable {var} must be HOST:PORT, such as 127.0.0.1:9090."
        )


def describe_url(example: str) -> str:
    return f"a URL such as {example}, with special characters of a password percent-encoded"


@contextmanager
def hide_value(name: str, expected: str | None) -> Iterator[None]:
    """Replaces errors and warnings, which contain the value or a part of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    except UnreadableFileError:
        raise
    except Exception:
        if name not in os.environ and f"{name}_FILE" not in os.environ:
            raise
        problem = f"must be {expected}" if expected else "has an invalid value"
        raise ImproperlyConfigured(f"The environment variable {name} {problem}.") from None


def check_file(file: Path) -> None:
    """Raises ImproperlyConfigured for a line that would be ignored."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for number, line in enumerate(lines, 1):
        if not re.match(r"(export )?\w+=|#|$", line):
            raise ImproperlyConfigured(f"{file}, line {number}: must be NAME=value")


check_file(BASE_DIR / ".env")
# Environment variables take precedence over the file.
environ.Env.read_env(BASE_DIR / ".env")
env = Env()
