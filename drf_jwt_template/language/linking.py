"""Checks and completes resources by what they have to do with each other."""

from __future__ import annotations

import itertools
import keyword
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ..rendering.literals import string
from .field import Field
from .names import (
    CLIENT_NAMES,
    PROJECT_COMPONENTS,
    RESERVED_CLASSES,
    RESERVED_FIELDS,
    USER,
    USER_ATTRIBUTES,
    camel_case,
)
from .resource import Resource

Note = Callable[[str, str], None]
"""Records an error of the resource with that name."""


def find_clash(resource: Resource, others: Sequence[Resource]) -> str:
    """Returns which name the resource shares with another one, or nothing."""
    name = resource.name
    for other in others:
        if name.lower() == other.name.lower():
            return f"resource names must differ, regardless of case: {name} and {other.name}"
        if resource.path == other.path:
            return (
                f"{name} and {other.name} would share the path {resource.path!r};"
                " set another one with `at`"
            )
    return ""


def link(resources: Sequence[Resource], note: Note) -> list[Resource]:
    """Returns the resources with the facts that depend on other fields and resources."""
    resources = [_place_few(resource) for resource in name_components(name_choices(resources))]
    owners = {resource.name: resource.owner for resource in resources}
    # The names in use, to which each relation adds its reverse accessor.
    taken = {
        resource.name: {*RESERVED_FIELDS, *(f.name for f in resource.fields)}
        for resource in resources
    }
    taken[USER] = set(USER_ATTRIBUTES)
    linked = []
    for resource in resources:
        fields = {field.name: field for field in resource.fields}
        # The owner gets the shorter name.
        for one in sorted(resource.fields, key=lambda field: field.type != "owner"):
            if one.type not in ("relation", "many", "owner"):
                continue
            target = USER if one.type == "owner" else one.arguments[0]
            names = _reverse_names(resource, one)
            free = [n for n in names if n not in taken[target] and not keyword.iskeyword(n)]
            if not free:
                note(
                    resource.name,
                    f"the reverse accessor of {resource.name}.{one.name} would be {names[0]!r} or"
                    f" {names[1]!r}, but {target} already has both; rename one",
                )
                continue
            taken[target].add(free[0])
            owner = owners.get(target, "")
            fields[one.name] = _link_field(one, resource, target, owner, free[0])
        linked.append(replace(resource, fields=tuple(fields.values())))
    _check_cycles(linked, note)
    return linked


def name_choices(resources: Sequence[Resource]) -> list[Resource]:
    """Returns the resources with a name for each class of choices, unique in its model."""
    names = {resource.name for resource in resources}
    named = []
    for resource in resources:
        taken = {*RESERVED_CLASSES, *names}
        fields = []
        for field in resource.fields:
            if field.choices:
                class_name = next(
                    n for n in _vary(camel_case(field.name), "Choices") if n not in taken
                )
                taken.add(class_name)
                fields.append(replace(field, choices_class=class_name))
            else:
                fields.append(field)
        named.append(replace(resource, fields=tuple(fields)))
    return named


def name_components(resources: Sequence[Resource]) -> list[Resource]:
    """Returns the resources with names for the API's schema that nothing else in it has."""
    taken = PROJECT_COMPONENTS | CLIENT_NAMES
    named = []
    for resource in resources:
        variants = (replace(resource, component=n) for n in _vary(resource.name, "Resource"))
        free = next(variant for variant in variants if not variant.components & taken)
        taken |= free.components
        named.append(free)
    return named


def _place_few(resource: Resource) -> Resource:
    """Returns the resource with different values for the sets of fields that have few."""
    places: dict[str, int] = {}
    fields = {field.name: field for field in resource.fields}
    for names in resource.unique_sets:
        counts = {name: fields[name].few for name in names if fields[name].type != "owner"}
        place = 1
        for name, count in counts.items():
            if count and all(counts.values()):
                places[name] = place
                place *= count
    return replace(
        resource,
        fields=tuple(replace(field, place=places.get(field.name, 0)) for field in fields.values()),
    )


def _vary(name: str, suffix: str) -> Iterator[str]:
    """Yields `name`, `name` with the suffix, and then with the suffix and a number."""
    yield name
    yield f"{name}{suffix}"
    for number in itertools.count(2):
        yield f"{name}{suffix}{number}"


def _reverse_names(resource: Resource, field: Field) -> tuple[str, str]:
    """Returns two names: a second relation to the same target needs another one."""
    name = "_".join(resource.words if field.unique else resource.plural_words)
    return name, f"{name}_by_{field.name}"


def _link_field(
    field: Field, resource: Resource, target: str, target_owner: str, related_name: str
) -> Field:
    reference = string("self" if target == resource.name else target)
    return replace(
        field,
        source=resource.name,
        target=target,
        reference="settings.AUTH_USER_MODEL" if target == USER else reference,
        related_name=related_name,
        # The owner of a row is deleted with it, and may be the user to whom it refers.
        on_delete=_choose_on_delete(
            field, bool(resource.owner and (target_owner or target == USER))
        ),
        target_owner=target_owner,
    )


def _choose_on_delete(relation: Field, both_owned: bool) -> str:
    """Returns the action that never deletes a row as a side effect, except with its owner.

    Unlike PROTECT, RESTRICT allows the deletion of a user who owns both rows.
    """
    if relation.type == "many":
        return ""
    if relation.type == "owner":
        return "CASCADE"
    if relation.optional:
        return "SET_NULL"
    return "RESTRICT" if both_owned else "PROTECT"


def _check_cycles(resources: Sequence[Resource], note: Note) -> None:
    """Refuses required relations in a cycle: no row could be the first."""
    needs = {
        r.name: {f.arguments[0]: f for f in r.relations if not f.optional and not f.to_user}
        for r in resources
    }
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            cycle = [*path[path.index(name) :], name]
            steps = [f"{a}.{needs[a][b].name}" for a, b in zip(cycle, cycle[1:])]  # noqa: B905
            note(
                name,
                f"no {name} could be created first, because these relations require each other:"
                f" {', '.join(steps)}; make one optional",
            )
        elif name not in done:
            for target in needs[name]:
                visit(target, [*path, name])
            done.add(name)

    for resource in resources:
        visit(resource.name, [])
