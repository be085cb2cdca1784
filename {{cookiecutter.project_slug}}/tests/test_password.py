"""Users change their password with the current one."""

import json
import logging
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient
from rest_framework_simplejwt.settings import api_settings

from accounts.models import User
from accounts.throttles import AccountThrottle

from .conftest import (
    CREDENTIALS,
    PASSWORD,
    create_client,
    create_user,
    read_tokens,
    refresh,
    run_concurrently,
    status_with_token,
    synchronize,
)

URL = reverse("user-password")
OBTAIN = reverse("{{ project.paths.obtain_name }}")
ACCESS = "{{ project.tokens.access_field }}"
REFRESH = "{{ project.tokens.refresh_field }}"
NEW_PASSWORD = "another horse battery staple"  # noqa: S105


def change(
    client: APIClient, current: str = PASSWORD, new: str = NEW_PASSWORD, **options: Any
) -> Any:
    return client.post(URL, {"current_password": current, "new_password": new}, **options)


def log_in(password: str) -> Any:
    return APIClient().post(OBTAIN, CREDENTIALS | {"password": password})


def log_in_other_user() -> APIClient:
    eve = create_user("eve")
    login = CREDENTIALS | {"{{ project.accounts.login_field }}": eve.get_username()}
    return create_client(read_tokens(APIClient().post(OBTAIN, login))[ACCESS])


# What it returns, and what it ends


def test_change_returns_tokens_of_login(api: APIClient) -> None:
    response = change(api)
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    tokens = read_tokens(response)
    assert status_with_token(tokens[ACCESS]) == 200
    assert refresh(tokens[REFRESH]).status_code == 200
    login = log_in(NEW_PASSWORD)
    assert login.status_code == 200
    assert set(response.json()) == set(login.json())
    assert set(response.cookies) == set(login.cookies)
    assert log_in(PASSWORD).status_code == 401


@pytest.mark.parametrize("is_own", [True, False])
def test_change_and_earlier_logins(tokens: dict[str, str], is_own: bool) -> None:
    before = tokens if is_own else read_tokens(log_in(PASSWORD))
    assert change(create_client(tokens[ACCESS])).status_code == 200
    # % if project.revocation.enabled and (project.tokens.sliding or project.revocation.sessions)
    expected = [401, 401]
    # % else
    # Only this setting ends an access token before it expires.
    kept = 401 if api_settings.CHECK_REVOKE_TOKEN else 200
    # % if project.revocation.enabled
    expected = [kept, 401]
    # % else
    expected = [kept, kept]
    # % endif
    # % endif
    assert [status_with_token(before[ACCESS]), refresh(before[REFRESH]).status_code] == expected


def test_logins_of_other_users_go_on(api: APIClient) -> None:
    eve = log_in_other_user()
    assert change(api).status_code == 200
    assert eve.get(reverse("user-me")).status_code == 200


def test_own_page_login_is_kept(api: APIClient, user: User) -> None:
    user.is_staff = True
    user.save()
    other = Client()
    for browser in (api, other):
        browser.force_login(user)
    assert change(api).status_code == 200
    assert api.get(reverse("admin:index")).status_code == 200
    # A login in another browser ends.
    assert other.get(reverse("admin:index")).status_code == 302


def test_page_login_of_other_user_is_kept(api: APIClient) -> None:
    eve = create_user("eve")
    api.force_login(eve)
    before = api.session
    assert change(api).status_code == 200
    assert api.session.session_key == before.session_key
    assert dict(api.session) == dict(before)
    assert before[SESSION_KEY] == str(eve.pk)


# What it refuses


def test_anonymous_change_is_refused(user: User, anonymous: APIClient) -> None:
    assert change(anonymous).status_code == 401
    assert log_in(PASSWORD).status_code == 200


@pytest.mark.parametrize("guess", ["guess", PASSWORD.upper(), f"{PASSWORD} ", NEW_PASSWORD])
def test_wrong_password_is_refused(api: APIClient, guess: str) -> None:
    response = change(api, guess)
    assert response.status_code == 400
    assert response.json()["error_codes"] == {"current_password": ["wrong_password"]}
    assert log_in(PASSWORD).status_code == 200


def test_user_without_password_is_refused(api: APIClient, user: User) -> None:
    user.set_unusable_password()
    user.save()
    for guess in (PASSWORD, user.password, "!"):
        # With this setting, the change of the password has ended the login.
        expected = 401 if api_settings.CHECK_REVOKE_TOKEN else 400
        assert change(api, guess).status_code == expected


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("h7$kq", "password_too_short"),
        ("password1", "password_too_common"),
        ("92837465019", "password_entirely_numeric"),
        ("ada@example.org", "password_too_similar"),
        ("", "blank"),
        ("x" * 4097, "max_length"),
    ],
)
def test_bad_password_is_refused(api: APIClient, password: str, code: str) -> None:
    response = change(api, new=password)
    assert response.status_code == 400
    assert code in response.json()["error_codes"]["new_password"]
    # The login goes on.
    assert api.get(reverse("user-me")).status_code == 200
    assert log_in(PASSWORD).status_code == 200


@pytest.mark.parametrize("field", ["current_password", "new_password"])
@pytest.mark.parametrize("value", [None, True, 5, [], {}, ["x"], "\0" * 9, "\ud800" * 9])
def test_hostile_value_is_refused(api: APIClient, field: str, value: Any) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, field: value}
    response = api.generic("POST", URL, json.dumps(body), content_type="application/json")
    assert response.status_code == 400
    assert log_in(PASSWORD).status_code == 200


def test_change_keeps_white_space(api: APIClient) -> None:
    assert change(api, new=f"  {NEW_PASSWORD} ").status_code == 200
    assert log_in(NEW_PASSWORD).status_code == 401
    assert log_in(f"  {NEW_PASSWORD} ").status_code == 200


def test_change_sets_nothing_else(api: APIClient, user: User) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    body |= {"is_superuser": "true", "is_staff": "true", "email": "eve@example.com"}
    assert api.post(URL, body).status_code == 200
    user.refresh_from_db()
    assert (user.is_superuser, user.is_staff, user.email) == (False, False, "ada@example.com")


# Throttles


def test_wrong_passwords_are_failed_logins(set_rates: Any, api: APIClient) -> None:
    set_rates(login_account_address="3/min")
    assert [change(api, "guess").status_code for _ in range(3)] == [400] * 3
    response = change(api)
    assert (response.status_code, response["Retry-After"]) == (429, "30")
    assert log_in(PASSWORD).status_code == 429


def test_right_password_is_no_failed_login(set_rates: Any, tokens: dict[str, str]) -> None:
    set_rates(login_account_address="2/min")
    old, new = PASSWORD, NEW_PASSWORD
    for _ in range(4):
        response = change(create_client(tokens[ACCESS]), old, new)
        assert response.status_code == 200
        tokens, old, new = read_tokens(response), new, old


def test_user_is_throttled_at_all_addresses(set_rates: Any, api: APIClient) -> None:
    set_rates(account="3/hour")
    tries = [change(api, "guess", REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(3)]
    assert tries == [400] * 3
    response = change(api, REMOTE_ADDR="192.0.2.9")
    assert (response.status_code, response["Retry-After"]) == (429, "1770")
    assert change(log_in_other_user()).status_code == 200


# Concurrent requests


@pytest.mark.django_db(transaction=True)
def test_concurrent_changes(tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    synchronize(monkeypatch, 2, (AccountThrottle, "allow_request"))
    client, passwords = create_client(tokens[ACCESS]), [f"{NEW_PASSWORD} {n}" for n in range(2)]
    responses = run_concurrently(partial(change, client, new=password) for password in passwords)
    statuses = [response.status_code for response in responses]
    # The second one has the wrong password, or a login that has ended already.
    assert sorted(statuses) in ([200, 400], [200, 401])
    winner = statuses.index(200)
    assert log_in(passwords[winner]).status_code == 200
    assert log_in(passwords[1 - winner]).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_concurrent_logins(tokens: dict[str, str]) -> None:
    calls = [partial(change, create_client(tokens[ACCESS])), *[partial(log_in, PASSWORD)] * 3]
    response, *logins = run_concurrently(calls)
    assert response.status_code == 200
    assert {login.status_code for login in logins} <= {200, 401}
    new = read_tokens(response)
    assert status_with_token(new[ACCESS]) == 200
    assert refresh(new[REFRESH]).status_code == 200


# Log


def test_change_is_logged(api: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    change(api, "guessed password")
    tokens = read_tokens(change(api))
    events = [getattr(record, "event", "") for record in caplog.records]
    assert [event for event in events if event] == EVENTS
    logged = "".join(record.getMessage() + repr(record.__dict__) for record in caplog.records)
    secrets = [PASSWORD, NEW_PASSWORD, "guessed password", *tokens.values()]
    assert not any(secret in logged for secret in secrets)


EVENTS = [
    "login_failed",
    # % if project.revocation.enabled
    "logged_out_everywhere",
    # % endif
    "password_changed",
    "login",
]
