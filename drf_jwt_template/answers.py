"""Raw answers -> one frozen dataclass. Every refusal of an answer is decided here."""

from __future__ import annotations

import difflib
import keyword
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .language.parser import parse
from .language.reader import LanguageError
from .language.resource import Resource
from .rendering.literals import (
    EMAIL,
    LINE_LENGTH,
    duration,
    duration_source,
    duration_words,
    string,
)

CHOICES: Mapping[str, Sequence[str]] = {
    "django_version": ("5.2", "6.1"),
    "database": ("sqlite", "postgresql"),
    "login_field": ("username", "email"),
    "token_flow": ("pair", "pair-with-refresh-cookie", "sliding"),
    "revocation": ("blacklist", "sessions", "none"),
    "algorithm": (
        *("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "EdDSA"),
    ),
    "resource_links": ("id", "url"),
    "permission": ("IsAuthenticated", "IsAuthenticatedOrReadOnly", "DjangoModelPermissions"),
    "also_accept": ("session", "token", "basic", "nothing"),
}
# What Cookiecutter's own yes/no prompt takes; 2.6 hands a `key=value` on as text.
YES = ("1", "true", "t", "yes", "y", "on")
NO = ("0", "false", "f", "no", "n", "off")

OLDEST_PYTHON = {"5.2": "3.10", "6.1": "3.12"}

PATHS = (
    "api_prefix",
    "token_obtain_path",
    "token_refresh_path",
    "token_verify_path",
    "token_blacklist_path",
)
PROJECT_PACKAGES = ("accounts", "api", "config", "scripts", "tests", "tokens")
DEPENDENCIES = (
    *(
        "argon2",
        "argon2_cffi",
        "corsheaders",
        "cryptography",
        "django",
        "django_cors_headers",
        "django_environ",
    ),
    *("django_filter", "django_filters", "django_stubs", "djangorestframework"),
    *("djangorestframework_simplejwt", "djangorestframework_stubs", "drf_spectacular"),
    *(
        "drf_spectacular_sidecar",
        "environ",
        "factory",
        "factory_boy",
        "faker",
        "jwt",
        "mypy",
        "pip",
        "pre_commit",
        "psycopg",
        "pyjwt",
    ),
    *(
        "pytest",
        "pytest_django",
        "pytest_xdist",
        "redis",
        "rest_framework",
        "rest_framework_simplejwt",
        "ruff",
    ),
    *("setuptools", "time_machine", "uv", "wheel", "whitenoise", "xdist"),
)
WINDOWS_DEVICES = (
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{d}{n}" for d in ("com", "lpt") for n in "123456789"),
)
# PostgreSQL's names have at most 63 bytes; the test database is `test_<slug>_gw12`.
MAX_SLUG = 50
MAX_TEXT = 200
MAX_PREFIX = 50
LONGEST_LIFETIME = timedelta(days=36_500)

CLAIM_DEFAULTS = {
    "USER_ID_CLAIM": "user_id",
    "TOKEN_TYPE_CLAIM": "token_type",
    "JTI_CLAIM": "jti",
    "REVOKE_TOKEN_CLAIM": "hash_password",
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM": "refresh_exp",
}
# RFC 7519, section 4.1, without "sub" and "jti", which name what the claims above are for.
REGISTERED_CLAIMS = ("iss", "aud", "exp", "nbf", "iat")
# What the project itself says in a token: OpenID Connect's time of login, and its session.
OWN_CLAIMS = ("auth_time", "sid")
PROMPT_OF_SETTING = {
    "ACCESS_TOKEN_LIFETIME": "access_token_lifetime",
    "SLIDING_TOKEN_LIFETIME": "access_token_lifetime",
    "REFRESH_TOKEN_LIFETIME": "refresh_token_lifetime",
    "SLIDING_TOKEN_REFRESH_LIFETIME": "refresh_token_lifetime",
    "ROTATE_REFRESH_TOKENS": "rotate_refresh_tokens",
    "BLACKLIST_AFTER_ROTATION": "revocation",
    "ALGORITHM": "algorithm",
}
KEY_SETTINGS = ("SIGNING_KEY", "VERIFYING_KEY")
PAIR_SETTINGS = ("TOKEN_OBTAIN_SERIALIZER", "TOKEN_REFRESH_SERIALIZER")
OWN_SERIALIZERS = {
    "TOKEN_OBTAIN_SERIALIZER": "TokenObtainPairSerializer",
    "TOKEN_REFRESH_SERIALIZER": "TokenRefreshSerializer",
    "SLIDING_TOKEN_OBTAIN_SERIALIZER": "TokenObtainSlidingSerializer",
    "SLIDING_TOKEN_REFRESH_SERIALIZER": "TokenRefreshSlidingSerializer",
    "TOKEN_VERIFY_SERIALIZER": "TokenVerifySerializer",
    "TOKEN_BLACKLIST_SERIALIZER": "TokenBlacklistSerializer",
}
SLIDING_SETTINGS = (
    "SLIDING_TOKEN_OBTAIN_SERIALIZER",
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM",
    "SLIDING_TOKEN_REFRESH_SERIALIZER",
)


@dataclass(frozen=True)
class Problem:
    """One refused answer."""

    variable: str
    given: object
    reason: str
    """What is allowed, and why this is not."""

    def __str__(self) -> str:
        given = "" if self.given is None else f" = {str(self.given)!r}"
        return f"{self.variable}{given}\n" + "\n".join(
            f"  {row}" for row in self.reason.split("\n")
        )


class BadAnswers(ValueError):
    """Answers that no project can be made from; the message names every one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Answers:
    """Everything that the templates need to know; a template repeats no decision."""

    name: str
    slug: str
    description: str
    django: str
    python: str
    """The oldest Python that the project runs on, such as `3.10`."""
    postgresql: bool
    login_field: str
    api_prefix: str
    """Empty, or with a slash at the end."""
    obtain_path: str
    refresh_path: str
    verify_path: str | None
    blacklist_path: str | None
    flow: str
    access_lifetime: timedelta
    refresh_lifetime: timedelta
    rotates: bool
    """Whether a refresh gives a new refresh token; never with sliding tokens."""
    revocation: str
    algorithm: str
    jwt_settings: Mapping[str, str]
    """The settings of `jwt_settings`, as Python source."""
    resources: tuple[Resource, ...]
    hyperlinked: bool
    permission: str
    also_accept: str
    superuser_username: str
    superuser_email: str
    run_setup: bool

    @property
    def next_django(self) -> str:
        """The first release that the project is not made for."""
        return {"5.2": "5.3", "6.1": "6.2"}[self.django]

    @property
    def email_login(self) -> bool:
        return self.login_field == "email"

    @property
    def superuser_login(self) -> str:
        return self.superuser_email if self.email_login else self.superuser_username

    @property
    def sliding(self) -> bool:
        return self.flow == "sliding"

    @property
    def cookie(self) -> bool:
        """Whether the refresh token travels in a cookie."""
        return self.flow == "pair-with-refresh-cookie"

    @property
    def blacklists(self) -> bool:
        """Whether Simple JWT's blacklist app is installed."""
        return self.revocation == "blacklist"

    @property
    def sessions(self) -> bool:
        """Whether each login has a row of its own."""
        return self.revocation == "sessions"

    @property
    def revokes(self) -> bool:
        """Whether a token can be ended before it expires."""
        return self.revocation != "none"

    @property
    def remote_keys(self) -> bool:
        """Whether the tokens of another issuer are accepted, too."""
        return "JWK_URL" in self.jwt_settings

    @property
    def named_parties(self) -> list[str]:
        """The claims that say whose a token is, and for whom (RFC 7519, section 4.1)."""
        claims = {"AUDIENCE": "aud", "ISSUER": "iss"}
        return [claim for setting, claim in claims.items() if setting in self.jwt_settings]

    @property
    def absolute_lifetime(self) -> timedelta:
        """How long a login is at most renewed by rotation: a month, or three refresh tokens."""
        return max(timedelta(days=30), 3 * self.refresh_lifetime)

    @property
    def absolute_lifetime_source(self) -> str:
        return duration_source(self.absolute_lifetime)

    @property
    def absolute_lifetime_words(self) -> str:
        return duration_words(self.absolute_lifetime)

    @property
    def symmetric(self) -> bool:
        return self.algorithm.startswith("HS")

    @property
    def rsa(self) -> bool:
        return self.algorithm.startswith(("RS", "PS"))

    @property
    def secret_bytes(self) -> int:
        """The length of an HS* secret: that of the hash (RFC 7518, section 3.2)."""
        return int(self.algorithm[2:]) // 8

    @property
    def key_module(self) -> str:
        """The module of `cryptography` that makes an asymmetric key."""
        if self.rsa:
            return "rsa"
        return "ed25519" if self.algorithm == "EdDSA" else "ec"

    @property
    def key_rfc(self) -> str:
        """Where the algorithm's keys are described."""
        sections = {"rsa": 3 if self.algorithm[0] == "R" else 5, "ec": 4}
        if self.key_module == "ed25519":
            return "RFC 8037, section 3.1"
        return f"RFC 7518, section 3.{sections[self.key_module]}"

    @property
    def jwk_members(self) -> str:
        """The members that name a public key (RFC 7638, section 3.2; RFC 8037, section 2)."""
        names = {"ec": ("crv", "kty", "x", "y"), "rsa": ("e", "kty", "n")}
        return str(names.get(self.key_module, ("crv", "kty", "x"))).replace("'", '"')

    @property
    def curve(self) -> str:
        """The curve of an ES* key, as `cryptography` names it."""
        return {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}[self.algorithm]

    @property
    def key_file(self) -> str:
        """The file that the setup makes, as a path in the project."""
        return "keys/jwt.txt" if self.symmetric else "keys/jwt.pem"

    @property
    def key_source(self) -> str:
        """The call that makes an asymmetric key (RFC 7518, sections 3.3 to 3.5; RFC 8037)."""
        if self.key_module == "ec":
            return f"ec.generate_private_key(ec.{self.curve.upper()}())"
        if self.rsa:
            return "rsa.generate_private_key(public_exponent=65537, key_size=BITS)"
        return "ed25519.Ed25519PrivateKey.generate()"

    @property
    def related_field(self) -> str:
        return "HyperlinkedRelatedField" if self.hyperlinked else "PrimaryKeyRelatedField"

    @property
    def serializer_base(self) -> str:
        return "HyperlinkedModelSerializer" if self.hyperlinked else "ModelSerializer"

    @property
    def browsable(self) -> bool:
        return self.also_accept == "session"

    @property
    def anonymous_reads(self) -> bool:
        return self.permission == "IsAuthenticatedOrReadOnly"

    @property
    def header_type(self) -> str:
        """The first of AUTH_HEADER_TYPES, as in `Authorization: Bearer …`."""
        match = re.search(r"\"([^\"]+)\"", self.jwt_settings.get("AUTH_HEADER_TYPES", ""))
        return match.group(1) if match else "Bearer"

    @property
    def own_serializers(self) -> Mapping[str, str]:
        """The settings that name the project's serializers, unless an answer names another."""
        names = ["TOKEN_OBTAIN_SERIALIZER", "TOKEN_REFRESH_SERIALIZER"]
        if self.sliding:
            names = ["SLIDING_TOKEN_OBTAIN_SERIALIZER", "SLIDING_TOKEN_REFRESH_SERIALIZER"]
        if self.verify_path:
            names.append("TOKEN_VERIFY_SERIALIZER")
        if self.blacklist_path:
            names.append("TOKEN_BLACKLIST_SERIALIZER")
        return {
            name: string(f"tokens.serializers.{OWN_SERIALIZERS[name]}")
            for name in names
            if name not in self.jwt_settings
        }

    @property
    def token_class(self) -> str:
        """Simple JWT's class of the token that can be refreshed."""
        return "SlidingToken" if self.sliding else "RefreshToken"

    @property
    def obtain_serializer(self) -> str:
        return "TokenObtainSlidingSerializer" if self.sliding else "TokenObtainPairSerializer"

    @property
    def refresh_serializer(self) -> str:
        return "TokenRefreshSlidingSerializer" if self.sliding else "TokenRefreshSerializer"

    @property
    def logout_serializer(self) -> str:
        """Simple JWT's serializer that takes the token which a logout ends."""
        return self.refresh_serializer if self.sliding else "TokenBlacklistSerializer"

    @property
    def checks_used(self) -> bool:
        """Whether the verify endpoint asks if a token was revoked or used."""
        return bool(self.verify_path and (self.blacklists or (self.sessions and self.rotates)))

    @property
    def obtain_setting(self) -> str:
        return "SLIDING_TOKEN_OBTAIN_SERIALIZER" if self.sliding else "TOKEN_OBTAIN_SERIALIZER"

    @property
    def schema_serializers(self) -> list[str]:
        """The serializers whose fields drf-spectacular knows by the name of Simple JWT's alone."""
        names = [self.obtain_serializer]
        if not self.sliding and not self.cookie:
            names.append("TokenRefreshSerializer")
        if self.verify_path:
            names.append("TokenVerifySerializer")
        return names

    @property
    def token_module(self) -> str:
        """Where the tests find the class of tokens that is used to make one by hand."""
        return "revocation" if self.token_class_is_own else "simplejwt"

    @property
    def token_class_module(self) -> str:
        return "tokens.revocation" if self.token_class_is_own else "rest_framework_simplejwt.tokens"

    @property
    def token_class_is_own(self) -> bool:
        return self.sessions or (self.blacklists and self.sliding)

    @property
    def token_model(self) -> str:
        return "Session" if self.sessions else "OutstandingToken"

    @property
    def access_lifetime_source(self) -> str:
        return duration_source(self.access_lifetime)

    @property
    def refresh_lifetime_source(self) -> str:
        return duration_source(self.refresh_lifetime)

    @property
    def access_lifetime_words(self) -> str:
        return duration_words(self.access_lifetime)

    @property
    def refresh_lifetime_words(self) -> str:
        return duration_words(self.refresh_lifetime)

    @property
    def token_field(self) -> str:
        """What the refresh and blacklist endpoints call the token that they take."""
        return "token" if self.sliding else "refresh"

    @property
    def access_field(self) -> str:
        """What the obtain endpoint calls the token that requests carry."""
        return "token" if self.sliding else "access"

    @property
    def obtain_name(self) -> str:
        return "token_obtain_sliding" if self.sliding else "token_obtain_pair"

    @property
    def obtain_view(self) -> str:
        """Simple JWT's view of the endpoint that takes a password."""
        return "TokenObtainSlidingView" if self.sliding else "TokenObtainPairView"

    @property
    def obtain_bases(self) -> str:
        """What the view of the endpoint derives from: in Simple JWT's words, and a mixin."""
        if self.cookie:
            return "cookies.GivesRefreshCookie, views.TokenObtainPairView"
        return "views.TokenObtainSlidingView" if self.sliding else "views.TokenObtainPairView"

    @property
    def refresh_name(self) -> str:
        return "token_refresh_sliding" if self.sliding else "token_refresh"

    @property
    def refresh_bases(self) -> str:
        if self.cookie:
            return "cookies.TakesRefreshCookie, views.TokenRefreshView"
        return "views.TokenRefreshSlidingView" if self.sliding else "views.TokenRefreshView"

    @property
    def logout_bases(self) -> str:
        mixin = "cookies.TakesRefreshCookie, " if self.cookie else ""
        return f"{mixin}views.TokenBlacklistView"

    @property
    def header_name(self) -> str:
        """The request header that carries the token, in HTTP's spelling."""
        key = self.jwt_settings.get("AUTH_HEADER_NAME", '"HTTP_AUTHORIZATION"').strip('"')
        return key.removeprefix("HTTP_").replace("_", "-").title()

    @property
    def user_is_checked(self) -> bool:
        """Whether a disabled user's tokens are refused."""
        return self.jwt_settings.get("CHECK_USER_IS_ACTIVE") != "False"

    @property
    def has_owners(self) -> bool:
        return any(r.owner for r in self.resources)

    @property
    def plain_viewsets(self) -> bool:
        """Whether there is a resource without an owner."""
        return any(not r.owner for r in self.resources)

    @property
    def protects(self) -> bool:
        """Whether a row can be kept from being deleted by another one."""
        return any(f.on_delete in ("PROTECT", "RESTRICT") for r in self.resources for f in r.fields)

    @property
    def has_relations(self) -> bool:
        return any(r.relations for r in self.resources)

    @property
    def has_times(self) -> bool:
        return any(f.type == "time" for r in self.resources for f in r.fields)

    @property
    def has_durations(self) -> bool:
        return any(f.type == "duration" for r in self.resources for f in r.fields)

    @property
    def filters_moments(self) -> bool:
        """Whether there is a list to be filtered by date and time."""
        return any(f.type == "datetime" for r in self.resources for f in r.fields)

    @property
    def creation_order(self) -> list[str]:
        """The resources, each behind those that a row of it needs."""
        order: list[str] = []
        needs = {r.name: [f.target for f in r.relations if not f.optional] for r in self.resources}

        def visit(name: str) -> None:
            if name not in order:
                for target in needs[name]:
                    visit(target)
                order.append(name)

        for resource in self.resources:
            visit(resource.name)
        return order

    @property
    def validator_names(self) -> list[str]:
        """The project's own validators that its models need."""
        return sorted({f.kind.validator for r in self.resources for f in r.fields} - {""})

    @property
    def warns_of_url_forms(self) -> bool:
        """Whether Django gives notice of a change to come with each form of a URL."""
        return self.django == "5.2" and any(
            f.type == "url" for r in self.resources for f in r.fields
        )

    @property
    def choice_fields(self) -> list[tuple[str, str]]:
        """Schema name and dotted path of each enumeration; where several are alike, of the first."""
        found: dict[str, tuple[str, str]] = {}
        for resource in self.resources:
            for field in resource.fields:
                if field.choices:
                    path = f"api.models.{resource.name}.{field.choices_class}"
                    name = f"{resource.name}{field.choices_class}Enum"
                    found.setdefault(str(field.choices), (name, path))
        return list(found.values())


def read(raw: Mapping[str, object]) -> Answers:
    """The answers in `raw` (Cookiecutter's variables), checked.

    Raises BadAnswers with every bad one.
    """
    return _Reader(raw).answers()


class _Reader:
    def __init__(self, raw: Mapping[str, object]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def answers(self) -> Answers:
        login_field = self.choice("login_field")
        flow = self.choice("token_flow")
        revocation = self.choice("revocation")
        rotates = self.yes_no("rotate_refresh_tokens")
        also_accept = self.choice("also_accept")
        prefix = self.api_prefix()
        access, refresh = self.lifetimes()
        answers = Answers(
            name=self.line("project_name", empty=False),
            slug=self.slug(),
            description=self.line("description"),
            django=self.choice("django_version"),
            python=OLDEST_PYTHON.get(self.choice("django_version"), ""),
            postgresql=self.choice("database") == "postgresql",
            login_field=login_field,
            api_prefix=prefix,
            obtain_path=self.path("token_obtain_path") or "",
            refresh_path=self.path("token_refresh_path") or "",
            verify_path=self.path("token_verify_path", optional=True),
            blacklist_path=self.path("token_blacklist_path", optional=True)
            if revocation != "none"
            else None,
            flow=flow,
            access_lifetime=access,
            refresh_lifetime=refresh,
            rotates=rotates and flow != "sliding",
            revocation=revocation,
            algorithm=self.choice("algorithm"),
            jwt_settings=self.jwt_settings(),
            resources=self.resources(),
            hyperlinked=self.choice("resource_links") == "url",
            permission=self.choice("permission"),
            also_accept=also_accept,
            superuser_username=self.username(login_field),
            superuser_email=self.email(),
            run_setup=self.yes_no("run_setup"),
        )
        if not self.refused & {*PATHS, "resources"}:
            self.check_routes(answers)
        if self.problems:
            raise BadAnswers(self.problems)
        return answers

    @property
    def refused(self) -> set[str]:
        return {problem.variable for problem in self.problems}

    def refuse(self, variable: str, reason: str) -> None:
        """Notes the first problem of a variable: what follows from it is no news."""
        if variable not in self.refused:
            self.problems.append(Problem(variable, self.raw.get(variable), reason))

    def text(self, variable: str) -> str:
        value = self.raw.get(variable)
        if value is None:
            self.refuse(variable, "is missing: an answer is needed")
            return ""
        text = str(value)
        if any(mark in text for mark in ("{{", "{%", "{#")) or re.search(r"^\s*# %", text, re.M):
            self.refuse(
                variable,
                "would be taken for a template: no {{, {%, {# or line that starts with # %",
            )
            return ""
        return text

    def choice(self, variable: str) -> str:
        value = self.raw.get(variable)
        if isinstance(value, str) and value in CHOICES[variable]:
            return value
        self.refuse(variable, "is one of " + ", ".join(CHOICES[variable]))
        return ""

    def yes_no(self, variable: str) -> bool:
        value = str(self.raw.get(variable)).strip().lower()
        if value not in (*YES, *NO):
            self.refuse(variable, "is yes or no")
        return value in YES

    def line(self, variable: str, *, empty: bool = True) -> str:
        text = self.text(variable).strip()
        bad = [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or _turns(c)]
        if bad:
            self.refuse(
                variable,
                "is one line of text, without control characters, found "
                + ", ".join(sorted({f"U+{ord(c):04X}" for c in bad})),
            )
        elif len(text) > MAX_TEXT:
            self.refuse(variable, f"has at most {MAX_TEXT} characters, found {len(text)}")
        elif not text and not empty:
            self.refuse(variable, "is a text, and not empty")
        return text

    def slug(self) -> str:
        slug = self.text("project_slug").strip()
        reason = ""
        if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9_]*[A-Za-z0-9])?", slug):
            reason = (
                "is a Python identifier and a distribution name: ASCII letters, digits and _,"
                " a letter first, no _ at the end, such as my_api"
            )
        elif len(slug) > MAX_SLUG:
            reason = f"has at most {MAX_SLUG} characters, found {len(slug)}"
        elif keyword.iskeyword(slug) or keyword.issoftkeyword(slug):
            reason = "is a keyword of Python; take another name, such as my_api"
        elif slug.lower() in sys.stdlib_module_names:
            reason = "is a module of Python's standard library; take another name, such as my_api"
        elif slug.lower() in PROJECT_PACKAGES:
            reason = "is a package of the project itself; take another name, such as my_api"
        elif slug.lower() in DEPENDENCIES:
            reason = "is one of the project's dependencies; take another name, such as my_api"
        elif slug.lower() in WINDOWS_DEVICES:
            reason = "is a device on Windows; take another name, such as my_api"
        if reason:
            self.refuse("project_slug", reason)
        return slug

    def api_prefix(self) -> str:
        text = self.text("api_prefix").strip()
        if text in ("", "/"):
            return ""
        reason = _path_problem(text, MAX_PREFIX)
        if reason:
            self.refuse("api_prefix", reason + "; or / for no prefix")
        return text.removesuffix("/") + "/"

    def path(self, variable: str, *, optional: bool = False) -> str | None:
        text = self.text(variable).strip()
        if text.lower() in ("", "none"):
            if not optional:
                self.refuse(
                    variable, "is a path such as api/token/: this endpoint cannot be left out"
                )
            return None
        reason = _path_problem(text)
        if reason:
            self.refuse(variable, reason + ("; or none for no such endpoint" if optional else ""))
        return text

    def lifetimes(self) -> tuple[timedelta, timedelta]:
        found = []
        for variable in ("access_token_lifetime", "refresh_token_lifetime"):
            value = timedelta()
            try:
                value = duration(self.text(variable))
            except ValueError as error:
                self.refuse(variable, f"is {error}")
            else:
                if not value:
                    self.refuse(variable, "is longer than nothing, such as 5m")
                elif value > LONGEST_LIFETIME:
                    self.refuse(variable, f"is at most {LONGEST_LIFETIME.days} days")
                    value = timedelta()
            found.append(value)
        access, refresh = found
        if access and refresh and access >= refresh:
            self.refuse(
                "refresh_token_lifetime",
                f"is longer than access_token_lifetime ({self.raw['access_token_lifetime']})",
            )
        return access, refresh

    def username(self, login_field: str) -> str:
        if login_field == "email":
            return ""
        text = self.text("superuser_username").strip()
        # Django's UnicodeUsernameValidator.
        if not re.fullmatch(r"[\w.@+-]{1,150}", text):
            self.refuse(
                "superuser_username", "is of 1 to 150 letters, digits and @ . + - _, such as admin"
            )
        return text

    def email(self) -> str:
        text = self.text("superuser_email").strip()
        if len(text) > 254 or not re.fullmatch(EMAIL, text):
            self.refuse("superuser_email", "is an e-mail address such as admin@example.com")
        return text

    def resources(self) -> tuple[Resource, ...]:
        text = self.text("resources")
        if "resources" in self.refused:
            return ()
        try:
            return parse(text)
        except LanguageError as error:
            self.problems.append(Problem("resources", None, str(error)))
            return ()

    def jwt_settings(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        texts: dict[str, str] = {}
        for part in filter(None, map(str.strip, self.text("jwt_settings").split(";"))):
            name, equals, value = (piece.strip() for piece in part.partition("="))
            try:
                if not equals:
                    raise ValueError("is NAME=value; NAME=value")
                if name in found:
                    raise ValueError("is given twice")
                found[name] = _setting(name)(value)
                texts[name] = value
                self.check_setting(name, value)
            except ValueError as error:
                self.problems.append(Problem("jwt_settings", part, f"{name} {error}"))
        claims = {**CLAIM_DEFAULTS, **{n: texts[n] for n in CLAIM_DEFAULTS if n in texts}}
        for name in CLAIM_DEFAULTS:
            same = [other for other in claims if other != name and claims[other] == claims[name]]
            if name in texts and same:
                self.problems.append(
                    Problem(
                        "jwt_settings",
                        f"{name}={texts[name]}",
                        f"{name} is the claim of {same[0]} already",
                    )
                )
        return found

    def check_setting(self, name: str, value: str) -> None:
        """Raises ValueError if a setting does not go with the other answers."""
        sliding = self.choice("token_flow") == "sliding"
        login_field = self.choice("login_field")
        also_accept = self.choice("also_accept")
        if name in SLIDING_SETTINGS and not sliding:
            raise ValueError("has a use with token_flow = sliding alone")
        if name in PAIR_SETTINGS and sliding:
            raise ValueError("has no use with token_flow = sliding")
        if name == "USER_ID_FIELD" and value not in ("id", login_field):
            raise ValueError(f"is a unique field of the user: id or {login_field}")
        if name == "JWK_URL" and self.choice("algorithm").startswith("HS"):
            raise ValueError("has a use with an algorithm of public keys alone, such as ES256")
        if name == "JWK_URL" and self.choice("revocation") == "sessions":
            raise ValueError(
                "has no use with revocation = sessions: tokens of another issuer have no session here"
            )
        schemes = [word.strip().lower() for word in value.split(",")]
        if (
            name == "AUTH_HEADER_TYPES"
            and also_accept in ("token", "basic")
            and also_accept in schemes
        ):
            raise ValueError(
                f"cannot hold {also_accept.title()}, which also_accept = {also_accept} takes"
            )

    def check_routes(self, answers: Answers) -> None:
        """No two endpoints at one address: Django would serve the first and hide the other."""
        seen: list[tuple[str, list[str]]] = []
        for variable, owner, route in _routes(answers):
            other = next((other for other, taken in seen if _overlap(route, taken)), None)
            if other:
                reason = f"/{'/'.join(route)}/ is the address of {other} already"
                if variable == "resources":
                    reason = f"{owner}: {reason}; say another one with `at`"
                self.refuse(variable, reason)
                if variable == "api_prefix":
                    # All that is below it would be in the way, too.
                    return
            seen.append((owner, route))


def _turns(char: str) -> bool:
    """Whether `char` changes the direction of the text around it (Unicode's UAX 9)."""
    return unicodedata.bidirectional(char) in (
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    )


def _path_problem(text: str, longest: int = MAX_TEXT) -> str:
    segments = text.removesuffix("/").split("/")
    if (
        len(text) <= longest
        and all(re.fullmatch(r"[A-Za-z0-9._~-]+", segment) for segment in segments)
        and not {".", ".."} & set(segments)
    ):
        return ""
    return (
        "is a path such as api/token/: ASCII letters, digits and - . _ ~ between single slashes,"
        f" no slash at the start, at most {longest} characters"
    )


def _routes(answers: Answers) -> Iterator[tuple[str, str, list[str]]]:
    """Variable to blame, owner and address of each endpoint: `#` is any number, `**` any rest."""

    def split(path: str) -> list[str]:
        return [segment for segment in path.split("/") if segment]

    prefix = split(answers.api_prefix)
    yield "api_prefix", "the admin", ["admin", "**"]
    yield "api_prefix", "the static files", ["static", "**"]
    if answers.browsable:
        yield "api_prefix", "the browsable API's login", ["api-auth", "**"]
    if not answers.symmetric:
        yield "api_prefix", "the public keys", [".well-known", "jwks.json"]
    yield "api_prefix", "the root of the API", prefix
    yield "api_prefix", "the user's own account", [*prefix, "users", "me"]
    if answers.sessions:
        yield "api_prefix", "the user's own sessions", [*prefix, "sessions"]
        yield "api_prefix", "each session", [*prefix, "sessions", "#"]
    for name in ("schema", "docs", "redoc"):
        yield "api_prefix", f"the API's {name}", [*prefix, name]
    for resource in answers.resources:
        path = [*prefix, *split(resource.path)]
        yield "resources", resource.name, path
        yield "resources", f"each {resource.name}", [*path, "#"]
    yield "token_obtain_path", "token_obtain_path", split(answers.obtain_path)
    yield "token_refresh_path", "token_refresh_path", split(answers.refresh_path)
    if answers.verify_path:
        yield "token_verify_path", "token_verify_path", split(answers.verify_path)
    if answers.blacklist_path:
        yield "token_blacklist_path", "token_blacklist_path", split(answers.blacklist_path)


def _overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    if one[:1] == ["**"] or other[:1] == ["**"]:
        return True
    if not one or not other:
        return not one and not other
    same = one[0] == other[0] or (
        "#" in (one[0], other[0]) and any(segment.isdigit() for segment in (one[0], other[0]))
    )
    return same and _overlap(one[1:], other[1:])


def _setting(name: str) -> Callable[[str], str]:
    """The converter of a SIMPLE_JWT setting: text -> Python source, or ValueError."""
    if name in PROMPT_OF_SETTING:
        raise ValueError(f"has a prompt of its own: {PROMPT_OF_SETTING[name]}")
    if name in KEY_SETTINGS:
        raise ValueError(
            "is no answer: the setup makes the key, and JWT_SIGNING_KEY in .env holds it"
        )
    if name not in JWT_SETTINGS:
        near = difflib.get_close_matches(name.upper(), [*JWT_SETTINGS, *PROMPT_OF_SETTING], 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"is no setting of Simple JWT{hint}; allowed: " + ", ".join(sorted(JWT_SETTINGS))
        )
    return JWT_SETTINGS[name]


def _flag(text: str) -> str:
    if text.lower() not in (*YES, *NO):
        raise ValueError("is yes or no")
    return str(text.lower() in YES)


def _text(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("is a text, and not empty")
    return string(text)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


def _audience(text: str) -> str:
    items = [_text(item) for item in _items(text)]
    return items[0] if len(items) == 1 else _rows("[", items, "]") or f"[{', '.join(items)}]"


def _tuple(items: Sequence[str]) -> str:
    return _rows("(", items, ")") or f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _rows(opening: str, items: Sequence[str], closing: str) -> str:
    """A value of SIMPLE_JWT with an item a line, if one line would be long."""
    if sum(map(len, items)) < LINE_LENGTH // 2:
        return ""
    return opening + "".join(f"\n        {item}," for item in items) + f"\n    {closing}"


def _header_types(text: str) -> str:
    items = _items(text)
    # RFC 9110, section 5.6.2: a scheme is a token.
    if not all(re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", item) for item in items) or len(
        {item.lower() for item in items}
    ) < len(items):
        raise ValueError("is a list of different authentication schemes such as JWT,Bearer")
    return _tuple([string(item) for item in items])


def _header_name(text: str) -> str:
    if not re.fullmatch(r"HTTP_[A-Z0-9]+(_[A-Z0-9]+)*", text):
        raise ValueError("is a key of Django's request.META such as HTTP_AUTHORIZATION")
    return string(text)


def _leeway(text: str) -> str:
    try:
        value = duration(f"{text}s" if text.isdigit() else text)
    except ValueError as error:
        raise ValueError(f"is {error}") from None
    if value > timedelta(hours=1):
        raise ValueError("is at most 1h: it lengthens the life of every token")
    return duration_source(value)


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?", text):
        raise ValueError("is an http or https URL such as https://issuer.example/jwks.json")
    return string(text)


def _claim(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:/-]+", text) or text.lower() == "none":
        raise ValueError("is the name of a claim, such as uid")
    if text in REGISTERED_CLAIMS:
        raise ValueError(f"cannot be {text}, which RFC 7519 gives another meaning")
    if text in OWN_CLAIMS:
        raise ValueError(f"cannot be {text}, which the project's tokens say already")
    return string(text)


def _field_name(text: str) -> str:
    if not text.isidentifier():
        raise ValueError("is the name of a field of the user")
    return string(text)


def _dotted(text: str) -> str:
    first = text.partition(".")[0]
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", text):
        raise ValueError("is a dotted path such as tokens.serializers.MySerializer")
    if first not in (*PROJECT_PACKAGES, *DEPENDENCIES):
        raise ValueError(
            f"is a dotted path into the project ({', '.join(PROJECT_PACKAGES)}) or a dependency of it"
        )
    return string(text)


def _dotted_tuple(text: str) -> str:
    return _tuple([_dotted(item) for item in _items(text)])


JWT_SETTINGS: Mapping[str, Callable[[str], str]] = {
    "AUDIENCE": _audience,
    "AUTH_HEADER_NAME": _header_name,
    "AUTH_HEADER_TYPES": _header_types,
    "AUTH_TOKEN_CLASSES": _dotted_tuple,
    "CHECK_REVOKE_TOKEN": _flag,
    "CHECK_USER_IS_ACTIVE": _flag,
    "ISSUER": _text,
    "JSON_ENCODER": _dotted,
    "JTI_CLAIM": _claim,
    "JWK_URL": _url,
    "LEEWAY": _leeway,
    "REVOKE_TOKEN_CLAIM": _claim,
    "SLIDING_TOKEN_OBTAIN_SERIALIZER": _dotted,
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM": _claim,
    "SLIDING_TOKEN_REFRESH_SERIALIZER": _dotted,
    "TOKEN_BLACKLIST_SERIALIZER": _dotted,
    "TOKEN_OBTAIN_SERIALIZER": _dotted,
    "TOKEN_REFRESH_SERIALIZER": _dotted,
    "TOKEN_TYPE_CLAIM": _claim,
    "TOKEN_USER_CLASS": _dotted,
    "TOKEN_VERIFY_SERIALIZER": _dotted,
    "UPDATE_LAST_LOGIN": _flag,
    "USER_AUTHENTICATION_RULE": _dotted,
    "USER_ID_CLAIM": _claim,
    "USER_ID_FIELD": _field_name,
}
