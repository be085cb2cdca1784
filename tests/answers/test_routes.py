"""Collisions between the addresses of a project."""

from __future__ import annotations

import pytest

from drf_jwt_template.answers.reading import read

from .refusals import Raw, refusal_of


@pytest.mark.parametrize(
    ("changed", "refused", "owner"),
    [
        ({"token_refresh_path": "api/token/"}, "token_refresh_path", "token_obtain_path"),
        ({"token_refresh_path": "api/token"}, "token_refresh_path", "token_obtain_path"),
        ({"token_verify_path": "api/token/refresh"}, "token_verify_path", "token_refresh_path"),
        (
            {"token_blacklist_path": "api/token/verify"},
            "token_blacklist_path",
            "token_verify_path",
        ),
        ({"token_obtain_path": "admin/token"}, "token_obtain_path", "the admin"),
        ({"token_obtain_path": "admin"}, "token_obtain_path", "the admin"),
        ({"token_obtain_path": "static/token"}, "token_obtain_path", "the static files"),
        ({"token_obtain_path": "livez"}, "token_obtain_path", "the liveness check"),
        ({"token_verify_path": "readyz/"}, "token_verify_path", "the readiness check"),
        ({"api_prefix": "metrics"}, "api_prefix", "the metrics"),
        (
            {"token_obtain_path": "api-auth/login/"},
            "token_obtain_path",
            "the browsable API's login",
        ),
        ({"token_obtain_path": "api"}, "token_obtain_path", "the root of the API"),
        ({"token_obtain_path": "api/docs"}, "token_obtain_path", "the API's docs"),
        ({"token_verify_path": "api/schema/"}, "token_verify_path", "the API's schema"),
        ({"token_verify_path": "api/users/me/"}, "token_verify_path", "the user's own account"),
        ({"token_obtain_path": "api/students/"}, "token_obtain_path", "Student"),
        ({"token_obtain_path": "api/students/7"}, "token_obtain_path", "each Student"),
        ({"api_prefix": "admin"}, "api_prefix", "the admin"),
        ({"api_prefix": "static/v1"}, "api_prefix", "the static files"),
        ({"resources": "A(x: int) at docs"}, "resources", "the API's docs"),
        ({"resources": "A(x: int) at users/me"}, "resources", "the user's own account"),
        (
            {"resources": "A(x: int) at users/me/password"},
            "resources",
            "the user's own password",
        ),
        (
            {"resources": "A(x: User) at users/search"},
            "resources",
            "the search for users",
        ),
        (
            {"accounts": "invited", "resources": "A(x: int) at users"},
            "resources",
            "the creation of accounts",
        ),
        (
            {"accounts": "open", "resources": "A(x: int) at users/confirm"},
            "resources",
            "the confirmation of an account",
        ),
        (
            {"accounts": "open", "token_obtain_path": "api/users/me/email"},
            "token_obtain_path",
            "the user's own e-mail address",
        ),
        (
            {"accounts": "invited", "resources": "A(x: int) at password/reset"},
            "resources",
            "the reset of a password",
        ),
        (
            {"accounts": "invited", "token_blacklist_path": "api/sessions/end"},
            "token_blacklist_path",
            "the end of sessions by a link",
        ),
        (
            {"api_prefix": "/", "resources": "A(x: int) at admin/things"},
            "resources",
            "the admin",
        ),
        ({"resources": "A(x: int) at b; B(x: int) at b/7"}, "resources", "each A"),
        ({"resources": "A(x: int) at token"}, "token_obtain_path", "A"),
    ],
)
def test_address_collision_is_refused(
    default_answers: Raw, changed: Raw, refused: str, owner: str
) -> None:
    reason = refusal_of({**default_answers, **changed}, refused)
    assert f"is already the address of {owner}" in reason
    assert reason.count("; choose another path") == reason.count("is already the address")


@pytest.mark.parametrize(
    "changed",
    [
        {"token_obtain_path": "api/students/token"},
        {"token_obtain_path": "api/students/7/token"},
        {"token_obtain_path": "administration"},
        {"token_obtain_path": "API/docs"},
        {"token_obtain_path": "docs"},
        {"token_obtain_path": "api-auth/login", "also_accept": "nothing"},
        {"resources": "A(x: int) at admin"},
        {"resources": "User2(x: int) at users"},
        {"resources": "A(x: int) at password/reset"},
        {"token_blacklist_path": "api/sessions/end"},
        {"accounts": "open", "revocation": "none", "token_verify_path": "api/sessions/end"},
        {"accounts": "open", "resources": "Password(x: int); Email(x: int) at password"},
        {"resources": "A(x: int) at b; B(x: int) at b/c"},
        {"revocation": "none", "token_verify_path": "api/token/blacklist/"},
    ],
)
def test_similar_addresses_are_accepted(default_answers: Raw, changed: Raw) -> None:
    read({**default_answers, **changed})
