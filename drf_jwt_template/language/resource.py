"""A resource: one model, one endpoint."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property

from ..rendering.literals import call, string
from .field import Field
from .kinds import MAX_UNIQUE_STR
from .names import TIMESTAMPS, pluralize_words, shorten_constraint, split_words
from .samples import evaluate


@dataclass(frozen=True)
class Resource:
    """A resource, with everything that templates read about it."""

    name: str
    fields: tuple[Field, ...]
    unique_sets: tuple[tuple[str, ...], ...] = ()
    """The fields of which no two rows can have the same values together."""
    at: str | None = None
    """The path below `api_prefix`, without a slash at the end, if it is not the plural."""
    component: str = ""
    """The name in the API's schema, once the resources are linked."""

    # Names.

    @cached_property
    def words(self) -> list[str]:
        return split_words(self.name)

    @property
    def plural_words(self) -> list[str]:
        return pluralize_words(self.words)

    @property
    def label(self) -> str:
        return " ".join(self.words)

    @property
    def plural_label(self) -> str:
        return " ".join(self.plural_words)

    @cached_property
    def path(self) -> str:
        """The endpoint below `api_prefix`, without a slash at the end."""
        return self.at or "-".join(self.plural_words)

    @property
    def basename(self) -> str:
        """The start of the URL names, as DRF's router derives it from the model."""
        return self.name.lower()

    @cached_property
    def components(self) -> set[str]:
        """The names that the resource adds to the API's schema."""
        return {
            self.component,
            f"{self.component}Errors",
            f"{self.component}Request",
            f"Patched{self.component}Request",
            f"Paginated{self.component}List",
            *map(self.name_enumeration, self.fields),
        }

    def name_enumeration(self, field: Field) -> str:
        """Returns the name of the choices of a field in the API's schema."""
        return f"{self.component}{field.choices_class}Enum"

    # Groups of fields.

    @property
    def owner(self) -> str:
        """The field for the user who owns a row, or the empty string."""
        return next((f.name for f in self.fields if f.type == "owner"), "")

    @property
    def own_fields(self) -> list[Field]:
        """The fields that a request body can contain: all except the owner."""
        return [f for f in self.fields if f.type != "owner"]

    @property
    def relations(self) -> list[Field]:
        return [f for f in self.fields if f.relation]

    @property
    def owned_relations(self) -> list[Field]:
        """The relations to rows that only their owner sees."""
        return [f for f in self.relations if f.target_owner]

    @property
    def user_relations(self) -> list[Field]:
        """The relations to users, whom the body names."""
        return [f for f in self.relations if f.to_user]

    @property
    def timestamps(self) -> list[str]:
        """The timestamps that are not fields of the resource itself."""
        return [name for name in TIMESTAMPS if all(f.name != name for f in self.fields)]

    @property
    def to_one(self) -> list[str]:
        return [f.name for f in self.fields if f.type in ("relation", "owner")]

    @property
    def to_many(self) -> list[str]:
        return [f.name for f in self.fields if f.type == "many"]

    # The model and its factory.

    @property
    def meta(self) -> dict[str, str]:
        """The names in `class Meta` that Django would derive differently."""
        names = {}
        derived = re.sub(r"((?<=[a-z\d])[A-Z]|(?!^)[A-Z](?=[a-z]))", r" \1", self.name).lower()
        if self.label != derived:
            names["verbose_name"] = string(self.label)
        if self.plural_label != f"{self.label}s":
            names["verbose_name_plural"] = string(self.plural_label)
        return names

    @property
    def title_field(self) -> str | None:
        """The field that represents a row, in `__str__`."""
        return next((f.name for f in self.fields if f.kind.title and not f.nullable), None)

    @property
    def indexed(self) -> list[str]:
        """The filtered fields that need an index; PostgreSQL cannot index longer texts."""
        return [
            f.name
            for f in self.fields
            if f.kind.lookups
            and f.kind.indexed
            and not f.unique
            and (f.max_length or 0) <= MAX_UNIQUE_STR
        ]

    @property
    def ordering(self) -> list[str]:
        """The order of lists: the order of creation. Keys may be UUIDs, which have none."""
        return ["created_at", "id"] if "created_at" in self.timestamps else ["id"]

    @property
    def indexes(self) -> list[str]:
        """The names of the fields of each index, as source. Every order of a list ends with id."""
        names = [name for name in self.ordering + self.indexed if name != "id"]
        return [f'{string(name)}, "id"' for name in dict.fromkeys(names)]

    @property
    def constraints(self) -> list[tuple[Field, str]]:
        """The fields whose values the database checks, and the names of the constraints."""
        return [
            (
                f,
                shorten_constraint(
                    f"{self.basename}_{f.name}_{'choice' if f.choices else 'range'}"
                ),
            )
            for f in self.fields
            if f.choices or f.has_range
        ]

    @property
    def unique_constraints(self) -> list[tuple[tuple[str, ...], str]]:
        """The sets of fields that are unique together, and the names of the constraints."""
        found: dict[str, tuple[str, ...]] = {}
        for names in self.unique_sets:
            name = f"{self.basename}_{'_'.join(names)}_unique"
            # `a_b, c` and `a, b_c` would have the same name.
            number = sum(known.startswith(name) for known in found)
            found[f"{name}_{number + 1}" if number else name] = names
        return [(names, shorten_constraint(name)) for name, names in found.items()]

    @property
    def made_fields(self) -> list[Field]:
        """The fields that a factory sets: all except optional and many-to-many relations."""
        return [f for f in self.fields if f.type != "many" and not (f.relation and f.optional)]

    @property
    def renamed(self) -> list[Field]:
        """The fields that a factory declares under another name."""
        return [f for f in self.made_fields if f.factory_name != f.name]

    @property
    def scarce(self) -> list[str]:
        """The unique fields for which a factory can make only a few values."""
        return [f.name for f in self.fields if f.unique and f.one_digit]

    @property
    def needed_many(self) -> list[Field]:
        return [f for f in self.relations if f.type == "many" and not f.optional]

    # The API.

    @property
    def view_base(self) -> str:
        return "ownership.OwnedViewSet" if self.owner else "viewsets.ModelViewSet"

    @property
    def serializer_base(self) -> str:
        owned = self.owner or self.owned_relations
        return f"{'ownership.Owned' if owned else 'serializing.'}ModelSerializer"

    def base(self, generic: str, suffix: str) -> str:
        """Returns the base class of the class with `suffix`, as in `class X(…):`."""
        beside = len(f"class {self.name}{suffix}:")
        return call("", [f"{generic}[models.{self.name}]"], indent=0, beside=beside)

    @property
    def registration(self) -> str:
        """The line in the router."""
        arguments = [string(self.path), f"views.{self.name}ViewSet"]
        return call("router.register", arguments, indent=0, beside=0)

    @property
    def queryset(self) -> str:
        """The query set of the view, with a constant number of queries."""
        if not self.to_many:
            return f"models.{self.name}.objects.all()"
        return call(
            f"models.{self.name}.objects.prefetch_related",
            [string(name) for name in self.to_many],
            indent=4,
            beside=len("queryset = "),
        )

    @property
    def filters(self) -> list[Field]:
        """The fields by which lists can be filtered."""
        return [f for f in self.fields if f.kind.lookups]

    @property
    def filter_fields(self) -> str:
        """Source of the filter set's `fields`."""
        rows = [
            f"            {string(f.name)}: [{', '.join(map(string, f.kind.lookups))}],\n"
            for f in self.filters
        ]
        return "{\n" + "".join(rows) + "        }"

    @property
    def search_fields(self) -> list[str]:
        return [f.name for f in self.fields if f.kind.searchable]

    @property
    def ordering_fields(self) -> list[str]:
        return ["id", *(f.name for f in self.fields if f.kind.sortable), *self.timestamps]

    @property
    def can_conflict(self) -> bool:
        """Whether a concurrent request can prevent the creation of a row."""
        return bool(self.unique_sets) or any(
            f.unique or f.relation or f.type == "owner" for f in self.fields
        )

    # The admin.

    @property
    def admin_list(self) -> list[str]:
        return ["id", *(f.name for f in self.fields if f.kind.listed)]

    @property
    def admin_filters(self) -> list[str]:
        return [f.name for f in self.fields if f.kind.admin_filter]

    @property
    def admin_search(self) -> list[str]:
        """The fields that the admin searches; autocompletion of relations needs one."""
        return self.search_fields or ["=id"]

    @property
    def autocomplete(self) -> list[str]:
        return [f.name for f in self.fields if f.relation or f.type == "owner"]

    # The README.

    @property
    def filter_words(self) -> str:
        """The filters as the README lists them, with a star after those that have ranges."""
        return ", ".join(
            f"`{f.parameter}`{'*' if len(f.kind.lookups) > 1 else ''}" for f in self.filters
        )

    @property
    def example(self) -> str:
        """A request body without relations, as JSON for a shell's single quotes."""
        values = {f.name: evaluate(f.sample, 1) for f in self.own_fields if not f.relation}
        return json.dumps(values)

    def url_path(self, prefix: str) -> str:
        return f"/{prefix}{self.path}/"
