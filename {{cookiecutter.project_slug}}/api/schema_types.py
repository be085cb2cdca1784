"""How the OpenAPI description states the types of serializers and fields."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.plumbing import force_instance
from rest_framework.relations import ManyRelatedField


class ModelSerializerExtension(OpenApiSerializerExtension):
    """Requires all properties of a response: an object has them, whatever a request can omit.

    Omits the docstrings of base classes, which are for developers.
    """

    target_class = "rest_framework.serializers.ModelSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        serializer = force_instance(self.target)
        schema: dict[str, Any] = auto_schema._map_serializer(
            serializer, direction, bypass_extensions=True
        )
        if not vars(type(serializer)).get("__doc__"):
            schema.pop("description", None)
        properties = schema.get("properties", {})
        if direction == "response" and properties:
            schema["required"] = sorted(properties)
        for name, field in serializer.fields.items():
            if name in properties and isinstance(field, ManyRelatedField) and not field.allow_empty:
                properties[name]["minItems"] = 1
        return schema


def simplify_types(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Removes what makes generators write several types for one: a hook of drf-spectacular."""
    components = result["components"]["schemas"]
    if "BlankEnum" in components:
        components["BlankEnum"]["type"] = "string"
    for component in components.values():
        # Requests and responses have components of their own.
        for schema in component.get("properties", {}).values():
            schema.pop("readOnly", None)
            schema.pop("writeOnly", None)
    enums = {
        frozenset(component["enum"]): f"#/components/schemas/{name}"
        for name, component in components.items()
        if "enum" in component
    }
    for path in result["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                reference = enums.get(frozenset(parameter.get("schema", {}).get("enum", ())))
                if reference:
                    parameter["schema"] = {"$ref": reference}
    return result
# % if project.api.has_type("time")


class TimeField(OpenApiSerializerFieldExtension):
    """Describes times without an offset; the format `time` has one (RFC 3339, section 5.6)."""

    target_class = "rest_framework.fields.TimeField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, str]:
        pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"
        return {"type": "string", "format": "time-local", "pattern": pattern}
# % endif
# % if project.api.has_type("duration")


class DurationField(OpenApiSerializerFieldExtension):
    """Describes durations as `[days ]hours:minutes:seconds`."""

    target_class = "rest_framework.fields.DurationField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, str]:
        pattern = r"^(-?[0-9]{1,9} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?$"
        return {"type": "string", "pattern": pattern}
# % endif
