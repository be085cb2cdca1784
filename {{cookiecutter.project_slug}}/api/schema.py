"""The OpenAPI description, from which clients are generated.

The names of operations, tags and components are part of the API: `make lint` compares the description
with schema.yaml.
"""

from typing import Any
from uuid import UUID

from django.db.models import IntegerField, Model, UUIDField
from drf_spectacular.plumbing import get_view_model
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView

from . import ownership, schema_errors

JSON = "application/json"
# Of the operations of a view set: the summary and the description.
TEXTS = {
    "list": (
        "List {objects}",
        "Returns a page of {objects}, in the order of their creation unless `ordering` is given.",
    ),
    "create": ("Create {object}", "Creates the {object} and returns it."),
    "retrieve": ("Retrieve {object}", "Returns the {object} with this key."),
    "update": (
        "Update {object}",
        "Changes the {object} and returns it. The body needs all required fields; fields that it"
        " omits keep their values.",
    ),
    "partial_update": (
        "Update {object} partially",
        "Changes the fields of the {object} that are in the body and returns it.",
    ),
    "destroy": ("Delete {object}", "Deletes the {object}."),
}


class AutoSchema(schema_errors.AutoSchema):
    """Describes operations for their callers: docstrings of base classes are for developers."""

    def get_summary(self) -> str | None:
        return self.get_text(0) or self.view.get_view_name()

    def get_description(self) -> str:  # type: ignore[override]
        handler = getattr(self.view, getattr(self.view, "action", self.method.lower()), None)
        own = handler.__doc__ or vars(type(self.view)).get("__doc__")
        if own:
            return super().get_description()
        sentences = [self.get_text(1)]
        # % if project.api.has_owners
        if isinstance(self.view, ownership.OwnedViewSet):
            sentences.append("Only staff can access objects of other users.")
        # % endif
        return " ".join(filter(None, sentences))

    def get_text(self, position: int) -> str | None:
        """Returns the summary or the description of a standard operation on a model."""
        model = self.get_model()
        is_list = self.method == "GET" and self._is_list_view()
        action = "list" if is_list else self.method_mapping[self.method.lower()]
        if model is None or getattr(self.view, "action", action) != action:
            return None
        options = model._meta
        names = {"object": options.verbose_name, "objects": options.verbose_name_plural}
        return TEXTS[action][position].format(**names)

    def get_tags(self) -> list[str]:
        model = self.get_model()
        return [str(model._meta.verbose_name_plural)] if model else super().get_tags()

    def get_model(self) -> type[Model] | None:
        model: type[Model] | None = get_view_model(self.view, emit_warnings=False)
        return model

    def map_parsers(self) -> list[Any]:
        # Bodies in several formats would be several types in a client. Forms are accepted, too.
        types = super().map_parsers()
        return [JSON] if JSON in types else types

    def get_override_parameters(self) -> list[Any]:
        parameters = super().get_override_parameters()
        model = self.get_model()
        view = self.view
        if model and isinstance(view, GenericAPIView) and "{id}" in self.path:
            # The path has any text, so that a team can choose the type of its keys.
            types = {IntegerField: int, UUIDField: UUID}
            key = next((types[base] for base in types if isinstance(model._meta.pk, base)), str)
            text = f"The key of the {model._meta.verbose_name}."
            path = OpenApiParameter("id", key, OpenApiParameter.PATH, description=text)
            parameters = [path, *parameters]
        # % if project.api.hyperlinked
        if getattr(view, "action", None) == "create":
            text = "The URL of the new object."
            header = OpenApiParameter(
                "Location", str, OpenApiParameter.HEADER, response=["201"], description=text
            )
            parameters = [*parameters, header]
        # % endif
        return parameters
