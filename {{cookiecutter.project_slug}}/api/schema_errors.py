"""Error responses in the OpenAPI description; drf-spectacular adds only the successful ones."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.db.models import UniqueConstraint
from drf_spectacular import openapi
from drf_spectacular.plumbing import ResolvedComponent, force_instance, get_view_model
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.permissions import (
    SAFE_METHODS,
    AllowAny,
    DjangoModelPermissions,
    IsAuthenticated,
    IsAuthenticatedOrReadOnly,
)
from rest_framework.serializers import BaseSerializer, DictField, ListField, Serializer
from rest_framework.settings import api_settings
from rest_framework_simplejwt import views

from tokens import cookies

from .exceptions import CODES_KEY

MESSAGES = {"type": "array", "items": {"type": "string"}}
SCHEMAS: dict[str, dict[str, Any]] = {
    "ErrorCodes": {
        "type": "object",
        "additionalProperties": MESSAGES,
        "description": "The codes of errors, by the names of their fields or parameters.",
    },
    "ErrorDetail": {
        "type": "object",
        "properties": {
            "detail": {"type": "string", "description": "The reason, for people."},
            "code": {
                "type": "string",
                "description": "The reason, for programs, such as `not_found`.",
            },
            "messages": {
                "type": "array",
                "items": {"type": "object", "additionalProperties": {"type": "string"}},
                "description": "Why a token is invalid, for each type of token.",
            },
        },
        "required": ["detail", "code"],
    },
    "FieldErrors": {
        "type": "object",
        "description": "The errors of each parameter.",
        "properties": {CODES_KEY: {"$ref": "#/components/schemas/ErrorCodes"}},
        "required": [CODES_KEY],
        "additionalProperties": MESSAGES,
    },
}
RESPONSES = {
    400: ("BadRequest", "A parameter is invalid."),
    401: ("Unauthorized", "The credentials are missing or invalid."),
    403: ("Forbidden", "The request is not permitted."),
    404: ("NotFound", "The object or page does not exist."),
    409: ("Conflict", "Other objects require this one, or another request has changed them."),
    429: ("TooManyRequests", "There were too many requests."),
    # % if project.keys.remote
    503: ("ServiceUnavailable", "The keys of the token's issuer are unavailable."),
    # % endif
}
HEADERS = {
    401: {"WWW-Authenticate": ("string", "How to authenticate (RFC 6750, section 3).")},
    429: {"Retry-After": ("integer", "The seconds to wait.")},
}
# Their errors are nested.
NESTING_FIELDS = (BaseSerializer, DictField, ListField)
# These permissions never reject an authenticated user.
AUTHENTICATION_PERMISSIONS = (AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly)


class AutoSchema(openapi.AutoSchema):
    """Adds the error responses that an operation can return."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            for status, response in operation["responses"].items():
                if not response.get("description") and status.isdigit():
                    response["description"] = HTTPStatus(int(status)).phrase
            has_body = "requestBody" in operation
            for status in sorted(self.get_error_statuses(has_body)):
                if str(status) not in operation["responses"]:
                    described = self.describe_error(status, has_body)
                    operation["responses"][str(status)] = described
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

    def describe_error(self, status: int, has_body: bool) -> dict[str, Any]:
        """Returns the response, or a reference to the one that several operations share."""
        detail = self.get_component_reference("ErrorDetail")
        if status != 400:
            return self.get_response_reference(status, detail)
        if not has_body:
            self.get_component_reference("ErrorCodes")
            fields = self.get_component_reference("FieldErrors")
            return self.get_response_reference(status, {"oneOf": [fields, detail]})
        description = "A field is invalid, or the body cannot be parsed."
        schema = {"oneOf": [self.describe_field_errors(), detail]}
        return {"description": description, "content": {"application/json": {"schema": schema}}}

    def describe_field_errors(self) -> dict[str, Any]:
        """Returns a reference to the errors of the fields of the body."""
        serializer = force_instance(self.get_request_serializer())
        if not isinstance(serializer, Serializer):
            return self.get_component_reference("FieldErrors")
        component = self.resolve_serializer(serializer, "request")
        fields: dict[str, Any] = {
            name: {} if isinstance(serializer.fields.get(name), NESTING_FIELDS) else MESSAGES
            for name in [*component.schema["properties"], api_settings.NON_FIELD_ERRORS_KEY]
        }
        codes = self.get_component_reference("ErrorCodes")
        if {} in fields.values():
            codes = {"type": "object", "additionalProperties": {}}
        schema = {
            "type": "object",
            "description": "The errors of each field of the body.",
            "properties": {**fields, CODES_KEY: codes},
            "required": [CODES_KEY],
        }
        name = f"{component.name.removesuffix('Request')}Errors"
        return self.get_component_reference(name, schema)

    def get_response_reference(self, status: int, body: dict[str, Any]) -> dict[str, Any]:
        """Returns a reference to the response, which all operations share."""
        name, description = RESPONSES[status]
        content = {"application/json": {"schema": body}}
        response: dict[str, Any] = {"description": description, "content": content}
        if headers := HEADERS.get(status):
            response["headers"] = {
                header: {"description": text, "schema": {"type": kind}}
                for header, (kind, text) in headers.items()
            }
        return self.get_component_reference(name, response, "responses")

    def get_component_reference(
        self, name: str, schema: dict[str, Any] | None = None, kind: str = "schemas"
    ) -> dict[str, Any]:
        component = ResolvedComponent(name, kind, schema or SCHEMAS[name], object=name)
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference
