"""The token endpoints in the OpenAPI description, and OpenAPI extensions for their classes."""

from typing import Any

from drf_spectacular.contrib import rest_framework_simplejwt as simplejwt
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework_simplejwt.authentication import AUTH_HEADER_TYPES
from rest_framework_simplejwt.settings import api_settings

EMPTY = OpenApiResponse({"type": "object", "additionalProperties": False}, "An empty object.")
# % if project.tokens.cookie
REQUESTED_WITH = OpenApiParameter(
    "X-Requested-With",
    location="header",
    required=True,
    description="Any value, such as `fetch`. HTML forms of other sites cannot send it.",
)
SET_COOKIE = OpenApiParameter(
    "Set-Cookie",
    location="header",
    response=["200"],
    description="The cookie `__Host-refresh_token`; without HTTPS, its name is `refresh_token`.",
)


class TokenAccessSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(read_only=True)


# % endif
login = extend_schema_view(
    post=extend_schema(
        operation_id="login",
        tags=["tokens"],
        summary="Log in",
        # % if project.tokens.sliding
        description="Returns a token for the account. Failed logins are limited.",
        # % elif project.tokens.cookie
        description=(
            "Returns an access token, and sets the cookie with the refresh token, which scripts"
            " cannot read. Failed logins are limited."
        ),
        parameters=[SET_COOKIE],
        responses=TokenAccessSerializer,
        # % else
        description=(
            "Returns an access token, for requests, and a refresh token, for the next access token."
            " Failed logins are limited."
        ),
        # % endif
    )
)
refresh = extend_schema_view(
    post=extend_schema(
        operation_id="refresh",
        tags=["tokens"],
        # % if project.tokens.sliding
        summary="Exchange a token for a new one",
        description="Returns a token that expires later. The old one stays valid until it expires.",
        # % elif project.tokens.cookie
        summary="Get a new access token",
        # % if project.tokens.rotates
        description=(
            "Returns an access token for the refresh token in the cookie, and sets the cookie with a"
            " new refresh token, which replaces the old one."
        ),
        parameters=[REQUESTED_WITH, SET_COOKIE],
        # % else
        description="Returns an access token for the refresh token in the cookie.",
        parameters=[REQUESTED_WITH],
        # % endif
        request=None,
        responses=TokenAccessSerializer,
        # % else
        summary="Get a new access token",
        # % if project.tokens.rotates
        description="Returns an access token, and a new refresh token, which replaces the old one.",
        # % else
        description="Returns an access token. The refresh token stays the same.",
        # % endif
        # % endif
    )
)
# % if project.paths.verify
verify = extend_schema_view(
    post=extend_schema(
        operation_id="verify",
        tags=["tokens"],
        summary="Verify a token",
        description="Returns an empty object if the token is valid, of any type; otherwise, 401.",
        responses={200: EMPTY},
    )
)
# % endif
# % if project.paths.blacklist
logout = extend_schema_view(
    post=extend_schema(
        operation_id="logout",
        tags=["tokens"],
        summary="Log out",
        # % if project.tokens.cookie
        description=(
            # % if project.revocation.sessions
            "Ends the login of the refresh token in the cookie, with all its tokens, and deletes the"
            " cookie. A cookie that is missing or expired is not an error."
            # % else
            "Revokes the refresh token in the cookie, and deletes the cookie. A cookie that is"
            " missing or expired is not an error."
            # % endif
        ),
        parameters=[REQUESTED_WITH, SET_COOKIE],
        request=None,
        # % elif project.revocation.sessions
        description=(
            "Ends the login of the token, with all its tokens. An expired token is not an error."
        ),
        # % else
        description="Revokes the token. An expired token is not an error.",
        # % endif
        responses={200: EMPTY},
    )
)
# % endif


class JWTScheme(simplejwt.SimpleJWTScheme):
    """Describes the first of AUTH_HEADER_TYPES; the base class warns if there are two."""

    target_class = "tokens.authentication.JWTAuthentication"
    # The documentation's dialog offers the schemes in alphabetical order.
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        definition: dict[str, Any] = build_bearer_security_scheme_object(
            header_name=api_settings.AUTH_HEADER_NAME,
            token_prefix=AUTH_HEADER_TYPES[0],
            bearer_format="JWT",
        )
        # The description of another scheme than Bearer contains its name.
        texts = ["`{{ project.tokens.access_field }}` of the response to a login.", definition.get("description")]
        return definition | {"description": " ".join(filter(None, texts))}
# % for name in project.jwt.schema_serializers


class {{ name }}Extension(simplejwt.{{ name }}Extension):
    target_class = "tokens.serializers.{{ name }}"
# % endfor
