"""Signs and verifies tokens with the key ring, and checks the types of their claims."""

import re
from typing import Any, cast

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Field
from rest_framework_simplejwt import backends
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.settings import api_settings

# The last second of the year 9999, where Python's datetime ends.
LAST_SECOND = 253_402_300_799
# % if project.revocation.sessions
SESSION_ID = re.compile("[0-9a-f]{32}")
# % endif


class TokenBackend(backends.TokenBackend):
    """Signs with the newest active key of the ring and verifies with any key."""

    requires_id = True

    def encode(self, payload: dict[str, Any]) -> str:
        key = settings.JWT_KEYS.signer
        own = {"aud": self.audience, "iss": self.issuer}
        return jwt.encode(
            payload | {name: value for name, value in own.items() if value is not None},
            key.signing,
            algorithm=self.algorithm,
            # % if not project.keys.symmetric
            headers={"kid": key.kid},
            # % endif
            json_encoder=self.json_encoder,
        )

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        try:
            payload = super().decode(token, verify)
        except (RecursionError, TypeError, ValueError, jwt.PyJWTError) as error:
            # PyJWT does not catch these: a deeply nested header, a key of another type.
            raise TokenBackendError("Token is invalid") from error
        if verify:
            check_claims(payload)
            # Simple JWT looks for the id in the blacklist before it checks that there is one.
            jti = api_settings.JTI_CLAIM
            if self.requires_id and jti is not None and jti not in payload:
                raise TokenBackendError("Token is invalid")
        return payload

    # % if project.keys.symmetric
    def get_verifying_key(self, token: Any) -> str:
        newest, *older = settings.JWT_KEYS.keys
        key = next((key for key in older if self.is_signed_with(key.verifying, token)), newest)
        secret: str = key.verifying
        return secret

    def is_signed_with(self, secret: str, token: Any) -> bool:
        try:
            jwt.PyJWS().decode(token, secret, algorithms=[self.algorithm])
        except jwt.InvalidTokenError:
            return False
        return True
    # % else
    def get_verifying_key(self, token: Any) -> Any:
        """Returns the key that the token's header names, or None, with which nothing verifies."""
        kid = jwt.get_unverified_header(token).get("kid")
        return next((key.verifying for key in settings.JWT_KEYS.keys if key.kid == kid), None)
    # % endif


def check_claims(payload: dict[str, Any]) -> None:
    """Raises TokenBackendError for a claim of the wrong type, which would be an error later."""
    jti, user_id = api_settings.JTI_CLAIM, api_settings.USER_ID_CLAIM
    times = ("exp", "iat", "auth_time", api_settings.SLIDING_TOKEN_REFRESH_EXP_CLAIM)
    if not (
        (jti not in payload or (isinstance(payload[jti], str) and is_identifier(payload[jti])))
        and (user_id not in payload or is_user_id(payload[user_id]))
        and all(is_time(payload[claim]) for claim in times if claim in payload)
        # % if project.revocation.sessions
        and is_session_id(payload.get("sid"))
        # % endif
    ):
        raise TokenBackendError("Token is invalid")


def is_identifier(value: object) -> bool:
    # Earlier releases of Simple JWT store the user id as an integer.
    return type(value) in (str, int) and str(value).isprintable() and 0 < len(str(value)) < 256


# % if project.revocation.sessions
def is_session_id(value: object) -> bool:
    return value is None or (isinstance(value, str) and bool(SESSION_ID.fullmatch(value)))


# % endif
def is_time(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= LAST_SECOND


def is_user_id(value: object) -> bool:
    """Returns whether a key of the user, of any type, is written like this."""
    if not is_identifier(value):
        return False
    field = cast("Field[Any, Any]", get_user_model()._meta.get_field(api_settings.USER_ID_FIELD))
    try:
        return str(field.to_python(value)) == str(value)
    except ValidationError:
        return False
