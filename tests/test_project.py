"""The facts that the templates read, for different answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from operator import attrgetter

import pytest

from drf_jwt_template.answers.reading import read
from drf_jwt_template.project import Project

Raw = dict[str, object]


def own_serializers(names: Mapping[str, str]) -> dict[str, str]:
    return {setting: f'"tokens.serializers.{name}"' for setting, name in names.items()}


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        (
            {},
            {
                "name": "My API",
                "slug": "my_api",
                "description": "A REST API secured with JSON Web Tokens.",
                "django": "5.2",
                "next_django": "5.3",
                "python": "3.10",
                "postgresql": False,
                "accounts.email_login": False,
                "accounts.mail": False,
                "accounts.notices": False,
                "accounts.superuser_login": "admin",
                "api.hyperlinked": False,
                "api.browsable": True,
                "api.anonymous_reads": False,
                "api.choice_fields": [],
                "api.validators": [],
                "api.warns_of_url_forms": False,
                "jwt.header_name": "Authorization",
                "jwt.header_type": "Bearer",
                "jwt.own_serializers": own_serializers(
                    {
                        "TOKEN_OBTAIN_SERIALIZER": "TokenObtainPairSerializer",
                        "TOKEN_REFRESH_SERIALIZER": "TokenRefreshSerializer",
                        "TOKEN_VERIFY_SERIALIZER": "TokenVerifySerializer",
                        "TOKEN_BLACKLIST_SERIALIZER": "TokenBlacklistSerializer",
                    }
                ),
                "keys.symmetric": True,
                "keys.secret_bytes": 32,
                "keys.remote": False,
                "paths.prefix": "api/",
                "paths.obtain": "api/token/",
                "paths.refresh": "api/token/refresh/",
                "paths.verify": "api/token/verify/",
                "paths.blacklist": "api/token/blacklist/",
                "paths.obtain_name": "token_obtain_pair",
                "paths.refresh_name": "token_refresh",
                "tokens.access_field": "access",
                "tokens.refresh_field": "refresh",
                "tokens.obtain_view": "TokenObtainPairView",
                "tokens.refresh_view": "TokenRefreshView",
            },
        ),
        (
            {"resources": "Book(shelf: Shelf, next: Book optional); Shelf(label: str)"},
            {
                "api.first_created.name": "Shelf",
                "example.resource": "Notice",
                "example.plural": "notices",
                "example.view": "Report",
                "example.app": "reports",
            },
        ),
        (
            {"resources": "Bulletin(text: str) at notices", "token_obtain_path": "reports2"},
            {"example.resource": "Notice3", "example.app": "reports3"},
        ),
        ({"django_version": "django-6.1"}, {"python": "3.12", "next_django": "6.2"}),
        ({"database": "postgresql"}, {"postgresql": True}),
        (
            {"login_field": "email"},
            {"accounts.email_login": True, "accounts.superuser_login": "admin@example.com"},
        ),
        (
            {"accounts": "invited"},
            {
                "accounts.invited": True,
                "accounts.open": False,
                "accounts.mail": True,
                "accounts.notices": True,
                "accounts.tasks": "django_tasks",
            },
        ),
        (
            {"accounts": "open", "django_version": "django-6.1", "revocation": "blacklist"},
            {
                "accounts.invited": False,
                "accounts.open": True,
                "accounts.mail": True,
                "accounts.notices": False,
                "accounts.tasks": "django.tasks",
            },
        ),
        ({"algorithm": "HS384"}, {"keys.secret_bytes": 48, "keys.symmetric": True}),
        ({"algorithm": "HS512"}, {"keys.secret_bytes": 64, "keys.symmetric": True}),
        *(
            (
                {"algorithm": f"{family}{bits}"},
                {
                    "keys.symmetric": False,
                    "keys.module": "rsa",
                    "keys.generate": "rsa.generate_private_key(public_exponent=65537, key_size=BITS)",
                },
            )
            for family in ("RS", "PS")
            for bits in (256, 384, 512)
        ),
        *(
            (
                {"algorithm": f"ES{bits}"},
                {
                    "keys.symmetric": False,
                    "keys.module": "ec",
                    "keys.generate": f"ec.generate_private_key(ec.{curve}())",
                },
            )
            for bits, curve in ((256, "SECP256R1"), (384, "SECP384R1"), (512, "SECP521R1"))
        ),
        (
            {"algorithm": "EdDSA"},
            {
                "keys.symmetric": False,
                "keys.module": "ed25519",
                "keys.generate": "ed25519.Ed25519PrivateKey.generate()",
            },
        ),
        (
            {"token_flow": "sliding"},
            {
                "tokens.sliding": True,
                "tokens.rotates": False,
                "tokens.access_field": "token",
                "tokens.refresh_field": "token",
                "tokens.obtain_view": "TokenObtainSlidingView",
                "tokens.refresh_view": "TokenRefreshSlidingView",
                "paths.obtain_name": "token_obtain_sliding",
                "paths.refresh_name": "token_refresh_sliding",
                "jwt.own_serializers": own_serializers(
                    {
                        "SLIDING_TOKEN_OBTAIN_SERIALIZER": "TokenObtainSlidingSerializer",
                        "SLIDING_TOKEN_REFRESH_SERIALIZER": "TokenRefreshSlidingSerializer",
                        "TOKEN_VERIFY_SERIALIZER": "TokenVerifySerializer",
                        "TOKEN_BLACKLIST_SERIALIZER": "TokenBlacklistSerializer",
                    }
                ),
            },
        ),
        (
            {
                "token_flow": "sliding",
                "token_verify_path": "none",
                "token_blacklist_path": "none",
                "jwt_settings": "SLIDING_TOKEN_REFRESH_SERIALIZER=tokens.serializers.Mine",
            },
            {
                "jwt.own_serializers": own_serializers(
                    {"SLIDING_TOKEN_OBTAIN_SERIALIZER": "TokenObtainSlidingSerializer"}
                )
            },
        ),
        (
            {
                "token_verify_path": "none",
                "token_blacklist_path": "none",
                "jwt_settings": "TOKEN_REFRESH_SERIALIZER=tokens.serializers.Mine",
            },
            {
                "jwt.own_serializers": own_serializers(
                    {"TOKEN_OBTAIN_SERIALIZER": "TokenObtainPairSerializer"}
                )
            },
        ),
        (
            {"token_flow": "pair-with-refresh-cookie"},
            {"tokens.cookie": True, "tokens.sliding": False},
        ),
        (
            {"revocation": "sessions"},
            {
                "revocation.sessions": True,
                "revocation.blacklist": False,
                "revocation.enabled": True,
                "revocation.token_module": "tokens.revocation",
            },
        ),
        ({"revocation": "blacklist"}, {"revocation.token_module": "tokens.pair"}),
        (
            {"revocation": "blacklist", "token_flow": "sliding"},
            {"revocation.token_module": "tokens.revocation"},
        ),
        (
            {"revocation": "none", "token_flow": "sliding"},
            {"revocation.token_module": "rest_framework_simplejwt.tokens"},
        ),
        ({"refresh_token_lifetime": "1d"}, {"tokens.absolute_lifetime": timedelta(days=30)}),
        ({"refresh_token_lifetime": "60d"}, {"tokens.absolute_lifetime": timedelta(days=180)}),
        ({"jwt_settings": "AUTH_HEADER_TYPES=JWT,Bearer"}, {"jwt.header_type": "JWT"}),
        ({"jwt_settings": "AUTH_HEADER_TYPES=it's"}, {"jwt.header_type": "it's"}),
        ({"jwt_settings": "AUTH_HEADER_NAME=HTTP_X_MY_TOKEN"}, {"jwt.header_name": "X-My-Token"}),
        (
            {"jwt_settings": "CHECK_USER_IS_ACTIVE=no"},
            {"jwt.settings": {"CHECK_USER_IS_ACTIVE": "False"}},
        ),
        (
            {"jwt_settings": "CHECK_USER_IS_ACTIVE=yes"},
            {"jwt.settings": {"CHECK_USER_IS_ACTIVE": "True"}},
        ),
        ({"rotate_refresh_tokens": "no"}, {"tokens.rotates": False}),
        (
            {"revocation": "none"},
            {"revocation.enabled": False, "tokens.rotates": True, "paths.blacklist": None},
        ),
        ({"resource_links": "url"}, {"api.hyperlinked": True}),
        ({"permission": "IsAuthenticatedOrReadOnly"}, {"api.anonymous_reads": True}),
        ({"permission": "DjangoModelPermissions"}, {"api.anonymous_reads": False}),
        *(
            ({"also_accept": other}, {"api.browsable": False})
            for other in ("token", "basic", "nothing")
        ),
        ({"resources": "A(a: url)"}, {"api.warns_of_url_forms": True}),
        (
            {"resources": "A(a: url)", "django_version": "django-6.1"},
            {"api.warns_of_url_forms": False},
        ),
        (
            {"resources": "A(a: float, b: json)"},
            {"api.validators": ["validate_finite", "validate_storable"]},
        ),
        (
            {"resources": "A(state: choice(on|off)); B(x: int, work_state: choice(new|done))"},
            {
                "api.choice_fields": [
                    ("AStateEnum", "api.models.A.State"),
                    ("BWorkStateEnum", "api.models.B.WorkState"),
                ]
            },
        ),
    ],
)
def test_facts(default_answers: Raw, changed: Raw, facts: Mapping[str, object]) -> None:
    project = Project(read({**default_answers, **changed}))
    assert {name: attrgetter(name)(project) for name in facts} == facts


def test_has_type(default_answers: Raw) -> None:
    api = Project(read({**default_answers, "resources": "A(a: time, b: url)"})).api
    assert [name for name in ("duration", "time", "url") if api.has_type(name)] == ["time", "url"]


def test_columns_are_described(default_answers: Raw) -> None:
    resources = """
        Book(title: str unique, price: decimal(6,2,0..) optional, state: choice(new|old) = new,
             author: Author, readers: many User optional, unique(author, state));
        Author(pen_name: Book optional unique)
    """
    data = Project(read({**default_answers, "resources": resources, "revocation": "none"})).data
    user, book, author = data.tables
    assert user.columns[0].words == "`username` str(150) unique"
    assert book.fields == (
        "`title` str(255) unique, `price` decimal(6, 2, 0..) optional,"
        " `state` choice(new, old) optional; unique together: `author`, `state`"
    )
    assert author.fields == ""
    assert book.diagram == [
        '"Book" {',
        "    str title UK",
        "    decimal price",
        "    choice state",
        "}",
        '"Book" }o--|| "Author" : "author"',
        '"Book" }o--o{ "User" : "readers"',
    ]
    assert author.diagram == ['"Author"', '"Author" |o--o| "Book" : "pen_name"']
    assert [(r.sources, r.targets, r.deletion) for r in data.relations] == [
        ("any number of", "one", "prevents the deletion"),
        ("any number of", "any number of", "the list omits it"),
        ("at most one", "at most one", "becomes null"),
    ]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({}, ["User", "tokens.Session"]),
        (
            {"revocation": "blacklist", "also_accept": "token"},
            [
                "User",
                "token_blacklist.OutstandingToken",
                "token_blacklist.BlacklistedToken",
                "authtoken.Token",
            ],
        ),
        (
            {"revocation": "none", "accounts": "invited"},
            ["User", "accounts.EmailChange", "accounts.Invitation"],
        ),
        (
            {"revocation": "none", "accounts": "open"},
            ["User", "accounts.EmailChange", "accounts.UsedAddress"],
        ),
    ],
)
def test_tables(default_answers: Raw, changed: Raw, names: list[str]) -> None:
    data = Project(read({**default_answers, "resources": "none", **changed})).data
    assert [table.name for table in data.tables] == names


@pytest.mark.parametrize(
    ("changed", "index", "database", "returns"),
    [
        ({}, 0, "adds a session", "`access` and `refresh`"),
        ({}, 2, "replaces the id of its refresh token", "a new `access` and a new `refresh`"),
        ({}, 3, "ends the session", ""),
        ({"rotate_refresh_tokens": "no"}, 2, "stores the time in the session", "a new `access`"),
        (
            {"token_flow": "pair-with-refresh-cookie"},
            2,
            "replaces the id of its refresh token",
            "a new `access` and a new cookie",
        ),
        ({"token_flow": "pair-with-refresh-cookie"}, 3, "ends the session", "an expired cookie"),
        ({"token_flow": "sliding", "revocation": "blacklist"}, 0, "stores the token", "`token`"),
        (
            {"revocation": "blacklist"},
            2,
            "stores the new one",
            "a new `access` and a new `refresh`",
        ),
        ({"revocation": "blacklist"}, 3, "blacklists the refresh tokens of the login", ""),
        ({"revocation": "none"}, 2, "reads the user", "a new `access` and a new `refresh`"),
    ],
)
def test_steps(default_answers: Raw, changed: Raw, index: int, database: str, returns: str) -> None:
    step = Project(read({**default_answers, **changed})).sequence.steps[index]
    assert (step.database[-1], step.returns) == (database, returns)
    # Both show the same.
    assert all(
        text.replace("`", "") in " ".join(step.diagram) for text in (*step.database, returns)
    )
    assert all(text in " ".join(step.sentences) for text in (*step.database, returns))


def test_no_step_without_endpoint(default_answers: Raw) -> None:
    sequence = Project(read({**default_answers, "token_blacklist_path": ""})).sequence
    assert [step.name for step in sequence.steps] == ["Login", "Request", "Refresh"]
