"""The environment variables and, in development, those in the file `.env`.

Values are literal, and no error message contains one: it may be a secret.
"""

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


class Environ(Mapping[str, str]):
    """The environment variables, with each `$` escaped.

    A value that begins with `$` would be the name of another variable.
    """

    def __getitem__(self, name: str) -> str:
        return os.environ[name].replace("$", r"\$")

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)


class Env(environ.Env):
    """Raises ImproperlyConfigured with the name of a variable that has an invalid value."""

    ENVIRON = Environ()

    def __init__(self) -> None:
        super().__init__()
        # Reads `\$` as `$`.
        self.escape_proxy = True

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        with hide_value(var):
            return super().get_value(var, *args, **kwargs)

    def db_url(self, var: str = "DATABASE_URL", **kwargs: Any) -> Any:
        with hide_value(var):
            return super().db_url(var, **kwargs)

    def cache_url(self, var: str = "CACHE_URL", **kwargs: Any) -> Any:
        with hide_value(var):
            return super().cache_url(var, **kwargs)

    db = db_url


@contextmanager
def hide_value(name: str) -> Iterator[None]:
    """Replaces errors and warnings, which contain the value or a part of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    except Exception:
        if name not in os.environ:
            raise
        raise ImproperlyConfigured(
            f"The environment variable {name} has an invalid value."
            " In a URL, special characters of a password must be percent-encoded."
        ) from None


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
