"""The ring of keys: the newest signs, all of them verify.

Keys stand in the file that JWT_SIGNING_KEY_FILE names, the newest first; or in JWT_SIGNING_KEY,
with those before it in JWT_SIGNING_KEY_FALLBACKS, divided by commas.
`manage.py rotate_signing_key` puts a new one into the file, and running processes notice.

`python -m tokens.keys FILE` makes the file, readable by its owner alone.
"""

import logging
import os
import re
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TextIO

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from .algorithm import PATTERN, Key, new_key

logger = logging.getLogger("tokens")

UNTIL = "# signed until "
ENTRY = re.compile(rf"(?:^{UNTIL}(?P<until>\S+)\n+)?(?P<key>{PATTERN})", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Entry:
    key: str
    until: datetime | None
    """When another key took its place; none for the one that signs."""

    def __str__(self) -> str:
        comment = f"{UNTIL}{self.until.isoformat()}\n" if self.until else ""
        return f"{comment}{self.key}\n"


class KeyRing:
    """The keys of a file, which is read anew when it has changed, or those given."""

    def __init__(self, file: Path | None = None, keys: tuple[str, ...] = ()) -> None:
        self.file = file
        self._keys: tuple[Key, ...] = ()
        self._stamp: tuple[int, int] | None = None
        self._texts = keys

    @classmethod
    def from_environment(cls, env: Env, base_dir: Path) -> "KeyRing":
        """Raises ImproperlyConfigured if there is no key: an empty one would sign, too."""
        name = env.str("JWT_SIGNING_KEY_FILE", default="")
        if name:
            file = base_dir / name
            try:
                empty = not file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ImproperlyConfigured(f"JWT_SIGNING_KEY_FILE: {error}") from error
            if not empty:
                return cls(file)
            raise ImproperlyConfigured(f"JWT_SIGNING_KEY_FILE: {file} is empty")
        key = env.str("JWT_SIGNING_KEY", default="").strip()
        if not key:
            raise ImproperlyConfigured(
                "set JWT_SIGNING_KEY_FILE to the path of a file that `python -m tokens.keys FILE`"
                " makes, or JWT_SIGNING_KEY to a key itself (in development, `make setup` does)"
            )
        return cls(keys=(key, *env.list("JWT_SIGNING_KEY_FALLBACKS", default=[])))

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys, the one that signs first.

        Raises ValueError if one cannot be used. If the file goes bad later on, the last good keys
        are kept, and an error is logged.
        """
        try:
            self._read()
        except (OSError, ValueError) as error:
            if not self._keys:
                raise ValueError(str(error)) from error
            logger.error("keys_unreadable %s", error, extra={"event": "keys_unreadable"})
        return self._keys

    def _read(self) -> None:
        if self.file is None:
            self._keys = self._keys or tuple(map(Key, self._texts))
            return
        status = self.file.stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._stamp = stamp
            keys = tuple(Key(entry.key) for entry in self._entries())
            if not keys:
                raise ValueError(f"{self.file} holds no key")
            self._keys = keys

    def _entries(self) -> list[Entry]:
        if self.file is None:
            return []
        found = ENTRY.finditer(self.file.read_text(encoding="utf-8"))
        return [
            Entry(match["key"], datetime.fromisoformat(match["until"]) if match["until"] else None)
            for match in found
        ]

    def rotate(self, longest: timedelta) -> int:
        """Makes a new key that signs from now on; returns how many old ones are dropped.

        One is dropped when all that it signed has expired: `longest` is the life of a token.
        Raises OSError if the file cannot be written, FileExistsError while another process does.
        """
        if self.file is None:
            raise ValueError("the keys are not in a file")
        now = datetime.now(timezone.utc)
        draft = self.file.with_name(f"{self.file.name}.new")
        with open_new(draft) as target:
            old = [Entry(entry.key, entry.until or now) for entry in self._entries()]
            kept = [entry for entry in old if entry.until and entry.until + longest > now]
            target.write("\n".join(map(str, [Entry(new_key(), None), *kept])))
        draft.replace(self.file)
        return len(old) - len(kept)


def open_new(file: Path) -> TextIO:
    """A file that its owner alone can read. Raises FileExistsError rather than replace one."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_new(path) as new:
        new.write(str(Entry(new_key(), None)))
