"""Replaces names that a class, or an attribute of a class, hides.

An attribute `models` hides an import from the rest of the class body: the import becomes `models_`
in the whole module. An attribute `str` hides a builtin, which becomes `builtins.str` there. A class
`Decimal` hides an import, which becomes `Decimal_`.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence

from .reads import Read, find_reads, parse


def replace_hidden_names(source: str) -> str:
    """Returns the source of a module with other names for what its classes hide.

    A name that a class body reads is always the import or builtin, never an attribute of the same
    name. Only names in strings refer to a class that is called like an import. Raises SyntaxError if
    `source` is not a module.
    """
    tree = parse(source)
    imports = {
        alias.asname or alias.name: alias
        for statement in tree.body
        if isinstance(statement, (ast.Import, ast.ImportFrom))
        for alias in statement.names
    }
    hidden = {read for node in _find_classes(tree.body) for read in _find_hidden(node)}
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    renamed = ({read.name for read in hidden} | classes) & set(imports)
    if not hidden and not renamed:
        return source
    changes = {
        read: f"{read.name}_"
        for read in find_reads(tree)
        if read.name in renamed and not (read.quoted and read.name in classes)
    }
    for read in hidden - set(changes):
        if hasattr(builtins, read.name):
            changes[read] = f"builtins.{read.name}"
    for name in renamed:
        alias = imports[name]
        before = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        changes[Read(before, alias.lineno, alias.col_offset)] = f"{alias.name} as {name}_"
    return _apply(changes, source)


def _find_classes(statements: Sequence[ast.AST]) -> Iterator[ast.ClassDef]:
    """Yields the classes among statements, and those in them."""
    for statement in statements:
        if isinstance(statement, ast.ClassDef):
            yield statement
        for name in ("body", "cases", "finalbody", "handlers", "orelse"):
            yield from _find_classes(getattr(statement, name, ()))


def _find_hidden(body: ast.ClassDef) -> Iterator[Read]:
    """Yields each name that the class body reads below an attribute of the same name."""
    bound: set[str] = set()
    for statement in body.body:
        for read in find_reads(statement, deep=False):
            if read.name in bound:
                yield read
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        bound |= {target.id for target in targets if isinstance(target, ast.Name)}


def _apply(changes: Mapping[Read, str], source: str) -> str:
    lines = source.encode().split(b"\n")
    for read in sorted(changes, key=lambda read: (read.line, read.column), reverse=True):
        text, end = lines[read.line - 1], read.column + len(read.name.encode())
        lines[read.line - 1] = text[: read.column] + changes[read].encode() + text[end:]
    return b"\n".join(lines).decode()
