"""System checks for the token policy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import get_password_validators
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection
from django.urls import URLResolver, get_resolver
from django.utils.module_loading import import_string
from jwt import PyJWTError
from rest_framework_simplejwt import authentication, state
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.settings import api_settings

from accounts.backends import ModelBackend
from config.env import BASE_DIR

from . import issuer, revocation, serializers
from .authentication import JWTAuthentication
from .password_validation import EndSessionsValidator

KEY_HINT = "Run `python -m tokens.keys FILE` and set JWT_SIGNING_KEY_FILE to that file."
# Settings that the code of the project decides: their values, and what to change instead.
FIXED: dict[str, tuple[Any, str]] = {
    "SIGNING_KEY": (None, KEY_HINT),
    "VERIFYING_KEY": ("", KEY_HINT),
    # % if not project.keys.remote
    "JWK_URL": (None, "Update the project with the answer jwt_settings = JWK_URL=…"),
    # % endif
    # % if not project.tokens.sliding
    "ROTATE_REFRESH_TOKENS": (
        {{ project.tokens.rotates }},
        "Update the project with the answer rotate_refresh_tokens = {{ "no" if project.tokens.rotates else "yes" }}.",
    ),
    # % endif
    # % if project.revocation.sessions
    "BLACKLIST_AFTER_ROTATION": (False, "Sessions refuse used tokens already."),
    # % elif not project.tokens.sliding
    "BLACKLIST_AFTER_ROTATION": (
        {{ project.revocation.blacklist and project.tokens.rotates }},
        "Update the project with other answers for rotate_refresh_tokens and revocation.",
    ),
    # % endif
}
# % if project.revocation.sessions
SESSION_SERIALIZERS: dict[str, Any] = {
    "{{ project.jwt.refresh_setting }}": serializers.{{ project.tokens.refresh_serializer }},
    # % if project.paths.verify
    "TOKEN_VERIFY_SERIALIZER": serializers.TokenVerifySerializer,
    # % endif
    # % if project.paths.blacklist
    "TOKEN_BLACKLIST_SERIALIZER": serializers.TokenBlacklistSerializer,
    # % endif
}
# % endif


@register("tokens")
def check_policy(**kwargs: Any) -> list[CheckMessage]:
    return [
        *check_signing_keys(),
        *check_settings(),
        # % if project.keys.remote
        *check_issuer(),
        # % endif
        # % if project.revocation.sessions
        *check_sessions(),
        # % endif
        # % if project.revocation.by_password
        *check_password_validators(),
        # % endif
    ]


def check_signing_keys() -> Iterator[CheckMessage]:
    try:
        keys = settings.JWT_KEYS.keys
    except ValueError as error:
        yield Error(f"A signing key is invalid: {error}.", hint=KEY_HINT, id="tokens.E001")
        return
    # % if project.keys.symmetric
    if any(key.signing in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS) for key in keys):
        yield Error("A signing key must not be SECRET_KEY.", hint=KEY_HINT, id="tokens.E002")
    # % endif
    if unused := settings.JWT_KEYS.count_unused():
        yield Warning(
            f"{unused} keys in JWT_SIGNING_KEY_FILE never sign: they do not state from when on.",
            hint="Add keys with `manage.py rotate_signing_key`.",
            id="tokens.W004",
        )
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
    for name, (value, hint) in FIXED.items():
        # The value that was set may be a secret, and None is the same as an empty text.
        if bool(getattr(api_settings, name)) != bool(value):
            reason = f"{name} must be {value!r}: another value has no effect."
            yield Error(reason, hint=hint, id="tokens.E009")
    # % if project.revocation.enabled
    if api_settings.JTI_CLAIM is None:
        yield Error("JTI_CLAIM must not be None: tokens are revoked by id.", id="tokens.E010")
    # % endif
    # % if project.revocation.blacklist
    app = "rest_framework_simplejwt.token_blacklist"
    if app not in settings.INSTALLED_APPS:
        yield Error(f"INSTALLED_APPS must contain {app}.", id="tokens.E005")
    # % endif
# % if project.keys.remote


def check_issuer() -> Iterator[CheckMessage]:
    for name in ("JWK_URL", "AUDIENCE", "ISSUER"):
        if not getattr(api_settings, name):
            yield Error(
                f"{name} must be set: tokens of another issuer are for one audience.",
                hint="Without it, tokens that were issued for other APIs would be accepted.",
                id="tokens.E011",
            )
    if issuer.IssuerToken not in api_settings.AUTH_TOKEN_CLASSES:
        yield Error(
            "AUTH_TOKEN_CLASSES must contain tokens.issuer.IssuerToken: without it, JWK_URL has no"
            " effect.",
            id="tokens.E012",
        )
# % endif
# % if project.revocation.sessions


def check_sessions() -> Iterator[CheckMessage]:
    obtain = import_string(api_settings.{{ project.jwt.obtain_setting }})
    if not issubclass(obtain.token_class, revocation.{{ project.tokens.token_class }}):
        yield Error(
            f"{obtain.__name__} issues tokens without a session, which no view accepts.",
            hint="Derive it from the serializer in tokens/serializers.py, or set its token_class.",
            id="tokens.E006",
        )
    for name, own in SESSION_SERIALIZERS.items():
        found = import_string(getattr(api_settings, name))
        if not issubclass(found, own):
            yield Error(
                f"{name} must be derived from tokens.serializers.{own.__name__}: {found.__name__}"
                " ignores sessions.",
                id="tokens.E013",
            )
    for view, stock in sorted(find_stock_authentication(get_resolver().url_patterns)):
        yield Warning(
            f"{view} accepts tokens of ended sessions: it uses {stock}.",
            hint="Use tokens.authentication.JWTAuthentication.",
            id="tokens.W002",
        )


def find_stock_authentication(patterns: list[Any]) -> set[tuple[str, str]]:
    """Returns the views that use an authentication class of Simple JWT, and the class."""
    found = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= find_stock_authentication(pattern.url_patterns)
            continue
        view: Any = getattr(pattern.callback, "cls", object)
        options = getattr(pattern.callback, "initkwargs", {})
        default = getattr(view, "authentication_classes", ())
        for used in options.get("authentication_classes", default):
            stock = issubclass(used, authentication.JWTAuthentication)
            if stock and not issubclass(used, JWTAuthentication):
                found.add((f"{view.__module__}.{view.__name__}", used.__name__))
    return found
# % endif
# % if project.revocation.by_password


def check_password_validators() -> Iterator[CheckMessage]:
    validators = get_password_validators(settings.AUTH_PASSWORD_VALIDATORS)
    if not any(isinstance(entry, EndSessionsValidator) for entry in validators):
        yield Error(
            "AUTH_PASSWORD_VALIDATORS must contain EndSessionsValidator: without it, a new"
            " password revokes no tokens.",
            hint="Add tokens.password_validation.EndSessionsValidator or a subclass.",
            id="tokens.E007",
        )
# % endif


@register("tokens")
def check_backends(**kwargs: Any) -> Iterator[CheckMessage]:
    backends = map(import_string, settings.AUTHENTICATION_BACKENDS)
    if not any(issubclass(backend, ModelBackend) for backend in backends):
        yield Warning(
            "No backend of AUTHENTICATION_BACKENDS limits failed logins.",
            hint="Derive your backend from accounts.backends.ModelBackend.",
            id="tokens.W003",
        )


@register("tokens", deploy=True)
def check_throttles(**kwargs: Any) -> Iterator[CheckMessage]:
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        yield Warning(
            "Each process counts throttled requests in its own memory.",
            hint="Set CACHE_URL to a cache that all processes share, such as redis://…",
            id="tokens.W001",
        )


@register("tokens", deploy=True)
def check_proxies(**kwargs: Any) -> Iterator[CheckMessage]:
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "Each request through a proxy is redirected to itself: no proxy is trusted.",
            hint="Set NUM_PROXIES to the number of proxies, which set X-Forwarded-Proto.",
            id="tokens.W005",
        )
# % if not project.postgresql


@register("tokens", deploy=True)
def check_database(**kwargs: Any) -> Iterator[CheckMessage]:
    database = connection.settings_dict
    local = BASE_DIR in Path(str(database["NAME"])).parents
    if database["ENGINE"] == "django.db.backends.sqlite3" and local:
        yield Warning(
            "The database is a file beside the code, which a new container does not have.",
            hint="Set DATABASE_URL, such as to postgres://user:password@host/name",
            id="tokens.W006",
        )
# % endif
