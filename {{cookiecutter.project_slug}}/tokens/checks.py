"""System checks for the token policy."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import get_password_validators
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string
from jwt import PyJWTError
from rest_framework_simplejwt import state
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.settings import api_settings

from . import revocation
from .password_validation import EndSessionsValidator

KEY_HINT = "Run `python -m tokens.keys FILE` and set JWT_SIGNING_KEY_FILE to that file."


@register("tokens")
def check_policy(**kwargs: Any) -> list[CheckMessage]:
    # % if project.revocation.enabled
    return [*check_signing_keys(), *check_settings(), *check_password_validators()]
    # % else
    return [*check_signing_keys(), *check_settings()]
    # % endif


def check_signing_keys() -> Iterator[CheckMessage]:
    try:
        keys = settings.JWT_KEYS.keys
    except ValueError as error:
        yield Error(f"A signing key is invalid: {error}.", hint=KEY_HINT, id="tokens.E001")
        return
    # % if project.keys.symmetric
    if any(key.signing == settings.SECRET_KEY for key in keys):
        yield Error("A signing key must not be SECRET_KEY.", hint=KEY_HINT, id="tokens.E002")
    # % endif
    try:
        if state.token_backend.algorithm != keys[0].algorithm:
            raise ValueError(f"the keys are for {keys[0].algorithm}")
        token: Any = state.token_backend.encode({api_settings.JTI_CLAIM: "check"})
        state.token_backend.decode(token)
    except (TokenBackendError, TypeError, ValueError, PyJWTError) as error:
        yield Error(
            f"Tokens signed with {state.token_backend.algorithm} fail verification: {error}.",
            hint="ALGORITHM in config/jwt.py must be the same as in tokens/algorithm.py.",
            id="tokens.E003",
        )


def check_settings() -> Iterator[CheckMessage]:
    # % if project.tokens.sliding
    short, long = "SLIDING_TOKEN_LIFETIME", "SLIDING_TOKEN_REFRESH_LIFETIME"
    # % else
    short, long = "ACCESS_TOKEN_LIFETIME", "REFRESH_TOKEN_LIFETIME"
    # % endif
    if getattr(api_settings, short) >= getattr(api_settings, long):
        yield Error(f"{long} must be longer than {short}.", id="tokens.E004")
    key = api_settings.USER_ID_FIELD
    fields = get_user_model()._meta.get_fields()
    if not any(field.name == key and getattr(field, "unique", False) for field in fields):
        yield Error(
            f"USER_ID_FIELD must be a unique field of the user, got {key!r}.", id="tokens.E008"
        )
    installed = "rest_framework_simplejwt.token_blacklist" in settings.INSTALLED_APPS
    if api_settings.BLACKLIST_AFTER_ROTATION and not installed:
        yield Error(
            "BLACKLIST_AFTER_ROTATION requires the blacklist app, which is not installed.",
            hint="Add rest_framework_simplejwt.token_blacklist to INSTALLED_APPS.",
            id="tokens.E005",
        )
    # % if project.revocation.sessions
    obtain = import_string(api_settings.{{ project.jwt.obtain_setting }})
    if not issubclass(obtain.token_class, revocation.{{ project.tokens.token_class }}):
        yield Error(
            f"{obtain.__name__} issues tokens without a session, which no view accepts.",
            hint="Derive it from the serializer in tokens/serializers.py, or set its token_class.",
            id="tokens.E006",
        )
    # % endif
# % if project.revocation.enabled


def check_password_validators() -> Iterator[CheckMessage]:
    validators = get_password_validators(settings.AUTH_PASSWORD_VALIDATORS)
    if not any(isinstance(entry, EndSessionsValidator) for entry in validators):
        yield Error(
            "AUTH_PASSWORD_VALIDATORS must contain EndSessionsValidator: without it, a new"
            " password ends no session.",
            hint="Add tokens.password_validation.EndSessionsValidator or a subclass.",
            id="tokens.E007",
        )
# % endif


@register("tokens", deploy=True)
def check_throttles(**kwargs: Any) -> list[CheckMessage]:
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        return [
            Warning(
                "Each process counts throttled requests in its own memory.",
                hint="Set CACHE_URL to a cache that all processes share, such as redis://…",
                id="tokens.W001",
            )
        ]
    return []
