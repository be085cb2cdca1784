"""The resources and who has access to them: `project.api` in templates."""

from __future__ import annotations

from functools import cached_property

from ..answers import Answers
from ..language.case import Case
from ..language.field import Field
from ..language.names import CONSTRUCTOR_ARGUMENTS
from ..language.resource import Resource


class Api:
    """The facts about the resources of the API."""

    def __init__(self, answers: Answers) -> None:
        self.resources = answers.resources
        self.hyperlinked = answers.resource_links == "url"
        self.permission = answers.permission
        self.anonymous_reads = answers.permission == "IsAuthenticatedOrReadOnly"
        self.also_accept = answers.also_accept
        self.browsable = answers.also_accept == "session"
        self._django = answers.django_version
        self._prefix = answers.api_prefix

    @cached_property
    def _fields(self) -> list[Field]:
        return [field for resource in self.resources for field in resource.fields]

    def has_type(self, name: str) -> bool:
        """Returns whether a field has the type."""
        return any(field.type == name for field in self._fields)

    @property
    def cases(self) -> list[Case]:
        """The test cases of the resources."""
        return [Case(resource) for resource in self.resources]

    @property
    def has_owners(self) -> bool:
        """Whether a resource has an owner."""
        return any(resource.owner for resource in self.resources)

    @property
    def owned(self) -> list[str]:
        """The plural names of the resources that have an owner."""
        return [resource.plural_label for resource in self.resources if resource.owner]

    @property
    def has_filters(self) -> bool:
        """Whether a list has filters."""
        return any(resource.filters for resource in self.resources)

    @property
    def has_ranges(self) -> bool:
        """Whether a list can be filtered by a range of values."""
        return any(len(field.kind.lookups) > 1 for field in self._fields)

    @property
    def has_search(self) -> bool:
        """Whether a list can be searched."""
        return any(resource.search_fields for resource in self.resources)

    @property
    def first_created(self) -> Resource:
        """A resource whose objects can be created without objects of other resources."""
        return next(r for r in self.resources if r.name == self.creation_order[0])

    @property
    def has_relations(self) -> bool:
        """Whether a resource refers to another one."""
        return any(resource.relations for resource in self.resources)

    @property
    def names_users(self) -> bool:
        """Whether the body of a resource names users."""
        return any(resource.user_relations for resource in self.resources)

    @property
    def user_fields(self) -> list[str]:
        """The fields that name users, after the names of their resources."""
        return [f"{r.name}.{field.name}" for r in self.resources for field in r.user_relations]

    @property
    def protects_users(self) -> bool:
        """Whether a row can prevent the deletion of a user."""
        return any(field.protects and field.to_user for field in self._fields)

    @property
    def has_unique_sets(self) -> bool:
        """Whether fields of a resource are unique together."""
        return any(resource.unique_sets for resource in self.resources)

    @property
    def has_unique_owners(self) -> bool:
        """Whether an owner is unique together with other fields."""
        return any(r.owner in names for r in self.resources for names in r.unique_sets)

    @property
    def parameter_fields(self) -> list[str]:
        """The fields that are called like a query parameter of every list."""
        return [field.name for field in self._fields if field.parameter != field.name]

    @cached_property
    def factory_base(self) -> str:
        """The base class of the factories."""
        has_arguments = any(field.name in CONSTRUCTOR_ARGUMENTS for field in self._fields)
        return "Factory" if has_arguments else "factory.django.DjangoModelFactory"

    @property
    def renames(self) -> bool:
        """Whether a factory declares a field under another name."""
        return any(resource.renamed for resource in self.resources)

    @property
    def protects(self) -> bool:
        """Whether a row can prevent the deletion of another row."""
        return any(field.protects for field in self._fields)

    @cached_property
    def creation_order(self) -> list[str]:
        """The names of the resources; those that a resource requires come before it."""
        order: list[str] = []
        needs = {
            r.name: [f.target for f in r.relations if not f.optional and not f.to_user]
            for r in self.resources
        }

        def visit(name: str) -> None:
            if name not in order:
                for target in needs[name]:
                    visit(target)
                order.append(name)

        for resource in self.resources:
            visit(resource.name)
        return order

    @property
    def validators(self) -> list[str]:
        """The names of the project's own validators that the models use."""
        return sorted({field.validator for field in self._fields} - {""})

    @property
    def warns_of_url_forms(self) -> bool:
        """Whether Django deprecates the default scheme of the forms of URL fields."""
        return self._django == "django-5.2" and self.has_type("url")

    @property
    def choice_fields(self) -> list[tuple[str, str]]:
        """The schema name and the dotted path of each enumeration; equal ones count once."""
        found: dict[str, tuple[str, str]] = {}
        for resource in self.resources:
            for field in resource.fields:
                if field.choices:
                    path = f"api.models.{resource.name}.{field.choices_class}"
                    name = resource.name_enumeration(field)
                    found.setdefault(str(field.choices), (name, path))
        return list(found.values())
