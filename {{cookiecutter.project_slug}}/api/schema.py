"""What the API's description says of errors; what succeeds, drf-spectacular sees for itself."""

from collections.abc import Iterator
from typing import Any

from django.db.models import PROTECT, RESTRICT
from drf_spectacular import openapi
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent, get_view_model
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import (
    SAFE_METHODS,
    AllowAny,
    DjangoModelPermissions,
    IsAuthenticated,
    IsAuthenticatedOrReadOnly,
)
from rest_framework_simplejwt import views

from tokens import cookies

SCHEMAS: dict[str, dict[str, Any]] = {
    "ErrorDetail": {
        "type": "object",
        "properties": {
            "detail": {"type": "string", "description": "What is wrong, for people."},
            "code": {"type": "string", "description": "The same for programs, if there is one."},
        },
        "required": ["detail"],
    },
    "FieldErrors": {
        "type": "object",
        "description": "What is wrong with each field; `non_field_errors` is about several.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
}
RESPONSES = {
    400: ("BadRequest", "A value is refused, or the body cannot be read."),
    401: ("Unauthorized", "There is no login or token, or it is refused."),
    403: ("Forbidden", "Whoever asks may not do this."),
    404: ("NotFound", "There is no such row, or no such page."),
    # % if project.api.protects
    409: ("Conflict", "Another row needs this one."),
    # % endif
    429: ("TooManyRequests", "There were too many requests."),
    # % if project.keys.remote
    503: ("ServiceUnavailable", "The keys of the token's issuer cannot be had."),
    # % endif
}
# To whoever is logged in, these refuse nothing.
MILD = (AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly)


class AutoSchema(openapi.AutoSchema):
    """Adds the errors that an operation can end with."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            for status in sorted(self.errors(has_body="requestBody" in operation)):
                operation["responses"].setdefault(str(status), self.reference(status))
        return operation

    def errors(self, has_body: bool) -> Iterator[int]:
        if has_body or self.get_filter_backends():
            yield 400
        if self.view.get_authenticators() or isinstance(self.view, views.TokenViewBase):
            yield 401
            # % if project.keys.remote
            if not isinstance(self.view, views.{{ project.tokens.obtain_view }}):
                yield 503
            # % endif
        if self.is_guarded():
            yield 403
        if "{" in self.path or (self._is_list_view() and getattr(self.view, "paginator", None)):
            yield 404
        # % if project.api.protects
        if self.method == "DELETE" and self.is_needed():
            yield 409
        # % endif
        if self.view.get_throttles():
            yield 429

    def is_guarded(self) -> bool:
        """Whether somebody who is logged in may be refused: by a permission, or for CSRF."""
        # % if project.tokens.cookie
        if isinstance(self.view, cookies.SetRefreshCookieMixin):
            return True
        # % endif
        authenticators = self.view.get_authenticators()
        if self.method not in SAFE_METHODS and any(
            isinstance(one, SessionAuthentication) for one in authenticators
        ):
            return True
        return any(
            # It asks for no permission to read.
            one.perms_map[self.method]
            if isinstance(one, DjangoModelPermissions)
            else not isinstance(one, MILD)
            for one in self.view.get_permissions()
        )
    # % if project.api.protects

    def is_needed(self) -> bool:
        """Whether rows of another model can keep one of this from being deleted."""
        model = get_view_model(self.view, emit_warnings=False)
        relations = model._meta.related_objects if model else ()
        return any(relation.on_delete in (PROTECT, RESTRICT) for relation in relations)
    # % endif

    def reference(self, status: int) -> Any:
        """Stands for an error, which is described once for all operations."""
        name, description = RESPONSES[status]
        detail, fields = (self.component(*one, "schemas") for one in SCHEMAS.items())
        body = {"oneOf": [fields, detail]} if status == 400 else detail
        content = {"application/json": {"schema": body}}
        response: dict[str, Any] = {"description": description, "content": content}
        if status == 429:
            seconds = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
            response["headers"] = {"Retry-After": seconds}
        return self.component(name, response, "responses")

    def component(self, name: str, schema: dict[str, Any], kind: str) -> Any:
        component = ResolvedComponent(name, kind, schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref
# % if project.api.has_type("time")


class TimeField(OpenApiSerializerFieldExtension):
    """A time has no offset; drf-spectacular's `time` is one that has (RFC 3339, section 5.6)."""

    target_class = "rest_framework.fields.TimeField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, str]:
        pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"
        return {"type": "string", "format": "time-local", "pattern": pattern}
# % endif
# % if project.api.has_type("duration")


class DurationField(OpenApiSerializerFieldExtension):
    """Days, where there are, and hours, minutes and seconds; drf-spectacular tells nothing of it."""

    target_class = "rest_framework.fields.DurationField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, str]:
        pattern = r"^(-?[0-9]{1,9} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?$"
        return {"type": "string", "pattern": pattern}
# % endif
