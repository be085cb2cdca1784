"""OpenAPI extensions for the authentication class and the token serializers."""

from typing import Any

from drf_spectacular.contrib import rest_framework_simplejwt as simplejwt
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework_simplejwt.authentication import AUTH_HEADER_TYPES
from rest_framework_simplejwt.settings import api_settings


class JWTScheme(simplejwt.SimpleJWTScheme):
    """Describes the first of AUTH_HEADER_TYPES; the base class warns if there are two."""

    target_class = "tokens.authentication.JWTAuthentication"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        definition: dict[str, Any] = build_bearer_security_scheme_object(
            header_name=api_settings.AUTH_HEADER_NAME,
            token_prefix=AUTH_HEADER_TYPES[0],
            bearer_format="JWT",
        )
        return definition
# % for name in project.jwt.schema_serializers


class {{ name }}Extension(simplejwt.{{ name }}Extension):
    target_class = "tokens.serializers.{{ name }}"
# % endfor
