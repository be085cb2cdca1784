"""Finds the names that a module reads, including those in annotations that are strings."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass

# Several functions read the tree of the same source; none changes it.
parse = functools.lru_cache(maxsize=1)(ast.parse)
SCOPES = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Read:
    """A name that is read, and its place."""

    name: str
    line: int
    column: int
    """The offset in the bytes of the line, in UTF-8."""
    quoted: bool = False
    """Whether the name is in a string."""


def find_reads(node: ast.AST, *, deep: bool = True) -> Iterator[Read]:
    """Yields each name that is read; if not `deep`, without the bodies of functions and classes."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield Read(node.id, node.lineno, node.col_offset)
    elif isinstance(node, (ast.AnnAssign, ast.arg)) and node.annotation:
        yield from _find_in_strings(node.annotation)
    elif isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef)) and node.returns:
        yield from _find_in_strings(node.returns)
    elif isinstance(node, ast.Call) and _is_name(node.func, "cast"):
        yield from _find_in_strings(node.args[0])
    for field, value in ast.iter_fields(node):
        if deep or not (field == "body" and isinstance(node, SCOPES)):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from find_reads(child, deep=deep)


def _find_in_strings(annotation: ast.AST) -> Iterator[Read]:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        for read in find_reads(ast.parse(annotation.value, mode="eval")):
            column = annotation.col_offset + 1 + read.column
            yield Read(read.name, annotation.lineno, column, quoted=True)
    elif not (isinstance(annotation, ast.Subscript) and _is_name(annotation.value, "Literal")):
        for child in ast.iter_child_nodes(annotation):
            yield from _find_in_strings(child)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
