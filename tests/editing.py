"""Adds the code blocks of a README to Python files, as the README tells its readers.

A block shows parts of a file. `...` stands for what the file already contains: statements, or the
items of a list, tuple or set; in a dictionary, this is `**...`. Imports go to the top of the file. A
statement that sets an existing name replaces the old one; in an existing class, this applies to its
members, and in a dictionary with `**...`, to its keys. Other statements are added where the block shows
them: before `...`, before an existing statement, or else at the end.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from textwrap import dedent, indent
from typing import NamedTuple, TypeGuard


class Edit(NamedTuple):
    """The new text of some lines, which are counted from 0. Without lines, it is inserted."""

    start: int
    end: int
    text: str


def add_block(source: str, block: str) -> str:
    """Returns the source of a file with the code of a block."""
    lines = source.splitlines()
    result: list[str] = []
    done = 0
    edits = find_edits(source, ast.parse(source).body, block, ast.parse(block).body)
    for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
        result += [*lines[done:start], *text.splitlines()]
        done = end
    return "\n".join([*result, *lines[done:], ""])


def find_edits(
    source: str, old: Sequence[ast.stmt], block: str, new: Sequence[ast.stmt]
) -> Iterator[Edit]:
    """Yields the edits that add the new statements to the old ones."""
    known = {name_of(node): number for number, node in enumerate(old)}
    # The line at which statements can be added before all others.
    top = end_of(old[0]) if is_docstring(old[0]) else start_of(old[0])
    for number, node in enumerate(new):
        if is_dots(node):
            continue
        text = indent(text_of(block, node), " " * old[0].col_offset)
        if name_of(node) in known:
            before = old[known[name_of(node)]]
            if isinstance(before, ast.ClassDef) and isinstance(node, ast.ClassDef):
                yield from find_edits(source, before.body, block, node.body)
                continue
            old_value, value = getattr(before, "value", None), getattr(node, "value", None)
            if extends(value) and isinstance(old_value, ast.Dict):
                yield from find_dictionary_edits(source, old_value, block, value)
            else:
                items = text_of_items(source, old_value)
                yield Edit(start_of(before), end_of(before), text.replace("...", items))
            continue
        following = [n for n in new[number + 1 :] if is_dots(n) or name_of(n) in known]
        line = end_of(old[-1])
        if isinstance(node, (ast.Import, ast.ImportFrom)) or (following and is_dots(following[0])):
            line = top
        elif following:
            # After the statement before, because comments belong to the statement below.
            position = known[name_of(following[0])]
            line = end_of(old[position - 1]) if position else top
        yield Edit(line, line, text)


def find_dictionary_edits(source: str, old: ast.Dict, block: str, new: ast.Dict) -> Iterator[Edit]:
    """Yields the edits that add the new items, each on its own lines, to the old ones."""
    known = {ast.unparse(key): (key, value) for key, value in items_of(old)}
    for key, value in items_of(new):
        lines = block.splitlines()[key.lineno - 1 : value.end_lineno]
        text = indent(dedent("\n".join(lines)), " " * items_of(old)[0][0].col_offset)
        old_key, old_value = known.get(ast.unparse(key), (None, None))
        if extends(value) and isinstance(old_value, ast.Dict):
            yield from find_dictionary_edits(source, old_value, block, value)
        elif old_key and old_value:
            items = text_of_items(source, old_value)
            yield Edit(old_key.lineno - 1, old_value.end_lineno or 0, text.replace("...", items))
        else:
            end = (old.end_lineno or 0) - 1
            yield Edit(end, end, text)


def extends(value: ast.expr | None) -> TypeGuard[ast.Dict]:
    """Returns whether a value is a dictionary with `**...`."""
    return isinstance(value, ast.Dict) and None in value.keys


def items_of(node: ast.Dict) -> list[tuple[ast.expr, ast.expr]]:
    return [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key]


def name_of(node: ast.stmt) -> str:
    """Returns the name that a statement sets, or the whole statement if it sets none."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return node.name
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target)
    return ast.unparse(node)


def is_dots(node: ast.stmt) -> bool:
    return ast.unparse(node) == "..."


def is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def start_of(node: ast.stmt) -> int:
    """Returns the number of the first line, from 0."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def end_of(node: ast.stmt) -> int:
    """Returns the number of the line after the last one, from 0."""
    return node.end_lineno or node.lineno


def text_of(source: str, node: ast.stmt) -> str:
    return dedent("\n".join(source.splitlines()[start_of(node) : end_of(node)]))


def text_of_items(source: str, value: ast.expr | None) -> str:
    """Returns the items of a list, tuple or set, with comments."""
    items = getattr(value, "elts", [])
    if not items:
        return "..."
    whole = ast.Tuple(
        items,
        lineno=items[0].lineno,
        col_offset=items[0].col_offset,
        end_lineno=items[-1].end_lineno,
        end_col_offset=items[-1].end_col_offset,
    )
    return ast.get_source_segment(source, whole) or ""
