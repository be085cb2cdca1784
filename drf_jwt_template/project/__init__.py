"""What the templates see as `project`: facts that follow from the answers, grouped by subject.

A template states no condition on answers itself: it reads the fact here.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from ..answers import Answers
from ..rendering.literals import duration_source, duration_words
from .accounts import Accounts
from .api import Api
from .jwt import Jwt
from .keys import Keys
from .paths import Paths
from .revocation import Revocation
from .tokens import Tokens

OLDEST_PYTHON = {"5.2": "3.10", "6.1": "3.12"}
NEXT_DJANGO = {"5.2": "5.3", "6.1": "6.2"}


class Project:
    """The project that is rendered from some answers."""

    def __init__(self, answers: Answers) -> None:
        self.name = answers.project_name
        self.slug = answers.project_slug
        self.description = answers.description
        self.django = answers.django_version
        self.next_django = NEXT_DJANGO[self.django]
        """The first release that the project does not support."""
        self.python = OLDEST_PYTHON[self.django]
        """The oldest Python that the project supports."""
        self.postgresql = answers.database == "postgresql"
        self.accounts = Accounts(answers)
        self.api = Api(answers)
        self.keys = Keys(answers)
        self.tokens = Tokens(answers)
        self.jwt = Jwt(answers, self.tokens)
        self.paths = Paths(answers, self.tokens)
        self.revocation = Revocation(answers, self.tokens)

    def __getattr__(self, name: str) -> object:
        """Returns a fact by the name that templates still use."""
        if name in SAID:
            return SAID[name](self)
        if name not in FLAT:
            raise AttributeError(name)
        return attrgetter(FLAT[name])(self)


FLAT = {
    "absolute_lifetime": "tokens.absolute_lifetime",
    "access_field": "tokens.access_field",
    "access_lifetime": "tokens.access_lifetime",
    "algorithm": "keys.algorithm",
    "also_accept": "api.also_accept",
    "anonymous_reads": "api.anonymous_reads",
    "api_prefix": "paths.prefix",
    "blacklist_path": "paths.blacklist",
    "blacklists": "revocation.blacklist",
    "browsable": "api.browsable",
    "checks_used": "revocation.checked_by_verify",
    "choice_fields": "api.choice_fields",
    "cookie": "tokens.cookie",
    "creation_order": "api.creation_order",
    "curve": "keys.curve",
    "email_login": "accounts.email_login",
    "has_owners": "api.has_owners",
    "has_relations": "api.has_relations",
    "header_name": "jwt.header_name",
    "header_type": "jwt.header_type",
    "hyperlinked": "api.hyperlinked",
    "jwk_members": "keys.jwk_members",
    "jwt_settings": "jwt.settings",
    "key_file": "keys.file",
    "key_module": "keys.module",
    "key_rfc": "keys.rfc",
    "key_source": "keys.generate",
    "login_field": "accounts.login_field",
    "named_parties": "jwt.named_parties",
    "obtain_name": "paths.obtain_name",
    "obtain_path": "paths.obtain",
    "obtain_serializer": "tokens.obtain_serializer",
    "obtain_setting": "jwt.obtain_setting",
    "obtain_view": "tokens.obtain_view",
    "own_serializers": "jwt.own_serializers",
    "permission": "api.permission",
    "protects": "api.protects",
    "refresh_lifetime": "tokens.refresh_lifetime",
    "refresh_name": "paths.refresh_name",
    "refresh_path": "paths.refresh",
    "refresh_serializer": "tokens.refresh_serializer",
    "refresh_view": "tokens.refresh_view",
    "remote_keys": "keys.remote",
    "resources": "api.resources",
    "revokes": "revocation.enabled",
    "rotates": "tokens.rotates",
    "rsa": "keys.rsa",
    "schema_serializers": "jwt.schema_serializers",
    "secret_bytes": "keys.secret_bytes",
    "sessions": "revocation.sessions",
    "sliding": "tokens.sliding",
    "superuser_email": "accounts.superuser_email",
    "superuser_login": "accounts.superuser_login",
    "superuser_username": "accounts.superuser_username",
    "symmetric": "keys.symmetric",
    "token_class": "tokens.token_class",
    "token_class_is_own": "revocation.own_token_class",
    "token_field": "tokens.refresh_field",
    "validator_names": "api.validators",
    "verify_path": "paths.verify",
    "warns_of_url_forms": "api.warns_of_url_forms",
}
SAID: dict[str, Callable[[Project], object]] = {
    "obtain_bases": lambda p: (
        "cookies.GivesRefreshCookie, " * p.tokens.cookie + f"views.{p.tokens.obtain_view}"
    ),
    "refresh_bases": lambda p: (
        "cookies.TakesRefreshCookie, " * p.tokens.cookie + f"views.{p.tokens.refresh_view}"
    ),
    "logout_bases": lambda p: (
        "cookies.TakesRefreshCookie, " * p.tokens.cookie + "views.TokenBlacklistView"
    ),
    "logout_serializer": lambda p: (
        p.tokens.refresh_serializer if p.tokens.sliding else "TokenBlacklistSerializer"
    ),
    "related_field": lambda p: (
        "HyperlinkedRelatedField" if p.api.hyperlinked else "PrimaryKeyRelatedField"
    ),
    "serializer_base": lambda p: "Hyperlinked" * p.api.hyperlinked + "ModelSerializer",
    "token_class_module": lambda p: (
        "tokens.revocation" if p.revocation.own_token_class else "rest_framework_simplejwt.tokens"
    ),
    "token_module": lambda p: "revocation" if p.revocation.own_token_class else "simplejwt",
    "token_model": lambda p: "Session" if p.revocation.sessions else "OutstandingToken",
    "user_is_checked": lambda p: p.jwt.settings.get("CHECK_USER_IS_ACTIVE") != "False",
    "has_times": lambda p: p.api.has_type("time"),
    "has_durations": lambda p: p.api.has_type("duration"),
    "filters_moments": lambda p: p.api.has_type("datetime"),
    "access_lifetime_source": lambda p: duration_source(p.tokens.access_lifetime),
    "access_lifetime_words": lambda p: duration_words(p.tokens.access_lifetime),
    "refresh_lifetime_source": lambda p: duration_source(p.tokens.refresh_lifetime),
    "refresh_lifetime_words": lambda p: duration_words(p.tokens.refresh_lifetime),
    "absolute_lifetime_source": lambda p: duration_source(p.tokens.absolute_lifetime),
    "absolute_lifetime_words": lambda p: duration_words(p.tokens.absolute_lifetime),
}
