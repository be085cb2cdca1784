"""Reads a text piece by piece, and records errors at their spots."""

from __future__ import annotations

import re

LONGEST_LINE = 72
"""The longest line that an error shows whole. Terminals would wrap it, away from its caret."""
QUOTED = r"\"[^\"\n]*\"|'[^'\n]*'"


class LanguageError(ValueError):
    """The text is not in the resource language; the message shows every error at its spot."""


class SkipError(Exception):
    """Ends the reading of one field or resource; its error is already recorded."""


class Reader:
    """A position in a text. All methods skip white space and comments before what they read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.errors: list[tuple[int, int, str]] = []
        """Start, end and message."""
        self.in_type = False
        """Whether the brackets of a type are open."""

    def note(self, start: int, end: int, message: str) -> None:
        self.errors.append((start, max(end, start + 1), message))

    def skip_space(self) -> int:
        """Returns the position of the next character that is neither white space nor in a comment."""
        blank = re.compile(r"(\s|#[^\n]*)*").match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.at

    def peek(self, pattern: str) -> str:
        match = re.compile(pattern).match(self.text, self.skip_space())
        return match.group() if match else ""

    def take(self, pattern: str) -> str:
        found = self.peek(pattern)
        self.at += len(found)
        return found

    def expect(self, pattern: str, allowed: str, hint: str = "") -> str:
        """Raises SkipError, and records what was found, if the pattern does not match here."""
        found = self.take(pattern)
        if not found:
            self.note_unexpected(allowed, hint)
            raise SkipError
        return found

    def note_unexpected(self, allowed: str, hint: str = "") -> None:
        found = self.peek(r"\w+|\S")
        shown = repr(found) if found else "the end of the text"
        self.note(self.at, self.at + len(found), f"expected {allowed}, found {shown}{hint}")

    def skip_to(self, stops: str) -> None:
        """Skips to the next of `stops` outside brackets and quotes, or to `;`."""
        depth, self.in_type = int(self.in_type), False
        while self.at < len(self.text):
            self.take(QUOTED)
            char = self.text[self.at : self.at + 1]
            if char == ";" or (depth == 0 and char and char in stops):
                return
            depth += (char == "(") - (char == ")" and depth > 0)
            self.at += 1

    def raise_errors(self) -> None:
        """Raises LanguageError with each error's line and a caret under its spot, if any."""
        lines = self.text.split("\n")
        shown = []
        for start, end, message in sorted(self.errors):
            number = self.text.count("\n", 0, start)
            line = lines[number]
            column = start - (self.text.rfind("\n", 0, start) + 1)
            line, column = _cut(line, column)
            width = max(1, min(end - start, len(line) - column))
            # Tabs stay, so that the caret is under its spot at any tab width.
            lead = "".join(char if char == "\t" else " " for char in line[:column])
            shown.append(f"line {number + 1}: {message}\n    {line}\n    {lead}{'^' * width}")
        if shown:
            raise LanguageError("\n".join(shown))


def _cut(line: str, column: int) -> tuple[str, int]:
    """Returns the part of a line that contains the spot, and the column of the spot in it."""
    if len(line) <= LONGEST_LINE:
        return line, column
    # A third of the part precedes the spot, unless the line ends before.
    start = min(max(0, column - LONGEST_LINE // 3), max(0, len(line) - LONGEST_LINE))
    part = line[start : start + LONGEST_LINE]
    if start:
        part = "…" + part[1:]
    if start + LONGEST_LINE < len(line):
        part = part[:-1] + "…"
    return part, column - start
