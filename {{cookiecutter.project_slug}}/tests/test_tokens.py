"""The token policy of config/jwt.py, through HTTP with real tokens."""

from datetime import timedelta
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
from tokens import revocation, serializers, views

from .conftest import (
    CREDENTIALS,
    LOGIN,
    PASSWORD,
    Travel,
    log_out,
    read_tokens,
    refresh,
    status_with_token,
)

ACCESS_LIFETIME = {{ project.tokens.access_lifetime | duration }}
REFRESH_LIFETIME = {{ project.tokens.refresh_lifetime | duration }}
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


def claims(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    return jwt.decode(token, options={"verify_signature": False})


# Obtaining


@pytest.mark.parametrize("name", PATHS)
def test_each_endpoint_is_at_its_path(anonymous: APIClient, name: str) -> None:
    assert reverse(name) == PATHS[name]
    # % if project.tokens.cookie
    assert anonymous.post(PATHS[name]).status_code in (400, 403)
    # % else
    assert anonymous.post(PATHS[name]).status_code == 400
    # % endif
    assert anonymous.get(PATHS[name]).status_code == 405


def test_a_login_gives_tokens(tokens: dict[str, str]) -> None:
    # % if project.tokens.sliding
    assert set(tokens) == {"token"}
    # % else
    assert set(tokens) == {"access", "refresh"}
    # % endif
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 200


@pytest.mark.usefixtures("user")
def test_a_login_can_be_a_form(anonymous: APIClient) -> None:
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        CREDENTIALS,
        format="multipart",
    )
    assert response.status_code == 200


def test_a_password_is_taken_as_it_was_typed(user: User, anonymous: APIClient) -> None:
    user.set_password(f" {PASSWORD} ")
    user.save()
    url = reverse("{{ project.paths.obtain_name }}")
    assert anonymous.post(url, CREDENTIALS).status_code == 401
    assert anonymous.post(url, CREDENTIALS | {"password": f" {PASSWORD} "}).status_code == 200


def test_an_answer_with_tokens_is_not_kept(user: User, anonymous: APIClient) -> None:
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
def test_a_wrong_login_is_refused(anonymous: APIClient, login: str, password: str) -> None:
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        {"{{ project.accounts.login_field }}": login, "password": password},
    )
    assert response.status_code == 401
    assert "{{ project.tokens.access_field }}" not in response.json()
# % if project.accounts.email_login


@pytest.mark.usefixtures("user")
def test_case_does_not_matter_in_the_address(anonymous: APIClient) -> None:
    response = anonymous.post(
        reverse("{{ project.paths.obtain_name }}"),
        CREDENTIALS | {"email": LOGIN.upper()},
    )
    assert response.status_code == 200
# % endif


def test_a_disabled_user_cannot_log_in(user: User, anonymous: APIClient) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    response = anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS)
    assert response.status_code == 401


# Claims and signature


def test_the_algorithm_is_in_the_header(tokens: dict[str, str]) -> None:
    for token in tokens.values():
        assert jwt.get_unverified_header(token)["alg"] == "{{ project.keys.algorithm }}"


def test_lifetimes(tokens: dict[str, str]) -> None:
    # % if project.tokens.sliding
    token = claims(tokens["token"])
    assert token["exp"] - token["iat"] == ACCESS_LIFETIME.total_seconds()
    end = token[api_settings.SLIDING_TOKEN_REFRESH_EXP_CLAIM]
    assert end - token["iat"] == REFRESH_LIFETIME.total_seconds()
    # % else
    access, refresh = claims(tokens["access"]), claims(tokens["refresh"])
    assert access["exp"] - access["iat"] == ACCESS_LIFETIME.total_seconds()
    assert refresh["exp"] - refresh["iat"] == REFRESH_LIFETIME.total_seconds()
    # % endif


def test_a_token_names_its_user(tokens: dict[str, str], user: User) -> None:
    expected = str(getattr(user, api_settings.USER_ID_FIELD))
    for token in tokens.values():
        assert claims(token)[api_settings.USER_ID_CLAIM] == expected


def test_a_foreign_signature_is_refused(tokens: dict[str, str]) -> None:
    token = tokens["{{ project.tokens.access_field }}"]
    forged = jwt.encode(claims(token), "another secret " * 5, algorithm="HS256")
    unsigned = jwt.encode(claims(token), "", algorithm="none")
    for refused in (forged, unsigned, "no.token.at-all"):
        assert status_with_token(refused) == 401
# % if not project.tokens.sliding


def test_a_refresh_token_opens_nothing(tokens: dict[str, str]) -> None:
    assert status_with_token(tokens["refresh"]) == 401


def test_an_access_token_refreshes_nothing(tokens: dict[str, str]) -> None:
    assert refresh(tokens["access"]).status_code == 401
# % endif


# Time


def test_an_expired_token_is_refused(tokens: dict[str, str], travel_past: Travel) -> None:
    token = tokens["{{ project.tokens.access_field }}"]
    with travel_past(ACCESS_LIFETIME - timedelta(seconds=5) - leeway()):
        assert status_with_token(token) == 200
    with travel_past(ACCESS_LIFETIME):
        assert status_with_token(token) == 401


def leeway() -> timedelta:
    value = api_settings.LEEWAY
    return value if isinstance(value, timedelta) else timedelta(seconds=value)
# % if not project.tokens.sliding


def test_an_expired_refresh_token_is_refused(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(REFRESH_LIFETIME):
        assert refresh(tokens["refresh"]).status_code == 401
# % endif


# Refreshing
# % if project.tokens.sliding


def test_a_refresh_lengthens_the_token(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(ACCESS_LIFETIME):
        assert refresh(tokens["token"]).status_code == 401
    with travel_past(ACCESS_LIFETIME / 2):
        response = refresh(tokens["token"])
        assert response.status_code == 200
        token = response.json()["token"]
        assert claims(token)["exp"] > claims(tokens["token"])["exp"]
        assert status_with_token(token) == 200


def test_the_time_to_refresh_ends(tokens: dict[str, str], travel_past: Travel) -> None:
    token = {{ project.revocation.token_alias }}.SlidingToken(tokens["token"])
    # It is refreshed in time, again and again.
    token.set_exp(lifetime=2 * REFRESH_LIFETIME)
    with travel_past(REFRESH_LIFETIME):
        assert status_with_token(str(token)) == 200
        assert refresh(str(token)).status_code == 401
# % else


def test_a_refresh_gives_an_access_token(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(ACCESS_LIFETIME):
        assert status_with_token(tokens["access"]) == 401
        response = refresh(tokens["refresh"])
        assert response.status_code == 200
        assert status_with_token(response.json()["access"]) == 200
# % if project.tokens.rotates


def test_a_refresh_gives_a_new_refresh_token(tokens: dict[str, str], travel_past: Travel) -> None:
    with travel_past(REFRESH_LIFETIME / 2):
        new = read_tokens(refresh(tokens["refresh"]))["refresh"]
    with travel_past(REFRESH_LIFETIME):
        assert refresh(tokens["refresh"]).status_code == 401
        assert refresh(new).status_code == 200


def test_a_login_ends_however_often_it_is_refreshed(tokens: dict[str, str]) -> None:
    lifetime = 2.5 * REFRESH_LIFETIME
    token, start = tokens["refresh"], claims(tokens["refresh"])["iat"]
    end = start + lifetime.total_seconds()
    with override_settings(JWT_ABSOLUTE_LIFETIME=lifetime):
        while claims(token)["exp"] < end:
            with time_machine.travel(claims(token)["exp"] - 1, tick=False):
                token = read_tokens(refresh(token))["refresh"]
    assert claims(token)["exp"] == end
    assert claims(token)["auth_time"] == start
# % if project.revocation.enabled


def test_a_refresh_token_is_used_once(tokens: dict[str, str]) -> None:
    assert refresh(tokens["refresh"]).status_code == 200
    assert refresh(tokens["refresh"]).status_code == 401


def test_two_tabs_may_refresh_at_once(tokens: dict[str, str]) -> None:
    new = read_tokens(refresh(tokens["refresh"]))
    with time_machine.travel(timezone.now() + timedelta(seconds=9), tick=False):
        assert refresh(tokens["refresh"]).status_code == 401
        assert refresh(new["refresh"]).status_code == 200


def test_a_replay_ends_the_login(tokens: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    new = read_tokens(refresh(tokens["refresh"]))
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=False):
        assert refresh(tokens["refresh"]).status_code == 401
        assert "replay" in {getattr(record, "event", "") for record in caplog.records}
        assert refresh(new["refresh"]).status_code == 401
        # % if project.revocation.sessions
        assert status_with_token(new["access"]) == 401
        # % endif
# % endif
# % else


def test_a_refresh_token_stays_the_same(tokens: dict[str, str]) -> None:
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
def test_a_hostile_body_is_refused(anonymous: APIClient, name: str, body: str) -> None:
    response = anonymous.generic("POST", PATHS[name], body, content_type="application/json")
    # % if project.tokens.cookie
    assert response.status_code in (400, 403)
    # % else
    assert response.status_code == 400
    # % endif


# Users who are gone
# % if project.jwt.settings.get("CHECK_USER_IS_ACTIVE") != "False"


def test_a_disabled_user_is_let_in_no_more(tokens: dict[str, str], user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 401
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 401
# % endif


def test_a_deleted_user_is_let_in_no_more(tokens: dict[str, str], user: User) -> None:
    User.objects.filter(pk=user.pk).delete()
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 401
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 401
# % if project.paths.verify


# Verifying


def verify(token: str) -> int:
    return APIClient().post(reverse("token_verify"), {"token": token}).status_code


def test_a_valid_token_is_verified(tokens: dict[str, str], travel_past: Travel) -> None:
    assert {verify(token) for token in tokens.values()} == {200}
    with travel_past(ACCESS_LIFETIME):
        assert verify(tokens["{{ project.tokens.access_field }}"]) == 401


@pytest.mark.django_db
def test_what_is_no_token_is_not_verified() -> None:
    assert verify("no.token.at-all") == 401
# % endif
# % if project.paths.blacklist


# Logging out


def test_a_logout_revokes_the_token(tokens: dict[str, str]) -> None:
    token = tokens["{{ project.tokens.refresh_field }}"]
    assert log_out(token).status_code == 200
    assert refresh(token).status_code == 401
    # % if project.paths.verify
    assert verify(token) == 401
    # % endif
    # % if project.tokens.sliding or project.revocation.sessions
    assert status_with_token(tokens["{{ project.tokens.access_field }}"]) == 401
    # % endif
    assert log_out(token).status_code == 401
# % endif


# Simple JWT's own ways to change it


def test_a_serializer_adds_claims(
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
    assert {claims(token)["login"] for token in tokens.values()} == {LOGIN}


def test_a_rule_decides_who_may_log_in_and_refresh(
    tokens: dict[str, str], anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_settings, "USER_AUTHENTICATION_RULE", lambda user: False)
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 401
    response = anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS)
    assert response.status_code == 401


def test_a_class_of_tokens_can_be_ones_own(
    user: User, anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    own: Any = serializers.{{ project.tokens.obtain_serializer }}.token_class
    longer = type("Longer", (own,), {"lifetime": 3 * REFRESH_LIFETIME})
    monkeypatch.setattr(serializers.{{ project.tokens.obtain_serializer }}, "token_class", longer)
    tokens = read_tokens(anonymous.post(reverse("{{ project.paths.obtain_name }}"), CREDENTIALS))
    found = claims(tokens["{{ project.tokens.refresh_field }}"])
    assert found["exp"] - found["iat"] == 3 * REFRESH_LIFETIME.total_seconds()
    assert refresh(tokens["{{ project.tokens.refresh_field }}"]).status_code == 200


# By hand


def test_a_token_can_be_made_for_a_user(user: User) -> None:
    # % if project.tokens.sliding
    assert status_with_token(str({{ project.revocation.token_alias }}.SlidingToken.for_user(user))) == 200
    # % else
    assert status_with_token(str({{ project.revocation.token_alias }}.RefreshToken.for_user(user).access_token)) == 200
    # % endif
