"""Error responses in the OpenAPI description; drf-spectacular adds only the successful ones."""

from collections.abc import Iterator
from typing import Any

from django.db.models import UniqueConstraint
from drf_spectacular import openapi
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent, get_view_model
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
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
            "detail": {"type": "string", "description": "The reason, as text."},
            "code": {"type": "string", "description": "The reason, as a code."},
        },
        "required": ["detail", "code"],
    },
    "FieldErrors": {
        "type": "object",
        "description": "The errors of each field; `non_field_errors` are about several fields.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
}
RESPONSES = {
    400: ("BadRequest", "A value is invalid, or the body cannot be parsed."),
    401: ("Unauthorized", "The credentials are missing or invalid."),
    403: ("Forbidden", "The request is not permitted."),
    404: ("NotFound", "The object or page does not exist."),
    409: ("Conflict", "Other objects require this one, or another request has changed them."),
    429: ("TooManyRequests", "There were too many requests."),
    # % if project.keys.remote
    503: ("ServiceUnavailable", "The keys of the token's issuer are unavailable."),
    # % endif
}
# These permissions never reject an authenticated user.
AUTHENTICATION_PERMISSIONS = (AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly)


class AutoSchema(openapi.AutoSchema):
    """Adds the error responses that an operation can return."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            for status in sorted(self.get_error_statuses(has_body="requestBody" in operation)):
                operation["responses"].setdefault(str(status), self.get_response_reference(status))
        return operation

    def get_error_statuses(self, has_body: bool) -> Iterator[int]:
        if has_body or self.get_filter_backends():
            yield 400
        if self.view.get_authenticators() or isinstance(self.view, views.TokenViewBase):
            yield 401
            # % if project.keys.remote
            if not isinstance(self.view, views.{{ project.tokens.obtain_view }}):
                yield 503
            # % endif
        if self.can_be_forbidden():
            yield 403
        if "{" in self.path or (self._is_list_view() and getattr(self.view, "paginator", None)):
            yield 404
        if self.can_conflict():
            yield 409
        if self.view.get_throttles() or self.checks_password():
            yield 429

    def checks_password(self) -> bool:
        """Returns whether the authentication backend can refuse a login."""
        return isinstance(self.view, views.{{ project.tokens.obtain_view }}) or any(
            isinstance(authenticator, BasicAuthentication)
            for authenticator in self.view.get_authenticators()
        )

    def can_be_forbidden(self) -> bool:
        """Returns whether a permission or the CSRF check can reject an authenticated user."""
        # % if project.tokens.cookie
        if isinstance(self.view, cookies.SetRefreshCookieMixin):
            return True
        # % endif
        authenticators = self.view.get_authenticators()
        if self.method not in SAFE_METHODS and any(
            isinstance(authenticator, SessionAuthentication) for authenticator in authenticators
        ):
            return True
        return any(
            # Reading requires no permission.
            permission.perms_map[self.method]
            if isinstance(permission, DjangoModelPermissions)
            else not isinstance(permission, AUTHENTICATION_PERMISSIONS)
            for permission in self.view.get_permissions()
        )

    def can_conflict(self) -> bool:
        """Returns whether other objects or a concurrent request can prevent the operation."""
        model = get_view_model(self.view, emit_warnings=False)
        if model is None or self.method in SAFE_METHODS:
            return False
        options = model._meta
        if self.method == "DELETE":
            return bool(options.related_objects or options.many_to_many)
        fields = [field for field in options.fields if not field.primary_key]
        return (
            any(field.unique or field.is_relation for field in fields)
            or bool(options.many_to_many)
            or any(isinstance(constraint, UniqueConstraint) for constraint in options.constraints)
        )

    def get_response_reference(self, status: int) -> Any:
        """Returns a reference to the response, which all operations share."""
        name, description = RESPONSES[status]
        detail, fields = (
            self.get_component_reference(component, schema, "schemas")
            for component, schema in SCHEMAS.items()
        )
        body = {"oneOf": [fields, detail]} if status == 400 else detail
        content = {"application/json": {"schema": body}}
        response: dict[str, Any] = {"description": description, "content": content}
        if status == 429:
            seconds = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
            response["headers"] = {"Retry-After": seconds}
        return self.get_component_reference(name, response, "responses")

    def get_component_reference(self, name: str, schema: dict[str, Any], kind: str) -> Any:
        component = ResolvedComponent(name, kind, schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref
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
