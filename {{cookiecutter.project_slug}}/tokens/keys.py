"""The key ring: the newest active key signs, all keys verify.

The file that JWT_SIGNING_KEY_FILE names contains the keys, the newest first. The line above a key
states from when on it signs; the oldest key needs none. Without a file, JWT_SIGNING_KEY signs, and
JWT_SIGNING_KEY_FALLBACKS lists keys that only verify, separated by commas.

`manage.py rotate_signing_key` adds a new key to the file; running processes reload it. The new key
signs after DELAY, when all processes know it and other services have fetched its public half.

`python -m tokens.keys FILE` creates the file. Only its owner can read it.
"""

import logging
import os
import re
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from environ import Env

from .algorithm import PATTERN, Key, generate_key

logger = logging.getLogger("tokens")

FROM = "# signs from "
ENTRY = re.compile(rf"(?:^{FROM}(?P<start>\S+)\n+)?(?P<key>{PATTERN})", re.MULTILINE | re.DOTALL)
# How long other services may cache the public keys.
MAX_AGE = timedelta(minutes=5)
# How long a new key waits: until the file has reached all servers, and MAX_AGE after that.
# % if project.deployment.kubernetes
# A Secret of Kubernetes reaches its pods within 2.5 minutes after it has been applied.
# % endif
DELAY = timedelta(minutes=15)


@dataclass(frozen=True)
class Entry:
    """A key in the file, with the datetime from which it signs."""

    text: str
    start: datetime | None = None
    """None for a key that signs only if it is the oldest: others may not know it yet."""

    def __str__(self) -> str:
        comment = f"{FROM}{self.start.isoformat()}\n" if self.start else ""
        return f"{comment}{self.text}\n"

    def is_active(self) -> bool:
        return self.start is not None and self.start <= timezone.now()


class KeyRing:
    """The keys of a file, which is read again when it changes, or a fixed tuple of keys."""

    def __init__(self, file: Path | None = None, keys: tuple[str, ...] = ()) -> None:
        self.file = file
        self._given = tuple(map(Entry, keys))
        self._known: tuple[tuple[Entry, Key], ...] = ()
        self._stamp: tuple[int, int] | None = None

    @classmethod
    def from_environment(cls, env: Env, base_dir: Path) -> "KeyRing":
        """Returns the configured key ring. Raises ImproperlyConfigured if there is no key."""
        name = env.str("JWT_SIGNING_KEY_FILE", default="")
        if name:
            file = base_dir / name
            try:
                empty = not file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ImproperlyConfigured(f"JWT_SIGNING_KEY_FILE: {error}") from error
            if not empty:
                return cls(file)
            raise ImproperlyConfigured(
                f"JWT_SIGNING_KEY_FILE: {file} is empty."
                " Delete it, and create it with `python -m tokens.keys FILE`"
            )
        key = env.str("JWT_SIGNING_KEY", default="").strip()
        if not key:
            raise ImproperlyConfigured(
                "set JWT_SIGNING_KEY_FILE to a file created by `python -m tokens.keys FILE`,"
                " or JWT_SIGNING_KEY to a key (in development, run `make setup`)"
            )
        return cls(keys=(key, *env.list("JWT_SIGNING_KEY_FALLBACKS", default=[])))

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys, the newest first. Raises ValueError if a key is invalid."""
        return tuple(key for _, key in self._load())

    @property
    def signer(self) -> Key:
        """The newest active key, or the oldest one. Raises ValueError if a key is invalid."""
        known = self._load()
        if self.file is None:
            return known[0][1]
        return next((key for entry, key in known if entry.is_active()), known[-1][1])

    def count_unused(self) -> int:
        """Returns the number of keys that never sign: newer than others, and without a start."""
        newer = self._load()[:-1] if self.file else ()
        return sum(entry.start is None for entry, _ in newer)

    def _load(self) -> tuple[tuple[Entry, Key], ...]:
        """Returns the entries and their keys: the last valid ones if the file became invalid."""
        try:
            stamp = self._read_stamp()
            if stamp != self._stamp or not self._known:
                self._stamp = stamp
                self._known = tuple((entry, Key(entry.text)) for entry in self._read_entries())
        except (OSError, ValueError) as error:
            if not self._known:
                raise ValueError(str(error)) from error
            logger.error("keys_unreadable %s", error, extra={"event": "keys_unreadable"})
        return self._known

    def _read_stamp(self) -> tuple[int, int] | None:
        if self.file is None:
            return None
        status = self.file.stat()
        return status.st_mtime_ns, status.st_ino

    def _read_entries(self) -> tuple[Entry, ...]:
        if self.file is None:
            return self._given
        entries = tuple(
            Entry(found["key"], parse_start(found["start"]) if found["start"] else None)
            for found in ENTRY.finditer(self.file.read_text(encoding="utf-8"))
        )
        if not entries:
            raise ValueError(f"{self.file} must contain a key")
        return entries

    def rotate(self, longest: timedelta) -> tuple[datetime, int]:
        """Adds a new key. Returns when it begins to sign, and the number of deleted keys.

        A key is deleted when all tokens signed with it have expired: `longest` is the longest
        lifetime of a token. If it is zero, all old keys are deleted and the new key signs
        immediately. Raises OSError if the file cannot be written, and FileExistsError while another
        process writes it.
        """
        if self.file is None:
            raise ValueError("the keys must be in a file")
        now = timezone.now()
        start = now + DELAY if longest else now
        draft = self.file.with_name(f"{self.file.name}.new")
        with create_private_file(draft) as target:
            old = self._read_entries()
            # Each key signs until the next newer one becomes active.
            ends = [start, *(entry.start or now for entry in old)]
            kept = [e for e, end in zip(old, ends, strict=False) if longest and end + longest > now]
            target.write("\n".join(map(str, [Entry(generate_key(), start), *kept])))
        draft.replace(self.file)
        return start, len(old) - len(kept)


def parse_start(text: str) -> datetime:
    start = datetime.fromisoformat(text)
    if start.tzinfo is None:
        raise ValueError(f"{FROM}{text} must end with a UTC offset, such as +00:00")
    return start


def create_private_file(file: Path) -> TextIO:
    """Creates a file that only its owner can read. Raises FileExistsError if it exists."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")


def write_private_file(file: Path, text: str) -> None:
    """Writes a file that only its owner can read. An interruption leaves no incomplete file."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    with create_private_file(unfinished) as new:
        new.write(text)
    unfinished.replace(file)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    if path.exists():
        sys.exit(f"{path} exists already. Add a key to it with `manage.py rotate_signing_key`.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private_file(path, str(Entry(generate_key())))
