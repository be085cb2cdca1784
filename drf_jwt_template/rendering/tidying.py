"""Tidies rendered modules.

Unused imports are dropped: a template contains all imports that any of its renderings needs. An
import for its effect carries `# noqa: F401`; a re-export is written `from x import y as y`.

Imports and builtins that an attribute of a class would hide get another name (hiding.py).

A call that is too long to start on the line of its assignment moves to lines of its own. Calls,
signatures and simple lists with one item per line are joined if they fit on one line.
"""

from __future__ import annotations

import ast
import functools
import re
import textwrap

from rich.cells import cell_len

from .hiding import replace_hidden_names
from .literals import LINE_LENGTH
from .reads import find_reads, parse

Import = ast.Import | ast.ImportFrom
# An opening bracket at the end of a line; lines without comments that end with a comma, or a single
# line; and the closing bracket.
BROKEN = re.compile(
    r"^(?P<head>[^#\n]*[\[({])\n(?P<items>(?: +(?![ \])}])[^#\n]*,\n)+| +(?![ \])}])[^#\n]*[^#\n,]\n)"
    r" *(?P<tail>[\])}][^\n]*)$",
    re.MULTILINE,
)
IMPORT = re.compile(r"^ *from \S+ import \($")
# The brackets of a call, a signature or a subscript.
TRAILER = re.compile(r"[\w\])][\[(]$")
# The brackets of a list, tuple or dict, unless an operator precedes them.
LITERAL = re.compile(r"(^ *|[=:(\[{,] ?|\breturn )[\[({]$")
# A bracket that is not empty, inside a list, tuple or dict.
NESTED = re.compile(r"[\[({][^\])}]")


@functools.lru_cache(maxsize=4096)
def tidy(source: str) -> str:
    """Returns the source of a module, changed as described above.

    Raises SyntaxError if it is not a module.
    """
    return join_short_brackets(move_long_calls(drop_unused_imports(replace_hidden_names(source))))


def move_long_calls(source: str) -> str:
    """Returns the source with parentheses around each assigned call whose first line is too long."""
    lines = source.splitlines(keepends=True)
    if all(cell_len(line.rstrip("\n")) <= LINE_LENGTH for line in lines):
        return source
    for node in ast.walk(parse(source)):
        if not isinstance(node, (ast.AnnAssign, ast.Assign)) or not isinstance(
            node.value, ast.Call
        ):
            continue
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        start = lines[first].encode()[: node.value.col_offset].decode()
        if cell_len(lines[first].rstrip("\n")) > LINE_LENGTH >= cell_len(f"{start}("):
            margin = " " * node.col_offset
            call = f"{margin}{lines[first][len(start) :]}" + "".join(lines[first + 1 : last])
            lines[first] = f"{start}(\n{textwrap.indent(call, '    ')}{margin})\n"
            lines[first + 1 : last] = [""] * (last - first - 1)
    return "".join(lines)


def join_short_brackets(source: str) -> str:
    """Returns the source with each bracket that fits on one line joined, inner ones first.

    A list, tuple or dict of several calls or lists is left unchanged: one item per line is easier to
    read. Brackets in strings are left unchanged, too.
    """

    def join_unless_in_string(match: re.Match[str]) -> str:
        joined = _join_bracket(match)
        if joined != match[0]:
            line = source.count("\n", 0, match.start()) + 1
            if line in _find_lines_in_strings(source):
                return match[0]
        return joined

    result = BROKEN.sub(join_unless_in_string, source)
    return source if result == source else join_short_brackets(result)


@functools.lru_cache(maxsize=1)
def _find_lines_in_strings(source: str) -> set[int]:
    """Returns the numbers of the lines at whose end a string goes on."""
    return {
        line
        for node in ast.walk(parse(source))
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.lineno != node.end_lineno
        for line in range(node.lineno, node.end_lineno or node.lineno)
    }


def _join_bracket(match: re.Match[str]) -> str:
    head, tail = match["head"], match["tail"]
    items = [item.strip() for item in match["items"].splitlines()]
    inner = " ".join(items).removesuffix(",")
    is_import, is_literal = IMPORT.search(head), LITERAL.search(head)
    if is_import:
        head, tail = head[:-1], tail[1:]
    elif is_literal and items[-1].endswith(","):
        if len(items) > 1 and any(map(NESTED.search, items)):
            return match[0]
        # Without its comma, a tuple of one item would be a value in parentheses.
        if len(items) == 1 and tail[0] == ")":
            inner += ","
    elif not TRAILER.search(head) and not (is_literal and tail[0] in "]}"):
        return match[0]
    line = f"{head}{inner}{tail}"
    return line if cell_len(line) <= LINE_LENGTH else match[0]


def drop_unused_imports(source: str) -> str:
    """Returns the source of a module without its unused imports, except those in functions.

    Raises SyntaxError if it is not a module.
    """
    tree = parse(source)
    used = {read.name for read in find_reads(tree)}
    lines = source.splitlines(keepends=True)
    # From the last to the first: the line numbers of earlier statements stay valid.
    for statement in reversed(tree.body):
        if isinstance(statement, Import):
            first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
            for_effect = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
            if for_effect or "# noqa: F401" in lines[first]:
                continue
            kept = [alias for alias in statement.names if _is_needed(alias, used)]
            if len(kept) < len(statement.names) or _has_alias(statement):
                lines[first:last] = _import_lines(statement, kept)
                if not kept and not _has_neighbour(lines, first):
                    _drop_group(lines, first)
    return "".join(lines)


def _is_needed(alias: ast.alias, used: set[str]) -> bool:
    bound = alias.asname or alias.name.partition(".")[0]
    return bound in used or alias.asname == alias.name


def _import_lines(statement: Import, names: list[ast.alias]) -> list[str]:
    """Returns the statement with only these names, in the style of ruff."""
    if not names:
        return []
    words = [f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in names]
    if isinstance(statement, ast.Import):
        return [f"import {', '.join(words)}\n"]
    start = f"from {'.' * statement.level}{statement.module or ''} import "
    # A name with an alias has a statement of its own.
    plain = [alias.name for alias in names if not alias.asname]
    groups = [plain] * bool(plain) + [[word] for word in words if " as " in word]
    lines = []
    for group in sorted(groups, key=lambda group: group[0]):
        if len(start) + len(", ".join(group)) <= LINE_LENGTH:
            lines.append(f"{start}{', '.join(group)}\n")
        else:
            lines += [f"{start}(\n", *(f"    {word},\n" for word in group), ")\n"]
    return lines


def _has_alias(statement: Import) -> bool:
    """Returns whether several names are imported, one of them under another name."""
    return len(statement.names) > 1 and any(alias.asname for alias in statement.names)


def _has_neighbour(lines: list[str], at: int) -> bool:
    """Returns whether the line before or after a removed statement is not blank."""
    before = at > 0 and lines[at - 1].strip()
    after = at < len(lines) and lines[at].strip()
    return bool(before or after)


def _drop_group(lines: list[str], at: int) -> None:
    """Drops the blank lines before a removed group of imports, or after one at the start."""
    start = at
    while start > 0 and not lines[start - 1].strip():
        start -= 1
    end = at
    if start == 0:
        while end < len(lines) and not lines[end].strip():
            end += 1
    del lines[start:end]
