"""The cases of a project's tests/test_resources.py: what each resource promises, as source text."""

from __future__ import annotations

from dataclasses import dataclass

from ..rendering.literals import LINE_LENGTH, Brackets, layout, string
from .field import Field
from .names import TIMESTAMPS, factory_name
from .ranges import find_outside
from .resource import Resource

BODY_INDENT = 12


@dataclass(frozen=True)
class Case:
    """The test class of a resource."""

    resource: Resource

    @property
    def name(self) -> str:
        return f"Test{self.resource.name}"

    @property
    def base(self) -> str:
        return "OwnedResourceTests" if self.resource.owner else "ResourceTests"

    @property
    def promises(self) -> dict[str, str]:
        """The attributes of the class, and the source of their values."""
        resource = self.resource
        sets = {
            "required": [f for f in resource.own_fields if f.required],
            "unique": [f for f in resource.fields if f.unique],
            "search": [f for f in resource.fields if f.kind.searchable],
            "ordering": [f for f in resource.fields if f.kind.sortable],
            "relations": resource.relations,
            "users": resource.user_relations,
            "protected": [f for f in resource.relations if f.protects and not f.to_user],
            "private": resource.owned_relations,
        }
        mappings = {
            "filters": {
                f.name: _lookups(f.kind.lookups) for f in resource.filters if not f.relation
            },
            "invalid": {f.name: f.invalid for f in resource.own_fields if f.invalid},
            "constraints": {
                f.name: find_outside(f) or string("?") for f, _ in resource.constraints
            },
        }
        together = [Brackets("(", [*map(string, names)], ")") for names in resource.unique_sets]
        sources = {
            **{
                name: Brackets("{", [string(f.name) for f in fields], "}")
                for name, fields in sets.items()
            },
            **{
                name: Brackets("{", [f"{string(f)}: {v}" for f, v in mapping.items()], "}")
                for name, mapping in mappings.items()
            },
            "unique_together": Brackets("[", together, "]"),
        }
        timestamps = {}
        if len(resource.timestamps) < len(TIMESTAMPS):
            names = ", ".join(map(string, resource.timestamps))
            timestamps = {"timestamps": f"{{{names}}}" if names else "set()"}
        return timestamps | {
            name: layout(source, indent=4, beside=len(f"{name} = "))
            for name, source in sources.items()
            if source.items
        }

    @property
    def body(self) -> str:
        """The source of a valid body, which depends on the names `user` and `n`."""
        items = [self._item(field) for field in self.resource.own_fields]
        return layout(Brackets("{", items, "}"), indent=8, beside=len("return "))

    def _item(self, field: Field) -> str | Brackets:
        start = f"{string(field.name)}: "
        if field.relation:
            return self._related(field, start)
        if len(field.arguments) > 1 and field.type == "choice" and not field.place:
            both = f"{field.sample} if n == 1 else {string(field.arguments[1])}"
            if BODY_INDENT + len(f"{start}{both},") <= LINE_LENGTH:
                return start + both
        return start + field.sample

    def _related(self, field: Field, start: str) -> str | Brackets:
        """The value of a relation, to a row or user that is new."""
        if field.to_user:
            row = Brackets("to_json(", ["UserFactory.create().pk"], ")")
        else:
            owner = [f"{factory_name(field.target_owner)}=user"] if field.target_owner else []
            create = f"factories.{field.target}Factory.create("
            row = Brackets("reference(", [Brackets(create, owner, ")")], ")")
        return (Brackets("[", [row], "]") if field.type == "many" else row).after(start)


def _lookups(lookups: tuple[str, ...]) -> str:
    return "RANGE" if "lt" in lookups else f"[{', '.join(map(string, lookups))}]"
