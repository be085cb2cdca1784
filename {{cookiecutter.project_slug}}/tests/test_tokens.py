"""The token policy of config/jwt.py, tested through HTTP with real tokens."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.settings import api_settings

from accounts.models import User
from tokens import pair, revocation, serializers, views
from tokens.models import Session

from .conftest import (
    CREDENTIALS,
    LOGIN,
    PASSWORD,
    # % if project.tokens.rotates and project.revocation.enabled
    REPEAT_WINDOW,
    # % endif
    Travel,
    log_out,
    read_tokens,
    refresh,
    status_with_token,
)

ALGORITHM = "{{ project.keys.algorithm }}"
ACCESS_LIFETIME = {{ project.tokens.access_lifetime | duration }}
REFRESH_LIFETIME = {{ project.tokens.refresh_lifetime | duration }}
# % if project.tokens.sliding
LIFETIMES = {"token": ACCESS_LIFETIME}
# % else
LIFETIMES = {"access": ACCESS_LIFETIME, "refresh": REFRESH_LIFETIME}
# % endif
PATHS = {
    "{{ project.paths.obtain_name }}": "/{{ project.paths.obtain }}",
    "{{ project.paths.refresh_name }}": "/{{ project.paths.refresh }}",
    # % if project.paths.verify
    "token_verify": "/{{ project.paths.verify }}",
    # % endif
    # % if project.paths.blacklist
    "token_blacklist": "/{{ project.paths.blacklist }}",
    # % endif
}


def read_claims(token: str) -> dict[str, Any]:
    """Returns the claims of a token without verification."""
    return jwt.decode(token, options={"verify_signature": False})


# Login


@pytest.mark.parametrize("name", PATHS)
def test_endpoint_has_configured_path(anonymous: APIClient, name: str) -> None:
    assert reverse(name) == PATHS[name]
    # % if project.tokens.cookie
    assert anonymous.post(PATHS[name]).status_code in (400, 403)
    # % else
    assert anonymous.post(PATHS[name]).status_code == 400
    # % endif
    assert anonymous.get(PATHS[name]).status_code == 405


def test_login_returns_tokens(tokens: dict[str, str]) -> None:
    # % if project.tokens.sliding
    assert set(tokens) == {"token"}
    # % else
    assert set(tokens) == {"access", "refresh"}
    # % endif
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 200


@pytest.mark.usefixtures("user")
def test_login_accepts_form_data(anonymous: APIClient) -> None:
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        CREDENTIALS,
        format="multipart",
    )
    assert response.status_code == 200


def test_password_keeps_white_space(user: User, anonymous: APIClient) -> None:
    user.set_password(f" {PASSWORD} ")
    user.save()
    url = reverse("{{ project.paths.obtain_name }}")
    assert anonymous.post(url, CREDENTIALS).status_code == 401
    assert anonymous.post(url, CREDENTIALS | {"password": f" {PASSWORD} "}).status_code == 200


def test_login_response_is_not_cached(user: User, anonymous: APIClient) -> None:
    for password in (PASSWORD, "wrong"):
        response = anonymous.post(
            reverse("{{ project.paths.obtain_name }}"),
            CREDENTIALS | {"password": password},
        )
        assert response["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param(LOGIN, "wrong", id="wrong password"),
        pytest.param("nobody@example.com", PASSWORD, id="unknown user"),
    ],
)
def test_wrong_login_is_refused(anonymous: APIClient, login: str, password: str) -> None:
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        {"{{ project.accounts.login_field }}": login, "password": password},
    )
    assert response.status_code == 401
    assert "{{ project.tokens.access_field }}" not in response.json()
# % if project.accounts.email_login


@pytest.mark.usefixtures("user")
def test_login_ignores_case_of_email(anonymous: APIClient) -> None:
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        CREDENTIALS | {"email": LOGIN.upper()},
    )
    assert response.status_code == 200
# % endif


def test_login_of_disabled_user_is_refused(user: User, anonymous: APIClient) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    response = anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS)
    assert response.status_code == 401


# Claims and signature


def test_header_names_algorithm(tokens: dict[str, str]) -> None:
    for token in tokens.values():
        assert jwt.get_unverified_header(token)["alg"] == ALGORITHM


def test_tokens_have_configured_lifetimes(tokens: dict[str, str]) -> None:
    # % if project.tokens.sliding
    token = read_claims(tokens["token"])
    assert token["exp"] - token["iat"] == ACCESS_LIFETIME.total_seconds()
    end = token[api_settings.SLIDING_TOKEN_REFRESH_EXP_CLAIM]
    assert end - token["iat"] == REFRESH_LIFETIME.total_seconds()
    # % else
    access, refresh = read_claims(tokens["access"]), read_claims(tokens["refresh"])
    assert access["exp"] - access["iat"] == ACCESS_LIFETIME.total_seconds()
    assert refresh["exp"] - refresh["iat"] == REFRESH_LIFETIME.total_seconds()
    # % endif


@pytest.fixture
def _ticking_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Advances the time by a second whenever Simple JWT reads it for a token."""
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def read_clock() -> datetime:
            clock.shift(timedelta(seconds=1))
            return timezone.now()

        monkeypatch.setattr(simplejwt, "aware_utcnow", read_clock)
        yield


@pytest.mark.usefixtures("_ticking_clock")
def test_tokens_of_response_have_one_time(tokens: dict[str, str], user: User) -> None:
    # % if project.tokens.sliding
    own = {"token": str({{ project.revocation.token_alias }}.SlidingToken.for_user(user))}
    # % else
    issued = {{ project.revocation.token_alias }}.RefreshToken.for_user(user)
    own = {"refresh": str(issued), "access": str(issued.access_token)}
    # % endif
    times = set()
    for found in (tokens, own, read_tokens(refresh(tokens["{{ project.tokens.refresh_field }}"]))):
        claims = {name: read_claims(token) for name, token in found.items()}
        (time,) = {token["iat"] for token in claims.values()}
        for name, token in claims.items():
            assert token["exp"] == time + LIFETIMES[name].total_seconds()
        times.add(time)
    # The clock advances.
    assert len(times) == 3


def test_claims_name_user(tokens: dict[str, str], user: User) -> None:
    expected = str(getattr(user, api_settings.USER_ID_FIELD))
    for token in tokens.values():
        assert read_claims(token)[api_settings.USER_ID_CLAIM] == expected


def test_wrong_signature_is_refused(tokens: dict[str, str]) -> None:
    token = tokens["{{ project.tokens.access_field }}"]
    forged = jwt.encode(read_claims(token), "another secret " * 5, algorithm="HS256")
    unsigned = jwt.encode(read_claims(token), "", algorithm="none")
    for refused in (forged, unsigned, "no.token.at-all"):
        assert status_with_token(refused) == 401
# % if not project.tokens.sliding


def test_refresh_token_is_no_access_token(tokens: dict[str, str]) -> None:
    assert status_with_token(tokens["refresh"]) == 401


def test_access_token_is_no_refresh_token(tokens: dict[str, str]) -> None:
    assert refresh(tokens["access"]).status_code == 401
# % endif


# Expiration


def test_expired_token_is_refused(tokens: dict[str, str], travel_past: Travel) -> None:
    token = tokens["{{ project.tokens.access_field }}"]
    with travel_past(ACCESS_LIFETIME - timedelta(seconds=5) - get_leeway()):
        assert status_with_token(token) == 200
    with travel_past(ACCESS_LIFETIME):
        assert status_with_token(token) == 401


def get_leeway() -> timedelta:
    value = api_settings.LEEWAY
    return value if isinstance(value, timedelta) else timedelta(seconds=value)
# % if not project.tokens.sliding


def test_expired_refresh_token_is_refused(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(REFRESH_LIFETIME):
        assert refresh(tokens["refresh"]).status_code == 401
# % endif


# Refresh
# % if project.tokens.sliding


def test_refresh_extends_token(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(ACCESS_LIFETIME):
        assert refresh(tokens["token"]).status_code == 401
    with travel_past(ACCESS_LIFETIME / 2):
        response = refresh(tokens["token"])
        assert response.status_code == 200
        token = response.json()["token"]
        assert read_claims(token)["exp"] > read_claims(tokens["token"])["exp"]
        assert status_with_token(token) == 200


def test_refresh_after_its_period_is_refused(tokens: dict[str, str], travel_past: Travel) -> None:
    token = {{ project.revocation.token_alias }}.SlidingToken(tokens["token"])
    # As if it had been refreshed in time, several times.
    token.set_exp(lifetime=2 * REFRESH_LIFETIME)
    with travel_past(REFRESH_LIFETIME):
        assert status_with_token(str(token)) == 200
        assert refresh(str(token)).status_code == 401
# % else


def test_refresh_returns_access_token(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(ACCESS_LIFETIME):
        assert status_with_token(tokens["access"]) == 401
        response = refresh(tokens["refresh"])
        assert response.status_code == 200
        assert status_with_token(response.json()["access"]) == 200
# % if project.tokens.rotates


def test_refresh_returns_new_refresh_token(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(REFRESH_LIFETIME / 2):
        new = read_tokens(refresh(tokens["refresh"]))["refresh"]
    with travel_past(REFRESH_LIFETIME):
        assert refresh(tokens["refresh"]).status_code == 401
        assert refresh(new).status_code == 200


def test_refresh_stops_at_absolute_lifetime(tokens: dict[str, str]) -> None:
    lifetime = 2.5 * REFRESH_LIFETIME
    token, start = tokens["refresh"], read_claims(tokens["refresh"])["iat"]
    end = start + lifetime.total_seconds()
    with override_settings(JWT_ABSOLUTE_LIFETIME=lifetime):
        while read_claims(token)["exp"] < end:
            with time_machine.travel(read_claims(token)["exp"] - 1, tick=False):
                token = read_tokens(refresh(token))["refresh"]
    assert read_claims(token)["exp"] == end
    assert read_claims(token)["auth_time"] == start


def test_shorter_absolute_lifetime_ends_login(tokens: dict[str, str]) -> None:
    with (
        time_machine.travel(timezone.now() + timedelta(seconds=90), tick=False),
        override_settings(JWT_ABSOLUTE_LIFETIME=timedelta(minutes=1)),
    ):
        assert refresh(tokens["refresh"]).status_code == 401
# % if project.revocation.enabled


# % if project.revocation.sessions
def test_lost_response_can_be_repeated(
    tokens: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    first = read_tokens(refresh(tokens["refresh"]))
    (row,) = Session.objects.values()
    with time_machine.travel(timezone.now() + 0.9 * REPEAT_WINDOW, tick=False):
        again = read_tokens(refresh(tokens["refresh"]))
        assert read_claims(again["refresh"]) == read_claims(first["refresh"])
        assert read_claims(again["access"]) != read_claims(first["access"])
        assert status_with_token(again["access"]) == 200
        assert Session.objects.values().get() == row
        assert refresh(again["refresh"]).status_code == 200
    events = [record for record in caplog.records if record.name == "tokens"]
    assert [getattr(record, "event", "") for record in events[-3:]] == [
        "refresh",
        "refresh_repeated",
        "refresh",
    ]
    assert getattr(events[-2], "address", "") == "127.0.0.1"


def test_older_token_is_refused_within_window(tokens: dict[str, str]) -> None:
    """A page that is reloaded several times may send a token before the previous one."""
    newest = tokens["refresh"]
    for _ in range(3):
        newest = read_tokens(refresh(newest))["refresh"]
    assert refresh(tokens["refresh"]).status_code == 401
    assert refresh(newest).status_code == 200
    with time_machine.travel(timezone.now() + 1.1 * REPEAT_WINDOW, tick=False):
        assert refresh(tokens["refresh"]).status_code == 401
        assert refresh(newest).status_code == 401


@override_settings(JWT_REPEAT_WINDOW=timedelta(0))
def test_repetition_without_window_ends_login(tokens: dict[str, str]) -> None:
    new = read_tokens(refresh(tokens["refresh"]))
    assert refresh(tokens["refresh"]).status_code == 401
    assert refresh(new["refresh"]).status_code == 401


def test_repetition_passes_all_checks(tokens: dict[str, str], user: User) -> None:
    refresh(tokens["refresh"])
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert refresh(tokens["refresh"]).status_code == 401
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert refresh(tokens["refresh"]).status_code == 200
    user.set_password("another long password")
    user.save()
    revocation.end_sessions(user, "password-changed")
    assert refresh(tokens["refresh"]).status_code == 401
# % else
def test_refresh_token_works_once(tokens: dict[str, str]) -> None:
    assert refresh(tokens["refresh"]).status_code == 200
    assert refresh(tokens["refresh"]).status_code == 401


def test_reuse_within_grace_period_keeps_login(tokens: dict[str, str]) -> None:
    new = read_tokens(refresh(tokens["refresh"]))
    with time_machine.travel(timezone.now() + 0.9 * REPEAT_WINDOW, tick=False):
        assert refresh(tokens["refresh"]).status_code == 401
        assert refresh(new["refresh"]).status_code == 200
# % endif


def test_reuse_after_grace_period_ends_login(
    tokens: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    new = read_tokens(refresh(tokens["refresh"]))
    with time_machine.travel(timezone.now() + 1.1 * REPEAT_WINDOW, tick=False):
        assert refresh(tokens["refresh"]).status_code == 401
        assert "replay" in {getattr(record, "event", "") for record in caplog.records}
        assert refresh(new["refresh"]).status_code == 401
        # % if project.revocation.sessions
        assert status_with_token(new["access"]) == 401
        # % endif


def test_reuse_ends_only_its_login(tokens: dict[str, str], anonymous: APIClient) -> None:
    other = read_tokens(anonymous.post(reverse("token_obtain_pair"), CREDENTIALS))["refresh"]
    replaced = read_tokens(refresh(tokens["refresh"]))["refresh"]
    last = read_tokens(refresh(replaced))["refresh"]
    with time_machine.travel(timezone.now() + 1.1 * REPEAT_WINDOW, tick=False):
        assert refresh(tokens["refresh"]).status_code == 401
        assert refresh(last).status_code == 401
        new = read_tokens(anonymous.post(reverse("token_obtain_pair"), CREDENTIALS))["refresh"]
        assert refresh(replaced).status_code == 401
        assert refresh(other).status_code == 200
        assert refresh(new).status_code == 200
# % endif
# % else


def test_refresh_token_can_be_reused(tokens: dict[str, str]) -> None:
    assert set(refresh(tokens["refresh"]).json()) == {"access"}
    assert refresh(tokens["refresh"]).status_code == 200
# % endif
# % endif


# Hostile bodies


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(
    "body",
    ["[" * 20_000, '{"a":' * 20_000, '"\\ud800"', '{"\\ud800": 1}', "", "{", "null", "[]"],
    ids=lambda body: body[:8],
)
@pytest.mark.django_db
def test_hostile_body_is_refused(anonymous: APIClient, name: str, body: str) -> None:
    response = anonymous.generic("POST", PATHS[name], body, content_type="application/json")
    # % if project.tokens.cookie
    assert response.status_code in (400, 403)
    # % else
    assert response.status_code == 400
    # % endif


# Disabled and deleted users
# % if project.jwt.settings.get("CHECK_USER_IS_ACTIVE") != "False"


def test_tokens_of_disabled_user_are_refused(tokens: dict[str, str], user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 401
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 401
# % endif


def test_tokens_of_deleted_user_are_refused(tokens: dict[str, str], user: User) -> None:
    User.objects.filter(pk=user.pk).delete()
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 401
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 401
# % if project.paths.verify


# Verification


def verify_token(token: str) -> int:
    return APIClient().post(reverse("token_verify"), {"token": token}).status_code


def test_verify_accepts_valid_tokens(tokens: dict[str, str], travel_past: Travel) -> None:
    assert {verify_token(token) for token in tokens.values()} == {200}
    with travel_past(ACCESS_LIFETIME):
        assert verify_token(tokens["{{ project.tokens.access_field }}"]) == 401


@pytest.mark.django_db
def test_verify_refuses_malformed_token() -> None:
    assert verify_token("no.token.at-all") == 401
# % endif
# % if project.paths.blacklist


# Logout


def test_logout_revokes_token(tokens: dict[str, str]) -> None:
    token = tokens["{{ project.tokens.refresh_field }}"]
    assert log_out(token).status_code == 200
    assert refresh(token).status_code == 401
    # % if project.paths.verify
    assert verify_token(token) == 401
    # % endif
    # % if project.tokens.sliding or project.revocation.sessions
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 401
    # % endif


def test_logout_with_dead_token_succeeds(
    tokens: dict[str, str], user: User, travel_past: Travel
) -> None:
    """The client can do nothing about an error (RFC 7009, section 2.2)."""
    token = tokens["{{ project.tokens.refresh_field }}"]
    assert [log_out(token).status_code for _ in range(2)] == [200, 200]
    with travel_past(REFRESH_LIFETIME):
        assert log_out(token).status_code == 200
    User.objects.filter(pk=user.pk).delete()
    assert log_out(token).status_code == 200


def test_dead_token_ends_no_other_login(tokens: dict[str, str], anonymous: APIClient) -> None:
    dead = tokens["{{ project.tokens.refresh_field }}"]
    # % if project.tokens.rotates
    last = read_tokens(refresh(dead))["refresh"]
    assert log_out(last).status_code == 200
    # % else
    log_out(dead)
    # % endif
    new = read_tokens(anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS))
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=False):
        for _ in range(2):
            assert refresh(dead).status_code == 401
            assert log_out(dead).status_code == 200
        assert refresh(new["{{ project.tokens.refresh_field }}"]).status_code == 200
# % if project.tokens.rotates


def test_logout_with_used_token_ends_login(tokens: dict[str, str]) -> None:
    """A client that lost the response of a refresh has only the used token."""
    new = read_tokens(refresh(tokens["refresh"]))
    assert log_out(tokens["refresh"]).status_code == 200
    assert refresh(new["refresh"]).status_code == 401
# % endif
# % endif


# Settings of Simple JWT


@pytest.mark.django_db
def test_serializers_work_without_request(user: User) -> None:
    def validate(name: str, data: dict[str, str]) -> dict[str, str]:
        serializer = getattr(serializers, name)(data=data)
        serializer.is_valid(raise_exception=True)
        found: dict[str, str] = serializer.validated_data
        return found

    found = validate("{{ project.tokens.obtain_serializer }}", CREDENTIALS)
    found = validate("{{ project.tokens.refresh_serializer }}", {"{{ project.tokens.refresh_field }}": found["{{ project.tokens.refresh_field }}"]}) | found
    # % if project.paths.verify
    validate("TokenVerifySerializer", {"token": found["{{ project.tokens.access_field }}"]})
    # % endif
    # % if project.paths.blacklist
    validate("TokenBlacklistSerializer", {"{{ project.tokens.refresh_field }}": found["{{ project.tokens.refresh_field }}"]})
    # % endif
    assert status_with_token(found["{{ project.tokens.access_field }}"]) == {{ "401" if project.paths.blacklist and (project.tokens.sliding or project.revocation.sessions) else "200" }}


def test_foreign_token_can_be_read_unverified(tokens: dict[str, str]) -> None:
    claims = read_claims(tokens["{{ project.tokens.access_field }}"])
    del claims[api_settings.JTI_CLAIM]
    foreign: Any = jwt.encode(claims, "another secret " * 5, headers={"kid": "x"})
    assert simplejwt.UntypedToken(foreign, verify=False).payload == claims


def test_own_serializer_adds_claims(
    user: User, anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithName(serializers.{{ project.tokens.obtain_serializer }}):
        @classmethod
        def get_token(cls, user: Any) -> Any:
            token = super().get_token(user)
            token["login"] = user.get_username()
            return token

    monkeypatch.setattr(views.{{ project.tokens.obtain_view }}, "serializer_class", WithName)
    tokens = read_tokens(anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS))
    tokens |= read_tokens(refresh(tokens["{{ project.tokens.refresh_field }}"]))
    assert {read_claims(token)["login"] for token in tokens.values()} == {LOGIN}


def test_own_authentication_rule_is_applied(
    tokens: dict[str, str], anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_settings, "USER_AUTHENTICATION_RULE", lambda user: False)
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 401
    response = anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS)
    assert response.status_code == 401


def test_own_token_class_is_used(
    user: User, anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    own: Any = serializers.{{ project.tokens.obtain_serializer }}.token_class
    longer = type("Longer", (own,), {"lifetime": 3 * REFRESH_LIFETIME})
    monkeypatch.setattr(serializers.{{ project.tokens.obtain_serializer }}, "token_class", longer)
    tokens = read_tokens(anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS))
    found = read_claims(tokens["{{ project.tokens.refresh_field }}"])
    assert found["exp"] - found["iat"] == 3 * REFRESH_LIFETIME.total_seconds()
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 200


# Tokens without a login


def test_token_can_be_created_for_user(user: User) -> None:
    # % if project.tokens.sliding
    assert status_with_token(str({{ project.revocation.token_alias }}.SlidingToken.for_user(user))) == 200
    # % else
    assert status_with_token(str({{ project.revocation.token_alias }}.RefreshToken.for_user(user).access_token)) == 200
    # % endif
